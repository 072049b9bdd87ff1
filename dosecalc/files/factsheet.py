"""A fact sheet: one source document with its facts, the patients that it reports, and its conflicts.

A protocol cites facts as ``sheet#fact``. A number in a protocol must equal a value of a fact that it cites, so each
figure is written twice, by hand, in two files that a linter compares.
"""

from datetime import date as Date
from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal[
    "label", "registry", "paper", "guideline", "news", "regulation", "event-report", "reference-data", "belief"
]


Grade = Literal["P", "S", "M", "C", "seed"]


class Written(BaseModel):
    """The base of what people write in files: unknown keys are refused, and nothing changes once it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Fact(Written):
    """One statement of a source.

    ``values`` are the figures that a protocol may cite: quantities as door text (``"20 mCi/m^2"``) and whole numbers
    (counts, days of a cycle). ``printed`` keeps the source's own figure where it differs from the value; as a list of
    two it is a pair such as ``["5.9 GBq", "160 mCi"]`` that has to agree within its rounding, and ``values`` names
    the one that governs. ``grade``: P read in a primary text, S in a secondary page, seed in a founding document,
    M recalled and not seen (then ``confirmed = false``), C computed from the facts in ``computed_from``.
    """

    id: str
    statement: str
    values: list[str | int] = []
    printed: str | list[str] | None = None
    grade: Grade = "P"
    confirmed: bool = True
    computed_from: list[str] = []
    where: str | None = None


class Case(Written):
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
    figures: dict[str, str | int] = {}
    claims: list[list[str]] = []
    weight: str | None = None
    height: str | None = None
    bsa: str | None = None
    protocol: str | None = None
    where: str | None = None


class Reported(Case):
    """A case of a file that is no fact sheet: it needs no statement, and may give its total per body size.

    ``agree`` is what whoever wrote it down expects; it is kept and never taken for a result.
    """

    statement: str = ""
    source: str | None = None
    note: str | None = None
    total_level: str | None = None
    agree: bool | None = None


class CaseFile(Written):
    """The cases of a file, whatever else is in it."""

    cases: list[Case] = []
    reported: list[Reported] = []


class SheetConflict(Written):
    """Two statements that cannot both hold; ``exposed_by`` is the arithmetic or the reading that shows it."""

    id: str
    between: list[str]
    exposed_by: str
    reading: str
    arithmetic: list[str] = []


class FactSheet(Written):
    """One source document: what it is, where it was seen, and what it states."""

    schema_: Literal[1]
    id: str
    title: str
    publisher: str
    kind: Kind
    date: Date | None = None
    identifiers: list[str] = []
    urls: list[str] = []
    seed: str | None = None
    note: str | None = None
    facts: list[Fact] = []
    cases: list[Case] = []
    conflicts: list[SheetConflict] = []

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, defer_build=True, alias_generator=lambda n: n.rstrip("_")
    )
