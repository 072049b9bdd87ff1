"""The result of dispensing, and the JSON document that it makes (``dosecalc.dispense/1``). Its keys are a contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from dosecalc.quantities.account import StatedOption
from dosecalc.quantities.documents import Amount, Document, Number, Quantity, Result
from dosecalc.quantities.frozen import Field
from dosecalc.reference.halflives import HalfLife


class Concentration(Result):
    """The concentration of a vial at its reference time and at the draw."""

    at_reference: Quantity = Field(description="As stated, in its own unit.")
    at_draw: Quantity = Field(description="What is left of it when the dose is drawn, in the same unit.")


class Draw(Result):
    """An activity to draw, with what stays behind of it, and its volume."""

    activity: Amount = Field(description="MBq and mCi, when it is drawn.")
    volume: Quantity = Field(description="mL, before a syringe rounds it.")


class Rounded(Result):
    """A volume that a syringe can be set to, and the effect on the activity."""

    step: Quantity = Field(description="The step of the syringe, in its own unit.")
    volume: Quantity = Field(description="mL, a whole number of steps.")
    activity: Amount = Field(description="MBq and mCi that reach the patient with that volume.")
    difference_percent: float = Field(description="How far that is from the amount asked for, in percent.")

    @property
    def value(self) -> Number:
        """The activity that reaches the patient, in MBq."""
        return self.activity.value


class Vial(Result):
    """A vial at the draw, and whether it holds enough."""

    volume: Quantity = Field(description="As stated, in its own unit.")
    activity: Amount = Field(description="MBq and mCi in the vial at the draw.")
    enough: bool = Field(description="Whether it holds the activity to draw.")
    enough_until: datetime | None = Field(description="The moment until which it does; null where it is not known.")
    enough_until_h: float | None = Field(description="Hours from the draw to that moment; below zero for before.")

    @property
    def value(self) -> Number:
        """The activity in the vial at the draw, in MBq."""
        return self.activity.value


class Dispensed(Document):
    """A volume to draw for an amount, from a concentration at a reference time."""

    SCHEMA: ClassVar[str] = "dosecalc.dispense/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc that computed it.")
    inputs: Mapping[str, tuple[str, ...]] = Field(description="Every option with its texts, as they were given.")
    stated: tuple[StatedOption, ...] = Field(description="Everything that was stated, and what became of it.")
    patient: tuple[str, ...] = Field(description="The identifiers of the patient, as stated or as the plan has them.")
    amount: Amount = Field(description="MBq and mCi that the patient is to get.")
    agent: str | None = Field(description="The name of the agent, as the plan's protocol has it; null without a plan.")
    nuclide: str | None = Field(description="The radionuclide; null where a decay factor was stated without one.")
    half_life: HalfLife | None = Field(description="Its half-life, from the table or as stated.")
    elapsed_h: float | None = Field(description="Hours from the reference time to the draw; null with a stated factor.")
    factor: float = Field(description="The part of the concentration that is left at the draw.")
    concentration: Concentration = Field(description="Of the vial, at the reference time and at the draw.")
    draw: Draw = Field(description="What is to be drawn, with what stays behind of it.")
    ordered: Amount = Field(serialization_alias="order", description="MBq and mCi to order, at the reference time.")
    rounded: Rounded | None = Field(description="What a syringe makes of the volume; null without a step.")
    vial: Vial | None = Field(description="What the vial holds; null where its volume was not stated.")
    violations: tuple[str, ...] = Field(description="The violations of the plan that the dose is of.")
    notes: tuple[str, ...] = Field(description="What the plan came to, its day, progeny, and what rounding does.")
    sources: tuple[Mapping[str, str], ...] = Field(description="The files that it was made from, with their sha256.")

    @property
    def value(self) -> Number:
        """The amount that the patient is to get, in MBq."""
        return self.amount.value

    @property
    def drawn(self) -> Number:
        """The activity to draw, with what stays behind of it, in MBq."""
        return self.draw.activity.value

    @property
    def volume(self) -> Quantity:
        """The volume to draw in mL, before a syringe rounds it."""
        return self.draw.volume

    @property
    def order(self) -> Number:
        """The activity to order, in MBq at the reference time."""
        return self.ordered.value

    @property
    def enough(self) -> bool | None:
        """Whether the vial holds enough; None where its volume was not stated."""
        return None if self.vial is None else self.vial.enough

    def exit_status(self, *, strict: bool = False) -> int:
        """0, or 1 for a violation of the plan, a vial that does not hold enough, or a volume that rounds to nothing."""
        del strict
        return int(
            bool(self.violations)
            or self.enough is False
            or (self.rounded is not None and not self.rounded.volume["value"])
        )
