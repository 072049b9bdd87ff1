"""The result of checking a record, and the JSON document that it makes (``dosecalc.record/1``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Literal

from dosecalc.findings.account import Statement
from dosecalc.findings.clearance import Clearance
from dosecalc.findings.finding import Finding
from dosecalc.planning.result import Dose
from dosecalc.quantities.documents import Amount, Document, Number, Result
from dosecalc.quantities.frozen import Field
from dosecalc.records.net import Balance

Kind = Literal["activity", "mass"]
Of = Literal["prescribed", "directive", "order", "protocol", "range"]
"""Who says what was to be given."""


class Screened(Result):
    """The verdict of one screen on a difference."""

    id: str = Field(description="The id of the screen.")
    outside: bool | None = Field(description="Whether it is too large; null where that cannot be said or applied.")
    cite: str = Field(description="The fact that states the limit.")


class Compared(Result):
    """A dose as it was given, against one statement of what was to be given."""

    of: Of = Field(description="Whose statement it is.")
    amount: Amount | None = Field(description="The amount to be given, MBq and mCi, or mg; null for a range alone.")
    off: Number | None = Field(exclude=True, description="The relative difference; None where it is not known.")
    difference_percent: float | None = Field(description="The same in percent.")
    screens: tuple[Screened, ...] = Field(
        description="Every screen on that difference; against a protocol, which is no prescription, none applies."
    )

    @property
    def value(self) -> Number | None:
        """The amount to be given in MBq or mg; None where only a range was prescribed."""
        return None if self.amount is None else self.amount.value


class Sievert(Result):
    """The sievert limb of 10 CFR 35.3045 for a dose."""

    difference_msv: float = Field(
        serialization_alias="difference_mSv", description="The effective dose of the difference in mSv."
    )
    above: bool = Field(description="Whether that is above the limit of the limb.")


class GivenPart(Result):
    """A part of a dose that was given in several."""

    administered: Amount | None = Field(description="What reached the patient; null where the record does not say it.")
    at_most: bool = Field(description="Whether that is an upper bound, as decay could not be corrected in full.")
    given_at: datetime | None = Field(description="When it was given.")


class Administration(Result):
    """One dose of a record, checked."""

    place: str = Field(exclude=True, description="Where the file has the dose.")
    number: int = Field(description="The number of the dose, as recorded or counted.")
    component: int | None = Field(description="Which of several agents given together; null for a dose of one agent.")
    patient_id: str | None = Field(description="The patient, as recorded.")
    course_of: str | None = Field(exclude=True, description="The patient of the course, where that is another one.")
    agent: str | None = Field(description="The agent, as recorded.")
    route: str | None = Field(exclude=True, description="The route, as recorded.")
    form: str | None = Field(exclude=True, description="The chemical form, as recorded.")
    prescribed_agent: str | None = Field(description="The agent that was prescribed, where the record says it.")
    right_agent: bool | None = Field(exclude=True, description="Whether the agent is the prescribed one.")
    happened: tuple[str, ...] = Field(description="What went wrong while it was given, as recorded.")
    follows: bool = Field(exclude=True, description="Whether it is the protocol's dose of its number.")
    nuclide: str | None = Field(exclude=True, description="The radionuclide, as recorded or by the agent's name.")
    kind: Kind = Field(exclude=True, description="Whether amounts are in MBq or in mg.")
    prescribed: Amount | None = Field(description="What the first statement wanted, MBq and mCi, or mg.")
    administered: Amount | None = Field(description="What reached the patient; null where the record does not say it.")
    at_most: bool = Field(description="Whether that is an upper bound, as decay could not be corrected in full.")
    given_at: datetime | None = Field(description="When it was given; of a dose in parts when the first part was.")
    parts: tuple[GivenPart, ...] = Field(description="The parts in the order of the record; empty for a dose in one.")
    difference_percent: float | None = Field(description="Of the administered from the prescribed amount, in percent.")
    screens: tuple[Screened, ...] = Field(description="Every screen on that difference.")
    compared: tuple[Compared, ...] = Field(
        serialization_alias="comparisons", description="Every statement of what was to be given, the first one first."
    )
    disagree: bool = Field(exclude=True, description="Whether what people stated differs beyond its printed digits.")
    off_protocol: bool = Field(exclude=True, description="The same with the protocol's amount among the statements.")
    sievert: Sievert | None = Field(description="The sievert limb; null without a dose coefficient.")
    notes: tuple[str, ...] = Field(description="What bears on this dose.")
    balances: tuple[Balance, ...] = Field(exclude=True, description="Assays less residuals against amounts given.")
    decayed: bool = Field(exclude=True, description="Whether anything that was measured was brought to another time.")
    determined: tuple[tuple[str | None, str | None], ...] = Field(
        exclude=True, description="When and by whom each part was measured, as recorded."
    )
    lacking: tuple[str, ...] = Field(exclude=True, description="What 10 CFR 35.2063 requires and the record lacks.")

    @property
    def given(self) -> Number | None:
        """The amount that reached the patient in MBq or mg; None where the record does not say it."""
        return None if self.administered is None else self.administered.value

    @property
    def last_at(self) -> datetime | None:
        """When the last of it was given."""
        return max((part.given_at for part in self.parts if part.given_at is not None), default=self.given_at)

    @property
    def flagged(self) -> bool:
        """Whether any screen of any comparison says that it lies outside, or the sievert limb is met."""
        outside = any(screen.outside is True for one in self.compared for screen in one.screens)
        return outside or self.above_sievert_limit is True

    @property
    def above_sievert_limit(self) -> bool | None:
        """Whether the sievert limb is met; None where no coefficient was stated."""
        return None if self.sievert is None else self.sievert.above


class Cumulative(Result):
    """The sum of one agent in one patient. With both bounds nothing is known of it."""

    patient_id: str | None = Field(description="The patient, as recorded.")
    agent: str | None = Field(description="The agent, as recorded.")
    kind: Kind = Field(exclude=True, description="Whether amounts are in MBq or in mg.")
    doses: int = Field(description="How many doses are in the sum.")
    prescribed: Amount | None = Field(description="The sum to be given, MBq and mCi, or mg; null where not known.")
    administered: Amount | None = Field(description="The sum that was given; null where it is not known.")
    lower_bound: bool = Field(description="Whether some dose is not known, so that this is the known part.")
    upper_bound: bool = Field(description="Whether some dose is known from above alone.")
    off: Number | None = Field(exclude=True, description="The relative difference; None where it is not known.")
    difference_percent: float | None = Field(description="The same in percent; null where either is not known in full.")


class RecordCheck(Document):
    """A course as it was given: every dose, the sums, and the findings of its protocol."""

    SCHEMA: ClassVar[str] = "dosecalc.record/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc that checked it.")
    inputs: Mapping[str, tuple[str, ...]] = Field(description="The record's file, and its options of a plan.")
    protocol: Mapping[str, str] | None = Field(description="Id, arm, title, status, file and sha256; null without one.")
    stated: tuple[Statement, ...] = Field(
        description="Every key or column that was stated, and what became of it; one row for all doses."
    )
    doses: tuple[Administration, ...] = Field(description="The doses in the order of the file.")
    cumulative: tuple[Cumulative, ...] = Field(description="What each agent came to in each patient.")
    clearance: Clearance = Field(
        description="What everything comes to; a dose outside of a limit counts as a violation."
    )
    findings: tuple[Finding, ...] = Field(description="Violations, warnings, unknown, then the rest.")
    remaining: tuple[Dose, ...] = Field(description="The doses still to come, planned from what was given.")
    notes: tuple[str, ...] = Field(description="What bears on all doses.")
    sources: tuple[Mapping[str, str], ...] = Field(description="The files that it was made from, with their sha256.")

    def exit_status(self, *, strict: bool = False) -> int:
        """0, or 1 where a figure lies outside of a screen or a rule is violated; ``strict``: or something is open."""
        verdict = self.clearance.verdict
        return int(verdict == "not cleared" or (strict and verdict != "nothing found against it"))
