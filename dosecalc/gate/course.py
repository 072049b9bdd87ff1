"""The dose in its course: the plan with everything that is stated, and what was prescribed against the protocol.

The course is planned twice: with this dose still to come, for its rules and its questions; and as if it were given as
prescribed, for the amount, the day and the sums. A prescription that departs from the protocol is a clinical decision,
and no event: the words keep the two apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.files.protocol import Agent
from dosecalc.findings.finding import Finding
from dosecalc.gate import today
from dosecalc.gate.parts import Said, hold
from dosecalc.gate.result import Accepted, Hold, Kind, SideBySide
from dosecalc.gate.stated import StatedCase
from dosecalc.library.agents import means
from dosecalc.library.load import find_arm
from dosecalc.planning.planner import plan_inputs
from dosecalc.planning.result import Dose, Plan
from dosecalc.quantities import units
from dosecalc.reference import routes

_SIZES = ("age", "sex", "weight", "height", "bsa", "prior", "given", "measured")
_OF_CASE = ("level", "cycles", "cycle_length", "reduction", "toxicity")
_AMOUNT = "given-amount"
_BY_AMOUNT = (_AMOUNT, "spacing")
_ASKED_HERE = "pregnant-or-nursing"


class InCourse(NamedTuple):
    """The dose in its course: the plan with it to come, as it would be given, and its agent in the file."""

    plan: Plan
    after: Plan | None
    dose: Dose
    agent: Agent
    key: str


def in_course(stated: StatedCase) -> InCourse | None:
    """The course that the dose belongs to; None without a protocol.

    UnstatedError where something that every amount needs is not stated; InputError for what cannot be planned.
    """
    if stated.case.protocol is None:
        return None
    inputs = inputs_of(stated)
    plan = plan_inputs(inputs)
    number = _number(stated)
    if not 1 <= number <= len(plan.doses):
        raise InputError(f"there is no dose {number}; the course has {len(plan.doses)}", where="dose")
    dose, (file, _) = plan.doses[number - 1], find_arm(stated.case.protocol)
    return InCourse(plan, _after(stated, inputs, number), dose, file.protocol.agents[dose.agent], dose.agent)


def inputs_of(stated: StatedCase) -> dict[str, list[str]]:
    """The statements of a case as the options of a plan."""
    case, patient = stated.case, stated.case.patient
    found = {"protocol": [str(case.protocol)]}
    found |= {name.replace("_", "-"): list(getattr(case, name)) for name in _OF_CASE}
    found |= {} if patient is None else {name: list(getattr(patient, name)) for name in _SIZES}
    table = find_arm(str(case.protocol))[0].table
    told = {
        name if "[" in name or name not in table or not table[name].momentary else f"{name}[{_number(stated)}]": value
        for name, (value, _) in today.values_of(stated).items()
    }
    for name, truth in (("pregnant", today.is_pregnant(stated)), ("lactating", today.is_fed(stated))):
        if truth is not None:
            told.setdefault(f"{name}[{_number(stated)}]", str(truth).lower())
    found["set"] = [f"{name}={value}" for name, value in told.items()]
    start = case.start or (None if stated.at is None or found.get("given") else stated.at.date().isoformat())
    found["start"] = [] if start is None else [str(start)]
    return {option: texts for option, texts in found.items() if texts}


def _number(stated: StatedCase) -> int:
    """The dose: as stated, or the one after those that were given."""
    patient = stated.case.patient
    return stated.case.dose or 1 + len(() if patient is None else patient.given)


def _after(stated: StatedCase, inputs: Mapping[str, list[str]], number: int) -> Plan | None:
    """The plan as if the dose were given as prescribed; None while the amount or the day is not known."""
    amount, at = stated.text("directive.amount"), stated.at
    done = {text.partition("=")[0].strip() for text in inputs.get("given", [])}
    if amount is None or at is None or str(number) in done:
        return None
    given = f"{number}={amount}@{at.date().isoformat()}"
    return plan_inputs({**inputs, "given": [*inputs.get("given", []), given]})


# -- what it says ---------------------------------------------------------------------------------------------------


def course(stated: StatedCase, of: InCourse) -> Said:
    """Everything that the protocol says of this dose, and what its questions are."""
    yield from _right_number(stated, of)
    yield from _agent(stated, of)
    accepted = stated.case.accepted
    for finding in of.plan.findings:
        if _concerns(finding, of.dose.number) and finding.status in ("violation", "warning"):
            if finding.status == "warning" and finding.rule in accepted:
                continue
            yield _of_finding(finding)
    for question in of.plan.clearance.questions:
        after = _AFTERWARDS.match(question)
        if after is not None and int(after[2]) >= of.dose.number:
            continue  # nobody can know it before this dose
        asked = in_a_case(question)
        yield hold("protocol", "unknown", f"the protocol asks for {asked}", asked)
    yield from _prescribed(stated, of)


_AFTERWARDS = re.compile(r"--(measured|given) ([0-9]+)=")
_OPTION = re.compile(
    r"""--(?:set (?P<quote>["']?)(?P<name>[a-z0-9_.]+(?:\[[N0-9]+\])?)=(?P<value>.*?)(?P=quote)(?= |$)"""
    r"|(?P<option>[a-z-]+))"
)


def in_a_case(question: str) -> str:
    """A question of a plan, which names options, in the keys of a case.

    >>> in_a_case("--set diagnosis=gep-net")
    'facts.diagnosis = "gep-net"'
    """

    def key(found: re.Match[str]) -> str:
        if found["name"]:
            return f'{today.key_of(found["name"])} = "{found["value"]}"'
        name = found["option"].replace("-", "_")
        return f"patient.{name}" if name in _SIZES else name

    return _OPTION.sub(key, question)


def accepted_warnings(stated: StatedCase, of: InCourse | None) -> Iterator[Accepted]:
    """The warnings that somebody let stand. InputError for a rule that does not warn."""
    findings = [] if of is None else [*of.plan.findings, *(of.after.findings if of.after is not None else ())]
    warned = {finding.rule: finding for finding in reversed(findings) if finding.status == "warning"}
    for rule, why in stated.case.accepted.items():
        if rule not in warned:
            raise InputError(f"the plan has no warning {rule!r} that could be accepted", where=f"accepted.{rule}")
        yield Accepted.made(rule=rule, why=why, text=warned[rule].message)


def _right_number(stated: StatedCase, of: InCourse) -> Said:
    """The dose is the next one of the course, as far as it was stated what was given."""
    given = {text.partition("=")[0].strip() for text in of.plan.inputs.get("given", ())}
    number = of.dose.number
    if str(number) in given:
        yield hold("dose", "differs", f"dose {number} was given already, as the case has it", "dose", "patient.given")
    lacking = [str(each) for each in range(1, number) if str(each) not in given]
    if lacking:
        text = f"whether dose {', '.join(lacking)} was given is not stated"
        yield hold("dose", "unknown", text, "patient.given")
    elif stated.case.dose is None and not given:
        yield hold("dose", "unknown", "which dose of the course it is", "dose")


def _agent(stated: StatedCase, of: InCourse) -> Said:
    """What was prescribed is what the protocol gives, on its route and in its form."""
    name, route, form = (stated.text(f"directive.{key}") for key in ("agent", "route", "form"))
    if name is not None:
        same = means(of.agent, of.key, name)
        what = "directive.agent and protocol"
        yield SideBySide.made(what=what, text=f"{name}; {of.agent.name}", holds=same is True)
        if same is False:
            yield hold(what, "differs", f"{name} is not {of.agent.name}, which the protocol gives", "directive.agent")
        elif same is None:
            text = f"whether {name} is {of.agent.name} is not known here"
            yield hold(what, "unknown", text, "directive.agent")
    if route is not None and (planned := of.agent.route) not in (None, routes.NOT_STATED):
        same = routes.read(route) == routes.read(str(planned))
        yield SideBySide.made(what="directive.route and protocol", text=f"{route}; {planned}", holds=same)
        if not same:
            text = f"{route} is not {planned}, by which the protocol gives it"
            yield hold("directive.route and protocol", "differs", text, "directive.route")
    if form is not None and of.agent.form is not None and routes.same_form(form, of.agent.form) is False:
        text = f"{form} is not {of.agent.form}, which the protocol gives"
        yield hold("directive.form and protocol", "differs", text, "directive.form")


def _concerns(finding: Finding, number: int) -> bool:
    doses = finding.doses or (() if finding.dose is None else (finding.dose,))
    return not doses or number in doses


def _of_finding(finding: Finding) -> Hold:
    kind: Kind = "rule" if finding.status == "violation" else "warning"
    accept = () if kind == "rule" else (f'accepted.{finding.rule} = "who: why"',)
    return hold(f"protocol, {finding.rule}", kind, finding.message, *accept, cite=finding.cite)


def _prescribed(stated: StatedCase, of: InCourse) -> Said:
    """What was prescribed against the protocol, and what follows from giving it today."""
    if of.after is None:
        return
    wrong, accepted = ("violation", "warning"), stated.case.accepted
    before = {(finding.rule, finding.part) for finding in of.plan.findings if finding.status in wrong}
    for finding in of.after.findings:
        if (not finding.doses and finding.dose is None) or not _concerns(finding, of.dose.number):
            continue
        stands = finding.status == "warning" and finding.rule in accepted
        if finding.rule == _AMOUNT and finding.part is None:
            yield from _deviation(stated, of, finding)
        elif finding.status in wrong and not stands and (finding.rule, finding.part) not in before:
            yield _of_finding(finding)


def _deviation(stated: StatedCase, of: InCourse, finding: Finding) -> Said:
    """A prescription that departs from the protocol: a decision of whoever prescribes, to be accepted by name."""
    what, amount = "directive.amount and protocol", of.dose.amount_
    planned = "a range" if amount is None else units.show(amount.value, _symbol(stated), of.dose.kind)
    text = f"{stated.text('directive.amount')} is prescribed; the protocol gives {planned}"
    holds = finding.status == "pass" or _AMOUNT in stated.case.accepted
    yield SideBySide.made(what=what, text=text, holds=finding.status == "pass")
    if not holds:
        kind: Kind = "unknown" if finding.status == "unknown" else "differs"
        accept = f'accepted.{_AMOUNT} = "who: why"'
        yield hold(what, kind, f"{text}. Where that is meant, whoever prescribed says so", "directive.amount", accept)


def _symbol(stated: StatedCase) -> str:
    amount = stated.amount("directive.amount")
    assert amount is not None
    return amount.unit.symbol
