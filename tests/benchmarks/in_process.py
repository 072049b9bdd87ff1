"""The median time of ``dosecalc.plan`` on the six arms, each call with another patient."""

from __future__ import annotations

import statistics
import time

from dosecalc import plan

CALLS = 200
ARMS: dict[str, dict[str, object]] = {
    "clover2-20": {},
    "clover2-10": {},
    "mibg-compassionate-nb": {"level": "18 mCi/kg"},
    "mibg-compassionate-ppgl": {"level": "12 mCi/kg"},
    "mibg-4gy-melphalan": {"measured": {1: "1.9 Gy"}},
    "inotuzumab": {"observables": {"remission": True}},
}


def median(arm: str, more: dict[str, object]) -> float:
    times = []
    for call in range(CALLS):
        weight, surface = f"{20 + call / 10} kg", f"{0.8 + call / 1000} m^2"
        start = time.perf_counter()
        plan(arm, weight=weight, bsa=surface, **more)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


if __name__ == "__main__":
    medians = {arm: median(arm, more) for arm, more in ARMS.items()}
    for arm, value in medians.items():
        print(f"{arm:28s} {value:5.2f} ms")
    print(f"{'median of the six':28s} {statistics.median(medians.values()):5.2f} ms  (bound 1, goal 0.5)")
