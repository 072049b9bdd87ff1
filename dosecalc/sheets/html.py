"""A sheet as one HTML page: no script, nothing fetched, every text escaped."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from dosecalc.sheets import model, qr, shared
from dosecalc.sheets.model import PaperSheet

if TYPE_CHECKING:
    from jinja2 import Template

PAPERS = ("A4", "letter")


def html(sheet: PaperSheet, paper: str = "A4") -> bytes:
    """The page, the same bytes for the same sheet."""
    picture = None if sheet.code is None else qr.svg(sheet.code)
    names = {part: part.__class__.__name__ for part in sheet.parts}
    text = _template().render(
        sheet=sheet, kind=names, paper=paper, qr=picture, lines=qr.lines(sheet.code or ""), notice=shared.NOTICE
    )
    return (text.rstrip() + "\n").encode("utf-8")


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(os.path.dirname(model.__file__)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("sheet.html.j2")
