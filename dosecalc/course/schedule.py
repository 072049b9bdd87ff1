"""The order and the days of a course: which doses there are, and when, as far as the source says.

What a source leaves out stays unknown: after a cycle of unstated length no day is known. A stated range of lengths
gives the earliest and the latest day.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date as Date
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.files.protocol import Arm, Cycle, ListedDose, Range
from dosecalc.quantities import units
from dosecalc.quantities.numbers import Bounds, Unknown, Value


class Slot(NamedTuple):
    """One dose of the course. ``cycle`` counts from 1; ``extra`` marks a cycle beyond those that the file lists."""

    number: int
    cycle: int
    optional: bool
    extra: bool
    first_of_cycle: bool
    dose: ListedDose
    listed: Cycle


def listed_cycles(arm: Arm) -> list[Cycle]:
    """The cycles of an arm one by one, repeats written out."""
    return [cycle for cycle in arm.cycles for _ in range(cycle.repeat)]


def course(arm: Arm, cycles: int | None = None) -> tuple[Slot, ...]:
    """The doses of a course in order. ``cycles`` plans exactly so many, all required; the last one listed repeats."""
    listed = listed_cycles(arm)
    number = len(listed) if cycles is None else cycles
    slots: list[Slot] = []
    for index in range(number):
        cycle = listed[min(index, len(listed) - 1)]
        for position, dose in enumerate(cycle.doses):
            slots.append(
                Slot(
                    number=len(slots) + 1,
                    cycle=index + 1,
                    optional=cycle.optional and cycles is None,
                    extra=index >= len(listed),
                    first_of_cycle=position == 0,
                    dose=dose,
                    listed=cycle,
                )
            )
    return tuple(slots)


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
            made = cycle.interval
            texts += [text for text in (made.every, made.window, made.at_least, made.at_most) if text is not None]
    return {text: int(units.read(text, "time").value) for text in texts}


def day_of(written: Date | str, *, last: bool) -> Date:
    """A date of a file; of a month ("2024-03") or a year ("2014") the first day, or the last. InputError."""
    if isinstance(written, Date):
        return written
    year, _, month = written.partition("-")
    known = all(
        len(part) == width and part.isascii() and part.isdigit() for part, width in ((year, 4), (month or "01", 2))
    )
    if not known or not 1 <= int(month or 1) <= 12 or not int(year):
        raise InputError(f"read {written!r}, expected a date without quotes, 2016-03-01, or text, '2016-03' or '2016'")
    if not last:
        return Date(int(year), int(month or 1), 1)
    return Date(int(year), 12, 31) if not month else Date(int(year), int(month), monthrange(int(year), int(month))[1])


class Day(NamedTuple):
    """When a dose is due, in days after the first one and after the dose before it."""

    since_start: Bounds
    since_previous: Value
    since_cycle: Bounds
    """For the first dose of a cycle: days after the first dose of the cycle before."""


def _since_cycle(slots: tuple[Slot, ...], slot: Slot, chosen: int | None, lengths: dict[str, int]) -> Bounds:
    unstated = Unknown("day")
    before = next((other for other in slots if other.cycle == slot.cycle - 1), None)
    if before is None or not slot.first_of_cycle or slot.dose.day is None or before.dose.day is None:
        return Bounds(unstated, unstated)
    return length_of(before.listed, chosen, lengths) + (slot.dose.day - before.dose.day)


def days(slots: tuple[Slot, ...], chosen: int | None, lengths: dict[str, int]) -> tuple[Day, ...]:
    """The day of every dose. ``lengths`` holds the file's cycle lengths in days by their text."""
    unstated = Unknown("day")
    result: list[Day] = []
    start = Bounds(0, 0)
    origin = slots[0].dose.day if slots and slots[0].dose.day is not None else unstated
    previous_cycle: Slot | None = None
    for index, slot in enumerate(slots):
        if slot.first_of_cycle and previous_cycle is not None:
            start = start + length_of(previous_cycle.listed, chosen, lengths)
        if slot.first_of_cycle:
            previous_cycle = slot
        in_cycle: Value = unstated if slot.dose.day is None else slot.dose.day
        since_start = start + (in_cycle - origin)
        since_previous: Value = unstated
        if index:
            before = slots[index - 1]
            gap = in_cycle - (unstated if before.dose.day is None else before.dose.day)
            since_previous = gap
            if before.cycle != slot.cycle:
                since_previous = length_of(before.listed, chosen, lengths) + gap
        result.append(Day(since_start, since_previous, _since_cycle(slots, slot, chosen, lengths)))
    return tuple(result)
