"""Two number systems behind one set of operations.

A plan for one patient is computed in exact rationals (:data:`EXACT`), many patients in float64 arrays
(:class:`Arrays`), by the same calculator. What differs between the two is here: comparisons, choices, roots.
Everything else is plain ``+ - * /`` on whatever the system hands out.

Missing is :class:`Unknown` (exact) or NaN (arrays): both absorb arithmetic, and every comparison with them is false.
Truth is therefore two claims, :class:`Tri`: what is known to hold and what is known not to; unknown is neither.
Where a float took part (a root, a decay factor), values within 1e-12 relative count as equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import floor, log10
from typing import Any, NamedTuple, Protocol

WINDOW = 1e-12
Value = Any
"""Fraction, float or Unknown in the exact system; a float64 array (or a plain number) among arrays; Bounds in both."""
Mask = Any
"""bool in the exact system, a boolean array among arrays."""


class Unknown:
    """A value that is not known. It absorbs arithmetic and remembers which observables would have been needed."""

    __slots__ = ("lacks",)

    def __init__(self, *lacks: str) -> None:
        self.lacks = frozenset(lacks)

    def _absorb(self, other: object) -> Unknown:
        if type(other) is not Unknown or other.lacks <= self.lacks:
            return self
        return _both(self, other)

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = _absorb

    def _false(self, _other: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = _false
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"Unknown({', '.join(sorted(self.lacks))})"


@lru_cache(maxsize=512)
def _unknown(*lacks: str) -> Unknown:
    """One Unknown serves all who lack the same."""
    return Unknown(*lacks)


@lru_cache(maxsize=512)
def _both(one: Unknown, other: Unknown) -> Unknown:
    return _unknown(*sorted(one.lacks | other.lacks))


class Tri(NamedTuple):
    """Three-valued truth (Kleene) as two claims. Neither claim is ever made by inverting the other."""

    yes: Mask
    no: Mask

    def __and__(self, other: Tri) -> Tri:
        return Tri(self.yes & other.yes, self.no | other.no)

    def __or__(self, other: Tri) -> Tri:
        return Tri(self.yes | other.yes, self.no & other.no)

    def __invert__(self) -> Tri:
        return Tri(self.no, self.yes)


TRUE, FALSE, UNSURE = Tri(True, False), Tri(False, True), Tri(False, False)
_ORDERED = {(True, False): TRUE, (False, True): FALSE, (False, False): UNSURE}


class Bounds(NamedTuple):
    """A value known to lie between two ends. A known amount has equal ends; an unstated one is (0, unknown)."""

    low: Value
    high: Value

    def __add__(self, other: Value) -> Bounds:
        low, high = ends(other)
        if self.low is self.high and low is high:  # a known amount and a known one: one addition serves both ends
            total = self.low + low
            return Bounds(total, total)
        return Bounds(self.low + low, self.high + high)

    def __radd__(self, other: Value) -> Bounds:
        return self.__add__(other)

    def __truediv__(self, other: Value) -> Bounds:
        return Bounds(self.low / other, self.high / other)


def ends(value: Value) -> tuple[Value, Value]:
    """The two ends of a value, which are the value itself unless it is a Bounds."""
    return (value.low, value.high) if isinstance(value, Bounds) else (value, value)


class System(Protocol):
    """What a number system offers beyond plain operators."""

    def number(self, exact: Fraction) -> Value:
        """An exact rational as a number of the system."""
        ...

    def unknown(self, *lacks: str) -> Value:
        """The value that is not known; ``lacks`` names the observables that would have been needed."""
        ...

    def above(self, a: Value, b: Value) -> Tri:
        """Whether a is above b; of Bounds, whether all of it is."""
        ...

    def at_least(self, a: Value, b: Value) -> Tri:
        """Whether a is at least b."""
        ...

    def equal(self, a: Value, b: Value) -> Tri:
        """Whether a equals b."""
        ...

    def known(self, a: Value) -> Mask:
        """Whether both ends are known."""
        ...

    def either(self, a: Value, b: Value) -> Value:
        """The first value where it is known, else the second."""
        ...

    def where(self, mask: Mask, value: Value, other: Value) -> Value:
        """The first value where the mask says so, else the second."""
        ...

    def first(self, rows: Sequence[tuple[Tri, Value]]) -> tuple[Value, Mask]:
        """The value of the first row that is true, and where no row can be.

        It is unknown while a row before the first true one may be true and has another value.
        """
        ...

    def floor(self, a: Value) -> Value:
        """The whole number at or below."""
        ...

    def power(self, a: Value, exponent: Value) -> Value:
        """A float power."""
        ...

    def log10(self, a: Value) -> Value:
        """The decimal logarithm."""
        ...


def _order_of_floats(a: float, b: float) -> int | None:
    """The order of two floats, which count as equal within the window; None where one is not a number."""
    if a != a or b != b:  # noqa: PLR0124  # NaN alone differs from itself
        return None
    margin = WINDOW * max(abs(a), abs(b))
    near = a == b or (margin != float("inf") and abs(a - b) <= margin)
    return 0 if near else int(a > b) - int(a < b)


class Exact:
    """One patient: rationals, compared exactly; floats only after an irrational step, compared in the window."""

    def number(self, exact: Fraction) -> Value:
        return exact

    def unknown(self, *lacks: str) -> Value:
        return _unknown(*lacks)

    def _order(self, a: Value, b: Value) -> int | None:
        """-1, 0 or 1 as a is below, equal to or above b; None where one of them is not known."""
        if type(a) is Fraction and type(b) is Fraction:
            difference: Value = a.numerator * b.denominator - b.numerator * a.denominator
        elif isinstance(a, Unknown) or isinstance(b, Unknown):
            return None
        elif isinstance(a, float) or isinstance(b, float):
            return _order_of_floats(float(a), float(b))
        else:
            difference = a - b
        return int(difference > 0) - int(difference < 0)

    def above(self, a: Value, b: Value) -> Tri:
        (low, high), (b_low, b_high) = ends(a), ends(b)
        order = self._order(low, b_high)
        other = order if low is high and b_low is b_high else self._order(high, b_low)
        return _ORDERED[order == 1, other is not None and other < 1]

    def at_least(self, a: Value, b: Value) -> Tri:
        (low, high), (b_low, b_high) = ends(a), ends(b)
        order = self._order(low, b_high)
        other = order if low is high and b_low is b_high else self._order(high, b_low)
        return _ORDERED[order is not None and order > -1, other == -1]

    def equal(self, a: Value, b: Value) -> Tri:
        return self.at_least(a, b) & self.at_least(b, a)

    def known(self, a: Value) -> Mask:
        low, high = ends(a)
        return not (isinstance(low, Unknown) or isinstance(high, Unknown))

    def either(self, a: Value, b: Value) -> Value:
        return b if isinstance(a, Unknown) else a

    def where(self, mask: Mask, value: Value, other: Value) -> Value:
        return value if mask else other

    def first(self, rows: Sequence[tuple[Tri, Value]]) -> tuple[Value, Mask]:
        possible: list[Value] = []
        for truth, value in rows:
            if not truth.no:
                possible.append(value)
            if truth.yes:
                alike = all(value is p or self.equal(value, p).yes for p in possible)
                return (value if alike else Unknown()), False
        return Unknown(), not possible

    def floor(self, a: Value) -> Value:
        if isinstance(a, Unknown):
            return a
        return Fraction(floor(a + WINDOW * abs(a)) if isinstance(a, float) else floor(a))

    def power(self, a: Value, exponent: Value) -> Value:
        return a if isinstance(a, Unknown) else exponent if isinstance(exponent, Unknown) else float(a) ** exponent

    def log10(self, a: Value) -> Value:
        return a if isinstance(a, Unknown) else log10(a)


EXACT = Exact()


class Arrays:
    """Many patients: one float64 array a quantity, NaN for unknown, the window on every comparison."""

    def __init__(self) -> None:
        import numpy as np

        self.np = np

    def number(self, exact: Fraction) -> Value:
        return float(exact)

    def unknown(self, *_lacks: str) -> Value:
        return float("nan")

    def _margin(self, a: Value, b: Value) -> Value:
        margin = WINDOW * self.np.maximum(self.np.abs(a), self.np.abs(b))
        return self.np.where(self.np.isinf(margin), 0.0, margin)

    def _exceeds(self, a: Value, b: Value) -> Mask:
        return self.np.subtract(a, b) > self._margin(a, b)

    def _reaches(self, a: Value, b: Value) -> Mask:
        return self.np.subtract(b, a) <= self._margin(a, b)

    def above(self, a: Value, b: Value) -> Tri:
        (low, high), (b_low, b_high) = ends(a), ends(b)
        return Tri(self._exceeds(low, b_high), self._reaches(b_low, high))

    def at_least(self, a: Value, b: Value) -> Tri:
        (low, high), (b_low, b_high) = ends(a), ends(b)
        return Tri(self._reaches(low, b_high), self._exceeds(b_low, high))

    def equal(self, a: Value, b: Value) -> Tri:
        return self.at_least(a, b) & self.at_least(b, a)

    def known(self, a: Value) -> Mask:
        low, high = ends(a)
        return self.np.logical_not(self.np.isnan(low) | self.np.isnan(high))

    def either(self, a: Value, b: Value) -> Value:
        return self.np.where(self.np.isnan(a), b, a)

    def where(self, mask: Mask, value: Value, other: Value) -> Value:
        return self.np.where(mask, value, other)

    def first(self, rows: Sequence[tuple[Tri, Value]]) -> tuple[Value, Mask]:
        np = self.np
        chosen: Value = float("nan")
        decided: Mask = np.False_
        clash: Mask = np.False_
        possible: Mask = np.False_
        lowest: Value = float("nan")
        highest: Value = float("nan")
        for truth, value in rows:
            open_ = np.logical_not(decided)
            here = open_ & np.logical_not(truth.no)
            clash = clash | (here & np.isnan(value))
            lowest = np.where(here, np.fmin(lowest, value), lowest)
            highest = np.where(here, np.fmax(highest, value), highest)
            possible = possible | here
            chosen = np.where(open_ & truth.yes, value, chosen)
            decided = decided | truth.yes
        alike = np.logical_not(clash) & self._reaches(lowest, highest)
        return np.where(decided & alike, chosen, np.nan), np.logical_not(possible)

    def floor(self, a: Value) -> Value:
        return self.np.floor(a + WINDOW * self.np.abs(a))

    def power(self, a: Value, exponent: Value) -> Value:
        return self.np.asarray(a, dtype=float) ** exponent

    def log10(self, a: Value) -> Value:
        return self.np.log10(a)


def all_of(truths: Iterable[Tri]) -> Tri:
    """True if every one is, false if any is not, else unknown."""
    result = TRUE
    for truth in truths:
        result = result & truth
    return result


def any_of(truths: Iterable[Tri]) -> Tri:
    """True if any one is, false if none is, else unknown."""
    result = FALSE
    for truth in truths:
        result = result | truth
    return result
