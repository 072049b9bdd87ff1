"""Amounts, cumulative totals and the truth of rules, for one patient or for many.

An arm is compiled once for a number system; the closures then run on whatever that system holds: exact rationals for
a plan, float64 arrays for a cohort. Canonical units throughout: MBq, mg, kg, m², cm, Gy, day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Generic, NamedTuple, TypeAlias

from dosecalc.course import levels, organs, schedule
from dosecalc.course.levels import CompiledDose, Level, Row, compile_dose
from dosecalc.course.organs import EffectiveLimit, OrganDose, Spared, Sparing
from dosecalc.course.pregnancy import own_rules
from dosecalc.course.rules import CompiledCondition, CompiledRule, Compiler, Outcome, outcome, read_at
from dosecalc.course.schedule import Day, Position, Slot
from dosecalc.course.state import CourseState, Inputs, Moment
from dosecalc.errors import InputError
from dosecalc.files.protocol import Arm, ListedConflict, ListedDose, OrganLimit, Protocol, Reduction
from dosecalc.quantities.numbers import TRUE, Between, Bounds, M, Mask, Tri, V, any_of
from dosecalc.quantities.units import Measure

SIZED = ("", "_per_weight", "_per_bsa")
_ZERO = Fraction(0)
_IN_FULL: Mapping[int, int] = MappingProxyType({})
_TOTALLED = {
    kind: tuple(tuple(f"{scope}_{kind}{size}" for scope in ("dose", "cumulative")) for size in SIZED)
    for kind in ("activity", "mass")
}

Total: TypeAlias = tuple[Bounds[V], ...]
"""The amounts of an agent given so far: in all, per body weight, per body surface area."""


def _organ_limit(limit: OrganLimit, where: str) -> EffectiveLimit | Spared:
    def read(text: str | None, dimension: str, key: str) -> Measure | None:
        measure = None if text is None else read_at(text, (dimension,), f"{where}.{key}")
        if measure is not None and not measure.value:
            raise InputError("expected more than zero", where=f"{where}.{key}")
        return measure

    most, bed = (read(text, "absorbed dose", key) for key, text in (("limit", limit.limit), ("bed", limit.bed)))
    ratio = read(limit.alpha_beta, "absorbed dose", "alpha_beta")
    repair = read(limit.repair_half_time, "time", "repair_half_time")
    if bed is not None:
        if ratio is None or repair is None:
            raise InputError("a limit as BED needs alpha_beta and repair_half_time", where=f"{where}.bed")
        return EffectiveLimit(limit, bed, ratio, repair)
    if most is None:
        raise InputError("an organ has a limit, or a bed", where=where)
    return Spared(limit, most, ratio, repair)


class RuleRun(NamedTuple, Generic[V, M]):
    """A rule with its outcome at each moment that it looks at."""

    compiled: CompiledRule[V, M]
    outcomes: list[tuple[Moment[V, M], Outcome[M]]]


class Calculation(NamedTuple, Generic[V, M]):
    """The result of a run: a moment for each dose, one for the course, and what every rule and conflict says."""

    state: CourseState[V, M]
    doses: tuple[Moment[V, M], ...]
    course: Moment[V, M]
    rules: tuple[RuleRun[V, M], ...]
    conflicts: tuple[Tri[M], ...]
    organs: tuple[OrganDose[V, M], ...]


class CompiledArm(Generic[V, M]):
    """An arm of a protocol, compiled for one number system. InputError names the place in the file of what is wrong."""

    def __init__(self, protocol: Protocol, arm: Arm, compiler: Compiler[V, M]) -> None:
        self.protocol, self.arm, self.compiler = protocol, arm, compiler
        self.system, self.table = compiler.system, compiler.table
        self._zero = self.system.number(_ZERO)
        self._courses: dict[tuple[int | None, int | None, int], tuple[tuple[Slot, ...], tuple[Day, ...]]] = {}
        self.place = place = f"arms[{protocol.arms.index(arm)}]"
        limits = [_organ_limit(limit, f"{place}.organ_limits[{i}]") for i, limit in enumerate(arm.organ_limits)]
        self.spared = tuple(each for each in limits if isinstance(each, Spared))
        self.effective = tuple(each for each in limits if isinstance(each, EffectiveLimit))
        self.doses: dict[Position, CompiledDose[V, M]] = {
            position: compile_dose(protocol, compiler, dose, self._place_of(position))
            for position, dose in schedule.listed_doses(arm)
        }
        self.steps = dict(
            self._reduced(reduction, f"{place}.reductions[{i}]") for i, reduction in enumerate(arm.reductions)
        )
        self.rules = tuple(
            self.compiler.rule(rule, f"rules[{i}]") for i, rule in enumerate(protocol.rules) if rule.holds_for(arm.id)
        )
        self.own_rules = tuple(own_rules(protocol, arm, compiler, self.rules))
        """Rules that hold although no file writes them."""
        self.conflicts: tuple[tuple[ListedConflict, CompiledCondition[V, M] | None], ...] = tuple(
            (
                conflict,
                None if conflict.when is None else self.compiler.condition(conflict.when, f"conflicts[{i}].when"),
            )
            for i, conflict in enumerate(protocol.conflicts)
            if conflict.holds_for(arm.id)
        )

    def _place_of(self, position: Position) -> str:
        return f"{self.place}.cycles[{position.cycle}].doses[{position.dose}]"

    def _reduced(self, reduction: Reduction, place: str) -> tuple[tuple[str, int], CompiledDose[V, M]]:
        """A step of the ladder, by agent."""
        agents = dict.fromkeys(dose.agent for cycle in self.arm.cycles for dose in cycle.doses)
        agent = reduction.agent or next(iter(agents), "")
        if agent not in agents or (reduction.agent is None and len(agents) > 1):
            message = f"read {reduction.agent!r}, expected one of {', '.join(agents)}"
            raise InputError(message, where=f"{place}.agent" if reduction.agent else place)
        dose = ListedDose(agent=agent, level=reduction.level, tolerance=reduction.tolerance, cite=reduction.cite)
        return (agent, reduction.step), compile_dose(self.protocol, self.compiler, dose, place)

    def levels(self) -> Iterator[tuple[str, tuple[Row[V, M], ...]]]:
        """Every list of levels, with its place in the file."""
        for position, dose in self.doses.items():
            yield self._place_of(position), dose.rows
        for i, step in enumerate(self.steps.values()):
            yield f"{self.place}.reductions[{i}]", step.rows

    def levels_of(self, slot: Slot, steps: Mapping[int, int] = _IN_FULL) -> CompiledDose[V, M]:
        """The levels of a dose, or those of the step to which it was reduced."""
        reduced = self.steps.get((slot.dose.agent, steps.get(slot.number, 0))) if steps else None
        return reduced or self.doses[slot.position]

    def course(
        self, cycles: int | None, chosen: int | None, reached: int = 0
    ) -> tuple[tuple[Slot, ...], tuple[Day, ...]]:
        """The doses of a course and their days, for so many cycles and a chosen cycle length; kept, as they recur.

        ``reached`` is the dose up to which a course of an open number of cycles goes on.
        """
        key = (cycles, chosen, reached if self.arm.cycles[-1].open else 0)
        if key not in self._courses:
            slots = schedule.course(self.arm, cycles, reached)
            self._courses[key] = (slots, schedule.days(slots, chosen, schedule.lengths(self.arm)))
        return self._courses[key]

    # -- one run --

    def run(self, slots: Sequence[Slot], inputs: Inputs[V, M]) -> Calculation[V, M]:
        """Compute every dose of the course and ask every rule of it."""
        state, totals = self._course_of(slots, inputs)
        if self.spared:
            unreduced = state
            state, totals = self._course_of(slots, inputs, self._to_spare(unreduced))
            state.organs = self._organs(unreduced, state)
        doses = tuple(state.doses)
        state.values.update(self._course(doses, totals))
        cycle = next((slot.cycle for slot in slots if slot.number == inputs.next_dose), 1)
        course = Moment(state, inputs.next_dose, cycle)
        rules = tuple([self._ask(rule, doses, course) for rule in (*self.rules, *self.own_rules)])
        conflicts = tuple([self._applies(when, doses) for _, when in self.conflicts])
        return Calculation(state, doses, course, rules, conflicts, state.organs)

    def _course_of(
        self, slots: Sequence[Slot], inputs: Inputs[V, M], sparing: Sparing[V, M] | None = None
    ) -> tuple[CourseState[V, M], dict[str, Total[V]]]:
        """Every dose of the course, one after the other; those that were not given are reduced to spare organs."""
        state = CourseState(self.system, inputs, self.table)
        totals: dict[str, Total[V]] = {}
        for slot in slots:
            radioactive = self.levels_of(slot).radioactive
            moment = Moment(state, slot.number, slot.cycle, slot, radioactive=radioactive)
            self._place(moment)
            self._amount(moment, slot)
            if sparing is not None and radioactive and slot.number not in inputs.given:
                self._reduce(moment, sparing)
            self._accumulate(moment, slot.dose.agent, totals)
            state.doses.append(moment)
        return state, totals

    def _reduce(self, moment: Moment[V, M], sparing: Sparing[V, M]) -> None:
        moment.planned = self.system.where(sparing.reduced, moment.planned * sparing.scale, moment.planned)
        moment.amount = moment.planned
        moment.capped = moment.capped | sparing.reduced

    # -- organs --

    def _to_spare(self, state: CourseState[V, M]) -> Sparing[V, M]:
        """By how much the doses to come are reduced so that every organ keeps within its limit."""
        activities = [(m.amount, m.number in state.inputs.given) for m in state.doses if m.radioactive]
        given = sum((amount for amount, was_given in activities if was_given), self._zero)
        planned = sum((amount for amount, was_given in activities if not was_given), self._zero)
        return organs.sparing(self.system, self._coefficients(state), given, planned)

    def _coefficients(self, state: CourseState[V, M]) -> list[tuple[Spared, V]]:
        first = state.doses[0]
        return [(spared, first.value(f"organ_dose.{spared.source.organ}")) for spared in self.spared]

    def _organs(self, unreduced: CourseState[V, M], state: CourseState[V, M]) -> tuple[OrganDose[V, M], ...]:
        before, after = (
            sum((m.amount for m in each.doses if m.radioactive), self._zero) for each in (unreduced, state)
        )
        doses: list[OrganDose[V, M]] = []
        for spared, coefficient in self._coefficients(state):
            allowed = organs.allowed(self.system, spared, coefficient)
            binds = organs.exceeds(self.system, spared, coefficient, before)
            doses.append(OrganDose(spared, coefficient, allowed, binds, coefficient * after))
        return tuple(doses)

    # -- amounts --

    def _place(self, moment: Moment[V, M]) -> None:
        """State the number of a dose, of its cycle, and the days since the dose before."""
        s, interval = self.system, moment.state.inputs.intervals.get(moment.number)
        moment.values["cycle_number"] = s.number(Fraction(moment.cycle))
        moment.values["dose_number"] = s.number(Fraction(moment.number))
        moment.values["dose_interval"] = s.unknown("dose_interval") if interval is None else interval

    def _amount(self, moment: Moment[V, M], slot: Slot) -> None:
        """The amount of a dose: of the first row of its levels that holds, or what was given instead."""
        amounts: list[tuple[Tri[M], V]] = []
        held: Mask[M] = False  # whether a row before surely holds
        moment.rows = self.levels_of(slot, moment.state.inputs.steps).rows
        for row in moment.rows:
            truth: Tri[M] = TRUE if row.when is None else row.when.test(moment)
            if held is not True and truth.no is not True:
                moment.possible.append(row)
            if held is False and truth.yes is True:
                moment.row = row
            amounts.append((truth, self._of_row(row, moment, self.system.except_where(truth.yes, held))))
            held = held | truth.yes
        if amounts[0][0] is TRUE:
            moment.planned = amounts[0][1]
        else:
            moment.planned, moment.undefined = self.system.first(amounts)
        given = moment.state.inputs.given.get(slot.number)
        moment.amount = moment.planned if given is None else given

    def _of_row(self, row: Row[V, M], moment: Moment[V, M], holds: Mask[M]) -> V:
        """The amount of a row; where it holds, what capped or raised it is marked."""
        amount, reached = self._of_level(row, moment)
        if row.cap is not None:
            amount, capped = self._capped(row.cap, amount, moment)
            moment.capped = moment.capped | (holds & capped)
        if row.floor is not None:
            amount, floored = self._floored(row.floor, amount, moment)
            reached = reached | floored
        moment.floored = moment.floored | (holds & reached)
        return amount

    def _of_level(self, row: Row[V, M], moment: Moment[V, M]) -> tuple[V, Mask[M]]:
        """The amount of a row's level, and whether a target was reached before, so that nothing more is given."""
        level: Level[V] | None = Level(row.low.dimension, self.system.number(row.low.value))
        if row.open:
            level = moment.state.inputs.levels.get(moment.number)
        if level is None:
            return self.system.unknown("level"), False
        if row.organ is not None:
            return self._to_organ_dose(level.value, row.organ.name, moment)
        if level.dimension == levels.TARGET and not row.factors:
            return self._to_absorbed_dose(level.value, moment)
        return levels.amount(row, self.system, level, moment), False

    def _earlier(self, moment: Moment[V, M]) -> list[Moment[V, M]]:
        """The doses of the same agent so far."""
        agent = moment.slot.dose.agent if moment.slot else ""
        return [m for m in moment.state.doses if m.slot and m.slot.dose.agent == agent]

    def _to_organ_dose(self, target: V, coefficient: str, moment: Moment[V, M]) -> tuple[V, Mask[M]]:
        """A2 = T / c - A1, where an activity gives the organ c a unit. Never below zero."""
        s, zero = self.system, self._zero
        given = sum((m.amount for m in self._earlier(moment)), zero)
        left = s.quotient(target, moment.value(coefficient)) - given
        reached = s.at_least(zero, left).yes
        return s.where(reached, zero, left), reached

    def _to_absorbed_dose(self, target: V, moment: Moment[V, M]) -> tuple[V, Mask[M]]:
        """A2 = A1 (T - D1) / D1: the same kinetics and mass, so dose in proportion to activity. Never below zero."""
        s, zero = self.system, self._zero
        earlier = self._earlier(moment)
        given = sum((m.amount for m in earlier), zero)
        dose = sum((m.state.from_one(m) for m in earlier), zero)
        reached = s.at_least(dose, target).yes
        return s.where(reached, zero, s.quotient(given * (target - dose), dose)), reached

    def _capped(self, cap: Measure, amount: V, moment: Moment[V, M]) -> tuple[V, Mask[M]]:
        """An amount held to a cap, and whether it was above it; unknown where the cap is, unless it is nothing."""
        bound = levels.sized(Level(cap.dimension, self.system.number(cap.value)), moment)
        held, beyond = self._bounded(bound, amount, self.system.above(amount, bound).yes)
        return self.system.where(self.system.at_least(self._zero, amount).yes, amount, held), beyond

    def _floored(self, floor: Measure, amount: V, moment: Moment[V, M]) -> tuple[V, Mask[M]]:
        """An amount raised to a floor, and whether it was below it; unknown where the floor is."""
        bound = levels.sized(Level(floor.dimension, self.system.number(floor.value)), moment)
        return self._bounded(bound, amount, self.system.above(bound, amount).yes)

    def _bounded(self, bound: V, amount: V, beyond: Mask[M]) -> tuple[V, Mask[M]]:
        s = self.system
        return s.where(s.known(bound), s.where(beyond, bound, amount), bound), beyond

    # -- totals --

    def _accumulate(self, moment: Moment[V, M], agent: str, totals: dict[str, Total[V]]) -> None:
        s, amount, zero = self.system, moment.amount, self._zero
        sizes = (amount, amount / moment.value("weight"), amount / moment.value("bsa"))
        own = tuple([Bounds(s.either(size, zero), size) for size in sizes])
        before = totals.get(agent)
        running = own if before is None else tuple([a + b for a, b in zip(own, before, strict=True)])
        totals[agent] = running
        names = _TOTALLED["activity" if moment.radioactive else "mass"]
        for (dose, cumulative), size, total in zip(names, sizes, running, strict=True):
            moment.values[dose], moment.values[cumulative] = size, total
        if moment.radioactive:
            moment.values["session_activity"] = self._session(moment)

    def _session(self, moment: Moment[V, M]) -> V:
        """The activity of the doses of one day of a cycle, up to this one; not known where days are not stated."""
        cycle = [m for m in moment.state.doses if m.radioactive and m.cycle == moment.cycle]
        day = moment.slot.dose.day if moment.slot else None
        if cycle and day is None:
            return self.system.unknown("session_activity")
        return sum((m.amount for m in cycle if m.slot and m.slot.dose.day == day), moment.amount)

    def _course(self, doses: tuple[Moment[V, M], ...], totals: dict[str, Total[V]]) -> dict[str, Between[V]]:
        """The totals of the course, optional cycles counted."""
        nothing = Bounds(self._zero, self._zero)
        radioactive = [total for key, total in totals.items() if self.protocol.agents[key].radionuclide]
        values: dict[str, Between[V]] = {
            f"course_activity{size}": sum((total[i] for total in radioactive), nothing) for i, size in enumerate(SIZED)
        }
        values["course_cycles"] = self.system.number(Fraction(max((m.cycle for m in doses), default=0)))
        return values

    # -- rules and conflicts --

    def _ask(self, rule: CompiledRule[V, M], doses: tuple[Moment[V, M], ...], course: Moment[V, M]) -> RuleRun[V, M]:
        moments = _looked_at(rule, doses, course)
        if len(moments) > 1 and not any(map(course.state.varies, rule.names)):
            same = outcome(rule, moments[0])
            return RuleRun(rule, [(moment, same) for moment in moments])
        return RuleRun(rule, [(moment, outcome(rule, moment)) for moment in moments])

    def _applies(self, when: CompiledCondition[V, M] | None, doses: tuple[Moment[V, M], ...]) -> Tri[M]:
        if when is None:
            return TRUE
        state = doses[0].state
        differ = any(state.varies(leaf.observable.name) for leaf in when.leaves)
        return any_of(when.test(moment) for moment in (doses if differ else doses[:1]))


def _looked_at(
    rule: CompiledRule[V, M], doses: tuple[Moment[V, M], ...], course: Moment[V, M]
) -> Sequence[Moment[V, M]]:
    """The moments at which a rule is asked."""
    if rule.at == "course":
        return [course]
    looked_at = [m for m in doses if m.slot and rule.doses.include(m.slot.dose.agent, radioactive=m.radioactive)]
    if rule.at == "first-dose":
        return looked_at[:1]
    if rule.at == "later-doses":
        return looked_at[1:]
    if rule.at == "each-cycle":
        return [m for i, m in enumerate(looked_at) if i == 0 or m.cycle != looked_at[i - 1].cycle]
    return looked_at
