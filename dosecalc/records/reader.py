"""Course records from files: TOML, JSON, and CSV with a row a dose. What was written is kept as text."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic_core import ValidationError

from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.faults import BadFileError, Problem, line_in, model_problems, plain_message
from dosecalc.files.folders import read_text
from dosecalc.files.model import keys_of
from dosecalc.files.patient import once
from dosecalc.files.record import CourseRecord, MeasuredActivity, RecordedDose


class WrittenAmount(NamedTuple):
    """An amount that was measured, its time, and what it was measured in, as a file writes them."""

    amount: str
    at: str | None
    where: str | None


class WrittenDose(NamedTuple):
    """One administration as a file writes it. ``place`` is the dose or row, for messages."""

    place: str
    number: int | None = None
    patient_id: str | None = None
    agent: str | None = None
    nuclide: str | None = None
    prescribed: str | None = None
    directive: str | None = None
    order: str | None = None
    range: str | None = None
    assayed: WrittenAmount | None = None
    residuals: tuple[WrittenAmount, ...] = ()
    given: str | None = None
    given_at: str | None = None
    route: str | None = None
    fraction: bool | None = None
    given_by: str | None = None
    coefficient: str | None = None


class RecordFile(NamedTuple):
    """A record that was read: its settings, as options of a plan where it follows a protocol, and its doses."""

    file: str
    sha256: str
    inputs: dict[str, list[str]]
    nuclide: str | None
    tz: str | None
    doses: Iterable[WrittenDose]
    length: int
    """How many doses there are, for a progress bar."""


def read(path: str) -> RecordFile:
    """Read a record. InputError, or BadFileError with every key that is wrong."""
    text, sha256 = read_text(path)
    name = folders.shown(path)
    if path.lower().endswith(".csv"):
        return RecordFile(name, sha256, {}, None, None, _rows(text, name), max(text.count("\n") - 1, 0))
    raw = _raw(text, name, json_=path.lower().endswith(".json") or text.lstrip().startswith("{"))
    if "doses" not in raw and "administered" in raw:
        return _published(raw, name, text, sha256)
    try:
        record = CourseRecord.model_validate(raw)
    except ValidationError as error:
        raise BadFileError(model_problems(name, text, error)) from None
    doses = [_of_model(dose, record, i) for i, dose in enumerate(record.doses)]
    if not doses:
        raise InputError(f"{name} has no dose")
    return RecordFile(name, sha256, _inputs(record), record.nuclide, record.tz, doses, len(doses))


def _raw(text: str, name: str, *, json_: bool) -> dict[str, Any]:
    try:
        raw = _json(text) if json_ else tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise BadFileError([Problem(name, "", line_in(str(error)), f"not TOML: {plain_message(str(error))}")]) from None
    except (ValueError, RecursionError) as error:
        raise BadFileError([Problem(name, "", None, f"not {'JSON' if json_ else 'TOML'}: {error}")]) from None
    if not isinstance(raw, dict):
        raise InputError(f"{name}: expected a table with [[doses]]")
    return raw


def _json(text: str) -> Any:
    try:
        return json.loads(text, parse_float=str, parse_constant=str, object_pairs_hook=once)
    except InputError as error:  # a key that appears twice
        raise ValueError(error.message) from None


def _inputs(record: CourseRecord) -> dict[str, list[str]]:
    """The record's protocol and patient as the options of a plan."""
    patient = {} if record.patient is None else record.patient.__dict__
    named = {
        "set": patient.get("observables", []),
        **{key: texts for key, texts in patient.items() if key != "observables"},
        "level": record.level,
        "cycles": record.cycles,
        "cycle-length": record.cycle_length,
        "reduction": record.reduction,
        "protocol": [] if record.protocol is None else [record.protocol],
    }
    return {option: list(texts) for option, texts in named.items() if texts}


def _of_model(dose: RecordedDose, record: CourseRecord, index: int) -> WrittenDose:
    return WrittenDose(
        place=f"doses[{index}]",
        number=dose.number,
        patient_id=dose.patient_id or record.patient_id,
        agent=dose.agent,
        nuclide=dose.nuclide,
        prescribed=dose.prescribed,
        directive=dose.directive,
        order=dose.order,
        range=dose.range,
        assayed=None if dose.assayed is None else _assay(dose.assayed),
        residuals=tuple(map(_assay, dose.residuals)),
        given=dose.given,
        given_at=dose.given_at,
        route=dose.route,
        fraction=dose.fraction_of_delivery,
        given_by=dose.given_by,
        coefficient=dose.dose_coefficient or record.dose_coefficient,
    )


def _assay(reading: MeasuredActivity) -> WrittenAmount:
    return WrittenAmount(reading.amount, reading.at, reading.where)


def _published(raw: dict[str, Any], name: str, text: str, sha256: str) -> RecordFile:
    """Published administrations: [[administered]] tables with the keys of doses, whatever else stands in them."""
    tables = raw["administered"]
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        raise InputError(f"{name}: expected [[administered]] tables")
    if "protocol" in raw:
        raise InputError(
            f"{name}: [[administered]] are published cases; a course that follows a protocol has [[doses]]"
        )
    known = [{key: table[key] for key in keys_of(RecordedDose) if key in table} for table in tables]
    try:
        record = CourseRecord.model_validate({"doses": known})
    except ValidationError as error:
        raise BadFileError(model_problems(name, text, error)) from None
    doses = [
        _of_case(dose, record, index, table)
        for index, (dose, table) in enumerate(zip(record.doses, tables, strict=True))
    ]
    return RecordFile(name, sha256, {}, None, None, doses, len(doses))


def _of_case(dose: RecordedDose, record: CourseRecord, index: int, table: Mapping[str, Any]) -> WrittenDose:
    """A published case as the first dose of a patient who has the id of the case."""
    patient = str(table.get("id", index + 1))
    return _of_model(dose, record, index)._replace(place=f"administered[{index}]", number=1, patient_id=patient)


# -- CSV --------------------------------------------------------------------------------------------------------

_READINGS = ("assayed", "residual", "residual_2", "residual_3")
COLUMNS = (
    "number",
    "patient_id",
    "agent",
    "nuclide",
    "prescribed",
    "directive",
    "order",
    "range",
    "given",
    "given_at",
    "route",
    "given_by",
    *(f"{reading}{part}" for reading in _READINGS for part in ("", "_at", "_where")),
    "fraction_of_delivery",
    "dose_coefficient",
    "note",
)
_TRUTH = {"true": True, "yes": True, "false": False, "no": False, "": None}


def _rows(text: str, name: str) -> Iterator[WrittenDose]:
    """The doses of a CSV text, read one after the other; rows without a text are left out."""
    rows = _read_rows(text, name)
    _, cells = next(rows, (0, []))
    header = _header([cell.strip() for cell in cells], name)
    filled = ((number, row) for number, row in rows if any(cell.strip() for cell in row))
    empty = True
    for number, row in filled:
        empty = False
        if len(row) != len(header):
            raise InputError(
                f"row {number} has {len(row)} cells and the header {len(header)}; a decimal comma splits a number in "
                "two, write 1.5 mCi",
                where=name,
            )
        yield _of_row({column: cell.strip() for column, cell in zip(header, row, strict=True)}, f"row {number}")
    if empty:
        raise InputError(f"{name} has no dose")


def _header(header: list[str], name: str) -> list[str]:
    """The columns of a CSV text, each known and there once. InputError."""
    if len(header) == 1 and ";" in header[0]:
        raise InputError(f"{name}: the columns are separated by semicolons; use commas, and a decimal point")
    for column in header:
        if column not in COLUMNS:
            raise InputError(f"{name}: there is no column {column!r}; there are {', '.join(COLUMNS)}")
        if header.count(column) > 1:
            raise InputError(f"{name}: the column {column!r} appears twice")
    return header


def _read_rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV text with their line numbers."""
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error as error:
        raise InputError(f"line {rows.line_num}: {error}", where=name) from None


def _of_row(cells: Mapping[str, str], place: str) -> WrittenDose:
    def text(column: str) -> str | None:
        return cells.get(column) or None

    number, fraction = text("number"), cells.get("fraction_of_delivery", "").lower()
    if number is not None and not (number.isascii() and number.isdigit() and 0 < int(number) < 1000):
        raise InputError(f"read {number[:20]!r}, expected the number of a dose", where=f"{place}, number")
    if fraction not in _TRUTH:
        raise InputError(f"read {fraction[:20]!r}, expected true or false", where=f"{place}, fraction_of_delivery")
    assayed, *residuals = (_reading(cells, name, place) for name in _READINGS)
    return WrittenDose(
        place=place,
        number=None if number is None else int(number),
        patient_id=text("patient_id"),
        agent=text("agent"),
        nuclide=text("nuclide"),
        prescribed=text("prescribed"),
        directive=text("directive"),
        order=text("order"),
        range=text("range"),
        assayed=assayed,
        residuals=tuple(residual for residual in residuals if residual is not None),
        given=text("given"),
        given_at=text("given_at"),
        route=text("route"),
        fraction=_TRUTH[fraction],
        given_by=text("given_by"),
        coefficient=text("dose_coefficient"),
    )


def _reading(cells: Mapping[str, str], name: str, place: str) -> WrittenAmount | None:
    """An amount that was measured, with its time and place; None where its cell is empty."""
    amount, at, where = (cells.get(column) or None for column in (name, f"{name}_at", f"{name}_where"))
    if amount is None and (at or where):
        message = f"a time or a place without an amount; state {name}, '0 mCi' if nothing was left"
        raise InputError(message, where=f"{place}, {name}")
    return None if amount is None else WrittenAmount(amount, at, where)
