"""Write a page for each protocol, and an index of them, from the protocol files themselves.

The documentation's build does it, so that no page can be older than its file. To look at them alone, in a checkout:
python docs/make_pages.py FOLDER
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from dosecalc.files import folders
from dosecalc.library.load import load_file
from dosecalc.library.reader import ProtocolFile
from dosecalc.quantities.units import prose
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.protocol import protocol_page

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def write(folder: Path) -> list[Path]:
    """Write every page below a folder and name them; pages of protocols that are gone are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [load_file(path) for path in sorted(folders.protocol_files())]
    texts = {f"{file.protocol.id}.md": page(file) for file in files} | {"index.md": index(files)}
    for old in set(folder.glob("*.md")) - {folder / name for name in texts}:
        old.unlink()
    for name, text in texts.items():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:  # an unchanged page is not built again
            path.write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def page(file: ProtocolFile) -> str:
    """The page of one protocol: what ``dosecalc protocol show`` says, and the documents behind it."""
    blocks = protocol_page(file, file.protocol.arms)
    title = f"# {_escaped(prose(file.protocol.title))}\n"
    head = f"`{file.protocol.id}`, {file.protocol.status}. Plan an arm with `dosecalc plan --protocol ARM`.\n"
    return "\n".join([title, head, *_blocks(blocks[2:]), *_documents(file)])


def index(files: list[ProtocolFile]) -> str:
    """All protocols, by their titles, with their arms."""
    about = "Every protocol that comes with dosecalc. Each page is made from its file when this documentation is built."
    lines = ["# Regimens", "", about, "", "| protocol | status | arms |", "| --- | --- | --- |"]
    for file in files:
        arms = ", ".join(f"`{arm.id}`" for arm in file.protocol.arms)
        link = f"[{_escaped(prose(file.protocol.title))}]({file.protocol.id}.md)"
        lines.append(f"| {link} | {file.protocol.status} | {arms} |")
    names = "\n".join(file.protocol.id for file in files)
    return "\n".join([*lines, "", "```{toctree}", ":hidden:", "", names, "```", ""])


def _blocks(blocks: Page) -> list[str]:
    lines: list[str] = []
    for block in blocks:
        if isinstance(block, Heading):
            lines += [f"## {_escaped(block.text)}", ""]
        elif isinstance(block, Paragraph):
            lines += [_escaped(block.text.strip()), ""]
        elif isinstance(block, Items):
            lines += [*(_item(label, text) for label, text, _ in block.rows), ""]
        else:
            lines += [*_table(block), ""]
    return lines


def _item(label: str, text: str) -> str:
    return f"- **{_escaped(label.strip())}**: {_escaped(text)}" if label else f"- {_escaped(text)}"


def _table(table: Table) -> list[str]:
    rows = [table.header, ["---"] * len(table.header), *([_escaped(cell) for cell in row] for row in table.rows)]
    return [f"| {' | '.join(row)} |" for row in rows]


def _documents(file: ProtocolFile) -> list[str]:
    """The documents that the facts were read in."""
    lines = ["## Documents", ""]
    for sheet in sorted(file.sheets):
        path = Path(folders.shipped("seeds")) / f"{sheet}.toml"
        raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        links = ", ".join(f"<{url}>" for url in raw.get("urls", ()))
        publisher = ", ".join(_escaped(str(raw[key])) for key in ("publisher", "date") if key in raw)
        lines.append(f"- **{sheet}**: {_escaped(raw.get('title', ''))}. {publisher}{'. ' if links else ''}{links}")
    return [*lines, ""] if len(lines) > 2 else []


def _escaped(text: str) -> str:
    """Text that Markdown shows as it stands."""
    return _SPECIAL.sub(r"\\\1", text)


if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        sys.stdout.write(f"{path}\n")
