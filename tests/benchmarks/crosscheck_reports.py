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
    found = dosecalc.crosscheck(
        total=f"{total} mCi", doses=doses, level=f"{printed} mCi/m^2", age=f"{int(years)} y", sex=sex
    )
    of = "the course of two doses" if doses == 2 else "a cycle of two doses"
    right = any(of in r.reading and r.verdict == "consistent" for r in found.readings if len(r.changes) == 1)
    return "found" if misprint and found.verdict == "explained" and right else found.verdict


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
        ("misprints found, adults and teenagers", 13, 80, 99), ("of these teenagers", 13, 20, 99),
        ("of these adults", 20, 80, 99), ("for comparison, children of 2 to 12", 2, 13, None),
    ):  # fmt: skip
        found, each = count(2, youngest, oldest, misprint=True)
        print(f"{name:46s} {found:7.2%}  ({'no bound' if bound is None else f'bound {bound} %'})   {each:.1f} ms each")
