"""People of an age and a sex: what to call them, and where a body size stands among them."""

from __future__ import annotations

from fractions import Fraction
from math import inf
from typing import NamedTuple

from dosecalc.quantities import units
from dosecalc.quantities.phrases import article
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Measure
from dosecalc.reference import growth, tables
from dosecalc.reference.growth import MONTH, Ages, Kind, Standing

YEAR = Fraction(1461, 4)
"""In days."""
ADULT = 18 * YEAR
"""The age in days from which people are called men and women."""
TITLES: dict[Kind, str] = {"weight": "body weight", "height": "height", "bsa": "body surface area"}
_UNITS: dict[Kind, tuple[str, ...]] = {"weight": ("kg", "lb", "g"), "height": ("cm", "in", "m"), "bsa": ("m^2",)}
"""The units that a size is written in by mistake."""
_NAMES = {
    "kg": "kilograms",
    "lb": "pounds",
    "g": "grams",
    "cm": "centimetres",
    "in": "inches",
    "m": "metres",
    "mm": "millimetres",
    "m^2": "square metres",
}
_GROWN = {"male": "man", "female": "woman"}
_YOUNG = {"male": "boy", "female": "girl"}


def ages_of(age: Stated | None) -> Ages | None:
    """The ages that a stated age can mean: whole years are completed years, anything else is exact."""
    if age is None or not isinstance(age.value, Fraction):
        return None
    year = units.unit("y").factor
    months = float(age.value) / MONTH
    whole = (age.value / year).denominator == 1 and (age.measure is None or age.measure.unit.symbol == "y")
    return Ages(months, months + 12 if whole else months)


def person(age: Stated | None, sex: str | None) -> str:
    """The words for a person: ``25-year-old man``, ``girl under one year``, ``9-month-old girl``, ``man or boy``."""
    if age is None or not isinstance(age.value, Fraction):
        return f"{_GROWN[sex]} or {_YOUNG[sex]}" if sex in _GROWN else "person of any age"
    noun = (_GROWN if age.value >= ADULT else _YOUNG).get(sex or "", "")
    if age.value == 0:
        return f"{noun or 'child'} under one year"
    return f"{_old(age.value, in_years=age.measure is None or age.measure.unit.symbol == 'y')} {noun}".strip()


def _old(days: Fraction, *, in_years: bool) -> str:
    """``25-year-old``; below two years in months or days, unless the age was stated in whole years."""
    years = days / YEAR
    if years >= 2 or (in_years and years.denominator == 1):
        return f"{units.decimal(years)}-year-old"
    months = 12 * years
    return f"{units.decimal(months, 3)}-month-old" if months >= 1 else f"{units.decimal(days, 3)}-day-old"


def size(value: Fraction | float, kind: str) -> str:
    """A weight in kg to four figures, or a body surface ("bsa") in m² to a thousandth."""
    if kind == "bsa":
        return f"{units.decimal(value, 3 if value < 1 else 4)} {units.pretty('m^2')}"
    return f"{units.decimal(value, 4)} kg"


def standing(where: Standing, who: str) -> str:
    """Where a size stands, in words: ``plausible for a 15-year-old girl (z -0.36)``."""
    if where.side == 0:
        return f"plausible for {article(who)}{z_score(where)}"
    side = "below" if where.side < 0 else "above"
    if where.far:
        return f"{side} every {who} of the reference"
    if where.z is None:
        return f"{side} the reference for {article(who)}"
    return f"implausibly {'small' if where.side < 0 else 'large'} for {article(who)}{z_score(where)}"


def z_score(where: Standing) -> str:
    """A z-score in brackets, where there is one."""
    if where.z is None:
        return ""
    close = where.side != 0 and abs(where.z) < 3.1  # rounding must not hide which side of the limit it is
    return f" (z {units.decimal(where.z, 5 if close else 2)})"


def ages(span: tuple[float, float] | None) -> str:
    """The ages in years of people who have a size: ``people of 3 to 9 years``, ``adults``."""
    if span is None:
        return "nobody in the reference population"
    low, high = span
    if high == inf:
        return "adults" if low >= ADULT / YEAR else f"people from {units.decimal(low)} years on"
    if high < 1:
        return "children under one year"
    if low < 1:
        return f"children of up to {units.decimal(high)} years"
    return f"people of {units.decimal(low)}{'' if low == high else f' to {units.decimal(high)}'} years"


class People(NamedTuple):
    """People of one age and sex, as far as they were stated, whom sizes are held against."""

    ages: Ages | None
    sex: str | None
    who: str

    @classmethod
    def of(cls, age: Stated | None, sex: str | None) -> People:
        """People of a stated age and sex."""
        return cls(ages_of(age), sex, person(age, sex))

    def stand(self, kind: Kind, value: Fraction | float) -> Standing:
        """Where a size (kg, cm or m²) stands among them."""
        return growth.stand(tables.growth(), kind, float(value), self.ages, self.sex)

    def has(self, kind: Kind, value: Fraction | float) -> bool | None:
        """Whether some of them have a size; None where that depends on the age."""
        return growth.plausible(tables.growth(), kind, float(value), self.ages, self.sex)

    def limit(self, kind: Kind, side: int) -> float:
        """The smallest (side -1) or the largest plausible size."""
        low, high = growth.limits(tables.growth(), kind, self.ages, self.sex)
        return low if side < 0 else high

    def unlikely(self, kind: Kind, measure: Measure, where: Standing) -> str:
        """The words for a size that none of them has, with the likely slip."""
        limit = units.show(self.limit(kind, where.side), measure.unit.symbol, measure.dimension, figures=3)
        return (
            f"{TITLES[kind]} {units.spell(measure)} is {standing(where, self.who)}; plausible is "
            f"{'at least' if where.side < 0 else 'at most'} {limit}{self._slip(kind, measure)}"
        )

    def _slip(self, kind: Kind, measure: Measure) -> str:
        """The same digits in another unit, or with the decimal point moved, where that is a plausible size."""
        for symbol in _UNITS[kind]:
            other = Measure(measure.number, units.unit(symbol, measure.dimension), measure.text)
            if other.unit != measure.unit and self.has(kind, other.value):
                back = units.show(other.value, measure.unit.symbol, measure.dimension)
                names = f"{_NAMES[symbol]} for {_NAMES[measure.unit.symbol]}"
                return f". Probably {names}: {units.spell(other)} is {back}, which is plausible"
        for factor in (Fraction(1, 10), Fraction(10)):
            other = Measure(measure.number * factor, measure.unit, measure.text)
            if self.has(kind, other.value):
                return f". Perhaps a decimal point was moved: {units.spell(other)} is plausible"
        return ""
