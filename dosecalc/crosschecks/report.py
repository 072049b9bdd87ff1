"""A report as somebody printed it: the texts of the options of ``dosecalc crosscheck``, read through the unit door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course.observables import OBSERVABLES
from dosecalc.crosschecks.amounts import DIMENSIONS, Substance, dimensions_of_level, substance_of
from dosecalc.crosschecks.readings import PrintedAs
from dosecalc.errors import InputError
from dosecalc.quantities import options, units
from dosecalc.quantities.numbers import EXACT, UNSURE, Tri, apart
from dosecalc.quantities.options import CROSSCHECK
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Measure, Number
from dosecalc.reference import bodysurface
from dosecalc.reference.beliefs import belief
from dosecalc.reference.bodysurface import Formula
from dosecalc.reference.growth import Kind
from dosecalc.reference.people import ADULT
from dosecalc.requests import request
from dosecalc.requests.request import SIZES, Request

PRINTED = "level-printed-as"
"""An option that only a case of a fact sheet has: how the source prints its level."""
OPTIONS = (*(option.name for option in CROSSCHECK), PRINTED)
PRINTED_AS: tuple[PrintedAs, ...] = ("per dose", "per cycle", "total")
_BARE = {"age": "y", "weight": "kg", "height": "cm", "bsa": "m^2"}
"""The units of numbers without one."""
_KINDS: tuple[Kind, ...] = ("bsa", "weight", "height")


class Report(NamedTuple):
    """The figures of a report.

    ``measured`` has the sizes of the body as they were stated, ``sizes`` their values with a surface that was derived:
    "weight" in kg, "height" in cm, "bsa" in m².
    """

    total: Measure
    doses: int | None
    level: Measure | None
    printed_as: PrintedAs
    age: Stated | None
    sex: str | None
    measured: Mapping[Kind, Measure]
    sizes: Mapping[Kind, Number]
    notes: tuple[str, ...]
    """Notes on the body surface: by which formula it is, or how far the stated one differs from it."""
    contradictions: tuple[str, ...]
    """Stated sizes that contradict each other."""
    patient: Mapping[str, list[str]]
    """The options that state the patient, for the arm that the report follows."""
    protocol: str | None
    agent: str | None

    @property
    def substance(self) -> Substance:
        return substance_of(self.total)

    @property
    def days(self) -> Fraction | None:
        """The age in days, as it was stated."""
        return self.age.value if self.age is not None and isinstance(self.age.value, Fraction) else None


def read(inputs: Mapping[str, Sequence[str]]) -> Report:
    """Read every option. InputError names the option, what was read, what was expected and how to write it."""
    for option in inputs:
        if option not in OPTIONS:
            raise InputError(f"there is no option {option!r}")
    patient = request.read({name: inputs[name] for name in (*SIZES, *_OF_PATIENT) if name in inputs}, OBSERVABLES)
    total = options.above_zero(inputs, "total", DIMENSIONS, "; a total of zero implies nothing")
    if total is None:
        raise InputError('nothing was given; write for example --total "126.6 mCi"', where="--total")
    level = options.above_zero(inputs, "level", dimensions_of_level(total), "; a level of zero implies nothing")
    measured = {kind: _size(patient, kind) for kind in _KINDS if kind in patient.sizes}
    sizes, notes, contradictions = _sizes(patient, measured)
    if "set" in inputs and "protocol" not in inputs:
        raise InputError("only an arm reads what is stated so; name it with --protocol", where="--set")
    sex = patient.stated.get("sex")
    return Report(
        total=total,
        doses=_doses(options.one(inputs, "doses")),
        level=level,
        printed_as=_printed_as(options.one(inputs, PRINTED)),
        age=patient.stated.get("age"),
        sex=None if sex is None else str(sex.value),
        measured=measured,
        sizes=sizes,
        notes=notes,
        contradictions=contradictions,
        patient={name: list(inputs[name]) for name in (*SIZES, *_OF_PATIENT, "set") if name in inputs},
        protocol=options.one(inputs, "protocol"),
        agent=options.one(inputs, "agent"),
    )


_OF_PATIENT = ("age", "sex", "bsa-formula")


def spelled(inputs: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The options of a report that could be read, each as people write it."""
    return {option: _spelled(option, texts[0]) for option, texts in inputs.items()}


def _spelled(option: str, text: str) -> str:
    if option in ("total", "level", *_BARE):
        return units.spell(units.read(text, bare=_BARE.get(option)))
    return text


def _doses(text: str | None) -> int | None:
    return None if text is None else options.within("--doses", request.whole, text)


def _printed_as(text: str | None) -> PrintedAs:
    if text is None:
        return PRINTED_AS[0]
    if text not in PRINTED_AS:
        raise InputError(f"read {text!r}, expected one of {', '.join(PRINTED_AS)}", where="--level-printed-as")
    return text


def _size(patient: Request, kind: Kind) -> Measure:
    """A size of the body, which a report states once."""
    first, *others = patient.sizes[kind]
    measure = first.measure
    if others or first.dose is not None or first.date is not None or measure is None:
        expected = f"expected one {OBSERVABLES[kind].title}, with no dose or date"
        raise InputError(f"read {first.text!r}, {expected}", where=f"--{kind}")
    return measure


# -- the body surface -------------------------------------------------------------------------------------------


def _sizes(
    patient: Request, measured: Mapping[Kind, Measure]
) -> tuple[dict[Kind, Number], tuple[str, ...], tuple[str, ...]]:
    """The sizes with a body surface from weight and height where none is stated, notes on it, and contradictions."""
    sizes: dict[Kind, Number] = {kind: measure.value for kind, measure in measured.items()}
    formula = bodysurface.FORMULAS[patient.formula or bodysurface.DEFAULT]
    derived = _surface(patient, formula, sizes)
    if derived is None:
        unused = f"{formula.name}'s formula is not used: a size that it needs is missing"
        return sizes, () if patient.formula is None else (unused,), ()
    by = f"{formula.name} from weight{' and height' if formula.needs_height else ''}"
    if "bsa" not in sizes:
        return {**sizes, "bsa": derived}, (f"the body surface area is by {by}",), ()
    said = _disagreement(sizes["bsa"], derived, by)
    contradicted = EXACT.above(apart(sizes["bsa"] / derived, 1), belief("bsa-agreement-violation").value).yes
    return (sizes, (), said) if contradicted else (sizes, said, ())


def _surface(patient: Request, formula: Formula, sizes: Mapping[Kind, Number]) -> Number | None:
    """The body surface that weight and height give, where they are stated."""
    if "weight" not in sizes or (formula.needs_height and "height" not in sizes):
        return None
    age, sex = patient.stated.get("age"), patient.stated.get("sex")
    adult = UNSURE if age is None else EXACT.at_least(age.number, ADULT)
    female = UNSURE if sex is None else Tri(sex.value == "female", sex.value != "female")
    height = sizes.get("height", Fraction(0))
    surface = bodysurface.surface(EXACT, formula.id, height, sizes["weight"], female, adult)
    if not EXACT.known(surface):
        message = f"{formula.name}'s formula was made from adults: it needs --age 18 or over and --sex"
        raise InputError(message, where="--bsa-formula")
    return surface


def _disagreement(stated: Number, derived: Number, by: str) -> tuple[str, ...]:
    """That the stated body surface is not the one that weight and height give."""
    difference = apart(stated / derived, 1)
    if not EXACT.above(difference, belief("bsa-agreement-warning").value).yes:
        return ()
    surface, percent = units.show(derived, "m^2"), units.decimal(difference * 100, 3)
    return (f"the stated body surface area and {surface} by {by} differ by {percent} %",)
