"""A verified plan as a page, and the second method's own amounts."""

from __future__ import annotations

from dosecalc.planning.verified import Changed, Disagreement, Independent, IndependentDose, Verification
from dosecalc.quantities import units
from dosecalc.quantities.documents import Amount
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table

SHOWN = 40


def page_of(result: Verification | Independent) -> Page:
    """The page of either."""
    return page(result) if isinstance(result, Verification) else independent_page(result)


def page(result: Verification) -> Page:
    """Whether it agrees, where it does not, what has changed, and what was not checked."""
    word = "agrees" if result.sound else "differs"
    style = "pass" if result.sound else "violation"
    agreed = "Agreed" if result.agreed else "Not agreed"
    lines: Page = [
        Heading(f"{result.protocol['arm']}   {word}", style),
        Paragraph(f"{agreed}: {result.method}", "pass" if result.agreed else style),
        Paragraph(_repeated(result), "pass" if result.repeated else style),
    ]
    lines += _told("The second method finds something else", _differences(result.differences))
    lines += _told("Changed since the plan was made", [_change(each) for each in result.changed])
    lines += _told("The plan made again has something else", _differences(result.altered))
    unchecked = [("", text, "dim") for text in result.not_checked]
    return [*lines, Heading("Not checked by the second method"), Items(unchecked)]


def _repeated(result: Verification) -> str:
    made = f"dosecalc {result.version} makes"
    return f"{made} the very same plan of its inputs" if result.repeated else f"{made} no such plan of its inputs"


def _told(heading: str, rows: list[tuple[str, str, str]]) -> Page:
    return [Heading(heading, "violation"), Items(rows)] if rows else []


def _differences(differences: tuple[Disagreement, ...]) -> list[tuple[str, str, str]]:
    rows = [(each.what, f"the plan has {each.plan}, we find {each.ours}", "") for each in differences[:SHOWN]]
    more = len(differences) - SHOWN
    return [*rows, ("", f"and {more} more", "dim")] if more > 0 else rows


def _change(change: Changed) -> tuple[str, str, str]:
    return change.what, f"the plan was made with {change.then}, here is {change.now}", ""


def independent_page(result: Independent) -> Page:
    """The doses with nothing of the plan's beside them."""
    header = ["dose", "cycle", "day", "date", "agent", "amount", "cumulative"]
    lines: Page = [
        Heading(f"{result.protocol['arm']}, by the second method alone"),
        Table(header, [_row(each) for each in result.doses]),
    ]
    if result.not_checked:
        lines += [Heading("Not known to the second method"), Items([("", text, "") for text in result.not_checked])]
    return lines


def _row(dose: IndependentDose) -> list[str]:
    day = "?" if dose.day is None else str(dose.day)
    amounts = [_amount(dose.amount_), _amount(dose.cumulative_)]
    return [str(dose.number), str(dose.cycle), day, dose.date or "?", dose.agent, *amounts]


def _amount(amount: Amount | None) -> str:
    if amount is None:
        return "not known"
    shown_in = ("mCi", "MBq") if amount.dimension == "activity" else ("mg",)
    figures = units.whole_figures(amount.value)
    return " = ".join(units.show(amount.value, symbol, figures=figures) for symbol in shown_in)
