"""Whole-body dosimetry: from readings after one administration to its dose, and to a second: ``dosecalc dosimetry``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from dosecalc.dosimetry import kinetics, notes, settings
from dosecalc.dosimetry.account import account
from dosecalc.dosimetry.dose import S_FACT, S_NUCLIDE, absorbed_dose, left_to_target, whole_body_s
from dosecalc.dosimetry.kinetics import Fit, Readings
from dosecalc.dosimetry.result import (
    WORDS,
    Dosimetry,
    Estimate,
    ModelFree,
    Second,
    candidates,
    estimate,
    fitted_phases,
    fitted_readings,
    model_name,
    quantity,
    second_of,
)
from dosecalc.dosimetry.retention import Columns, Retention, of_table
from dosecalc.dosimetry.retention import read as read_retention
from dosecalc.dosimetry.settings import FitRequest
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.library.facts import Sheet, read_sheet
from dosecalc.quantities import options, units
from dosecalc.quantities.documents import COVERAGE
from dosecalc.reference.halflives import DecayRate, clearance
from dosecalc.version import VERSION

if TYPE_CHECKING:
    from dosecalc.quantities.keywords import Scalar

_HOUR = units.unit("h").factor


def fit_retention(
    readings: str | os.PathLike[str] | Columns | None = None,
    *,
    weight: Scalar | None = None,
    activity: Scalar | None = None,
    nuclide: str | None = None,
    half_life: Scalar | None = None,
    target: Scalar | None = None,
    phases: int | None = None,
    residence_time: Scalar | None = None,
    s_value: Scalar | None = None,
    reading_u: Scalar | None = None,
    activity_u: Scalar | None = None,
    weight_u: Scalar | None = None,
    second_weight: Scalar | None = None,
) -> Dosimetry:
    """Fit whole-body readings, and compute the absorbed dose and the activity that is left to a target.

    Retention is a sum of exponential phases; their number is that of the lowest AICc (Hurvich and Tsai, Biometrika
    1989). The residence time is their integral, the time-integrated activity coefficient of MIRD pamphlet 21 (Bolch et
    al., J Nucl Med 2009). The dose is D = A x tau x S, with the whole body's S value of the fact sheet
    ``eanm-sop-mibg``; a second administration is A2 = A1 (T - D1) / D1.

    Args:
        readings: The path of a retention file, or a table of columns (``{"time [h]": [...], "retention": [...]}``).
        weight: The body weight; a plain number is kg.
        activity: The administered activity (``"8880 MBq"``); a dose needs it.
        nuclide: The radionuclide (``"I-131"``).
        half_life: Replaces the half-life of the table (``"8.02 day"``).
        target: The dose that the administrations together are to give (``"4 Gy"``).
        phases: The number of phases, 1 to 3, in place of the choice by AICc.
        residence_time: In place of readings (``"18 h"``).
        s_value: Replaces the whole body's S value for I-131 (``"8.5e-6 Gy/(MBq h)"``).
        reading_u: The relative standard uncertainty of every reading (``"2 %"``); else the residuals tell it.
        activity_u: That of the administered activity (``"3 %"``).
        weight_u: That of the body mass (``"1 %"``).
        second_weight: Another body weight for the second administration; a plain number is kg.

    Returns:
        A frozen :class:`~dosecalc.dosimetry.result.Dosimetry`: times in h, doses in Gy, activities in MBq.

    Raises:
        InputError: For what cannot be used.

    >>> import dosecalc
    >>> result = dosecalc.fit_retention(residence_time="18 h", weight="20 kg", activity="8880 MBq", target="4 Gy")
    >>> round(result.dose.value, 3), round(result.second.activity.value)
    (1.357, 17298)

    """
    table = readings if isinstance(readings, Mapping) else None
    path = None if readings is None or isinstance(readings, Mapping) else options.path_text("readings", readings)
    stated = {
        "readings": path,
        "weight": weight,
        "activity": activity,
        "nuclide": nuclide,
        "half_life": half_life,
        "target": target,
        "phases": phases,
        "residence_time": residence_time,
        "s_value": s_value,
        "reading_u": reading_u,
        "activity_u": activity_u,
        "weight_u": weight_u,
        "second_weight": second_weight,
    }
    return dosimetry_inputs(options.texts_of(stated, options.DOSIMETRY), table)


def dosimetry_inputs(inputs: Mapping[str, Sequence[str]], table: Columns | None = None) -> Dosimetry:
    """Dosimetry from the table ``{option: [texts]}`` of the command line and of :func:`fit_retention`."""
    kept = {option: list(listed) for option, listed in inputs.items() if listed}
    path = options.one(kept, "retention")
    ways = [way is not None for way in (path, options.one(kept, "residence-time"), table)]
    if sum(ways) != 1:
        fault = "given twice" if any(ways) else "nothing was given"
        raise InputError(f"{fault}; state a file of readings, or --residence-time", where="readings")
    administered = settings.positive(kept, "activity", "activity")
    retention = None
    if table is not None:
        retention = options.within("readings", of_table, table, administered)
    elif path is not None:
        retention = read_retention(path, administered)
    return assess(settings.read(kept), retention, kept)


def assess(
    request: FitRequest, retention: Retention | None, inputs: Mapping[str, Sequence[str]] | None = None
) -> Dosimetry:
    """The dosimetry of readings, or of the residence time of the request. ``inputs`` is kept in the result.

    This is the entrance for numbers: what a plan has computed comes in here and leaves as numbers again. InputError.
    """
    request = settings.settled(request, retention)
    settings.check(request)
    law = _clearance(request, retention)
    fits = () if retention is None or law is None else _fits(retention, law, request)
    tau = _residence_time(request, fits)
    dose = _dose(request, tau, fits)
    second = _second(request, dose)
    other = _at_other_weight(request, dose)
    fitted = None if retention is None or not fits else (retention, fits[0])
    return Dosimetry.made(
        version=VERSION,
        inputs={} if inputs is None else inputs,
        stated=account(
            inputs or {},
            request,
            fitted=fitted is not None,
            dosed=dose is not None,
            second=second is not None,
            other=other is not None,
        ),
        nuclide=None if law is None else law.nuclide,
        half_life=None if law is None else law.shown,
        retention=retention,
        fits=fits,
        model=model_name(fits),
        phases=fitted_phases(fits[0]) if fits else (),
        covariance=fits[0].covariance.tolist() if fits else (),
        candidates=candidates(fits),
        readings=() if fitted is None else fitted_readings(fitted[1], fitted[0]),
        residence_time=tau,
        extrapolated_percent=None if fitted is None else 100 * fitted[1].after(fitted[0].last),
        s_value=None if request.s is None else quantity(request.s, "Gy/(h*MBq)"),
        dose=dose,
        model_free=None if retention is None or law is None else _model_free(retention, law, request, tau),
        target=request.target,
        second=second,
        second_other_weight=other,
        flags=notes.flags(request, retention, fits, dose, second),
        assumptions=notes.assumptions(request, retention, fits, dose, second, other),
        unconfirmed=_unconfirmed(request, dose),
        sources=_sources(request, retention, law, dose),
    )


def _clearance(request: FitRequest, retention: Retention | None) -> DecayRate | None:
    """Physical decay; it is needed for a fit, and I-131 for the built-in S value."""
    if request.nuclide is None and request.half_life is None and retention is None:
        return None
    law = clearance(request.nuclide, request.half_life)
    built_in = request.s_value is None and request.weight is not None
    if built_in and request.nuclide is not None and law.nuclide != S_NUCLIDE:
        message = f"the built-in S value is for {S_NUCLIDE}; state --s-value for {law.nuclide}"
        raise InputError(message, where="--nuclide")
    return law


# -- fit --------------------------------------------------------------------------------------------------------


def _fits(retention: Retention, law: DecayRate, request: FitRequest) -> tuple[Fit, ...]:
    """The fits of the readings above zero, the chosen one first."""
    used = [reading for reading in retention.readings if reading.retention]
    count = request.phases
    if len({reading.time for reading in used}) < 2:
        raise InputError("fewer than two readings above zero; nothing can be fitted", where="readings")
    if count is not None and len(used) < 2 * count:
        message = f"{len(used)} readings cannot determine {WORDS[count]} phases with {2 * count} parameters"
        raise InputError(message, where="--phases")
    values = np.array([float(reading.retention) for reading in used])
    readings = Readings(
        times=np.array([float(reading.time) for reading in used]),
        retention=values,
        sigma=_sigma([reading.u for reading in used], values, request),
        shared=retention.shared,
    )
    return kinetics.fit(readings, _slowest(law), count)


def _slowest(law: DecayRate) -> float:
    """The rate of physical decay in 1/h."""
    return float(np.log(2) / (float(law.half_life) / float(_HOUR)))


def _sigma(stated: list[Fraction | None], values: kinetics.Array, request: FitRequest) -> kinetics.Array | None:
    """The standard uncertainty of each reading that takes part, where one was stated for all of them."""
    if request.reading_u is not None:
        if any(u is not None for u in stated):
            raise InputError("the readings bring their own uncertainties", where="--reading-u")
        return request.reading_u * values
    known = [float(u) for u in stated if u is not None]
    return np.array(known) * values if len(known) == len(stated) else None


def _residence_time(request: FitRequest, fits: tuple[Fit, ...]) -> Estimate:
    """The residence time in h, of the chosen fit or as stated."""
    if not fits:
        assert request.residence_time is not None
        return estimate(request.residence_time, "h")
    low, high = fits[0].interval(COVERAGE) or (None, None)
    return estimate(fits[0].tau, "h", fits[0].u, low, high)


def _model_free(retention: Retention, law: DecayRate, request: FitRequest, tau: Estimate) -> ModelFree:
    """Residence time and dose by trapezoids, beside those of the fit."""
    times = np.array([float(reading.time) for reading in retention.readings])
    parts = np.array([float(reading.retention) for reading in retention.readings])
    free = kinetics.trapezoid(times, parts, _slowest(law))
    dose = None if request.activity is None or request.s is None else request.activity * free * request.s
    return ModelFree.made(
        residence_time=quantity(free, "h"),
        dose=None if dose is None else quantity(dose, "Gy"),
        difference_percent=100 * (free / tau.value - 1),
    )


# -- dose -------------------------------------------------------------------------------------------------------


def _dose(request: FitRequest, tau: Estimate, fits: tuple[Fit, ...]) -> Estimate | None:
    """The whole-body dose of the administration; None without its activity or an S value."""
    if request.s is None or request.activity is None:
        return None
    return absorbed_dose(
        request.activity,
        tau,
        request.s,
        _quantile(fits[0].dof if fits else None),
        activity_u=request.activity_u or 0.0,
        weight_u=request.weight_u or 0.0,
    )


def _quantile(dof: int | None) -> float:
    """By how many standard uncertainties an interval reaches to either side."""
    part = (1 + COVERAGE) / 2
    return float(stats.t.ppf(part, dof) if dof else stats.norm.ppf(part))


def _second(request: FitRequest, dose: Estimate | None) -> Second | None:
    """The second administration for the same body mass."""
    if request.target is None or dose is None or request.activity is None:
        return None
    activity = left_to_target(request.activity, request.target, dose)
    return second_of(activity, request.weight if request.s_value is None else None)


def _at_other_weight(request: FitRequest, dose: Estimate | None) -> Second | None:
    """The second administration for another mass, retained alike."""
    if dose is None or request.target is None or request.activity is None:
        return None
    if request.second_weight is None or request.weight is None:
        return None
    onto = whole_body_s(request.second_weight) / whole_body_s(request.weight)
    return second_of(left_to_target(request.activity, request.target, dose, onto), request.second_weight)


# -- sources ----------------------------------------------------------------------------------------------------


def _uses_sheet(request: FitRequest, dose: Estimate | None) -> bool:
    """Whether the result rests on the S value of the fact sheet."""
    return dose is not None and request.s_value is None


def _sheet() -> Sheet:
    """The fact sheet of the S value."""
    return read_sheet(os.path.join(folders.shipped("seeds"), f"{S_FACT.partition('#')[0]}.toml"))


def _unconfirmed(request: FitRequest, dose: Estimate | None) -> tuple[dict[str, str], ...]:
    if not _uses_sheet(request, dose):
        return ()
    fact = _sheet().facts[S_FACT.partition("#")[2]]
    return () if fact.confirmed else ({"fact": S_FACT, "statement": fact.statement},)


def _sources(
    request: FitRequest, retention: Retention | None, law: DecayRate | None, dose: Estimate | None
) -> list[Mapping[str, str]]:
    """The file of readings, the table of half-lives and the sheet of the S value, as far as they were used."""
    sources: list[Mapping[str, str]] = []
    if retention is not None and retention.source is not None:
        sources.append(retention.source)
    if law is not None:
        sources += law.sources
    if _uses_sheet(request, dose):
        sheet = _sheet()
        sources.append({"id": sheet.id, "sha256": sheet.sha256})
    return sources
