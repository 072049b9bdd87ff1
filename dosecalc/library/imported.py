"""A new protocol file from a table of levels, or of classes by weight, age or surface: ``dosecalc protocol import``."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Sequence
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.files import tables
from dosecalc.library import answers
from dosecalc.library.draft import Draft, DraftArm, LevelClass
from dosecalc.quantities import units
from dosecalc.reference.routes import NOT_STATED

LEVELS = ("level", "activity", "dose", "amount", "mass")
CLASSES = ("weight", "age", "bsa")
ARMS = ("arm", "cohort", "group", "dose level")
EXAMPLE = "weight [kg],activity [MBq]"
_HEAD = re.compile(r"([^\[(]*?)\s*(?:[\[(]\s*([^\])]*?)\s*[\])])?\s*")


class Column(NamedTuple):
    """A column: its place, its name, and its unit where the first line states one."""

    place: int
    name: str
    unit: str

    def read(self, cells: Sequence[str]) -> str:
        """The cell of a row with its unit; a range keeps its two ends."""
        text = cells[self.place].strip() if self.place < len(cells) else ""
        return f"{text} {self.unit}".strip() if self.unit and text else text


def draft_of(
    path: str, output: str, *, agent: str, nuclide: str | None, title: str | None, source: str | None
) -> Draft:
    """The draft that a table makes. InputError says what was read, what was expected, and in which line."""
    if not output.endswith(".toml"):
        raise InputError(f"read {output!r}, expected a name that ends with .toml", where="--output")
    if os.path.exists(output):
        raise InputError(f"{output} exists already; nothing was written", where="--output")
    rows = _rows(tables.read(path).text, path)
    try:
        name = answers.identifier(os.path.basename(output).removesuffix(".toml"))
        radionuclide = answers.nuclide(nuclide or "")
        agent = answers.title(agent)
    except InputError as error:
        raise error.at(
            "--output" if "protocol" in error.message or "letters" in error.message else "--nuclide"
        ) from None
    arms = _arms(rows, path, active=radionuclide is not None)
    return Draft(
        id=name,
        title=title or f"{agent}, levels of {os.path.basename(path)}",
        status="investigational",
        purpose="therapy",
        agent=agent,
        nuclide=radionuclide,
        route=NOT_STATED,
        arms=arms,
        days=(1,),
        cycles=1,
        length=None,
        cap=None,
        rules=(),
        source=source or f"the table {os.path.basename(path)}, whose source was not stated",
        where="",
        read=source is not None,
    )


class _Line(NamedTuple):
    """One line of the table."""

    line: int
    arm: str
    level: str
    start: str | None
    by: str


def _rows(text: str, path: str) -> list[_Line]:
    """The lines of a table below its first."""
    reader = csv.reader(text.splitlines())
    columns: dict[str, Column] | None = None
    found: list[_Line] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if columns is None:
                columns = _columns(cells, path)
            else:
                found.append(_row(columns, cells, f"{path}, line {reader.line_num}", reader.line_num))
    except csv.Error as error:
        raise InputError(f"line {reader.line_num}: {error}", where=path) from None
    if not found:
        raise InputError(f"there is no row; the first line names the columns, for example {EXAMPLE}", where=path)
    return found


def _columns(cells: Sequence[str], path: str) -> dict[str, Column]:
    """The columns by what they are: level, start, arm. InputError for one that is not known, or is there twice."""
    found: dict[str, Column] = {}
    for place, cell in enumerate(cells):
        match = _HEAD.fullmatch(cell)
        name = (match[1] if match else cell).strip().casefold()
        kinds = {"level": LEVELS, "start": CLASSES, "arm": ARMS}
        kind = next((kind for kind, names in kinds.items() if name in names), None)
        if kind is None or match is None:
            known = ", ".join((*LEVELS, *CLASSES, *ARMS))
            raise InputError(f"read the column {cell!r}, expected one of {known}, for example {EXAMPLE}", where=path)
        if kind in found:
            raise InputError(f"the columns {found[kind].name!r} and {name!r} say the same", where=path)
        found[kind] = Column(place, name, match[2] or "")
    if "level" not in found:
        raise InputError(f"no column has the levels, for example {EXAMPLE}", where=path)
    return found


def _row(columns: dict[str, Column], cells: Sequence[str], place: str, line: int) -> _Line:
    level, start = columns["level"].read(cells), columns["start"].read(cells) if "start" in columns else None
    if not level or start == "":
        raise InputError("a cell is empty, and what it would hold is not known", where=place)
    if len([cell for cell in cells if cell.strip()]) > len(columns):
        raise InputError(f"read {len(cells)} cells, expected {len(columns)}; decimals have a point", where=place)
    name = columns["start"].name if "start" in columns else ""
    if start is not None:
        try:
            units.read(start, {"weight": "weight", "age": "time", "bsa": "bsa"}[name])
        except InputError as error:
            raise InputError(f"{name}: {error.message}", where=place) from None
    return _Line(line, columns["arm"].read(cells) if "arm" in columns else "", level, start, name)


def _arms(rows: Sequence[_Line], path: str, *, active: bool) -> tuple[DraftArm, ...]:
    """An arm for each name of the column, or one; its classes in order."""
    arms: dict[str, list[LevelClass]] = {}
    for row in rows:
        try:
            level = answers.level(row.level, active=active)
        except InputError as error:
            raise error.at(f"{path}, line {row.line}") from None
        listed = arms.setdefault(row.arm, [])
        if row.start is None and listed:
            which = f"the arm {row.arm!r}" if row.arm else "the table"
            message = f"{which} has two levels; a column weight, age or bsa says from where each holds, or arm of what"
            raise InputError(message, where=f"{path}, line {row.line}")
        listed.append(LevelClass(level, row.start, row.by or "weight"))
    try:
        found = [
            (name, answers.in_order(each) if each[0].start is not None else tuple(each)) for name, each in arms.items()
        ]
    except InputError as error:
        raise error.at(path) from None
    made = [DraftArm(_end(name) or "a", name, classes) for name, classes in found]
    if len({arm.name for arm in made}) < len(made):
        raise InputError("two arms come to the same id; give them names that differ in letters or digits", where=path)
    return tuple(made)


def _end(name: str) -> str:
    """The end of an arm's id, from its name in the table."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))
