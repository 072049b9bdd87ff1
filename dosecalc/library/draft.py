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


class Draft(NamedTuple):
    """The content of a new file.

    ``level`` has one quantity, or the two ends of a range; ``rules`` each rule with the text of its limit.
    """

    id: str
    title: str
    status: str
    purpose: str
    agent: str
    nuclide: str | None
    route: str
    level: tuple[str, ...]
    days: tuple[int, ...]
    cycles: int
    length: str | None
    cap: str | None
    rules: tuple[tuple[RuleTemplate, str], ...]
    source: str
    where: str
    read: bool


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
    parts = (_head, _agent, _arm, _rules, _conflicts, _facts)
    return "\n".join(line for part in parts for line in part(draft)) + "\n"


def _head(draft: Draft) -> Iterator[str]:
    yield f"# {draft.title}"
    yield "# Every number below cites a fact at the end of the file, and has to equal a value there."
    yield f"# Check it with: dosecalc protocol lint {draft.id}.toml"
    yield "schema = 1"
    yield f"id = {_quoted(draft.id)}"
    yield f"title = {_quoted(draft.title)}"
    yield f"status = {_quoted(draft.status)}"
    yield '# registry = ["NCT00000000"]\n'


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


def _arm(draft: Draft) -> Iterator[str]:
    yield "# ---- the regimen; add a second [[arms]] for another one\n"
    yield "[[arms]]"
    yield f"id = {_quoted(f'{draft.id}-a')}"
    yield f"title = {_quoted(_regimen(draft))}"
    yield f"purpose = {_quoted(draft.purpose)}"
    yield 'cite = "regimen"'
    yield "  [[arms.cycles]]"
    if draft.cycles > 1:
        yield f"  repeat = {draft.cycles}"
    if draft.length:
        yield f"  length = {_quoted(draft.length)}"
    else:
        yield '  # length = "28 day"   # left out: the source does not state it, and plan --cycle-length may'
    yield "  # optional = true       # in a second [[arms.cycles]], for cycles that may follow"
    yield "  doses = ["
    for day in draft.days:
        yield f"    {{ agent = {_quoted(_key(draft.agent))}, day = {day}, level = {_level(draft)} }},"
    yield "  ]\n"


def _level(draft: Draft) -> str:
    """The level as TOML, and the cap after it."""
    ends = [_quoted(end) for end in draft.level]
    level = ends[0] if len(ends) == 1 else f"{{ min = {ends[0]}, max = {ends[1]} }}"
    return f"{level}, cap = {_quoted(draft.cap)}" if draft.cap else level


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


def _facts(draft: Draft) -> Iterator[str]:
    yield "# ---- the facts, each with the place where it stands\n"
    yield from _fact(draft, "regimen", _regimen(draft), ", ".join(_values(draft)))
    if draft.route != NOT_STATED:
        yield ""
        yield from _fact(draft, "route", f"Route of administration: {draft.route}", "")
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
    """Every number of the regimen once."""
    yield from map(_quoted, dict.fromkeys((*draft.level, *((draft.cap,) if draft.cap else ()))))
    yield from map(str, dict.fromkeys((*draft.days, *((draft.cycles,) if draft.cycles > 1 else ()))))
    if draft.length:
        yield _quoted(draft.length)


def _regimen(draft: Draft) -> str:
    """The regimen in words, as the title of the arm."""
    words = " to ".join(draft.level)
    if draft.cap:
        words += f", at most {draft.cap},"
    if len(draft.days) > 1:
        words += f" on days {', '.join(map(str, draft.days[:-1]))} and {draft.days[-1]}"
    if draft.cycles > 1:
        words += f", {draft.cycles} cycles" + (f" of {draft.length}" if draft.length else "")
    return words.rstrip(",")


def _quoted(text: str) -> str:
    """Text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)
