"""Quantities read a second time: a table of units written from their definitions, and exact fractions.

Nothing here comes from the rest of dosecalc. A curie is 3.7e10 Bq, a rad 0.01 Gy, a pound 0.45359237 kg, an inch
2.54 cm; a week has 7 days, a year 365.25 and a month a twelfth of it, where no calendar decides.
"""

from __future__ import annotations

import re
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import isqrt
from typing import NamedTuple

NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?) ?(.*)", re.ASCII)

ACTIVITY = {  # in MBq
    "Bq": "1e-6", "kBq": "1e-3", "MBq": "1", "GBq": "1e3", "TBq": "1e6", "uCi": "0.037", "mCi": "37", "Ci": "37000",
}  # fmt: skip
MASS = {"kg": "1e6", "lb": "453592.37", "g": "1e3", "mg": "1", "mcg": "1e-3"}  # of a drug, an organ, a body, in mg
TIME = {"s": "1/86400", "min": "1/1440", "h": "1/24", "day": "1", "week": "7", "month": "30.4375", "y": "365.25"}
ABSORBED = {"Gy": "1", "mGy": "1e-3", "cGy": "1e-2", "rad": "1e-2"}
PLAIN = {
    "length": {"cm": "1", "m": "100", "mm": "0.1", "in": "2.54"},
    "bsa": {"m^2": "1"},
    "cells/weight": {"cell/kg": "1"},
    "percent": {"%": "1/100"},
    "xULN": {"xULN": "1"},
    "clearance": {"mL/min": "1"},
    "egfr": {"mL/min/1.73m^2": "1"},
    "count/volume": {
        "/L": "1e-9",
        "/mL": "1e-6",
        "/uL": "1e-3",
        "/mm^3": "1e-3",
        "10^9/L": "1",
        "K/uL": "1",
        "10^4/uL": "10",
    },
    "hemoglobin": {"g/dL": "1", "g/L": "0.1"},
    "creatinine": {"mg/dL": "1", "umol/L": "1/88.4"},
    "enzyme/volume": {"U/L": "1"},
}
PER = {"kg": ("weight", 10**6), "m^2": ("bsa", 1), "g": ("organ mass", 1000)}
SPELLINGS = {"µ": "u", "μ": "u", "²": "^2", "³": "^3", "⁹": "^9", "**": "^"}
NAMES = {
    "microcurie": "uCi", "millicurie": "mCi",
    "d": "day", "days": "day", "wk": "week", "weeks": "week", "months": "month", "years": "y", "year": "y",
    "10*9/L": "10^9/L", "G/L": "10^9/L", "Gpt/L": "10^9/L", "10*3/uL": "K/uL", "10^3/uL": "K/uL", "Tsd/uL": "K/uL",
    "Tsd./uL": "K/uL", "10^3/mm^3": "K/uL", "10*3/mm^3": "K/uL", "10*4/uL": "10^4/uL",
    "hour": "h", "hours": "h", "ug": "mcg", "x10^9/L": "10^9/L", "x 10^9/L": "10^9/L", "x ULN": "xULN",
    "cells/kg": "cell/kg", "cell/uL": "/uL", "cells/uL": "/uL", "mL/min/1.73 m^2": "mL/min/1.73m^2",
}  # fmt: skip


class Unreadable(ValueError):  # noqa: N818 - as Beyond
    """A text that this method cannot read."""


class Worth(NamedTuple):
    """A number with its unit, and its worth in the base unit of its dimension."""

    worth: Fraction
    dimension: str
    unit: str
    number: Fraction


def fraction(text: str) -> Fraction:
    """An exact number: "1e-3", "2.54", "1/88.4"."""
    above, _, below = text.partition("/")
    return Fraction(above) / Fraction(below or 1)


@lru_cache(maxsize=1)
def units() -> dict[str, tuple[str, Fraction]]:
    """Each unit with its dimension and its worth in the base unit."""
    table = {unit: (dimension, fraction(worth)) for dimension, rows in PLAIN.items() for unit, worth in rows.items()}
    for dimension, rows in (("activity", ACTIVITY), ("mass", MASS), ("time", TIME), ("absorbed dose", ABSORBED)):
        table |= {unit: (dimension, fraction(worth)) for unit, worth in rows.items()}
    for unit, worth in [*ACTIVITY.items(), *MASS.items()]:
        of = "activity" if unit in ACTIVITY else "mass"
        table |= {f"{unit}/{per}": (f"{of}/{size}", fraction(worth) / base) for per, (size, base) in PER.items()}
    for unit, time, dose in product(ACTIVITY, ("day", "h"), ("Gy", "cGy")):
        per_gray = fraction(ACTIVITY[unit]) * fraction(TIME[time]) / 1000 / fraction(ABSORBED[dose])
        table[f"{unit}*{time}/(g*{dose})"] = ("activity x time/(organ mass x absorbed dose)", per_gray)
    for unit, worth in ACTIVITY.items():
        table[f"h*{unit}"] = ("time-integrated activity", fraction(worth) / 24)
        table |= {
            f"{gy}/{unit}": ("absorbed dose/activity", fraction(ABSORBED[gy]) / fraction(worth)) for gy in ABSORBED
        }
    return table


def split(text: str) -> tuple[Fraction, str]:
    """The number of a text, and what stands after it."""
    if (match := NUMBER.fullmatch(text.strip())) is None:
        raise Unreadable(text)
    return Fraction(match[1]), match[2].strip()


@lru_cache(maxsize=4096)
def read(text: str, bare: str = "") -> Worth:
    """A quantity, "12 mCi/kg"; a number without a unit is in the bare one."""
    number, unit = split(text)
    return quantity(number, unit or bare)


def quantity(number: Fraction, unit: str) -> Worth:
    """A number in a unit."""
    known = units()
    if unit not in known:
        for spelled, ours in SPELLINGS.items():
            unit = unit.replace(spelled, ours)
        unit = re.sub(r"\b(m|mm)([23])\b", r"\1^\2", unit)
        unit = re.sub(r"(/[umd]?)l(?![A-Za-z])", r"\1L", unit)
        unit = re.sub(r"^ug\b", "mcg", NAMES.get(unit, unit))
        if match := re.fullmatch(r"(\w+)(?: |\*)(?:h|hr)|h (\w+)", unit):
            unit = f"h*{match[1] or match[2]}"
    if unit not in known:
        raise Unreadable(f"{number} {unit}")
    dimension, worth = known[unit]
    return Worth(number * worth, dimension, unit, number)


def root(value: Fraction) -> Fraction:
    """A square root, to forty digits; exactly where there is one."""
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    if above**2 == value.numerator and below**2 == value.denominator:
        return Fraction(above, below)
    with localcontext() as context:
        context.prec = 40
        return Fraction((Decimal(value.numerator) / Decimal(value.denominator)).sqrt())


def power(value: Fraction, exponent: Fraction) -> Fraction:
    """A power, to forty digits."""
    with localcontext() as context:
        context.prec = 40
        exact = (Decimal(each.numerator) / Decimal(each.denominator) for each in (value, exponent))
        return Fraction(next(exact) ** next(exact))
