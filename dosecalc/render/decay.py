"""A decayed activity, and a volume to draw, as pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from dosecalc.dispensing.decay import Decay, DecayPoint
from dosecalc.dispensing.result import Dispensed, Rounded, Vial
from dosecalc.dispensing.window import Window
from dosecalc.quantities import times, units
from dosecalc.quantities.documents import Number, Quantity
from dosecalc.reference.halflives import HalfLife
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE, options_page

_WIDTH = 30
"""Marks of a bar for the largest activity."""


def page(decay: Decay) -> Page:
    """One line a moment, with a bar for the eye where there are several."""
    largest = max(float(point.value) for point in decay.points) or 1.0
    timed = any(point.time is not None for point in decay.points)
    bars = [""] if len(decay.points) > 2 else []
    header = [*(["time"] if timed else []), "elapsed", "factor", "activity", "", *bars]
    rows = [_row(point, largest, timed=timed, bar=bool(bars)) for point in decay.points]
    first = int(timed)
    return [
        Heading(f"{units.prose(decay.inputs['activity'][0])} {decay.nuclide}"),
        Paragraph(f"Half-life {_half_life(decay.half_life)}", "dim"),
        Table(header, rows, right=frozenset({first, first + 1, first + 2, first + 3})),
        *_rest(decay.notes, decay.sources, decay.version),
    ]


def _row(point: DecayPoint, largest: float, *, timed: bool, bar: bool) -> list[str]:
    mci, mbq = both(point.value)
    row = [f"{units.decimal(point.elapsed_h, 6)} h", units.decimal(point.factor), mci, mbq]
    if timed:
        row.insert(0, "" if point.time is None else times.shown(point.time))
    return [*row, "#" * round(_WIDTH * float(point.value) / largest)] if bar else row


def _half_life(half_life: HalfLife) -> str:
    return f"{units.decimal(half_life.value, 6)} {half_life.unit} ({half_life.source})"


def both(value: Number) -> tuple[str, str]:
    """An activity in both units, with as many figures."""
    mbq = value / units.unit("MBq").factor
    figures = units.whole_figures(mbq, value / units.unit("mCi").factor)
    return units.show(value, "mCi", figures=figures), units.show(value, "MBq", figures=figures)


def window_page(window: Window) -> Page:
    """When the unit enters what is allowed, when it is just right, and when it leaves; then the planned time."""
    moments = (
        ("from", window.opens, window.high.value),
        ("just as prescribed", window.just, window.prescribed.value),
        ("until", window.closes, window.low.value),
    )
    rows = [(label, f"{_minute(time, up=label == 'from')}: {_activity(value)}", "") for label, time, value in moments]
    if (slot := window.slot) is not None:
        off = f"{'+' if slot.off_percent > 0 else ''}{units.decimal(slot.off_percent, 3)} %"
        word, style = ("within", "pass") if slot.within else ("NOT within what is allowed", "violation")
        rows.append(("planned", f"{times.shown(slot.time)}: {_activity(slot.activity.value)}, {off}: {word}", style))
        rows.append(("to order for it", f"{_activity(slot.ordered.value)} at the calibration time", ""))
    title = f"{_activity(window.prescribed.value)} of {window.nuclide}, {window.limit}"
    return [
        Heading(title),
        Items(rows),
        *options_page(window.stated),
        *_rest(window.notes, window.sources, window.version),
    ]


def _minute(time: datetime | None, *, up: bool) -> str:
    """A moment to the minute inside of the window: the next one where it opens, else the one before."""
    if time is None:
        return "beyond the calendar"
    whole = time.replace(second=0, microsecond=0)
    return times.shown(whole + timedelta(minutes=1) if up and whole < time else whole)


def dispense_page(dispensed: Dispensed) -> Page:
    """The volume to draw, how it was computed, and what the syringe and the vial make of it."""
    rounded, concentration = dispensed.rounded, dispensed.concentration
    rows = [
        *([("patient", ", ".join(dispensed.patient), "")] if dispensed.patient else []),
        ("patient is to get", _activity(dispensed.value), ""),
        ("concentration", f"{_quantity(concentration.at_reference)} at the reference time", ""),
        *_decay(dispensed),
        ("left at the draw", f"{units.decimal(dispensed.factor)} of it: {_quantity(concentration.at_draw)}", ""),
        ("to draw", f"{_activity(dispensed.drawn)} in {_quantity(dispensed.volume)}", ""),
        ("to order", f"{_activity(dispensed.order)} at the reference time", ""),
    ]
    if rounded is not None:
        rows.append(("rounded", _rounded(rounded), ""))
    if dispensed.vial is not None:
        rows.append(("vial", _vial(dispensed.vial), "pass" if dispensed.vial.enough else "violation"))
    return [
        Heading(f"Draw {_quantity(dispensed.volume if rounded is None else rounded.volume)}"),
        *(Paragraph(f"Violation of the plan: {each}", "violation") for each in dispensed.violations),
        Items(rows),
        *options_page(dispensed.stated),
        *_rest(dispensed.notes, dispensed.sources, dispensed.version),
    ]


def _decay(dispensed: Dispensed) -> list[tuple[str, str, str]]:
    """The line of the decay between the reference time and the draw, where they were stated."""
    if dispensed.half_life is None or dispensed.elapsed_h is None:
        return []
    hours = units.decimal(dispensed.elapsed_h, 6)
    return [("decay", f"{dispensed.nuclide}, {_half_life(dispensed.half_life)}, {hours} h", "")]


def _rounded(rounded: Rounded) -> str:
    percent = rounded.difference_percent
    off = f"{'+' if percent > 0 else ''}{units.decimal(percent, 3)} %"
    return f"{_quantity(rounded.volume)} gives {_activity(rounded.value)}, {off}"


def _vial(vial: Vial) -> str:
    holds = "enough" if vial.enough else "NOT enough"
    return f"{_quantity(vial.volume)}, {_activity(vial.value)}: {holds}{_until(vial)}"


def _until(vial: Vial) -> str:
    if vial.enough_until_h is None:
        return ""
    if vial.enough_until is not None:
        return f"; it {'is' if vial.enough_until_h > 0 else 'was'} enough until {times.shown(vial.enough_until)}"
    hours = units.decimal(abs(vial.enough_until_h))
    return f"; for {hours} h more" if vial.enough_until_h > 0 else f"; it was enough until {hours} h before"


def _activity(value: Number) -> str:
    mci, mbq = both(value)
    return f"{mci} ({mbq})"


def _quantity(quantity: Quantity) -> str:
    return f"{units.decimal(quantity['value'])} {units.pretty(quantity['unit'])}"


def _rest(notes: tuple[str, ...], sources: tuple[Mapping[str, str], ...], version: str) -> Page:
    """The notes, and what the result was made from."""
    lines: Page = []
    if notes:
        lines += [Heading("Notes", "dim"), Items([("", note, "warning") for note in notes])]
    files = ", ".join(f"{source['id']} (sha256 {source['sha256'][:12]})" for source in sources)
    lines += [Heading("Made from", "dim"), Paragraph(f"  dosecalc {version}{', ' + files if files else ''}", "dim")]
    return [*lines, Heading(NOTICE, "dim")]
