"""A page of text before anybody knows where it goes: headings, paragraphs, tables and lists.

:func:`plain` writes it for a pipe; :mod:`dosecalc.render.terminal` draws it on a terminal. A face shows and computes
nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class Heading(NamedTuple):
    text: str
    style: str = ""


class Paragraph(NamedTuple):
    text: str
    style: str = ""


class Table(NamedTuple):
    """``right``: columns aligned to the right; ``dim``: rows that matter less; ``wrap``: columns of prose."""

    header: list[str]
    rows: list[list[str]]
    right: frozenset[int] = frozenset()
    dim: frozenset[int] = frozenset()
    wrap: frozenset[int] = frozenset()


class Items(NamedTuple):
    """Labelled lines: (label, text, style)."""

    rows: list[tuple[str, str, str]]


Block = Heading | Paragraph | Table | Items
Page = list[Block]


def plain(page: Page) -> str:
    """The page as plain text, each table aligned, no line wrapped."""
    lines: list[str] = []
    for block in page:
        if isinstance(block, Heading):
            lines += ["", block.text] if lines else [block.text]
        elif isinstance(block, Paragraph):
            lines.append(block.text)
        elif isinstance(block, Table):
            lines += _aligned(block)
        else:
            lines += [f"  {label}: {text}" if label else f"  - {text}" for label, text, _ in block.rows]
    return "\n".join(lines) + "\n"


def _aligned(table: Table) -> list[str]:
    rows = [table.header, *table.rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.header))]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if i in table.right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
