"""The words of a crosscheck: its conclusion in sentences, and the notes on what was and was not used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from dosecalc.crosschecks.amounts import Basis
from dosecalc.crosschecks.courses import A, Candidates, KnownCourse
from dosecalc.crosschecks.judge import LOOSELY, WITHIN, ExpectedAmount, Judged, ReportJudge, Ruling, within
from dosecalc.crosschecks.readings import Figures, doses_word, number_word
from dosecalc.quantities import units
from dosecalc.quantities.documents import Number
from dosecalc.quantities.printed import half_a_digit, without_zeros
from dosecalc.quantities.units import Measure
from dosecalc.reference import growth, people, tables

NO_READING = "No reading with one change fits."
_TITLE: dict[Basis, str] = {"bsa": "a body surface area", "weight": "a weight"}


def conclusion(
    judge: ReportJudge, ruling: Ruling, candidates: Candidates, contradictions: Sequence[str]
) -> Iterator[str]:
    """The arithmetic as printed, then the reading with one change that explains it, then the other such readings."""
    explanation = ruling.explanation
    yield from (f"{text[0].upper()}{text[1:]}." for text in contradictions)
    yield f"As printed ({ruling.printed.reading.reading}) {_as_printed(judge, ruling.printed)}."
    if ruling.verdict == "undetermined":
        yield _undetermined(ruling)
    elif explanation is not None:
        regimen = _regimen(explanation, candidates)
        yield f"Read as {explanation.reading.reading}{_as_read(judge, explanation)}{regimen}."
        others = [judged.reading.reading for judged in ruling.once if judged.holds and judged is not explanation]
        if others:
            yield f"Also with one change: {'; '.join(others)}."
    elif ruling.verdict == "inconsistent":
        measured = ruling.printed.expected is not None
        yield _undetermined(ruling) if not measured and any(each.open for each in ruling.once) else NO_READING


def no_level(named: Sequence[KnownCourse], doses: int) -> str:
    """Why a protocol gives no level that the report could be checked with."""
    if not named:
        return 'nothing was given; write for example --level "20 mCi/m^2", or name an arm with --protocol'
    course = named[0]
    if doses > len(course.doses):
        return f"{course.arm} has {doses_word(len(course.doses))}, the report {doses}; give the level that it prints"
    for dose in course.doses[:doses]:
        if dose.low is not None and dose.high is not None and dose.level is None:
            lowest, highest = units.spell(dose.low), units.spell(dose.high)
            return (
                f"{course.arm} gives a range, {lowest} to {highest}: give the level "
                f'that the report prints, for example --level "{dose.low.text}"'
            )
    return f"{course.arm} states no level that the {doses} doses of the report could be computed from; give --level"


def _undetermined(ruling: Ruling) -> str:
    if ruling.printed.open:
        return "Whether that is the size of this patient depends on the age; to decide it, give --age."
    readings = "; ".join(judged.reading.reading for judged in ruling.once if judged.open)
    return f"Whether a reading with one change fits depends on the age ({readings}); to decide it, give --age."


def _as_printed(judge: ReportJudge, judged: Judged) -> str:
    total = units.spell(judge.report.total)
    basis, expected = judged.hypothesis.basis, judged.expected
    if expected is not None:
        giver = "the doses give" if basis is None else f"{people.size(expected.size, basis)} gives"
        return f"{giver} {_expected(judge, expected)} and the report says {total}, {_apart(expected.difference)}"
    assert basis is not None  # without one the size is known
    return f"the total of {total} implies {_TITLE[basis]} of {_implied(judge, judged)}"


def _as_read(judge: ReportJudge, judged: Judged) -> str:
    if judged.expected is None:
        return f" it implies {_implied(judge, judged)}"
    total = judge.report.total
    reported = units.show(judged.hypothesis.total, total.unit.symbol, total.dimension)
    expected = _expected(judge, judged.expected)
    return f": {expected} is expected and {reported} reported, {_apart(judged.expected.difference)}"


def _expected(judge: ReportJudge, expected: ExpectedAmount) -> str:
    """The expected amount in the unit of the total."""
    total = judge.report.total
    return units.show(expected.amount, total.unit.symbol, total.dimension)


def _implied(judge: ReportJudge, judged: Judged) -> str:
    """The size that is implied, and where it stands."""
    basis, implied, standing = judged.hypothesis.basis, judged.hypothesis.implied, judged.standing
    assert basis is not None
    assert implied is not None
    assert standing is not None
    if standing.plausible is None:
        ages = growth.ages_with(tables.growth(), basis, float(implied), judge.report.sex)
        return f"{people.size(implied, basis)}, a size that {people.ages(ages)} have"
    return f"{people.size(implied, basis)}, {people.standing(standing, judge.people.who)}"


def _regimen(explanation: Judged, candidates: Candidates) -> str:
    """The part of a known course that a reading is: all of it, or its first doses."""
    course, doses = candidates.of_arm(explanation.reading.arm), explanation.reading.doses
    if course is None:
        return ""
    if doses in (course.required, len(course.doses)):
        return f"; that is the regimen of {course.arm}{', which is for other ages' if course.suits.no else ''}"
    part = "that is the first dose" if doses == 1 else f"those are the first {doses_word(doses)}"
    more = ", more with its optional cycles" if doses > course.required else ""
    other_ages = " and is for other ages" if course.suits.no else ""
    return f"; {part} of {course.arm}, which has {number_word(course.required)}{more}{other_ages}"


def _apart(difference: Number) -> str:
    """How far a reported amount is from the expected one."""
    if difference == 0:
        return "the same"
    if difference >= 1:
        return f"{units.decimal(difference + 1)} times as much"
    if difference <= Fraction(-1, 2):
        return f"{units.decimal(difference + 1)} of it"
    loosely = ", within 20 % but not within 10 %" if _is_loose(difference) else ""
    return f"{_percent(difference)} % {'more' if difference > 0 else 'less'}{loosely}"


def _is_loose(difference: Number) -> bool:
    return within(difference, LOOSELY) and not within(difference, WITHIN)


def _percent(difference: Number) -> str:
    """A difference in percent; one just beyond a limit is not shown as the limit."""
    percent = units.decimal(100 * abs(float(difference)), 3)
    for limit in (WITHIN, LOOSELY):
        if percent == units.decimal(100 * limit) and not within(difference, limit):
            return f"slightly more than {percent}"
    return percent


# -- notes ------------------------------------------------------------------------------------------------------


def notes(judge: ReportJudge, candidates: Candidates) -> Iterator[str]:
    """Notes on sizes that look like a slip, and on what was derived."""
    report = judge.report
    for words in judge.people.slipped(report.measured):
        yield f"the stated {words}"
    yield from report.notes
    yield from _zeros(judge)
    if judge.base.basis == "bsa" and "bsa" not in report.sizes:
        yield from _no_surface(judge)
    if not candidates.courses and report.agent is None:
        yield f"no protocol here gives {A[report.substance]}; only the printed figures were tried"


def _zeros(judge: ReportJudge) -> Iterator[str]:
    """That zeros at the end of a total may be no digits of it; then its print leaves more open."""
    printed = judge.judge(judge.base)
    if judge.arithmetic and printed.expected is not None and not printed.holds:
        wide = without_zeros(judge.report.total)
        if judge.by_digits(judge.base, printed.expected, wide):
            total = units.spell(judge.report.total)
            yield f"if the zeros at the end of {total} are no digits of it, the figures agree within their print"


def _no_surface(judge: ReportJudge) -> Iterator[str]:
    if "weight" in judge.report.sizes:
        yield "the weight alone gives no body surface area; with --height it would"
    if "height" in judge.report.sizes:
        yield "the height alone gives no body surface area; with --weight it would"


def of_the_arm(figures: Figures, named: Sequence[KnownCourse]) -> Iterator[str]:
    """Figures of a report that contradict the arm which it is said to follow."""
    if not named:
        return
    course, level = named[0], figures.level
    per_dose = level is not None and figures.printed_as == "per dose"
    if level is not None and per_dose and not any(_gives(each, level) for each in named):
        yield f"{course.arm} gives {_given(named)} a dose, the report prints {units.spell(level)}"
    if figures.doses > len(course.doses):
        yield f"{course.arm} has {doses_word(len(course.doses))}, the report {figures.doses}"


def _given(named: Sequence[KnownCourse]) -> str:
    """The levels of the first dose in each way that an arm leaves open for the patient."""
    ways = []
    for course in named:
        low, high = course.doses[0].low, course.doses[0].high
        if low is None or high is None:
            ways.append("an amount by other figures than a level")
        else:
            ways.append(units.spell(low) if low is high else f"{units.spell(low)} to {units.spell(high)}")
    return " or ".join(dict.fromkeys(ways))


def _gives(course: KnownCourse, level: Measure) -> bool:
    """Whether the first dose of a course may have a level as it is printed."""
    return course.gives(level, half_a_digit(level.text) * level.unit.factor, 1)
