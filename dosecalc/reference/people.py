"""People of an age and a sex: what to call them, and where a body size stands among them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import inf
from typing import NamedTuple

from dosecalc.quantities import units
from dosecalc.quantities.phrases import article
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Measure
from dosecalc.reference import growth, slips, tables
from dosecalc.reference.growth import MONTH, Ages, Growth, Kind, Standing
from dosecalc.reference.slips import Pair, Slip

YEAR = Fraction(1461, 4)
"""In days."""
SECOND = Fraction(1, 86400)
ADULT = 18 * YEAR
"""The age in days from which people are called men and women."""
TITLES: dict[Kind, str] = {"weight": "body weight", "height": "height", "bsa": "body surface area"}
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
    """A z-score in brackets, where there is one; none that would not show why a size lies beyond the limit."""
    if where.z is None or (where.side != 0 and abs(where.z) <= where.limit):
        return ""
    close = where.side != 0 and abs(where.z) < where.limit + 0.1  # rounding must not hide which side of the limit it is
    return f" (z {units.decimal(where.z, 5 if close else 2)})"


def mass_index(value: Fraction | float, figures: int = 4) -> str:
    """A body mass index in kg/m² as text."""
    return f"{units.decimal(value, figures)} kg/{units.pretty('m^2')}"


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
    growth: Growth

    @classmethod
    def of(cls, age: Stated | None, sex: str | None) -> People:
        """People of a stated age and sex."""
        return cls(ages_of(age), sex, person(age, sex), tables.growth())

    def stand(self, kind: Kind, value: Fraction | float) -> Standing:
        """Where a size (kg, cm or m²) stands among them."""
        return growth.stand(self.growth, kind, float(value), self.ages, self.sex)

    def has(self, kind: Kind, value: Fraction | float) -> bool | None:
        """Whether some of them have a size; None where that depends on the age."""
        return growth.plausible(self.growth, kind, float(value), self.ages, self.sex)

    def off(self, kind: Kind, value: Fraction | float) -> float | None:
        """How many standard deviations a size lies off the nearest of their medians; None where no age is known."""
        return None if self.ages is None else growth.off(self.growth, kind, float(value), self.ages, self.sex)

    def limit(self, kind: Kind, side: int) -> float:
        """The smallest (side -1) or the largest plausible size."""
        low, high = growth.limits(self.growth, kind, self.ages, self.sex)
        return low if side < 0 else high

    def mass(self, pair: Pair) -> Standing | None:
        """Where the body mass index of a weight and a height stands among them; None where it cannot be held."""
        return growth.stand_mass(self.growth, float(pair.mass), self.ages, self.sex)

    def mass_z(self, pair: Pair) -> str:
        """The modified z-score of the body mass index in brackets, where there is one."""
        z = growth.mass_z(self.growth, float(pair.mass), self.ages, self.sex)
        return "" if z is None else f" (modified z {units.decimal(z, 3)})"

    def mass_limit(self, side: int) -> float:
        """The smallest (side -1) or the largest plausible body mass index in kg/m², of people who have limits."""
        low, high = growth.mass_limits(self.growth, self.ages, self.sex) or (0.0, inf)
        return low if side < 0 else high

    def told_by_mass(self, pair: Pair, weight: Standing) -> bool:
        """Whether an unlikely weight is a matter of its height: it suits it, being large, or contradicts it."""
        mass = self.mass(pair)
        if mass is None or self.has("height", pair.height.value) is False:
            return False
        return mass.plausible is False or weight.side > 0

    def slipped(self, sizes: Mapping[Kind, Measure]) -> Iterator[str]:
        """The words for each size of one time that none of them has, alone or together."""
        both = "weight" in sizes and "height" in sizes
        pair = Pair(sizes["weight"], sizes["height"]) if both else None
        for kind, measure in sizes.items():
            if self.has(kind, measure.value) is not False:
                continue
            where = self.stand(kind, measure.value)
            if kind != "weight" or pair is None or not self.told_by_mass(pair, where):
                yield self.unlikely(kind, measure, where, pair)
        mass = None if pair is None else self.contradiction(pair)
        if pair is not None and mass is not None:
            yield self.unlikely_mass(pair, mass)

    def contradiction(self, pair: Pair) -> Standing | None:
        """Where a body mass index stands that none of them has at that height, which some of them have."""
        mass = self.mass(pair)
        if mass is None or mass.plausible is not False or self.has("height", pair.height.value) is False:
            return None
        return mass

    def unlikely(self, kind: Kind, measure: Measure, where: Standing, pair: Pair | None = None) -> str:
        """The words for a size that none of them has, with the likely slip; ``pair``: the weight and height stated."""
        limit = units.show(self.limit(kind, where.side), measure.unit.symbol, measure.dimension, figures=3)
        return (
            f"{TITLES[kind]} {units.spell(measure)} is {standing(where, self.who)}; plausible is "
            f"{'at least' if where.side < 0 else 'at most'} {limit}{self._slip(kind, measure, pair)}"
        )

    def unlikely_mass(self, pair: Pair, where: Standing) -> str:
        """The words for a weight and a height that none of them has together, with the likely slip."""
        limit = mass_index(self.mass_limit(where.side), figures=3)
        return (
            f"body weight {units.spell(pair.weight)} and height {units.spell(pair.height)} are a body mass index of "
            f"{mass_index(pair.mass)}, implausibly {'small' if where.side < 0 else 'large'} for {article(self.who)}"
            f"{self.mass_z(pair)}; our limit is {'at least' if where.side < 0 else 'at most'} {limit}"
            f"{self._slip_of(pair)}"
        )

    def _slip(self, kind: Kind, measure: Measure, pair: Pair | None) -> str:
        """The likely slip: one that mends weight and height together, else one that mends the size."""
        together = "" if pair is None else self._slip_of(pair)
        alone = (slip.words for slip in slips.of_size(kind, measure) if self.has(kind, slip.meant[kind].value))
        return together or next(alone, "")

    def _slip_of(self, pair: Pair) -> str:
        return next((slip.words for slip in slips.of_pair(pair) if self._suits(slip)), "")

    def _suits(self, slip: Slip) -> bool:
        """Whether some of them have a weight and a height, and the two together."""
        pair = Pair(slip.meant["weight"], slip.meant["height"])
        mass = self.mass(pair)
        fits = [self.has("weight", pair.weight.value), self.has("height", pair.height.value)]
        return False not in fits and (mass is None or mass.plausible is not False)
