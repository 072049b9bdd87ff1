"""Whether a meaning of a report holds: the size that it implies, or the amount that a known size gives."""

from __future__ import annotations

from fractions import Fraction
from math import log
from typing import Literal, NamedTuple

from dosecalc.crosschecks.readings import Hypothesis
from dosecalc.crosschecks.report import Report
from dosecalc.crosschecks.result import Comparison, Reading
from dosecalc.quantities import units
from dosecalc.quantities.documents import amounts, quantity_of
from dosecalc.quantities.numbers import EXACT, apart
from dosecalc.reference.growth import Kind, Standing
from dosecalc.reference.people import People

WITHIN = Fraction(10, 100)
"""The difference up to which a total is consistent."""
LOOSELY = Fraction(20, 100)
KIND: dict[str, Kind] = {"bsa": "bsa", "weight": "weight"}
UNIT = {"bsa": "m^2", "weight": "kg"}
_AS_ANOTHER_BASIS = log(30)
"""A change of basis keeps every number; it counts like the kilograms to a square metre of an adult."""


def within(off: Fraction | float, limit: Fraction) -> bool:
    """Whether a relative difference is at most a limit; exactly the limit is within it."""
    return not EXACT.above(apart(off, 0), limit).yes


class Judged(NamedTuple):
    """A hypothesis, the reading that results show of it, and where the size that it implies stands."""

    hypothesis: Hypothesis
    reading: Reading
    standing: Standing | None
    off: Fraction | float | None
    """Reported over expected amount minus one, where the size is known."""

    @property
    def holds(self) -> bool:
        return self.reading.verdict == "consistent"

    @property
    def open(self) -> bool:
        """Whether it cannot be said if it holds."""
        return self.reading.verdict == "undetermined"


class Bench:
    """One report, and what its hypotheses are judged by."""

    def __init__(self, report: Report, base: Hypothesis) -> None:
        self.report, self.base = report, base
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
            difference_percent=None if off is None else float(100 * off),
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
        moved = abs(log(float(made.factor / base.factor)))
        return len(made.changes), round(moved, 9) + (_AS_ANOTHER_BASIS if made.basis != base.basis else 0)

    # -- the amounts --

    def comparison(self, printed: Judged, explained: Judged | None) -> Comparison | None:
        """The expected amount against the reported one, where the size is known; with the reading that explains it."""
        if printed.off is None:
            return None
        made, total = printed.hypothesis, self.report.total
        size = self.size(made)
        assert size is not None
        off = printed.off
        band: Literal[10, 20] | None = 10 if within(off, WITHIN) else 20 if within(off, LOOSELY) else None
        known = explained is not None and explained.off is not None
        return Comparison(
            expected=amounts(made.expected(size), total.dimension),
            reported=amounts(total.value, total.dimension),
            difference_percent=float(100 * off),
            within=band,
            slip=_slip(made, explained.hypothesis) if explained is not None and known else None,
        )


def _slip(printed: Hypothesis, explained: Hypothesis) -> str:
    """What it is read as, with the factor by which the reported amount is off for it: ``37: 1,036 MBq, not mCi``."""
    ratio = printed.factor / explained.factor
    shown = units.decimal(ratio, 5) if ratio >= 1 else f"1/{units.decimal(1 / ratio, 5)}"
    return f"{shown}: {explained.words}"
