"""What was really given: one administration read from a record, its net activity, and how it compares.

Net activity is the assay minus what stayed behind, all brought to one time by decay. What was not recorded stays
unknown: a dose without an assay was not given as zero.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, tzinfo
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.quantities import times, units
from dosecalc.quantities.numbers import EXACT, Unknown, Value, apart, definite
from dosecalc.quantities.options import within
from dosecalc.quantities.printed import Span, figure, span
from dosecalc.quantities.units import Measure
from dosecalc.records.reader import Assay, Written
from dosecalc.reference import radionuclides
from dosecalc.reference.radionuclides import Radionuclide
from dosecalc.reference.screens import SCREENS, SIEVERT_LIMIT, Limits, outside, truth

PRESCRIBED = ("prescribed", "directive", "order")
"""Who says what was to be given, the one that counts first."""
MICROSPHERES = "Y-90 microspheres are devices under 10 CFR 35.1000: the numbers alone are compared here"
_NUCLIDE = re.compile(r"\b([A-Z][a-z]?)-?([0-9]{1,3}m?)\b|\b([0-9]{1,3}m?)-?([A-Z][a-z]?)\b")


class Screened(NamedTuple):
    """What one screen says; ``outside`` None where it cannot be said or does not apply."""

    id: str
    outside: bool | None
    cite: str


class Compared(NamedTuple):
    """What was given against one statement of what was to be given. ``off`` is relative, None where not known."""

    of: str
    value: Value
    off: Fraction | float | None
    screens: tuple[Screened, ...]


class Administration(NamedTuple):
    """One dose of a record, checked. Amounts are in MBq or mg; ``given`` is Unknown where the record does not say it.

    ``at_most``: what was lost was not all measured, or not brought to one time. ``compared`` has what was prescribed
    first. ``sievert`` is the effective dose of the difference in mSv, where a coefficient was stated.
    """

    place: str
    number: int
    patient_id: str | None
    agent: str | None
    nuclide: str | None
    kind: str
    given: Value
    at_most: bool
    given_at: datetime | None
    compared: tuple[Compared, ...]
    disagree: bool
    """Whether two statements of what was to be given differ by more than their printed digits."""
    sievert: float | None
    notes: tuple[str, ...]
    lacking: tuple[str, ...]
    """What 10 CFR 35.2063 wants in a record and this one does not have."""

    @property
    def flagged(self) -> bool:
        """Whether any screen of any comparison says that it lies outside, or the sievert limb is met."""
        outside_ = any(screen.outside is True for one in self.compared for screen in one.screens)
        return outside_ or self.above_sievert_limit is True

    @property
    def above_sievert_limit(self) -> bool | None:
        """Whether the sievert limb is met; None where no coefficient was stated."""
        return None if self.sievert is None else EXACT.above(self.sievert, SIEVERT_LIMIT).yes


class Expected(NamedTuple):
    """What a protocol gives as a dose: the amount where it is known, its kind, and its agent with its radionuclide."""

    value: Value | None
    kind: str
    agent: str
    nuclide: str | None


class Setting(NamedTuple):
    """What holds for every dose of a record: the zone of its times, its radionuclide, and the table of half-lives."""

    zone: tzinfo | None
    nuclide: str | None
    table: Mapping[str, Radionuclide]


@lru_cache(maxsize=8192)
def _amount(text: str) -> Measure:
    return units.read(text, ("activity", "mass"))


@lru_cache(maxsize=1024)
def _range(text: str) -> tuple[str, Limits]:
    """A prescribed range: its dimension and its two ends."""
    found = figure(text)
    ends = [(span.low + span.high) / 2 for span in found.spans if span.low is not None and span.high is not None]
    if found.dimension not in ("activity", "mass") or len(ends) != 2:
        raise InputError(f"read {text!r}, expected a prescribed range such as '28 to 36 mCi'")
    return found.dimension, Limits(*ends)


def check(written: Written, number: int, setting: Setting, expected: Expected | None = None) -> Administration:
    """Read one administration and compare it. InputError names the place of what cannot be read.

    ``expected`` is what the protocol gives, where the record follows one.
    """
    try:
        return _check(written, number, setting, expected)
    except InputError as error:
        key = f", {error.where}" if error.where else ""
        raise InputError(error.message, where=f"{written.place}{key}") from None


def _check(written: Written, number: int, setting: Setting, expected: Expected | None) -> Administration:
    given_at = _time(written.given_at, setting, "given_at")
    kind = _kind(written)
    if expected is not None and expected.kind != kind:
        names = [units.DIMENSIONS[each][0] for each in (expected.kind, kind)]
        raise InputError(
            f"dose {number} of the protocol is {expected.agent}, {names[0]}, and the record has {names[1]}"
        )
    nuclide = _nuclide(written, setting)
    brought = nuclide
    if nuclide is None and expected is not None and expected.nuclide is not None:
        brought = radionuclides.find(expected.nuclide, setting.table)
    net = _net(written, kind, given_at, setting, brought)
    limits = None if written.range is None else within("range", _range, written.range)[1]
    read = {of: within(of, _amount, text) for of in PRESCRIBED if (text := getattr(written, of)) is not None}
    stated: list[tuple[str, Value]] = [(of, measure.value) for of, measure in read.items()]
    spans = [span(measure) for measure in read.values()]
    if expected is not None and expected.value is not None:
        stated.append(("protocol", expected.value))
        planned = Fraction(definite(expected.value))
        spans.append(Span(planned, planned))
    if not stated and limits is None:
        raise InputError('nothing says what was to be given; state prescribed = "32 mCi"')
    if not stated:
        stated = [("range", Unknown("prescribed"))]
    compared = tuple(_compare(of, value, net, limits, written.fraction) for of, value in stated)
    device = (MICROSPHERES,) if written.agent is not None and "microsphere" in written.agent.lower() else ()
    return Administration(
        place=written.place,
        number=number,
        patient_id=written.patient_id,
        agent=written.agent,
        nuclide=None if nuclide is None else nuclide.name,
        kind=kind,
        given=net.value,
        at_most=net.at_most,
        given_at=given_at,
        compared=compared,
        disagree=not all(one.meets(other) for one in spans for other in spans),
        sievert=_sievert(written, net.value, compared[0].value),
        notes=(*net.notes, *device),
        lacking=tuple(name for name, value in _wanted(written).items() if value is None),
    )


def _kind(written: Written) -> str:
    """Activity or mass; every amount of a dose is of one kind."""
    texts = {of: getattr(written, of) for of in (*PRESCRIBED, "given")}
    texts["assayed"] = None if written.assayed is None else written.assayed[0]
    found = {of: within(of, _amount, text).dimension for of, text in texts.items() if text is not None}
    if written.range is not None:
        found["range"] = within("range", _range, written.range)[0]
    kinds = set(found.values())
    if len(kinds) > 1:
        odd = next(of for of, kind in found.items() if kind != next(iter(found.values())))
        raise InputError("an activity and a mass in one dose", where=odd)
    return kinds.pop() if kinds else "activity"


# -- net activity -----------------------------------------------------------------------------------------------


class _Net(NamedTuple):
    value: Value
    at_most: bool = False
    notes: tuple[str, ...] = ()


def _time(text: str | None, setting: Setting, key: str) -> datetime | None:
    return None if text is None else within(key, times.read, text, setting.zone)


def _net(
    written: Written, kind: str, given_at: datetime | None, setting: Setting, nuclide: Radionuclide | None
) -> _Net:
    """What reached the patient: as stated, or the assay less the residuals, at the time that the dose was given."""
    if written.given is not None:
        if written.assayed is not None or written.residuals:
            raise InputError("state what was assayed and left, or what was given, not both", where="given")
        return _Net(within("given", _amount, written.given).value)
    if written.assayed is None:
        if written.residuals:
            raise InputError("what was left says nothing without what was assayed", where="residuals")
        return _Net(Unknown("assayed"), notes=("neither an assay nor a net activity is recorded",))
    assay = _part(written.assayed, "assayed", setting)
    left = [_part(residual, f"residuals[{i}]", setting) for i, residual in enumerate(written.residuals)]
    _check_times(assay, left, given_at)
    if kind == "mass":
        return _Net(_less(assay, assay.value, [part.value for part in left]))
    return _balance(assay, left, given_at, nuclide)


def _check_times(assay: _Part, left: list[_Part], given_at: datetime | None) -> None:
    if given_at is not None and assay.at is not None and times.between(assay.at, given_at) < 0:
        said = f"given at {times.shown(given_at)}, before the assay at {times.shown(assay.at)}"
        raise InputError(said, where="given_at")
    for part in left:
        if part.at is not None and assay.at is not None and times.between(assay.at, part.at) < 0:
            raise InputError(f"{part.text} was left before the assay at {times.shown(assay.at)}", where="residuals")


class _Part(NamedTuple):
    value: Fraction
    at: datetime | None
    text: str


def _part(assay: Assay, key: str, setting: Setting) -> _Part:
    amount, at, _ = assay
    return _Part(within(key, _amount, amount).value, _time(at, setting, f"{key}.at"), amount)


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
        said = 'times differ and no radionuclide is named (nuclide = "I-131"), so nothing can be brought to one time'
        return _Net(Unknown("nuclide"), notes=(said,))

    def brought(part: _Part) -> Value:
        if nuclide is None or part.at is None or to is None or part not in moved:
            return part.value
        return float(part.value) * radionuclides.factor(times.between(part.at, to), nuclide.half_life)

    if at_most:
        notes = (*notes, "times are lacking, so not all was brought to one time: at most this reached the patient")
    return _Net(_less(assay, brought(assay), [brought(part) for part in left]), at_most, notes)


def _less(assay: _Part, start: Value, left: list[Value]) -> Value:
    net = start - sum(left)
    if EXACT.above(0, net).yes:
        raise InputError(f"more was left than the {assay.text} that were assayed", where="residuals")
    return net


def _nuclide(written: Written, setting: Setting) -> Radionuclide | None:
    """The radionuclide of a dose: as stated, or as the name of its agent has one of the table. Both must agree."""
    spelled = (radionuclides.spelled(match.group()) for match in _NUCLIDE.finditer(written.agent or ""))
    inside = [name for name in dict.fromkeys(spelled) if name in setting.table]
    stated = written.nuclide or setting.nuclide
    if stated is None:
        return setting.table[inside[0]] if len(inside) == 1 else None
    found = within("nuclide", radionuclides.find, stated, setting.table)
    if inside and found.name not in inside:
        raise InputError(f"read {stated!r}, but the agent is {written.agent}", where="nuclide")
    return found


# -- comparing --------------------------------------------------------------------------------------------------


def _compare(of: str, value: Value, net: _Net, limits: Limits | None, fraction: bool | None) -> Compared:  # noqa: FBT001  # as recorded
    given = net.value
    off = given / value - 1 if EXACT.known(value) and EXACT.known(given) and value != 0 else None
    screens = tuple(
        Screened(
            screen.id,
            truth(outside(screen, given, value, limits, fraction=fraction, at_most=net.at_most)),
            screen.cite,
        )
        for screen in SCREENS
    )
    return Compared(of, value, off, screens)


def _sievert(written: Written, given: Value, prescribed: Value) -> float | None:
    """The effective dose of the difference in mSv, where a dose coefficient was stated."""
    if written.coefficient is None or isinstance(given, Unknown) or isinstance(prescribed, Unknown):
        return None
    coefficient = within("dose_coefficient", units.read, written.coefficient, "equivalent dose/activity")
    return float(apart(given, prescribed) * coefficient.value)


def _wanted(written: Written) -> dict[str, str | None]:
    """What 10 CFR 35.2063 wants in the record of a dosage."""
    determined = written.given or (written.assayed[0] if written.assayed is not None else None)
    return {"agent": written.agent, "patient_id": written.patient_id, "prescribed": written.prescribed or written.range,
            "assayed": determined, "given_at": written.given_at, "given_by": written.given_by}  # fmt: skip
