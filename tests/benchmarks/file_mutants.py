"""Whether every number of the shipped protocol files guards something.

    python tests/benchmarks/file_mutants.py                 every file
    python tests/benchmarks/file_mutants.py ludo-n zevalin  some of them
    python tests/benchmarks/file_mutants.py --write         every file, and the list of survivors is written anew

Each number, unit, comparison, scope and severity is changed by one step, as if its fact sheet had changed with it. A
patient is sought for whom an amount, a day, a pending dose, the status of a finding or the exit status is another.
Texts and hashes do not count, and for days, lengths and intervals a finding has to differ, not only the day that is
shown. What survives stands in tests/file_mutants.toml with the reason in words; --write keeps the reasons and leaves
those of new survivors empty.
"""

from __future__ import annotations

import json
import sys
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).parents[1]
if str(TESTS) not in sys.path:
    sys.path.insert(0, str(TESTS))

from mutants.changes import Change, changes  # noqa: E402  # found by the path above
from mutants.outcome import RESPECTS, Outcome, difference, file_of, outcome  # noqa: E402  # found by the path above
from mutants.patients import patients  # noqa: E402  # found by the path above

from dosecalc.files import folders  # noqa: E402  # found by the path above
from dosecalc.library.reader import ProtocolFile  # noqa: E402  # found by the path above

LIST = TESTS / "file_mutants.toml"
COUNTED = ("exit", "findings", "amounts", "days", "pending", "doses")
"""The respects in which a plan may differ for a change to count as seen."""
TOLD = "conflicts"
"""A change that only decides whether a conflict between sources applies: the plan tells it, and judges the same."""
Key = tuple[tuple[str, tuple[str, ...]], ...]
Before = Callable[[str, Key], Outcome]


class Verdict(NamedTuple):
    """What became of a change: the respect in which a plan differed, ``refused`` by lint, or ``survived``."""

    file: str
    change: Change
    how: str

    @property
    def survived(self) -> bool:
        return self.how in ("survived", TOLD)

    @property
    def written(self) -> str:
        return f"{self.file}: {self.change.written}"


class Listed(NamedTuple):
    """Survivors that are known, by their reason."""

    reason: str
    changes: tuple[str, ...]


def verdicts(path: str, chosen: Iterable[Change] | None = None) -> Iterator[Verdict]:
    """The verdict on each change of a file, or on some of them."""
    raw = content(path)
    file = file_of(raw, path)
    assert file is not None, path

    @lru_cache(maxsize=100_000)
    def before(arm: str, key: Key) -> Outcome:
        return outcome(file, arm, {option: list(texts) for option, texts in key})

    for change in changes(raw) if chosen is None else chosen:
        changed = file_of(change.made(raw), path)
        how = "refused" if changed is None else _how(file, changed, change, before)
        yield Verdict(Path(path).stem, change, how)


def content(path: str) -> dict[str, object]:
    return tomllib.loads(Path(path).read_text(encoding="utf-8"))


def _how(file: ProtocolFile, changed: ProtocolFile, change: Change, before: Before) -> str:
    """The respect in which the plan of some patient differs; the strongest that was seen where none is enough."""
    enough = ("exit", "findings") if {"day", "length", "interval"} & set(change.path) else COUNTED
    best, tried = "survived", set()
    for arm, inputs in patients(file, changed, change):
        key: Key = tuple((option, tuple(texts)) for option, texts in inputs.items())
        if (arm, key) in tried:
            continue
        tried.add((arm, key))
        how = difference(before(arm, key), outcome(changed, arm, inputs))
        if how in enough:
            return how
        if how == TOLD:
            best = TOLD
    return best


# -- the list of survivors ------------------------------------------------------------------------------------------


def listed() -> list[Listed]:
    """The survivors that are known, with their reasons."""
    entries = tomllib.loads(LIST.read_text(encoding="utf-8"))["survivors"] if LIST.exists() else []
    return [Listed(entry["reason"], tuple(entry["changes"])) for entry in entries]


def write(survivors: Iterable[str]) -> None:
    """Write the list anew: known survivors under their reasons, new ones under none."""
    reasons = {change: entry.reason for entry in listed() for change in entry.changes}
    by_reason: dict[str, list[str]] = {}
    for change in survivors:
        by_reason.setdefault(reasons.get(change, ""), []).append(change)
    lines = [
        "# Changes of protocol files by one step that change nothing for any patient, each with the reason.",
        "# Made by tests/benchmarks/file_mutants.py --write and held by tests/test_file_mutants.py; reasons by hand.",
    ]
    for reason, named in sorted(by_reason.items()):
        lines += ["", "[[survivors]]", f"reason = {json.dumps(reason)}", "changes = ["]
        lines += [f"  {json.dumps(change)}," for change in named]
        lines += ["]"]
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _main(words: list[str]) -> None:
    start, total, survivors = time.perf_counter(), Counter[str](), []
    wanted = {word for word in words if not word.startswith("-")}
    known = {change for entry in listed() for change in entry.changes}
    for path in folders.protocol_files():
        if wanted and Path(path).stem not in wanted:
            continue
        found = list(verdicts(path))
        total += (count := Counter(verdict.how for verdict in found))
        survived = [verdict.written for verdict in found if verdict.survived]
        survivors += survived
        print(f"{Path(path).stem}: {_said(count)}", flush=True)
        print("".join(f"  new: {change}\n" for change in survived if change not in known), end="")
    print(f"in all: {_said(total)}, {time.perf_counter() - start:.0f} s")
    if "--write" in words:
        assert not wanted, "the list is written from all files"
        write(survivors)


def _said(count: Counter[str]) -> str:
    return f"{count.total()} changes; " + ", ".join(
        f"{how} {count[how]}" for how in (*RESPECTS, "refused", "survived") if count[how]
    )


if __name__ == "__main__":
    _main(sys.argv[1:])
