"""An activity through time: ``dosecalc decay``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from fractions import Fraction
from typing import Any

from dosecalc.dispensing.result import Decay, DecayPoint
from dosecalc.errors import InputError
from dosecalc.quantities import options, times, units
from dosecalc.quantities.options import by_option
from dosecalc.reference import radionuclides
from dosecalc.reference.halflives import clearance
from dosecalc.version import VERSION

OPTIONS = ("activity", "nuclide", "from", "to", "elapsed", "every", "half-life", "tz")
MOST = 1000
_HOUR = units.unit("h").factor


def decay(
    activity: Any,
    nuclide: str | None = None,
    *,
    start: Any = None,
    to: Any = None,
    elapsed: Any = None,
    every: Any = None,
    half_life: Any = None,
    tz: str | None = None,
) -> Decay:
    """An activity at other moments, by the half-life of its radionuclide.

    ``activity`` holds at ``start``. The moments are ``to`` (times with their zone, as text or aware datetimes),
    ``elapsed`` (times such as ``"5 h"``; ``"-5 h"`` is before), one or lists of both; ``every`` adds the steps up to
    the last. ``half_life`` replaces the table's; ``tz`` names the zone of times that have none.

    Returns a frozen :class:`~dosecalc.dispensing.result.Decay`. Raises InputError for what cannot be used, a time
    without a zone among it.

    >>> import dosecalc
    >>> round(dosecalc.decay("150 mCi", "Tc-99m", elapsed="5 h").points[0].activity.to("mCi").magnitude, 2)
    84.24
    """
    named = {"activity": activity, "nuclide": nuclide, "from": start, "to": to, "elapsed": elapsed, "every": every,
             "half-life": half_life, "tz": tz}  # fmt: skip
    return decay_inputs(by_option(named))


def decay_inputs(inputs: Mapping[str, Sequence[str]]) -> Decay:
    """Decay from the table ``{option: [texts]}`` that the command line and :func:`decay` both make."""
    kept = {option: list(found) for option, found in inputs.items() if found}
    activity = options.one(kept, "activity")
    if activity is None:
        raise InputError('nothing was given; write for example "150 mCi"', where="activity")
    measure = options.within("activity", units.read, activity, "activity")
    by = clearance(options.one(kept, "nuclide"), options.one(kept, "half-life"))
    zone = zone_of(kept)
    start = moment(kept, "from", zone)
    days = sorted(set(_moments(kept, start, zone)))
    points = tuple(_point(measure.value, start, each, by.half_life) for each in _stepped(kept, days))
    return Decay(version=VERSION, inputs=kept, nuclide=by.nuclide, half_life=by.shown, points=points, notes=by.notes,
                 sources=by.sources)  # fmt: skip


def zone_of(inputs: Mapping[str, Sequence[str]]) -> tzinfo | None:
    """The zone that was named for times without one."""
    name = options.one(inputs, "tz")
    return None if name is None else options.within("--tz", times.zone, name)


def moment(inputs: Mapping[str, Sequence[str]], option: str, zone: tzinfo | None) -> datetime | None:
    """The point in time of an option; None where it is not given."""
    text = options.one(inputs, option)
    return None if text is None else options.within(f"--{option}", times.read, text, zone)


def _moments(inputs: Mapping[str, Sequence[str]], start: datetime | None, zone: tzinfo | None) -> Iterator[Fraction]:
    """The days from the start to every moment that was asked for."""
    for text in inputs.get("elapsed", ()):
        yield options.within("--elapsed", signed_days, text)
    for text in inputs.get("to", ()):
        if start is None:
            raise InputError("--to needs --from, the moment at which the activity was measured", where="--to")
        yield times.between(start, options.within("--to", times.read, text, zone))
    if not inputs.get("elapsed") and not inputs.get("to"):
        raise InputError("nothing was given; state --elapsed 5h, or --from and --to", where="--elapsed")


def signed_days(text: str) -> Fraction:
    """A time in days, before (``-5 h``) or after."""
    clean = text.strip()
    value = units.read(clean.removeprefix("-"), "time").value
    return -value if clean.startswith("-") else value


def _stepped(inputs: Mapping[str, Sequence[str]], days: list[Fraction]) -> list[Fraction]:
    """The moments asked for, with the steps between the start and the furthest of them."""
    text = options.one(inputs, "every")
    if text is None:
        return days
    step = options.within("--every", units.read, text, "time").value
    if not step:
        raise InputError(f"read {text!r}; a step is above zero", where="--every")
    ends = [min(days[0], Fraction(0)), max(days[-1], Fraction(0))]
    first, last = (int(end / step) for end in ends)
    if last - first > MOST:
        raise InputError(f"read {text!r}: that is {last - first:,} steps, at most {MOST:,} are shown", where="--every")
    return sorted({*days, *(number * step for number in range(first, last + 1))})


def _point(value: Fraction, start: datetime | None, days: Fraction, half_life: Fraction) -> DecayPoint:
    left = radionuclides.factor(days, half_life)
    try:
        time = None if start is None else times.after(start, days)
    except OverflowError:
        raise InputError("a moment out of the calendar", where="--elapsed") from None
    return DecayPoint(time=time, elapsed_h=float(days / _HOUR), factor=left, value=float(value) * left)
