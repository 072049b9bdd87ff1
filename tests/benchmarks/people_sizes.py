"""How often a body size is warned of: sound children, and children whose pounds were typed as kilograms.

    python tests/benchmarks/people_sizes.py     CHILDREN=60 by default, of each sex and month from 2 to 19 years

Sound children are drawn from the whole reference: a height by its z-score, a body mass index by its own, and the weight
that the two make, so that height and weight are correlated. Above the 95th centile (obese) the body mass index is that
of CDC's extension of 2022, whose excess is half-normal with sigma. The draws are stratified, so that tails are as large
as they should be. Ages are of the middle of a month, stated exactly or as completed years; the sex is known or not.
Bounds: with the height at least 99 % of the median children in pounds, and at most 1 % of sound children.
"""

from __future__ import annotations

import csv
import os
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy.stats import norm

from dosecalc.quantities import units
from dosecalc.quantities.units import Measure
from dosecalc.reference import tables
from dosecalc.reference.growth import LMS, SEXES, Ages
from dosecalc.reference.people import People

CHILDREN = int(os.environ.get("CHILDREN", "60"))
MONTHS = [month + 0.5 for month in range(24, 240)]
POUNDS = 1 / 0.45359237
CENTILE = 0.95
TABLE = Path(__file__).parents[2] / "seeds" / tables.MASSES
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))
SIGMA = {(row["sex"], float(row["age_months"])): float(row["sigma"]) for row in ROWS}


class Group(NamedTuple):
    """Children of one sex and month: height in cm, weight in kg, and which are obese."""

    height: np.ndarray
    weight: np.ndarray
    obese: np.ndarray


def values(lms: LMS, z: np.ndarray) -> np.ndarray:
    """The values at z-scores."""
    return lms.m * (1 + lms.l * lms.s * z) ** (1 / lms.l)


def parts(rng: np.random.Generator) -> np.ndarray:
    """A number between 0 and 1 for each child, one in each of as many equal parts."""
    return (rng.permutation(CHILDREN) + rng.random(CHILDREN)) / CHILDREN


def sound(sex: str, month: float, rng: np.random.Generator) -> Group:
    """Children as the reference has them."""
    growth = tables.growth()
    height = values(growth.at("height", sex, month), norm.ppf(parts(rng)))
    mass, part = growth.at("mass", sex, month), parts(rng)
    obese = part > CENTILE
    usual = values(mass, norm.ppf(np.minimum(part, CENTILE)))
    beyond = SIGMA[sex, month] * norm.ppf(0.5 + 0.5 * np.maximum(part - CENTILE, 0) / (1 - CENTILE))
    return Group(height, (usual + beyond) * (height / 100) ** 2, obese)


def median(sex: str, month: float) -> Group:
    """The child of median height and weight."""
    growth = tables.growth()
    height, weight = (np.array([growth.at(kind, sex, month).m]) for kind in ("height", "weight"))
    return Group(height, weight, np.array([False]))


def warned(group: Group, ages: Ages, sex: str | None, *, with_height: bool, factor: float = 1.0) -> np.ndarray:
    """Which of them are warned of, with their weight multiplied by a factor."""
    held = People(ages, sex, "child", tables.growth())
    found = []
    for height, weight in zip(group.height, group.weight, strict=True):
        sizes = {"weight": measure(factor * weight, "kg")}
        if with_height:
            sizes["height"] = measure(height, "cm")
        found.append(next(held.slipped(sizes), None) is not None)
    return np.array(found)


def measure(value: float, unit: str) -> Measure:
    """A size as a scale shows it, to a tenth."""
    return Measure(Fraction(round(10 * value), 10), units.unit(unit), "")


def rates(*, with_height: bool, sex_known: bool, whole_years: bool) -> dict[str, float]:
    """The percentages that are warned of."""
    rng = np.random.default_rng(1)
    seen: dict[str, list[np.ndarray]] = {"median in lb": [], "all in lb": [], "sound": [], "obese": []}
    for sex, month in product(SEXES, MONTHS):
        year = 12 * (month // 12)
        ages = Ages(year, year + 12) if whole_years else Ages(month, month)
        known, group = sex if sex_known else None, sound(sex, month, rng)
        alarms = warned(group, ages, known, with_height=with_height)
        seen["median in lb"].append(warned(median(sex, month), ages, known, with_height=with_height, factor=POUNDS))
        seen["all in lb"].append(warned(group, ages, known, with_height=with_height, factor=POUNDS))
        seen["sound"].append(alarms)
        seen["obese"].append(alarms[group.obese])
    return {name: 100 * float(np.concatenate(parts).mean()) for name, parts in seen.items()}


if __name__ == "__main__":
    print(f"warned of, in percent      {'median in lb':>14} {'all in lb':>14} {'sound':>14} {'obese':>14}")
    for height, known, years in product((True, False), (True, False), (False, True)):
        found = rates(with_height=height, sex_known=known, whole_years=years)
        case = f"{'height' if height else 'alone'}, sex {'known' if known else 'open'}, {'years' if years else 'exact'}"
        print(f"{case:26} " + " ".join(f"{rate:>14.2f}" for rate in found.values()), flush=True)
