"""What each sheet has to hold, and who asks: ``seeds/sheet-requirements.csv``, and a site's own rows after it."""

from __future__ import annotations

import csv
import os
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.sheets.model import Entries, Entry, Held, PaperSheet

TABLE = "sheet-requirements.csv"
COLUMNS = ["sheet", "key", "requirement", "source"]
KINDS = ("directive", "worksheet", "administration", "labels")


class Required(NamedTuple):
    """One thing that a sheet has to hold: its key, what it is, who asks."""

    sheet: str
    key: str
    requirement: str
    source: str


def required(kind: str) -> list[Required]:
    """The requirements of a kind of sheet, the shipped ones first, each key once. InputError for a bad table."""
    shipped = os.path.join(folders.shipped("seeds"), TABLE)
    own = [os.path.join(folder, "seeds", TABLE) for folder in folders.site_folders()]
    own = [path for path in own if os.path.exists(path)]
    rows = [row for path in (shipped, *own) for row in _rows(path)]
    return list({row.key: row for row in reversed(rows) if row.sheet == kind}.values())[::-1]


def _rows(path: str) -> list[Required]:
    header, *rows = list(csv.reader(folders.read_text(path)[0].splitlines())) or [[]]
    if header != COLUMNS:
        raise InputError(f"expected the columns {', '.join(COLUMNS)}", where=folders.shown(path))
    for number, row in enumerate(rows, 2):
        if len(row) != len(COLUMNS) or row[0] not in KINDS or not all(row):
            message = f"expected four cells, the first of them one of {', '.join(KINDS)}"
            raise InputError(message, where=f"{folders.shown(path)}, line {number}")
    return [Required(*row) for row in rows]


def completed(sheet: PaperSheet) -> PaperSheet:
    """The sheet with what it holds for whom; what only a site asks for becomes a blank at its end."""
    asked = required(sheet.kind)
    labels = {entry.key: entry.label for entry in sheet.entries if entry.key}
    lacking = [row for row in asked if row.key not in labels]
    blanks = tuple(Entry(row.requirement, None, row.key) for row in lacking)
    held = tuple(Held(row.requirement, row.source, labels.get(row.key, row.requirement)) for row in asked)
    parts = (*sheet.parts, Entries("Also asked for", blanks)) if blanks else sheet.parts
    return sheet._replace(parts=parts, held=held)
