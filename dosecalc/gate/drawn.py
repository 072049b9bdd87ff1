"""The document of a draw (``dosecalc dispense --json``) held against the case that it was made for."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from dosecalc.dispensing.draw import dispense_inputs
from dosecalc.dispensing.result import Dispensed
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.patient import once
from dosecalc.gate.parts import OnTheWay, Said, beside, hold
from dosecalc.gate.result import SideBySide
from dosecalc.gate.stated import StatedCase
from dosecalc.quantities import identifiers, times, units
from dosecalc.quantities.options import one, within

KEY = "dispensed"
SCHEMA = "dosecalc.dispense/1"
_OURS = ("dosecalc", "inputs", "sources", "stated")
"""What the draw was made of, and what another version of dosecalc may say otherwise of the same draw."""


class Drawn(NamedTuple):
    """A draw that was read and made again: what it says, and when it was; None with a factor in place of times."""

    made: Dispensed
    at: datetime | None


def drawn(stated: StatedCase) -> Drawn | None:
    """The draw that a case names; None where it names none.

    It is made again from its own inputs. InputError where it cannot be read, or is not what its inputs make.
    """
    if stated.case.dispensed is None:
        return None
    path = os.path.join(stated.folder, stated.case.dispensed)
    raw = within(KEY, _document, path)
    inputs = {option: [str(text) for text in texts] for option, texts in raw["inputs"].items()}
    if "plan" in inputs:  # it lies where it lay, or beside the draw
        inputs["plan"] = [_found(text, os.path.dirname(path)) for text in inputs["plan"]]
    made = within(KEY, dispense_inputs, inputs)
    again = json.loads(made.to_json())
    if odd := [key for key in again if key not in _OURS and again[key] != raw.get(key)]:
        name = stated.case.dispensed
        message = f"{name} is not what its own inputs make: {', '.join(odd)}; make the draw again"
        raise InputError(message, where=KEY)
    zone, at = one(inputs, "tz"), one(inputs, "at")
    return Drawn(made, None if at is None else times.read(at, stated.zone if zone is None else times.zone(zone)))


def _found(plan: str, folder: str) -> str:
    return plan if os.path.exists(plan) else os.path.join(folder, plan)


def source_of_draw(stated: StatedCase) -> list[dict[str, str]]:
    """The document of the draw with its hash, where a case names one."""
    if stated.case.dispensed is None:
        return []
    path = os.path.join(stated.folder, stated.case.dispensed)
    return [{"id": folders.shown(path), "sha256": folders.read_text(path)[1]}]


def _document(path: str) -> dict[str, Any]:
    text, _ = folders.read_text(path)
    raw: dict[str, Any]
    try:
        raw = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError, InputError) as error:
        raise InputError(f"{folders.shown(path)} cannot be read: {error}") from None
    inputs = raw.get("inputs") if isinstance(raw, dict) and raw.get("schema") == SCHEMA else None
    if not isinstance(inputs, Mapping) or not all(isinstance(texts, list) for texts in inputs.values()):
        raise InputError(f"{folders.shown(path)} is no document of dosecalc dispense --json")
    return raw


def of_draw(of: OnTheWay, draw: Drawn) -> Said:
    """A draw against the patient, the prescribed amount, what was measured, and the vial that came."""
    yield from _patient(of.stated, draw.made)
    yield from (hold(KEY, "rule", f"its plan: {text}", KEY) for text in draw.made.violations)
    if draw.made.enough is False:
        yield hold(KEY, "rule", "the vial does not hold what is to be drawn", KEY)
    named, wanted = draw.made.nuclide, None if of.nuclide is None else of.nuclide.name
    if named is not None and wanted is not None and named != wanted:
        text = f"the draw is of {named}, the dose of {wanted}"
        yield hold(f"{KEY} and directive.agent", "differs", text, KEY)
        return
    yield from _amounts(of, draw)
    yield from _volume(of, draw.made)


def _patient(stated: StatedCase, made: Dispensed) -> Said:
    """Every identifier of the draw is one of the patient's."""
    ids = tuple(str(each) for each in stated.value("patient.ids") or ())
    if not ids or not made.patient:
        return
    others, what = identifiers.strangers(made.patient, ids), f"patient.ids and {KEY}"
    yield SideBySide.made(what=what, text=f"the draw is of {', '.join(made.patient)}", holds=not others)
    if others:
        text = f"the draw is of {', '.join(others)}, who is not this patient"
        yield hold(what, "differs", text, KEY)


def _amounts(of: OnTheWay, draw: Drawn) -> Said:
    """What the draw is for, what is in the syringe by it, and what its vial holds by it."""
    stated, made = of.stated, draw.made
    wanted = of.brought(Fraction(made.value), draw.at, of.at, KEY)
    yield from beside(of, f"{KEY} and directive.amount", wanted, of.prescribed.value)
    measured, assayed_at = stated.amount("assay.amount"), stated.moment("assay.at")
    in_syringe = _in_syringe(made)
    expected = of.brought(in_syringe, draw.at, draw.at if assayed_at is None else assayed_at, KEY)
    if measured is not None and expected is not None and measured.dimension == "activity":
        yield from beside(of, f"assay.amount and {KEY}", measured.value, expected)
    came, volume = stated.amount("received.amount"), stated.text("received.volume")
    if came is None or volume is None or came.dimension != "activity" or not made.concentration.at_draw["value"]:
        return
    held = in_syringe / Fraction(_drawn_volume(made)) * within("received.volume", units.read, volume, "volume").value
    then = of.brought(came.value, stated.moment("received.calibrated"), draw.at, "received.amount")
    if then is not None:
        yield from beside(of, f"{KEY} and received.amount", held, then)


def _in_syringe(made: Dispensed) -> Fraction:
    """The activity in the syringe at the draw, in MBq: of the rounded volume, where a syringe rounds it."""
    exact = Fraction(made.drawn)
    return exact if made.rounded is None else exact * Fraction(_drawn_volume(made)) / Fraction(made.volume["value"])


def _drawn_volume(made: Dispensed) -> float:
    """The volume to draw in mL, as a syringe rounds it."""
    return float((made.volume if made.rounded is None else made.rounded.volume)["value"])


def _volume(of: OnTheWay, made: Dispensed) -> Said:
    """The volume that was drawn against the one that was computed."""
    written, computed = of.stated.text("assay.volume"), Fraction(_drawn_volume(made))
    if written is None or not computed:
        return
    drawn_ = within("assay.volume", units.read, written, "volume").value
    limit, what = of.tolerance(computed), f"assay.volume and {KEY}"
    text = f"{written} and {units.decimal(computed, 4)} mL; within {limit.text}"
    yield SideBySide.made(what=what, text=text, holds=limit.holds(drawn_))
    if not limit.holds(drawn_):
        yield hold(what, "differs", text.replace("; within", "; allowed is"), "assay.volume", KEY)
