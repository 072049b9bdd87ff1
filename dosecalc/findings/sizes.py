"""The findings that dosecalc makes from body sizes: against each other, and against the sizes that people have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date as Date
from typing import Any

from dosecalc.course.calculator import Calculation
from dosecalc.course.observables import OBSERVABLES
from dosecalc.findings.finding import Finding
from dosecalc.findings.sentences import own, own_check
from dosecalc.quantities import units
from dosecalc.quantities.documents import quantity_of
from dosecalc.quantities.numbers import EXACT, apart
from dosecalc.quantities.phrases import article
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Number
from dosecalc.reference import bodysurface, growth, tables
from dosecalc.reference.beliefs import belief
from dosecalc.reference.growth import Kind, Standing
from dosecalc.reference.people import People, mass_index, z_score
from dosecalc.reference.slips import Pair
from dosecalc.requests.match import Match

_KINDS: tuple[Kind, ...] = ("weight", "height", "bsa")
_Sizes = Mapping[str, Sequence[Stated]]
_Pairs = list[tuple[Stated, Stated]]


def findings(match: Match, result: Calculation) -> Iterable[Finding]:
    """The stated sizes against each other, and against people of that age and sex."""
    yield _agreement(match, result)
    yield from _plausible(match)


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
    agree, contradict = belief("bsa-agreement-warning"), belief("bsa-agreement-violation")
    above, far = EXACT.above(off, agree.value).yes, EXACT.above(off, contradict.value).yes
    limit = contradict if far else agree
    formula = bodysurface.FORMULAS[match.inputs.formula]
    shown = units.decimal(off * 100, 3)
    if above and shown == units.decimal(limit.value * 100):
        shown = f"slightly more than {shown}"
    varies = len({(s, d) for _, s, d, _ in both}) > 1 or len(both) < len(result.doses)
    return own(
        "bsa-agreement",
        "violation" if far else "warning" if above else "pass",
        number if above and varies else None,
        f"stated body surface area {units.show(stated, 'm^2')} and {units.show(derived, 'm^2')} by {formula.name} from "
        f"weight{' and height' if formula.needs_height else ''} differ by {shown} %, "
        f"{'more than' if above else 'within'} {limit.text}; the stated one is used",
        (formula.cite, limit.cite),
        [own_check("bsa", _percent(off), "at_most", _percent(limit.value), holds=not above)],
    )


def _plausible(match: Match) -> Iterator[Finding]:
    """Sizes that nobody of that age and sex has, alone or together; what is not stated widens the band."""
    stated, sizes = match.request.stated, match.request.sizes
    sex = stated.get("sex")
    people = People.of(stated.get("age") or stated.get("age_completed"), None if sex is None else str(sex.value))
    pairs = _pairs(sizes)
    unlikely = [*_unlikely(people, sizes, pairs), *_unlikely_together(people, pairs)]
    if unlikely:
        yield from unlikely
        return
    held = [(kind, size.quantity) for kind in _KINDS for size in sizes.get(kind, ())]
    if not held or people.ages is None:
        lacking = "age was stated to hold the body sizes against" if held else "body size was stated"
        yield own("plausible-size", "not_applicable", None, f"no {lacking}", (), severity="warning")
        return
    seen = [f"{OBSERVABLES[k].title} {units.spell(m)}{z_score(people.stand(k, m.value))}" for k, m in held]
    masses = [pair for pair in map(_measures, pairs) if people.mass(pair) is not None]
    seen += [f"body mass index {mass_index(pair.mass)}{people.mass_z(pair)}" for pair in masses]
    cites = (*_cites([kind for kind, _ in held], people), *(_mass_cites(people) if masses else ()))
    text = f"{', '.join(seen)}: plausible for {article(people.who)}"
    yield own("plausible-size", "pass", None, text, cites, severity="warning")


def _unlikely(people: People, sizes: _Sizes, pairs: _Pairs) -> Iterator[Finding]:
    """The sizes that none of them has, but for a weight of which the height tells more."""
    for kind in _KINDS:
        for size in sizes.get(kind, ()):
            measure = size.quantity
            if people.has(kind, measure.value) is not False:
                continue
            standing = people.stand(kind, measure.value)
            pair = next((_measures(pair) for pair in pairs if size in pair), None)
            if kind == "weight" and pair is not None and people.told_by_mass(pair, standing):
                continue
            limit = people.limit(kind, standing.side) / float(measure.unit.factor)
            check = own_check(
                kind,
                quantity_of(measure),
                _comparison(standing),
                {"value": limit, "unit": measure.unit.symbol},
                holds=False,
            )
            text = people.unlikely(kind, measure, standing, pair)
            guard = (tables.GUARD_Z, *((tables.GUARD_ABOVE,) if standing.side > 0 else ()))
            yield own(
                "plausible-size", "warning", size.dose, text, (*_cites([kind], people), *guard), [check], part=kind
            )


def _unlikely_together(people: People, pairs: _Pairs) -> Iterator[Finding]:
    """The weights that none of them has at that height, where the height by itself is one that they have."""
    for weight, height in pairs:
        pair = _measures((weight, height))
        mass = people.contradiction(pair)
        if mass is None:
            continue
        check = own_check(
            "body_mass_index",
            _mass(pair.mass),
            _comparison(mass),
            _mass(people.mass_limit(mass.side)),
            holds=False,
        )
        dose = max((size.dose for size in (weight, height) if size.dose is not None), default=None)
        text = people.unlikely_mass(pair, mass)
        yield own(
            "plausible-size", "warning", dose, text, _mass_cites(people, mass.side), [check], part="body_mass_index"
        )


def _pairs(sizes: _Sizes) -> _Pairs:
    """Each weight with the height that holds at its time, and each height with its weight."""
    weights, heights = sizes.get("weight", ()), sizes.get("height", ())
    of_weights = [(weight, _beside(weight, heights)) for weight in weights]
    of_heights = [(_beside(height, weights), height) for height in heights]
    found = [(weight, height) for weight, height in (*of_weights, *of_heights) if weight and height]
    return list(dict.fromkeys(found))


def _beside(size: Stated, others: Iterable[Stated]) -> Stated | None:
    """The last of other sizes that was stated for no later time than one."""
    return max((other for other in others if _time(other) <= _time(size)), key=_time, default=None)


def _time(size: Stated) -> tuple[int, Date]:
    return size.dose or 1, size.date or Date.min


def _measures(pair: tuple[Stated, Stated]) -> Pair:
    return Pair(pair[0].quantity, pair[1].quantity)


def _comparison(standing: Standing) -> str:
    return "at_least" if standing.side < 0 else "at_most"


def _mass(value: Number) -> dict[str, object]:
    return {"value": float(value), "unit": "kg/m^2"}


def _cites(kinds: Iterable[Kind], people: People) -> tuple[str, ...]:
    """The facts that sizes were held against: the table, and of adults the published means."""
    means = [cite for kind in dict.fromkeys(kinds) for cite in tables.ADULTS.get(kind, ())] if _grown(people) else []
    return (tables.CITE, *means)


def _mass_cites(people: People, side: int = 0) -> tuple[str, ...]:
    """The facts that body mass was held against on one side, or on both: the table and our limits, or an adult's."""
    above = (tables.GUARD_ABOVE, tables.GUARD_MASS_ABOVE) if side >= 0 else ()
    below = (tables.GUARD_MASS_BELOW,) if side <= 0 else ()
    of_adults = (tables.GUARD_ADULTS,) if _grown(people) else ()
    of_children = (tables.CITE_MASSES, *above, *below) if people.ages is None or not of_adults else ()
    return (*of_children, *of_adults)


def _grown(people: People) -> bool:
    return people.ages is None or people.ages.youngest >= growth.GROWN


def _percent(value: Any) -> dict[str, object]:
    return {"value": float(value * 100), "unit": "%"}
