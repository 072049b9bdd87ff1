"""Two number systems behind one set of operations.

A plan for one patient is computed in exact rationals (:data:`EXACT`), many patients in float64 arrays
(:class:`Arrays`), by the same calculator. What differs between the two is here: comparisons, choices, roots.
Everything else is plain ``+ - * /`` on whatever the system hands out.

Missing is :class:`Unknown` (exact) or NaN (arrays): both absorb arithmetic, and every comparison with them is false.
Truth is therefore two claims, :class:`Tri`: what is known to hold and what is known not to; unknown is neither.
Where a float took part (a root, a decay factor), values within 1e-12 relative count as equal.

Code for any system names its numbers ``V`` and its masks ``M``. Without parameters (``Bounds``, ``Tri``) the exact
system is meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from math import floor, log10
from typing import TYPE_CHECKING, Generic, NamedTuple, Never, Protocol, Self, TypeAlias, overload

from typing_extensions import TypeIs, TypeVar  # Python 3.13 has both, defaults of type variables too

from dosecalc.quantities.units import Number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64] | float
    ArrayMask = NDArray[np.bool_] | bool

WINDOW = 1e-12


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


# -- what every system has in common ------------------------------------------------------------------------------


class Arithmetic(Protocol):
    """A number of any system: plain arithmetic with its own kind."""

    def __add__(self, other: Self, /) -> Self: ...
    def __sub__(self, other: Self, /) -> Self: ...
    def __mul__(self, other: Self, /) -> Self: ...
    def __truediv__(self, other: Self, /) -> Self: ...


class Logic(Protocol):
    """A mask of any system: whether something holds, for one patient or for each of many. A bool serves all alike."""

    def __and__(self, other: Self | bool, /) -> Self: ...
    def __rand__(self, other: bool, /) -> Self: ...
    def __or__(self, other: Self | bool, /) -> Self: ...
    def __ror__(self, other: bool, /) -> Self: ...


Value = Number | Unknown
"""A number of the exact system: rational, a float after an irrational step, or not known."""
V = TypeVar("V", bound=Arithmetic, default=Value)
M = TypeVar("M", bound=Logic, default=bool)
V_co = TypeVar("V_co", bound=Arithmetic, covariant=True, default=Value)
M_co = TypeVar("M_co", bound=Logic, covariant=True, default=bool)
Mask: TypeAlias = M | bool
"""Whether something holds: a mask of the system, or one bool where it is the same for all."""


class Tri(NamedTuple, Generic[M_co]):
    """Three-valued truth (Kleene) as two claims. Neither claim is ever made by inverting the other."""

    yes: Mask[M_co]
    no: Mask[M_co]

    def __and__(self: Tri[M], other: Tri[M]) -> Tri[M]:
        return Tri(self.yes & other.yes, self.no | other.no)

    def __or__(self: Tri[M], other: Tri[M]) -> Tri[M]:
        return Tri(self.yes | other.yes, self.no & other.no)

    def __invert__(self) -> Tri[M_co]:
        return Tri(self.no, self.yes)


TRUE: Tri[Never] = Tri(True, False)
FALSE: Tri[Never] = Tri(False, True)
UNSURE: Tri[Never] = Tri(False, False)
"""The truths that are the same in every system, and for every patient."""


class Bounds(NamedTuple, Generic[V_co]):
    """A value known to lie between two ends. A known amount has equal ends; an unstated one is (0, unknown)."""

    low: V_co
    high: V_co

    # the override: a sum of bounds, where a plain tuple would append the other one
    def __add__(self: Bounds[V], other: V | Bounds[V]) -> Bounds[V]:  # type: ignore[override]
        low, high = ends(other)
        if self.low is self.high and low is high:  # a known amount and a known one: one addition serves both ends
            total = self.low + low
            return Bounds(total, total)
        return Bounds(self.low + low, self.high + high)

    def __radd__(self: Bounds[V], other: V | Bounds[V]) -> Bounds[V]:
        return self.__add__(other)

    def __truediv__(self: Bounds[V], other: V) -> Bounds[V]:
        return Bounds(self.low / other, self.high / other)


Between: TypeAlias = V | Bounds[V]
"""A value, or the two ends between which it lies."""


@overload
def ends(value: Between) -> tuple[Value, Value]: ...
@overload
def ends(value: Between[V]) -> tuple[V, V]: ...
def ends(value: Between[V]) -> tuple[V, V]:
    """The two ends of a value, which are the value itself unless it is a Bounds."""
    return (value.low, value.high) if isinstance(value, Bounds) else (value, value)


def definite(value: Between) -> Number:
    """A value of the exact system, where it is known for certain; TypeError would be the caller's fault."""
    if isinstance(value, (Unknown, Bounds)):
        raise TypeError(f"{value} is not one known value")
    return value


def apart(a: Number, b: Number) -> Number:
    """How far two known numbers are from each other."""
    difference = a - b
    return difference if difference >= 0 else -difference


class System(Protocol[V, M]):
    """The operations that a number system offers beyond plain operators."""

    def number(self, exact: Fraction) -> V:
        """An exact rational as a number of the system."""
        ...

    def unknown(self, *lacks: str) -> V:
        """The value that is not known; ``lacks`` names the observables that would have been needed."""
        ...

    def above(self, a: Between[V], b: Between[V]) -> Tri[M]:
        """Whether a is above b; of Bounds, whether all of it is."""
        ...

    def at_least(self, a: Between[V], b: Between[V]) -> Tri[M]:
        """Whether a is at least b."""
        ...

    def equal(self, a: Between[V], b: Between[V]) -> Tri[M]:
        """Whether a equals b."""
        ...

    def known(self, a: Between[V]) -> Mask[M]:
        """Whether both ends are known."""
        ...

    def either(self, a: V, b: V) -> V:
        """The first value where it is known, else the second."""
        ...

    def where(self, mask: Mask[M], value: V, other: V) -> V:
        """The first value where the mask says so, else the second."""
        ...

    def except_where(self, mask: Mask[M], other: Mask[M]) -> Mask[M]:
        """A mask without those of another mask."""
        ...

    def first(self, rows: Sequence[tuple[Tri[M], V]]) -> tuple[V, Mask[M]]:
        """The value of the first row that is true, and where no row can be.

        It is unknown while a row before the first true one may be true and has another value.
        """
        ...

    def quotient(self, a: V, b: V) -> V:
        """One number over another; not known where the other is zero, over which nothing has a value."""
        ...

    def floor(self, a: V) -> V:
        """The whole number at or below."""
        ...

    def power(self, a: V, exponent: V) -> V:
        """A float power."""
        ...

    def log10(self, a: V) -> V:
        """The decimal logarithm."""
        ...


# -- one patient ---------------------------------------------------------------------------------------------------


_ORDERED: dict[tuple[bool, bool], Tri[Never]] = {(True, False): TRUE, (False, True): FALSE, (False, False): UNSURE}


def _order_of_floats(a: float, b: float) -> int | None:
    """The order of two floats, which count as equal within the window; None where one is not a number."""
    if a != a or b != b:  # noqa: PLR0124  # NaN alone differs from itself
        return None
    margin = WINDOW * max(abs(a), abs(b))
    near = a == b or (margin != float("inf") and abs(a - b) <= margin)
    return 0 if near else int(a > b) - int(a < b)


def _order(a: Value, b: Value) -> int | None:
    """-1, 0 or 1 as a is below, equal to or above b; None where one of them is not known."""
    if type(a) is Fraction and type(b) is Fraction:
        difference = a.numerator * b.denominator - b.numerator * a.denominator
        return int(difference > 0) - int(difference < 0)
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return None
    if isinstance(a, float) or isinstance(b, float):
        return _order_of_floats(float(a), float(b))
    return int(a > b) - int(a < b)


class Exact:
    """One patient: rationals, compared exactly; floats only after an irrational step, compared in the window."""

    def number(self, exact: Fraction) -> Value:
        return exact

    def unknown(self, *lacks: str) -> Value:
        return _unknown(*lacks)

    def above(self, a: Between, b: Between) -> Tri:
        (low, high), (b_low, b_high) = ends(a), ends(b)
        order = _order(low, b_high)
        other = order if low is high and b_low is b_high else _order(high, b_low)
        return _ORDERED[order == 1, other is not None and other < 1]

    def at_least(self, a: Between, b: Between) -> Tri:
        (low, high), (b_low, b_high) = ends(a), ends(b)
        order = _order(low, b_high)
        other = order if low is high and b_low is b_high else _order(high, b_low)
        return _ORDERED[order is not None and order > -1, other == -1]

    def equal(self, a: Between, b: Between) -> Tri:
        return self.at_least(a, b) & self.at_least(b, a)

    @overload
    def known(self, a: Value) -> TypeIs[Number]: ...
    @overload
    def known(self, a: Between) -> Mask: ...
    def known(self, a: Between) -> Mask:
        low, high = ends(a)
        return not (isinstance(low, Unknown) or isinstance(high, Unknown))

    def either(self, a: Value, b: Value) -> Value:
        return b if isinstance(a, Unknown) else a

    def where(self, mask: Mask, value: Value, other: Value) -> Value:
        return value if mask else other

    def except_where(self, mask: Mask, other: Mask) -> Mask:
        return mask and not other

    def first(self, rows: Sequence[tuple[Tri, Value]]) -> tuple[Value, Mask]:
        possible: list[Value] = []
        for truth, value in rows:
            if not truth.no:
                possible.append(value)
            if truth.yes:
                alike = all(value is p or self.equal(value, p).yes for p in possible)
                return (value if alike else Unknown()), False
        return Unknown(), not possible

    def quotient(self, a: Value, b: Value) -> Value:
        if isinstance(b, Unknown) or b:
            return a / b
        return a if isinstance(a, Unknown) else _unknown()

    def floor(self, a: Value) -> Value:
        if isinstance(a, Unknown):
            return a
        return Fraction(floor(a + WINDOW * abs(a)) if isinstance(a, float) else floor(a))

    def power(self, a: Value, exponent: Value) -> Value:
        if isinstance(a, Unknown) or isinstance(exponent, Unknown):
            return a if isinstance(a, Unknown) else exponent
        return float(float(a) ** float(exponent))

    def log10(self, a: Value) -> Value:
        return a if isinstance(a, Unknown) else log10(a)


EXACT = Exact()


# -- many patients -------------------------------------------------------------------------------------------------


class Arrays:
    """Many patients: one float64 array a quantity, NaN for unknown, the window on every comparison."""

    def __init__(self) -> None:
        import numpy as np

        self.np = np

    def number(self, exact: Fraction) -> Array:
        return float(exact)

    def unknown(self, *_lacks: str) -> Array:
        return float("nan")

    def _margin(self, a: Array, b: Array) -> Array:
        margin = WINDOW * self.np.maximum(self.np.abs(a), self.np.abs(b))
        return self.np.where(self.np.isinf(margin), 0.0, margin)

    def _exceeds(self, a: Array, b: Array) -> ArrayMask:
        return self.np.subtract(a, b) > self._margin(a, b)

    def _reaches(self, a: Array, b: Array) -> ArrayMask:
        return self.np.subtract(b, a) <= self._margin(a, b)

    def above(self, a: Between[Array], b: Between[Array]) -> Tri[ArrayMask]:
        (low, high), (b_low, b_high) = ends(a), ends(b)
        return Tri(self._exceeds(low, b_high), self._reaches(b_low, high))

    def at_least(self, a: Between[Array], b: Between[Array]) -> Tri[ArrayMask]:
        (low, high), (b_low, b_high) = ends(a), ends(b)
        return Tri(self._reaches(low, b_high), self._exceeds(b_low, high))

    def equal(self, a: Between[Array], b: Between[Array]) -> Tri[ArrayMask]:
        return self.at_least(a, b) & self.at_least(b, a)

    def known(self, a: Between[Array]) -> ArrayMask:
        low, high = ends(a)
        return self.np.logical_not(self.np.isnan(low) | self.np.isnan(high))

    def either(self, a: Array, b: Array) -> Array:
        return self.np.where(self.np.isnan(a), b, a)

    def where(self, mask: ArrayMask, value: Array, other: Array) -> Array:
        return self.np.where(mask, value, other)

    def except_where(self, mask: ArrayMask, other: ArrayMask) -> ArrayMask:
        return mask & self.np.logical_not(other)

    def first(self, rows: Sequence[tuple[Tri[ArrayMask], Array]]) -> tuple[Array, ArrayMask]:
        np = self.np
        chosen: Array = float("nan")
        decided: ArrayMask = False
        clash: ArrayMask = False
        possible: ArrayMask = False
        lowest: Array = float("nan")
        highest: Array = float("nan")
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

    def quotient(self, a: Array, b: Array) -> Array:
        return a / self.np.where(self.np.equal(b, 0), self.np.nan, b)

    def floor(self, a: Array) -> Array:
        return self.np.floor(a + WINDOW * self.np.abs(a))

    def power(self, a: Array, exponent: Array) -> Array:
        return self.np.asarray(a, dtype=float) ** exponent

    def log10(self, a: Array) -> Array:
        return self.np.log10(a)


if TYPE_CHECKING:  # that both are systems, and nothing has to be called to know it
    _ONE: System[Value, Mask] = EXACT
    _MANY: System[Array, ArrayMask] = Arrays()


def all_of(truths: Iterable[Tri[M]]) -> Tri[M]:
    """True if every one is, false if any is not, else unknown."""
    result: Tri[M] = TRUE
    for truth in truths:
        result = result & truth
    return result


def any_of(truths: Iterable[Tri[M]]) -> Tri[M]:
    """True if any one is, false if none is, else unknown."""
    result: Tri[M] = FALSE
    for truth in truths:
        result = result | truth
    return result
