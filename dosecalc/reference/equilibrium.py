"""How long after its separation a radionuclide is in equilibrium with its progeny, by the half-lives of its chain.

Until then a calibrator, whose factor is for the equilibrium, shows something else than the activity of the parent.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import exp, log, prod
from typing import NamedTuple

from dosecalc.quantities import units
from dosecalc.reference import tables
from dosecalc.reference.beliefs import belief

TABLE = "progeny.csv"
CITE = "progeny#table"
LIMIT = "equilibrium"


class Progeny(NamedTuple):
    """A member of a chain: its half-life in days, and whether a dose calibrator sees it."""

    name: str
    half_life: float
    seen: bool


@lru_cache(maxsize=1)
def chains() -> dict[str, tuple[Progeny, ...]]:
    """The progeny of each radionuclide of the table, in the order of the chain."""
    found: dict[str, list[Progeny]] = {}
    for line in tables.read_bytes(TABLE).decode().splitlines()[1:]:
        nuclide, name, half_life, unit, seen = line.split(",")
        days = Fraction(half_life) * units.unit(units.spelled(unit), "time").factor
        found.setdefault(nuclide, []).append(Progeny(name, float(days), seen == "true"))
    return {nuclide: tuple(progeny) for nuclide, progeny in found.items()}


@lru_cache(maxsize=16)
def wait(nuclide: str) -> Fraction | None:
    """Days from the separation of a radionuclide until its progeny are in equilibrium; None for one without a chain.

    From then on the activity of every member that a calibrator sees lies within 1 % (our limit) of its equilibrium with
    the parent, by the equations of Bateman (Proc Camb Phil Soc 1910;15:423) from the parent alone.
    """
    chain = chains().get(nuclide)
    if chain is None:
        return None
    short = 1 - float(belief(LIMIT).value)
    rates = [log(2) / float(tables.radionuclides()[nuclide].half_life), *(log(2) / each.half_life for each in chain)]
    reached = [_reached(rates[: number + 2], short) for number, each in enumerate(chain) if each.seen]
    return Fraction(max(reached)).limit_denominator(10**6)


def _reached(rates: list[float], part: float) -> float:
    """Days until the last member of a chain has a part of its equilibrium with the first; it only grows."""
    early, late = 0.0, 60 * sum(1 / rate for rate in rates[1:])
    while late - early > 1e-6 * late:
        middle = (early + late) / 2
        early, late = (early, middle) if _of_equilibrium(rates, middle) >= part else (middle, late)
    return late


def _of_equilibrium(rates: list[float], days: float) -> float:
    """The activity of the last member of a chain at a time, as a part of its equilibrium with the first."""
    first, *rest = rates
    whole = 1.0
    for i, rate in enumerate(rest):
        others = prod((other - first) / (other - rate) for j, other in enumerate(rest) if j != i)
        whole -= others * exp(-(rate - first) * days)
    return whole
