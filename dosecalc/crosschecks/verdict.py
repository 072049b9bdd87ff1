"""Does the total that a report prints agree with its own regimen?

The regimen is inverted: a total, a number of doses and a level imply a body size. Every meaning that somebody could
have had is tried, and each is judged by whether a person of that age and sex has such a size; where the size is known,
by whether the amount comes within 10 %. Wording states arithmetic and accuses nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from dosecalc.crosschecks.courses import of_library, of_protocol
from dosecalc.crosschecks.judge import KIND, LOOSELY, WITHIN, Bench, Judged, within
from dosecalc.crosschecks.readings import Course, Figures, Hypothesis, doses_word, hypotheses, number_word
from dosecalc.crosschecks.report import Report, read
from dosecalc.crosschecks.result import Crosscheck, Reading, Verdict
from dosecalc.errors import InputError
from dosecalc.quantities import options, units
from dosecalc.quantities.options import texts
from dosecalc.quantities.printed import half_a_digit
from dosecalc.reference import growth, people, tables
from dosecalc.version import VERSION

MOST_OF_TWO = 12
"""Readings that change two things and are still shown."""
_TITLE = {"bsa": "a body surface area", "weight": "a weight"}


def crosscheck(
    *,
    total: Any,
    doses: Any = None,
    level: Any = None,
    age: Any = None,
    sex: Any = None,
    weight: Any = None,
    height: Any = None,
    bsa: Any = None,
    bsa_formula: Any = None,
    protocol: str | os.PathLike[str] | None = None,
    agent: str | None = None,
) -> Crosscheck:
    """Check the total of a report against its own regimen.

    ``total`` is what was given in ``doses`` doses at ``level`` (an amount, or one per m² or kg; with ``protocol``, an
    arm id, it may be left out, and so may ``doses``). Quantities are text (``"126.6 mCi"``) or pint Quantities, for
    ``age`` (years), ``weight`` (kg), ``height`` (cm) and ``bsa`` (m²) also plain numbers. Where the size is known, the
    amounts are compared; where it is not, the size that they imply is held against a growth reference. ``agent``
    narrows the arms of the library that are tried.

    Returns a frozen :class:`~dosecalc.crosschecks.result.Crosscheck`. Raises InputError for what cannot be used.

    >>> import dosecalc
    >>> dosecalc.crosscheck(total="126.6 mCi", doses=4, level="40 mCi/m^2", age=25, sex="male").verdict
    'explained'
    """
    named = {"total": total, "doses": doses, "level": level, "age": age, "sex": sex, "weight": weight, "height": height,
             "bsa": bsa, "bsa-formula": bsa_formula, "agent": agent,
             "protocol": None if protocol is None else options.path_text("protocol", protocol)}  # fmt: skip
    inputs: dict[str, list[str]] = {}
    for option, value in named.items():
        if value is not None:
            try:
                inputs[option] = texts(value)
            except InputError as error:
                raise error.at(option) from None
    return crosscheck_inputs(inputs)


def crosscheck_inputs(inputs: Mapping[str, Sequence[str]]) -> Crosscheck:
    """Check the report in the table ``{option: [texts]}`` that the command line and :func:`crosscheck` both make."""
    kept = {option: list(found) for option, found in inputs.items() if found}
    report = read(kept)
    tried = _courses(report)
    known = frozenset({"weight", "bsa"} & report.sizes.keys())
    figures = Figures(report.total, _doses(report, tried.named), report.level, report.printed_as, known)
    printed, once, twice = hypotheses(figures, tried.courses, tried.named)
    if not printed:
        raise InputError(_no_level(tried.named, figures.doses), where="--level")
    bench = Bench(report, printed[0])
    readings = [bench.judge(one) for one in printed]
    single = sorted((bench.judge(one) for one in once), key=bench.distance)
    double = sorted(_double(bench, twice, [*readings, *single]), key=bench.distance)[:MOST_OF_TWO]
    verdict, best = _verdict(readings, single)
    first = best if best is not None and not best.reading.changes else min(readings, key=_nearness)
    shown = [one.reading for one in (*readings, *single, *double)]
    spoken = {one.reading.arm for one in (first, best) if one is not None}
    return Crosscheck(
        version=VERSION,
        inputs=kept,
        verdict=verdict,
        comparison=bench.comparison(first, best if verdict == "explained" else None),
        readings=tuple(shown),
        conclusion=" ".join(_conclusion(bench, verdict, first, single, best, tried)),
        notes=(*tried.notes, *_notes(bench, figures, tried)),
        sources=tuple(_sources(tried.courses, shown)),
        unconfirmed=tuple(dict.fromkeys(fact for c in tried.courses if c.arm in spoken for fact in c.unconfirmed)),
    )


def _double(bench: Bench, twice: list[Hypothesis], simpler: list[Judged]) -> Iterable[Judged]:
    """Readings that change two things and hold, without those that a simpler one says in the same arithmetic."""
    fitting = [one.hypothesis for one in simpler if one.holds]
    for made in twice:
        if bench.fits(made) and ("cycle" in made.kinds or not any(made.same_arithmetic(f) for f in fitting)):
            yield bench.judge(made)


def _sources(courses: tuple[Course, ...], shown: list[Reading]) -> Iterable[dict[str, str]]:
    """The files that a result rests on."""
    arms = {reading.arm for reading in shown}
    for file, sha256 in dict.fromkeys(course.source for course in courses if course.arm in arms):
        yield {"id": file, "sha256": sha256}
    if any(reading.implied for reading in shown):
        yield tables.identity()


# -- what is tried ----------------------------------------------------------------------------------------------


class _Tried(NamedTuple):
    """The courses that the report is said to follow, those that are tried, and what has to be said of the choice."""

    named: tuple[Course, ...]
    courses: tuple[Course, ...]
    notes: tuple[str, ...]

    def course(self, arm: str | None) -> Course | None:
        return next((course for course in self.courses if course.arm == arm), None)


def _courses(report: Report) -> _Tried:
    if report.protocol is not None:
        named = of_protocol(report.protocol, report.kind, report.agent, report.days)
        return _Tried(named, named, ())
    found = of_library(report.kind, report.agent, report.days)
    return _Tried((), found.courses, found.notes)


def _doses(report: Report, named: tuple[Course, ...]) -> int:
    if report.doses is not None:
        return report.doses
    required = {course.required for course in named}
    if len(required) != 1:
        raise InputError("nothing was given; write for example --doses 4", where="--doses")
    return required.pop()


def _no_level(named: tuple[Course, ...], doses: int) -> str:
    """Why a protocol gives no level to invert."""
    if not named:
        return 'nothing was given; write for example --level "20 mCi/m^2", or name an arm with --protocol'
    course = named[0]
    if doses > len(course.doses):
        return f"{course.arm} has {doses_word(len(course.doses))}, the report {doses}; give the level that it prints"
    ranged = next((d for d in course.doses[:doses] if d.low is not d.high), None)
    if ranged is not None and ranged.low is not None and ranged.high is not None:
        return (f"{course.arm} gives a range, {units.spell(ranged.low)} to {units.spell(ranged.high)}: give the level "
                f'that the report prints, for example --level "{ranged.low.text}"')  # fmt: skip
    return f"{course.arm} states no level that the {doses} doses of the report could be computed from; give --level"


# -- words ------------------------------------------------------------------------------------------------------


def _conclusion(
    bench: Bench, verdict: Verdict, first: Judged, once: list[Judged], best: Judged | None, tried: _Tried
) -> Iterable[str]:
    """What was found, as sentences: the arithmetic as printed, then the reading that fits, then the others."""
    yield f"As printed ({first.reading.reading}) {_as_printed(bench, first)}."
    if verdict == "undetermined" and first.open:
        yield "Whether that is the size of this patient depends on the age: state it with --age."
    elif verdict == "undetermined":
        which = "; ".join(one.reading.reading for one in once if one.open)
        yield f"Whether a reading with one change fits depends on the age ({which}): state it with --age."
    elif verdict == "explained" and best is not None:
        yield f"Read as {best.reading.reading}{_as_read(bench, best)}{_regimen(best, tried)}."
        others = [one.reading.reading for one in once if one.holds and one is not best]
        if others:
            yield f"Also with one change: {'; '.join(others)}."
    elif verdict == "inconsistent":
        yield "No reading that changes one thing fits."


def _regimen(best: Judged, tried: _Tried) -> str:
    """What a reading has in common with a known course: all of it, or its first doses."""
    course, doses = tried.course(best.reading.arm), best.reading.doses
    if course is None:
        return ""
    suited = ", which is for other ages" if course.suits.no else ""
    if doses in (course.required, len(course.doses)):
        return f"; that is the regimen of {course.arm}{suited}"
    has = f"{number_word(course.required)}{', more with its optional cycles' if doses > course.required else ''}"
    first = "that is the first dose" if doses == 1 else f"those are the first {doses_word(doses)}"
    return f"; {first} of {course.arm}, which has {has}{suited and suited.replace(', which', ' and')}"


def _as_printed(bench: Bench, judged: Judged) -> str:
    total = units.spell(bench.report.total)
    if judged.off is None:
        return f"the total of {total} implies {_TITLE[judged.hypothesis.basis]} of {_implied(bench, judged)}"
    expected, _, off = _amounts(bench, judged)
    size = bench.size(judged.hypothesis)
    start = (
        f"{people.size(size, judged.hypothesis.basis)} gives" if size and judged.hypothesis.basis else "the doses give"
    )
    return f"{start} {expected} and the report says {total}, {off}"


def _as_read(bench: Bench, judged: Judged) -> str:
    if judged.off is None:
        return f" it implies {_implied(bench, judged)}"
    expected, reported, off = _amounts(bench, judged)
    return f": {expected} is expected and {reported} reported, {off}"


def _implied(bench: Bench, judged: Judged) -> str:
    """The size that is implied, and where it stands."""
    implied, basis = judged.hypothesis.implied, judged.hypothesis.basis
    assert implied is not None
    assert judged.standing is not None
    words = people.standing(judged.standing, bench.people.who)
    if judged.standing.plausible is None:
        found = growth.ages_with(tables.growth(), KIND[basis], float(implied), bench.report.sex)
        words = f"a size of {people.ages(found)}"
    return f"{people.size(implied, basis)}, {words}"


def _amounts(bench: Bench, judged: Judged) -> tuple[str, str, str]:
    """What is expected, what is reported, and how far the two are apart."""
    assert judged.off is not None
    unit, dimension = bench.report.total.unit.symbol, bench.report.total.dimension
    expected = judged.hypothesis.expected(bench.size(judged.hypothesis) or 1)
    return (units.show(expected, unit, dimension), units.show(judged.hypothesis.total, unit, dimension),
            _apart(judged.off))  # fmt: skip


def _notes(bench: Bench, figures: Figures, tried: _Tried) -> Iterable[str]:
    """What the reader has to know of what was and was not used."""
    report = bench.report
    for kind, measure in report.measured.items():
        found = bench.people.stand(kind, measure.value)
        if found.plausible is False:
            yield f"the stated {bench.people.unlikely(kind, measure, found)}"
    yield from report.notes
    if bench.base.basis == "bsa" and "bsa" not in report.sizes:
        for one, other in (("weight", "height"), ("height", "weight")):
            if one in report.sizes:
                yield f"the {one} alone gives no body surface area; with --{other} it would"
    yield from _against_protocol(figures, tried.named)
    if not tried.courses and report.agent is None:
        yield "no protocol here has an agent that is given so; only the figures themselves were tried"


def _against_protocol(figures: Figures, named: tuple[Course, ...]) -> Iterable[str]:
    """Where the figures of a report are not those of the protocol that it is said to follow."""
    level, course = figures.level, next(iter(named), None)
    if course is None:
        return
    rounding = half_a_digit(level.text) * level.unit.factor if level is not None else 0
    if level is not None and not any(each.gives(level, Fraction(rounding), 1) for each in named):
        low, high = course.doses[0].low, course.doses[0].high
        if low is not None and high is not None:
            given = units.spell(low) if low is high else f"{units.spell(low)} to {units.spell(high)}"
            yield f"{course.arm} gives {given} a dose, the report prints {units.spell(level)}"
    if figures.doses > len(course.doses):
        yield f"{course.arm} has {doses_word(len(course.doses))}, the report {figures.doses}"


def _apart(off: Fraction | float) -> str:
    """How far a reported amount is from the expected one."""
    if off == 0:
        return "the same"
    if off >= 1:
        return f"{units.decimal(off + 1)} times as much"
    if off <= Fraction(-1, 2):
        return f"{units.decimal(off + 1)} of it"
    loosely = ", within 20 % but not within 10 %" if within(off, LOOSELY) and not within(off, WITHIN) else ""
    shown = units.decimal(100 * abs(float(off)), 3)
    beyond = any(shown == units.decimal(100 * limit) and not within(off, limit) for limit in (WITHIN, LOOSELY))
    return f"{'slightly more than ' if beyond else ''}{shown} % {'more' if off > 0 else 'less'}{loosely}"


def _verdict(printed: list[Judged], once: list[Judged]) -> tuple[Verdict, Judged | None]:
    """The verdict, and the reading that it rests on."""
    held = next((one for one in printed if one.holds), None)
    if held is not None:
        return "consistent", held
    open_ = next((one for one in printed if one.open), None)
    if open_ is not None:
        return "undetermined", open_
    fits = [one for one in once if one.holds]
    if fits:  # what was measured goes before what is only plausible, the nearest first; then a regimen that is known
        return "explained", min(fits, key=lambda one: (_nearness(one), one.reading.arm is None))
    measured = any(one.off is not None for one in printed)
    return ("undetermined" if not measured and any(one.open for one in once) else "inconsistent"), None


def _nearness(judged: Judged) -> float:
    """How far a reading is from a known size, coarsely; what holds by plausibility alone comes last."""
    return 1e9 if judged.off is None else round(abs(float(judged.off)), 2)
