"""A decayed activity, and a volume to draw, as pages."""

from __future__ import annotations

from dosecalc.dispensing.result import Decay, DecayPoint, Dispensed
from dosecalc.quantities import times, units
from dosecalc.quantities.documents import Number, Quantity
from dosecalc.reference.halflives import HalfLife
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE

_WIDTH = 30
"""Marks of a bar for the largest activity."""


def page(found: Decay) -> Page:
    """One line a moment, with a bar for the eye where there are several."""
    largest = max(point.value for point in found.points) or 1.0
    timed = any(point.time is not None for point in found.points)
    bars = [""] if len(found.points) > 2 else []
    header = [*(["time"] if timed else []), "elapsed", "factor", "activity", "", *bars]
    rows = [_row(point, largest, timed=timed, bar=bool(bars)) for point in found.points]
    first = int(timed)
    return [
        Heading(f"{units.prose(found.inputs['activity'][0])} {found.nuclide}"),
        Paragraph(f"Half-life {_half_life(found.half_life)}", "dim"),
        Table(header, rows, right=frozenset({first, first + 1, first + 2, first + 3})),
        *_rest(found.notes, found.sources, found.version),
    ]


def _row(point: DecayPoint, largest: float, *, timed: bool, bar: bool) -> list[str]:
    mci, mbq = both(point.value)
    row = [f"{units.decimal(point.elapsed_h, 6)} h", units.decimal(point.factor), mci, mbq]
    if timed:
        row.insert(0, "" if point.time is None else times.shown(point.time))
    return [*row, "#" * round(_WIDTH * point.value / largest)] if bar else row


def _half_life(known: HalfLife) -> str:
    return f"{units.decimal(known['value'], 6)} {known['unit']} ({known['source']})"


def both(value: Number) -> tuple[str, str]:
    """An activity in both units, with as many figures."""
    mbq = value / units.unit("MBq").factor
    figures = units.whole_figures(mbq, value / units.unit("mCi").factor)
    return units.show(value, "mCi", figures=figures), units.show(value, "MBq", figures=figures)


def dispense_page(found: Dispensed) -> Page:
    """What to draw, what it rests on, and what the syringe and the vial make of it."""
    rounded, vial = found.rounded, found.vial
    drawn = rounded.volume if rounded is not None else found.volume
    rows = [
        ("patient is to get", _activity(found.value), ""),
        ("concentration", f"{_quantity(found.concentration)} at the reference time", ""),
        ("left at the draw", f"{units.decimal(found.factor)} of it: {_quantity(found.concentration_then)}", ""),
        ("to draw", f"{_activity(found.drawn)} in {_quantity(found.volume)}", ""),
        ("to order", f"{_activity(found.order)} at the reference time", ""),
    ]
    if found.half_life is not None and found.elapsed_h is not None:
        said = f"{found.nuclide}, {_half_life(found.half_life)}, {units.decimal(found.elapsed_h, 6)} h"
        rows.insert(2, ("decay", said, ""))
    if rounded is not None:
        off = f"{'+' if rounded.difference_percent > 0 else ''}{units.decimal(rounded.difference_percent, 3)} %"
        rows.append(("rounded", f"{_quantity(rounded.volume)} gives {_activity(rounded.value)}, {off}", ""))
    if vial is not None:
        holds = "enough" if vial.enough else "NOT enough"
        rows.append(("vial", f"{_quantity(vial.volume)}, {_activity(vial.value)}: {holds}{_until(found)}",
                     "pass" if vial.enough else "violation"))  # fmt: skip
    return [
        Heading(f"Draw {_quantity(drawn)}"),
        Items(rows),
        *_rest(found.notes, found.sources, found.version),
    ]


def _until(found: Dispensed) -> str:
    vial = found.vial
    if vial is None or vial.enough_until_h is None:
        return ""
    if vial.enough_until is not None:
        return f"; it {'is' if vial.enough_until_h > 0 else 'was'} enough until {times.shown(vial.enough_until)}"
    hours = units.decimal(abs(vial.enough_until_h))
    return f"; for {hours} h more" if vial.enough_until_h > 0 else f"; it was enough until {hours} h before"


def _activity(value: Number) -> str:
    mci, mbq = both(value)
    return f"{mci} ({mbq})"


def _quantity(known: Quantity) -> str:
    return f"{units.decimal(known['value'])} {units.pretty(known['unit'])}"


def _rest(notes: tuple[str, ...], sources: tuple[dict[str, str], ...], version: str) -> Page:
    made: Page = []
    if notes:
        made += [Heading("Notes", "dim"), Items([("", note, "warning") for note in notes])]
    files = ", ".join(f"{source['id']} (sha256 {source['sha256'][:12]})" for source in sources)
    made += [Heading("Made from", "dim"), Paragraph(f"  dosecalc {version}{', ' + files if files else ''}", "dim")]
    return [*made, Heading(NOTICE, "dim")]
