"""How often a crosscheck finds a misprint, and tells the right reading first; sizes are not those of its own reference.

    REPORTS=5600 SEED=1 python tests/benchmarks/crosscheck_readings.py

Children of 7, 10 and 13 years are drawn from the percentiles of Copenhagen's schoolchildren (fact sheet
``copenhagen-2017``), men and women from the means of Czech patients with the standard deviation that their confidence
interval and number give (``czech-bsa-2015``), down to two of them, as weights are skewed. No size is stated, the sex in
70 of 100 reports; totals have three digits, and each course is off by 2.5 % (one standard deviation). A reading counts
as right where its arithmetic is that of what was really given: a unit of the total and the opposite one of the level
cannot be told apart.
"""

from __future__ import annotations

import math
import os
import random
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import dosecalc
from dosecalc.files import folders
from dosecalc.quantities import units

REPORTS = int(os.environ.get("REPORTS", "5600"))
SEED = int(os.environ.get("SEED", "1"))
SEEDS = Path(folders.shipped("seeds"))
NOISE = 0.025
AT_95 = 1.6449
THIN = -1.2816
"""Standard deviations below the mean of the lightest tenth."""
LEVELS = {"bsa": (10, 12.5, 15, 20, 25), "weight": (2, 4, 8, 12, 18)}
UNIT = {"bsa": "m^2", "weight": "kg"}


class Part(NamedTuple):
    """A skewed distribution by its median and its 5th and 95th percentiles: two halves of normal ones."""

    median: float
    low: float
    high: float

    def draw(self, chance: random.Random) -> float:
        z = chance.gauss(0, 1)
        return self.median + z * ((self.high if z > 0 else self.low) - self.median) / math.copysign(AT_95, z)


class Printed(NamedTuple):
    """A report, and the size that it comes from."""

    total: str
    level: str
    doses: int
    size: float


def fact(sheet: str, name: str) -> dict:
    facts = tomllib.loads((SEEDS / f"{sheet}.toml").read_text(encoding="utf-8"))["facts"]
    return next(each for each in facts if each["id"] == name)


def children() -> Iterator[tuple[str, str, int, Part, Part]]:
    """The group, sex, age, heights in cm and body mass indices of children."""
    heights = [float(text.split()[0]) for text in fact("copenhagen-2017", "height")["values"]]
    masses = [float(n) for part in fact("copenhagen-2017", "body-mass-index")["printed"].split(";")
              for n in part.partition(":")[2].replace(",", "").split()]  # fmt: skip
    for i, (age, sex) in enumerate((age, sex) for age in (7, 10, 13) for sex in ("male", "female")):
        at = slice(3 * i, 3 * i + 3)
        yield f"{age} years", sex, age, Part(*heights[at]), Part(*masses[at])


def adults() -> dict[str, dict[str, tuple[float, float]]]:
    """Of each sex the mean and the standard deviation of the weight (kg) and of the body surface (m²)."""
    numbers = fact("czech-bsa-2015", "patients")["values"][1:]
    found: dict[str, dict[str, tuple[float, float]]] = {"male": {}, "female": {}}
    for basis, name, means in (("weight", "weight", slice(0, 2)), ("bsa", "bsa", slice(1, 3))):
        mean = [units.read(text).value for text in fact("czech-bsa-2015", name)["values"][means]]
        ends = [units.read(text).value for text in fact("czech-bsa-2015", f"{name}-confidence")["values"]]
        for i, sex in enumerate(("male", "female")):
            half = float(ends[2 * i + 1] - ends[2 * i]) / 2
            found[sex][basis] = (float(mean[i]), half * math.sqrt(numbers[i]) / 1.96)
    return found


CHILDREN, ADULTS = list(children()), adults()


def person(group: str, basis: str, chance: random.Random) -> tuple[int, str, float, float]:
    """Age, sex, size, and how many standard deviations an adult lies off the mean."""
    if group == "adults":
        sex, age = chance.choice(("male", "female")), chance.choice((30, 65))
        mean, off = ADULTS[sex][basis]
        while (z := chance.gauss(0, 1)) < -2:  # weights are skewed: a normal distribution says nothing of there
            pass
        return age, sex, mean + off * z, z
    of_group = [each for each in CHILDREN if each[0] == group]
    _, sex, age, heights, masses = chance.choice(of_group)
    height = heights.draw(chance)
    weight = masses.draw(chance) * (height / 100) ** 2
    return age, sex, weight if basis == "weight" else math.sqrt(height * weight / 3600), 0.0


def three(value: float) -> str:
    return f"{float(f'{value:.3g}'):f}".rstrip("0").rstrip(".")


def sound(basis: str, size: float, chance: random.Random) -> Printed:
    level, doses = chance.choice(LEVELS[basis]), chance.choice((2, 4, 6))
    total = level * doses * size * (1 + chance.gauss(0, NOISE))
    return Printed(f"{three(total)} mCi", f"{level} mCi/{UNIT[basis]}", doses, size)


def misprinted(kind: str, basis: str, size: float, chance: random.Random) -> Printed:
    """A report with one thing wrong."""
    level, doses = chance.choice(LEVELS[basis]), chance.choice((2, 4, 6))
    total, per = level * doses * size * (1 + chance.gauss(0, NOISE)), UNIT[basis]
    return {
        "level of a cycle of two": lambda: Printed(f"{three(total)} mCi", f"{2 * level} mCi/{per}", doses, size),
        "total of one dose": lambda: Printed(f"{three(total / doses)} mCi", f"{level} mCi/{per}", doses, size),
        "MBq printed as mCi": lambda: Printed(f"{three(total * 37)} mCi", f"{level} mCi/{per}", doses, size),
        "mCi printed as MBq": lambda: Printed(f"{three(total)} MBq", f"{level} mCi/{per}", doses, size),
        "GBq printed as MBq": lambda: Printed(f"{three(total * 0.037)} MBq", f"{level} mCi/{per}", doses, size),
        "level in MBq as mCi": lambda: Printed(f"{three(total)} mCi", f"{three(level * 37)} mCi/{per}", doses, size),
        "decimal point of the total": lambda: Printed(f"{three(total * 10)} mCi", f"{level} mCi/{per}", doses, size),
        "decimal point of the level": lambda: Printed(f"{three(total)} mCi", f"{level * 10:g} mCi/{per}", doses, size),
    }[kind]()


KINDS = (
    "level of a cycle of two", "total of one dose", "MBq printed as mCi", "mCi printed as MBq", "GBq printed as MBq",
    "level in MBq as mCi", "decimal point of the total", "decimal point of the level",
)  # fmt: skip
GROUPS = ("7 years", "10 years", "13 years", "adults")


def check(report: Printed, age: int, sex: str, chance: random.Random) -> dosecalc.Crosscheck:
    stated = {"sex": sex} if chance.random() < 0.7 else {}
    return dosecalc.crosscheck(total=report.total, doses=report.doses, level=report.level, age=age, **stated)


def is_right(result: dosecalc.Crosscheck, report: Printed, basis: str) -> bool:
    """Whether the reading that explains implies the size that the report comes from, give or take its noise."""
    first = result.explanation
    if first is None or not first.implied or next(iter(first.implied)) != basis or first.exact is None:
        return False
    return abs(float(first.exact) / report.size - 1) < 0.12


def main() -> int:
    """Print the shares, by basis, age group and kind."""
    chance = random.Random(SEED)
    found, first, tried = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    alarms, thin = defaultdict(list), defaultdict(list)
    for i in range(REPORTS):
        basis, group, kind = ("bsa", "weight")[i % 2], GROUPS[i // 2 % 4], KINDS[i // 8 % len(KINDS)]
        age, sex, size, _ = person(group, basis, chance)
        report = misprinted(kind, basis, size, chance)
        result = check(report, age, sex, chance)
        for of in (group, kind, "all"):
            tried[basis, of] += 1
            found[basis, of] += result.verdict != "consistent"
            first[basis, of] += is_right(result, report, basis)
        age, sex, size, z = person(group, basis, chance)
        verdict = check(sound(basis, size, chance), age, sex, chance).verdict
        alarms[basis, group].append(verdict != "consistent")
        if z < THIN:
            thin[basis].append(verdict != "consistent")
    print(f"{REPORTS:,} misprints and as many sound reports, seed {SEED}")
    for basis, per in UNIT.items():
        for of in (*GROUPS, *KINDS, "all"):
            of_all = tried[basis, of]
            shares = f"found {found[basis, of] / of_all:6.1%}, right first {first[basis, of] / of_all:6.1%}"
            alarm = alarms[basis, of]
            print(
                f"per {per:4s} {of:28s} {shares}" + (f", false alarms {sum(alarm) / len(alarm):.1%}" if alarm else "")
            )
        print(f"per {per:4s} the lightest tenth of adults: {sum(thin[basis])} of {len(thin[basis])} false alarms")
    return 0


if __name__ == "__main__":
    sys.exit(main())
