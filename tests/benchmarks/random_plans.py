"""Random plans over all arms: how many end in an internal error, and which statements their account forgets.

PLANS=500000 or MINUTES=20 says how many, SEED= where to begin; what goes wrong is printed as a command to repeat it.
"""

from __future__ import annotations

import os
import random
import shlex
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from drawing import Reply, Said, answered, draw, kit, unaccounted

from dosecalc.files import folders

PLANS = int(os.environ.get("PLANS", "20000"))
MINUTES = float(os.environ.get("MINUTES", "inf"))
SEED = int(os.environ.get("SEED", "1"))
SHOWN = 20


def wrong(said: list[Said], reply: Reply) -> str | None:
    """What is wrong with a reply."""
    if reply.status == 3:
        return reply.message
    lost = unaccounted(said, reply.document) if reply.status < 2 else []
    return f"not accounted for: {', '.join(f'--{each.option} {each.text}' for each in lost)}" if lost else None


def command(arm: str, said: list[Said]) -> str:
    return shlex.join(["dosecalc", "plan", "--protocol", arm, *(arg for each in said for arg in each.args)])


def main() -> int:
    """Draw plans until the number or the time is reached."""
    rng, arms, statuses, faults = random.Random(SEED), folders.arm_ids(), Counter[int](), Counter[str]()
    begun = time.perf_counter()
    while statuses.total() < PLANS and time.perf_counter() - begun < MINUTES * 60:
        arm = rng.choice(arms)
        said = draw(kit(arm), rng)
        reply = answered("plan", arm, said)
        statuses[reply.status] += 1
        if (reason := wrong(said, reply)) is not None:
            faults["internal error" if reply.status == 3 else "statement unaccounted for"] += 1
            if faults.total() <= SHOWN:
                print(f"{reason}\n  {command(arm, said)}", flush=True)
    spent = time.perf_counter() - begun
    print(f"{statuses.total():,} plans over {len(arms)} arms, seed {SEED}: {statuses.total() / spent:.0f} a second")
    print(f"made (0 or 1): {statuses[0] + statuses[1]:,}; refused (2): {statuses[2]:,}; internal (3): {statuses[3]:,}")
    print(f"plans with a statement unaccounted for: {faults['statement unaccounted for']:,}")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
