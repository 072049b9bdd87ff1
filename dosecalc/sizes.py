"""The findings that dosecalc makes from body sizes: against each other, and against the sizes that people have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from dosecalc import bodysize, growth, phrases, references, units
from dosecalc.calculator import Calculation
from dosecalc.findings import own, own_check
from dosecalc.growth import Kind
from dosecalc.matching import Match
from dosecalc.numbers import EXACT, Unknown
from dosecalc.observables import OBSERVABLES, Stated
from dosecalc.plans import Finding, quantity_of
from dosecalc.units import Measure

AGREE = Fraction(5, 100)
CONTRADICT = Fraction(25, 100)
_KINDS: tuple[Kind, ...] = ("weight", "height", "bsa")
_UNITS: dict[Kind, tuple[str, ...]] = {"weight": ("kg", "lb", "g"), "height": ("cm", "in", "m"), "bsa": ("m^2",)}
_NAMES = {"kg": "kilograms", "lb": "pounds", "g": "grams", "cm": "centimetres", "in": "inches", "m": "metres",
          "mm": "millimetres", "m^2": "square metres"}  # fmt: skip


def findings(match: Match, result: Calculation) -> Iterable[Finding]:
    """What the stated sizes say of each other, and of a person of that age and sex."""
    yield _agreement(match, result)
    yield from _plausible(match)


def _agreement(match: Match, result: Calculation) -> Finding:
    """A stated body surface area against the one that weight and height give: over 5 % warns, over 25 % is violated.

    Where sizes change from dose to dose, the dose where the two lie furthest apart is shown.
    """
    sizes = match.request.sizes
    doses = result.doses if {"bsa", "weight"} <= sizes.keys() else ()
    pairs = [(result.case.stated("bsa", m), result.case.derived_bsa(m), m.number) for m in doses]
    both = [(abs(s - d) / d, s, d, n) for s, d, n in pairs if not isinstance(s, Unknown) and not isinstance(d, Unknown)]
    if not both:
        lacking = "derived (that needs weight and height)" if "bsa" in sizes else "stated"
        return own("bsa-agreement", "not_applicable", None, f"no body surface area was {lacking} to compare", ())
    off, stated, derived, number = max(both, key=lambda pair: pair[0])
    above, far = EXACT.above(off, AGREE).yes, EXACT.above(off, CONTRADICT).yes
    limit = CONTRADICT if far else AGREE
    formula = bodysize.FORMULAS[match.inputs.formula]
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


class People(NamedTuple):
    """People of one age and sex, as far as they were stated, whom sizes are held against."""

    ages: growth.Ages | None
    sex: str | None
    who: str

    @classmethod
    def of(cls, age: Stated | None, sex: str | None) -> People:
        return cls(references.ages_of(age), sex, phrases.person(age, sex))

    def stand(self, kind: Kind, value: Fraction | float) -> growth.Standing:
        """Where a size (kg, cm or m²) stands among them."""
        return growth.stand(references.growth(), kind, float(value), self.ages, self.sex)

    def has(self, kind: Kind, value: Fraction | float) -> bool | None:
        """Whether some of them have a size; None where that depends on the age."""
        return growth.plausible(references.growth(), kind, float(value), self.ages, self.sex)

    def limit(self, kind: Kind, side: int) -> float:
        """The smallest (side -1) or the largest plausible size."""
        low, high = growth.limits(references.growth(), kind, self.ages, self.sex)
        return low if side < 0 else high

    def unlikely(self, kind: Kind, measure: Measure, found: growth.Standing) -> str:
        """What is to be said of a size that none of them has, with the likely slip."""
        limit = units.show(self.limit(kind, found.side), measure.unit.symbol, measure.dimension, figures=3)
        return (
            f"{OBSERVABLES[kind].title} {units.spell(measure)} is {phrases.standing(found, self.who)}; plausible is "
            f"{'at least' if found.side < 0 else 'at most'} {limit}{self._slip(kind, measure)}"
        )

    def _slip(self, kind: Kind, measure: Measure) -> str:
        """The same digits in another unit, or with the decimal point moved, where that is a plausible size."""
        for symbol in _UNITS[kind]:
            other = Measure(measure.number, units.unit(symbol, measure.dimension), measure.text)
            if other.unit != measure.unit and self.has(kind, other.value):
                back = units.show(other.value, measure.unit.symbol, measure.dimension)
                names = f"{_NAMES[symbol]} for {_NAMES[measure.unit.symbol]}"
                return f". Probably {names}: {units.spell(other)} is {back}, which is plausible"
        for factor in (Fraction(1, 10), Fraction(10)):
            other = Measure(measure.number * factor, measure.unit, measure.text)
            if self.has(kind, other.value):
                return f". Perhaps a decimal point was moved: {units.spell(other)} is plausible"
        return ""


def _plausible(match: Match) -> Iterator[Finding]:
    """Sizes that nobody of that age and sex has; what is not stated widens the band."""
    stated = match.request.stated
    sex = stated.get("sex")
    people = People.of(stated.get("age") or stated.get("age_completed"), None if sex is None else str(sex.value))
    grown = people.ages is None or people.ages.youngest >= growth.GROWN
    sizes = [(kind, sized.dose, sized.stated.measure) for kind in _KINDS for sized in match.request.sizes.get(kind, ())]
    held = [(kind, dose, m, people.stand(kind, m.value)) for kind, dose, m in sizes if m is not None]
    unlikely = [one for one in held if one[-1].plausible is False]
    for kind, dose, measure, found in unlikely:
        limit = {"value": people.limit(kind, found.side) / float(measure.unit.factor), "unit": measure.unit.symbol}
        comparison = "at_least" if found.side < 0 else "at_most"
        checks = [own_check(kind, quantity_of(measure), comparison, limit, holds=False)]
        text = people.unlikely(kind, measure, found)
        yield own("plausible-size", "warning", dose, text, _cites([kind], grown=grown), checks, part=kind)
    if unlikely:
        return
    if not held or people.ages is None:
        lacking = "age was stated to hold the body sizes against" if held else "body size was stated"
        yield own("plausible-size", "not_applicable", None, f"no {lacking}", (), severity="warning")
        return
    seen = ", ".join(f"{OBSERVABLES[k].title} {units.spell(m)}{phrases.z_score(found)}" for k, _, m, found in held)
    text = f"{seen}: plausible for {phrases.article(people.who)}"
    yield own("plausible-size", "pass", None, text, _cites([one[0] for one in held], grown=grown), severity="warning")


def _cites(kinds: Iterable[Kind], *, grown: bool) -> tuple[str, ...]:
    """The facts that sizes were held against: the table, and of adults the published means."""
    means = [cite for kind in dict.fromkeys(kinds) for cite in references.ADULTS.get(kind, ())] if grown else []
    return (references.CITE, *means)


def _percent(value: Any) -> dict[str, object]:
    return {"value": float(value * 100), "unit": "%"}
