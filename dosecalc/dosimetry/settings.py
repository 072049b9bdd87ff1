"""The settings of a fit: the options in their units, and what a file of readings states in their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isclose
from typing import NamedTuple

from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.observables import read as read_observable
from dosecalc.dosimetry.dose import whole_body_s
from dosecalc.dosimetry.retention import Retention
from dosecalc.errors import InputError
from dosecalc.quantities import options, units
from dosecalc.reference import radionuclides

_HOUR = units.unit("h").factor
_SAME = 1e-12
"""The relative difference below which two stated values are the same."""
_SHOWN_IN = {
    "weight": ("kg", 1),
    "activity": ("MBq", 1),
    "target": ("Gy", 1),
    "s_value": ("Gy/(h*MBq)", 1),
    "reading_u": ("%", 100),
    "activity_u": ("%", 100),
    "weight_u": ("%", 100),
}
"""The unit in which a message shows a setting, and how many of it are in one of the request's."""


class FitRequest(NamedTuple):
    """The settings of a fit: hours, kg, MBq, Gy, Gy/(MBq h); uncertainties as parts of one; None where not stated.

    ``half_life`` is the text of a half-life that replaces the table's.
    """

    residence_time: float | None = None
    weight: float | None = None
    activity: float | None = None
    nuclide: str | None = None
    half_life: str | None = None
    target: float | None = None
    phases: int | None = None
    s_value: float | None = None
    reading_u: float | None = None
    activity_u: float | None = None
    weight_u: float | None = None
    second_weight: float | None = None

    @property
    def s(self) -> float | None:
        """The whole body's S value that holds here, in Gy/(MBq h)."""
        if self.s_value is not None:
            return self.s_value
        return None if self.weight is None else whole_body_s(self.weight)


def read(inputs: Mapping[str, Sequence[str]]) -> FitRequest:
    """The settings from the table ``{option: [texts]}``. InputError for what cannot be read."""
    residence = positive(inputs, "residence-time", "time")
    return FitRequest(
        residence_time=None if residence is None else float(residence / _HOUR),
        weight=_weight(inputs, "weight"),
        activity=_float(positive(inputs, "activity", "activity")),
        nuclide=options.one(inputs, "nuclide"),
        half_life=options.one(inputs, "half-life"),
        target=_float(positive(inputs, "target", "absorbed dose")),
        phases=_phases(inputs),
        s_value=_float(positive(inputs, "s-value", "absorbed dose/time-integrated activity")),
        reading_u=_part(inputs, "reading-u"),
        activity_u=_part(inputs, "activity-u"),
        weight_u=_part(inputs, "weight-u"),
        second_weight=_weight(inputs, "second-weight"),
    )


def settled(request: FitRequest, retention: Retention | None) -> FitRequest:
    """The request, with what the file of readings states where it is silent. Where both speak they agree."""
    if retention is None:
        return request
    filed = read({name.replace("_", "-"): [text] for name, text in retention.settings.items()})
    for name, text in retention.settings.items():
        mine = getattr(request, name)
        if mine is not None and not _alike(mine, getattr(filed, name)):
            message = f"read {_shown(name, mine)!r}, but the file says {text!r}"
            raise InputError(message, where=f"--{name.replace('_', '-')}")
    silent = {name: value for name, value in filed._asdict().items() if getattr(request, name) is None}
    return request._replace(**silent)


def _alike(one: float | str, other: float | str) -> bool:
    """Whether two values of a setting are the same."""
    if isinstance(one, str) or isinstance(other, str):
        return radionuclides.spelled(str(one)) == radionuclides.spelled(str(other))
    return isclose(one, other, rel_tol=_SAME)


def _shown(name: str, value: float | str) -> str:
    """A setting as a message shows it."""
    if name not in _SHOWN_IN or isinstance(value, str):
        return str(value)
    unit, scale = _SHOWN_IN[name]
    return f"{units.decimal(value * scale, 12)} {unit}"


def check(request: FitRequest) -> None:
    """Refuse settings that do not go together. InputError."""
    if request.s_value is not None and (request.weight_u or request.second_weight):
        option = "--weight-u" if request.weight_u else "--second-weight"
        raise InputError("a stated S value is for one body mass and cannot be rescaled", where=option)
    if request.target is not None and (request.activity is None or request.s is None):
        lacking = "--activity" if request.activity is None else "--weight"
        message = f"the activity still needed depends on the absorbed dose: also give {lacking}"
        raise InputError(message, where="--target")
    if request.second_weight is not None and request.target is None:
        raise InputError("only valid together with --target", where="--second-weight")
    if request.residence_time is not None and (request.phases is not None or request.reading_u is not None):
        option = "--phases" if request.phases is not None else "--reading-u"
        raise InputError("only valid with a file of readings; a residence time was stated", where=option)


# -- one option -------------------------------------------------------------------------------------------------


def positive(inputs: Mapping[str, Sequence[str]], option: str, dimension: str) -> Fraction | None:
    """A quantity above zero in its canonical unit; None where it is not given."""
    text = options.one(inputs, option)
    if text is None:
        return None
    value = options.within(f"--{option}", units.read, text, dimension).value
    if not value:
        raise InputError(f"read {text!r}, expected more than zero", where=f"--{option}")
    return value


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def _weight(inputs: Mapping[str, Sequence[str]], option: str) -> float | None:
    text = options.one(inputs, option)
    if text is None:
        return None
    stated = options.within(f"--{option}", read_observable, OBSERVABLES["weight"], text)
    assert isinstance(stated.value, Fraction)
    return float(stated.value)


def _part(inputs: Mapping[str, Sequence[str]], option: str) -> float | None:
    """A percentage as a part of one."""
    value = positive(inputs, option, "percent")
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
