"""A plan: the protocol's file, the patient's inputs and the calculator, put together into doses and findings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from dosecalc.course.calculator import SIZED, Calculation
from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.state import Moment
from dosecalc.errors import InputError
from dosecalc.files.folders import read_text
from dosecalc.files.protocol import cited
from dosecalc.findings import regimen, sentences, sizes
from dosecalc.findings.finding import Finding, in_order
from dosecalc.findings.trace import Tracer
from dosecalc.library.load import find_arm
from dosecalc.planning.particulars import particulars
from dosecalc.planning.result import Conflict, Dose, Instruction, Plan, RunningTotal, Size, Totals, Unconfirmed
from dosecalc.quantities import units
from dosecalc.quantities.documents import Amount
from dosecalc.quantities.numbers import EXACT, Unknown, Value, ends
from dosecalc.quantities.options import merged, path_text
from dosecalc.reference import bodysurface, tables
from dosecalc.requests.match import Match, match
from dosecalc.requests.request import OPTIONS, size_hint
from dosecalc.requests.request import read as read_request
from dosecalc.version import VERSION

if TYPE_CHECKING:
    from dosecalc.files.patient import Patient
    from dosecalc.planning.measured import Measured


class NoSizeError(InputError):
    """No body size was stated, and without one no amount can be computed."""


def plan(
    protocol: str | os.PathLike[str],
    *,
    bsa: Any = None,
    weight: Any = None,
    height: Any = None,
    age: Any = None,
    sex: Any = None,
    level: Any = None,
    cycles: Any = None,
    start: Any = None,
    cycle_length: Any = None,
    prior: Any = None,
    given: Any = None,
    measured: Any = None,
    retention: Any = None,
    reduction: Any = None,
    observables: Mapping[str, Any] | None = None,
    patient: Patient | str | os.PathLike[str] | None = None,
    label: Any = None,
    bsa_formula: Any = None,
) -> Plan:
    """Plan one patient's course.

    ``protocol`` is an arm id (``"clover2-20"``) or a path ``file.toml#arm``. Every quantity is text (``"1.6 m^2"``), a
    pint Quantity of any registry, or, for ``bsa`` (m²), ``weight`` (kg), ``height`` (cm) and ``age`` (years), a plain
    number. ``level``, ``weight``, ``given`` and ``measured`` may be tables by dose (``{2: "22 kg"}``), and so is
    ``retention``, which names files of whole-body readings (``{1: "retention.csv"}``), and ``reduction``, the step of
    the protocol's ladder from a dose on (``{3: 1}``). ``observables`` maps names such
    as ``"platelets"`` or ``"remission[2]"`` to values; ``prior`` lists earlier therapy as
    ``"[AGENT:]AMOUNT[@DATE][,WEIGHT]"``, or is ``"none"``. ``start`` is a date. ``patient`` is a
    :class:`~dosecalc.files.patient.Patient`, or the path of a patient file.

    Returns a frozen :class:`~dosecalc.planning.result.Plan`. Raises InputError (a ValueError) for what cannot
    be used.

    >>> import dosecalc
    >>> dosecalc.plan("clover2-20", bsa="1.6 m^2").doses[0].exact
    Fraction(1184, 1)
    """
    stated = {
        "bsa": bsa,
        "weight": weight,
        "height": height,
        "age": age,
        "sex": sex,
        "level": level,
        "cycles": cycles,
        "start": start,
        "cycle_length": cycle_length,
        "prior": prior,
        "given": given,
        "measured": measured,
        "retention": retention,
        "reduction": reduction,
        "observables": observables,
        "label": label,
        "bsa_formula": bsa_formula,
    }
    return plan_inputs(inputs_of(protocol, stated, patient))


def inputs_of(
    protocol: str | os.PathLike[str],
    stated: Mapping[str, Any],
    patient: Patient | str | os.PathLike[str] | None = None,
) -> dict[str, list[str]]:
    """The table ``{option: [texts]}`` of what was stated under the keywords of :func:`plan`."""
    inputs = {"protocol": [path_text("protocol", protocol)]}
    for keyword, value in stated.items():
        option = "set" if keyword == "observables" else keyword.replace("_", "-")
        if option not in OPTIONS:
            raise TypeError(f"there is no keyword {keyword!r}")
        if value is not None:
            inputs[option] = _texts(option, value.isoformat() if isinstance(value, Date) else value)
    if patient is None:
        return inputs
    from dosecalc.files.patient import Patient

    if isinstance(patient, Patient):
        return merged(inputs, patient.inputs())
    return {**inputs, "patient": [path_text("patient", patient)]}


def _texts(option: str, value: Any) -> list[str]:
    from dosecalc.quantities.options import texts

    try:
        return texts(value)
    except InputError as error:
        raise error.at(option) from None


def plan_inputs(inputs: Mapping[str, Sequence[str]]) -> Plan:
    """Plan from the table ``{option: [texts]}`` that the command line and :func:`plan` both make."""
    asked, kept = asked_of(inputs)
    result = asked.compiled.run(asked.slots, asked.inputs)
    _check_any_amount(asked, result)
    _check_derived_surface(asked, result)
    if not asked.request.retention:
        return _assemble(asked, result, kept)
    from dosecalc.planning.measured import measure  # scipy is loaded for readings alone

    measured = measure(asked, result)
    return _assemble(measured.match, measured.result, kept, measured)


def asked_of(inputs: Mapping[str, Sequence[str]], *, need_levels: bool = True) -> tuple[Match, dict[str, list[str]]]:
    """What was asked, held against its arm, and the table of options with those of a patient file."""
    if unknown := [option for option in inputs if option not in OPTIONS]:
        raise InputError(f"there is no option {unknown[0]!r}")
    kept = {option: list(texts) for option, texts in inputs.items() if texts}
    for path in inputs.get("patient", ()):
        from dosecalc.files.patient import from_text

        try:
            text = read_text(path)[0]
        except InputError as error:
            raise error.at("--patient") from None
        kept = merged(kept, from_text(text, path).inputs())
    wanted = list(dict.fromkeys(kept.get("protocol", [])))
    if len(wanted) != 1:
        said = f"given twice with different values, {' and '.join(wanted)}" if wanted else "nothing was given"
        raise InputError(said, where="--protocol")
    file, arm = find_arm(wanted[0])
    return match(file, arm, read_request(kept, file.table), need_levels=need_levels), kept


def _check_any_amount(asked: Match, result: Calculation) -> None:
    """A plan without a single amount, for want of a body size, is no plan."""
    if any(EXACT.known(moment.amount) for moment in result.doses):
        return
    first = result.doses[0]
    if {"weight", "height", "bsa"} & (first.amount.lacks if isinstance(first.amount, Unknown) else set()):
        if any(size.date is not None for sizes in asked.request.sizes.values() for size in sizes):
            raise InputError(f"{asked.arm.id}: dose 1 {Tracer(asked, result.doses).pending(first)}")
        bases = {low.dimension.partition("/")[2] for m in result.doses for row in m.rows for low, _ in row.options}
        raise NoSizeError(f"{asked.arm.id} is dosed by body size: {size_hint(bases)}")


def _check_derived_surface(asked: Match, result: Calculation) -> None:
    """A body surface area that no person has is refused when it is derived as when it is stated."""
    row = OBSERVABLES["bsa"]
    for moment in result.doses if "weight" in asked.request.sizes else ():
        derived = result.case.derived_bsa(moment)
        used = isinstance(result.case.stated("bsa", moment), Unknown) and not isinstance(derived, Unknown)
        if row.low is None or row.high is None or not used:
            continue
        if EXACT.above(row.low, derived).yes or EXACT.above(derived, row.high).yes:
            formula = bodysurface.FORMULAS[asked.inputs.formula].name
            raise InputError(
                f"weight and height give a body surface area of {units.show(derived, 'm^2')} by {formula}; it lies "
                f"between {units.show(row.low, 'm^2')} and {units.show(row.high, 'm^2')} in any person",
                where="--weight and --height",
            )


def _assemble(asked: Match, result: Calculation, kept: dict[str, list[str]], measured: Measured | None = None) -> Plan:
    protocol, arm, file = asked.file.protocol, asked.arm, asked.file
    tracer = Tracer(asked, result.doses)
    found = _findings(asked, result, tracer) if measured is None else _measured_findings(measured, tracer)
    extra = _extra_cites(asked, result, found, measured)
    for cite in extra:
        file.fact(cite)  # so that its sheet is among those that were read
    return Plan.made(
        version=VERSION,
        protocol=identity(asked),
        sources=_sources(asked, extra, measured),
        inputs=kept,
        patient=particulars(asked, result),
        agents={key: agent.name for key, agent in protocol.agents.items()},
        doses=tuple(_dose(asked, tracer, moment, measured) for moment in result.doses),
        totals={agent: _totals(asked, result, agent) for agent in asked.agents()},
        findings=found,
        conflicts=tuple(_conflicts(asked, result)),
        instructions=tuple(
            Instruction.made(text=i.text, cite=cited(i.cite)) for i in protocol.instructions if i.holds_for(arm.id)
        ),
        unconfirmed=tuple(
            Unconfirmed.made(fact=cite, statement=statement)
            for cite, statement in [*file.unconfirmed(arm), *file.unconfirmed_among(extra)]
        ),
        verified=None,
    )


def identity(asked: Match) -> dict[str, str]:
    """Which arm of which file a result is of."""
    protocol, file = asked.file.protocol, asked.file
    return {"id": protocol.id, "arm": asked.arm.id, "title": asked.arm.title, "status": protocol.status,
            "file": file.file, "sha256": file.sha256}  # fmt: skip


def _findings(asked: Match, result: Calculation, tracer: Tracer) -> tuple[Finding, ...]:
    made = [*regimen.findings(asked, result, tracer), *sizes.findings(asked, result)]
    for run in result.rules:
        made += [_told(finding, asked) for finding in sentences.of_rule(run)]
    return in_order(made)


def _measured_findings(measured: Measured, tracer: Tracer) -> tuple[Finding, ...]:
    """The findings of a plan with doses from readings: a limit within their interval is a warning, and not a pass."""
    from dosecalc.planning.measured import doubted, own_findings

    edges = [
        _findings(edge.match, edge.result, Tracer(edge.match, edge.result.doses))
        for edge in (measured.low, measured.high)
        if edge is not None
    ]
    made = [*doubted(_findings(measured.match, measured.result, tracer), edges),
            *own_findings(measured, cited(measured.match.arm.cite))]  # fmt: skip
    return in_order(made)


def _told(finding: Finding, asked: Match) -> Finding:
    """A finding about lifetime activity per body weight, with how an earlier amount without a weight was taken."""
    per_weight = any(check.observable == "lifetime_activity_per_weight" for check in finding.checks)
    unweighed = [p.text for p in asked.request.prior or () if p.amount.dimension == "activity" and p.weight is None]
    if not per_weight or not unweighed or finding.status not in ("violation", "warning", "unknown"):
        return finding
    note = (
        f" An earlier amount without the weight of that time ({', '.join(unweighed)}) is divided by today's weight, "
        "the least that it can have been unless the patient has lost weight: write AMOUNT,WEIGHT."
    )
    return finding.model_copy(update={"message": finding.message + note})


def _conflicts(asked: Match, result: Calculation) -> Iterable[Conflict]:
    for (conflict, _), applies in zip(asked.compiled.conflicts, result.conflicts, strict=True):
        yield Conflict.made(
            id=conflict.id,
            reading=conflict.reading,
            because=conflict.because,
            between=tuple(conflict.between),
            applies=True if applies.yes else False if applies.no else None,
        )


# -- sources ----------------------------------------------------------------------------------------------------


def _extra_cites(asked: Match, result: Calculation, found: tuple[Finding, ...], measured: Measured | None) -> list[str]:
    """Facts that a plan uses besides those of its arm: sizes that people have, a formula, the creatinine factor, S."""
    extra = [cite for finding in found if finding.rule == "plausible-size" for cite in finding.cite]
    request = asked.request
    derived = "bsa" not in request.sizes and "weight" in request.sizes
    if derived and not isinstance(result.case.derived_bsa(result.doses[0]), Unknown):
        extra.append(bodysurface.FORMULAS[asked.inputs.formula].cite)
    stated = [*request.stated.values(), *request.indexed.values()]
    if any(said.measure is not None and said.measure.unit.symbol == "umol/L" for said in stated):
        extra.append("creatinine-conversion#factor")
    if measured is not None:
        extra += measured.cites()
    return extra


def _sources(asked: Match, extra: list[str], measured: Measured | None) -> tuple[dict[str, str], ...]:
    """The sheets that a plan rests on, in the order in which the file cites them."""
    used = dict.fromkeys(cite.partition("#")[0] for cite in (*asked.file.cites(asked.arm), *extra))
    sheets = (asked.file.sheets[sheet] for sheet in used if sheet in asked.file.sheets)
    table = (tables.identity(),) if tables.CITE in extra else ()
    made = [*({"id": sheet.id, "sha256": sheet.sha256} for sheet in sheets), *table]
    if measured is not None:
        made += [source for source in measured.sources() if source not in made]
    return tuple(made)


_PER = ("", "/weight", "/bsa")


# -- doses ------------------------------------------------------------------------------------------------------


def _dose(asked: Match, tracer: Tracer, moment: Moment, measured: Measured | None) -> Dose:
    slot = moment.slot
    assert slot is not None
    when, row = asked.whens[slot.number - 1], tracer.row(moment)
    given = slot.number in asked.inputs.given
    name = "activity" if asked.radioactive(slot.dose.agent) else "mass"
    cite = () if row is None else cited(row.cite.cite)
    (amount, per_weight, per_bsa), _ = _size(name, moment, "dose")
    return Dose.made(
        number=slot.number,
        cycle=slot.cycle,
        day=when.day,
        date=when.date,
        date_from=when.earliest,
        optional=slot.optional,
        agent=slot.dose.agent,
        level=tracer.level(moment, row),
        kind=name,
        amount_=amount,
        pending=None if EXACT.known(moment.amount) else tracer.pending(moment),
        bounded=None if given else "cap" if moment.capped else "floor" if moment.floored else None,
        per_weight_=per_weight,
        per_bsa_=per_bsa,
        cumulative=_running(name, moment, "cumulative"),
        lifetime=_running(name, moment, "lifetime") if slot.dose.agent in asked.inputs.prior else None,
        interval=None if measured is None else measured.interval(slot.number),
        trace=tracer.trace(moment, row) if measured is None else measured.told(slot.number, tracer.trace(moment, row)),
        cite=cite or cited(slot.dose.cite) or cited(slot.listed.cite) or cited(asked.arm.cite),
        given=given,
        reduction=asked.inputs.steps.get(slot.number) or None,
    )


def _size(name: str, moment: Moment, scope: str) -> tuple[list[Amount | None], bool]:
    """An amount and its ratios, and whether they are lower bounds.

    Of a sum with unknown parts the known part is shown, as a lower bound. A ratio of which nothing is known is not
    shown, nor one that is known in part while the amount is known whole.
    """
    values = [ends(moment.get(f"{scope}_{name}{size}")) for size in SIZED]
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


def _totals(asked: Match, result: Calculation, agent: str) -> Totals:
    name = "activity" if asked.radioactive(agent) else "mass"
    mine = [m for m in result.doses if m.slot is not None and m.slot.dose.agent == agent]
    required = [m for m in mine if m.slot is not None and not m.slot.optional]
    everything = _sum(name, mine)
    return Totals.made(
        required=everything if len(required) == len(mine) else _sum(name, required), with_optional=everything
    )


def _sum(name: str, doses: list[Moment]) -> Size:
    sums = [sum((m.values[f"dose_{name}{size}"] for m in doses), Fraction(0)) for size in SIZED]
    amount, per_weight, per_bsa = _amounts(name, sums)
    return Size.made(kind=name, amount_=amount, per_weight_=per_weight, per_bsa_=per_bsa)
