"""The day of a size against the day of the dose that rests on it: too old, or measured anew and found to differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date as Date
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course.calculator import Calculation
from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.state import Moment
from dosecalc.findings.finding import Finding
from dosecalc.findings.sentences import own, own_check
from dosecalc.quantities import units
from dosecalc.quantities.numbers import Unknown, apart
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Measure
from dosecalc.reference.beliefs import Belief, belief
from dosecalc.requests.match import Match

WEIGH_AGAIN = "Weigh again before each dose to come, and state the size with its day (asked by dosecalc, by no source)."


class _Held(NamedTuple):
    """A size with its day, and the dose of a known date that rests on it."""

    name: str
    size: Stated
    measured: Date
    dose: int
    date: Date

    @property
    def days(self) -> int:
        return (self.date - self.measured).days

    @property
    def rests(self) -> str:
        """The words that say what the dose rests on."""
        title = OBSERVABLES[self.name].title
        return f"its amount rests on the {title} of {self.measured}, {self.days} days before"


def findings(match: Match, result: Calculation) -> Iterator[Finding]:
    """Sizes too old for the next dose or the one before it, and newer ones that differ (our limits)."""
    held = list(_held(match, result))
    if not held:
        return
    strict, limit = _oldest(match)
    for each in held:
        if each.dose >= match.inputs.next_dose - 1:
            yield from _old(each, strict, limit)
        yield from _changed(match, each, limit)


def weigh_again(match: Match, result: Calculation) -> bool:
    """Whether a dose to come rests on a size whose day is not known, or that will have grown old by then."""
    coming = [moment for moment in result.doses if moment.number >= match.inputs.next_dose]
    dated = {(each.name, each.dose) for each in _held(match, result) if each.dose == match.inputs.next_dose}
    return any((name, moment.number) not in dated for moment in coming for name in sizes_of_amount(moment))


def _held(match: Match, result: Calculation) -> Iterator[_Held]:
    """The sizes with a day that doses given, and the next one, rest on."""
    if not any(size.date is not None for sizes in match.request.sizes.values() for size in sizes):
        return
    for moment in result.doses[: match.inputs.next_dose]:
        date = match.whens[moment.number - 1].date
        if date is None:
            continue
        for name in sizes_of_amount(moment):
            size = size_at(match.request.sizes.get(name, ()), moment.number, date)
            if size is not None and size.date is not None:
                yield _Held(name, size, size.date, moment.number, date)


def _old(held: _Held, strict: Belief, limit: Belief) -> Iterator[Finding]:
    if held.days > limit.value:
        text = f"{held.rests}; more than {limit.text} is our limit at this age: weigh again"
        check = own_check("size_age", _days_of(held.days), "at_most", _days_of(limit.value), holds=False)
        yield own("size-age", "warning", held.dose, text, (limit.cite,), [check], part=held.name)
    elif held.days > strict.value:
        text = (
            f"{held.rests}; whether that is too old is not known (more than {strict.text} in an infant, {limit.text} "
            "in an adult, is our limit); to decide it, give --age"
        )
        cite = (strict.cite, limit.cite)
        yield own("size-age", "unknown", held.dose, text, cite, settled_by=("--age",), part=held.name)


def _changed(match: Match, held: _Held, oldest: Belief) -> Iterator[Finding]:
    """A size measured after the day of the dose that differs from the one it rests on.

    Of a dose that was given only one that was measured soon after counts: later people have grown.
    """
    coming, limit = held.dose == match.inputs.next_dose, belief("size-change")
    for newer in sorted(_after(match.request.sizes[held.name], held), key=lambda size: size.date or Date.max):
        assert newer.date is not None
        off = apart(newer.number, held.size.number) / held.size.number
        if off > limit.value and (coming or (newer.date - held.date).days <= oldest.value):
            advice = "weigh again, or plan with the newer one" if coming else "check what the dose was computed from"
            text = (
                f"{held.rests}, {units.spell(held.size.quantity)}; that of {newer.date} is "
                f"{units.spell(newer.quantity)}, {units.decimal(off * 100, 3)} % off, more than {limit.text} "
                f"(our limit): {advice}"
            )
            observed, most = ({"value": float(value * 100), "unit": "%"} for value in (off, limit.value))
            check = own_check("size_change", observed, "at_most", most, holds=False)
            yield own("size-change", "warning", held.dose, text, (limit.cite,), [check], part=held.name)
            return


def _after(sizes: Iterable[Stated], held: _Held) -> Iterator[Stated]:
    """The sizes measured after the day of a dose."""
    return (size for size in sizes if size.date is not None and size.date > held.date)


def _days_of(days: Fraction | int) -> dict[str, object]:
    return {"value": float(days), "unit": "day"}


def _oldest(match: Match) -> tuple[Belief, Belief]:
    """How old a size may be at the patient's age, twice; of an unknown age an infant's and an adult's limit."""
    age = match.request.stated.get("age") or match.request.stated.get("age_completed")
    infant, child, adult = (belief(name) for name in ("size-age-infant", "size-age-child", "size-age-adult"))
    if age is None:
        return infant, adult
    for limit in (infant, child):
        under = limit.values[0]
        if isinstance(under, Measure) and age.number < under.value:
            return limit, limit
    return adult, adult


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
