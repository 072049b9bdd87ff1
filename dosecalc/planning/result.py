"""The result of planning: doses, totals and findings, and the JSON document that they make (``dosecalc.plan/1``).

Exact numbers are kept; a pint Quantity is made when one is asked for. The document's keys are a contract.
"""

from collections.abc import Mapping
from datetime import date as Date
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from dosecalc.findings.account import Statement
from dosecalc.findings.clearance import Clearance
from dosecalc.findings.finding import Finding
from dosecalc.quantities.documents import COVERAGE, Amount, Document, Number, Result
from dosecalc.quantities.frozen import Field
from dosecalc.quantities.units import Measure

if TYPE_CHECKING:
    import pint


class Amounts:
    """An amount with its ratios to the patient's size, as programs use it."""

    if TYPE_CHECKING:
        kind: Literal["activity", "mass"]
        amount_: Amount | None
        per_weight_: Amount | None
        per_bsa_: Amount | None

    @property
    def value(self) -> Number | None:
        """The amount in MBq or mg, or None where it is not known."""
        return None if self.amount_ is None else self.amount_.value

    @property
    def exact(self) -> Fraction | None:
        """The amount as a Fraction of MBq or mg (of the nearest double after an irrational step), or None."""
        return None if self.amount_ is None else self.amount_.exact

    @property
    def amount(self) -> "pint.Quantity[Any] | None":
        """The amount as a pint Quantity of ``dosecalc.ureg``, or None where it is not known."""
        return None if self.amount_ is None else self.amount_.quantity

    @property
    def per_weight(self) -> "pint.Quantity[Any] | None":
        """The amount per body weight as a pint Quantity, or None where it is not known."""
        return None if self.per_weight_ is None else self.per_weight_.quantity

    @property
    def per_bsa(self) -> "pint.Quantity[Any] | None":
        """The amount per body surface area as a pint Quantity, or None where it is not known."""
        return None if self.per_bsa_ is None else self.per_bsa_.quantity


class Size(Amounts, Result):
    """An amount with its ratios to the patient's size."""

    kind: Literal["activity", "mass"] = Field(exclude=True, description="Whether amounts are in MBq or in mg.")
    amount_: Amount | None = Field(serialization_alias="amount", description="MBq and mCi, or mg; null if not known.")
    per_weight_: Amount | None = Field(serialization_alias="per_weight", description="The same per kg of body weight.")
    per_bsa_: Amount | None = Field(serialization_alias="per_bsa", description="The same per m² of body surface.")


class RunningTotal(Size):
    """The running total of some doses."""

    lower_bound: bool = Field(description="Whether a part is unknown, so that this is the known part.")


class Interval(Result):
    """Between which activities a dose lies that was computed from readings."""

    low: float = Field(description="MBq")
    high: float | None = Field(description="MBq; null where it has no upper end.")
    coverage: float = Field(description=f"How often such an interval covers the true value, {COVERAGE}.")


class Dose(Amounts, Result):
    """One administration of the plan."""

    number: int = Field(description="Counted through the course, in the order of the file, all agents.")
    cycle: int = Field(description="The cycle that the dose is in.")
    day: int | None = Field(description="Counted from the first dose, which is day 1; null where it is not known.")
    date: Date | None = Field(description="Where the start is known.")
    date_from: bool = Field(description="Whether day and date are the earliest possible.")
    optional: bool = Field(description="Whether the protocol leaves it open to give the dose.")
    agent: str = Field(description="The key of the agent in the protocol's file.")
    level: Measure | None = Field(description="What is prescribed, per size or fixed.")
    kind: Literal["activity", "mass"] = Field(exclude=True, description="Whether amounts are in MBq or in mg.")
    amount_: Amount | None = Field(serialization_alias="amount", description="MBq and mCi, or mg; null while pending.")
    pending: str | None = Field(description="Why there is no amount, and what decides it.")
    bounded: Literal["cap", "floor"] | None = Field(description="Whether the source itself bounded the amount.")
    per_weight_: Amount | None = Field(serialization_alias="per_weight", description="The amount per kg.")
    per_bsa_: Amount | None = Field(serialization_alias="per_bsa", description="The amount per m².")
    cumulative: RunningTotal = Field(description="What was given of the agent in this course, with this dose.")
    lifetime: RunningTotal | None = Field(description="With what was given before; null where nothing was said of it.")
    interval: Interval | None = Field(description="Of an activity that was computed from readings.")
    reduction: int | None = Field(description="The step of the protocol's ladder to which the dose is reduced.")
    trace: str = Field(description="The arithmetic that made the amount.")
    cite: tuple[str, ...] = Field(description="The facts that license the amount.")
    given: bool = Field(exclude=True, description="Whether the amount is what was given.")


class GivenHow(Result):
    """How an agent is given."""

    route: str = Field(description="The route of administration; not stated where the file does not say.")
    form: str | None = Field(description="The chemical form, where the file states it.")
    site: str | None = Field(description="The vessel, joint or cavity, where the file states it.")
    text: str = Field(exclude=True, description="The same in words.")
    cite: tuple[str, ...] = Field(description="The facts that say so.")


class Totals(Result):
    """The totals of one agent."""

    required: Size = Field(description="The required doses.")
    with_optional: Size = Field(description="The required and the optional doses.")


class Conflict(Result):
    """Statements of the sources that cannot all hold."""

    id: str = Field(description="The id of the conflict in the protocol's file.")
    reading: str = Field(description="What the protocol takes the sources to say.")
    because: str = Field(description="Why.")
    between: tuple[str, ...] = Field(description="The facts that contradict each other.")
    applies: bool | None = Field(description="Whether it bears on this patient; null where that cannot be said.")


class Instruction(Result):
    """A demand of the source that no amount or finding expresses."""

    text: str = Field(description="The instruction in our words.")
    cite: tuple[str, ...] = Field(description="The facts that it rests on.")


class Unconfirmed(Result):
    """A fact that a result rests on and that were not yet checked against the source."""

    fact: str = Field(description="The fact, as sheet#fact.")
    statement: str = Field(description="What it states.")


class UsedBelief(Result):
    """A limit of ours that a finding rests on."""

    fact: str = Field(description="The fact, as beliefs#fact.")
    statement: str = Field(description="What it states.")


class Repeated(Result):
    """What the second method says of a finished plan."""

    agrees: bool | None = Field(description="Whether it finds the same; null where it could compute nothing.")
    method: str = Field(description="What was done, and what was not.")
    not_checked: tuple[str, ...] = Field(description="What it does not compute or know, and why.")


class Plan(Document):
    """The doses, totals and findings for one patient, with everything needed to make the same plan again."""

    SCHEMA: ClassVar[str] = "dosecalc.plan/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc that made the plan.")
    protocol: Mapping[str, str] = Field(description="Id, arm, title, purpose, status, file and sha256 of the protocol.")
    sources: tuple[Mapping[str, str], ...] = Field(description="The fact sheets that were read, with their sha256.")
    inputs: Mapping[str, tuple[str, ...]] = Field(description="Every option with its texts, as they were given.")
    patient: Mapping[str, Any] = Field(description="The statements about the patient and the values derived from them.")
    stated: tuple[Statement, ...] = Field(description="Everything that was stated, and what became of it.")
    agents: Mapping[str, str] = Field(exclude=True, description="The names of the agents by their keys.")
    administration: Mapping[str, GivenHow] = Field(description="How each agent of the arm is given.")
    doses: tuple[Dose, ...] = Field(description="The doses in the order of the course.")
    totals: Mapping[str, Totals] = Field(description="What each agent sums to.")
    findings: tuple[Finding, ...] = Field(description="Violations, warnings, unknown, then the rest.")
    clearance: Clearance = Field(description="The outcome of a plan, a limit or a record.")
    conflicts: tuple[Conflict, ...] = Field(description="The contradictions between the sources of the protocol.")
    instructions: tuple[Instruction, ...] = Field(
        description="What the sources ask for besides, and dosecalc itself (without a citation)."
    )
    unconfirmed: tuple[Unconfirmed, ...] = Field(
        description="The facts used that were not yet checked against the source."
    )
    beliefs: tuple[UsedBelief, ...] = Field(description="The limits used that are ours and no source's.")
    verified: Repeated = Field(description="What a second method, which shares nothing with the first, finds.")

    @property
    def violated(self) -> bool:
        """Whether any rule is violated, by an optional dose too."""
        return self.clearance.violations > 0

    @property
    def settled(self) -> bool:
        """Whether nothing is unknown, pending or warned of."""
        open_findings = any(finding.status in ("warning", "unknown") for finding in self.findings)
        return not open_findings and all(dose.pending is None for dose in self.doses)

    def exit_status(self, *, strict: bool = False) -> int:
        """0, or 1 where a rule is violated; with ``strict`` also where something is unknown, pending or warned of."""
        return int(self.violated or (strict and not self.settled))
