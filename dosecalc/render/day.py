"""The doses of a day as a page: go or hold for each, then those that could be mistaken."""

from __future__ import annotations

from dosecalc.gate.day import DayList
from dosecalc.render.page import Heading, Items, Page, Table


def page(day: DayList) -> Page:
    """A line for each dose with its code, and the pairs side by side."""
    rows: list[list[str]] = [
        [dose.verdict.upper(), dose.at or "no time", dose.patient or "nobody named", dose.code, dose.file]
        for dose in day.doses
    ]
    held = sum(dose.verdict == "hold" for dose in day.doses)
    head = f"{len(day.doses)} doses, {held} held" if len(day.doses) != 1 else f"1 dose, {held} held"
    reasons = [(dose.file, dose.text, "violation") for dose in day.doses if dose.verdict == "hold"]
    pairs = [(f"{pair.kind}, {' and '.join(pair.files)}", pair.text, "warning") for pair in day.alike]
    page_: Page = [Heading(head, "violation" if held else "pass")]
    page_.append(Table(["", "at", "patient", "code", "case"], rows))
    page_ += [Heading("Held"), Items(reasons)] if reasons else []
    page_ += [Heading("Side by side"), Items(pairs)] if pairs else []
    return page_
