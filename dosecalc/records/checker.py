"""Was what was given what was prescribed, and what the protocol says? ``dosecalc record``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from fractions import Fraction

from dosecalc.errors import InputError
from dosecalc.findings.finding import ORDER, Finding
from dosecalc.findings.sentences import own
from dosecalc.planning.result import Plan
from dosecalc.quantities import times, units
from dosecalc.quantities.numbers import Unknown, Value
from dosecalc.quantities.options import path_text, within
from dosecalc.quantities.phrases import doses_text
from dosecalc.records import history, reader
from dosecalc.records.administration import Administration, Expected, Setting, check
from dosecalc.records.reader import RecordFile
from dosecalc.records.result import Cumulative, RecordCheck
from dosecalc.reference import radionuclides, tables
from dosecalc.reference.screens import SIEVERT
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

    Returns a :class:`~dosecalc.records.result.RecordCheck`. Raises InputError for a record that cannot be used.
    """
    for option, value in (("protocol", protocol), ("nuclide", nuclide), ("tz", tz)):
        if value is not None and not isinstance(value, str):
            raise InputError(f"read {type(value).__name__}, expected text", where=option)
    file = reader.read(path_text("path", path))
    inputs, setting = _settled(file, protocol), _setting(file, nuclide, tz)
    if "protocol" in inputs:
        doses, plan, findings = _of_course(_of_one_patient(file), inputs, setting, progress)
    else:
        doses, plan = tuple(_numbered(file, setting, progress, {})), None
        findings = list(_of_doses(doses))
    last = max(dose.number for dose in doses)
    return RecordCheck(
        version=VERSION,
        inputs={"record": [file.file], **inputs},
        protocol=None if plan is None else plan.protocol,
        doses=doses,
        cumulative=tuple(_totals(doses)),
        findings=tuple(sorted(findings, key=lambda finding: ORDER.index(finding.status))),
        remaining=() if plan is None else tuple(dose for dose in plan.doses if dose.number > last),
        notes=tuple(_notes(doses)),
        sources=({"id": file.file, "sha256": file.sha256}, tables.identity(tables.HALF_LIVES),
                 *(plan.sources if plan is not None else ())),
    )  # fmt: skip


def _setting(file: RecordFile, nuclide: str | None, tz: str | None) -> Setting:
    table = tables.radionuclides()
    named, place = _agreed("nuclide", file, file.nuclide, nuclide)
    if named is not None:
        within(place, radionuclides.find, named, table)
    zone, place = _agreed("tz", file, file.tz, tz)
    return Setting(None if zone is None else within(place, times.zone, zone), named, table)


def _agreed(key: str, file: RecordFile, filed: str | None, stated: str | None) -> tuple[str | None, str]:
    """What the file or its reader says, and where it was said."""
    if filed is not None and stated is not None and filed != stated:
        raise InputError(f"read {stated!r}, but the record says {filed!r}", where=f"--{key}")
    return (stated, f"--{key}") if filed is None else (filed, f"{file.file}, {key}")


def _settled(file: RecordFile, protocol: str | None) -> dict[str, list[str]]:
    chosen, _ = _agreed("protocol", file, file.inputs.get("protocol", [None])[0], protocol)
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


def _of_course(
    file: RecordFile, inputs: dict[str, list[str]], setting: Setting, progress: Progress | None
) -> tuple[tuple[Administration, ...], Plan, list[Finding]]:
    """The doses of a record that follows a protocol, the plan from what was given, and every finding."""
    try:
        planned = history.planned(inputs)
        doses = tuple(_numbered(file, setting, progress, history.expected(inputs, planned)))
        found = list(_of_doses(doses))
        ordered = not any(finding.rule == "dose-order" for finding in found)
        plan = history.as_given(inputs, doses, ordered=ordered)
    except InputError as error:
        if error.where is not None and error.where.startswith(file.file):
            raise
        raise InputError(error.message, where=f"{file.file}, {error.where or 'protocol'}") from None
    return doses, plan, [*found, *history.findings(plan, planned or plan, doses)]


def _numbered(
    file: RecordFile, setting: Setting, progress: Progress | None, expected: Mapping[int, Expected]
) -> Iterator[Administration]:
    """Every dose, checked; doses without a number are numbered in the order of the file, for each patient."""
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
            yield check(written, number, setting, expected.get(number))
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
        lower, upper = len(known) < len(mine), any(dose.at_most for dose in mine)
        wanted: Value = sum((dose.compared[0].value for dose in mine), Fraction(0))
        given: Value = sum(known, Fraction(0)) if known and not (lower and upper) else Unknown("assayed")
        yield Cumulative(patient, agent, kind, len(mine), wanted, given, lower, upper)


def _notes(doses: tuple[Administration, ...]) -> Iterator[str]:
    screens = (screen for dose in doses for one in dose.compared for screen in one.screens)
    if any(screen.outside and screen.id.startswith("35.3045") for screen in screens):
        asked = "" if any(dose.sievert is not None for dose in doses) else "; state dose_coefficient and it is computed"
        yield f"whether a dose is a medical event the sievert limb decides too ({SIEVERT}){asked}"


# -- findings ---------------------------------------------------------------------------------------------------


def _of_doses(doses: tuple[Administration, ...]) -> Iterator[Finding]:
    """What the record itself shows: statements that disagree, an order that cannot be, what is not recorded."""
    for dose in doses:
        if dose.disagree:
            unit = "mCi" if dose.kind == "activity" else "mg"
            said = ", ".join(f"{one.of} {_shown(one.value, unit)}" for one in dose.compared)
            text = f"what was to be given differs: {said}"
            yield own("prescriptions-agree", "warning", dose.number, text, (), severity="warning")
        if isinstance(dose.given, Unknown):
            yield own("administered", "unknown", dose.number, f"what was given is not known: {dose.notes[0]}", ())
    yield from _order(doses)
    lacking = [dose for dose in doses if dose.lacking]
    if lacking:
        names = list(dict.fromkeys(name for dose in lacking for name in dose.lacking))
        which = "every dose" if len(lacking) == len(doses) > 1 else doses_text(dose.number for dose in lacking[:20])
        text = f"{which}: not recorded: {', '.join(names)}"
        yield own("record-contents", "unknown", None, text, (CONTENTS,))


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
            latest[dose.patient_id] = (dose.given_at, dose.number)


def _shown(value: Value, unit: str) -> str:
    return "not known" if isinstance(value, Unknown) else units.show(value, unit)
