"""The third number system: any patient at all, as terms of a solver.

The calculator runs on it unchanged. A number is a real variable with a flag that tells whether it is known, a mask is a
formula; what comes out is a formula over everything that a patient may be, of which z3 proves or refutes statements.
Powers and logarithms are functions of which nothing is assumed, but that a power of what is positive is positive, so
that what was proved holds whatever they are.

It needs z3, which comes with ``pip install 'dosecalc[prove]'``.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import reduce

import z3

from dosecalc.quantities.numbers import Between, Mask, Tri, ends


class SymbolMask:
    """A mask: whether something holds for the patient whom the variables describe."""

    __slots__ = ("term",)

    def __init__(self, term: z3.BoolRef) -> None:
        self.term = term

    def __and__(self, other: SymbolMask | bool) -> SymbolMask:
        return SymbolMask(z3.And(self.term, formula(other)))

    def __or__(self, other: SymbolMask | bool) -> SymbolMask:
        return SymbolMask(z3.Or(self.term, formula(other)))

    __rand__, __ror__ = __and__, __or__


_TRUE = z3.BoolVal(True)


class Symbol:
    """A number: its value, and whether it is known. Arithmetic with what is not known is not known."""

    __slots__ = ("known", "value")

    def __init__(self, value: z3.ArithRef, known: z3.BoolRef = _TRUE) -> None:
        self.value, self.known = value, known

    def _with(self, other: Symbol, value: z3.ArithRef) -> Symbol:
        return Symbol(value, z3.And(self.known, other.known))

    def __add__(self, other: Symbol) -> Symbol:
        return self._with(other, self.value + other.value)

    def __sub__(self, other: Symbol) -> Symbol:
        return self._with(other, self.value - other.value)

    def __mul__(self, other: Symbol) -> Symbol:
        return self._with(other, self.value * other.value)

    def __truediv__(self, other: Symbol) -> Symbol:
        return self._with(other, self.value / other.value)


def formula(mask: Mask[SymbolMask]) -> z3.BoolRef:
    """A mask as a term of the solver."""
    return mask.term if isinstance(mask, SymbolMask) else z3.BoolVal(bool(mask))


def rational(exact: Fraction) -> z3.ArithRef:
    """An exact rational as a term of the solver."""
    return z3.RealVal(f"{exact.numerator}/{exact.denominator}")


def _both(one: Symbol, other: Symbol, term: z3.BoolRef) -> SymbolMask:
    return SymbolMask(z3.And(one.known, other.known, term))


class Symbolic:
    """All patients at once: comparisons become formulas, choices become terms."""

    def number(self, exact: Fraction) -> Symbol:
        return Symbol(rational(exact))

    def unknown(self, *_lacks: str) -> Symbol:
        return Symbol(z3.RealVal(0), z3.BoolVal(False))

    def above(self, a: Between[Symbol], b: Between[Symbol]) -> Tri[SymbolMask]:
        (low, high), (b_low, b_high) = ends(a), ends(b)
        return Tri(_both(low, b_high, low.value > b_high.value), _both(high, b_low, high.value <= b_low.value))

    def at_least(self, a: Between[Symbol], b: Between[Symbol]) -> Tri[SymbolMask]:
        (low, high), (b_low, b_high) = ends(a), ends(b)
        return Tri(_both(low, b_high, low.value >= b_high.value), _both(high, b_low, high.value < b_low.value))

    def equal(self, a: Between[Symbol], b: Between[Symbol]) -> Tri[SymbolMask]:
        return self.at_least(a, b) & self.at_least(b, a)

    def known(self, a: Between[Symbol]) -> SymbolMask:
        low, high = ends(a)
        return SymbolMask(z3.And(low.known, high.known))

    def either(self, a: Symbol, b: Symbol) -> Symbol:
        return self.where(SymbolMask(a.known), a, b)

    def where(self, mask: Mask[SymbolMask], value: Symbol, other: Symbol) -> Symbol:
        term = formula(mask)
        return Symbol(z3.If(term, value.value, other.value), z3.If(term, value.known, other.known))

    def except_where(self, mask: Mask[SymbolMask], other: Mask[SymbolMask]) -> SymbolMask:
        return SymbolMask(z3.And(formula(mask), z3.Not(formula(other))))

    def first(self, rows: Sequence[tuple[Tri[SymbolMask], Symbol]]) -> tuple[Symbol, SymbolMask]:
        """The value of the first row that is true; known where no row before it may be true with another value."""
        chosen = self.unknown()
        for i in reversed(range(len(rows))):
            truth, value = rows[i]
            alike = [
                z3.Or(formula(before.no), z3.And(other.known, value.known, other.value == value.value))
                for before, other in rows[:i]
            ]
            here = Symbol(value.value, z3.And(value.known, *alike))
            chosen = self.where(truth.yes, here, chosen)
        return chosen, SymbolMask(z3.And(*[formula(truth.no) for truth, _ in rows]))

    def quotient(self, a: Symbol, b: Symbol) -> Symbol:
        return Symbol(a.value / b.value, z3.And(a.known, b.known, b.value != 0))

    def floor(self, a: Symbol) -> Symbol:
        return Symbol(z3.ToReal(z3.ToInt(a.value)), a.known)

    def power(self, a: Symbol, exponent: Symbol) -> Symbol:
        raw = _POWER(a.value, exponent.value)
        value = z3.If(z3.And(a.value > 0, raw <= 0), z3.RealVal(1), raw)  # any function that is positive where a is
        return Symbol(value, z3.And(a.known, exponent.known))

    def log10(self, a: Symbol) -> Symbol:
        return Symbol(_LOG10(a.value), a.known)


_POWER = z3.Function("power", z3.RealSort(), z3.RealSort(), z3.RealSort())
_LOG10 = z3.Function("log10", z3.RealSort(), z3.RealSort())


def any_of_terms(terms: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """Whether one of some formulas holds; none does where there are none."""
    return reduce(z3.Or, terms, z3.BoolVal(False))
