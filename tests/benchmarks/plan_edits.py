"""Random edits of one digit, unit, status, date or hash in plan documents: how many of them ``verify`` catches.

EDITS=10000 says how many, SEED= where to begin. An edit is caught where verify ends with 1 or 2. The second method
alone is counted apart: it is what notices a fault of the program, and not only of the document.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from drawing import answered, draw, kit
from editing import Edit, edited

import dosecalc
from dosecalc.files import folders
from dosecalc.planning import verified

EDITS = int(os.environ.get("EDITS", "10000"))
SEED = int(os.environ.get("SEED", "1"))
A_PLAN = 10


def caught(edit: Edit) -> tuple[bool, bool]:
    """Whether verify notices an edit, and whether the second method alone does."""
    try:
        result = dosecalc.verify(edit.document)
    except dosecalc.InputError:
        return True, True
    return not result.sound, not result.agreed


def plans(rng: random.Random):
    """Plans over all arms, without end."""
    arms = folders.arm_ids()
    while True:
        arm = rng.choice(arms)
        reply = answered("plan", arm, draw(kit(arm), rng))
        if reply.status < 2:
            yield reply.document


def main() -> int:
    rng, begun = random.Random(SEED), time.perf_counter()
    all_of, by_any, by_second, missed = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for document in plans(rng):
        for _ in range(A_PLAN):
            edit = edited(document, rng)
            some, second = caught(edit)
            all_of[edit.kind] += 1
            by_any[edit.kind] += some
            by_second[edit.kind] += second
            if not some:
                missed[edit.where] += 1
        if all_of.total() >= EDITS:
            break
    print(f"{all_of.total():,} edits, seed {SEED}, {time.perf_counter() - begun:.0f} s")
    print(f"{'edited':8} {'edits':>6} {'caught':>7} {'by the second method alone':>27}")
    for kind in sorted(all_of):
        print(f"{kind:8} {all_of[kind]:6,} {by_any[kind]:7,} {by_second[kind]:27,}")
    for where, count in missed.most_common():
        print(f"not caught: {where}, {count}")
    named = verified.METHOD
    print(f"method: {named}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
