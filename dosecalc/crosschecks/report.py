"""A report as somebody printed it: the texts of the options of ``dosecalc crosscheck``, read through the unit door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course.observables import OBSERVABLES
from dosecalc.errors import InputError
from dosecalc.findings.sizes import AGREE
from dosecalc.quantities import options, units
from dosecalc.quantities.numbers import EXACT, UNSURE, Tri, apart
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Measure, Number
from dosecalc.reference import bodysurface
from dosecalc.reference.growth import Kind
from dosecalc.reference.people import ADULT
from dosecalc.requests import request
from dosecalc.requests.request import SIZES, Request

OPTIONS = ("total", "doses", "level", "age", "sex", "weight", "height", "bsa", "bsa-formula", "protocol", "agent",
           "level-printed-as")  # fmt: skip
PRINTED_AS = ("per dose", "per cycle", "total")
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
    sizes: Mapping[str, Number]
    notes: tuple[str, ...]
    """What has to be said of the body surface: by which formula, or that it contradicts the stated one."""
    protocol: str | None
    agent: str | None

    @property
    def kind(self) -> str:
        return self.total.dimension.partition("/")[0]

    @property
    def days(self) -> Fraction | None:
        """The age in days, as it was stated."""
        return self.age.value if self.age is not None and isinstance(self.age.value, Fraction) else None


def read(inputs: Mapping[str, Sequence[str]]) -> Report:
    """Read every option. InputError names the option, what was read, what was expected and how to write it."""
    for option in inputs:
        if option not in OPTIONS:
            raise InputError(f"there is no option {option!r}")
    patient = request.read({name: inputs[name] for name in (*SIZES, "age", "sex", "bsa-formula") if name in inputs},
                           OBSERVABLES)  # fmt: skip
    total = _amount(inputs, "total", TOTALS)
    if total is None:
        raise InputError('nothing was given; write for example --total "126.6 mCi"', where="--total")
    level = _amount(inputs, "level", tuple(dict.fromkeys((*_bases(total), total.dimension))))
    doses = options.one(inputs, "doses")
    measured = {name: _size(patient, name) for name in _KINDS if name in patient.sizes}
    sizes: dict[str, Number] = {name: measure.value for name, measure in measured.items()}
    derived = _surface(patient, sizes)
    notes = _of_surface(patient, sizes, derived)
    if derived is not None:
        sizes.setdefault("bsa", derived)
    sex = patient.stated.get("sex")
    return Report(
        total=total,
        doses=None if doses is None else options.within("--doses", request.whole, doses),
        level=level,
        printed_as=_printed_as(options.one(inputs, "level-printed-as")),
        age=patient.stated.get("age"),
        sex=None if sex is None else str(sex.value),
        measured=measured,
        sizes=sizes,
        notes=tuple(notes),
        protocol=options.one(inputs, "protocol"),
        agent=options.one(inputs, "agent"),
    )


def _printed_as(text: str | None) -> str:
    if text not in (None, *PRINTED_AS):
        raise InputError(f"read {text!r}, expected one of {', '.join(PRINTED_AS)}", where="--level-printed-as")
    return text or PRINTED_AS[0]


def _bases(total: Measure) -> tuple[str, ...]:
    kind = total.dimension.partition("/")[0]
    return (f"{kind}/bsa", f"{kind}/weight", kind) if "/" not in total.dimension else ()


def _amount(inputs: Mapping[str, Sequence[str]], option: str, dimensions: tuple[str, ...]) -> Measure | None:
    text = options.one(inputs, option)
    if text is None:
        return None
    measure = options.within(f"--{option}", units.read, text, dimensions)
    if not measure.value:
        raise InputError(f"read {text!r}; a {option} of zero implies nothing", where=f"--{option}")
    return measure


def _size(patient: Request, name: str) -> Measure:
    sized = patient.sizes[name]
    measure = sized[0].measure
    if len(sized) > 1 or sized[0].dose is not None or sized[0].date is not None or measure is None:
        title = OBSERVABLES[name].title
        raise InputError(f"read {sized[0].text!r}, expected one {title}, with no dose or date", where=f"--{name}")
    return measure


def _surface(patient: Request, sizes: Mapping[str, Number]) -> Number | None:
    """The body surface that weight and height give, where they are stated."""
    formula = bodysurface.FORMULAS[patient.formula or bodysurface.DEFAULT]
    if "weight" not in sizes or (formula.needs_height and "height" not in sizes):
        return None
    age, sex = patient.stated.get("age"), patient.stated.get("sex")
    adult = UNSURE if age is None else EXACT.at_least(age.number, ADULT)
    female = UNSURE if sex is None else Tri(sex.value == "female", sex.value != "female")
    height = sizes.get("height", Fraction(0))
    surface = bodysurface.surface(EXACT, formula.id, height, sizes["weight"], female, adult)
    if not EXACT.known(surface):
        said = f"{formula.name}'s formula was made from adults: it needs --age 18 or over and --sex"
        raise InputError(said, where="--bsa-formula")
    return surface


def _of_surface(patient: Request, sizes: Mapping[str, Number], derived: Number | None) -> list[str]:
    formula = bodysurface.FORMULAS[patient.formula or bodysurface.DEFAULT]
    by = f"{formula.name} from weight{' and height' if formula.needs_height else ''}"
    if derived is None:
        return (
            []
            if patient.formula is None
            else [f"{formula.name}'s formula is not used: a size that it needs is lacking"]
        )
    if "bsa" not in sizes:
        return [f"the body surface area is by {by}"]
    off = apart(sizes["bsa"] / derived, 1)
    if not EXACT.above(off, AGREE).yes:
        return []
    shown, percent = units.show(derived, "m^2"), units.decimal(off * 100, 3)
    return [f"the stated body surface area and {shown} by {by} differ by {percent} %"]
