"""That the largest next dose is the largest.

``find_limits`` tries the amounts at which something that a rule compares reaches a limit, which it finds by a straight
line through two amounts, and one amount between each two of them. That no larger dose passes, and that the one it
states does, follows from two statements: what rules compare is linear in the amount, for every patient and whatever was
given before; and between two such amounts no rule changes its answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

import z3

from dosecalc.course.calculator import Calculation, CompiledArm
from dosecalc.course.observables import Observable
from dosecalc.course.rules import CompiledRule, outcome
from dosecalc.course.schedule import Slot
from dosecalc.course.state import Inputs, Prior
from dosecalc.library.anybody import Anybody, AnyStatements
from dosecalc.library.statements import LARGEST, ToProve
from dosecalc.quantities.numbers import Bounds, ends
from dosecalc.quantities.symbolic import Symbol, SymbolMask, formula, rational

FAR = Fraction(10) ** 6
"""MBq or mg, as far as the line reaches that finds where a limit is reached."""

_IN_AMOUNT = ("dose_activity", "dose_mass", "cumulative_", "lifetime_", "session_activity", "course_activity")
_SIZES = ("amount", "amount per weight", "amount per surface")


def _depends(name: str) -> bool:
    """Whether an observable changes with the amount of a dose."""
    return name.startswith(_IN_AMOUNT)


# -- what a rule compares --


def of_amounts(arm: CompiledArm[Symbol, SymbolMask]) -> Iterator[ToProve]:
    """That what the rules of an arm compare is linear in the amount of each dose."""
    names = sorted({name for rule in arm.rules for name in rule.names if _depends(name)})
    slots = arm.course(None, None)[0]
    first = {slot.position: slot for slot in reversed(slots)}.values() if names else ()
    for slot in first:
        yield from _of_dose(arm, slots[: slot.number], names)


def _of_dose(arm: CompiledArm[Symbol, SymbolMask], slots: tuple[Slot, ...], names: list[str]) -> Iterator[ToProve]:
    patient, number, x = Anybody(arm.table, "patient", single=True), slots[-1].number, z3.Real("amount of the dose")
    earlier = {slot.number: Symbol(z3.Real(f"amount of dose {slot.number}")) for slot in slots[:-1]}
    inputs = Inputs(AnyStatements(patient), prior={slot.dose.agent: _prior() for slot in slots})

    def run(amount: Symbol) -> Calculation[Symbol, SymbolMask]:
        return arm.run(slots, inputs._replace(given={**earlier, number: amount}))

    at = [run(amount) for amount in (arm.system.number(Fraction(0)), arm.system.number(FAR), Symbol(x))]
    for name in names:
        if not any(rule.doses.include(slots[-1].dose.agent, radioactive=at[0].doses[-1].radioactive)
                   for rule in arm.rules if name in rule.names):  # fmt: skip
            continue
        moments = [each.course if name.startswith("course_") else each.doses[-1] for each in at]
        ends_ = [ends(moment.between(name)) for moment in moments]
        possible = [x > 0, *(each.value >= 0 for each in earlier.values()), *patient.possible(believed=True)]
        for which, (none, far, here) in enumerate(zip(*ends_, strict=True)):
            same = z3.And(none.known == here.known, far.known == here.known)
            line = (here.value - none.value) * rational(FAR) == (far.value - none.value) * x
            wrong = z3.And(*possible, z3.Not(z3.And(same, z3.Implies(here.known, line))))
            words = f"{('the least', 'the most')[which]} of {name} is linear in the amount"
            yield ToProve(LARGEST, f"{arm.arm.id}, dose {number}", words, wrong, (patient,))


def _prior() -> Prior[Symbol]:
    """Anything that was given before the course, known or not."""
    low_high = (
        Bounds(
            *(Symbol(z3.Real(f"prior {size} {end}"), z3.Bool(f"prior {size} {end} known")) for end in ("low", "high"))
        )
        for size in _SIZES
    )
    return Prior(*low_high)


# -- what it says --


def of_rule_in_amount(
    place: str, rule: CompiledRule[Symbol, SymbolMask], table: Mapping[str, Observable]
) -> Iterator[ToProve]:
    """That a rule says the same of two amounts between which nothing that it compares reaches its limit."""
    leaves = [*(rule.when.leaves if rule.when is not None else ()), *rule.require.leaves]
    moved = {leaf.observable.name for leaf in leaves if _depends(leaf.observable.name)}
    if not moved:
        return
    one, other = Anybody(table, "smaller"), Anybody(table, "larger")
    first = outcome(rule, one).holds
    other.numbers.update({name: ends_ for name, ends_ in one.numbers.items() if name not in moved})
    other.truths.update(one.truths)
    other.choices.update(one.choices)
    second = outcome(rule, other).holds
    crossed: list[z3.BoolRef] = []
    for leaf in leaves:
        if leaf.observable.name in moved:
            limit = leaf.limit.value if hasattr(leaf.limit, "value") else Fraction(str(leaf.limit))
            for a, b in zip(one.between(leaf.observable.name), other.between(leaf.observable.name), strict=True):
                at = rational(limit)
                crossed.append(z3.Or(z3.And(a.value <= at, at <= b.value), z3.And(b.value <= at, at <= a.value)))
    known = [a.known == b.known for name in moved for a, b in zip(one.between(name), other.between(name), strict=True)]
    same = z3.And(formula(first.yes) == formula(second.yes), formula(first.no) == formula(second.no))
    wrong = z3.And(*one.possible(), *other.possible(), *known, *[z3.Not(each) for each in crossed], z3.Not(same))
    yield ToProve(
        LARGEST, place, "changes only where something that it compares reaches its limit", wrong, (one, other)
    )
