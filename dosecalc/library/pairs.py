"""For every comparison of a rule two patients, one change apart, of whom one keeps the rule and the other breaks it.

That such a pair exists shows that the comparison decides (modified condition/decision coverage, of rules instead of
code). A solver finds them; ``tests/rule_pairs.json`` keeps them, and a test asks both methods of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import z3

from dosecalc.course.observables import Observable, read
from dosecalc.course.rules import CompiledRule, Compiler, Leaf, outcome
from dosecalc.errors import InputError
from dosecalc.files.protocol import Protocol
from dosecalc.library import coverage
from dosecalc.library.anybody import Anybody, exact, shown
from dosecalc.quantities.numbers import Bounds, Tri
from dosecalc.quantities.symbolic import Symbol, SymbolMask, any_of_terms, formula, rational
from dosecalc.quantities.units import Measure

PATIENCE = 2000
"""Milliseconds for one pair."""

SymbolicRule = CompiledRule[Symbol, SymbolMask]
SymbolicLeaf = Leaf[Symbol, SymbolMask]


class RulePair(NamedTuple):
    """Two patients for one comparison of a rule: what is stated of each, by observable; empty where there are none."""

    place: str
    rule: str
    comparison: str
    keeps: Mapping[str, str]
    breaks: Mapping[str, str]
    why: str = ""

    @property
    def found(self) -> bool:
        """Whether there are two such patients."""
        return bool(self.keeps)


def pairs_of(protocol: Protocol, compiler: Compiler[Symbol, SymbolMask]) -> Iterator[RulePair]:
    """A pair for each comparison of each rule of a file, or why there is none."""
    for i, rule in enumerate(protocol.rules):
        compiled = compiler.rule(rule, f"rules[{i}]")
        leaves = {_key(leaf): leaf for leaf in _leaves(compiled)}
        for leaf in leaves.values():
            yield _pair(f"rules[{i}]", compiled, leaf, list(leaves.values()))


def _leaves(rule: SymbolicRule) -> tuple[SymbolicLeaf, ...]:
    return (*(rule.when.leaves if rule.when is not None else ()), *rule.require.leaves)


def _key(leaf: SymbolicLeaf) -> str:
    name, limit = leaf.observable.name, leaf.limit
    if isinstance(limit, tuple) and not isinstance(limit, Measure):
        return f"{name} is {' or '.join(limit)}"
    return f"{name} {leaf.comparison.replace('_', ' ')} {leaf.limit_text}"


def _pair(place: str, rule: SymbolicRule, leaf: SymbolicLeaf, leaves: list[SymbolicLeaf]) -> RulePair:
    """The pair of one comparison.

    No other comparison changes with it, and if possible one of the two is just at its limit.
    """
    table = {each.observable.name: each.observable for each in leaves}
    values = _values(leaves)
    keeps, breaks = Anybody(table, "keeps", known=True), Anybody(table, "breaks", known=True)
    for each in leaves:
        _share(each.observable, keeps, breaks, leaf.observable.name)
    solver = z3.Solver()
    solver.set("timeout", PATIENCE)
    solver.add(*_among(keeps, values), *_among(breaks, values), *keeps.possible(), *breaks.possible())
    first, second = outcome(rule, keeps).holds, outcome(rule, breaks).holds
    solver.add(formula(first.yes), formula(second.no), _changes(leaf, keeps, breaks))
    alone = [z3.Not(_changes(each, keeps, breaks)) for each in leaves if each is not leaf]
    answer = z3.unknown
    for more in ([*alone, *_at_limit(leaf, keeps, breaks)], alone):
        answer = solver.check(*more)
        if answer == z3.sat:
            model = solver.model()
            kept, broken = (_stated(each, model, values) for each in (keeps, breaks))
            return RulePair(place, _name(rule), _key(leaf), kept, broken)
    why = "never decides this rule by itself" if answer == z3.unsat else "found no pair of patients in time"
    return RulePair(place, _name(rule), _key(leaf), {}, {}, why)


def _name(rule: SymbolicRule) -> str:
    return f"{rule.rule.id} ({rule.rule.part})" if rule.rule.part else rule.rule.id


def _changes(leaf: SymbolicLeaf, one: Anybody, other: Anybody) -> z3.BoolRef:
    return formula(leaf.test(one).yes) != formula(leaf.test(other).yes)


def _at_limit(leaf: SymbolicLeaf, one: Anybody, other: Anybody) -> list[z3.BoolRef]:
    """That one of two patients is just at the limit of a comparison, if that has any."""
    if leaf.observable.kind not in ("quantity", "count"):
        return []
    limit = leaf.limit.value if isinstance(leaf.limit, Measure) else Fraction(str(leaf.limit))
    values = (patient.between(leaf.observable.name).low.value for patient in (one, other))
    return [any_of_terms([value == rational(limit) for value in values])]


def _share(row: Observable, one: Anybody, other: Anybody, changed: str) -> None:
    """Let two patients have the same value of an observable, unless it is the one that changes."""
    source = other if row.name == changed else one
    if row.kind == "boolean":
        one.truth(row.name)
        other.truths[row.name] = source.truth(row.name)
    elif row.kind == "choice":
        one.choice(row.name)
        other.choices[row.name] = source.choice(row.name)
    else:
        one.between(row.name)
        other.numbers[row.name] = source.between(row.name)


# -- values that can be typed --


def _values(leaves: list[SymbolicLeaf]) -> dict[str, dict[Fraction, str]]:
    """The values of each quantity and count that stand for all: every limit, and one on each side of it."""
    texts: dict[str, dict[Fraction, str]] = {}
    for row, points in coverage.axes_of(leaves):
        if row.kind == "count":
            texts[row.name] = {point.value: str(point.value) for point in points}
        elif row.kind == "quantity":
            limits = [leaf.limit for leaf in leaves if leaf.observable is row and isinstance(leaf.limit, Measure)]
            written = {limit.value: limit.text for limit in limits}
            nothing = shown(row, Fraction(0))
            least = {Fraction(0): nothing} if _reads_as(row, nothing) == 0 else {}
            texts[row.name] = {**least, **dict(_between(row, sorted(written))), **written}
    return texts


def _between(row: Observable, limits: list[Fraction]) -> Iterator[tuple[Fraction, str]]:
    """A value below the lowest limit, between each two, and above the highest, with few figures."""
    ends = [2 * limits[0] - limits[-1] - 2 * row.factor if limits[0] <= 0 else Fraction(0), *limits, 2 * limits[-1]]
    for low, high in pairwise([*ends[:-1], ends[-1] + row.factor]):
        for figures in range(1, 13):
            text = shown(row, (low + high) / 2, figures=figures)
            value = _reads_as(row, text)
            if value is not None and low < value < high:
                yield value, text
                break


def _reads_as(row: Observable, text: str) -> Fraction | None:
    """The value of a text, in the canonical unit; None where it is not one that is accepted."""
    try:
        return Fraction(read(row, text).value)
    except InputError:
        return None


def _among(patient: Anybody, values: Mapping[str, Mapping[Fraction, str]]) -> Iterator[z3.BoolRef]:
    for name, (low, _) in patient.numbers.items():
        yield any_of_terms([low.value == rational(value) for value in values[name]])


def _stated(patient: Anybody, model: z3.ModelRef, values: Mapping[str, Mapping[Fraction, str]]) -> dict[str, str]:
    """What is stated of a patient of a model, by observable."""

    def holds(truth: Tri[SymbolMask]) -> bool:
        return bool(z3.is_true(model.eval(formula(truth.yes), model_completion=True)))

    numbers: Mapping[str, Bounds[Symbol]] = patient.numbers
    stated = {name: values[name][exact(model, low.value)] for name, (low, _) in numbers.items()}
    stated |= {name: "true" if holds(truth) else "false" for name, truth in patient.truths.items()}
    stated |= {
        name: next(word for word, truth in words.items() if holds(truth)) for name, words in patient.choices.items()
    }
    return dict(sorted(stated.items()))
