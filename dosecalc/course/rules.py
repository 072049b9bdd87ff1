"""Conditions and rules, compiled from a protocol file into closures over a moment of the course.

A moment answers for an observable by name. Everything here is three-valued: an observable that nobody stated makes a
condition unknown, never false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from dosecalc.course.observables import OBSERVABLES, RUNNING, Observable, find
from dosecalc.errors import InputError
from dosecalc.files.protocol import Condition, OwnObservable, Rule, cited
from dosecalc.quantities import units
from dosecalc.quantities.numbers import FALSE, TRUE, System, Tri, Value, all_of, any_of
from dosecalc.quantities.units import Measure

COMPARISONS = ("above", "at_least", "below", "at_most")
_MONTHS = {"month": 1, "y": 12}


class Viewpoint(Protocol):
    """A point of the course at which conditions are asked."""

    def get(self, name: str) -> Any: ...
    def calendar(self, name: str, months: Fraction) -> Value | None: ...


Test = Callable[[Viewpoint], Tri]


Limit = Measure | int | bool | tuple[str, ...]


class Leaf:
    """One comparison of a condition: what is compared, how, and with what."""

    __slots__ = ("comparison", "limit", "limit_text", "months", "observable", "test")

    def __init__(self, observable: Observable, comparison: str, limit: Limit, test: Test) -> None:
        self.observable, self.comparison, self.limit, self.test = observable, comparison, limit, test
        self.months = _months(observable, limit)
        self.limit_text = units.spell(limit) if isinstance(limit, Measure) else str(limit).lower()


class CompiledCondition(NamedTuple):
    """A condition as a closure, with the comparisons that it makes."""

    test: Test
    leaves: tuple[Leaf, ...]


class CompiledRule:
    """A rule as closures. ``agents`` says which doses it looks at: ``radioactive``, ``drug``, ``any``, or ``=KEY`` for
    one agent. ``running``: it caps a total that only grows, so that only the first dose above it is at fault.
    """

    __slots__ = ("agents", "at", "cite", "require", "rule", "running", "title", "when")

    def __init__(
        self, rule: Rule, at: str, when: CompiledCondition | None, require: CompiledCondition, agents: str
    ) -> None:
        self.rule, self.at, self.when, self.require, self.agents = rule, at, when, require, agents
        self.title = units.prose(rule.title)
        self.cite = cited(rule.cite)
        names = [leaf.observable.name for leaf in require.leaves]
        self.running = bool(names) and all(name.startswith(RUNNING) for name in names)


class Outcome(NamedTuple):
    """What a rule says at one moment."""

    when: Tri
    require: Tri

    @property
    def holds(self) -> Tri:
        """Kleene's implication: the rule holds where it does not apply or what it requires is true."""
        return self.require if self.when is TRUE else ~self.when | self.require


def own_observables(own: Mapping[str, OwnObservable]) -> dict[str, Observable]:
    """The shared table and the observables that one file adds to it."""
    table = dict(OBSERVABLES)
    for name, row in own.items():
        if name in table:
            raise InputError(f"{name!r} is an observable of dosecalc already", where=f"observables.{name}")
        symbol = units.spelled(row.unit or "")
        if (row.kind == "quantity") != (symbol in units.UNITS):
            raise InputError("a quantity needs a 'unit' of the unit table, and nothing else has one",
                             where=f"observables.{name}")  # fmt: skip
        dimension = units.UNITS[symbol][0].dimension if symbol else ""
        table[name] = Observable(name, row.title, row.kind, dimension, symbol, momentary=row.momentary,
                                 choices=tuple(row.choices or ()), ago=dimension == "time")  # fmt: skip
    return table


class Compiler:
    """Compiles the conditions of one file for one number system."""

    def __init__(
        self, system: System, named: Mapping[str, Condition], table: Mapping[str, Observable] = OBSERVABLES
    ) -> None:
        self.system = system
        self.named = named
        self.table = dict(table)
        self._open: list[str] = []
        self._rules: dict[int, CompiledRule] = {}

    def condition(self, made: Condition, where: str) -> CompiledCondition:
        """A condition as a closure. InputError names the place in the file of what cannot be compiled."""
        ways = [made.observable, made.all_, made.any_, made.not_, made.condition]
        if sum(way is not None for way in ways) != 1:
            raise InputError("a condition has exactly one of observable, all, any, not, condition", where=where)
        if made.observable is not None:
            return self._compare(made, made.observable, where)
        if made.condition is not None:
            return self.named_condition(made.condition, where)
        if made.not_ is not None:
            part = self.condition(made.not_, f"{where}.not")
            return CompiledCondition(lambda moment: ~part.test(moment), part.leaves)
        key, listed = ("all", made.all_) if made.all_ is not None else ("any", made.any_ or ())
        if not listed:
            raise InputError(f"'{key}' lists no condition", where=where)
        parts = tuple(self.condition(part, f"{where}.{key}[{i}]") for i, part in enumerate(listed))
        tests = [part.test for part in parts]
        join = all_of if key == "all" else any_of
        leaves = tuple(leaf for part in parts for leaf in part.leaves)
        return CompiledCondition(lambda moment: join(test(moment) for test in tests), leaves)

    def named_condition(self, name: str, where: str) -> CompiledCondition:
        """The condition that the file names once for every rule that asks it."""
        if name not in self.named:
            raise InputError(f"there is no condition named {name!r}", where=where)
        if name in self._open:
            raise InputError(f"the condition {name!r} refers to itself", where=where)
        self._open.append(name)
        made = self.condition(self.named[name], f"conditions.{name}")
        self._open.pop()
        return made

    def _compare(self, made: Condition, name: str, where: str) -> CompiledCondition:
        try:
            row = find(name, self.table)
        except InputError as error:
            raise error.at(f"{where}.observable") from None
        limits = {key: getattr(made, key) for key in COMPARISONS if getattr(made, key) is not None}
        if row.kind in ("boolean", "choice"):
            leaves = self._named_values(made, row, limits, where)
        else:
            if made.is_ is not None or made.one_of is not None or not limits:
                raise InputError(f"{name} is compared with above, at_least, below or at_most", where=where)
            leaves = tuple(self._bound(row, key, limit, f"{where}.{key}") for key, limit in limits.items())
        tests = [leaf.test for leaf in leaves]
        test = tests[0] if len(tests) == 1 else lambda moment: all_of(t(moment) for t in tests)
        return CompiledCondition(test, leaves)

    def _named_values(
        self, made: Condition, row: Observable, limits: Mapping[str, object], where: str
    ) -> tuple[Leaf, ...]:
        if limits or (made.is_ is None) == (made.one_of is None):
            raise InputError(f"{row.name} is tested with 'is' or 'one_of', one of them", where=where)
        name = row.name
        if row.kind == "boolean":
            if not isinstance(made.is_, bool):
                raise InputError(f"{name} is tested with 'is = true' or 'is = false'", where=f"{where}.is")
            if made.is_:
                return (Leaf(row, "is", True, lambda moment: _truth(moment.get(name))),)
            return (Leaf(row, "is", False, lambda moment: ~_truth(moment.get(name))),)
        wanted = tuple(made.one_of) if made.one_of is not None else (str(made.is_),)
        if not set(wanted) <= set(row.choices):
            raise InputError(f"{name} is one of {', '.join(row.choices)}", where=where)
        return (Leaf(row, "one_of", wanted, lambda moment: any_of(moment.get(name)[w] for w in wanted)),)

    def _bound(self, row: Observable, key: str, limit: str | int, where: str) -> Leaf:
        if row.kind == "count":
            if not isinstance(limit, int):
                raise InputError(f"{row.name} is a count: write a whole number", where=where)
            return Leaf(row, key, limit, self._comparison(row.name, key, Fraction(limit), None))
        if not isinstance(limit, str):
            raise InputError(f"{row.name} is a quantity: write text with a unit, '... {row.unit}'", where=where)
        measure = read_at(limit, row.dimension, where)
        return Leaf(row, key, measure, self._comparison(row.name, key, measure.value, _months(row, measure)))

    def _comparison(self, name: str, key: str, exact: Fraction, months: Fraction | None) -> Test:
        fixed = self.system.number(exact)
        compare = self.system.above if key in ("above", "at_most") else self.system.at_least

        def limit(moment: Viewpoint) -> Value:
            dated = None if months is None else moment.calendar(name, months)
            return fixed if dated is None else dated

        if key in ("above", "at_least"):
            if months is None:
                return lambda moment: compare(moment.get(name), fixed)
            return lambda moment: compare(moment.get(name), limit(moment))
        return lambda moment: ~compare(moment.get(name), limit(moment))

    def rule(self, made: Rule, where: str) -> CompiledRule:
        """A rule as closures, with the doses that it looks at; compiled once, whichever arms it holds for."""
        if id(made) not in self._rules:
            self._rules[id(made)] = self._rule(made, where)
        return self._rules[id(made)]

    def _rule(self, made: Rule, where: str) -> CompiledRule:
        when = None if made.when is None else self.condition(made.when, f"{where}.when")
        require = self.condition(made.require, f"{where}.require")
        rows = [leaf.observable for leaf in (*(when.leaves if when else ()), *require.leaves)]
        doses = any(row.scope == "dose" for row in rows)
        at = made.at or ("each-dose" if doses else "course")
        if at == "course" and doses:
            raise InputError("a rule about the course cannot ask for an observable of a dose", where=f"{where}.at")
        agents = f"={made.agent}" if made.agent else "any"
        if agents == "any" and any(row.about_activity for row in rows):
            agents = "radioactive"
        elif agents == "any" and any(row.about_mass for row in rows):
            agents = "drug"
        return CompiledRule(made, at, when, require, agents)


def outcome(compiled: CompiledRule, moment: Viewpoint) -> Outcome:
    """What a rule says at a moment."""
    when = TRUE if compiled.when is None else compiled.when.test(moment)
    return Outcome(when, compiled.require.test(moment))


def _months(row: Observable, limit: Limit) -> Fraction | None:
    """A limit in months, where it is a time in months or years (other than an age), which dates decide exactly."""
    if not isinstance(limit, Measure) or limit.unit.symbol not in _MONTHS or row.name.startswith("age"):
        return None
    return limit.number * _MONTHS[limit.unit.symbol]


def read_at(text: str, expect: str | tuple[str, ...], where: str) -> Measure:
    """Read a quantity of a file; an error names its place."""
    try:
        return units.read(text, expect)
    except InputError as error:
        raise error.at(where) from None


def _truth(value: Any) -> Tri:
    if isinstance(value, Tri):
        return value
    return TRUE if value is True else FALSE if value is False else Tri(False, False)
