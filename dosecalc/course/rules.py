"""Conditions and rules, compiled from a protocol file into closures over a moment of the course.

A moment answers for an observable by name. Everything here is three-valued: an observable that nobody stated makes a
condition unknown, never false.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Generic, NamedTuple, Protocol, TypeAlias

from dosecalc.course.observables import OBSERVABLES, RUNNING, Observable, find
from dosecalc.errors import InputError
from dosecalc.files.protocol import Condition, OwnObservable, Rule, cited
from dosecalc.quantities import units
from dosecalc.quantities.numbers import TRUE, Between, M, M_co, System, Tri, V, V_co, all_of, any_of
from dosecalc.quantities.units import Measure

_MONTHS = {"month": 1, "y": 12}


class Viewpoint(Protocol[V_co, M_co]):
    """A point of the course at which conditions are asked: it answers for each observable by its kind."""

    def between(self, name: str) -> Between[V_co]:
        """The value of a quantity or a count, or the ends between which it lies."""
        ...

    def value(self, name: str) -> V_co:
        """The same as one number; unknown where only its ends are known."""
        ...

    def truth(self, name: str) -> Tri[M_co]:
        """Whether something is so."""
        ...

    def choice(self, name: str) -> Mapping[str, Tri[M_co]]:
        """Of each alternative whether it is the one."""
        ...

    def calendar(self, name: str, months: Fraction) -> V_co | None:
        """So many months in days, counted in the calendar from an observable's date; None without dates."""
        ...


Test: TypeAlias = Callable[[Viewpoint[V, M]], Tri[M]]
Limit = Measure | int | bool | tuple[str, ...]


class Leaf(Generic[V, M]):
    """One comparison of a condition: what is compared, how, and with what."""

    __slots__ = ("comparison", "limit", "limit_text", "months", "observable", "test")

    def __init__(self, observable: Observable, comparison: str, limit: Limit, test: Test[V, M]) -> None:
        self.observable, self.comparison, self.limit, self.test = observable, comparison, limit, test
        self.months = _months(observable, limit)
        self.limit_text = units.spell(limit) if isinstance(limit, Measure) else str(limit).lower()


class CompiledCondition(NamedTuple, Generic[V, M]):
    """A condition as a closure, with the comparisons that it makes."""

    test: Test[V, M]
    leaves: tuple[Leaf[V, M], ...]


class DosesOf(NamedTuple):
    """The doses that a rule looks at: those of one agent, those of radioactive agents or of drugs, or all."""

    agent: str | None = None
    radioactive: bool | None = None

    def include(self, agent: str, *, radioactive: bool) -> bool:
        """Whether a dose of an agent is among them."""
        if self.agent is not None:
            return agent == self.agent
        return self.radioactive is None or radioactive == self.radioactive


class CompiledRule(Generic[V, M]):
    """A rule as closures. ``running``: it caps a total that only grows, so that only the first dose above it is at
    fault.
    """

    __slots__ = ("at", "cite", "doses", "names", "require", "rule", "running", "title", "when")

    def __init__(
        self,
        rule: Rule,
        at: str,
        when: CompiledCondition[V, M] | None,
        require: CompiledCondition[V, M],
        doses: DosesOf,
    ) -> None:
        self.rule, self.at, self.when, self.require, self.doses = rule, at, when, require, doses
        self.title = units.prose(rule.title)
        self.cite = cited(rule.cite)
        leaves = (*require.leaves, *(when.leaves if when is not None else ()))
        self.names = frozenset(leaf.observable.name for leaf in leaves)
        names = [leaf.observable.name for leaf in require.leaves]
        self.running = bool(names) and all(name.startswith(RUNNING) for name in names)


class Outcome(NamedTuple, Generic[M_co]):
    """The outcome of a rule at one moment: whether it applies, and whether what it requires holds."""

    when: Tri[M_co]
    require: Tri[M_co]

    @property
    def holds(self) -> Tri[M_co]:
        """Kleene's implication: the rule holds where it does not apply or what it requires is true."""
        return self.require if self.when is TRUE else ~self.when | self.require


def own_observables(own: Mapping[str, OwnObservable]) -> dict[str, Observable]:
    """The shared table and the observables that one file adds to it."""
    table = dict(OBSERVABLES)
    for name, row in own.items():
        if name in table:
            raise InputError(f"dosecalc already has an observable {name!r}", where=f"observables.{name}")
        symbol = units.spelled(row.unit or "")
        if (row.kind == "quantity") != (symbol in units.UNITS):
            raise InputError(
                "a quantity needs a 'unit' of the unit table, and no other kind has one", where=f"observables.{name}"
            )
        dimension = units.UNITS[symbol][0].dimension if symbol else ""
        if row.never and dimension != "time":
            raise InputError("only a time may be 'never'", where=f"observables.{name}.never")
        observable = Observable(
            name,
            row.title,
            row.kind,
            dimension,
            symbol,
            momentary=row.momentary,
            choices=tuple(row.choices or ()),
            ago=row.never,
        )
        low, high = _believed_ends(row, observable)
        table[name] = observable._replace(low=low, high=high)
    return table


def _believed_ends(row: OwnObservable, observable: Observable) -> tuple[Fraction | None, Fraction | None]:
    """The least and the most that a file believes of its observable, in the observable's own unit."""
    where = f"observables.{observable.name}"
    low, high = (_believed_end(end, observable, f"{where}.{key}") for key, end in (("min", row.min), ("max", row.max)))
    if low is not None and high is not None and low >= high:
        raise InputError("a range goes from a lower to a higher value", where=f"{where}.min")
    return low, high


def _believed_end(written: str | int | None, observable: Observable, where: str) -> Fraction | None:
    if written is None:
        return None
    if observable.kind not in ("quantity", "count"):
        raise InputError("only a quantity or a count has a range", where=where)
    if observable.kind == "count":
        if not isinstance(written, int):
            raise InputError(f"read {written!r}, expected a whole number", where=where)
        return Fraction(written)
    if isinstance(written, int):
        raise InputError(f"read {written}, expected a quantity such as '{written} {observable.unit}'", where=where)
    return read_at(written, observable.dimension, where).value / observable.factor


class Compiler(Generic[V, M]):
    """Compiles the conditions of one file for one number system."""

    def __init__(
        self, system: System[V, M], named: Mapping[str, Condition], table: Mapping[str, Observable] = OBSERVABLES
    ) -> None:
        self.system = system
        self.named = named
        self.table = dict(table)
        self._open: list[str] = []
        self._rules: dict[str, CompiledRule[V, M]] = {}
        """Those that were compiled, by their place in the file."""

    def condition(self, written: Condition, where: str) -> CompiledCondition[V, M]:
        """A condition as a closure. InputError names the place in the file of what cannot be compiled."""
        ways = [written.observable, written.all_, written.any_, written.not_, written.condition]
        if sum(way is not None for way in ways) != 1:
            raise InputError("a condition has exactly one of observable, all, any, not, condition", where=where)
        if written.observable is not None:
            return self._compare(written, written.observable, where)
        if written.condition is not None:
            return self.named_condition(written.condition, where)
        if written.not_ is not None:
            part = self.condition(written.not_, f"{where}.not")
            return CompiledCondition(lambda moment: ~part.test(moment), part.leaves)
        key, listed = ("all", written.all_) if written.all_ is not None else ("any", written.any_ or ())
        if not listed:
            raise InputError(f"'{key}' lists no condition", where=where)
        parts = tuple(self.condition(part, f"{where}.{key}[{i}]") for i, part in enumerate(listed))
        tests = [part.test for part in parts]
        join = all_of if key == "all" else any_of
        leaves = tuple(leaf for part in parts for leaf in part.leaves)
        return CompiledCondition(lambda moment: join(test(moment) for test in tests), leaves)

    def named_condition(self, name: str, where: str) -> CompiledCondition[V, M]:
        """The condition that the file names once for every rule that asks it."""
        if name not in self.named:
            raise InputError(f"there is no condition named {name!r}", where=where)
        if name in self._open:
            raise InputError(f"the condition {name!r} refers to itself", where=where)
        self._open.append(name)
        condition = self.condition(self.named[name], f"conditions.{name}")
        self._open.pop()
        return condition

    def _compare(self, written: Condition, name: str, where: str) -> CompiledCondition[V, M]:
        try:
            row = find(name, self.table)
        except InputError as error:
            raise error.at(f"{where}.observable") from None
        limits = {key: limit for key, limit in _limits(written) if limit is not None}
        if row.kind in ("boolean", "choice"):
            leaves = self._named_values(written, row, limits, where)
        else:
            if written.is_ is not None or written.one_of is not None or not limits:
                raise InputError(f"{name} is compared with above, at_least, below or at_most", where=where)
            leaves = tuple(self._bound(row, key, limit, f"{where}.{key}") for key, limit in limits.items())
        tests = [leaf.test for leaf in leaves]
        test = tests[0] if len(tests) == 1 else lambda moment: all_of(t(moment) for t in tests)
        return CompiledCondition(test, leaves)

    def _named_values(
        self, written: Condition, row: Observable, limits: Mapping[str, object], where: str
    ) -> tuple[Leaf[V, M], ...]:
        if limits or (written.is_ is None) == (written.one_of is None):
            raise InputError(f"{row.name} is tested with either 'is' or 'one_of'", where=where)
        name = row.name
        if row.kind == "boolean":
            if not isinstance(written.is_, bool):
                raise InputError(f"{name} is tested with 'is = true' or 'is = false'", where=f"{where}.is")
            if written.is_:
                return (Leaf(row, "is", True, lambda moment: moment.truth(name)),)
            return (Leaf(row, "is", False, lambda moment: ~moment.truth(name)),)
        wanted = tuple(written.one_of) if written.one_of is not None else (str(written.is_),)
        if not set(wanted) <= set(row.choices):
            raise InputError(f"{name} is one of {', '.join(row.choices)}", where=where)
        return (Leaf(row, "one_of", wanted, lambda moment: any_of(moment.choice(name)[each] for each in wanted)),)

    def _bound(self, row: Observable, key: str, limit: str | int, where: str) -> Leaf[V, M]:
        if row.kind == "count":
            if not isinstance(limit, int):
                raise InputError(f"{row.name} is a count: write a whole number", where=where)
            return Leaf(row, key, limit, self._comparison(row.name, key, Fraction(limit), None))
        if not isinstance(limit, str):
            raise InputError(f"{row.name} is a quantity: write text with a unit, '... {row.unit}'", where=where)
        measure = read_at(limit, row.dimension, where)
        return Leaf(row, key, measure, self._comparison(row.name, key, measure.value, _months(row, measure)))

    def _comparison(self, name: str, key: str, exact: Fraction, months: Fraction | None) -> Test[V, M]:
        fixed = self.system.number(exact)
        compare = self.system.above if key in ("above", "at_most") else self.system.at_least

        def limit(moment: Viewpoint[V, M]) -> V:
            dated = None if months is None else moment.calendar(name, months)
            return fixed if dated is None else dated

        if key in ("above", "at_least"):
            if months is None:
                return lambda moment: compare(moment.between(name), fixed)
            return lambda moment: compare(moment.between(name), limit(moment))
        return lambda moment: ~compare(moment.between(name), limit(moment))

    def rule(self, rule: Rule, where: str) -> CompiledRule[V, M]:
        """A rule as closures, with the doses that it looks at; compiled once, whichever arms it holds for."""
        if where not in self._rules:
            self._rules[where] = self._rule(rule, where)
        return self._rules[where]

    def _rule(self, rule: Rule, where: str) -> CompiledRule[V, M]:
        when = None if rule.when is None else self.condition(rule.when, f"{where}.when")
        require = self.condition(rule.require, f"{where}.require")
        rows = [leaf.observable for leaf in (*(when.leaves if when else ()), *require.leaves)]
        doses = any(row.scope == "dose" for row in rows)
        at = rule.at or ("each-dose" if doses else "course")
        if at == "course" and doses:
            raise InputError("a rule about the course cannot ask for an observable of a dose", where=f"{where}.at")
        return CompiledRule(rule, at, when, require, _doses_of(rule, rows))


def _limits(written: Condition) -> tuple[tuple[str, str | int | None], ...]:
    return (
        ("above", written.above),
        ("at_least", written.at_least),
        ("below", written.below),
        ("at_most", written.at_most),
    )


def _doses_of(rule: Rule, rows: list[Observable]) -> DosesOf:
    """The doses that have what a rule asks for, unless it names an agent itself."""
    if rule.agent:
        return DosesOf(agent=rule.agent)
    if any(row.about_activity for row in rows):
        return DosesOf(radioactive=True)
    return DosesOf(radioactive=False) if any(row.about_mass for row in rows) else DosesOf()


def outcome(compiled: CompiledRule[V, M], moment: Viewpoint[V, M]) -> Outcome[M]:
    """The outcome of a rule at a moment."""
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
