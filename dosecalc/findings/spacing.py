"""How far doses lie apart, against the distances and windows that the protocol states."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from dosecalc.course import schedule
from dosecalc.course.schedule import Slot
from dosecalc.files.protocol import ListedInterval, cited
from dosecalc.findings.finding import Finding, Status
from dosecalc.findings.sentences import own, own_check
from dosecalc.quantities.numbers import Between, Unknown, Value, apart, ends
from dosecalc.quantities.phrases import doses_text
from dosecalc.quantities.units import Number, decimal
from dosecalc.reference.beliefs import belief
from dosecalc.requests.match import Match

RULE = "spacing"


class _Distance(NamedTuple):
    """A distance between doses against one bound of it."""

    slot: Slot
    part: str
    days: Between
    low: Fraction | None
    high: Fraction | None
    since: str
    cite: tuple[str, ...]
    excused: bool
    planned: Fraction | None = None
    """The distance that the source states without a window; ``low`` and ``high`` are then our limits."""
    other: Fraction | None = None
    """The same distance as another text has it, where the two differ."""


def findings(match: Match, cite: tuple[str, ...]) -> Iterator[Finding]:
    """One finding for each part of an interval that holds throughout, or one for each dose at which it does not."""
    distance = list(_distances(match, cite))
    for part in dict.fromkeys(each.part for each in distance):
        own_cite = [(each, _status(each)) for each in distance if each.part == part]
        broken = [(each, status) for each, status in own_cite if status in ("violation", "warning")]
        unknown = [each for each, status in own_cite if status == "unknown"]
        yield from (_finding(each, status) for each, status in broken)
        if unknown:
            numbers = [each.slot.number for each in unknown]
            option = f'--given {numbers[0]}="AMOUNT@DATE" with the date of the dose before'
            text = f"how long after the dose before {doses_text(numbers)} came is not known ({_limit(unknown[0])})"
            yield own(
                RULE,
                "unknown",
                None,
                f"{text}; to decide it, give {option}",
                unknown[0].cite,
                settled_by=(option,),
                part=part,
            )
        if not broken and not unknown:
            yield _finding(own_cite[-1][0], "pass")


def _distances(match: Match, cite: tuple[str, ...]) -> Iterator[_Distance]:
    days = schedule.lengths(match.arm)
    for before, slot in pairwise(match.slots):
        spaced = (before if slot.first_of_cycle else slot).listed.interval
        if spaced is not None:
            yield from _of_interval(match, spaced, slot, days, cite)
        if spaced is None or _window(spaced, slot, match, days) is None:
            yield from _of_days(match, slot, days, cite)


def _of_interval(
    match: Match, spaced: ListedInterval, slot: Slot, days: dict[str, int], cite: tuple[str, ...]
) -> Iterator[_Distance]:
    """The distances that the file states as an interval, each with its bounds."""
    own_cite, excused = cited(spaced.cite) or cited(slot.listed.cite) or cite, _reduced_here(match, slot)
    interval: Between = match.inputs.intervals.get(slot.number, Unknown("dose_interval"))
    window = _window(spaced, slot, match, days)
    if window is not None and spaced.window is not None:
        yield _Distance(slot, "window", window[0], *window[1:], own_cite, excused)
    elif window is not None and spaced.every is not None:
        since, _, _, name = window
        planned = Fraction(days[spaced.every])
        tolerance, limits = _tolerance(planned)
        cites = (*own_cite, *limits)
        other = planned if spaced.also is None else Fraction(days[spaced.also])
        near, far = min(planned, other) - tolerance, max(planned, other) + tolerance
        yield _Distance(slot, "every", since, near, far, name, cites, excused, planned=planned, other=other)
    for part, text in (("at-least", spaced.at_least), ("at-most", spaced.at_most)):
        if text is not None:
            bound = Fraction(days[text])
            low, high = (bound, None) if part == "at-least" else (None, bound)
            yield _Distance(slot, part, interval, low, high, "the dose before", own_cite, excused=False)


def _of_days(match: Match, slot: Slot, days: dict[str, int], cite: tuple[str, ...]) -> Iterator[_Distance]:
    """The distance that follows from the days of a cycle, or from the length of the one before.

    It is asked where one of the two doses was given, and counted from the first dose of the cycle.
    """
    anchor = _anchor(match, slot)
    if anchor is None or slot.number not in match.request.given:
        return
    undated = any(_given_undated(match, number) for number in (anchor.number, slot.number))
    since = Unknown("dose_interval") if undated else _between(match, anchor, slot, 0)
    own_cite = cited(anchor.listed.cite) or cite
    name = f"dose {anchor.number}"
    low, high = _planned_days(match, anchor, slot, days)
    if low is None or high is None:
        return
    part = "day" if anchor.cycle == slot.cycle else "cycle"
    excused = _reduced_here(match, slot)
    if low != high:  # a range is the source's own
        yield _Distance(slot, part, since, low, high, name, own_cite, excused)
        return
    tolerance, limits = _tolerance(low)
    cites = (*own_cite, *limits)
    yield _Distance(slot, part, since, low - tolerance, low + tolerance, name, cites, excused, planned=low)


def _given_undated(match: Match, number: int) -> bool:
    """Whether a dose was given on a day that nobody stated; the start is the day of dose 1."""
    given = match.request.given.get(number)
    return given is not None and given.date is None and not (number == 1 and match.request.start is not None)


def _anchor(match: Match, slot: Slot) -> Slot | None:
    """The dose from which a dose's day is counted: the first of its cycle, or of the cycle before."""
    cycle = slot.cycle - 1 if slot.first_of_cycle else slot.cycle
    return next((each for each in match.slots if each.cycle == cycle and each.first_of_cycle), None)


def _planned_days(
    match: Match, anchor: Slot, slot: Slot, days: dict[str, int]
) -> tuple[Fraction | None, Fraction | None]:
    """The days that the source puts between two doses, from least to most; None where it does not say."""
    if slot.dose.day is None or anchor.dose.day is None:
        return None, None
    apart = Fraction(slot.dose.day - anchor.dose.day)
    if anchor.cycle == slot.cycle:
        return apart, apart
    chosen = match.request.cycle_length
    length = schedule.length_of(anchor.listed, None if chosen is None else int(chosen.number), days)
    low, high = ends(length)
    if isinstance(low, Unknown) or isinstance(high, Unknown):
        return None, None
    return Fraction(low) + apart, Fraction(high) + apart


def _tolerance(planned: Fraction) -> tuple[Fraction, tuple[str, ...]]:
    """Days that are no departure where the source states no window (our limit), and the beliefs that say so."""
    part, least = belief("day-tolerance"), belief("day-minimum")
    return max(least.value, planned * part.value), (part.cite, least.cite)


def _reduced_here(match: Match, slot: Slot) -> bool:
    """Whether a reduction begins with a dose: what made it necessary may have delayed it too."""
    steps = match.inputs.steps
    return bool(steps) and steps[slot.number] > steps.get(slot.number - 1, 0)


def _window(
    spaced: ListedInterval, slot: Slot, match: Match, days: dict[str, int]
) -> tuple[Between, Fraction, Fraction, str] | None:
    """Days since what the planned day counts from, and the days that are allowed."""
    width = 0 if spaced.window is None else days[spaced.window]
    if slot.first_of_cycle:
        if spaced.every is None:
            return None
        since: Between = match.inputs.intervals.get(slot.number, Unknown("dose_interval"))
        planned, name = days[spaced.every], "the dose before"
        if spaced.also is not None and spaced.window is not None:
            near, far = sorted((planned, days[spaced.also]))
            return since, Fraction(near - width), Fraction(far + width), name
    else:
        first = next(each for each in match.slots if each.cycle == slot.cycle)
        if spaced.window is None or slot.dose.day is None or first.dose.day is None:
            return None
        planned, name = slot.dose.day - first.dose.day, f"dose {first.number}"
        since = _between(match, first, slot, planned)
    return since, Fraction(planned - width), Fraction(planned + width), name


def _between(match: Match, first: Slot, slot: Slot, planned: int) -> Value:
    """Days from the first dose of a cycle to another: by their dates, or as planned where neither was given."""
    if not {first.number, slot.number} & match.inputs.given.keys():
        return Fraction(planned)
    began, here = match.whens[first.number - 1].date, match.whens[slot.number - 1].date
    return Unknown("dose_interval") if began is None or here is None else Fraction((here - began).days)


def _status(distance: _Distance) -> Status:
    low, high = ends(distance.days)
    early = distance.low is not None and not isinstance(high, Unknown) and high < distance.low
    late = distance.high is not None and not isinstance(low, Unknown) and low > distance.high
    if early or late:
        later_allowed = late and (distance.excused or distance.planned is not None)
        return "warning" if later_allowed else "violation"
    held = (distance.low is None or (not isinstance(low, Unknown) and low >= distance.low)) and (
        distance.high is None or (not isinstance(high, Unknown) and high <= distance.high)
    )
    return "pass" if held else "unknown"


def _finding(distance: _Distance, status: Status) -> Finding:
    low, high = ends(distance.days)
    shown = next((each for each in (low, high) if not isinstance(each, Unknown)), Fraction(0))
    least = "" if low == high else "at least " if not isinstance(low, Unknown) else "at most "
    days = f"{least}{_days(shown)} after {distance.since}"
    text = f"{days}, {_verdict(distance, status, shown)}"
    checks = [
        own_check(
            "dose_interval",
            {"value": float(shown), "unit": "day"},
            comparison,
            {"value": float(bound), "unit": "day"},
            holds=bool(holds),
        )
        for comparison, bound, holds in (
            ("at_least", distance.low, distance.low is None or shown >= distance.low),
            ("at_most", distance.high, distance.high is None or shown <= distance.high),
        )
        if bound is not None
    ]
    dose = distance.slot.number if status != "pass" else None
    sentence = text if dose is not None else f"doses lie {text}"
    return own(
        RULE,
        status,
        dose,
        sentence,
        distance.cite,
        checks,
        part=distance.part,
        severity="warning" if status == "warning" else "violation",
    )


def _verdict(distance: _Distance, status: Status, days: Number) -> str:
    if distance.planned is None:
        words = {"pass": "within", "warning": "longer than", "violation": "outside"}[status]
        return f"{words} {_limit(distance)}{_DELAY if status == 'warning' else ''}"
    also = "" if distance.other in (None, distance.planned) else f" ({_days(distance.other)} by another text)"
    stated = f"the protocol's {_days(distance.planned)}{also}; no window is stated"
    if status == "pass" or distance.high is None:
        return stated
    late = days > distance.high
    nearest = (max if late else min)(distance.planned, distance.other or distance.planned)
    how = f"{_days(apart(days, nearest))} {'later' if late else 'earlier'} than {stated}"
    allowed = decimal(distance.high - max(distance.planned, distance.other or distance.planned))
    unit = "day" if allowed == "1" else "days"
    return f"{how}, and {allowed} {unit} either way is our limit{_DELAY if late else ''}"


_DELAY = "; toxicity may be the reason"


def _days(days: Number) -> str:
    return f"{decimal(days)} day{'' if days == 1 else 's'}"


def _limit(distance: _Distance) -> str:
    low, high = distance.low, distance.high
    if low is None or high is None:
        bound = low if low is not None else high
        assert bound is not None
        return f"the protocol's {'at least' if low is not None else 'at most'} {decimal(bound)} days"
    return (
        f"the protocol's {decimal(low)} days"
        if low == high
        else f"the protocol's {decimal(low)} to {decimal(high)} days"
    )
