"""Protocols in words: the index, one protocol, and what lint found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dosecalc.protocol import (
    Arm,
    Choice,
    Condition,
    Cycle,
    Effective,
    Interval,
    Level,
    OfObservable,
    OfTable,
    OneLevel,
    Product,
    Protocol,
    Range,
    Rule,
    Table,
    cited,
)
from dosecalc.render import page as paper
from dosecalc.render.page import Heading, Items, Page, Paragraph
from dosecalc.units import pretty, prose, read, spell

if TYPE_CHECKING:
    from dosecalc.catalogue import IndexRow
    from dosecalc.library import ProtocolFile
    from dosecalc.linting import Report

_WORDS = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}
_SCOPES = {"first-dose": "before the first dose", "later-doses": "before later doses", "each-dose": "for each dose",
           "each-cycle": "for each cycle", "course": "for the course"}  # fmt: skip


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
        page.append(Paragraph(f"{_effective(protocol.effective)} ({', '.join(cited(protocol.effective.cite))})"))
    for arm in arms:
        page += _regimen(protocol, arm)
    if protocol.tables:
        page += [Heading("Tables"), Items([_steps(name, table) for name, table in protocol.tables.items()])]
    rules = [r for r in protocol.rules if r.holds_for(*mine)]
    page += [Heading("Rules"), Items([_rule(r, mine) for r in rules])]
    if protocol.conditions:
        named = [(name.replace("-", " "), _condition(condition), "") for name, condition in protocol.conditions.items()]
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
        spaced = _interval(cycle.interval) if cycle.interval is not None else ""
        length = spaced if spaced and cycle.length is None else "once" if alone else _length(cycle)
        also = f", doses {spaced}" if spaced and cycle.length is not None else ""
        lines.append((label, f"{'optional, ' if cycle.optional else ''}{length}{also}", ""))
        for dose in cycle.doses:
            day = f"day {dose.day}" if dose.day is not None else "day not stated"
            text = f"{protocol.agents[dose.agent].name}, {_level(dose.level)}"
            for bound, word in ((dose.cap, "at most"), (dose.floor, "at least")):
                text += f", {word} {pretty(bound)}" if bound else ""
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
    lines += [(f"reduction, step {step.step}", f"{_level(step.level)}{back}", "") for step in arm.reductions]
    return [Heading(f"{arm.id}: {prose(arm.title)}"), Items(lines)]


def _length(cycle: Cycle) -> str:
    if cycle.length is None:
        return "length not stated by the source"
    if isinstance(cycle.length, Range):
        return f"{cycle.length.min.partition(' ')[0]} to {_quantity(cycle.length.max)} long"
    return f"{_quantity(cycle.length)} long"


def _interval(interval: Interval) -> str:
    """The distances of a cycle's doses, or of the cycles, as words."""
    parts = [f"every {_quantity(interval.every)}"] if interval.every else []
    parts += [f"within {_quantity(interval.window)} on either side"] if interval.window else []
    parts += [f"at least {_quantity(interval.at_least)} apart"] if interval.at_least else []
    parts += [f"at most {_quantity(interval.at_most)} apart"] if interval.at_most else []
    return ", ".join(parts)


def _effective(effective: Effective) -> str:
    ends = [("from", effective.from_), ("until", effective.until)]
    return f"Holds {' '.join(f'{word} {date}' for word, date in ends if date is not None)}"


def _factor(factor: str | Range | OfObservable | OfTable) -> str:
    if isinstance(factor, OfObservable):
        return factor.observable
    return f"the factor of {factor.table}" if isinstance(factor, OfTable) else _level(factor)


def _steps(name: str, table: Table) -> tuple[str, str, str]:
    """A table: each step with its factor."""
    return name, f"by {table.by}, the last step at or below it: {'; '.join(table.steps)}", ""


def _level(level: Level | OneLevel) -> str:
    if isinstance(level, Choice):
        aim = "" if level.organ is None else f"to a cumulative dose of the {level.organ.replace('_', ' ')} of "
        ways = (each if level.organ and isinstance(each, str) else _level(each) for each in level.choose)
        return f"{aim}{' or '.join(ways)}, to be chosen"
    if isinstance(level, Product):
        return " / ".join((" x ".join(map(_factor, level.product)), *map(_factor, level.over)))
    if isinstance(level, str):
        target = read(level).dimension == "absorbed dose"
        return f"to a cumulative whole-body dose of {level}" if target else pretty(level)
    if isinstance(level, Range):
        return f"{pretty(level.min)} to {pretty(level.max)}, to be chosen"
    return "; ".join(
        f"{_level(r.level)} if {_condition(r.when)}" if r.when else f"otherwise {_level(r.level)}" for r in level
    )


def _rule(rule: Rule, mine: list[str]) -> tuple[str, str, str]:
    label = f"{rule.id} ({rule.part})" if rule.part else rule.id
    label += ", a warning" if rule.severity == "warning" else ""
    text = f"{prose(rule.title)}: "
    if rule.when is not None:
        text += f"if {_condition(rule.when)}, then "
    text += _condition(rule.require)
    if rule.at:
        text += f", {_SCOPES[rule.at]}"
    if rule.arms and len(mine) > 1:
        text += f" (only {', '.join(rule.arms)})"
    return label, f"{text} ({', '.join(cited(rule.cite))})", rule.severity if rule.severity == "warning" else ""


def _condition(condition: Condition) -> str:
    if condition.condition is not None:
        return condition.condition.replace("-", " ")
    if condition.not_ is not None:
        return f"not ({_condition(condition.not_)})"
    if condition.all_ is not None:
        return " and ".join(_bracketed(c) for c in condition.all_)
    if condition.any_ is not None:
        return " or ".join(_bracketed(c) for c in condition.any_)
    name = str(condition.observable)
    if condition.is_ is not None:
        return f"{name} is {str(condition.is_).lower()}"
    if condition.one_of is not None:
        return f"{name} is one of {', '.join(condition.one_of)}"
    bounds = [(word, getattr(condition, key)) for key, word in _WORDS.items() if getattr(condition, key) is not None]
    return f"{name} " + " and ".join(f"{word} {_quantity(limit)}" for word, limit in bounds)


def _quantity(written: str | int) -> str:
    """A quantity of a file as people print it; a count as it stands."""
    return str(written) if isinstance(written, int) else spell(read(written))


def _bracketed(condition: Condition) -> str:
    text = _condition(condition)
    return f"({text})" if condition.all_ is not None or condition.any_ is not None else text
