"""The net amount of a dose: what was assayed less what stayed behind, brought to the time that it was given.

A dose that was given in parts is the sum of them, each with its own assay and times. What was not recorded stays
unknown: a part without an assay was not given as zero. Where the net amount itself is recorded too, both are a balance.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from dosecalc.errors import InputError
from dosecalc.quantities import times, units
from dosecalc.quantities.numbers import EXACT, Unknown, Value, apart
from dosecalc.quantities.options import within
from dosecalc.quantities.printed import Span, half_a_digit, span
from dosecalc.quantities.units import Measure
from dosecalc.records.reader import WrittenAmount, WrittenPart
from dosecalc.reference import radionuclides
from dosecalc.reference.beliefs import belief
from dosecalc.reference.radionuclides import Radionuclide

Balanced = Literal["pass", "unknown", "warning", "violation"]
BALANCE = "given-amount-violation"
"""The limit of ours from which a balance that does not come out is a violation."""


@lru_cache(maxsize=8192)
def amount(text: str) -> Measure:
    """An activity or a mass."""
    return units.read(text, ("activity", "mass"))


class Balance(NamedTuple):
    """An assay less its residuals, against the net amount that is recorded beside them: what it comes to, in words."""

    status: Balanced
    text: str


class Net(NamedTuple):
    """A net amount in MBq or mg; ``at_most`` where it is known from above alone."""

    value: Value
    at_most: bool = False
    notes: tuple[str, ...] = ()
    given_at: datetime | None = None
    balance: Balance | None = None
    decayed: bool = False


class _Measured(NamedTuple):
    """An amount that was measured in MBq or mg, and when; ``text`` is as it was written."""

    value: Fraction
    at: datetime | None
    text: str


def of_part(written: WrittenPart, kind: str, zone: tzinfo | None, nuclide: Radionuclide | None) -> Net:
    """The amount of a part, or of a dose in one, that reached the patient.

    It is what is recorded as given, or else the assay less the residuals.
    """
    given_at = _time(written.given_at, zone, "given_at")
    given = None if written.given is None else within("given", amount, written.given)
    if written.assayed is None:
        return _not_assayed(written, given, given_at)
    assay = _measured(written.assayed, "assayed", zone)
    left = [_measured(residual, f"residuals[{i}]", zone) for i, residual in enumerate(written.residuals)]
    _check_times(assay, left, given_at)
    net = _mass(assay, left) if kind == "mass" else _activity(assay, left, given_at, nuclide)
    net = net._replace(given_at=given_at)
    if given is None:
        return net
    return Net(given.value, given_at=given_at, balance=_balance(given, assay, left, net, kind))


def _not_assayed(written: WrittenPart, given: Measure | None, given_at: datetime | None) -> Net:
    if given is None:
        if written.residuals:
            raise InputError("residuals say nothing without what was assayed", where="residuals")
        note = "neither an assay nor a net activity is recorded"
        return Net(Unknown("assayed"), notes=(note,), given_at=given_at)
    balance = None
    if written.residuals:
        for i, residual in enumerate(written.residuals):
            within(f"residuals[{i}]", amount, residual.amount)
        text = f"what stayed behind cannot be held against the {units.spell(given)} given without what was assayed"
        balance = Balance("unknown", text)
    return Net(given.value, given_at=given_at, balance=balance)


def together(parts: list[Net]) -> Net:
    """The sum of the parts of a dose; unknown where one of them is."""
    if len(parts) == 1:
        return parts[0]
    unknown = [number for number, part in enumerate(parts, 1) if isinstance(part.value, Unknown)]
    notes = [f"part {number}: {note}" for number, part in enumerate(parts, 1) for note in part.notes]
    whole = sum((part.value for part in parts[1:]), parts[0].value)
    if unknown:
        names = ", ".join(f"part {number}" for number in unknown)
        notes.insert(0, f"of a dose in {len(parts)} parts what was given as {names} is not known")
    dates = [part.given_at for part in parts if part.given_at is not None]
    at_most, decayed = any(part.at_most for part in parts), any(part.decayed for part in parts)
    return Net(whole, at_most, tuple(notes), min(dates, default=None), decayed=decayed)


def _time(text: str | None, zone: tzinfo | None, key: str) -> datetime | None:
    return None if text is None else within(key, times.read, text, zone)


def _measured(written: WrittenAmount, key: str, zone: tzinfo | None) -> _Measured:
    value = within(key, amount, written.amount).value
    return _Measured(value, _time(written.at, zone, f"{key}.at"), written.amount)


def _check_times(assay: _Measured, left: list[_Measured], given_at: datetime | None) -> None:
    if given_at is not None and assay.at is not None and times.between(assay.at, given_at) < 0:
        message = f"given at {times.shown(given_at)}, before the assay at {times.shown(assay.at)}"
        raise InputError(message, where="given_at")
    for each in left:
        if each.at is not None and assay.at is not None and times.between(assay.at, each.at) < 0:
            message = f"the residual of {each.text} was measured before the assay at {times.shown(assay.at)}"
            raise InputError(message, where="residuals")


def _mass(assay: _Measured, left: list[_Measured]) -> Net:
    return Net(_less(assay, assay.value, [each.value for each in left]))


def _activity(assay: _Measured, left: list[_Measured], given_at: datetime | None, nuclide: Radionuclide | None) -> Net:
    """The assay less what was left, each brought to the time that the dose was given, as far as times are recorded.

    What has no time counts as it was read. An assay was made before the dose and what was left was read after it, so
    that the difference is then the most that reached the patient.
    """
    to = given_at or assay.at
    notes: tuple[str, ...] = ()
    measured = [assay, *left]
    undated = [each for each in measured if each.at is None]
    if given_at is None and assay.at is not None:
        notes = ("when it was given is not recorded: the time of the assay is taken",)
    at_most = bool(undated) and (bool(left) or given_at is not None)
    moved = [each for each in measured if each.at is not None and to is not None and times.between(each.at, to) != 0]
    if moved and nuclide is None:
        note = 'times differ and no radionuclide is named (nuclide = "I-131"), so decay cannot be corrected'
        return Net(Unknown("nuclide"), notes=(note,))

    def brought(each: _Measured) -> Value:
        if nuclide is None or each.at is None or to is None or each not in moved:
            return each.value
        return float(each.value) * radionuclides.factor(times.between(each.at, to), nuclide.half_life)

    if at_most:
        notes = (*notes, "some times are missing, so decay could not be corrected; this is an upper bound")
    return Net(_less(assay, brought(assay), [brought(each) for each in left]), at_most, notes, decayed=bool(moved))


def _less(assay: _Measured, start: Value, left: list[Value]) -> Value:
    net = start - sum(left)
    if EXACT.above(0, net).yes:
        raise InputError(f"the residuals are more than the {assay.text} that were assayed", where="residuals")
    return net


# -- the balance ------------------------------------------------------------------------------------------------


def _balance(given: Measure, assay: _Measured, left: list[_Measured], net: Net, kind: str) -> Balance:
    """The net amount that is recorded against the one that follows; they agree within their printed digits."""
    if isinstance(net.value, Unknown):
        return Balance("unknown", f"the {units.spell(given)} given cannot be held against the assay: {net.notes[0]}")
    symbol = given.unit.symbol
    less = f" less {' and '.join(each.text for each in left)}" if left else ""
    leaves = f"leaves {'at most ' if net.at_most else ''}{units.show(net.value, symbol, kind)} when it was given"
    text = f"{assay.text} assayed{less} {leaves}, and {units.spell(given)} is recorded as given"
    slack = sum(half_a_digit(each.text) * amount(each.text).unit.factor for each in (assay, *left))
    reach = Span(Fraction(net.value) - slack, Fraction(net.value) + slack)
    if span(given).meets(reach):
        return Balance("pass", text)
    short = given.value < net.value
    if short and net.at_most:
        return Balance("unknown", f"{text}; without all times the difference cannot be told from decay")
    if short and not left:
        behind = units.show(net.value - given.value, symbol, kind)
        return Balance("unknown", f"{text}; nothing says where the other {behind} stayed (residuals)")
    off = 1 if net.value == 0 else apart(given.value / net.value, 1)
    violates = belief(BALANCE)
    status: Balanced = "violation" if EXACT.at_least(off, violates.value).yes else "warning"
    return Balance(status, f"{text}, {units.decimal(100 * off)} % {'less' if short else 'more'}: check which is right")


def balances(parts: list[Net]) -> Iterator[Balance]:
    """The balances of a dose, each with the number of its part where there are several."""
    for number, part in enumerate(parts, 1):
        if part.balance is not None:
            of = f"part {number}: " if len(parts) > 1 else ""
            yield Balance(part.balance.status, f"{of}{part.balance.text}")
