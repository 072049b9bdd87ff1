"""A new protocol file from answers, commented for its author; nothing is written that lint would refuse."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

from dosecalc.course.observables import OBSERVABLES
from dosecalc.errors import InputError
from dosecalc.files import disk
from dosecalc.files.faults import BadFileError
from dosecalc.library.reader import examine
from dosecalc.reference.routes import NOT_STATED


class RuleTemplate(NamedTuple):
    """A rule that a draft can have: one comparison, whose limit is asked for."""

    id: str
    observable: str
    comparison: str
    words: str
    example: str

    @property
    def fact(self) -> str:
        """The id of the fact that the rule cites."""
        return f"{self.observable.replace('_', '-')}-{'least' if self.comparison == 'at_least' else 'most'}"


RULES = (
    RuleTemplate("age", "age", "at_least", "Age at least", "2 y"),
    RuleTemplate("age", "age_completed", "at_most", "Age at most, in completed years", "25 y"),
    RuleTemplate("platelets", "platelets", "at_least", "Platelets at least", "100 10^9/L"),
    RuleTemplate("anc", "anc", "at_least", "Neutrophils at least", "0.75 10^9/L"),
)
"""The rules that a draft asks for."""


class LevelClass(NamedTuple):
    """A level, or the two ends of a range, and from which value of ``by`` on it holds; None for everybody."""

    ends: tuple[str, ...]
    start: str | None = None
    by: str = "weight"

    @property
    def words(self) -> str:
        """The level, and whom it is for."""
        level = " to ".join(self.ends)
        return level if self.start is None else f"{level} from {self.start} on"


class DraftArm(NamedTuple):
    """An arm of a new file: the end of its id, a title of its own where it has one, and its levels."""

    name: str
    title: str
    classes: tuple[LevelClass, ...]


class Ladder(NamedTuple):
    """What follows a toxicity: from which grade on, until which the dose is held, and what it is reduced to."""

    toxicity: str
    grade: int
    until: int | None
    reduced: str | None


class Draft(NamedTuple):
    """The content of a new file. ``rules`` has each rule with the text of its limit."""

    id: str
    title: str
    status: str
    purpose: str
    agent: str
    nuclide: str | None
    route: str
    arms: tuple[DraftArm, ...]
    days: tuple[int, ...]
    cycles: int
    length: str | None
    cap: str | None
    rules: tuple[tuple[RuleTemplate, str], ...]
    source: str
    where: str
    read: bool
    floor: str | None = None
    tolerance: str | None = None
    ladder: Ladder | None = None
    owner: str | None = None
    review: str | None = None

    @property
    def levels(self) -> tuple[str, ...]:
        """Every level that is written, once."""
        return tuple(dict.fromkeys(end for arm in self.arms for each in arm.classes for end in each.ends))


def save(draft: Draft, path: str) -> None:
    """Write the file, if it is sound; nothing half-written stays behind. InputError where it cannot be written."""
    if os.path.exists(path):
        raise InputError(f"{path} exists already; nothing was written")
    text = text_of(draft)
    with tempfile.TemporaryDirectory() as scratch:
        trial = os.path.join(scratch, f"{draft.id}.toml")
        disk.write(trial, text.encode())
        _, problems = examine(trial)
        if problems:
            raise BadFileError(problems)
    disk.write(path, text.encode(), anew=True)


def text_of(draft: Draft) -> str:
    """The file, with comments that say what each part is and what may be added."""
    parts = (_head, _agent, _arms, _rules, _toxicities, _conflicts, _facts)
    return "\n".join(line for part in parts for line in part(draft)) + "\n"


def _head(draft: Draft) -> Iterator[str]:
    yield f"# {draft.title}"
    yield "# Every number below cites a fact at the end of the file, and has to equal a value there."
    yield f"# Check it with: dosecalc protocol lint {draft.id}.toml"
    yield "schema = 1"
    yield f"id = {_quoted(draft.id)}"
    yield f"title = {_quoted(draft.title)}"
    yield f"status = {_quoted(draft.status)}"
    yield '# registry = ["NCT00000000"]'
    yield '# jurisdiction = ["US"]   # and revision = "2026-01", where it is a label\n'
    if draft.owner:
        yield "[review]"
        yield f"owner = {_quoted(draft.owner)}"
        yield f"next = {draft.review}\n" if draft.review else ""
    else:
        yield '# [review]\n# owner = "who answers for this file"\n# next = 2027-01-31\n'


def _agent(draft: Draft) -> Iterator[str]:
    yield "# ---- what is given: with a radionuclide its amount is an activity, without one a mass\n"
    yield f"[agents.{_key(draft.agent)}]"
    yield f"name = {_quoted(draft.agent)}"
    if draft.nuclide:
        yield f"radionuclide = {_quoted(draft.nuclide)}"
    yield f"route = {_quoted(draft.route)}"
    yield '# form = "sodium iodide"   # the chemical form; site = "..." is the vessel or joint'
    yield 'cite = "route"\n' if draft.route != NOT_STATED else ""


def _key(agent: str) -> str:
    """A short name for an agent: the longest word of its own."""
    return max(re.findall(r"[a-z][a-z0-9]+", agent.lower()), key=len, default="agent")


def _arms(draft: Draft) -> Iterator[str]:
    yield "# ---- the regimen; add a second [[arms]] for another one\n"
    for arm in draft.arms:
        yield from _arm(draft, arm)


def _arm(draft: Draft, arm: DraftArm) -> Iterator[str]:
    yield "[[arms]]"
    yield f"id = {_quoted(f'{draft.id}-{arm.name}')}"
    yield f"title = {_quoted(arm.title or _regimen(draft, arm))}"
    yield f"purpose = {_quoted(draft.purpose)}"
    yield 'cite = ["regimen", "levels"]'
    yield "  [[arms.cycles]]"
    if draft.cycles > 1:
        yield f"  repeat = {draft.cycles}"
    if draft.length:
        yield f"  length = {_quoted(draft.length)}"
    else:
        yield '  # length = "28 day"   # left out: the source does not state it, and plan --cycle-length may'
    yield "  # optional = true       # in a second [[arms.cycles]], for cycles that may follow"
    for day in draft.days:
        yield "    [[arms.cycles.doses]]"
        yield f"    agent = {_quoted(_key(draft.agent))}"
        yield f"    day = {day}"
        bounds = (("cap", draft.cap), ("floor", draft.floor), ("tolerance", draft.tolerance))
        yield from (f"    {key} = {_quoted(text)}" for key, text in bounds if text)
        yield from _level(arm.classes)
    yield ""
    if draft.ladder is not None and draft.ladder.reduced:
        yield "  [[arms.reductions]]"
        yield "  step = 1"
        yield f"  level = {_quoted(draft.ladder.reduced)}"
        yield '  cite = "toxicity"\n'


def _level(classes: tuple[LevelClass, ...]) -> Iterator[str]:
    """The level, or a row for each class, the highest first: the first whose condition is true holds."""
    if classes[0].start is None:
        yield f"    level = {_ends(classes[0])}"
        return
    yield "    level = ["
    for each in reversed(classes):
        when = f"{{ observable = {_quoted(each.by)}, at_least = {_quoted(str(each.start))} }}"
        yield f"      {{ level = {_ends(each)}, when = {when} }},"
    yield f"    ]  # below {classes[0].start} no level applies"


def _ends(of: LevelClass) -> str:
    ends = [_quoted(end) for end in of.ends]
    return ends[0] if len(ends) == 1 else f"{{ min = {ends[0]}, max = {ends[1]} }}"


def _rules(draft: Draft) -> Iterator[str]:
    yield "# ---- what must hold; 'at' says when, and severity = \"warning\" only warns\n"
    for rule, limit in draft.rules:
        yield "[[rules]]"
        yield f"id = {_quoted(rule.id)}"
        if rule.id == "age":  # two rules, so that each has a part
            yield f"part = {_quoted('minimum' if rule.comparison == 'at_least' else 'maximum')}"
        yield f"title = {_quoted(f'{rule.words} {limit.replace(_POWER, _TIMES)}')}"
        if OBSERVABLES[rule.observable].momentary:
            yield 'at = "each-dose"'
        yield f"require = {{ observable = {_quoted(rule.observable)}, {rule.comparison} = {_quoted(limit)} }}"
        yield f"cite = {_quoted(rule.fact)}\n"
    if not draft.rules:
        yield '# [[rules]]\n# id = "platelets"\n# title = "Platelets at least 100 x 10^9/L"\n# at = "each-dose"'
        yield '# require = { observable = "platelets", at_least = "100 10^9/L" }\n# cite = "platelets"\n'


_POWER, _TIMES = " 10^9", " x 10^9"


def _conflicts(_draft: Draft) -> Iterator[str]:
    yield "# ---- where the source contradicts itself or another, say which reading is taken and why\n"
    yield '# [[conflicts]]\n# id = "one-or-two"\n# between = ["regimen", "another-fact"]'
    yield '# reading = "what this file takes"\n# because = "what the contradiction is"\n'


def _toxicities(draft: Draft) -> Iterator[str]:
    ladder = draft.ladder
    if ladder is None:
        return
    yield "# ---- what the source does after toxicity; a second row with time = 2 for the second time\n"
    yield "[[toxicities]]"
    yield f"title = {_quoted(ladder.toxicity)}"
    held = f", hold = true{f', until = {ladder.until}' if ladder.until is not None else ''}"
    reduced = ", reduce_to = 1" if ladder.reduced else ""
    yield f'rows = [{{ grade = {ladder.grade}{held}{reduced}, cite = "toxicity" }}]\n'


def _facts(draft: Draft) -> Iterator[str]:
    yield "# ---- the facts, each with the place where it stands\n"
    yield from _fact(draft, "regimen", _course(draft).removeprefix(", ").capitalize(), ", ".join(_values(draft)))
    yield ""
    words = "; ".join(f"{arm.title + ': ' if arm.title else ''}{_classes(arm)}" for arm in draft.arms)
    levels = (text for arm in draft.arms for each in arm.classes for text in (*each.ends, each.start) if text)
    yield from _fact(draft, "levels", words, ", ".join(map(_quoted, dict.fromkeys(levels))))
    if draft.route != NOT_STATED:
        yield ""
        yield from _fact(draft, "route", f"Route of administration: {draft.route}", "")
    if draft.ladder is not None:
        yield ""
        numbers = [str(n) for n in (draft.ladder.grade, draft.ladder.until) if n is not None]
        numbers += [_quoted(draft.ladder.reduced)] if draft.ladder.reduced else []
        yield from _fact(draft, "toxicity", f"What follows {draft.ladder.toxicity}", ", ".join(numbers))
    for rule, limit in draft.rules:
        yield ""
        yield from _fact(draft, rule.fact, rule.words, _quoted(limit))


def _fact(draft: Draft, name: str, statement: str, values: str) -> Iterator[str]:
    where = f"{draft.source}, {draft.where}" if draft.where else draft.source
    yield "[[facts]]"
    yield f"id = {_quoted(name)}"
    yield f"statement = {_quoted(statement)}"
    if values:
        yield f"values = [{values}]"
    yield f"where = {_quoted(where)}"
    if draft.read:
        yield 'grade = "P"   # read first-hand'
    else:
        yield 'grade = "M"   # recalled; when somebody has read it, write "P" and remove the next line'
        yield "confirmed = false"


def _values(draft: Draft) -> Iterator[str]:
    """Every number of the regimen but its levels, once."""
    bounds = (draft.cap, draft.floor, draft.tolerance)
    yield from map(_quoted, dict.fromkeys(text for text in bounds if text))
    yield from map(str, dict.fromkeys((*draft.days, *((draft.cycles,) if draft.cycles > 1 else ()))))
    if draft.length:
        yield _quoted(draft.length)


def _regimen(draft: Draft, arm: DraftArm) -> str:
    """The regimen in words, as the title of an arm."""
    return f"{_classes(arm)}{_course(draft)}"


def _classes(arm: DraftArm) -> str:
    return "; ".join(each.words for each in arm.classes)


def _course(draft: Draft) -> str:
    """The bounds, the days and the cycles in words, to be put after a level."""
    words = f", at most {draft.cap}" if draft.cap else ""
    words += f", at least {draft.floor}" if draft.floor else ""
    words += f", give or take {draft.tolerance}" if draft.tolerance else ""
    if len(draft.days) > 1:
        words += f", on days {', '.join(map(str, draft.days[:-1]))} and {draft.days[-1]}"
    if draft.cycles > 1:
        words += f", {draft.cycles} cycles" + (f" of {draft.length}" if draft.length else "")
    return words or ", once"


def _quoted(text: str) -> str:
    """Text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)
