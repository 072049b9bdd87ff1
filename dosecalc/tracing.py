"""How an amount came about, or what it waits for, as words."""

from __future__ import annotations

from fractions import Fraction

from dosecalc import bodysize, findings, units
from dosecalc.calculator import Row
from dosecalc.matching import Match
from dosecalc.moments import Moment
from dosecalc.numbers import EXACT, Value
from dosecalc.observables import OBSERVABLES
from dosecalc.organs import OrganDose
from dosecalc.phrases import doses_text, size_hint
from dosecalc.protocol import cited
from dosecalc.units import Measure


class Tracer:
    """Writes the traces of one plan; what several doses share is written once."""

    def __init__(self, match: Match, doses: tuple[Moment, ...]) -> None:
        self.match = match
        self.doses = doses
        self._products: dict[tuple[object, ...], str] = {}

    def row(self, moment: Moment) -> Row | None:
        """The row of the levels that made the amount, or None while that is not decided."""
        possible = self._possible(moment)
        if not possible or not EXACT.known(moment.planned):
            return _last_if_alike([(row.low.dimension, row.low.value) for row in possible], possible)
        return possible[-1]

    def sole_row(self, moment: Moment) -> Row | None:
        """The row that holds, or None while rows with other ranges may hold as well."""
        possible = self._possible(moment)
        return _last_if_alike([(row.low.dimension, row.low.value, row.high.value) for row in possible], possible)

    def _possible(self, moment: Moment) -> list[Row]:
        """The rows that may hold, up to the first that does; none where no row surely does."""
        possible: list[Row] = []
        for row, truth in zip(self._rows(moment), moment.truths, strict=True):
            if not truth.no:
                possible.append(row)
            if truth.yes:
                return possible
        return []

    def _rows(self, moment: Moment) -> tuple[Row, ...]:
        return self.match.compiled.doses[id(moment.slot.dose)].rows if moment.slot is not None else ()

    def level(self, moment: Moment, row: Row | None) -> Measure | None:
        """The level of a dose: the file's, or the one that was chosen in its range."""
        if row is None or row.low is row.high:
            return None if row is None else row.low
        return self.match.levels.get(moment.number)

    def earlier(self, moment: Moment) -> list[Moment]:
        """The doses of the same agent before this one."""
        agent = moment.slot.dose.agent if moment.slot is not None else None
        return [m for m in self.doses[: moment.number - 1] if m.slot is not None and m.slot.dose.agent == agent]

    # -- what it waits for --

    def pending(self, moment: Moment) -> str:
        """Why a dose has no amount yet, and the option that gives it one."""
        if moment.undefined:
            return f"no level of the protocol applies ({self._gap(moment)})"
        row = self.row(moment)
        if row is None:
            return self.undecided(moment)
        if row.low.dimension == "absorbed dose":
            return self._waits_for_dose(moment)
        basis = row.low.dimension.partition("/")[2]
        return (
            f"needs the {OBSERVABLES[basis].title}: {self._how_to_size(basis, moment.number)}" if basis else "not known"
        )

    def _gap(self, moment: Moment) -> str:
        return "; ".join(
            f"{level_text(row)} where {findings.words(findings.look(row.when, moment))}"
            for row in self._rows(moment)
            if row.when is not None
        )

    def undecided(self, moment: Moment) -> str:
        """Which levels are possible, and the options that decide."""
        rows = self._rows(moment)
        asked = [seen for row in rows for seen in findings.look(row.when, moment)]
        options = findings.options_for(tuple(asked), moment.number, moment.cycle, self.match.inputs.next_dose)
        levels = " or ".join(f"{level_text(row)} where {_condition(row)}" for row in rows)
        return f"the level is {levels}; settle it with {' and/or '.join(options)}"

    def _how_to_size(self, basis: str, number: int) -> str:
        sources = ("bsa", "weight", "height") if basis == "bsa" else (basis,)
        sizes = [size for name in sources for size in self.match.request.sizes.get(name, [])]
        if not any(size.date is not None for size in sizes):
            return size_hint({basis})
        if self.match.whens[number - 1].date is None:
            return "sizes are stated by date and this dose has none, so give --start (and --cycle-length)"
        return "those that are stated are of a later date; give one of the day of the dose or before"

    def _waits_for_dose(self, moment: Moment) -> str:
        earlier = self.earlier(moment)
        zero = [m.number for m in earlier if EXACT.known(m.amount) and not m.amount]
        if len(zero) == len(earlier):
            return f"nothing was given as {doses_text(zero)}, so there is no whole-body dose to scale from"
        settled = {*self.match.request.measured, *zero}
        unmeasured = [m.number for m in earlier if m.number not in settled]
        if unmeasured:
            options = " ".join(f'--measured {n}="1.9 Gy"' for n in unmeasured)
            return f"waits for the whole-body dose measured after {doses_text(unmeasured)}: give {options}"
        unknown = [m.number for m in earlier if not EXACT.known(m.amount)]
        if unknown:
            return f"waits for the activity of {doses_text(unknown)}: {size_hint({'weight'})}"
        return "the measured dose is 0 Gy, from which no activity can be scaled"

    # -- how it came about --

    def trace(self, moment: Moment, row: Row | None) -> str:
        """The arithmetic of an amount."""
        planned = self._planned(moment, row)
        given = self.match.request.given.get(moment.number)
        return f"given: {units.spell(given.amount)}; planned: {planned}" if given else planned

    def _planned(self, moment: Moment, row: Row | None) -> str:
        if row is None or not EXACT.known(moment.planned):
            return "pending"
        level = self.level(moment, row)
        if level is None:
            return "no level was chosen"
        if level.dimension == "absorbed dose":
            return self._to_target(moment, level)
        basis = level.dimension.partition("/")[2]
        size = moment.get(basis) if basis else None
        key = (level.text, size, moment.capped, moment.floored, moment.planned)
        if key not in self._products:
            self._products[key] = self._product(moment, level, basis, size)
        return self._products[key]

    def _product(self, moment: Moment, level: Measure, basis: str, size: Value) -> str:
        kind, symbol = level.dimension.partition("/")[0], level.unit.symbol.partition("/")[0]
        unbounded = level.value * size if basis else level.value
        total = units.show(unbounded, symbol, kind, exactly=True)
        text = f"{total}, fixed"
        if basis:
            text = f"{units.spell(level)} x {units.show(size, OBSERVABLES[basis].unit, basis, exactly=True)} = {total}"
        if isinstance(unbounded, float):
            formula = bodysize.FORMULAS[self.match.inputs.formula].name
            text += f" (body surface area by {formula}, in float64)"
        return text + self._bound(moment, symbol, kind, unbounded)

    def _to_target(self, moment: Moment, level: Measure) -> str:
        earlier, measured = self.earlier(moment), self.match.request.measured
        amount = sum((m.amount for m in earlier), Fraction(0))
        dose = sum((measured[m.number].value for m in earlier if m.number in measured), Fraction(0))
        had, target = units.show(dose, "Gy", exactly=True), units.spell(level)
        if dose >= level.value:
            relation = "exactly" if dose == level.value else "above"
            text = f"{had} is {relation} the target of {target}: no further administration"
            return text + self._bound(moment, "MBq", "activity", Fraction(0))
        unbounded = amount * (level.value - dose) / dose
        shown, result = (units.show(a, "MBq", exactly=True) for a in (amount, unbounded))
        text = f"{shown} x ({target} - {had}) / {had} = {result}{self._bound(moment, 'MBq', 'activity', unbounded)}"
        by_plan = [m.number for m in earlier if m.number not in self.match.request.given]
        return f"{text}; {doses_text(by_plan)} taken as given as planned (no --given)" if by_plan else text

    def _bound(self, moment: Moment, symbol: str, kind: str, unbounded: Value) -> str:
        """What the source itself made of an amount, where it caps it or raises it."""
        if not (moment.capped or moment.floored) or EXACT.equal(moment.planned, unbounded).yes:
            return ""
        if binding := [organ for organ in moment.case.organs if organ.binds]:
            return self._spared(moment, symbol, kind, min(binding, key=lambda organ: organ.allowed))
        bound = "capped by the source at" if moment.capped else "raised by the source to"
        return f", {bound} {units.show(moment.planned, symbol, kind, exactly=True)}"

    def _spared(self, moment: Moment, symbol: str, kind: str, organ: OrganDose) -> str:
        """How an organ's limit reduced a dose with all others."""
        source, per = organ.spared.source, f"{organ.spared.limit.unit.symbol}/{symbol}"
        coefficient = units.show(organ.coefficient, per, "absorbed dose/activity", exactly=True)
        course = units.show(organ.allowed, symbol, kind)
        amount = units.show(moment.planned, symbol, kind, exactly=True)
        limit = units.spell(organ.spared.limit)
        words = f"the source spares the {source.organ.replace('_', ' ')}: {limit} / {coefficient} = {course} in all"
        return f", reduced to {amount} as {words} ({', '.join(cited(source.cite))})"


def _last_if_alike(what: list[tuple[object, ...]], possible: list[Row]) -> Row | None:
    return possible[-1] if len(set(what)) == 1 else None


def level_text(row: Row) -> str:
    """The level of a row, or its range."""
    return units.spell(row.low) if row.low is row.high else f"{units.spell(row.low)} to {units.spell(row.high)}"


def _condition(row: Row) -> str:
    if row.when is None:
        return "nothing else applies"
    return " and ".join(
        f"{leaf.observable.name} {leaf.comparison.replace('_', ' ')} {leaf.limit_text}" for leaf in row.when.leaves
    )
