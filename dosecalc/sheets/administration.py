"""A checked record as an administration record: what was prescribed, determined and given, and what the rules say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dosecalc.quantities import units
from dosecalc.records.result import Administration, RecordCheck
from dosecalc.sheets import shared
from dosecalc.sheets.figures import both
from dosecalc.sheets.model import Entries, Entry, Grid, Notes, PaperSheet, Part, Signatures
from dosecalc.sheets.requirements import completed


def of_record(record: RecordCheck) -> PaperSheet:
    """The sheet of a checked record."""
    arm = "" if record.protocol is None else f": {units.prose(record.protocol['title'])}"
    return completed(
        PaperSheet(
            kind="administration",
            title=f"Administration record{arm}",
            mark="until signed",
            parts=tuple(_parts(record)),
            identity=shared.identity([*_files(record), *record.sources]),
        )
    )


def _files(record: RecordCheck) -> list[dict[str, str]]:
    return [] if record.protocol is None else [{"id": record.protocol["file"], "sha256": record.protocol["sha256"]}]


def _parts(record: RecordCheck) -> Iterator[Part]:
    verdict = record.clearance
    yield Notes("Outcome", (verdict.text,), urgent=verdict.verdict != "nothing found against it")
    named = dict.fromkeys(dose.patient_id for dose in record.doses if dose.patient_id is not None)
    yield Entries("Patient", shared.patient(tuple(named)))
    for dose in record.doses:
        yield from _dose(dose)
    found = [each for each in record.findings if each.status in ("violation", "warning", "unknown")]
    if found:
        lines = tuple(f"{each.status}: {units.prose(each.message)}" for each in found)
        yield Notes("What the rules say", lines, urgent=any(each.status != "unknown" for each in found))
    if record.notes:
        yield Notes("Notes", tuple(map(units.prose, record.notes)))
    yield Entries(
        "Event",
        (
            Entry("Lies within 10 percent of what was intended", None, "ten-percent"),
            Entry("A medical event has occurred (10 CFR 35.3045): yes, no, by whom decided", None, "event"),
        ),
    )
    yield Signatures("Who", (Entry("Measured by", None), Entry("Given by", None), Entry("Checked by", None)))


def _dose(dose: Administration) -> Iterator[Part]:
    number = f"Dose {dose.number}" + ("" if dose.component is None else f", component {dose.component}")
    radioactive = dose.kind == "activity"
    off = None if dose.difference_percent is None else f"{units.decimal(dose.difference_percent, 3)} %"
    at_most = "at most " if dose.at_most else ""
    amounts = [
        None if each is None else both(each.value, radioactive=radioactive)
        for each in (dose.prescribed, dose.administered)
    ]
    yield Entries(
        number,
        (
            Entry("Radioactive drug", dose.agent, "drug"),
            Entry("Route", dose.route),
            Entry("Prescribed dosage", amounts[0], "prescribed"),
            Entry(
                "Determined dosage, net of what stayed behind", amounts[1] and f"{at_most}{amounts[1]}", "determined"
            ),
            Entry("Difference from the prescribed dosage", off),
            Entry("Date and time of the determination", _listed(at for at, _ in dose.determined), "determined-at"),
            Entry("Determined by", _listed(by for _, by in dose.determined), "determined-by"),
            Entry("Given at", None if dose.given_at is None else dose.given_at.isoformat(" ", "minutes")),
            *(Entry("What happened", each) for each in dose.happened),
        ),
    )
    rows = tuple(
        (
            each.of,
            None if each.amount is None else both(each.amount.value, radioactive=radioactive),
            _percent(each.difference_percent),
            ", ".join(screen.id for screen in each.screens if screen.outside) or "within all screens that apply",
        )
        for each in dose.compared
    )
    if rows:
        header = ("compared with", "amount", "difference", "outside of")
        yield Grid(f"{number}, against each statement", header, rows, frozenset({1, 2}))
    told = (*(f"missing: {each}" for each in dose.lacking), *map(units.prose, dose.notes))
    if told:
        yield Notes(f"{number}, notes", told, urgent=bool(dose.lacking))


def _listed(texts: Iterable[str | None]) -> str | None:
    """What was recorded of each part; a blank where nothing was."""
    return "; ".join(text.replace("T", " ", 1) for text in texts if text is not None) or None


def _percent(value: float | None) -> str:
    return "not known" if value is None else f"{units.decimal(value, 3)} %"
