"""Lint: everything that is wrong in a protocol file or a fact sheet, and what is only worth a look."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from pydantic import ValidationError

from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.observables import read as read_observable
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.factsheet import Case, FactSheet
from dosecalc.files.faults import Problem, line_in, located, model_problems, plain_message
from dosecalc.files.folders import read_text
from dosecalc.library import checks, reader
from dosecalc.library.checks import facts_wrong
from dosecalc.library.reader import ProtocolFile, read_sheet
from dosecalc.quantities import units
from dosecalc.quantities.printed import figure
from dosecalc.reference import tables

AMOUNTS = ("activity", "mass", "activity/weight", "activity/bsa", "mass/weight", "mass/bsa")
MOST = 100


class Report(NamedTuple):
    """What lint has to say of one file: what is wrong, and what is only worth a look."""

    file: str
    problems: list[Problem]
    notes: list[str]


def lint(path: str) -> Report:
    """Check a protocol file, or a fact sheet, whole. InputError if it cannot be read."""
    text, _ = read_text(path)
    name = folders.shown(path)
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError):  # examined below, where it is told
        raw = {}
    if not {"arms", "agents"} & raw.keys() and {"facts", "publisher", "kind"} & raw.keys():
        sheet, problems = examine_sheet(path, text)
        return Report(name, problems or (check_sheet(sheet, path, text) if sheet else []), [])
    file, problems = reader.examine(path)
    return Report(name, problems, [] if file is None or problems else _notes(file))


def _notes(file: ProtocolFile) -> list[str]:
    entry = checks.double_entry(file.raw, file.fact)
    facts = {f"{sheet.id}#{fact.id}": fact for sheet in file.sheets.values() for fact in sheet.facts.values()}
    notes = [f"no number uses {unused}" for ref, fact in facts.items() for unused in entry.unused(ref, fact)]
    if os.path.basename(file.path) != f"{file.protocol.id}.toml":
        notes.append(f"named {file.protocol.id}.toml, the file would be found by its arm ids")
    known = tables.radionuclides()
    notes += [
        f"{agent.radionuclide!r} of {agent.name} is not in the table of half-lives, so it cannot be decayed"
        for agent in file.protocol.agents.values()
        if agent.radionuclide and agent.radionuclide not in known
    ]
    unconfirmed = dict(pair for arm in file.protocol.arms for pair in file.unconfirmed(arm))
    return [*notes, *(f"unconfirmed: {cite}: {statement}" for cite, statement in unconfirmed.items())]


# -- fact sheets ----------------------------------------------------------------------------------------------------


def examine_sheet(path: str, text: str) -> tuple[FactSheet | None, list[Problem]]:
    """A fact sheet and what is wrong in it."""
    name = folders.shown(path)
    try:
        sheet = FactSheet.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        return None, [Problem(name, "", line_in(str(error)), f"not TOML: {plain_message(str(error))}")]
    except ValidationError as error:
        return None, model_problems(name, text, error)
    return sheet, []


def check_sheet(sheet: FactSheet, path: str, text: str) -> list[Problem]:
    """Every problem of a sheet, with key and line."""
    found = [*_own(sheet, path), *_references(sheet, path)]
    return located(folders.shown(path), text, found)


def _own(sheet: FactSheet, path: str) -> Iterator[tuple[str, str]]:
    if os.path.basename(path) != f"{sheet.id}.toml":
        yield "id", f"the sheet {sheet.id!r} has to lie in a file {sheet.id}.toml to be found"
    yield from facts_wrong(sheet.facts)
    ids = [case.id for case in sheet.cases]
    for i, case in enumerate(sheet.cases):
        if case.id in ids[:i]:
            yield f"cases[{i}].id", f"the case id {case.id!r} is used twice"
        yield from case_figures(case, f"cases[{i}]")


def case_figures(case: Case, key: str) -> Iterator[tuple[str, str]]:
    """Figures of a case that an audit could not read."""
    for name in ("age", "weight", "height", "bsa"):
        if (text := getattr(case, name)) is not None and (said := _unreadable(_observed(name), text)):
            yield f"{key}.{name}", said
    for name in ("total", "level"):
        text = getattr(case, name)
        if text is not None and (said := _unreadable(_amount, text)):
            yield f"{key}.{name}", said
    if case.doses is not None and not 1 <= case.doses <= MOST:
        yield f"{key}.doses", f"read {case.doses}, expected a whole number from 1 to {MOST}"
    for j, pair in enumerate(case.claims):
        if len(pair) != 2:
            yield f"{key}.claims[{j}]", f"read {len(pair)} figures, expected a pair"
        for text in pair:
            if said := _unreadable(figure, text):
                yield f"{key}.claims[{j}]", said


def _amount(text: str) -> object:
    return units.read(text, AMOUNTS)


def _observed(name: str) -> Callable[[str], object]:
    return lambda text: read_observable(OBSERVABLES[name], text)


def _unreadable(reader: Callable[[str], object], text: str) -> str | None:
    try:
        reader(text)
    except InputError as error:
        return error.message
    return None


def _references(sheet: FactSheet, path: str) -> Iterator[tuple[str, str]]:
    own = {fact.id for fact in sheet.facts}
    lists = [(f"facts[{i}].computed_from", fact.computed_from) for i, fact in enumerate(sheet.facts)]
    lists += [(f"conflicts[{i}].between", conflict.between) for i, conflict in enumerate(sheet.conflicts)]
    for key, refs in lists:
        for ref in refs:
            other, _, fact_id = ref.rpartition("#")
            if other in ("", sheet.id):
                if fact_id not in own:
                    yield key, f"{ref!r} points at no fact"
                continue
            beside = os.path.join(os.path.dirname(os.path.abspath(path)), f"{other}.toml")
            where = beside if os.path.isfile(beside) else os.path.join(folders.shipped("seeds"), f"{other}.toml")
            if not os.path.isfile(where) or fact_id not in read_sheet(where).facts:
                yield key, f"{ref!r} points at no fact"
