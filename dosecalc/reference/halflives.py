"""How an activity decays: the half-life from the table, or the one that was stated instead."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.errors import InputError
from dosecalc.quantities import options, units
from dosecalc.reference import radionuclides, tables
from dosecalc.reference.radionuclides import Radionuclide


class HalfLife(TypedDict):
    value: float
    unit: str
    source: str


class Clearance(NamedTuple):
    """How an activity decays: the half-life in days, what it rests on, and what has to be said of it."""

    nuclide: str
    half_life: Fraction
    shown: HalfLife
    notes: tuple[str, ...]
    sources: tuple[dict[str, str], ...]


def clearance(name: str | None, half_life: str | None) -> Clearance:
    """The half-life of a radionuclide from the table, or the one that was stated instead."""
    if name is None and half_life is None:
        raise InputError(
            "nothing was given; name a radionuclide such as I-131, or state --half-life", where="--nuclide"
        )
    row = None
    if name is not None and (half_life is None or radionuclides.spelled(name) in tables.radionuclides()):
        row = options.within("--nuclide", radionuclides.find, name, tables.radionuclides())
    shown = radionuclides.spelled(name) if name is not None else "as stated"
    notes = _progeny(row)
    if half_life is None:
        assert row is not None
        unsure = () if row.confirmed else (f"the half-life of {row.name} is unconfirmed: nobody read it first-hand",)
        told: HalfLife = {"value": float(row.number), "unit": row.unit, "source": row.source}
        return Clearance(row.name, row.half_life, told, (*notes, *unsure), (tables.identity(tables.HALF_LIVES),))
    stated = options.within("--half-life", units.read, half_life, "time")
    if not stated.value:
        raise InputError(f"read {half_life!r}; a half-life is above zero", where="--half-life")
    told = {"value": float(stated.number), "unit": stated.unit.symbol, "source": "stated"}
    return Clearance(shown, stated.value, told, notes, ())


def _progeny(row: Radionuclide | None) -> tuple[str, ...]:
    if row is None or row.name not in radionuclides.PROGENY:
        return ()
    return (f"{row.name} has radioactive progeny that grow in; they are outside of this activity",)
