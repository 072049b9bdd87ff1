"""Completions for a shell. Nothing here reads a protocol: arm ids are found in the text of the files."""

from __future__ import annotations

import warnings

import click
from click.shell_completion import CompletionItem


def arms(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Arm ids, or files where a path is being typed."""
    from dosecalc.errors import InputError
    from dosecalc.files.folders import arm_ids

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            known = arm_ids(incomplete)
    except InputError:  # a shell has nowhere to say so; the command will
        known = []
    found = [CompletionItem(arm) for arm in known]
    return found or [CompletionItem(incomplete, type="file")]


def observables(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of observables that can be stated, with their titles."""
    from dosecalc.course.observables import OBSERVABLES

    rows = (row for row in OBSERVABLES.values() if not row.computed and row.name.startswith(incomplete))
    return [CompletionItem(f"{row.name}=", help=f"{row.title} {row.unit}".strip()) for row in rows]


def formulas(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Ids of BSA formulas."""
    from dosecalc.reference.bodysurface import FORMULAS

    return [CompletionItem(f.id, help=f.name) for f in FORMULAS.values() if f.id.startswith(incomplete)]


def radionuclides(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Radionuclides of the table, with their half-lives."""
    from dosecalc.reference.tables import radionuclides as table

    return [
        CompletionItem(row.name, help=f"{float(row.number):g} {row.unit}")
        for row in table().values()
        if row.name.lower().startswith(incomplete.lower())
    ]
