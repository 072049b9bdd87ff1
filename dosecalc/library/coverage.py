"""Coverage: gaps between levels, levels out of reach, and conditions that no patient can meet.

A condition changes its truth only at the limits that it compares with. Each limit and a point on either side of it
therefore stand for every value, and all combinations of such points for every patient. Where these are too many to try,
what they would show is unproved, and said to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise, product
from math import prod
from typing import Any, NamedTuple

from dosecalc.course.calculator import CompiledArm
from dosecalc.course.levels import Row
from dosecalc.course.observables import Observable
from dosecalc.course.rules import CompiledCondition, Leaf
from dosecalc.files.capacity import COMPARED
from dosecalc.files.faults import Fault
from dosecalc.files.protocol import ListedConflict, Protocol
from dosecalc.quantities import units
from dosecalc.quantities.numbers import FALSE, TRUE, Between, M, Tri, V, Value
from dosecalc.quantities.units import Measure


class Budget:
    """How many comparisons may still be tried in one file, and the places where they did not suffice."""

    def __init__(self, left: int = COMPARED) -> None:
        self.left, self.place = left, ""
        self.unproved: dict[str, None] = {}
        """Places of which nothing was proved, as there are too many combinations to try."""

    def affords(self, axes: Sequence[Axis], comparisons: int) -> bool:
        """Whether all combinations of the points can be tried with so many comparisons each; told where not."""
        cost = prod(len(points) for _, points in axes) * max(comparisons, 1)
        if cost > self.left:
            self.unproved.setdefault(self.place)
            return False
        self.left -= cost
        return True


class Gap(NamedTuple):
    """Values of one observable, between two rows of levels, for which no row holds."""

    below: int
    above: int
    """The two rows, counted from 1; ``below`` holds for lower values."""
    words: str

    @property
    def name(self) -> str:
        """How a conflict names it."""
        first, second = sorted((self.below, self.above))
        return f"row {first}/row {second}"


class _Patient:
    """One combination of values; it answers for every observable that a condition may ask for."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def between(self, name: str) -> Between:
        value: Between = self.values[name]
        return value

    def value(self, name: str) -> Value:
        value: Value = self.values[name]
        return value

    def truth(self, name: str) -> Tri:
        truth: Tri = self.values[name]
        return truth

    def choice(self, name: str) -> dict[str, Tri]:
        choice: dict[str, Tri] = self.values[name]
        return choice

    def calendar(self, name: str, months: Fraction) -> None:  # noqa: ARG002  # no dates are stated here
        return None


def faults(protocol: Protocol, arms: Iterable[CompiledArm], budget: Budget) -> Iterator[Fault]:
    """The faults of the conditions of a file: rows and conditions that never hold, and gaps between levels."""
    arms = list(arms)
    levels = [each for arm in arms for each in _levels(arm, budget)]
    for each in levels:
        budget.place = each.place
        yield from _unreached(each, budget)
        yield from _unnamed(each, protocol.conflicts)
    for place, condition in _conditions(protocol, arms).items():
        budget.place = place
        if condition is not None and not _possible(condition, budget):
            yield place, f"nothing can meet this condition ({_comparisons(condition)})"
    for i, conflict in enumerate(protocol.conflicts):
        if conflict.gap is not None and not _may_have(conflict, levels, budget):
            yield f"conflicts[{i}].gap", f"there is no gap {conflict.gap!r} between the levels of its arms"


def _may_have(conflict: ListedConflict, levels: Sequence[_Levels], budget: Budget) -> bool:
    """Whether the gap that a conflict names is there, or may be, as not all combinations were tried."""
    return any(
        any(_names(conflict, gap, each.arm) for gap in each.gaps)
        or (each.place in budget.unproved and conflict.holds_for(each.arm))
        for each in levels
    )


class _Levels(NamedTuple):
    """The levels of one dose of an arm."""

    arm: str
    place: str
    rows: Sequence[Row]
    gaps: Sequence[Gap]


def _levels(arm: CompiledArm, budget: Budget) -> Iterator[_Levels]:
    for place, rows in arm.levels():
        budget.place = place
        yield _Levels(arm.arm.id, place, rows, gaps(rows, budget))


def _conditions(protocol: Protocol, arms: Iterable[CompiledArm]) -> dict[str, CompiledCondition | None]:
    """The conditions of rules and conflicts by their places; one that several arms share is there once."""
    conditions: dict[str, CompiledCondition | None] = {}
    for arm in arms:
        mine, of_conflicts = (
            [i for i, each in enumerate(listed) if each.holds_for(arm.arm.id)]
            for listed in (protocol.rules, protocol.conflicts)
        )
        for i, rule in zip(mine, arm.rules, strict=True):
            conditions |= {f"rules[{i}].when": rule.when, f"rules[{i}].require": rule.require}
        for place, rows in arm.levels():
            for row, limits in ((i, row.least) for i, row in enumerate(rows)):
                at = f"{place}.level[{row}]" if len(rows) > 1 else f"{place}.level"
                conditions |= {f"{at}.least[{i}].when": limit.when for i, limit in enumerate(limits) if limit.when}
        for i, (_, condition) in zip(of_conflicts, arm.conflicts, strict=True):
            conditions[f"conflicts[{i}].when"] = condition
    return conditions


def _unreached(levels: _Levels, budget: Budget) -> Iterator[Fault]:
    for number in out_of_reach(levels.rows, budget):
        when = levels.rows[number - 1].when
        reason = f" ({_comparisons(when)})" if when is not None else ""
        yield f"{levels.place}.level[{number - 1}]", f"row {number} is never reached{reason}"


def _unnamed(levels: _Levels, conflicts: Sequence[ListedConflict]) -> Iterator[Fault]:
    """The gaps that no conflict of the file names."""
    for gap in levels.gaps:
        if not any(_names(conflict, gap, levels.arm) for conflict in conflicts):
            message = (
                f"no level applies {gap.words}, between row {gap.below} and row {gap.above}; close the gap, or name it "
                f'in a conflict with gap = "{gap.name}"'
            )
            yield f"{levels.place}.level", message


def _names(conflict: ListedConflict, gap: Gap, arm: str) -> bool:
    return conflict.gap == gap.name and conflict.holds_for(arm)


def _comparisons(condition: CompiledCondition) -> str:
    comparisons = (
        f"{leaf.observable.name} {leaf.comparison.replace('_', ' ')} {leaf.limit_text}" for leaf in condition.leaves
    )
    return ", ".join(comparisons)


def out_of_reach(rows: Sequence[Row], budget: Budget) -> list[int]:
    """The rows, counted from 1, that hold for nobody because the rows before them do, or because they never can."""
    if len(rows) == 1 and (rows[0].when is None or _possible(rows[0].when, budget)):
        return []
    leaves = [leaf for row in rows if row.when is not None for leaf in row.when.leaves]
    axes = axes_of(leaves)
    unreached = set(range(len(rows)))
    if not budget.affords(axes, len(leaves)):
        return []
    for patient in _patients(axes):
        unreached.discard(_first(rows, patient))
        if not unreached:
            break
    return [number + 1 for number in sorted(unreached)]


def gaps(rows: Sequence[Row], budget: Budget) -> list[Gap]:
    """The gaps between rows, each between two rows that hold for neighbouring values of one observable."""
    if len(rows) == 1 or any(row.when is None for row in rows):
        return []
    leaves = [leaf for row in rows if row.when is not None for leaf in row.when.leaves]
    axes = axes_of(leaves)
    if not budget.affords(axes, len(leaves) * len(axes)):
        return []
    by_name: dict[str, Gap] = {}
    for observable, points in axes:
        if observable.kind not in ("quantity", "count"):
            continue
        others = [axis for axis in axes if axis[0] is not observable]
        for patient in _patients(others):
            held = [_first(rows, _Patient({**patient.values, observable.name: point.value})) for point in points]
            for gap in holes(observable, points, held):
                by_name.setdefault(gap.name, gap)
    return list(by_name.values())


def holes(observable: Observable, points: Sequence[Point], held: Sequence[int]) -> Iterator[Gap]:
    """The runs of points in which no row holds, between two where one does; ``held`` is the row of each point."""
    last: int | None = None
    for here, row in enumerate(held):
        if row < 0:
            continue
        if last is not None and here - last > 1:
            yield Gap(held[last] + 1, row + 1, hole_words(observable, points[last : here + 1]))
        last = here


def hole_words(observable: Observable, points: Sequence[Point]) -> str:
    """Where a hole lies, from the last point before it to the first one after it."""
    low, first, last, high = points[0], points[1], points[-2], points[-1]
    if observable.kind == "count":
        values = first.text if first.value == last.value else f"from {first.text} to {last.text}"
        return f"where {observable.name} is {values}"
    if first is last and first.limit:
        return f"where {observable.name} is {first.text}"
    lower = f"above {low.text}" if low.limit else f"from {first.text}"
    upper = f"below {high.text}" if high.limit else f"up to {last.text}"
    return f"where {observable.name} is {lower} and {upper}"


def _first(rows: Sequence[Row], patient: _Patient) -> int:
    """The first row that holds, counted from 0; -1 where none does."""
    return next((i for i, row in enumerate(rows) if row.when is None or row.when.test(patient).yes), -1)


def _possible(condition: CompiledCondition, budget: Budget) -> bool:
    """Whether a condition can be met at all; comparisons of different observables never exclude each other."""
    names = [leaf.observable.name for leaf in condition.leaves]
    if len(set(names)) == len(names) and all(_inside(leaf) for leaf in condition.leaves):
        return True
    axes = axes_of(condition.leaves)
    affords = budget.affords(axes, len(condition.leaves))
    return not affords or any(condition.test(patient).yes for patient in _patients(axes))


def _inside(leaf: Leaf) -> bool:
    """Whether the limit of a comparison leaves values on both of its sides."""
    observable, limit = leaf.observable, leaf.limit
    if observable.kind not in ("quantity", "count"):
        return True
    value = limit.value / observable.factor if isinstance(limit, Measure) else Fraction(str(limit))
    return value > (observable.low or 0) and (observable.high is None or value < observable.high)


# -- points that stand for all values --


class Point(NamedTuple):
    value: Any
    text: str
    limit: bool
    """Whether a condition compares with this very value."""


Axis = tuple[Observable, list[Point]]


def _patients(axes: Sequence[Axis]) -> Iterator[_Patient]:
    names = [observable.name for observable, _ in axes]
    for values in product(*(points for _, points in axes)):
        yield _Patient({name: point.value for name, point in zip(names, values, strict=True)})


def axes_of(leaves: Iterable[Leaf[V, M]]) -> list[Axis]:
    """Each observable that is compared, with the points that stand for all of its values."""
    compared: dict[str, tuple[Observable, dict[Fraction, str]]] = {}
    for leaf in leaves:
        _, limits = compared.setdefault(leaf.observable.name, (leaf.observable, {}))
        if isinstance(leaf.limit, Measure):
            limits.setdefault(leaf.limit.value, leaf.limit_text)
        elif leaf.observable.kind == "count":
            assert isinstance(leaf.limit, int)
            limits.setdefault(Fraction(leaf.limit), leaf.limit_text)
    return [(observable, _points(observable, limits)) for observable, limits in compared.values()]


def _points(observable: Observable, limits: Mapping[Fraction, str]) -> list[Point]:
    if observable.kind == "boolean":
        return [Point(TRUE, "true", limit=True), Point(FALSE, "false", limit=True)]
    if observable.kind == "choice":
        return [
            Point({other: TRUE if other == choice else FALSE for other in observable.choices}, choice, limit=True)
            for choice in observable.choices
        ]
    if observable.kind == "count":
        near = {limit + step for limit in limits for step in (-1, 0, 1)}
        return [Point(v, units.decimal(v), v in limits) for v in sorted(near) if _believed(observable, v)]
    ordered = sorted(limits)
    inner = [(low + high) / 2 for low, high in pairwise(ordered)]
    values = sorted({*ordered, *inner, ordered[0] / 2 if ordered[0] > 0 else ordered[0] - 1, ordered[-1] * 2 + 1})
    return [Point(v, limits.get(v, ""), v in limits) for v in values if _believed(observable, v) or v in limits]


def _believed(observable: Observable, value: Fraction) -> bool:
    """Whether a value is one that is accepted; what is computed is never below zero."""
    own = value / observable.factor if observable.kind == "quantity" else value
    low = Fraction(0) if observable.low is None else observable.low
    return own >= low and (observable.high is None or own <= observable.high)
