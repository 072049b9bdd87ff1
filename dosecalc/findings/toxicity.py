"""What the source does after a toxicity: which dose it would hold, reduce or stop, and whether the course does so.

A plan proposes and never acts: a dose is reduced by ``--reduction`` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from dosecalc.course.schedule import Slot
from dosecalc.files.protocol import ListedToxicity, ToxicityRow, cited
from dosecalc.findings.finding import Finding, Status
from dosecalc.findings.sentences import own
from dosecalc.library.wording import level_words, row_words, time_words
from dosecalc.reference.labs import lab_names
from dosecalc.requests.match import Match
from dosecalc.requests.toxicities import BASELINE, GradeSpan, folded
from dosecalc.requests.toxicities import ToxicityAfter as Seen

RULE = "toxicity"


def findings(match: Match) -> Iterator[Finding]:
    """What the ladders of the arm say of everything that was stated, and which cycles nobody spoke of."""
    ladders = [each for each in match.file.protocol.toxicities if each.holds_for(match.arm.id)]
    seen = match.request.toxicities
    for each in seen:
        if each.grade is not None:
            yield from _of(match, ladders, each, each.grade)
    yield from _not_spoken_of(match, ladders, {each.cycle for each in seen})


def _not_spoken_of(match: Match, ladders: Sequence[ListedToxicity], spoken: set[int]) -> Iterator[Finding]:
    """Cycles that were given whole and are followed by a dose, after which a ladder might have begun."""
    cycles = dict.fromkeys(slot.cycle for slot in match.slots)
    for cycle in cycles:
        after, given = _next(match, cycle), [s.number in match.request.given for s in match.slots if s.cycle == cycle]
        if cycle not in spoken and ladders and after is not None and all(given):
            option = f'--toxicity "{cycle}=NAME grade G" or --toxicity {cycle}=none'
            names = ", ".join(each.title for each in ladders)
            text = f"what followed cycle {cycle} ({names}) is not stated; to decide it, give {option}"
            cite = tuple(dict.fromkeys(ref for each in ladders for row in each.rows for ref in cited(row.cite)))
            settled = (f"--toxicity {cycle}=none",)
            yield own(RULE, "unknown", after.number, text, cite, settled_by=settled, part=f"cycle-{cycle}")


def _of(match: Match, ladders: Sequence[ListedToxicity], seen: Seen, grade: GradeSpan) -> Iterator[Finding]:
    part, after = f"cycle-{seen.cycle}, {seen.name}", _next(match, seen.cycle)
    dose = None if after is None else after.number
    said = f"{seen.name} of {grade.words} after cycle {seen.cycle}"
    ladder = ladder_of(ladders, seen.name)
    if ladder is None:
        known = f"; it speaks of {', '.join(each.title for each in ladders)}" if ladders else ""
        text = f"{said}: {match.arm.id} does not say what follows, and somebody has to decide{known}"
        yield own(RULE, "warning", dose, text, _graded_by(grade), part=part)
        return
    rows = {row_of(ladder, worth, _time(match, ladder, seen, worth)) for worth in (grade.low, grade.high)}
    if len(rows) > 1:
        text = f"{said}: which of them it is decides what the source does; to decide it, state the grade"
        cite = tuple(dict.fromkeys(ref for row in rows if row is not None for ref in cited(row.cite)))
        settled = (f'--toxicity "{seen.cycle}={seen.name} grade G"',)
        yield own(RULE, "unknown", dose, text, (*cite, *_graded_by(grade)), settled_by=settled, part=part)
        return
    (row,) = rows
    if row is None:
        first = min(each.grade for each in ladder.rows)
        cite = tuple(dict.fromkeys(ref for each in ladder.rows for ref in cited(each.cite)))
        text = f"{said}: the source does nothing below grade {first}"
        yield own(RULE, "not_applicable", dose, text, (*cite, *_graded_by(grade)), part=part)
        return
    which = time_words(_time(match, ladder, seen, grade.low))
    said = f"{said}, for the {which} time as stated: the source {row_words(row, _reduced(match, row))}"
    cite = (*cited(row.cite), *_graded_by(grade))
    if after is None:
        yield own(RULE, "not_applicable", None, f"{said}; no dose follows here", cite, part=part)
        return
    yield from _does(match, ladder, row, seen, after, (said, part, cite))


def _does(
    match: Match,
    ladder: ListedToxicity,
    row: ToxicityRow,
    seen: Seen,
    after: Slot,
    said: tuple[str, str, tuple[str, ...]],
) -> Iterator[Finding]:
    """Whether the course does what a line of a ladder asks for."""
    text, part, cite = said
    if row.stop:
        numbers = tuple(slot.number for slot in match.slots if slot.number >= after.number)
        stop = f"{text}; {'these doses are' if len(numbers) > 1 else 'this dose is'} against it"
        yield own(RULE, "violation", after.number, stop, cite, part=f"{part}, stop", doses=numbers)
    if row.hold:
        status, more, settled = _held(match, ladder, row, seen, after.number)
        yield own(RULE, status, after.number, f"{text}; {more}", cite, settled_by=settled, part=f"{part}, hold")
    if row.reduce_to is not None:
        step = match.inputs.steps.get(after.number, 0)
        option = f"--reduction {after.number}={row.reduce_to}"
        done = f"it is at step {step}" if step else f"it is not reduced: {option}"
        does: Status = "pass" if step >= row.reduce_to else "violation"
        yield own(RULE, does, after.number, f"{text}; {done}", cite, part=f"{part}, reduce")


def _held(
    match: Match, ladder: ListedToxicity, row: ToxicityRow, seen: Seen, dose: int
) -> tuple[Status, str, tuple[str, ...]]:
    """Whether what a held dose waits for has come: as stated with the toxicity, else by the grade before the dose."""
    if seen.lasts:
        return "violation", "it has not receded", ()
    now = _grade_before(match, ladder, dose) if seen.after is None else seen.after
    settled = (f'--toxicity "{seen.cycle}={seen.stated.text}, recovered to grade G"',)
    if now is None:
        return "unknown", f"what it has receded to is not stated; to decide it, give {settled[0]}", settled
    if isinstance(now, str):
        if row.or_baseline:
            return "pass", f"it is back at {BASELINE}", ()
        return "unknown", f"it is back at {BASELINE}, and the source names a grade; state the grade", settled
    if row.until is None:
        return "unknown", f"now {now.words}; the source does not say until which grade", ()
    if now.low <= row.until < now.high:
        return "unknown", f"now {now.words}; state which", settled
    return "pass" if now.high <= row.until else "violation", f"now {now.words}", ()


def _grade_before(match: Match, ladder: ListedToxicity, dose: int) -> GradeSpan | None:
    """The grade before a dose, where an observable of the file has it and somebody stated it."""
    if ladder.observable is None:
        return None
    value = match.inputs.indexed.get((ladder.observable, dose))
    if value is None and dose == match.inputs.next_dose:
        value = match.inputs.stated.get(ladder.observable)
    return GradeSpan(int(value), int(value), "") if isinstance(value, Fraction) else None


# -- the ladder --------------------------------------------------------------------------------------------------


def ladder_of(ladders: Sequence[ListedToxicity], name: str) -> ListedToxicity | None:
    """The ladder of a toxicity by one of its names; a laboratory's name of an observable is the observable's."""
    names = {name, folded(lab_names().get(name.replace(" ", "_"), name))}
    return next((each for each in ladders if names & {folded(other) for other in (each.title, *each.also)}), None)


def row_of(ladder: ListedToxicity, grade: int, time: int) -> ToxicityRow | None:
    """The line for a grade that came for the so manieth time: of the worst grade reached, then of the latest time."""
    reached = [row for row in ladder.rows if row.grade <= grade and row.time <= time]
    return max(reached, key=lambda row: (row.grade, row.time), default=None)


def _time(match: Match, ladder: ListedToxicity, seen: Seen, grade: int) -> int:
    """The how manieth time it is: 1, and one more for each earlier cycle after which the ladder began too.

    What counts is the grade of the line: a grade 2 before a grade 3 is no recurrence of grade 3.
    """
    first = max((row.grade for row in ladder.rows if row.grade <= grade), default=0)
    earlier = {
        other.cycle
        for other in match.request.toxicities
        if other.cycle < seen.cycle
        and other.grade is not None
        and first
        and other.grade.low >= first
        and ladder_of([ladder], other.name) is not None
    }
    return 1 + len(earlier)


def _next(match: Match, cycle: int) -> Slot | None:
    """The first dose after a cycle."""
    return next((slot for slot in match.slots if slot.cycle > cycle), None)


def _reduced(match: Match, row: ToxicityRow) -> str:
    """The level that a line reduces to."""
    levels = [each.level for each in match.arm.reductions if each.step == row.reduce_to]
    return level_words(levels[0]) if levels else ""


def _graded_by(grade: GradeSpan) -> tuple[str, ...]:
    return () if grade.cite is None else (grade.cite,)
