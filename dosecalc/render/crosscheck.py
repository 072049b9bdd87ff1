"""A crosscheck, a comparison of two figures, and an audit as pages."""

from __future__ import annotations

from fractions import Fraction

from dosecalc.crosschecks.result import Audit, Audited, Comparison, Crosscheck, Reading, Same, Verdict
from dosecalc.quantities import units
from dosecalc.quantities.documents import Quantity
from dosecalc.reference import people
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE

_STYLES: dict[Verdict, str] = {"consistent": "pass", "explained": "warning", "inconsistent": "violation",
                               "undetermined": "unknown"}  # fmt: skip
_HOLDS: dict[Verdict, str] = {"consistent": "yes", "inconsistent": "no", "undetermined": "?", "explained": "yes"}
_REPORT = (("total", "total"), ("doses", "doses"), ("level", "level"), ("age", "age"), ("sex", ""),
           ("weight", "weight"), ("height", "height"), ("bsa", "BSA"), ("bsa-formula", "by"),
           ("protocol", "protocol"), ("agent", "agent"))  # fmt: skip
_CHANGES = ("As printed", "With one thing changed", "With two things changed (listed, never taken as the explanation)")


def page(found: Crosscheck) -> Page:
    """The verdict, why, and every reading, by how little it changes the report."""
    made: Page = [
        Heading(found.verdict, _STYLES[found.verdict]),
        Paragraph(found.conclusion),
        Paragraph(f"Report: {_report(found.inputs)}", "dim"),
    ]
    if found.comparison is not None:
        metric = "Bq" in found.inputs["total"][0]
        made.append(Paragraph(_comparison(found.comparison, metric=metric)))
    for number, title in enumerate(_CHANGES):
        readings = [reading for reading in found.readings if len(reading.changes) == number]
        if readings:
            made += [Heading(title), _readings(readings, known=found.comparison is not None)]
    if found.notes:
        made += [Heading("Notes", "dim"), Items([("", note, "dim") for note in found.notes])]
    if found.unconfirmed:
        made += [Heading("Unconfirmed facts (nobody read them first-hand)", "warning"),
                 Items([("", units.prose(fact), "warning") for fact in found.unconfirmed])]  # fmt: skip
    files = ", ".join(f"{source['id']} (sha256 {source['sha256'][:12]})" for source in found.sources)
    if files:
        made += [Heading("Made from", "dim"), Paragraph(f"  dosecalc {found.version}, {files}", "dim")]
    return [*made, Heading(NOTICE, "dim")]


def _report(inputs: dict[str, list[str]]) -> str:
    said = [f"{title} {_as_read(option, inputs[option][0])}".strip() for option, title in _REPORT if option in inputs]
    return ", ".join(said)


def _as_read(option: str, text: str) -> str:
    """A figure of the report in the units of people; other texts as they are."""
    if option in ("total", "level"):
        return units.spell(units.read(text))
    bare = {"age": "y", "weight": "kg", "height": "cm", "bsa": "m^2"}.get(option)
    return text if bare is None else units.spell(units.read(text, bare=bare))


def _comparison(found: Comparison, *, metric: bool) -> str:
    expected, reported = (_amount(amount, metric=metric) for amount in (found.expected, found.reported))
    within = "outside 20 %" if found.within is None else f"within {found.within} %"
    slip = f". Suspected slip: {found.slip}" if found.slip else ""
    return f"Expected {expected}, reported {reported}: {_signed(found.difference_percent)} %, {within}{slip}"


def _signed(percent: float) -> str:
    return f"{'+' if percent > 0 else ''}{units.decimal(percent, 3)}"


def _amount(figures: dict[str, float], *, metric: bool) -> str:
    """An amount in both units, that of the report first."""
    digits = units.whole_figures(*figures.values())
    ordered = sorted(figures.items(), key=lambda each: ("Bq" in each[0]) is not metric)
    shown = [f"{units.decimal(value, digits)} {units.pretty(unit)}" for unit, value in ordered]
    return shown[0] if len(shown) == 1 else f"{shown[0]} ({shown[1]})"


def _readings(readings: list[Reading], *, known: bool) -> Table:
    """One line a reading; rows that do not hold are dim."""
    last = "difference" if known else "z"
    rows = [
        [
            reading.reading,
            _size(reading.implied),
            _difference(reading) if known else "" if reading.z is None else units.decimal(reading.z, 2),
            _HOLDS[reading.verdict],
            reading.arm or "",
        ]
        for reading in readings
    ]
    off = frozenset(i for i, reading in enumerate(readings) if reading.verdict == "inconsistent")
    return Table(
        ["reading", "implies", last, "holds", "arm"], rows, right=frozenset({1, 2}), dim=off, wrap=frozenset({0})
    )


def _size(implied: dict[str, Quantity]) -> str:
    """The implied size; a double is shown by its own digits, as it was made of decimals."""
    return "".join(people.size(Fraction(str(quantity["value"])), basis) for basis, quantity in implied.items())


def _difference(reading: Reading) -> str:
    return "" if reading.difference_percent is None else f"{_signed(reading.difference_percent)} %"


def same_page(found: Same) -> Page:
    """Whether two figures say the same, and what would."""
    made: Page = [Heading("same" if found.agree else "not the same", "pass" if found.agree else "warning"),
                  Paragraph(found.message)]  # fmt: skip
    if found.suggestion is not None:
        made.append(Paragraph(f"{found.suggestion[0].upper()}{found.suggestion[1:]}."))
    return made


def audit_page(found: Audit) -> Page:
    """One line a case with the totals as they are printed, the worst first, then what was found of each."""
    counts = ", ".join(f"{count} {verdict}" for verdict, count in found.counts.items())
    rows = [[case.verdict, f"{case.sheet}#{case.case}", case.total or "-", _doses(case), _level(case), _people(case)]
            for case in found.cases]  # fmt: skip
    told = [(f"{case.sheet}#{case.case}", case.conclusion, _STYLES[case.verdict]) for case in found.cases]
    header = ["verdict", "case", "printed total", "doses", "printed level", "patients"]
    files = ", ".join(source["id"] for source in found.sources)
    return [
        Heading(f"{len(found.cases)} case{'' if len(found.cases) == 1 else 's'}: {counts}"),
        Table(header, rows, right=frozenset({2, 3, 4, 5}), dim=_checked(found)),
        Heading("What was found"),
        Items(told),
        Heading("Made from", "dim"),
        Paragraph(f"  dosecalc {found.version}, {files}", "dim"),
        Heading(NOTICE, "dim"),
    ]


def _checked(found: Audit) -> frozenset[int]:
    return frozenset(i for i, case in enumerate(found.cases) if case.verdict in ("consistent", "undetermined"))


def _doses(case: Audited) -> str:
    return "-" if case.doses is None else str(case.doses)


def _level(case: Audited) -> str:
    return "-" if case.level is None else units.prose(case.level)


def _people(case: Audited) -> str:
    return "-" if case.patients is None else str(case.patients)
