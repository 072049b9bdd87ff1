"""Tables as programs export them: semicolons or tabs between the columns, decimal commas, UTF-16.

They are brought to commas and decimal points where the whole table can be read in one way only, and it is said how it
was read.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.files import disk, folders
from dosecalc.files.capacity import FILE

_NAMES = {";": "semicolons", "\t": "tabs"}
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_COMMA = re.compile(r"([-+]?\d+),(\d+)((?:[eE][-+]?\d+)?)(\s*[^\d\s,][^,]*)?")
_POINT = re.compile(r"[-+]?\d+\.\d+(?:[eE][-+]?\d+)?(?:\s*[^\d\s.,][^,]*)?")


class ExportedTable(NamedTuple):
    """The text of a table with commas between its columns, its hash, and how it was read where that is not usual."""

    text: str
    sha256: str
    said: str = ""


def read(path: str, most: int = FILE) -> ExportedTable:
    """Read a table. InputError where it is no text, or where its numbers can be read in two ways."""
    data = disk.read(path, folders.shown(path), most)
    sha256 = hashlib.sha256(data).hexdigest()
    encoding = _MARKS.get(data[:2], "utf-8-sig")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise InputError(f"{folders.shown(path)} is not UTF-8 text, nor UTF-16 with its mark") from None
    try:
        plain, said = plainly(text)
    except InputError as error:
        raise error.at(folders.shown(path)) from None
    said = f"{said}{' and ' if said else 'read '}as UTF-16" if encoding == "utf-16" else said
    return ExportedTable(plain, sha256, said)


def plainly(text: str) -> tuple[str, str]:
    """A text with commas between the columns and decimal points, and how it was read. InputError for two readings."""
    text = text.removeprefix("\ufeff")
    first = next((line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")), "")
    delimiter = next((sign for sign in _NAMES if sign in first), "")
    if not delimiter:
        return text, ""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(str(error)) from None
    commas = _commas([cell for row in rows[1:] for cell in row])
    if commas:
        rows = [rows[0], *([_pointed(cell) for cell in row] for row in rows[1:])]
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    decimals = " and decimal commas" if commas else ""
    return made.getvalue(), f"read with {_NAMES[delimiter]} between the columns{decimals}"


def _commas(cells: list[str]) -> bool:
    """Whether numbers have decimal commas. InputError where that is not the only reading."""
    found = [match for cell in cells if (match := _COMMA.fullmatch(cell.strip()))]
    if not found:
        return False
    pointed = next((cell for cell in cells if _POINT.fullmatch(cell.strip())), None)
    if pointed is not None:
        shown = found[0][0].strip()
        raise InputError(
            f"read {shown!r} and {pointed.strip()!r}; write all decimals with a point, or all with a comma"
        )
    if all(len(match[2]) == 3 and len(match[1].lstrip("+-")) <= 3 and match[1] != "0" for match in found):
        shown = found[0][0].strip()
        raise InputError(f"read {shown!r}, which may be a decimal comma or a thousand; write it with a decimal point")
    return True


def _pointed(cell: str) -> str:
    match = _COMMA.fullmatch(cell.strip())
    return cell if match is None else f"{match[1]}.{match[2]}{match[3]}{match[4] or ''}"
