"""A statement: the value, the text that it was read from, and its dose or date."""

from __future__ import annotations

from datetime import date as Date
from fractions import Fraction
from typing import NamedTuple

from dosecalc.quantities.units import Measure


class Stated(NamedTuple):
    """A value as stated.

    ``value`` is exact, in the canonical unit of its dimension, or a truth, a count or a choice. ``text`` is what it was
    read from, ``written`` the whole text of the option. ``dose`` is the dose from which it holds or that it is of,
    ``date`` the day on which it was measured or given.
    """

    value: Fraction | bool | str
    text: str
    measure: Measure | None = None
    dose: int | None = None
    date: Date | None = None
    written: str = ""

    @property
    def quantity(self) -> Measure:
        """The measure of a statement that is a quantity."""
        assert self.measure is not None
        return self.measure

    @property
    def number(self) -> Fraction:
        """The value of a statement that is a number, in the canonical unit of its dimension."""
        assert isinstance(self.value, Fraction)
        return self.value
