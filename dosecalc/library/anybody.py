"""Any patient at all: a viewpoint whose every answer is a variable, and the words of a patient that a solver found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import z3

from dosecalc.course.observables import Observable
from dosecalc.course.state import Answer
from dosecalc.quantities import units
from dosecalc.quantities.numbers import Bounds, Tri
from dosecalc.quantities.symbolic import Symbol, SymbolMask, formula, rational
from dosecalc.quantities.units import Measure


class Anybody:
    """A patient of whom each observable is a variable with a flag that tells whether it is known.

    A quantity lies between two ends, each known or not; ``single``: it is one value, known or not. ``known``:
    everything is known. ``dated``: months are counted in a calendar, so that a limit in months may be any number of
    days.
    """

    def __init__(
        self,
        table: Mapping[str, Observable],
        tag: str,
        *,
        known: bool = False,
        single: bool = False,
        dated: bool = False,
    ) -> None:
        self.table, self.tag, self.exact, self.single, self.dated = table, tag, known, known or single, dated
        self.numbers: dict[str, Bounds[Symbol]] = {}
        self.truths: dict[str, Tri[SymbolMask]] = {}
        self.choices: dict[str, dict[str, Tri[SymbolMask]]] = {}

    def _flag(self, name: str) -> z3.BoolRef:
        return z3.BoolVal(True) if self.exact else z3.Bool(f"{self.tag} knows {name}")

    def between(self, name: str) -> Bounds[Symbol]:
        if name not in self.numbers:
            low = self._end(name, "")
            self.numbers[name] = Bounds(low, low if self.single else self._end(name, " at most"))
        return self.numbers[name]

    def _end(self, name: str, end: str) -> Symbol:
        variable = f"{self.tag} {name}{end}"
        whole = self.table[name].kind == "count"
        return Symbol(z3.ToReal(z3.Int(variable)) if whole else z3.Real(variable), self._flag(f"{name}{end}"))

    def with_value(self, name: str, value: Fraction) -> Anybody:
        """The same patient, of whom one value is this one."""
        other = Anybody(self.table, self.tag, known=self.exact, single=self.single, dated=self.dated)
        other.numbers[name] = Bounds(*[Symbol(rational(value))] * 2)
        return other

    def value(self, name: str) -> Symbol:
        low, high = self.between(name)
        return Symbol(low.value, z3.And(low.known, high.known, low.value == high.value))

    def truth(self, name: str) -> Tri[SymbolMask]:
        if name not in self.truths:
            known, value = self._flag(name), z3.Bool(f"{self.tag} {name}")
            self.truths[name] = Tri(SymbolMask(z3.And(known, value)), SymbolMask(z3.And(known, z3.Not(value))))
        return self.truths[name]

    def choice(self, name: str) -> dict[str, Tri[SymbolMask]]:
        if name not in self.choices:
            known, value = self._flag(name), z3.Int(f"{self.tag} {name}")
            self.choices[name] = {
                word: Tri(SymbolMask(z3.And(known, value == i)), SymbolMask(z3.And(known, value != i)))
                for i, word in enumerate(self.table[name].choices)
            }
        return self.choices[name]

    def calendar(self, name: str, months: Fraction) -> Symbol | None:
        return Symbol(z3.Real(f"{months} months of {name} in days")) if self.dated else None

    # -- what is taken for granted of patients --

    def possible(self, *, believed: bool = False) -> Iterator[z3.BoolRef]:
        """That ends are in order and choices among those that there are; ``believed``: values that dosecalc accepts."""
        for name, (low, high) in self.numbers.items():
            yield z3.Implies(z3.And(low.known, high.known), low.value <= high.value)
            if believed:
                yield from _accepted(self.table[name], low.value)
        for name in self.choices:
            value = z3.Int(f"{self.tag} {name}")
            yield z3.And(value >= 0, value < len(self.table[name].choices))

    def everything_known(self) -> Iterator[z3.BoolRef]:
        """That of everything that was asked one value is known."""
        for low, high in self.numbers.values():
            yield z3.And(low.known, high.known, low.value == high.value)
        for name in (*self.truths, *self.choices):
            yield self._flag(name)

    def knows_more_than(self, other: Anybody) -> Iterator[z3.BoolRef]:
        """That what another knows is known here too, or more closely."""
        for name, (low, high) in other.numbers.items():
            mine = self.between(name)
            yield z3.Implies(low.known, z3.And(mine.low.known, mine.low.value >= low.value))
            yield z3.Implies(high.known, z3.And(mine.high.known, mine.high.value <= high.value))
        for name in (*other.truths, *other.choices):
            sort = z3.Bool if name in other.truths else z3.Int
            same = sort(f"{self.tag} {name}") == sort(f"{other.tag} {name}")
            yield z3.Implies(other._flag(name), z3.And(self._flag(name), same))

    # -- in words --

    def words(self, model: z3.ModelRef, *, but: str = "") -> str:
        """The patient of a model, as somebody would type what is known; one name may be left out."""

        def holds(term: z3.BoolRef) -> bool:
            return bool(z3.is_true(model.eval(term, model_completion=True)))

        told: list[str] = []
        for name, (low, high) in self.numbers.items():
            if name == but:
                continue
            ends = [exact(model, end.value) if holds(end.known) else None for end in (low, high)]
            told.append(_quantity_words(self.table[name], ends[0], ends[1]))
        for name, truth in self.truths.items():
            known = "true" if holds(formula(truth.yes)) else "false" if holds(formula(truth.no)) else None
            told.append(f"--set {name}={known}" if known else f"nothing said of {name}")
        for name, words in self.choices.items():
            word = next((word for word, truth in words.items() if holds(formula(truth.yes))), None)
            told.append(_said(self.table[name], word) if word else f"nothing said of {name}")
        return ", ".join(told)


class AnyStatements(Mapping[str, Answer[Symbol, SymbolMask]]):
    """What was stated of anybody: each observable that can be stated is there, known or not."""

    def __init__(self, patient: Anybody) -> None:
        self.patient = patient

    def __getitem__(self, name: str) -> Answer[Symbol, SymbolMask]:
        row = self.patient.table[name]
        if row.computed:
            raise KeyError(name)
        if row.kind == "boolean":
            return self.patient.truth(name)
        return self.patient.choice(name) if row.kind == "choice" else self.patient.between(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, row in self.patient.table.items() if not row.computed)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class AnyLevel:
    """Any level between two ends, chosen for a dose."""

    def __init__(self, low: Measure, high: Measure) -> None:
        self.low, self.high = low, high
        self.symbol = Symbol(z3.Real("level"))

    def possible(self) -> z3.BoolRef:
        """That it lies within the ends."""
        return z3.And(self.symbol.value >= rational(self.low.value), self.symbol.value <= rational(self.high.value))

    def words(self, model: z3.ModelRef) -> str:
        """The level of a model, as somebody would type it."""
        number = exact(model, self.symbol.value) / self.low.unit.factor
        return f'--level "{units.decimal(number, 12)} {self.low.unit.symbol}"'


def _accepted(row: Observable, value: z3.ArithRef) -> Iterator[z3.BoolRef]:
    """The values of an observable that are accepted; what is computed is never below zero, and no body has no size."""
    factor = row.factor if row.kind == "quantity" else Fraction(1)
    least = (Fraction(0) if row.low is None else row.low) * factor
    yield value > rational(least) if row.name in ("weight", "height", "bsa") else value >= rational(least)
    if row.high is not None:
        yield value <= rational(row.high * factor)


def exact(model: z3.ModelRef, term: z3.ArithRef) -> Fraction:
    """The value of a term in a model; an irrational one to ten places."""
    value = model.eval(term, model_completion=True)
    if z3.is_algebraic_value(value):
        value = value.approx(10)
    return Fraction(str(value.as_fraction()))


def _quantity_words(row: Observable, low: Fraction | None, high: Fraction | None) -> str:
    if low is None and high is None:
        return f"nothing said of {row.name}"
    if low == high and low is not None:
        return _said(row, shown(row, low))
    ends = [f"at least {shown(row, low)}" if low is not None else "", f"at most {shown(row, high)}" if high else ""]
    return f"{row.name} {' and '.join(filter(None, ends))}"


def _said(row: Observable, value: str) -> str:
    """The statement of a value, as a person would type it."""
    if row.computed or (row.option or "").startswith("--prior"):
        return f"{row.name} {value}"
    quoted = f'"{value}"' if " " in value else value
    if row.option is not None:
        return f"{row.option} {quoted}"
    return f'--set "{row.name}={value}"' if " " in value else f"--set {row.name}={value}"


def shown(row: Observable, value: Fraction, figures: int = 12) -> str:
    """A value in the unit of its observable, as it would be typed."""
    if row.kind == "count":
        return str(value)
    return f"{units.decimal(value / row.factor, figures).replace(',', '')} {row.unit}"
