"""The rules that follow from the regimen and from what was given, a second time (docs/findings.md).

Those about body sizes of people, likely slips, largest amounts, pregnancy and statements that nothing reads are not
asked here: ``NOT_ASKED`` names them.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from dosecalc.verification import bsa, toxicities
from dosecalc.verification.course import SecondCourse, SecondDose
from dosecalc.verification.days import between, length_of, offset, whole_days
from dosecalc.verification.logic import UNKNOWN as NOT_KNOWN
from dosecalc.verification.logic import Span, Truth, compared
from dosecalc.verification.quantities import read
from dosecalc.verification.reading import Table
from dosecalc.verification.rules import NOT_APPLICABLE, PASS, UNKNOWN, VIOLATION, Found, Key

WARNING = "warning"
NOT_ASKED = {
    "plausible-size": "whether people have such a size",
    "size-age": "how old a size is",
    "size-change": "whether a size has changed",
    "largest-amount": "whether the agent is ever given in such an amount",
    "pregnant-or-nursing": "pregnancy and breast-feeding, but for rules of the file",
    "statement-unread": "statements that nothing reads",
    "retention": "fits of whole-body readings",
}
ASKED = (
    *(
        "effective",
        "review-due",
        "level-range",
        "level-undefined",
        "cycles-maximum",
        "cycle-length",
        "no-re-escalation",
        "spacing",
    ),
    *("bsa-agreement", "organ-dose", "given-amount", "scaled-activity", toxicities.RULE),
)
OF_AMOUNTS = ("given-amount", "scaled-activity", "organ-dose", "level-range", "level-undefined")
Beliefs = dict[str, list[Any]]
Said = Iterator[tuple[Key, Found]]


def found(course: SecondCourse, beliefs: Beliefs) -> Said:
    """Each own rule with what it says, where it says anything."""
    yield from _effective(course)
    yield from _review(course)
    yield from _levels(course)
    yield from _cycles(course)
    yield from _reductions(course)
    yield from _surface(course, beliefs)
    yield from _organs(course)
    yield from _given(course, beliefs)
    yield from _scaled(course, beliefs)
    yield from _spacing(course, beliefs)
    yield from toxicities.found(course)


def is_ours(rule: str) -> bool:
    """Whether this method asks an own rule."""
    return rule in ASKED


def _one(status: str) -> Found:
    """A finding on the course."""
    if status == UNKNOWN:
        return Found(unknown={None})
    return Found(wrong={None: status}) if status in (VIOLATION, WARNING) else Found(otherwise=status)


# -- the protocol's time --


def _effective(course: SecondCourse) -> Said:
    file, begins = course.arm.file, course.doses[0].when.date
    held: Truth = None
    if "effective" in file:
        first, last = (_ends(file["effective"].get(key), last=key == "until") for key in ("from", "until"))
        if begins is not None:
            held = (first is None or begins >= first) and (last is None or begins <= last)
        yield Key("effective"), _one(UNKNOWN if held is None else PASS if held else VIOLATION)
    if file["status"] in ("withdrawn", "superseded") and held is not False:
        yield Key("effective", "withdrawn"), _one(WARNING)


def _review(course: SecondCourse) -> Said:
    begins, due = course.doses[0].when.date, course.arm.file.get("review", {}).get("next")
    if due is not None:
        yield Key("review-due"), _one(UNKNOWN if begins is None else WARNING if begins > due else PASS)


def _ends(text: Any, *, last: bool) -> date | None:
    """A day, or the first or last day of a month or a year."""
    if text is None or isinstance(text, date):
        return text
    parts = [int(part) for part in str(text).split("-")]
    if len(parts) == 3:
        return date(*parts)
    month = parts[1] if len(parts) == 2 else 12 if last else 1
    return date(parts[0], month, calendar.monthrange(parts[0], month)[1] if last else 1)


# -- levels and cycles --


def _levels(course: SecondCourse) -> Said:
    levels, undefined = Found(otherwise=PASS), Found()
    asked = False
    for dose in course.doses:
        if dose.undefined:
            undefined.wrong[dose.number] = VIOLATION
        chosen = course.chosen(dose)
        if chosen is None or dose.undefined or dose.step:
            continue
        if dose.ranges and dose.open:
            asked = True
            levels.unknown.add(dose.number)
        elif dose.ranges:
            asked = True
            if any(_within(chosen.worth, each) for each in dose.ranges):
                levels.passed = [None]
            else:
                levels.wrong[dose.number] = VIOLATION
        elif dose.chosen_elsewhere:
            asked, levels.wrong[dose.number] = True, WARNING
    if asked:
        yield Key("level-range"), levels
    if undefined.wrong:
        yield Key("level-undefined"), undefined


def _within(worth: Fraction, level: Table) -> bool:
    for each in level.get("choose", [level]):
        least, most = (each, each) if isinstance(each, str) else (each["min"], each["max"])
        if read(least).worth <= worth <= read(most).worth:
            return True
    return False


def _cycles(course: SecondCourse) -> Said:
    most = course.arm.most
    beyond = [dose.number for dose in course.doses if most is not None and dose.slot.cycle > most]
    yield Key("cycles-maximum"), Found(wrong={beyond[0]: VIOLATION}) if beyond else _one(PASS)
    chosen = course.stated.one("cycle-length")
    ranges = [each["length"] for each in course.arm.table["cycles"] if isinstance(each.get("length"), dict)]
    if chosen is not None and ranges:
        length = read(chosen).worth
        inside = all(read(each["min"]).worth <= length <= read(each["max"]).worth for each in ranges)
        yield Key("cycle-length"), _one(PASS if inside else VIOLATION)


def _reductions(course: SecondCourse) -> Said:
    if not course.arm.table.get("reductions"):
        return
    steps = {dose.number: course.step(dose.number) for dose in course.doses}
    back = [number for number, step in steps.items() if step < steps.get(number - 1, 0)]
    back += [
        dose.number for dose in course.doses if dose.step and dose.number not in back and _given_in_full(course, dose)
    ]
    if course.arm.table.get("re_escalation"):
        yield Key("no-re-escalation"), _one(PASS if back else NOT_APPLICABLE)
    elif not any(steps.values()):
        yield Key("no-re-escalation"), _one(NOT_APPLICABLE)
    else:
        yield Key("no-re-escalation"), Found(wrong=dict.fromkeys(back, VIOLATION), otherwise=PASS)


def _given_in_full(course: SecondCourse, dose: SecondDose) -> bool:
    """Whether a reduced dose was given at the level that it was reduced from."""
    full = course.full_amount(dose)
    return dose.given is not None and full is not None and dose.given >= full


# -- the body surface, and organs --


def _surface(course: SecondCourse, beliefs: Beliefs) -> Said:
    formula, sex = course.stated.one("bsa-formula") or "mosteller", course.stated.observed.get(("sex", None))
    pairs: list[tuple[Fraction, int, Fraction, Fraction]] = []
    for dose in course.doses if course.stated.sizes["bsa"] else []:
        derived = bsa.derived(formula, dose.weight, dose.height, sex)
        if dose.stated_bsa is not None and derived is not None:
            pairs.append((abs(dose.stated_bsa - derived) / derived, -dose.number, dose.stated_bsa, derived))
    if not pairs:
        yield Key("bsa-agreement"), _one(NOT_APPLICABLE)
        return
    apart, number, *_ = max(pairs)
    warning, violation = (read(beliefs[f"bsa-agreement-{name}"][0]).worth for name in (WARNING, VIOLATION))
    varies = len({pair[2:] for pair in pairs}) > 1 or len(pairs) < len(course.doses)
    status = VIOLATION if apart > violation else WARNING if apart > warning else PASS
    yield Key("bsa-agreement"), Found(wrong={-number: status}) if varies and status != PASS else _one(status)


def _organs(course: SecondCourse) -> Said:
    doses = [dose for dose in course.doses if course.arm.radioactive(dose.agent)]
    for limit in course.arm.table.get("organ_limits", []):
        per_activity = course.observed(f"organ_dose.{limit['organ']}", course.doses[0])
        if "bed" in limit:
            yield Key("organ-dose", f"{limit['organ']}, BED"), _one(_bed(course, limit, doses, per_activity))
            continue
        most = read(limit["limit"]).worth
        status = UNKNOWN
        if per_activity is not None:
            amounts = [dose.amount for dose in doses]
            sure = [dose.given for dose in doses] if None in amounts else amounts
            known = sum((each for each in sure if each is not None), Fraction(0)) * per_activity
            status = VIOLATION if known > most else UNKNOWN if None in amounts else PASS
        yield Key("organ-dose", limit["organ"]), _one(status)


def _bed(course: SecondCourse, limit: Table, doses: list[SecondDose], per_activity: Fraction | None) -> str:
    """D + G / (alpha/beta) x the sum of squares, G = repair / (repair + effective half-life)."""
    stays = course.observed(f"organ_half_life.{limit['organ']}", course.doses[0])
    if per_activity is None or not stays:
        return UNKNOWN
    amounts = [dose.amount for dose in doses]
    sure = [dose.given for dose in doses] if None in amounts else amounts
    got = [each * per_activity for each in sure if each is not None]
    repair, ratio = read(limit["repair_half_time"]).worth, read(limit["alpha_beta"]).worth
    bed = sum(got) + repair / (repair + stays) * sum(each * each for each in got) / ratio
    return VIOLATION if bed > read(limit["bed"]).worth else UNKNOWN if None in amounts else PASS


# -- what was given --


def _given(course: SecondCourse, beliefs: Beliefs) -> Said:
    said, capped, scaled = Found(), Found(), Found()
    limits = [read(beliefs[f"given-amount-{name}"][0]).worth for name in (WARNING, VIOLATION)]
    doubtful: set[str] = set()
    for dose in course.doses:
        if dose.given is None:
            if dose.number < course.stated.next:  # a later one was given: whether this was is not known
                said.wrong[dose.number] = WARNING
            if dose.scaled and dose.agent in doubtful and dose.amount is not None:
                scaled.wrong[dose.number] = WARNING
            continue
        said.add(dose.number, status := _against(course, dose, *limits))
        if status in (WARNING, VIOLATION):
            doubtful.add(dose.agent)
        if dose.cap is not None and dose.given > dose.cap:
            capped.wrong[dose.number] = VIOLATION
    for part, each in ((None, said), ("cap", capped), ("scaled", scaled)):
        if each.wrong or each.unknown or each.passed:
            yield Key("given-amount", part), each


def _against(course: SecondCourse, dose: SecondDose, warning: Fraction, violation: Fraction) -> str:
    """What was given against what was planned; of a range the nearest end."""
    given, planned = dose.given or Fraction(0), dose.planned
    if planned is None and dose.ends and not dose.unsure:
        nearest = [min(max(given, least), most) for least, most in dose.ends]
        planned = min(nearest, key=lambda amount: abs(given / amount - 1) if amount else given)
    if planned is None:
        return UNKNOWN
    apart = abs(given - planned)
    tolerance = dose.tolerance
    if tolerance is not None:
        allowed = tolerance.worth * planned if tolerance.dimension == "percent" else tolerance.worth
        status = PASS if apart <= allowed else VIOLATION
    else:
        status = PASS if apart <= warning * planned else WARNING if apart < violation * planned else VIOLATION
    return WARNING if status == VIOLATION and course.is_reduced_amount(dose, warning) else status


def _scaled(course: SecondCourse, beliefs: Beliefs) -> Said:
    said, times = Found(), Fraction(beliefs["scaled-activity"][0])
    for dose in course.doses:
        earlier = sum((each.amount or Fraction(0) for each in course.before(dose)), Fraction(0))
        if dose.to_target and dose.given is None and dose.amount is not None and dose.amount > times * earlier:
            said.wrong[dose.number] = WARNING
    if said.wrong:
        yield Key("scaled-activity"), said


# -- days --


class Apart(NamedTuple):
    """How far a dose may lie from another: what part of the rule says so, and whether coming later only warns."""

    part: str
    distance: Span
    least: Fraction | None
    most: Fraction | None
    lenient: bool = False


def _spacing(course: SecondCourse, beliefs: Beliefs) -> Said:
    tolerance, least = read(beliefs["day-tolerance"][0]).worth, read(beliefs["day-minimum"][0]).worth
    parts: dict[str, Found] = {}
    for dose in course.doses[1:]:
        for bound in _bounds(course, dose, lambda days: max(days * tolerance, least)):
            said = parts.setdefault(bound.part, Found(otherwise=PASS))
            early = False if bound.least is None else compared(bound.distance, "below", bound.least)
            late = False if bound.most is None else compared(bound.distance, "above", bound.most)
            if early:
                said.wrong[dose.number] = VIOLATION
            elif late:
                said.wrong[dose.number] = WARNING if bound.lenient else VIOLATION
            elif early is None or late is None:
                said.unknown.add(None)
    for part, said in parts.items():
        yield Key("spacing", part), said


def _bounds(course: SecondCourse, dose: SecondDose, around: Callable[[Fraction], Fraction]) -> Iterator[Apart]:
    """What a dose is held against: the interval of its cycle, or of the one that ends with it, and its planned day."""
    before = course.doses[dose.number - 2]
    interval = before.slot.of.get("interval", {})
    every, window = (Fraction(whole_days(interval[key])) if key in interval else None for key in ("every", "window"))
    since, reduced = between(before.when, dose.when), _reduced_here(course, dose)
    planned = window
    if dose.slot.first:
        planned = every
        other = Fraction(whole_days(interval["also"])) if "also" in interval else every
        near, far = sorted((every, other)) if every is not None and other is not None else (None, None)
        if near is not None and far is not None and window is not None:
            yield Apart("window", since, near - window, far + window, reduced)
        elif near is not None and far is not None and every is not None:
            yield Apart("every", since, near - around(every), far + around(every), lenient=True)
    for key, part in (("at_least", "at-least"), ("at_most", "at-most")):
        if key in interval:
            days = read(interval[key]).worth
            yield Apart(part, since, days if key == "at_least" else None, days if key == "at_most" else None)
    if planned is None or not dose.slot.first:
        yield from _by_day(course, dose, window, around)


def _reduced_here(course: SecondCourse, dose: SecondDose) -> bool:
    """Whether a reduction begins with a dose: what made it necessary may have delayed it too."""
    return course.step(dose.number) > (course.step(dose.number - 1) if dose.number > 1 else 0)


def _by_day(
    course: SecondCourse, dose: SecondDose, window: Fraction | None, around: Callable[[Fraction], Fraction]
) -> Iterator[Apart]:
    """The planned day of a dose in its cycle, or of its cycle after the one before."""
    cycle = dose.slot.cycle - dose.slot.first
    first = next(each for each in course.doses if each.slot.cycle == cycle)
    one, other, given = offset(first.slot), offset(dose.slot), course.stated.given
    if one is None or other is None:
        return
    if window is not None and not dose.slot.first:
        days = Fraction(other - one)
        moved = {first.number, dose.number} & set(given)
        distance = (days, days) if not moved else between(first.when, dose.when) if _dated(first, dose) else NOT_KNOWN
        yield Apart("window", distance, days - window, days + window, _reduced_here(course, dose))
    elif dose.number in given:
        least, most = (0, 0) if not dose.slot.first else _length(first, course.stated.one("cycle-length"))
        if least is None or most is None:
            return
        near, far = (Fraction(each + other - one) for each in (least, most))
        known = all(_day_stated(course, each) for each in (first, dose))
        distance = between(first.when, dose.when) if known and _dated(first, dose) else NOT_KNOWN
        part = "cycle" if dose.slot.first else "day"
        if near == far:
            yield Apart(part, distance, near - around(near), far + around(far), lenient=True)
        else:
            yield Apart(part, distance, near, far, _reduced_here(course, dose))


def _length(first: SecondDose, chosen: str | None) -> tuple[int | None, int | None]:
    """The least and the most from one cycle to the next."""
    length, at_least = length_of(first.slot.of, chosen)
    table = first.slot.of.get("length")
    return length, whole_days(table["max"]) if at_least and table else None if at_least else length


def _dated(one: SecondDose, other: SecondDose) -> bool:
    return one.when.date is not None and other.when.date is not None


def _day_stated(course: SecondCourse, dose: SecondDose) -> bool:
    """A dose that was given has a day only where its date was stated; the start is that of the first."""
    if dose.number not in course.stated.given or course.stated.given[dose.number][1] is not None:
        return True
    return dose.number == 1 and course.stated.start is not None
