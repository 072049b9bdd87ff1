"""Whole-body dosimetry as a page."""

from __future__ import annotations

from math import floor, log10

from dosecalc.dosimetry.result import Dosimetry, Figure, Second
from dosecalc.quantities import units
from dosecalc.render.decay import both
from dosecalc.render.page import Heading, Items, Page, Paragraph, Table
from dosecalc.render.plan import NOTICE


def page(found: Dosimetry) -> Page:
    """What the first administration gave, what a second may be, and how well that is known."""
    made: Page = [Heading(_heading(found)), Items(_results(found))]
    if found.flags:
        made += [Heading("To look at", "warning"), Items([("", flag, "warning") for flag in found.flags])]
    if found.fit is not None:
        made += [Heading("Fit"), Paragraph(f"  {_fit(found)}"), _phases(found), _readings(found)]
    made += [Heading("Assumed", "dim"), Items([("", each, "") for each in found.assumptions])]
    if found.unconfirmed:
        rows = [(fact, statement, "warning") for fact, statement in found.unconfirmed]
        made += [Heading("Unconfirmed: recalled, and read by nobody first-hand", "warning"), Items(rows)]
    files = ", ".join(f"{source['id']} (sha256 {source['sha256'][:12]})" for source in found.sources)
    made += [
        Heading("Made from", "dim"),
        Paragraph(f"  dosecalc {found.version}{', ' + files if files else ''}", "dim"),
    ]
    return [*made, Heading(NOTICE, "dim")]


def _heading(found: Dosimetry) -> str:
    if found.dose is None:
        return f"Residence time {_plus_minus(found.residence_time, 'h')}"
    return f"Whole-body dose {_plus_minus(found.dose, 'Gy')}"


def _results(found: Dosimetry) -> list[tuple[str, str, str]]:
    rows = [("residence time", f"{_plus_minus(found.residence_time, 'h')}{_interval(found.residence_time, 'h')}", "")]
    if found.dose is not None:
        rows.append(("dose", f"{_plus_minus(found.dose, 'Gy')}{_interval(found.dose, 'Gy')}", ""))
    if found.free_residence_time is not None:
        off = 100 * (found.free_residence_time / found.residence_time.value - 1)
        dose = "" if found.free_dose is None else f", {units.decimal(found.free_dose)} Gy"
        shown = f"{'+' if off > 0 else ''}{units.decimal(off, 3)} %"
        said = f"{units.decimal(found.free_residence_time)} h{dose} (trapezoids, then physical decay): {shown}"
        rows.append(("without a model", said, ""))
    if found.second is not None and found.target is not None:
        rows.append((f"second, to {units.decimal(found.target)} Gy", _second(found.second), ""))
    if found.second_other is not None and found.second_other.weight is not None:
        rows.append((f"the same at {units.decimal(found.second_other.weight)} kg", _second(found.second_other), ""))
    return rows


def _plus_minus(figure: Figure, unit: str) -> str:
    if figure.u is None:
        return f"{units.decimal(figure.value)} {unit}, uncertainty not known"
    return f"{with_uncertainty(figure.value, figure.u)} {unit}"


def with_uncertainty(value: float, u: float) -> str:
    """A value and its standard uncertainty, that with two digits and both to the same place."""
    if not 0 < u < abs(value) or u < 1e-9 * abs(value):
        return f"{units.decimal(value)} ± {units.decimal(u, 2)}"
    places = 1 - floor(log10(u))
    shown = (round(each, places) for each in (value, u))
    return " ± ".join(f"{each:,.{max(places, 0)}f}" for each in shown)


def _interval(figure: Figure, unit: str) -> str:
    if figure.low is None or figure.high is None:
        return ""
    return f"; 95 % interval {units.decimal(figure.low)} to {units.decimal(figure.high)} {unit}"


def _second(second: Second) -> str:
    activity = second.activity
    text = " (".join(both(activity.value)) + ")"
    if activity.u is None:
        return f"{text}, uncertainty not known"
    high = "no upper end" if activity.high is None else units.show(activity.high, "MBq")
    low = units.show(activity.low or 0.0, "MBq")
    u = units.decimal(activity.u, 2)
    return f"{text}, ± {u} MBq; 95 % interval {low} to {high}"


def _fit(found: Dosimetry) -> str:
    fit = found.fit
    assert fit is not None
    others = [f"{len(each.phases)}: {units.decimal(each.aicc)}" for each in
              sorted(found.fits, key=lambda each: len(each.phases)) if each.aicc is not None]  # fmt: skip
    chosen = f" (AICc by phases {', '.join(others)})" if len(others) > 1 else ""
    spread = "" if fit.spread is None else f"; readings scatter by {units.decimal(100 * fit.spread, 2)} %"
    return f"{found.model}{chosen}{spread}"


def _phases(found: Dosimetry) -> Table:
    assert found.fit is not None
    rows = [
        [str(i), f"{units.decimal(100 * phase.amplitude)} %", f"{units.decimal(phase.half_life)} h",
         "physical decay alone" if phase.physical else ""]
        for i, phase in enumerate(found.fit.phases, start=1)
    ]  # fmt: skip
    return Table(["phase", "amplitude", "half-life", ""], rows, right=frozenset({1, 2}))


def _readings(found: Dosimetry) -> Table:
    rows = [
        [f"{units.decimal(each['time_h'], 6)} h", f"{units.decimal(100 * each['retention'])} %",
         f"{units.decimal(100 * each['fitted'])} %", _residual(each["residual"], each["fitted"])]
        for each in found.document()["readings"]
    ]  # fmt: skip
    return Table(["time", "retention", "fitted", "residual"], rows, right=frozenset({0, 1, 2, 3}))


def _residual(residual: float, fitted: float) -> str:
    if not fitted:
        return ""
    part = 100 * residual / fitted
    if abs(part) < 0.005:
        return "0 %"
    return f"{'+' if part > 0 else ''}{units.decimal(part, 2)} %"
