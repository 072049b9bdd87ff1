"""The results of decay and of dispensing, and the JSON documents that they make.

Their keys are contracts (``dosecalc.decay/1``, ``dosecalc.dispense/1``); the JSON Schemas in docs/ are made from the
document types here.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.quantities import times, units
from dosecalc.quantities.documents import Number, Quantity, amounts, written
from dosecalc.reference.halflives import HalfLife

if TYPE_CHECKING:
    import pint

DECAY, DISPENSE = "dosecalc.decay/1", "dosecalc.dispense/1"


class PointDocument(TypedDict):
    time: str | None
    elapsed_h: float
    factor: float
    activity: dict[str, float]


class DecayDocument(TypedDict):
    schema: str
    dosecalc: str
    inputs: dict[str, list[str]]
    nuclide: str
    half_life: HalfLife
    points: list[PointDocument]
    notes: list[str]
    sources: list[dict[str, str]]


class ConcentrationDocument(TypedDict):
    at_reference: Quantity
    at_draw: Quantity


class DrawDocument(TypedDict):
    activity: dict[str, float]
    volume: Quantity


class RoundedDocument(TypedDict):
    step: Quantity
    volume: Quantity
    activity: dict[str, float]
    difference_percent: float


class VialDocument(TypedDict):
    volume: Quantity
    activity: dict[str, float]
    enough: bool
    enough_until: str | None
    enough_until_h: float | None


class DispenseDocument(TypedDict):
    schema: str
    dosecalc: str
    inputs: dict[str, list[str]]
    amount: dict[str, float]
    nuclide: str | None
    half_life: HalfLife | None
    elapsed_h: float | None
    factor: float
    concentration: ConcentrationDocument
    draw: DrawDocument
    order: dict[str, float]
    rounded: RoundedDocument | None
    vial: VialDocument | None
    notes: list[str]
    sources: list[dict[str, str]]


class _Result(BaseModel):
    model_config = ConfigDict(frozen=True, defer_build=True, arbitrary_types_allowed=True, extra="forbid")


class DecayPoint(_Result):
    """An activity at one moment. ``time`` is None where only the elapsed time was stated; ``value`` is in MBq."""

    time: datetime | None
    elapsed_h: float
    factor: float
    value: float

    @property
    def activity(self) -> pint.Quantity[Any]:
        """The activity as a pint Quantity of ``dosecalc.ureg``."""
        return units.quantity(self.value, "MBq")


class Decay(_Result):
    """An activity through time. Progeny are outside of it."""

    version: str
    inputs: dict[str, list[str]]
    nuclide: str
    half_life: HalfLife
    points: tuple[DecayPoint, ...]
    notes: tuple[str, ...]
    sources: tuple[dict[str, str], ...]

    def document(self) -> DecayDocument:
        """The result as the JSON document of schema ``dosecalc.decay/1``."""
        return {
            "schema": DECAY,
            "dosecalc": self.version,
            "inputs": self.inputs,
            "nuclide": self.nuclide,
            "half_life": self.half_life,
            "points": [
                {
                    "time": None if point.time is None else times.shown(point.time),
                    "elapsed_h": point.elapsed_h,
                    "factor": point.factor,
                    "activity": amounts(point.value, "activity"),
                }
                for point in self.points
            ],
            "notes": list(self.notes),
            "sources": list(self.sources),
        }

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())


class Rounded(_Result):
    """A volume that a syringe can be set to, and what that does to the activity (MBq in the patient)."""

    step: Quantity
    volume: Quantity
    value: float
    difference_percent: float


class Vial(_Result):
    """Whether a vial holds enough for a draw, and when it stops holding enough."""

    volume: Quantity
    value: float
    enough: bool
    enough_until: datetime | None
    enough_until_h: float | None


class Dispensed(_Result):
    """What to draw for an amount, from a concentration at a reference time. Activities are in MBq."""

    version: str
    inputs: dict[str, list[str]]
    value: Number
    nuclide: str | None
    half_life: HalfLife | None
    elapsed_h: float | None
    factor: float
    concentration: Quantity
    concentration_then: Quantity
    drawn: float
    volume: Quantity
    order: float
    rounded: Rounded | None
    vial: Vial | None
    notes: tuple[str, ...]
    sources: tuple[dict[str, str], ...]

    @property
    def enough(self) -> bool | None:
        """Whether the vial holds enough; None where its volume was not stated."""
        return None if self.vial is None else self.vial.enough

    @property
    def exit_status(self) -> int:
        """0, or 1 where the vial does not hold enough, or the volume rounds to nothing."""
        return int(self.enough is False or (self.rounded is not None and not self.rounded.volume["value"]))

    def document(self) -> DispenseDocument:
        """The result as the JSON document of schema ``dosecalc.dispense/1``."""
        rounded, vial = self.rounded, self.vial
        return {
            "schema": DISPENSE,
            "dosecalc": self.version,
            "inputs": self.inputs,
            "amount": amounts(self.value, "activity"),
            "nuclide": self.nuclide,
            "half_life": self.half_life,
            "elapsed_h": self.elapsed_h,
            "factor": self.factor,
            "concentration": {"at_reference": self.concentration, "at_draw": self.concentration_then},
            "draw": {"activity": amounts(self.drawn, "activity"), "volume": self.volume},
            "order": amounts(self.order, "activity"),
            "rounded": None if rounded is None else {
                "step": rounded.step,
                "volume": rounded.volume,
                "activity": amounts(rounded.value, "activity"),
                "difference_percent": rounded.difference_percent,
            },
            "vial": None if vial is None else {
                "volume": vial.volume,
                "activity": amounts(vial.value, "activity"),
                "enough": vial.enough,
                "enough_until": None if vial.enough_until is None else times.shown(vial.enough_until),
                "enough_until_h": vial.enough_until_h,
            },
            "notes": list(self.notes),
            "sources": list(self.sources),
        }  # fmt: skip

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())
