"""The changes between two arms or two versions, as a page."""

from __future__ import annotations

from dosecalc.library.diff import ArmChanges, Change, Diff
from dosecalc.render.page import Heading, Items, Page, Paragraph

_SECTIONS = (
    ("The protocol", ("protocol",)),
    ("The regimen", ("dose", "cycle", "reduction", "toxicity", "organ limit", "table")),
    ("Rules", ("rule",)),
    ("Notes shown to the user", ("conflict", "instruction", "facts")),
)


def page(diff: Diff) -> Page:
    """Arm by arm, what is new, gone and changed."""
    lines: Page = []
    for arm in diff.arms:
        lines += _arm(arm)
    files = " and ".join(f"{file['file']} (sha256 {file['sha256'][:12]})" for file in diff.files)
    return [*lines, Heading("Files compared", "dim"), Paragraph(f"  {files}", "dim")]


def _arm(arm: ArmChanges) -> Page:
    if arm.before is None or arm.after is None:
        return [Heading(f"{arm.before or arm.after}: {'new' if arm.before is None else 'gone'}", "warning")]
    names = arm.before if arm.before == arm.after else f"{arm.before}, then {arm.after}"
    if not arm.changes:
        return [Heading(names), Paragraph("Nothing changes for a patient.", "pass")]
    lines: Page = [Heading(names)]
    for title, abouts in _SECTIONS:
        if changes := [change for change in arm.changes if change.about in abouts]:
            lines += [Heading(title), Items([_item(change) for change in changes])]
    return lines


def _item(change: Change) -> tuple[str, str, str]:
    named = change.about in ("dose", "cycle", "rule", "protocol") or not change.name
    label = change.name or change.about if named else f"{change.about} {change.name}"
    kind = "" if change.kind == "changed" else f"{change.kind}: "
    return label, f"{kind}{change.sentence}", "warning" if change.kind == "gone" else ""
