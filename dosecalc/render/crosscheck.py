"""A crosscheck, a comparison of two figures, and an audit as pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from dosecalc.crosschecks.result import AmountComparison, Crosscheck, Reading, Verdict
from dosecalc.quantities import units
from dosecalc.reference import people
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE, options_page

if TYPE_CHECKING:  # a crosscheck shows neither
    from dosecalc.crosschecks.audit import Audit, AuditedCase
    from dosecalc.crosschecks.figures import FigureComparison

_STYLES: dict[Verdict, str] = {
    "consistent": "pass",
    "explained": "warning",
    "inconsistent": "violation",
    "undetermined": "unknown",
}
_HOLDS: dict[Verdict, str] = {"consistent": "yes", "inconsistent": "no", "undetermined": "?", "explained": "yes"}
_REPORT = {
    "total": "total ",
    "doses": "doses ",
    "level": "level ",
    "age": "age ",
    "sex": "",
    "weight": "weight ",
    "height": "height ",
    "bsa": "BSA ",
    "bsa-formula": "by ",
    "protocol": "protocol ",
    "agent": "agent ",
}
"""The figures of a report in the order in which they are shown, each with its title."""
_CHANGES = ("As printed", "With one thing changed", "With two things changed (listed, never taken as the explanation)")


def page(crosscheck: Crosscheck) -> Page:
    """The verdict, why, and every reading, by how little it changes the report."""
    return [
        Heading(crosscheck.verdict, _STYLES[crosscheck.verdict]),
        Paragraph(crosscheck.conclusion),
        Paragraph(f"Report: {_report(crosscheck.report)}", "dim"),
        *_amounts(crosscheck),
        *_all_readings(crosscheck),
        *options_page(crosscheck.stated),
        *_remarks(crosscheck),
        *_made_from(crosscheck.version, crosscheck.sources),
        Heading(NOTICE, "dim"),
    ]


def _report(report: Mapping[str, str]) -> str:
    return ", ".join(f"{title}{report[option]}" for option, title in _REPORT.items() if option in report)


def _amounts(crosscheck: Crosscheck) -> Page:
    if crosscheck.comparison is None:
        return []
    metric = "Bq" in crosscheck.inputs["total"][0]
    return [Paragraph(_comparison(crosscheck.comparison, metric=metric))]


def _comparison(comparison: AmountComparison, *, metric: bool) -> str:
    expected, reported = (_amount(amount, metric=metric) for amount in (comparison.expected, comparison.reported))
    within = "outside 20 %" if comparison.within is None else f"within {comparison.within} %"
    slip = f". Suspected slip: {comparison.slip}" if comparison.slip else ""
    return f"Expected {expected}, reported {reported}: {_signed(comparison.difference_percent)} %, {within}{slip}"


def _signed(percent: float) -> str:
    return f"{'+' if percent > 0 else ''}{units.decimal(percent, 3)}"


def _amount(amount: Mapping[str, float], *, metric: bool) -> str:
    """An amount in both units, that of the report first."""
    figures = units.whole_figures(*amount.values())
    ordered = sorted(amount.items(), key=lambda each: ("Bq" in each[0]) is not metric)
    first, *others = (f"{units.decimal(value, figures)} {units.pretty(unit)}" for unit, value in ordered)
    return f"{first} ({others[0]})" if others else first


def _all_readings(crosscheck: Crosscheck) -> Page:
    blocks: Page = []
    for number, title in enumerate(_CHANGES):
        readings = [reading for reading in crosscheck.readings if len(reading.changes) == number]
        if readings:
            blocks += [Heading(title), _readings(readings, known=crosscheck.comparison is not None)]
    return blocks


def _readings(readings: Sequence[Reading], *, known: bool) -> Table:
    """One line a reading; rows that do not hold are dim. ``known``: the size is, so that amounts are compared."""
    rows = [
        [
            reading.reading,
            _size(reading),
            _difference(reading) if known else _z(reading),
            _HOLDS[reading.verdict],
            reading.arm or "",
        ]
        for reading in readings
    ]
    return Table(
        ["reading", "implies", "difference" if known else "z", "holds", "arm"],
        rows,
        right=frozenset({1, 2}),
        dim=frozenset(i for i, reading in enumerate(readings) if reading.verdict == "inconsistent"),
        wrap=frozenset({0}),
    )


def _size(reading: Reading) -> str:
    return "" if reading.exact is None else people.size(reading.exact, next(iter(reading.implied)))


def _z(reading: Reading) -> str:
    return "" if reading.z is None else units.decimal(reading.z, 2)


def _difference(reading: Reading) -> str:
    return "" if reading.difference_percent is None else f"{_signed(reading.difference_percent)} %"


def _remarks(crosscheck: Crosscheck) -> Page:
    """Notes, and what is not yet checked of the regimens that are named."""
    blocks: Page = []
    if crosscheck.notes:
        blocks += [Heading("Notes", "dim"), Items([("", note, "dim") for note in crosscheck.notes])]
    if crosscheck.unconfirmed:
        facts = [("", units.prose(fact), "warning") for fact in crosscheck.unconfirmed]
        blocks += [Heading("Unconfirmed facts (not yet checked against the source)", "warning"), Items(facts)]
    return blocks


def _made_from(version: str, sources: Sequence[Mapping[str, str]]) -> Page:
    files = ", ".join(f"{source['id']} (sha256 {source['sha256'][:12]})" for source in sources)
    return [Heading("Made from", "dim"), Paragraph(f"  dosecalc {version}, {files}", "dim")] if files else []


def figures_page(comparison: FigureComparison) -> Page:
    """Whether two figures say the same, and what would."""
    title, style = (
        ("same", "pass") if comparison.agree else ("within" if comparison.within else "not the same", "warning")
    )
    blocks: Page = [Heading(title, style), Paragraph(comparison.message)]
    if comparison.suggestion is not None:
        blocks.append(Paragraph(f"{comparison.suggestion[0].upper()}{comparison.suggestion[1:]}."))
    return blocks


def audit_page(audit: Audit) -> Page:
    """One line a case with the totals as they are printed, the worst first, then what was found of each."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in audit.counts.items())
    files = ", ".join(source["id"] for source in audit.sources)
    return [
        Heading(f"{len(audit.cases)} case{'' if len(audit.cases) == 1 else 's'}: {counts}"),
        _cases(audit.cases),
        Heading("What was found"),
        Items([(_name(case), case.conclusion, _STYLES[case.verdict]) for case in audit.cases]),
        Heading("Made from", "dim"),
        Paragraph(f"  dosecalc {audit.version}, {files}", "dim"),
        Heading(NOTICE, "dim"),
    ]


def _cases(cases: Sequence[AuditedCase]) -> Table:
    rows = [
        [
            case.verdict,
            _name(case),
            case.total or "-",
            "-" if case.doses is None else str(case.doses),
            "-" if case.level is None else units.prose(case.level),
            "-" if case.patients is None else str(case.patients),
        ]
        for case in cases
    ]
    return Table(
        ["verdict", "case", "printed total", "doses", "printed level", "patients"],
        rows,
        right=frozenset({2, 3, 4, 5}),
        dim=frozenset(i for i, case in enumerate(cases) if case.verdict in ("consistent", "undetermined")),
    )


def _name(case: AuditedCase) -> str:
    return f"{case.sheet}#{case.case}"
