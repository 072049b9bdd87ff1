"""Agents by their names, and whether an arm suits an age."""

from __future__ import annotations

from fractions import Fraction

from dosecalc.course.rules import CompiledRule, outcome
from dosecalc.course.state import Case, Inputs, Moment
from dosecalc.files.protocol import Agent, Arm
from dosecalc.library.reader import ProtocolFile
from dosecalc.quantities.numbers import EXACT, UNSURE, Tri, all_of

SHORTEST = 3
"""Letters of a name that are enough."""
_AGES = frozenset({"age", "age_completed"})


def named(agent: Agent, key: str, wanted: str) -> bool:
    """Whether a name that was given means an agent: by its key, or where one of the two names contains the other."""
    given, name, key = wanted.strip().casefold(), agent.name.casefold(), key.casefold()
    alike = given in name or name in given or key in given.split()
    return given == key or (len(given) >= SHORTEST and alike)


def suits(file: ProtocolFile, arm: Arm, age: Fraction | None) -> Tri:
    """Whether an age (in days) meets those rules of an arm that are about age alone."""
    if age is None:
        return UNSURE
    moment = Moment(Case(EXACT, Inputs(stated={"age": age}), file.table), 1, 1)
    rules = [rule for rule in file.compiled(arm).rules if _asks_age_alone(rule)]
    return all_of(outcome(rule, moment).holds for rule in rules)


def _asks_age_alone(rule: CompiledRule) -> bool:
    conditions = [condition for condition in (rule.when, rule.require) if condition is not None]
    return {leaf.observable.name for condition in conditions for leaf in condition.leaves} <= _AGES
