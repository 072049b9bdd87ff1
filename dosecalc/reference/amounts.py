"""The largest amount of each agent that a shipped protocol gives, from a table that ``docs/make_amounts.py`` makes.

An agent is known across files by its radionuclide and its compound, under whichever of its names (``synonyms``).
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dosecalc.reference import synonyms
from dosecalc.reference.tables import read_bytes

TABLE = "largest-amounts.csv"
WEIGHT, SURFACE = Fraction(120), Fraction("2.4")
"""The body, in kg and m², at which the amounts of the table are taken."""


class Largest(NamedTuple):
    """The largest amount of an agent, in MBq or mg, with the shipped arm that gives it."""

    radionuclide: str
    compounds: frozenset[str]
    amount: Fraction
    arm: str


def compounds_of(*names: str) -> frozenset[str]:
    """The compounds that an agent may be by its names: those of the name that leaves the fewest open."""
    found = (synonyms.read(name).compounds for name in names)
    return min((compounds for compounds in found if compounds), key=len, default=frozenset())


@lru_cache(maxsize=256)
def largest_of(radionuclide: str | None, *names: str) -> Largest | None:
    """The largest amount of an agent, by its radionuclide (None for a drug) and its names; None of one not shipped."""
    compounds = compounds_of(*names)
    alike = [row for row in _rows() if row.radionuclide == (radionuclide or "") and row.compounds & compounds]
    return max(alike, key=lambda row: row.amount, default=None)


@lru_cache(maxsize=1)
def _rows() -> tuple[Largest, ...]:
    lines = read_bytes(TABLE).decode().splitlines()[1:]
    return tuple(_row(*line.split(",")) for line in lines)


def _row(radionuclide: str, compounds: str, amount: str, _unit: str, arm: str) -> Largest:
    return Largest(radionuclide, frozenset(compounds.split("|")), Fraction(amount), arm)
