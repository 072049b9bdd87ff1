"""The product and the instrument: a recalled lot, the time in use, the certificate, and the calibrator as stated."""

from __future__ import annotations

from collections.abc import Iterator

from dosecalc.errors import InputError
from dosecalc.gate.parts import OnTheWay, Said, beside, hold
from dosecalc.gate.result import Hold, SideBySide
from dosecalc.gate.stated import StatedCase
from dosecalc.quantities import times, units
from dosecalc.quantities.options import within
from dosecalc.reference import radionuclides, synonyms
from dosecalc.reference.beliefs import belief
from dosecalc.reference.radionuclides import Radionuclide

_RESULTS = ("passed", "failed")


def product(stated: StatedCase) -> Said:
    """The lot is not recalled, and the vial is within its time in use."""
    lot, recalled = stated.text("received.lot"), stated.value("site.recalled") or {}
    if lot is not None and recalled:
        why = {each.strip().casefold(): words for each, words in recalled.items()}.get(lot.strip().casefold())
        what = "received.lot and site.recalled"
        yield SideBySide.made(what=what, text=f"lot {lot}", holds=why is None)
        if why is not None:
            yield hold(what, "rule", f"lot {lot} is recalled at this site: {why}", "received.lot")
    opened, lasts = stated.moment("received.opened"), stated.text("received.in_use")
    if opened is None or lasts is None or stated.at is None:
        return
    end = times.after(opened, within("received.in_use", units.read, lasts, "time").value)
    holds, what = times.between(stated.at, end) >= 0, "received.in_use and at"
    yield SideBySide.made(what=what, text=f"in use until {times.shown(end)}", holds=holds)
    if not holds:
        yield hold(what, "rule", f"its time in use ended on {times.shown(end)}", "received.opened", "at")


def certificate(of: OnTheWay) -> Said:
    """What was measured on receipt against the supplier's figure for that time."""
    stated = of.stated
    measured, at = stated.amount("received.measured"), stated.moment("received.measured_at")
    if measured is None or stated.text("received.amount") is None:
        return
    if at is None and stated.text("received.calibrated") is not None:
        text = "when it was measured on receipt is not stated, so that it cannot be held against the supplier's figure"
        yield hold("received.measured_at", "unknown", text, "received.measured_at")
        return
    came = of.decayed("received.amount", "received.calibrated", at)
    if came is not None:
        yield from beside(of, "received.measured and received.amount", measured.value, came)


def instrument(stated: StatedCase, nuclide: Radionuclide | None) -> Said:
    """The setting of the calibrator is of the radionuclide; its last constancy check was passed, and lately."""
    setting = stated.text("assay.setting")
    named = None if setting is None else radionuclides.spelled(setting)
    if setting is not None and nuclide is not None:
        same, what = named == nuclide.name, "assay.setting and directive.agent"
        yield SideBySide.made(what=what, text=f"{setting}; {nuclide.name}", holds=same)
        if not same:
            text = f"the calibrator was set to {setting}, and the dose is of {nuclide.name}"
            yield hold(what, "differs", text, "assay.setting")
    named_too = synonyms.read(stated.text("assay.instrument") or "").nuclides
    if nuclide is not None and named_too and nuclide.name not in named_too:
        text = f"the instrument is named with {', '.join(sorted(named_too))}, and the dose is of {nuclide.name}"
        yield hold("assay.instrument and directive.agent", "differs", text, "assay.instrument")
    yield from _constancy(stated)


def _constancy(stated: StatedCase) -> Iterator[Hold]:
    result, checked = stated.text("assay.constancy.result"), stated.moment("assay.constancy.at")
    if result is not None and result.strip().casefold() not in _RESULTS:
        raise InputError(f"read {result!r}, expected {' or '.join(_RESULTS)}", where="assay.constancy.result")
    if result is not None and result.strip().casefold() == "failed":
        yield hold("assay.constancy", "rule", "the calibrator failed its last constancy check", "assay.constancy")
    if stated.value("assay.constancy") is not None:
        for key, what in (("result", "how the constancy check ended"), ("at", "when the constancy check was")):
            if stated.text(f"assay.constancy.{key}") is None:
                yield hold(f"assay.constancy.{key}", "unknown", f"not stated: {what}", f"assay.constancy.{key}")
    measured, limit = stated.moment("assay.at"), belief("constancy-age")
    if checked is None or measured is None:
        return
    passed = times.between(checked, measured)
    if passed < 0 or passed > limit.value:
        when = "after the measurement" if passed < 0 else f"more than {limit.text} before the measurement (our limit)"
        text = f"the last constancy check that is stated is of {times.shown(checked)}, {when}"
        yield hold("assay.constancy.at", "rule", text, "assay.constancy.at", cite=(limit.cite,))
