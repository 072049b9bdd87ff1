"""A statement: the value, and the text that it was read from."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from dosecalc.quantities.units import Measure


class Stated(NamedTuple):
    """A value as stated: the exact value in the dimension's canonical unit (or truth, count, choice) and its text."""

    value: Fraction | bool | str
    text: str
    measure: Measure | None = None
