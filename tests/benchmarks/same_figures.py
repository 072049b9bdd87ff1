"""Random figures through ``--same``: whether it is symmetric, and never "same" for what the printed digits rule out.

    FIGURES=1000000 SEED=1 python tests/benchmarks/same_figures.py

Pairs of quantities, ranges, means and differences in percent are drawn, half of them near each other. What each can
mean is worked out here anew, in decimal arithmetic from the printed text, and not with the code that is tried.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from decimal import Decimal, getcontext
from typing import NamedTuple

from dosecalc.crosschecks.figures import compare_figures

FIGURES = int(os.environ.get("FIGURES", "100000"))
SEED = int(os.environ.get("SEED", "1"))
getcontext().prec = 60
MBQ = {
    "Bq": Decimal("1e-6"), "kBq": Decimal("0.001"), "MBq": Decimal(1), "GBq": Decimal(1000), "TBq": Decimal(10**6),
    "uCi": Decimal("0.037"), "mCi": Decimal(37), "Ci": Decimal(37000),
}  # fmt: skip


class Drawn(NamedTuple):
    """A figure: its text, and the least and the most that each of its printed ends can mean, in MBq."""

    text: str
    ends: tuple[tuple[Decimal, Decimal], ...]


def printed(chance: random.Random, value: Decimal, digits: int) -> str:
    """A number with so many digits, in one of the ways in which it is printed."""
    shift = digits - 1 - value.adjusted()
    if shift <= 0:
        whole = (
            value.quantize(Decimal(1))
            if chance.random() < 0.5
            else value.scaleb(shift).quantize(Decimal(1)).scaleb(-shift)
        )
        return f"{whole:f}"
    return f"{value.quantize(Decimal(1).scaleb(-shift)):f}"


def meaning(text: str) -> tuple[Decimal, Decimal]:
    """The least and the most that a printed number can mean: half of its last digit's unit either way."""
    half = Decimal(5).scaleb(-len(text.partition(".")[2]) - 1)
    return Decimal(text) - half, Decimal(text) + half


def quantity(chance: random.Random, value: Decimal) -> tuple[str, str, tuple[Decimal, Decimal]]:
    unit = chance.choice([unit for unit in MBQ if Decimal("0.01") < value / MBQ[unit] < 10**7])
    number = printed(chance, value / MBQ[unit], chance.choice((1, 2, 3, 4, 5)))
    low, high = meaning(number)
    return number, unit, (low * MBQ[unit], high * MBQ[unit])


def drawn(chance: random.Random, value: Decimal) -> Drawn:
    """A figure of about a value."""
    number, unit, ends = quantity(chance, value)
    kind = chance.random()
    if kind < 0.15 and Decimal(number) > 0:
        top = printed(chance, Decimal(number) * Decimal(str(chance.uniform(1.1, 3))), 3)
        if Decimal(top) > Decimal(number):
            return Drawn(f"{number} to {top} {unit}", (ends, tuple(end * MBQ[unit] for end in meaning(top))))
    if kind < 0.25 and Decimal(number) > 0:
        percent = str(chance.randint(1, 90))
        least, most = (Decimal(1) - end / 100 for end in reversed(meaning(percent)))
        return Drawn(f"{percent} % less than {number} {unit}", ((ends[0] * least, ends[1] * most),))
    if kind < 0.35:
        numbers = [number, printed(chance, value / MBQ[unit] * Decimal(str(chance.uniform(0.7, 1.4))), 3)]
        low, high = (sum(meaning(each)[side] for each in numbers) * MBQ[unit] / 2 for side in (0, 1))
        return Drawn(f"mean of {' and '.join(numbers)} {unit}", ((low, high),))
    return Drawn(f"{number} {unit}", (ends,))


def allowed(one: Drawn, other: Drawn) -> bool:
    """Whether two figures can say the same, end by end."""
    pairs = zip(one.ends, other.ends, strict=False)
    return len(one.ends) == len(other.ends) and all(a[0] <= b[1] and b[0] <= a[1] for a, b in pairs)


def pair(chance: random.Random) -> tuple[Drawn, Drawn]:
    value = Decimal(str(10 ** chance.uniform(-2, 6)))
    near = (
        value * Decimal(str(1 + chance.gauss(0, 0.01)))
        if chance.random() < 0.6
        else Decimal(str(10 ** chance.uniform(-2, 6)))
    )
    return drawn(chance, value), drawn(chance, near)


def faults(one: Drawn, other: Drawn) -> str | None:
    there, back = compare_figures(one.text, other.text), compare_figures(other.text, one.text)
    if (there.agree, there.within) != (back.agree, back.within):
        return "not symmetric"
    if there.agree != allowed(one, other):
        return "same, and the digits rule it out" if there.agree else "not the same, and the digits allow it"
    return "within and the same" if there.agree and there.within else None


def main() -> int:
    """Draw figures, two a time, and count what is wrong."""
    chance, found, agreed, began = random.Random(SEED), Counter[str](), 0, time.perf_counter()
    for _ in range(FIGURES // 2):
        one, other = pair(chance)
        agreed += allowed(one, other)
        fault = faults(one, other)
        if fault is not None:
            found[fault] += 1
            if found.total() <= 20:
                print(f"{fault}: {one.text!r} and {other.text!r}")
    spent, pairs = time.perf_counter() - began, FIGURES // 2
    print(f"{FIGURES:,} figures, seed {SEED}, {spent:.0f} s: {agreed:,} of {pairs:,} pairs the same")
    print(f"faults: {dict(found) or 'none'}")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
