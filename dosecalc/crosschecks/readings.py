"""What a report can have meant: its figures as printed, and each way in which one of them may have been mistaken.

A hypothesis says what was given in all, how much of it belongs to one unit of body size, and what would have to be
changed in the report. Nothing here knows which of them is right. Canonical units: MBq or mg, kg, m².
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from dosecalc.quantities import units
from dosecalc.quantities.numbers import Tri
from dosecalc.quantities.printed import half_a_digit
from dosecalc.quantities.units import Measure

POUND = units.unit("lb").factor
_SWAPS = {
    "mCi": ("MBq", "uCi", "Ci"), "MBq": ("mCi", "GBq", "kBq"), "GBq": ("MBq", "Ci", "TBq"), "kBq": ("MBq", "uCi", "Bq"),
    "uCi": ("mCi", "kBq"), "Ci": ("mCi", "GBq"), "TBq": ("GBq",), "Bq": ("kBq",), "mg": ("mcg", "g"), "mcg": ("mg",),
    "g": ("mg",), "kg": ("lb",), "lb": ("kg",),
    "cm": ("in",), "in": ("cm",), "Gy": ("cGy",), "cGy": ("Gy",), "mSv": ("Sv", "rem"), "Sv": ("mSv", "rem"),
}  # fmt: skip
"""Units that are mistaken for one another, in the order in which they are; amounts 37 or 1,000 apart."""
_OTHER_BASIS = {"bsa": ("kg", "per m²"), "weight": ("m^2", "per kg")}
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


class Planned(NamedTuple):
    """One dose of a known course. ``low`` and ``high`` differ for a range; both are None where no level is stated."""

    low: Measure | None
    high: Measure | None
    cycle: int
    optional: bool

    @property
    def level(self) -> Measure | None:
        return self.low if self.low is self.high else None


class Course(NamedTuple):
    """The doses of one agent in an arm of the library.

    ``suits``: whether the patient meets the arm's age rules. ``source``: the file and its sha256. ``unconfirmed``: the
    facts about the regimen that nobody read first-hand.
    """

    arm: str
    title: str
    agent: str
    doses: tuple[Planned, ...]
    suits: Tri
    source: tuple[str, str] = ("", "")
    unconfirmed: tuple[str, ...] = ()

    @property
    def required(self) -> int:
        return sum(not dose.optional for dose in self.doses)

    @property
    def per_cycle(self) -> int:
        """Doses of the first cycle."""
        return sum(dose.cycle == self.doses[0].cycle for dose in self.doses)

    @property
    def cycles(self) -> int:
        return len({dose.cycle for dose in self.doses})

    def levels(self, number: int) -> tuple[Measure, ...] | None:
        """The levels of so many doses from the first on; None where the course has fewer, or one is not fixed."""
        levels = tuple(dose.level for dose in self.doses[:number] if dose.level is not None)
        alike = len({level.dimension for level in levels}) == 1
        return levels if len(levels) == number and alike else None

    def gives(self, level: Measure, within: Fraction, number: int) -> bool:
        """Whether each of so many doses may have a level, give or take its rounding."""
        return number <= len(self.doses) and all(
            dose.low is not None
            and dose.high is not None
            and dose.low.dimension == level.dimension
            and dose.low.value - within <= level.value <= dose.high.value + within
            for dose in self.doses[:number]
        )


class Hypothesis(NamedTuple):
    """One meaning of a report.

    ``total`` is what was given in all, ``per_size`` the sum of the levels of all doses, ``level`` that of each where
    they are alike, ``rounding`` what its printed digits leave open; ``basis`` is "weight", "bsa", or empty where the
    two are compared as they stand. ``stretch``: expected amounts are so many times ``per_size`` times the size.
    ``cycle``: how many doses share the printed level. ``kinds`` names what was changed, ``changes`` says it.
    """

    words: str
    total: Fraction
    per_size: Fraction
    doses: int
    basis: str
    level: Measure | None
    rounding: Fraction = Fraction(0)
    stretch: Fraction = Fraction(1)
    cycle: int | None = None
    arm: str | None = None
    kinds: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    @property
    def factor(self) -> Fraction:
        """The total over the levels: a size, where there is one. Its ratio to another's is what was changed."""
        return self.total / (self.per_size * self.stretch)

    @property
    def implied(self) -> Fraction | None:
        """The body size that makes the figures agree; None where no size is in them."""
        return self.factor if self.basis else None

    def expected(self, size: Fraction | float) -> Fraction | float:
        """What the levels give for a size; with no basis the size is 1."""
        return self.per_size * self.stretch * size

    def same_arithmetic(self, other: Hypothesis) -> bool:
        """Whether two hypotheses imply the same, whatever they say."""
        mine = (self.basis, self.total * other.per_size * other.stretch)
        return mine == (other.basis, other.total * self.per_size * self.stretch)


class Figures(NamedTuple):
    """The figures of a report. ``printed_as``: what its level is said to be of, "per dose" unless it says otherwise.

    ``known``: the bases of which the body size is known too; some slips can be told from another size only then.
    """

    total: Measure
    doses: int
    level: Measure | None
    printed_as: str = "per dose"
    known: frozenset[str] = frozenset()


def number_word(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)


def doses_word(number: int) -> str:
    return f"{number_word(number)} dose{'' if number == 1 else 's'}"


def basis_of(total: Measure, level: Measure) -> str:
    """What a level is per, or nothing where it is of the same kind as the total."""
    return "" if total.dimension == level.dimension else level.dimension.partition("/")[2]


# -- as printed -------------------------------------------------------------------------------------------------


def as_printed(figures: Figures, courses: Sequence[Course]) -> list[Hypothesis]:
    """The report taken by its word: one hypothesis, or one for each way in which the course named leaves open."""
    if figures.level is None:
        planned = [made for course in courses if (made := as_planned(figures, course)) is not None]
        return [made for i, made in enumerate(planned) if not any(made.same_arithmetic(o) for o in planned[:i])]
    plain = _taken(figures, figures.level)
    if figures.printed_as == "total":
        return [_shared(plain, figures.doses)._replace(changes=(), kinds=())]
    if figures.printed_as == "per cycle":
        sizes = [k for k in range(1, figures.doses + 1) if figures.doses % k == 0]
        return [_shared(plain, k, of_cycle=True)._replace(changes=(), kinds=()) for k in sizes]
    return [plain]


def _taken(figures: Figures, level: Measure) -> Hypothesis:
    return Hypothesis(
        words=f"{units.spell(level)} a dose, {doses_word(figures.doses)}",
        total=figures.total.value,
        per_size=level.value * figures.doses,
        doses=figures.doses,
        basis=basis_of(figures.total, level),
        level=level,
        rounding=half_a_digit(level.text) * level.unit.factor,
    )


def as_planned(figures: Figures, course: Course) -> Hypothesis | None:
    """The doses of a known course; None where their levels are not fixed or of another kind than the total."""
    levels = course.levels(figures.doses)
    if levels is None or levels[0].dimension.partition("/")[0] != figures.total.dimension.partition("/")[0]:
        return None
    alike = all(one.value == other.value for one, other in pairwise(levels))
    shown = units.spell(levels[0]) if alike else " + ".join(units.decimal(level.number) for level in levels)
    shown = shown if alike else f"{shown} {units.pretty(levels[0].unit.symbol)}"
    title = f" ({course.title})" if course.title else ""
    return Hypothesis(
        words=f"{course.arm}{title}: {shown}{' a dose' if alike else ''}, {doses_word(figures.doses)}",
        total=figures.total.value,
        per_size=sum((level.value for level in levels), Fraction(0)),
        doses=figures.doses,
        basis=basis_of(figures.total, levels[0]),
        level=levels[0] if alike else None,
        arm=course.arm,
    )


# -- one thing changed ------------------------------------------------------------------------------------------


def changed(base: Hypothesis, figures: Figures, courses: Sequence[Course]) -> Iterator[Hypothesis]:
    """Every hypothesis that changes one more thing than ``base``, each kind of change at most once."""
    for make in (_sharing, _total_units, _level_units, _bases, _pounds, _slips):
        yield from (made for made in make(base, figures) if _new(base, made))
    for course in courses:
        yield from (made for made in _of_course(base, figures, course) if _new(base, made))


_UNITS = {"unit of the total", "unit of the level"}


def _new(base: Hypothesis, made: Hypothesis) -> bool:
    kind = made.kinds[-1]
    return kind not in base.kinds and not (kind in _UNITS and _UNITS & set(base.kinds))


def _change(base: Hypothesis, kind: str, change: str, words: str = "", **new: object) -> Hypothesis:
    told = words or change
    joined = told if not base.changes else f"{base.words}; {told}"
    made = base._replace(words=joined, kinds=(*base.kinds, kind), changes=(*base.changes, change))
    return made._replace(**new)  # type: ignore[arg-type]  # fields of the tuple, by name


def _prints_level(base: Hypothesis, figures: Figures) -> bool:
    """Whether the level of a hypothesis is still the one that the report prints."""
    return figures.level is not None and base.level is not None and "level" not in base.kinds


def _sharing(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    """What a figure is of: the level of a cycle, the total of a dose or of a cycle."""
    if _prints_level(base, figures):
        for k in range(1, figures.doses + 1):
            if figures.doses % k == 0 and k != (base.cycle or 1):
                yield _shared(base, k)
    total, number = units.spell(figures.total), figures.doses
    if number > 1:
        words = f"{_what(base, 'total')}{total} a dose"
        yield _change(base, "sharing", f"{total} is the total of one dose", words, total=base.total * number)
    for k in range(2, number):
        if number % k == 0:
            words = f"{_what(base, 'total')}{total} a cycle of {doses_word(k)}"
            said = f"{total} is the total of a cycle of {doses_word(k)}"
            yield _change(base, "sharing", said, words, total=base.total * number / k)


def _shared(base: Hypothesis, k: int, *, of_cycle: bool = False) -> Hypothesis:
    """The printed level belongs to ``k`` doses together; ``of_cycle``: to a cycle, even of one dose or of all."""
    assert base.level is not None
    was = base.cycle or 1
    printed = base.level._replace(number=base.level.number * was)
    level = base.level._replace(number=base.level.number * was / k)
    of = f"a cycle of {doses_word(k)}"
    if not of_cycle:
        of = "a dose" if k == 1 else f"the course of {doses_word(k)}" if k == base.doses else of
    said = f"{units.spell(printed)} is the level of {of}"
    words = f"{_what(base, 'level')}{units.spell(printed)} {'for ' if of.startswith('the') else ''}{of}"
    return _change(base, "sharing", said, words, level=level, per_size=base.per_size * was / k,
                   cycle=k if k > 1 else None, rounding=base.rounding * was / k)  # fmt: skip


def _what(base: Hypothesis, figure: str) -> str:
    """Which figure is meant, where total and level are of one kind and could be taken for each other."""
    return "" if base.basis else f"the {figure} "


def _total_units(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    for other, words in swapped(figures.total):
        factor = other.value / figures.total.value
        said = f"the total is in {units.pretty(other.unit.symbol)}"
        yield _change(base, "unit of the total", said, _what(base, "total") + words, total=base.total * factor)


def _level_units(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    if figures.level is None or base.level is None or not _prints_level(base, figures):
        return
    for other, words in swapped(figures.level):
        factor = other.value / figures.level.value
        level = Measure(base.level.number, other.unit, base.level.text)
        new = {"level": level, "per_size": base.per_size * factor, "rounding": base.rounding * factor}
        said = f"the level is in {units.pretty(other.unit.symbol)}"
        yield _change(base, "unit of the level", said, _what(base, "level") + words, **new)


def swapped(printed: Measure) -> Iterator[tuple[Measure, str]]:
    """The same number in each unit that is mistaken for the printed one."""
    amount, slash, per = printed.unit.symbol.partition("/")
    for symbol in _SWAPS.get(amount, ()):
        if f"{symbol}{slash}{per}" not in units.UNITS:
            continue
        other = Measure(printed.number, units.unit(f"{symbol}{slash}{per}", printed.dimension), printed.text)
        yield other, f"{units.spell(other)}, not {units.pretty(amount)}"


def _bases(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    """Per kilogram for per square metre, and the other way round."""
    if base.level is None or base.basis not in _OTHER_BASIS or not _prints_level(base, figures):
        return
    per, was = _OTHER_BASIS[base.basis]
    amount = base.level.unit.symbol.partition("/")[0]
    unit = units.unit(f"{amount}/{per}")
    level = Measure(base.level.number, unit, base.level.text)
    assert figures.level is not None
    words = f"{units.spell(Measure(figures.level.number, unit, figures.level.text))}, not {was}"
    factor = level.value / base.level.value
    basis = "weight" if per == "kg" else "bsa"
    new = {"level": level, "basis": basis, "per_size": base.per_size * factor, "rounding": base.rounding * factor}
    yield _change(base, "basis", f"the level is {units.pretty('/' + per).replace('/', 'per ')}", words, **new)


def _pounds(base: Hypothesis, _figures: Figures) -> Iterator[Hypothesis]:
    """A weight in pounds taken for kilograms, and kilograms taken for pounds."""
    if base.basis == "weight":
        said = "a weight in pounds taken for kilograms"
        yield _change(base, "pounds", said, stretch=base.stretch / POUND)
        said = "a weight in kilograms taken for pounds"
        yield _change(base, "pounds", said, stretch=base.stretch * POUND)


def _slips(base: Hypothesis, figures: Figures) -> Iterator[Hypothesis]:
    """Slips of the pen that move a total and could as well be another size, so that only a known size tells them."""
    if base.basis and base.basis not in figures.known:
        return
    for factor in (Fraction(10), Fraction(1, 10)):
        moved = Measure(figures.total.number * factor, figures.total.unit, "")
        said = f"{units.spell(moved)}, a decimal point moved by one place"
        yield _change(base, "slip", said, total=base.total * factor)
    if figures.doses > 1:
        said = f"a total multiplied by the {number_word(figures.doses)} doses once too often"
        yield _change(base, "slip", said, total=base.total / figures.doses)


def _of_course(base: Hypothesis, figures: Figures, course: Course) -> Iterator[Hypothesis]:
    """What a known course has in place of a printed figure: its levels, its number of doses."""
    if base.basis and figures.level is not None and base.cycle is None and not base.kinds:
        planned = as_planned(figures, course)
        if planned is not None and planned.basis == base.basis and planned.per_size != base.per_size:
            said = f"the level is that of {course.arm}"
            yield planned._replace(kinds=("level",), changes=(said,))
    if base.cycle is None or base.cycle < base.doses:
        yield from _counts(base, figures, course)


def _counts(base: Hypothesis, figures: Figures, course: Course) -> Iterator[Hypothesis]:
    """The doses of the whole course, with its optional cycles and without."""
    optional = course.required < len(course.doses)
    for number in dict.fromkeys((course.required, len(course.doses))):
        per_size = _of_so_many(base, figures, course, number)
        if number == base.doses or per_size is None:
            continue
        how = "with" if number > course.required else "without"
        said = f"{doses_word(number)}, the course of {course.arm}{f' {how} its optional cycles' if optional else ''}"
        yield _change(base, "count", said, doses=number, per_size=per_size, arm=course.arm)


def _of_so_many(base: Hypothesis, figures: Figures, course: Course, number: int) -> Fraction | None:
    """The sum of the levels of so many doses; None where the course does not have them at the levels of ``base``."""
    if figures.level is None and base.arm == course.arm:
        planned = as_planned(figures._replace(doses=number), course)
        return None if planned is None else planned.per_size
    if base.level is None or not course.gives(base.level, base.rounding, number):
        return None
    return base.per_size * number / base.doses


def single_dose_cycles(figures: Figures, course: Course) -> Hypothesis | None:
    """Each dose a cycle of its own, for a course of several doses a cycle: two things changed, level and cycle."""
    planned = as_planned(figures, course)
    if planned is None or planned.level is None or course.per_cycle == 1 or not 1 < figures.doses <= course.cycles:
        return None
    level = units.spell(planned.level)
    words = f"{number_word(figures.doses)} cycles of one dose of {level}, the level of {course.arm}"
    changes = (
        f"the level is that of {course.arm}",
        f"one dose a cycle, where {course.arm} is read as having {number_word(course.per_cycle)}",
    )
    return planned._replace(words=words, kinds=("level", "cycle"), changes=changes)


# -- all of them ------------------------------------------------------------------------------------------------


def hypotheses(figures: Figures, courses: Sequence[Course], named: Sequence[Course] = ()) -> list[list[Hypothesis]]:
    """What a report can have meant, with nothing changed, one thing, and two, each list in its own order.

    ``named`` are the courses of the protocol that the report was said to follow; they give the levels that it does not
    print.
    """
    printed = [_with_arm(one, courses) for one in as_printed(figures, named)]
    once = _distinct(_with_arm(made, courses) for base in printed for made in changed(base, figures, courses))
    twice = _distinct(_with_arm(made, courses) for base in once for made in changed(base, figures, courses))
    singles = (single_dose_cycles(figures, course) for course in courses) if figures.level is not None else ()
    return [printed, once, [*filter(None, singles), *twice]]


def _with_arm(made: Hypothesis, courses: Iterable[Course]) -> Hypothesis:
    """The hypothesis with the first course whose first doses are just its own."""
    if made.level is None or {"count", "level"} & set(made.kinds):
        return made
    fitting = (
        course.arm
        for course in courses
        if course.gives(made.level, made.rounding, made.doses) and made.cycle in (None, course.per_cycle)
    )
    return made._replace(arm=next(fitting, None))


def _distinct(found: Iterable[Hypothesis]) -> list[Hypothesis]:
    """Without those that an earlier one says in the same arithmetic and of the same arm, or in the same changes."""
    kept: list[Hypothesis] = []
    for made in found:
        twin = (o for o in kept if set(o.changes) == set(made.changes) or (
            o.arm is not None and o.arm == made.arm and o.doses == made.doses and o.same_arithmetic(made)))  # fmt: skip
        if next(twin, None) is None:
            kept.append(made)
    return kept
