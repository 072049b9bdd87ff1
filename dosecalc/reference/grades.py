"""Grades of laboratory values, by the Common Terminology Criteria for Adverse Events, version 5.0.

The limits are those for a normal baseline; they are facts of the sheet ``ctcae-5``.
"""

from __future__ import annotations

import os
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dosecalc.files import folders
from dosecalc.quantities.units import Measure
from dosecalc.reference.beliefs import facts_of

SHEET = "ctcae-5"
VERSION = "CTCAE 5.0"
BELOW = frozenset({"platelets", "anc", "wbc", "hemoglobin", "egfr", "crcl"})
"""Values that are worse the lower they are; all others are worse the higher they are."""
WORST = 4
"""The worst grade that a value alone can have; grade 5 is death."""


class Grade(NamedTuple):
    """The limit of grade 3: beyond it a value is grade 3 or worse."""

    cite: str
    limit: Measure
    below: bool

    def reached(self, value: Fraction) -> bool:
        """Whether a value, in the canonical unit, is grade 3 or worse."""
        return value < self.limit.value if self.below else value > self.limit.value


def grade_3(observable: str) -> Grade | None:
    """The limit of grade 3 of an observable, where there is one that needs no baseline."""
    limits = _limits().get(observable)
    return None if limits is None else Grade(_cite(observable), limits[1], observable in BELOW)


class Graded(NamedTuple):
    """A grade from a value: the lowest and the highest that it may be, and the fact that it rests on."""

    low: int
    high: int
    cite: str


def grade_of(observable: str, value: Fraction, normal: Fraction | None = None) -> Graded | None:
    """The grade of a value in the canonical unit; None for an observable that has no grades.

    ``normal`` is the limit of the laboratory. Without it nothing tells grade 1 from none; that of a multiple of the
    upper limit is 1. A grade 4 that has no number leaves 3 or 4.
    """
    limits = _limits().get(observable)
    if limits is None:
        return None
    below = observable in BELOW
    beyond = sum(value < each.value if below else value > each.value for each in limits)
    if beyond:
        worst = WORST if beyond == len(limits) else beyond + 1
        return Graded(beyond + 1, worst, _cite(observable))
    if normal is None and limits[0].dimension == "xULN":
        normal = Fraction(1)
    if normal is None:
        return Graded(0, 1, _cite(observable))
    first = int(value < normal if below else value > normal)
    return Graded(first, first, _cite(observable))


def _cite(observable: str) -> str:
    return f"{SHEET}#{observable}"


@lru_cache(maxsize=1)
def _limits() -> dict[str, tuple[Measure, ...]]:
    """The limits of grades 2, 3 and 4 by observable, as far as they have a number."""
    facts = facts_of(os.path.join(folders.shipped("seeds"), f"{SHEET}.toml"))
    return {name: tuple(v for v in values if isinstance(v, Measure)) for name, (_, values) in facts.items()}
