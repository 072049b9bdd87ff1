"""A report as somebody printed it: the texts of the options of ``dosecalc crosscheck``, read through the unit door."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from dosecalc import bodysize, request, units
from dosecalc.errors import InputError
from dosecalc.growth import Kind
from dosecalc.moments import ADULT
from dosecalc.numbers import EXACT, UNSURE, Tri, Value
from dosecalc.observables import OBSERVABLES, Stated
from dosecalc.request import SIZES, Request
from dosecalc.units import Measure

OPTIONS = ("total", "doses", "level", "age", "sex", "weight", "height", "bsa", "bsa-formula", "protocol", "agent",
           "level-printed-as")  # fmt: skip
_KINDS: tuple[Kind, ...] = ("bsa", "weight", "height")
TOTALS = ("activity", "mass", "activity/weight", "activity/bsa", "mass/weight", "mass/bsa")


class Report(NamedTuple):
    """The figures of a report.

    ``measured`` has the sizes of the body as they were stated, ``sizes`` their values with a surface that was derived:
    "weight" in kg, "height" in cm, "bsa" in m².
    """

    total: Measure
    doses: int | None
    level: Measure | None
    printed_as: str
    age: Stated | None
    sex: str | None
    measured: Mapping[Kind, Measure]
    sizes: Mapping[str, Value]
    derived: str | None
    """The formula that gave the body surface, where it was not stated."""
    protocol: str | None
    agent: str | None

    @property
    def kind(self) -> str:
        return self.total.dimension.partition("/")[0]

    @property
    def days(self) -> Fraction | None:
        """The age in days, as it was stated."""
        return self.age.value if self.age is not None and isinstance(self.age.value, Fraction) else None


def read(inputs: Mapping[str, list[str]]) -> Report:
    """Read every option. InputError names the option, what was read, what was expected and how to write it."""
    for option in inputs:
        if option not in OPTIONS:
            raise InputError(f"there is no option {option!r}")
    patient = request.read({name: inputs[name] for name in (*SIZES, "age", "sex", "bsa-formula") if name in inputs},
                           OBSERVABLES)  # fmt: skip
    total = _amount(inputs, "total", TOTALS)
    if total is None:
        raise InputError('nothing was given; write for example --total "126.6 mCi"', where="--total")
    level = _amount(inputs, "level", (total.dimension, *_bases(total)))
    doses = request.one(inputs, "doses")
    measured = {name: _size(patient, name) for name in _KINDS if name in patient.sizes}
    sizes: dict[str, Value] = {name: measure.value for name, measure in measured.items()}
    derived = None
    if "bsa" not in sizes and {"weight", "height"} <= sizes.keys():
        derived = patient.formula or bodysize.DEFAULT
        sizes["bsa"] = _surface(patient, derived, sizes["height"], sizes["weight"])
    sex = patient.stated.get("sex")
    return Report(
        total=total,
        doses=None if doses is None else request.within("--doses", request.whole, doses),
        level=level,
        printed_as=request.one(inputs, "level-printed-as") or "per dose",
        age=patient.stated.get("age"),
        sex=None if sex is None else str(sex.value),
        measured=measured,
        sizes=sizes,
        derived=derived,
        protocol=request.one(inputs, "protocol"),
        agent=request.one(inputs, "agent"),
    )


def _bases(total: Measure) -> tuple[str, ...]:
    kind = total.dimension.partition("/")[0]
    return (f"{kind}/bsa", f"{kind}/weight", kind) if "/" not in total.dimension else ()


def _amount(inputs: Mapping[str, list[str]], option: str, dimensions: tuple[str, ...]) -> Measure | None:
    text = request.one(inputs, option)
    if text is None:
        return None
    measure = request.within(f"--{option}", units.read, text, dimensions)
    if not measure.value:
        raise InputError(f"read {text!r}; a {option} of zero implies nothing", where=f"--{option}")
    return measure


def _size(patient: Request, name: str) -> Measure:
    sized = patient.sizes[name]
    measure = sized[0].stated.measure
    if len(sized) > 1 or sized[0].dose is not None or sized[0].date is not None or measure is None:
        title = OBSERVABLES[name].title
        raise InputError(
            f"read {sized[0].stated.text!r}, expected one {title}, with no dose or date", where=f"--{name}"
        )
    return measure


def _surface(patient: Request, formula: str, height: Value, weight: Value) -> Value:
    age, sex = patient.stated.get("age"), patient.stated.get("sex")
    adult = UNSURE if age is None else EXACT.at_least(age.value, ADULT)
    female = UNSURE if sex is None else Tri(sex.value == "female", sex.value != "female")
    surface = bodysize.surface(EXACT, formula, height, weight, female, adult)
    if not EXACT.known(surface):
        name = bodysize.FORMULAS[formula].name
        raise InputError(f"{name}'s formula was made from adults: it needs --age 18 or over and --sex",
                         where="--bsa-formula")  # fmt: skip
    return surface
