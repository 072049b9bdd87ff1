"""A fact sheet: one source document with its facts, the patients that it reports, and its contradictions.

A protocol cites facts as ``sheet#fact``. A number in a protocol must equal a value of a fact that it cites, so each
figure is written twice, by hand, in two files that a linter compares.
"""

from datetime import date as Date
from typing import Literal

from dosecalc.files.model import NO_NAMES, FileTable, Many, Named

Kind = Literal[
    "label", "registry", "paper", "guideline", "news", "regulation", "event-report", "reference-data", "belief"
]


Grade = Literal["P", "S", "M", "C", "seed"]


class Fact(FileTable):
    """One statement of a source.

    ``values`` are the figures that a protocol may cite: quantities as door text (``"20 mCi/m^2"``) and whole numbers
    (counts, days of a cycle). ``printed`` keeps the source's own figure where it differs from the value; as a list of
    two it is a pair such as ``["5.9 GBq", "160 mCi"]`` that has to agree within its rounding, and ``values`` names
    the one that governs. ``grade``: P read in a primary text, S in a secondary page, seed in a founding document,
    M recalled and not seen (then ``confirmed = false``), C computed from the facts in ``computed_from``.
    """

    id: str
    statement: str
    values: Many[str | int] = ()
    printed: str | Many[str] | None = None
    grade: Grade = "P"
    confirmed: bool = True
    computed_from: Many[str] = ()
    where: str | None = None


class ReportedCase(FileTable):
    """A patient or cohort that a source reports, with the figures as it prints them.

    ``claims`` are pairs of figures of the source that ought to say the same.
    """

    id: str
    statement: str
    agent: str | None = None
    age: str | None = None
    sex: Literal["female", "male"] | None = None
    diagnosis: str | None = None
    doses: int | None = None
    total: str | None = None
    level: str | None = None
    level_printed_as: Literal["per dose", "per cycle", "total"] | None = None
    patients: int | None = None
    figures: Named[str | int] = NO_NAMES
    claims: Many[Many[str]] = ()
    weight: str | None = None
    height: str | None = None
    bsa: str | None = None
    protocol: str | None = None
    where: str | None = None


class UnsourcedCase(ReportedCase):
    """A case of a file that is no fact sheet: it needs no statement, and may give its total per body size.

    ``agree`` is the author's own expectation; it is kept and never taken for a result.
    """

    statement: str = ""
    source: str | None = None
    note: str | None = None
    total_level: str | None = None
    agree: bool | None = None


class CaseFile(FileTable):
    """The cases of a file, whatever else is in it."""

    cases: Many[ReportedCase] = ()
    reported: Many[UnsourcedCase] = ()


class SheetConflict(FileTable):
    """Two statements that cannot both hold; ``exposed_by`` is the arithmetic or the passage that shows it."""

    id: str
    between: Many[str]
    exposed_by: str
    reading: str
    arithmetic: Many[str] = ()


class FactSheet(FileTable):
    """One source document: its kind, where it was found, and what it states."""

    schema_: Literal[1]
    id: str
    title: str
    publisher: str
    kind: Kind
    date: Date | None = None
    identifiers: Many[str] = ()
    urls: Many[str] = ()
    seed: str | None = None
    note: str | None = None
    facts: Many[Fact] = ()
    cases: Many[ReportedCase] = ()
    conflicts: Many[SheetConflict] = ()
