"""Dates of a course: the calendar days of doses, from the start or from what was given, and prior therapy before it.

Between two dates months and years are calendar ones: six months after 31 August is the last day of February.
"""

from __future__ import annotations

from datetime import date as Date
from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.numbers import Unknown, Value, ends
from dosecalc.schedule import Day, Slot


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
    """How many days the calendar months after a date are; None for parts of a month."""
    if months.denominator != 1:
        return None
    return Fraction((add_months(since, int(months)) - since).days)


def start_of(start: Date | None, given: dict[int, Date], days: tuple[Day, ...]) -> Date | None:
    """The date of dose 1: as stated, or told by a dose that was given on a known date."""
    if 1 in given:
        if start is not None and start != given[1]:
            raise InputError(f"the start is {start} but dose 1 was given on {given[1]}", where="--start")
        return given[1]
    if start is not None:
        return start
    for number, date in sorted(given.items()):
        low, high = days[number - 1].since_start
        if not isinstance(low, Unknown) and low == high:
            return date - timedelta(days=int(low))
    return None


def whens(
    slots: tuple[Slot, ...], days: tuple[Day, ...], start: Date | None, given: dict[int, Date]
) -> tuple[When, ...]:
    """Day and date of every dose. A dose that was given moves the rest of its cycle and the cycles after it."""
    _check_order(start, given)
    result: list[When] = []
    for slot in slots:
        offset, earliest = _offset(slot, days, start, given)
        if slot.number in given and start is None:
            result.append(When(None, given[slot.number], False))
        elif offset is None:
            result.append(When(None, given.get(slot.number), False))
        else:
            date = None if start is None else start + timedelta(days=offset)
            result.append(When(offset + 1, date, earliest))
    return tuple(result)


def _offset(slot: Slot, days: tuple[Day, ...], start: Date | None, given: dict[int, Date]) -> tuple[int | None, bool]:
    """Days after dose 1, counted from the latest dose given on a known date; and whether it may be later."""
    if start is not None and slot.number in given:
        return (given[slot.number] - start).days, False
    low, high = days[slot.number - 1].since_start
    if start is not None:
        for number in range(slot.number - 1, 0, -1):
            if number in given:
                moved = _between(days, number, slot.number)
                if moved is not None:
                    return (given[number] - start).days + moved[0], moved[1]
    if isinstance(low, Unknown):
        return None, False
    return int(low), low != high


def _between(days: tuple[Day, ...], first: int, second: int) -> tuple[int, bool] | None:
    """Planned days between two doses, from the first's place in its cycle to the second's."""
    total_low: Value = Fraction(0)
    total_high: Value = Fraction(0)
    for number in range(first + 1, second + 1):
        low, high = ends(days[number - 1].since_previous)
        total_low, total_high = total_low + low, total_high + high
    return None if isinstance(total_low, Unknown) else (int(total_low), bool(total_low != total_high))


def _check_order(start: Date | None, given: dict[int, Date]) -> None:
    dated = sorted(given.items())
    for (first, before), (second, after) in pairwise(dated):
        if after < before:
            raise InputError(f"dose {second} was given on {after}, before dose {first} on {before}", where="--given")
    if start is not None and dated and dated[0][1] < start:
        raise InputError(f"dose {dated[0][0]} was given on {dated[0][1]}, before the start on {start}", where="--given")


def intervals(whens: tuple[When, ...], days: tuple[Day, ...], given: dict[int, Date]) -> dict[int, Value]:
    """Days since the dose before, by dose number: between dates where both are known, else as planned."""
    result: dict[int, Value] = {}
    for number in range(2, len(days) + 1):
        before, here = whens[number - 2], whens[number - 1]
        moved = given.keys() & {number - 1, number}
        if moved and before.date and here.date and not (before.earliest or here.earliest):
            result[number] = Fraction((here.date - before.date).days)
        elif moved and number in given and not (before.date and here.date):
            result[number] = Unknown("dose_interval")
        else:
            result[number] = days[number - 1].since_previous
    return result
