"""A gate check as a page: go or hold, each reason with what settles it, then what was compared."""

from __future__ import annotations

from dosecalc.gate.result import GateCheck, Hold, SideBySide
from dosecalc.render.page import Heading, Items, Page, Paragraph

NOTICE = "GO means that what is stated agrees and nothing asked is missing; whether it is true is seen at the bedside."


def page(check: GateCheck) -> Page:
    """One screen: the verdict first, and again at the end."""
    style = "pass" if check.go else "violation"
    return [
        Heading(check.text, style),
        *([] if check.override is None else [_override(check)]),
        *([Items([_reason(each) for each in check.holds])] if check.holds else []),
        *_compared(check),
        *_rest(check),
        Paragraph(NOTICE, "dim"),
        Heading("GO" if check.go else f"HOLD, {len(check.holds)} reason{'' if len(check.holds) == 1 else 's'}", style),
    ]


def _override(check: GateCheck) -> Paragraph:
    assert check.override is not None
    return Paragraph(f"Overridden by {check.override.by}: {check.override.why}", "warning")


def _reason(hold: Hold) -> tuple[str, str, str]:
    cite = f"   [{', '.join(hold.cite)}]" if hold.cite else ""
    return hold.what, f"{hold.text}{cite}", "unknown" if hold.kind in ("unknown", "bare") else "violation"


def _compared(check: GateCheck) -> Page:
    if not check.compared:
        return []
    return [Heading("Compared"), Items([_pair(each) for each in check.compared])]


def _pair(each: SideBySide) -> tuple[str, str, str]:
    return each.what, f"{each.text}: {'agrees' if each.holds else 'NO'}", "pass" if each.holds else "violation"


def _rest(check: GateCheck) -> Page:
    patient = check.inputs.get("patient", {})
    named = [", ".join(map(str, patient.get("ids", ()))), str(patient.get("identified_by", ""))]
    rows = [("patient", "; identified by ".join(filter(None, named)), "")] if any(named) else []
    rows += [("not read by the protocol", ", ".join(check.unread), "warning")] if check.unread else []
    rows += [("accepted", f"{each.rule}: {each.why}", "") for each in check.accepted]
    rows += [("done without", f"{each.part}: {each.why}", "") for each in check.waived]
    rows += [] if check.plan is None else [("plan", check.plan, "")]
    rows.append(("code of this unit", check.code, ""))
    return [Heading("Besides"), Items(rows)]
