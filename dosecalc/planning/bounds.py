"""The result of ``dosecalc limits``, and the JSON document that it makes (``dosecalc.limits/1``)."""

from collections.abc import Mapping
from typing import ClassVar, Literal, NamedTuple

from dosecalc.findings.clearance import Clearance
from dosecalc.findings.finding import Finding
from dosecalc.planning.result import Amounts, Unconfirmed
from dosecalc.quantities.documents import Amount, Document, Number, Result
from dosecalc.quantities.frozen import Field
from dosecalc.quantities.units import Measure

Reach = Literal["none", "bounded", "unbounded"]


class Extent(NamedTuple):
    """Up to where amounts are allowed, in MBq or mg: to ``value``, itself allowed where ``included``.

    ``reach`` is none where not even nothing is allowed, and unbounded where no amount is too much.
    """

    reach: Reach
    value: Number | None = None
    included: bool = True

    def allows(self, amount: Number) -> bool:
        """Whether an amount, in MBq or mg, is allowed."""
        if self.value is None:
            return self.reach == "unbounded"
        return amount < self.value or (self.included and amount == self.value)


class Most(Amounts, Result):
    """The most that an amount may be."""

    reach: Reach = Field(description="none: not even nothing; bounded: up to the amount; unbounded: any amount.")
    kind: Literal["activity", "mass"] = Field(exclude=True, description="Whether amounts are in MBq or in mg.")
    amount_: Amount | None = Field(serialization_alias="amount", description="MBq and mCi, or mg; null if not bounded.")
    per_weight_: Amount | None = Field(serialization_alias="per_weight", description="The same per kg of body weight.")
    per_bsa_: Amount | None = Field(serialization_alias="per_bsa", description="The same per m² of body surface.")
    included: bool | None = Field(description="Whether the amount itself is allowed; null if not bounded.")


class Lift(Result):
    """A statement about the patient with which a rule would not bind."""

    option: str = Field(description="The option that states it.")
    then: Most = Field(description="The most that would surely be allowed then.")


class Bound(Result):
    """The limit of one rule, and the statements that would lift it."""

    rule: str = Field(description="The id of the rule.")
    part: str | None = Field(description="The part of the rule, where several share its id.")
    title: str = Field(description="What the rule says.")
    severity: str = Field(description="The status of this rule where it is broken.")
    sure: Most = Field(description="Up to this the rule surely holds.")
    most: Most = Field(description="Up to this the rule is not broken.")
    binds: bool = Field(description="Whether the rule keeps the amount from being larger, or from being sure.")
    cite: tuple[str, ...] = Field(description="The facts that the rule rests on.")
    settled_by: tuple[str, ...] = Field(description="The options that decide the rule where it is not known.")
    lifts: tuple[Lift, ...] = Field(description="Statements with which it would hold for any amount.")


class Limits(Document):
    """The most that the next dose may be.

    ``largest`` breaks no rule; ``surely`` leaves no rule about amounts unknown either. ``most`` and ``sure`` say the
    same apart from rules that are broken whatever the amount.
    """

    SCHEMA: ClassVar[str] = "dosecalc.limits/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc.")
    protocol: Mapping[str, str] = Field(description="Id, arm, title, purpose, status, file and sha256 of the protocol.")
    inputs: Mapping[str, tuple[str, ...]] = Field(description="Every option with its texts, as they were given.")
    dose: int = Field(description="The number of the next dose.")
    agent: str = Field(description="The name of its agent.")
    kind: Literal["activity", "mass"] = Field(exclude=True, description="Whether amounts are in MBq or in mg.")
    given: Measure | None = Field(description="What was given of the agent in this course so far, in MBq or mg.")
    planned: Amount | None = Field(description="The protocol's own amount, in MBq and mCi or in mg.")
    pending: str | None = Field(description="Why there is no such amount.")
    projected: bool = Field(description="Whether the whole-body dose of the next dose follows from those measured.")
    largest: Most = Field(description="The most that breaks no rule.")
    surely: Most = Field(description="The most with which every rule about the amount surely holds.")
    most: Most = Field(serialization_alias="otherwise", description="The largest, apart from the rules in broken.")
    sure: Most = Field(exclude=True, description="The surely allowed, apart from the rules in broken.")
    exceeded: bool = Field(exclude=True, description="Whether the protocol's own amount is more than its rules allow.")
    bounds: tuple[Bound, ...] = Field(description="What each rule allows, the lowest limit first.")
    broken: tuple[Finding, ...] = Field(description="Rules that are broken whatever the amount.")
    unknown: tuple[Finding, ...] = Field(description="Rules that are not known at the largest amount.")
    clearance: Clearance = Field(description="What everything comes to.")
    unconfirmed: tuple[Unconfirmed, ...] = Field(
        description="The facts used that were not yet checked against the source."
    )

    def exit_status(self, *, strict: bool = False) -> int:
        """1 where no amount is free of violations, or the planned one is not; ``strict``: or something is open."""
        found = self.clearance.verdict != "nothing found against it"
        return int(self.clearance.verdict == "not cleared" or (strict and found))
