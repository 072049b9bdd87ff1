"""What changes for a patient from one arm to another, or from one version of a protocol to the next, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import zip_longest
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel
from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.course import schedule
from dosecalc.course.schedule import Slot
from dosecalc.errors import InputError
from dosecalc.files.protocol import Arm, Condition, Protocol, Rule
from dosecalc.library import reader
from dosecalc.library.reader import ProtocolFile
from dosecalc.library.wording import (
    SCOPES,
    bound_words,
    condition_words,
    effective_words,
    interval_words,
    length_words,
    level_words,
)
from dosecalc.quantities import units
from dosecalc.quantities.documents import written
from dosecalc.quantities.phrases import doses_text
from dosecalc.version import VERSION

DIFF = "dosecalc.diff/1"
About = Literal[
    "protocol", "dose", "cycle", "reduction", "organ limit", "table", "rule", "conflict", "instruction", "facts"
]
Kind = Literal["new", "gone", "changed"]
_UP, _DOWN = ("above", "at_least"), ("below", "at_most")


class Change(NamedTuple):
    """One thing that changes: what it is about, its name there, and a sentence."""

    about: About
    name: str
    kind: Kind
    said: str


class ArmChanges(NamedTuple):
    """Two arms that were held together; None where one side has no such arm."""

    before: str | None
    after: str | None
    changes: tuple[Change, ...]


class ChangeDocument(TypedDict):
    about: str
    name: str
    kind: Kind
    said: str


class ArmChangesDocument(TypedDict):
    before: str | None
    after: str | None
    changes: list[ChangeDocument]


class DiffDocument(TypedDict):
    schema: str
    dosecalc: str
    files: list[dict[str, str]]
    arms: list[ArmChangesDocument]


class Diff(NamedTuple):
    """What changes, arm by arm, and the two files."""

    files: tuple[dict[str, str], dict[str, str]]
    arms: tuple[ArmChanges, ...]

    def exit_status(self) -> int:
        """1 where anything changes, else 0."""
        return int(any(arm.changes or None in (arm.before, arm.after) for arm in self.arms))

    def document(self) -> DiffDocument:
        """The document as a dict."""
        return {
            "schema": DIFF,
            "dosecalc": VERSION,
            "files": list(self.files),
            "arms": [
                {
                    "before": arm.before,
                    "after": arm.after,
                    "changes": [
                        {"about": c.about, "name": c.name, "kind": c.kind, "said": c.said} for c in arm.changes
                    ],
                }
                for arm in self.arms
            ],
        }

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())


def diff(before: str, after: str) -> Diff:
    """Hold two arms, two protocols, or two files together. InputError where it is not told which arms belong together.

    Arms of the same id belong together, and so do the only arms of either side.
    """
    (old, olds), (new, news) = _found(before), _found(after)
    files = tuple({"id": f.protocol.id, "file": f.file, "sha256": f.sha256} for f in (old, new))
    if len(olds) == 1 and len(news) == 1:
        pairs: list[tuple[Arm | None, Arm | None]] = [(olds[0], news[0])]
    else:
        mine, others = ({arm.id: arm for arm in arms} for arms in (olds, news))
        if not mine.keys() & others.keys():
            raise InputError(f"{before} and {after} have no arm in common; name one arm of each")
        pairs = [(mine.get(name), others.get(name)) for name in dict.fromkeys((*mine, *others))]
    arms = tuple(
        ArmChanges(a.id if a else None, b.id if b else None, tuple(_changes((old, a), (new, b))) if a and b else ())
        for a, b in pairs
    )
    return Diff((files[0], files[1]), arms)


def _found(name: str) -> tuple[ProtocolFile, list[Arm]]:
    try:
        return reader.find_any(name)
    except InputError as error:  # no option names an arm here
        raise InputError(error.message) if error.where == "--protocol" else error from None


_Side = tuple[ProtocolFile, Arm]


def _changes(before: _Side, after: _Side) -> Iterator[Change]:
    yield from _protocol(before[0].protocol, after[0].protocol)
    yield from _doses(before, after)
    yield from _cycles(before[1], after[1])
    yield from _listed(before, after)
    yield from _rules(before, after)
    yield from _told(before, after)


def _protocol(old: Protocol, new: Protocol) -> Iterator[Change]:
    if old.status != new.status:
        yield Change("protocol", "status", "changed", f"{old.status}, now {new.status}")
    texts = ["no dates stated" if p.effective is None else effective_words(p.effective).lower() for p in (old, new)]
    if texts[0] != texts[1]:
        yield Change("protocol", "effective", "changed", f"{texts[0]}, now {texts[1]}")


# -- doses and cycles -------------------------------------------------------------------------------------------


def _doses(before: _Side, after: _Side) -> Iterator[Change]:
    groups: dict[tuple[Kind, str], list[int]] = {}
    pairs = zip_longest(schedule.course(before[1]), schedule.course(after[1]))
    for number, (old, new) in enumerate(pairs, 1):
        if old is None or new is None:
            kind: Kind = "new" if old is None else "gone"
            said = _slot(after[0] if old is None else before[0], new if old is None else old)
            groups.setdefault((kind, said), []).append(number)
            continue
        for said in _dose(before[0], old, after[0], new):
            groups.setdefault(("changed", said), []).append(number)
    for (kind, said), numbers in groups.items():
        yield Change("dose", doses_text(numbers), kind, said)
    yield from _totals(before[1], after[1])


def _slot(file: ProtocolFile, slot: Slot) -> str:
    optional = "optional, " if slot.optional else ""
    return f"{optional}{file.protocol.agents[slot.dose.agent].name}, {_amount(slot)}"


def _amount(slot: Slot) -> str:
    return level_words(slot.dose.level) + bound_words(slot.dose)


def _dose(old_file: ProtocolFile, old: Slot, new_file: ProtocolFile, new: Slot) -> Iterator[str]:
    names = [file.protocol.agents[slot.dose.agent].name for file, slot in ((old_file, old), (new_file, new))]
    if names[0] != names[1]:
        yield f"{names[0]}, now {names[1]}"
    bounds = [(slot.dose.level, slot.dose.cap, slot.dose.floor) for slot in (old, new)]
    if _plain(bounds[0]) != _plain(bounds[1]):
        yield f"{_amount(old)}, now {_amount(new)}{_relative(old.dose.level, new.dose.level)}"
    if old.dose.day != new.dose.day:
        days = ["not stated" if day is None else str(day) for day in (old.dose.day, new.dose.day)]
        yield f"day {days[0]} of its cycle, now {days[1]}"
    if old.cycle != new.cycle:
        yield f"in cycle {old.cycle}, now in cycle {new.cycle}"
    if old.optional != new.optional:
        yield "required, now optional" if new.optional else "optional, now required"


def _relative(old: object, new: object) -> str:
    """By how much a level rises or falls, where both are single quantities of one kind."""
    if not isinstance(old, str) or not isinstance(new, str):
        return ""
    one, other = units.read(old), units.read(new)
    if one.dimension != other.dimension or not one.value:
        return ""
    percent = units.decimal(abs(other.value / one.value - 1) * 100, 3)
    return f" ({percent} % {'more' if other.value > one.value else 'less'})"


def _totals(old: Arm, new: Arm) -> Iterator[Change]:
    """What the required doses of the one agent sum to, where every level is one quantity of one kind."""
    sums = [_sum(arm) for arm in (old, new)]
    if sums[0] is None or sums[1] is None or sums[0][1].dimension != sums[1][1].dimension or sums[0][0] == sums[1][0]:
        return
    texts = [units.show(value, unit.symbol, unit.dimension) for value, unit in (sums[0], sums[1])]
    off = _relative(*(f"{units.decimal(value / unit.factor, 12).replace(',', '')} {unit.symbol}"
                      for value, unit in (sums[0], sums[1])))  # fmt: skip
    yield Change("dose", "all required doses", "changed", f"{texts[0]}, now {texts[1]}{off}")


def _sum(arm: Arm) -> tuple[Fraction, units.Unit] | None:
    required = [slot.dose for slot in schedule.course(arm) if not slot.optional]
    if len({dose.agent for dose in required}) != 1:
        return None
    levels = [units.read(dose.level) for dose in required if isinstance(dose.level, str)]
    if len(levels) != len(required) or len({level.dimension for level in levels}) != 1:
        return None
    if levels[0].dimension == "absorbed dose":
        return None
    return sum((level.value for level in levels), Fraction(0)), levels[0].unit


def _cycles(old: Arm, new: Arm) -> Iterator[Change]:
    groups: dict[str, list[int]] = {}
    for number, (one, other) in enumerate(
        zip(schedule.listed_cycles(old), schedule.listed_cycles(new), strict=False), 1
    ):
        if _plain(one.length) != _plain(other.length):
            groups.setdefault(f"{length_words(one)}, now {length_words(other)}", []).append(number)
        if _plain(one.interval) != _plain(other.interval):
            texts = ["no distance stated" if each is None else interval_words(each) for each in
                     (one.interval, other.interval)]  # fmt: skip
            groups.setdefault(f"{texts[0]}, now {texts[1]}", []).append(number)
    for said, numbers in groups.items():
        name = doses_text(numbers).replace("dose", "cycle")
        yield Change("cycle", name, "changed", said)


# -- what is listed by name ---------------------------------------------------------------------------------------


def _listed(before: _Side, after: _Side) -> Iterator[Change]:
    old, new = before[1], after[1]
    yield from _by_name("reduction", {f"step {r.step}": r for r in old.reductions},
                        {f"step {r.step}": r for r in new.reductions}, lambda r: level_words(r.level))  # fmt: skip
    if old.reductions and new.reductions and old.re_escalation != new.re_escalation:
        yield Change("reduction", "re-escalation", "changed", "a reduced dose is raised again, before not"
                     if new.re_escalation else "a reduced dose is never raised again, before it was")  # fmt: skip
    yield from _by_name("organ limit", {limit.organ: limit for limit in old.organ_limits},
                        {limit.organ: limit for limit in new.organ_limits}, lambda limit: limit.limit)  # fmt: skip
    tables = [{name: t for name, t in file.protocol.tables.items() if f'"{name}"' in arm.model_dump_json()}
              for file, arm in (before, after)]  # fmt: skip
    yield from _by_name("table", tables[0], tables[1], lambda table: "; ".join(table.steps))


def _by_name(about: About, old: Mapping[str, Any], new: Mapping[str, Any], words: Callable[[Any], str]
             ) -> Iterator[Change]:  # fmt: skip
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield Change(about, name, "gone", words(old[name]))
        elif name not in old:
            yield Change(about, name, "new", words(new[name]))
        elif _plain(old[name]) != _plain(new[name]):
            yield Change(about, name, "changed", f"{words(old[name])}, now {words(new[name])}")


# -- rules ------------------------------------------------------------------------------------------------------


def _rules(before: _Side, after: _Side) -> Iterator[Change]:
    sides = [{(r.id, r.part): _spelled_out(r, file.protocol.conditions) for r in file.protocol.rules
              if r.holds_for(arm.id)} for file, arm in (before, after)]  # fmt: skip
    for key in dict.fromkeys((*sides[0], *sides[1])):
        name = f"{key[0]} ({key[1]})" if key[1] else key[0]
        old, new = sides[0].get(key), sides[1].get(key)
        if old is None or new is None:
            rule = new if old is None else old
            assert rule is not None
            yield Change("rule", name, "new" if old is None else "gone", _rule_words(rule))
            continue
        for said in _rule(old, new):
            yield Change("rule", name, "changed", said)


def _rule_words(rule: Rule) -> str:
    when = f"if {condition_words(rule.when)}, then " if rule.when is not None else ""
    at = f", {SCOPES[rule.at]}" if rule.at else ""
    warns = ", else a warning" if rule.severity == "warning" else ""
    return f"{units.prose(rule.title)}: {when}{condition_words(rule.require)}{at}{warns}"


def _rule(old: Rule, new: Rule) -> Iterator[str]:
    if _plain((old.when, old.require)) != _plain((new.when, new.require)):
        one, other = (f"{f'if {condition_words(r.when)}, then ' if r.when else ''}{condition_words(r.require)}"
                      for r in (old, new))  # fmt: skip
        way = _direction(old.require, new.require) if _plain(old.when) == _plain(new.when) else ""
        yield f"{one}, now {other}{way}"
    if old.severity != new.severity:
        yield f"broken it was a {old.severity}, now it is a {new.severity}"
    if old.at != new.at:
        scopes = [SCOPES.get(rule.at or "", "where it applies") for rule in (old, new)]
        yield f"asked {scopes[0]}, now {scopes[1]}"
    if old.agent != new.agent:
        yield f"about {old.agent or 'every agent'}, now about {new.agent or 'every agent'}"


def _direction(old: Condition, new: Condition) -> str:
    """Whether what is required became stricter, where only limits of the same comparisons moved."""
    one, other = _limits(old), _limits(new)
    if one is None or other is None or one.keys() != other.keys():
        return ""
    ways = {(other[key] > one[key]) == (key[1] in _UP) for key in one if one[key] != other[key]}
    return "" if len(ways) != 1 else " (stricter)" if ways.pop() else " (less strict)"


def _limits(condition: Condition) -> dict[tuple[str, str], Fraction] | None:
    """The limits of a comparison, or of several that all have to hold; None for anything else."""
    if condition.all_ is not None:
        parts = [_limits(part) for part in condition.all_]
        found = {key: value for part in parts if part is not None for key, value in part.items()}
        return None if None in parts else found
    if condition.observable is None or condition.is_ is not None or condition.one_of is not None:
        return None
    return {(condition.observable, key): Fraction(limit) if isinstance(limit, int) else units.read(limit).value
            for key in (*_UP, *_DOWN) if (limit := getattr(condition, key)) is not None}  # fmt: skip


def _spelled_out(rule: Rule, named: Mapping[str, Condition]) -> Rule:
    """A rule with the conditions that it names written into it."""
    return rule.model_copy(update={"when": _with(rule.when, named), "require": _with(rule.require, named)})


def _with(condition: Condition | None, named: Mapping[str, Condition]) -> Condition | None:
    if condition is None:
        return None
    if condition.condition is not None:
        return _with(named[condition.condition], named)
    parts = {key: None if listed is None else [_with(part, named) for part in listed]
             for key, listed in (("all_", condition.all_), ("any_", condition.any_))}  # fmt: skip
    return condition.model_copy(update={**parts, "not_": _with(condition.not_, named)})


# -- what is only told --------------------------------------------------------------------------------------------


def _told(before: _Side, after: _Side) -> Iterator[Change]:
    sides = (before, after)
    conflicts = [{c.id: c for c in file.protocol.conflicts if c.holds_for(arm.id)} for file, arm in sides]
    yield from _by_name("conflict", conflicts[0], conflicts[1], lambda conflict: units.prose(conflict.reading))
    texts = [[units.prose(i.text) for i in file.protocol.instructions if i.holds_for(arm.id)] for file, arm in sides]
    for one, other, kind in ((texts[0], texts[1], "gone"), (texts[1], texts[0], "new")):
        for text in one:
            if text not in other:
                yield Change("instruction", "", "gone" if kind == "gone" else "new", text)
    facts = [{fact for fact, _ in file.unconfirmed(arm)} for file, arm in sides]
    for kinds, names in (("new", facts[1] - facts[0]), ("gone", facts[0] - facts[1])):
        if names:
            said = f"nobody read them first-hand: {', '.join(sorted(names))}"
            yield Change("facts", "unconfirmed", "new" if kinds == "new" else "gone", said)


_UNSAID = frozenset({"cite", "between", "because", "title"})


def _plain(node: Any) -> Any:
    """A part of a file as what it means: quantities by their values, without citations and titles."""
    if isinstance(node, BaseModel):
        return {name: _plain(value) for name, value in node.__dict__.items() if name not in _UNSAID}
    if isinstance(node, Mapping):
        return {name: _plain(value) for name, value in node.items() if name not in _UNSAID}
    if isinstance(node, Sequence) and not isinstance(node, str):
        return [_plain(item) for item in node]
    if isinstance(node, str):
        try:
            measure = units.read(node)
        except InputError:
            return node
        return measure.dimension, measure.value
    return node
