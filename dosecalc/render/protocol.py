"""Protocols in words: the index, one protocol, and the report of lint."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from dosecalc.files.protocol import (
    Agent,
    Arm,
    FactorTable,
    ListedConflict,
    ListedInstruction,
    ListedToxicity,
    Protocol,
    Reduction,
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
    review_words,
    route_words,
    toxicity_words,
)
from dosecalc.quantities.units import pretty, prose
from dosecalc.render import page as paper
from dosecalc.render.page import Heading, Items, Page, Paragraph

if TYPE_CHECKING:
    from dosecalc.files.protocol import Cycle
    from dosecalc.library.catalogue import IndexRow
    from dosecalc.library.lint import LintReport
    from dosecalc.library.proofs import Proofs
    from dosecalc.library.reader import ProtocolFile

Item = tuple[str, str, str]
"""A line of a list: its label, its text, and how it is drawn."""


def index_page(rows: Sequence[IndexRow], *, narrow: bool = False) -> Page:
    """One line an arm, with its status, for whom it is, and whether it rests on unconfirmed facts.

    ``narrow``: a paragraph an arm, for a terminal.
    """
    if not rows:
        return [Paragraph("No arm matches; 'dosecalc protocol list' without filters lists them all.")]
    if narrow:
        return [Items([(row.arm, _told(row), "") for row in rows])]
    header = ["arm", "status", "facts", "agent", "for", "regimen"]
    table = [[row.arm, row.status, _mark(row), row.agent, prose(_whom(row)), prose(row.title)] for row in rows]
    return [paper.Table(header, table, wrap=frozenset({3, 4, 5}))]


def _told(row: IndexRow) -> str:
    """An arm in a paragraph: the regimen, what is given, for whom, and how far it can be relied on."""
    parts = [prose(row.title), row.agent, prose(_whom(row)), ", ".join(filter(None, [row.status, _mark(row)]))]
    return ". ".join(part for part in parts if part)


def _whom(row: IndexRow) -> str:
    return ", ".join(filter(None, [row.disease, f"age {row.ages}" if row.ages else None]))


def _mark(row: IndexRow) -> str:
    return "unconfirmed" if row.unconfirmed else ""


def lint_lines(report: LintReport) -> list[str]:
    """One line a problem, then the notes, what is unproved, and the verdict."""
    lines = [f"error: {problem}" for problem in report.problems]
    lines += [f"note: {report.file}: {note}" for note in report.notes]
    lines += [
        f"unproved: {report.file}, {place}: too many combinations to try whether somebody meets it, or is left out"
        for place in report.unproved
    ]
    wrong, open_ = len(report.problems), len(report.unproved)
    verdict = f"no error found, {open_} condition{'' if open_ == 1 else 's'} unproved" if open_ else "sound"
    if report.proofs is not None:
        lines += _proof_lines(report.file, report.proofs)
        if report.proofs.refuted:
            verdict = f"{len(report.proofs.refuted)} refuted"
    return [
        *lines,
        f"{report.file}: {wrong} error{'' if wrong == 1 else 's'}" if wrong else f"{report.file}: {verdict}",
    ]


def _proof_lines(file: str, proofs: Proofs) -> list[str]:
    """The counts of what was proved, then what was refuted and what is not proved."""
    counts = ", ".join(f"{kind} {count}" for kind, count in proofs.proved.items())
    lines = [f"proved: {file}: {sum(proofs.proved.values())} statements ({counts})" if counts else ""]
    lines += [f"refuted: {file}, {place}: {words}" for place, words in proofs.refuted]
    lines += [f"not proved: {file}, {place}: {words}" for place, words in proofs.open]
    return [line for line in lines if line]


def protocol_page(file: ProtocolFile, arms: Sequence[Arm]) -> Page:
    """Regimen, rules, conflicts, instructions, sources and unconfirmed facts of some arms of a file."""
    protocol = file.protocol
    ids = [arm.id for arm in arms]
    page = _head(protocol)
    for arm in arms:
        page += _regimen(protocol, arm)
    page += _section("Tables", [_steps(name, table) for name, table in protocol.tables.items()])
    page += _section("Rules", [_rule(rule, ids) for rule in protocol.rules if rule.holds_for(*ids)])
    conditions = protocol.conditions.items()
    page += _section("Named conditions", [(name.replace("-", " "), condition_words(c), "") for name, c in conditions])
    ladders = [(each.title, _ladder(each), "") for each in protocol.toxicities if each.holds_for(*ids)]
    page += _section("After toxicity", ladders)
    conflicts = [_conflict(conflict) for conflict in protocol.conflicts if conflict.holds_for(*ids)]
    page += _section("Conflicts between the sources", conflicts)
    page += _section("Instructions", [_instruction(each) for each in protocol.instructions if each.holds_for(*ids)])
    cites = dict.fromkeys(cite for arm in arms for cite in file.cites(arm))
    page += [Heading("Sources"), Items([(cite, _fact(file, cite), "dim") for cite in cites])]
    unconfirmed = dict(pair for arm in arms for pair in file.unconfirmed(arm))
    page += _section(
        "Unconfirmed facts (not yet checked against the source)",
        [(cite, prose(statement), "warning") for cite, statement in unconfirmed.items()],
        style="warning",
    )
    return [*page, Paragraph(f"\nFile: {file.file}, sha256 {file.sha256}", "dim")]


def _section(title: str, items: list[Item], style: str = "") -> Page:
    """A heading with its list; nothing where the list is empty."""
    return [Heading(title, style), Items(items)] if items else []


def _head(protocol: Protocol) -> Page:
    page: Page = [
        Heading(f"{protocol.id}   {protocol.status}"),
        Paragraph(prose(protocol.title)),
        Paragraph(f"Registry: {', '.join(protocol.registry)}" if protocol.registry else "No registry number", "dim"),
    ]
    label = [
        ("Jurisdiction", ", ".join(protocol.jurisdiction)),
        ("Revision", protocol.revision or ""),
        ("Indication", prose(protocol.indication or "")),
        ("Review", review_words(protocol.review)),
    ]
    page += [Paragraph(f"{key}: {text}", "dim") for key, text in label if text]
    if protocol.note:
        page.append(Paragraph(prose(protocol.note), "dim"))
    if protocol.effective is not None:
        page.append(Paragraph(f"{effective_words(protocol.effective)} ({', '.join(cited(protocol.effective.cite))})"))
    return page


def _conflict(conflict: ListedConflict) -> Item:
    text = f"{prose(conflict.reading)}. Why: {prose(conflict.because)} ({', '.join(conflict.between)})"
    return conflict.id, text, "warning"


def _instruction(instruction: ListedInstruction) -> Item:
    return instruction.about or "", f"{prose(instruction.text)} ({', '.join(cited(instruction.cite))})", ""


def _fact(file: ProtocolFile, cite: str) -> str:
    fact = file.fact(cite)
    if fact is None:
        return "not found"
    mark = "" if file.confirmed(cite) else ", unconfirmed"
    values = f": {', '.join(pretty(str(value)) for value in fact.values)}" if fact.values else ""
    return f"{prose(fact.statement)}{values} [grade {fact.grade}{mark}]"


def _regimen(protocol: Protocol, arm: Arm) -> Page:
    items: list[Item] = [("purpose", arm.purpose or "not stated, so taken for therapy", "")]
    given = list(dict.fromkeys(dose.agent for cycle in arm.cycles for dose in cycle.doses))
    items += [(_given_label(protocol, key, given), _given(protocol.agents[key]), "") for key in given]
    number = 1
    for cycle in arm.cycles:
        last = number + cycle.repeat - 1
        label = f"cycle {number}" if last == number else f"cycles {number} to {last}"
        items.append((label, _cycle_words(cycle, alone=len(arm.cycles) == 1), ""))
        items += _doses(protocol, cycle)
        number = last + 1
    for limit in arm.organ_limits:
        bound = f"{limit.limit} in the course; above it all doses are reduced"
        if limit.bed is not None:
            repair = f"alpha/beta {limit.alpha_beta}, repair {limit.repair_half_time}"
            bound = f"effective dose (BED) of at most {limit.bed}, {repair}"
        items.append((f"limit of the {limit.organ.replace('_', ' ')}", bound, ""))
    back = "" if arm.re_escalation or not arm.reductions else ", and never back up"
    items += [
        (f"reduction, step {step.step}", f"{level_words(step.level)}{_give_or_take(step)}{back}", "")
        for step in arm.reductions
    ]
    return [Heading(f"{arm.id}: {prose(arm.title)}"), Items(items)]


def _give_or_take(step: Reduction) -> str:
    return f", give or take {pretty(step.tolerance)}" if step.tolerance else ""


def _given_label(protocol: Protocol, key: str, given: Sequence[str]) -> str:
    return "given" if len(given) == 1 else f"given, {protocol.agents[key].name}"


def _given(agent: Agent) -> str:
    cites = cited(agent.cite)
    return f"{route_words(agent)} ({', '.join(cites)})" if cites else route_words(agent)


def _cycle_words(cycle: Cycle, *, alone: bool) -> str:
    """How long a cycle lasts, or how far its doses lie apart where only that is stated."""
    optional = f"{'optional, ' if cycle.optional else ''}{_open_words(cycle)}"
    interval = interval_words(cycle.interval) if cycle.interval is not None else ""
    if cycle.length is not None:
        return f"{optional}{length_words(cycle)}{f', doses {interval}' if interval else ''}"
    if interval:
        return f"{optional}{interval}"
    return f"{optional}{'once' if alone and cycle.repeat == 1 else length_words(cycle)}"


def _open_words(cycle: Cycle) -> str:
    """Whether more cycles of the kind may follow, and how many."""
    if not cycle.open:
        return ""
    return "more may follow, their number open, " if cycle.at_most is None else f"up to {cycle.at_most} in all, "


def _doses(protocol: Protocol, cycle: Cycle) -> Iterable[Item]:
    for dose in cycle.doses:
        day = f"day {dose.day}" if dose.day is not None else "day not stated"
        yield f"  {day}", f"{protocol.agents[dose.agent].name}, {level_words(dose.level)}{bound_words(dose)}", "dim"


def _ladder(toxicity: ListedToxicity) -> str:
    cites = dict.fromkeys(cite for row in toxicity.rows for cite in cited(row.cite))
    return f"{toxicity_words(toxicity)} ({', '.join(cites)})"


def _steps(name: str, table: FactorTable) -> Item:
    """A table: each step with its factor."""
    return name, f"by {table.by}, the last step at or below it: {'; '.join(table.steps)}", ""


def _rule(rule: Rule, arms: Sequence[str]) -> Item:
    label = f"{rule.id} ({rule.part})" if rule.part else rule.id
    when = f"if {condition_words(rule.when)}, then " if rule.when is not None else ""
    at = f", {SCOPES[rule.at]}" if rule.at else ""
    only = f" (only {', '.join(rule.arms)})" if rule.arms and len(arms) > 1 else ""
    text = f"{prose(rule.title)}: {when}{condition_words(rule.require)}{at}{only} ({', '.join(cited(rule.cite))})"
    return (f"{label}, a warning", text, "warning") if rule.severity == "warning" else (label, text, "")
