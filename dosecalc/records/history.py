"""A course as it was really given, held against its protocol."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date as Date
from datetime import tzinfo
from fractions import Fraction
from math import floor, log10

from dosecalc.course import schedule
from dosecalc.course.schedule import Slot
from dosecalc.files.protocol import ListedInstruction
from dosecalc.findings.finding import Finding
from dosecalc.findings.sentences import own
from dosecalc.library.agents import means
from dosecalc.library.load import find_arm
from dosecalc.planning.planner import NoSizeError, plan_inputs
from dosecalc.planning.result import GivenHow, Plan
from dosecalc.quantities import units
from dosecalc.quantities.documents import Number
from dosecalc.quantities.numbers import EXACT, apart
from dosecalc.quantities.options import one, within
from dosecalc.quantities.phrases import doses_text
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Measure
from dosecalc.records.administration import Expected
from dosecalc.records.result import Administration, Kind
from dosecalc.reference import radionuclides, routes
from dosecalc.reference.beliefs import belief
from dosecalc.requests.request import Inputs, whole

DIRECTIVE = "nrc-35-40#contents"
_FIGURES = 15
"""Significant decimal figures that every double has."""


def planned(inputs: Inputs, start: Date | None) -> Plan | None:
    """The plan whatever was given, from the day of the first dose; None where a body size that it needs is lacking."""
    dated = {} if start is None or "start" in inputs else {"start": [start.isoformat()]}
    try:
        return plan_inputs({**inputs, **dated})
    except NoSizeError:
        return None


def expected(inputs: Inputs, plan: Plan | None, reached: int) -> dict[int, Expected]:
    """The doses of the protocol by their numbers; without a plan the agents alone are known."""
    file, _ = find_arm(inputs["protocol"][0])
    amounts = {} if plan is None else {dose.number: dose.value for dose in plan.doses}

    def of(slot: Slot) -> Expected:
        agent = file.protocol.agents[slot.dose.agent]
        kind: Kind = "activity" if agent.radionuclide else "mass"
        return Expected(amounts.get(slot.number), kind, agent.name, agent.radionuclide)

    return {slot.number: of(slot) for slot in _slots(inputs, reached)}


def as_given(inputs: Inputs, doses: tuple[Administration, ...], *, ordered: bool) -> Plan:
    """The plan with what was really given in place of what was planned.

    Dates that are not ``ordered`` say nothing of the days to come, and are left out.
    """
    slots = {slot.number for slot in _slots(inputs, max(dose.number for dose in doses))}
    zone = next(_zones(doses), None)
    mine = [dose for dose in doses if dose.follows and dose.number in slots]
    given = {dose.number: _stated(dose, zone, dated=ordered) for dose in mine}
    known = {number: stated for number, stated in given.items() if stated is not None}
    return plan_inputs(inputs, as_given=known)


def findings(plan: Plan, doses: tuple[Administration, ...]) -> Iterator[Finding]:
    """The findings of the protocol on the course as it was given."""
    numbers = {dose.number for dose in doses}
    missing = [number for number in range(1, max(numbers)) if number not in numbers]
    followed = {dose.number for dose in doses if dose.follows and dose.given is not None}
    unknown = sorted({*missing, *(numbers - followed)})
    as_prescribed = {dose.number for dose in doses if _as_prescribed(dose)}
    bounded = {dose.number for dose in doses if dose.follows and dose.at_most}
    for finding in plan.findings:
        told = _prescribed_so(finding) if finding.dose in as_prescribed else finding
        yield _at_most(told) if told.dose in bounded else _doubted(told, unknown)
    cite = plan.doses[0].cite
    if missing:
        yield own("dose-number", "unknown", None, f"{doses_text(missing)} not in the record", cite)
    for dose in doses:
        if dose.number > len(plan.doses):
            text = f"{plan.protocol['arm']} has {len(plan.doses)} doses"
            yield own("dose-number", "violation", dose.number, text, cite)
    yield from _agents(plan, doses)
    yield from _ways(plan, doses)


def instructions(inputs: Inputs) -> tuple[ListedInstruction, ...]:
    """What the file of the protocol says to people about its arm."""
    file, arm = find_arm(inputs["protocol"][0])
    return tuple(each for each in file.protocol.instructions if each.holds_for(arm.id))


def number_of_doses(inputs: Inputs, reached: int) -> int:
    """How many doses the protocol has; where their number is open, at least up to the dose that was ``reached``."""
    return len(_slots(inputs, reached))


def _slots(inputs: Inputs, reached: int) -> tuple[Slot, ...]:
    _, arm = find_arm(inputs["protocol"][0])
    cycles = one(inputs, "cycles")
    return schedule.course(arm, None if cycles is None else within("--cycles", whole, cycles), reached)


def _zones(doses: tuple[Administration, ...]) -> Iterator[tzinfo | None]:
    """The zones of the doses; days between doses are counted in the first of them."""
    return (dose.given_at.tzinfo for dose in doses if dose.given_at is not None)


def _carried(value: Number) -> Fraction:
    """An amount for exact arithmetic: a decayed one, which is a double, to the figures that a double has for sure."""
    if isinstance(value, Fraction) or not value:
        return Fraction(value)
    last = Fraction(10) ** (floor(log10(value)) + 1 - _FIGURES)
    return round(Fraction(value) / last) * last


def _stated(dose: Administration, zone: tzinfo | None, *, dated: bool) -> Stated | None:
    """A dose as the planner takes one that was given, with its day in a zone; None where its amount is not known."""
    if dose.given is None:
        return None
    unit = units.unit("MBq" if dose.kind == "activity" else "mg", dose.kind)
    measure = Measure(_carried(dose.given), unit, units.show(dose.given, unit.symbol))
    day = dose.given_at.astimezone(zone).date() if dated and dose.given_at is not None else None
    return Stated(measure.value, measure.text, measure, dose=dose.number, date=day, written=measure.text)


def _as_prescribed(dose: Administration) -> bool:
    """Whether a dose agrees with the first statement of what was prescribed, within our limit."""
    first = dose.compared[0]
    limit = belief("given-amount-warning").value
    return first.of != "protocol" and first.off is not None and EXACT.above(apart(first.off, 0), limit).no


def _prescribed_so(finding: Finding) -> Finding:
    """An amount that departs from the protocol as it was prescribed."""
    if finding.rule != "given-amount" or finding.status not in ("warning", "violation") or finding.part:
        return finding
    message = f"{finding.message} It was prescribed so: the prescription departs from the protocol."
    return finding.model_copy(update={"message": message})


def _at_most(finding: Finding) -> Finding:
    """The amount of a dose that is known from above alone: that it is as planned cannot be said."""
    if finding.rule != "given-amount" or finding.status != "pass" or finding.part:
        return finding
    text = f"{finding.message} What reached the patient is known from above alone."
    return finding.model_copy(update={"status": "unknown", "message": text})


_RESTING = ("dose_", "cumulative_", "lifetime_", "session_activity", "course_activity", "level")


def _doubted(finding: Finding, unknown: list[int]) -> Finding:
    """A finding on amounts, some of which are not known as given, so that planned amounts are used in their place.

    It holds if they were as planned: good news then is unknown, and bad news stays.
    """
    rests = any(check.observable.startswith(_RESTING) for check in finding.checks)
    if not unknown or not rests or finding.status == "unknown":
        return finding
    message = (
        f"{finding.message} What was given as {doses_text(unknown)} is not known: this holds if it was as planned."
    )
    status = "unknown" if finding.status in ("pass", "not_applicable") else finding.status
    return finding.model_copy(update={"status": status, "message": message})


def _ways(plan: Plan, doses: tuple[Administration, ...]) -> Iterator[Finding]:
    """Routes and chemical forms of the record against those of the protocol."""
    for dose in doses:
        if dose.number <= len(plan.doses) and dose.follows:
            how = plan.administration[plan.doses[dose.number - 1].agent]
            if dose.route is not None:
                yield from _route(dose, dose.route, how)
            if dose.form is not None:
                yield from _form(dose, dose.form, how)


def _route(dose: Administration, stated: str, how: GivenHow) -> Iterator[Finding]:
    given = routes.read(stated)
    if how.route == routes.NOT_STATED:
        text = f"the record has the route {stated}; the protocol states none, so that it cannot be compared"
        yield own("dose-route", "unknown", dose.number, text, (DIRECTIVE,))
    elif given is None:
        text = f"whether the route {stated} is the protocol's, {how.route}, is not known: write {how.route} if it was"
        yield own("dose-route", "unknown", dose.number, text, how.cite)
    elif given != how.route:
        text = f"the record has the route {stated}, the protocol {how.route}"
        yield own("dose-route", "violation", dose.number, text, (*how.cite, DIRECTIVE))
    else:
        yield own("dose-route", "pass", dose.number, f"given by the protocol's route, {how.route}", how.cite)


def _form(dose: Administration, stated: str, how: GivenHow) -> Iterator[Finding]:
    same = None if how.form is None else routes.same_form(stated, how.form)
    if how.form is None or same is None:
        told = "states none" if how.form is None else f"has {how.form}"
        text = (
            f"the record has the form {stated}, the protocol {told}: whether it is the same chemical form is not known"
        )
        yield own("dose-form", "unknown", dose.number, text, how.cite)
    elif not same:
        text = f"the record has the form {stated}, the protocol {how.form}"
        yield own("dose-form", "violation", dose.number, text, how.cite)
    else:
        yield own("dose-form", "pass", dose.number, f"given in the protocol's form, {how.form}", how.cite)


def _agents(plan: Plan, doses: tuple[Administration, ...]) -> Iterator[Finding]:
    """Agents and radionuclides of the record against those of the protocol: another is a violation.

    A name that nobody knows is a question.
    """
    file, _ = find_arm(plan.inputs["protocol"][0])
    for dose in doses:
        if dose.number > len(plan.doses):
            continue
        key = plan.doses[dose.number - 1].agent
        agent = file.protocol.agents[key]
        cite = plan.doses[dose.number - 1].cite
        if dose.component is not None and not dose.follows:
            text = f"{dose.agent or 'another agent'} was given with it, which the protocol does not give"
            yield own("dose-agent", "violation", dose.number, text, cite, part=f"component {dose.component}")
            continue
        other = dose.nuclide is not None and agent.radionuclide not in (None, radionuclides.spelled(dose.nuclide))
        named = None if dose.agent is None else means(agent, key, dose.agent, compound_alone=other)
        if named is False:
            text = f"the record has {dose.agent}, the protocol {agent.name}"
            yield own("dose-agent", "violation", dose.number, text, cite)
        elif other:
            text = f"the record has {dose.nuclide}, the protocol {agent.radionuclide}"
            yield own("dose-agent", "violation", dose.number, text, cite, part="nuclide")
        elif named is None and dose.agent is not None:
            text = f"whether {dose.agent} is the protocol's {agent.name} is not known"
            yield own("dose-agent", "unknown", dose.number, f"{text}: write a name that says which agent it is", cite)
