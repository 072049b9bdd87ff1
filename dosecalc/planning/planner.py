"""The planner: a request is read, matched with its arm, calculated, measured, held against rules, and assembled."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Unpack

from dosecalc.course.calculator import SIZED, Calculation
from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.state import Moment
from dosecalc.errors import InputError, UnstatedError
from dosecalc.files.folders import read_text
from dosecalc.files.protocol import Agent, Arm, cited
from dosecalc.findings import given, largest, pregnancy, regimen, sentences, sizes, toxicity, unread, weighing
from dosecalc.findings.account import Statement, account
from dosecalc.findings.clearance import clear
from dosecalc.findings.finding import Finding, in_order
from dosecalc.findings.trace import Tracer
from dosecalc.library.load import find_arm
from dosecalc.library.reader import ProtocolFile
from dosecalc.library.wording import review_words, route_words
from dosecalc.planning import second
from dosecalc.planning.particulars import particulars
from dosecalc.planning.result import (
    Conflict,
    Dose,
    GivenHow,
    Instruction,
    Plan,
    RunningTotal,
    Size,
    Totals,
    Unconfirmed,
    UsedBelief,
)
from dosecalc.quantities import units
from dosecalc.quantities.documents import Amount
from dosecalc.quantities.keywords import PlanOptions
from dosecalc.quantities.numbers import EXACT, Unknown, Value, ends
from dosecalc.quantities.options import PLAN, merged, one, path_text, texts_of
from dosecalc.quantities.statement import Stated
from dosecalc.reference import amounts, beliefs, bodysurface, loosest, tables
from dosecalc.reference.routes import NOT_STATED
from dosecalc.requests.match import Match, match
from dosecalc.requests.request import Inputs, Request, size_hint
from dosecalc.requests.request import read as read_request
from dosecalc.version import VERSION

if TYPE_CHECKING:
    from dosecalc.planning.measured import Measured


class NoSizeError(UnstatedError):
    """No body size was stated, and without one no amount can be computed."""


def plan(protocol: str | os.PathLike[str], **stated: Unpack[PlanOptions]) -> Plan:
    """Plan one patient's course.

    ``protocol`` is an arm id (``"clover2-20"``) or a path ``file.toml#arm``. The keywords are the options of
    ``dosecalc plan``; :class:`~dosecalc.quantities.keywords.PlanOptions` describes each with its unit. A quantity is
    text (``"1.6 m^2"``), a pint Quantity of any registry, or, for ``bsa`` (m²), ``weight`` (kg), ``height`` (cm) and
    ``age`` (years), a plain number.

    Returns a frozen :class:`~dosecalc.planning.result.Plan`. Raises InputError (a ValueError) for what cannot be used.

    >>> import dosecalc
    >>> dosecalc.plan("clover2-20", bsa="1.6 m^2").doses[0].exact
    Fraction(1184, 1)
    """
    return plan_inputs(inputs_of(protocol, stated))


def inputs_of(protocol: str | os.PathLike[str], stated: PlanOptions) -> dict[str, list[str]]:
    """The table ``{option: [texts]}`` of what was stated under the keywords of :func:`plan`."""
    named = {"protocol": path_text("protocol", protocol), **stated}
    patient = named.pop("patient", None)
    inputs = texts_of(named, PLAN)
    if patient is None:
        return inputs
    from dosecalc.files.patient import Patient

    if isinstance(patient, Patient):
        return merged(inputs, patient.inputs())
    return {**inputs, "patient": [path_text("patient", patient)]}


# -- the stages -------------------------------------------------------------------------------------------------


class Question(NamedTuple):
    """A question: an arm of a file, the statements about the patient, and the texts that they were read from."""

    file: ProtocolFile
    arm: Arm
    request: Request
    inputs: Inputs


class Course(NamedTuple):
    """A course computed for a patient; ``measured`` where whole-body doses were fitted from readings."""

    match: Match
    result: Calculation
    measured: Measured | None = None


def plan_inputs(inputs: Inputs, *, as_given: Mapping[int, Stated] | None = None) -> Plan:
    """Plan from the table ``{option: [texts]}`` that the command line and :func:`plan` both make.

    ``as_given`` are amounts that were given, by dose, in place of those in the table: how another room hands on what it
    computed.
    """
    question = read(inputs)
    if as_given is None:
        return plan_question(question)
    question = question._replace(request=question.request._replace(given=as_given))
    return plan_match(match(question.file, question.arm, question.request), inputs, as_given=as_given)


def plan_question(question: Question) -> Plan:
    """The plan that answers a question."""
    matched = match(question.file, question.arm, question.request)
    return plan_match(matched, question.inputs)


def plan_match(matched: Match, inputs: Inputs, *, as_given: Mapping[int, Stated] | None = None) -> Plan:
    """The plan of a request that fits its arm, computed by both methods. DisagreementError where they differ."""
    course = measure(calculate(matched))
    findings = find(course)
    stated = account(course.match, course.result, findings, inputs)
    plan = assemble(course, in_order([*findings, *unread.findings(course.match, stated)]), stated, inputs)
    return second.repeated(plan, matched.file, as_given)


def read(inputs: Inputs) -> Question:
    """Read the options, with those of a patient file, and find the arm. InputError."""
    if unknown := inputs.keys() - {option.name for option in PLAN}:
        raise InputError(f"there is no option {min(unknown)!r}")
    inputs = with_patient(inputs)
    wanted = one(inputs, "protocol")
    if wanted is None:
        raise InputError("nothing was given", where="--protocol")
    file, arm = find_arm(wanted)
    return Question(file, arm, read_request(inputs, file.table), inputs)


def with_patient(inputs: Inputs) -> Inputs:
    """The options that have a text, and those that a patient file states."""
    kept = {option: list(texts) for option, texts in inputs.items() if texts}
    for path in inputs.get("patient", ()):
        from dosecalc.files.patient import from_text

        try:
            text = read_text(path)[0]
        except InputError as error:
            raise error.at("--patient") from None
        kept = merged(kept, from_text(text, path).inputs())
    return kept


def calculate(matched: Match) -> Course:
    """Every dose and every rule. InputError where no dose has an amount, or a derived size is nobody's."""
    result = matched.compiled.run(matched.slots, matched.inputs)
    _check_any_amount(matched, result)
    _check_derived_surface(matched, result)
    return Course(matched, result)


def measure(course: Course) -> Course:
    """The course with the whole-body doses that readings give, where there are any."""
    if not course.match.request.retention:
        return course
    from dosecalc.planning.measured import measure as fit  # scipy is loaded for readings alone

    measured = fit(course.match, course.result)
    return Course(measured.match, measured.result, measured)


def find(course: Course) -> tuple[Finding, ...]:
    """The findings of rules and regimen; a limit within the interval of readings is a warning, and not a pass."""
    findings = _findings(course.match, course.result)
    if course.measured is None:
        return findings
    from dosecalc.planning.measured import doubted, own_findings

    measured = course.measured
    edges = [_findings(edge.match, edge.result) for edge in (measured.low, measured.high) if edge is not None]
    own = own_findings(measured, cited(course.match.arm.cite))
    return in_order([*doubted(findings, edges), *own])


def _findings(matched: Match, result: Calculation) -> tuple[Finding, ...]:
    tracer = Tracer(matched, result.doses)
    findings = [
        *regimen.findings(matched, result, tracer),
        *given.findings(matched, result, tracer),
        *largest.findings(matched, result, tracer),
        *sizes.findings(matched, result),
        *weighing.findings(matched, result),
        *toxicity.findings(matched),
    ]
    for run in result.rules:
        told = [sentences.with_prior(finding, matched.request.prior) for finding in sentences.of_rule(run)]
        findings += [pregnancy.with_limit(finding, result) for finding in told]
    return in_order(findings)


def assemble(course: Course, findings: tuple[Finding, ...], stated: tuple[Statement, ...], inputs: Inputs) -> Plan:
    """Everything put into a frozen plan."""
    matched, result = course.match, course.result
    file, arm = matched.file, matched.arm
    tracer = Tracer(matched, result.doses)
    others = tuple(_other_cites(course, findings))
    unconfirmed = [*file.unconfirmed(arm), *file.unconfirmed_among(others)]
    doses = tuple(_dose(course, tracer, moment) for moment in result.doses)
    pending = {dose.number: dose.pending for dose in doses if dose.pending is not None}
    cites = tuple(cite for finding in findings for cite in finding.cite)
    return Plan.made(
        version=VERSION,
        protocol=identity(matched),
        sources=_sources(course, others, findings),
        inputs=inputs,
        patient=particulars(matched, result),
        stated=stated,
        agents={key: agent.name for key, agent in file.protocol.agents.items()},
        administration={agent: _given_how(file.protocol.agents[agent]) for agent in matched.agents()},
        doses=doses,
        totals={agent: _totals(matched, result, agent) for agent in matched.agents()},
        findings=findings,
        clearance=clear(findings, pending, matched.inputs.next_dose),
        conflicts=tuple(_conflicts(matched, result)),
        instructions=tuple(_instructions(matched, result)),
        unconfirmed=tuple(Unconfirmed.made(fact=cite, statement=statement) for cite, statement in unconfirmed),
        beliefs=tuple(UsedBelief.made(fact=each.cite, statement=each.statement) for each in beliefs.statements(cites)),
        verified=second.STILL_TO_COME,
    )


def identity(matched: Match) -> dict[str, str]:
    """The arm and the file that a result is of."""
    protocol, file = matched.file.protocol, matched.file
    return {
        "id": protocol.id,
        "arm": matched.arm.id,
        "title": matched.arm.title,
        "purpose": matched.arm.purpose or "not stated",
        "status": protocol.status,
        "file": file.file,
        "sha256": file.sha256,
        **({"anchor": words} if (words := _anchor(matched)) else {}),
        **({"review": words} if (words := review_words(protocol.review)) else {}),
    }


def _given_how(agent: Agent) -> GivenHow:
    return GivenHow.made(
        route=agent.route or NOT_STATED,
        form=agent.form,
        site=agent.site,
        text=route_words(agent),
        cite=cited(agent.cite),
    )


# -- what cannot be planned -------------------------------------------------------------------------------------


def _check_any_amount(matched: Match, result: Calculation) -> None:
    """A plan without a single amount, for want of a body size, is no plan."""
    if any(EXACT.known(moment.amount) for moment in result.doses):
        return
    first = result.doses[0]
    if not {"weight", "height", "bsa"} & (first.amount.lacks if isinstance(first.amount, Unknown) else set()):
        return
    if any(size.date is not None for stated in matched.request.sizes.values() for size in stated):
        raise NoSizeError(f"{matched.arm.id}: dose 1 {Tracer(matched, result.doses).pending(first)}")
    bases = {low.dimension.partition("/")[2] for m in result.doses for row in m.rows for low, _ in row.options}
    raise NoSizeError(f"{matched.arm.id} is dosed by body size: {size_hint(bases)}")


def _check_derived_surface(matched: Match, result: Calculation) -> None:
    """A body surface area that no person has is refused when it is derived as when it is stated."""
    row = OBSERVABLES["bsa"]
    if "weight" not in matched.request.sizes or row.low is None or row.high is None:
        return
    for moment in result.doses:
        derived = result.state.derived_bsa(moment)
        if not isinstance(result.state.stated("bsa", moment), Unknown) or isinstance(derived, Unknown):
            continue
        if EXACT.above(row.low, derived).yes or EXACT.above(derived, row.high).yes:
            formula = bodysurface.FORMULAS[matched.inputs.formula].name
            raise InputError(
                f"weight and height give a body surface area of {units.show(derived, 'm^2')} by {formula}; it lies "
                f"between {units.show(row.low, 'm^2')} and {units.show(row.high, 'm^2')} in any person",
                where="--weight and --height",
            )


def _anchor(matched: Match) -> str | None:
    """What day 0 is, where the source counts days from it, and when that is in this course."""
    if matched.arm.anchor is None:
        return None
    slot, when = matched.slots[0], matched.whens[0]
    before = -(slot.dose.day or 0)
    told = f"day 0 is {matched.arm.anchor}, {before} days after the first dose"
    return told if when.date is None else f"{told}: {when.date + timedelta(days=before)}"


# -- conflicts, instructions, sources ---------------------------------------------------------------------------


def _conflicts(matched: Match, result: Calculation) -> Iterator[Conflict]:
    for (conflict, _), applies in zip(matched.compiled.conflicts, result.conflicts, strict=True):
        yield Conflict.made(
            id=conflict.id,
            reading=conflict.reading,
            because=conflict.because,
            between=tuple(conflict.between),
            applies=True if applies.yes else False if applies.no else None,
        )


def _instructions(matched: Match, result: Calculation) -> Iterator[Instruction]:
    """Those of the source, and ours to weigh again."""
    for instruction in matched.file.protocol.instructions:
        if instruction.holds_for(matched.arm.id):
            yield Instruction.made(text=instruction.text, cite=cited(instruction.cite))
    if weighing.weigh_again(matched, result):
        yield Instruction.made(text=weighing.WEIGH_AGAIN, cite=())


def _other_cites(course: Course, findings: tuple[Finding, ...]) -> Iterator[str]:
    """Facts that a plan uses besides those of its arm: what findings cite, a formula, the creatinine factor, S."""
    of_arm = set(course.match.file.cites(course.match.arm))
    yield from (cite for finding in findings for cite in finding.cite if cite not in of_arm)
    request, result = course.match.request, course.result
    derived = "bsa" not in request.sizes and "weight" in request.sizes
    if derived and not isinstance(result.state.derived_bsa(result.doses[0]), Unknown):
        yield bodysurface.FORMULAS[course.match.inputs.formula].cite
    stated = (*request.stated.values(), *request.indexed.values())
    if any(each.measure is not None and each.measure.unit.symbol == "umol/L" for each in stated):
        yield "creatinine-conversion#factor"
    if course.measured is not None:
        yield from course.measured.cites()


def _sources(course: Course, others: tuple[str, ...], findings: tuple[Finding, ...]) -> tuple[dict[str, str], ...]:
    """The sheets that a plan rests on, in the order in which the file cites them, and the tables and readings."""
    file = course.match.file
    facts = [cite for cite in others if not cite.startswith(f"{beliefs.SHEET}#")]
    sheets = file.sheets_of((*file.cites(course.match.arm), *facts))
    sources = [{"id": sheet.id, "sha256": sheet.sha256} for sheet in sheets]
    sources += beliefs.sheets() if len(facts) < len(others) else []
    sources += [tables.identity(table) for cite, table in tables.CITED.items() if cite in others]
    rules = {finding.rule for finding in findings}
    sources += [tables.identity(amounts.TABLE)] if largest.RULE in rules else []
    sources += [tables.identity(loosest.TABLE)] if loosest.CITE in others else []
    if course.measured is not None:
        sources += [source for source in course.measured.sources() if source not in sources]
    return tuple(sources)


_PER = ("", "/weight", "/bsa")


# -- doses ------------------------------------------------------------------------------------------------------


def _dose(course: Course, tracer: Tracer, moment: Moment) -> Dose:
    slot, matched, measured = moment.slot, course.match, course.measured
    assert slot is not None
    when, row = matched.whens[slot.number - 1], tracer.row(moment)
    was_given = slot.number in matched.inputs.given
    name = "activity" if matched.radioactive(slot.dose.agent) else "mass"
    cite = tracer.cite(moment, row)
    (amount, per_weight, per_bsa), _ = _size(name, moment, "dose")
    return Dose.made(
        number=slot.number,
        cycle=slot.cycle,
        day=when.day,
        date=when.date,
        date_from=when.earliest,
        optional=slot.optional,
        agent=slot.dose.agent,
        level=tracer.decided_level(moment),
        kind=name,
        amount_=amount,
        pending=None if EXACT.known(moment.amount) else tracer.pending(moment),
        bounded=None if was_given else "cap" if moment.capped else "floor" if moment.floored else None,
        per_weight_=per_weight,
        per_bsa_=per_bsa,
        cumulative=_running(name, moment, "cumulative"),
        lifetime=_running(name, moment, "lifetime") if slot.dose.agent in matched.inputs.prior else None,
        interval=None if measured is None else measured.interval(slot.number),
        trace=tracer.trace(moment, row) if measured is None else measured.told(slot.number, tracer.trace(moment, row)),
        cite=cite or cited(slot.dose.cite) or cited(slot.listed.cite) or cited(matched.arm.cite),
        given=was_given,
        reduction=matched.inputs.steps.get(slot.number) or None,
    )


def _size(name: str, moment: Moment, scope: str) -> tuple[list[Amount | None], bool]:
    """An amount and its ratios, and whether they are lower bounds.

    Of a sum with unknown parts the known part is shown, as a lower bound. A ratio of which nothing is known is not
    shown, nor one that is known in part while the amount is known whole.
    """
    values = [ends(moment.between(f"{scope}_{name}{size}")) for size in SIZED]
    bound = isinstance(values[0][1], Unknown)
    shown = [low if not isinstance(high, Unknown) or (bound and low) else Unknown() for low, high in values]
    return _amounts(name, shown), bound


def _amounts(name: str, values: Iterable[Value]) -> list[Amount | None]:
    """An amount and its ratios, each None where it is not known."""
    known = (None if isinstance(value, Unknown) else value for value in values)
    return [None if value is None else Amount(value, f"{name}{per}") for value, per in zip(known, _PER, strict=True)]


def _running(name: str, moment: Moment, scope: str) -> RunningTotal:
    (amount, per_weight, per_bsa), bound = _size(name, moment, scope)
    return RunningTotal.made(kind=name, amount_=amount, per_weight_=per_weight, per_bsa_=per_bsa, lower_bound=bound)


def _totals(matched: Match, result: Calculation, agent: str) -> Totals:
    name = "activity" if matched.radioactive(agent) else "mass"
    mine = [m for m in result.doses if m.slot is not None and m.slot.dose.agent == agent]
    required = [m for m in mine if m.slot is not None and not m.slot.optional]
    everything = _sum(name, mine)
    return Totals.made(
        required=everything if len(required) == len(mine) else _sum(name, required), with_optional=everything
    )


def _sum(name: str, doses: list[Moment]) -> Size:
    sums = [sum((m.value(f"dose_{name}{size}") for m in doses), Fraction(0)) for size in SIZED]
    amount, per_weight, per_bsa = _amounts(name, sums)
    return Size.made(kind=name, amount_=amount, per_weight_=per_weight, per_bsa_=per_bsa)
