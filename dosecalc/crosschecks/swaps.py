"""Units that are mistaken for one another in print; amounts are then 37 or 1,000 times off."""

from __future__ import annotations

from collections.abc import Iterator

from dosecalc.quantities import units
from dosecalc.quantities.units import Measure

_SWAPS: dict[str, tuple[str, ...]] = {
    "mCi": ("MBq", "uCi", "Ci"),
    "MBq": ("mCi", "GBq", "kBq", "Bq"),
    "GBq": ("MBq", "Ci", "TBq"),
    "kBq": ("MBq", "uCi", "Bq"),
    "uCi": ("mCi", "kBq"),
    "Ci": ("mCi", "GBq"),
    "TBq": ("GBq",),
    "Bq": ("kBq", "MBq"),
    "mg": ("mcg", "g"),
    "mcg": ("mg",),
    "g": ("mg",),
    "kg": ("lb",),
    "lb": ("kg",),
    "cm": ("in",),
    "in": ("cm",),
    "Gy": ("cGy",),
    "cGy": ("Gy",),
    "mSv": ("Sv", "rem"),
    "Sv": ("mSv", "rem"),
}
"""Units by those that they are mistaken for, the most likely first."""


def swapped(printed: Measure) -> Iterator[tuple[Measure, str]]:
    """The same number in each unit that is mistaken for the printed one, with the words "7.4 MBq, not GBq"."""
    amount, slash, size = printed.unit.symbol.partition("/")
    for other in _SWAPS.get(amount, ()):
        symbol = f"{other}{slash}{size}"
        if symbol in units.UNITS:
            measure = Measure(printed.number, units.unit(symbol, printed.dimension), printed.text)
            yield measure, f"{units.spell(measure)}, not {units.pretty(amount)}"
