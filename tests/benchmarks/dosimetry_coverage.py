"""How often the interval of a fitted residence time covers the true one, and how far the mean lies off.

    python tests/benchmarks/dosimetry_coverage.py     RUNS=1000 by default

Readings have 2 % noise and go to two, three and four mean lives of the slowest phase; there are 2k + 4 of them for k
phases, whose rates are at least three times apart. Expected: 93 to 97 % with the number of phases given, 90 to 98 %
where AICc chooses, and the mean within 0.5 %.
"""

from __future__ import annotations

import math
import os

import numpy as np

from dosecalc.dosimetry import kinetics
from dosecalc.reference import tables

RUNS = int(os.environ.get("RUNS", "1000"))
DECAY = math.log(2) / (24 * float(tables.radionuclides()["I-131"].half_life))
CASES = [
    ([1.0], [18.0]),
    ([0.7, 0.3], [8.0, 40.0]),
    ([0.5, 0.5], [8.0, 30.0]),
    ([0.5, 0.3, 0.2], [3.0, 12.0, 60.0]),
    ([0.4, 0.4, 0.2], [4.0, 16.0, 70.0]),
]


def simulated(amplitudes: list[float], lives: list[float], reach: float, given: int | None) -> tuple[float, float]:
    """The part of runs that cover, and the mean's difference, both in percent."""
    rng = np.random.default_rng(1)
    times = np.geomspace(lives[0] / 6, reach * lives[-1], 2 * len(lives) + 4)
    true = sum(a * np.exp(-times / t) for a, t in zip(amplitudes, lives, strict=True))
    tau = sum(a * t for a, t in zip(amplitudes, lives, strict=True))
    covered, found = 0, []
    for _ in range(RUNS):
        values = true * (1 + rng.normal(0, 0.02, len(times)))
        fit = kinetics.fit(kinetics.Readings(times, values, None, shared=False), DECAY, given)[0]
        low, high = fit.interval(0.95) or (0.0, 0.0)
        covered += low <= tau <= high
        found.append(fit.tau)
    return 100 * covered / RUNS, 100 * (float(np.mean(found)) / tau - 1)


if __name__ == "__main__":
    print(f"{'mean lives, h':20} {'reach':>6} {'given: covered':>15} {'bias':>8} {'AICc: covered':>14} {'bias':>8}")
    for amplitudes, lives in CASES:
        for reach in (2, 3, 4):
            given = simulated(amplitudes, lives, reach, len(lives))
            chosen = simulated(amplitudes, lives, reach, None)
            print(f"{', '.join(f'{t:g}' for t in lives):20} {reach:>6} {given[0]:>13.1f} % {given[1]:>6.2f} % "
                  f"{chosen[0]:>12.1f} % {chosen[1]:>6.2f} %", flush=True)  # fmt: skip
