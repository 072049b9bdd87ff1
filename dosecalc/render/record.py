"""A checked record as a page: what was given, against each statement of what was to be given."""

from __future__ import annotations

from collections.abc import Iterator

from dosecalc.findings.finding import Finding
from dosecalc.planning.result import Dose
from dosecalc.quantities import times, units
from dosecalc.quantities.documents import Number
from dosecalc.records.result import Administration, Compared, Cumulative, RecordCheck
from dosecalc.reference.screens import SCREENS
from dosecalc.render.decay import both
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE, clearance_line, stated_page

MOST = 60
"""Doses that are all shown; of a longer record those that lie outside."""
_OWN = (
    *("administered", "record-contents", "dose-agent", "dose-number", "given-balance", "patient-identity", "spacing"),
    *("given-amount", "wrong-agent", "mishap", "incomplete-dose", "event-limbs"),
)
_MET = {screen.id: screen.met for screen in SCREENS}
_BY = {
    "directive": "directed",
    "order": "ordered",
    "protocol": "planned by the protocol",
    "range": "prescribed as a range",
}


def page(record: RecordCheck) -> Page:
    """Doses, screens that are met, cumulative amounts, findings and the doses still to come."""
    flagged = tuple(dose for dose in record.doses if dose.flagged)
    listed = record.doses if len(record.doses) <= MOST else flagged[:MOST]
    lines: Page = [clearance_line(record.clearance), _heading(record, len(flagged))]
    if len(listed) < len(record.doses):
        text = f"Of {len(record.doses):,} doses those outside are shown, {len(listed):,} at most."
        lines.append(Paragraph(text, "dim"))
    lines += [_doses(listed), *_screens(listed), *_totals(record.cumulative[:MOST]), *_findings(record.findings)]
    lines += stated_page(record.stated, "Not read")
    if record.remaining:
        lines += [Heading("Still to come, planned from what was given"), _remaining(record.remaining)]
    if notes := list(_notes(record, listed)):
        lines += [Heading("Notes"), Items([("", note, "warning") for note in notes])]
    files = ", ".join(f"{source['id']} (sha256 {source['sha256'][:12]})" for source in record.sources)
    lines += [Heading("Made from", "dim"), Paragraph(f"  dosecalc {record.version}, {files}", "dim")]
    return [*lines, Heading(NOTICE, "dim"), clearance_line(record.clearance)]


def _heading(record: RecordCheck, flagged: int) -> Heading:
    unknown = sum(dose.given is None for dose in record.doses)
    number = sum(dose.component in (None, 1) for dose in record.doses)
    count = f"{number:,} dose{'' if number == 1 else 's'}"
    style = "violation" if flagged else "unknown" if unknown else "pass"
    return Heading(f"{count}: {flagged} outside of a limit, {unknown} not known", style)


def _notes(record: RecordCheck, listed: tuple[Administration, ...]) -> Iterator[str]:
    yield from record.notes
    yield from (f"{_name(dose)}: {_sievert(dose)}" for dose in listed if dose.above_sievert_limit is False)
    yield from dict.fromkeys(f"{_name(dose)}: {note}" for dose in listed for note in dose.notes)


def _name(dose: Administration) -> str:
    of = "" if dose.component is None else f", component {dose.component}"
    return f"{'' if dose.patient_id is None else f'{dose.patient_id} '}dose {dose.number}{of}"


# -- doses ------------------------------------------------------------------------------------------------------


def _doses(doses: tuple[Administration, ...]) -> Table:
    header = ["dose", "agent", "given at", "to be given", "", "given", "", "difference"]
    rows = [row for dose in doses for row in _rows(dose)]
    return Table(header, rows, right=frozenset({3, 5, 6, 7}))


def _rows(dose: Administration) -> Iterator[list[str]]:
    """One row for each statement of what was to be given; the dose itself stands in the first."""
    given, other = _both(dose.given, dose.kind)
    at_most = "at most " if dose.at_most and dose.given is not None else ""
    time = "" if dose.given_at is None else times.shown(dose.given_at)
    own = [_name(dose), dose.agent or "", time, f"{at_most}{given}", other]
    for one in dose.compared:
        name, agent, at, amount, beside = own if one is dose.compared[0] else [""] * 5
        wanted = _both(one.value, dose.kind if one.amount is None else one.amount.dimension)[0]
        yield [name, agent, at, wanted, one.of, amount, beside, _percent(one.off)]
    for number, part in enumerate(dose.parts, 1):
        value, beside = _both(None if part.administered is None else part.administered.value, dose.kind)
        bound = "at most " if part.at_most and part.administered is not None else ""
        at = "" if part.given_at is None else times.shown(part.given_at)
        yield [f"  part {number}", "", at, "", "", f"{bound}{value}", beside, ""]


def _both(value: Number | None, kind: str) -> tuple[str, str]:
    """An activity in both units, or a mass."""
    if value is None:
        return "not known", ""
    return both(value) if kind == "activity" else (units.show(value, "mg", "mass"), "")


def _percent(off: Number | None) -> str:
    return "" if off is None else f"{'+' if off > 0 else ''}{units.decimal(off * 100)} %"


# -- screens and sums -------------------------------------------------------------------------------------------


def _screens(doses: tuple[Administration, ...]) -> Page:
    """One line for each statement that a dose lies too far from."""
    rows = [(_name(dose), line, "violation") for dose in doses for line in map(_outside, dose.compared) if line]
    rows += [(_name(dose), _sievert(dose), "violation") for dose in doses if dose.above_sievert_limit]
    return [Heading("Outside of limits"), Items(rows)] if rows else []


def _outside(one: Compared) -> str:
    """The screens that a difference lies outside of; empty where there are none."""
    met = "; ".join(f"{_MET[screen.id]} [{screen.cite}]" for screen in one.screens if screen.outside is True)
    return f"{_percent(one.off)} against what was {_BY.get(one.of, one.of)}: {met}".lstrip() if met else ""


def _sievert(dose: Administration) -> str:
    assert dose.sievert is not None
    above = "above" if dose.sievert.above else "not above"
    return f"the difference is {units.decimal(dose.sievert.difference_msv)} mSv, {above} the 50 mSv of the sievert limb"


def _totals(totals: tuple[Cumulative, ...]) -> Page:
    header = ["patient", "agent", "doses", "to be given", "given", "", "difference"]
    return [Heading("Cumulative"), Table(header, list(map(_total, totals)), right=frozenset({2, 3, 4, 5, 6}))]


def _total(total: Cumulative) -> list[str]:
    prescribed = None if total.prescribed is None else total.prescribed.value
    administered = None if total.administered is None else total.administered.value
    bound = "at least " if total.lower_bound else "at most " if total.upper_bound else ""
    given, other = _both(administered, total.kind)
    return [
        total.patient_id or "",
        total.agent or "",
        str(total.doses),
        _both(prescribed, total.kind)[0],
        given if administered is None else f"{bound}{given}",
        other,
        _percent(total.off),
    ]


# -- findings ---------------------------------------------------------------------------------------------------


def _findings(findings: tuple[Finding, ...]) -> Page:
    """Violations and warnings in full; of rules that were not assessed for want of a statement only the names."""
    lines: Page = []
    for status, title in (("violation", "Findings"), ("warning", "Warnings")):
        rows = _items([finding for finding in findings if finding.status == status])
        if rows:
            lines += [Heading(f"{title} ({len(rows)})"), Items(rows)]
    unknown = [finding for finding in findings if finding.status == "unknown"]
    if not unknown:
        return lines
    rows = _items([finding for finding in unknown if finding.rule in _OWN])
    names = ", ".join(_rule(finding) for finding in unknown if finding.rule not in _OWN)
    if names:
        rows.append(("of the protocol", f"{names}; dosecalc plan says what decides them", "unknown"))
    return [*lines, Heading(f"Not assessed ({len(unknown)})"), Items(rows)]


def _items(findings: list[Finding]) -> list[tuple[str, str, str]]:
    return [(_rule(finding), finding.message, finding.status) for finding in findings]


def _rule(finding: Finding) -> str:
    return f"{finding.rule} ({finding.part})" if finding.part else finding.rule


# -- doses to come ----------------------------------------------------------------------------------------------


def _remaining(doses: tuple[Dose, ...]) -> Table:
    rows = [
        [str(dose.number), dose.agent, _due(dose), *_planned(dose), "optional" if dose.optional else ""]
        for dose in doses
    ]
    return Table(["dose", "agent", "date", "amount", "", ""], rows, right=frozenset({3, 4}))


def _due(dose: Dose) -> str:
    return "" if dose.date is None else f"{dose.date}{' or later' if dose.date_from else ''}"


def _planned(dose: Dose) -> tuple[str, str]:
    if dose.value is None:
        return dose.pending or "pending", ""
    return _both(dose.value, dose.kind)
