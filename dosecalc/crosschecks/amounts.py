"""Amounts as reports print them: of which kind each is, and per which body size."""

from __future__ import annotations

from typing import Literal, NamedTuple

from dosecalc.quantities.units import Measure

Substance = Literal["activity", "mass"]
Basis = Literal["bsa", "weight"]
"""The body size that a level is per: body surface area (m²) or body weight (kg)."""
UNIT: dict[Basis, str] = {"bsa": "m^2", "weight": "kg"}


class _Kind(NamedTuple):
    substance: Substance
    basis: Basis | None


_KINDS: dict[str, _Kind] = {
    "activity": _Kind("activity", None),
    "mass": _Kind("mass", None),
    "activity/weight": _Kind("activity", "weight"),
    "activity/bsa": _Kind("activity", "bsa"),
    "mass/weight": _Kind("mass", "weight"),
    "mass/bsa": _Kind("mass", "bsa"),
}
DIMENSIONS = tuple(_KINDS)
"""The dimensions that a total may have."""


def substance_of(amount: Measure) -> Substance:
    """Whether an amount, or one per body size, is an activity or a mass of drug."""
    return _KINDS[amount.dimension].substance


def basis_of(total: Measure, level: Measure) -> Basis | None:
    """The body size that a level is per; None where it is of the same kind as the total, so that no size is needed."""
    return None if total.dimension == level.dimension else _KINDS[level.dimension].basis


def dimensions_of_level(total: Measure) -> tuple[str, ...]:
    """The dimensions that a level may have beside a total; a total per body size has levels of its own kind alone."""
    substance, basis = _KINDS[total.dimension]
    return (total.dimension,) if basis is not None else (f"{substance}/bsa", f"{substance}/weight", substance)
