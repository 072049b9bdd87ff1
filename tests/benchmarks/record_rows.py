"""Checking 100,000 recorded doses against a loop that reads the same file through the doors for units and times."""

from __future__ import annotations

import csv
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable

from dosecalc import check_record
from dosecalc.quantities import times, units

ROWS = int(os.environ.get("ROWS", "100000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
QUANTITIES, TIMES = ("prescribed", "assayed", "residual"), ("assayed_at", "residual_at", "given_at")


def write(path: str) -> None:
    chance = random.Random(1)
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["patient_id", "number", "agent", *QUANTITIES, *TIMES])
        for i in range(ROWS):
            prescribed = chance.choice((100, 150, 200))
            assayed = prescribed * chance.gauss(1, 0.05)
            moments = [f"2026-03-07T{hour}:{i % 60:02d}-06:00" for hour in (10, 12, 11)]
            amounts = [f"{prescribed} mCi", f"{assayed:.1f} mCi", f"{assayed * 0.02:.2f} mCi"]
            rows.writerow([f"P{i // 4}", i % 4 + 1, "Lu-177 PSMA-617", *amounts, *moments])


def floor(path: str) -> None:
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for name in QUANTITIES:
                units.read(row[name], "activity")
            for name in TIMES:
                times.read(row[name])


def timed(work: Callable[[str], object], path: str) -> float:
    start = time.perf_counter()
    work(path)
    return time.perf_counter() - start


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "doses.csv")
        write(path)
        pairs = [(timed(check_record, path), timed(floor, path)) for _ in range(ROUNDS)]
    took, least = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{ROWS:,} doses {took:6.2f} s   floor {least:6.2f} s   ratio {ratio:5.2f}  (bound 3)")
