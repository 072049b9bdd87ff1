"""The limits of the next dose as a page."""

from __future__ import annotations

from dosecalc.findings.finding import Finding
from dosecalc.planning.bounds import Bound, Limits, Most
from dosecalc.quantities import units
from dosecalc.quantities.documents import Number
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE


def page(found: Limits) -> Page:
    """What the dose may be, what binds, what would lift it, and what no amount changes."""
    return [*_head(found), *_bounds(found), *_lifts(found), *_rest(found), Heading(NOTICE, "dim")]


def _head(found: Limits) -> Page:
    before = "" if found.given is None else f", after {_amount(found, found.given.value)} of it in this course"
    planned = found.pending if found.planned is None else _amount(found, found.planned.value)
    lines: Page = [
        Heading(f"{found.protocol['arm']}   {found.protocol['status']}"),
        Paragraph(units.prose(found.protocol["title"])),
        Paragraph(f"Next is dose {found.dose} of {found.agent}{before}", "dim"),
        Paragraph(f"By the protocol: {planned}", "dim"),
    ]
    if found.projected:
        text = "The whole-body dose of the next dose is reckoned from what was measured, in proportion to the activity"
        lines.append(Paragraph(text, "dim"))
    if found.broken:
        names = ", ".join(dict.fromkeys(map(_name, found.broken)))
        lines.append(Paragraph(f"No amount is without a violation: {names} (below); apart from that", "violation"))
    text = f"No rule is broken {_reach(found, found.most)}{_named(found, found.most, 'most')}"
    lines.append(Paragraph(text, _style(found)))
    if found.sure != found.most:
        text = f"Surely {_reach(found, found.sure)}{_named(found, found.sure, 'sure')}"
        lines.append(Paragraph(f"{text}; beyond it a rule is not known", "unknown"))
    if found.exceeded and not found.broken:
        lines.append(Paragraph("The protocol's own amount is more than its rules allow here", "violation"))
    return lines


def _style(found: Limits) -> str:
    return "violation" if found.broken or found.exceeded or found.largest.reach == "none" else "pass"


def _reach(found: Limits, most: Most) -> str:
    if most.reach == "none":
        return "by no amount"
    if most.value is None:
        return "by any amount"
    ratios = ((most.per_weight_, "kg"), (most.per_bsa_, "m^2"))
    per = [units.show(each.value, f"{_unit(found)}/{symbol}") for each, symbol in ratios if each is not None]
    sized = f" ({', '.join(per)})" if per else ""
    return f"{'up to' if most.included else 'below'} {_amount(found, most.value)}{sized}"


def _named(found: Limits, most: Most, key: str) -> str:
    """Which rule sets a limit."""
    binding = [_name(b) for b in found.bounds if b.severity == "violation" and getattr(b, key) == most]
    return f": {', '.join(binding)}" if binding and most.reach != "unbounded" else ""


def _unit(found: Limits) -> str:
    return "mCi" if found.kind == "activity" else "mg"


def _amount(found: Limits, value: Number) -> str:
    if found.kind == "mass":
        return units.show(value, "mg")
    return f"{units.show(value, 'mCi')} = {units.show(value, 'MBq')}"


def _name(what: Bound | Finding) -> str:
    return f"{what.rule} ({what.part})" if what.part else what.rule


def _bounds(found: Limits) -> Page:
    if not found.bounds:
        return [Paragraph("No rule of this protocol limits the amount.", "dim")]
    rows = [[_name(b) + (", a warning" if b.severity == "warning" else ""), _short(found, b.sure),
             _short(found, b.most), b.title] for b in found.bounds]  # fmt: skip
    head = ["rule", "surely holds", "not broken", ""]
    return [Heading("Rules about the amount"), Table(head, rows, frozenset({1, 2}), wrap=frozenset({3}))]


def _short(found: Limits, most: Most) -> str:
    if most.value is None:
        return "for none" if most.reach == "none" else "any amount"
    return f"{'to' if most.included else 'below'} {units.show(most.value, _unit(found))}"


def _lifts(found: Limits) -> Page:
    rows = [(_name(bound), text, "") for bound in found.bounds if bound.binds for text in _ways(found, bound)]
    return [Heading("What would lift it"), Items(rows)] if rows else []


def _ways(found: Limits, bound: Bound) -> list[str]:
    made = [f"{lift.option} (then surely {_reach(found, lift.then)})" for lift in bound.lifts]
    stated = {_stated(lift.option) for lift in bound.lifts}
    rest = [option for option in bound.settled_by if _stated(option) not in stated]
    return [*made, *rest] or ["nothing that could be stated of the patient: it limits the amount itself"]


def _stated(option: str) -> str:
    """What an option states, without its value."""
    return option.replace('"', "").partition("=")[0].partition("[")[0]


def _rest(found: Limits) -> Page:
    lines: Page = []
    if found.broken:
        lines += [Heading("Broken whatever the amount", "violation"),
                  Items([(_name(f), f.message, "violation") for f in found.broken])]  # fmt: skip
    about = {(b.rule, b.part) for b in found.bounds}
    names = list(dict.fromkeys(_name(f) for f in found.unknown if (f.rule, f.part) not in about))
    if names:
        lines += [Heading(f"Not assessed, whatever the amount ({len(names)})"),
                  Paragraph(f"  {', '.join(names)}; dosecalc plan says what settles each", "unknown")]  # fmt: skip
    if found.unconfirmed:
        lines += [Heading("Unconfirmed facts (nobody read them first-hand)", "warning"),
                  Items([(u.fact, units.prose(u.statement), "warning") for u in found.unconfirmed])]  # fmt: skip
    return lines
