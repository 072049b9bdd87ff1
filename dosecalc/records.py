"""Was what was given what was prescribed, and what the protocol says? ``dosecalc record``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import pairwise

from dosecalc import library, recordfiles, references, schedule, times, units
from dosecalc.administrations import PRESCRIBED, Administration, Setting, check
from dosecalc.errors import InputError
from dosecalc.findings import own
from dosecalc.numbers import Unknown, Value
from dosecalc.phrases import doses_text
from dosecalc.planning import plan_inputs
from dosecalc.plans import ORDER, Finding, Plan, Status
from dosecalc.recordchecks import Cumulative, RecordCheck
from dosecalc.recordfiles import RecordFile
from dosecalc.request import within
from dosecalc.screens import SIEVERT
from dosecalc.version import VERSION

CONTENTS = "nrc-35-2063#contents"
Progress = Callable[[int], None]


def check_record(
    path: str | os.PathLike[str],
    *,
    protocol: str | None = None,
    nuclide: str | None = None,
    tz: str | None = None,
    progress: Progress | None = None,
) -> RecordCheck:
    """Check a course record: what was given against what was prescribed, and against the protocol.

    ``path`` is a TOML, JSON or CSV file. ``protocol`` (an arm), ``nuclide`` and ``tz`` (the zone of times without an
    offset) may be stated here where the file leaves them out. ``progress`` is called with the number of doses read.

    Returns a :class:`~dosecalc.recordchecks.RecordCheck`. Raises InputError for a record that cannot be used.
    """
    file = recordfiles.read(os.fspath(path))
    inputs = _settled(file, protocol)
    zone = _agreed("--tz", file.tz, tz)
    setting = Setting(
        None if zone is None else within("--tz", times.zone, zone),
        _agreed("--nuclide", file.nuclide, nuclide),
        references.radionuclides(),
    )
    if "protocol" in inputs:
        file = _of_one_patient(file)
    planned = _planned(inputs)
    doses = tuple(_numbered(file, setting, progress, planned))
    findings = list(_of_doses(doses))
    plan = _as_given(inputs, doses, findings) if "protocol" in inputs else None
    if plan is not None:
        findings += _of_course(plan, planned or plan, doses)
    given = {dose.number for dose in doses}
    return RecordCheck(
        version=VERSION,
        inputs={"record": [file.file], **inputs},
        protocol=None if plan is None else plan.protocol,
        doses=doses,
        cumulative=tuple(_totals(doses)),
        findings=tuple(sorted(findings, key=lambda finding: ORDER.index(finding.status))),
        remaining=() if plan is None else tuple(dose for dose in plan.doses if dose.number not in given),
        notes=tuple(_notes(doses)),
        sources=({"id": file.file, "sha256": file.sha256}, references.identity(references.HALF_LIVES),
                 *(plan.sources if plan is not None else ())),
    )  # fmt: skip


def _agreed(option: str, filed: str | None, stated: str | None) -> str | None:
    if filed is not None and stated is not None and filed != stated:
        raise InputError(f"read {stated!r}, but the record says {filed!r}", where=option)
    return filed if stated is None else stated


def _settled(file: RecordFile, protocol: str | None) -> dict[str, list[str]]:
    filed = file.inputs.get("protocol", [None])[0]
    chosen = _agreed("--protocol", filed, protocol)
    return file.inputs if chosen is None else {**file.inputs, "protocol": [chosen]}


# -- doses ------------------------------------------------------------------------------------------------------


def _of_one_patient(file: RecordFile) -> RecordFile:
    """The same file, its doses read; a protocol is about the course of one patient."""
    doses = list(file.doses)
    patients = {written.patient_id for written in doses}
    if len(patients) > 1:
        said = f"a protocol is checked for one patient's course; the record has {len(patients)} patients"
        raise InputError(said, where="--protocol")
    return file._replace(doses=doses)


def _planned(inputs: dict[str, list[str]]) -> Plan | None:
    """The protocol's plan, whatever was given; None without a protocol, or without the body size that it needs."""
    if "protocol" not in inputs:
        return None
    try:
        return plan_inputs(inputs)
    except InputError:
        if {"weight", "bsa", "height"} & inputs.keys():
            raise
        return None


def _numbered(
    file: RecordFile, setting: Setting, progress: Progress | None, planned: Plan | None
) -> Iterator[Administration]:
    """Every dose, checked; doses without a number are numbered in the order of the file, for each patient."""
    amounts = {} if planned is None else {dose.number: dose.size.value for dose in planned.doses}
    last: dict[str | None, int] = {}
    seen: set[tuple[str | None, int]] = set()
    for count, written in enumerate(file.doses, start=1):
        number = written.number or last.get(written.patient_id, 0) + 1
        if (written.patient_id, number) in seen:
            of = "" if written.patient_id is None else f" of {written.patient_id}"
            raise InputError(f"dose {number}{of} stands twice", where=f"{file.file}, {written.place}")
        seen.add((written.patient_id, number))
        last[written.patient_id] = number
        try:
            yield check(written, number, setting, amounts.get(number))
        except InputError as error:
            raise InputError(error.message, where=f"{file.file}, {error.where}") from None
        if progress is not None and count % 1000 == 0:
            progress(1000)


def _totals(doses: Iterable[Administration]) -> Iterator[Cumulative]:
    """What each agent came to in each patient."""
    groups: dict[tuple[str | None, str | None, str], list[Administration]] = {}
    for dose in doses:
        groups.setdefault((dose.patient_id, dose.agent, dose.kind), []).append(dose)
    for (patient, agent, kind), mine in groups.items():
        known = [dose.given for dose in mine if not isinstance(dose.given, Unknown)]
        wanted: Value = sum((dose.compared[0].value for dose in mine), Fraction(0))
        given: Value = sum(known, Fraction(0)) if known else Unknown("assayed")
        yield Cumulative(patient, agent, kind, len(mine), wanted, given, len(known) < len(mine))


def _notes(doses: tuple[Administration, ...]) -> Iterator[str]:
    screens = (screen for dose in doses for one in dose.compared for screen in one.screens)
    if any(screen.outside and screen.id.startswith("35.3045") for screen in screens):
        asked = "" if any(dose.sievert is not None for dose in doses) else "; state dose_coefficient and it is computed"
        yield f"whether a dose is a medical event the sievert limb decides too ({SIEVERT}){asked}"


# -- findings ---------------------------------------------------------------------------------------------------


def _of_doses(doses: tuple[Administration, ...]) -> Iterator[Finding]:
    """What the record itself shows: statements that disagree, an order that cannot be, what is not recorded."""
    for dose in doses:
        values = {one.value for one in dose.compared if one.of in (*PRESCRIBED, "protocol")}
        if len(values) > 1:
            unit = "mCi" if dose.kind == "activity" else "mg"
            said = ", ".join(f"{one.of} {_shown(one.value, unit)}" for one in dose.compared)
            text = f"what was to be given differs: {said}"
            yield own("prescriptions-agree", "warning", dose.number, text, (), severity="warning")
        if isinstance(dose.given, Unknown):
            yield own("administered", "unknown", dose.number, f"what was given is not known: {dose.notes[0]}", ())
    for earlier, later in pairwise(sorted(doses, key=lambda dose: (str(dose.patient_id), dose.number))):
        mine = earlier.patient_id == later.patient_id and earlier.given_at and later.given_at
        if mine and times.between(earlier.given_at, later.given_at) < 0:  # type: ignore[arg-type]  # both are known here
            yield own("dose-order", "violation", later.number, f"it was given before dose {earlier.number}", ())
    lacking = [dose for dose in doses if dose.lacking]
    if lacking:
        names = list(dict.fromkeys(name for dose in lacking for name in dose.lacking))
        which = "every dose" if len(lacking) == len(doses) > 1 else doses_text(dose.number for dose in lacking[:20])
        text = f"{which}: not recorded: {', '.join(names)}"
        yield own("record-contents", "unknown", None, text, (CONTENTS,))


def _shown(value: Value, unit: str) -> str:
    return "not known" if isinstance(value, Unknown) else units.show(value, unit)


def _as_given(inputs: dict[str, list[str]], doses: tuple[Administration, ...], found: list[Finding]) -> Plan:
    """The protocol's plan with what was really given in place of what was planned."""
    _, arm = library.find(inputs["protocol"][0])
    planned = len(schedule.course(arm, int(inputs["cycles"][0]) if "cycles" in inputs else None))
    given = [_text(dose) for dose in doses if dose.number <= planned and not isinstance(dose.given, Unknown)]
    if any(finding.rule == "dose-order" for finding in found):  # dates out of order say nothing of days to come
        given = [text.partition("@")[0] for text in given]
    return plan_inputs({**inputs, "given": given}) if given else plan_inputs(inputs)


def _text(dose: Administration) -> str:
    unit = "MBq" if dose.kind == "activity" else "mg"
    amount = f"{dose.number}={units.decimal(dose.given, 15).replace(',', '')} {unit}"
    return amount if dose.given_at is None else f"{amount}@{dose.given_at.date().isoformat()}"


def _of_course(plan: Plan, planned: Plan, doses: tuple[Administration, ...]) -> Iterator[Finding]:
    """What the protocol says of the course as it was given."""
    yield from plan.findings
    cite = plan.doses[0].cite
    for dose in doses:
        if dose.number > len(plan.doses):
            text = f"{plan.protocol['arm']} has {len(plan.doses)} doses"
            yield own("dose-number", "violation", dose.number, text, cite)
    yield from _intervals(planned, doses)


def _intervals(planned: Plan, doses: tuple[Administration, ...]) -> Iterator[Finding]:
    """Days between two doses against the days of the protocol, where it states both."""
    for earlier, later in pairwise(sorted(doses, key=lambda dose: dose.number)):
        wanted = _distance(planned, earlier.number, later.number)
        if not earlier.given_at or not later.given_at or wanted is None:
            continue
        passed = (later.given_at.date() - earlier.given_at.date()).days
        text = f"it was given {passed} days after dose {earlier.number}; the protocol has {wanted}"
        status: Status = "pass" if passed == wanted else "warning"
        cite = planned.doses[later.number - 1].cite
        yield own("dose-interval", status, later.number, text, cite, severity="warning")


def _distance(planned: Plan, first: int, second: int) -> int | None:
    """The days that a protocol states between two doses; None where it does not."""
    if second > len(planned.doses):
        return None
    one, other = planned.doses[first - 1].day, planned.doses[second - 1].day
    return None if one is None or other is None else other - one
