"""Random plans over all arms, each computed a second time: in how many the two methods differ.

PLANS=20000 or MINUTES=20 says how many, SEED= where to begin; each plan that differs is printed as a command.
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

from drawing import Said, answered, draw, kit

from dosecalc.files import folders
from dosecalc.planning import verified

PLANS = int(os.environ.get("PLANS", "20000"))
MINUTES = float(os.environ.get("MINUTES", "inf"))
SEED = int(os.environ.get("SEED", "1"))
SHOWN = 20


def command(arm: str, said: list[Said]) -> str:
    return shlex.join(["dosecalc", "plan", "--protocol", arm, *(arg for each in said for arg in each.args)])


def main() -> int:
    """Draw plans until the number or the time is reached."""
    rng, arms = random.Random(SEED), folders.arm_ids()
    counts, unchecked, planned = Counter[str](), Counter[str](), Counter[str]()
    begun = time.perf_counter()
    while counts.total() < PLANS and time.perf_counter() - begun < MINUTES * 60:
        arm = rng.choice(arms)
        said = draw(kit(arm), rng)
        reply = answered("plan", arm, said)
        if reply.status == 3:  # the plan itself was stopped
            counts["differ"] += 1
            print(command(arm, said), reply.message, sep="\n")
            continue
        if reply.status > 1:
            counts["refused"] += 1
            continue
        planned[arm] += 1
        protocol = folders.read_bytes(folders.path_of(reply.document["protocol"]["file"]))
        checked = verified.second(reply.document, protocol)
        unchecked.update(checked.not_checked)
        counts["agree" if checked.agreed else "differ"] += 1
        if not checked.agreed and counts["differ"] <= SHOWN:
            print(
                command(arm, said), *(f"  {one.what}: {one.plan}, {one.ours}" for one in checked.differences), sep="\n"
            )
    spent = time.perf_counter() - begun
    print(f"{counts.total():,} draws over {len(planned)} of {len(arms)} arms, seed {SEED}, {spent:.0f} s")
    print(f"plans: {planned.total():,}; agree: {counts['agree']:,}; differ: {counts['differ']:,}")
    print("not checked by the second method, in so many plans:")
    for what, count in unchecked.most_common():
        print(f"  {count:7,}  {what}")
    return int(bool(counts["differ"]))


if __name__ == "__main__":
    sys.exit(main())
