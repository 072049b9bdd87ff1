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
from dosecalc.files import folders, tables
from dosecalc.files.capacity import RECORD
from dosecalc.files.faults import BadFileError, Problem, line_in, model_problems, plain_message
from dosecalc.files.folders import read_text
from dosecalc.files.model import keys_of
from dosecalc.files.patient import once
from dosecalc.files.record import CourseRecord, DoseComponent, DosePart, MeasuredActivity, RecordedDose
from dosecalc.findings.finding import Status
from dosecalc.quantities.options import within
from dosecalc.records import checked, rechecked

SIZES = ("weight", "height", "bsa")
"""The sizes of the body that a dose may state."""


class WrittenAmount(NamedTuple):
    """An amount that was measured, its time, what it was measured in and by whom, as a file writes them."""

    amount: str
    at: str | None
    where: str | None
    by: str | None = None


class WrittenPart(NamedTuple):
    """What was given at one time: all of a dose, or a part of it, which ``place`` then names."""

    place: str = ""
    assayed: WrittenAmount | None = None
    residuals: tuple[WrittenAmount, ...] = ()
    given: str | None = None
    given_at: str | None = None
    given_by: str | None = None
    note: str | None = None


class WrittenDose(NamedTuple):
    """One administration as a file writes it. ``place`` is the dose or row, for messages.

    ``course_of`` is the patient of the whole file, where the dose is of another. ``component`` is the number of one of
    several agents that were given together, each of which is a dose of the same number. ``ignored`` are keys of a
    published case that a dose does not have, ``counted`` fields that nobody stated and that were made for it.
    """

    place: str
    number: int | None = None
    patient_id: str | None = None
    course_of: str | None = None
    component: int | None = None
    agent: str | None = None
    nuclide: str | None = None
    prescribed_agent: str | None = None
    prescribed: str | None = None
    directive: str | None = None
    order: str | None = None
    range: str | None = None
    parts: tuple[WrittenPart, ...] = (WrittenPart(),)
    route: str | None = None
    form: str | None = None
    fraction: bool | None = None
    happened: tuple[str, ...] = ()
    coefficient: str | None = None
    weight: str | None = None
    height: str | None = None
    bsa: str | None = None
    note: str | None = None
    notes: tuple[str, ...] = ()
    ignored: tuple[tuple[str, str], ...] = ()
    counted: tuple[str, ...] = ()


class RecordFile(NamedTuple):
    """A record that was read: its settings, as options of a plan where it follows a protocol, and its doses."""

    file: str
    sha256: str
    inputs: dict[str, list[str]]
    nuclide: str | None
    tz: str | None
    patient_id: str | None
    doses: Iterable[WrittenDose]
    length: int
    """How many doses there are, for a progress bar."""
    gate: tuple[Status, str] | None = None
    """The word of the gate before the dose: the status of what it said, and a sentence."""
    said: str = ""
    """How a table was read, where that is not usual."""


def read(path: str) -> RecordFile:
    """Read a record. InputError, or BadFileError with every key that is wrong."""
    name = folders.shown(path)
    if path.lower().endswith(".csv"):
        table = tables.read(path, RECORD)
        length = max(table.text.count("\n") - 1, 0)
        return RecordFile(name, table.sha256, {}, None, None, None, _doses(table.text, name), length, said=table.said)
    text, sha256 = read_text(path, RECORD)
    raw = _raw(text, name, json_=path.lower().endswith(".json") or text.lstrip().startswith("{"))
    gate = None
    if checked.is_check(raw):
        within(name, rechecked.sound, raw)
        gate = checked.word(raw)
    raw = raw if gate is None else checked.as_record(raw)
    if "doses" not in raw and "administered" in raw:
        return _published(raw, name, text, sha256)
    try:
        record = CourseRecord.model_validate(raw)
    except ValidationError as error:
        raise BadFileError(model_problems(name, text, error)) from None
    doses = [each for i, dose in enumerate(record.doses) for each in _of_dose(dose, record, i)]
    if not doses:
        raise InputError(f"{name} has no dose")
    patient = _id(record.patient_id)
    return RecordFile(name, sha256, _inputs(record), record.nuclide, record.tz, patient, doses, len(doses), gate)


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
        "toxicity": record.toxicity,
        "protocol": [] if record.protocol is None else [record.protocol],
    }
    return {option: list(texts) for option, texts in named.items() if texts}


def _id(text: str | None) -> str | None:
    """A patient's name or number; blanks around it are not part of it."""
    return (text or "").strip() or None


def _of_dose(dose: RecordedDose, record: CourseRecord, index: int) -> Iterator[WrittenDose]:
    """A dose, or each of the agents that were given together in it."""
    whole = _of_model(dose, record, index)
    if not dose.components:
        yield whole
        return
    for key in (*keys_of(DoseComponent), "parts"):
        if getattr(dose, key):
            message = "state what was prescribed and given of each component, in the components"
            raise InputError(message, where=f"{whole.place}, {key}")
    for number, component in enumerate(dose.components, 1):
        stated = {key: getattr(component, key) for key in _PRESCRIBING}
        part = WrittenPart(
            "",
            None if component.assayed is None else _assay(component.assayed),
            tuple(map(_assay, component.residuals)),
            component.given,
            dose.given_at,
            dose.given_by,
        )
        yield whole._replace(
            **stated,
            place=f"{whole.place}, components[{number - 1}]",
            component=number,
            parts=(part,),
            coefficient=component.dose_coefficient or record.dose_coefficient,
        )


_PRESCRIBING = ("agent", "nuclide", "prescribed_agent", "prescribed", "directive", "order", "range")


def _of_model(dose: RecordedDose, record: CourseRecord, index: int) -> WrittenDose:
    mine, whole = _id(dose.patient_id), _id(record.patient_id)
    return WrittenDose(
        place=f"doses[{index}]",
        number=dose.number,
        patient_id=mine or whole,
        course_of=whole if mine not in (None, whole) else None,
        agent=dose.agent,
        nuclide=dose.nuclide,
        prescribed_agent=dose.prescribed_agent,
        prescribed=dose.prescribed,
        directive=dose.directive,
        order=dose.order,
        range=dose.range,
        parts=_parts(dose, f"doses[{index}]"),
        route=dose.route,
        form=dose.form,
        fraction=dose.fraction_of_delivery,
        happened=tuple(dose.happened),
        coefficient=dose.dose_coefficient or record.dose_coefficient,
        weight=dose.weight,
        height=dose.height,
        bsa=dose.bsa,
        note=dose.note,
    )


def _parts(dose: RecordedDose, place: str) -> tuple[WrittenPart, ...]:
    """What was given of a dose, in one or in several parts."""
    if not dose.parts:
        return (_part(dose, ""),)
    for key in ("assayed", "residuals", "given", "given_at", "given_by"):
        if getattr(dose, key):
            message = "state what was given of the dose as a whole or in its parts, not both"
            raise InputError(message, where=f"{place}, {key}")
    return tuple(_part(part, f"parts[{i}]") for i, part in enumerate(dose.parts))


def _part(stated: RecordedDose | DosePart, place: str) -> WrittenPart:
    return WrittenPart(
        place,
        None if stated.assayed is None else _assay(stated.assayed),
        tuple(map(_assay, stated.residuals)),
        stated.given,
        stated.given_at,
        stated.given_by,
        stated.note if place else None,
    )


def _assay(reading: MeasuredActivity) -> WrittenAmount:
    return WrittenAmount(reading.amount, reading.at, reading.where, reading.by)


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
        patient = {key: raw[key] for key in ("patient_id",) if key in raw}
        record = CourseRecord.model_validate({**patient, "doses": known})
    except ValidationError as error:
        raise BadFileError(model_problems(name, text, error)) from None
    doses = [
        written
        for index, (dose, table) in enumerate(zip(record.doses, tables, strict=True))
        for written in _of_case(dose, record, index, table)
    ]
    return RecordFile(name, sha256, {}, None, None, None, doses, len(doses))


def _of_case(dose: RecordedDose, record: CourseRecord, index: int, table: Mapping[str, Any]) -> Iterator[WrittenDose]:
    """A published case: the first dose of a patient who has the id of the case, unless it says who the patient is."""
    case = table.get("id")
    ignored = tuple((key, str(value)[:80]) for key, value in table.items() if key not in keys_of(RecordedDose))
    for each in _of_dose(dose, record, index):
        written = each._replace(place=each.place.replace("doses", "administered", 1), ignored=ignored)
        if written.patient_id is None:
            patient = str(index + 1 if case is None else case)
            yield written._replace(number=1, patient_id=patient, counted=("number", "patient_id"))
        else:
            yield written if case is None else written._replace(notes=(f"case {str(case)[:80]}",))


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
    "form",
    "given_by",
    "part",
    "component",
    "prescribed_agent",
    *(f"{reading}{key}" for reading in _READINGS for key in ("", "_at", "_where", "_by")),
    "fraction_of_delivery",
    "happened",
    "dose_coefficient",
    *SIZES,
    "note",
)
_COLUMN = {"fraction": "fraction_of_delivery", "coefficient": "dose_coefficient"}
"""The columns whose fields have another name."""
_TRUTH = {"true": True, "yes": True, "false": False, "no": False, "": None}


def _doses(text: str, name: str) -> Iterator[WrittenDose]:
    """The doses of a CSV text, read one after the other; rows that are parts of one dose are joined."""
    joined: WrittenDose | None = None
    for part, dose in _rows(text, name):
        if part is not None and part > 1:
            joined = _continued(joined, part, dose)
            continue
        if joined is not None:
            yield joined
        joined = dose
    if joined is not None:
        yield joined


def _continued(before: WrittenDose | None, part: int, dose: WrittenDose) -> WrittenDose:
    """A dose with one more part: its row follows that of the part before, and says nothing else of the dose."""
    if before is None or not before.parts[0].place or len(before.parts) != part - 1:
        raise InputError(f"part {part} does not follow part {part - 1} of its dose", where=f"{dose.place}, part")
    for key in before._fields:
        one, other = getattr(before, key), getattr(dose, key)
        if key not in ("place", "parts") and other not in (None, ()) and other != one:
            message = f"read {str(other)[:40]!r}, but part 1 of the dose has {one!r}"
            raise InputError(message, where=f"{dose.place}, {_COLUMN.get(key, key)}")
    return before._replace(parts=(*before.parts, *dose.parts))


def _rows(text: str, name: str) -> Iterator[tuple[int | None, WrittenDose]]:
    """The rows of a CSV text as doses, each with the number of its part; rows without a text are left out."""
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


def _of_row(cells: Mapping[str, str], place: str) -> tuple[int | None, WrittenDose]:
    """A row: the number of its part where it is one, and the dose with what was given."""

    def text(column: str) -> str | None:
        return cells.get(column) or None

    number, part, component = (_whole(text(column), f"{place}, {column}", of) for column, of in _NUMBERS)
    fraction = cells.get("fraction_of_delivery", "").lower()
    if fraction not in _TRUTH:
        raise InputError(f"read {fraction[:20]!r}, expected true or false", where=f"{place}, fraction_of_delivery")
    assayed, *residuals = (_reading(cells, name, place) for name in _READINGS)
    given = WrittenPart(
        "" if part is None else place,
        assayed,
        tuple(residual for residual in residuals if residual is not None),
        text("given"),
        text("given_at"),
        text("given_by"),
    )
    return part, WrittenDose(
        place=place,
        number=number,
        patient_id=text("patient_id"),
        component=component,
        agent=text("agent"),
        nuclide=text("nuclide"),
        prescribed_agent=text("prescribed_agent"),
        prescribed=text("prescribed"),
        directive=text("directive"),
        order=text("order"),
        range=text("range"),
        parts=(given,),
        route=text("route"),
        form=text("form"),
        fraction=_TRUTH[fraction],
        happened=tuple(each for part in cells.get("happened", "").split(";") if (each := part.strip())),
        coefficient=text("dose_coefficient"),
        weight=text("weight"),
        height=text("height"),
        bsa=text("bsa"),
        note=text("note"),
    )


def _reading(cells: Mapping[str, str], name: str, place: str) -> WrittenAmount | None:
    """An amount that was measured, with its time and place; None where its cell is empty."""
    columns = (name, f"{name}_at", f"{name}_where", f"{name}_by")
    amount, at, where, by = (cells.get(column) or None for column in columns)
    if amount is None and (at or where or by):
        message = f"a time or a place without an amount; state {name}, '0 mCi' if nothing was left"
        raise InputError(message, where=f"{place}, {name}")
    return None if amount is None else WrittenAmount(amount, at, where, by)


_NUMBERS = (
    ("number", "the number of a dose"),
    ("part", "the number of a part of a dose"),
    ("component", "the number of one of several agents"),
)


def _whole(text: str | None, place: str, of: str) -> int | None:
    if text is not None and not (text.isascii() and text.isdigit() and 0 < int(text) < 1000):
        raise InputError(f"read {text[:20]!r}, expected {of}", where=place)
    return None if text is None else int(text)
