"""What is on the table, held against each other: identity, directive, order, receipt, assay, number, people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.gate.result import Hold, Kind, SideBySide
from dosecalc.gate.stated import StatedCase, decayed
from dosecalc.quantities import identifiers, times, units
from dosecalc.quantities.options import within
from dosecalc.quantities.printed import agree, figure
from dosecalc.quantities.units import Measure
from dosecalc.reference import equilibrium as ingrowth
from dosecalc.reference import synonyms
from dosecalc.reference.beliefs import belief
from dosecalc.reference.radionuclides import Radionuclide
from dosecalc.reference.routes import same_form

Said = Iterator[Hold | SideBySide]
NAMED = ("directive", "order", "received", "assay")
DOCUMENTS = ("directive", "order", "received", "assay")
_NOISE = Fraction(1, 10**9)
"""The difference in percent below which two decayed amounts are one figure."""


def hold(what: str, kind: Kind, text: str, *settled_by: str, cite: tuple[str, ...] = ()) -> Hold:
    """One reason to hold."""
    return Hold.made(what=what, kind=kind, text=text, settled_by=settled_by, cite=cite)


# -- who and what ---------------------------------------------------------------------------------------------------


def identity(stated: StatedCase) -> Said:
    """Two identifiers, and every paper that names a patient names this one."""
    ids = within("patient.ids", identifiers.read, [str(each) for each in stated.value("patient.ids") or ()])
    if len(ids) == 1:
        text = "one identifier is stated, and two are needed"
        yield hold("patient.ids", "unknown", text, "patient.ids", cite=("nrc-35-41#procedures",))
    for part in DOCUMENTS:
        named = stated.text(f"{part}.patient_id")
        if named is None or not ids:
            continue
        same = not identifiers.strangers((named,), ids)
        what = f"patient.ids and {part}.patient_id"
        yield SideBySide.made(what=what, text=f"{named} is {'' if same else 'not '}among them", holds=same)
        if not same:
            yield hold(what, "differs", f"the {part} is of {named}, who is not this patient", f"{part}.patient_id")


def agents(stated: StatedCase) -> Said:
    """Every two names of the drug mean one agent, and every two forms one form."""
    names = [(part, name) for part in NAMED if (name := stated.text(f"{part}.agent")) is not None]
    for (one, first), (other, second) in combinations(names, 2):
        same = True if first.strip().casefold() == second.strip().casefold() else synonyms.same(first, second)
        what = f"{one}.agent and {other}.agent"
        yield SideBySide.made(what=what, text=f"{first}; {second}", holds=same is True)
        if same is False:
            yield hold(what, "differs", f"{first} and {second} are not one agent", f"{one}.agent", f"{other}.agent")
        elif same is None:
            text = f"whether {first} is {second} is not known here; write both names alike where they are one agent"
            yield hold(what, "unknown", text, f"{one}.agent", f"{other}.agent")
    forms = [(part, form) for part in ("directive", "order", "received") if (form := stated.text(f"{part}.form"))]
    for (one, first), (other, second) in combinations(forms, 2):
        if same_form(first, second) is False:
            text = f"{first} and {second} are not one form"
            yield hold(f"{one}.form and {other}.form", "differs", text, f"{one}.form", f"{other}.form")
    targets = [(part, name) for part in ("directive", "order", "assay") if (name := stated.text(f"{part}.target"))]
    for (one, first), (other, second) in combinations(targets, 2):
        same, what = first.split() == second.split(), f"{one}.target and {other}.target"
        yield SideBySide.made(what=what, text=f"{first}; {second}", holds=same)
        if not same:
            yield hold(what, "differs", f"{first} and {second} are not one target", f"{one}.target", f"{other}.target")


def revisions(stated: StatedCase) -> Said:
    """The amount in force is that of the last revision, and every revision is signed before the dose is given."""
    told, at = stated.value("directive.revisions") or (), stated.at
    for number, each in enumerate(told, 1):
        key = f"directive.revisions[{number - 1}]"
        for name, what in (("by", "who signed"), ("at", "when was signed")):
            if getattr(each, name) is None:
                text = f"not stated: {what} revision {number} of the directive"
                yield hold(f"{key}.{name}", "unknown", text, f"{key}.{name}", cite=("nrc-35-40#when",))
        signed = None if each.at is None else within(f"{key}.at", times.read, each.at, stated.zone)
        if at is not None and signed is not None and times.between(signed, at) < 0:
            yield hold(f"{key}.at", "differs", f"it is signed on {times.shown(signed)}, after it is given", f"{key}.at")
    first = stated.text("directive.amount")
    if told and first is not None:
        last, what = told[-1].amount, "directive.amount and its last revision"
        same = within("directive.revisions", agree, first, last)
        yield SideBySide.made(what=what, text=f"{first}; {last}", holds=same)
        if not same:
            text = f"the directive says {first}, its last revision {last}: state as amount what is in force"
            yield hold(what, "differs", text, "directive.amount", "directive.revisions")


# -- how much -------------------------------------------------------------------------------------------------------


class Tolerance(NamedTuple):
    """What is allowed about the prescribed amount, in MBq or mg, and in whose words."""

    low: Fraction
    high: Fraction
    text: str

    def holds(self, value: Fraction) -> bool:
        return self.low <= value <= self.high


class OnTheWay(NamedTuple):
    """The amounts on their way to the patient, and what is needed to compare them."""

    stated: StatedCase
    prescribed: Measure
    at: datetime | None
    nuclide: Radionuclide | None

    def tolerance(self, about: Fraction) -> Tolerance:
        """About the prescribed amount its range; else the site's tolerance, else ours."""
        site = self.stated.text("site.tolerance")
        if (written := self.stated.text("directive.range")) and about == self.prescribed.value:
            spans = within("directive.range", figure, written).spans
            ends = [(span.low + span.high) / 2 for span in spans if span.low is not None and span.high is not None]
            if len(ends) != 2:
                raise InputError(f"read {written!r}, expected a range such as '28 to 36 mCi'", where="directive.range")
            return Tolerance(ends[0], ends[1], f"the prescribed range {written}")
        if site is not None:
            part = within("site.tolerance", units.read, site, "percent").value / 100
            return Tolerance(about * (1 - part), about * (1 + part), f"{site} of the site")
        ours = belief("given-amount-warning")
        return Tolerance(about * (1 - ours.value), about * (1 + ours.value), f"{ours.text} (our limit)")

    def when_given(self, key: str, time: str) -> Fraction | None:
        """The amount at a key, decayed from the time at another to that of the administration; None if not known."""
        return self.decayed(key, time, self.at)

    def decayed(self, key: str, time: str, to: datetime | None) -> Fraction | None:
        """The amount at a key at some moment. One without a time of its own holds as it stands."""
        amount, start = self.stated.amount(key), self.stated.moment(time)
        if amount is None:
            return None
        if amount.dimension != self.prescribed.dimension:
            raise InputError(f"{amount.text} is of another kind than the prescribed {self.prescribed.text}", where=key)
        return amount.value if amount.dimension == "mass" else self.brought(amount.value, start, to, key)

    def brought(self, value: Fraction, start: datetime | None, to: datetime | None, key: str) -> Fraction | None:
        """An activity at another moment; as it stands where it has no time of its own, None if that is not known."""
        if start is None or start == to:
            return value
        if to is None or self.nuclide is None:
            return None
        return within(key, decayed, value, start, to, self.nuclide)

    @property
    def drawn(self) -> bool:
        """Whether the dose is drawn from a vial that holds more."""
        return self.stated.text("received.volume") is not None and self.stated.text("assay.volume") is not None


def amounts(of: OnTheWay) -> Said:
    """Every amount against the one before it on its way to the patient."""
    yield from _twice(of)
    ordered, came = (
        of.when_given("order.amount", "order.calibrated"),
        of.when_given("received.amount", "received.calibrated"),
    )
    measured = of.when_given("assay.amount", "assay.at")
    least = of.drawn
    yield from beside(of, "order.amount and directive.amount", ordered, of.prescribed.value, at_least=least)
    if ordered is not None:
        yield from beside(of, "received.amount and order.amount", came, ordered)
    else:
        yield from beside(of, "received.amount and directive.amount", came, of.prescribed.value, at_least=least)
    yield from beside(of, "assay.amount and directive.amount", measured, of.prescribed.value)
    yield from _expected(of)
    yield from _lacking(of)
    yield from _pieces(of)


def _twice(of: OnTheWay) -> Said:
    """An amount stated in two units is one amount, within the rounding of what is printed."""
    texts = [str(each) for each in of.stated.value("directive.amount") or ()]
    if len(texts) > 2:
        raise InputError(f"read {len(texts)} amounts, expected one, or one in two units", where="directive.amount")
    if len(texts) == 2:
        same = within("directive.amount", agree, *texts)
        yield SideBySide.made(what="directive.amount, stated twice", text=" and ".join(texts), holds=same)
        if not same:
            text = f"{texts[0]} and {texts[1]} are not one amount"
            yield hold("directive.amount, stated twice", "differs", text, "directive.amount")


def beside(of: OnTheWay, what: str, one: Fraction | None, other: Fraction, *, at_least: bool = False) -> Said:
    """An amount against another, both at the time of the administration."""
    if one is None:
        return
    limit = of.tolerance(other)
    holds = one >= limit.low if at_least else limit.holds(one)
    symbol, first = of.prescribed.unit.symbol, what.partition(" and ")[0]
    shown = [units.show(each, symbol, of.prescribed.dimension) for each in (one, other)]
    apart = abs(one / other - 1) * 100 if other else Fraction(0)
    off = f", {units.decimal(apart, 3)} % {'above' if one > other else 'below'}" if apart > _NOISE else ""
    text = f"{shown[0]} and {shown[1]}{off}; {'at least ' if at_least else ''}within {limit.text}"
    yield SideBySide.made(what=what, text=text, holds=holds)
    if not holds:
        yield hold(what, "differs", text.replace("; within", "; allowed is"), first, what.partition(" and ")[2])


def _expected(of: OnTheWay) -> Said:
    """The supplier's activity against one's own measurement, by volume where the dose was drawn from a vial."""
    at = of.stated.moment("assay.at")
    came, measured = of.decayed("received.amount", "received.calibrated", at), of.stated.amount("assay.amount")
    if came is None or measured is None or (at is None and of.stated.text("received.calibrated")):
        return
    if of.drawn:
        keys = ("assay.volume", "received.volume")
        drawn, held = (within(key, units.read, str(of.stated.text(key)), "volume").value for key in keys)
        if not held or drawn > held:
            text = f"{of.stated.text(keys[0])} were drawn from a vial of {of.stated.text(keys[1])}"
            yield hold("assay.volume and received.volume", "differs", text, *keys)
            return
        came = came * drawn / held
    yield from beside(of, "assay.amount and received.amount", measured.value, came)


def _lacking(of: OnTheWay) -> Said:
    """OnTheWay that cannot be brought to one time."""
    timed = [key for key in ("order.calibrated", "received.calibrated", "assay.at") if of.stated.text(key) is not None]
    if of.prescribed.dimension == "activity" and of.nuclide is None and timed and of.at is not None:
        text = "without the radionuclide nothing can be corrected for decay: write it in the name of the agent"
        yield hold("directive.agent", "unknown", text, "directive.agent")


def count(stated: StatedCase) -> Said:
    """The number of capsules or syringes; an unknown number is asked for."""
    expected, present = stated.value("count.expected"), stated.value("count.present")
    if expected is None or present is None:
        return
    same, text = expected == present and expected > 0, f"{present} present of {expected} expected"
    yield SideBySide.made(what="count", text=text, holds=same)
    if not same:
        yield hold("count", "differs", text, "count.expected", "count.present")


def _pieces(of: OnTheWay) -> Said:
    """The sum of the activities of capsules or syringes."""
    present, each = of.stated.value("count.present"), [str(text) for text in of.stated.value("count.each") or ()]
    if not each:
        return
    if present is not None and len(each) != present:
        yield hold("count.each", "differs", f"{len(each)} activities for {present} pieces", "count.each")
    amounts = [within("count.each", units.read, text, of.prescribed.dimension) for text in each]
    total, measured = sum((one.value for one in amounts), Fraction(0)), of.stated.amount("assay.amount")
    yield from beside(
        of, "count.each and assay.amount", total, of.prescribed.value if measured is None else measured.value
    )


# -- when, and who --------------------------------------------------------------------------------------------------


def order_of_times(stated: StatedCase) -> Said:
    """Signed before it is given, measured before it is given, and not expired."""
    at = stated.at
    for key, word in (("directive.at", "signed"), ("assay.at", "measured"), ("checked.at", "checked")):
        moment = stated.moment(key)
        if at is not None and moment is not None and times.between(moment, at) < 0:
            yield hold(key, "differs", f"it is {word} on {times.shown(moment)}, after it is given", key, "at")
    expires = stated.moment("received.expires")
    if at is not None and expires is not None:
        holds = times.between(at, expires) >= 0
        yield SideBySide.made(what="received.expires and at", text=f"expires {times.shown(expires)}", holds=holds)
        if not holds:
            yield hold("received.expires and at", "rule", f"it expired on {times.shown(expires)}", "received.expires")


def equilibrium(stated: StatedCase, nuclide: Radionuclide | None) -> Said:
    """Not measured before the progeny are in equilibrium, by the half-lives of the chain."""
    separated, measured = stated.moment("received.separated"), stated.moment("assay.at")
    wait = None if nuclide is None else ingrowth.wait(nuclide.name)
    if separated is None or measured is None or wait is None or nuclide is None:
        return
    first = times.after(separated, wait)
    holds = times.between(first, measured) >= 0
    what = "received.separated and assay.at"
    text = f"{nuclide.name} separated on {times.shown(separated)}: not measured before {times.shown(first)}"
    yield SideBySide.made(what=what, text=text, holds=holds)
    if not holds:
        ready = f"its progeny are in equilibrium from {times.shown(first)} on"
        said = f"it was measured on {times.shown(measured)}; {ready}"
        yield hold(what, "rule", said, "assay.at", cite=(ingrowth.CITE, f"beliefs#{ingrowth.LIMIT}"))


def people(stated: StatedCase) -> Said:
    """The check is by another person than the measurement; the directive is by somebody who may sign one."""
    measured, checked = stated.text("assay.by"), stated.text("checked.by")
    if measured is not None and checked is not None:
        same = measured.strip().casefold() == checked.strip().casefold()
        what = "checked.by and assay.by"
        yield SideBySide.made(what=what, text=f"{checked}; {measured}", holds=not same)
        if same:
            text = f"{checked} checked what {checked} had measured: another person checks"
            yield hold(what, "rule", text, "checked.by", cite=("nrc-35-41#contents",))
    authorised, by = stated.value("site.authorised"), stated.text("directive.by")
    if authorised and by is not None and by.strip().casefold() not in {each.strip().casefold() for each in authorised}:
        text = f"{by} is not among those who sign directives at this site: {', '.join(authorised)}"
        yield hold("directive.by and site.authorised", "differs", text, "directive.by", cite=("nrc-35-40#when",))
