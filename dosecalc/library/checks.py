"""What can be wrong inside a protocol file beyond its keys: references, regimens, and numbers against facts.

Double entry: every number lies in a table with a citation, its own or its nearest parent's, and equals, as a quantity,
a value of the facts cited. Free are the origin day 1, the repeats that sum to a cited number, and 0 and 1 of counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date as Date
from fractions import Fraction
from typing import Any

from dosecalc.course.schedule import day_of
from dosecalc.errors import InputError
from dosecalc.files.factsheet import Fact
from dosecalc.files.protocol import LISTED, QUANTITIES, Arm, Cycle, Effective, OrganLimit, Protocol, Range, cited
from dosecalc.quantities import units

FactOf = Callable[[str], Fact | None]
LONGEST = 3650
"""Days that a cycle may last; more is a slip."""
BUILT_IN = ("effective", "spacing", "no-re-escalation", "level-range", "level-undefined", "cycles-maximum",
            "cycle-length", "bsa-agreement", "plausible-size", "scaled-activity", "retention", "organ-dose",
            "statement-unread", "given-amount", "size-age")  # fmt: skip
"""Rules that dosecalc makes from the regimen itself; a file does not write them."""


_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def structure(protocol: Protocol) -> Iterator[tuple[str, str]]:
    """Ids that clash or dangle, and regimens that cannot be: (key, sentence)."""
    if not _ID.fullmatch(protocol.id):
        yield "id", f"read {protocol.id!r}, expected small letters, digits and hyphens"
    seen: set[str] = set()
    if not protocol.arms:
        yield "arms", "the file has no arm"
    for i, arm in enumerate(protocol.arms):
        if arm.id in seen:
            yield f"arms[{i}].id", f"the arm id {arm.id!r} is used twice in this file"
        if not arm.id.startswith(protocol.id) or not _ID.fullmatch(arm.id):
            yield f"arms[{i}].id", f"the arm id {arm.id!r} does not begin with the id of its file, {protocol.id!r}"
        seen.add(arm.id)
        if not arm.cycles:
            yield f"arms[{i}].cycles", "the arm lists no cycle"
        for c, cycle in enumerate(arm.cycles):
            yield from _cycle(cycle, f"arms[{i}].cycles[{c}]")
        yield from _organs(arm.organ_limits, f"arms[{i}].organ_limits")
        yield from _ladder(arm, f"arms[{i}]")
    yield from _effective(protocol.effective)
    for name, own in protocol.observables.items():
        if not _NAME.fullmatch(name):
            yield f"observables.{name}", f"read {name!r}, expected small letters, digits and underscores"
        if own.kind == "choice" and not (own.choices and all(_ID.fullmatch(choice) for choice in own.choices)):
            yield f"observables.{name}", "a choice lists its 'choices', each in small letters"
    yield from _references(protocol, seen)


def _cycle(cycle: Cycle, place: str) -> Iterator[tuple[str, str]]:
    if cycle.repeat < 1:
        yield f"{place}.repeat", f"read {cycle.repeat}, expected 1 or more"
    if not cycle.doses:
        yield f"{place}.doses", "the cycle lists no dose"
    stated = [dose.day for dose in cycle.doses if dose.day is not None]
    if any(not 1 <= day <= LONGEST for day in stated) or stated != sorted(stated):
        yield f"{place}.doses", f"days {stated} are not in order from day 1"
    for d, dose in enumerate(cycle.doses):
        if dose.level == []:
            yield f"{place}.doses[{d}].level", "the list of levels is empty"
    yield from _length(cycle, max(stated, default=1), place)
    if cycle.interval is not None:
        yield from _interval(cycle, f"{place}.interval")


def _organs(limits: list[OrganLimit], place: str) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for i, limit in enumerate(limits):
        if limit.organ in seen:
            yield f"{place}[{i}].organ", f"the organ {limit.organ!r} is listed twice"
        seen.add(limit.organ)
        if (limit.alpha_beta is None) != (limit.repair_half_time is None):
            yield f"{place}[{i}]", "alpha_beta and repair_half_time go together: the effective dose needs both"


def _ladder(arm: Arm, place: str) -> Iterator[tuple[str, str]]:
    """Steps count from 1, each once for an agent."""
    seen: dict[str | None, list[int]] = {}
    for i, reduction in enumerate(arm.reductions):
        mine = seen.setdefault(reduction.agent, [])
        if reduction.step != len(mine) + 1:
            said = f"read step {reduction.step}, expected {len(mine) + 1}: steps count from 1 in the order of the file"
            yield f"{place}.reductions[{i}].step", said
        mine.append(reduction.step)
        if reduction.level == []:
            yield f"{place}.reductions[{i}].level", "the list of levels is empty"
    if arm.re_escalation and not arm.reductions:
        yield f"{place}.re_escalation", "there is no step of reduction to go back up from"


def _effective(effective: Effective | None) -> Iterator[tuple[str, str]]:
    if effective is None:
        return
    if effective.from_ is None and effective.until is None:
        yield "effective", "expected 'from', 'until' or both"
    ends = []
    for key, written, last in (("from", effective.from_, False), ("until", effective.until, True)):
        try:
            ends.append(None if written is None else day_of(written, last=last))
        except InputError as error:
            yield f"effective.{key}", error.message
            return
    if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        yield "effective.until", "it ends before it begins"


def _interval(cycle: Cycle, place: str) -> Iterator[tuple[str, str]]:
    """Distances are whole days that can be kept together."""
    days: dict[str, Fraction] = {}
    made = cycle.interval
    assert made is not None
    for key in ("every", "window", "at_least", "at_most"):
        text = getattr(made, key)
        if text is None:
            continue
        try:
            days[key] = units.read(text, "time").value
        except InputError as error:
            yield f"{place}.{key}", error.message
            return
        if days[key].denominator != 1 or not 1 <= days[key] <= LONGEST:
            yield f"{place}.{key}", f"read {text!r}, expected whole days"
    if not days:
        yield place, "expected 'every', 'window', 'at_least' or 'at_most'"
    every = days.get("every")
    if every is not None and cycle.length is not None:
        yield f"{place}.every", "the cycle has a length already; write one of the two"
    if every is not None and days.get("window", 0) >= every:
        yield f"{place}.window", f"the window of {made.window} is not shorter than the interval of {made.every}"
    low, high = days.get("at_least", every), days.get("at_most", every)
    if low is not None and high is not None and low > high:
        yield f"{place}.at_most", "the longest interval is shorter than the shortest, or than the planned one"


def _length(cycle: Cycle, last: int, place: str) -> Iterator[tuple[str, str]]:
    """A cycle lasts whole days, at least until its last dose."""
    ends = [("min", cycle.length.min), ("max", cycle.length.max)] if isinstance(cycle.length, Range) else []
    if isinstance(cycle.length, str):
        ends = [("", cycle.length)]
    days = []
    for name, text in ends:
        key = f"{place}.length.{name}".rstrip(".")
        try:
            value = units.read(text, "time").value
        except InputError as error:
            yield key, error.message
            return
        if value.denominator != 1 or not last <= value <= LONGEST:
            yield key, f"read {text!r}, expected whole days, at least {last} where the last dose is on day {last}"
        days.append(value)
    if days != sorted(days):
        yield f"{place}.length", "a range goes from a shorter to a longer time"


def _references(protocol: Protocol, arms: set[str]) -> Iterator[tuple[str, str]]:
    taken: dict[tuple[str, str, str | None], int] = {}
    for i, rule in enumerate(protocol.rules):
        if rule.id in BUILT_IN:
            yield f"rules[{i}].id", f"dosecalc makes the rule {rule.id!r} itself from the regimen"
        if rule.agent is not None and rule.agent not in protocol.agents:
            yield f"rules[{i}].agent", f"there is no agent {rule.agent!r}"
        for arm in rule.arms or sorted(arms):
            if (arm, rule.id, rule.part) in taken:
                part = f" part {rule.part!r}" if rule.part else " (give each a 'part')"
                yield f"rules[{i}].id", f"the rule id {rule.id!r}{part} is used twice in arm {arm!r}"
                break
            taken[arm, rule.id, rule.part] = i
    limited: list[tuple[str, list[str] | None]] = [
        *((f"rules[{i}].arms", rule.arms) for i, rule in enumerate(protocol.rules)),
        *((f"conflicts[{i}].arms", conflict.arms) for i, conflict in enumerate(protocol.conflicts)),
        *((f"instructions[{i}].arms", instruction.arms) for i, instruction in enumerate(protocol.instructions)),
    ]
    for place, listed in limited:
        if listed == []:
            yield place, "an empty list of arms switches it off; leave 'arms' out where it holds for all"
        for arm in listed or ():
            if arm not in arms:
                yield place, f"there is no arm {arm!r}; the file has {', '.join(sorted(arms))}"
    named = [(f"rules[{i}]", rule.id) for i, rule in enumerate(protocol.rules)]
    named += [(f"conflicts[{i}]", conflict.id) for i, conflict in enumerate(protocol.conflicts)]
    for place, name in named:
        if not _ID.fullmatch(name):
            yield f"{place}.id", f"read {name!r}, expected small letters, digits and hyphens"
    ids = [conflict.id for conflict in protocol.conflicts]
    for i, conflict in enumerate(protocol.conflicts):
        if not conflict.between:
            yield f"conflicts[{i}].between", "a conflict names the facts that it is between"
        if conflict.id in ids[:i]:
            yield f"conflicts[{i}].id", f"the conflict id {conflict.id!r} is used twice"


_NO_NUMBERS = frozenset({"facts", "observables", "schema"})


def own_facts(protocol: Protocol, fact: FactOf) -> Iterator[tuple[str, str]]:
    """What is wrong in the facts that a file brings itself."""
    yield from facts_wrong(protocol.facts)
    for i, own in enumerate(protocol.facts):
        for parent in own.computed_from:
            if parent in (own.id, f"{protocol.id}#{own.id}") or fact(parent) is None:
                yield f"facts[{i}].computed_from", f"{parent!r} points at no other fact"


def facts_wrong(facts: list[Fact]) -> Iterator[tuple[str, str]]:
    """Values that do not read, pairs that disagree, grades without their mark: (key, sentence)."""
    ids = [fact.id for fact in facts]
    for i, fact in enumerate(facts):
        key = f"facts[{i}]"
        if fact.id in ids[:i]:
            yield f"{key}.id", f"the fact id {fact.id!r} is used twice"
        for value in fact.values:
            try:
                value_of(value)
            except InputError as error:
                yield f"{key}.values", error.message
        yield from _grade(fact, key)
        if isinstance(fact.printed, list):
            yield from _printed(fact.printed, f"{key}.printed")


def _printed(pair: list[str], key: str) -> Iterator[tuple[str, str]]:
    """A list is a pair of figures for the same thing."""
    if len(pair) != 2:
        yield key, f"read {len(pair)} figures, expected a pair; write other text without a list"
        return
    from dosecalc.quantities.printed import agree  # few files have pairs, and a plan has to start quickly

    try:
        if not agree(*pair):
            yield key, f"{pair[0]} and {pair[1]} differ by more than their printed digits allow"
    except InputError as error:
        yield key, error.message


def _grade(fact: Fact, key: str) -> Iterator[tuple[str, str]]:
    if fact.grade == "M" and fact.confirmed:
        yield f"{key}.confirmed", "a fact of grade M was not read: it has confirmed = false"
    if fact.grade == "C" and not fact.computed_from:
        yield f"{key}.computed_from", "a computed fact names the facts that it was computed from"


def double_entry(raw: Mapping[str, Any], fact: FactOf) -> DoubleEntry:
    """Compare every number of a file with the facts that it cites; what does not agree is in ``found``."""
    entry = DoubleEntry(fact)
    entry.walk({key: value for key, value in raw.items() if key not in _NO_NUMBERS}, "", ())
    return entry


class DoubleEntry:
    """Numbers against facts: citations that dangle, numbers without one, and numbers unlike every value cited."""

    def __init__(self, fact: FactOf) -> None:
        self.fact = fact
        self.found: list[tuple[str, str]] = []
        self.used: set[tuple[str, Any]] = set()
        self.read: dict[str, list[Any]] = {}

    def walk(self, node: Any, key: str, cites: tuple[str, ...], sums: frozenset[int] = frozenset()) -> None:
        if isinstance(node, list):
            for i, item in enumerate(node):
                self.walk(item, f"{key}[{i}]", cites, sums)
        elif isinstance(node, dict):
            own = [(k, cited(node[k])) for k in ("cite", "between") if k in node]
            for name, refs in own:
                self._check_cites(refs, f"{key}.{name}".lstrip("."))
            cites = next((refs for name, refs in own if name == "cite"), cites)
            if "cycles" in node:
                sums = frozenset({sum(int(c.get("repeat", 1)) for c in node["cycles"])})
                self._total(node["cycles"], f"{key}.cycles", cites)
            for name, value in node.items():
                place = f"{key}.{name}".lstrip(".")
                if isinstance(value, bool) or name in ("cite", "between", "step"):
                    continue
                if name in LISTED and isinstance(value, list):
                    for i, item in enumerate(value):
                        if isinstance(item, str):
                            self._number(name, item, f"{place}[{i}]", cites, sums)
                if isinstance(value, Date):
                    self._number(name, value.isoformat(), place, cites, sums)
                elif isinstance(value, (dict, list)):
                    self.walk(value, place, cites, sums)
                elif isinstance(value, int) or (isinstance(value, str) and name in QUANTITIES):
                    self._number(name, value, place, cites, sums)

    def _check_cites(self, refs: tuple[str, ...], place: str) -> None:
        for ref in refs:
            try:
                missing = self.fact(ref) is None
            except InputError as error:
                self.found.append((place, f"the sheet of {ref!r} cannot be used: {error}"))
                continue
            if missing:
                self.found.append((place, f"the citation {ref!r} points at no fact"))

    def _total(self, cycles: list[dict[str, Any]], place: str, cites: tuple[str, ...]) -> None:
        """All cycles together are as many as a cited fact says; a single one needs no fact."""
        total = sum(int(cycle.get("repeat", 1)) for cycle in cycles)
        refs = (*cites, *(ref for cycle in cycles for ref in cited(cycle.get("cite"))))
        if total > 1 and total not in [value for ref in refs for value in self.values(ref)]:
            self.found.append((place, f"{total} cycles in all are not what the cited facts state ({', '.join(refs)})"))

    def _number(self, name: str, value: str | int, place: str, cites: tuple[str, ...], sums: frozenset[int]) -> None:
        if value == 1 and name in ("day", "repeat"):
            return
        if value in (0, 1) and isinstance(value, int) and name in ("above", "at_least", "below", "at_most"):
            return
        try:
            wanted: Any = value_of(value)
        except InputError:
            return  # said already, by the compiler
        if not cites:
            self.found.append((place, f"{value!r} cites no fact"))
            return
        stated = [v for ref in cites for v in self.values(ref)]
        if wanted in stated or (name == "repeat" and any(total in stated for total in sums)):
            self.used.update((ref, wanted) for ref in cites)
            return
        printed = ", ".join(f"{ref} states {self._as_printed(ref)}" for ref in cites)
        self.found.append((place, f"{value!r} is not what the cited facts state ({printed})"))

    def values(self, ref: str) -> list[Any]:
        if ref not in self.read:
            try:
                fact = self.fact(ref)
                self.read[ref] = [value_of(v) for v in fact.values] if fact else []
            except InputError:  # a sheet or a value that cannot be read states no number
                self.read[ref] = []
        return self.read[ref]

    def unused(self, ref: str, fact: Fact) -> list[str]:
        """Values of a cited fact that no number of the file uses; not wrong, worth a look."""
        return [f"{ref} {v}" for v in fact.values if ref in self.read and (ref, value_of(v)) not in self.used]

    def _as_printed(self, ref: str) -> str:
        try:
            fact = self.fact(ref)
        except InputError:
            fact = None
        return ", ".join(str(v) for v in fact.values) if fact and fact.values else "no number"


_DATE = re.compile(r"(19|20)[0-9]{2}(-[0-9]{2}){0,2}")


def value_of(written: str | int) -> int | tuple[Any, ...]:
    """A number of a file as something to compare.

    A whole number as it is; a quantity as a dimension and an exact canonical value; a date (or a year, or a month) and
    a step of a table (``"20 kg: 4.86"``) each as its own kind.
    """
    if isinstance(written, int):
        return written
    text = written.strip()
    if _DATE.fullmatch(text):
        return "date", text
    at, colon, factor = text.partition(":")
    if colon:
        return "step", *_quantity(at), units.read_number(factor)
    return _quantity(written)


def _quantity(text: str) -> tuple[Any, ...]:
    measure = units.read(text)
    return measure.dimension, measure.value
