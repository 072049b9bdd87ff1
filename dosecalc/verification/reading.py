"""A protocol file read a second time: its arm, its doses in order, its rules; and keys that this method does not know.

Written from docs/protocols.md. A key that is not described there when this was written is never skipped in silence:
it is named, and what stands beside it is not recomputed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from dosecalc.verification.quantities import Unreadable, split

Table = dict[str, Any]  # TOML, as tomllib gives it

KNOWN = {
    "file": "schema id title status registry note agents arms rules conditions observables tables conflicts"
    " instructions facts effective toxicities jurisdiction revision indication review",
    "agent": "name radionuclide cite route form site",
    "arm": "id title purpose cite cycles organ_limits reductions re_escalation anchor",
    "cycle": "doses repeat optional open at_most length interval cite",
    "interval": "every also window at_least at_most cite",
    "dose": "agent day level cap floor tolerance cite",
    "row": "when level cap floor tolerance cite",
    "level": "min max choose organ product over least",
    "limit": "name level when cite",
    "sum": "sum less in",
    "reduction": "step level agent tolerance cite",
    "organ_limit": "organ limit bed alpha_beta repair_half_time cite",
    "condition": "observable above at_least below at_most is one_of all any not condition cite",
    "rule": "id part title require when at agent arms severity cite",
    "observable": "kind title unit choices min max momentary never",
    "table": "by steps cite",
    "conflict": "id between reading because when gap arms cite",
    "instruction": "text cite arms about",
    "toxicity": "title also observable arms rows",
    "toxicity_row": "grade time hold until or_baseline reduce_to stop cite",
    "effective": "from until cite",
}


_KNOWN = {kind: frozenset(keys.split()) for kind, keys in KNOWN.items()}


class Beyond(Exception):  # noqa: N818 - not an error: the end of what this method knows
    """Something of the format that this method does not know; its text names it."""


def strange(kind: str, table: Table) -> list[str]:
    """The keys of a table that this method does not know."""
    return [key for key in table if key not in _KNOWN[kind]]


def known(kind: str, table: Table, where: str) -> Table:
    """A table all of whose keys are known, or Beyond."""
    if keys := strange(kind, table):
        raise Beyond(f"{where}: {', '.join(keys)}")
    return table


MOST = 100
"""Cycles of a course, where their number is open."""


@dataclass
class Place:
    """One dose of the course as the file has it."""

    number: int
    cycle: int
    table: Table
    of: Table  # its cycle
    optional: bool
    first: bool  # of its cycle


@dataclass
class Regimen:
    """One arm of a protocol file, and what of the file is for it."""

    file: Table
    table: Table
    unknown: list[str]

    @property
    def cycles(self) -> list[Table]:
        """The cycles one by one, each as often as it is repeated."""
        return [cycle for cycle in self.table["cycles"] for _ in range(cycle.get("repeat", 1))]

    @property
    def most(self) -> int | None:
        """How many cycles there are at most; None where their number is open."""
        last = self.table["cycles"][-1]
        return last.get("at_most") if last.get("open") else len(self.cycles)

    def slots(self, cycles: int | None, reached: int = 0) -> list[Place]:
        """The doses in order: of all cycles, or of so many, all of them required; the last one goes on.

        Cycles of an open number go on until there is a dose of the number that was reached.
        """
        tables = self.cycles
        chosen = list(tables) if cycles is None else (tables + tables[-1:] * cycles)[:cycles]
        while cycles is None and tables[-1].get("open") and sum(len(each["doses"]) for each in chosen) < reached:
            if len(chosen) == (self.most or MOST):
                break
            chosen.append(tables[-1])
        found: list[Place] = []
        for number, cycle in enumerate(chosen, 1):
            optional = cycles is None and (bool(cycle.get("optional")) or number > len(tables))
            for place, dose in enumerate(cycle["doses"]):
                found.append(Place(len(found) + 1, number, dose, cycle, optional, place == 0))
        return found

    def of_arm(self, kind: str) -> list[Table]:
        """The rules, conflicts or instructions that are for this arm."""
        return [each for each in self.file.get(kind, []) if self.table["id"] in each.get("arms", [self.table["id"]])]

    def radioactive(self, agent: str) -> bool:
        return "radionuclide" in self.file["agents"][agent]


@lru_cache(maxsize=128)
def _parsed(data: bytes) -> Table:
    file = tomllib.loads(data.decode("utf-8-sig"))
    for arm in file.get("arms", []):
        if any("less_each_cycle" in dose for cycle in arm["cycles"] for dose in cycle["doses"]):
            last = any("less_each_cycle" in dose for dose in arm["cycles"][-1]["doses"])
            arm["cycles"] = [each for cycle in arm["cycles"] for each in _stepped(cycle)]
            if last:  # what its interval leads to is no part of the file
                arm["cycles"][-1].pop("interval", None)
    return file


def _stepped(cycle: Table) -> Iterator[Table]:
    """Cycles each of which gives less than the one before, one by one."""
    for number in range(cycle.get("repeat", 1)):
        doses = []
        for dose in cycle["doses"]:
            less, level = dose.get("less_each_cycle"), dose["level"]
            if less is not None:
                (most, unit), (step, _) = split(level), split(less)
                level = f"{_decimals(most - number * step)} {unit}"
            doses.append({key: value for key, value in dose.items() if key != "less_each_cycle"} | {"level": level})
        yield {**cycle, "repeat": 1, "doses": doses}


def _decimals(number: Fraction) -> str:
    """A number of a file, which ends, in digits."""
    places = next(n for n in range(40) if (number * 10**n).denominator == 1)
    digits = str(int(number * 10**places)).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits


def arm_of(data: bytes, arm: str) -> Regimen:
    """An arm of a protocol file."""
    file = _parsed(data)
    for table in file["arms"]:
        if table["id"] == arm:
            return Regimen(file, table, list(_unknown(file, table)))
    raise Unreadable(f"the file has no arm {arm}")


def _unknown(file: Table, arm: Table) -> Iterator[str]:
    """Keys that nothing here reads. Those beside an amount or a rule are told where they are met."""
    yield from strange("file", file)
    for name, agent in file["agents"].items():
        yield from (f"agents.{name}.{key}" for key in strange("agent", agent))
    for name, own in file.get("observables", {}).items():
        yield from (f"observables.{name}.{key}" for key in strange("observable", own))
    for kind in ("conflict", "instruction"):
        for each in file.get(f"{kind}s", []):
            yield from (f"{kind}s.{key}" for key in strange(kind, each))
    for each in arm.get("organ_limits", []):
        yield from (f"organ_limits.{key}" for key in strange("organ_limit", each))


def check_regimen(arm: Regimen) -> None:
    """Beyond, if the arm or a cycle of it says something new: then no day and no amount is known to follow."""
    known("arm", arm.table, "arms")
    for cycle in arm.table["cycles"]:
        known("cycle", cycle, "arms.cycles")
        known("interval", cycle.get("interval", {}), "arms.cycles.interval")


def sheet_values(sheets: Iterable[bytes]) -> dict[str, list[Any]]:
    """The values of the facts of sheets; what a later one states holds."""
    facts = [fact for data in sheets for fact in _parsed(data)["facts"]]
    return {fact["id"]: fact.get("values", []) for fact in facts}
