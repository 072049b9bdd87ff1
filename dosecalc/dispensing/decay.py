"""An activity through time: ``dosecalc decay`` and its result.

The keys of the document are a contract (``dosecalc.decay/1``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar

from dosecalc.errors import InputError
from dosecalc.quantities import options, times, units
from dosecalc.quantities.documents import Amount, Document, Number, Result
from dosecalc.quantities.frozen import Field
from dosecalc.reference import radionuclides
from dosecalc.reference.halflives import HalfLife, clearance
from dosecalc.version import VERSION

if TYPE_CHECKING:
    import pint

    from dosecalc.quantities.keywords import Scalar
    from dosecalc.quantities.times import AnyTime

MOST = 1000
"""Steps that are shown at most."""
_HOUR = units.unit("h").factor


class DecayPoint(Result):
    """An activity at one moment."""

    time: datetime | None = Field(description="The moment with its offset; null where only elapsed times were stated.")
    elapsed_h: float = Field(description="Hours since the activity was measured; below zero for before.")
    factor: float = Field(description="The part of the activity that is left.")
    amount: Amount = Field(serialization_alias="activity", description="MBq and mCi.")

    @property
    def value(self) -> Number:
        """The activity in MBq."""
        return self.amount.value

    @property
    def activity(self) -> pint.Quantity[Any]:
        """The activity as a pint Quantity of ``dosecalc.ureg``."""
        return self.amount.quantity


class Decay(Document):
    """An activity through time. Activity of progeny that grow in is not included."""

    SCHEMA: ClassVar[str] = "dosecalc.decay/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc that computed it.")
    inputs: Mapping[str, tuple[str, ...]] = Field(description="Every option with its texts, as they were given.")
    nuclide: str = Field(description="The radionuclide.")
    half_life: HalfLife = Field(description="Its half-life, from the table or as stated.")
    points: tuple[DecayPoint, ...] = Field(description="The moments, in the order of time.")
    notes: tuple[str, ...] = Field(description="Progeny, and half-lives that are unconfirmed.")
    sources: tuple[Mapping[str, str], ...] = Field(description="The table of half-lives, with its sha256.")


def decay(
    activity: Scalar,
    nuclide: str | None = None,
    *,
    start: AnyTime | None = None,
    to: AnyTime | Sequence[AnyTime] | None = None,
    elapsed: Scalar | Sequence[Scalar] | None = None,
    every: Scalar | None = None,
    half_life: Scalar | None = None,
    tz: str | None = None,
) -> Decay:
    """An activity at other moments, A 2^(-t/T), by the half-life of its radionuclide.

    Args:
        activity: The activity at ``start`` (``"150 mCi"``).
        nuclide: The radionuclide (``"Tc-99m"``). It may be left out where ``half_life`` is stated.
        start: When the activity was measured.
        to: Moments to compute the activity for, later or earlier; needs ``start``.
        elapsed: Times after the start (``"5 h"``; ``"-5 h"`` is before), in place of moments or beside them.
        every: The length of steps up to the last moment (``"6 h"``); the result then has every step.
        half_life: Replaces the half-life of the table (``"8.02 day"``).
        tz: The zone of times without an offset (``"America/Chicago"``).

    Returns:
        A frozen :class:`~dosecalc.dispensing.decay.Decay`: activities in MBq, elapsed times in hours.

    Raises:
        InputError: For what cannot be used, a time without a zone among it.

    >>> import dosecalc
    >>> round(dosecalc.decay("150 mCi", "Tc-99m", elapsed="5 h").points[0].activity.to("mCi").magnitude, 2)
    84.24

    """
    stated = {
        "activity": activity,
        "nuclide": nuclide,
        "start": start,
        "to": to,
        "elapsed": elapsed,
        "every": every,
        "half_life": half_life,
        "tz": tz,
    }
    return decay_inputs(options.texts_of(stated, options.DECAY))


def decay_inputs(inputs: Mapping[str, Sequence[str]]) -> Decay:
    """Decay from the table ``{option: [texts]}`` that the command line and :func:`decay` both make."""
    kept = {option: list(texts) for option, texts in inputs.items() if texts}
    activity = options.one(kept, "activity")
    if activity is None:
        raise InputError('nothing was given; write for example "150 mCi"', where="activity")
    measure = options.within("activity", units.read, activity, "activity")
    law = clearance(options.one(kept, "nuclide"), options.one(kept, "half-life"))
    zone = zone_of(kept)
    start = moment(kept, "from", zone)
    days = sorted(set(_moments(kept, start, zone)))
    return Decay.made(
        version=VERSION,
        inputs=kept,
        nuclide=law.nuclide,
        half_life=law.shown,
        points=[_point(measure.value, start, each, law.half_life) for each in _stepped(kept, days)],
        notes=law.notes,
        sources=law.sources,
    )


def zone_of(inputs: Mapping[str, Sequence[str]]) -> tzinfo | None:
    """The zone that was named for times without one."""
    name = options.one(inputs, "tz")
    return None if name is None else options.within("--tz", times.zone, name)


def moment(inputs: Mapping[str, Sequence[str]], option: str, zone: tzinfo | None) -> datetime | None:
    """The point in time of an option; None where it is not given."""
    text = options.one(inputs, option)
    return None if text is None else options.within(f"--{option}", times.read, text, zone)


def _moments(inputs: Mapping[str, Sequence[str]], start: datetime | None, zone: tzinfo | None) -> Iterator[Fraction]:
    """The days from the start to every moment that was stated."""
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
    """The moments that were stated, with the steps between the start and the furthest of them."""
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
        raise InputError("that moment is outside the calendar", where="--elapsed") from None
    amount = Amount(float(value) * left, "activity")
    return DecayPoint.made(time=time, elapsed_h=float(days / _HOUR), factor=left, amount=amount)
