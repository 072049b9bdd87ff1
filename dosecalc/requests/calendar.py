"""Dates of a course: the calendar days of doses, from the start or from what was given, and prior therapy before it.

Between two dates months and years are calendar ones: six months after 31 August is the last day of February.
"""

from __future__ import annotations

from datetime import date as Date
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from dosecalc.course.schedule import Day, Slot
from dosecalc.errors import InputError
from dosecalc.quantities.numbers import Between, Bounds, Unknown, Value, ends


class When(NamedTuple):
    """When a dose is due: its day and date where they can be told; ``earliest`` if it may be later."""

    day: int | None
    date: Date | None
    earliest: bool


def add_months(date: Date, months: int) -> Date:
    """The same day so many calendar months later, or the last day of that month where it has no such day."""
    index = date.year * 12 + date.month - 1 + months
    year, month = divmod(index, 12)
    for day in range(date.day, date.day - 4, -1):
        try:
            return Date(year, month + 1, day)
        except ValueError:
            continue
    raise ValueError(f"no day for {date} + {months} months")


def months_in_days(since: Date, months: Fraction) -> Fraction | None:
    """How many days the calendar months after a date are; None for parts of a month and beyond the year 9999."""
    if months.denominator != 1:
        return None
    try:
        return Fraction((add_months(since, int(months)) - since).days)
    except (ValueError, OverflowError):  # beyond the end of the calendar
        return None


def start_of(start: Date | None, given: dict[int, Date]) -> Date | None:
    """The date of dose 1: as stated, or as it was given."""
    if 1 in given and start is not None and start != given[1]:
        raise InputError(f"the start is {start} but dose 1 was given on {given[1]}", where="--start")
    return given.get(1, start)


def whens_of(
    slots: tuple[Slot, ...], days: tuple[Day, ...], start: Date | None, given: dict[int, Date]
) -> tuple[When, ...]:
    """Day and date of every dose.

    A cycle counts from the day of its first dose; the next one begins its length later, or at the earliest then. A dose
    that was given keeps its date, and those after it never lie before it.
    """
    _check_order(start, given)
    result: list[When] = []
    for slot, day in zip(slots, days, strict=True):
        date, earliest = _date_of(slot, slots, days, start, given, result)
        first = result[0].date if result else date
        number = None if date is None or first is None else (date - first).days + 1
        if number is None and not given:
            number, earliest = _counted(day)
        result.append(When(number, date, earliest))
    return tuple(result)


def _date_of(
    slot: Slot,
    slots: tuple[Slot, ...],
    days: tuple[Day, ...],
    start: Date | None,
    given: dict[int, Date],
    before: list[When],
) -> tuple[Date | None, bool]:
    """The date of a dose as it was given, as it starts the course, or as it is due; and whether it may be later."""
    if slot.number in given:
        return given[slot.number], False
    return (start, False) if slot.number == 1 else _due(slot, slots, days, before)


def _counted(day: Day) -> tuple[int | None, bool]:
    """The number of a day that has no date, and whether it is the earliest."""
    low, high = day.since_start
    return (None, False) if isinstance(low, Unknown) else (int(low) + 1, low != high)


def _due(slot: Slot, slots: tuple[Slot, ...], days: tuple[Day, ...], before: list[When]) -> tuple[Date | None, bool]:
    """The date of a dose that was not given: from its cycle's first dose, or from the dose before it."""
    own = [other for other in slots[: slot.number - 1] if other.cycle == slot.cycle and other.dose.day is not None]
    anchored = [other for other in own if before[other.number - 1].date is not None]
    date: Date | None = None
    earliest = False
    if anchored and slot.dose.day is not None:
        anchor = before[anchored[0].number - 1]
        assert anchor.date is not None
        date = anchor.date + timedelta(days=slot.dose.day - (anchored[0].dose.day or 0))
        earliest = anchor.earliest
    elif slot.first_of_cycle:
        date, earliest = _next_cycle(slot, slots, days, before)
    latest = max((when.date for when in before if when.date is not None), default=None)
    if date is not None and latest is not None and date <= latest:
        low, _ = ends(days[slot.number - 1].since_previous)
        return (None, False) if isinstance(low, Unknown) else (latest + timedelta(days=int(low)), True)
    return date, earliest


def _next_cycle(
    slot: Slot, slots: tuple[Slot, ...], days: tuple[Day, ...], before: list[When]
) -> tuple[Date | None, bool]:
    previous = next(other for other in slots if other.cycle == slot.cycle - 1 and other.first_of_cycle)
    began = before[previous.number - 1]
    low, high = days[slot.number - 1].since_cycle
    if began.date is None or isinstance(low, Unknown):
        return None, False
    return began.date + timedelta(days=int(low)), began.earliest or low != high


def _check_order(start: Date | None, given: dict[int, Date]) -> None:
    dated = sorted(given.items())
    for (first, before), (second, after) in pairwise(dated):
        if after < before:
            raise InputError(f"dose {second} was given on {after}, before dose {first} on {before}", where="--given")
    if start is not None and dated and dated[0][1] < start:
        raise InputError(f"dose {dated[0][0]} was given on {dated[0][1]}, before the start on {start}", where="--given")


def intervals(whens: tuple[When, ...], days: tuple[Day, ...], given: dict[int, Date]) -> dict[int, Between]:
    """Days since the dose before, by dose number: between two dates where one of them was given, else as planned."""
    result: dict[int, Between] = {}
    for number in range(2, len(days) + 1):
        before, here = whens[number - 2], whens[number - 1]
        result[number] = days[number - 1].since_previous
        if given.keys() & {number - 1, number}:
            unknown = Unknown("dose_interval")
            gap: Value = unknown
            if before.date is not None and here.date is not None and not before.earliest:
                gap = Fraction((here.date - before.date).days)
            result[number] = Bounds(gap, unknown if here.earliest else gap)
    return result


def check_order(whens: tuple[When, ...], given: dict[int, Date]) -> None:
    """A dose that was given before one that is only planned leaves open when that one was given. InputError."""
    for number, date in given.items():
        for earlier in range(1, number):
            due = whens[earlier - 1].date
            if earlier not in given and due is not None and due > date:
                raise InputError(
                    f"dose {number} was given on {date}, before dose {earlier}, which is planned for {due}: state dose "
                    f"{earlier} as well",
                    where="--given",
                )
