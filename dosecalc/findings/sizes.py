"""The findings that dosecalc makes from body sizes: against each other, and against the sizes that people have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date as Date
from fractions import Fraction
from typing import Any

from dosecalc.course.calculator import Calculation
from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.state import Moment
from dosecalc.findings.finding import Finding
from dosecalc.findings.sentences import own, own_check
from dosecalc.quantities import units
from dosecalc.quantities.documents import quantity_of
from dosecalc.quantities.numbers import EXACT, Unknown, apart
from dosecalc.quantities.phrases import article
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Measure, Number
from dosecalc.reference import bodysurface, growth, tables
from dosecalc.reference.beliefs import Belief, belief
from dosecalc.reference.growth import Kind
from dosecalc.reference.people import People, z_score
from dosecalc.requests.match import Match

AGREE = Fraction(5, 100)
CONTRADICT = Fraction(25, 100)
_KINDS: tuple[Kind, ...] = ("weight", "height", "bsa")


def findings(match: Match, result: Calculation) -> Iterable[Finding]:
    """The stated sizes against each other, against people of that age and sex, and against the day of a dose."""
    yield _agreement(match, result)
    yield from _plausible(match)
    yield from _old(match, result)


def _agreement(match: Match, result: Calculation) -> Finding:
    """A stated body surface area against the one that weight and height give: over 5 % warns, over 25 % is violated.

    Where sizes change from dose to dose, the dose where the two lie furthest apart is shown.
    """
    sizes = match.request.sizes
    doses = result.doses if {"bsa", "weight"} <= sizes.keys() else ()
    pairs = [(result.state.stated("bsa", m), result.state.derived_bsa(m), m.number) for m in doses]
    both: list[tuple[Number, Number, Number, int]] = []
    for stated, derived, number in pairs:
        if EXACT.known(stated) and EXACT.known(derived):
            both.append((apart(stated, derived) / derived, stated, derived, number))
    if not both:
        lacking = "derived (that needs weight and height)" if "bsa" in sizes else "stated"
        return own("bsa-agreement", "not_applicable", None, f"no body surface area was {lacking} to compare", ())
    off, stated, derived, number = max(both, key=lambda pair: pair[0])
    above, far = EXACT.above(off, AGREE).yes, EXACT.above(off, CONTRADICT).yes
    limit = CONTRADICT if far else AGREE
    formula = bodysurface.FORMULAS[match.inputs.formula]
    shown = units.decimal(off * 100, 3)
    if above and shown == units.decimal(limit * 100):
        shown = f"slightly more than {shown}"
    varies = len({(s, d) for _, s, d, _ in both}) > 1 or len(both) < len(result.doses)
    return own(
        "bsa-agreement",
        "violation" if far else "warning" if above else "pass",
        number if above and varies else None,
        f"stated body surface area {units.show(stated, 'm^2')} and {units.show(derived, 'm^2')} by {formula.name} from "
        f"weight{' and height' if formula.needs_height else ''} differ by {shown} %, "
        f"{'more than' if above else 'within'} {units.decimal(limit * 100)} %; the stated one is used",
        (formula.cite,),
        [own_check("bsa", _percent(off), "at_most", _percent(limit), holds=not above)],
    )


def _plausible(match: Match) -> Iterator[Finding]:
    """Sizes that nobody of that age and sex has; what is not stated widens the band."""
    stated = match.request.stated
    sex = stated.get("sex")
    people = People.of(stated.get("age") or stated.get("age_completed"), None if sex is None else str(sex.value))
    grown = people.ages is None or people.ages.youngest >= growth.GROWN
    sizes = [(kind, sized.dose, sized.measure) for kind in _KINDS for sized in match.request.sizes.get(kind, ())]
    held = [(kind, dose, m, people.stand(kind, m.value)) for kind, dose, m in sizes if m is not None]
    unlikely = [one for one in held if one[-1].plausible is False]
    for kind, dose, measure, standing in unlikely:
        limit = {"value": people.limit(kind, standing.side) / float(measure.unit.factor), "unit": measure.unit.symbol}
        comparison = "at_least" if standing.side < 0 else "at_most"
        checks = [own_check(kind, quantity_of(measure), comparison, limit, holds=False)]
        text = people.unlikely(kind, measure, standing)
        yield own("plausible-size", "warning", dose, text, _cites([kind], grown=grown), checks, part=kind)
    if unlikely:
        return
    if not held or people.ages is None:
        lacking = "age was stated to hold the body sizes against" if held else "body size was stated"
        yield own("plausible-size", "not_applicable", None, f"no {lacking}", (), severity="warning")
        return
    seen = ", ".join(f"{OBSERVABLES[k].title} {units.spell(m)}{z_score(standing)}" for k, _, m, standing in held)
    text = f"{seen}: plausible for {article(people.who)}"
    yield own("plausible-size", "pass", None, text, _cites([one[0] for one in held], grown=grown), severity="warning")


def _cites(kinds: Iterable[Kind], *, grown: bool) -> tuple[str, ...]:
    """The facts that sizes were held against: the table, and of adults the published means."""
    means = [cite for kind in dict.fromkeys(kinds) for cite in tables.ADULTS.get(kind, ())] if grown else []
    return (tables.CITE, *means)


def _percent(value: Any) -> dict[str, object]:
    return {"value": float(value * 100), "unit": "%"}


# -- how old a size is ------------------------------------------------------------------------------------------


def _old(match: Match, result: Calculation) -> Iterator[Finding]:
    """A size by which the next dose, or the one before it, is computed and that is too old for its day (our limit)."""
    next_dose = match.inputs.next_dose
    limit = _oldest(match)
    for moment in result.doses:
        date = match.whens[moment.number - 1].date
        if date is None or moment.number not in (next_dose - 1, next_dose):
            continue
        for name in sizes_of_amount(moment):
            size = size_at(match.request.sizes.get(name, ()), moment.number, date)
            if size is None or size.date is None:
                continue
            days = (date - size.date).days
            if days > limit.value:
                text = (
                    f"its amount rests on the {OBSERVABLES[name].title} of {size.date}, {days} days before; "
                    f"more than {limit.text} is our limit at this age: weigh again"
                )
                check = own_check("size_age", _days_of(days), "at_most", _days_of(limit.value), holds=False)
                yield own("size-age", "warning", moment.number, text, (limit.cite,), [check], part=name)


def _days_of(days: Fraction | int) -> dict[str, object]:
    return {"value": float(days), "unit": "day"}


def _oldest(match: Match) -> Belief:
    """How old a size may be at the patient's age; an adult's limit where the age is not known."""
    age = match.request.stated.get("age") or match.request.stated.get("age_completed")
    for name in ("size-age-infant", "size-age-child") if age is not None else ():
        limit = belief(name)
        under = limit.values[0]
        if age is not None and isinstance(under, Measure) and age.number < under.value:
            return limit
    return belief("size-age-adult")


def sizes_of_amount(moment: Moment) -> tuple[str, ...]:
    """The sizes that a dose's levels are multiplied by."""
    dimensions = {end.dimension for row in moment.rows for ends in row.options for end in ends}
    bases = {dimension.partition("/")[2] for dimension in dimensions}
    if "bsa" in bases and isinstance(moment.state.stated("bsa", moment), Unknown):
        bases |= {"weight", "height"}
    return tuple(name for name in ("weight", "height", "bsa") if name in bases)


def size_at(sizes: Iterable[Stated], number: int, date: Date) -> Stated | None:
    """The statement of a size that holds for a dose of a date."""
    listed = list(sizes)
    by_dose = [size for size in listed if size.dose is not None and size.dose <= number]
    if by_dose:
        return max(by_dose, key=lambda size: size.dose or 0)
    dated = sorted((s for s in listed if s.date is not None and s.date <= date), key=lambda size: size.date or Date.min)
    return dated[-1] if dated else next((size for size in listed if size.date is None and size.dose is None), None)
