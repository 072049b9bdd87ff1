"""How often a crosscheck is wrong: false alarms on sound reports, and per-cycle misprints that it finds.

A report is simulated: age, sex, a body surface drawn from the growth reference (children) or around the published means
(adults) with a z-score from the normal distribution, a level, a number of doses, and a total rounded to three digits.
The ages are printed in completed years.
"""

from __future__ import annotations

import os
import random
import statistics
import time

import dosecalc
from dosecalc.reference.growth import ADULT_SURFACES, GROWN, Body
from dosecalc.reference.tables import growth

REPORTS = int(os.environ.get("REPORTS", "10000"))
LEVELS = (10, 12.5, 15, 18.75, 20, 25)


def surface(chance: random.Random, years: float, sex: str) -> float:
    table, months = growth(), min(12 * years, GROWN)
    body = Body(table.at("weight", sex, months), table.at("height", sex, months))
    if years >= 20:
        body = Body(body.weight, body.height, chance.choice(ADULT_SURFACES[sex]) / body.value("bsa", 0))
    while (drawn := body.value("bsa", chance.gauss(0, 1))) > 3.5:  # LMS has no value, or nobody's, at a high z
        pass
    return drawn


def three_digits(value: float) -> str:
    return f"{float(f'{value:.3g}'):f}".rstrip("0").rstrip(".")


def report(chance: random.Random, youngest: float, oldest: float, misprint: bool) -> str:
    """The verdict on one report; a misprint gives the level of a cycle of two doses as that of each."""
    years, sex = chance.uniform(youngest, oldest), chance.choice(("female", "male"))
    level, doses = chance.choice(LEVELS), chance.choice((2, 4, 6) if misprint else (1, 2, 3, 4, 5, 6))
    total = three_digits(level * doses * surface(chance, years, sex))
    printed = 2 * level if misprint else level
    result = dosecalc.crosscheck(
        total=f"{total} mCi", doses=doses, level=f"{printed} mCi/m^2", age=f"{int(years)} y", sex=sex
    )
    if misprint and result.verdict == "explained" and is_named(result, doses):
        return "found"
    return result.verdict


def is_named(result: dosecalc.Crosscheck, doses: int) -> bool:
    """Whether a reading that holds and changes one thing says that the level is that of a cycle of two doses."""
    share = "the course of two doses" if doses == 2 else "a cycle of two doses"
    once = [reading for reading in result.readings if len(reading.changes) == 1]
    return any(share in reading.reading and reading.verdict == "consistent" for reading in once)


def count(seed: int, youngest: float, oldest: float, *, misprint: bool) -> tuple[float, float]:
    """The share of reports that are consistent, or found, and the median milliseconds of one."""
    chance, good, times = random.Random(seed), 0, []
    for _ in range(REPORTS):
        start = time.perf_counter()
        good += report(chance, youngest, oldest, misprint) == ("found" if misprint else "consistent")
        times.append(time.perf_counter() - start)
    return good / REPORTS, statistics.median(times) * 1e3


if __name__ == "__main__":
    sound, each = count(1, 0, 80, misprint=False)
    print(f"{'false alarms, newborn to 80 years':46s} {1 - sound:7.2%}  (bound 1 %)   {each:.1f} ms each")
    for name, youngest, oldest, bound in (
        ("misprints found, adults and teenagers", 13, 80, "bound 99 %"),
        ("of these teenagers", 13, 20, "bound 99 %"),
        ("of these adults", 20, 80, "bound 99 %"),
        ("for comparison, children of 2 to 12", 2, 13, "no bound"),
    ):
        share, each = count(2, youngest, oldest, misprint=True)
        print(f"{name:46s} {share:7.2%}  ({bound})   {each:.1f} ms each")
