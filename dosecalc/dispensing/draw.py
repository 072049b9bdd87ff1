"""From an amount to a volume: ``dosecalc dispense``."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, NamedTuple

from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.observables import read as read_observable
from dosecalc.dispensing.account import account
from dosecalc.dispensing.decay import moment, zone_of
from dosecalc.dispensing.intended import Intended
from dosecalc.dispensing.result import Concentration, Dispensed, Draw, Rounded, Vial
from dosecalc.errors import InputError
from dosecalc.quantities import identifiers, options, times, units
from dosecalc.quantities.documents import Amount, Quantity, quantity_of
from dosecalc.quantities.units import Measure
from dosecalc.reference import radionuclides
from dosecalc.reference.halflives import DecayRate, clearance
from dosecalc.requests import request
from dosecalc.version import VERSION

if TYPE_CHECKING:
    from dosecalc.quantities.keywords import Scalar
    from dosecalc.quantities.times import AnyTime

_HOUR = units.unit("h").factor
_WINDOW = 1e-12
"""The relative difference below which two doubles are equal."""
_STRONGEST = 30
"""A factor above this is more likely a percentage than a vial that was calibrated five half-lives ahead."""
_NOTABLE = 10.0
"""The difference in percent from which a rounded volume gets a note (EANM: within 10 % of what was intended)."""


def dispense(
    amount: Scalar | None = None,
    nuclide: str | None = None,
    *,
    concentration: Scalar,
    reference: AnyTime | None = None,
    at: AnyTime | None = None,
    made: AnyTime | None = None,
    factor: str | float | None = None,
    half_life: Scalar | None = None,
    residual: Scalar | None = None,
    vial_volume: Scalar | None = None,
    syringe_step: Scalar | None = None,
    level: Scalar | None = None,
    weight: Scalar | None = None,
    plan: str | os.PathLike[str] | None = None,
    dose: int | None = None,
    again: bool = False,
    patient_id: str | Sequence[str] | None = None,
    tz: str | None = None,
) -> Dispensed:
    """The volume that holds an amount, from a concentration at a reference time.

    State one of ``amount``, ``level`` with ``weight``, and ``plan`` with ``dose``; and either ``reference`` and ``at``
    or a decay ``factor``. Times are text with their zone, or aware datetimes.

    Args:
        amount: The activity that the patient is to get (``"32 mCi"``).
        nuclide: The radionuclide (``"I-131"``); a plan brings its own.
        concentration: Of the vial at its reference time (``"10 mCi/mL"``).
        reference: That reference time.
        at: When the dose is drawn.
        made: When a vial that was calibrated ahead came to be; a draw before the reference time needs it.
        factor: The part of the concentration that is left, read from a table: 0.982 for 98.2 %.
        half_life: Replaces the half-life of the table (``"8.02 day"``).
        residual: What stays behind of what is drawn, a part of it or an activity (``"2 %"``, ``"0.4 mCi"``).
        vial_volume: What the vial holds (``"10 mL"``).
        syringe_step: What a volume is rounded to (``"0.1 mL"``).
        level: An activity per body weight (``"55 kBq/kg"``), in place of ``amount``.
        weight: The body weight; a plain number is kg.
        plan: The path of a plan's JSON file, in place of ``amount``.
        dose: The number of a dose in that plan.
        again: Draw a dose that was given already, as the plan has it.
        patient_id: Identifiers of the patient, each of which a plan that names its patient has to have.
        tz: The zone of times without an offset (``"America/Chicago"``).

    Returns:
        A frozen :class:`~dosecalc.dispensing.result.Dispensed`: activities in MBq, the volume in mL.

    Raises:
        InputError: For anything that cannot be used.

    >>> import dosecalc
    >>> draw = dosecalc.dispense(level="55 kBq/kg", weight="80 kg", factor="0.982", concentration="1100 kBq/mL")
    >>> round(draw.volume["value"], 3)
    4.073

    """
    stated = {
        "amount": amount,
        "level": level,
        "weight": weight,
        "plan": None if plan is None else options.path_text("plan", plan),
        "dose": dose,
        "again": True if again else None,
        "patient_id": patient_id,
        "nuclide": nuclide,
        "concentration": concentration,
        "reference": reference,
        "at": at,
        "made": made,
        "factor": factor,
        "half_life": half_life,
        "residual": residual,
        "vial_volume": vial_volume,
        "syringe_step": syringe_step,
        "tz": tz,
    }
    return dispense_inputs(options.texts_of(stated, options.DISPENSE))


class _Decayed(NamedTuple):
    """How much of the concentration is left at the draw; ``law`` and ``at`` None where a factor was stated."""

    factor: float
    law: DecayRate | None = None
    at: datetime | None = None
    elapsed: Fraction | None = None


def dispense_inputs(inputs: Mapping[str, Sequence[str]]) -> Dispensed:
    """Dispense from the table ``{option: [texts]}`` that the command line and :func:`dispense` both make."""
    kept = {option: list(texts) for option, texts in inputs.items() if texts}
    intended = _intended(kept)
    patient = _patient(kept, intended)
    stock, held = _stock(kept)
    decayed = _decayed(kept, intended)
    law = decayed.law
    stays = _residual(kept, intended.value)
    then = float(stock.value) * decayed.factor
    drawn = float(intended.value / (1 - stays))
    volume = drawn / then
    rounded = _rounded(options.above_zero(kept, "syringe-step", "volume"), intended.value, volume, then, stays)
    return Dispensed.made(
        version=VERSION,
        inputs=kept,
        stated=account(kept),
        patient=patient,
        amount=_activity(intended.value),
        agent=intended.agent,
        nuclide=None if law is None else law.nuclide,
        half_life=None if law is None else law.shown,
        elapsed_h=None if decayed.elapsed is None else float(decayed.elapsed / _HOUR),
        factor=decayed.factor,
        concentration=_concentration(stock, then),
        draw=Draw.made(activity=_activity(drawn), volume=_volume(volume)),
        ordered=_activity(drawn / decayed.factor),
        rounded=rounded,
        vial=None if held is None else _vial(held, decayed, drawn, then),
        violations=intended.violations,
        notes=(*_of_plan(kept, intended, decayed), *(() if law is None else law.notes), *_notes(held, rounded, volume)),
        sources=(*intended.sources, *(() if law is None else law.sources)),
    )


def _stock(inputs: Mapping[str, Sequence[str]]) -> tuple[Measure, Measure | None]:
    """The concentration of the vial and its volume: each as stated, or both from "40 mCi in 4 mL"."""
    text = options.one(inputs, "concentration")
    held = options.above_zero(inputs, "vial-volume", "volume")
    if text is None:
        raise InputError('nothing was given; write for example --concentration "10 mCi/mL"', where="--concentration")
    amount, inside, volume = text.partition(" in ")
    if not inside:
        stock = options.above_zero(inputs, "concentration", "activity/volume")
        assert stock is not None
        return stock, held
    parts = {"concentration": [amount]}, {"concentration": [volume]}
    active, filled = (
        options.above_zero(part, "concentration", of) for part, of in zip(parts, ("activity", "volume"), strict=True)
    )
    assert active is not None
    assert filled is not None
    if held is not None and held.value != filled.value:
        message = f"read {held.text!r}, but the concentration says that the vial holds {filled.text}"
        raise InputError(message, where="--vial-volume")
    one = units.read(f"1 {active.unit.symbol}/mL", "activity/volume")
    return one._replace(number=active.number / filled.value, text=text), held or filled


def _activity(value: Fraction | float) -> Amount:
    return Amount(value, "activity")


def _volume(value: float) -> Quantity:
    return {"value": value, "unit": "mL"}


def _concentration(stock: Measure, then: float) -> Concentration:
    """A concentration as stated, and as it is at the draw, where it is ``then`` MBq/mL."""
    at_draw: Quantity = {"value": then / float(stock.unit.factor), "unit": stock.unit.symbol}
    return Concentration.made(at_reference=quantity_of(stock), at_draw=at_draw)


# -- the amount -------------------------------------------------------------------------------------------------

_WAYS = "state one of --amount, --level with --weight, and --plan with --dose"


def _intended(inputs: Mapping[str, Sequence[str]]) -> Intended:
    """The amount that the patient is to get, in whichever way it was stated."""
    ways = [name for name in ("amount", "level", "plan") if name in inputs]
    if len(ways) != 1:
        raise InputError(f"{'given twice' if ways else 'nothing was given'}; {_WAYS}", where="--amount")
    for option, needs in (("weight", "level"), ("dose", "plan")):
        if (option in inputs) != (needs in inputs):
            raise InputError(f"only valid together with --{needs}; {_WAYS}", where=f"--{option}")
    if "again" in inputs and ways != ["plan"]:
        raise InputError("only a plan says what was given already; leave it out", where="--again")
    if ways == ["plan"]:
        from dosecalc.dispensing.planned import planned_dose  # what plans is loaded for a plan alone

        number = options.within("--dose", request.whole, str(options.one(inputs, "dose")))
        return planned_dose(str(options.one(inputs, "plan")), number, again="again" in inputs)
    if ways == ["level"]:
        return Intended(_by_weight(inputs))
    measure = options.above_zero(inputs, "amount", "activity")
    assert measure is not None
    return Intended(measure.value)


def _by_weight(inputs: Mapping[str, Sequence[str]]) -> Fraction:
    """A level per body weight times the weight, in MBq."""
    level = options.above_zero(inputs, "level", "activity/weight")
    weight = options.within("--weight", read_observable, OBSERVABLES["weight"], str(options.one(inputs, "weight")))
    assert level is not None
    assert isinstance(weight.value, Fraction)
    return level.value * weight.value


def _patient(inputs: Mapping[str, Sequence[str]], intended: Intended) -> tuple[str, ...]:
    """The identifiers of the patient. InputError where the plan is of another one."""
    stated = options.within("--patient-id", identifiers.read, inputs.get("patient-id", ()))
    if others := identifiers.strangers(stated, intended.patient):
        message = f"read {', '.join(others)}, but the plan is of {', '.join(intended.patient)}; nothing is drawn"
        raise InputError(message, where="--patient-id")
    return identifiers.read((*intended.patient, *stated))


def _whose(inputs: Mapping[str, Sequence[str]], intended: Intended) -> Iterator[str]:
    """Where one document names the patient and the other does not, that they were not compared."""
    stated = "patient-id" in inputs
    if intended.patient and not stated:
        yield f"the plan is of {', '.join(intended.patient)}; nothing was stated to compare that with (--patient-id)"
    elif stated and "plan" in inputs and not intended.patient:
        yield "the plan does not say whose it is"


def _of_plan(inputs: Mapping[str, Sequence[str]], intended: Intended, decayed: _Decayed) -> Iterator[str]:
    """What is to be said of the plan: whose it is, its day, and what it came to."""
    yield from _whose(inputs, intended)
    yield from _days(intended, decayed)
    yield from intended.notes


def _days(intended: Intended, decayed: _Decayed) -> Iterator[str]:
    """Whether the draw is on the day of the plan; the day is that of the zone in which the draw was stated."""
    if decayed.at is not None:
        yield from intended.days(decayed.at.date())
    elif intended.due is not None:
        yield f"with a factor the day of the draw is not known; dose {intended.due.number} is of {intended.due.day}"


# -- decay ------------------------------------------------------------------------------------------------------


def _decayed(inputs: Mapping[str, Sequence[str]], intended: Intended) -> _Decayed:
    """The part of the concentration that is left, by a stated factor or by the times."""
    name, half_life = options.one(inputs, "nuclide"), options.one(inputs, "half-life")
    if name is not None and intended.nuclide is not None and radionuclides.spelled(name) != intended.nuclide:
        raise InputError(f"read {name!r}, but the agent of the plan has {intended.nuclide}", where="--nuclide")
    name = name or intended.nuclide
    if "factor" in inputs:
        left = _stated_factor(inputs)
        return _Decayed(left, None if name is None and half_life is None else clearance(name, half_life))
    zone = zone_of(inputs)
    reference, at, made = (moment(inputs, option, zone) for option in ("reference", "at", "made"))
    law = clearance(name, half_life)
    if reference is None or at is None:
        option = "reference" if reference is None else "at"
        raise InputError("nothing was given; state --reference and --at, or a decay --factor", where=f"--{option}")
    _check_order(reference, at, made)
    elapsed = times.between(reference, at)
    return _Decayed(radionuclides.factor(elapsed, law.half_life), law, at, elapsed)


def _stated_factor(inputs: Mapping[str, Sequence[str]]) -> float:
    """A decay factor that was read from a table, which goes with no times."""
    text = options.one(inputs, "factor")
    assert text is not None
    if clash := next((each for each in ("reference", "at", "made") if each in inputs), None):
        raise InputError(f"a factor says how much is left; leave out --{clash}", where="--factor")
    left = options.within("--factor", units.read_number, text)
    if not 0 < left <= _STRONGEST:
        raise InputError(f"read {text!r}, expected a decay factor such as 0.982 (98.2 % is 0.982)", where="--factor")
    return float(left)


def _check_order(reference: datetime, at: datetime, made: datetime | None) -> None:
    """A draw lies after the vial was made, which without a word on it was at the reference time."""
    if made is not None and times.between(made, at) < 0:
        raise InputError(f"{times.shown(at)} lies before the vial was made, {times.shown(made)}", where="--at")
    if made is None and times.between(reference, at) < 0:
        raise InputError(
            f"{times.shown(at)} lies before the reference time {times.shown(reference)}. If the vial was calibrated "
            "ahead, say with --made when it came to be",
            where="--at",
        )


# -- what a syringe and a vial make of it -----------------------------------------------------------------------


def _residual(inputs: Mapping[str, Sequence[str]], intended: Fraction) -> Fraction:
    """The part of what is drawn that stays behind; an activity is what stays of a draw that gives the amount."""
    text = options.one(inputs, "residual")
    if text is None:
        return Fraction(0)
    stays = options.within("--residual", units.read, text, ("percent", "activity"))
    if stays.dimension == "activity":
        return stays.value / (intended + stays.value)
    part = stays.value / 100
    if part >= 1:
        raise InputError(f"read {text!r}; the residual is less than 100 % of what is drawn", where="--residual")
    return part


def _rounded(step: Measure | None, amount: Fraction, volume: float, then: float, stays: Fraction) -> Rounded | None:
    """The volume rounded to steps of a syringe; half a step goes up."""
    if step is None:
        return None
    # within the window, so that half a step is half a step though a double is not quite
    steps = Fraction(volume) / step.value * (1 + Fraction(_WINDOW))
    whole = step.value * floor(steps + Fraction(1, 2))
    given = float(whole * (1 - stays)) * then
    return Rounded.made(
        step=quantity_of(step),
        volume=_volume(float(whole)),
        activity=_activity(given),
        difference_percent=100 * (given / float(amount) - 1),
    )


def _vial(held: Measure, decayed: _Decayed, drawn: float, then: float) -> Vial:
    """Whether the vial holds what is to be drawn, before a syringe rounds it, and until when."""
    activity = float(held.value) * then
    lasts = None if decayed.law is None else radionuclides.time_to(drawn / activity, decayed.law.half_life)
    return Vial.made(
        volume=quantity_of(held),
        activity=_activity(activity),
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


_SMALLEST, _LARGEST = 0.01, 60.0
"""mL that somebody can draw, and that a syringe holds; a volume beyond is a slip (these bounds are ours)."""


def _notes(held: Measure | None, rounded: Rounded | None, volume: float) -> Iterator[str]:
    if volume < _SMALLEST:
        small = units.decimal(volume * 1000, 3)
        yield f"{small} microlitres can hardly be drawn; was the prefix of a unit mistaken, as MBq for GBq?"
    elif volume > _LARGEST:
        yield f"{units.decimal(volume)} mL are more than a syringe holds; was the prefix of a unit mistaken?"
    if held is not None and volume > float(held.value):
        yield f"{units.decimal(volume)} mL are more than the {units.spell(held)} of the vial"
    if rounded is None:
        return
    if held is not None and rounded.volume["value"] > float(held.value):
        yield "the rounded volume is more than the vial holds"
    if not rounded.volume["value"]:
        yield "the volume is less than half a step of the syringe and rounds to nothing"
    elif abs(rounded.difference_percent) > _NOTABLE:
        yield f"rounding moves the activity by {units.decimal(rounded.difference_percent, 3)} %"
