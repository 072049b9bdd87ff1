"""The observables as a table and as JSON."""

from __future__ import annotations

from typing import Any

from dosecalc import units
from dosecalc.observables import OBSERVABLES, Observable
from dosecalc.render.page import Page, Paragraph, Table


def _range(row: Observable) -> str:
    if row.low is None or row.high is None:
        return "/".join(row.choices) or ("true/false" if row.kind == "boolean" else "computed")
    return f"{units.decimal(row.low, 12)} to {units.decimal(row.high, 12)}"


def page() -> Page:
    """Name, unit, scope, range and title of every observable."""
    rows = [
        [row.name, row.unit or row.kind, row.scope + (", momentary" if row.momentary else ""), _range(row), row.title]
        for row in OBSERVABLES.values()
    ]
    return [
        Table(["observable", "unit", "scope", "range", ""], rows, wrap=frozenset({4})),
        Paragraph("\nState one with plan --set NAME=VALUE. A momentary one answers for the next dose only; NAME[3] is "
                  "dose 3, remission[2] the state when cycle 2 begins."),
    ]  # fmt: skip


def document() -> list[dict[str, Any]]:
    """The same as a list of objects."""
    return [
        {"observable": row.name, "title": row.title, "kind": row.kind, "unit": row.unit or None, "scope": row.scope,
         "momentary": row.momentary, "range": [None if b is None else float(b) for b in (row.low, row.high)],
         "choices": list(row.choices) or None, "computed": row.computed}
        for row in OBSERVABLES.values()
    ]  # fmt: skip
