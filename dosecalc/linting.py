"""Lint: everything that is wrong in a protocol file or a fact sheet, and what is only worth a look."""

from __future__ import annotations

import os
import tomllib
from typing import NamedTuple

from dosecalc import checking, folders, library, references, sheets
from dosecalc.library import ProtocolFile
from dosecalc.problems import Problem


class Report(NamedTuple):
    """What lint has to say of one file: what is wrong, and what is only worth a look."""

    file: str
    problems: list[Problem]
    notes: list[str]


def lint(path: str) -> Report:
    """Check a protocol file, or a fact sheet, whole. InputError if it cannot be read."""
    text, _ = library.read_text(path)
    name = folders.shown(path)
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError):  # examined below, where it is told
        raw = {}
    if not {"arms", "agents"} & raw.keys() and {"facts", "publisher", "kind"} & raw.keys():
        sheet, problems = sheets.examine_sheet(path, text)
        return Report(name, problems or (sheets.check_sheet(sheet, path, text) if sheet else []), [])
    file, problems = library.examine(path)
    return Report(name, problems, [] if file is None or problems else _notes(file))


def _notes(file: ProtocolFile) -> list[str]:
    entry = checking.double_entry(file.raw, file.fact)
    facts = {f"{sheet.id}#{fact.id}": fact for sheet in file.sheets.values() for fact in sheet.facts.values()}
    notes = [f"no number uses {unused}" for ref, fact in facts.items() for unused in entry.unused(ref, fact)]
    if os.path.basename(file.path) != f"{file.protocol.id}.toml":
        notes.append(f"named {file.protocol.id}.toml, the file would be found by its arm ids")
    known = references.radionuclides()
    notes += [
        f"{agent.radionuclide!r} of {agent.name} is not in the table of half-lives, so it cannot be decayed"
        for agent in file.protocol.agents.values()
        if agent.radionuclide and agent.radionuclide not in known
    ]
    unconfirmed = dict(pair for arm in file.protocol.arms for pair in file.unconfirmed(arm))
    return [*notes, *(f"unconfirmed: {cite}: {statement}" for cite, statement in unconfirmed.items())]
