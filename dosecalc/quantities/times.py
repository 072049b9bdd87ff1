"""The door for points in time: read with their zone, so that hours between two of them are hours that passed.

A time is a date and a time of day with an offset (``2026-03-01T10:00-06:00``, or ``Z``), or without one together with
the name of a zone. Without either it is refused: an hour on a clock is not yet an hour.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from fractions import Fraction

from dosecalc.errors import InputError

AnyTime = str | datetime
"""A time with its zone, as text (``"2026-03-01T10:00-06:00"``) or as an aware datetime."""
_FORM = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?"
)
_MICROSECONDS = 86_400_000_000
_EXAMPLE = "2026-03-01T10:00-06:00"


def zone(name: str) -> tzinfo:
    """A time zone by its name, such as America/Chicago. InputError if there is none."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(name.strip())
    except (KeyError, ValueError, OSError):
        from difflib import get_close_matches

        near = get_close_matches(name, sorted(available_timezones()), n=3, cutoff=0.5)
        hint = f" Near ones: {', '.join(near)}." if near else ""
        raise InputError(f"read {name[:40]!r}, which is no time zone, for example America/Chicago.{hint}") from None


def read(text: str, within: tzinfo | None = None) -> datetime:
    """Read a point in time. InputError for one without a zone, and for an hour that a clock shows twice or never."""
    clean = text.strip()
    match = _FORM.fullmatch(clean)
    if match is None:
        raise InputError(f"read {text[:40]!r}, expected a date and a time with their offset, for example {_EXAMPLE}")
    try:
        moment = datetime.fromisoformat(clean)
    except ValueError:
        raise InputError(f"read {text[:40]!r}, which is no date and time of the calendar") from None
    if not 1900 <= moment.year < 2200:
        raise InputError(f"read {text[:40]!r}, expected a year from 1900 to 2199")
    if moment.tzinfo is not None:
        return moment
    if within is None:
        raise InputError(
            f"read {clean!r}, a time without a zone: write its offset, for example {clean}-06:00, or name the zone, "
            "for example --tz America/Chicago"
        )
    return _placed(moment, within, clean)


def _placed(clock: datetime, within: tzinfo, text: str) -> datetime:
    """The moment of a time of day in a zone; where clocks are moved there may be two, or none."""
    first, second = (clock.replace(tzinfo=within, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(within).replace(tzinfo=None) != clock:
        raise InputError(f"read {text!r}, an hour that clocks in {within} leave out when they go forward")
    ways = " or ".join(each.isoformat(timespec="minutes") for each in (first, second))
    raise InputError(f"read {text!r}, an hour that clocks in {within} show twice: write {ways}")


def between(start: datetime, end: datetime) -> Fraction:
    """The days that pass from one moment to another, exactly; below zero if the second is earlier."""
    # in UTC, as two times of one zone would be subtracted as clocks show them
    passed = end.astimezone(UTC) - start.astimezone(UTC)
    return Fraction(passed // timedelta(microseconds=1), _MICROSECONDS)


def after(start: datetime, days: Fraction | float) -> datetime:
    """The moment so many days after another, in its zone, to the microsecond."""
    moved = start.astimezone(UTC) + timedelta(microseconds=round(days * _MICROSECONDS))
    return moved.astimezone(start.tzinfo)


def shown(moment: datetime) -> str:
    """A moment as it is written, to the second where it has any."""
    return moment.isoformat(timespec="seconds" if moment.second or moment.microsecond else "minutes")
