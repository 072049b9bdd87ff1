"""Where results go: JSON, plain text for a pipe, a drawn page for a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dosecalc.render.page import Page


def write(text: str) -> None:
    """Write finished text; nothing is written before everything is known to be right."""
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def show(page: Page) -> None:
    """Draw a page where a terminal listens, else write it as plain text."""
    if sys.stdout.isatty():
        from dosecalc.render.terminal import draw

        draw(page)
    else:
        from dosecalc.render.page import plain

        write(plain(page))
