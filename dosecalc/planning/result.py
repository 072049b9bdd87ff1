"""The result of planning: doses, totals and findings, and the JSON document that they make.

Exact numbers are kept; a pint Quantity is made when one is asked for. The document's keys are a contract
(``dosecalc.plan/1``): :class:`PlanDocument` is its type, and the JSON Schema in docs/ is made from that.
"""

from datetime import date as Date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.findings.finding import Finding, FindingDocument
from dosecalc.quantities import units
from dosecalc.quantities.documents import COVERAGE, SHOWN, Number, Quantity, Result, figure_of, quantity_of, written

if TYPE_CHECKING:
    import pint

SCHEMA = "dosecalc.plan/1"


class Figures(TypedDict):
    amount: dict[str, float] | None
    per_weight: dict[str, float] | None
    per_bsa: dict[str, float] | None


class CumulativeFigures(Figures):
    lower_bound: bool


class DoseDocument(TypedDict):
    number: int
    cycle: int
    day: int | None
    date: str | None
    date_from: bool
    optional: bool
    agent: str
    level: Quantity | None
    amount: dict[str, float] | None
    pending: str | None
    bounded: Literal["cap", "floor"] | None
    per_weight: dict[str, float] | None
    per_bsa: dict[str, float] | None
    cumulative: CumulativeFigures
    lifetime: CumulativeFigures | None
    interval: "Interval | None"
    reduction: int | None
    trace: str
    cite: list[str]


class Interval(TypedDict):
    """An interval of 95 % coverage in MBq; ``high`` null where it has no upper end."""

    low: float
    high: float | None
    coverage: float


class TotalsDocument(TypedDict):
    required: Figures
    with_optional: Figures


class ConflictDocument(TypedDict):
    id: str
    reading: str
    because: str
    between: list[str]
    applies: bool | None


class PlanDocument(TypedDict):
    schema: str
    dosecalc: str
    protocol: dict[str, str]
    sources: list[dict[str, str]]
    inputs: dict[str, list[str]]
    patient: dict[str, Any]
    doses: list[DoseDocument]
    totals: dict[str, TotalsDocument]
    findings: list[FindingDocument]
    conflicts: list[ConflictDocument]
    instructions: list[dict[str, Any]]
    unconfirmed: list[dict[str, str]]
    verified: dict[str, Any] | None


class Size(Result):
    """An amount with its ratios to the patient's size, in canonical units (MBq or mg); None where not known."""

    kind: Literal["activity", "mass"]
    value: Number | None
    weight_value: Number | None
    bsa_value: Number | None
    lower_bound: bool

    @property
    def exact(self) -> Fraction | None:
        """The amount as a Fraction of MBq or mg (of the nearest double after an irrational step), or None."""
        return None if self.value is None else Fraction(self.value)

    @property
    def amount(self) -> "pint.Quantity[Any] | None":
        """The amount as a pint Quantity of ``dosecalc.ureg``, or None where it is not known."""
        return self._quantity(self.value, 0)

    @property
    def per_weight(self) -> "pint.Quantity[Any] | None":
        return self._quantity(self.weight_value, 1)

    @property
    def per_bsa(self) -> "pint.Quantity[Any] | None":
        return self._quantity(self.bsa_value, 2)

    def _quantity(self, value: Number | None, which: int) -> "pint.Quantity[Any] | None":
        return None if value is None else units.quantity(value, SHOWN[self.kind][which][0])

    def figures(self) -> Figures:
        """The amount and its ratios as the document prints them."""
        names = SHOWN[self.kind]
        return {
            "amount": figure_of(self.value, names[0]),
            "per_weight": figure_of(self.weight_value, names[1]),
            "per_bsa": figure_of(self.bsa_value, names[2]),
        }


class Dose(Result):
    """One administration of the plan."""

    number: int
    cycle: int
    day: int | None
    date: Date | None
    date_from: bool
    optional: bool
    agent: str
    level: units.Measure | None
    size: Size
    pending: str | None
    bounded: Literal["cap", "floor"] | None
    cumulative: Size
    lifetime: Size | None
    interval: tuple[float, float | None] | None
    trace: str
    cite: tuple[str, ...]
    given: bool
    reduction: int | None

    @property
    def amount(self) -> "pint.Quantity[Any] | None":
        """The amount as a pint Quantity of ``dosecalc.ureg``, or None while it is pending."""
        return self.size.amount

    @property
    def exact(self) -> Fraction | None:
        """The amount as a Fraction of MBq (a radioactive agent) or mg (a drug), or None while it is pending."""
        return self.size.exact

    @property
    def per_weight(self) -> "pint.Quantity[Any] | None":
        return self.size.per_weight

    @property
    def per_bsa(self) -> "pint.Quantity[Any] | None":
        return self.size.per_bsa

    def document(self) -> DoseDocument:
        figures = self.size.figures()
        return {
            "number": self.number,
            "cycle": self.cycle,
            "day": self.day,
            "date": self.date.isoformat() if self.date else None,
            "date_from": self.date_from,
            "optional": self.optional,
            "agent": self.agent,
            "level": None if self.level is None else quantity_of(self.level),
            "amount": figures["amount"],
            "pending": self.pending,
            "bounded": self.bounded,
            "per_weight": figures["per_weight"],
            "per_bsa": figures["per_bsa"],
            "cumulative": {**self.cumulative.figures(), "lower_bound": self.cumulative.lower_bound},
            "lifetime": None
            if self.lifetime is None
            else {**self.lifetime.figures(), "lower_bound": self.lifetime.lower_bound},
            "interval": None
            if self.interval is None
            else {"low": self.interval[0], "high": self.interval[1], "coverage": COVERAGE},
            "reduction": self.reduction,
            "trace": self.trace,
            "cite": list(self.cite),
        }


class Totals(Result):
    """What one agent sums to: the required doses, and with the optional ones."""

    required: Size
    with_optional: Size


class Conflict(Result):
    """Statements of the sources that cannot all hold; ``applies`` None where that cannot be said."""

    id: str
    reading: str
    because: str
    between: tuple[str, ...]
    applies: bool | None


class Instruction(Result):
    text: str
    cite: tuple[str, ...]


class Unconfirmed(Result):
    """A fact that the plan rests on and that nobody read first-hand."""

    fact: str
    statement: str


class Plan(Result):
    """The doses, totals and findings for one patient, with everything needed to make the same plan again."""

    version: str
    protocol: dict[str, str]
    sources: tuple[dict[str, str], ...]
    inputs: dict[str, list[str]]
    patient: dict[str, Any]
    agents: dict[str, str]
    doses: tuple[Dose, ...]
    totals: dict[str, Totals]
    findings: tuple[Finding, ...]
    conflicts: tuple[Conflict, ...]
    instructions: tuple[Instruction, ...]
    unconfirmed: tuple[Unconfirmed, ...]
    verified: dict[str, Any] | None

    @property
    def violated(self) -> bool:
        """Whether any rule is violated, by an optional dose too."""
        return any(finding.status == "violation" for finding in self.findings)

    @property
    def settled(self) -> bool:
        """Whether nothing is unknown, pending or warned of."""
        open_findings = any(finding.status in ("warning", "unknown") for finding in self.findings)
        return not open_findings and all(dose.pending is None for dose in self.doses)

    def exit_status(self, *, strict: bool = False) -> int:
        """0, or 1 where a rule is violated; with ``strict`` also where something is unknown, pending or warned of."""
        return int(self.violated or (strict and not self.settled))

    def document(self) -> PlanDocument:
        """The plan as the JSON document of schema ``dosecalc.plan/1``."""
        return {
            "schema": SCHEMA,
            "dosecalc": self.version,
            "protocol": self.protocol,
            "sources": list(self.sources),
            "inputs": self.inputs,
            "patient": self.patient,
            "doses": [dose.document() for dose in self.doses],
            "totals": {
                agent: {"required": total.required.figures(), "with_optional": total.with_optional.figures()}
                for agent, total in self.totals.items()
            },
            "findings": [finding.document() for finding in self.findings],
            "conflicts": [
                {
                    "id": c.id,
                    "reading": c.reading,
                    "because": c.because,
                    "between": list(c.between),
                    "applies": c.applies,
                }
                for c in self.conflicts
            ],
            "instructions": [{"text": i.text, "cite": list(i.cite)} for i in self.instructions],
            "unconfirmed": [{"fact": u.fact, "statement": u.statement} for u in self.unconfirmed],
            "verified": self.verified,
        }

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())
