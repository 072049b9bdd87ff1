"""The base of every result, and how amounts and quantities stand in JSON documents."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.quantities import units

Number = Fraction | float
COVERAGE = 0.95
"""Of every interval of an activity."""


class Quantity(TypedDict):
    value: float
    unit: str


_ALL: dict[type, set[str]] = {}
"""The fields of each kind of result: all are set, so all of a kind share one set."""


class Result(BaseModel):
    """A frozen part of a plan. Made by the planner alone, so it is constructed without being validated again."""

    model_config = ConfigDict(frozen=True, defer_build=True, arbitrary_types_allowed=True)

    @classmethod
    def made(cls, **values: Any) -> Self:
        """Construct from values that are right already; ``model_construct`` without its search for defaults."""
        new = cls.__new__(cls)
        object.__setattr__(new, "__dict__", values)
        object.__setattr__(new, "__pydantic_fields_set__", _ALL.setdefault(cls, set(values)))
        object.__setattr__(new, "__pydantic_extra__", None)
        object.__setattr__(new, "__pydantic_private__", None)
        return new


SHOWN = {
    "activity": (("MBq", "mCi"), ("MBq/kg", "mCi/kg"), ("MBq/m^2", "mCi/m^2")),
    "mass": (("mg",), ("mg/kg",), ("mg/m^2",)),
}
_MCI = units.UNITS["mCi"][0].factor


def figure_of(value: Number | None, names: tuple[str, ...]) -> dict[str, float] | None:
    """A value under the names of its canonical unit and, for an activity, of the unit in mCi."""
    if value is None:
        return None
    canonical = {names[0]: float(value)}
    return canonical if len(names) == 1 else {**canonical, names[1]: float(value / _MCI)}


_SHOWN_AS = {
    f"{kind}{per}": names[at] for kind, names in SHOWN.items() for at, per in enumerate(("", "/weight", "/bsa"))
}


def amounts(value: Number, dimension: str) -> dict[str, float]:
    """A canonical amount, or one per body size, as the documents print it: {"MBq": .., "mCi": ..} or {"mg": ..}."""
    return figure_of(value, _SHOWN_AS[dimension]) or {}


def quantity_of(measure: units.Measure) -> Quantity:
    """A measure as the document prints it: the double nearest to its number, in its own unit."""
    return {"value": float(measure.number), "unit": measure.unit.symbol}


def written(document: Any) -> str:
    """A document as JSON text; the same document gives the same bytes."""
    import json

    return json.dumps(document, ensure_ascii=False, indent=2)
