"""Statements about a protocol file that hold for every patient, proved by a solver or refuted by one patient.

Coverage tries points; a proof leaves nothing out. The calculator's own code runs on symbols
(``quantities/symbolic.py``), and of what comes out z3 is asked for a patient for whom a statement is wrong. None
exists: proved. One does: refuted, and shown as somebody would type it. No answer in time: not proved, and named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import NamedTuple

import z3

from dosecalc.course import levels
from dosecalc.course.calculator import CompiledArm
from dosecalc.course.levels import Level, Row
from dosecalc.course.rules import CompiledCondition, Compiler
from dosecalc.course.schedule import Slot
from dosecalc.course.state import Inputs, Moment
from dosecalc.files.protocol import Protocol
from dosecalc.library import coverage
from dosecalc.library.anybody import Anybody, AnyLevel, AnyStatements
from dosecalc.library.maximal import of_amounts, of_rule_in_amount
from dosecalc.library.pairs import pairs_of
from dosecalc.library.reader import ProtocolFile
from dosecalc.library.statements import BOUNDS, CONDITIONS, LEVELS, ORGANS, PAIRS, ToProve, ask
from dosecalc.quantities.numbers import TRUE, Tri
from dosecalc.quantities.symbolic import Symbol, Symbolic, SymbolMask, any_of_terms, formula
from dosecalc.quantities.units import Measure

SymbolicArm = CompiledArm[Symbol, SymbolMask]
SymbolicRow = Row[Symbol, SymbolMask]


class NotShown(NamedTuple):
    """A statement that was refuted, or not proved: its place, and in words what is wrong or what is open."""

    place: str
    words: str


class Proofs(NamedTuple):
    """What was shown of a file: how many statements of each kind, what was refuted, and what is not proved."""

    proved: dict[str, int]
    refuted: tuple[NotShown, ...]
    open: tuple[NotShown, ...]


def prove(file: ProtocolFile, system: Symbolic | None = None) -> Proofs:
    """Prove every statement about a file."""
    compiler: Compiler[Symbol, SymbolMask] = Compiler(system or Symbolic(), file.protocol.conditions, file.table)
    arms = [CompiledArm(file.protocol, arm, compiler) for arm in file.protocol.arms]
    proved: Counter[str] = Counter()
    refuted: dict[NotShown, None] = {}
    not_proved: dict[NotShown, None] = {}
    for statement in _statements(file.protocol, compiler, arms):
        shown, said = ask(statement)
        if shown:
            proved[statement.kind] += 1
        else:
            (not_proved if shown is None else refuted)[NotShown(statement.place, f"{statement.words}{said}")] = None
    for gap in _gaps(file.protocol, arms):
        if isinstance(gap, NotShown):
            refuted[gap] = None
        else:
            proved[LEVELS] += gap
    for pair in pairs_of(file.protocol, compiler):
        if pair.found:
            proved[PAIRS] += 1
        else:
            not_proved[NotShown(pair.place, f"{pair.comparison} {pair.why}")] = None
    return Proofs(dict(proved), tuple(refuted), tuple(not_proved))


def _statements(
    protocol: Protocol, compiler: Compiler[Symbol, SymbolMask], arms: Sequence[SymbolicArm]
) -> Iterator[ToProve]:
    for place, condition in _conditions(protocol, compiler, arms).items():
        yield from of_condition(place, condition, compiler)
    for arm in arms:
        for place, rows in arm.levels():
            yield from _reached(place, rows, arm)
            yield from _overlaps(place, rows, arm)
            yield from _selection(place, rows, arm)
        yield from of_bounds(arm)
        yield from of_organs(arm)
        yield from of_amounts(arm)
    for i, rule in enumerate(protocol.rules):
        yield from of_rule_in_amount(f"rules[{i}]", compiler.rule(rule, f"rules[{i}]"), compiler.table)


# -- conditions ------------------------------------------------------------------------------------------------------


def _conditions(
    protocol: Protocol, compiler: Compiler[Symbol, SymbolMask], arms: Iterable[SymbolicArm]
) -> dict[str, CompiledCondition[Symbol, SymbolMask]]:
    """Every condition of a file by its place: of rules, levels, conflicts, and those with a name."""
    conditions = {
        f"conditions.{name}": compiler.named_condition(name, f"conditions.{name}") for name in protocol.conditions
    }
    for i, rule in enumerate(protocol.rules):
        compiled = compiler.rule(rule, f"rules[{i}]")
        if compiled.when is not None:
            conditions[f"rules[{i}].when"] = compiled.when
        conditions[f"rules[{i}].require"] = compiled.require
    for i, conflict in enumerate(protocol.conflicts):
        if conflict.when is not None:
            conditions[f"conflicts[{i}].when"] = compiler.condition(conflict.when, f"conflicts[{i}].when")
    for arm in arms:
        conditions |= {f"{arm.arm.id}, {rule.rule.id}": rule.require for rule in arm.own_rules}
        for place, rows in arm.levels():
            conditions |= {f"{place}.level[{i}]": row.when for i, row in enumerate(rows) if row.when is not None}
    return conditions


def of_condition(
    place: str, condition: CompiledCondition[Symbol, SymbolMask], compiler: Compiler[Symbol, SymbolMask]
) -> Iterator[ToProve]:
    """That a condition is sound three-valued logic."""
    before, after = (Anybody(compiler.table, tag, dated=True) for tag in ("before", "after"))
    first, second = condition.test(before), condition.test(after)
    yes, no = formula(first.yes), formula(first.no)
    more = z3.And(*before.possible(), *after.possible(), *after.knows_more_than(before))
    possible, known = z3.And(*before.possible()), z3.And(*before.everything_known())

    def statement(words: str, wrong: z3.BoolRef, *patients: Anybody) -> ToProve:
        return ToProve(CONDITIONS, place, words, wrong, patients)

    yield statement("never both true and false", z3.And(possible, yes, no), before)
    took_back = "learning more never takes back {}".format
    yield statement(took_back("a yes"), z3.And(more, yes, z3.Not(formula(second.yes))), before, after)
    yield statement(took_back("a no"), z3.And(more, no, z3.Not(formula(second.no))), before, after)
    undecided = z3.Not(z3.Or(yes, no))
    yield statement("decided where everything is known", z3.And(possible, known, undecided), before)
    yield statement("somebody meets it", z3.And(possible, known, yes))


# -- levels ----------------------------------------------------------------------------------------------------------


def _truth(row: SymbolicRow, patient: Anybody) -> Tri[SymbolMask]:
    return TRUE if row.when is None else row.when.test(patient)


def _reached(place: str, rows: Sequence[SymbolicRow], arm: SymbolicArm) -> Iterator[ToProve]:
    """That each of several rows is the first that holds for somebody."""
    if len(rows) > 1:
        patient = Anybody(arm.table, "patient", known=True)
        for i, first in enumerate(_firsts(rows, patient)):
            yield ToProve(
                LEVELS, f"{place}.level[{i}]", "somebody reaches this row", z3.And(first, *patient.possible())
            )


def _overlaps(place: str, rows: Sequence[SymbolicRow], arm: SymbolicArm) -> Iterator[ToProve]:
    """That of rows with a condition no two hold for one patient, unless both give the same."""
    for (i, one), (j, other) in combinations(enumerate(rows), 2):
        if one.when is None or other.when is None or _alike(one, other):
            continue
        patient = Anybody(arm.table, "patient", known=True)
        both = z3.And(formula(one.when.test(patient).yes), formula(other.when.test(patient).yes))
        words = f"rows {i + 1} and {j + 1} never hold both"
        wrong = z3.And(both, *patient.possible(believed=True))
        yield ToProve(LEVELS, f"{place}.level", words, wrong, (patient,))


def _alike(one: SymbolicRow, other: SymbolicRow) -> bool:
    same = one.options == other.options and one.every_factor == other.every_factor
    return same and one.cap == other.cap and one.floor == other.floor


def _selection(place: str, rows: Sequence[SymbolicRow], arm: SymbolicArm) -> Iterator[ToProve]:
    """That an amount that the rows decide stays when more is learned, whatever amounts they give."""
    if len(rows) < 2:
        return
    before, after = (Anybody(arm.table, tag) for tag in ("before", "after"))
    amounts = [Symbol(z3.Real(f"amount of row {i}"), z3.Bool(f"amount of row {i} known")) for i in range(len(rows))]
    (first, none_first), (second, none_second) = (
        arm.system.first([(_truth(row, patient), amount) for row, amount in zip(rows, amounts, strict=True)])
        for patient in (before, after)
    )
    more = z3.And(*before.possible(), *after.possible(), *after.knows_more_than(before))
    kept = z3.And(second.known, second.value == first.value)
    words = "learning more never changes the amount that its rows decide"
    yield ToProve(LEVELS, f"{place}.level", words, z3.And(more, first.known, z3.Not(kept)), (before, after))
    words = "learning more never takes back that no row applies"
    wrong = z3.And(more, formula(none_first), z3.Not(formula(none_second)))
    yield ToProve(LEVELS, f"{place}.level", words, wrong, (before, after))


def _gaps(protocol: Protocol, arms: Iterable[SymbolicArm]) -> Iterator[NotShown | int]:
    """The gaps that no conflict names, those that are named and not there, and 1 for each list of levels without."""
    there: set[tuple[str, str]] = set()
    for arm in arms:
        named = {c.gap for c in protocol.conflicts if c.holds_for(arm.arm.id)}
        for place, rows in arm.levels():
            gaps = dict(gaps_of(rows, arm))
            there |= {(arm.arm.id, name) for name in gaps}
            wrong = [NotShown(f"{place}.level", words) for name, words in gaps.items() if name not in named]
            yield from wrong
            if len(rows) > 1 and not wrong:
                yield 1
    for i, conflict in enumerate(protocol.conflicts):
        if conflict.gap is not None and not any(conflict.gap == n and conflict.holds_for(a) for a, n in there):
            yield NotShown(f"conflicts[{i}].gap", f"there is no gap {conflict.gap!r} between the levels of its arms")


def gaps_of(rows: Sequence[SymbolicRow], arm: SymbolicArm) -> Iterator[tuple[str, str]]:
    """The gaps between rows, by name and in words: along one observable, whatever the others are."""
    if len(rows) < 2 or any(row.when is None for row in rows):
        return
    leaves = [leaf for row in rows if row.when is not None for leaf in row.when.leaves]
    for observable, points in coverage.axes_of(leaves):
        if observable.kind not in ("quantity", "count"):
            continue
        patients = [Anybody(arm.table, "patient", known=True).with_value(observable.name, p.value) for p in points]
        firsts = [_firsts(rows, patient) for patient in patients]
        for start, end in combinations(range(len(points)), 2):
            words = coverage.hole_words(observable, points[start : end + 1]) if end - start > 1 else ""
            solver = z3.Solver()
            solver.add(*[z3.Not(any_of_terms(first)) for first in firsts[start + 1 : end]])
            solver.add(*patients[start].possible(believed=True), z3.BoolVal(end - start > 1))
            for gap in _neighbours(solver, firsts[start], firsts[end], words):
                others = patients[start].words(solver.model(), but=observable.name)
                also = f" ({others})" if others else ""
                text = f"no level applies {gap.words}{also}, between row {gap.below} and row {gap.above}"
                yield gap.name, text


def _neighbours(
    solver: z3.Solver, below: Sequence[z3.BoolRef], above: Sequence[z3.BoolRef], words: str
) -> Iterator[coverage.Gap]:
    """The pairs of rows that hold on both sides of a hole, for somebody."""
    for (i, low), (j, high) in product(enumerate(below), enumerate(above)):
        if solver.check(low, high) == z3.sat:
            yield coverage.Gap(i + 1, j + 1, words)


def _firsts(rows: Sequence[SymbolicRow], patient: Anybody) -> list[z3.BoolRef]:
    """Of each row whether it is the first that holds."""
    terms: list[z3.BoolRef] = []
    before: list[z3.BoolRef] = []
    for row in rows:
        yes = formula(_truth(row, patient).yes)
        terms.append(z3.And(yes, *[z3.Not(each) for each in before]))
        before.append(yes)
    return terms


# -- caps and floors -------------------------------------------------------------------------------------------------


def of_bounds(arm: SymbolicArm) -> Iterator[ToProve]:
    """That caps and floors do what they say, by a run of the calculator on any patient."""
    for slot, steps in _doses(arm):
        for i, row in enumerate(arm.levels_of(slot, steps).rows):
            for low, high in row.options if row.cap is not None or row.floor is not None else ():
                yield from _of_bounded_row(arm, slot, steps, i, AnyLevel(low, high))


def _doses(arm: SymbolicArm) -> Iterator[tuple[Slot, dict[int, int]]]:
    """The first dose of each place in the course, in full and at each step of its ladder."""
    slots = arm.course(None, None)[0]
    for position in arm.doses:
        slot = next((slot for slot in slots if slot.position == position), None)
        if slot is not None:
            yield slot, {}
            yield from ((slot, {slot.number: step}) for agent, step in arm.steps if agent == slot.dose.agent)


def _of_bounded_row(arm: SymbolicArm, slot: Slot, steps: dict[int, int], i: int, chosen: AnyLevel) -> Iterator[ToProve]:
    s, row = arm.system, arm.levels_of(slot, steps).rows[i]
    patient = Anybody(arm.table, "patient", single=True)
    level = Level(chosen.low.dimension, chosen.symbol if row.open else s.number(chosen.low.value))
    inputs = Inputs(AnyStatements(patient), levels={slot.number: level}, steps=steps)
    moment = arm.run(arm.course(None, None)[0], inputs).doses[slot.number - 1]
    truths = [TRUE if each.when is None else each.when.test(moment) for each in moment.rows[: i + 1]]
    holds = [formula(truths[-1].yes), *(formula(truth.no) for truth in truths[:-1])]
    planned, expected = moment.planned, levels.amount(row, s, level, moment)
    given = z3.And(*holds, planned.known, *patient.possible(believed=True), chosen.possible())

    def statement(words: str, wrong: z3.BoolRef) -> ToProve:
        patients = (patient, chosen) if row.open else (patient,)
        place = f"{arm.arm.id}, dose {slot.number}, row {i + 1}"
        return ToProve(BOUNDS, place, words, z3.And(given, wrong), patients)

    if row.cap is not None:
        cap = _bound(row.cap, arm, moment)
        expected = s.where(s.above(expected, cap).yes, cap, expected)
        yield statement(f"never more than its cap of {row.cap.text}", planned.value > cap.value)
    if row.floor is not None:
        floor = _bound(row.floor, arm, moment)
        expected = s.where(s.above(floor, expected).yes, floor, expected)
        yield statement(f"never less than its floor of {row.floor.text}", planned.value < floor.value)
    yield statement("as its level makes it, held to its cap and its floor", planned.value != expected.value)


def _bound(measure: Measure, arm: SymbolicArm, moment: Moment[Symbol, SymbolMask]) -> Symbol:
    return levels.sized(Level(measure.dimension, arm.system.number(measure.value)), moment)


# -- organs ----------------------------------------------------------------------------------------------------------


def of_organs(arm: SymbolicArm) -> Iterator[ToProve]:
    """That no organ gets more than its limit from a course of which nothing was given yet, whatever its levels."""
    if not arm.spared:
        return
    slots = arm.course(None, None)[0]
    patient = Anybody(arm.table, "patient", single=True)
    open_rows = {slot.number: row for slot in slots for row in arm.levels_of(slot).rows if row.open}
    chosen = {number: AnyLevel(row.low, row.high) for number, row in open_rows.items()}
    inputs = Inputs(
        AnyStatements(patient), levels={n: Level(each.low.dimension, each.symbol) for n, each in chosen.items()}
    )
    for organ in arm.run(slots, inputs).organs:
        limit = arm.system.number(organ.spared.limit.value)
        possible = (*patient.possible(believed=True), *(each.possible() for each in chosen.values()))
        wrong = z3.And(organ.dose.known, organ.dose.value > limit.value, *possible)
        words = f"the {organ.spared.source.organ.replace('_', ' ')} never gets more than {organ.spared.limit.text}"
        yield ToProve(ORGANS, arm.arm.id, words, wrong, (patient, *chosen.values()))
