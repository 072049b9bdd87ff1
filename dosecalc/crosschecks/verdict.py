"""Does the total that a report prints agree with its own regimen?

The regimen is inverted: a total, a number of doses and a level imply a body size. Every meaning that the report can
have had is tried, and each is judged by whether a person of that age and sex has such a size; where the size is known,
by whether the amount comes within 10 %. Wording states arithmetic and accuses nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from dosecalc.crosschecks.account import account
from dosecalc.crosschecks.conclusion import conclusion, no_level, notes, of_the_arm
from dosecalc.crosschecks.courses import Candidates, KnownCourse, Wanted, of_library, of_protocol, superseded
from dosecalc.crosschecks.judge import AllJudged, Judged, ReportJudge, Ruling, nearness
from dosecalc.crosschecks.readings import Figures, Hypotheses, Hypothesis, as_printed, hypotheses, is_given
from dosecalc.crosschecks.report import Report, read, spelled
from dosecalc.crosschecks.result import Crosscheck
from dosecalc.errors import InputError
from dosecalc.quantities import options
from dosecalc.reference import tables
from dosecalc.version import VERSION

if TYPE_CHECKING:
    from dosecalc.crosschecks.figures import QuantityLike
    from dosecalc.files.patient import Observables

MOST_OF_TWO = 12
"""How many readings that change two things are shown."""


def crosscheck(
    *,
    total: QuantityLike,
    doses: int | str | None = None,
    level: QuantityLike | None = None,
    age: QuantityLike | None = None,
    sex: Literal["female", "male"] | None = None,
    weight: QuantityLike | None = None,
    height: QuantityLike | None = None,
    bsa: QuantityLike | None = None,
    bsa_formula: str | None = None,
    protocol: str | os.PathLike[str] | None = None,
    agent: str | None = None,
    observables: Observables | None = None,
    arithmetic: bool = False,
) -> Crosscheck:
    """Check the total of a report against its own regimen.

    Where the size of the patient is known, amounts are compared. Where it is not, the size that total, doses and level
    imply is held against published means of adults and the growth charts of the CDC of 2000, by z-scores as in Cole and
    Green (Stat Med 1992;11:1305). Quantities are text (``"126.6 mCi"``) or pint Quantities.

    :param total: what was given in all: an activity (Bq, Ci) or a mass of drug (g), or either per m² or kg
    :param doses: the number of doses that ``total`` is the sum of; with ``protocol`` its required doses if left out
    :param level: the level as printed, per m², per kg, or fixed; with ``protocol`` its own if left out
    :param age: as text, a Quantity or a number in years; whole years are completed years
    :param sex: ``"female"`` or ``"male"``
    :param weight: as text, a Quantity or a number in kg
    :param height: as text, a Quantity or a number in cm
    :param bsa: the body surface area as text, a Quantity or a number in m²
    :param bsa_formula: the name of the formula by which weight and height give the surface; Mosteller's if left out
    :param protocol: the id of the arm that the report follows, or the path of a protocol file
    :param agent: a name by which the arms of the library that are tried are narrowed
    :param observables: what the conditions of the named arm ask for, as in :func:`dosecalc.plan`
    :param arithmetic: where the size is known, only the rounding of the printed digits decides, and not 10 %
    :returns: a frozen :class:`~dosecalc.crosschecks.result.Crosscheck`
    :raises InputError: for what cannot be used; it names the argument

    >>> import dosecalc
    >>> dosecalc.crosscheck(total="126.6 mCi", doses=4, level="40 mCi/m^2", age=25, sex="male").verdict
    'explained'
    """
    stated = {
        "total": total,
        "doses": doses,
        "level": level,
        "age": age,
        "sex": sex,
        "weight": weight,
        "height": height,
        "bsa": bsa,
        "bsa-formula": bsa_formula,
        "agent": agent,
        "set": observables,
        "protocol": None if protocol is None else options.path_text("protocol", protocol),
    }
    return crosscheck_inputs(options.by_option(stated), arithmetic=arithmetic)


def crosscheck_inputs(inputs: Mapping[str, Sequence[str]], *, arithmetic: bool = False) -> Crosscheck:
    """Check the report in the table ``{option: [texts]}`` that the command line and :func:`crosscheck` both make."""
    inputs = {option: list(texts) for option, texts in inputs.items() if texts}
    report = read(inputs)
    candidates = _candidates(report)
    figures = _figures(report, candidates.named)
    meanings = hypotheses(figures, candidates.courses, candidates.named)
    if not meanings.printed:
        raise InputError(no_level(candidates.named, figures.doses), where="--level")
    judge = ReportJudge(report, meanings.printed[0], arithmetic=arithmetic)
    judged = _judged(judge, meanings)
    contradictions = (*report.contradictions, *of_the_arm(figures, candidates.named))
    ruling = _rule(judge, judged, contradicted=bool(contradictions))
    readings = tuple(each.reading for each in (*judged.printed, *judged.once, *judged.twice))
    arms = {reading.arm for reading in readings}
    return Crosscheck.made(
        version=VERSION,
        inputs=inputs,
        stated=account(inputs, report, candidates, judged),
        report=spelled(inputs),
        arithmetic=arithmetic,
        verdict=ruling.verdict,
        comparison=judge.compare(ruling.printed, ruling.explanation),
        explanation=None if ruling.explanation is None else ruling.explanation.reading,
        readings=readings,
        conclusion=" ".join(conclusion(judge, ruling, candidates, contradictions)),
        contradictions=contradictions,
        notes=(*candidates.notes, *notes(judge, candidates), *_superseded(report, judge, ruling, candidates)),
        sources=tuple(_sources(candidates.courses, arms, with_growth=any(reading.implied for reading in readings))),
        unconfirmed=_unconfirmed(candidates.courses, ruling),
    )


# -- what is tried ----------------------------------------------------------------------------------------------


def _candidates(report: Report) -> Candidates:
    if report.protocol is not None:
        wanted = (report.substance, report.agent, report.days)
        return of_protocol(report.protocol, *wanted, report.patient, report.level)
    return of_library(report.substance, report.agent, report.days)


def _figures(report: Report, named: Sequence[KnownCourse]) -> Figures:
    known = frozenset(kind for kind in report.sizes if kind != "height")
    aged = report.age is not None
    return Figures(report.total, _doses(report, named), report.level, report.printed_as, known, aged)


def _doses(report: Report, named: Sequence[KnownCourse]) -> int:
    if report.doses is not None:
        return report.doses
    required = {course.required for course in named}
    if len(required) != 1:
        raise InputError("nothing was given; write for example --doses 4", where="--doses")
    return required.pop()


# -- what holds -------------------------------------------------------------------------------------------------


def _judged(judge: ReportJudge, meanings: Hypotheses) -> AllJudged:
    printed = [judge.judge(hypothesis) for hypothesis in meanings.printed]
    once = sorted((judge.judge(hypothesis) for hypothesis in meanings.once), key=judge.distance)
    fitting = [judge.judge(each) for each in _only_with_two(judge, meanings.twice, [*printed, *once])]
    return AllJudged(printed, once, sorted(fitting, key=judge.distance)[:MOST_OF_TWO])


def _only_with_two(judge: ReportJudge, twice: Iterable[Hypothesis], simpler: Iterable[Judged]) -> Iterator[Hypothesis]:
    """Hypotheses that change two things and hold, without those that a simpler one says in the same arithmetic."""
    simpler_arithmetic = {judged.hypothesis.arithmetic for judged in simpler if judged.holds}
    for hypothesis in twice:
        is_new = "single doses" in hypothesis.kinds or hypothesis.arithmetic not in simpler_arithmetic
        if judge.holds(hypothesis) and is_new:
            yield hypothesis


def _rule(judge: ReportJudge, judged: AllJudged, *, contradicted: bool) -> Ruling:
    """The verdict. Figures that ``contradicted`` the arm, or each other, are not consistent as they are printed."""
    for reading in () if contradicted else judged.printed:
        if reading.holds:
            return Ruling("consistent", reading, judged.once)
    for reading in () if contradicted else judged.printed:
        if reading.open:
            return Ruling("undetermined", reading, judged.once)
    nearest = min(judged.printed, key=nearness)
    explanations = [reading for reading in judged.once if reading.holds]
    if explanations:
        return Ruling("explained", nearest, judged.once, min(explanations, key=judge.likelihood))
    return Ruling("inconsistent", nearest, judged.once)


# -- another arm ------------------------------------------------------------------------------------------------


def _superseded(report: Report, judge: ReportJudge, ruling: Ruling, candidates: Candidates) -> Iterator[str]:
    """A note on each withdrawn or superseded arm of the same agent that fits better than the one named."""
    if not candidates.named:
        return
    wanted = Wanted(report.substance, report.agent, report.days, report.level)
    for course in superseded(candidates.named, report.patient, wanted):
        figures = _figures(report, [course])
        level = figures.level
        if level is not None and not is_given(figures, level, course):
            continue
        judged = [judge.judge(each) for each in as_printed(figures._replace(level=None), [course])]
        best = min((each for each in judged if each.holds), key=nearness, default=None)
        if best is not None and (not ruling.printed.holds or _closer(best, ruling.printed)):
            yield f"{course.arm}, which is withdrawn or superseded, fits better: {best.reading.reading}"


def _closer(one: Judged, other: Judged) -> bool:
    """Whether an amount lies nearer to what the one expects than to what the other does."""
    if one.expected is None or other.expected is None:
        return False
    return abs(float(one.expected.difference)) < abs(float(other.expected.difference))


# -- what it rests on -------------------------------------------------------------------------------------------


def _sources(courses: Iterable[KnownCourse], arms: set[str | None], *, with_growth: bool) -> Iterator[dict[str, str]]:
    """The files of some arms, and the growth reference where it was used."""
    for file, sha256 in dict.fromkeys((course.file, course.sha256) for course in courses if course.arm in arms):
        yield {"id": file, "sha256": sha256}
    if with_growth:
        yield tables.identity()


def _unconfirmed(courses: Iterable[KnownCourse], ruling: Ruling) -> tuple[str, ...]:
    """The unconfirmed facts about the regimens that the conclusion names."""
    named = {judged.reading.arm for judged in (ruling.printed, ruling.explanation) if judged is not None}
    return tuple(dict.fromkeys(fact for course in courses if course.arm in named for fact in course.unconfirmed))
