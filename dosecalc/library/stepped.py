"""Cycles of which each gives so much less than the one before, written out one by one.

A file writes ``less_each_cycle`` once; everything that reads a protocol sees the cycles that it means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dosecalc.errors import InputError
from dosecalc.files.faults import Fault
from dosecalc.files.protocol import Arm, Cycle, ListedDose, Protocol
from dosecalc.quantities import units

KEY = "less_each_cycle"


def faults(protocol: Protocol) -> Iterator[Fault]:
    """Steps that cannot be taken: of no fixed level, of another kind or unit, down to nothing, without an end."""
    for i, arm in enumerate(protocol.arms):
        for j, cycle in enumerate(arm.cycles):
            for k, dose in enumerate(cycle.doses):
                if dose.less_each_cycle is not None:
                    place = f"arms[{i}].cycles[{j}].doses[{k}].{KEY}"
                    yield from ((place, why) for why in _why_not(arm, cycle, dose))


def _why_not(arm: Arm, cycle: Cycle, dose: ListedDose) -> Iterator[str]:
    if not isinstance(dose.level, str):
        yield "each cycle can give less only of one fixed level; write an arm for each level"
        return
    if cycle.open or cycle.repeat < 2:
        yield "there is no further cycle that gives less; write repeat with the number of cycles"
        return
    try:
        level, less = units.read(dose.level), units.read(str(dose.less_each_cycle))
    except InputError as error:
        yield error.message
        return
    if (level.unit.symbol, level.dimension) != (less.unit.symbol, less.dimension):
        yield f"read {less.text!r}, expected it in the unit of the level, {level.unit.symbol}"
    elif not less.value or level.value <= (cycle.repeat - 1) * less.value:
        last = f"cycle {cycle.repeat} of {arm.id}"
        yield f"read {less.text!r}, expected more than nothing, and so little that {last} gives something"


def expanded(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a file with such cycles written out; everything else is as it was."""
    return {**raw, "arms": [{**arm, "cycles": list(_of_arm(arm["cycles"]))} for arm in raw.get("arms", ())]}


def _of_arm(cycles: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The cycles of an arm; the interval of the last that was written out lies before nothing."""
    *before, last = [list(_cycles(cycle)) for cycle in cycles]
    for each in before:
        yield from each
    yield from last[:-1]
    yield last[0] if len(last) == 1 else {key: value for key, value in last[-1].items() if key != "interval"}


def steps_down(protocol: Protocol) -> bool:
    """Whether a file has such cycles."""
    cycles = (cycle for arm in protocol.arms for cycle in arm.cycles)
    return any(dose.less_each_cycle is not None for cycle in cycles for dose in cycle.doses)


def _cycles(cycle: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if not any(KEY in dose for dose in cycle["doses"]):
        yield cycle
        return
    for further in range(cycle.get("repeat", 1)):
        doses = [_less(dose, further) for dose in cycle["doses"]]
        yield {**cycle, "repeat": 1, "doses": doses}


def _less(dose: Mapping[str, Any], further: int) -> dict[str, Any]:
    kept = {key: value for key, value in dose.items() if key != KEY}
    if KEY not in dose:
        return kept
    level, less = units.read(dose["level"]), units.read(dose[KEY])
    number = units.unrounded(level.number - further * less.number).replace(",", "")
    return {**kept, "level": f"{number} {level.unit.symbol}"}
