"""Whole-body readings from a file or a table: retention at times after the administration.

The columns are those of a CSV file, whose header carries units (``time [h],retention``); a TOML or JSON file has
``[[readings]]`` with the same names and a unit in each quantity. Counts and dose rates are divided by the first
reading, which is taken before the bladder is emptied; retention is used as it stands.
"""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeAlias, TypeVar

from dosecalc.errors import InputError
from dosecalc.files import folders, tables
from dosecalc.files.folders import read_text
from dosecalc.files.patient import once
from dosecalc.quantities import units
from dosecalc.quantities.frozen import frozen
from dosecalc.quantities.options import texts

if TYPE_CHECKING:
    from numpy.typing import NDArray

SETTINGS = ("weight", "activity", "nuclide", "target", "phases", "s_value", "reading_u", "activity_u", "weight_u")
COLUMNS = (
    "time",
    "retention",
    "activity",
    "counts",
    "anterior",
    "posterior",
    "dose_rate",
    "background",
    "background_anterior",
    "background_posterior",
    "u",
    "note",
)
KINDS = ("retention", "activity", "counts", "anterior", "dose_rate")
P = ParamSpec("P")
T = TypeVar("T")
Columns: TypeAlias = "Mapping[str, Sequence[str | float | None] | NDArray[Any]]"
"""A table of readings by the heads of its columns, as a program has it."""
_PLAIN = re.compile(r"[-+0-9.eE,_ ]+")
_HEADER = re.compile(r"\s*([A-Za-z_]+)\s*(?:[\[(]([^\])]*)[\])])?\s*")
_HOUR = units.unit("h").factor
_MOST = 10_000
_SHOWN = 3
"""Rises that are named one by one."""
_PERCENT = Fraction(2)
"""A retention above this was printed in percent."""
_EXAMPLE = "time [h],retention"


class RetentionReading(NamedTuple):
    """One reading: the time in hours, its retention as a fraction, its relative standard uncertainty where stated."""

    time: Fraction
    retention: Fraction
    u: Fraction | None


class Retention(NamedTuple):
    """Readings in the order of time.

    ``kind`` is what was read; ``shared`` says that each was divided by the first, whose error they share. ``settings``
    are the texts that the file states for all of them, ``source`` is the file with its sha256.
    """

    readings: tuple[RetentionReading, ...]
    kind: str
    shared: bool
    flags: tuple[str, ...]
    settings: Mapping[str, str]
    source: Mapping[str, str] | None

    @property
    def last(self) -> float:
        """The time of the last reading in hours."""
        return float(self.readings[-1].time)


class _Row(NamedTuple):
    place: str
    cells: dict[str, str]


def read(path: str, administered: Fraction | None = None) -> Retention:
    """Read a retention file. ``administered`` in MBq is needed where retained activities were read. InputError."""
    name, said = folders.shown(path), ""
    if path.lower().endswith((".toml", ".json")):
        text, sha256 = read_text(path)
        settings, rows = _tables(text, name, json_=path.lower().endswith(".json"))
    else:
        text, sha256, said = tables.read(path)
        settings, rows = {}, list(_csv(text, name))
    if administered is None and "activity" in settings:
        administered = _inside(f"{name}, activity", units.read, settings["activity"], "activity").value
    found = _inside(name, _retention, rows, settings, administered, {"id": name, "sha256": sha256})
    return found._replace(flags=(said, *found.flags)) if said else found


def of_table(table: Columns, administered: Fraction | None = None) -> Retention:
    """Readings from columns of a program: ``{"time [h]": [1, 4, 24], "retention": [0.9, 0.6, 0.2]}``. InputError."""
    columns = {str(key): _texts(str(key), values) for key, values in table.items()}
    lengths = {key: len(values) for key, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise InputError(f"the columns differ in length: {', '.join(f'{k} {n}' for k, n in lengths.items())}")
    heads = _heads(list(columns))
    rows = [_row(heads, list(cells), f"reading {i}") for i, cells in enumerate(zip(*columns.values(), strict=True), 1)]
    return _retention(rows, {}, administered, None)


def _texts(key: str, values: Any) -> list[str]:
    values = values.tolist() if hasattr(values, "tolist") else values
    if not isinstance(values, (list, tuple)):
        raise InputError(f"read {type(values).__name__}, expected a list of readings", where=key)
    return [("" if value is None else _inside(key, texts, value)[0]) for value in values]


def _inside(place: str, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The value that a reader reads, the places of its errors nested: file, line, column."""
    try:
        return reader(*args, **kwargs)
    except InputError as error:
        where = place if error.where is None else f"{place}, {error.where}"
        raise InputError(error.message, where=where) from None


# -- files ------------------------------------------------------------------------------------------------------


def _csv(text: str, name: str) -> Iterator[_Row]:
    """The rows of a CSV text; lines that are empty or begin with # are left out."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    heads: list[tuple[str, str]] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells) or cells[0].lstrip().startswith("#"):
                continue
            if heads is None:
                heads = _inside(name, _heads, cells)
            else:
                yield _inside(name, _row, heads, cells, f"line {reader.line_num}")
    except csv.Error as error:
        raise InputError(f"line {reader.line_num}: {error}", where=name) from None
    if heads is None:
        raise InputError(f"the file is empty; its first line names the columns, for example {_EXAMPLE}", where=name)


def _heads(cells: list[str]) -> list[tuple[str, str]]:
    """Names and units of the columns."""
    heads = []
    for cell in cells:
        match = _HEADER.fullmatch(cell)
        column = "" if match is None else match[1].lower()
        if match is None or column not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise InputError(
                f"there is no column {cell.strip()[:40]!r}; there are {known}, with a unit as in {_EXAMPLE}"
            )
        heads.append((column, (match[2] or "").strip()))
    names = [name for name, _ in heads]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"the column {name!r} appears twice")
    return heads


def _row(heads: list[tuple[str, str]], cells: list[str], place: str) -> _Row:
    """The cells of a row, each with the unit of its header unless it brings its own."""
    if len(cells) != len(heads):
        raise InputError(
            f"{place} has {len(cells)} cells and the header {len(heads)}; a decimal comma splits a number in two, "
            "write 1.5"
        )
    filled = {}
    for (name, unit), cell in zip(heads, cells, strict=True):
        clean = cell.strip()
        if clean and name != "note":
            filled[name] = f"{clean} {unit}".rstrip() if _PLAIN.fullmatch(clean) else clean
    return _Row(place, filled)


def _tables(text: str, name: str, *, json_: bool) -> tuple[dict[str, str], list[_Row]]:
    """The settings and the rows of a JSON or TOML text."""
    raw = _raw(text, name, json_=json_)
    readings = raw.get("readings") if isinstance(raw, dict) else None
    if not isinstance(readings, list) or not all(isinstance(each, dict) for each in readings):
        raise InputError('expected [[readings]], each for example time = "4 h" and retention = 0.62', where=name)
    for key in raw:
        if key not in (*SETTINGS, "readings", "background", "note"):
            known = ", ".join(SETTINGS)
            raise InputError(f"the key {key!r} is not known here; there are {known}, background, readings", where=name)
    settings = {key: _inside(f"{name}, {key}", texts, raw[key])[0] for key in SETTINGS if key in raw}
    return settings, [_of_table(each, raw.get("background"), f"readings[{i}]", name) for i, each in enumerate(readings)]


def _raw(text: str, name: str, *, json_: bool) -> Any:
    try:
        if json_:
            return json.loads(text, parse_float=str, parse_constant=str, object_pairs_hook=once)
        return tomllib.loads(text, parse_float=str)
    except InputError as error:
        raise error.at(name) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not {'JSON' if json_ else 'TOML'}: {error}", where=name) from None


def _of_table(table: Mapping[str, Any], background: Any, place: str, name: str) -> _Row:
    """One of the [[readings]], with the background that holds for all of them unless it has its own."""
    for key in table:
        if key not in COLUMNS:
            message = f"the key {key!r} is not known here; there are {', '.join(COLUMNS)}"
            raise InputError(message, where=f"{name}, {place}")
    filled = {**({} if background is None else {"background": background}), **table}
    filled.pop("note", None)
    return _Row(place, {key: _inside(f"{name}, {place}, {key}", texts, value)[0] for key, value in filled.items()})


# -- readings ---------------------------------------------------------------------------------------------------


def _retention(
    rows: list[_Row], settings: Mapping[str, str], administered: Fraction | None, source: Mapping[str, str] | None
) -> Retention:
    if len(rows) > _MOST:
        raise InputError(f"{len(rows):,} readings; at most {_MOST:,} are read")
    kind = _kind(rows)
    readings = [_inside(row.place, _reading, row, kind, administered) for row in rows]
    if len({reading.time for reading in readings}) < 2:
        plural = "" if len(readings) == 1 else "s"
        raise InputError(f"{len(readings)} reading{plural}; a retention needs at least two, at two times")
    if not any(reading.retention for reading in readings):
        raise InputError("every reading is zero; nothing can be fitted to that")
    ordered = sorted(readings, key=lambda reading: reading.time)
    flags = list(_of_rows(rows, kind, in_order=ordered == readings))
    shared = kind not in ("retention", "activity")
    if shared:
        ordered = _of_first(ordered)
        if ordered[0].time:
            flags.append(f"the first reading, at {units.decimal(ordered[0].time, 6)} h, is taken as 100 %")
    flags += _of_readings(ordered, shared=shared)
    file = None if source is None else frozen(dict(source))
    return Retention(tuple(ordered), kind, shared, tuple(flags), frozen(dict(settings)), file)


def _kind(rows: list[_Row]) -> str:
    """The one kind of readings that the rows hold; none where there are no rows."""
    kinds = {kind for row in rows for kind in KINDS if kind in row.cells}
    if rows and len(kinds) != 1:
        held = " and ".join(sorted(kinds)) if kinds else "none of them"
        raise InputError(
            "expected readings of one kind (retention, activity, counts, anterior with posterior, or dose_rate), "
            f"found {held}"
        )
    return next(iter(kinds), "")


def _of_first(readings: list[RetentionReading]) -> list[RetentionReading]:
    """Readings in any unit as parts of the first."""
    first = readings[0].retention
    if not first:
        raise InputError("the first reading is zero, and the others are divided by it")
    return [reading._replace(retention=reading.retention / first) for reading in readings]


def _reading(row: _Row, kind: str, administered: Fraction | None) -> RetentionReading:
    time = _time(row.cells)
    value = _value(row, kind, administered)
    u = None
    if "u" in row.cells:
        u = _inside("u", units.read, row.cells["u"], "percent").value / 100
        if not u:
            raise InputError("a standard uncertainty is above zero; leave it out where it is not known", where="u")
    return RetentionReading(time, value, u)


def _time(cells: Mapping[str, str]) -> Fraction:
    """The time of a reading in hours."""
    if "time" not in cells:
        raise InputError(f"no time; the header names it with its unit, for example {_EXAMPLE}", where="time")
    text = cells["time"]
    if _PLAIN.fullmatch(text):
        message = f"read {text!r}, a time without a unit; write '4 h', or the unit in the header: {_EXAMPLE}"
        raise InputError(message, where="time")
    return _inside("time", units.read, text, "time").value / _HOUR


def _value(row: _Row, kind: str, administered: Fraction | None) -> Fraction:
    """The value of a reading, net of background."""
    cells = row.cells
    if kind == "retention":
        return _inside("retention", _fraction, cells.get("retention"))
    if kind == "activity":
        if administered is None:
            message = "a retained activity is a part of what was administered: state --activity"
            raise InputError(message, where="activity")
        return _inside("activity", _quantity, cells.get("activity"), "activity") / administered
    if kind == "dose_rate":
        value = _inside("dose_rate", _quantity, cells.get("dose_rate"), "equivalent dose rate")
        back = cells.get("background", "0 uSv/h")
        return _net(value, _inside("background", _quantity, back, "equivalent dose rate"))
    if kind == "counts":
        value = _inside("counts", _number, cells.get("counts"))
        return _net(value, _inside("background", _number, cells.get("background", "0")))
    return _both_views(cells)


def _both_views(cells: Mapping[str, str]) -> Fraction:
    """The geometric mean of an anterior and a posterior view, each net of its background."""
    net = []
    for view in ("anterior", "posterior"):
        value = _inside(view, _number, cells.get(view))
        back = cells.get(f"background_{view}", cells.get("background", "0"))
        net.append(_net(value, _inside("background", _number, back)))
    return Fraction(sqrt(float(net[0] * net[1])))


def _fraction(text: str | None) -> Fraction:
    if text is None:
        raise InputError("no reading; leave the row out")
    if text.strip().endswith("%"):
        return units.read(text, "percent").value / 100
    value = units.read_number(text)
    if value > _PERCENT:
        raise InputError(f"read {text!r}, expected a fraction; percent are written 'retention [%]' or '62 %'")
    return value


def _quantity(text: str | None, dimension: str) -> Fraction:
    if text is None:
        raise InputError("no reading; leave the row out")
    return units.read(text, dimension).value


def _number(text: str | None) -> Fraction:
    if text is None:
        raise InputError("no reading; leave the row out")
    return units.read_number(text)


def _net(value: Fraction, background: Fraction) -> Fraction:
    if value < background:
        shown, back = units.decimal(value, 6), units.decimal(background, 6)
        raise InputError(f"the reading of {shown} less its background of {back} is negative")
    return value - background


# -- flags ------------------------------------------------------------------------------------------------------


def _of_rows(rows: list[_Row], kind: str, *, in_order: bool) -> Iterator[str]:
    if not in_order:
        yield "the readings were not in the order of time and were sorted"
    symbols = list(dict.fromkeys(units.read(row.cells["time"], "time").unit.symbol for row in rows))
    if len(symbols) > 1:
        yield f"times were written in {' and '.join(symbols)}; each was converted"
    without = [row for row in rows if not any(cell.startswith("background") for cell in row.cells)]
    if kind in ("counts", "anterior", "dose_rate") and without:
        which = "no background was stated" if len(without) == len(rows) else f"no background at {without[0].place}"
        yield f"{which}: those readings are taken as net"
    stated = sum("u" in row.cells for row in rows)
    if 0 < stated < len(rows):
        yield "an uncertainty is stated for some readings alone, so none of them is used"


def _of_readings(readings: list[RetentionReading], *, shared: bool) -> Iterator[str]:
    after = readings[1:] if shared else readings
    high = [each for each in after if each.retention > 1]
    if high:
        before = " before the bladder was emptied" if shared else ""
        yield f"{_shown(high[0])} is more than was there{before}"
    rising = [
        pair for pair in pairwise(readings) if pair[1].retention > pair[0].retention and pair[1].time > pair[0].time
    ]
    for earlier, later in rising[:_SHOWN]:
        yield f"retention rises from {_shown(earlier)} to {_shown(later)}"
    if len(rising) > _SHOWN:
        yield f"and it rises {len(rising) - _SHOWN} times more"
    zero = [each for each in readings if not each.retention]
    if zero:
        at = ", ".join(f"{units.decimal(each.time, 6)} h" for each in zero[:5])
        yield f"a reading of zero at {at} cannot be weighted and is left out of the fit"


def _shown(reading: RetentionReading) -> str:
    return f"{units.decimal(100 * reading.retention)} % at {units.decimal(reading.time, 6)} h"
