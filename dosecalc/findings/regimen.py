"""The findings that dosecalc makes from the regimen itself, without a rule in the file."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from dosecalc.course import levels, schedule
from dosecalc.course.calculator import Calculation
from dosecalc.course.levels import Level
from dosecalc.course.schedule import Slot
from dosecalc.course.state import Moment
from dosecalc.files.protocol import Range, cited
from dosecalc.findings import organs, spacing
from dosecalc.findings.finding import Finding
from dosecalc.findings.sentences import own, own_check
from dosecalc.findings.trace import Tracer
from dosecalc.quantities import units
from dosecalc.quantities.documents import Quantity, quantity_of
from dosecalc.quantities.numbers import EXACT, Value, definite
from dosecalc.quantities.units import Measure
from dosecalc.reference.beliefs import belief
from dosecalc.requests.match import Match


def findings(match: Match, result: Calculation, tracer: Tracer) -> Iterable[Finding]:
    """The findings that follow from the regimen."""
    cite = tuple(dict.fromkeys((*cited(match.arm.cite), *(ref for c in match.arm.cycles for ref in cited(c.cite)))))
    yield from _levels(match, result, tracer)
    for moment in result.doses:
        if moment.undefined:
            text = f"{tracer.pending(moment)}{_named_gap(match, moment)}"
            yield own("level-undefined", "violation", moment.number, text, cite)
    yield _cycles(match, cite)
    yield from _length(match, cite)
    yield from spacing.findings(match, cite)
    yield from in_force(match)
    yield from _review(match)
    yield from _ladder(match, result)
    yield from _scaled(match, result, tracer)
    yield from organs.findings(match, result)


def _named_gap(match: Match, moment: Moment) -> str:
    """The conflict that names the gap between two levels in which a dose falls."""
    named = (
        conflict.id
        for conflict, when in match.compiled.conflicts
        if conflict.gap is not None and when is not None and when.test(moment).yes
    )
    return "".join(f"; a gap between the rows of the source, see conflict {name}" for name in named)


def in_force(match: Match) -> Iterable[Finding]:
    """Whether the protocol holds at the date of the first dose; what was withdrawn at an unstated date is said."""
    effective, start = match.file.protocol.effective, match.whens[0].date
    withdrawn = match.file.protocol.status == "withdrawn"
    if effective is None:
        if withdrawn:
            cite = cited(match.arm.cite)
            yield own("effective", "warning", None, "the protocol is withdrawn, and its file states no date", cite)
        return
    cite = cited(effective.cite)
    first, last = (
        None if d is None else schedule.day_of(d, last=is_last)
        for d, is_last in ((effective.from_, False), (effective.until, True))
    )
    ends = " ".join(f"{word} {date}" for word, date in (("from", first), ("until", last)) if date is not None)
    text = f"the protocol holds {ends}"
    if start is None:
        sentence = f"{text}; whether it does for this course is not known; to decide it, give --start"
        yield own("effective", "unknown", None, sentence, cite, settled_by=("--start",))
        if withdrawn:
            yield own("effective", "warning", None, "the protocol is withdrawn or superseded", cite, part="withdrawn")
        return
    outside = (first is not None and start < first) or (last is not None and start > last)
    checks = [
        own_check("start", start.isoformat(), comparison, date.isoformat(), holds=holds)
        for comparison, date, holds in (
            ("at_least", first, first is None or start >= first),
            ("at_most", last, last is None or start <= last),
        )
        if date is not None
    ]
    sentence = f"{text}; this course begins {start}{', when it does not' if outside else ''}"
    yield own("effective", "violation" if outside else "pass", None, sentence, cite, checks)
    if withdrawn and not outside:
        sentence = "the protocol is withdrawn or superseded; this course begins while it held"
        yield own("effective", "warning", None, sentence, cite, part="withdrawn")


def _review(match: Match) -> Iterable[Finding]:
    """Whether the file was to be reviewed again before the course begins, where it says when."""
    review, start = match.file.protocol.review, match.whens[0].date
    if review is None or review.next is None:
        return
    text = f"the file is to be reviewed by {review.next}"
    if start is None:
        sentence = f"{text}; whether this course begins before is not known; to decide it, give --start"
        yield own("review-due", "unknown", None, sentence, (), settled_by=("--start",))
        return
    due = start > review.next
    check = own_check("start", start.isoformat(), "at_most", review.next.isoformat(), holds=not due)
    yield own("review-due", "warning" if due else "pass", None, f"{text}; this course begins {start}", (), [check])


def _ladder(match: Match, result: Calculation) -> Iterable[Finding]:
    """A course that was reduced stays so, unless the source itself goes back to the full level."""
    if not match.arm.reductions:
        return
    steps, cite = match.inputs.steps, tuple(dict.fromkeys(c for r in match.arm.reductions for c in cited(r.cite)))
    if not steps:
        yield own("no-re-escalation", "not_applicable", None, "no dose is reduced", cite)
        return
    back = [(slot, steps[slot.number - 1]) for slot in match.slots[1:] if steps[slot.number] < steps[slot.number - 1]]
    given = [slot for slot in match.slots if steps[slot.number] and _given_in_full(match, result, slot)]
    if match.arm.re_escalation:
        text = "the source goes back up where the reduced dose was tolerated"
        yield own("no-re-escalation", "pass" if back or given else "not_applicable", None, text, cite)
        return
    for slot, before in back:
        text = f"step {before} before, step {steps[slot.number]} now; the source never raises a reduced dose again"
        check = own_check("reduction", steps[slot.number], "at_least", before, holds=False)
        yield own("no-re-escalation", "violation", slot.number, text, cite, [check])
    for slot in given:
        shown = units.show(
            definite(match.inputs.given[slot.number]), result.doses[0].rows[0].low.unit.symbol.partition("/")[0]
        )
        text = f"{shown} was given, the level before the reduction; the source never raises a reduced dose again"
        yield own("no-re-escalation", "violation", slot.number, text, cite)
    if not back and not given:
        yield own("no-re-escalation", "pass", None, "no dose is raised again after its reduction", cite)


def _given_in_full(match: Match, result: Calculation, slot: Slot) -> bool:
    """Whether a reduced dose was given at the level that it was reduced from; it is reduced from its first dose on."""
    given, moment = match.inputs.given.get(slot.number), result.doses[slot.number - 1]
    rows = match.compiled.levels_of(slot).rows
    if given is None or len(rows) != 1 or not rows[0].fixed:
        return False
    full = levels.amount(rows[0], EXACT, Level(rows[0].low.dimension, rows[0].low.value), moment)
    return bool(EXACT.at_least(given, full).yes)


def _scaled(match: Match, result: Calculation, tracer: Tracer) -> Iterable[Finding]:
    """An activity scaled from a measured dose to many times what was measured on is more likely a slip (our limit)."""
    limit = belief("scaled-activity")
    for slot, moment in zip(match.slots, result.doses, strict=True):
        row = tracer.row(moment)
        target = row is not None and row.target and slot.number not in match.inputs.given
        if not target or not EXACT.known(moment.amount):
            continue
        before = sum((m.amount for m in tracer.earlier(moment)), Fraction(0))
        if EXACT.above(moment.amount, limit.value * before).yes:
            shown = units.show(definite(moment.amount), "MBq")
            text = f"{shown} is more than {limit.text} times what was given before (our limit); check what was measured"
            yield own("scaled-activity", "warning", slot.number, text, (*cited(match.arm.cite), limit.cite))


def _levels(match: Match, result: Calculation, tracer: Tracer) -> Iterable[Finding]:
    """The level that was chosen against the range that holds."""
    for number in match.ranged:
        moment, slot = result.doses[number - 1], match.slots[number - 1]
        row, chosen = tracer.sole_row(moment), match.levels.get(number)
        source = slot.dose if row is None else row.cite
        cite = cited(source.cite) or cited(slot.dose.cite) or cited(slot.listed.cite) or cited(match.arm.cite)
        if chosen is None:
            continue
        if row is None:
            text = f"which range holds is not decided: {tracer.undecided(moment)}"
            yield own("level-range", "unknown", number, text, cite)
        elif not row.open:
            text = f"the level that holds is fixed at {units.spell(row.low)}, and the one that was chosen is not used"
            yield own("level-range", "warning", number, text, cite)
        elif (ends := row.option(chosen)) is not None:
            yield _in_range(ends, number, chosen.value, f"level {units.spell(chosen)}", quantity_of(chosen), cite)


def _in_range(
    ends: tuple[Measure, Measure], number: int, value: Value, sentence: str, observed: Quantity, cite: tuple[str, ...]
) -> Finding:
    low, high = ends
    at_least, at_most = EXACT.at_least(value, low.value).yes, not EXACT.above(value, high.value).yes
    inside = at_least and at_most
    if low is high:
        words = f"{'is' if inside else 'is not'} the protocol's {units.spell(low)}"
    else:
        where = "within" if inside else "outside"
        words = f"is {where} the protocol's range of {units.spell(low)} to {units.spell(high)}"
    return own(
        "level-range",
        "pass" if inside else "violation",
        None if inside else number,
        f"{sentence} {words}",
        cite,
        [
            own_check("level", observed, "at_least", quantity_of(low), holds=at_least),
            own_check("level", observed, "at_most", quantity_of(high), holds=at_most),
        ],
    )


def _cycles(match: Match, cite: tuple[str, ...]) -> Finding:
    most = schedule.most_cycles(match.arm)
    planned = max(slot.cycle for slot in match.slots)
    told = f"{planned} cycle{'' if planned == 1 else 's'} planned"
    if most is None:
        text = f"{told}; the source leaves their number open, and --cycles N plans so many"
        return own("cycles-maximum", "pass", None, text, cite)
    extra = next((slot for slot in match.slots if slot.extra), None)
    text = f"{told}, at most {most} by the protocol"
    if extra is not None:
        text = f"{told}, but the protocol has at most {most}: cycle {most + 1} begins with this dose"
    check = own_check("cycle_number", planned, "at_most", most, holds=extra is None)
    number = None if extra is None else extra.number
    return own("cycles-maximum", "pass" if extra is None else "violation", number, text, cite, [check])


def _length(match: Match, cite: tuple[str, ...]) -> Iterable[Finding]:
    """The distance between cycles, as it was chosen, against what the protocol states."""
    lengths = schedule.lengths(match.arm)
    chosen = None if match.request.cycle_length is None else match.request.cycle_length.number
    if chosen is not None:
        for cycle in match.arm.cycles:
            if isinstance(cycle.length, Range):
                low, high = Fraction(lengths[cycle.length.min]), Fraction(lengths[cycle.length.max])
                sentence = f"cycle length {_days_text(chosen)}"
                yield _distance(sentence, chosen, low, high, None, cited(cycle.cite) or cite)


def _distance(
    sentence: str, days: Fraction, low: Fraction, high: Fraction, dose: int | None, cite: tuple[str, ...]
) -> Finding:
    inside = low <= days <= high
    stated = _days_text(low) if low == high else f"{units.decimal(low)} to {_days_text(high)}"
    return own(
        "cycle-length",
        "pass" if inside else "violation",
        None if inside else dose,
        f"{sentence} is {'within' if inside else 'outside'} the protocol's {stated}",
        cite,
        [
            own_check("cycle_length", _days(days), "at_least", _days(low), holds=days >= low),
            own_check("cycle_length", _days(days), "at_most", _days(high), holds=days <= high),
        ],
    )


def _days_text(days: Fraction) -> str:
    return f"{units.decimal(days)} day{'' if days == 1 else 's'}"


def _days(value: Fraction) -> dict[str, object]:
    return {"value": float(value), "unit": "day"}
