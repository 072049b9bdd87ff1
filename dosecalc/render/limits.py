"""The limits of the next dose as a page."""

from __future__ import annotations

from dosecalc.findings.finding import Finding
from dosecalc.planning.bounds import Bound, Limits, Most
from dosecalc.quantities import units
from dosecalc.quantities.documents import Number
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE, clearance_line


def page(limits: Limits) -> Page:
    """The limits, the rules that bind, the statements that would lift them, and the findings that no amount changes."""
    line = clearance_line(limits.clearance)
    return [line, *_head(limits), *_bounds(limits), *_lifts(limits), *_rest(limits), Heading(NOTICE, "dim"), line]


def _head(limits: Limits) -> Page:
    before = "" if limits.given is None else f", after {_amount(limits, limits.given.value)} of it in this course"
    planned = limits.pending if limits.planned is None else _amount(limits, limits.planned.value)
    lines: Page = [
        Heading(f"{limits.protocol['arm']}   {limits.protocol['status']}"),
        Paragraph(units.prose(limits.protocol["title"])),
        Paragraph(f"Next is dose {limits.dose} of {limits.agent}{before}", "dim"),
        Paragraph(f"By the protocol: {planned}", "dim"),
    ]
    if limits.projected:
        text = "The whole-body dose of the next dose is taken in proportion to the activity, from what was measured"
        lines.append(Paragraph(text, "dim"))
    if limits.broken:
        names = ", ".join(dict.fromkeys(map(_name, limits.broken)))
        lines.append(Paragraph(f"No amount is without a violation: {names} (below); apart from that", "violation"))
    text = f"No rule is broken {_reach(limits, limits.most)}{_named(limits, limits.most, 'most')}"
    lines.append(Paragraph(text, _style(limits)))
    if limits.sure != limits.most:
        names = _named(limits, limits.sure, "sure").removeprefix(": ") or "rules that are not known"
        text = f"Known to be allowed {_reach(limits, limits.sure)}; above that it depends on {names}"
        lines.append(Paragraph(text, "unknown"))
    if limits.exceeded and not limits.broken:
        lines.append(Paragraph("The protocol's own amount is more than its rules allow here", "violation"))
    return lines


def _style(limits: Limits) -> str:
    return "violation" if limits.broken or limits.exceeded or limits.largest.reach == "none" else "pass"


def _reach(limits: Limits, most: Most) -> str:
    if most.reach == "none":
        return "by no amount"
    if most.value is None:
        return "by any amount"
    ratios = ((most.per_weight_, "kg"), (most.per_bsa_, "m^2"))
    per = [units.show(each.value, f"{_unit(limits)}/{symbol}") for each, symbol in ratios if each is not None]
    sized = f" ({', '.join(per)})" if per else ""
    return f"{'up to' if most.included else 'below'} {_amount(limits, most.value)}{sized}"


def _named(limits: Limits, most: Most, key: str) -> str:
    """Which rule sets a limit."""
    binding = [_name(b) for b in limits.bounds if b.severity == "violation" and getattr(b, key) == most]
    return f": {', '.join(binding)}" if binding and most.reach != "unbounded" else ""


def _unit(limits: Limits) -> str:
    return "mCi" if limits.kind == "activity" else "mg"


def _amount(limits: Limits, value: Number) -> str:
    if limits.kind == "mass":
        return units.show(value, "mg")
    return f"{units.show(value, 'mCi')} = {units.show(value, 'MBq')}"


def _name(what: Bound | Finding) -> str:
    return f"{what.rule} ({what.part})" if what.part else what.rule


def _bounds(limits: Limits) -> Page:
    if not limits.bounds:
        return [Paragraph("No rule of this protocol limits the amount.", "dim")]
    rows = [
        [
            _name(b) + (", a warning" if b.severity == "warning" else ""),
            _short(limits, b.sure),
            _short(limits, b.most),
            b.title,
        ]
        for b in limits.bounds
    ]
    head = ["rule", "known to hold", "not broken", ""]
    return [Heading("Rules about the amount"), Table(head, rows, frozenset({1, 2}), wrap=frozenset({3}))]


def _short(limits: Limits, most: Most) -> str:
    if most.value is None:
        return "for none" if most.reach == "none" else "any amount"
    return f"{'to' if most.included else 'below'} {units.show(most.value, _unit(limits))}"


def _lifts(limits: Limits) -> Page:
    rows = [(_name(bound), text, "") for bound in limits.bounds if bound.binds for text in _ways(limits, bound)]
    return [Heading("What would lift it"), Items(rows)] if rows else []


def _ways(limits: Limits, bound: Bound) -> list[str]:
    ways = [f"{lift.option} (then known to be allowed {_reach(limits, lift.then)})" for lift in bound.lifts]
    stated = {_stated(lift.option) for lift in bound.lifts}
    rest = [option for option in bound.settled_by if _stated(option) not in stated]
    return [*ways, *rest] or ["nothing that could be stated of the patient: it limits the amount itself"]


def _stated(option: str) -> str:
    """The name that an option states, without its value."""
    return option.replace('"', "").partition("=")[0].partition("[")[0]


def _rest(limits: Limits) -> Page:
    lines: Page = []
    if limits.broken:
        lines += [
            Heading("Violated whatever the amount", "violation"),
            Items([(_name(f), f.message, "violation") for f in limits.broken]),
        ]
    about = {(b.rule, b.part) for b in limits.bounds}
    names = list(dict.fromkeys(_name(f) for f in limits.unknown if (f.rule, f.part) not in about))
    if names:
        lines += [
            Heading(f"Not assessed, whatever the amount ({len(names)})"),
            Paragraph(f"  {', '.join(names)}; dosecalc plan says what decides each", "unknown"),
        ]
    if limits.unconfirmed:
        lines += [
            Heading("Unconfirmed facts (not yet checked against the source)", "warning"),
            Items([(u.fact, units.prose(u.statement), "warning") for u in limits.unconfirmed]),
        ]
    return lines
