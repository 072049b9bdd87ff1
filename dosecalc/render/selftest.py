"""The report of a self-test as a page, with the lines on which it is signed."""

from __future__ import annotations

from dosecalc.cases.selftest import Installed, Selftest, Worked
from dosecalc.render.page import Heading, Items, Page, Paragraph

_SIGNED = "name ____________________   signature ____________________   date ______________"


def page(report: Selftest) -> Page:
    """Installation, operation and performance, each with its line for a signature."""
    style = "pass" if report.passed else "violation"
    word = "passed" if report.passed else "NOT passed"
    return [
        Heading(f"Self-test of dosecalc {report.version}: {word}", style),
        Paragraph(f"Run at {report.at} by the clock of this computer."),
        Heading("Installation"),
        Items(_installation(report.installed)),
        Paragraph(f"  Installed as intended: {_SIGNED}"),
        *_cases("Operation: the reference cases", report.operation),
        Paragraph(f"  Works as intended here: {_SIGNED}"),
        *_cases("Performance: the site's own worked cases", report.performance),
        Paragraph(f"  Right for our use: {_SIGNED}"),
        Heading(f"Self-test {word}", style),
    ]


def _installation(installed: Installed) -> list[tuple[str, str, str]]:
    libraries = ", ".join(f"{name} {version}" for name, version in installed.libraries.items())
    when = f"{installed.use_by}{', which has come: install a later release' if installed.past else ''}"
    return [
        ("machine", installed.machine, ""),
        ("python", installed.python, ""),
        ("libraries", libraries, ""),
        ("files", f"{installed.files}, sha256 {installed.sha256}", ""),
        ("protocols", f"{installed.protocols} files, sound", "pass"),
        ("to be used until", when, "violation" if installed.past else ""),
        *(("known defect", defect, "warning") for defect in installed.defects or ("none",)),
    ]


def _cases(title: str, cases: tuple[Worked, ...]) -> Page:
    if not cases:
        text = "none were named; 'dosecalc selftest FOLDER' runs the worked cases of a folder"
        return [Heading(title), Items([("not tested", text, "unknown")])]
    failed = sum(not each.passed for each in cases)
    rows = [row for each in cases for row in _rows(each)]
    return [Heading(f"{title}: {len(cases) - failed} of {len(cases)}", "violation" if failed else "pass"), Items(rows)]


def _rows(case: Worked) -> list[tuple[str, str, str]]:
    name = case.id or case.file
    if case.passed:
        return [(name, f"passed: {case.why}" if case.why else "passed", "pass")]
    return [
        (name, f"{each.key}: expected {each.expected}, found {each.found}", "violation")
        for each in case.figures
        if not each.same
    ]
