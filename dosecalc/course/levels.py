"""The levels of a dose, compiled: a quantity, a range, alternatives, or a product of factors, each under its condition.

``/m^2`` asks for the body surface area and ``/kg`` for the body weight; a product names its factors itself, and their
units have to leave an amount.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Generic, NamedTuple

from dosecalc.course.observables import Observable, find
from dosecalc.course.rules import CompiledCondition, Compiler, Viewpoint, read_at
from dosecalc.errors import InputError
from dosecalc.files.protocol import (
    Choice,
    Condition,
    FactorTable,
    Least,
    LevelRow,
    ListedDose,
    NamedLimit,
    OfObservable,
    OfTable,
    Product,
    Protocol,
    Range,
    Sum,
    cited,
)
from dosecalc.quantities import units
from dosecalc.quantities.numbers import TRUE, Between, M, System, Tri, V, V_co, all_of
from dosecalc.quantities.options import within
from dosecalc.quantities.units import Measure

ACTIVITIES = ("activity", "activity/weight", "activity/bsa")
MASSES = ("mass", "mass/weight", "mass/bsa")
TARGET = "absorbed dose"
PER_ORGAN = "activity/organ mass"
PLACED = ("cycle_number", "dose_number", "dose_interval")
"""The observables of a dose that are known before its amount is."""
SIZE_OF = {
    dimension: size for dimension in units.DIMENSIONS for size in ("weight", "bsa") if dimension.endswith(f"/{size}")
}
"""The size that a quantity of a dimension is taken times, where it is one per size."""


class Steps(NamedTuple):
    """A table, read: each step from where it holds, in canonical units, and its factor."""

    name: str
    by: Observable
    steps: tuple[tuple[Fraction, Fraction], ...]

    def at(self, system: System[V, M], value: Between[V]) -> V:
        """The factor of the last step at or below a value; unknown below the first."""
        rows = [
            (system.at_least(value, system.number(low)), system.number(factor)) for low, factor in reversed(self.steps)
        ]
        return system.first(rows)[0]


class Term(NamedTuple):
    """A term of a sum: a quantity or an observable, ``sign`` -1 where it is taken away; ``scale`` as of a factor."""

    of: Measure | Observable
    sign: int
    scale: Fraction


class Terms(NamedTuple):
    """A sum of terms, read; ``unit`` is the unit whose number is meant, where there is one."""

    terms: tuple[Term, ...]
    unit: str | None = None

    def at(self, system: System[V, M], moment: Viewpoint[V, M]) -> V:
        """The sum; unknown below zero, where a formula says nothing."""
        total = system.number(Fraction(0))
        for term in self.terms:
            value = system.number(term.of.value) if isinstance(term.of, Measure) else moment.value(term.of.name)
            total = total + value * system.number(term.sign * term.scale)
        said = system.first([(system.at_least(total, system.number(Fraction(0))), system.number(Fraction(1)))])[0]
        return total * said


class Factor(NamedTuple):
    """One factor of a product: a level, an observable, a table or a sum; ``power`` is -1 below the line."""

    of: Measure | Observable | Steps | Terms | None
    power: int
    scale: Fraction
    """From its canonical unit to the base units in which the product is made; ``of`` None is the level chosen."""

    @property
    def observables(self) -> tuple[Observable, ...]:
        """The observables that it takes for a patient."""
        if isinstance(self.of, Terms):
            return tuple(term.of for term in self.of.terms if isinstance(term.of, Observable))
        of = self.of.by if isinstance(self.of, Steps) else self.of
        return (of,) if isinstance(of, Observable) else ()


class Level(NamedTuple, Generic[V_co]):
    """A level, chosen or the file's own: its dimension, and its value in the canonical unit of that."""

    dimension: str
    value: V_co


class LimitRow(NamedTuple, Generic[V, M]):
    """One of several limits of an amount: its name, when it holds, its level, and its factors."""

    name: str
    when: CompiledCondition[V, M] | None
    level: Measure
    factors: tuple[Factor, ...]
    cite: tuple[str, ...]

    def applies(self, moment: Viewpoint[V, M]) -> Tri[M]:
        """Whether it holds for a patient."""
        return TRUE if self.when is None else self.when.test(moment)

    def amount(self, system: System[V, M], moment: Viewpoint[V, M]) -> V:
        """The amount that it allows."""
        return multiplied(self.factors, system, system.number(self.level.value), moment)


class Row(NamedTuple, Generic[V, M]):
    """One row of a dose's levels, compiled.

    ``options`` are what may be chosen, each from a lowest to a highest level; where there is but one, and both ends are
    the same, nothing has to be chosen.
    """

    when: CompiledCondition[V, M] | None
    options: tuple[tuple[Measure, Measure], ...]
    factors: tuple[Factor, ...]
    cap: Measure | None
    floor: Measure | None
    cite: LevelRow | ListedDose
    organ: Observable | None = None
    """The absorbed dose of the organ per activity, where the level is an absorbed dose that this organ reaches."""
    tolerance: Measure | None = None
    """How far the source lets what is given lie off: a percentage, or an amount."""
    least: tuple[LimitRow[V, M], ...] = ()
    """Where the level is the least of several limits: all of them, the first of which is the row's own product."""

    @property
    def low(self) -> Measure:
        return self.options[0][0]

    @property
    def high(self) -> Measure:
        return self.options[0][1]

    @property
    def open(self) -> bool:
        """Whether a level has to be chosen."""
        return len(self.options) > 1 or self.low is not self.high

    @property
    def fixed(self) -> bool:
        """Whether its level alone, without a choice or other factors, makes the amount."""
        return not self.open and not self.factors

    @property
    def every_factor(self) -> tuple[Factor, ...]:
        """Its factors, with those of every limit."""
        return (*self.factors, *(factor for limit in self.least[1:] for factor in limit.factors))

    @property
    def conditions(self) -> tuple[CompiledCondition[V, M], ...]:
        """Its own condition, and those of its limits."""
        return tuple(each for each in (self.when, *(limit.when for limit in self.least)) if each is not None)

    @property
    def target(self) -> bool:
        """Whether the level is a whole-body dose to be reached."""
        return self.low.dimension == TARGET and not self.factors and self.organ is None

    def option(self, chosen: Measure) -> tuple[Measure, Measure] | None:
        """The alternative that a chosen level is of: one of its kind, if possible one that has it within."""
        alike = [ends for ends in self.options if ends[0].dimension == chosen.dimension]
        within = (ends for ends in alike if ends[0].value <= chosen.value <= ends[1].value)
        return next(within, alike[0] if alike else None)


class CompiledDose(NamedTuple, Generic[V, M]):
    """The levels of a dose, and whether its agent is radioactive."""

    rows: tuple[Row[V, M], ...]
    radioactive: bool


def compile_dose(
    protocol: Protocol, compiler: Compiler[V, M], dose: ListedDose, where: str, *, agent_at: str | None = None
) -> CompiledDose[V, M]:
    """The levels of a dose, read and compiled. InputError names the place in the file of what is wrong."""
    agent = protocol.agents.get(dose.agent)
    if agent is None:
        known = ", ".join(protocol.agents)
        raise InputError(f"there is no agent {dose.agent!r}; the file has {known}", where=agent_at or f"{where}.agent")
    sources: list[tuple[ListedDose | LevelRow, str]] = [(dose, where)]
    if isinstance(dose.level, tuple):
        sources = [(row, f"{where}.level[{i}]") for i, row in enumerate(dose.level)]
    radioactive = bool(agent.radionuclide)
    maker = _Maker(protocol.tables, compiler, dose, radioactive=radioactive)
    return CompiledDose(tuple(maker.row(source, place) for source, place in sources), radioactive)


def amount(row: Row[V, M], system: System[V, M], level: Level[V], moment: Viewpoint[V, M]) -> V:
    """The amount that a level makes, in MBq or mg: by itself, per size, as a product (unknown over a zero), or the
    least of several limits.
    """
    if not row.factors:
        return sized(level, moment)
    made = multiplied(row.factors, system, level.value, moment)
    for limit in row.least[1:]:
        made = system.where(limit.applies(moment).yes, _lesser(limit, system, made, moment), made)
    for limit in row.least[1:]:  # what may not hold matters only where it allows less than all that do
        made = system.first([(limit.applies(moment), _lesser(limit, system, made, moment)), (TRUE, made)])[0]
    return made


def multiplied(factors: tuple[Factor, ...], system: System[V, M], level: V, moment: Viewpoint[V, M]) -> V:
    """The product of factors, ``level`` in the place of the one that is chosen."""
    product = system.number(Fraction(1))
    for factor in factors:
        term = _term(factor, system, level, moment)
        product = product * term if factor.power > 0 else system.quotient(product, term)
    return product


def _lesser(limit: LimitRow[V, M], system: System[V, M], made: V, moment: Viewpoint[V, M]) -> V:
    """The lesser of an amount and what a limit allows; unknown while either is."""
    allowed = limit.amount(system, moment)
    lesser = system.where(system.above(made, allowed).yes, allowed, made)
    return system.where(system.known(allowed), lesser, allowed)


def sized(level: Level[V], moment: Viewpoint[V, M]) -> V:
    """A level times the size that its dimension asks for."""
    size = SIZE_OF.get(level.dimension)
    return level.value if size is None else level.value * moment.value(size)


def _term(factor: Factor, system: System[V, M], chosen: V, moment: Viewpoint[V, M]) -> V:
    scale = system.number(factor.scale)
    if factor.of is None:
        return chosen * scale
    if isinstance(factor.of, Measure):
        return system.number(factor.of.value) * scale
    if isinstance(factor.of, Steps):
        return factor.of.at(system, moment.between(factor.of.by.name))
    if isinstance(factor.of, Terms):
        return factor.of.at(system, moment) * scale
    return moment.value(factor.of.name) * scale


class _Maker(Generic[V, M]):
    """Compiles the rows of one dose."""

    def __init__(
        self, tables: Mapping[str, FactorTable], compiler: Compiler[V, M], dose: ListedDose, *, radioactive: bool
    ) -> None:
        self.tables, self.compiler, self.dose = tables, compiler, dose
        self.amounts = ACTIVITIES if radioactive else MASSES
        self.wanted = (*ACTIVITIES, TARGET) if radioactive else MASSES

    def row(self, source: ListedDose | LevelRow, where: str) -> Row[V, M]:
        options, factors = self._level(source.level, f"{where}.level")
        named = source.level.organ if isinstance(source.level, Choice) else None
        organ = find(f"organ_dose.{named}", self.compiler.table) if named is not None else None
        bounds, tolerance = self._bounds(source, where), self._tolerance(source, where)
        least = self._limits(source.level, f"{where}.level") if isinstance(source.level, Least) else ()
        return Row(self._when(source, factors, where), options, factors, *bounds, source, organ, tolerance, least)

    def _limits(self, level: Least, where: str) -> tuple[LimitRow[V, M], ...]:
        """The limits of an amount. InputError where there is but one, or the first does not always hold."""
        if len(level.least) < 2:
            raise InputError("the least of several limits lists at least two", where=f"{where}.least")
        found: list[LimitRow[V, M]] = []
        for i, limit in enumerate(level.least):
            place = f"{where}.least[{i}]"
            if limit.name in [each.name for each in found]:
                raise InputError(f"two limits have the name {limit.name!r}", where=f"{place}.name")
            if limit.when is not None and not i:
                raise InputError("the first limit always holds; put one without 'when' first", where=f"{place}.when")
            when = None if limit.when is None else self.compiler.condition(limit.when, f"{place}.when")
            ((low, _),), factors = self._limit(limit, place)
            self._stated(() if when is None else (when,), f"{place}.when")
            found.append(LimitRow(limit.name, when, low, factors, cited(limit.cite)))
        return tuple(found)

    def _limit(self, limit: NamedLimit, where: str) -> tuple[tuple[tuple[Measure, Measure], ...], tuple[Factor, ...]]:
        """A limit as a product; a quantity per size is taken times the size. InputError for one that is chosen."""
        level = limit.level
        if isinstance(level, str):
            (measure, _) = ends(level, self.amounts, f"{where}.level")
            size = SIZE_OF.get(measure.dimension)
            level = Product(product=(level, *(() if size is None else (OfObservable(observable=size),))))
        options, factors = self._product(level, f"{where}.level")
        if options[0][0] is not options[0][1]:
            raise InputError("a limit is one quantity and no range", where=f"{where}.level")
        if any(isinstance(factor.of, Steps) for factor in factors):
            raise InputError("a limit takes no table", where=f"{where}.level")
        return options, factors

    def _level(self, level: object, where: str) -> tuple[tuple[tuple[Measure, Measure], ...], tuple[Factor, ...]]:
        if isinstance(level, Product):
            return self._product(level, where)
        if isinstance(level, Least):
            if not level.least:
                raise InputError("the least of several limits lists at least two", where=f"{where}.least")
            return self._limit(level.least[0], f"{where}.least[0]")
        if isinstance(level, Choice):
            if len(level.choose) < 2:
                raise InputError("a choice lists at least two levels", where=f"{where}.choose")
            wanted = self.amounts if level.organ is None else (TARGET,)
            return tuple(ends(each, wanted, f"{where}.choose[{i}]") for i, each in enumerate(level.choose)), ()
        assert isinstance(level, (str, Range))
        return (ends(level, self.wanted, where),), ()

    def _when(
        self, source: ListedDose | LevelRow, factors: tuple[Factor, ...], where: str
    ) -> CompiledCondition[V, M] | None:
        """The condition of a row; a table holds from its first step on."""
        conditions: list[CompiledCondition[V, M]] = []
        if isinstance(source, LevelRow) and source.when is not None:
            conditions.append(self.compiler.condition(source.when, f"{where}.when"))
        for factor in factors:
            if isinstance(factor.of, Steps):
                named = self.tables[factor.of.name]
                first = Condition(observable=named.by, at_least=named.steps[0].partition(":")[0].strip())
                conditions.append(self.compiler.condition(first, f"tables.{factor.of.name}"))
        self._stated(conditions, f"{where}.when")
        if len(conditions) < 2:
            return conditions[0] if conditions else None
        tests = [each.test for each in conditions]
        leaves = tuple(leaf for each in conditions for leaf in each.leaves)
        return CompiledCondition(lambda moment: all_of(test(moment) for test in tests), leaves)

    @staticmethod
    def _stated(conditions: Sequence[CompiledCondition[V, M]], where: str) -> None:
        """InputError for a condition that asks for what depends on the level itself."""
        for leaf in (leaf for condition in conditions for leaf in condition.leaves):
            if leaf.observable.computed and leaf.observable.name not in PLACED:
                message = f"a level cannot depend on {leaf.observable.name}, which depends on the level"
                raise InputError(message, where=where)

    def _bounds(self, source: ListedDose | LevelRow, where: str) -> tuple[Measure | None, Measure | None]:
        bounds = (("cap", source.cap or self.dose.cap), ("floor", source.floor or self.dose.floor))
        cap, floor = (None if text is None else read_at(text, self.amounts, f"{where}.{key}") for key, text in bounds)
        if cap is not None and floor is not None and cap.dimension == floor.dimension and cap.value < floor.value:
            raise InputError("the floor lies above the cap", where=f"{where}.floor")
        return cap, floor

    def _tolerance(self, source: ListedDose | LevelRow, where: str) -> Measure | None:
        text = source.tolerance or self.dose.tolerance
        if text is None:
            return None
        tolerance = read_at(text, ("percent", self.amounts[0]), f"{where}.tolerance")
        if not tolerance.value or (tolerance.dimension == "percent" and tolerance.value >= 100):
            message = f"read {text!r}, expected more than zero and less than all of it, such as '10 %' or '0.7 GBq'"
            raise InputError(message, where=f"{where}.tolerance")
        return tolerance

    # -- products --

    def _product(self, level: Product, where: str) -> tuple[tuple[tuple[Measure, Measure], ...], tuple[Factor, ...]]:
        option: tuple[Measure, Measure] | None = None
        factors: list[Factor] = []
        left: dict[str, int] = {}
        for written, place, power in _written(level, where):
            if isinstance(written, (str, Range)):
                low, high = ends(written, None, place)
                if low is not high and option is not None:
                    raise InputError("only the first quantity of a product may be a range", where=place)
                scale, bases = _bases(low.unit, place)
                factors.append(Factor(None if option is None else low, power, scale))
                option = option or (low, high)
            else:
                of, scale, bases = self._factor(written, place)
                factors.append(Factor(of, power, scale))
            if power < 0 and _has_zero(factors[-1].of):
                raise InputError("nothing can be divided by zero", where=place)
            for base, exponent in bases:
                left[base] = left.get(base, 0) + power * exponent
        if option is None:
            raise InputError("a product needs a quantity, its level", where=where)
        self._check(factors, option, {base: n for base, n in left.items() if n}, where)
        # from the base unit of the product to the canonical unit of the amount
        factors[0] = factors[0]._replace(scale=factors[0].scale * (1 if "activity" in left else 10**6))
        return (option,), tuple(factors)

    def _factor(
        self, written: OfObservable | OfTable | Sum, place: str
    ) -> tuple[Observable | Steps | Terms, Fraction, tuple[tuple[str, int], ...]]:
        if isinstance(written, Sum):
            return self._sum(written, place)
        if isinstance(written, OfTable):
            if written.table not in self.tables:
                known = ", ".join(self.tables) or "none"
                raise InputError(f"there is no table {written.table!r}; the file has {known}", where=place)
            return steps(written.table, self.tables[written.table], self.compiler.table), Fraction(1), ()
        try:
            row = find(written.observable, self.compiler.table)
        except InputError as error:
            raise error.at(place) from None
        if row.computed or row.kind != "quantity":
            raise InputError(f"{row.name} is not a quantity that is stated for a patient", where=place)
        canonical = units.unit(units.DIMENSIONS[row.dimension][1], row.dimension)
        return row, *_bases(canonical, place)

    def _sum(self, written: Sum, place: str) -> tuple[Terms, Fraction, tuple[tuple[str, int], ...]]:
        """A sum, whose terms are of one kind, or numbers of one unit."""
        if not written.sum_:
            raise InputError("the sum lists no term", where=f"{place}.sum")
        terms: list[Term] = []
        kinds: dict[tuple[tuple[str, int], ...], str] = {}
        listed = [(each, f"{place}.sum[{i}]", 1) for i, each in enumerate(written.sum_)]
        listed += [(each, f"{place}.less[{i}]", -1) for i, each in enumerate(written.less)]
        for each, where, sign in listed:
            of, scale, bases = self._of_term(each, where)
            dimension = of.unit.dimension if isinstance(of, Measure) else of.dimension
            if written.in_ is not None:
                scale, bases = _number_in(written.in_, dimension, scale, bases, where, f"{place}.in")
            kinds.setdefault(bases, where)
            terms.append(Term(of, sign, scale))
        if len(kinds) > 1:
            message = 'the terms are of several kinds; write in = "UNIT" where the source adds their numbers'
            raise InputError(message, where=list(kinds.values())[1])
        return Terms(tuple(terms), written.in_), Fraction(1), next(iter(kinds))

    def _of_term(
        self, written: str | OfObservable, where: str
    ) -> tuple[Measure | Observable, Fraction, tuple[tuple[str, int], ...]]:
        if isinstance(written, OfObservable):
            of, scale, bases = self._factor(written, where)
            assert isinstance(of, Observable)
            return of, scale, bases
        measure, _ = ends(written, None, where)
        canonical = units.unit(units.DIMENSIONS[measure.unit.dimension][1], measure.unit.dimension)
        return measure, *_bases(canonical, where)

    def _check(self, factors: list[Factor], option: tuple[Measure, Measure], left: dict[str, int], where: str) -> None:
        """The units leave an amount, and ``/kg``, ``/m^2`` and ``/g`` are taken times what they mean."""
        amount = self.amounts[0]
        if left != {amount: 1}:
            remainder = " ".join(f"{base}^{n}" if n != 1 else base for base, n in left.items()) or "a plain number"
            kind = units.DIMENSIONS[amount][0]
            raise InputError(f"the units of the factors leave {remainder}, expected {kind}", where=where)
        names = {row.name for factor in factors for row in factor.observables}
        measures = [option[0], *(factor.of for factor in factors if isinstance(factor.of, Measure))]
        for measure in measures:
            size = SIZE_OF.get(measure.dimension)
            if size is not None and size not in names:
                message = f"'{measure.text}' is per {size}; the product needs {{ observable = \"{size}\" }}"
                raise InputError(message, where=where)
            if measure.dimension == PER_ORGAN and "weight" in names:
                message = f"'{measure.text}' is per gram of an organ, and the body weight is not an organ's mass"
                raise InputError(message, where=where)


def _has_zero(of: Measure | Observable | Steps | Terms | None) -> bool:
    """Whether the file's own number is zero, or one of its table."""
    if isinstance(of, Steps):
        return not all(factor for _, factor in of.steps)
    return isinstance(of, Measure) and not of.value


def _written(level: Product, where: str) -> Iterator[tuple[str | Range | OfObservable | OfTable | Sum, str, int]]:
    for key, listed, power in (("product", level.product, 1), ("over", level.over, -1)):
        for i, written in enumerate(listed):
            yield written, f"{where}.{key}[{i}]", power


def ends(level: str | Range, wanted: tuple[str, ...] | None, where: str) -> tuple[Measure, Measure]:
    """The lowest and the highest of a level: one and the same unless the file gives a range."""

    def read(text: str, place: str) -> Measure:
        if wanted is not None:
            return read_at(text, wanted, place)
        try:
            return units.read(text)
        except InputError as error:
            raise error.at(place) from None

    if isinstance(level, str):
        only = read(level, where)
        return only, only
    low, high = read(level.min, f"{where}.min"), read(level.max, f"{where}.max")
    if low.dimension != high.dimension or low.value > high.value:
        raise InputError("a range goes from a lower to a higher quantity of one kind", where=where)
    return low, high


def steps(name: str, table: FactorTable, known: Mapping[str, Observable]) -> Steps:
    """A table, read. InputError names the step that does not read or is out of order."""
    where = f"tables.{name}"
    try:
        by = find(table.by, known)
    except InputError as error:
        raise error.at(f"{where}.by") from None
    if by.kind != "quantity" or by.computed:
        raise InputError(f"{by.name} is not a quantity that is stated for a patient", where=f"{where}.by")
    if not table.steps:
        raise InputError("the table lists no step", where=f"{where}.steps")
    read: list[tuple[Fraction, Fraction]] = []
    for i, text in enumerate(table.steps):
        place = f"{where}.steps[{i}]"
        at, colon, factor = text.partition(":")
        if not colon:
            raise InputError(f"read {text!r}, expected a step such as '20 kg: 4.86'", where=place)
        low = read_at(at.strip(), by.dimension, place).value
        if read and low <= read[-1][0]:
            raise InputError(f"the step at {at.strip()} does not lie above the one before", where=place)
        try:
            read.append((low, units.read_number(factor)))
        except InputError as error:
            raise error.at(place) from None
    return Steps(name, by, tuple(read))


def _number_in(
    symbol: str, dimension: str, scale: Fraction, bases: tuple[tuple[str, int], ...], where: str, place: str
) -> tuple[Fraction, tuple[tuple[str, int], ...]]:
    """The scale by which a term becomes the number of a unit: one of the unit's kind, or a plain number already."""
    named = within(place, units.read, f"1 {symbol}").unit
    if dimension == named.dimension:
        return 1 / named.factor, ()
    if bases:
        raise InputError(f"expected {units.DIMENSIONS[named.dimension][0]} or a plain number", where=where)
    return scale, ()


def _bases(unit: units.Unit, where: str) -> tuple[Fraction, tuple[tuple[str, int], ...]]:
    """From the canonical unit of a unit's dimension to base units, and their powers; a percentage is a plain number."""
    canonical = units.unit(units.DIMENSIONS[unit.dimension][1], unit.dimension)
    if not canonical.names:
        raise InputError(f"a quantity in {units.pretty(unit.symbol)} cannot be a factor", where=where)
    scale, bases = Fraction(1), []
    for name, power in canonical.names:
        atom = _ATOMS[name]
        scale *= atom.factor**power
        if atom.base == "percent":
            scale *= Fraction(1, 100) ** power
        else:
            bases.append((atom.base, power))
    return scale, tuple(bases)


_ATOMS = {atom.name: atom for atom in units.ATOMS.values()}
