"""Ladders of toxicities as a file writes them: names used twice, lines that do nothing, steps that an arm lacks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dosecalc.files.faults import Fault
from dosecalc.files.protocol import Arm, ListedToxicity, Protocol, ToxicityRow

WORST = 5


def faults(protocol: Protocol) -> Iterator[Fault]:
    """Everything that is wrong in the ladders of a file."""
    for i, toxicity in enumerate(protocol.toxicities):
        place = f"toxicities[{i}]"
        if not toxicity.rows:
            yield f"{place}.rows", "a toxicity has at least one row"
        yield from _observable(protocol, toxicity, place)
        yield from _rows(toxicity.rows, f"{place}.rows")
    for arm in protocol.arms:
        yield from _of_arm(protocol, arm)


def _observable(protocol: Protocol, toxicity: ListedToxicity, place: str) -> Iterator[Fault]:
    if toxicity.observable is None:
        return
    own = protocol.observables.get(toxicity.observable)
    if own is None or own.kind != "count" or not own.momentary:
        said = "expected an observable of this file of kind count and momentary, the grade before a dose"
        yield f"{place}.observable", f"read {toxicity.observable!r}, {said}"


def _of_arm(protocol: Protocol, arm: Arm) -> Iterator[Fault]:
    """Names that two ladders of an arm share, and steps of reduction that it does not have."""
    taken: set[str] = set()
    steps = {reduction.step for reduction in arm.reductions}
    for i, toxicity in enumerate(protocol.toxicities):
        if not toxicity.holds_for(arm.id):
            continue
        for name in (toxicity.title, *toxicity.also):
            if _folded(name) in taken:
                yield f"toxicities[{i}].title", f"the name {name!r} is used twice in arm {arm.id!r}"
            taken.add(_folded(name))
        for j, row in enumerate(toxicity.rows):
            if row.reduce_to is not None and row.reduce_to not in steps:
                yield f"toxicities[{i}].rows[{j}].reduce_to", f"arm {arm.id!r} has no step {row.reduce_to}"


def _folded(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _rows(rows: Sequence[ToxicityRow], place: str) -> Iterator[Fault]:
    seen: set[tuple[int, int]] = set()
    for i, row in enumerate(rows):
        at = f"{place}[{i}]"
        if not 1 <= row.grade <= WORST:
            yield f"{at}.grade", f"read {row.grade}, expected a grade from 1 to {WORST}"
        if row.time < 1:
            yield f"{at}.time", f"read {row.time}, expected 1 for the first time, 2 for the second"
        if (row.grade, row.time) in seen:
            yield at, f"grade {row.grade} has two rows for time {row.time}"
        seen.add((row.grade, row.time))
        yield from _action(row, at)


def _action(row: ToxicityRow, at: str) -> Iterator[Fault]:
    """What a line does: something, nothing beside a stop, and a wait only where a dose is held."""
    acts = row.hold or row.reduce_to is not None
    if not acts and not row.stop:
        yield at, "nothing follows: write hold = true, reduce_to = 1 or stop = true"
    if acts and row.stop:
        yield f"{at}.stop", "after a stop nothing is held or reduced"
    if not row.hold and (row.until is not None or row.or_baseline):
        yield f"{at}.until", "only a dose that is held waits: write hold = true"
    if row.until is not None and not 0 <= row.until < row.grade:
        yield f"{at}.until", f"read {row.until}, expected a grade below {row.grade}"
