"""The results of checking a report against its own regimen, and the JSON documents that they make.

Their keys are contracts (``dosecalc.crosscheck/1``, ``dosecalc.same/1``, ``dosecalc.audit/1``); the JSON Schemas in
docs/ are made from the document types here.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.quantities import units
from dosecalc.quantities.documents import Quantity, written

if TYPE_CHECKING:
    import pint

Verdict = Literal["consistent", "explained", "inconsistent", "undetermined"]
WORST_FIRST: tuple[Verdict, ...] = ("inconsistent", "explained", "undetermined", "consistent")
CROSSCHECK, SAME, AUDIT = "dosecalc.crosscheck/1", "dosecalc.same/1", "dosecalc.audit/1"
Number = Fraction | float


class ReadingDocument(TypedDict):
    reading: str
    level: Quantity | None
    doses: int
    implied: dict[str, Quantity]
    plausible: bool | None
    z: float | None
    arm: str | None
    changes: list[str]
    verdict: Verdict


class ComparisonDocument(TypedDict):
    expected: dict[str, float]
    reported: dict[str, float]
    difference_percent: float
    within: Literal[10, 20] | None
    slip: str | None


class CrosscheckDocument(TypedDict):
    schema: str
    dosecalc: str
    inputs: dict[str, list[str]]
    verdict: Verdict
    comparison: ComparisonDocument | None
    readings: list[ReadingDocument]
    conclusion: str
    notes: list[str]
    sources: list[dict[str, str]]
    unconfirmed: list[str]


class SameDocument(TypedDict):
    schema: str
    agree: bool
    relative_difference: float | None
    suggestion: str | None


class ClaimDocument(TypedDict):
    figures: list[str]
    verdict: Verdict
    agree: bool | None
    relative_difference: float | None
    suggestion: str | None
    message: str


class AuditedDocument(TypedDict):
    sheet: str
    case: str
    statement: str
    patients: int | None
    verdict: Verdict
    crosscheck: CrosscheckDocument | None
    claims: list[ClaimDocument]
    conclusion: str


class AuditDocument(TypedDict):
    schema: str
    dosecalc: str
    sources: list[dict[str, str]]
    counts: dict[Verdict, int]
    cases: list[AuditedDocument]


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, arbitrary_types_allowed=True, extra="forbid")


class Reading(_Result):
    """One meaning of a report: what it changes in it, the size that it implies, and whether it holds.

    ``implied`` is that size with the double nearest to it, by "bsa" (m²) or "weight" (kg); empty where the figures hold
    no size. ``difference_percent`` is that of the
    reported amount from the expected one, where the size is known.
    """

    reading: str
    level: Quantity | None
    doses: int
    implied: dict[str, Quantity]
    plausible: bool | None
    z: float | None
    arm: str | None
    changes: tuple[str, ...]
    verdict: Verdict
    difference_percent: float | None

    @property
    def size(self) -> pint.Quantity[Any] | None:
        """The implied size as a pint Quantity of ``dosecalc.ureg``, or None where no size is implied."""
        found = next(iter(self.implied.values()), None)
        return None if found is None else units.quantity(found["value"], found["unit"])

    def document(self) -> ReadingDocument:
        return {
            "reading": self.reading,
            "level": self.level,
            "doses": self.doses,
            "implied": self.implied,
            "plausible": self.plausible,
            "z": self.z,
            "arm": self.arm,
            "changes": list(self.changes),
            "verdict": self.verdict,
        }


class Comparison(_Result):
    """The amount that the report's figures give, against the one that it states."""

    expected: dict[str, float]
    reported: dict[str, float]
    difference_percent: float
    within: Literal[10, 20] | None
    slip: str | None

    def document(self) -> ComparisonDocument:
        return {
            "expected": self.expected,
            "reported": self.reported,
            "difference_percent": self.difference_percent,
            "within": self.within,
            "slip": self.slip,
        }


class Crosscheck(_Result):
    """Whether the total that a report prints agrees with its own regimen.

    ``consistent``: as printed. ``explained``: not as printed, but with exactly one thing changed. ``inconsistent``:
    neither. ``undetermined``: what would decide it was not stated. ``readings`` has every meaning, the report's own
    first and then by how little it changes; those that change two things are there only where they hold. ``sources``
    are the protocol files of the arms named and the growth reference, ``unconfirmed`` the facts about the regimens that
    the conclusion names and that nobody read first-hand.
    """

    version: str
    inputs: dict[str, list[str]]
    verdict: Verdict
    comparison: Comparison | None
    readings: tuple[Reading, ...]
    conclusion: str
    notes: tuple[str, ...]
    sources: tuple[dict[str, str], ...]
    unconfirmed: tuple[str, ...]

    @property
    def exit_status(self) -> int:
        """0, or 1 where the report is not consistent as printed."""
        return int(self.verdict in ("explained", "inconsistent"))

    def document(self) -> CrosscheckDocument:
        """The result as the JSON document of schema ``dosecalc.crosscheck/1``."""
        return {
            "schema": CROSSCHECK,
            "dosecalc": self.version,
            "inputs": self.inputs,
            "verdict": self.verdict,
            "comparison": None if self.comparison is None else self.comparison.document(),
            "readings": [reading.document() for reading in self.readings],
            "conclusion": self.conclusion,
            "notes": list(self.notes),
            "sources": list(self.sources),
            "unconfirmed": list(self.unconfirmed),
        }

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())


class Same(_Result):
    """Whether two printed figures say the same. ``relative_difference`` is the first over the second minus one.

    It is None where the two are not of one kind. ``suggestion`` is what would agree, or what was probably lost.
    """

    figures: tuple[str, str]
    agree: bool
    relative_difference: float | None
    suggestion: str | None
    message: str
    explained: bool
    """Whether the suggestion explains why they differ: a lost unit, a moved decimal point."""

    @property
    def exit_status(self) -> int:
        """0, or 1 where they do not agree."""
        return int(not self.agree)

    def document(self) -> SameDocument:
        """The result as the JSON document of schema ``dosecalc.same/1``."""
        return {
            "schema": SAME,
            "agree": self.agree,
            "relative_difference": self.relative_difference,
            "suggestion": self.suggestion,
        }

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())


class Claim(_Result):
    """Two statements of one source that ought to agree. ``same`` is None where one of them cannot be read."""

    figures: tuple[str, str]
    same: Same | None
    message: str

    @property
    def verdict(self) -> Verdict:
        if self.same is None:
            return "undetermined"
        return "consistent" if self.same.agree else "explained" if self.same.explained else "inconsistent"

    def document(self) -> ClaimDocument:
        return {
            "figures": list(self.figures),
            "verdict": self.verdict,
            "agree": None if self.same is None else self.same.agree,
            "relative_difference": None if self.same is None else self.same.relative_difference,
            "suggestion": None if self.same is None else self.same.suggestion,
            "message": self.message,
        }


class Audited(_Result):
    """One reported case, with what its figures say of each other."""

    sheet: str
    case: str
    statement: str
    patients: int | None
    total: str | None
    doses: int | None
    level: str | None
    verdict: Verdict
    crosscheck: Crosscheck | None
    claims: tuple[Claim, ...]
    conclusion: str

    def document(self) -> AuditedDocument:
        return {
            "sheet": self.sheet,
            "case": self.case,
            "statement": self.statement,
            "patients": self.patients,
            "verdict": self.verdict,
            "crosscheck": None if self.crosscheck is None else self.crosscheck.document(),
            "claims": [claim.document() for claim in self.claims],
            "conclusion": self.conclusion,
        }


class Audit(_Result):
    """Every case of some fact sheets, the worst first."""

    version: str
    sources: tuple[dict[str, str], ...]
    cases: tuple[Audited, ...]

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many cases have each verdict, the worst first."""
        return {verdict: sum(case.verdict == verdict for case in self.cases) for verdict in WORST_FIRST}

    @property
    def exit_status(self) -> int:
        """0, or 1 where a case is not consistent as printed."""
        return int(any(case.verdict in ("explained", "inconsistent") for case in self.cases))

    def document(self) -> AuditDocument:
        """The result as the JSON document of schema ``dosecalc.audit/1``."""
        return {
            "schema": AUDIT,
            "dosecalc": self.version,
            "sources": list(self.sources),
            "counts": self.counts,
            "cases": [case.document() for case in self.cases],
        }

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())
