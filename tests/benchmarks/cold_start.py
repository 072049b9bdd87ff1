"""Whole processes in turn with their floor, as ratios: a plan, help and completion."""

from __future__ import annotations

import compileall
import os
import pty
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import dosecalc

ROUNDS = int(os.environ.get("ROUNDS", "25"))
FLOOR = "import click, tomllib; from pydantic import BaseModel"
PLAN = ["plan", "--protocol", "clover2-20", "--bsa", "1.6"]
OTHERS = {
    "decay": ["decay", "150 mCi", "Tc-99m", "--elapsed", "5 h"],
    "dispense": ["dispense", "--amount", "32 mCi", "--concentration", "10 mCi/mL", "--factor", "0.9"],
    "crosscheck --same": ["crosscheck", "--same", "11470 MBq", "310 mCi"],
}
SCRIPT = "from dosecalc.__main__ import main; main()"


def piped(*args: str, **environment: str) -> Callable[[], float]:
    command, env = [sys.executable, *args], {**os.environ, **environment}

    def once() -> float:
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=False, env=env)
        return time.perf_counter() - start

    return once


def on_a_terminal(*args: str) -> Callable[[], float]:
    def once() -> float:
        main, other = pty.openpty()
        start = time.perf_counter()
        process = subprocess.Popen([sys.executable, *args], stdout=other, stderr=other, close_fds=True)
        os.close(other)
        while True:
            try:
                if not os.read(main, 65536):
                    break
            except OSError:
                break
        process.wait()
        os.close(main)
        return time.perf_counter() - start

    return once


def ratio(name: str, bound: float, command: Callable[[], float], floor: Callable[[], float]) -> None:
    pairs = [(command(), floor()) for _ in range(ROUNDS + 1)][1:]
    times, floors = (statistics.median(side) for side in zip(*pairs, strict=True))
    each = statistics.median(a / b for a, b in pairs)
    print(f"{name:28s} {times * 1e3:6.1f} ms  floor {floors * 1e3:6.1f} ms  ratio {each:5.2f}  (bound {bound})")


if __name__ == "__main__":
    compileall.compile_dir(Path(dosecalc.__file__).parent, quiet=2)  # as installing does
    floor, click_floor = piped("-c", FLOOR), piped("-c", "import click")
    ratio("plan, piped", 1.4, piped("-c", SCRIPT, *PLAN), floor)
    ratio("plan --json", 1.4, piped("-c", SCRIPT, *PLAN, "--json"), floor)
    ratio("plan, on a terminal", 1.9, on_a_terminal("-c", SCRIPT, *PLAN), floor)
    for name, args in OTHERS.items():
        ratio(name, 1.5, piped("-c", SCRIPT, *args), floor)
    ratio("--help", 1.15, piped("-c", SCRIPT, "--help"), click_floor)
    words = {"_DOSECALC_COMPLETE": "bash_complete", "COMP_WORDS": "dosecalc plan --protocol clo", "COMP_CWORD": "3"}
    ratio("completion of an arm", 1.15, piped("-c", SCRIPT, **words), click_floor)
