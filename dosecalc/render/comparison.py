"""Two arms side by side as a page."""

from __future__ import annotations

from itertools import zip_longest

from dosecalc.planning.comparison import Comparison
from dosecalc.planning.result import Dose, Plan
from dosecalc.quantities import units
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE, finding_name, size_texts


def page(both: Comparison) -> Page:
    """The amounts and findings of each arm, a line for each."""
    first, second = both.plans
    rows = [
        *_line("status", first.protocol["status"], second.protocol["status"]),
        *_line("agent", *(", ".join(plan.agents[agent] for agent in plan.totals) for plan in both.plans)),
        *[
            [f"dose {number}", _dose(one), _dose(other)]
            for number, (one, other) in enumerate(zip_longest(first.doses, second.doses), 1)
        ],
        *_totals(both.plans),
        *[[status, _found(first, status), _found(second, status)] for status in ("violation", "warning")],
        *_line("not assessed", *(_count(plan) for plan in both.plans)),
        *_line("unconfirmed facts", *(str(len(plan.unconfirmed) or "none") for plan in both.plans)),
    ]
    lines: Page = [Heading(f"{first.protocol['arm']} and {second.protocol['arm']}")]
    lines += [
        Paragraph(f"  {plan.protocol['arm']}: {units.prose(plan.protocol['title'])}", "dim") for plan in both.plans
    ]
    lines.append(Table(["", first.protocol["arm"], second.protocol["arm"]], rows, wrap=frozenset({1, 2})))
    pending = [
        (f"{plan.protocol['arm']}, dose {dose.number} pending", dose.pending, "unknown")
        for plan in both.plans
        for dose in plan.doses
        if dose.pending
    ]
    lines += [Items(pending)] if pending else []
    if both.left_out:
        left = [(each.arm, f"--{each.option} {each.text} is not used: {each.why}", "warning") for each in both.left_out]
        lines += [Heading("Statements that only one arm takes"), Items(left)]
    return [*lines, Heading(NOTICE, "dim")]


def _line(label: str, one: str, other: str) -> list[list[str]]:
    return [[label, one, other]]


def _dose(dose: Dose | None) -> str:
    if dose is None:
        return "-"
    amount = "pending" if dose.value is None else _both(size_texts(dose))
    day = f", day {dose.day}" if dose.day is not None and dose.number > 1 else ""
    bounded = {"cap": ", capped", "floor": ", raised" if dose.value else ", target reached", None: ""}
    marks = f"{bounded[dose.bounded]}{', given' if dose.given else ''}{', optional' if dose.optional else ''}"
    told = dose.level is not None and (dose.bounded is not None or dose.level.dimension not in ("activity", "mass"))
    level = f" ({units.spell(dose.level)})" if dose.level is not None and told else ""
    return f"{amount}{level}{day}{marks}"


def _totals(plans: tuple[Plan, ...]) -> list[list[str]]:
    """The totals of required doses; those of several agents each with its name."""
    rows: list[list[str]] = []
    shown = [[(agent, size_texts(total.required)) for agent, total in plan.totals.items()] for plan in plans]
    for at, label in ((0, "total"), (2, "total per BSA"), (3, "total per weight")):
        cells = []
        for each in shown:
            named = [f"{agent}: " if len(each) > 1 else "" for agent, _ in each]
            texts = [_both(sizes) if at == 0 else sizes[at] for _, sizes in each]
            cells.append("; ".join(f"{name}{text}" for name, text in zip(named, texts, strict=True)))
        rows.append([label, *cells])
    return rows


def _found(plan: Plan, status: str) -> str:
    names = dict.fromkeys(finding_name(f) for f in plan.findings if f.status == status)
    return ", ".join(names) or "none"


def _count(plan: Plan) -> str:
    return str(sum(f.status == "unknown" for f in plan.findings) or "nothing")


def _both(sizes: list[str]) -> str:
    """An amount, and the same in becquerel."""
    return " = ".join(text for text in sizes[:2] if text)
