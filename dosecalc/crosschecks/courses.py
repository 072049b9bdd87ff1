"""The arms that a report may speak of: the doses of one agent in each, as far as their levels are fixed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course import levels, schedule
from dosecalc.course.levels import Level, Row
from dosecalc.course.schedule import Slot
from dosecalc.course.state import Moment
from dosecalc.crosschecks.amounts import DIMENSIONS, Substance
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.protocol import Agent, Arm, cited
from dosecalc.library.agents import named, suits
from dosecalc.library.load import find_arms, load_file
from dosecalc.library.reader import ProtocolFile
from dosecalc.quantities.numbers import EXACT, Tri, Unknown, Value
from dosecalc.quantities.units import Measure, Number
from dosecalc.reference.synonyms import identify
from dosecalc.requests.match import match
from dosecalc.requests.request import Inputs, Request
from dosecalc.requests.request import read as read_request

A: dict[Substance, str] = {"activity": "an activity", "mass": "a mass"}


class PlannedDose(NamedTuple):
    """One dose of a known course. ``low`` and ``high`` differ for a range; both are None where no level is stated.

    ``bounded``: the source caps or raises the amount, or makes it of other factors, so that it does not give the size
    back. ``amount`` is then what it comes to for the patient, from a lowest to a highest; None where that is not known.
    """

    low: Measure | None
    high: Measure | None
    cycle: int
    optional: bool
    bounded: bool = False
    amount: tuple[Number, Number] | None = None
    cap: Measure | None = None

    @property
    def level(self) -> Measure | None:
        return self.low if self.low is self.high and not self.bounded else None

    def may_have(self, level: Measure, rounding: Fraction) -> bool:
        """Whether a level, give or take its rounding, is that of the dose or in its range."""
        if self.low is None or self.high is None or self.low.dimension != level.dimension:
            return False
        return self.low.value - rounding <= level.value <= self.high.value + rounding


class KnownCourse(NamedTuple):
    """The doses of one agent in an arm of the library.

    ``title`` tells several ways of one arm apart. ``suits``: whether the patient meets the arm's age rules.
    ``unconfirmed``: the facts about the regimen that are not yet checked against their source.
    """

    arm: str
    title: str
    agent: str
    doses: tuple[PlannedDose, ...]
    suits: Tri
    file: str
    sha256: str
    unconfirmed: tuple[str, ...] = ()

    @property
    def required(self) -> int:
        return sum(not dose.optional for dose in self.doses)

    @property
    def per_cycle(self) -> int:
        """Doses of the first cycle."""
        return sum(dose.cycle == self.doses[0].cycle for dose in self.doses)

    @property
    def cycles(self) -> int:
        return len({dose.cycle for dose in self.doses})

    def levels(self, number: int) -> tuple[Measure, ...] | None:
        """The levels of so many doses from the first on; None where the course has fewer, or one is not fixed."""
        levels = tuple(dose.level for dose in self.doses[:number] if dose.level is not None)
        alike = len({level.dimension for level in levels}) == 1
        return levels if len(levels) == number and alike else None

    def amounts(self, number: int) -> tuple[Number, Number] | None:
        """The least and the most of so many doses together, as the source bounds them; None where it is not known."""
        ends = [dose.amount for dose in self.doses[:number] if dose.amount is not None]
        if len(ends) < number or not any(dose.bounded for dose in self.doses[:number]):
            return None
        return sum(low for low, _ in ends), sum(high for _, high in ends)

    def unbounded(self) -> KnownCourse:
        """The course as its levels are before a cap."""
        return self._replace(doses=tuple(dose._replace(bounded=False) for dose in self.doses))

    def cap(self, number: int) -> Measure | None:
        """The amount at which the source caps each of so many doses; None where there is none, or not one for all."""
        caps = {dose.cap for dose in self.doses[:number]}
        return caps.pop() if len(caps) == 1 and len(self.doses) >= number else None

    def gives(self, level: Measure, rounding: Fraction, number: int) -> bool:
        """Whether each of so many doses from the first on may have a level, give or take its rounding."""
        doses = self.doses[:number]
        return len(doses) == number and all(dose.may_have(level, rounding) for dose in doses)


class Candidates(NamedTuple):
    """The courses that are tried, and notes on the choice.

    ``courses``: those first whose age rule the patient meets. ``named``: those of the protocol that the report is said
    to follow; empty where it names none.
    """

    courses: tuple[KnownCourse, ...]
    notes: tuple[str, ...] = ()
    named: tuple[KnownCourse, ...] = ()
    reads: frozenset[str] = frozenset()
    """The observables that the levels of the named arm read."""

    def of_arm(self, arm: str | None) -> KnownCourse | None:
        return next((course for course in self.courses if course.arm == arm), None)


def of_library(substance: Substance, agent: str | None, age: Fraction | None) -> Candidates:
    """Every course of the library with an agent of a kind, narrowed by the agent's name. The age is in days."""
    files, notes = _files()
    arms = [(file, arm) for file in files for arm in file.protocol.arms]
    courses = _courses(arms, substance, agent, age)
    if agent is not None and not courses:
        near = _near(agent, files)
        hint = f"; near names: {', '.join(near)}" if near else ""
        notes.append(f"no protocol here gives {agent!r} as {A[substance]}{hint}")
    return Candidates(courses, tuple(notes))


def of_protocol(
    protocol: str, substance: Substance, agent: str | None, age: Fraction | None, patient: Inputs, level: Measure | None
) -> Candidates:
    """The courses of one arm, or of every arm of a protocol file, planned for the patient of the report.

    ``patient`` are the options that state sizes, age, sex and observables; ``level`` is the one that the report prints.
    InputError where it gives no agent of that kind.
    """
    file, arms = find_arms(protocol)
    request = read_request(patient, file.table)
    courses = [
        course for arm in arms for course in _planned_for(file, arm, request, Wanted(substance, agent, age, level))
    ]
    if not courses:
        names = ", ".join(each.name for each in file.protocol.agents.values())
        of = f" of {agent!r}" if agent is not None else ""
        raise InputError(f"{protocol} gives {names}; no dose{of} in it is {A[substance]}", where="--protocol")
    reads = frozenset(name for arm in arms for name in _read_by(file, arm))
    return Candidates(_suited(courses), named=_suited(courses), reads=reads)


def _read_by(file: ProtocolFile, arm: Arm) -> Iterator[str]:
    """The observables that the levels of an arm ask for, or are multiplied by."""
    for _, rows in file.compiled(arm).levels():
        for row in rows:
            yield from (leaf.observable.name for condition in row.conditions for leaf in condition.leaves)
            yield from (each.name for factor in row.every_factor for each in factor.observables)


def superseded(named: Sequence[KnownCourse], patient: Inputs, wanted: Wanted) -> Iterator[KnownCourse]:
    """The courses of withdrawn or superseded protocols with the agent of a named arm, planned for the same patient."""
    files, _ = _files()
    of = {identity for course in named if (identity := identify(course.agent)) is not None}
    for file in files if of else ():
        if file.protocol.status == "withdrawn" and file.file not in {course.file for course in named}:
            for arm in file.protocol.arms:
                request = read_request({key: patient[key] for key in patient if key != "set"}, file.table)
                for course in _planned_for(file, arm, request, wanted):
                    if identify(course.agent) in of:
                        yield course


class Wanted(NamedTuple):
    """What a report says of the course that it follows."""

    substance: Substance
    agent: str | None
    age: Fraction | None
    level: Measure | None


def _planned_for(file: ProtocolFile, arm: Arm, request: Request, wanted: Wanted) -> Iterator[KnownCourse]:
    """The courses of an arm in each way that its conditions leave open for a patient, with their amounts."""
    matched = match(file, arm, request, need_levels=False, leave_out=True)
    result = matched.compiled.run(matched.slots, matched.inputs)
    meets = suits(file, arm, wanted.age)
    for key in matched.agents():
        given = file.protocol.agents[key]
        if _substance(given) != wanted.substance or not (wanted.agent is None or named(given, key, wanted.agent)):
            continue
        moments = [moment for moment in result.doses if moment.slot is not None and moment.slot.dose.agent == key]
        ways = max(len(moment.possible) for moment in moments)
        for way in range(ways):
            rows = [(moment, _row_of(moment, way)) for moment in moments]
            telling = next(moment.possible[way] for moment in moments if way < len(moment.possible))
            title = _title(telling) if len(moments[0].rows) > 1 else ""
            doses = tuple(_dose_for(moment, row, wanted.level) for moment, row in rows)
            yield _known(file, arm, given, doses, meets, title)


def _row_of(moment: Moment, way: int) -> Row | None:
    possible = moment.possible
    return possible[min(way, len(possible) - 1)] if possible else None


def _dose_for(moment: Moment, row: Row | None, printed: Measure | None) -> PlannedDose:
    """One dose of the patient: the level of its row, and the amount as the source bounds it."""
    assert moment.slot is not None
    cycle, optional = moment.slot.cycle, moment.slot.optional
    if row is None or len(row.options) != 1 or row.target or row.organ is not None:
        return PlannedDose(None, None, cycle, optional)
    bounded = row.cap is not None or row.floor is not None or bool(row.factors)
    ends = row.options[0]
    if row.open and printed is not None and PlannedDose(*ends, cycle, optional).may_have(printed, Fraction(0)):
        ends = (printed, printed)
    amounts = [_amount_of(row, end, moment) for end in ends]
    known = [each for each in amounts if not isinstance(each, Unknown)]
    low, high = row.options[0] if row.low.dimension in DIMENSIONS and not row.factors else (None, None)
    amount = (known[0], known[-1]) if len(known) == len(amounts) else None
    cap = row.cap if row.cap is not None and row.cap.dimension in ("activity", "mass") else None
    return PlannedDose(low, high, cycle, optional, bounded, amount, cap)


def _amount_of(row: Row, level: Measure, moment: Moment) -> Value:
    """What a level of a row comes to for a patient, between its floor and its cap."""
    amount = levels.amount(row, EXACT, Level[Value](level.dimension, level.value), moment)
    for bound, is_cap in ((row.cap, True), (row.floor, False)):
        limit: Value = Unknown() if bound is None else levels.sized(Level[Value](bound.dimension, bound.value), moment)
        if bound is not None and not isinstance(amount, Unknown):
            beyond = EXACT.above(amount, limit) if is_cap else EXACT.above(limit, amount)
            amount = limit if beyond.yes else amount if beyond.no else Unknown()
    return amount


def _courses(
    arms: Iterable[tuple[ProtocolFile, Arm]], substance: Substance, agent: str | None, age: Fraction | None
) -> tuple[KnownCourse, ...]:
    """The courses of some arms, by how well they suit an age (in days)."""
    return _suited(course for file, arm in arms for course in _of_arm(file, arm, substance, agent, age))


def _suited(courses: Iterable[KnownCourse]) -> tuple[KnownCourse, ...]:
    return tuple(sorted(courses, key=lambda course: 0 if course.suits.yes else 2 if course.suits.no else 1))


def _files() -> tuple[list[ProtocolFile], list[str]]:
    """Every protocol of the library, and a note on each file that cannot be read."""
    files, notes = [], []
    for path in folders.protocol_files():
        try:
            files.append(load_file(path))
        except InputError as error:
            notes.append(f"left out: {error}")
    return files, notes


def _near(agent: str, files: Sequence[ProtocolFile]) -> list[str]:
    """The names of agents in which a word is spelled nearly so."""
    agents = [(key, agent.name) for file in files for key, agent in file.protocol.agents.items()]
    names = {word.casefold(): name for key, name in agents for word in (key, *name.split())}
    near = get_close_matches(agent.casefold(), names, n=3, cutoff=0.6)
    return list(dict.fromkeys(names[word] for word in near))


def _of_arm(
    file: ProtocolFile, arm: Arm, substance: Substance, agent: str | None, age: Fraction | None
) -> Iterator[KnownCourse]:
    slots = schedule.course(arm)
    meets = suits(file, arm, age)
    for key in dict.fromkeys(slot.dose.agent for slot in slots):
        given = file.protocol.agents[key]
        if _substance(given) == substance and (agent is None or named(given, key, agent)):
            yield from _of_agent(file, arm, given, [slot for slot in slots if slot.dose.agent == key], meets)


def _substance(agent: Agent) -> Substance:
    return "activity" if agent.radionuclide else "mass"


def _of_agent(file: ProtocolFile, arm: Arm, agent: Agent, slots: Sequence[Slot], meets: Tri) -> Iterator[KnownCourse]:
    """The course of one agent in each way that the conditions of the levels leave open."""
    compiled = file.compiled(arm)
    doses = [(slot, compiled.levels_of(slot).rows) for slot in slots]
    ways = max(len(rows) for _, rows in doses)
    for way in range(ways):
        telling = next(rows[way] for _, rows in doses if way < len(rows))
        planned = tuple(_planned(slot, rows[min(way, len(rows) - 1)]) for slot, rows in doses)
        yield _known(file, arm, agent, planned, meets, _title(telling) if ways > 1 else "")


def _known(
    file: ProtocolFile, arm: Arm, agent: Agent, doses: tuple[PlannedDose, ...], meets: Tri, title: str
) -> KnownCourse:
    return KnownCourse(
        arm=arm.id,
        title=title,
        agent=agent.name,
        doses=doses,
        suits=meets,
        file=file.file,
        sha256=file.sha256,
        unconfirmed=_unconfirmed(file, arm),
    )


def _unconfirmed(file: ProtocolFile, arm: Arm) -> tuple[str, ...]:
    """The facts about the regimen itself that are not yet checked against their source, each with its statement."""
    doses = [dose for cycle in arm.cycles for dose in cycle.doses]
    places = [arm.cite, *(cycle.cite for cycle in arm.cycles), *(dose.cite for dose in doses)]
    cites = list(dict.fromkeys(cite for place in places for cite in cited(place)))
    return tuple(f"{cite}: {statement}" for cite, statement in file.unconfirmed_among(cites))


def _planned(slot: Slot, row: Row) -> PlannedDose:
    """One dose. A level that the source bounds, or that waits for a measured dose, does not give the size back."""
    one_level = len(row.options) == 1 and row.low.dimension in DIMENSIONS
    if one_level and row.cap is None and row.floor is None and not row.target and not row.factors:
        return PlannedDose(row.low, row.high, slot.cycle, slot.optional)
    return PlannedDose(None, None, slot.cycle, slot.optional)


def _title(row: Row) -> str:
    """A way of a course in the words of its condition."""
    leaves = row.when.leaves if row.when is not None else ()
    return ", ".join(f"{leaf.observable.name} {leaf.comparison.replace('_', ' ')} {leaf.limit_text}" for leaf in leaves)
