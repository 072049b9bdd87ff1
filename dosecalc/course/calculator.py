"""Amounts, cumulative totals and the truth of rules, for one patient or for many.

An arm is compiled once for a number system; the closures then run on whatever that system holds: exact rationals for
a plan, float64 arrays for a cohort. Canonical units throughout: MBq, mg, kg, m², cm, Gy, day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course import levels, organs, schedule
from dosecalc.course.levels import CompiledDose, Row, compile_dose
from dosecalc.course.organs import OrganDose, Spared
from dosecalc.course.rules import CompiledCondition, CompiledRule, Compiler, Outcome, outcome, read_at
from dosecalc.course.schedule import Day, Slot
from dosecalc.course.state import Case, Inputs, Moment
from dosecalc.errors import InputError
from dosecalc.files.protocol import Arm, ListedDose, OrganLimit, Protocol, Reduction
from dosecalc.quantities.numbers import FALSE, TRUE, Bounds, Mask, Tri, Value
from dosecalc.quantities.units import Measure

SIZED = ("", "_per_weight", "_per_bsa")
_ZERO = Fraction(0)
_TOTALLED = {
    kind: tuple(tuple(f"{scope}_{kind}{size}" for scope in ("dose", "cumulative")) for size in SIZED)
    for kind in ("activity", "mass")
}

Total = tuple[Value, ...]


def _spared(limit: OrganLimit, where: str) -> Spared:
    def read(text: str | None, dimension: str, key: str) -> Measure | None:
        return None if text is None else read_at(text, (dimension,), f"{where}.{key}")

    most = read_at(limit.limit, ("absorbed dose",), f"{where}.limit")
    ratio = read(limit.alpha_beta, "absorbed dose", "alpha_beta")
    repair = read(limit.repair_half_time, "time", "repair_half_time")
    for key, measure in (("limit", most), ("alpha_beta", ratio), ("repair_half_time", repair)):
        if measure is not None and not measure.value:
            raise InputError("expected more than zero", where=f"{where}.{key}")
    return Spared(limit, most, ratio, repair)


class RuleRun(NamedTuple):
    """What one rule said at each moment that it looks at."""

    compiled: CompiledRule
    outcomes: list[tuple[Moment, Outcome]]


class Calculation(NamedTuple):
    """The result of a run: a moment for each dose, one for the course, and what every rule and conflict says."""

    case: Case
    doses: tuple[Moment, ...]
    course: Moment
    rules: tuple[RuleRun, ...]
    conflicts: tuple[Tri, ...]
    organs: tuple[OrganDose, ...]


class CompiledArm:
    """An arm of a protocol, compiled for one number system. InputError names the place in the file of what is wrong."""

    def __init__(self, protocol: Protocol, arm: Arm, compiler: Compiler) -> None:
        self.protocol, self.arm, self.compiler = protocol, arm, compiler
        self.system, self.table = compiler.system, compiler.table
        self.doses: dict[int, CompiledDose] = {}
        self._courses: dict[tuple[int | None, int | None], tuple[tuple[Slot, ...], tuple[Day, ...]]] = {}
        self.place = place = f"arms[{protocol.arms.index(arm)}]"
        self.spared = tuple(_spared(limit, f"{place}.organ_limits[{i}]") for i, limit in enumerate(arm.organ_limits))
        for c, cycle in enumerate(arm.cycles):
            for d, dose in enumerate(cycle.doses):
                self.doses[id(dose)] = compile_dose(protocol, compiler, dose, f"{place}.cycles[{c}].doses[{d}]")
        self.steps = {key: step for i, reduction in enumerate(arm.reductions)
                      for key, step in self._reduced(reduction, f"{place}.reductions[{i}]")}  # fmt: skip
        self.rules = tuple(
            self.compiler.rule(rule, f"rules[{i}]") for i, rule in enumerate(protocol.rules) if rule.holds_for(arm.id)
        )
        self.conflicts = tuple(
            (
                conflict,
                None if conflict.when is None else self.compiler.condition(conflict.when, f"conflicts[{i}].when"),
            )
            for i, conflict in enumerate(protocol.conflicts)
            if conflict.holds_for(arm.id)
        )

    def _reduced(self, reduction: Reduction, place: str) -> Iterator[tuple[tuple[str, int], CompiledDose]]:
        """A step of the ladder, by agent."""
        agents = dict.fromkeys(dose.agent for cycle in self.arm.cycles for dose in cycle.doses)
        agent = reduction.agent or next(iter(agents), "")
        if agent not in agents or (reduction.agent is None and len(agents) > 1):
            said = f"read {reduction.agent!r}, expected one of {', '.join(agents)}"
            raise InputError(said, where=f"{place}.agent" if reduction.agent else place)
        dose = ListedDose(agent=agent, level=reduction.level, cite=reduction.cite)
        yield (agent, reduction.step), compile_dose(self.protocol, self.compiler, dose, place)

    def levels(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        """Every list of levels, with its place in the file."""
        for c, cycle in enumerate(self.arm.cycles):
            for d, dose in enumerate(cycle.doses):
                yield f"{self.place}.cycles[{c}].doses[{d}]", self.doses[id(dose)].rows
        for i, step in enumerate(self.steps.values()):
            yield f"{self.place}.reductions[{i}]", step.rows

    def at(self, slot: Slot, steps: Mapping[int, int]) -> CompiledDose:
        """The levels of a dose, or those of the step to which it was reduced."""
        reduced = self.steps.get((slot.dose.agent, steps.get(slot.number, 0))) if steps else None
        return reduced or self.doses[id(slot.dose)]

    def course(self, cycles: int | None, chosen: int | None) -> tuple[tuple[Slot, ...], tuple[Day, ...]]:
        """The doses of a course and their days, for so many cycles and a chosen cycle length; kept, as they recur."""
        key = (cycles, chosen)
        if key not in self._courses:
            slots = schedule.course(self.arm, cycles)
            self._courses[key] = (slots, schedule.days(slots, chosen, schedule.lengths(self.arm)))
        return self._courses[key]

    # -- one run --

    def run(self, slots: Sequence[Slot], inputs: Inputs) -> Calculation:
        """Compute every dose of the course and ask every rule of it."""
        case, totals = self._course_of(slots, inputs)
        found: tuple[OrganDose, ...] = ()
        if self.spared:
            unreduced = case
            case, totals = self._course_of(slots, inputs, self._to_spare(case))
            found = self._organs(unreduced, case)
            case.organs = found
        doses = tuple(case.doses)
        case.constant.update(self._course(doses, totals))
        course = Moment(case, inputs.next_dose, next((s.cycle for s in slots if s.number == inputs.next_dose), 1))
        rules = tuple(RuleRun(r, [(m, outcome(r, m)) for m in self._looked_at(r, doses, course)]) for r in self.rules)
        conflicts = tuple(self._applies(when, doses) for _, when in self.conflicts)
        return Calculation(case, doses, course, rules, conflicts, found)

    def _course_of(
        self, slots: Sequence[Slot], inputs: Inputs, reduction: tuple[Value, Mask] | None = None
    ) -> tuple[Case, dict[str, Total]]:
        """Every dose of the course, one after the other; a reduction is of those that were not given."""
        case = Case(self.system, inputs, self.table)
        totals: dict[str, Total] = {}
        for slot in slots:
            moment = Moment(case, slot.number, slot.cycle, slot, radioactive=self.doses[id(slot.dose)].activity)
            self._place(moment, slot)
            self._amount(moment, slot)
            if reduction is not None and moment.radioactive and slot.number not in inputs.given:
                scale, reduced = reduction
                moment.planned = self.system.where(reduced, moment.planned * scale, moment.planned)
                moment.amount = moment.planned
                moment.capped = moment.capped | reduced
            self._accumulate(moment, slot, totals)
            case.doses.append(moment)
        return case, totals

    # -- organs --

    def _to_spare(self, case: Case) -> tuple[Value, Mask]:
        """By how much the doses to come are reduced so that every organ keeps within its limit."""
        given, planned = (
            sum((m.amount for m in case.doses if m.radioactive and (m.number in case.inputs.given) is was),
                self.system.number(_ZERO)) for was in (True, False)
        )  # fmt: skip
        return organs.scale(self.system, self._coefficients(case), given, planned)

    def _coefficients(self, case: Case) -> list[tuple[Spared, Value]]:
        first = case.doses[0]
        return [(spared, first.get(f"organ_dose.{spared.source.organ}")) for spared in self.spared]

    def _organs(self, unreduced: Case, case: Case) -> tuple[OrganDose, ...]:
        before, after = (
            sum((m.amount for m in each.doses if m.radioactive), self.system.number(_ZERO))
            for each in (unreduced, case)
        )
        return tuple(
            OrganDose(
                spared,
                coefficient,
                organs.allowed(self.system, spared, coefficient),
                organs.exceeds(self.system, spared, coefficient, before),
                coefficient * after,
            )
            for spared, coefficient in self._coefficients(case)
        )

    def _place(self, moment: Moment, slot: Slot) -> None:
        """What is known of a dose before its amount is."""
        s, interval = self.system, moment.case.inputs.intervals.get(slot.number)
        moment.values["cycle_number"] = s.number(Fraction(slot.cycle))
        moment.values["dose_number"] = s.number(Fraction(slot.number))
        moment.values["dose_interval"] = s.unknown("dose_interval") if interval is None else interval

    def _amount(self, moment: Moment, slot: Slot) -> None:
        s = self.system
        rows: list[tuple[Tri, Value]] = []
        held: Mask = False
        moment.rows = self.at(slot, moment.case.inputs.steps).rows
        for row in moment.rows:
            truth = TRUE if row.when is None else row.when.test(moment)
            amount, reached = self._of_level(row, moment)
            amount, capped, floored = self._bounded(row, amount, moment)
            holds = s.where(held, False, truth.yes)  # the first row that is true, and no other
            held = held | truth.yes
            moment.capped = moment.capped | (holds & capped)
            moment.floored = moment.floored | (holds & (floored | reached))
            moment.truths.append(truth)
            rows.append((truth, amount))
        if rows[0][0] is TRUE:
            moment.planned = rows[0][1]
        else:
            moment.planned, moment.undefined = s.first(rows)
        given = moment.case.inputs.given.get(slot.number)
        moment.amount = moment.planned if given is None else given

    def _of_level(self, row: Row, moment: Moment) -> tuple[Value, Mask]:
        """The amount of a row's level, and whether a target was reached before, so that nothing more is given."""
        level: tuple[str, Value] | None = (row.low.dimension, self.system.number(row.low.value))
        if row.open:
            level = moment.case.inputs.levels.get(moment.number)
        if level is None:
            return self.system.unknown("level"), False
        if row.organ is not None:
            return self._to_organ_dose(level[1], row.organ.name, moment)
        if level[0] == levels.TARGET and not row.factors:
            return self._to_absorbed_dose(level[1], moment)
        return levels.amount(row, self.system, level, moment), False

    def _earlier(self, moment: Moment) -> list[Moment]:
        """The doses of the same agent so far."""
        agent = moment.slot.dose.agent if moment.slot else ""
        return [m for m in moment.case.doses if m.slot and m.slot.dose.agent == agent]

    def _to_organ_dose(self, target: Value, coefficient: str, moment: Moment) -> tuple[Value, Mask]:
        """A2 = T / c - A1, where an activity gives the organ c a unit. Never below zero."""
        s, zero = self.system, self.system.number(_ZERO)
        given = sum((m.amount for m in self._earlier(moment)), zero)
        left = target / moment.get(coefficient) - given
        reached = s.at_least(zero, left).yes
        return s.where(reached, zero, left), reached

    def _to_absorbed_dose(self, target: Value, moment: Moment) -> tuple[Value, Mask]:
        """A2 = A1 (T - D1) / D1: the same kinetics and mass, so dose in proportion to activity. Never below zero."""
        s = self.system
        earlier = self._earlier(moment)
        zero = s.number(_ZERO)
        given, dose = zero, zero
        for m in earlier:
            given = given + m.amount
            dose = dose + m.case.from_one(m)
        dose = s.where(s.above(dose, zero).yes, dose, s.unknown("measured"))
        reached = s.at_least(dose, target)
        return s.where(reached.yes, zero, given * (target - dose) / dose), reached.yes

    def _bounded(self, row: Row, amount: Value, moment: Moment) -> tuple[Value, Mask, Mask]:
        s = self.system
        capped: Mask = False
        floored: Mask = False
        for limit, is_cap in ((row.cap, True), (row.floor, False)):
            if limit is None:
                continue
            bound = levels.sized(limit.dimension, s.number(limit.value), moment)
            beyond = s.above(amount, bound).yes if is_cap else s.above(bound, amount).yes
            amount = s.where(s.known(bound), s.where(beyond, bound, amount), bound)
            capped, floored = (capped | beyond, floored) if is_cap else (capped, floored | beyond)
        return amount, capped, floored

    def _accumulate(self, moment: Moment, slot: Slot, totals: dict[str, Total]) -> None:
        s, amount = self.system, moment.amount
        sizes = (amount, amount / moment.get("weight"), amount / moment.get("bsa"))
        zero = s.number(_ZERO)
        own = [Bounds(s.either(size, zero), size) for size in sizes]
        last = totals.get(slot.dose.agent)
        running = tuple(own) if last is None else tuple(one + so_far for one, so_far in zip(own, last, strict=True))
        totals[slot.dose.agent] = running
        names = _TOTALLED["activity" if moment.radioactive else "mass"]
        for (dose, cumulative), size, total in zip(names, sizes, running, strict=True):
            moment.values[dose], moment.values[cumulative] = size, total

    def _course(self, doses: tuple[Moment, ...], totals: dict[str, Total]) -> dict[str, Value]:
        """The totals of the course, optional cycles counted."""
        zero = self.system.number(_ZERO)
        radioactive = [total for key, total in totals.items() if self.protocol.agents[key].radionuclide]
        sums = [sum((total[i] for total in radioactive), Bounds(zero, zero)) for i in range(len(SIZED))]
        values: dict[str, Value] = {f"course_activity{size}": total for size, total in zip(SIZED, sums, strict=True)}
        values["course_cycles"] = self.system.number(Fraction(max((m.cycle for m in doses), default=0)))
        return values

    def _looked_at(self, rule: CompiledRule, doses: tuple[Moment, ...], course: Moment) -> list[Moment]:
        if rule.at == "course":
            return [course]
        mine = [m for m in doses if m.slot and self._concerns(rule.agents, m.slot.dose)]
        if rule.at == "first-dose":
            return mine[:1]
        if rule.at == "later-doses":
            return mine[1:]
        if rule.at == "each-cycle":
            return [m for i, m in enumerate(mine) if i == 0 or m.cycle != mine[i - 1].cycle]
        return mine

    def _concerns(self, agents: str, dose: ListedDose) -> bool:
        if agents == "any":
            return True
        if agents.startswith("="):
            return dose.agent == agents[1:]
        return self.doses[id(dose)].activity == (agents == "radioactive")

    def _applies(self, when: CompiledCondition | None, doses: tuple[Moment, ...]) -> Tri:
        if when is None:
            return TRUE
        result = FALSE
        for moment in doses:
            result = result | when.test(moment)
        return result
