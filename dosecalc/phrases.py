"""Turns of phrase that findings, errors and pages share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from math import inf

from dosecalc import units
from dosecalc.growth import Standing
from dosecalc.moments import ADULT, YEAR
from dosecalc.observables import Stated


def doses_text(numbers: Iterable[int]) -> str:
    """``dose 3``, ``doses 2 to 18`` or ``doses 4, 7 and 10``."""
    listed = list(numbers)
    if len(listed) == 1:
        return f"dose {listed[0]}"
    if listed == list(range(listed[0], listed[-1] + 1)) and len(listed) > 2:
        return f"doses {listed[0]} to {listed[-1]}"
    return f"doses {', '.join(map(str, listed[:-1]))} and {listed[-1]}"


def size_hint(bases: Iterable[str]) -> str:
    """The options that state a body size."""
    ways = {"weight": "--weight 20 (kg)", "bsa": "--bsa 1.6 (m²), or --weight and --height"}
    wanted = set(bases)
    return "give " + " and ".join(way for basis, way in ways.items() if basis in wanted)


def person(age: Stated | None, sex: str | None) -> str:
    """Whom a size belongs to: ``25-year-old man``, ``girl under one year``, ``9-month-old girl``, ``man or boy``."""
    days = age.value if age is not None and isinstance(age.value, Fraction) else None
    if age is None or days is None:
        return {"male": "man or boy", "female": "woman or girl"}.get(sex or "", "person of any age")
    grown, years = days >= ADULT, days / YEAR
    noun = {"male": "man" if grown else "boy", "female": "woman" if grown else "girl"}.get(sex or "", "")
    if years == 0:
        return f"{noun or 'child'} under one year"
    in_years = age.measure is None or age.measure.unit.symbol == "y"
    if years >= 2 or (in_years and years.denominator == 1):
        old = f"{units.decimal(years)}-year-old"
    else:
        old = f"{units.decimal(12 * years, 3)}-month-old" if 12 * years >= 1 else f"{units.decimal(days, 3)}-day-old"
    return f"{old} {noun}".strip()


def size(value: Fraction | float, basis: str) -> str:
    """A body size for people: a surface ("bsa") to a thousandth of a square metre, a weight to four figures."""
    unit = "m^2" if basis == "bsa" else "kg"
    return f"{units.decimal(value, 3 if basis == 'bsa' and value < 1 else 4)} {units.pretty(unit)}"


def standing(found: Standing, who: str) -> str:
    """Where a size stands, in words: ``plausible for a 15-year-old girl (z -0.36)``."""
    z = z_score(found)
    if found.side == 0:
        return f"plausible for {article(who)}{z}"
    side = "below" if found.side < 0 else "above"
    if found.far:
        return f"{side} every {who} of the reference"
    if found.z is None:
        return f"{side} the reference for {article(who)}"
    return f"implausibly {'small' if found.side < 0 else 'large'} for {article(who)}{z}"


def z_score(found: Standing) -> str:
    """A z-score in brackets, where there is one."""
    if found.z is None:
        return ""
    close = found.side != 0 and abs(found.z) < 3.1  # rounding must not hide which side of the limit it is
    return f" (z {units.decimal(found.z, 5 if close else 2)})"


def ages(found: tuple[float, float] | None) -> str:
    """The ages of people who have a size: ``people of 3 to 9 years``, ``adults``."""
    if found is None:
        return "nobody of the reference"
    low, high = found
    if high == inf:
        return "adults" if low >= ADULT / YEAR else f"people from {units.decimal(low)} years on"
    if high < 1:
        return "children under one year"
    if low < 1:
        return f"children of up to {units.decimal(high)} years"
    return f"people of {units.decimal(low)}{'' if low == high else f' to {units.decimal(high)}'} years"


def article(noun: str) -> str:
    """A noun with its indefinite article; numbers as they are spoken: an 8-, 11-, 18- or 80-year-old."""
    return f"an {noun}" if re.match(r"8|1[18](?![0-9])", noun) else f"a {noun}"
