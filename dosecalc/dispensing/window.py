"""``dosecalc window``: from when until when a unit that was delivered can be given as prescribed.

A vial, a capsule or a syringe decays through the prescribed range: it enters at its upper end and leaves at the lower.
The keys of the document are a contract (``dosecalc.window/1``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from dosecalc.dispensing.decay import moment, zone_of
from dosecalc.errors import InputError
from dosecalc.quantities import options, times, units
from dosecalc.quantities.account import StatedOption, of_options
from dosecalc.quantities.documents import Amount, Document, Result
from dosecalc.quantities.frozen import Field
from dosecalc.quantities.printed import figure
from dosecalc.reference import radionuclides
from dosecalc.reference.beliefs import belief
from dosecalc.reference.halflives import DecayRate, HalfLife, clearance
from dosecalc.version import VERSION

if TYPE_CHECKING:
    from dosecalc.quantities.keywords import Scalar
    from dosecalc.quantities.times import AnyTime

_USED = {
    **dict.fromkeys(("amount", "calibrated", "nuclide", "half-life", "prescribed"), ("window",)),
    **dict.fromkeys(("range", "tolerance"), ("window",)),
    "at": ("slot",),
    "tz": ("window",),
}


class PlannedTime(Result):
    """The unit at the time for which it is planned."""

    time: datetime = Field(description="That time.")
    activity: Amount = Field(description="MBq and mCi that are left then.")
    off_percent: float = Field(description="How far that is from the prescribed activity, in percent.")
    within: bool = Field(description="Whether it lies within what is allowed.")
    ordered: Amount = Field(
        serialization_alias="order",
        description="MBq and mCi to order, at the calibration time, so that it is just the prescribed activity then.",
    )


class Window(Document):
    """From when until when a delivered unit lies within what was prescribed."""

    SCHEMA: ClassVar[str] = "dosecalc.window/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc.")
    inputs: Mapping[str, tuple[str, ...]] = Field(description="Every option with its texts, as they were given.")
    stated: tuple[StatedOption, ...] = Field(description="Everything that was stated, and what became of it.")
    nuclide: str = Field(description="The radionuclide.")
    half_life: HalfLife = Field(description="Its half-life, from the table or as stated.")
    prescribed: Amount = Field(description="MBq and mCi that were prescribed.")
    low: Amount = Field(description="The least that is allowed.")
    high: Amount = Field(description="The most that is allowed.")
    limit: str = Field(description="Who allows that: the prescribed range, a tolerance as stated, or our limit.")
    opens: datetime | None = Field(description="When the unit has decayed to the most; null beyond the calendar.")
    just: datetime | None = Field(description="When it is just what was prescribed.")
    closes: datetime | None = Field(description="When it has decayed to the least.")
    slot: PlannedTime | None = Field(description="The unit at the planned time; null where none was stated.")
    notes: tuple[str, ...] = Field(description="Progeny, and half-lives that are unconfirmed.")
    sources: tuple[Mapping[str, str], ...] = Field(description="The table of half-lives, with its sha256.")

    def exit_status(self, *, strict: bool = False) -> int:
        """1 where the unit is not within what is allowed at the planned time, else 0."""
        del strict
        return int(self.slot is not None and not self.slot.within)


def window(
    amount: Scalar,
    nuclide: str | None = None,
    *,
    calibrated: AnyTime,
    prescribed: Scalar,
    range: str | None = None,  # the word of the field
    tolerance: Scalar | None = None,
    at: AnyTime | None = None,
    half_life: Scalar | None = None,
    tz: str | None = None,
) -> Window:
    """From when until when a delivered unit lies within what was prescribed.

    Args:
        amount: What the unit holds at ``calibrated`` (``"8 GBq"``).
        nuclide: The radionuclide (``"Lu-177"``).
        calibrated: The time at which that holds.
        prescribed: The prescribed activity.
        range: The prescribed range (``"7 to 7.8 GBq"``), in place of a tolerance.
        tolerance: How far it may lie off (``"5 %"``); 10 % where nothing is stated (our limit).
        at: The planned time: how much is left then, and what to order for it.
        half_life: Replaces the half-life of the table.
        tz: The zone of times without an offset.

    Returns:
        A frozen Window: activities in MBq.

    Raises:
        InputError: For anything that cannot be used.

    >>> import dosecalc
    >>> found = dosecalc.window("8 GBq", "Lu-177", calibrated="2026-03-01T12:00Z", prescribed="7.4 GBq")
    >>> f"{found.just:%d %B, %H:%M}"
    '02 March, 05:56'

    """
    stated = {
        "amount": amount,
        "nuclide": nuclide,
        "calibrated": calibrated,
        "prescribed": prescribed,
        "range": range,
        "tolerance": tolerance,
        "at": at,
        "half_life": half_life,
        "tz": tz,
    }
    return window_inputs(options.texts_of(stated, options.WINDOW))


def window_inputs(inputs: Mapping[str, Sequence[str]]) -> Window:
    """The same from the table ``{option: [texts]}`` that the command line and :func:`window` both make."""
    kept = {option: list(texts) for option, texts in inputs.items() if texts}
    holds, wanted = (_needed(kept, option) for option in ("amount", "prescribed"))
    zone = zone_of(kept)
    start = moment(kept, "calibrated", zone)
    if start is None:
        raise InputError("nothing was given; state the time at which the activity holds", where="--calibrated")
    law, allowed = clearance(options.one(kept, "nuclide"), options.one(kept, "half-life")), _allowed(kept, wanted)
    when = [_reached(start, holds, each, law) for each in (allowed.high, wanted, allowed.low)]
    at = moment(kept, "at", zone)
    return Window.made(
        version=VERSION,
        inputs=kept,
        stated=of_options(kept, _USED),
        nuclide=law.nuclide,
        half_life=law.shown,
        prescribed=Amount(wanted, "activity"),
        low=Amount(allowed.low, "activity"),
        high=Amount(allowed.high, "activity"),
        limit=allowed.text,
        opens=when[0],
        just=when[1],
        closes=when[2],
        slot=None if at is None else _slot(at, start, holds, wanted, allowed, law),
        notes=(*law.notes, *_before(when[2], start)),
        sources=law.sources,
    )


class _Allowed(NamedTuple):
    low: Fraction
    high: Fraction
    text: str


def _needed(inputs: Mapping[str, Sequence[str]], option: str) -> Fraction:
    measure = options.above_zero(inputs, option, "activity")
    if measure is None:
        raise InputError(f'nothing was given; write for example --{option} "7.4 GBq"', where=f"--{option}")
    return measure.value


def _allowed(inputs: Mapping[str, Sequence[str]], wanted: Fraction) -> _Allowed:
    """The range as prescribed, or a tolerance about what was prescribed."""
    written, tolerance = options.one(inputs, "range"), options.one(inputs, "tolerance")
    if written is not None and tolerance is not None:
        raise InputError("a range says what is allowed; leave out --tolerance", where="--range")
    if written is not None:
        printed = options.within("--range", figure, written)
        ends = [(each.low + each.high) / 2 for each in printed.spans if each.low is not None and each.high is not None]
        if printed.dimension != "activity" or len(ends) != 2 or not 0 < ends[0] <= wanted <= ends[1]:
            raise InputError(f"read {written!r}, expected a range about the prescribed activity", where="--range")
        return _Allowed(ends[0], ends[1], f"the prescribed range {written}")
    if tolerance is None:
        ours = belief("given-amount-warning")
        return _Allowed(wanted * (1 - ours.value), wanted * (1 + ours.value), f"{ours.text} (our limit)")
    part = options.within("--tolerance", units.read, tolerance, "percent").value / 100
    if not part < 1:
        raise InputError(f"read {tolerance!r}; a tolerance is less than 100 %", where="--tolerance")
    return _Allowed(wanted * (1 - part), wanted * (1 + part), f"{tolerance} as stated")


def _reached(start: datetime, holds: Fraction, level: Fraction, law: DecayRate) -> datetime | None:
    """When a unit has decayed to a level; earlier than its calibration where it holds less already."""
    try:
        return times.after(start, radionuclides.time_to(float(level / holds), law.half_life))
    except OverflowError:
        return None


def _slot(
    at: datetime, start: datetime, holds: Fraction, wanted: Fraction, allowed: _Allowed, law: DecayRate
) -> PlannedTime:
    left = options.within("--at", radionuclides.factor, times.between(start, at), law.half_life)
    then = float(holds) * left
    return PlannedTime.made(
        time=at,
        activity=Amount(then, "activity"),
        off_percent=100 * (then / float(wanted) - 1),
        within=float(allowed.low) <= then <= float(allowed.high),
        ordered=Amount(float(wanted) / left, "activity"),
    )


def _before(closes: datetime | None, start: datetime) -> Iterator[str]:
    if closes is not None and times.between(closes, start) > 0:
        yield "at its calibration time the unit holds less than is allowed already"
