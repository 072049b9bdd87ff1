"""Plant each fault of ``tests/planted_faults.toml`` in a copy of the program: which verify catches, which the tests.

The same random plans are made by the sound program and by each faulty one. ``verify``: a plan is stopped, as the second
method finds something else. ``refused``: a plan, or its file, is refused. ``crash``: an internal error. ``changed``:
documents change and nothing is said. ``same``: nothing changes in these plans. What ``verify`` does not catch is given
to the tests, with TESTS=1. PLANS=200 says how many plans, SEED= where to begin.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PLANS = int(os.environ.get("PLANS", "200"))
SEED = int(os.environ.get("SEED", "1"))
TESTS = os.environ.get("TESTS") == "1"
COPIED = ("dosecalc", "protocols", "seeds", "tests", "docs", "README.md", "pyproject.toml", "CHANGELOG.md")


def main() -> int:
    """Plant every fault, one at a time."""
    faults = tomllib.loads((TOP / "tests" / "planted_faults.toml").read_text(encoding="utf-8"))["faults"]
    counts = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = TOP / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
        sound = asked(copy, "draw")
        for fault in faults:
            path = copy / fault["file"]
            before = path.read_text(encoding="utf-8")
            if fault["old"] not in before:
                print(f"stale     {fault['name']}: its text is no longer in {fault['file']}")
                counts["stale"] += 1
                continue
            path.write_text(before.replace(fault["old"], fault["new"], 1), encoding="utf-8")
            found = outcome(sound, asked(copy, "replay"))
            if TESTS and found != "verify":
                found = f"{found}, {'tests' if tested(copy) else 'neither'}"
            path.write_text(before, encoding="utf-8")
            counts[found] += 1
            print(f"{found:18} {fault['name']}", flush=True)
    print(f"{len(faults)} faults, {PLANS} plans, seed {SEED}: {', '.join(f'{k} {n}' for k, n in counts.most_common())}")
    return int(bool(counts["stale"]))


def asked(copy: Path, mode: str) -> list[Sequence[object]] | None:
    """What the program in the copy says of the plans: a status and a hash each; None where it does not start."""
    command = [sys.executable, "-B", str(copy / "tests" / "benchmarks" / "planted_faults.py"), mode, str(copy)]
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    reply = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=copy, check=False)
    return json.loads(reply.stdout) if reply.returncode == 0 else None


def outcome(sound: list[Sequence[object]] | None, faulty: list[Sequence[object]] | None) -> str:
    """What became of a fault."""
    if sound is None:
        raise SystemExit("the sound program does not make the plans")
    if faulty is None:
        return "crash"
    statuses = [status for status, _ in faulty]
    for said in ("verify", "crash"):
        if said in statuses:
            return said
    if any(now == "refused" and before != "refused" for now, (before, _) in zip(statuses, sound, strict=True)):
        return "refused"
    return "same" if faulty == sound else "changed"


def tested(copy: Path) -> bool:
    """Whether a test fails."""
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--deselect",
               "tests/test_docs.py", "--ignore", "tests/test_package.py", "tests"]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    return bool(subprocess.run(command, capture_output=True, env=environment, cwd=copy, check=False).returncode)


# -- inside the copy --


def replay(mode: str, copy: Path) -> None:
    """Draw plans and make them, or make those that were drawn; a disagreement ends it."""
    sys.path.insert(0, str(copy / "tests"))
    from drawing import answered, draw, kit

    from dosecalc.files import folders

    kept = copy / "plans.json"
    if mode == "draw":
        rng, arms = random.Random(SEED), folders.arm_ids()
        drawn = [(arm, [each.args for each in draw(kit(arm), rng)]) for arm in (rng.choice(arms) for _ in range(PLANS))]
        kept.write_text(json.dumps(drawn), encoding="utf-8")
    said: list[Sequence[object]] = []
    for arm, args in json.loads(kept.read_text(encoding="utf-8")):
        reply = answered("plan", arm, [Typed(each) for each in args])
        word = "verify" if "do not agree" in reply.message else "crash" if reply.status == 3 else "made"
        word = "refused" if reply.status == 2 else word
        document = {**(reply.document or {}), "protocol": None, "sheets": None}
        said.append((word, hashlib.sha256(json.dumps(document).encode()).hexdigest()))
        if word == "verify":
            break
    print(json.dumps(said))


class Typed:
    """Options as they were typed."""

    def __init__(self, args: list[str]) -> None:
        self.args = args


if __name__ == "__main__":
    if len(sys.argv) > 1:
        replay(sys.argv[1], Path(sys.argv[2]))
        sys.exit(0)
    sys.exit(main())
