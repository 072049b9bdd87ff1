"""From an amount to a volume: ``dosecalc dispense``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple

from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.observables import read as read_observable
from dosecalc.dispensing.decay import moment, zone_of
from dosecalc.dispensing.result import Dispensed, Rounded, Vial
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.folders import read_text
from dosecalc.library.load import find_arm
from dosecalc.planning.result import Plan
from dosecalc.quantities import options, times, units
from dosecalc.quantities.documents import Quantity, quantity_of
from dosecalc.quantities.options import by_option
from dosecalc.quantities.units import Measure
from dosecalc.reference import radionuclides
from dosecalc.reference.halflives import Clearance, clearance
from dosecalc.requests import request
from dosecalc.version import VERSION

OPTIONS = ("amount", "level", "weight", "plan", "dose", "nuclide", "concentration", "reference", "at", "made", "factor",
           "half-life", "residual", "vial-volume", "syringe-step", "tz")  # fmt: skip
_HOUR = units.unit("h").factor
_WINDOW = 1e-12
_LARGEST = 1e12
_STRONGEST = 30
"""A factor above this is more likely a percentage than a vial that was calibrated five half-lives ahead."""
_NOTABLE = 10.0
"""The difference in percent by which a rounded volume is worth a word (EANM: within 10 % of what was intended)."""


def dispense(
    amount: Any = None,
    nuclide: str | None = None,
    *,
    concentration: Any,
    reference: Any = None,
    at: Any = None,
    made: Any = None,
    factor: Any = None,
    half_life: Any = None,
    residual: Any = None,
    vial_volume: Any = None,
    syringe_step: Any = None,
    level: Any = None,
    weight: Any = None,
    plan: str | os.PathLike[str] | None = None,
    dose: int | None = None,
    tz: str | None = None,
) -> Dispensed:
    """The volume that holds an amount, from a concentration that holds at a reference time.

    The amount is ``amount``, or ``level`` times ``weight``, or that of ``dose`` in a plan's JSON file. The
    concentration decays from ``reference`` to ``at`` by the half-life of ``nuclide`` (or by ``half_life``), or is
    multiplied by a ``factor`` read from a table. ``residual`` is the part that stays behind, ``syringe_step`` what a
    volume is rounded to. ``made`` is when a vial that was calibrated ahead came to be. Times are text with their zone,
    or aware datetimes.

    Returns a frozen :class:`~dosecalc.dispensing.result.Dispensed`. Raises InputError for anything that cannot be used.

    >>> import dosecalc
    >>> found = dosecalc.dispense(level="55 kBq/kg", weight="80 kg", factor="0.982", concentration="1100 kBq/mL")
    >>> round(found.volume["value"], 3)
    4.073
    """
    path = None if plan is None else options.path_text("plan", plan)
    named = {"amount": amount, "level": level, "weight": weight, "plan": path, "dose": dose, "nuclide": nuclide,
             "concentration": concentration, "reference": reference, "at": at, "made": made, "factor": factor,
             "half-life": half_life, "residual": residual, "vial-volume": vial_volume, "syringe-step": syringe_step,
             "tz": tz}  # fmt: skip
    return dispense_inputs(by_option(named))


class _Amount(NamedTuple):
    """An activity in MBq; the radionuclide of its agent, where a plan says it; and what has to be said of it."""

    value: Fraction
    nuclide: str | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[dict[str, str], ...] = ()


class _Decayed(NamedTuple):
    """How much of the concentration is left at the draw."""

    factor: float
    by: Clearance | None
    at: datetime | None
    elapsed: Fraction | None


def dispense_inputs(inputs: Mapping[str, Sequence[str]]) -> Dispensed:
    """Dispense from the table ``{option: [texts]}`` that the command line and :func:`dispense` both make."""
    kept = {option: list(found) for option, found in inputs.items() if found}
    amount = _amount(kept)
    stock = _quantity(kept, "concentration", "activity/volume")
    if stock is None:
        raise InputError('nothing was given; write for example --concentration "10 mCi/mL"', where="--concentration")
    decayed = _decayed(kept, amount)
    stays = _residual(kept)
    then = float(stock.value) * decayed.factor
    drawn = float(amount.value / (1 - stays))
    volume = drawn / then
    rounded = _rounded(kept, amount.value, volume, then, stays)
    by = decayed.by
    return Dispensed(
        version=VERSION,
        inputs=kept,
        value=amount.value,
        nuclide=None if by is None else by.nuclide,
        half_life=None if by is None else by.shown,
        elapsed_h=None if decayed.elapsed is None else float(decayed.elapsed / _HOUR),
        factor=decayed.factor,
        concentration=quantity_of(stock),
        concentration_then={"value": then / float(stock.unit.factor), "unit": stock.unit.symbol},
        drawn=drawn,
        volume=_volume(volume),
        order=drawn / decayed.factor,
        rounded=rounded,
        vial=_vial(kept, decayed, drawn, then),
        notes=(*amount.notes, *(by.notes if by is not None else ()), *_notes(kept, rounded)),
        sources=(*amount.sources, *(by.sources if by is not None else ())),
    )


def _volume(value: float) -> Quantity:
    return {"value": value, "unit": "mL"}


def _quantity(inputs: Mapping[str, Sequence[str]], option: str, dimension: str) -> Measure | None:
    """A quantity above zero; None where it is not given."""
    text = options.one(inputs, option)
    if text is None:
        return None
    measure = options.within(f"--{option}", units.read, text, dimension)
    if not measure.value:
        raise InputError(f"read {text!r}, expected more than zero", where=f"--{option}")
    return measure


# -- the amount -------------------------------------------------------------------------------------------------

_WAYS = "state one of --amount, --level with --weight, and --plan with --dose"


def _amount(inputs: Mapping[str, Sequence[str]]) -> _Amount:
    ways = [name for name in ("amount", "level", "plan") if name in inputs]
    if len(ways) != 1:
        raise InputError(f"{'nothing was given' if not ways else 'given twice'}; {_WAYS}", where="--amount")
    for option, needs in (("weight", "level"), ("dose", "plan")):
        if (option in inputs) != (needs in inputs):
            raise InputError(f"goes with --{needs}; {_WAYS}", where=f"--{option}")
    if ways == ["plan"]:
        return _planned(str(options.one(inputs, "plan")), str(options.one(inputs, "dose")))
    if ways == ["amount"]:
        measure = _quantity(inputs, "amount", "activity")
        assert measure is not None
        return _Amount(measure.value)
    level = _quantity(inputs, "level", "activity/weight")
    weight = options.within("--weight", read_observable, OBSERVABLES["weight"], str(options.one(inputs, "weight")))
    assert level is not None
    assert isinstance(weight.value, Fraction)
    return _Amount(level.value * weight.value)


def _planned(path: str, wanted: str) -> _Amount:
    """The amount of a dose in a plan's JSON document, and the radionuclide of its agent."""
    text, _ = options.within("--plan", read_text, path)
    number = options.within("--dose", request.whole, wanted)
    document = _plan(text, path)
    dose = next((each for each in document["doses"] if each["number"] == number), None)
    if dose is None:
        raise InputError(f"there is no dose {number}; the plan has {len(document['doses'])}", where="--dose")
    if dose["pending"] is not None or dose["amount"] is None:
        raise InputError(f"dose {number} has no amount yet: {dose['pending'] or 'it is pending'}", where="--dose")
    if "MBq" not in dose["amount"]:
        raise InputError(
            f"dose {number} is {dose['agent']}, a drug; only an activity is dispensed here", where="--dose"
        )
    if not 0 < dose["amount"]["MBq"] < _LARGEST:
        raise InputError(f"dose {number} is {dose['amount']['MBq']:g} MBq, which cannot be drawn", where="--dose")
    return _of_agent(dose, document["protocol"])


def _plan(text: str, path: str) -> dict[str, Any]:
    """A plan's document, every key of it of its kind."""
    from pydantic import ValidationError

    from dosecalc.quantities.schemas import document_model

    try:
        document: dict[str, Any] = json.loads(text)
        document_model(Plan).model_validate(document)
        sound = {"file", "arm", "sha256"} <= document["protocol"].keys()
    except (ValueError, ValidationError, RecursionError):
        sound = False
    if not sound:
        raise InputError(f"{path} is no plan; 'dosecalc plan --json' writes one", where="--plan")
    return document


def _of_agent(dose: Mapping[str, Any], protocol: Mapping[str, str]) -> _Amount:
    assert dose["amount"] is not None
    value, source = Fraction(repr(dose["amount"]["MBq"])), {"id": protocol["file"], "sha256": protocol["sha256"]}
    try:
        file, _ = find_arm(f"{_path(protocol['file'])}#{protocol['arm']}")
    except InputError:
        return _Amount(value, None, (f"the plan's protocol {protocol['file']} was not found here",), (source,))
    changed = () if file.sha256 == protocol["sha256"] else (
        f"{protocol['file']} has changed since the plan was made: plan anew",)  # fmt: skip
    agent = file.protocol.agents.get(dose["agent"])
    return _Amount(value, None if agent is None else agent.radionuclide, changed, (source,))


def _path(shown: str) -> str:
    """Where a file that a plan names lies: one that came with dosecalc, or the path as it was given."""
    inside = os.path.join(folders.shipped("protocols"), os.path.basename(shown))
    return inside if shown.startswith("protocols/") and os.path.isfile(inside) else shown


# -- decay ------------------------------------------------------------------------------------------------------


def _decayed(inputs: Mapping[str, Sequence[str]], amount: _Amount) -> _Decayed:
    name, half_life = options.one(inputs, "nuclide"), options.one(inputs, "half-life")
    if name is not None and amount.nuclide is not None and radionuclides.spelled(name) != amount.nuclide:
        raise InputError(f"read {name!r}, but the agent of the plan has {amount.nuclide}", where="--nuclide")
    name, zone = name or amount.nuclide, zone_of(inputs)
    text = options.one(inputs, "factor")
    if text is not None:
        if clash := next((each for each in ("reference", "at", "made") if each in inputs), None):
            raise InputError(f"a factor says how much is left; leave out --{clash}", where="--factor")
        left = options.within("--factor", units.read_number, text)
        if not 0 < left <= _STRONGEST:
            said = f"read {text!r}, expected a decay factor such as 0.982 (98.2 % is 0.982)"
            raise InputError(said, where="--factor")
        return _Decayed(
            float(left), None if name is None and half_life is None else clearance(name, half_life), None, None
        )
    reference, at, made = (moment(inputs, option, zone) for option in ("reference", "at", "made"))
    by = clearance(name, half_life)
    if reference is None or at is None:
        option = "reference" if reference is None else "at"
        raise InputError("nothing was given; state --reference and --at, or a decay --factor", where=f"--{option}")
    elapsed = times.between(reference, at)
    if made is not None and times.between(made, at) < 0:
        raise InputError(f"{times.shown(at)} lies before the vial was made, {times.shown(made)}", where="--at")
    if made is None and elapsed < 0:
        raise InputError(
            f"{times.shown(at)} lies before the reference time {times.shown(reference)}. If the vial was calibrated "
            "ahead, say with --made when it came to be",
            where="--at",
        )
    return _Decayed(radionuclides.factor(elapsed, by.half_life), by, at, elapsed)


# -- what a syringe and a vial make of it -----------------------------------------------------------------------


def _residual(inputs: Mapping[str, Sequence[str]]) -> Fraction:
    """The part of what is drawn that stays behind."""
    text = options.one(inputs, "residual")
    if text is None:
        return Fraction(0)
    part = options.within("--residual", units.read, text, "percent").value / 100
    if part >= 1:
        raise InputError(f"read {text!r}; less than all of it stays behind", where="--residual")
    return part


def _rounded(
    inputs: Mapping[str, Sequence[str]], amount: Fraction, volume: float, then: float, stays: Fraction
) -> Rounded | None:
    step = _quantity(inputs, "syringe-step", "volume")
    if step is None:
        return None
    # twelve digits, so that half a step is half a step though a binary number is not quite
    whole = step.value * floor(Fraction(f"{volume:.12g}") / step.value + Fraction(1, 2))
    given = float(whole * (1 - stays)) * then
    return Rounded(
        step=quantity_of(step),
        volume=_volume(float(whole)),
        value=given,
        difference_percent=100 * (given / float(amount) - 1),
    )


def _vial(inputs: Mapping[str, Sequence[str]], decayed: _Decayed, drawn: float, then: float) -> Vial | None:
    """Whether the vial holds what is to be drawn, before a syringe rounds it, and until when."""
    held = _quantity(inputs, "vial-volume", "volume")
    if held is None:
        return None
    activity = float(held.value) * then
    lasts = None if decayed.by is None else radionuclides.time_to(drawn / activity, decayed.by.half_life)
    return Vial(
        volume=quantity_of(held),
        value=activity,
        enough=drawn <= activity * (1 + _WINDOW),
        enough_until=_until(decayed.at, lasts),
        enough_until_h=None if lasts is None else lasts / float(_HOUR),
    )


def _until(at: datetime | None, days: float | None) -> datetime | None:
    """The moment so many days after the draw; None where it is not known or lies beyond the calendar."""
    try:
        return None if at is None or days is None else times.after(at, days)
    except OverflowError:
        return None


def _notes(inputs: Mapping[str, Sequence[str]], rounded: Rounded | None) -> Iterator[str]:
    if rounded is None:
        return
    held = _quantity(inputs, "vial-volume", "volume")
    if held is not None and rounded.volume["value"] > float(held.value):
        yield "the rounded volume is more than the vial holds"
    if not rounded.volume["value"]:
        yield "the volume is less than half a step of the syringe and rounds to nothing"
    elif abs(rounded.difference_percent) > _NOTABLE:
        yield f"rounding moves the activity by {units.decimal(rounded.difference_percent, 3)} %"
