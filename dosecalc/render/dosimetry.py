"""Whole-body dosimetry as a page."""

from __future__ import annotations

from math import floor, log10

from dosecalc.dosimetry.result import Dosimetry, Estimate, FittedReading, ModelFree, Second
from dosecalc.quantities import units
from dosecalc.render.decay import both
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE, options_page


def page(dosimetry: Dosimetry) -> Page:
    """The dose of the first administration, the second to the target, and how well they are known."""
    lines: Page = [Heading(_heading(dosimetry)), Items(_results(dosimetry))]
    if dosimetry.flags:
        lines += [Heading("To look at", "warning"), Items([("", flag, "warning") for flag in dosimetry.flags])]
    if dosimetry.fit is not None:
        lines += [Heading("Fit"), Paragraph(f"  {_fit(dosimetry)}"), _phases(dosimetry), _readings(dosimetry)]
    lines += options_page(dosimetry.stated)
    lines += [Heading("Assumed", "dim"), Items([("", assumption, "") for assumption in dosimetry.assumptions])]
    if dosimetry.unconfirmed:
        rows = [(each["fact"], each["statement"], "warning") for each in dosimetry.unconfirmed]
        lines += [Heading("Unconfirmed facts (not yet checked against the source)", "warning"), Items(rows)]
    files = "".join(f", {source['id']} (sha256 {source['sha256'][:12]})" for source in dosimetry.sources)
    lines += [Heading("Made from", "dim"), Paragraph(f"  dosecalc {dosimetry.version}{files}", "dim")]
    return [*lines, Heading(NOTICE, "dim")]


def _heading(dosimetry: Dosimetry) -> str:
    if dosimetry.dose is None:
        return f"Residence time {_plus_minus(dosimetry.residence_time)}"
    return f"Whole-body dose {_plus_minus(dosimetry.dose)}"


def _results(dosimetry: Dosimetry) -> list[tuple[str, str, str]]:
    tau, other = dosimetry.residence_time, dosimetry.second_other_weight
    rows = [("residence time", f"{_plus_minus(tau)}{_interval(tau)}", "")]
    if dosimetry.dose is not None:
        rows.append(("dose", f"{_plus_minus(dosimetry.dose)}{_interval(dosimetry.dose)}", ""))
    if dosimetry.model_free is not None:
        rows.append(("without a model", _model_free(dosimetry.model_free), ""))
    if dosimetry.second is not None and dosimetry.target is not None:
        rows.append((f"second, to {units.decimal(dosimetry.target)} Gy", _second(dosimetry.second), ""))
    if other is not None and other.weight is not None:
        rows.append((f"the same at {units.decimal(other.weight['value'])} kg", _second(other), ""))
    return rows


def _model_free(free: ModelFree) -> str:
    dose = "" if free.dose is None else f", {units.decimal(free.dose['value'])} Gy"
    off = f"{'+' if free.difference_percent > 0 else ''}{units.decimal(free.difference_percent, 3)} %"
    return f"{units.decimal(free.residence_time['value'])} h{dose} (trapezoids, then physical decay): {off}"


def _plus_minus(estimate: Estimate) -> str:
    if estimate.u is None:
        return f"{units.decimal(estimate.value)} {estimate.unit}, uncertainty not known"
    return f"{with_uncertainty(estimate.value, estimate.u)} {estimate.unit}"


def with_uncertainty(value: float, u: float) -> str:
    """A value and its standard uncertainty, that with two digits and both to the same place."""
    if not 0 < u < abs(value) or u < 1e-9 * abs(value):
        return f"{units.decimal(value)} ± {units.decimal(u, 2)}"
    places = 1 - floor(log10(u))
    return " ± ".join(f"{round(number, places):,.{max(places, 0)}f}" for number in (value, u))


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return ""
    return f"; 95 % interval {units.decimal(estimate.low)} to {units.decimal(estimate.high)} {estimate.unit}"


def _second(second: Second) -> str:
    text = " (".join(both(second.mbq)) + ")"
    if second.u is None:
        return f"{text}, uncertainty not known"
    high = "no upper end" if second.high is None else units.show(second.high, "MBq")
    low = units.show(second.low or 0.0, "MBq")
    return f"{text}, ± {units.decimal(second.u, 2)} MBq; 95 % interval {low} to {high}"


def _fit(dosimetry: Dosimetry) -> str:
    fit = dosimetry.fit
    assert fit is not None
    criteria = [f"{each.phases}: {units.decimal(each.aicc)}" for each in dosimetry.candidates if each.aicc is not None]
    chosen = f" (AICc by phases {', '.join(criteria)})" if len(criteria) > 1 else ""
    spread = "" if fit.spread is None else f"; readings scatter by {units.decimal(100 * fit.spread, 2)} %"
    return f"{dosimetry.model}{chosen}{spread}"


def _phases(dosimetry: Dosimetry) -> Table:
    rows = [
        [
            str(number),
            f"{units.decimal(100 * phase.amplitude)} %",
            f"{units.decimal(phase.half_life['value'])} h",
            "physical decay alone" if phase.physical_only else "",
        ]
        for number, phase in enumerate(dosimetry.phases, start=1)
    ]
    return Table(["phase", "amplitude", "half-life", ""], rows, right=frozenset({1, 2}))


def _readings(dosimetry: Dosimetry) -> Table:
    rows = [
        [
            f"{units.decimal(reading.time_h, 6)} h",
            f"{units.decimal(100 * reading.retention)} %",
            f"{units.decimal(100 * reading.fitted)} %",
            _residual(reading),
        ]
        for reading in dosimetry.readings
    ]
    return Table(["time", "retention", "fitted", "residual"], rows, right=frozenset({0, 1, 2, 3}))


def _residual(reading: FittedReading) -> str:
    if not reading.fitted:
        return ""
    part = 100 * reading.residual / reading.fitted
    if abs(part) < 0.005:
        return "0 %"
    return f"{'+' if part > 0 else ''}{units.decimal(part, 2)} %"
