"""The closed table of units: this is where a new unit goes.

An *atom* is a unit by itself; units are atoms, or quotients of them. To accept a dimension in one more atom, add the
atom to ``_ATOMS`` and its symbol to the dimension in ``_SIMPLE`` or ``_QUOTIENTS``. Another way to write a unit goes to
``SYNONYMS``. ``DIMENSIONS`` names each dimension with its canonical unit, in which everything is computed.

Factors are definitions: the curie is 37 GBq, the pound 0.45359237 kg, the inch 2.54 cm, the year 365.25 days and the
month a twelfth of it. Only mg/dL to umol/L of creatinine rests on a measured figure, which the fact sheet
``creatinine-conversion`` states.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import NamedTuple


class Unit(NamedTuple):
    """One row of the table: ``factor`` times a number in this unit is the number in the dimension's canonical unit."""

    symbol: str
    dimension: str
    factor: Fraction
    names: tuple[tuple[str, int], ...]
    """The unit as pint names it, each name with its power; empty where pint has no name for it."""


class Atom(NamedTuple):
    """A unit by itself: its symbol, its name in pint, and its factor to the canonical unit of its base."""

    symbol: str
    name: str
    base: str
    factor: Fraction


class Dimension(NamedTuple):
    """A dimension in words, its canonical unit, and an example of how to write it."""

    words: str
    canonical: str
    example: str


_ATOMS = (
    ("MBq", "megabecquerel", "activity", "1"),
    ("Bq", "becquerel", "activity", "1/1000000"),
    ("kBq", "kilobecquerel", "activity", "1/1000"),
    ("GBq", "gigabecquerel", "activity", "1000"),
    ("TBq", "terabecquerel", "activity", "1000000"),
    ("uCi", "microcurie", "activity", "37/1000"),
    ("mCi", "millicurie", "activity", "37"),
    ("Ci", "curie", "activity", "37000"),
    ("kg", "kilogram", "mass", "1"),
    ("g", "gram", "mass", "1/1000"),
    ("mg", "milligram", "mass", "1/1000000"),
    ("mcg", "microgram", "mass", "1/1000000000"),
    ("lb", "pound", "mass", "45359237/100000000"),
    ("cm", "centimeter", "length", "1"),
    ("m", "meter", "length", "100"),
    ("mm", "millimeter", "length", "1/10"),
    ("in", "inch", "length", "254/100"),
    ("mL", "milliliter", "volume", "1"),
    ("L", "liter", "volume", "1000"),
    ("uL", "microliter", "volume", "1/1000"),
    ("dL", "deciliter", "volume", "100"),
    ("Gy", "gray", "absorbed_dose", "1"),
    ("mGy", "milligray", "absorbed_dose", "1/1000"),
    ("cGy", "centigray", "absorbed_dose", "1/100"),
    ("rad", "rads", "absorbed_dose", "1/100"),
    ("mSv", "millisievert", "equivalent_dose", "1"),
    ("Sv", "sievert", "equivalent_dose", "1000"),
    ("uSv", "microsievert", "equivalent_dose", "1/1000"),
    ("rem", "rem", "equivalent_dose", "10"),
    ("day", "day", "time", "1"),
    ("h", "hour", "time", "1/24"),
    ("min", "minute", "time", "1/1440"),
    ("s", "second", "time", "1/86400"),
    ("week", "week", "time", "7"),
    ("y", "year", "time", "1461/4"),
    ("month", "month", "time", "487/16"),
    ("cell", "cell", "cell", "1"),
    ("%", "percent", "percent", "1"),
    ("xULN", "upper_limit_of_normal", "xULN", "1"),
    ("U", "enzyme_unit", "enzyme", "1"),
    ("mmol", "millimole", "substance", "1"),
    ("umol", "micromole", "substance", "1/1000"),
)
ATOMS = {symbol: Atom(symbol, name, base, Fraction(factor)) for symbol, name, base, factor in _ATOMS}

DIMENSIONS = {
    "activity": Dimension("an activity", "MBq", "32 mCi"),
    "activity/weight": Dimension("an activity per body weight", "MBq/kg", "12 mCi/kg"),
    "activity/bsa": Dimension("an activity per body surface area", "MBq/m^2", "20 mCi/m^2"),
    "activity/volume": Dimension("an activity concentration", "MBq/mL", "10 mCi/mL"),
    "activity/organ mass": Dimension("an activity per gram of an organ", "MBq/g", "80 uCi/g"),
    "activity x time/organ mass/absorbed dose": Dimension(
        "an activity times a time, per gram of an organ and absorbed dose", "MBq*day/(g*Gy)", "0.0247 MBq*day/(g*Gy)"
    ),
    "activity/mass": Dimension("a specific activity (per mass)", "MBq/mg", "2500 mCi/mg"),
    "activity/substance": Dimension("a specific activity (per mole)", "MBq/mmol", "15 Ci/mmol"),
    "time-integrated activity": Dimension("a time-integrated activity", "h*MBq", "100 h*MBq"),
    "weight": Dimension("a body weight", "kg", "20 kg"),
    "mass": Dimension("a mass of drug", "mg", "86.9 mg"),
    "mass/weight": Dimension("a mass per body weight", "mg/kg", "0.5 mg/kg"),
    "mass/bsa": Dimension("a mass per body surface area", "mg/m^2", "110 mg/m^2"),
    "length": Dimension("a length", "cm", "110 cm"),
    "bsa": Dimension("a body surface area", "m^2", "1.6 m^2"),
    "volume": Dimension("a volume", "mL", "10 mL"),
    "absorbed dose": Dimension("an absorbed dose", "Gy", "1.9 Gy"),
    "absorbed dose/activity": Dimension("an absorbed dose per activity", "Gy/MBq", "0.027 Gy/mCi"),
    "absorbed dose/time-integrated activity": Dimension(
        "an absorbed dose per time-integrated activity",
        "Gy/(h*MBq)",
        "8.5e-6 Gy/(MBq h)",
    ),
    "equivalent dose": Dimension("an equivalent or effective dose", "mSv", "5 mSv"),
    "equivalent dose rate": Dimension("a dose rate", "mSv/h", "20 uSv/h"),
    "equivalent dose/activity": Dimension("a dose coefficient", "mSv/MBq", "0.1 mSv/MBq"),
    "time": Dimension("a time", "day", "14 day"),
    "cells": Dimension("a number of cells", "cell", "1e8 cell"),
    "cells/weight": Dimension("a number of cells per body weight", "cell/kg", "2e6 cell/kg"),
    "count/volume": Dimension("a count per volume", "/L", "75000/uL"),
    "hemoglobin": Dimension("a mass of hemoglobin per volume", "g/L", "10 g/dL"),
    "creatinine": Dimension("a creatinine concentration", "mg/dL", "0.8 mg/dL"),
    "egfr": Dimension("a filtration rate for 1.73 m^2", "mL/min/1.73m^2", "60 mL/min/1.73m^2"),
    "clearance": Dimension("a clearance", "mL/min", "60 mL/min"),
    "enzyme/volume": Dimension("an enzyme activity", "U/L", "40 U/L"),
    "xULN": Dimension("a multiple of the upper limit of normal", "xULN", "1.5 xULN"),
    "percent": Dimension("a percentage", "%", "60 %"),
}

_SIMPLE = {
    "activity": "Bq kBq MBq GBq TBq uCi mCi Ci",
    "weight": "kg g lb",
    "mass": "mg mcg g",
    "length": "m cm mm in",
    "volume": "mL L uL",
    "absorbed dose": "Gy mGy cGy rad",
    "equivalent dose": "Sv mSv uSv rem",
    "time": "s min h day week month y",
    "cells": "cell",
    "xULN": "xULN",
    "percent": "%",
}
"""The atoms of each dimension that is written in one."""
_QUOTIENTS = {
    "activity/weight": (_SIMPLE["activity"], "kg"),
    "activity/volume": (_SIMPLE["activity"], "mL L"),
    "activity/organ mass": ("uCi mCi kBq MBq", "g"),
    "activity/mass": (_SIMPLE["activity"], "mg"),
    "activity/substance": (_SIMPLE["activity"], "mmol"),
    "mass/weight": ("mg mcg", "kg"),
    "absorbed dose/activity": ("Gy mGy cGy rad", "MBq mCi GBq"),
    "equivalent dose rate": ("Sv mSv uSv", "h"),
    "equivalent dose/activity": ("Sv mSv uSv rem", "MBq mCi GBq"),
    "cells/weight": ("cell", "kg"),
    "clearance": ("mL", "min"),
    "enzyme/volume": ("U", "L"),
    "hemoglobin": ("g", "L dL"),
}
"""The atoms over and under the stroke of each dimension that is written as a quotient."""
CREATININE_UMOL_PER_L = Fraction("88.4")
"""umol/L in one mg/dL of creatinine (fact ``creatinine-conversion#factor``; a test compares the two)."""


def _power(symbol: str, power: int = 1) -> tuple[str, int]:
    return ATOMS[symbol].name, power


def _simple() -> Iterator[Unit]:
    for dimension, symbols in _SIMPLE.items():
        canonical = ATOMS[DIMENSIONS[dimension].canonical].factor
        for symbol in symbols.split():
            yield Unit(symbol, dimension, ATOMS[symbol].factor / canonical, (_power(symbol),))


def _quotients() -> Iterator[Unit]:
    """Quotients, each with its factor to the dimension's canonical unit, which is one of the same atoms."""
    for dimension, (overs, unders) in _QUOTIENTS.items():
        top, _, bottom = DIMENSIONS[dimension].canonical.partition("/")
        for over in overs.split():
            for under in unders.split():
                factor = (ATOMS[over].factor / ATOMS[top].factor) / (ATOMS[under].factor / ATOMS[bottom].factor)
                yield Unit(f"{over}/{under}", dimension, factor, (_power(over), _power(under, -1)))


def _others() -> Iterator[Unit]:
    """The units that are no quotients of two atoms."""
    area = ("meter", -2)
    for symbol in _SIMPLE["activity"].split():
        factor = ATOMS[symbol].factor
        yield Unit(f"{symbol}/m^2", "activity/bsa", factor, (_power(symbol), area))
        yield Unit(f"h*{symbol}", "time-integrated activity", factor, (_power(symbol), _power("h")))
    for symbol in ("mg", "mcg"):
        factor = ATOMS[symbol].factor / ATOMS["mg"].factor
        yield Unit(f"{symbol}/m^2", "mass/bsa", factor, (_power(symbol), area))
    for symbol in ("Gy", "mGy"):  # of the whole body or an organ
        names = (_power(symbol), _power("MBq", -1), _power("h", -1))
        yield Unit(f"{symbol}/(h*MBq)", "absorbed dose/time-integrated activity", ATOMS[symbol].factor, names)
    for symbol, time, dose in product(("MBq", "kBq", "mCi", "uCi"), ("day", "h"), ("Gy", "cGy")):
        worth = ATOMS[symbol].factor * ATOMS[time].factor / ATOMS[dose].factor
        atoms = (_power(symbol), _power(time), _power("g", -1), _power(dose, -1))
        yield Unit(f"{symbol}*{time}/(g*{dose})", "activity x time/organ mass/absorbed dose", worth, atoms)
    yield Unit("m^2", "bsa", Fraction(1), (("meter", 2),))
    yield Unit("/L", "count/volume", Fraction(1), (_power("L", -1),))
    yield Unit("/mL", "count/volume", Fraction(10**3), (_power("mL", -1),))
    yield Unit("/uL", "count/volume", Fraction(10**6), (_power("uL", -1),))
    yield Unit("/mm^3", "count/volume", Fraction(10**6), (_power("mm", -3),))
    yield Unit("10^9/L", "count/volume", Fraction(10**9), ())
    yield Unit("K/uL", "count/volume", Fraction(10**9), ())
    yield Unit("mg/dL", "creatinine", Fraction(1), (_power("mg"), _power("dL", -1)))
    yield Unit("umol/L", "creatinine", 1 / CREATININE_UMOL_PER_L, (_power("umol"), _power("L", -1)))
    yield Unit("mL/min/1.73m^2", "egfr", Fraction(1), ())
    yield Unit("10^4/uL", "count/volume", Fraction(10**10), ())


def _table() -> dict[str, tuple[Unit, ...]]:
    table: dict[str, tuple[Unit, ...]] = {}
    for row in (*_simple(), *_quotients(), *_others()):
        table[row.symbol] = (*table.get(row.symbol, ()), row)
    return table


UNITS = _table()
"""Every unit by its symbol; a symbol of two dimensions, such as g, has a row for each."""
SYNONYMS = {
    "microcurie": "uCi",
    "millicurie": "mCi",
    "d": "day",
    "days": "day",
    "wk": "week",
    "weeks": "week",
    "months": "month",
    "years": "y",
    "year": "y",
    "hours": "h",
    "hour": "h",
    "mL/min/1.73 m^2": "mL/min/1.73m^2",
    "x10^9/L": "10^9/L",
    "x 10^9/L": "10^9/L",
    "10*9/L": "10^9/L",  # UCUM
    "G/L": "10^9/L",
    "Gpt/L": "10^9/L",
    "10*3/uL": "K/uL",
    "10^3/uL": "K/uL",
    "Tsd/uL": "K/uL",
    "Tsd./uL": "K/uL",
    "10^3/mm^3": "K/uL",
    "10*3/mm^3": "K/uL",
    "10*4/uL": "10^4/uL",
    "cells": "cell",
    "cells/kg": "cell/kg",
    "cell/uL": "/uL",
    "cells/uL": "/uL",
    "x ULN": "xULN",
    **{
        f"{dose}/{way}": f"{dose}/(h*MBq)"
        for dose in ("Gy", "mGy")
        for way in ("(MBq h)", "(MBq*h)", "(h MBq)", "MBq/h", "h/MBq")
    },
    **{
        way: f"h*{activity}"
        for activity in ("MBq", "mCi", "GBq")
        for way in (f"{activity} h", f"{activity}*h", f"{activity} hr", f"h {activity}")
    },
}
"""Other ways to write a unit."""
