"""How an activity decays: the half-life from the table, or the one that was stated instead."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.quantities import options, units
from dosecalc.quantities.documents import Result
from dosecalc.quantities.frozen import Field
from dosecalc.reference import radionuclides, tables
from dosecalc.reference.radionuclides import Radionuclide


class HalfLife(Result):
    """A half-life as its source prints it."""

    value: float = Field(description="The number, in the unit beside it.")
    unit: str = Field(description="A unit of time, as in the table or as stated.")
    source: str = Field(description="Where the table has it from, or stated.")


class DecayRate(NamedTuple):
    """The decay of an activity: the half-life in days, what it rests on, and notes for the user."""

    nuclide: str
    half_life: Fraction
    shown: HalfLife
    notes: tuple[str, ...]
    sources: tuple[dict[str, str], ...]


def clearance(name: str | None, half_life: str | None) -> DecayRate:
    """The half-life of a radionuclide from the table, or the one that was stated instead."""
    if half_life is not None:
        return _stated(name, half_life)
    if name is None:
        raise InputError(
            "nothing was given; name a radionuclide such as I-131, or state --half-life", where="--nuclide"
        )
    row = options.within("--nuclide", radionuclides.find, name, tables.radionuclides())
    notes = _progeny(row)
    if not row.confirmed:
        notes = (*notes, f"the half-life of {row.name} is unconfirmed: it was not checked against its source")
    shown = HalfLife.made(value=float(row.number), unit=row.unit, source=row.source)
    return DecayRate(row.name, row.half_life, shown, notes, (tables.identity(tables.HALF_LIVES),))


def _stated(name: str | None, half_life: str) -> DecayRate:
    """A stated half-life; its radionuclide need not be in the table, or be named at all."""
    measure = options.within("--half-life", units.read, half_life, "time")
    if not measure.value:
        raise InputError(f"read {half_life!r}; a half-life is above zero", where="--half-life")
    spelled = "as stated" if name is None else radionuclides.spelled(name)
    row = tables.radionuclides().get(spelled)
    shown = HalfLife.made(value=float(measure.number), unit=measure.unit.symbol, source="stated")
    return DecayRate(spelled, measure.value, shown, () if row is None else _progeny(row), ())


def _progeny(row: Radionuclide) -> tuple[str, ...]:
    if row.name not in radionuclides.PROGENY:
        return ()
    return (f"{row.name} has radioactive progeny that grow in; their activity is not included",)
