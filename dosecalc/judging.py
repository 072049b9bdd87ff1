"""Whether a meaning of a report holds: the size that it implies, or the amount that a known size gives."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import log
from typing import Literal, NamedTuple

from dosecalc import units
from dosecalc.crosschecks import Comparison, Reading
from dosecalc.growth import Kind, Standing
from dosecalc.hypotheses import POUND, Course, Hypothesis, swapped
from dosecalc.numbers import EXACT
from dosecalc.plans import amounts, quantity_of
from dosecalc.report import Report
from dosecalc.sizes import People
from dosecalc.units import Measure

WITHIN = Fraction(10, 100)
"""The difference up to which a total is consistent."""
LOOSELY = Fraction(20, 100)
KIND: dict[str, Kind] = {"bsa": "bsa", "weight": "weight"}
UNIT = {"bsa": "m^2", "weight": "kg"}
_AS_ANOTHER_BASIS = log(30)
"""A change of basis keeps every number; it counts like the kilograms to a square metre of an adult."""
_FACTORS = [
    (Fraction(10), "10: a decimal point moved by one place"),
    (Fraction(1, 10), "1/10: a decimal point moved by one place"),
    (Fraction(1000), "1,000: a unit a thousand times too large"),
    (Fraction(1, 1000), "1/1,000: a unit a thousand times too small"),
]
_CURIES = [(Fraction(37), "37: MBq taken for mCi"), (Fraction(1, 37), "1/37: mCi taken for MBq")]
_POUNDS = [(1 / POUND, "2.2046: a weight in pounds taken for kilograms"),
           (POUND, "1/2.2046: a weight in kilograms taken for pounds")]  # fmt: skip


def within(off: Fraction | float, limit: Fraction) -> bool:
    """Whether a relative difference is at most a limit; exactly the limit is within it."""
    return not EXACT.above(abs(off), limit).yes


class Judged(NamedTuple):
    """A hypothesis, the reading that results show of it, and where the size that it implies stands."""

    hypothesis: Hypothesis
    reading: Reading
    standing: Standing | None
    off: Fraction | float | None
    """Reported over expected amount minus one, where the size is known."""

    @property
    def possible(self) -> bool:
        """Whether it holds, as far as what was stated can say."""
        return self.reading.verdict in ("consistent", "undetermined")


class Bench:
    """One report, and what its hypotheses are judged by."""

    def __init__(self, report: Report, base: Hypothesis, courses: tuple[Course, ...]) -> None:
        self.report, self.base, self.courses = report, base, courses
        self.people = People.of(report.age, report.sex)

    def fits(self, made: Hypothesis) -> bool:
        """Whether a hypothesis holds, and nothing more of it."""
        off, implied = self._off(made), made.implied
        if off is not None or implied is None:
            return off is not None and within(off, WITHIN)
        return self.people.has(KIND[made.basis], implied) is True

    def judge(self, made: Hypothesis) -> Judged:
        """A hypothesis with the size that it implies, where that stands, and whether it holds."""
        off, implied = self._off(made), made.implied
        standing = None if implied is None else self.people.stand(KIND[made.basis], implied)
        plausible = None if standing is None else standing.plausible
        fits = plausible if off is None else within(off, WITHIN)
        reading = Reading(
            reading=made.words,
            level=None if made.level is None else quantity_of(made.level),
            doses=made.doses,
            implied={} if implied is None else {made.basis: {"value": float(implied), "unit": UNIT[made.basis]}},
            plausible=plausible,
            z=None if standing is None else standing.z,
            arm=made.arm,
            changes=made.changes,
            verdict="undetermined" if fits is None else "consistent" if fits else "inconsistent",
            off=None if off is None else float(off),
        )
        return Judged(made, reading, standing, off)

    def size(self, made: Hypothesis) -> Fraction | float | None:
        """The size that a hypothesis is about; 1 where it is about none."""
        size: Fraction | float | None = self.report.sizes.get(made.basis) if made.basis else Fraction(1)
        return size

    def _off(self, made: Hypothesis) -> Fraction | float | None:
        """Reported over expected amount minus one, where the size is known."""
        size = self.size(made)
        return None if size is None else made.total / made.expected(size) - 1

    def distance(self, judged: Judged) -> tuple[int, float]:
        """How much a reading changes the report: the number of changes, then by how much a figure moves."""
        made, base = judged.hypothesis, self.base
        moved = abs(log(float(made.total / (made.per_size * made.stretch) / (base.total / base.per_size))))
        return len(made.changes), round(moved, 9) + (_AS_ANOTHER_BASIS if made.basis != base.basis else 0)

    # -- the amounts --

    def comparison(self, printed: Judged) -> Comparison | None:
        """The expected amount against the reported one, where the size is known."""
        if printed.off is None:
            return None
        made, total = printed.hypothesis, self.report.total
        size = self.size(made)
        assert size is not None
        off = printed.off
        band: Literal[10, 20] | None = 10 if within(off, WITHIN) else 20 if within(off, LOOSELY) else None
        return Comparison(
            expected=amounts(made.expected(size), total.dimension),
            reported=amounts(total.value, total.dimension),
            difference_percent=float(100 * off),
            within=band,
            slip=None if band == 10 else self._slip(printed),
        )

    def _slip(self, printed: Judged) -> str | None:
        """The mistake whose factor the reported amount is nearest to, within 10 %."""
        assert printed.off is not None
        ratio, made = float(printed.off + 1), printed.hypothesis
        total, level = self.report.total, self.report.level
        known = [*_unit_slips(total, total), *(_unit_slips(level, total) if level is not None else ())]
        known += [*_FACTORS, *(_CURIES if self.report.kind == "activity" else ()), *(_POUNDS if made.basis else ())]
        for number, what in self._counts(made):
            known += [(Fraction(number), f"{number}: multiplied by {what}"),
                      (Fraction(1, number), f"1/{number}: divided by {what}")]  # fmt: skip
        near = [(abs(log(ratio / factor)), text) for factor, text in known if abs(ratio / factor - 1) <= WITHIN]
        return min(near, key=lambda pair: pair[0])[1] if near else None

    def _counts(self, made: Hypothesis) -> Iterable[tuple[int, str]]:
        if made.doses > 1:
            yield made.doses, f"the number of doses, {made.doses}"
        arm = next((c for c in self.courses if c.arm == made.arm and 1 < c.per_cycle < made.doses), None)
        if arm is not None:
            yield arm.per_cycle, f"the doses of a cycle, {arm.per_cycle}"


def _unit_slips(printed: Measure, total: Measure) -> Iterable[tuple[Fraction, str]]:
    """The factor by which a total is off where its number, or that of the level, is in another unit."""
    what = "the number" if printed is total else "the level"
    for other, words in swapped(printed):
        factor = total.value / other.value if printed is total else other.value / printed.value
        yield factor, f"{_factor(factor)}: {what} is in {units.pretty(other.unit.symbol)} ({words})"


def _factor(value: Fraction) -> str:
    return units.decimal(value) if value >= 1 else f"1/{units.decimal(1 / value)}"
