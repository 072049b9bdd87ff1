"""Where a sheet goes: a file that ends in .html or .pdf, whole or not at all."""

from __future__ import annotations

import os
from typing import Literal

from dosecalc.dispensing.result import Dispensed
from dosecalc.errors import InputError
from dosecalc.files import disk
from dosecalc.planning.result import Plan
from dosecalc.records.result import RecordCheck
from dosecalc.sheets import administration, directive, worksheet
from dosecalc.sheets.model import PaperSheet

FORMATS = (".html", ".pdf")
PAPERS = {"a4": "A4", "letter": "letter"}


def check_name(path: str, option: str = "--output") -> None:
    """InputError for a name that says neither HTML nor PDF; asked before anything is computed."""
    if os.path.splitext(path)[1].lower() not in FORMATS:
        raise InputError(f"read {path!r}, expected the name of a file that ends in .html or .pdf", where=option)


def write(sheet: PaperSheet, path: str, paper: str = "a4", option: str = "--output") -> None:
    """Write a sheet. InputError where it cannot be made or written."""
    check_name(path, option)
    try:
        if path.lower().endswith(".pdf"):
            from dosecalc.sheets.pdf import pdf as make
        else:
            from dosecalc.sheets.html import html as make
        disk.write(path, make(sheet, PAPERS[paper]))
    except InputError as error:
        raise error.at(option) from None


def write_sheet(
    result: Plan | Dispensed | RecordCheck,
    path: str | os.PathLike[str],
    *,
    paper: Literal["a4", "letter"] = "a4",
    labels: bool = False,
) -> None:
    """Write the sheet of a result to an HTML or PDF file.

    A plan makes a draft of a written directive, a draw a dispensing worksheet or, with ``labels``, labels for its
    syringe and vial, a checked record an administration record. Raises InputError for another name than ``.html`` or
    ``.pdf``, where the file cannot be written, and for a PDF without typst (``pip install 'dosecalc[pdf]'``).
    """
    if paper not in PAPERS:
        raise InputError(f"read {paper!r}, expected one of {', '.join(PAPERS)}", where="paper")
    write(sheet_of(result, labels=labels), os.fspath(path), paper, "path")


def sheet_of(result: Plan | Dispensed | RecordCheck, *, labels: bool = False) -> PaperSheet:
    """The sheet of a result. InputError for labels of anything but a draw."""
    if isinstance(result, Dispensed):
        return worksheet.labels_of(result) if labels else worksheet.of_draw(result)
    if labels:
        raise InputError("only a draw has labels", where="labels")
    return directive.of_plan(result) if isinstance(result, Plan) else administration.of_record(result)
