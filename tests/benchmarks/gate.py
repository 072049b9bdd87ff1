"""The gate in figures: published events that it stops, and ordinary doses that it holds, by reason.

PATIENTS=1000 says how many ordinary doses, SEED= where to begin.
"""

from __future__ import annotations

import os
import random
import sys
import tomllib
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from gating import THERAPY, administration, case

from dosecalc import check_dose

HERE = Path(__file__).parent.parent
PATIENTS = int(os.environ.get("PATIENTS", "1000"))
SEED = int(os.environ.get("SEED", "7"))


def events() -> int:
    """Published events and kinds of events as they stood before: stopped for what the notice names, and mended."""
    wrong = 0
    counts = Counter[tuple[str, str]]()
    for event in tomllib.loads((HERE / "gate_events.toml").read_text(encoding="utf-8"))["events"]:
        check = check_dose(case(event["stated"]))
        right = check.verdict == event["verdict"]
        if event["verdict"] == "hold":
            right = right and event["what"] in [hold.what for hold in check.holds]
            right = right and check_dose(case(event["stated"] | event["mended"])).go
        kind = "published events" if event["id"].startswith(("NRC", "ABS")) else "kinds that notices tell of"
        counts[kind, event["verdict"]] += right
        wrong += not right
    for (kind, verdict), number in counts.items():
        print(f"{kind}: {number} {'stopped for what the notice names' if verdict == 'hold' else 'let pass, rightly'}")
    return wrong


def ordinary() -> int:
    """Ordinary doses over all therapy arms: how many are held, per thousand and by reason."""
    drawn, seen, held, reasons, arms = random.Random(SEED), 0, 0, Counter[str](), set[str]()
    number = 0
    while seen < PATIENTS:
        made = administration(THERAPY[number % len(THERAPY)], drawn)
        number += 1
        if made is None:
            continue
        seen += 1
        arms.add(made["protocol"])
        check = check_dose(made)
        held += not check.go
        reasons.update(f"{hold.what}: {hold.kind}" for hold in check.holds)
    print(f"ordinary doses: {seen:,} over {len(arms)} arms, seed {SEED}; held: {1000 * held / seen:.1f} per thousand")
    for reason, count in reasons.most_common():
        print(f"  {1000 * count / seen:6.1f} per thousand  {reason}")
    return held


if __name__ == "__main__":
    sys.exit(int(bool(events() + ordinary())))
