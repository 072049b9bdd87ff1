"""The loosest limit of each laboratory value in shipped protocols, from a table that ``docs/make_limits.py`` makes."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dosecalc.quantities import units
from dosecalc.quantities.units import Measure
from dosecalc.reference.tables import read_bytes

TABLE = "loosest-limits.csv"
CITE = "beliefs#loosest-limit"
"""That a value beyond these is worth a look, our limit."""
LABORATORY = frozenset(
    {"platelets", "anc", "wbc", "blasts", "hemoglobin", "creatinine", "crcl", "egfr", "bilirubin", "alt", "ast"}
)


class Loosest(NamedTuple):
    """A limit of a shipped protocol: how a value is compared with it, and an arm that has it."""

    comparison: str
    limit: Measure
    arm: str

    @property
    def is_least(self) -> bool:
        """Whether a value has to be at least, or above, the limit."""
        return self.comparison in ("at_least", "above")

    @property
    def sign(self) -> int:
        """1 for a limit that is the looser the lower it is, else -1."""
        return 1 if self.is_least else -1

    def failed(self, value: Fraction) -> bool:
        """Whether a value, in the canonical unit, does not meet it."""
        off = self.sign * (value - self.limit.value)
        return off < 0 or (off == 0 and self.comparison in ("above", "below"))


def failed(observable: str, value: Fraction) -> Loosest | None:
    """The loosest shipped limit of a laboratory value, where the value does not meet it."""
    return next((limit for limit in _limits().get(observable, ()) if limit.failed(value)), None)


@lru_cache(maxsize=1)
def _limits() -> Mapping[str, list[Loosest]]:
    limits: dict[str, list[Loosest]] = {}
    for line in read_bytes(TABLE).decode().splitlines()[1:]:
        name, comparison, limit, arm = line.split(",")
        limits.setdefault(name, []).append(Loosest(comparison, units.read(limit), arm))
    return limits
