"""Whole-body dosimetry: from readings after one administration to its dose and to what a second may be.

The absorbed dose is D = A x tau x S, tau being the residence time and S the whole body's dose per time-integrated
activity. What is left to a target follows from the same retention: A2 = A1 (T - D1) / D1.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.observables import read as read_observable
from dosecalc.dosimetry import kinetics
from dosecalc.dosimetry.kinetics import Fit, Readings
from dosecalc.dosimetry.result import WORDS, Dosimetry, Figure, Second
from dosecalc.dosimetry.retention import Retention, of_table
from dosecalc.dosimetry.retention import read as read_retention
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.library.facts import Sheet, read_sheet
from dosecalc.quantities import options, units
from dosecalc.quantities.documents import COVERAGE
from dosecalc.quantities.options import texts
from dosecalc.reference import radionuclides
from dosecalc.reference.halflives import Clearance, clearance
from dosecalc.version import VERSION

OPTIONS = ("retention", "residence-time", "weight", "activity", "nuclide", "half-life", "target", "phases", "s-value",
           "reading-u", "activity-u", "weight-u", "second-weight")  # fmt: skip
S_FACT = "eanm-sop-mibg#whole-body-s"
S_COEFFICIENT, S_EXPONENT = 1.34e-4, -0.921
"""The whole body's S value for I-131 at a mass m in kg: coefficient x m^exponent Gy/(MBq h); a test reads the fact."""
S_NUCLIDE = "I-131"
_HOUR = units.unit("h").factor
_TENFOLD = 10
_TAIL, _START, _SPREAD, _SCATTER, _CLOSER = 0.2, 0.1, 0.1, 2.0, 3.0
"""Ours: the part behind the last reading, the distance of the fit's start from one, the relative spread of readings
about the fit, and how much more than stated they scatter, beyond which a fit is worth a second look; and by how much
another fit has to be closer to be named."""


def fit_retention(
    readings: str | os.PathLike[str] | Mapping[str, Any] | None = None,
    *,
    weight: Any = None,
    activity: Any = None,
    nuclide: str | None = None,
    half_life: Any = None,
    target: Any = None,
    phases: int | None = None,
    residence_time: Any = None,
    s_value: Any = None,
    reading_u: Any = None,
    activity_u: Any = None,
    weight_u: Any = None,
    second_weight: Any = None,
) -> Dosimetry:
    """Fit whole-body readings, and reckon the absorbed dose and what is left to a target.

    ``readings`` is the path of a retention file or a table of columns (``{"time [h]": [...], "retention": [...]}``);
    or ``residence_time`` is stated in its place. With ``weight`` and ``activity`` (administered) there is a dose, with
    a ``target`` a second administration, and with ``second_weight`` the same for that weight. ``phases`` settles the
    number of phases; else AICc does. Relative standard uncertainties are percentages: ``reading_u`` of every reading
    (else estimated from the residuals), ``activity_u`` of the calibration, ``weight_u`` of the mass. ``s_value``
    replaces the whole body's S value, which holds for I-131.

    Returns a :class:`~dosecalc.dosimetry.result.Dosimetry`: hours, Gy, MBq. Raises InputError for what cannot be used.

    >>> import dosecalc
    >>> found = dosecalc.fit_retention(residence_time="18 h", weight="20 kg", activity="8880 MBq", target="4 Gy")
    >>> round(found.dose.value, 3), round(found.second.activity.value)
    (1.357, 17298)
    """
    named = {"residence-time": residence_time, "weight": weight, "activity": activity, "nuclide": nuclide,
             "half-life": half_life, "target": target, "phases": phases, "s-value": s_value, "reading-u": reading_u,
             "activity-u": activity_u, "weight-u": weight_u, "second-weight": second_weight}  # fmt: skip
    inputs = {option: options.within(option, texts, value) for option, value in named.items() if value is not None}
    if isinstance(readings, Mapping):
        return dosimetry_inputs(inputs, readings)
    if readings is not None:
        inputs["retention"] = [options.path_text("readings", readings)]
    return dosimetry_inputs(inputs)


def dosimetry_inputs(inputs: Mapping[str, Sequence[str]], table: Mapping[str, Any] | None = None) -> Dosimetry:
    """Dosimetry from the table ``{option: [texts]}`` of the command line and of :func:`fit_retention`."""
    kept = {option: list(found) for option, found in inputs.items() if found}
    read = _retention(kept, table)
    asked = _asked(_with_settings(kept, read))
    by = _clearance(asked, read)
    fits = () if read is None or by is None else _fits(read, by, asked)
    tau, quantile = _residence_time(asked, fits)
    dose = _dose(asked, tau, quantile)
    second = _second(asked, dose, asked.weight if asked.s_value is None else None)
    other = None if asked.second_weight is None else _at_other_weight(asked, dose)
    free = None if read is None or by is None else _model_free(read, by)
    s = asked.s
    flags = (*(read.flags if read is not None else ()), *_of_fit(read, fits, asked), *_of_dose(asked, dose, second))
    return Dosimetry(
        version=VERSION,
        inputs=kept,
        nuclide=None if by is None else by.nuclide,
        half_life=None if by is None else by.shown,
        retention=read,
        fits=fits,
        residence_time=tau,
        after=None if read is None or not fits else fits[0].after(float(read.readings[-1].time)),
        s=s,
        dose=dose,
        free_residence_time=free,
        free_dose=None if free is None or s is None or asked.activity is None else asked.activity * free * s,
        second=second,
        second_other=other,
        target=asked.target,
        flags=flags,
        assumptions=tuple(_assumptions(asked, read, fits, dose, second, other)),
        unconfirmed=_unconfirmed(asked, dose),
        sources=(*((read.source,) if read is not None and read.source is not None else ()),
                 *(by.sources if by is not None else ()), *_sheets(asked, dose)),
    )  # fmt: skip


# -- what is asked ----------------------------------------------------------------------------------------------


class _Asked(NamedTuple):
    """The options, read: hours, kg, MBq, Gy, Gy/(MBq h); uncertainties as parts of one."""

    residence_time: float | None
    weight: float | None
    activity: float | None
    nuclide: str | None
    half_life: str | None
    target: float | None
    phases: int | None
    s_value: float | None
    reading_u: float | None
    activity_u: float
    weight_u: float
    second_weight: float | None

    @property
    def s(self) -> float | None:
        """The whole body's S value that holds here."""
        if self.s_value is not None:
            return self.s_value
        return None if self.weight is None else whole_body_s(self.weight)


def whole_body_s(weight: float) -> float:
    """The S value of the whole body for I-131 in Gy/(MBq h), for a mass in kg (fact ``eanm-sop-mibg#whole-body-s``)."""
    return float(S_COEFFICIENT * weight**S_EXPONENT)


def _retention(inputs: Mapping[str, Sequence[str]], table: Mapping[str, Any] | None) -> Retention | None:
    path, stated = options.one(inputs, "retention"), options.one(inputs, "residence-time")
    ways = [way is not None for way in (path, stated, table)]
    if sum(ways) != 1:
        said = "given twice" if any(ways) else "nothing was given"
        raise InputError(f"{said}; state a file of readings, or --residence-time", where="readings")
    text = options.one(inputs, "activity")
    administered = None if text is None else options.within("--activity", units.read, text, "activity").value
    if table is not None:
        return options.within("readings", of_table, table, administered)
    return None if path is None else read_retention(path, administered)


def _with_settings(inputs: Mapping[str, Sequence[str]], read: Retention | None) -> Mapping[str, Sequence[str]]:
    """The options, and what the file of readings says where they are silent. Where both speak they agree."""
    if read is None:
        return inputs
    settings = {key.replace("_", "-"): text for key, text in read.settings.items()}
    for key, text in settings.items():
        if key in inputs and not _alike(key, inputs[key][0], text):
            raise InputError(f"read {inputs[key][0]!r}, but the file says {text!r}", where=f"--{key}")
    return {**{key: [text] for key, text in settings.items()}, **inputs}


def _alike(key: str, one: str, other: str) -> bool:
    """Whether two texts of an option say the same."""
    if key == "nuclide":
        return radionuclides.spelled(one) == radionuclides.spelled(other)
    if key == "phases":
        return one == other
    bare = "kg" if key == "weight" else None
    return options.within(f"--{key}", lambda: units.read(one, bare=bare).value == units.read(other, bare=bare).value)


def _asked(inputs: Mapping[str, Sequence[str]]) -> _Asked:
    residence = _positive(inputs, "residence-time", "time")
    asked = _Asked(
        residence_time=None if residence is None else float(residence / _HOUR),
        weight=_weight(inputs, "weight"),
        activity=_float(_positive(inputs, "activity", "activity")),
        nuclide=options.one(inputs, "nuclide"),
        half_life=options.one(inputs, "half-life"),
        target=_float(_positive(inputs, "target", "absorbed dose")),
        phases=_phases(inputs),
        s_value=_float(_positive(inputs, "s-value", "absorbed dose/time-integrated activity")),
        reading_u=_part(inputs, "reading-u"),
        activity_u=_part(inputs, "activity-u") or 0.0,
        weight_u=_part(inputs, "weight-u") or 0.0,
        second_weight=_weight(inputs, "second-weight"),
    )
    _check(asked)
    return asked


def _check(asked: _Asked) -> None:
    if asked.s_value is not None and (asked.weight_u or asked.second_weight):
        option = "--weight-u" if asked.weight_u else "--second-weight"
        raise InputError("a stated S value holds for one mass, and how it depends on that is not known", where=option)
    if asked.target is not None and (asked.activity is None or asked.s is None):
        lacking = "--activity" if asked.activity is None else "--weight"
        raise InputError(f"what is left to a target needs the dose, and that {lacking}", where="--target")
    if asked.second_weight is not None and asked.target is None:
        raise InputError("goes with --target", where="--second-weight")
    if asked.residence_time is not None and (asked.phases is not None or asked.reading_u is not None):
        option = "--phases" if asked.phases is not None else "--reading-u"
        raise InputError("goes with a file of readings; a residence time was stated", where=option)


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _positive(inputs: Mapping[str, Sequence[str]], option: str, dimension: str) -> Fraction | None:
    text = options.one(inputs, option)
    if text is None:
        return None
    value = options.within(f"--{option}", units.read, text, dimension).value
    if not value:
        raise InputError(f"read {text!r}, expected more than zero", where=f"--{option}")
    return value


def _weight(inputs: Mapping[str, Sequence[str]], option: str) -> float | None:
    text = options.one(inputs, option)
    if text is None:
        return None
    stated = options.within(f"--{option}", read_observable, OBSERVABLES["weight"], text)
    assert isinstance(stated.value, Fraction)
    return float(stated.value)


def _part(inputs: Mapping[str, Sequence[str]], option: str) -> float | None:
    value = _positive(inputs, option, "percent")
    if value is not None and value >= 100:
        raise InputError("expected less than 100 %", where=f"--{option}")
    return None if value is None else float(value / 100)


def _phases(inputs: Mapping[str, Sequence[str]]) -> int | None:
    text = options.one(inputs, "phases")
    if text is None:
        return None
    if text not in ("1", "2", "3"):
        raise InputError(f"read {text[:20]!r}, expected 1, 2 or 3", where="--phases")
    return int(text)


def _clearance(asked: _Asked, read: Retention | None) -> Clearance | None:
    """Physical decay; it is needed for a fit, and I-131 for the built-in S value."""
    if asked.nuclide is None and asked.half_life is None and read is None:
        return None
    by = clearance(asked.nuclide, asked.half_life)
    wanted = asked.s_value is None and asked.weight is not None
    if wanted and asked.nuclide is not None and by.nuclide != S_NUCLIDE:
        said = f"the S value that dosecalc knows is of {S_NUCLIDE}; state --s-value for {by.nuclide}"
        raise InputError(said, where="--nuclide")
    return by


# -- fit --------------------------------------------------------------------------------------------------------


def _fits(read: Retention, by: Clearance, asked: _Asked) -> tuple[Fit, ...]:
    used = [each for each in read.readings if each.retention]
    count = asked.phases
    if len({each.time for each in used}) < 2:
        raise InputError("fewer than two readings above zero; nothing can be fitted", where="readings")
    if count is not None and len(used) < 2 * count:
        raise InputError(f"{len(used)} readings cannot settle {WORDS[count]} phases with {2 * count} parameters",
                         where="--phases")  # fmt: skip
    values = np.array([float(each.retention) for each in used])
    readings = Readings(
        times=np.array([float(each.time) for each in used]),
        retention=values,
        sigma=_sigma(read, values, asked),
        shared=read.shared,
    )
    return kinetics.fit(readings, _slowest(by), count)


def _slowest(by: Clearance) -> float:
    """The rate of physical decay in 1/h."""
    return float(np.log(2) / (float(by.half_life) / float(_HOUR)))


def _sigma(read: Retention, values: kinetics.Array, asked: _Asked) -> kinetics.Array | None:
    """The standard uncertainty of each reading that takes part, where one was stated for all of them."""
    stated = [each.u for each in read.readings if each.retention]
    if asked.reading_u is not None:
        if any(each is not None for each in stated):
            raise InputError("the readings bring their own uncertainties", where="--reading-u")
        return asked.reading_u * values
    known = [float(each) for each in stated if each is not None]
    return np.array(known) * values if len(known) == len(stated) else None


def _residence_time(asked: _Asked, fits: tuple[Fit, ...]) -> tuple[Figure, float]:
    """The residence time, and by how many standard uncertainties its interval reaches."""
    if not fits:
        assert asked.residence_time is not None
        return Figure(asked.residence_time), _quantile(None)
    fit, quantile = fits[0], _quantile(fits[0].dof)
    low, high = fit.interval(COVERAGE) or (None, None)
    return Figure(fit.tau, fit.u, low, high), quantile


def _quantile(dof: int | None) -> float:
    part = (1 + COVERAGE) / 2
    return float(stats.norm.ppf(part) if not dof else stats.t.ppf(part, dof))


def _model_free(read: Retention, by: Clearance) -> float:
    times, retention = ([float(getattr(each, name)) for each in read.readings] for name in ("time", "retention"))
    return kinetics.trapezoid(np.array(times), np.array(retention), _slowest(by))


# -- dose -------------------------------------------------------------------------------------------------------


def _dose(asked: _Asked, tau: Figure, quantile: float) -> Figure | None:
    s = asked.s
    if s is None or asked.activity is None:
        return None
    value = asked.activity * tau.value * s
    part = _relative(asked, tau)
    if part is None:
        return Figure(value)
    return Figure(value, value * part, max(value * (1 - quantile * part), 0.0), value * (1 + quantile * part))


def _relative(asked: _Asked, tau: Figure) -> float | None:
    """The relative standard uncertainty of a dose: residence time, calibration, and mass through S."""
    if tau.u is None:
        return None
    parts = (tau.u / tau.value, asked.activity_u, S_EXPONENT * asked.weight_u)
    return float(np.sqrt(sum(part**2 for part in parts)))


def _second(asked: _Asked, dose: Figure | None, weight: float | None) -> Second | None:
    """A2 = A1 (T - D1) / D1, never below zero; its uncertainty is that of D1."""
    if asked.target is None or dose is None or asked.activity is None:
        return None
    return Second(scaled(asked.activity, asked.target, dose), weight)


def scaled(first: float, target: float, dose: Figure, onto: float = 1.0) -> Figure:
    """What is left to a target in MBq, after a first activity and its dose in Gy.

    ``onto`` is the dose per activity of the second over that of the first, where the mass is another.
    """
    left = max(target - dose.value, 0.0)
    value = first * left / (dose.value * onto)
    if dose.u is None:
        return Figure(value)
    u = first * target / dose.value**2 / onto * dose.u if left else 0.0
    low = 0.0 if dose.high is None else max(first * (target - dose.high) / (dose.high * onto), 0.0)
    high = first * max(target - dose.low, 0.0) / (dose.low * onto) if dose.low else None
    return Figure(value, u, low, high)


def _at_other_weight(asked: _Asked, dose: Figure | None) -> Second | None:
    """The second administration for another mass, retained alike."""
    if dose is None or asked.target is None or asked.activity is None or asked.weight is None:
        return None
    assert asked.second_weight is not None
    onto = whole_body_s(asked.second_weight) / whole_body_s(asked.weight)
    return Second(scaled(asked.activity, asked.target, dose, onto), asked.second_weight)


# -- what is worth a word ---------------------------------------------------------------------------------------


def _of_fit(read: Retention | None, fits: tuple[Fit, ...], asked: _Asked) -> Iterator[str]:
    if read is None or not fits:
        return
    fit, last = fits[0], float(read.readings[-1].time)
    if asked.phases is None and len(fits) == 1 and not fit.exact:
        yield f"{len(fit.residuals)} readings are too few for AICc to choose a number of phases: one phase was fitted"
    if fit.u is None:
        yield "nothing is left to estimate the uncertainty from; more readings, or their own (u), would give one"
    start = float(fit.at([0.0])[0])
    if abs(start - 1) > _START:
        yield f"the fit begins at {units.decimal(100 * start)} % at the administration, where it should be 100 %"
    after = fit.after(last)
    if after > _TAIL:
        yield (f"{units.decimal(100 * after, 2)} % of the residence time lies behind the last reading at "
               f"{units.decimal(last)} h and is extrapolated")  # fmt: skip
    if fit.spread is not None and fit.spread > _SPREAD:
        yield f"the readings scatter by {units.decimal(100 * fit.spread, 2)} % about the fit{_closer(fits)}"
    if fit.scatter is not None and fit.scatter > _SCATTER:
        yield f"the readings scatter {units.decimal(fit.scatter, 2)} times as much as was stated"


def _closer(fits: tuple[Fit, ...]) -> str:
    """Another number of phases that AICc did not choose and that the readings follow far more closely."""
    chosen = fits[0].spread or 0.0
    near = [each for each in fits[1:] if each.spread is not None and each.spread < chosen / _CLOSER]
    if not near:
        return ""
    best = min(near, key=lambda each: each.spread or 0.0)
    count, spread = len(best.phases), units.decimal(100 * (best.spread or 0.0), 2)
    return (
        f"; about {WORDS[count]} phases by {spread} %, which AICc finds too many for so few readings (--phases {count})"
    )


def _of_dose(asked: _Asked, dose: Figure | None, second: Second | None) -> Iterator[str]:
    if dose is None or second is None or asked.target is None or asked.activity is None:
        return
    had, target = units.show(dose.value, "Gy"), units.show(asked.target, "Gy")
    if dose.value >= asked.target:
        yield f"the first administration gave {had}, and the target is {target}: nothing is left for a second"
    elif dose.high is not None and dose.high >= asked.target:
        yield f"the target of {target} lies within the interval of the first dose: perhaps nothing is left for a second"
    if dose.low is not None and dose.low < asked.target <= dose.value:
        yield f"the target of {target} lies within the interval of the first dose: perhaps something is left"
    if second.activity.value > _TENFOLD * asked.activity:
        shown = units.show(second.activity.value, "MBq")
        yield f"the second administration would be {shown}, more than ten times the first; check what was measured"


def _assumptions(
    asked: _Asked, read: Retention | None, fits: tuple[Fit, ...], dose: Figure | None, second: Second | None,
    other: Second | None,
) -> Iterator[str]:  # fmt: skip
    if read is not None and fits:
        last = float(read.readings[-1].time)
        part = units.decimal(100 * fits[0].after(last), 2)
        yield f"behind the last reading the phases go on: {part} % of the residence time"
        if read.shared:
            yield "the geometry of every reading is that of the first, which is 100 % of what was administered"
        if any(phase.physical for phase in fits[0].phases):
            yield "the slowest phase leaves the body by physical decay alone"
    if dose is not None:
        if not asked.activity_u:
            yield "the administered activity is taken without uncertainty; state --activity-u"
        if not asked.weight_u and asked.s_value is None:
            yield "the body mass is taken without uncertainty; state --weight-u"
        if asked.s_value is None:
            yield f"S = 1.34e-4 x m^-0.921 Gy/(MBq h), m in kg, recalled and not read first-hand ({S_FACT})"
        if asked.s_value is None and asked.nuclide is None:
            yield f"the radionuclide is {S_NUCLIDE}, as its S value is used"
    if second is not None:
        yield "the second administration is retained like the first, in a body of the same mass"
    if other is not None and other.weight is not None:
        yield f"for {units.decimal(other.weight)} kg: retained like the first, S for the new mass"


def _unconfirmed(asked: _Asked, dose: Figure | None) -> tuple[tuple[str, str], ...]:
    if dose is None or asked.s_value is not None:
        return ()
    fact = _sheet().facts[S_FACT.partition("#")[2]]
    return () if fact.confirmed else ((S_FACT, fact.statement),)


def _sheet() -> Sheet:
    """The fact sheet of the S value."""
    return read_sheet(os.path.join(folders.shipped("seeds"), f"{S_FACT.partition('#')[0]}.toml"))


def _sheets(asked: _Asked, dose: Figure | None) -> tuple[dict[str, str], ...]:
    if dose is None or asked.s_value is not None:
        return ()
    return ({"id": _sheet().id, "sha256": _sheet().sha256},)
