"""What a patient is to get: an activity, and what a plan says of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Date
from fractions import Fraction
from typing import NamedTuple


class Due(NamedTuple):
    """The day of a dose in its plan; ``earliest`` where it may be later."""

    number: int
    day: Date
    earliest: bool


class Intended(NamedTuple):
    """An activity in MBq for a patient.

    Where a plan has it: the radionuclide of its agent, notes and sources, its violations, the day of the dose, and
    the identifiers of the patient.
    """

    value: Fraction
    nuclide: str | None = None
    agent: str | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[dict[str, str], ...] = ()
    violations: tuple[str, ...] = ()
    due: Due | None = None
    patient: tuple[str, ...] = ()

    def days(self, drawn: Date) -> Iterator[str]:
        """A word where a draw is not on the day of the plan."""
        if self.due is None or drawn == self.due.day or (self.due.earliest and drawn > self.due.day):
            return
        apart = abs((drawn - self.due.day).days)
        days = f"{apart} day{'' if apart == 1 else 's'} {'before' if drawn < self.due.day else 'after'}"
        day = f"{self.due.day}, the {'earliest ' if self.due.earliest else ''}day of dose {self.due.number} in the plan"
        yield f"the draw is on {drawn}, {days} {day}"
