"""Protocols in words: the index, one protocol, and what lint found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dosecalc.files.protocol import (
    Arm,
    FactorTable,
    Protocol,
    Rule,
    cited,
)
from dosecalc.library.wording import (
    SCOPES,
    bound_words,
    condition_words,
    effective_words,
    interval_words,
    length_words,
    level_words,
)
from dosecalc.quantities.units import pretty, prose
from dosecalc.render import page as paper
from dosecalc.render.page import Heading, Items, Page, Paragraph

if TYPE_CHECKING:
    from dosecalc.library.catalogue import IndexRow
    from dosecalc.library.lint import Report
    from dosecalc.library.reader import ProtocolFile


def index_page(rows: list[IndexRow]) -> Page:
    """One line an arm, with its status and whether it rests on facts that nobody confirmed."""
    if not rows:
        return [Paragraph("No arm answers to that; 'dosecalc protocol list' without filters has them all.")]
    mark = {True: "unconfirmed", False: ""}
    table = [[row.arm, row.status, mark[row.unconfirmed > 0], row.agent, prose(row.title)] for row in rows]
    return [paper.Table(["arm", "status", "facts", "agent", "regimen"], table, wrap=frozenset({3, 4}))]


def lint_lines(report: Report) -> list[str]:
    """One line a problem, then the notes, then the verdict."""
    lines = [f"error: {problem}" for problem in report.problems]
    lines += [f"note: {report.file}: {note}" for note in report.notes]
    wrong = len(report.problems)
    return [*lines, f"{report.file}: {wrong} error{'' if wrong == 1 else 's'}" if wrong else f"{report.file}: sound"]


def protocol_page(file: ProtocolFile, arms: list[Arm]) -> Page:
    """Regimen, rules, conflicts, instructions, sources and unconfirmed facts of some arms of a file."""
    protocol = file.protocol
    mine = [arm.id for arm in arms]
    page: Page = [
        Heading(f"{protocol.id}   {protocol.status}"),
        Paragraph(prose(protocol.title)),
        Paragraph(f"Registry: {', '.join(protocol.registry)}" if protocol.registry else "No registry number", "dim"),
    ]
    if protocol.note:
        page.append(Paragraph(prose(protocol.note), "dim"))
    if protocol.effective is not None:
        page.append(Paragraph(f"{effective_words(protocol.effective)} ({', '.join(cited(protocol.effective.cite))})"))
    for arm in arms:
        page += _regimen(protocol, arm)
    if protocol.tables:
        page += [Heading("Tables"), Items([_steps(name, table) for name, table in protocol.tables.items()])]
    rules = [r for r in protocol.rules if r.holds_for(*mine)]
    page += [Heading("Rules"), Items([_rule(r, mine) for r in rules])]
    if protocol.conditions:
        named = [
            (name.replace("-", " "), condition_words(condition), "") for name, condition in protocol.conditions.items()
        ]
        page += [Heading("Named conditions"), Items(named)]
    conflicts = [c for c in protocol.conflicts if c.holds_for(*mine)]
    if conflicts:
        page += [Heading("Conflicts between the sources"),
             Items([(c.id, f"{prose(c.reading)}. Why: {prose(c.because)} ({', '.join(c.between)})", "warning")
                    for c in conflicts])]  # fmt: skip
    instructions = [i for i in protocol.instructions if i.holds_for(*mine)]
    if instructions:
        page += [Heading("Instructions"),
                 Items([("", f"{prose(i.text)} ({', '.join(cited(i.cite))})", "") for i in instructions])]  # fmt: skip
    cites = dict.fromkeys(c for arm in arms for c in file.cites(arm))
    page += [Heading("Sources"), Items([(c, _fact(file, c), "dim") for c in cites])]
    unconfirmed = dict(pair for arm in arms for pair in file.unconfirmed(arm))
    if unconfirmed:
        page += [Heading("Unconfirmed facts (nobody read them first-hand)", "warning"),
                 Items([(c, prose(s), "warning") for c, s in unconfirmed.items()])]  # fmt: skip
    page.append(Paragraph(f"\nFile: {file.file}, sha256 {file.sha256}", "dim"))
    return page


def _fact(file: ProtocolFile, cite: str) -> str:
    fact = file.fact(cite)
    if fact is None:
        return "not found"
    mark = "" if file.confirmed(cite) else ", unconfirmed"
    values = f": {', '.join(pretty(str(value)) for value in fact.values)}" if fact.values else ""
    return f"{prose(fact.statement)}{values} [grade {fact.grade}{mark}]"


def _regimen(protocol: Protocol, arm: Arm) -> Page:
    lines: list[tuple[str, str, str]] = []
    number = 1
    for cycle in arm.cycles:
        last = number + cycle.repeat - 1
        label = f"cycle {number}" if last == number else f"cycles {number} to {last}"
        number = last + 1
        alone = len(arm.cycles) == 1 and cycle.repeat == 1 and cycle.length is None
        spaced = interval_words(cycle.interval) if cycle.interval is not None else ""
        length = spaced if spaced and cycle.length is None else "once" if alone else length_words(cycle)
        also = f", doses {spaced}" if spaced and cycle.length is not None else ""
        lines.append((label, f"{'optional, ' if cycle.optional else ''}{length}{also}", ""))
        for dose in cycle.doses:
            day = f"day {dose.day}" if dose.day is not None else "day not stated"
            text = f"{protocol.agents[dose.agent].name}, {level_words(dose.level)}{bound_words(dose)}"
            lines.append((f"  {day}", text, "dim"))
    lines += [
        (
            f"limit of the {limit.organ.replace('_', ' ')}",
            f"{limit.limit} in the course; above it all doses are reduced",
            "",
        )
        for limit in arm.organ_limits
    ]
    back = "" if arm.re_escalation or not arm.reductions else ", and never back up"
    lines += [(f"reduction, step {step.step}", f"{level_words(step.level)}{back}", "") for step in arm.reductions]
    return [Heading(f"{arm.id}: {prose(arm.title)}"), Items(lines)]


def _steps(name: str, table: FactorTable) -> tuple[str, str, str]:
    """A table: each step with its factor."""
    return name, f"by {table.by}, the last step at or below it: {'; '.join(table.steps)}", ""


def _rule(rule: Rule, mine: list[str]) -> tuple[str, str, str]:
    label = f"{rule.id} ({rule.part})" if rule.part else rule.id
    label += ", a warning" if rule.severity == "warning" else ""
    text = f"{prose(rule.title)}: "
    if rule.when is not None:
        text += f"if {condition_words(rule.when)}, then "
    text += condition_words(rule.require)
    if rule.at:
        text += f", {SCOPES[rule.at]}"
    if rule.arms and len(mine) > 1:
        text += f" (only {', '.join(rule.arms)})"
    return label, f"{text} ({', '.join(cited(rule.cite))})", rule.severity if rule.severity == "warning" else ""
