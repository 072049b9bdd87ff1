"""Amounts given against amounts planned: the rule ``given-amount``, with the likely slip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from operator import itemgetter
from typing import NamedTuple

from dosecalc.course import levels
from dosecalc.course.calculator import Calculation
from dosecalc.course.levels import Level, Row
from dosecalc.course.state import Moment
from dosecalc.files.protocol import cited
from dosecalc.findings.finding import Finding, Status
from dosecalc.findings.sentences import own, own_check
from dosecalc.findings.trace import Tracer
from dosecalc.quantities import units
from dosecalc.quantities.numbers import EXACT, TRUE, Unknown, Value, apart, definite
from dosecalc.quantities.units import Measure, Number
from dosecalc.reference.beliefs import Belief, belief
from dosecalc.requests.match import Match

RULE = "given-amount"
SLIPS = (
    (Fraction(37), "a factor of 37: MBq and mCi mistaken for each other"),
    (Fraction(1000, 37), "a factor of 27: GBq and mCi mistaken for each other"),
    (Fraction(1000), "a factor of 1,000: a prefix of the unit"),
    (Fraction(10) ** 6, "a factor of a million: a prefix of the unit"),
    (Fraction(10), "a factor of 10: the decimal point"),
    (Fraction("2.2046"), "a factor of 2.2: pounds and kilograms mistaken for each other"),
)
"""By how much an amount is off where a unit, a prefix or a decimal point was mistaken."""


class Departure(NamedTuple):
    """How far an amount given lies from the nearest planned one, as a part of it."""

    off: Number
    nearest: Number


def findings(match: Match, result: Calculation, tracer: Tracer) -> Iterator[Finding]:
    """Every amount given against the planned one, and the amounts that rest on one in doubt."""
    doubtful: set[int] = set()
    for number in match.request.given:
        moment = result.doses[number - 1]
        yield from _above_cap(match, moment, tracer)
        finding = _of_dose(match, result, moment, tracer)
        if finding.status in ("violation", "warning"):
            doubtful.add(number)
        yield finding
    yield from _left_out(match, result)
    yield from _scaled(match, result, tracer, doubtful)


def _left_out(match: Match, result: Calculation) -> Iterator[Finding]:
    """Doses of which nothing was said although a later one was given: whatever is counted of them is a guess."""
    given = match.request.given
    for number in range(1, max(given, default=0)):
        if number not in given:
            later = min(each for each in given if each > number)
            counted = "no amount" if isinstance(result.doses[number - 1].planned, Unknown) else "its planned amount"
            text = f"nothing says whether dose {number} was given, while dose {later} was; {counted} is counted"
            yield own(RULE, "warning", number, text, _cites(match, result.doses[number - 1]))


def _of_dose(match: Match, result: Calculation, moment: Moment, tracer: Tracer) -> Finding:
    given = match.request.given[moment.number]
    shown = units.spell(given.quantity)
    planned = _planned(moment)
    unknown = [end for ends in planned for end in ends if isinstance(end, Unknown)]
    if unknown or not planned:
        options = _options(unknown)
        why = f"to decide it, give {' and '.join(options)}" if options else tracer.pending(moment)
        text = f"{shown} was given; what was planned is not known: {why}"
        return own(RULE, "unknown", moment.number, text, _cites(match, moment), settled_by=options)
    departure = _departure(given.number, planned)
    tolerance = _tolerance(moment, tracer)
    status, limit = _judged(departure) if tolerance is None else _held_to(tolerance, departure, given.number)
    reduced = _reduced_step(match, moment, given.number) if status != "pass" else None
    text = f"{shown} was given, {_off_text(departure, moment, given.quantity.unit.symbol)}"
    if reduced is not None:
        status = "warning"
        option = f"--reduction {moment.number}={reduced}"
        text += f"; that may be step {reduced} of the protocol's reductions: if so, state it with {option}"
    elif status != "pass":
        words = _limit_text(status, limit) if tolerance is None else f"the source lets it be {limit.text} off"
        text += f"; {words}{_slip(result, moment, given.number, departure)}"
    observed = {"value": float(100 * departure.off), "unit": "%"}
    comparison = "below" if status == "violation" and tolerance is None else "at_most"
    at = {"value": float(limit.value * 100), "unit": "%"}
    check = own_check("given_amount", observed, comparison, at, holds=status == "pass")
    cite = tuple(dict.fromkeys((*_cites(match, moment), limit.cite)))
    return own(RULE, status, moment.number, text, cite, [check], severity="warning" if status == "warning" else None)


def _options(unknown: list[Unknown]) -> tuple[str, ...]:
    """The options that state the sizes which a planned amount lacks."""
    lacks = {name for each in unknown for name in each.lacks}
    if lacks & {"bsa", "height"}:
        return ("--bsa (or --weight and --height)",)
    return ("--weight",) if "weight" in lacks else ()


def _judged(departure: Departure) -> tuple[Status, Belief | _Limit]:
    """More than 10 % is a warning, 20 % or more a violation (our limits)."""
    warns, violates = belief("given-amount-warning"), belief("given-amount-violation")
    off = apart(departure.off, Fraction(0))
    if EXACT.at_least(off, violates.value).yes:
        return "violation", violates
    return ("warning" if EXACT.above(off, warns.value).yes else "pass"), warns


class _Limit(NamedTuple):
    """How far an amount may lie off: as a part of the planned one, in words, and who says so."""

    value: Fraction
    text: str
    cite: str


def _tolerance(moment: Moment, tracer: Tracer) -> tuple[Measure, str] | None:
    """The tolerance that the source itself states for a dose, with the place that says so."""
    row = tracer.row(moment)
    if row is None or row.tolerance is None:
        return None
    assert moment.slot is not None
    cites = cited(row.cite.cite) or cited(moment.slot.dose.cite) or cited(moment.slot.listed.cite)
    return row.tolerance, cites[-1] if cites else ""


def _held_to(tolerance: tuple[Measure, str], departure: Departure, given: Number) -> tuple[Status, _Limit]:
    """A tolerance of the source is exact, and nothing of ours is added to it."""
    measure, cite = tolerance
    nearest = Fraction(departure.nearest)
    most = (
        measure.value / 100 if measure.dimension == "percent" else measure.value / nearest if nearest else Fraction(0)
    )
    off = apart(departure.off, Fraction(0)) if nearest else apart(given, Fraction(0))
    return ("violation" if EXACT.above(off, most).yes else "pass"), _Limit(Fraction(most), units.spell(measure), cite)


def _limit_text(status: Status, limit: Belief | _Limit) -> str:
    if status == "violation":
        return f"{limit.text} or more is our limit"
    return f"more than {limit.text} is our limit"


def _planned(moment: Moment) -> list[tuple[Value, Value]]:
    """The amounts that may have been planned, each from a lowest to a highest."""
    if EXACT.known(moment.planned):
        return [(moment.planned, moment.planned)]
    return [ends for row in moment.possible for ends in _ends_of(row, moment)]


def _ends_of(row: Row, moment: Moment) -> Iterator[tuple[Value, Value]]:
    """The lowest and the highest amount of each alternative of a row."""
    for low, high in row.options:
        if row.organ is not None or row.target:
            yield Unknown("measured"), Unknown("measured")
        else:
            least, most = (
                levels.amount(row, EXACT, Level[Value](end.dimension, end.value), moment) for end in (low, high)
            )
            yield _bounded(least, row, moment), _bounded(most, row, moment)


def _bounded(amount: Value, row: Row, moment: Moment) -> Value:
    """An amount within the cap and the floor of its row, as it would have been planned."""
    for bound, beyond in ((row.cap, max), (row.floor, min)):
        if bound is None or isinstance(amount, Unknown):
            continue
        limit = levels.sized(Level[Value](bound.dimension, bound.value), moment)
        if isinstance(limit, Unknown):
            return limit
        amount = limit if beyond(amount, limit) == amount else amount
    return amount


def _departure(given: Fraction, planned: list[tuple[Value, Value]]) -> Departure:
    """How far an amount lies from the nearest of several ranges; nothing within one."""
    departures: list[Departure] = []
    for ends in planned:
        low, high = (definite(end) for end in ends)
        nearest: Number = max(low, min(given, high))
        off = given / nearest - 1 if nearest else Fraction(int(given > 0))
        departures.append(Departure(off, nearest))
    return min(departures, key=lambda each: abs(float(each.off)))


def _off_text(departure: Departure, moment: Moment, symbol: str) -> str:
    kind = "activity" if moment.radioactive else "mass"
    nearest = units.show(departure.nearest, symbol, kind)
    ranged = not EXACT.known(moment.planned)
    what = f"the nearest end of what the protocol allows, {nearest}" if ranged else f"the planned {nearest}"
    if not departure.off:
        return f"within what the protocol allows ({nearest})" if ranged else f"just {what}"
    if departure.off >= 2 and departure.nearest:
        return f"{units.decimal(departure.off + 1, 3)} times {what}"
    percent = units.decimal(abs(100 * departure.off), 3)
    return f"{percent} % {'above' if departure.off > 0 else 'below'} {what}"


def _reduced_step(match: Match, moment: Moment, given: Fraction) -> int | None:
    """The step of the source's ladder whose amount was given, if one is nearer than what was planned."""
    assert moment.slot is not None
    for (agent, step), compiled in match.compiled.steps.items():
        row = _row_that_holds(compiled.rows, moment)
        if agent != moment.slot.dose.agent or row is None or not row.fixed:
            continue
        amount = levels.amount(row, EXACT, Level[Value](row.low.dimension, row.low.value), moment)
        if (
            not isinstance(amount, Unknown)
            and amount
            and apart(given / amount, Fraction(1)) <= belief("given-amount-warning").value
        ):
            return step
    return None


def _row_that_holds(rows: Sequence[Row], moment: Moment) -> Row | None:
    """The first row that holds; None while one before it may."""
    for row in rows:
        truth = TRUE if row.when is None else row.when.test(moment)
        if not truth.no:
            return row if truth.yes else None
    return None


def _slip(result: Calculation, moment: Moment, given: Fraction, departure: Departure) -> str:
    """The likely mistake, where a factor or another dose's amount explains it."""
    if not departure.nearest or not given:
        return ""
    tolerance = belief("given-amount-warning").value
    ratio = Fraction(given) / Fraction(departure.nearest)
    for factor, words in SLIPS:
        if any(abs(ratio / each - 1) <= tolerance for each in (factor, 1 / factor)):
            return f". Likely {words}"
    for other in result.doses:
        amount = other.planned
        alike = other.number != moment.number and other.radioactive == moment.radioactive
        if alike and not isinstance(amount, Unknown) and amount and apart(given / amount, Fraction(1)) <= tolerance:
            return f". It is the amount of dose {other.number}"
    return ""


def _above_cap(match: Match, moment: Moment, tracer: Tracer) -> Iterator[Finding]:
    """A cap of the source has no tolerance of ours; while the row is not decided, the highest of the possible ones."""
    row, given = tracer.row(moment), match.request.given[moment.number]
    caps = [each.cap for each in ([row] if row is not None else moment.possible)]
    sized = [
        (most, cap)
        for cap in caps
        if cap is not None
        and not isinstance(most := levels.sized(Level[Value](cap.dimension, cap.value), moment), Unknown)
    ]
    if not sized or len(sized) < len(caps):
        return
    most, cap = max(sized, key=itemgetter(0))
    if not EXACT.above(given.number, most).yes:
        return
    text = f"{units.spell(given.quantity)} was given, above the source's cap of {units.spell(cap)}"
    check = own_check(
        "given_amount", _percent_of(given.number, most), "at_most", {"value": 100.0, "unit": "%"}, holds=False
    )
    yield own(RULE, "violation", moment.number, text, _cites(match, moment), [check], part="cap")


def _percent_of(amount: Number, of: Number) -> dict[str, object]:
    return {"value": float(100 * amount / of), "unit": "%"}


def _scaled(match: Match, result: Calculation, tracer: Tracer, doubtful: set[int]) -> Iterator[Finding]:
    """An activity that is scaled from an amount in doubt is in doubt itself."""
    for moment in result.doses if doubtful else ():
        row = tracer.row(moment)
        if row is None or not (row.target or row.organ is not None) or moment.number in match.request.given:
            continue
        earlier = [each.number for each in tracer.earlier(moment) if each.number in doubtful]
        if earlier and EXACT.known(moment.amount):
            text = (
                f"this activity follows from what was given as dose {earlier[0]}, which is in doubt; check that first"
            )
            yield own(RULE, "warning", moment.number, text, _cites(match, moment), part="scaled", severity="warning")


def _cites(match: Match, moment: Moment) -> tuple[str, ...]:
    assert moment.slot is not None
    return cited(moment.slot.dose.cite) or cited(moment.slot.listed.cite) or cited(match.arm.cite)
