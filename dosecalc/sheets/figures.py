"""Figures on paper, as ISMP asks: a prefix that puts them between 1 and 1,000, a leading zero, no trailing one.

A column has one prefix, so that two figures in it are compared by their digits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from dosecalc.quantities import units
from dosecalc.quantities.units import Number

SYSTEMS = {"Bq": ("Bq", "kBq", "MBq", "GBq", "TBq"), "Ci": ("uCi", "mCi", "Ci"), "g": ("mg",)}
SPELLED = {"uCi": "microcurie"}
"""Units that are written out, as a handwritten or printed micro sign is misread."""

_ROUNDS_UP = Fraction(99995, 100000)
"""From this part of a unit on, four significant figures make a whole one of it."""


def unit_for(values: Iterable[Number], system: str) -> str:
    """The largest unit in which the least of some amounts is 1 or more; the smallest where none is."""
    sizes = [Fraction(value) for value in values if value]
    least = min(map(abs, sizes), default=Fraction(1))
    fitting = [symbol for symbol in SYSTEMS[system] if least >= units.unit(symbol).factor * _ROUNDS_UP]
    return fitting[-1] if fitting else SYSTEMS[system][0]


def written(value: Number, symbol: str, figures: int = 4) -> str:
    """An amount in a unit, "13.32 GBq"."""
    number = value / units.unit(symbol).factor
    return f"{units.decimal(number, max(figures, units.whole_figures(number)))} {SPELLED.get(symbol, symbol)}"


def both(value: Number, *, radioactive: bool = True) -> str:
    """An activity in both systems, "13.32 GBq (360 mCi)"; a mass in mg."""
    if not radioactive:
        return written(value, "mg")
    first, second = (written(value, unit_for([value], system)) for system in ("Bq", "Ci"))
    return f"{first} ({second})"


def column(values: Sequence[Number | None], system: str) -> tuple[str | None, ...]:
    """A column of amounts in one unit; None stays a blank."""
    symbol = unit_for([value for value in values if value is not None], system)
    return tuple(None if value is None else written(value, symbol) for value in values)


def band(value: Number, percent: int) -> str:
    """From an amount less so many percent to one more, in both systems; the units are those of the amount."""
    first, second = (_band(value, percent, unit_for([value], system)) for system in ("Bq", "Ci"))
    return f"{first} ({second})"


def _band(value: Number, percent: int, symbol: str) -> str:
    low, high = (written(value * (100 + sign * percent) / 100, symbol) for sign in (-1, 1))
    return f"{low.partition(' ')[0]} to {high}"
