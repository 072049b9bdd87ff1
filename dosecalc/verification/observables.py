"""What conditions ask about, a second time: of the patient as stated, of a dose and of the course as computed."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dosecalc.verification.days import Calendar, between
from dosecalc.verification.logic import NEVER, UNKNOWN, Span, Truth, added, both, compared, either, exactly, opposite
from dosecalc.verification.quantities import read
from dosecalc.verification.reading import Table, known
from dosecalc.verification.statements import MOMENTARY, StatedAgain, Value

if TYPE_CHECKING:
    from dosecalc.verification.course import SecondCourse, SecondDose

WORDS = ("above", "at_least", "below", "at_most")
OF_ORGAN = "cumulative_organ_dose."
OF_AMOUNTS = ("dose", "cumulative", "lifetime")
OF_DOSE = frozenset(
    [
        f"{of}_{what}{per}"
        for of in OF_AMOUNTS
        for what in ("activity", "mass")
        for per in ("", "_per_weight", "_per_bsa")
    ]
    + ["dose_interval", "whole_body_dose", "cycle_number", "dose_number", "session_activity"]
)


# -- conditions --


def leaves(course: SecondCourse, condition: Table) -> Iterator[Table]:
    """The comparisons of a condition, those of named conditions among them."""
    known("condition", condition, "a condition")
    if "condition" in condition:
        yield from leaves(course, course.arm.file["conditions"][condition["condition"]])
    elif "not" in condition:
        yield from leaves(course, condition["not"])
    elif "observable" in condition:
        yield condition
    else:
        for each in condition.get("all") or condition.get("any") or []:
            yield from leaves(course, each)


def asks_doses(names: set[str]) -> bool:
    """Whether one of the names is computed at a dose."""
    return bool(names & OF_DOSE) or any(name.startswith(OF_ORGAN) for name in names)


def of_doses(course: SecondCourse, condition: Table) -> bool:
    """Whether a condition asks for something that differs from dose to dose."""
    names = {str(leaf["observable"]) for leaf in leaves(course, condition)}
    return asks_doses(names) or any(momentary(course, name) for name in names) or "remission" in names


def truth(course: SecondCourse, condition: Table, dose: SecondDose | None, agent: str | None = None) -> Truth:
    """Whether a condition holds."""
    known("condition", condition, "a condition")
    if "condition" in condition:
        return truth(course, course.arm.file["conditions"][condition["condition"]], dose, agent)
    if "not" in condition:
        return opposite(truth(course, condition["not"], dose, agent))
    if "all" in condition:
        return both(truth(course, each, dose, agent) for each in condition["all"])
    if "any" in condition:
        return either(truth(course, each, dose, agent) for each in condition["any"])
    return _leaf(course, condition, value(course, str(condition["observable"]), dose, agent))


def _leaf(course: SecondCourse, condition: Table, observed: Value) -> Truth:
    if observed is None:
        return None
    if isinstance(observed, tuple):
        name = str(condition["observable"])
        return both(
            compared(observed, word, _limit(course, name, condition[word]), near=course.rooted)
            for word in WORDS
            if word in condition
        )
    if isinstance(observed, str) and len(observed) == 1:  # a letter stands for the choice that begins with it
        own = course.arm.file.get("observables", {}).get(str(condition["observable"]), {})
        meant = [each for each in own.get("choices", ("female", "male")) if each.startswith(observed)]
        observed = meant[0] if len(meant) == 1 else observed
    if "one_of" in condition:
        return bool(observed in condition["one_of"])
    return bool(observed == condition["is"])


def _limit(course: SecondCourse, name: str, limit: str | int) -> Fraction:
    """The limit of a comparison; months since a date are counted on the calendar."""
    if isinstance(limit, int):
        return Fraction(limit)
    quantity = read(limit)
    months = {"month": 1, "y": 12}.get(quantity.unit)
    last = last_prior(course)
    if name == "prior_interval" and months and last is not None and quantity.number.denominator == 1:
        return Fraction((_months_later(last, int(quantity.number) * months) - last).days)
    return quantity.worth


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


# -- observables --


def value(course: SecondCourse, name: str, dose: SecondDose | None, agent: str | None = None) -> Value:
    """What is known of an observable at a dose, or in the course."""
    if name.startswith("course_"):
        return _of_course(course, name, agent)
    if name in ("prior_interval", "prior_count"):
        return _of_prior(course, name)
    if name.startswith(OF_ORGAN):
        return UNKNOWN if dose is None else _organ_dose(course, name.removeprefix(OF_ORGAN), dose)
    if name in OF_DOSE:
        return UNKNOWN if dose is None else _of_dose(course, name, dose)
    if name in ("weight", "bsa", "height"):
        return _size(course, name, dose)
    return _stated(course, name, dose)


def momentary(course: SecondCourse, name: str) -> bool:
    own: Any = course.arm.file.get("observables", {}).get(name, {})
    return name in MOMENTARY or bool(own.get("momentary"))


def _stated(course: SecondCourse, name: str, dose: SecondDose | None) -> Value:
    observed = course.stated.observed
    number = course.stated.next if dose is None else dose.number
    if name == "remission" and dose is not None and (name, dose.slot.cycle) in observed:
        return observed[name, dose.slot.cycle]
    if momentary(course, name):
        if (name, number) in observed:
            return observed[name, number]
        if (name, None) in observed and number == course.stated.next:
            return observed[name, None]
        return observed.get((name, 0))
    return observed.get((name, None), observed.get((name, 0)))


def _size(course: SecondCourse, name: str, dose: SecondDose | None) -> Span:
    if dose is None and course.stated.next > len(course.doses):
        size = course.size_after(name)
    else:
        of = dose if dose is not None else course.doses[course.stated.next - 1]
        size = getattr(of, name)
    return size, size


def _of_dose(course: SecondCourse, name: str, dose: SecondDose) -> Value:
    if name == "cycle_number":
        return exactly(dose.slot.cycle)
    if name == "dose_number":
        return exactly(dose.number)
    if name == "dose_interval":
        return _interval(course, dose)
    if name == "whole_body_dose":
        return _whole_body(course, dose)
    if name == "session_activity":
        return _session(course, dose)
    of, what, *per = name.split("_", 2)
    if course.arm.radioactive(dose.agent) != (what == "activity"):
        return UNKNOWN
    part = per[0] if per else "amount"
    if of == "dose":
        return dose.part(part)
    return course.cumulative(dose, part) if of == "cumulative" else course.lifetime(dose, part)


def _interval(course: SecondCourse, dose: SecondDose) -> Span:
    """The days since the dose before, of whatever agent."""
    if dose.number == 1:
        return UNKNOWN
    before, given = course.doses[dose.number - 2], course.stated.given
    dated = any(given.get(number, (None, None))[1] is not None for number in (before.number, dose.number))
    if dated and before.when.slack > dose.when.slack:  # the one before may be later, and nobody knows how much
        return UNKNOWN
    span = between(before.when, dose.when)
    return span if dated or span != UNKNOWN else _as_planned(course, dose.number)


def _as_planned(course: SecondCourse, number: int) -> Span:
    """The days from the dose before as the file has them, whatever was given on which day."""
    inputs = {option: texts for option, texts in course.stated.inputs.items() if option not in ("given", "start")}
    days = Calendar([dose.slot for dose in course.doses], StatedAgain(inputs)).days
    return between(days[number - 2], days[number - 1])


def _organ_dose(course: SecondCourse, organ: str, dose: SecondDose) -> Span:
    """What an organ got up to a dose; a dose of no known amount may have given anything."""
    per_activity = course.observed(f"organ_dose.{organ}", dose)
    if per_activity is None:
        return UNKNOWN
    amounts = [each.amount for each in course.doses[: dose.number] if course.arm.radioactive(each.agent)]
    known = sum((amount for amount in amounts if amount is not None), Fraction(0)) * per_activity
    return known, None if None in amounts else known


def _session(course: SecondCourse, dose: SecondDose) -> Span:
    """The activities of one day of a cycle, up to a dose."""
    cycle = [
        each
        for each in course.doses[: dose.number]
        if each.slot.cycle == dose.slot.cycle and course.arm.radioactive(each.agent)
    ]
    day = dose.slot.table.get("day")
    if not course.arm.radioactive(dose.agent) or (day is None and len(cycle) > 1):
        return UNKNOWN
    amounts = [each.amount for each in cycle if each.slot.table.get("day") == day]
    known = [amount for amount in amounts if amount is not None]
    return exactly(sum(known, Fraction(0))) if len(known) == len(amounts) else UNKNOWN


def _whole_body(course: SecondCourse, dose: SecondDose) -> Span:
    """What was measured after each administration of the agent, through that dose."""
    doses = [course.whole_body(each) for each in [*course.before(dose), dose]]
    return added(exactly(each) if each is not None else (Fraction(0), None) for each in doses)


def _of_course(course: SecondCourse, name: str, agent: str | None) -> Value:
    if name == "course_cycles":
        return exactly(course.doses[-1].slot.cycle)
    _, what, *per = name.split("_", 2)
    radioactive = what == "activity"
    parts = [
        dose.part(per[0] if per else "amount")
        for dose in course.doses
        if course.arm.radioactive(dose.agent) == radioactive and agent in (None, dose.agent)
    ]
    return added(parts) if parts else UNKNOWN


def last_prior(course: SecondCourse) -> date | None:
    """The date of the last prior administration, where each has one."""
    dates = [prior.day for prior in course.stated.priors or [] if prior.day is not None]
    return max(dates, default=None)


def _of_prior(course: SecondCourse, name: str) -> Value:
    priors = course.stated.priors
    if (name, None) in course.stated.observed:
        return course.stated.observed[name, None]
    if name == "prior_count" and priors is None:
        return (Fraction(1), None) if ("prior_interval", None) in course.stated.observed else UNKNOWN
    if name == "prior_count":
        return exactly(len(priors or []))
    if priors is None:
        return UNKNOWN
    if not priors:
        return exactly(NEVER)
    last, first = last_prior(course), course.doses[0].when.date
    if last is None or first is None:
        return UNKNOWN
    days = Fraction((first - last).days)
    return (Fraction(0), days) if any(prior.day is None for prior in priors) else exactly(days)
