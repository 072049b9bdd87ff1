"""Agents by their names, and whether an arm suits an age."""

from __future__ import annotations

import re
from fractions import Fraction

from dosecalc.course.rules import CompiledRule, outcome
from dosecalc.course.state import CourseState, Inputs, Moment
from dosecalc.files.protocol import Agent, Arm
from dosecalc.library.reader import ProtocolFile
from dosecalc.quantities.numbers import EXACT, UNSURE, Tri, all_of
from dosecalc.reference import synonyms
from dosecalc.reference.synonyms import Name

SHORTEST = 3
"""Letters of a name that are enough."""
_AGES = frozenset({"age", "age_completed"})


def named(agent: Agent, key: str, wanted: str) -> bool:
    """Whether a name that is looked for may mean an agent.

    It is another of its names, or its key, or one of the two names contains the other.
    """
    one, other = synonyms.read(wanted), known(agent, key)
    if one.compounds & other.compounds and synonyms.alike(one, other) is not False:
        return True
    given, name, key = wanted.strip().casefold(), agent.name.casefold(), key.casefold()
    alike = given in name or name in given or key in given.split()
    return given == key or (len(given) >= SHORTEST and alike)


def known(agent: Agent, key: str) -> Name:
    """What the name of an agent says of it, or where that says no compound its key; its radionuclide is its own."""
    nuclide = agent.radionuclide or synonyms.NO_NUCLIDE
    name = synonyms.read(agent.name, nuclide)
    return name if name.compounds else synonyms.read(key, nuclide)


def means(agent: Agent, key: str, recorded: str, *, compound_alone: bool = False) -> bool | None:
    """Whether a name in a record means an agent; None where nobody can say. A name without a radionuclide has its own.

    Of an agent that the table of names does not know, its name, either part of it or its key is the same agent.
    ``compound_alone`` leaves the radionuclides out.
    """
    one, other = synonyms.read(recorded, agent.radionuclide or synonyms.NO_NUCLIDE), known(agent, key)
    if compound_alone:
        one = one._replace(nuclides=other.nuclides, elements=other.elements)
    found = synonyms.alike(one, other)
    if found is None and other.compound is None:
        own = (agent.name, *_parts(agent), key)
        return True if any(synonyms.spelled_alike(recorded, each) for each in own) else None
    return found


def _parts(agent: Agent) -> list[str]:
    """A name and the one in brackets after it: "sodium iodide I-131 (Hicon)"."""
    return [part for part in re.split(r"[()]", agent.name) if part.strip()]


def suits(file: ProtocolFile, arm: Arm, age: Fraction | None) -> Tri:
    """Whether an age (in days) meets those rules of an arm that are about age alone."""
    if age is None:
        return UNSURE
    moment = Moment(CourseState(EXACT, Inputs(stated={"age": age}), file.table), 1, 1)
    rules = [rule for rule in file.compiled(arm).rules if _asks_age_alone(rule)]
    return all_of(outcome(rule, moment).holds for rule in rules)


def _asks_age_alone(rule: CompiledRule) -> bool:
    conditions = [condition for condition in (rule.when, rule.require) if condition is not None]
    return {leaf.observable.name for condition in conditions for leaf in condition.leaves} <= _AGES
