"""The findings that dosecalc makes from the regimen itself, without a rule in the file."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from dosecalc import bodysize, library, schedule, units
from dosecalc.calculator import Calculation
from dosecalc.matching import Match
from dosecalc.numbers import EXACT, Unknown
from dosecalc.plans import Check, Finding, Status, quantity_of
from dosecalc.protocol import Range, cited
from dosecalc.tracing import Tracer

AGREE = Fraction(5, 100)
CONTRADICT = Fraction(25, 100)


def findings(match: Match, result: Calculation, tracer: Tracer) -> Iterable[Finding]:
    """``level-range``, ``level-undefined``, ``cycles-maximum``, ``cycle-length`` and ``bsa-agreement``."""
    cite = cited(match.arm.cite)
    yield from _levels(match)
    for moment in result.doses:
        if moment.undefined:
            text = f"the protocol defines no level here: {tracer.pending(moment)}"
            yield _finding("level-undefined", "violation", moment.number, text, cite)
    yield _cycles(match, cite)
    yield from _length(match, cite)
    yield _agreement(match, result)


def _levels(match: Match) -> Iterable[Finding]:
    for number, row in match.ranged.items():
        chosen = match.levels.get(number)
        if chosen is None:
            continue
        sides = (
            ("at_least", row.low, chosen.value >= row.low.value),
            ("at_most", row.high, chosen.value <= row.high.value),
        )
        inside = all(holds for _, _, holds in sides)
        slot = match.slots[number - 1]
        cite = cited(row.cite.cite) or cited(slot.dose.cite) or cited(slot.listed.cite) or cited(match.arm.cite)
        yield _finding(
            "level-range",
            "pass" if inside else "violation",
            None if inside else number,
            f"level {units.spell(chosen)} is {'within' if inside else 'outside'} the protocol's range of "
            f"{units.spell(row.low)} to {units.spell(row.high)}",
            cite,
            [_check("level", quantity_of(chosen), word, quantity_of(end), holds=holds) for word, end, holds in sides],
        )


def _cycles(match: Match, cite: tuple[str, ...]) -> Finding:
    most = len(schedule.listed_cycles(match.arm))
    asked = max(slot.cycle for slot in match.slots)
    extra = next((slot for slot in match.slots if slot.extra), None)
    if extra is None:
        text = f"{asked} cycle{'' if asked == 1 else 's'} planned, at most {most} by the protocol"
    else:
        text = f"{asked} cycles planned, but the protocol has at most {most}: cycle {most + 1} begins with this dose"
    check = _check("cycle_number", asked, "at_most", most, holds=extra is None)
    number = None if extra is None else extra.number
    return _finding("cycles-maximum", "pass" if extra is None else "violation", number, text, cite, [check])


def _length(match: Match, cite: tuple[str, ...]) -> Iterable[Finding]:
    chosen = match.request.cycle_length
    lengths = library.lengths(match.arm)
    for cycle in match.arm.cycles:
        if chosen is None or not isinstance(cycle.length, Range):
            continue
        low, high = lengths[cycle.length.min], lengths[cycle.length.max]
        inside = low <= chosen <= high
        yield _finding(
            "cycle-length",
            "pass" if inside else "violation",
            None,
            f"cycle length {units.decimal(chosen)} days is {'within' if inside else 'outside'} the protocol's "
            f"{units.decimal(low)} to {units.decimal(high)} days",
            cited(cycle.cite) or cite,
            [
                _check("cycle_length", _days(chosen), "at_least", _days(low), holds=chosen >= low),
                _check("cycle_length", _days(chosen), "at_most", _days(high), holds=chosen <= high),
            ],
        )


def _days(value: Fraction) -> dict[str, object]:
    return {"value": float(value), "unit": "day"}


def _agreement(match: Match, result: Calculation) -> Finding:
    """A stated body surface area against the one that weight and height give: over 5 % warns, over 25 % is violated."""
    first = result.doses[0]
    stated, derived = result.case.stated("bsa", first), result.case.derived_bsa(first)
    if isinstance(stated, Unknown) or isinstance(derived, Unknown):
        lacking = "stated" if isinstance(stated, Unknown) else "derived (that needs weight and height)"
        return _finding("bsa-agreement", "not_applicable", None, f"no body surface area was {lacking} to compare", ())
    off = abs(stated - derived) / derived
    above, far = EXACT.above(off, AGREE).yes, EXACT.above(off, CONTRADICT).yes
    limit = CONTRADICT if far else AGREE
    formula = bodysize.FORMULAS[match.inputs.formula]
    return _finding(
        "bsa-agreement",
        "violation" if far else "warning" if above else "pass",
        None,
        f"stated body surface area {units.show(stated, 'm^2')} and {units.show(derived, 'm^2')} by {formula.name} from "
        f"weight{' and height' if formula.needs_height else ''} differ by {units.decimal(off * 100, 3)} %, "
        f"{'more than' if above else 'within'} {units.decimal(limit * 100)} %; the stated one is used",
        (formula.cite,),
        [_check("bsa", _percent(off), "at_most", _percent(limit), holds=not above)],
    )


def _percent(value: Any) -> dict[str, object]:
    return {"value": float(value * 100), "unit": "%"}


def _check(observable: str, observed: Any, comparison: str, limit: Any, *, holds: bool) -> Check:
    return Check.made(observable=observable, observed=observed, comparison=comparison, limit=limit, holds=holds)


def _finding(
    rule: str, status: Status, dose: int | None, text: str, cite: tuple[str, ...], checks: list[Check] | None = None
) -> Finding:
    sentence = f"Dose {dose}: {text}" if dose is not None else text[0].upper() + text[1:]
    return Finding.made(
        rule=rule,
        part=None,
        status=status,
        severity="warning" if status == "warning" else "violation",
        dose=dose,
        doses=None,
        message=f"{sentence}. Source: {', '.join(cite)}." if cite else f"{sentence}.",
        checks=tuple(checks or ()),
        cite=cite,
        settled_by=(),
    )
