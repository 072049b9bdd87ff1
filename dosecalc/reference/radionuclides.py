"""Radioactive decay of one radionuclide: half-lives, and what is left after a time.

A decayed activity is A 2^(-t/T), float64. Progeny are outside of it: what grows in is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from math import log2
from typing import NamedTuple

from dosecalc.errors import InputError

PROGENY = frozenset(
    {"Mo-99", "Ra-223", "Ra-224", "Ac-225", "Pb-212", "At-211", "Th-227", "Bi-213", "In-111", "Lu-177m"}
)
"""Radionuclides with shorter-lived radioactive progeny (fact ``half-lives#progeny``; a test computes them anew)."""
FURTHEST = 300
"""Half-lives beyond which a decay factor has no meaning."""
_SYMBOL_FIRST = re.compile(r"([A-Za-z]{1,2})[- ]?([0-9]{1,3})(m?)")
_MASS_FIRST = re.compile(r"([0-9]{1,3})(m?)[- ]?([A-Za-z]{1,2})")


class Radionuclide(NamedTuple):
    """A radionuclide: ``half_life`` in days, ``text`` as its source prints it, and what is known of the value."""

    name: str
    half_life: Fraction
    number: Fraction
    unit: str
    uncertainty: Fraction | None
    source: str
    confirmed: bool


def factor(elapsed: Fraction | float, half_life: Fraction | float) -> float:
    """The part of an activity that is left after a time (both in one unit): 2^(-t/T). Before the start it is above 1.

    Raises InputError beyond 300 half-lives, where the figure has no meaning.
    """
    spans = float(elapsed / half_life)
    if abs(spans) > FURTHEST:
        raise InputError(f"that is {abs(spans):,.0f} half-lives; the limit is {FURTHEST} half-lives")
    return float(2.0**-spans)


def time_to(factor_: float, half_life: Fraction | float) -> float:
    """The time after which a part is left, in the unit of the half-life; below zero for more than the whole."""
    return float(-log2(factor_) * half_life)


def spelled(name: str) -> str:
    """A name as the table has it: ``131I``, ``I131`` and ``i-131`` are all ``I-131``."""
    clean = name.strip()
    if match := _SYMBOL_FIRST.fullmatch(clean):
        symbol, mass, metastable = match.groups()
    elif match := _MASS_FIRST.fullmatch(clean):
        mass, metastable, symbol = match.groups()
    else:
        return clean
    return f"{symbol.capitalize()}-{mass}{metastable}"


def find(name: str, table: Mapping[str, Radionuclide]) -> Radionuclide:
    """The row of a radionuclide. InputError naming the near ones."""
    wanted = spelled(name)
    if wanted in table:
        return table[wanted]
    from difflib import get_close_matches

    symbol = wanted.partition("-")[0]
    same_element = [each for each in table if each.partition("-")[0] == symbol]
    near = same_element or get_close_matches(wanted, table, n=3, cutoff=0.5)
    hint = f" Near ones: {', '.join(near)}." if near else ""
    raise InputError(f"read {name[:40]!r}, which is no radionuclide of the table.{hint} Known are {', '.join(table)}")
