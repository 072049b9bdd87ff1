"""Sizes that people have: where a weight, a height, a surface or a body mass stands among people of an age and a sex.

The reference is CDC 2000 (fact sheet ``cdc2000-growth``): L, M and S of weight and of stature from birth to 20 years. A
value has the z-score ((X/M)^L - 1) / (L S); Cole and Green, Stat Med 1992;11:1305. The z-score of a body surface is the
one that weight and stature have in common when they give it by Mosteller's formula. An adult is held against the last
row of the table and against published means, with the L and S of that row around them.

Where a distribution is skewed, z hardly grows far above the median: a girl of 17 of three times the median weight has
z = 2.9. So upwards a size is also held against its modified z-score (fact ``cdc2000-bmi#modified-z``), and a body mass
index (fact sheet ``cdc2000-bmi``), which is the weight for the height, is held against that alone. Everything here is
float64.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from math import copysign, exp, inf, log, sqrt
from typing import Literal, NamedTuple

Kind = Literal["weight", "height", "bsa"]
SEXES = ("female", "male")
MONTH = 365.25 / 12
GROWN = 240.0
"""Months from which a person counts as an adult, where the table ends."""
MASS_FROM = 24.0
"""Months from which the reference has a body mass index."""
ADULT_WEIGHTS = {"female": (71.94,), "male": (83.43,)}
"""Mean weights in kg: Czech patients (fact ``czech-bsa-2015#weight``; a test compares the two)."""
ADULT_SURFACES = {"female": (1.71, 1.78), "male": (1.91, 2.00)}
"""Mean body surfaces in m²: facts ``sacco-2010#bsa`` (UK) and ``czech-bsa-2015#bsa``."""
_EXTREMES = (0.0, 210.5, GROWN)
"""Months at which the smallest and the largest plausible sizes of all ages lie: newborns, girls of 17 and adults."""
_SEARCH = 20.0
"""The |z| at which a search ends; the reference has no meaning there, but the side is certain."""
_WINDOW = 1e-9


class LMS(NamedTuple):
    """The three parameters of a distribution: power of the Box-Cox transform, median, coefficient of variation."""

    l: float  # noqa: E741  # the method's own name
    m: float
    s: float

    def value(self, z: float) -> float:
        """The value at a z-score; 0 or infinity where the distribution ends before it."""
        if self.l == 0:
            return self.m * exp(self.s * z)
        base = 1 + self.l * self.s * z
        if base <= 0:
            return 0.0 if self.l > 0 else inf
        return float(self.m * base ** (1 / self.l))

    def z(self, value: float) -> float:
        """The z-score of a value above zero."""
        if self.l == 0:
            return log(value / self.m) / self.s
        return float(((value / self.m) ** self.l - 1) / (self.l * self.s))


def reach(value: Callable[[float], float], modified: float) -> float:
    """The value at a modified z-score, of a distribution that is given by its values at z-scores."""
    median = value(0)
    return median + modified * abs(value(copysign(2, modified)) - median) / 2


def modified_z(value: Callable[[float], float], at: float) -> float:
    """The modified z-score of a value: its distance from the median in halves of the distance to z = 2 on its side."""
    median = value(0)
    return 2 * (at - median) / abs(value(copysign(2, at - median)) - median)


class Guard(NamedTuple):
    """How far from the median a size is plausible, by limits of ours.

    ``z``: the |z| up to which a weight, a height or a surface is plausible; in a normal distribution 27 in 10,000 lie
    beyond 3. ``far``: the |z| beyond which the wording is stronger; fewer than one in a million lie beyond 5.
    ``above``: the modified z-score of weights, surfaces and body mass indices. ``factor``: the multiple of the median
    up to which a body mass index is plausible in any case. ``below``: its modified z-score downwards, negative.
    ``adults``: the smallest and largest body mass index of adults in kg/m².
    """

    z: float
    far: float
    above: float
    factor: float
    below: float
    adults: tuple[float, float]


Rows = Sequence[tuple[float, LMS]]
"""Of one measure and sex: age in months with its parameters, in order of age."""


class Ages(NamedTuple):
    """The ages that a stated age can mean, in months."""

    youngest: float
    oldest: float


class Growth:
    """A growth reference: for "weight" (kg), "height" (cm) and "mass" (kg/m²), by sex, its rows; and our limits."""

    __slots__ = ("guard", "rows")

    def __init__(self, rows: Mapping[tuple[str, str], Rows], guard: Guard) -> None:
        self.rows, self.guard = rows, guard

    def at(self, measure: str, sex: str, months: float) -> LMS:
        """The parameters at an age, between two rows in proportion; before the first and after the last the row."""
        rows = self.rows[measure, sex]
        for end in (rows[0], rows[-1]):
            if months == end[0]:
                return end[1]
        after = bisect_right(rows, months, key=lambda row: row[0])
        if after == 0 or after == len(rows):
            return rows[min(after, len(rows) - 1)][1]
        (age, one), (next_age, other) = rows[after - 1], rows[after]
        share = (months - age) / (next_age - age)
        return LMS(*(a + share * (b - a) for a, b in zip(one, other, strict=True)))

    def months(self, ages: Ages) -> list[float]:
        """The ages at which a span is looked at: its ends, and every row between them (a table may jump)."""
        rows = next(iter(self.rows.values()))
        first = bisect_right(rows, ages.youngest, key=lambda row: row[0])
        last = bisect_right(rows, ages.oldest, key=lambda row: row[0])
        return list(dict.fromkeys((ages.youngest, *(rows[i][0] for i in range(first, last)), min(ages.oldest, GROWN))))


class Body:
    """The sizes of people of one age and sex, as functions of a z-score. ``scale`` moves the median surface."""

    __slots__ = ("height", "scale", "weight")

    def __init__(self, weight: LMS, height: LMS, scale: float = 1.0) -> None:
        self.weight, self.height, self.scale = weight, height, scale

    def value(self, kind: Kind, z: float) -> float:
        """The weight (kg), height (cm) or body surface (m²) at a z-score."""
        if kind == "bsa":
            return self.scale * sqrt(self.weight.value(z) * self.height.value(z) / 3600)
        return (self.weight if kind == "weight" else self.height).value(z)

    def largest(self, kind: Kind, guard: Guard) -> float:
        """The largest plausible size: at the guard's z-score, or at its modified one where that is nearer."""
        return min(self.value(kind, guard.z + _WINDOW), reach(partial(self.value, kind), guard.above))

    def z(self, kind: Kind, value: float, guard: Guard) -> float:
        """The z-score of a size above zero; infinite, with its sign, where the reference has none.

        A skewed distribution may end before the z-score that is far. Then every size has a z-score below that end,
        however large it is, and one beyond the plausible sizes says no more than that it lies above them.
        """
        z = self._search(value) if kind == "bsa" else (self.weight if kind == "weight" else self.height).z(value)
        ends = z > guard.z + _WINDOW and self.value(kind, guard.far) == inf
        return copysign(inf, z) if ends or abs(z) > _SEARCH - _WINDOW else z

    def _search(self, value: float) -> float:
        """The z-score that weight and height have in common when they give a body surface."""
        low, high = -_SEARCH, _SEARCH
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (middle, high) if self.value("bsa", middle) < value else (low, middle)
        return (low + high) / 2


class Standing(NamedTuple):
    """Where a size stands. ``plausible`` is None where that depends on an age that nobody stated.

    ``z`` is None where age or sex was not stated, and where the reference has none. ``side``: -1 for a size below the
    plausible ones, 1 above, 0 among them. ``far``: so far that nobody in the reference population is likely to be
    there. Where a distribution ends before that, a size above it has no z-score and is not called far. ``limit``: the
    |z| up to which it would be plausible.
    """

    plausible: bool | None
    z: float | None
    side: int
    far: bool
    limit: float = inf


@lru_cache(maxsize=1024)
def bodies(growth: Growth, kind: Kind, ages: Ages, sex: str) -> tuple[Body, ...]:
    """The references that people of an age and sex are held against."""
    return tuple(_bodies(growth, kind, ages, sex))


def _bodies(growth: Growth, kind: Kind, ages: Ages, sex: str) -> Iterator[Body]:
    if ages.youngest < GROWN:
        for months in growth.months(ages):
            yield Body(growth.at("weight", sex, months), growth.at("height", sex, months))
        return
    grown = Body(growth.at("weight", sex, GROWN), growth.at("height", sex, GROWN))
    yield grown
    if kind == "weight":
        yield from (Body(grown.weight._replace(m=mean), grown.height) for mean in ADULT_WEIGHTS[sex])
    if kind == "bsa":
        yield from (Body(grown.weight, grown.height, mean / grown.value("bsa", 0)) for mean in ADULT_SURFACES[sex])


@lru_cache(maxsize=4096)
def limits(growth: Growth, kind: Kind, ages: Ages | None, sex: str | None) -> tuple[float, float]:
    """The smallest and the largest plausible size (kg, cm or m²); what is not stated widens the band."""
    spans = (ages,) if ages is not None else tuple(Ages(months, months) for months in _EXTREMES)
    held = [body for each in _sexes(sex) for span in spans for body in bodies(growth, kind, span, each)]
    low = min(body.value(kind, -growth.guard.z - _WINDOW) for body in held)
    return low, max(body.largest(kind, growth.guard) for body in held)


def plausible(growth: Growth, kind: Kind, value: float, ages: Ages | None, sex: str | None) -> bool | None:
    """Whether people of an age and sex have a size; None where that depends on an age that was not stated."""
    low, high = limits(growth, kind, ages, sex)
    return (None if ages is None else True) if low <= value <= high else False


def stand(growth: Growth, kind: Kind, value: float, ages: Ages | None, sex: str | None) -> Standing:
    """Where a size (kg, cm or m²) stands. Of several references the one that it is nearest to gives its z-score."""
    low, high = limits(growth, kind, ages, sex)
    side = -1 if value < low else 1 if value > high else 0
    if ages is None:
        return Standing(None if side == 0 else False, None, side, far=False)
    z = _nearest_z(growth, kind, value, ages, sex)
    is_known = sex is not None and abs(z) != inf
    is_far = growth.guard.far < abs(z) and z != inf
    return Standing(side == 0, z if is_known else None, side, far=side != 0 and is_far, limit=growth.guard.z)


def off(growth: Growth, kind: Kind, value: float, ages: Ages, sex: str | None) -> float:
    """How many standard deviations a size lies off the nearest median for an age and a sex, on either side."""
    return abs(_nearest_z(growth, kind, value, ages, sex))


def _nearest_z(growth: Growth, kind: Kind, value: float, ages: Ages, sex: str | None) -> float:
    """The z-score nearest to zero that a size has among the references for an age and a sex."""
    held = [body for each in _sexes(sex) for body in bodies(growth, kind, ages, each)]
    if len(held) > 3:  # a search among all would find it in one of the two nearest
        held = sorted(held, key=lambda body: abs(log(body.value(kind, 0) / value)))[:2]
    return min((body.z(kind, value, growth.guard) for body in held), key=abs)


# -- body mass: the weight for the height -----------------------------------------------------------------------


@lru_cache(maxsize=4096)
def mass_limits(growth: Growth, ages: Ages | None, sex: str | None) -> tuple[float, float] | None:
    """The smallest and the largest plausible body mass index (kg/m²); None under two years, where the table has none.

    What is not stated widens the band. An adult's are limits of ours.
    """
    if ages is not None and ages.youngest < MASS_FROM:
        return None
    if ages is not None and ages.youngest >= GROWN:
        return growth.guard.adults
    guard, held = growth.guard, _masses(growth, ages or Ages(MASS_FROM, GROWN), sex)
    low = min(reach(lms.value, guard.below) for lms in held)
    high = max(max(reach(lms.value, guard.above), guard.factor * lms.m) for lms in held)
    if ages is None:
        low, high = min(low, guard.adults[0]), max(high, guard.adults[1])
    return low, high


def stand_mass(growth: Growth, value: float, ages: Ages | None, sex: str | None) -> Standing | None:
    """Where a body mass index (kg/m²) stands, without a z-score. None where there are no limits to hold it against."""
    limits_of_age = mass_limits(growth, ages, sex)
    if limits_of_age is None:
        return None
    side = -1 if value < limits_of_age[0] else 1 if value > limits_of_age[1] else 0
    return Standing(False if side else None if ages is None else True, None, side, far=False)


def mass_z(growth: Growth, value: float, ages: Ages | None, sex: str | None) -> float | None:
    """The modified z-score nearest to zero that a body mass index (kg/m²) has at an age; None where there is none."""
    if ages is None or sex is None or not MASS_FROM <= ages.youngest < GROWN:
        return None
    return min((modified_z(lms.value, value) for lms in _masses(growth, ages, sex)), key=abs)


def _masses(growth: Growth, ages: Ages, sex: str | None) -> list[LMS]:
    return [growth.at("mass", each, months) for each in _sexes(sex) for months in growth.months(ages)]


def ages_with(growth: Growth, kind: Kind, value: float, sex: str | None) -> tuple[float, float] | None:
    """The youngest and the oldest age, in whole years, at which a size is plausible; infinite for adults of any age."""
    spans = {year: Ages(12.0 * year, 12.0 * year + 12) for year in range(int(GROWN) // 12)}
    years = [year for year, span in spans.items() if plausible(growth, kind, value, span, sex)]
    grown = plausible(growth, kind, value, Ages(GROWN, GROWN), sex)
    if not years:
        return (GROWN / 12, inf) if grown else None
    return years[0], inf if grown else years[-1]


def _sexes(sex: str | None) -> Sequence[str]:
    return SEXES if sex is None else (sex,)
