"""The order and the days of a course: which doses there are, and when, as far as the source says.

What a source leaves out stays unknown: after a cycle of unstated length no day is known. A stated range of lengths
gives the earliest and the latest day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date as Date
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.files.capacity import CYCLES
from dosecalc.files.protocol import Arm, Cycle, ListedDose, Range
from dosecalc.quantities import units
from dosecalc.quantities.numbers import Between, Bounds, Unknown, Value


class Position(NamedTuple):
    """Where the file lists a dose: its cycle in the arm and its place in that cycle, both counted from 0."""

    cycle: int
    dose: int


class Slot(NamedTuple):
    """One dose of the course. ``cycle`` counts from 1; ``extra`` marks a cycle beyond those that the file lists."""

    number: int
    cycle: int
    optional: bool
    extra: bool
    first_of_cycle: bool
    dose: ListedDose
    listed: Cycle
    position: Position


def listed_cycles(arm: Arm) -> list[Cycle]:
    """The cycles of an arm one by one, repeats written out."""
    return [cycle for cycle in arm.cycles for _ in range(cycle.repeat)]


def most_cycles(arm: Arm) -> int | None:
    """How many cycles an arm has at most; None where the source leaves their number open."""
    last, listed = arm.cycles[-1], sum(cycle.repeat for cycle in arm.cycles)
    return last.at_most if last.open else listed


def listed_doses(arm: Arm) -> Iterator[tuple[Position, ListedDose]]:
    """Every dose that the file lists in an arm, once, with its position."""
    for c, cycle in enumerate(arm.cycles):
        for d, dose in enumerate(cycle.doses):
            yield Position(c, d), dose


def course(arm: Arm, cycles: int | None = None, reached: int = 0) -> tuple[Slot, ...]:
    """The doses of a course in order. ``cycles`` plans exactly so many, all required; the last one listed repeats.

    Where the source leaves the number of cycles open, further ones are planned until a dose of the number ``reached``
    is among them.
    """
    listed = [place for place, cycle in enumerate(arm.cycles) for _ in range(cycle.repeat)]
    most = most_cycles(arm)
    number = max(len(listed), _cycles_until(arm, listed, reached)) if cycles is None else cycles
    slots: list[Slot] = []
    for index in range(number):
        place = listed[min(index, len(listed) - 1)]
        cycle = arm.cycles[place]
        for i, dose in enumerate(cycle.doses):
            slots.append(
                Slot(
                    number=len(slots) + 1,
                    cycle=index + 1,
                    optional=cycles is None and (cycle.optional or index >= len(listed)),
                    extra=most is not None and index >= most,
                    first_of_cycle=i == 0,
                    dose=dose,
                    listed=cycle,
                    position=Position(place, i),
                )
            )
    return tuple(slots)


def _cycles_until(arm: Arm, listed: list[int], reached: int) -> int:
    """The cycles of an arm of an open number until a dose is among them, as far as the source lets them go on."""
    if not arm.cycles[-1].open:
        return 0
    doses = [len(arm.cycles[place].doses) for place in listed]
    beyond = -(-max(reached - sum(doses), 0) // len(arm.cycles[-1].doses))
    return min(len(listed) + beyond, most_cycles(arm) or CYCLES)


def length_of(cycle: Cycle, chosen: int | None, lengths: dict[str, int]) -> Bounds:
    """The length of a cycle in days: fixed, or chosen where the file leaves it open, or bounded, or unknown."""
    if isinstance(cycle.length, str):
        return Bounds(lengths[cycle.length], lengths[cycle.length])
    if chosen is not None:
        return Bounds(chosen, chosen)
    if isinstance(cycle.length, Range):
        return Bounds(lengths[cycle.length.min], lengths[cycle.length.max])
    spaced, unstated = cycle.interval, Unknown("cycle length")
    if spaced is not None and spaced.every is not None:
        return Bounds(lengths[spaced.every], lengths[spaced.every])
    if spaced is not None and spaced.at_least is not None and len(cycle.doses) == 1:
        return Bounds(lengths[spaced.at_least], unstated)
    return Bounds(unstated, unstated)


def lengths(arm: Arm) -> dict[str, int]:
    """The cycle lengths that an arm states, in days, by their text."""
    texts: list[str] = []
    for cycle in arm.cycles:
        if isinstance(cycle.length, str):
            texts.append(cycle.length)
        elif isinstance(cycle.length, Range):
            texts += [cycle.length.min, cycle.length.max]
        if cycle.interval is not None:
            spaced = cycle.interval
            stated = (spaced.every, spaced.also, spaced.window, spaced.at_least, spaced.at_most)
            texts += [text for text in stated if text is not None]
    return {text: int(units.read(text, "time").value) for text in texts}


def day_of(written: Date | str, *, last: bool) -> Date:
    """A date of a file; of a month ("2024-03") or a year ("2014") the first day, or the last. InputError."""
    if isinstance(written, Date):
        return written
    match = _YEAR_OR_MONTH.fullmatch(written)
    year, months = (int(match[1]), match[2]) if match else (0, None)
    first, final = (1, 12) if months is None else (int(months), int(months))
    if not year or not 1 <= first <= 12:
        raise InputError(f"read {written!r}, expected a date without quotes, 2016-03-01, or text, '2016-03' or '2016'")
    return Date(year, final, monthrange(year, final)[1]) if last else Date(year, first, 1)


_YEAR_OR_MONTH = re.compile(r"([0-9]{4})(?:-([0-9]{2})?)?")


class Day(NamedTuple):
    """When a dose is due, in days after the first one and after the dose before it."""

    since_start: Bounds
    since_previous: Between
    since_cycle: Bounds
    """For the first dose of a cycle: days after the first dose of the cycle before."""


_UNSTATED = Unknown("day")


def _day_of_cycle(slot: Slot) -> Value:
    return _UNSTATED if slot.dose.day is None else slot.dose.day


def _since_cycle(slots: tuple[Slot, ...], slot: Slot, chosen: int | None, lengths: dict[str, int]) -> Bounds:
    before = next((other for other in slots if other.cycle == slot.cycle - 1), None)
    if before is None or not slot.first_of_cycle or slot.dose.day is None or before.dose.day is None:
        return Bounds(_UNSTATED, _UNSTATED)
    return length_of(before.listed, chosen, lengths) + (slot.dose.day - before.dose.day)


def _since_previous(before: Slot, slot: Slot, chosen: int | None, lengths: dict[str, int]) -> Between:
    gap = _day_of_cycle(slot) - _day_of_cycle(before)
    return gap if before.cycle == slot.cycle else length_of(before.listed, chosen, lengths) + gap


def days(slots: tuple[Slot, ...], chosen: int | None, lengths: dict[str, int]) -> tuple[Day, ...]:
    """The day of every dose. ``lengths`` holds the file's cycle lengths in days by their text."""
    result: list[Day] = []
    start: Bounds = Bounds(0, 0)
    before: Slot | None = None
    for slot in slots:
        if slot.first_of_cycle and before is not None:
            start = start + length_of(before.listed, chosen, lengths)
        since_start: Bounds = start + (_day_of_cycle(slot) - _day_of_cycle(slots[0]))
        since_previous = _UNSTATED if before is None else _since_previous(before, slot, chosen, lengths)
        result.append(Day(since_start, since_previous, _since_cycle(slots, slot, chosen, lengths)))
        before = slot
    return tuple(result)
