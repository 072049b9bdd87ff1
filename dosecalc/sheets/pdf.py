"""A sheet as a PDF of PDF/UA-1: tagged, with a title and a language; the same bytes for the same sheet.

typst sets it; texts reach it as data and never as markup. It comes with ``pip install 'dosecalc[pdf]'``.
"""

from __future__ import annotations

import json
import os
from typing import Any

from dosecalc.errors import InputError
from dosecalc.sheets import model, qr, shared
from dosecalc.sheets.model import PaperSheet

_PAPERS = {"A4": "a4", "letter": "us-letter"}


def pdf(sheet: PaperSheet, paper: str = "A4") -> bytes:
    """The document. InputError without typst."""
    try:
        import typst
    except ImportError:
        raise InputError("a PDF needs typst: pip install 'dosecalc[pdf]'", where="--output") from None
    made: Any = typst.compile(
        os.path.join(os.path.dirname(model.__file__), "sheet.typ"),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(_told(sheet, paper))},
        pdf_standards="ua-1",
    )
    assert isinstance(made, bytes)
    return made


def _told(sheet: PaperSheet, paper: str) -> dict[str, Any]:
    """The sheet as data: each part with its kind."""
    return {
        "title": sheet.title,
        "mark": sheet.mark,
        "paper": _PAPERS[paper],
        "parts": [_part(part) for part in sheet.parts],
        "held": [f"{each.requirement}: {each.label} ({each.source})" for each in sheet.held],
        "identity": [[row.label, row.value] for row in sheet.identity],
        "notice": shared.NOTICE,
        "code": "\n".join(qr.lines(sheet.code or "")),
        "qr": None if sheet.code is None else qr.svg(sheet.code),
    }


def _part(part: model.Part) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": part.__class__.__name__, **part._asdict()}
    for key in ("rows", "roles"):
        if key in told and not isinstance(part, model.Grid):
            told[key] = [[row.label, row.value] for row in told[key]]
    if isinstance(part, model.Grid):
        told["right"] = sorted(part.right)
    return told
