"""A record held against what was prescribed, and against its protocol: ``dosecalc record``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date as Date
from datetime import datetime
from fractions import Fraction
from typing import Unpack

from dosecalc.errors import InputError
from dosecalc.files.protocol import Severity
from dosecalc.findings.clearance import clear
from dosecalc.findings.finding import Finding, in_order
from dosecalc.findings.sentences import own
from dosecalc.planning.result import Plan
from dosecalc.quantities import times, units
from dosecalc.quantities.documents import Amount, Number
from dosecalc.quantities.keywords import RecordOptions
from dosecalc.quantities.options import RECORD, path_text, texts_of, within
from dosecalc.quantities.phrases import doses_text
from dosecalc.records import afterwards, history, reader
from dosecalc.records.account import RecordAccount
from dosecalc.records.administration import Expected, Setting, check
from dosecalc.records.net import BALANCE
from dosecalc.records.reader import SIZES, RecordFile, WrittenDose
from dosecalc.records.result import Administration, Cumulative, RecordCheck
from dosecalc.reference import radionuclides, tables
from dosecalc.reference.screens import SIEVERT
from dosecalc.reference.synonyms import Identity, identify
from dosecalc.version import VERSION

_SEVERAL = ("set", "prior")
"""Options that may be stated in the file and by the caller as well."""
CONTENTS = "nrc-35-2063#contents"
DIRECTIVE = "nrc-35-40#contents"
IDENTITY = "nrc-35-41#procedures"
Progress = Callable[[int], None]


def check_record(
    path: str | os.PathLike[str],
    *,
    protocol: str | None = None,
    nuclide: str | None = None,
    tz: str | None = None,
    progress: Progress | None = None,
    **stated: Unpack[RecordOptions],
) -> RecordCheck:
    """Check a course record: what was given against what was prescribed, and against the protocol.

    Each dose is brought to one time by decay and compared with every statement of what was to be given, by the limits
    of EANM (on article 56 of Directive 2013/59/Euratom, 2021) and of 10 CFR 35.63 and 35.3045.

    Args:
        path: A TOML, JSON or CSV file.
        protocol: The arm that the course follows, where the file names none.
        nuclide: The radionuclide of all doses, where the file names none (``"I-131"``).
        tz: The zone of times without an offset, where the file names none (``"America/Chicago"``).
        progress: Called with the number of doses read since the last call, a thousand at a time.
        **stated: What the file leaves out of the patient, as for :func:`dosecalc.plan`: sizes, age, sex, level, prior
            therapy, observables (:class:`~dosecalc.quantities.keywords.RecordOptions`).

    Returns:
        A frozen :class:`~dosecalc.records.result.RecordCheck`: amounts in MBq or mg.

    Raises:
        InputError: For a record that cannot be used.

    >>> import dosecalc
    >>> dosecalc.check_record("course.toml").doses[1].difference_percent  # with the record of docs/record.md
    25.0

    """
    for option, value in (("protocol", protocol), ("nuclide", nuclide), ("tz", tz)):
        if value is not None and not isinstance(value, str):
            raise InputError(f"read {type(value).__name__}, expected text", where=option)
    texts = texts_of(stated, RECORD)
    return check_texts(path, texts, protocol=protocol, nuclide=nuclide, tz=tz, progress=progress)


def check_texts(
    path: str | os.PathLike[str],
    stated: Mapping[str, list[str]],
    *,
    protocol: str | None,
    nuclide: str | None,
    tz: str | None,
    progress: Progress | None,
) -> RecordCheck:
    """Check a record with the statements about its patient as the table ``{option: [texts]}``."""
    more = {option: texts for option, texts in stated.items() if option not in ("protocol", "nuclide", "tz")}
    file = reader.read(path_text("path", path))
    inputs, setting = _settled(file, protocol, more), _setting(file, nuclide, tz)
    whole = {"protocol": inputs.get("protocol", [None])[0], "nuclide": setting.nuclide, "tz": file.tz or tz}
    account = RecordAccount({key: text for key, text in whole.items() if text is not None})
    if "protocol" in inputs:
        return _of_course(_of_one_patient(file), inputs, setting, progress, account)
    doses = tuple(_numbered(file, setting, progress, {}, account))
    findings = [*_of_doses(doses), *afterwards.findings(doses, routes={}, instructions=None)]
    return _assembled(file, inputs, doses, findings, account)


def _assembled(
    file: RecordFile,
    inputs: Mapping[str, Sequence[str]],
    doses: tuple[Administration, ...],
    findings: list[Finding],
    account: RecordAccount,
    plan: Plan | None = None,
) -> RecordCheck:
    """Everything put into a frozen result; ``plan`` is that of what was given, where the record follows a protocol."""
    if file.gate is not None:
        status, text = file.gate
        findings = [own("gate-word", status, doses[0].number, text, ()), *findings]
    last = max(dose.number for dose in _of_patient(doses) or doses)
    source = {"id": file.file, "sha256": file.sha256}
    listed = in_order(findings)
    remaining = () if plan is None else tuple(dose for dose in plan.doses if dose.number > last)
    pending = {dose.number: dose.pending for dose in remaining if dose.pending is not None}
    outside = sum(dose.flagged for dose in doses)
    return RecordCheck.made(
        version=VERSION,
        inputs={"record": [file.file], **inputs},
        protocol=None if plan is None else plan.protocol,
        stated=account.statements(file, inputs, plan, listed),
        doses=doses,
        cumulative=tuple(_totals(doses)),
        clearance=clear(listed, pending, last + 1, besides=outside),
        findings=listed,
        remaining=remaining,
        notes=(*([file.said] if file.said else []), *_notes(doses)),
        sources=(source, tables.identity(tables.HALF_LIVES), *(() if plan is None else plan.sources)),
    )


def _setting(file: RecordFile, nuclide: str | None, tz: str | None) -> Setting:
    table = tables.radionuclides()
    named, place = _agreed("nuclide", file, file.nuclide, nuclide)
    if named is not None:
        within(place, radionuclides.find, named, table)
    zone, place = _agreed("tz", file, file.tz, tz)
    return Setting(None if zone is None else within(place, times.zone, zone), named, table)


def _agreed(key: str, file: RecordFile, filed: str | None, stated: str | None) -> tuple[str | None, str]:
    """A setting that the file or the caller states, and the place for messages. Where both do they agree."""
    if filed is not None and stated is not None and filed != stated:
        raise InputError(f"read {stated!r}, but the record says {filed!r}", where=f"--{key}")
    return (stated, f"--{key}") if filed is None else (filed, f"{file.file}, {key}")


def _settled(file: RecordFile, protocol: str | None, more: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The options of a plan that the record states, with the protocol and the statements of the caller."""
    chosen, _ = _agreed("protocol", file, file.inputs.get("protocol", [None])[0], protocol)
    for option in (option for option in more if option not in _SEVERAL and option in file.inputs):
        _agreed(option, file, ", ".join(file.inputs[option]), ", ".join(more[option]))
    several = {option: file.inputs.get(option, []) + more[option] for option in more if option in _SEVERAL}
    inputs = {**file.inputs, **more, **several}
    return inputs if chosen is None else {**inputs, "protocol": [chosen]}


# -- doses ------------------------------------------------------------------------------------------------------


def _of_one_patient(file: RecordFile) -> RecordFile:
    """The same file, its doses read; a protocol is about the course of one patient.

    Where the file says whose course it is, a dose of another patient is a finding and not of the course.
    """
    doses = list(file.doses)
    patients = {written.patient_id for written in doses}
    if file.patient_id is not None and file.patient_id not in patients:
        raise InputError(f"no dose is of patient {file.patient_id}, whose course it is", where=f"{file.file}, doses")
    if len(patients) > 1 and file.patient_id is None:
        message = f"a protocol is checked for one patient's course; the record has {len(patients)} patients"
        raise InputError(message, where="--protocol")
    return file._replace(doses=doses)


def _of_patient(doses: tuple[Administration, ...]) -> tuple[Administration, ...]:
    """The doses of the patient whose course it is."""
    return tuple(dose for dose in doses if dose.course_of is None)


def _of_course(
    file: RecordFile,
    inputs: Mapping[str, Sequence[str]],
    setting: Setting,
    progress: Progress | None,
    account: RecordAccount,
) -> RecordCheck:
    """A record that follows a protocol: its doses, the plan from what was given, and every finding."""
    try:
        counted = list(_counted(file))
        inputs = {**inputs, **_sizes(file, counted, inputs)}
        planned = history.planned(inputs, _start(counted, setting))
        doses = tuple(_numbered(file, setting, progress, history.expected(inputs, planned, _reached(counted)), account))
        findings = list(_of_doses(doses))
        own = _of_patient(doses)
        ordered = not any(finding.rule == "dose-order" for finding in findings)
        plan = history.as_given(inputs, own, ordered=ordered)
    except InputError as error:
        if error.where is not None and error.where.startswith(file.file):
            raise
        raise InputError(error.message, where=f"{file.file}, {error.where or 'protocol'}") from None
    findings += history.findings(plan, own)
    findings += _against_protocol(doses, findings)
    routes = {each.dose: each.status for each in findings if each.rule == "dose-route" and each.dose is not None}
    findings += afterwards.findings(doses, routes=routes, instructions=history.instructions(inputs))
    return _assembled(file, inputs, doses, findings, account, plan)


def _sizes(
    file: RecordFile, counted: Iterable[tuple[WrittenDose, int]], inputs: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """The sizes that stand with the doses, as a plan takes them: from a dose on, or by their own date.

    That of a dose which the protocol does not have says nothing of its doses.
    """
    counted = list(counted)
    last = history.number_of_doses(inputs, _reached(counted))
    sizes: dict[str, list[str]] = {}
    for written, number in counted:
        for name in SIZES if written.course_of is None and number <= last else ():
            text = getattr(written, name)
            if text is not None:
                sizes.setdefault(name, []).append(text if "@" in text else f"{number}={text}")
    for name, texts in sizes.items():
        whole = list(inputs.get(name, ()))
        first = [text.removeprefix("1=") for text in texts if text.startswith("1=")]
        if whole and first and whole != first:
            message = f"read {', '.join(whole)!r} for all doses, and {', '.join(first)!r} of the first"
            raise InputError(message, where=f"{file.file}, {name}")
        sizes[name] = [*whole, *texts]
    return sizes


def _reached(counted: Iterable[tuple[WrittenDose, int]]) -> int:
    """The highest number of a dose of the course."""
    return max((number for written, number in counted if written.course_of is None), default=0)


def _start(counted: Iterable[tuple[WrittenDose, int]], setting: Setting) -> Date | None:
    """The day of the first dose, where it is recorded; a time that cannot be read is told of its dose."""
    for written, number in counted:
        text = written.parts[0].given_at
        if number == 1 and written.course_of is None and text is not None:
            try:
                return times.read(text, setting.zone).date()
            except InputError:
                return None
    return None


def _numbered(
    file: RecordFile,
    setting: Setting,
    progress: Progress | None,
    expected: Mapping[int, Expected],
    account: RecordAccount,
) -> Iterator[Administration]:
    """Every dose, checked, and taken note of in the account."""
    for count, (written, number) in enumerate(_counted(file), start=1):
        try:
            dose = check(written, number, setting, expected.get(number) if written.course_of is None else None)
        except InputError as error:
            raise InputError(error.message, where=f"{file.file}, {error.where}") from None
        account.add(written, dose)
        yield dose
        if progress is not None and count % 1000 == 0:
            progress(1000)


def _counted(file: RecordFile) -> Iterator[tuple[WrittenDose, int]]:
    """Every dose with its number; those without one are numbered in the order of the file, for each patient."""
    last: dict[str | None, int] = {}
    seen: set[tuple[str | None, int, int | None]] = set()
    for written in file.doses:
        before = last.get(written.patient_id, 0)
        number = written.number or (before if (written.component or 1) > 1 else before + 1)
        if _clashes((written.patient_id, number, written.component), seen):
            of = "" if written.patient_id is None else f" of {written.patient_id}"
            message = f"dose {number}{of} appears twice; a dose that was given in parts is one dose with parts"
            raise InputError(message, where=f"{file.file}, {written.place}")
        if written.component is not None and written.component > 1:
            _check_component((written.patient_id, number, written.component), seen, f"{file.file}, {written.place}")
        seen.add((written.patient_id, number, written.component))
        last[written.patient_id] = number
        yield written, number


def _clashes(dose: tuple[str | None, int, int | None], seen: set[tuple[str | None, int, int | None]]) -> bool:
    """Whether a dose is there already; agents that were given together have one number and differ in the component."""
    patient, number, component = dose
    whole, first = (patient, number, None), (patient, number, 1)
    return dose in seen or (whole in seen if component is not None else first in seen)


def _check_component(
    dose: tuple[str | None, int, int], seen: set[tuple[str | None, int, int | None]], place: str
) -> None:
    patient, number, component = dose
    if (patient, number, component - 1) not in seen:
        raise InputError(f"component {component} does not follow component {component - 1} of its dose", where=place)


def _totals(doses: Iterable[Administration]) -> Iterator[Cumulative]:
    """The sum of each agent in each patient."""
    groups: dict[tuple[str | None, Identity | str | None, str], list[Administration]] = {}
    for dose in doses:
        agent = None if dose.agent is None else identify(dose.agent, dose.nuclide) or dose.agent
        groups.setdefault((dose.patient_id, agent, dose.kind), []).append(dose)
    for mine in groups.values():
        yield _total(mine)


def _total(doses: list[Administration]) -> Cumulative:
    """The sum of doses of one agent and patient. It is not known where it has an unknown part and an upper bound."""
    first = doses[0]
    known = [dose.given for dose in doses if dose.given is not None]
    lower, upper = len(known) < len(doses), any(dose.at_most for dose in doses)
    wanted = _sum(None if dose.right_agent is False else dose.prescribed for dose in doses)
    given = sum(known, Fraction(0)) if known and not (lower and upper) else None
    off = None if lower or given is None or not wanted else given / wanted - 1
    return Cumulative.made(
        patient_id=first.patient_id,
        agent=first.agent,
        kind=first.kind,
        doses=len(doses),
        prescribed=None if wanted is None else Amount(wanted, first.kind),
        administered=None if given is None else Amount(given, first.kind),
        lower_bound=lower,
        upper_bound=upper,
        off=off,
        difference_percent=None if off is None else float(100 * off),
    )


def _sum(amounts: Iterable[Amount | None]) -> Number | None:
    """The sum of amounts in MBq or mg; None where one of them is not known."""
    total: Number = Fraction(0)
    for amount in amounts:
        if amount is None:
            return None
        total += amount.value
    return total


def _notes(doses: tuple[Administration, ...]) -> Iterator[str]:
    screens = (screen for dose in doses for one in dose.compared for screen in one.screens)
    if any(screen.outside and screen.id.startswith("35.3045") for screen in screens):
        computed = any(dose.sievert is not None for dose in doses)
        how = "" if computed else "; it is computed if dose_coefficient is stated"
        yield f"whether a dose is a medical event also depends on the sievert limb ({SIEVERT}){how}"


# -- findings ---------------------------------------------------------------------------------------------------


def _of_doses(doses: tuple[Administration, ...]) -> Iterator[Finding]:
    """The findings of the record itself: statements that disagree, an impossible order, what is not recorded."""
    for dose in doses:
        if dose.course_of is not None:
            text = f"the course is of patient {dose.course_of}, this dose of patient {dose.patient_id}"
            yield own("patient-identity", "violation", dose.number, text, (IDENTITY,))
        yield from _prescribed_agent(dose)
        if dose.disagree:
            yield _disagreement(dose)
        if dose.given is None:
            yield own("administered", "unknown", dose.number, f"what was given is not known: {dose.notes[0]}", ())
        for balance in dose.balances:
            cite = (f"beliefs#{BALANCE}",) if balance.status == "violation" else ()
            severity: Severity | None = "warning" if balance.status == "warning" else None
            yield own("given-balance", balance.status, dose.number, balance.text, cite, severity=severity)
    yield from _order(doses)
    lacking = [dose for dose in doses if dose.lacking]
    if lacking:
        names = list(dict.fromkeys(name for dose in lacking for name in dose.lacking))
        which = "every dose" if len(lacking) == len(doses) > 1 else doses_text(dose.number for dose in lacking[:20])
        text = f"{which}: not recorded: {', '.join(names)}{_determination(names)}"
        yield own("record-contents", "unknown", None, text, (CONTENTS,))


def _prescribed_agent(dose: Administration) -> Iterator[Finding]:
    """Another agent than was prescribed; amounts of the two are not compared."""
    if dose.prescribed_agent is None or dose.right_agent:
        return
    if dose.agent is None:
        text = f"{dose.prescribed_agent} was prescribed; which agent was given is not recorded"
        yield own("wrong-agent", "unknown", dose.number, text, ())
    elif dose.right_agent is False:
        text = f"{dose.prescribed_agent} was prescribed and {dose.agent} given; their amounts are not compared"
        yield own("wrong-agent", "violation", dose.number, text, (DIRECTIVE,))
    else:
        text = f"whether {dose.agent}, which was given, is the prescribed {dose.prescribed_agent} is not known"
        yield own("wrong-agent", "unknown", dose.number, text, (DIRECTIVE,))


def _disagreement(dose: Administration) -> Finding:
    unit = "mCi" if dose.kind == "activity" else "mg"
    amounts = ", ".join(f"{one.of} {_shown(one.value, unit)}" for one in dose.compared)
    text = f"statements of what was to be given differ: {amounts}"
    return own("prescriptions-agree", "warning", dose.number, text, (), severity="warning")


def _against_protocol(doses: tuple[Administration, ...], findings: list[Finding]) -> list[Finding]:
    """What was prescribed against the protocol, unless that is said of what was given (``given-amount``)."""
    amiss = ("warning", "violation")
    told = {each.dose for each in findings if each.rule == "given-amount" and each.status in amiss}
    untold = [dose for dose in doses if dose.off_protocol and dose.number not in told]
    return [_disagreement(dose) for dose in untold if not dose.disagree]


def _determination(names: list[str]) -> str:
    """What is meant by an assay's time and name, where one of them is lacking."""
    meant = {"at": "the date and time of the determination of the dosage", "by": "who determined it"}
    said = [f"assayed.{key} is {of}" for key, of in meant.items() if any(n.endswith(f"assayed.{key}") for n in names)]
    return f" ({', '.join(said)})" if said else ""


def _order(doses: tuple[Administration, ...]) -> Iterator[Finding]:
    """Doses that were given before one of a lower number."""
    latest: dict[str | None, tuple[datetime, int]] = {}
    for dose in sorted(doses, key=lambda each: each.number):
        if dose.given_at is None:
            continue
        before = latest.get(dose.patient_id)
        if before is not None and times.between(before[0], dose.given_at) < 0:
            yield own("dose-order", "violation", dose.number, f"it was given before dose {before[1]}", ())
        else:
            latest[dose.patient_id] = (dose.last_at or dose.given_at, dose.number)


def _shown(value: Number | None, unit: str) -> str:
    return "not known" if value is None else units.show(value, unit)
