"""The days of a course, a second time: day 1 is the first dose, and a dose that was given counts on its date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from dosecalc.verification.logic import UNKNOWN, Span
from dosecalc.verification.quantities import read
from dosecalc.verification.reading import Place, Table
from dosecalc.verification.statements import StatedAgain


@dataclass(frozen=True)
class DoseDay:
    """When a dose is or a cycle begins: its day of the course and its date, as far as either is known.

    ``slack`` counts the steps before it of which only the least was known: the day is then the earliest possible.
    """

    day: int | None = None
    date: date | None = None
    slack: int = 0

    @property
    def earliest(self) -> bool:
        return self.slack > 0 and (self.day is not None or self.date is not None)

    def after(self, days: int | None, *, at_least: bool = False) -> DoseDay:
        if days is None:
            return DoseDay()
        moved = None if self.date is None else self.date + timedelta(days)
        return DoseDay(None if self.day is None else self.day + days, moved, self.slack + at_least)


def between(one: DoseDay, other: DoseDay) -> Span:
    """The days from one dose to another; the least of them where only that is known."""
    if one.date is not None and other.date is not None:
        days = Fraction((other.date - one.date).days)
    elif one.day is not None and other.day is not None:
        days = Fraction(other.day - one.day)
    else:
        return UNKNOWN
    return days, days if one.slack == other.slack else None


def whole_days(text: str) -> int:
    """A length in days; a part of a day counts to the next whole one."""
    worth = read(text).worth
    return -(-worth.numerator // worth.denominator)


def length_of(cycle: Table, chosen: str | None) -> tuple[int | None, bool]:
    """From one cycle to the next in days, and whether that is only the least."""
    interval = cycle.get("interval", {})
    length = cycle.get("length")
    if isinstance(length, str):
        return whole_days(length), False
    if chosen is not None:
        return whole_days(chosen), False
    if length is not None:
        return whole_days(length["min"]), True
    if "every" in interval:
        return whole_days(interval["every"]), False
    if "at_least" in interval and len(cycle["doses"]) == 1:  # the distance of doses is that of cycles
        return whole_days(interval["at_least"]), True
    return None, False


def offset(slot: Place) -> int | None:
    """The days from the beginning of its cycle: from day 1, or from its first dose where days begin elsewhere."""
    first = min(1, int(slot.of["doses"][0].get("day", 1)))
    return int(slot.table["day"]) - first if "day" in slot.table else None


class Calendar:
    """The days of a course, found from one dose to the next."""

    def __init__(self, slots: list[Place], stated: StatedAgain) -> None:
        self.stated, self.slots = stated, slots
        self.chosen = stated.one("cycle-length")
        self.begin = DoseDay(1, stated.start)  # of the cycle
        self.days: list[DoseDay] = []
        for slot in slots:
            self.days.append(self._next(slot))

    def _next(self, slot: Place) -> DoseDay:
        before = self.slots[slot.number - 2] if self.days else None
        step = None  # the planned distance from the dose before
        if slot.first and before is not None:
            length, at_least = length_of(before.of, self.chosen)
            self.begin = self.begin.after(length, at_least=at_least)
            step = _sum(length, offset(slot), offset(before))
        elif before is not None:
            step = _sum(0, offset(slot), offset(before))
        given = self.stated.given.get(slot.number, (None, None))[1]
        if given is not None:
            return self._given(slot, given)
        return self._planned(slot, step)

    def _given(self, slot: Place, given: date) -> DoseDay:
        """A dose that was given on a date; the first of a cycle tells when the cycle began."""
        first = self.days[0].date if self.days else given
        day = DoseDay(None if first is None else (given - first).days + 1, given)
        if slot.first:
            self.begin = day.after(-(offset(slot) or 0))
        return day

    def _planned(self, slot: Place, step: int | None) -> DoseDay:
        """A dose to come: by its cycle, but after the dose before."""
        if not self.days:
            return self.begin if offset(slot) is not None or self.begin.date is not None else DoseDay()
        day, before = self.begin.after(offset(slot)), self.days[-1]
        if step is None:  # as planned, unless a dose before it came later than that
            late = any((between(each, day)[0] or 0) < 0 for each in self.days)
            self.begin = DoseDay() if late else self.begin
            return DoseDay() if late else day
        if not slot.first and day.date is None and before.date is not None:
            return before.after(step)
        distance = between(before, day)[0]
        if distance is not None and (distance < 0 or (distance == 0 and step > 0)):  # the dose before came late
            day = before.after(step, at_least=True)
            if slot.first:  # the cycle begins with it; another dose that comes late moves no cycle
                self.begin = day.after(-(offset(slot) or 0))
        return day


def _sum(length: int | None, one: int | None, other: int | None) -> int | None:
    return None if length is None or one is None or other is None else length + one - other
