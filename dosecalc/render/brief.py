"""A plan on one screen: the clearance, the doses, what is against them, and what decides the rest."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from dosecalc.findings.finding import Check
from dosecalc.planning.result import Dose, Plan
from dosecalc.quantities import units
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE, amount_texts, clearance_line, finding_name, flagged, patient_words, totals_page

QUESTIONS = 12
"""Open questions that are shown; of more the number is told."""
_WORDS = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most", "is": "is"}


def brief_page(plan: Plan) -> Page:
    """The plan on one screen; the first and the last line are the clearance, and what is left out is named."""
    return [
        clearance_line(plan.clearance),
        *_head(plan),
        _doses(plan),
        *([Items(pending)] if (pending := list(_pending(plan))) else []),
        *totals_page(plan),
        *_against(plan),
        *_stated(plan),
        *_open(plan),
        *_sources(plan),
        Heading(NOTICE, "dim"),
        clearance_line(plan.clearance),
    ]


def _head(plan: Plan) -> Page:
    named = [*plan.inputs.get("label", ()), *plan.inputs.get("patient-id", ())]
    patient = patient_words(plan)
    label = f"   [{', '.join(named)}]" if named else ""
    return [
        Heading(f"{plan.protocol['arm']}   {plan.protocol['status']}{label}"),
        Paragraph(units.prose(plan.protocol["title"])),
        *([Paragraph(f"Anchor: {plan.protocol['anchor']}")] if "anchor" in plan.protocol else []),
        *([Paragraph(f"Patient: {patient}", "dim")] if patient else []),
    ]


# -- doses ----------------------------------------------------------------------------------------------------------


def _doses(plan: Plan) -> Table:
    """A row for each run of equal doses; cycles that are like the one before are told in one row."""
    several = len(plan.totals) > 1
    header = ["dose", "day", *(["agent"] if several else []), "level", "amount", "", "cumulative"]
    rows: list[list[str]] = []
    for run in _cycles(plan):
        rows += [_row(list(alike), several=several) for _, alike in groupby(run[0], key=_alike)]
        if len(run) > 1:
            rows.append(_again(run, several=several))
    return Table(header, rows, frozenset(range(len(header) - 4, len(header))))


def _cycles(plan: Plan) -> list[list[list[Dose]]]:
    """The cycles of a course, those that are alike together; a course of equal doses is one."""
    if len({_alike(dose) for dose in plan.doses}) <= len({dose.optional for dose in plan.doses}) + 1:
        return [[list(plan.doses)]]
    cycles = [list(doses) for _, doses in groupby(plan.doses, key=lambda dose: dose.cycle)]
    return [list(alike) for _, alike in groupby(cycles, key=lambda doses: [_alike(dose) for dose in doses])]


def _again(run: list[list[Dose]], *, several: bool) -> list[str]:
    """The row of cycles that are like the first of a run."""
    last = run[-1][-1]
    first, like = run[1][0], run[0][0].cycle
    words = f"as cycle {like}"
    optional = " optional" if last.optional else ""
    agent = [""] if several else []
    return [f"{first.number} to {last.number}{optional}", _days([first, last]), *agent, words, "", "", _total(last)]


def _alike(dose: Dose) -> tuple[object, ...]:
    level = None if dose.level is None else units.spell(dose.level)
    return dose.agent, level, dose.value, dose.optional, dose.given, dose.bounded, dose.pending


def _row(run: list[Dose], *, several: bool) -> list[str]:
    first, last = run[0], run[-1]
    number = str(first.number) if first is last else f"{first.number} to {last.number}"
    number = f"{first.number} and {last.number}" if last.number == first.number + 1 else number
    number += f"{' optional' if first.optional else ''}{' given' if first.given else ''}"
    amount, other = amount_texts(first)
    level = units.spell(first.level) if first.level else "as given" if first.given else "pending"
    agent = [first.agent] if several else []
    return [number, _days(run), *agent, level, flagged(first, amount), other, _total(last)]


def _total(dose: Dose) -> str:
    """The cumulative amount with a dose, as far as it is known."""
    total = dose.cumulative
    if total.value is None:
        return "not known"
    return f"{'at least ' if total.lower_bound else ''}{amount_texts(total)[0]}"


def _days(run: list[Dose]) -> str:
    """The days of a run of doses, or its dates; those that are not known are told as such."""
    told = [str(dose.date or dose.day) if dose.date or dose.day is not None else "?" for dose in run]
    early = "from " if any(dose.date_from for dose in run) else ""
    if len(set(told)) == 1:
        return f"{early}{told[0]}"
    return f"{early}{', '.join(told)}" if len(told) <= 3 else f"{early}{told[0]}, {told[1]} ... {told[-1]}"


def _pending(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """Why doses wait, each reason once."""
    reasons = dict.fromkeys(dose.pending for dose in plan.doses if dose.pending)
    for reason in reasons:
        numbers = [dose.number for dose in plan.doses if dose.pending == reason]
        yield f"dose {numbers[0]}{' and others' if len(numbers) > 1 else ''} pending", str(reason), "unknown"


# -- what is against it ---------------------------------------------------------------------------------------------


def _against(plan: Plan) -> Page:
    """Violations and warnings in full, and the conflicts between sources that apply."""
    found = [each for each in plan.findings if each.status in ("violation", "warning")]
    conflicts = [each for each in plan.conflicts if each.applies]
    rows = [(f"{each.status} {finding_name(each)}", each.message, str(each.status)) for each in found]
    page: Page = [Heading("Findings"), Items(rows)] if rows else []
    if conflicts:
        names = ", ".join(each.id for each in conflicts)
        page.append(
            Paragraph(f"Conflicts between its sources that apply: {names} (--full: how each is read)", "warning")
        )
    return page


def _stated(plan: Plan) -> Page:
    """What was stated with the limits that it was held against: platelets 110, at least 75: yes."""
    checks = (check for finding in plan.findings for check in finding.checks)
    rows = dict.fromkeys(text for check in checks if (text := _check_text(check, plan)) is not None)
    unread = [f"{each.what} {units.prose(each.text)}" for each in plan.stated if each.outcome == "unread"]
    items = [("", text, "violation" if text.endswith("NO") else "") for text in rows]
    items += [("not read by this arm", ", ".join(unread), "warning")] if unread else []
    return [Heading("Stated, and its limits"), Items(items)] if items else []


def _check_text(check: Check, plan: Plan) -> str | None:
    named = {each.what for each in plan.stated}
    if check.holds is None or check.observable not in named or check.comparison not in _WORDS:
        return None
    observed, limit = (_value(each) for each in (check.observed, check.limit))
    return f"{check.observable} {observed}, {_WORDS[check.comparison]} {limit}: {'yes' if check.holds else 'NO'}"


def _value(value: object) -> str:
    if isinstance(value, dict):
        return f"{units.decimal(value['value'], 4)} {units.pretty(str(value['unit']))}".strip()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _open(plan: Plan) -> Page:
    """The questions of the next dose, one a line, with what decides each."""
    questions = plan.clearance.questions
    if not questions:
        return []
    rows = [("", question, "unknown") for question in questions[:QUESTIONS]]
    more = len(questions) - QUESTIONS
    rows += [("", f"and {more} more; --full lists all", "dim")] if more > 0 else []
    return [Heading(f"To state before the next dose ({len(questions)})"), Items(rows)]


def _sources(plan: Plan) -> Page:
    sheets = ", ".join(each["id"] for each in plan.sources)
    marks = [f"facts not yet checked against their source: {len(plan.unconfirmed)}"] if plan.unconfirmed else []
    marks += ["conflicts may apply"] if any(each.applies is None for each in plan.conflicts) else []
    marks += [f"instructions: {len(plan.instructions)}"] if plan.instructions else []
    told = f"; {', '.join(marks)}" if marks else ""
    return [Paragraph(f"Made from {sheets}{told}. --full has the arithmetic, every rule and its source.", "dim")]
