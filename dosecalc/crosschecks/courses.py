"""The arms that a report may speak of: the doses of one agent in each, as far as their levels are fixed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course import schedule
from dosecalc.course.levels import Row
from dosecalc.crosschecks.readings import Course, Planned
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.protocol import Arm, cited
from dosecalc.library import reader
from dosecalc.library.agents import named, suits
from dosecalc.library.reader import ProtocolFile


class Candidates(NamedTuple):
    """Courses, those first whose age rule the patient meets, and what has to be said of the choice."""

    courses: tuple[Course, ...]
    notes: tuple[str, ...]


def of_library(kind: str, agent: str | None, age: Fraction | None) -> Candidates:
    """Every arm of the library that gives an agent of a kind ("activity" or "mass"), narrowed by the agent's name."""
    files, notes = _files()
    arms = [(file, arm) for file in files for arm in file.protocol.arms]
    found = courses(arms, kind, agent, age)
    if agent is not None and not found:
        near = _near(agent, files)
        hint = f"; near names: {', '.join(near)}" if near else ""
        notes.append(f"no protocol here gives {agent!r} as {'an activity' if kind == 'activity' else 'a mass'}{hint}")
    return Candidates(tuple(found), tuple(notes))


def of_protocol(wanted: str, kind: str, agent: str | None, age: Fraction | None) -> tuple[Course, ...]:
    """The courses of one arm, or of every arm of a protocol file. InputError where none gives what was asked."""
    file, arms = reader.find_any(wanted)
    found = courses([(file, arm) for arm in arms], kind, agent, age)
    if not found:
        names = ", ".join(each.name for each in file.protocol.agents.values())
        amount = "an activity" if kind == "activity" else "a mass"
        of = f" of {agent!r}" if agent is not None else ""
        raise InputError(f"{wanted} gives {names}; no dose{of} in it is {amount}", where="--protocol")
    return tuple(found)


def courses(
    arms: Iterable[tuple[ProtocolFile, Arm]], kind: str, agent: str | None, age: Fraction | None
) -> list[Course]:
    """The courses of some arms, by how well they suit an age (in days)."""
    found = [course for file, arm in arms for course in _of_arm(file, arm, kind, agent, age)]
    return sorted(found, key=lambda course: 0 if course.suits.yes else 2 if course.suits.no else 1)


def _files() -> tuple[list[ProtocolFile], list[str]]:
    files, notes = [], []
    for path in folders.protocol_files():
        try:
            files.append(reader.load(path))
        except InputError as error:
            notes.append(f"left out: {error}")
    return files, notes


def _near(agent: str, files: Sequence[ProtocolFile]) -> list[str]:
    names = {word.casefold(): each.name for file in files for key, each in file.protocol.agents.items()
             for word in (key, *each.name.split())}  # fmt: skip
    return list(dict.fromkeys(names[near] for near in get_close_matches(agent.casefold(), names, n=3, cutoff=0.6)))


def _of_arm(file: ProtocolFile, arm: Arm, kind: str, agent: str | None, age: Fraction | None) -> Iterator[Course]:
    slots = schedule.course(arm)
    meets = suits(file, arm, age)
    for key in dict.fromkeys(slot.dose.agent for slot in slots):
        given = file.protocol.agents[key]
        if (kind == "activity") != bool(given.radionuclide) or (agent is not None and not named(given, key, agent)):
            continue
        mine = [(slot, file.compiled(arm).levels_of(slot).rows) for slot in slots if slot.dose.agent == key]
        ways = max(len(rows) for _, rows in mine)
        for way in range(ways):
            doses = tuple(
                _planned(rows[min(way, len(rows) - 1)], slot.cycle, optional=slot.optional) for slot, rows in mine
            )
            row = next((rows[way] for _, rows in mine if len(rows) > way and ways > 1), None)
            yield Course(
                arm.id, _title(row), given.name, doses, meets, (file.file, file.sha256), _unconfirmed(file, arm)
            )


def _unconfirmed(file: ProtocolFile, arm: Arm) -> tuple[str, ...]:
    """The facts about the regimen itself that nobody confirmed, each with its statement."""
    cites = [*cited(arm.cite), *(cite for cycle in arm.cycles for cite in cited(cycle.cite)),
             *(cite for cycle in arm.cycles for dose in cycle.doses for cite in cited(dose.cite))]  # fmt: skip
    return tuple(f"{cite}: {statement}" for cite, statement in file.unconfirmed_among(list(dict.fromkeys(cites))))


def _planned(row: Row, cycle: int, *, optional: bool) -> Planned:
    """A level that the source bounds, or that waits for a measured dose, does not give the size back."""
    inverted = row.cap is None and row.floor is None and not row.target and not row.factors and len(row.options) == 1
    return Planned(row.low if inverted else None, row.high if inverted else None, cycle, optional)


def _title(row: Row | None) -> str:
    """Which of several ways a course is, in the words of its condition."""
    if row is None or row.when is None:
        return ""
    tests = ((leaf.observable.name, leaf.comparison.replace("_", " "), leaf.limit_text) for leaf in row.when.leaves)
    return ", ".join(" ".join(test) for test in tests)
