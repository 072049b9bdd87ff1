"""The options of every command: one table that the command line, the library and the documentation share.

An option of the command line is a keyword of the library function. What is stated under either becomes one table
``{option: [texts]}``, read through the unit door later. The keywords with their types are in ``keywords``. Nothing
heavy is imported here, as the command line's help and completion begin here too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date as Date
from typing import Literal, NamedTuple, ParamSpec, TypeVar

from dosecalc.errors import InputError
from dosecalc.quantities import units
from dosecalc.quantities.units import Measure

P = ParamSpec("P")
T = TypeVar("T")


class Option(NamedTuple):
    """An option of a command.

    ``name`` is that of the command line (``cycle-length``); ``keyword`` that of the library, where it is another one.
    ``offers`` is what a shell offers for it after Tab. A ``flag`` takes no text: it is stated, or it is not.
    """

    name: str
    metavar: str
    help: str
    keyword: str = ""
    offers: Literal["", "arms", "formulas", "observables", "radionuclides", "files"] = ""
    flag: bool = False

    @property
    def python_name(self) -> str:
        """The keyword of the library function."""
        return self.keyword or self.name.replace("-", "_")


_PROTOCOL = Option("protocol", "ARM", "Arm id such as clover2-20, or a path file.toml#arm.", offers="arms")
_BSA_FORMULA = Option(
    "bsa-formula", "NAME", "Formula for a BSA from weight and height.  [default: mosteller]", offers="formulas"
)
PATIENT: tuple[Option, ...] = (
    Option("bsa", "[N=]Q", "Body surface area; a bare number is m²."),
    Option(
        "weight",
        "[N=]Q[@DATE]",
        'Body weight; a bare number is kg. By date ("20 kg@2026-03-01") or from a dose on (3="22 kg").',
    ),
    Option("height", "Q", "Height; a bare number is cm."),
    _BSA_FORMULA,
    Option("age", "Q", "Age; a bare number is years."),
    Option("sex", "SEX", "female or male."),
    Option("level", "[N=]Q", 'Level where the protocol gives a range: "12 mCi/kg".'),
    Option("start", "DATE", "Date of the first dose, 2026-03-01."),
    Option("cycle-length", "Q", 'Where the protocol leaves it open: "56 day".'),
    Option("prior", "TEXT", 'Earlier therapy, "[AGENT:]AMOUNT[@DATE][,WEIGHT]" ("48 mCi/kg@2025-01-15"), or none.'),
    Option("given", "N=Q[@DATE]", 'What was given instead: 1="8000 MBq@2026-03-01".'),
    Option("measured", "N=Q", 'Whole-body dose from administration N alone: 1="1.9 Gy".'),
    Option(
        "reduction", "N=STEP", "Reduced after toxicity: the protocol's step from dose N on (3=1); 0 is the full level."
    ),
    Option(
        "toxicity",
        "CYCLE=TEXT",
        'What followed a cycle: "2=platelets grade 3", "2=platelets 40 10^9/L, recovered to grade 1", 2=none.',
    ),
    Option(
        "set",
        "NAME[N]=VALUE",
        'State an observable: "platelets=90000/uL". See dosecalc observables.',
        keyword="observables",
        offers="observables",
    ),
    Option("patient", "FILE", "TOML or JSON file with the patient.", offers="files"),
)
"""The options that say what is known of a patient and of the course so far, shared by the commands that plan."""
CROSSCHECK: tuple[Option, ...] = (
    Option("total", "Q", 'The total that the report prints: "126.6 mCi".'),
    Option("doses", "N", "The number of doses that the total covers."),
    Option("level", "Q", 'The level as printed: "40 mCi/m^2", "12 mCi/kg", "7.4 GBq".'),
    Option("age", "Q", "Age; a bare number is years, whole years completed ones."),
    Option("sex", "SEX", "female or male."),
    Option(
        "protocol", "ARM", "The arm that the report follows; then --level and --doses may be left out.", offers="arms"
    ),
    Option("agent", "NAME", "Try only arms of this agent."),
    Option("weight", "Q", "Body weight, where it is known; a bare number is kg."),
    Option("height", "Q", "Height; a bare number is cm."),
    Option("bsa", "Q", "Body surface area; a bare number is m²."),
    _BSA_FORMULA,
    *(option for option in PATIENT if option.name == "set"),
)
_OF_RECORD = ("bsa", "weight", "height", "age", "sex", "level", "prior", "set")
RECORD: tuple[Option, ...] = (
    Option("protocol", "ARM", "The arm, where the file names none.", offers="arms"),
    Option("nuclide", "NAME", "The radionuclide of all doses.", offers="radionuclides"),
    Option("tz", "ZONE", "Zone of times without an offset: America/Chicago."),
    *(option for option in PATIENT if option.name in _OF_RECORD),
)
"""The options of record: what its file may leave out."""
CATALOGUE: tuple[Option, ...] = (
    Option("agent", "NAME", "Only arms that give this agent: mibg."),
    Option("nuclide", "NAME", "Only arms with this radionuclide: I-131."),
    Option("age", "Q", "Only arms whose rules do not exclude this age: 8."),
    Option("status", "STATUS", "Only arms of this status: labelled."),
    Option("jurisdiction", "PLACE", "Only arms that say they hold there: US, EU."),
    Option("due", "DATE", "Only arms whose file is to be reviewed by that day: 2026-12-31."),
)
_PATIENT_ID = Option("patient-id", "ID", "An identifier of the patient, kept in the document. Repeatable.")
PLAN: tuple[Option, ...] = (
    _PROTOCOL,
    *PATIENT,
    Option("cycles", "N", "Plan exactly N cycles, all required."),
    Option("retention", "N=FILE", "Whole-body readings after administration N: 1=retention.csv."),
    Option("label", "TEXT", "A case reference to print on the plan."),
    _PATIENT_ID,
)
LIMITS: tuple[Option, ...] = (_PROTOCOL, *PATIENT)
_NUCLIDE = Option("nuclide", "NAME", "The radionuclide: I-131.", offers="radionuclides")
_HALF_LIFE = Option("half-life", "Q", 'In place of the table\'s: "8.02 day".')
_TZ = Option("tz", "ZONE", "Zone of times without an offset: America/Chicago.")
DECAY: tuple[Option, ...] = (
    Option("activity", "Q", "The activity that was measured."),
    _NUCLIDE,
    Option("from", "TIME", "When the activity was measured: 2026-03-01T10:00-06:00.", keyword="start"),
    Option("to", "TIME", "Another time, later or earlier. Repeatable."),
    Option("elapsed", "Q", 'Or a time after it: "5 h"; "-5 h" is before. Repeatable.'),
    Option("every", "Q", 'Steps up to the last of them: "6 h".'),
    _HALF_LIFE,
    _TZ,
)
"""The options of decay; the command line takes the first two by their place."""
WINDOW: tuple[Option, ...] = (
    Option("amount", "Q", 'What the unit holds at its calibration time: "8 GBq".'),
    _NUCLIDE,
    Option("calibrated", "TIME", "That time: 2026-03-01T12:00-06:00."),
    Option("prescribed", "Q", 'What was prescribed: "7.4 GBq".'),
    Option("range", "TEXT", 'The prescribed range, "7 to 7.8 GBq".'),
    Option("tolerance", "%", 'Or how far it may lie off, "5 %".  [default: 10 %]'),
    Option("at", "TIME", "The planned time."),
    _HALF_LIFE,
    _TZ,
)
DISPENSE: tuple[Option, ...] = (
    Option("amount", "Q", 'What the patient is to get: "32 mCi".'),
    Option("level", "Q", 'Or a level, "55 kBq/kg", with --weight.'),
    Option("weight", "Q", "Body weight; a bare number is kg."),
    Option("plan", "FILE", "Or a plan's JSON, with --dose.", offers="files"),
    Option("dose", "N", "The number of the dose in that plan."),
    Option("again", "", "Draw a dose that the plan says was given.", flag=True),
    _PATIENT_ID,
    _NUCLIDE,
    Option("concentration", "Q", 'Of the vial at its reference time: "10 mCi/mL", or "40 mCi in 4 mL".'),
    Option("reference", "TIME", "That reference time: 2026-03-01T12:00-06:00."),
    Option("at", "TIME", "When the dose is drawn."),
    Option("made", "TIME", "When a vial that was calibrated ahead came to be."),
    Option("factor", "X", "A decay factor from a table, in place of the times: 0.982."),
    _HALF_LIFE,
    Option("residual", "Q", 'What stays behind of what is drawn: "2 %", or "0.4 mCi".'),
    Option("vial-volume", "Q", 'What the vial holds: "10 mL".'),
    Option("syringe-step", "Q", 'What a volume is rounded to: "0.1 mL".'),
    _TZ,
)
DOSIMETRY: tuple[Option, ...] = (
    Option("retention", "FILE", "Whole-body readings.", keyword="readings", offers="files"),
    Option("weight", "Q", "Body weight; a bare number is kg."),
    Option("activity", "Q", 'What was administered: "8880 MBq".'),
    _NUCLIDE,
    _HALF_LIFE,
    Option("target", "Q", 'What both administrations are to give: "4 Gy".'),
    Option("second-weight", "Q", "Another body weight for the second administration."),
    Option("phases", "N", "1, 2 or 3 exponential phases; else AICc chooses."),
    Option("residence-time", "Q", 'In place of FILE: "18 h".'),
    Option("s-value", "Q", 'Of the whole body: "8.5e-6 Gy/(MBq h)".'),
    Option("reading-u", "%", 'Standard uncertainty of a reading: "2 %".'),
    Option("activity-u", "%", "That of the administered activity."),
    Option("weight-u", "%", "That of the body mass."),
)
"""The options of dosimetry; the command line takes the first by its place."""


# -- keywords to texts ------------------------------------------------------------------------------------------


def texts(value: object) -> list[str]:
    """One value or several, each as its door text; a mapping gives ``key=value`` texts, a date its ISO form."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [f"{key}={text}" for key, item in value.items() for text in texts(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in texts(item)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, Date):  # a datetime keeps its offset
        return [value.isoformat()]
    if isinstance(value, os.PathLike):
        return [str(os.fspath(value))]
    from dosecalc.quantities import units

    return [units.text_of(value)]


def texts_of(stated: Mapping[str, object], table: Sequence[Option]) -> dict[str, list[str]]:
    """Keywords of the library as the table ``{option: [texts]}``. InputError for a value that cannot be a text."""
    options = {option.python_name: option.name for option in table}
    inputs: dict[str, list[str]] = {}
    for keyword, value in stated.items():
        if keyword not in options:
            raise TypeError(f"there is no keyword {keyword!r}")
        if value is not None:
            inputs[options[keyword]] = within(options[keyword], texts, value)
    return inputs


def merged(inputs: Mapping[str, Sequence[str]], more: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Two tables of options as one; the texts of both are kept."""
    options = dict.fromkeys((*inputs, *more))
    return {option: [*inputs.get(option, ()), *more.get(option, ())] for option in options}


def path_text(option: str, value: object) -> str:
    """Text or a path as text. InputError for anything else."""
    if not isinstance(value, (str, os.PathLike)) or not isinstance(os.fspath(value), str):
        raise InputError(f"read {type(value).__name__}, expected text or a path", where=option)
    return str(os.fspath(value))


def within(option: str, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a reader; an error of it names the option."""
    try:
        return reader(*args, **kwargs)
    except InputError as error:
        raise error.at(option) from None


def one(inputs: Mapping[str, Sequence[str]], option: str) -> str | None:
    """The text of an option that is given once; None where it is not given."""
    different = list(dict.fromkeys(inputs.get(option, ())))
    if len(different) > 1:
        said = f"given twice with different values, {different[0]!r} and {different[1]!r}"
        raise InputError(said, where=f"--{option}")
    return different[0] if different else None


def above_zero(
    inputs: Mapping[str, Sequence[str]],
    option: str,
    dimension: str | tuple[str, ...],
    why: str = ", expected more than zero",
) -> Measure | None:
    """The quantity of an option that is given once; None where it is not given. InputError for zero, saying why."""
    text = one(inputs, option)
    if text is None:
        return None
    measure = within(f"--{option}", units.read, text, dimension)
    if not measure.value:
        raise InputError(f"read {text!r}{why}", where=f"--{option}")
    return measure


def by_option(named: Mapping[str, object]) -> dict[str, list[str]]:
    """A table ``{option: value}`` as ``{option: [texts]}``; aware datetimes are written with their offset."""
    return {option: within(option, texts, value) for option, value in named.items() if value is not None}
