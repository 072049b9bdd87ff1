"""A request: the texts of the options, read through the unit door into statements with their dose or date.

Options and library keywords meet here as one table ``{option: [texts]}``, which a plan keeps verbatim.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date as Date
from fractions import Fraction
from typing import NamedTuple, TypeVar

from dosecalc.course import observables
from dosecalc.course.observables import BY_CYCLE, OBSERVABLES, Observable
from dosecalc.errors import InputError
from dosecalc.quantities import identifiers, units
from dosecalc.quantities.options import one, within
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Measure
from dosecalc.reference.beliefs import belief
from dosecalc.reference.bodysurface import DEFAULT, FORMULAS
from dosecalc.requests import toxicities
from dosecalc.requests.toxicities import ToxicityAfter

SIZES = ("bsa", "weight", "height")
MOST = 100
"""The largest number of cycles that can be asked for."""
LONGEST = 3650
"""Days that the distance between cycles may be."""
_INDEXED = re.compile(r"\s*([0-9]{1,4})\s*=(.*)", re.DOTALL)
_NAMED = re.compile(r"\s*([A-Za-z_0-9.]+)\s*(?:\[\s*([0-9]{1,4})\s*\])?\s*=(.*)", re.DOTALL)
_PRIOR_DIMENSIONS = ("activity", "activity/weight", "activity/bsa", "mass", "mass/weight", "mass/bsa")
_LEVEL_DIMENSIONS = ("activity/weight", "activity/bsa", "mass/weight", "mass/bsa")
T = TypeVar("T")
Inputs = Mapping[str, Sequence[str]]
"""A table of options: ``{option: [texts]}``."""


class PriorStatement(NamedTuple):
    """One earlier administration: amount, and the agent, date and weight of that time where they were stated."""

    amount: Measure
    agent: str | None
    date: Date | None
    weight: Measure | None
    text: str


class Request(NamedTuple):
    """Everything that was asked, read. ``prior`` is None where nothing was said, empty where there was none.

    ``levels`` are by dose, under None the level of every dose; ``given`` (amounts), ``measured`` (Gy), ``retention``
    (paths of files of readings) and ``reductions`` (steps) are by dose too, ``toxicities``
    by cycle. ``indexed`` holds observables of one dose or cycle.
    """

    stated: Mapping[str, Stated]
    indexed: Mapping[tuple[str, int], Stated]
    sizes: Mapping[str, tuple[Stated, ...]]
    levels: Mapping[int | None, Stated]
    cycles: int | None
    start: Date | None
    cycle_length: Stated | None
    prior: tuple[PriorStatement, ...] | None
    given: Mapping[int, Stated]
    measured: Mapping[int, Stated]
    retention: Mapping[int, Stated]
    reductions: Mapping[int, Stated]
    toxicities: tuple[ToxicityAfter, ...]
    formula: str | None


def read(inputs: Inputs, table: Mapping[str, Observable]) -> Request:
    """Read every option; ``table`` has the observables that may be stated.

    InputError names the option, what was read, what was expected and how to write it.
    """
    observed = _observed(inputs, table)
    request = Request(
        stated={name: each for (name, index), each in observed.items() if index is None},
        indexed={(name, index): each for (name, index), each in observed.items() if index is not None},
        sizes=_sizes(inputs),
        given=_by_dose(inputs, "given", _given),
        measured=_by_dose(inputs, "measured", _measured),
        retention=_by_dose(inputs, "retention", _retention),
        reductions=_by_dose(inputs, "reduction", _reduction),
        toxicities=within("--toxicity", toxicities.read, inputs.get("toxicity", ())),
        levels=_levels(inputs),
        prior=within("--prior", _prior, inputs.get("prior", ())),
        cycles=_single(inputs, "cycles", whole),
        start=_single(inputs, "start", read_date),
        cycle_length=_single(inputs, "cycle-length", _days),
        formula=_single(inputs, "bsa-formula", _formula),
    )
    _check_together(request)
    _check_label(inputs)
    within("--patient-id", identifiers.read, inputs.get("patient-id", ()))
    return request


def _single(inputs: Inputs, option: str, reader: Callable[[str], T]) -> T | None:
    """An option that is given once, read; None where it is not given."""
    text = one(inputs, option)
    return None if text is None else within(f"--{option}", reader, text)


# -- one text ---------------------------------------------------------------------------------------------------


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


def _days(text: str) -> Stated:
    measure = units.read(text, "time")
    if measure.value.denominator != 1 or not 1 <= measure.value <= LONGEST:
        raise InputError(f"read {text!r}, expected whole days up to ten years, for example '56 day'")
    return Stated(measure.value, text, measure, written=text)


def _formula(text: str) -> str:
    name = text.strip().lower().replace(" ", "-").replace("_", "-")
    name = next((known for known in FORMULAS if known.replace("-", "") == name.replace("-", "")), name)
    if name not in FORMULAS:
        raise InputError(f"read {text!r}, expected one of {', '.join(FORMULAS)} (by default {DEFAULT})")
    return name


def _index(text: str) -> tuple[int | None, str]:
    match = _INDEXED.fullmatch(text)
    return (None, text) if match is None else (_number_of(match[1], "dose"), match[2])


def _number_of(text: str, what: str) -> int:
    if int(text) < 1:
        raise InputError(f"read {text!r} as the number of a {what}, which counts from 1")
    return int(text)


def _dated(text: str) -> tuple[str, Date | None]:
    value, at, date = text.partition("@")
    return value, read_date(date) if at else None


# -- sizes and observables --------------------------------------------------------------------------------------


def _sizes(inputs: Inputs) -> dict[str, tuple[Stated, ...]]:
    """Body sizes, stated by their own option or by ``--set``, each with the dose or the date that it holds from."""
    sizes: dict[str, list[Stated]] = {}
    for name in SIZES:
        for text in inputs.get(name, ()):
            _add_size(sizes, within(f"--{name}", _size, name, text), name, f"--{name}")
    for text in inputs.get("set", ()):
        name, index, value = within("--set", _named, text)
        if name in SIZES:
            place = f"--set {name}"
            size = within(place, _size, name, f"{index}={value}" if index else value)
            _add_size(sizes, size._replace(written=text), name, place)
    return {name: tuple(listed) for name, listed in sizes.items()}


def _size(name: str, text: str) -> Stated:
    dose, rest = _index(text)
    value, date = _dated(rest)
    return observables.read(OBSERVABLES[name], value)._replace(dose=dose, date=date, written=text)


def _add_size(sizes: dict[str, list[Stated]], size: Stated, name: str, place: str) -> None:
    listed = sizes.setdefault(name, [])
    for other in listed:
        if (other.dose, other.date) == (size.dose, size.date):
            within(place, _check_same, name, other, size)
    listed.append(size)


def _observed(inputs: Inputs, table: Mapping[str, Observable]) -> dict[tuple[str, int | None], Stated]:
    """Every observable that was stated but the sizes, with its dose or cycle where it has one."""
    observed: dict[tuple[str, int | None], Stated] = {}
    for place, row, index, statement in _observations(inputs, table):
        key = (row.name, index)
        if key in observed:
            within(place, _check_same, row.name, observed[key], statement)
        observed[key] = statement
    return observed


def _observations(
    inputs: Inputs, table: Mapping[str, Observable]
) -> Iterator[tuple[str, Observable, int | None, Stated]]:
    for name in ("age", "sex"):
        for text in inputs.get(name, ()):
            row = observables.find(name, table)
            yield f"--{name}", row, None, within(f"--{name}", observables.read, row, text)._replace(written=text)
    for text in inputs.get("set", ()):
        name, index, value = within("--set", _named, text)
        row, number = within("--set", _settable, name, index, value, table)
        if row.name not in SIZES:
            place = f"--set {text.partition('=')[0].strip()}"
            yield place, row, number, within(place, observables.read, row, value)._replace(written=text)


def _named(text: str) -> tuple[str, int | None, str]:
    """``NAME=VALUE`` or ``NAME[N]=VALUE``."""
    match = _NAMED.fullmatch(text)
    if match is None:
        example = "'platelets=90000/uL'"
        raise InputError(f"read {text!r}, expected OBSERVABLE=VALUE or OBSERVABLE[N]=VALUE, for example {example}")
    name = match[1]
    number = None if match[2] is None else _number_of(match[2], "cycle" if name in BY_CYCLE else "dose")
    return name, number, match[3].strip()


def _settable(
    name: str, number: int | None, value: str, table: Mapping[str, Observable]
) -> tuple[Observable, int | None]:
    """The observable that a text names; InputError where nobody can state it, or not of one dose."""
    row = observables.stated_as(name, table)
    name = row.name
    if row.computed:
        instead = f"; {observables.settled_by(row)} bears on it" if row.option else ""
        raise InputError(f"{name} is computed from the plan and cannot be set{instead}")
    if number is not None and name not in SIZES and not observables.indexable(row):
        raise InputError(f"{name} holds for the whole course: write '{name}={value}', without [{number}]")
    return row, number


def unknown_observables(inputs: Inputs, table: Mapping[str, Observable]) -> Iterator[tuple[str, str]]:
    """The texts of ``--set`` that name an observable which a table does not have, each with the words that say so."""
    for text in inputs.get("set", ()):
        try:
            observables.stated_as(within("--set", _named, text)[0], table)
        except InputError as error:
            if error.where is not None:
                raise
            yield text, error.message


def _check_same(name: str, before: Stated, now: Stated) -> None:
    if before.value != now.value:
        raise InputError(f"{name} is given twice with different values, {before.text!r} and {now.text!r}")


# -- statements by dose -----------------------------------------------------------------------------------------


class _ByDose(NamedTuple):
    """A kind of statement by dose: how its text is read, an example, and how a second one for a dose is refused."""

    reader: Callable[[str], Stated]
    example: str
    twice: str


def _read_given(text: str) -> Stated:
    value, date = _dated(text)
    measure = units.read(value, ("activity", "mass"))
    return Stated(measure.value, measure.text, measure, date=date)


def _read_measured(text: str) -> Stated:
    measure = units.read(text, "absorbed dose")
    check_whole_body_dose(measure)
    return Stated(measure.value, measure.text, measure)


def check_whole_body_dose(measure: Measure) -> None:
    """Refuse a whole-body dose that no single administration gives; zero passes, as a dose has an answer to it.

    The bounds are beliefs of ours (``measured-least`` and ``measured-most``). InputError names the one that it breaks.
    """
    least, most = belief("measured-least"), belief("measured-most")
    if 0 < measure.value < least.value:
        bound, words = least, f"below {least.text}, the least"
    elif measure.value > most.value:
        bound, words = most, f"above {most.text}, the most"
    else:
        return
    raise InputError(
        f"{units.spell(measure)} is {words} that the whole body is believed to get from one administration (our "
        f"limit, {bound.cite})"
    )


def _read_path(text: str) -> Stated:
    return Stated(text.strip(), text.strip())


def _read_step(text: str) -> Stated:
    if not re.fullmatch(r"[0-9]{1,2}", text.strip()):
        raise InputError("expected N=STEP, the step of the protocol's ladder from dose N on, 0 for none")
    return Stated(Fraction(int(text)), text.strip())


_given = _ByDose(_read_given, '--given 1="8000 MBq@2026-03-01"', "dose {dose} is given twice with different values")
_measured = _ByDose(
    _read_measured,
    '--measured 1="1.9 Gy"',
    "the dose from administration {dose} is given twice with different values",
)
_retention = _ByDose(_read_path, "--retention 1=retention.csv", "dose {dose} has two files, {before} and {now}")
_reduction = _ByDose(_read_step, "--reduction 3=1", "dose {dose} is reduced twice, to step {before} and to step {now}")


def _by_dose(inputs: Inputs, option: str, kind: _ByDose) -> dict[int, Stated]:
    """The statements of an option that names a dose, by dose."""
    statements: dict[int, Stated] = {}
    for text in inputs.get(option, ()):
        statement = within(f"--{option}", _of_dose, text, kind)
        dose = statement.dose or 0
        before = statements.get(dose)
        if before is not None and (before.value, before.date) != (statement.value, statement.date):
            said = kind.twice.format(dose=dose, before=before.text, now=statement.text)
            raise InputError(said, where=f"--{option}")
        statements[dose] = statement
    return statements


def _of_dose(text: str, kind: _ByDose) -> Stated:
    dose, rest = _index(text)
    if dose is None:
        raise InputError(f"read {text!r}, which does not say which dose it is; write for example {kind.example}")
    try:
        statement = kind.reader(rest)
    except InputError as error:
        message = error.message if error.message.startswith("read ") else f"read {text!r}, {error.message}"
        raise InputError(message) from None
    return statement._replace(dose=dose, written=text)


def _levels(inputs: Inputs) -> dict[int | None, Stated]:
    """The levels that were chosen, by dose; under None the one of every dose."""
    levels: dict[int | None, Stated] = {}
    for text in inputs.get("level", ()):
        level = within("--level", _level, text)
        before = levels.get(level.dose)
        if before is not None:
            one_, other = before.quantity, level.quantity
            if (one_.value, one_.dimension) != (other.value, other.dimension):
                said = f"the level is given twice with different values, {before.text!r} and {level.text!r}"
                raise InputError(said, where="--level")
        levels[level.dose] = level
    return levels


def _level(text: str) -> Stated:
    """A level of any kind; which one the arm has is seen later."""
    dose, rest = _index(text)
    try:
        measure = units.read(rest)
    except InputError:
        measure = units.read(rest, _LEVEL_DIMENSIONS)
    return Stated(measure.value, measure.text, measure, dose=dose, written=text)


# -- prior therapy ----------------------------------------------------------------------------------------------


def _prior(texts: Sequence[str]) -> tuple[PriorStatement, ...] | None:
    """Earlier administrations; none where that was stated, None where nothing was."""
    if not texts:
        return None
    none = [text for text in texts if text.strip().lower() == "none"]
    if none and len(texts) > len(none):
        raise InputError("read 'none' together with a prior administration; give one or the other")
    return () if none else tuple(_prior_administration(text) for text in texts)


def _prior_administration(text: str) -> PriorStatement:
    """``[AGENT:]AMOUNT[@DATE][,WEIGHT]``"""
    rest, comma, weight_text = text.partition(",")
    agent, colon, amount_text = rest.partition(":")
    if not colon:
        agent, amount_text = "", rest
    amount, date = _dated(amount_text)
    weight = _weight_then(weight_text, text) if comma else None
    return PriorStatement(units.read(amount, _PRIOR_DIMENSIONS), agent.strip() or None, date, weight, text)


def _weight_then(weight_text: str, text: str) -> Measure:
    try:
        return observables.read(OBSERVABLES["weight"], weight_text).quantity
    except InputError as error:
        raise InputError(
            f"read {text!r}; what follows the comma is the weight of that time, and decimals have a point: "
            f"{error.message}"
        ) from None


# -- statements that cannot all be true -------------------------------------------------------------------------


def _check_together(request: Request) -> None:
    """Statements that contradict each other are refused. InputError."""
    _check_cells(request.stated)
    _check_completed_age(request.stated)
    _check_pregnancy(request)
    _check_prior(request)
    _check_measured(request)
    for name, sizes in request.sizes.items():
        _check_dates(name, sizes)


def _check_dates(name: str, sizes: tuple[Stated, ...]) -> None:
    """Of several sizes each has a date, or none: an undated one could be older or newer than the others."""
    dated = [size for size in sizes if size.date is not None]
    undated = [size for size in sizes if size.date is None]
    for size in dated:
        if size.dose is not None:
            raise InputError(
                f"read {size.written!r}: a size holds from a dose on or from a date on, not both", where=f"--{name}"
            )
    if dated and undated:
        said = f"{undated[0].text!r} has no date, and {dated[0].written!r} has one"
        raise InputError(f"{said}; give each the date on which it was measured", where=f"--{name}")


def _check_cells(stated: Mapping[str, Stated]) -> None:
    stored = stated.get("stem_cells_stored")
    if stored is None:
        return
    counts = {name: stated.get(name) for name in ("cd34_per_weight", "marrow_mononuclear_per_weight")}
    for name, cells in counts.items():
        if cells is not None and stored.value is False and cells.value:
            said = f"stem_cells_stored=false says that no cells are stored, but {name} is {cells.text!r}"
            raise InputError(said, where="--set")
    if stored.value is True and all(count is not None and not count.value for count in counts.values()):
        raise InputError("stem_cells_stored=true does not go with two counts of zero", where="--set")


def _check_pregnancy(request: Request) -> None:
    """Statements about a pregnancy or breast-feeding that contradict what else was said of the patient."""
    said = _said_true(request)
    sex = request.stated.get("sex")
    if sex is not None and sex.value == "male":
        for name in ("pregnant", "lactating", "menarche", "menopause", "hysterectomy"):
            if name in said:
                raise InputError(f"{said[name]}=true does not go with the sex male", where="--set")
    for name in ("menopause", "hysterectomy"):
        if name in said and "pregnant" in said:
            raise InputError(f"{said['pregnant']}=true does not go with {name}=true", where="--set")


def _said_true(request: Request) -> dict[str, str]:
    """What was said to be so, of the course or of a dose, as it was written."""
    said = {name: f"{name}[{number}]" for (name, number), each in request.indexed.items() if each.value is True}
    return {**said, **{name: name for name, each in request.stated.items() if each.value is True}}


def _check_prior(request: Request) -> None:
    count, interval = request.stated.get("prior_count"), request.stated.get("prior_interval")
    none = count is not None and count.value == 0
    if interval is not None and (none or request.prior == ()):
        raise InputError(f"prior_interval={interval.text} does not go with no prior administration", where="--set")
    if none and request.prior:
        raise InputError("prior_count=0 does not go with --prior", where="--set")


def _check_measured(request: Request) -> None:
    for number, measured in request.measured.items():
        given = request.given.get(number)
        if given is not None and given.value == 0 and measured.value:
            said = f"dose {number} was given as 0, which leaves no dose of {measured.text}"
            raise InputError(said, where="--measured")
    for number in request.retention:
        if number in request.measured:
            said = f"the dose from administration {number} is stated by --measured; give one or the other"
            raise InputError(said, where="--retention")


def _check_completed_age(stated: Mapping[str, Stated]) -> None:
    age, completed = stated.get("age"), stated.get("age_completed")
    if age is not None and completed is not None:
        year = units.unit("y").factor
        if age.number // year != completed.number / year:
            raise InputError(f"age_completed={completed.text} does not go with an age of {age.text}", where="--set")


def _check_label(inputs: Inputs) -> None:
    for text in inputs.get("label", ()):
        if not text.isprintable():
            raise InputError(f"read {text!r}, expected printable text on one line", where="--label")


# -- how a size is stated ---------------------------------------------------------------------------------------


def size_hint(bases: Iterable[str]) -> str:
    """The options that state a body size."""
    ways = {"weight": "--weight 20 (kg)", "bsa": "--bsa 1.6 (m²), or --weight and --height"}
    wanted = set(bases)
    return "give " + " and ".join(way for basis, way in ways.items() if basis in wanted)
