"""Write docs/trust.md from the figures of runs, docs/trust.json; --check says whether it is current.

--run NAME ... runs what stands below and keeps what it printed, with its date and machine; --take NAME FILE keeps the
output of a run that was made elsewhere. Run it in a checkout: python docs/make_trust.py --run proofs
"""

from __future__ import annotations

import json
import os
import platform
import shlex
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
TOP = HERE.parent
FIGURES = HERE / "trust.json"
PAGE = HERE / "trust.md"
START, END = "<!-- runs -->", "<!-- end -->"


class Run(NamedTuple):
    """A run: its title, what it is about, its command in the shell, and which lines of its output are kept."""

    title: str
    about: str
    command: str
    keep: int = 12


RUNS = {
    "agreement": Run(
        "Two methods, random plans",
        "Statements are drawn for all arms, ties and missing values among them; each plan is computed by both methods.",
        "for SEED in 3001 3002 3003; do SEED=$SEED MINUTES=48 PLANS=490000 python tests/benchmarks/agreement.py; done",
        6,
    ),
    "edits": Run(
        "Edits of a plan's document",
        "Digits, units, statuses, dates and hashes are edited at random; `verify` has to notice each.",
        "python tests/benchmarks/plan_edits.py",
    ),
    "faults": Run(
        "Planted faults",
        "Slips that people make are planted in the first method, its units and the files: which are stopped, by what.",
        "python tests/benchmarks/planted_faults.py",
        1,
    ),
    "proofs": Run(
        "Proofs of the files",
        "For all values of every observable: no condition is true and false, learning more takes no answer back, "
        "levels have no gap and no overlap, caps cap, the largest dose is the largest.",
        "time dosecalc protocol lint --prove protocols/*.toml | "
        'awk \'/^proved/ {n += $3} /: sound$/ {f += 1} END {print n, "statements proved,", f, "files sound"}\'',
        4,
    ),
    "gate": Run(
        "The gate",
        "Published events as they stood before the dose, and 1,000 ordinary doses with the scatter of a working day.",
        "python tests/benchmarks/gate.py",
    ),
    "data": Run(
        "The data against outside sets",
        "Half-lives against NUBASE2020 and ICRP 107, whole-body S values against an independent estimate.",
        "python -m pytest -n 0 -p no:randomly tests/test_second_opinion.py | tail -n 1",
    ),
    "selftest": Run(
        "The acceptance kit", "Reference cases whose figures were found by hand.", "dosecalc selftest | tail -n 1"
    ),
    "cold": Run(
        "What a plan costs, from cold",
        "A plan in a new process against a floor: an interpreter that imports what a plan needs.",
        "python tests/benchmarks/cold_start.py",
    ),
    "warm": Run(
        "What a plan costs, in one process",
        "The median time of a plan, the second method included, each call with another patient.",
        "python tests/benchmarks/in_process.py",
    ),
}


def ran(name: str, output: str) -> dict[str, Any]:
    """What is kept of a run: the last lines of what it printed, the day, and the machine."""
    lines = [line.rstrip() for line in output.replace(str(TOP), ".").splitlines() if line.strip()]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.system()} on {platform.machine()}, {os.cpu_count()} processors, "
        f"Python {platform.python_version()}",
        "output": lines[-RUNS[name].keep :],
    }


def run(name: str) -> dict[str, Any]:
    """Run a command and keep its figures. SystemExit where it fails."""
    command = ["bash", "-c", f"set -o pipefail; {{ {RUNS[name].command}; }} 2>&1"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(  # noqa: S603 - the commands are those of this file
        command, cwd=TOP, check=False, capture_output=True, text=True, env={**os.environ, "PATH": path}
    )
    if done.returncode:
        sys.exit(f"{name}: {shlex.join(command)} ended with {done.returncode}:\n{done.stdout[-2000:]}")
    return ran(name, done.stdout)


def page(figures: dict[str, Any]) -> str:
    """The page: what stands in it, and a section for each run."""
    parts = [PAGE.read_text(encoding="utf-8").partition(START)[0] + START]
    for name, each in RUNS.items():
        parts.append(f"\n## {each.title}\n\n{each.about}\n\n```sh\n{each.command}\n```\n")
        kept = figures.get(name)
        if kept is None:
            parts.append("Not run yet.")
            continue
        parts.append(f"{kept['date']}, {kept['machine']}:\n\n```text\n" + "\n".join(kept["output"]) + "\n```")
    return "\n".join([*parts, END]) + "\n"


def main() -> None:
    """Run, take, check or write."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {}
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != page(figures):
            sys.exit("docs/trust.md is not what docs/trust.json makes; run python docs/make_trust.py")
        return
    if "--take" in sys.argv:
        name, path = sys.argv[sys.argv.index("--take") + 1 :][:2]
        figures[name] = ran(name, Path(path).read_text(encoding="utf-8"))
    for name in sys.argv[sys.argv.index("--run") + 1 :] if "--run" in sys.argv else ():
        figures[name] = run(name)
    FIGURES.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    PAGE.write_text(page(figures), encoding="utf-8")


if __name__ == "__main__":
    main()
