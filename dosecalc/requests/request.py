"""What is asked: the texts of the options, read through the unit door into statements with their dose or date.

Options and library keywords meet here as one table ``{option: [texts]}``, which a plan keeps verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course import observables
from dosecalc.course.observables import BY_CYCLE, Observable
from dosecalc.errors import InputError
from dosecalc.quantities import units
from dosecalc.quantities.options import one, within
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Measure
from dosecalc.reference.bodysurface import DEFAULT, FORMULAS

OPTIONS = ("protocol", "bsa", "weight", "height", "age", "sex", "level", "cycles", "start", "cycle-length", "prior",
           "given", "measured", "retention", "reduction", "set", "patient", "label", "bsa-formula")  # fmt: skip
SIZES = ("bsa", "weight", "height")
MOST = 100
_INDEXED = re.compile(r"\s*([0-9]{1,4})\s*=(.*)", re.DOTALL)
_NAMED = re.compile(r"\s*([A-Za-z_0-9.]+)\s*(?:\[\s*([0-9]{1,4})\s*\])?\s*=(.*)", re.DOTALL)
_PRIOR_DIMENSIONS = ("activity", "activity/weight", "activity/bsa", "mass", "mass/weight", "mass/bsa")


class Sized(NamedTuple):
    """A body size with the dose from which, or the date at which, it holds."""

    stated: Stated
    dose: int | None
    date: Date | None


class PriorStatement(NamedTuple):
    """One earlier administration: amount, and the agent, date and weight of that time where they were stated."""

    amount: Measure
    agent: str | None
    date: Date | None
    weight: Measure | None
    text: str


class GivenStatement(NamedTuple):
    amount: Measure
    date: Date | None


class Request:
    """Everything that was asked, read. ``prior`` is None where nothing was said, empty where there was none."""

    def __init__(self) -> None:
        self.stated: dict[str, Stated] = {}
        self.indexed: dict[tuple[str, int], Stated] = {}
        self.sizes: dict[str, list[Sized]] = {}
        self.levels: dict[int | None, Measure] = {}
        self.cycles: int | None = None
        self.start: Date | None = None
        self.cycle_length: Fraction | None = None
        self.prior: list[PriorStatement] | None = None
        self.given: dict[int, GivenStatement] = {}
        self.measured: dict[int, Measure] = {}
        self.retention: dict[int, str] = {}
        self.reductions: dict[int, int] = {}
        self.formula: str | None = None


def read(inputs: Mapping[str, Sequence[str]], table: Mapping[str, Observable]) -> Request:
    """Read every option. InputError names the option, what was read, what was expected and how to write it."""
    request = Request()
    for name in SIZES:
        for text in inputs.get(name, ()):
            within(f"--{name}", _read_size, request, name, text)
    for name in ("age", "sex"):
        for text in inputs.get(name, ()):
            within(f"--{name}", _state, request, observables.find(name, table), None, text)
    for text in inputs.get("set", ()):
        within("--set", _read_set, request, text, table)
    for text in inputs.get("level", ()):
        within("--level", _read_level, request, text)
    for text in inputs.get("given", ()):
        within("--given", _read_given, request, text)
    for text in inputs.get("measured", ()):
        within("--measured", _read_measured, request, text)
    for text in inputs.get("retention", ()):
        within("--retention", _read_retention, request, text)
    for text in inputs.get("reduction", ()):
        within("--reduction", _read_reduction, request, text)
    within("--prior", _read_prior, request, list(inputs.get("prior", ())))
    if (text_ := one(inputs, "cycles")) is not None:
        request.cycles = within("--cycles", whole, text_)
    if (text_ := one(inputs, "start")) is not None:
        request.start = within("--start", read_date, text_)
    if (text_ := one(inputs, "cycle-length")) is not None:
        request.cycle_length = within("--cycle-length", _days, text_)
    if (text_ := one(inputs, "bsa-formula")) is not None:
        request.formula = within("--bsa-formula", _formula, text_)
    _check_cells(request)
    _check_completed_age(request)
    _check_men(request)
    _check_prior(request)
    _check_measured(request)
    _check_label(inputs)
    return request


def _read_size(request: Request, name: str, text: str) -> None:
    dose, rest = _index(text)
    value, date = _dated(rest)
    row = observables.OBSERVABLES[name]
    made = Sized(observables.read(row, value), dose, date)
    for other in request.sizes.get(name, []):
        if (other.dose, other.date) == (made.dose, made.date):
            _same(name, other.stated, made.stated)
    request.sizes.setdefault(name, []).append(made)


def _read_set(request: Request, text: str, table: Mapping[str, Observable]) -> None:
    match = _NAMED.fullmatch(text)
    if match is None:
        raise InputError(f"read {text!r}, expected OBSERVABLE=VALUE or OBSERVABLE[N]=VALUE, for example "
                         "'platelets=90000/uL'")  # fmt: skip
    name, index, value = match[1], match[2], match[3].strip()
    row = observables.find(name, table)
    if row.computed:
        instead = f"; {observables.settled_by(row)} bears on it" if row.option else ""
        raise InputError(f"{name} is computed from the plan and cannot be set{instead}")
    number = None if index is None else _number_of(index, "cycle" if name in BY_CYCLE else "dose")
    if number is not None and name not in SIZES and not observables.indexable(row):
        raise InputError(f"{name} holds for the whole course: write '{name}={value}', without [{number}]")
    if name in SIZES:
        within(f"--set {name}", _read_size, request, name, f"{number}={value}" if number else value)
    else:
        within(f"--set {text.partition('=')[0].strip()}", _state, request, row, number, value)


def _state(request: Request, row: Observable, index: int | None, text: str) -> None:
    made = observables.read(row, text)
    before = request.stated.get(row.name) if index is None else request.indexed.get((row.name, index))
    if before is not None:
        _same(row.name, before, made)
    if index is None:
        request.stated[row.name] = made
    else:
        request.indexed[row.name, index] = made


def _same(name: str, before: Stated, made: Stated) -> None:
    if before.value != made.value:
        raise InputError(f"{name} is given twice with different values, {before.text!r} and {made.text!r}")


def _check_cells(request: Request) -> None:
    stored = request.stated.get("stem_cells_stored")
    for name in ("cd34_per_weight", "marrow_mononuclear_per_weight"):
        cells = request.stated.get(name)
        if stored is not None and cells is not None and stored.value is False and cells.value:
            raise InputError(f"stem_cells_stored=false says that no cells are stored, but {name} is {cells.text!r}",
                             where="--set")  # fmt: skip

    counts = [request.stated.get(name) for name in ("cd34_per_weight", "marrow_mononuclear_per_weight")]
    if stored is not None and stored.value is True and all(count is not None and not count.value for count in counts):
        raise InputError("stem_cells_stored=true does not go with two counts of zero", where="--set")


def _check_men(request: Request) -> None:
    sex = request.stated.get("sex")
    for name in ("pregnant", "lactating"):
        said = request.stated.get(name)
        if sex is not None and said is not None and sex.value == "male" and said.value is True:
            raise InputError(f"{name}=true does not go with the sex male", where="--set")


def _check_prior(request: Request) -> None:
    count, interval = request.stated.get("prior_count"), request.stated.get("prior_interval")
    none = count is not None and count.value == 0
    if interval is not None and (none or request.prior == []):
        raise InputError(f"prior_interval={interval.text} does not go with no prior administration", where="--set")
    if none and request.prior:
        raise InputError("prior_count=0 does not go with --prior", where="--set")


def _check_measured(request: Request) -> None:
    for number, measured in request.measured.items():
        given = request.given.get(number)
        if given is not None and given.amount.value == 0 and measured.value:
            said = f"dose {number} was given as 0, which leaves no dose of {measured.text}"
            raise InputError(said, where="--measured")


def _check_label(inputs: Mapping[str, Sequence[str]]) -> None:
    for text in inputs.get("label", ()):
        if not text.isprintable():
            raise InputError(f"read {text!r}, expected printable text on one line", where="--label")


def _check_completed_age(request: Request) -> None:
    age, completed = request.stated.get("age"), request.stated.get("age_completed")
    if age is not None and completed is not None:
        year = units.unit("y").factor
        if Fraction(age.value) // year != Fraction(completed.value) / year:
            raise InputError(f"age_completed={completed.text} does not go with an age of {age.text}", where="--set")


def _read_level(request: Request, text: str) -> None:
    dose, rest = _index(text)
    made = _level(rest)
    before = request.levels.get(dose)
    if before is not None and (before.value, before.dimension) != (made.value, made.dimension):
        raise InputError(f"the level is given twice with different values, {before.text!r} and {made.text!r}")
    request.levels[dose] = made


_LEVELS = ("activity/weight", "activity/bsa", "mass/weight", "mass/bsa")


def _level(text: str) -> Measure:
    """A level of any kind; which one the arm has is seen later."""
    try:
        return units.read(text)
    except InputError:
        return units.read(text, _LEVELS)


def _read_given(request: Request, text: str) -> None:
    dose, rest = _needs_index(text, '--given 1="8000 MBq@2026-03-01"')
    value, date = _dated(rest)
    made = GivenStatement(units.read(value, ("activity", "mass")), date)
    before = request.given.get(dose)
    if before is not None and (before.amount.value, before.date) != (made.amount.value, made.date):
        raise InputError(f"dose {dose} is given twice with different values")
    request.given[dose] = made


def _read_measured(request: Request, text: str) -> None:
    dose, rest = _needs_index(text, '--measured 1="1.9 Gy"')
    made = units.read(rest, "absorbed dose")
    before = request.measured.get(dose)
    if before is not None and before.value != made.value:
        raise InputError(f"the dose from administration {dose} is given twice with different values")
    request.measured[dose] = made


def _read_retention(request: Request, text: str) -> None:
    dose, path = _needs_index(text, "--retention 1=retention.csv")
    if request.retention.get(dose, path) != path:
        raise InputError(f"dose {dose} has two files, {request.retention[dose]} and {path}")
    if dose in request.measured:
        said = f"the dose from administration {dose} is stated by --measured; give one or the other"
        raise InputError(said)
    request.retention[dose] = path.strip()


def _read_reduction(request: Request, text: str) -> None:
    dose, rest = _needs_index(text, "--reduction 3=1")
    if not re.fullmatch(r"[0-9]{1,2}", rest.strip()):
        raise InputError(
            f"read {text!r}, expected N=STEP, the step of the protocol's ladder from dose N on, 0 for none"
        )
    step = int(rest)
    if request.reductions.get(dose, step) != step:
        raise InputError(f"dose {dose} is reduced twice, to step {request.reductions[dose]} and to step {step}")
    request.reductions[dose] = step


def _read_prior(request: Request, found: list[str]) -> None:
    if not found:
        return
    none = [text for text in found if text.strip().lower() == "none"]
    if none and len(found) > len(none):
        raise InputError("read 'none' together with a prior administration; give one or the other")
    request.prior = [] if none else [_prior(text) for text in found]


def _prior(text: str) -> PriorStatement:
    """``[AGENT:]AMOUNT[@DATE][,WEIGHT]``"""
    rest, comma, weight_text = text.partition(",")
    agent, colon, amount_text = rest.partition(":")
    if not colon:
        agent, amount_text = "", rest
    amount, date = _dated(amount_text)
    weight = None
    if comma:
        try:
            weight = observables.read(observables.OBSERVABLES["weight"], weight_text).measure
        except InputError as error:
            raise InputError(f"read {text!r}; what follows the comma is the weight of that time, and decimals have a "
                             f"point: {error.message}") from None  # fmt: skip
    return PriorStatement(units.read(amount, _PRIOR_DIMENSIONS), agent.strip() or None, date, weight, text)


def _index(text: str) -> tuple[int | None, str]:
    match = _INDEXED.fullmatch(text)
    return (None, text) if match is None else (_number_of(match[1], "dose"), match[2])


def _needs_index(text: str, example: str) -> tuple[int, str]:
    dose, rest = _index(text)
    if dose is None:
        raise InputError(f"read {text!r}, which does not say which dose it is; write for example {example}")
    return dose, rest


def _number_of(text: str, what: str) -> int:
    if int(text) < 1:
        raise InputError(f"read {text!r} as the number of a {what}, which counts from 1")
    return int(text)


def _dated(text: str) -> tuple[str, Date | None]:
    value, at, date = text.partition("@")
    return value, read_date(date) if at else None


def read_date(text: str) -> Date:
    """Read a calendar date written as 2026-03-01."""
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
            date = Date.fromisoformat(text.strip())
            if 1900 <= date.year < 2200:
                return date
    except ValueError:
        pass
    expected = "expected a date from 1900 to 2199 as year-month-day, for example 2026-03-01"
    raise InputError(f"read {text[:40]!r}, {expected}")


def whole(text: str) -> int:
    """Read a whole number from 1 to 100."""
    if not re.fullmatch(r"[0-9]{1,4}", text.strip()) or not 1 <= int(text) <= MOST:
        raise InputError(f"read {text[:40]!r}, expected a whole number from 1 to {MOST}")
    return int(text)


def _days(text: str) -> Fraction:
    value = units.read(text, "time").value
    if value.denominator != 1 or not 1 <= value <= 3650:
        raise InputError(f"read {text!r}, expected whole days up to ten years, for example '56 day'")
    return value


def _formula(text: str) -> str:
    name = text.strip().lower().replace(" ", "-").replace("_", "-")
    name = next((known for known in FORMULAS if known.replace("-", "") == name.replace("-", "")), name)
    if name not in FORMULAS:
        raise InputError(f"read {text!r}, expected one of {', '.join(FORMULAS)} (by default {DEFAULT})")
    return name


def size_hint(bases: Iterable[str]) -> str:
    """The options that state a body size."""
    ways = {"weight": "--weight 20 (kg)", "bsa": "--bsa 1.6 (m²), or --weight and --height"}
    wanted = set(bases)
    return "give " + " and ".join(way for basis, way in ways.items() if basis in wanted)
