"""A draw as a worksheet: what is expected in the syringe, within which limits, and blanks for what is measured."""

from __future__ import annotations

from collections.abc import Iterator

from dosecalc.dispensing.decay import decay_inputs
from dosecalc.dispensing.result import Dispensed
from dosecalc.quantities import units
from dosecalc.sheets import shared
from dosecalc.sheets.figures import band, both, column
from dosecalc.sheets.model import Entries, Entry, Grid, Label, Notes, PaperSheet, Part, Signatures
from dosecalc.sheets.requirements import completed

STEPS = (-60, -30, 0, 30, 60, 120, 180, 240)
"""Minutes around the draw for which the activity that is left is printed."""


def of_draw(draw: Dispensed) -> PaperSheet:
    """The worksheet of a draw."""
    return completed(
        PaperSheet(
            kind="worksheet",
            title=f"Dispensing worksheet: {_name(draw)}",
            mark="until signed by two persons",
            parts=tuple(_parts(draw)),
            identity=shared.identity(draw.sources),
        )
    )


def labels_of(draw: Dispensed) -> PaperSheet:
    """Labels for the syringe and the vial of a draw."""
    what = (*(Entry("Patient", each) for each in draw.patient or ("",) if each), Entry("At", _drawn_at(draw)))
    amount, volume = draw.rounded or draw, draw.draw.volume if draw.rounded is None else draw.rounded.volume
    blanks = (Entry("Lot", None), Entry("Expires", None), Entry("Unit of how many", None))
    syringe = Label(
        f"{_name(draw)}: syringe",
        both(amount.value),
        (Entry("Drug", _name(draw), "drug"), Entry("Volume", _quantity(volume)), *what, *blanks),
    )
    vial = Label(
        f"{_name(draw)}: vial",
        _quantity(draw.concentration.at_reference),
        (Entry("Drug", _name(draw)), Entry("Concentration", _reference(draw)), *blanks),
    )
    return completed(
        PaperSheet("labels", f"Labels: {_name(draw)}", "to be cut out", (syringe, vial), shared.identity(draw.sources))
    )


def _name(draw: Dispensed) -> str:
    return draw.agent or draw.nuclide or "drug not stated"


def _parts(draw: Dispensed) -> Iterator[Part]:
    wrong = [*draw.violations, *(["the vial does not hold enough"] if draw.enough is False else [])]
    if wrong or draw.notes:
        yield Notes("Before it is drawn", (*wrong, *draw.notes), urgent=bool(wrong))
    yield Entries("Patient", shared.patient(draw.patient))
    yield Entries(
        "What is drawn",
        (
            Entry("Radioactive drug", draw.agent, "drug"),
            Entry("Radionuclide", draw.nuclide),
            Entry("Half-life", None if draw.half_life is None else _quantity(draw.half_life.document())),
            Entry("Prescribed dosage", both(draw.value), "prescribed"),
            Entry("Order at the reference time", both(draw.order)),
            Entry(
                "Concentration at the reference time",
                f"{_quantity(draw.concentration.at_reference)}, {_reference(draw)}",
            ),
            Entry("Part that is left at the draw", units.decimal(draw.factor, 6)),
            Entry("Concentration at the draw", _quantity(draw.concentration.at_draw)),
            Entry("To draw", f"{_quantity(draw.volume)}: {both(draw.drawn)}"),
            *_rounded(draw),
            *_vial(draw),
        ),
    )
    yield _limits(draw)
    yield from _decay(draw)
    yield Grid(
        "Measured",
        ("what", "amount and unit", "date and time", "instrument", "by"),
        tuple((what, None, None, None, None) for what in ("syringe, before", "residual, after", "net, by subtraction")),
    )
    yield Entries(
        "Determined dosage",
        (
            Entry("Determined dosage", None, "determined"),
            Entry("Date and time of the determination", None, "determined-at"),
            Entry("Lot", None),
            Entry("Expires", None),
        ),
    )
    yield Signatures(
        "Who",
        (Entry("Prepared by", None), Entry("Measured by", None, "determined-by"), Entry("Checked by", None, "checked")),
    )


def _rounded(draw: Dispensed) -> Iterator[Entry]:
    if draw.rounded is not None:
        off = units.decimal(draw.rounded.difference_percent, 2)
        yield Entry("Set the syringe to", f"{_quantity(draw.rounded.volume)}: {both(draw.rounded.value)} ({off} % off)")


def _vial(draw: Dispensed) -> Iterator[Entry]:
    if draw.vial is not None:
        until = (
            ""
            if draw.vial.enough_until is None
            else f", enough until {draw.vial.enough_until.isoformat(' ', 'minutes')}"
        )
        yield Entry("In the vial at the draw", f"{both(draw.vial.value)} in {_quantity(draw.vial.volume)}{until}")


def _limits(draw: Dispensed) -> Entries:
    rows = (Entry(f"Within {each} %", band(draw.value, each), _BANDS.get(each, "")) for each in shared.TOLERANCES)
    return Entries("Limits around the prescribed dosage", tuple(rows))


_BANDS = {10: "ten-percent"}


def _decay(draw: Dispensed) -> Iterator[Grid]:
    """What a syringe that was filled as computed holds at other times."""
    if draw.half_life is None:
        return
    activity, half_life = f"{units.unrounded(draw.drawn)} MBq".replace(",", ""), _plain(draw.half_life.document())
    asked = {"activity": [activity], "half-life": [half_life], "nuclide": [draw.nuclide] if draw.nuclide else []}
    left = [point.value for point in decay_inputs({**asked, "elapsed": [f"{m} min" for m in STEPS]}).points]
    becquerel, curie = column(left, "Bq"), column(left, "Ci")
    rows = tuple(
        ("at the draw" if not minutes else f"{minutes:+} min", becquerel[i], curie[i])
        for i, minutes in enumerate(STEPS)
    )
    title = "In the syringe, filled as computed, so long after the draw"
    yield Grid(title, ("after", "becquerel", "curie"), rows, frozenset({0, 1, 2}))


def _plain(quantity: object) -> str:
    assert isinstance(quantity, dict)
    return f"{quantity['value']} {quantity['unit']}"


def _quantity(quantity: object) -> str:
    """A quantity of a document, for paper."""
    assert isinstance(quantity, dict)
    unit = str(quantity["unit"])
    return f"{units.decimal(quantity['value'])} {units.pretty(unit).replace('µCi', 'microcurie')}"


def _reference(draw: Dispensed) -> str:
    stated = draw.inputs.get("reference", ())
    return f"at {_time(stated[0])}" if stated else "reference time not stated"


def _drawn_at(draw: Dispensed) -> str | None:
    stated = draw.inputs.get("at", ())
    return _time(stated[0]) if stated else None


def _time(text: str) -> str:
    """A time as people read it: the T between date and clock time as a blank."""
    return text.replace("T", " ", 1)
