"""One administration of a record: its net activity, held against every statement of what was to be given.

Net activity is the assay minus what stayed behind, all brought to one time by decay. What was not recorded stays
unknown: a dose without an assay was not given as zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.quantities import times, units
from dosecalc.quantities.documents import Amount, Number
from dosecalc.quantities.numbers import EXACT, Unknown, Value, apart
from dosecalc.quantities.options import within
from dosecalc.quantities.printed import Span, figure, span
from dosecalc.quantities.units import Measure
from dosecalc.records.reader import WrittenAmount, WrittenDose
from dosecalc.records.result import Administration, Compared, Kind, Of, Screened, Sievert
from dosecalc.reference import radionuclides, synonyms
from dosecalc.reference.radionuclides import Radionuclide
from dosecalc.reference.screens import SCREENS, SIEVERT_LIMIT, ScreenLimits, outside, truth

PRESCRIBED: tuple[Of, ...] = ("prescribed", "directive", "order")
"""Who says what was to be given, the one that counts first."""
MICROSPHERES = "Y-90 microspheres are devices under 10 CFR 35.1000: the numbers alone are compared here"


class Expected(NamedTuple):
    """A dose of a protocol: the amount in MBq or mg where it is known, its kind, its agent with its radionuclide."""

    value: Number | None
    kind: Kind
    agent: str
    nuclide: str | None


class Setting(NamedTuple):
    """The settings of every dose of a record: the zone of its times, its radionuclide, and the table of half-lives."""

    zone: tzinfo | None
    nuclide: str | None
    table: Mapping[str, Radionuclide]


@lru_cache(maxsize=8192)
def _amount(text: str) -> Measure:
    return units.read(text, ("activity", "mass"))


@lru_cache(maxsize=1024)
def _range(text: str) -> tuple[str, ScreenLimits]:
    """A prescribed range: its dimension and its two ends."""
    printed = figure(text)
    ends = [(span.low + span.high) / 2 for span in printed.spans if span.low is not None and span.high is not None]
    if printed.dimension not in ("activity", "mass") or len(ends) != 2:
        raise InputError(f"read {text!r}, expected a prescribed range such as '28 to 36 mCi'")
    return printed.dimension, ScreenLimits(*ends)


def check(written: WrittenDose, number: int, setting: Setting, expected: Expected | None = None) -> Administration:
    """Read one administration and compare it. InputError names the place of what cannot be read.

    ``expected`` is what the protocol gives, where the record follows one.
    """
    try:
        return _check(written, number, setting, expected)
    except InputError as error:
        key = f", {error.where}" if error.where else ""
        raise InputError(error.message, where=f"{written.place}{key}") from None


def _check(written: WrittenDose, number: int, setting: Setting, expected: Expected | None) -> Administration:
    given_at = _time(written.given_at, setting, "given_at")
    kind = _kind(written)
    if expected is not None and expected.kind != kind:
        planned, recorded = (units.DIMENSIONS[each][0] for each in (expected.kind, kind))
        raise InputError(f"dose {number} of the protocol is {expected.agent}, {planned}, and the record has {recorded}")
    nuclide = _nuclide(written, setting)
    net = _net(written, kind, given_at, setting, nuclide or _planned_nuclide(expected, setting))
    limits = None if written.range is None else within("range", _range, written.range)[1]
    statements = list(_statements(written, expected))
    if not statements and limits is None:
        raise InputError('nothing says what was to be given; state prescribed = "32 mCi"')
    spans = [statement.span for statement in statements]
    against = statements or [_Statement("range", None, Span(None, None))]
    compared = tuple(_compare(statement, kind, net, limits, fraction=written.fraction) for statement in against)
    first = compared[0]
    return Administration.made(
        place=written.place,
        number=number,
        patient_id=written.patient_id,
        agent=written.agent,
        nuclide=None if nuclide is None else nuclide.name,
        kind=kind,
        prescribed=first.amount,
        administered=None if isinstance(net.value, Unknown) else Amount(net.value, kind),
        at_most=net.at_most,
        given_at=given_at,
        difference_percent=first.difference_percent,
        screens=first.screens,
        compared=compared,
        disagree=not all(one.meets(other) for one in spans for other in spans),
        sievert=_sievert(written, net.value, first.value),
        notes=(*net.notes, *_devices(written)),
        lacking=tuple(name for name, value in _required(written).items() if value is None),
    )


class _Statement(NamedTuple):
    """A statement of what was to be given in MBq or mg, and the values that its printed digits can mean."""

    of: Of
    value: Number | None
    span: Span


def _statements(written: WrittenDose, expected: Expected | None) -> Iterator[_Statement]:
    """Every statement of what was to be given, the one that counts first."""
    for of in PRESCRIBED:
        text = getattr(written, of)
        if text is not None:
            measure = within(of, _amount, text)
            yield _Statement(of, measure.value, span(measure))
    if expected is not None and expected.value is not None:
        exact = Fraction(expected.value)
        yield _Statement("protocol", expected.value, Span(exact, exact))


def _planned_nuclide(expected: Expected | None, setting: Setting) -> Radionuclide | None:
    """The radionuclide of the protocol, by which a dose decays whose record names none."""
    if expected is None or expected.nuclide is None:
        return None
    return radionuclides.find(expected.nuclide, setting.table)


def _devices(written: WrittenDose) -> tuple[str, ...]:
    return (MICROSPHERES,) if written.agent is not None and "microsphere" in written.agent.lower() else ()


def _kind(written: WrittenDose) -> Kind:
    """Activity or mass; every amount of a dose is of one kind."""
    texts = {of: getattr(written, of) for of in (*PRESCRIBED, "given")}
    texts["assayed"] = None if written.assayed is None else written.assayed.amount
    kinds = {of: within(of, _amount, text).dimension for of, text in texts.items() if text is not None}
    if written.range is not None:
        kinds["range"] = within("range", _range, written.range)[0]
    first = next(iter(kinds.values()), "activity")
    if odd := next((of for of, kind in kinds.items() if kind != first), None):
        raise InputError("an activity and a mass in one dose", where=odd)
    return "mass" if first == "mass" else "activity"


# -- net activity -----------------------------------------------------------------------------------------------


class _Net(NamedTuple):
    value: Value
    at_most: bool = False
    notes: tuple[str, ...] = ()


def _time(text: str | None, setting: Setting, key: str) -> datetime | None:
    return None if text is None else within(key, times.read, text, setting.zone)


def _net(
    written: WrittenDose, kind: str, given_at: datetime | None, setting: Setting, nuclide: Radionuclide | None
) -> _Net:
    """The amount that reached the patient: as stated, or the assay less the residuals when the dose was given."""
    if written.given is not None:
        if written.assayed is not None or written.residuals:
            raise InputError("state either the assay and the residuals, or the net activity, not both", where="given")
        return _Net(within("given", _amount, written.given).value)
    if written.assayed is None:
        if written.residuals:
            raise InputError("residuals say nothing without what was assayed", where="residuals")
        return _Net(Unknown("assayed"), notes=("neither an assay nor a net activity is recorded",))
    assay = _part(written.assayed, "assayed", setting)
    left = [_part(residual, f"residuals[{i}]", setting) for i, residual in enumerate(written.residuals)]
    _check_times(assay, left, given_at)
    if kind == "mass":
        return _Net(_less(assay, assay.value, [part.value for part in left]))
    return _balance(assay, left, given_at, nuclide)


def _check_times(assay: _Part, left: list[_Part], given_at: datetime | None) -> None:
    if given_at is not None and assay.at is not None and times.between(assay.at, given_at) < 0:
        message = f"given at {times.shown(given_at)}, before the assay at {times.shown(assay.at)}"
        raise InputError(message, where="given_at")
    for part in left:
        if part.at is not None and assay.at is not None and times.between(assay.at, part.at) < 0:
            message = f"the residual of {part.text} was measured before the assay at {times.shown(assay.at)}"
            raise InputError(message, where="residuals")


class _Part(NamedTuple):
    """An amount that was measured in MBq or mg, and when; ``text`` is as it was written."""

    value: Fraction
    at: datetime | None
    text: str


def _part(written: WrittenAmount, key: str, setting: Setting) -> _Part:
    value = within(key, _amount, written.amount).value
    return _Part(value, _time(written.at, setting, f"{key}.at"), written.amount)


def _balance(assay: _Part, left: list[_Part], given_at: datetime | None, nuclide: Radionuclide | None) -> _Net:
    """The assay less what was left, each brought to the time that the dose was given, as far as times are recorded.

    What has no time counts as it was read. An assay was made before the dose and what was left was read after it, so
    that the difference is then the most that reached the patient.
    """
    to = given_at or assay.at
    notes: tuple[str, ...] = ()
    parts = [assay, *left]
    undated = [part for part in parts if part.at is None]
    if given_at is None and assay.at is not None:
        notes = ("when it was given is not recorded: the time of the assay is taken",)
    at_most = bool(undated) and (bool(left) or given_at is not None)
    moved = [part for part in parts if part.at is not None and to is not None and times.between(part.at, to) != 0]
    if moved and nuclide is None:
        note = 'times differ and no radionuclide is named (nuclide = "I-131"), so decay cannot be corrected'
        return _Net(Unknown("nuclide"), notes=(note,))

    def brought(part: _Part) -> Value:
        if nuclide is None or part.at is None or to is None or part not in moved:
            return part.value
        return float(part.value) * radionuclides.factor(times.between(part.at, to), nuclide.half_life)

    if at_most:
        notes = (*notes, "some times are missing, so decay could not be corrected; this is an upper bound")
    return _Net(_less(assay, brought(assay), [brought(part) for part in left]), at_most, notes)


def _less(assay: _Part, start: Value, left: list[Value]) -> Value:
    net = start - sum(left)
    if EXACT.above(0, net).yes:
        raise InputError(f"the residuals are more than the {assay.text} that were assayed", where="residuals")
    return net


def _nuclide(written: WrittenDose, setting: Setting) -> Radionuclide | None:
    """The radionuclide of a dose: as stated, or as the name of its agent has or implies one. Both must agree."""
    inside = [name for name in sorted(synonyms.read(written.agent or "").nuclides) if name in setting.table]
    stated = written.nuclide or setting.nuclide
    if stated is None:
        return setting.table[inside[0]] if len(inside) == 1 else None
    row = within("nuclide", radionuclides.find, stated, setting.table)
    if inside and row.name not in inside:
        raise InputError(f"read {stated!r}, but the agent is {written.agent}", where="nuclide")
    return row


# -- comparing --------------------------------------------------------------------------------------------------


def _compare(
    statement: _Statement, kind: Kind, net: _Net, limits: ScreenLimits | None, *, fraction: bool | None
) -> Compared:
    """A net amount against one statement, by every screen; ``fraction`` as recorded."""
    given, wanted = net.value, statement.value
    off = None if wanted is None or isinstance(given, Unknown) or wanted == 0 else given / wanted - 1
    prescribed: Value = Unknown("prescribed") if wanted is None else wanted
    verdicts = (outside(each, given, prescribed, limits, fraction=fraction, at_most=net.at_most) for each in SCREENS)
    return Compared.made(
        of=statement.of,
        amount=None if wanted is None else Amount(wanted, kind),
        off=off,
        difference_percent=None if off is None else float(100 * off),
        screens=_screened(tuple(map(truth, verdicts))),
    )


@lru_cache(maxsize=256)
def _screened(verdicts: tuple[bool | None, ...]) -> tuple[Screened, ...]:
    """Every screen with its verdict; long records have few different ones."""
    pairs = zip(SCREENS, verdicts, strict=True)
    return tuple(Screened.made(id=screen.id, outside=verdict, cite=screen.cite) for screen, verdict in pairs)


def _sievert(written: WrittenDose, given: Value, prescribed: Number | None) -> Sievert | None:
    """The effective dose of the difference, where a dose coefficient was stated."""
    if written.coefficient is None or isinstance(given, Unknown) or prescribed is None:
        return None
    coefficient = within("dose_coefficient", units.read, written.coefficient, "equivalent dose/activity")
    difference = float(apart(given, prescribed) * coefficient.value)
    return Sievert.made(difference_msv=difference, above=EXACT.above(difference, SIEVERT_LIMIT).yes)


def _required(written: WrittenDose) -> dict[str, str | None]:
    """The contents that 10 CFR 35.2063 requires in the record of a dosage."""
    return {
        "agent": written.agent,
        "patient_id": written.patient_id,
        "prescribed": written.prescribed or written.range,
        "assayed": written.given or (None if written.assayed is None else written.assayed.amount),
        "given_at": written.given_at,
        "given_by": written.given_by,
    }
