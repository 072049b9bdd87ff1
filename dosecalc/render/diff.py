"""What changes between two arms or two versions, as a page."""

from __future__ import annotations

from dosecalc.library.diff import ArmChanges, Change, Diff
from dosecalc.render.page import Heading, Items, Page, Paragraph

_SECTIONS = (
    ("The protocol", ("protocol",)),
    ("The regimen", ("dose", "cycle", "reduction", "organ limit", "table")),
    ("Rules", ("rule",)),
    ("What is told", ("conflict", "instruction", "facts")),
)


def page(found: Diff) -> Page:
    """Arm by arm, what is new, gone and changed."""
    lines: Page = []
    for arm in found.arms:
        lines += _arm(arm)
    files = " and ".join(f"{file['file']} (sha256 {file['sha256'][:12]})" for file in found.files)
    return [*lines, Heading("Held together", "dim"), Paragraph(f"  {files}", "dim")]


def _arm(arm: ArmChanges) -> Page:
    if arm.before is None or arm.after is None:
        return [Heading(f"{arm.before or arm.after}: {'new' if arm.before is None else 'gone'}", "warning")]
    names = arm.before if arm.before == arm.after else f"{arm.before}, then {arm.after}"
    if not arm.changes:
        return [Heading(names), Paragraph("Nothing changes for a patient.", "pass")]
    lines: Page = [Heading(names)]
    for title, abouts in _SECTIONS:
        if mine := [change for change in arm.changes if change.about in abouts]:
            lines += [Heading(title), Items([_item(change) for change in mine])]
    return lines


def _item(change: Change) -> tuple[str, str, str]:
    plain = change.about in ("dose", "cycle", "rule", "protocol") or not change.name
    label = f"{change.name or change.about}" if plain else f"{change.about} {change.name}"
    kind = "" if change.kind == "changed" else f"{change.kind}: "
    return label, f"{kind}{change.said}", "warning" if change.kind == "gone" else ""
