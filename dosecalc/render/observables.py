"""The observables as a table."""

from __future__ import annotations

from collections.abc import Iterable

from dosecalc.library.catalogue import ObservableRow
from dosecalc.quantities import units
from dosecalc.render.page import Page, Paragraph, Table


def _range(row: ObservableRow) -> str:
    low, high = row.range
    if low is None or high is None:
        return "/".join(row.choices or ()) or ("true/false" if row.kind == "boolean" else "computed")
    return f"{units.decimal(low, 12)} to {units.decimal(high, 12)}"


def page(listed: Iterable[ObservableRow]) -> Page:
    """Name, unit, scope, range and title of every observable."""
    rows = [
        [
            row.observable,
            row.unit or row.kind,
            row.scope + (", momentary" if row.momentary else ""),
            _range(row),
            row.title,
        ]
        for row in listed
    ]
    hint = (
        "\nState one with plan --set NAME=VALUE. A momentary one answers for the next dose only; NAME[3] is "
        "dose 3, remission[2] the state when cycle 2 begins."
    )
    return [Table(["observable", "unit", "scope", "range", ""], rows, wrap=frozenset({4})), Paragraph(hint)]
