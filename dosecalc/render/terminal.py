"""A page on a terminal, drawn by rich. Imported only where a terminal listens."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from dosecalc.render.page import Heading, Items, Page, Paragraph, Table

_STYLES = {"violation": "bold red", "warning": "yellow", "unknown": "cyan", "pass": "green", "dim": "dim", "": ""}


_PROSE = 20
"""The least width of a column of prose beside columns that are not wrapped."""


def draw(page: Page, console: Console | None = None) -> None:
    """Print the page; colours follow NO_COLOR and the terminal's own abilities, words wrap at its width."""
    out = console or Console(highlight=False, emoji=False, markup=False)
    for number, block in enumerate(page):
        if isinstance(block, Heading):
            if number:
                out.print()
            out.print(Text(block.text, style=_STYLES[block.style] or "bold"))
        elif isinstance(block, Paragraph):
            out.print(Text(block.text, style=_STYLES[block.style]))
        elif isinstance(block, Table):
            _print_table(block, out)
        else:
            out.print(Padding(_items(block), (0, 0, 0, 1)))


def _print_table(block: Table, out: Console) -> None:
    """A table where it fits; else a line a row, as a number or an id cut in two is misread."""
    columns = [max(len(row[i]) for row in (block.header, *block.rows)) for i in range(len(block.header))]
    needed = sum(_PROSE if i in block.wrap else width for i, width in enumerate(columns)) + 2 * len(columns) + 1
    if needed <= out.width:
        out.print(Padding(_table(block), (0, 0, 0, 1)))
        return
    for row in block.rows:
        cells = [f"{name} {cell}".strip() for name, cell in zip(block.header, row, strict=True) if cell]
        out.print(Padding(Text(", ".join(cells)), (0, 0, 0, 3)))


def _table(block: Table) -> RichTable:
    made = RichTable(box=None, pad_edge=False, padding=(0, 1), header_style="dim")
    for i, name in enumerate(block.header):
        made.add_column(name, justify="right" if i in block.right else "left", no_wrap=i not in block.wrap)
    for i, row in enumerate(block.rows):
        made.add_row(*(Text(cell) for cell in row), style="dim" if i in block.dim else None)
    return made


def _items(block: Items) -> RichTable:
    made = RichTable(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    longest = max((len(label) for label, _, _ in block.rows), default=0)
    made.add_column(width=min(longest, 30), overflow="fold")
    made.add_column(overflow="fold")
    for label, text, style in block.rows:
        made.add_row(Text(label or "-", style=_STYLES[style] or "bold"), Text(text))
    return made
