"""The meanings that a report can have: its figures as printed, and each way in which one of them may be mistaken.

A hypothesis says what was given in all, how much of it belongs to one unit of body size, and what would have to be
changed in the report. Nothing here knows which of them is right. Canonical units: MBq or mg, kg, m².
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from dosecalc.crosschecks.amounts import UNIT, Basis, basis_of, dimensions_of_level
from dosecalc.crosschecks.courses import KnownCourse
from dosecalc.crosschecks.swaps import swapped
from dosecalc.quantities import units
from dosecalc.quantities.printed import half_a_digit
from dosecalc.quantities.units import Measure, Number

POUND = units.unit("lb").factor
PrintedAs = Literal["per dose", "per cycle", "total"]
"""The doses that a printed level is said to be of."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")

Kind = Literal[
    "sharing", "unit of the total", "unit of the level", "basis", "pounds", "slip", "level", "count", "single doses"
]
"""The kinds of change; a hypothesis makes each of them at most once."""


class ReportChange(NamedTuple):
    """One thing that would have to be changed in the report."""

    kind: Kind
    statement: str


class Hypothesis(NamedTuple):
    """One meaning of a report.

    ``total`` is what was given in all, ``per_size`` the sum of the levels of all doses, ``level`` that of each where
    they are alike, ``rounding`` what its printed digits leave open; ``basis`` is the body size that the levels are
    per, or None where total and levels are compared as they stand. ``stretch``: expected amounts are so many times
    ``per_size`` times the size. ``cycle``: how many doses share the printed level.
    """

    words: str
    total: Fraction
    per_size: Fraction
    doses: int
    basis: Basis | None
    level: Measure | None
    rounding: Fraction = Fraction(0)
    stretch: Fraction = Fraction(1)
    cycle: int | None = None
    arm: str | None = None
    changes: tuple[ReportChange, ...] = ()

    @property
    def kinds(self) -> set[Kind]:
        return {change.kind for change in self.changes}

    @property
    def statements(self) -> tuple[str, ...]:
        return tuple(change.statement for change in self.changes)

    @property
    def factor(self) -> Fraction:
        """The total over the levels: a size, where there is one. Its ratio to another's is what was changed."""
        return self.total / (self.per_size * self.stretch)

    @property
    def implied(self) -> Fraction | None:
        """The body size (m² or kg) that makes the figures agree; None where no size is in them."""
        return None if self.basis is None else self.factor

    @property
    def arithmetic(self) -> tuple[Basis | None, Fraction]:
        """Equal for hypotheses that imply the same, whatever they say."""
        return self.basis, self.factor

    def expected(self, size: Fraction | float) -> Fraction | float:
        """The amount that the levels give for a size; with no basis the size is 1."""
        return self.per_size * self.stretch * size


class Figures(NamedTuple):
    """The figures of a report.

    ``known``: the bases of which the body size is known too, ``aged``: whether the age is; some slips can be told from
    another size only then.
    """

    total: Measure
    doses: int
    level: Measure | None
    printed_as: PrintedAs = "per dose"
    known: frozenset[Basis] = frozenset()
    aged: bool = False

    def sized(self, base: Hypothesis) -> bool:
        """Whether amounts can be compared, as no size is needed or that which the levels are per is known."""
        return base.basis is None or base.basis in self.known

    def divisors(self) -> list[int]:
        """The numbers of doses that a cycle can have."""
        return [number for number in range(1, self.doses + 1) if self.doses % number == 0]


class Hypotheses(NamedTuple):
    """The meanings of a report with nothing changed, with one thing, and with two, each in its own order."""

    printed: list[Hypothesis]
    once: list[Hypothesis]
    twice: list[Hypothesis]


def hypotheses(figures: Figures, courses: Sequence[KnownCourse], named: Sequence[KnownCourse] = ()) -> Hypotheses:
    """Every meaning that a report can have had.

    ``named`` are the courses of the protocol that the report is said to follow; they give the levels that it does not
    print.
    """
    printed = [_with_arm(hypothesis, courses) for hypothesis in as_printed(figures, named)]
    once = _changed_once_more(printed, figures, courses)
    twice = [*_single_doses(figures, courses), *_changed_once_more(once, figures, courses)]
    return Hypotheses(printed, once, twice)


def number_word(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def doses_word(number: int) -> str:
    return f"{number_word(number)} dose{'' if number == 1 else 's'}"


# -- as printed -------------------------------------------------------------------------------------------------


def as_printed(figures: Figures, named: Sequence[KnownCourse]) -> list[Hypothesis]:
    """The report taken by its word: one hypothesis, or one for each way that the named course leaves open."""
    given = [course for course in named if figures.level is None or is_given(figures, figures.level, course)]
    if figures.level is None or any(dose.bounded for course in given for dose in course.doses):
        return _as_named(figures, given)
    plain = _per_dose(figures, figures.level)
    if figures.printed_as == "total":
        return [_printed_for(plain, figures.doses, _share(figures.doses, plain))]
    if figures.printed_as == "per cycle":
        return [_printed_for(plain, number, _cycle(number)) for number in figures.divisors()]
    return [plain]


def _as_named(figures: Figures, named: Sequence[KnownCourse]) -> list[Hypothesis]:
    """The levels of the named courses, each arithmetic once."""
    first: dict[object, Hypothesis] = {}
    for course in named:
        for planned in _ways_of(figures, course):
            first.setdefault(planned.arithmetic, planned)
    return list(first.values())


def _ways_of(figures: Figures, course: KnownCourse) -> Iterator[Hypothesis]:
    """A named course as it is given to the patient; where a size is not known, at its cap and below it."""
    given = _as_given(figures, course)
    if given is not None:
        yield given
        return
    planned, cap = as_planned(figures, course.unbounded()), course.cap(figures.doses)
    if cap is not None and figures.total.dimension == cap.dimension:
        words = (
            f"{course.arm}{_titled(course)}: {units.spell(cap)} a dose, the source's cap, {doses_word(figures.doses)}"
        )
        yield _fixed(figures, course, words, cap.value * figures.doses)
        if figures.total.value > cap.value * figures.doses:
            return
    elif any(dose.bounded for dose in course.doses[: figures.doses]):
        return
    if planned is not None:
        yield planned


def _as_given(figures: Figures, course: KnownCourse) -> Hypothesis | None:
    """The amounts that the source makes of its levels for the patient; None where they are not known."""
    amounts = course.amounts(figures.doses)
    if amounts is None or "/" in figures.total.dimension:
        return None
    low, high = amounts
    nearest = max(low, min(figures.total.value, high))
    total = (
        _amount_words(figures, low)
        if low == high
        else f"{_amount_words(figures, low)} to {_amount_words(figures, high)}"
    )
    words = f"{course.arm}{_titled(course)}: {total} in all, as its source bounds it, {doses_word(figures.doses)}"
    return _fixed(figures, course, words, Fraction(nearest))


def _amount_words(figures: Figures, amount: Number) -> str:
    return units.show(amount, figures.total.unit.symbol, figures.total.dimension)


def _fixed(figures: Figures, course: KnownCourse, words: str, amount: Fraction) -> Hypothesis:
    """A course that comes to an amount, whatever the size of the patient."""
    return Hypothesis(
        words=words,
        total=figures.total.value,
        per_size=amount,
        doses=figures.doses,
        basis=None,
        level=None,
        arm=course.arm,
    )


def _titled(course: KnownCourse) -> str:
    return f" ({course.title})" if course.title else ""


def is_given(figures: Figures, level: Measure, course: KnownCourse) -> bool:
    """Whether a course has as many doses as a report, each at the level that the report prints."""
    return course.gives(level, half_a_digit(level.text) * level.unit.factor, figures.doses)


def _per_dose(figures: Figures, level: Measure) -> Hypothesis:
    return Hypothesis(
        words=f"{units.spell(level)} a dose, {doses_word(figures.doses)}",
        total=figures.total.value,
        per_size=level.value * figures.doses,
        doses=figures.doses,
        basis=basis_of(figures.total, level),
        level=level,
        rounding=half_a_digit(level.text) * level.unit.factor,
    )


def _printed_for(plain: Hypothesis, number: int, share: str) -> Hypothesis:
    """The printed level as that of so many doses together, where the report says so."""
    return _level_for(plain, number)._replace(words=_level_words(plain, share))


def as_planned(figures: Figures, course: KnownCourse) -> Hypothesis | None:
    """The doses of a known course; None where their levels are not fixed or of another kind than the total."""
    levels = course.levels(figures.doses)
    if levels is None or levels[0].dimension not in dimensions_of_level(figures.total):
        return None
    alike = len({level.value for level in levels}) == 1
    return Hypothesis(
        words=f"{course.arm}{_titled(course)}: {_levels_words(levels, alike=alike)}, {doses_word(figures.doses)}",
        total=figures.total.value,
        per_size=sum((level.value for level in levels), Fraction(0)),
        doses=figures.doses,
        basis=basis_of(figures.total, levels[0]),
        level=levels[0] if alike else None,
        arm=course.arm,
    )


def _levels_words(levels: Sequence[Measure], *, alike: bool) -> str:
    """``20 mCi/m² a dose``, or ``0.8 + 0.5 + 0.5 mg/m²``."""
    if alike:
        return f"{units.spell(levels[0])} a dose"
    numbers = " + ".join(units.decimal(level.number) for level in levels)
    return f"{numbers} {units.pretty(levels[0].unit.symbol)}"


# -- one more thing changed -------------------------------------------------------------------------------------


def _changed_once_more(bases: list[Hypothesis], figures: Figures, courses: Sequence[KnownCourse]) -> list[Hypothesis]:
    changed = (hypothesis for base in bases for hypothesis in _changed(base, figures, courses))
    return _distinct(_with_arm(hypothesis, courses) for hypothesis in changed)


def _changed(base: Hypothesis, figures: Figures, courses: Sequence[KnownCourse]) -> Iterator[Hypothesis]:
    """Every hypothesis that changes one more thing than ``base``, each kind of change at most once."""
    if "slip" in base.kinds and not figures.sized(base):  # with a second change nearly every size could be made to fit
        return
    for hypothesis in _all_changed(base, figures, courses):
        if _may_follow(hypothesis.changes[-1].kind, base.kinds):
            yield hypothesis


def _all_changed(base: Hypothesis, figures: Figures, courses: Sequence[KnownCourse]) -> Iterator[Hypothesis]:
    for changes in (_sharing_of_level, _sharing_of_total, _units_of_total, _units_of_level, _bases, _pounds, _slips):
        yield from changes(base, figures)
    for course in courses:
        yield from _levels_of(course, base, figures)
        yield from _counts_of(course, base, figures)


_UNITS: set[Kind] = {"unit of the total", "unit of the level"}


def _may_follow(kind: Kind, before: set[Kind]) -> bool:
    """Whether a kind of change may be made after others; two units mistaken at once would be too much."""
    return kind not in before and not (kind in _UNITS and _UNITS & before)


def _change(base: Hypothesis, kind: Kind, statement: str, words: str = "") -> Hypothesis:
    """``base`` with one more change in its words; its figures are still to be changed."""
    words = words or statement
    joined = f"{base.words}; {words}" if base.changes else words
    return base._replace(words=joined, changes=(*base.changes, ReportChange(kind, statement)))


def _printed_level(base: Hypothesis, figures: Figures) -> Measure | None:
    """The level that the report prints, where the hypothesis still goes by it."""
    return None if base.level is None or "level" in base.kinds else figures.level


def _which(base: Hypothesis, figure: str) -> str:
    """The name of a figure, where total and level are of one kind and could be taken for each other."""
    return f"the {figure} " if base.basis is None else ""


# -- what a figure is of --


def _sharing_of_level(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    """The printed level is that of a cycle, or of the course."""
    if base.level is None or _printed_level(base, figures) is None:
        return
    for number in figures.divisors():
        if number != (base.cycle or 1):
            share = _share(number, base)
            statement = f"{units.spell(_undivided(base, base.level))} is the level of {share}"
            yield _level_for(_change(base, "sharing", statement, _level_words(base, share)), number)


def _share(number: int, base: Hypothesis) -> str:
    if number == 1:
        return "a dose"
    return f"the course of {doses_word(number)}" if number == base.doses else _cycle(number)


def _cycle(number: int) -> str:
    return f"a cycle of {doses_word(number)}"


def _level_words(base: Hypothesis, share: str) -> str:
    assert base.level is not None
    preposition = "for " if share.startswith("the") else ""
    return f"{_which(base, 'level')}{units.spell(_undivided(base, base.level))} {preposition}{share}"


def _undivided(base: Hypothesis, level: Measure) -> Measure:
    """The level as it is printed, for all doses that share it."""
    return level._replace(number=level.number * (base.cycle or 1))


def _level_for(base: Hypothesis, number: int) -> Hypothesis:
    """``base`` with the printed level divided among so many doses."""
    assert base.level is not None
    divided = Fraction(base.cycle or 1, number)
    return base._replace(
        level=base.level._replace(number=base.level.number * divided),
        per_size=base.per_size * divided,
        rounding=base.rounding * divided,
        cycle=number if number > 1 else None,
    )


def _sharing_of_total(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    """The printed total is that of one dose, or of a cycle."""
    total = units.spell(figures.total)
    words = f"{_which(base, 'total')}{total}"
    if figures.doses > 1:
        one_dose = _change(base, "sharing", f"{total} is the total of one dose", f"{words} a dose")
        yield one_dose._replace(total=base.total * figures.doses)
    for number in figures.divisors()[1:-1]:
        one_cycle = _change(base, "sharing", f"{total} is the total of {_cycle(number)}", f"{words} {_cycle(number)}")
        yield one_cycle._replace(total=base.total * figures.doses / number)


# -- units and body sizes --


def _units_of_total(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    for other, words in swapped(figures.total):
        statement = f"the total is in {units.pretty(other.unit.symbol)}"
        changed = _change(base, "unit of the total", statement, _which(base, "total") + words)
        yield changed._replace(total=base.total * other.unit.factor / figures.total.unit.factor)


def _units_of_level(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    printed = _printed_level(base, figures)
    if base.level is None or printed is None:
        return
    for other, words in swapped(printed):
        statement = f"the level is in {units.pretty(other.unit.symbol)}"
        changed = _change(base, "unit of the level", statement, _which(base, "level") + words)
        yield _level_times(changed, other.unit.factor / printed.unit.factor, base.level._replace(unit=other.unit))


def _level_times(base: Hypothesis, factor: Fraction, level: Measure) -> Hypothesis:
    return base._replace(level=level, per_size=base.per_size * factor, rounding=base.rounding * factor)


_OTHER: dict[Basis, Basis] = {"bsa": "weight", "weight": "bsa"}
_PER: dict[Basis, str] = {"bsa": "per m²", "weight": "per kg"}


def _bases(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    """Per kilogram for per square metre, and the other way round."""
    printed = _printed_level(base, figures)
    if base.level is None or base.basis is None or printed is None:
        return
    other = _OTHER[base.basis]
    amount = base.level.unit.symbol.partition("/")[0]
    unit = units.unit(f"{amount}/{UNIT[other]}")
    words = f"{units.spell(printed._replace(unit=unit))}, not {_PER[base.basis]}"
    changed = _change(base, "basis", f"the level is {_PER[other]}", words)._replace(basis=other)
    yield _level_times(changed, unit.factor / base.level.unit.factor, base.level._replace(unit=unit))


def _pounds(base: Hypothesis, _figures: Figures) -> Iterator[Hypothesis]:
    """A weight in pounds taken for kilograms, and kilograms taken for pounds."""
    if base.basis == "weight":
        in_pounds = _change(base, "pounds", "a weight in pounds taken for kilograms")
        yield in_pounds._replace(stretch=base.stretch / POUND)
        in_kilograms = _change(base, "pounds", "a weight in kilograms taken for pounds")
        yield in_kilograms._replace(stretch=base.stretch * POUND)


def _slips(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    """Slips of the pen that could as well be another size, so that only a known size or age tells them."""
    if not figures.sized(base) and (base.changes or not figures.aged):
        return
    printed, factors = _printed_level(base, figures), (Fraction(10), Fraction(1, 10))
    for factor in factors:
        moved = Measure(figures.total.number * factor, figures.total.unit, "")
        words = f"{_which(base, 'total')}{_moved(moved)}"
        changed = _change(base, "slip", f"the total is {units.spell(moved)}", words)
        yield changed._replace(total=base.total * factor)
    for factor in factors if base.level is not None and printed is not None else ():
        assert printed is not None
        assert base.level is not None
        moved = Measure(printed.number * factor, printed.unit, "")
        words = f"{_which(base, 'level')}{_moved(moved)}"
        changed = _change(base, "slip", f"the level is {units.spell(moved)}", words)
        yield _level_times(changed, factor, base.level._replace(number=base.level.number * factor))
    if figures.doses > 1:
        statement = f"a total multiplied by the {number_word(figures.doses)} doses once too often"
        yield _change(base, "slip", statement)._replace(total=base.total / figures.doses)


def _moved(figure: Measure) -> str:
    return f"{units.spell(figure)}, a decimal point moved by one place"


# -- what a known course has in place of a printed figure --


def _levels_of(course: KnownCourse, base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    if base.basis is None or figures.level is None or base.cycle is not None or base.changes:
        return
    planned = as_planned(figures, course)
    if planned is not None and planned.basis == base.basis and planned.per_size != base.per_size:
        yield planned._replace(changes=(ReportChange("level", f"the level is that of {course.arm}"),))


def _counts_of(course: KnownCourse, base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    """The doses of the whole course, without its optional cycles and with them."""
    if base.cycle is not None and base.cycle >= base.doses:
        return
    for number in dict.fromkeys((course.required, len(course.doses))):
        per_size = None if number == base.doses else _sum_of(course, number, base, figures)
        if per_size is not None:
            statement = f"{doses_word(number)}, the course of {course.arm}{_optional_words(course, number)}"
            yield _change(base, "count", statement)._replace(doses=number, per_size=per_size, arm=course.arm)


def _optional_words(course: KnownCourse, number: int) -> str:
    if course.required == len(course.doses):
        return ""
    return f" {'with' if number > course.required else 'without'} its optional cycles"


def _sum_of(course: KnownCourse, number: int, base: Hypothesis, figures: Figures) -> Fraction | None:
    """The sum of the levels of so many doses; None where the course does not have them at the levels of ``base``."""
    if figures.level is None and base.arm == course.arm:
        planned = as_planned(figures._replace(doses=number), course)
        return None if planned is None else planned.per_size
    if base.level is None or not course.gives(base.level, base.rounding, number):
        return None
    return base.per_size * number / base.doses


def _single_doses(figures: Figures, courses: Sequence[KnownCourse]) -> Iterator[Hypothesis]:
    """Cycles of one dose each, for courses that have several doses a cycle: level and cycle changed."""
    for course in courses:
        planned = as_planned(figures, course) if figures.level is not None else None
        if planned is not None and planned.level is not None and _may_be_cycles(figures.doses, course):
            level = units.spell(planned.level)
            words = f"{number_word(figures.doses)} cycles of one dose of {level}, the level of {course.arm}"
            per_cycle = number_word(course.per_cycle)
            changes = (
                ReportChange("level", f"the level is that of {course.arm}"),
                ReportChange("single doses", f"one dose a cycle, where {course.arm} is read as having {per_cycle}"),
            )
            yield planned._replace(words=words, changes=changes)


def _may_be_cycles(doses: int, course: KnownCourse) -> bool:
    return course.per_cycle > 1 and 1 < doses <= course.cycles


# -- all of them ------------------------------------------------------------------------------------------------


def _with_arm(hypothesis: Hypothesis, courses: Iterable[KnownCourse]) -> Hypothesis:
    """The hypothesis with the first course whose first doses are just its own."""
    level, cycle = hypothesis.level, hypothesis.cycle
    if level is None or not hypothesis.kinds.isdisjoint(("count", "level")):
        return hypothesis
    fitting = (
        course.arm
        for course in courses
        if course.gives(level, hypothesis.rounding, hypothesis.doses) and cycle in (None, course.per_cycle)
    )
    return hypothesis._replace(arm=next(fitting, None))


def _distinct(every: Iterable[Hypothesis]) -> list[Hypothesis]:
    """Without those that an earlier one says in the same changes, or in the same arithmetic and of the same arm."""
    kept: list[Hypothesis] = []
    seen: set[object] = set()
    for hypothesis in every:
        keys: set[object] = {frozenset(hypothesis.changes)}
        if hypothesis.arm is not None:
            keys.add((hypothesis.arm, hypothesis.doses, *hypothesis.arithmetic))
        if seen.isdisjoint(keys):
            kept.append(hypothesis)
            seen |= keys
    return kept
