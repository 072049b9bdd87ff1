"""How an amount came about, or what it waits for, as words."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from dosecalc.course import levels
from dosecalc.course.levels import Factor, Level, LimitRow, Row, Steps, Terms
from dosecalc.course.observables import OBSERVABLES, Observable, settled_by
from dosecalc.course.organs import OrganDose
from dosecalc.course.state import Moment
from dosecalc.files.protocol import cited
from dosecalc.findings import sentences
from dosecalc.quantities import units
from dosecalc.quantities.numbers import EXACT, Value, definite, ends
from dosecalc.quantities.phrases import doses_text
from dosecalc.quantities.units import Measure, Number
from dosecalc.reference import bodysurface
from dosecalc.requests.match import Match
from dosecalc.requests.request import size_hint

_ZERO = Fraction(0)


class Tracer:
    """Writes the traces of one plan; what several doses share is written once."""

    def __init__(self, match: Match, doses: tuple[Moment, ...]) -> None:
        self.match = match
        self.doses = doses
        self._products: dict[tuple[object, ...], str] = {}

    def row(self, moment: Moment) -> Row | None:
        """The row of the levels that made the amount, or None while that is not decided."""
        if EXACT.known(moment.planned) or len(moment.possible) < 2:
            return moment.row
        levels = {(row.low.dimension, row.low.value, row.every_factor) for row in moment.possible}
        return moment.row if len(levels) == 1 else None

    def sole_row(self, moment: Moment) -> Row | None:
        """The row that holds, or None while rows with other ranges may hold as well."""
        return moment.row if len({(_alike(row), row.every_factor) for row in moment.possible}) == 1 else None

    def level(self, moment: Moment, row: Row | None) -> Measure | None:
        """The level of a dose: the file's, or the one that was chosen in its range."""
        if row is not None and row.least:
            limit = _binding(row, moment)
            return None if limit is None else limit.level
        if row is None or not row.open:
            return None if row is None else row.low
        return self.match.levels.get(moment.number)

    def decided_level(self, moment: Moment) -> Measure | None:
        """The level of a dose; None while rows with other levels may hold, though they come to one amount."""
        row = self.row(moment)
        fixed = row is not None and not row.open
        several = fixed and len({(each.low, each.least) for each in moment.possible}) > 1
        return None if several else self.level(moment, row)

    def cite(self, moment: Moment, row: Row | None) -> tuple[str, ...]:
        """The facts behind an amount: those of the limit that binds, or of the row."""
        limit = _binding(row, moment) if row is not None and row.least else None
        return (() if limit is None else limit.cite) or (() if row is None else cited(row.cite.cite))

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
        return next(filter(None, self._waits(moment, row)), "not known")

    def _waits(self, moment: Moment, row: Row) -> Iterator[str | None]:
        """What the amount of a row may wait for, in the order in which it is asked; None where it does not."""
        if row.target:
            yield self._waits_for_dose(moment)
        if row.factors:
            yield self._waits_for_factors(moment, row)
        if row.open and moment.number not in self.match.levels:
            yield self._choice(moment, row)
        if row.organ is not None:
            yield self._waits_for_organ(moment, row.organ)
        yield self._waits_for_size(moment, row)
        yield self._waits_for_divisor(moment, row)

    def _waits_for_size(self, moment: Moment, row: Row) -> str | None:
        """The body size that the level, the cap or the floor is taken times."""
        wanted = [] if row.factors else [(self.level(moment, row) or row.low, "")]
        bounds = ((row.cap, "cap"), (row.floor, "lowest amount"))
        wanted += [(bound, f" for the source's {name} of {units.spell(bound)}") for bound, name in bounds if bound]
        for measure, purpose in wanted:
            basis = levels.SIZE_OF.get(measure.dimension)
            if basis is not None and not EXACT.known(moment.value(basis)):
                return f"needs the {OBSERVABLES[basis].title}{purpose}: {self._how_to_size(basis, moment.number)}"
        return None

    def _waits_for_divisor(self, moment: Moment, row: Row) -> str | None:
        """What was stated as zero, though the amount is divided by it."""
        under = [factor.of for factor in row.every_factor if factor.power < 0]
        for observable in (*under, row.organ):
            if isinstance(observable, Observable) and EXACT.equal(moment.value(observable.name), _ZERO).yes:
                zero = units.show(_ZERO, observable.unit, observable.dimension)
                return f"the {observable.title} is {zero}, and no amount can be divided by that; check what was stated"
        return None

    def _choice(self, moment: Moment, row: Row) -> str:
        """The alternatives, each with the amount that it makes for this patient."""
        ways = [f"{_option_text(ends)}{self._amounts_of(row, ends, moment)}" for ends in row.options]
        what = "a choice," if len(ways) > 1 else "it open within"
        return f'the source leaves {what} {" or ".join(ways)}: choose with --level "{row.low.text}"'

    def _amounts_of(self, row: Row, ends: tuple[Measure, Measure], moment: Moment) -> str:
        kind, symbol = _kind(moment), symbol_of(moment, ends[0])
        if row.target or row.organ is not None or (ends[0].dimension == kind and not row.factors):
            return " (fixed)" if ends[0].dimension == kind and ends[0] is ends[1] else ""
        levels_ = (Level[Value](end.dimension, end.value) for end in dict.fromkeys(ends))
        amounts = [levels.amount(row, EXACT, level, moment) for level in levels_]
        known = [units.show(amount, symbol, kind, exactly=True) for amount in amounts if EXACT.known(amount)]
        return f" ({' to '.join(known)} here)" if len(known) == len(amounts) else ""

    def _waits_for_factors(self, moment: Moment, row: Row) -> str | None:
        """The factors that were not stated, and the options that state them."""
        factors = [f for limit in row.least for f in limit.factors if not limit.applies(moment).no] or row.factors
        rows = dict.fromkeys(observable for each in factors for observable in each.observables)
        lacking = [each for each in rows if not EXACT.known(moment.value(each.name))]
        if not lacking:
            return self._below_zero(moment, row) or self._waits_for_limits(moment, row)
        titles = " and the ".join(each.title for each in lacking)
        return f"needs the {titles}: give {' and '.join(settled_by(each) for each in lacking)}"

    def _waits_for_limits(self, moment: Moment, row: Row) -> str | None:
        """The limits of which it is not known whether they hold, and the options that decide."""
        seen = [each for limit in row.least for each in sentences.look(limit.when, moment)]
        asked = tuple(each for each in seen if not (each.truth.yes or each.truth.no))
        if not asked:
            return None
        options = sentences.options_for(asked, moment.number, moment.cycle, self.match.inputs.next_dose)
        names = " and ".join(limit.name for limit in row.least if _open(limit, moment))
        return f"whether this limit holds is not known ({names}): give {' and/or '.join(options)}"

    def _below_zero(self, moment: Moment, row: Row) -> str | None:
        """A sum of the level that comes to less than nothing."""
        for factor in row.every_factor:
            if isinstance(factor.of, Terms) and not EXACT.known(factor.of.at(EXACT, moment)):
                shown = _factor_text(factor, row.low, moment)
                return f"{shown} is below zero, for which the formula says nothing; check what was stated"
        return None

    def _gap(self, moment: Moment) -> str:
        return "; ".join(
            f"{level_text(row)} where {sentences.words(sentences.look(row.when, moment))}"
            for row in moment.rows
            if row.when is not None
        )

    def undecided(self, moment: Moment) -> str:
        """Which levels are possible, and the options that decide."""
        rows = moment.rows
        asked = [seen for row in rows for seen in sentences.look(row.when, moment)]
        options = sentences.options_for(tuple(asked), moment.number, moment.cycle, self.match.inputs.next_dose)
        levels = " or ".join(f"{level_text(row)} where {_condition(row)}" for row in rows)
        return f"the level is {levels}; to decide it, give {' and/or '.join(options)}"

    def _how_to_size(self, basis: str, number: int) -> str:
        sources = ("bsa", "weight", "height") if basis == "bsa" else (basis,)
        sizes = [size for name in sources for size in self.match.request.sizes.get(name, ())]
        if not any(size.date is not None for size in sizes):
            return size_hint({basis})
        if self.match.whens[number - 1].date is None:
            return "sizes are stated by date and this dose has none, so give --start (and --cycle-length)"
        return "those that are stated are of a later date; give one of the day of the dose or before"

    def _waits_for_organ(self, moment: Moment, organ: Observable) -> str | None:
        if not EXACT.known(moment.value(organ.name)):
            return f"needs the {organ.title}: give {settled_by(organ)}"
        unknown = [m.number for m in self.earlier(moment) if not EXACT.known(m.amount)]
        return f"waits for the activity of {doses_text(unknown)}" if unknown else None

    def _waits_for_dose(self, moment: Moment) -> str | None:
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
        measured = sum((self.match.request.measured[m.number].number for m in earlier if m.number not in zero), _ZERO)
        return None if measured else "the measured dose is 0 Gy, from which no activity can be scaled"

    # -- how it came about --

    def trace(self, moment: Moment, row: Row | None) -> str:
        """The arithmetic of an amount."""
        planned = self._planned(moment, row)
        given = self.match.request.given.get(moment.number)
        return f"given: {units.spell(given.quantity)}; planned: {planned}" if given else planned

    def _planned(self, moment: Moment, row: Row | None) -> str:
        if row is None or not EXACT.known(moment.planned):
            return "pending"
        level = self.level(moment, row)
        if level is None:
            return "no level was chosen"
        text = self._made(moment, row, level)
        step = self.match.inputs.steps.get(moment.number, 0)
        return f"{text}; reduced, step {step} of the protocol" if step else text

    def _made(self, moment: Moment, row: Row, level: Measure) -> str:
        if row.target:
            return self._to_target(moment, level)
        if row.organ is not None:
            return self._to_organ(moment, row.organ, level)
        if row.factors:
            return self._of_factors(moment, row, level)
        basis = level.dimension.partition("/")[2]
        size = definite(moment.value(basis)) if basis else None
        key = (level.text, size, moment.capped, moment.floored, moment.planned)
        if key not in self._products:
            self._products[key] = self._product(moment, level, basis, size)
        return self._products[key]

    def _product(self, moment: Moment, level: Measure, basis: str, size: Number | None) -> str:
        kind, symbol = level.dimension.partition("/")[0], level.unit.symbol.partition("/")[0]
        unbounded = level.value if size is None else level.value * size
        total = units.show(unbounded, symbol, kind, exactly=True)
        text = f"{total}, fixed"
        if size is not None:
            text = f"{units.spell(level)} x {units.show(size, OBSERVABLES[basis].unit, basis, exactly=True)} = {total}"
        if isinstance(unbounded, float):
            formula = bodysurface.FORMULAS[self.match.inputs.formula].name
            text += f" (body surface area by {formula}, in float64)"
        return text + self._bound(moment, symbol, kind, unbounded)

    def _of_factors(self, moment: Moment, row: Row, level: Measure) -> str:
        """A product, factor by factor, those that it is divided by last."""
        if row.least:
            return self._of_limits(moment, row)
        over, under = ([_factor_text(f, level, moment) for f in row.factors if f.power == power] for power in (1, -1))
        kind, symbol = _kind(moment), symbol_of(moment, level)
        amount = definite(levels.amount(row, EXACT, Level(level.dimension, level.value), moment))
        text = f"{' / '.join((' x '.join(over), *under))} = {units.show(amount, symbol, kind, exactly=True)}"
        return text + self._bound(moment, symbol, kind, amount)

    def _of_limits(self, moment: Moment, row: Row) -> str:
        """What each limit allows, and which of them binds."""
        told = []
        for limit in row.least:
            if limit.applies(moment).no:
                told.append(f"{limit.name} (does not hold here)")
                continue
            over, under = (
                [_factor_text(f, limit.level, moment) for f in limit.factors if f.power == power] for power in (1, -1)
            )
            allowed, symbol = definite(limit.amount(EXACT, moment)), symbol_of(moment, limit.level)
            shown = units.show(allowed, symbol, _kind(moment), exactly=True)
            unsure = ", if it holds" if _open(limit, moment) else ""
            told.append(f"{limit.name}: {' / '.join((' x '.join(over), *under))} = {shown}{unsure}")
        binding = _binding(row, moment)
        assert binding is not None
        amount = definite(binding.amount(EXACT, moment))
        bound = self._bound(moment, symbol_of(moment, binding.level), _kind(moment), amount)
        return f"the least of {'; '.join(told)}; binding: {binding.name}{bound}"

    def _to_target(self, moment: Moment, level: Measure) -> str:
        earlier, measured = self.earlier(moment), self.match.request.measured
        dose = sum((measured[m.number].number for m in earlier if m.number in measured), _ZERO)
        had, target = units.show(dose, "Gy", exactly=True), units.spell(level)
        if dose >= level.value:
            relation = "exactly" if dose == level.value else "above"
            text = f"{had} is {relation} the target of {target}: no further administration"
            return text + self._bound(moment, "MBq", "activity", _ZERO)
        amount = definite(sum((m.amount for m in earlier), _ZERO))
        unbounded = amount * (level.value - dose) / dose
        shown, result = (units.show(a, "MBq", exactly=True) for a in (amount, unbounded))
        text = f"{shown} x ({target} - {had}) / {had} = {result}{self._bound(moment, 'MBq', 'activity', unbounded)}"
        by_plan = [m.number for m in earlier if m.number not in self.match.request.given]
        return f"{text}; {doses_text(by_plan)} taken as given as planned (no --given)" if by_plan else text

    def _to_organ(self, moment: Moment, organ: Observable, level: Measure) -> str:
        coefficient = definite(moment.value(organ.name))
        given = definite(sum((m.amount for m in self.earlier(moment)), _ZERO))
        per = units.show(coefficient, organ.unit, organ.dimension, exactly=True)
        total, before = (units.show(each, "mCi", exactly=True) for each in (level.value / coefficient, given))
        left = level.value / coefficient - given
        words = f"{units.spell(level)} to the {organ.name.partition('.')[2].replace('_', ' ')}"
        text = f"{words} / {per} = {total} in all, less {before} before"
        if left <= 0:
            return f"{text}: no further administration{self._bound(moment, 'mCi', 'activity', _ZERO)}"
        return f"{text} = {units.show(left, 'mCi', exactly=True)}{self._bound(moment, 'mCi', 'activity', left)}"

    def _bound(self, moment: Moment, symbol: str, kind: str, unbounded: Value) -> str:
        """The change that the source itself makes to an amount, where it caps it or raises it."""
        if not (moment.capped or moment.floored) or EXACT.equal(moment.planned, unbounded).yes:
            return ""
        if binding := [organ for organ in moment.state.organs if organ.binds]:
            return self._spared(moment, symbol, kind, min(binding, key=lambda organ: definite(organ.allowed)))
        bound = "capped by the source at" if moment.capped else "raised by the source to"
        return f", {bound} {units.show(definite(moment.planned), symbol, kind, exactly=True)}"

    def _spared(self, moment: Moment, symbol: str, kind: str, organ: OrganDose) -> str:
        """How an organ's limit reduced a dose with all others."""
        source, per = organ.spared.source, f"{organ.spared.limit.unit.symbol}/{symbol}"
        coefficient = units.show(definite(organ.coefficient), per, "absorbed dose/activity", exactly=True)
        course = units.show(definite(organ.allowed), symbol, kind)
        amount = units.show(definite(moment.planned), symbol, kind, exactly=True)
        limit = units.spell(organ.spared.limit)
        words = f"the source spares the {source.organ.replace('_', ' ')}: {limit} / {coefficient} = {course} in all"
        return f", reduced to {amount} as {words} ({', '.join(cited(source.cite))})"


def _binding(row: Row, moment: Moment) -> LimitRow | None:
    """The limit that allows the least, the first of several alike; None while that is not known."""
    made = levels.amount(row, EXACT, Level(row.low.dimension, row.low.value), moment)
    if not EXACT.known(made):
        return None
    holding = (each for each in row.least if each.applies(moment).yes)
    return min(holding, key=lambda each: definite(each.amount(EXACT, moment)))


def _open(limit: LimitRow, moment: Moment) -> bool:
    """Whether it is not known that a limit holds, or that it does not."""
    applies = limit.applies(moment)
    return not (applies.yes or applies.no)


def _kind(moment: Moment) -> str:
    return "activity" if moment.radioactive else "mass"


def symbol_of(moment: Moment, level: Measure) -> str:
    """The unit in which the amount of a level is shown."""
    if not moment.radioactive:
        return "mg"
    return "mCi" if level.unit.symbol.partition("/")[0] in ("uCi", "mCi", "Ci", "cGy", "rad") else "MBq"


def _alike(row: Row) -> tuple[object, ...]:
    """The choices of a row, to tell whether another has the same."""
    return tuple((low.dimension, low.value, high.value) for low, high in row.options)


def level_text(row: Row) -> str:
    """The level of a row, its range, its alternatives, or its product."""
    if row.least:
        return f"the least of {', '.join(each.name for each in row.least)}"
    text = " or ".join(map(_option_text, row.options))
    others = [_named(factor) for factor in row.factors if factor.of is not None and factor.power > 0]
    under = [_named(factor) for factor in row.factors if factor.power < 0]
    return " / ".join((" x ".join((text, *others)), *under))


def _option_text(ends: tuple[Measure, Measure]) -> str:
    low, high = ends
    return units.spell(low) if low is high else f"{units.spell(low)} to {units.spell(high)}"


def _named(factor: Factor) -> str:
    if isinstance(factor.of, Terms):
        names = (units.spell(each.of) if isinstance(each.of, Measure) else each.of.name for each in factor.of.terms)
        return _terms_text(factor.of, list(names))
    if isinstance(factor.of, Measure):
        return units.spell(factor.of)
    if isinstance(factor.of, Steps):
        return f"the factor of {factor.of.name} by {factor.of.by.name}"
    return "" if factor.of is None else factor.of.name


def _terms_text(of: Terms, texts: list[str]) -> str:
    """A sum with its terms as they are written."""
    signed = " ".join(f"{'-' if each.sign < 0 else '+'} {text}" for each, text in zip(of.terms, texts, strict=True))
    meant = "" if of.unit is None else f", as numbers in {units.pretty(of.unit)}"
    return f"({signed.removeprefix('+ ')}{meant})"


def _value_text(row: Observable, moment: Moment) -> str:
    shown = (units.show(definite(end), row.unit, row.dimension, exactly=True) for end in ends(moment.between(row.name)))
    return " to ".join(dict.fromkeys(shown))


def _factor_text(factor: Factor, level: Measure, moment: Moment) -> str:
    """A factor with its value for this patient."""
    if isinstance(factor.of, Terms):
        values = [
            units.spell(each.of) if isinstance(each.of, Measure) else _value_text(each.of, moment)
            for each in factor.of.terms
        ]
        return _terms_text(factor.of, values)
    if factor.of is None or isinstance(factor.of, Measure):
        return units.spell(factor.of or level)
    row = factor.of.by if isinstance(factor.of, Steps) else factor.of
    value = _value_text(row, moment)
    if isinstance(factor.of, Steps):
        return f"{units.decimal(definite(factor.of.at(EXACT, moment.between(row.name))))} ({factor.of.name} at {value})"
    return value


def _condition(row: Row) -> str:
    if row.when is None:
        return "nothing else applies"
    return " and ".join(
        f"{leaf.observable.name} {leaf.comparison.replace('_', ' ')} {leaf.limit_text}" for leaf in row.when.leaves
    )
