"""Whether a meaning of a report holds: the size that it implies, or the amount that a known size gives."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import log, prod
from typing import Literal, NamedTuple

from dosecalc.crosschecks.amounts import UNIT, Basis
from dosecalc.crosschecks.readings import Hypothesis, Kind
from dosecalc.crosschecks.report import Report
from dosecalc.crosschecks.result import AmountComparison, Reading, Verdict
from dosecalc.quantities import units
from dosecalc.quantities.documents import Number, amounts, quantity_of
from dosecalc.quantities.numbers import EXACT, apart
from dosecalc.quantities.printed import Span, half_a_digit, span
from dosecalc.reference.growth import Standing
from dosecalc.reference.people import People

WITHIN = Fraction(10, 100)
"""The difference up to which a total is consistent."""
LOOSELY = Fraction(20, 100)
_WINDOW = 1e-12
"""The relative difference below which two doubles are equal."""
RARE: Mapping[Kind, float] = {"slip": 1.0, "pounds": 2.0, "basis": 2.0, "count": 2.0, "level": 3.0}
"""How much rarer a kind of change is than a mistaken unit or a level taken for that of a cycle, as a logarithm."""
_AS_ANOTHER_BASIS = log(30)
"""A change of basis keeps every number; it counts like the kilograms to a square metre of an adult."""


def within(difference: Number, limit: Fraction) -> bool:
    """Whether a relative difference is at most a limit; exactly the limit is within it."""
    return not EXACT.above(apart(difference, 0), limit).yes


class ExpectedAmount(NamedTuple):
    """The amount that the levels give for a known size, and the relative difference of the reported amount from it."""

    size: Number
    """In m² or kg; 1 where the levels are not per size."""
    amount: Number
    difference: Number


class Judged(NamedTuple):
    """A hypothesis, the reading that results show of it, and what it was judged by."""

    hypothesis: Hypothesis
    reading: Reading
    standing: Standing | None
    """Where the implied size stands among people; None where no size is implied."""
    expected: ExpectedAmount | None
    """None where the size is not known."""

    @property
    def holds(self) -> bool:
        return self.reading.verdict == "consistent"

    @property
    def open(self) -> bool:
        """Whether it cannot be said if it holds."""
        return self.reading.verdict == "undetermined"


class AllJudged(NamedTuple):
    """The readings with nothing changed, one thing and two, the last two by how little they change the report."""

    printed: list[Judged]
    once: list[Judged]
    twice: list[Judged]


class Ruling(NamedTuple):
    """The verdict, and the readings that it is told by: as printed, with one change, and the one that explains it."""

    verdict: Verdict
    printed: Judged
    once: list[Judged]
    explanation: Judged | None = None


class ReportJudge:
    """One report, and what its hypotheses are judged by. ``base`` is the first of them as printed.

    ``arithmetic``: where the size is known only the rounding of the printed digits decides, and not 10 %.
    """

    def __init__(self, report: Report, base: Hypothesis, *, arithmetic: bool = False) -> None:
        self.report, self.base, self.arithmetic = report, base, arithmetic
        self.people = People.of(report.age, report.sex)

    def holds(self, hypothesis: Hypothesis) -> bool:
        """Whether a hypothesis holds, and nothing more of it."""
        expected, basis, implied = self._expected(hypothesis), hypothesis.basis, hypothesis.implied
        if expected is not None:
            return self._agrees(hypothesis, expected)
        return basis is not None and implied is not None and self.people.has(basis, implied) is True

    def judge(self, hypothesis: Hypothesis) -> Judged:
        """A hypothesis with the size that it implies, where that stands, and whether it holds."""
        expected, basis, implied = self._expected(hypothesis), hypothesis.basis, hypothesis.implied
        standing = None if basis is None or implied is None else self.people.stand(basis, implied)
        plausible = None if standing is None else standing.plausible
        fits = plausible if expected is None else self._agrees(hypothesis, expected)
        reading = Reading.made(
            reading=hypothesis.words,
            level=None if hypothesis.level is None else quantity_of(hypothesis.level),
            doses=hypothesis.doses,
            implied={} if basis is None else {basis: {"value": float(hypothesis.factor), "unit": UNIT[basis]}},
            plausible=plausible,
            z=None if standing is None else standing.z,
            arm=hypothesis.arm,
            changes=hypothesis.statements,
            verdict="undetermined" if fits is None else "consistent" if fits else "inconsistent",
            exact=implied,
            difference_percent=None if expected is None else float(100 * expected.difference),
        )
        return Judged(hypothesis, reading, standing, expected)

    def _agrees(self, hypothesis: Hypothesis, expected: ExpectedAmount) -> bool:
        if not self.arithmetic:
            return within(expected.difference, WITHIN)
        return self.by_digits(hypothesis, expected, span(self.report.total))

    def by_digits(self, hypothesis: Hypothesis, expected: ExpectedAmount, total: Span) -> bool:
        """Whether an amount can be the total, as far as the printed digits of total, level and size leave it open."""
        level = abs(float(hypothesis.rounding * hypothesis.doses / hypothesis.per_size))
        parts, amount = (level, self._rounding_of(hypothesis.basis)), float(expected.amount)
        least, most = (amount * prod(1 + sign * part for part in parts) for sign in (-1, 1))
        scale = hypothesis.total / self.report.total.value
        low, high = (float((end or 0) * scale) for end in total[:2])
        return low <= most * (1 + _WINDOW) and least * (1 - _WINDOW) <= high

    def _rounding_of(self, basis: Basis | None) -> float:
        """How far a stated size may lie from its print, as a part of it; a surface by Mosteller has half of each."""
        measured = self.report.measured
        parts = {kind: half_a_digit(each.text) / each.number for kind, each in measured.items()}
        if basis == "bsa" and "bsa" not in parts:
            return float(sum((parts.get(kind, Fraction(0)) for kind in ("weight", "height")), Fraction(0)) / 2)
        return 0.0 if basis is None else float(parts.get(basis, 0))

    def _expected(self, hypothesis: Hypothesis) -> ExpectedAmount | None:
        size: Number | None = Fraction(1)
        if hypothesis.basis is not None:
            size = self.report.sizes.get(hypothesis.basis)
        if size is None:
            return None
        amount = hypothesis.expected(size)
        return ExpectedAmount(size, amount, hypothesis.total / amount - 1)

    def distance(self, judged: Judged) -> tuple[int, float]:
        """How much a reading changes the report: the number of changes, then by how much a figure moves."""
        hypothesis, base = judged.hypothesis, self.base
        moved = round(abs(log(float(hypothesis.factor / base.factor))), 9)
        return len(hypothesis.changes), moved + (_AS_ANOTHER_BASIS if hypothesis.basis != base.basis else 0)

    def likelihood(self, judged: Judged) -> tuple[float, float, bool]:
        """A key for sorting, the likeliest explanation first.

        Where the size is known the nearest amount counts. Where it is not, slips that are often made come before rare
        ones, as far as the sizes that they imply are equally common: of two, that with the less of half a squared
        z-score and the weight of its kind. Then a regimen that is known comes first.
        """
        basis, implied = judged.hypothesis.basis, judged.hypothesis.implied
        off = None if basis is None or implied is None else self.people.off(basis, implied)
        weight = sum(RARE.get(kind, 0.0) for kind in judged.hypothesis.kinds)
        return nearness(judged), weight + (0.0 if off is None else min(off, 9.0) ** 2 / 2), judged.reading.arm is None

    def compare(self, printed: Judged, explanation: Judged | None) -> AmountComparison | None:
        """The expected amount against the reported one, where the size is known; with the reading that explains it."""
        if printed.expected is None:
            return None
        total, difference = self.report.total, printed.expected.difference
        slip = None
        if explanation is not None and explanation.expected is not None:
            slip = _slip(printed.hypothesis, explanation.hypothesis)
        return AmountComparison.made(
            expected=amounts(printed.expected.amount, total.dimension),
            reported=amounts(total.value, total.dimension),
            difference_percent=float(100 * difference),
            within=_narrowest(difference),
            slip=slip,
        )


def nearness(judged: Judged) -> float:
    """How far a reading is from a known size, coarsely; one that holds by plausibility alone comes last."""
    return 1e9 if judged.expected is None else round(abs(float(judged.expected.difference)), 2)


def _narrowest(difference: Number) -> Literal[10, 20] | None:
    """The narrower limit, in percent, that a difference keeps."""
    if within(difference, WITHIN):
        return 10
    return 20 if within(difference, LOOSELY) else None


def _slip(printed: Hypothesis, explanation: Hypothesis) -> str:
    """The suspected slip with the factor by which the reported amount is off for it: ``37: 1,036 MBq, not mCi``."""
    ratio = printed.factor / explanation.factor
    factor = units.decimal(ratio, 5) if ratio >= 1 else f"1/{units.decimal(1 / ratio, 5)}"
    return f"{factor}: {explanation.words}"
