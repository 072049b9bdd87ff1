"""A checked record as a page: what was given, against each statement of what was to be given."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from dosecalc.findings.finding import Finding
from dosecalc.planning.result import Dose
from dosecalc.quantities import times, units
from dosecalc.quantities.numbers import Unknown, Value
from dosecalc.records.administration import Administration, Compared
from dosecalc.records.result import Cumulative, RecordCheck
from dosecalc.reference.screens import SCREENS
from dosecalc.render.decay import both
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE

MOST = 60
"""Doses that are all shown; of a longer record those that lie outside."""
_OWN = ("administered", "record-contents", "dose-number", "dose-interval")
_MET = {screen.id: screen.met for screen in SCREENS}


def page(found: RecordCheck) -> Page:
    """Doses, screens that are met, cumulative amounts, findings and the doses still to come."""
    flagged = [dose for dose in found.doses if dose.flagged]
    unknown = sum(isinstance(dose.given, Unknown) for dose in found.doses)
    shown = found.doses if len(found.doses) <= MOST else tuple(flagged[:MOST])
    head = f"{_count(len(found.doses), 'dose')}: {len(flagged)} outside of a limit, {unknown} not known"
    made: Page = [Heading(head, "violation" if flagged else "unknown" if unknown else "pass")]
    if len(shown) < len(found.doses):
        made.append(Paragraph(f"Of {len(found.doses):,} doses those outside are shown, {len(shown):,} at most.", "dim"))
    made += [_doses(shown), *_screens(shown), *_totals(found.cumulative[:MOST])]
    made += _findings(found)
    if found.remaining:
        made += [Heading("Still to come, planned from what was given"), _remaining(found.remaining)]
    notes = [
        *found.notes,
        *(f"{_name(dose)}: {_sievert(dose)}" for dose in shown if dose.above_sievert_limit is False),
        *dict.fromkeys(f"{_name(dose)}: {note}" for dose in shown for note in dose.notes),
    ]
    if notes:
        made += [Heading("Notes"), Items([("", note, "warning") for note in notes])]
    files = ", ".join(f"{source['id']} (sha256 {source['sha256'][:12]})" for source in found.sources)
    return [*made, Heading("Made from", "dim"), Paragraph(f"  dosecalc {found.version}, {files}", "dim"),
            Heading(NOTICE, "dim")]  # fmt: skip


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _name(dose: Administration) -> str:
    return f"dose {dose.number}" if dose.patient_id is None else f"{dose.patient_id} dose {dose.number}"


def _doses(doses: tuple[Administration, ...]) -> Table:
    header = ["dose", "agent", "given at", "to be given", "", "given", "", "difference"]
    rows = [row for dose in doses for row in map(_row(dose), dose.compared)]
    return Table(header, rows, right=frozenset({3, 5, 6, 7}))


def _row(dose: Administration) -> Callable[[Compared], list[str]]:
    def row(one: Compared) -> list[str]:
        first = one is dose.compared[0]
        given = _both(dose.given, dose.kind)
        at_most = "at most " if dose.at_most and given[0] != "not known" else ""
        return [
            _name(dose) if first else "",
            (dose.agent or "") if first else "",
            "" if dose.given_at is None or not first else times.shown(dose.given_at),
            _both(one.value, dose.kind)[0],
            one.of,
            f"{at_most}{given[0]}" if first else "",
            given[1] if first else "",
            _percent(one.off),
        ]

    return row


def _both(value: Value, kind: str) -> tuple[str, str]:
    if isinstance(value, Unknown):
        return "not known", ""
    return both(value) if kind == "activity" else (units.show(value, "mg", "mass"), "")


def _percent(off: Fraction | float | None) -> str:
    return "" if off is None else f"{'+' if off > 0 else ''}{units.decimal(off * 100)} %"


def _screens(doses: tuple[Administration, ...]) -> Page:
    """One line for each statement that a dose lies too far from."""
    rows = [(_name(dose), f"{_percent(one.off)} against what was {_of(one)}: {met}".lstrip(), "violation")
            for dose in doses for one in dose.compared if (met := _met(one))]  # fmt: skip
    rows += [(_name(dose), _sievert(dose), "violation") for dose in doses if dose.above_sievert_limit]
    return [Heading("Outside of limits"), Items(rows)] if rows else []


def _met(one: Compared) -> str:
    return "; ".join(f"{_MET[screen.id]} [{screen.cite}]" for screen in one.screens if screen.outside is True)


def _sievert(dose: Administration) -> str:
    above = "above" if dose.above_sievert_limit else "not above"
    return f"the difference is {units.decimal(dose.sievert or 0)} mSv, {above} the 50 mSv of the sievert limb"


def _of(one: Compared) -> str:
    return {"directive": "directed", "order": "ordered", "protocol": "planned by the protocol",
            "range": "prescribed as a range"}.get(one.of, one.of)  # fmt: skip


def _totals(totals: tuple[Cumulative, ...]) -> Page:
    rows = []
    for total in totals:
        known = not isinstance(total.administered, Unknown)
        bound = "" if not known else "at least " if total.lower_bound else "at most " if total.upper_bound else ""
        given, other = _both(total.administered, total.kind)
        wanted = _both(total.prescribed, total.kind)[0]
        rows.append([total.patient_id or "", total.agent or "", str(total.doses), wanted, f"{bound}{given}", other,
                     _percent(total.off)])  # fmt: skip
    header = ["patient", "agent", "doses", "to be given", "given", "", "difference"]
    return [Heading("Cumulative"), Table(header, rows, right=frozenset({2, 3, 4, 5, 6}))]


def _findings(found: RecordCheck) -> Page:
    """Violations and warnings in full; of what the protocol asks and nobody stated only the names."""
    made: Page = []
    for status, title in (("violation", "Findings"), ("warning", "Warnings")):
        rows = [
            (_rule(finding), finding.message, str(status)) for finding in found.findings if finding.status == status
        ]
        if rows:
            made += [Heading(f"{title} ({len(rows)})"), Items(rows)]
    unknown = [finding for finding in found.findings if finding.status == "unknown"]
    own = [(_rule(finding), finding.message, "unknown") for finding in unknown if finding.rule in _OWN]
    names = ", ".join(_rule(finding) for finding in unknown if finding.rule not in _OWN)
    asked = [("of the protocol", f"{names}; dosecalc plan says what settles them", "unknown")] if names else []
    return [*made, Heading(f"Not assessed ({len(unknown)})"), Items([*own, *asked])] if unknown else made


def _rule(finding: Finding) -> str:
    return f"{finding.rule} ({finding.part})" if finding.part else finding.rule


def _remaining(doses: tuple[Dose, ...]) -> Table:
    rows = [[str(dose.number), dose.agent, _due(dose), *_planned(dose), "optional" if dose.optional else ""]
            for dose in doses]  # fmt: skip
    return Table(["dose", "agent", "date", "amount", "", ""], rows, right=frozenset({3, 4}))


def _due(dose: Dose) -> str:
    return "" if dose.date is None else f"{dose.date}{' or later' if dose.date_from else ''}"


def _planned(dose: Dose) -> tuple[str, str]:
    if dose.value is None:
        return dose.pending or "pending", ""
    return _both(dose.value, dose.kind)
