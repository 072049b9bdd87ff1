"""The largest amount of each agent that a shipped protocol gives, from a table that ``docs/make_amounts.py`` makes.

An agent is known across files by its radionuclide and by what it is called: by a word that its names have in common,
such as iobenguane.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dosecalc.reference.tables import read_bytes

TABLE = "largest-amounts.csv"
WEIGHT, SURFACE = Fraction(120), Fraction("2.4")
"""The body, in kg and m², at which the amounts of the table are taken."""
_COMMON = frozenset({"added", "brain", "carrier", "diagnostic", "for", "iodine", "labelled", "lutetium", "sodium"})
"""Words that names of different agents share."""

_NUCLIDE = re.compile(r"[0-9]+m?|[0-9]+m?[a-z]{1,2}|[a-z]{1,2}[0-9]+m?")


class Largest(NamedTuple):
    """The largest amount of an agent, in MBq or mg, with the shipped arm that gives it."""

    radionuclide: str
    words: frozenset[str]
    amount: Fraction
    arm: str


def words_of(*names: str) -> frozenset[str]:
    """The words by which an agent is known: of three letters or more, without those of its nuclide (131I, Lu177)."""
    words = re.sub(r"[\W_]+", " ", " ".join(names).casefold()).split()
    return frozenset(word for word in words if len(word) >= 3 and not _NUCLIDE.fullmatch(word)) - _COMMON


@lru_cache(maxsize=256)
def largest_of(radionuclide: str | None, *names: str) -> Largest | None:
    """The largest amount of an agent, by its radionuclide (None for a drug) and its names; None of one not shipped."""
    words = words_of(*names)
    alike = [row for row in _rows() if row.radionuclide == (radionuclide or "") and row.words & words]
    return max(alike, key=lambda row: row.amount, default=None)


@lru_cache(maxsize=1)
def _rows() -> tuple[Largest, ...]:
    lines = read_bytes(TABLE).decode().splitlines()[1:]
    return tuple(_row(*line.split(",")) for line in lines)


def _row(radionuclide: str, words: str, amount: str, _unit: str, arm: str) -> Largest:
    return Largest(radionuclide, frozenset(words.split()), Fraction(amount), arm)
