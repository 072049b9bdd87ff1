"""The base of every result, and how its values stand in JSON documents.

A result is a frozen model: its fields are described once, with their units, and both its JSON document and the JSON
Schema of that are made from them. A field with ``exclude`` is for programs alone and stands in neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.quantities import times, units
from dosecalc.quantities.frozen import OPEN, About, FrozenModel, frozen, names_of, once_a_kind
from dosecalc.quantities.units import Measure

if TYPE_CHECKING:
    import pint

COVERAGE = 0.95
"""Of every interval of an activity."""
_MCI = units.UNITS["mCi"][0].factor

Number = Fraction | float
"""An exact number, or a double after an irrational step; a document has the nearest double."""


class Quantity(TypedDict):
    """A number in its own unit."""

    value: float
    unit: str


class Result(FrozenModel):
    """A frozen result, or a part of one."""

    @classmethod
    def made(cls, **values: Any) -> Self:
        """Construct from values that are right already; tables and lists are frozen."""
        for name, value in values.items():
            if type(value) in OPEN:
                values[name] = frozen(value)
        return cls.with_parts(values)

    def document(self) -> dict[str, Any]:
        """The JSON document, or the part of one, that the result makes; a copy that the caller may change."""
        values = self.__dict__
        return {key: plain(values[name]) for name, key in keys_of(type(self))}


class Document(Result):
    """A result whose JSON document stands alone: it begins with its schema."""

    SCHEMA: ClassVar[str]

    def document(self) -> dict[str, Any]:
        """The result as its JSON document; a copy that the caller may change."""
        return {"schema": self.SCHEMA, **super().document()}

    def to_json(self) -> str:
        """The document as JSON text; the same result gives the same bytes."""
        return written(self.document())

    def exit_status(self, *, strict: bool = False) -> int:
        """The exit status of a command with this result: 0, or 1 where something was found."""
        del strict
        return 0


@once_a_kind
def fields_of(kind: type[Result]) -> Mapping[str, About]:
    """What is known of the parts of a kind of result, by their names."""
    named = ((name, getattr(kind, name, None)) for name in names_of(kind))
    return {name: about for name, about in named if isinstance(about, About)}


@once_a_kind
def keys_of(kind: type[Result]) -> tuple[tuple[str, str], ...]:
    """The parts of a kind of result that stand in its document, each with its key, in their order."""
    parts = fields_of(kind).items()
    return tuple((name, about.serialization_alias or name) for name, about in parts if not about.exclude)


class Amount(NamedTuple):
    """An amount in MBq or mg, or one per body weight (kg) or surface (m²), as its dimension says."""

    value: Fraction | float
    dimension: str

    @property
    def exact(self) -> Fraction:
        """The amount as a Fraction (of the nearest double after an irrational step)."""
        return Fraction(self.value)

    @property
    def quantity(self) -> pint.Quantity[Any]:
        """The amount as a pint Quantity of ``dosecalc.ureg``."""
        return units.quantity(self.value, _SHOWN[self.dimension][0])

    def document(self) -> dict[str, float]:
        """As documents print it: {"MBq": .., "mCi": ..} or {"mg": ..}, or the same per size."""
        first, *others = _SHOWN[self.dimension]
        return {first: float(self.value), **{other: float(self.value / _MCI) for other in others}}


_SHOWN = {
    "activity": ("MBq", "mCi"),
    "activity/weight": ("MBq/kg", "mCi/kg"),
    "activity/bsa": ("MBq/m^2", "mCi/m^2"),
    "mass": ("mg",),
    "mass/weight": ("mg/kg",),
    "mass/bsa": ("mg/m^2",),
}


def amounts(value: Fraction | float, dimension: str) -> dict[str, float]:
    """A canonical amount, or one per body size, as the documents print it: {"MBq": .., "mCi": ..} or {"mg": ..}."""
    return Amount(value, dimension).document()


def quantity_of(measure: Measure) -> Quantity:
    """A measure as the document prints it: the double nearest to its number, in its own unit."""
    return {"value": float(measure.number), "unit": measure.unit.symbol}


def plain(value: Any) -> Any:
    """A value of a result as JSON has it."""
    if isinstance(value, (Result, Amount)):
        return value.document()
    if isinstance(value, Measure):
        return quantity_of(value)
    if isinstance(value, Fraction):
        return float(value)
    if isinstance(value, datetime):
        return times.shown(value)
    if isinstance(value, Date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    return value


def written(document: Any) -> str:
    """A document as JSON text; the same document gives the same bytes."""
    import json

    return json.dumps(document, ensure_ascii=False, indent=2)
