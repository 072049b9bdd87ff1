"""The differences for a patient between two arms, or between two versions of a protocol file, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from itertools import zip_longest
from typing import Any, ClassVar, Literal, NamedTuple, TypeVar

from dosecalc.course import schedule
from dosecalc.course.schedule import Slot
from dosecalc.errors import InputError
from dosecalc.files.model import FileTable
from dosecalc.files.protocol import (
    Arm,
    Condition,
    Cycle,
    FactorTable,
    ListedInstruction,
    ListedToxicity,
    OfTable,
    OrganLimit,
    Protocol,
    Rule,
)
from dosecalc.library.load import find_arms
from dosecalc.library.reader import ProtocolFile
from dosecalc.library.wording import (
    SCOPES,
    bound_words,
    condition_words,
    effective_words,
    interval_words,
    length_words,
    level_words,
    review_words,
    route_words,
    toxicity_words,
)
from dosecalc.quantities import units
from dosecalc.quantities.documents import Document, Result
from dosecalc.quantities.frozen import Field
from dosecalc.quantities.phrases import doses_text
from dosecalc.quantities.units import Measure, Unit
from dosecalc.version import VERSION

T = TypeVar("T")
About = Literal[
    "protocol",
    "dose",
    "cycle",
    "reduction",
    "organ limit",
    "table",
    "rule",
    "toxicity",
    "conflict",
    "instruction",
    "facts",
]
Kind = Literal["new", "gone", "changed"]
_UP, _DOWN = ("above", "at_least"), ("below", "at_most")


class Change(Result):
    """One change for a patient."""

    about: About = Field(description="The part of the protocol that changes.")
    name: str = Field(description="Its name there: doses by their numbers, a rule by its id.")
    kind: Kind = Field(description="Whether it is new, gone or changed.")
    sentence: str = Field(serialization_alias="said", description="The change in words.")


class ArmChanges(Result):
    """Two arms that were compared."""

    before: str | None = Field(description="The id of the first arm; null where that side has no such arm.")
    after: str | None = Field(description="The id of the second arm; null where that side has no such arm.")
    changes: tuple[Change, ...] = Field(description="What changes for a patient.")


class Diff(Document):
    """The changes, arm by arm, between two files."""

    SCHEMA: ClassVar[str] = "dosecalc.diff/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc that compared them.")
    files: tuple[Mapping[str, str], ...] = Field(description="Both files: id, path and sha256.")
    arms: tuple[ArmChanges, ...] = Field(description="The arms that belong together, and those of one side alone.")

    def exit_status(self, *, strict: bool = False) -> int:
        """1 where anything changes, else 0; ``strict`` makes no difference."""
        del strict
        return int(any(arm.changes or None in (arm.before, arm.after) for arm in self.arms))


class _Side(NamedTuple):
    """One of the two that are compared."""

    file: ProtocolFile
    arm: Arm

    @property
    def protocol(self) -> Protocol:
        return self.file.protocol


def diff(before: str, after: str) -> Diff:
    """Compare two arms, two protocols, or two files, each named by an id or a path.

    Arms of the same id belong together, and so do the only arms of either side. Raises InputError where nothing tells
    which arms belong together.
    """
    (old, old_arms), (new, new_arms) = _arms_of(before), _arms_of(after)
    pairs = _pairs(old_arms, new_arms)
    if pairs is None:
        raise InputError(f"{before} and {after} have no arm in common; name one arm of each")
    return Diff.made(
        version=VERSION,
        files=tuple({"id": f.protocol.id, "file": f.file, "sha256": f.sha256} for f in (old, new)),
        arms=tuple(
            ArmChanges.made(
                before=a.id if a else None,
                after=b.id if b else None,
                changes=tuple(_changes(_Side(old, a), _Side(new, b))) if a and b else (),
            )
            for a, b in pairs
        ),
    )


def _arms_of(name: str) -> tuple[ProtocolFile, list[Arm]]:
    try:
        return find_arms(name)
    except InputError as error:  # no option names an arm here
        raise InputError(error.message) if error.where == "--protocol" else error from None


def _pairs(before: list[Arm], after: list[Arm]) -> list[tuple[Arm | None, Arm | None]] | None:
    """The arms that belong together; None where nothing tells which do."""
    if len(before) == 1 and len(after) == 1:
        return [(before[0], after[0])]
    old, new = ({arm.id: arm for arm in arms} for arms in (before, after))
    if not old.keys() & new.keys():
        return None
    return [(old.get(name), new.get(name)) for name in dict.fromkeys((*old, *new))]


def _changes(before: _Side, after: _Side) -> Iterator[Change]:
    yield from _protocol(before.protocol, after.protocol)
    yield from _purpose(before.arm, after.arm)
    yield from _routes(before, after)
    yield from _doses(before, after)
    yield from _totals(before.arm, after.arm)
    yield from _cycles(before.arm, after.arm)
    yield from _reductions(before.arm, after.arm)
    yield from _organ_limits(before.arm, after.arm)
    yield from _tables(before, after)
    yield from _rules(before, after)
    yield from _toxicities(before, after)
    yield from _conflicts(before, after)
    yield from _instructions(before, after)
    yield from _facts(before, after)


def _change(about: About, name: str, kind: Kind, sentence: str) -> Change:
    return Change.made(about=about, name=name, kind=kind, sentence=sentence)


def _protocol(old: Protocol, new: Protocol) -> Iterator[Change]:
    if old.status != new.status:
        yield _change("protocol", "status", "changed", f"{old.status}, now {new.status}")
    for key in ("jurisdiction", "revision", "indication"):
        words = [_stated(getattr(protocol, key)) for protocol in (old, new)]
        if words[0] != words[1]:
            yield _change("protocol", key, "changed", f"{words[0]}, now {words[1]}")
    reviews = [review_words(protocol.review) or "not stated" for protocol in (old, new)]
    if reviews[0] != reviews[1]:
        yield _change("protocol", "review", "changed", f"{reviews[0]}, now {reviews[1]}")
    before, after = (
        "no dates stated" if protocol.effective is None else effective_words(protocol.effective).lower()
        for protocol in (old, new)
    )
    if before != after:
        yield _change("protocol", "effective", "changed", f"{before}, now {after}")


def _stated(value: str | tuple[str, ...] | None) -> str:
    return (value if isinstance(value, str) else ", ".join(sorted(value or ()))) or "not stated"


def _purpose(old: Arm, new: Arm) -> Iterator[Change]:
    if old.purpose != new.purpose:
        before, after = (arm.purpose or "not stated" for arm in (old, new))
        yield _change("protocol", "purpose", "changed", f"{before}, now {after}")


def _routes(before: _Side, after: _Side) -> Iterator[Change]:
    """How the agents of the arms are given, in the order of their first doses."""
    old, new = (list(dict.fromkeys(slot.dose.agent for slot in schedule.course(side.arm))) for side in (before, after))
    for first, second in zip(old, new, strict=False):
        words = [route_words(side.protocol.agents[key]) for side, key in ((before, first), (after, second))]
        if words[0] != words[1]:
            yield _change("protocol", "route", "changed", f"{words[0]}, now {words[1]}")


# -- doses and cycles -------------------------------------------------------------------------------------------


def _doses(before: _Side, after: _Side) -> Iterator[Change]:
    """Dose by dose; doses that change alike are told of together."""
    numbers: dict[tuple[Kind, str], list[int]] = {}
    for number, (old, new) in enumerate(zip_longest(schedule.course(before.arm), schedule.course(after.arm)), 1):
        for key in _dose_changes(before, old, after, new):
            numbers.setdefault(key, []).append(number)
    for (kind, sentence), alike in numbers.items():
        yield _change("dose", doses_text(alike), kind, sentence)
    old_most, new_most = (_most(side.arm) for side in (before, after))
    if old_most != new_most:
        yield _change("cycle", "number", "changed", f"{old_most}, now {new_most}")
    if before.arm.anchor != after.arm.anchor:
        old_anchor, new_anchor = (side.arm.anchor or "not stated" for side in (before, after))
        yield _change("cycle", "anchor", "changed", f"day 0 is {old_anchor}, now {new_anchor}")


def _most(arm: Arm) -> str:
    most = schedule.most_cycles(arm)
    return "an open number" if most is None else f"at most {most}"


def _dose_changes(before: _Side, old: Slot | None, after: _Side, new: Slot | None) -> Iterator[tuple[Kind, str]]:
    if old is None and new is not None:
        yield "new", _slot_words(after, new)
    elif new is None and old is not None:
        yield "gone", _slot_words(before, old)
    elif old is not None and new is not None:
        for sentence in _dose(before, old, after, new):
            yield "changed", sentence


def _slot_words(side: _Side, slot: Slot) -> str:
    return f"{'optional, ' if slot.optional else ''}{_agent(side, slot)}, {_amount(slot)}"


def _agent(side: _Side, slot: Slot) -> str:
    return side.protocol.agents[slot.dose.agent].name


def _amount(slot: Slot) -> str:
    return level_words(slot.dose.level) + bound_words(slot.dose)


def _dose(before: _Side, old: Slot, after: _Side, new: Slot) -> Iterator[str]:
    if _agent(before, old) != _agent(after, new):
        yield f"{_agent(before, old)}, now {_agent(after, new)}"
    bounded = [(d.level, d.cap, d.floor, d.tolerance) for d in (old.dose, new.dose)]
    if _meaning(bounded[0]) != _meaning(bounded[1]):
        yield f"{_amount(old)}, now {_amount(new)}{_level_change(old.dose.level, new.dose.level)}"
    if old.dose.day != new.dose.day:
        days = ["not stated" if day is None else str(day) for day in (old.dose.day, new.dose.day)]
        yield f"day {days[0]} of its cycle, now {days[1]}"
    if old.cycle != new.cycle:
        yield f"in cycle {old.cycle}, now in cycle {new.cycle}"
    if old.optional != new.optional:
        yield "required, now optional" if new.optional else "optional, now required"


def _level_change(old: object, new: object) -> str:
    """By how much a level rises or falls, where both are single quantities of one kind."""
    if not isinstance(old, str) or not isinstance(new, str):
        return ""
    before, after = units.read(old), units.read(new)
    return _percent(before.value, after.value) if before.dimension == after.dimension else ""


def _percent(old: Fraction, new: Fraction) -> str:
    if not old:
        return ""
    return f" ({units.decimal(abs(new / old - 1) * 100, 3)} % {'more' if new > old else 'less'})"


def _totals(old: Arm, new: Arm) -> Iterator[Change]:
    """The total of the required doses of the one agent, where every level is one quantity of one kind."""
    before, after = _total(old), _total(new)
    if before is None or after is None or before.unit.dimension != after.unit.dimension or before.value == after.value:
        return
    texts = [units.show(total.value, total.unit.symbol, total.unit.dimension) for total in (before, after)]
    sentence = f"{texts[0]}, now {texts[1]}{_percent(before.value, after.value)}"
    yield _change("dose", "all required doses", "changed", sentence)


class _Total(NamedTuple):
    value: Fraction
    unit: Unit


def _total(arm: Arm) -> _Total | None:
    required = [slot.dose for slot in schedule.course(arm) if not slot.optional]
    levels: list[Measure] = [units.read(dose.level) for dose in required if isinstance(dose.level, str)]
    one_agent = len({dose.agent for dose in required}) == 1
    one_kind = len(levels) == len(required) and len({level.dimension for level in levels}) == 1
    if not one_agent or not one_kind or levels[0].dimension == "absorbed dose":
        return None
    return _Total(sum((level.value for level in levels), Fraction(0)), levels[0].unit)


def _cycles(old: Arm, new: Arm) -> Iterator[Change]:
    """Cycle by cycle; cycles that change alike are told of together."""
    numbers: dict[str, list[int]] = {}
    pairs = zip(schedule.listed_cycles(old), schedule.listed_cycles(new), strict=False)
    for number, (before, after) in enumerate(pairs, 1):
        if _meaning(before.length) != _meaning(after.length):
            numbers.setdefault(f"{length_words(before)}, now {length_words(after)}", []).append(number)
        if _meaning(before.interval) != _meaning(after.interval):
            numbers.setdefault(f"{_distance(before)}, now {_distance(after)}", []).append(number)
    for sentence, alike in numbers.items():
        yield _change("cycle", doses_text(alike).replace("dose", "cycle"), "changed", sentence)


def _distance(cycle: Cycle) -> str:
    return "no interval stated" if cycle.interval is None else interval_words(cycle.interval)


# -- parts with names -------------------------------------------------------------------------------------------


def _reductions(old: Arm, new: Arm) -> Iterator[Change]:
    before, after = ({f"step {reduction.step}": reduction for reduction in arm.reductions} for arm in (old, new))
    yield from _by_name("reduction", before, after, lambda reduction: level_words(reduction.level))
    if old.reductions and new.reductions and old.re_escalation != new.re_escalation:
        words = ["may be raised again" if arm.re_escalation else "is never raised again" for arm in (old, new)]
        yield _change("reduction", "re-escalation", "changed", f"a reduced dose {words[0]}, now {words[1]}")


def _organ_limits(old: Arm, new: Arm) -> Iterator[Change]:
    def limits(arm: Arm) -> dict[str, OrganLimit]:
        return {f"{each.organ}{', BED' if each.bed else ''}": each for each in arm.organ_limits}

    yield from _by_name("organ limit", limits(old), limits(new), lambda limit: limit.limit or str(limit.bed))


def _tables(before: _Side, after: _Side) -> Iterator[Change]:
    def used(side: _Side) -> dict[str, FactorTable]:
        names = set(_table_names(side.arm))
        return {name: table for name, table in side.protocol.tables.items() if name in names}

    yield from _by_name("table", used(before), used(after), lambda table: "; ".join(table.steps))


def _toxicities(before: _Side, after: _Side) -> Iterator[Change]:
    def ladders(side: _Side) -> dict[str, ListedToxicity]:
        return {each.title: each for each in side.protocol.toxicities if each.holds_for(side.arm.id)}

    yield from _by_name("toxicity", ladders(before), ladders(after), toxicity_words)


def _table_names(part: object) -> Iterator[str]:
    """The tables that a part of a file names."""
    if isinstance(part, OfTable):
        yield part.table
    elif isinstance(part, FileTable):
        for value in part.__dict__.values():
            yield from _table_names(value)
    elif isinstance(part, tuple):
        for item in part:
            yield from _table_names(item)


def _by_name(about: About, old: Mapping[str, T], new: Mapping[str, T], words: Callable[[T], str]) -> Iterator[Change]:
    for name in dict.fromkeys((*old, *new)):
        if name not in new:
            yield _change(about, name, "gone", words(old[name]))
        elif name not in old:
            yield _change(about, name, "new", words(new[name]))
        elif _meaning(old[name]) != _meaning(new[name]):
            yield _change(about, name, "changed", f"{words(old[name])}, now {words(new[name])}")


# -- rules ------------------------------------------------------------------------------------------------------


def _rules(before: _Side, after: _Side) -> Iterator[Change]:
    old_rules, new_rules = _rules_of(before), _rules_of(after)
    for rule_id, part in dict.fromkeys((*old_rules, *new_rules)):
        name = f"{rule_id} ({part})" if part else rule_id
        old, new = old_rules.get((rule_id, part)), new_rules.get((rule_id, part))
        if old is None and new is not None:
            yield _change("rule", name, "new", _rule_words(new))
        elif new is None and old is not None:
            yield _change("rule", name, "gone", _rule_words(old))
        elif old is not None and new is not None:
            for sentence in _rule(old, new):
                yield _change("rule", name, "changed", sentence)


def _rules_of(side: _Side) -> dict[tuple[str, str | None], Rule]:
    """The rules of an arm by id and part, with the conditions that they name written out."""
    rules = (rule for rule in side.protocol.rules if rule.holds_for(side.arm.id))
    return {(rule.id, rule.part): _spelled_out(rule, side.protocol.conditions) for rule in rules}


def _rule_words(rule: Rule) -> str:
    at = f", {SCOPES[rule.at]}" if rule.at else ""
    warns = ", else a warning" if rule.severity == "warning" else ""
    return f"{units.prose(rule.title)}: {_requirement(rule)}{at}{warns}"


def _requirement(rule: Rule) -> str:
    when = f"if {condition_words(rule.when)}, then " if rule.when is not None else ""
    return f"{when}{condition_words(rule.require)}"


def _rule(old: Rule, new: Rule) -> Iterator[str]:
    same_when = _meaning(old.when) == _meaning(new.when)
    if not same_when or _meaning(old.require) != _meaning(new.require):
        direction = _direction(old.require, new.require) if same_when else ""
        yield f"{_requirement(old)}, now {_requirement(new)}{direction}"
    if old.severity != new.severity:
        yield f"severity {old.severity}, now {new.severity}"
    if old.at != new.at:
        scopes = [SCOPES.get(rule.at or "", "where it applies") for rule in (old, new)]
        yield f"checked {scopes[0]}, now {scopes[1]}"
    if old.agent != new.agent:
        yield f"about {old.agent or 'every agent'}, now about {new.agent or 'every agent'}"


def _direction(old: Condition, new: Condition) -> str:
    """Whether what is required became stricter, where only limits of the same comparisons moved."""
    before, after = _limits(old), _limits(new)
    if before is None or after is None or before.keys() != after.keys():
        return ""
    ways = {(after[key] > before[key]) == (key[1] in _UP) for key in before if before[key] != after[key]}
    return "" if len(ways) != 1 else " (stricter)" if ways.pop() else " (less strict)"


def _limits(condition: Condition) -> dict[tuple[str, str], Fraction] | None:
    """The limits of a comparison, or of several that all have to hold; None for anything else."""
    if condition.all_ is not None:
        parts = [_limits(part) for part in condition.all_]
        return None if None in parts else {key: value for part in parts if part for key, value in part.items()}
    if condition.observable is None or condition.is_ is not None or condition.one_of is not None:
        return None
    limits = {key: getattr(condition, key) for key in (*_UP, *_DOWN)}
    return {
        (condition.observable, key): Fraction(limit) if isinstance(limit, int) else units.read(limit).value
        for key, limit in limits.items()
        if limit is not None
    }


def _spelled_out(rule: Rule, named: Mapping[str, Condition]) -> Rule:
    """A rule with the conditions that it names written into it."""
    return rule.model_copy(update={"when": _with(rule.when, named), "require": _with(rule.require, named)})


def _with(condition: Condition | None, named: Mapping[str, Condition]) -> Condition | None:
    if condition is None:
        return None
    if condition.condition is not None:
        return _with(named[condition.condition], named)
    parts = {
        key: None if listed is None else tuple(_with(part, named) for part in listed)
        for key, listed in (("all_", condition.all_), ("any_", condition.any_))
    }
    return condition.model_copy(update={**parts, "not_": _with(condition.not_, named)})


# -- what no rule checks ----------------------------------------------------------------------------------------


def _conflicts(before: _Side, after: _Side) -> Iterator[Change]:
    old, new = (
        {conflict.id: conflict for conflict in side.protocol.conflicts if conflict.holds_for(side.arm.id)}
        for side in (before, after)
    )
    yield from _by_name("conflict", old, new, lambda conflict: units.prose(conflict.reading))


def _instructions(before: _Side, after: _Side) -> Iterator[Change]:
    old, new = (
        [_instruction(each) for each in side.protocol.instructions if each.holds_for(side.arm.id)]
        for side in (before, after)
    )
    yield from (_change("instruction", "", "gone", text) for text in old if text not in new)
    yield from (_change("instruction", "", "new", text) for text in new if text not in old)


def _instruction(each: ListedInstruction) -> str:
    return f"{'' if each.about is None else f'{each.about}: '}{units.prose(each.text)}"


def _facts(before: _Side, after: _Side) -> Iterator[Change]:
    old, new = ({cite for cite, _ in side.file.unconfirmed(side.arm)} for side in (before, after))
    yield from _unconfirmed("new", new - old)
    yield from _unconfirmed("gone", old - new)


def _unconfirmed(kind: Kind, cites: Iterable[str]) -> Iterator[Change]:
    if cites:
        sentence = f"not yet checked against the source: {', '.join(sorted(cites))}"
        yield _change("facts", "unconfirmed", kind, sentence)


_WORDS_ALONE = frozenset({"cite", "between", "because", "title"})


def _meaning(part: Any) -> Any:
    """A part of a file as what it means: quantities by their values, without citations and titles."""
    if isinstance(part, FileTable):
        return {name: _meaning(value) for name, value in part.__dict__.items() if name not in _WORDS_ALONE}
    if isinstance(part, tuple):
        return [_meaning(item) for item in part]
    if isinstance(part, str):
        try:
            measure = units.read(part)
        except InputError:
            return part
        return measure.dimension, measure.value
    return part
