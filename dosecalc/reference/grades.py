"""Laboratory values of grade 3 or worse, by the Common Terminology Criteria for Adverse Events, version 5.0.

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
BELOW = frozenset({"platelets", "anc", "wbc", "hemoglobin", "egfr", "crcl"})
"""Values that are worse the lower they are; all others are worse the higher they are."""


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
    limit = _limits().get(observable)
    return None if limit is None else Grade(f"{SHEET}#{observable}", limit, observable in BELOW)


@lru_cache(maxsize=1)
def _limits() -> dict[str, Measure]:
    facts = facts_of(os.path.join(folders.shipped("seeds"), f"{SHEET}.toml"))
    return {name: value for name, (_, values) in facts.items() for value in values if isinstance(value, Measure)}
