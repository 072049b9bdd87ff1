"""Notes on a fit and its dose: flags for a second look, and the assumptions that were made."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from dosecalc.dosimetry.dose import S_FACT, S_NUCLIDE
from dosecalc.dosimetry.kinetics import Fit
from dosecalc.dosimetry.result import WORDS, Estimate, Second
from dosecalc.dosimetry.retention import Retention
from dosecalc.dosimetry.settings import FitRequest
from dosecalc.quantities import units
from dosecalc.reference.beliefs import belief

_TAIL = 0.2
"""The part of the residence time behind the last reading from which a fit gets a flag. These thresholds are ours."""
_START = 0.1
"""How far the start of a fit may lie from one."""
_SPREAD = 0.1
"""The relative spread of readings about the fit from which it gets a flag."""
_SCATTER = 2.0
"""How many times more than stated readings may scatter."""
_CLOSER = 3.0
"""How many times closer another fit has to be to be named."""
_APART = 1.1
"""By what factor the half-lives of two phases have to differ for readings to tell them apart."""


def flags(
    request: FitRequest,
    retention: Retention | None,
    fits: tuple[Fit, ...],
    dose: Estimate | None,
    second: Second | None,
) -> tuple[str, ...]:
    """Everything that is worth a second look: in the readings, in the fit, in the dose."""
    if retention is None:
        return tuple(_of_dose(request, dose, second))
    return (*retention.flags, *_of_fit(request, retention, fits), *_of_dose(request, dose, second))


def _of_fit(request: FitRequest, retention: Retention, fits: tuple[Fit, ...]) -> Iterator[str]:
    if not fits:
        return
    fit = fits[0]
    if request.phases is None and len(fits) == 1 and not fit.exact:
        yield f"{len(fit.residuals)} readings are too few for AICc to choose a number of phases: one phase was fitted"
    if fit.u is None:
        yield "too few readings to estimate the uncertainty; more of them, or their own (u), would give one"
    for faster, slower in pairwise(fit.phases):
        if slower.half_life < _APART * faster.half_life:
            both = f"{units.decimal(faster.half_life, 4)} and {units.decimal(slower.half_life, 4)} h"
            yield f"two phases have half-lives of {both}: the readings do not tell them apart, fit fewer phases"
    start = float(fit.at([0.0])[0])
    if abs(start - 1) > _START:
        yield f"the fit begins at {units.decimal(100 * start)} % at the administration, where it should be 100 %"
    after = fit.after(retention.last)
    if after > _TAIL:
        part, last = units.decimal(100 * after, 2), units.decimal(retention.last)
        yield f"{part} % of the residence time lies behind the last reading at {last} h and is extrapolated"
    if fit.spread is not None and fit.spread > _SPREAD:
        yield f"the readings scatter by {units.decimal(100 * fit.spread, 2)} % about the fit{_closer(fits)}"
    if fit.scatter is not None and fit.scatter > _SCATTER:
        yield f"the readings scatter {units.decimal(fit.scatter, 2)} times as much as was stated"


def _closer(fits: tuple[Fit, ...]) -> str:
    """Another number of phases that AICc did not choose and that the readings follow far more closely."""
    chosen = fits[0].spread or 0.0
    spreads = [(fit.spread, len(fit.phases)) for fit in fits[1:] if fit.spread is not None]
    spread, count = min(spreads, default=(chosen, 0))
    if spread >= chosen / _CLOSER:
        return ""
    return (
        f"; about {WORDS[count]} phases by {units.decimal(100 * spread, 2)} %, which AICc finds too many for so few "
        f"readings (--phases {count})"
    )


def _of_dose(request: FitRequest, dose: Estimate | None, second: Second | None) -> Iterator[str]:
    if dose is None or second is None or request.target is None or request.activity is None:
        return
    had, target = units.show(dose.value, "Gy"), units.show(request.target, "Gy")
    if dose.value >= request.target:
        yield f"the first administration gave {had}, and the target is {target}: nothing is left for a second"
    elif dose.high is not None and dose.high >= request.target:
        yield f"the target of {target} lies within the interval of the first dose: perhaps nothing is left for a second"
    if dose.low is not None and dose.low < request.target <= dose.value:
        yield f"the target of {target} lies within the interval of the first dose: perhaps something is left"
    limit = belief("scaled-activity")
    if second.mbq > float(limit.value) * request.activity:
        shown = units.show(second.mbq, "MBq")
        above = f"more than {limit.text} times the first (our limit)"
        yield f"the second administration would be {shown}, {above}; check what was measured"


def assumptions(
    request: FitRequest,
    retention: Retention | None,
    fits: tuple[Fit, ...],
    dose: Estimate | None,
    second: Second | None,
    other: Second | None,
) -> tuple[str, ...]:
    """The assumptions: of the fit, of the dose, of a second administration."""
    return (
        *(_about_fit(retention, fits[0]) if retention is not None and fits else ()),
        *(_about_dose(request) if dose is not None else ()),
        *_about_second(second, other),
    )


def _about_second(second: Second | None, other: Second | None) -> Iterator[str]:
    if second is not None:
        yield "the second administration is retained like the first, in a body of the same mass"
    if other is not None and other.weight is not None:
        yield f"for {units.decimal(other.weight['value'])} kg: retained like the first, S for the new mass"


def _about_fit(retention: Retention, fit: Fit) -> Iterator[str]:
    part = units.decimal(100 * fit.after(retention.last), 2)
    yield f"after the last reading the phases continue: {part} % of the residence time"
    if retention.shared:
        yield "the geometry of every reading is that of the first, which is 100 % of what was administered"
    if any(phase.physical for phase in fit.phases):
        yield "the slowest phase leaves the body by physical decay alone"


def _about_dose(request: FitRequest) -> Iterator[str]:
    if not request.activity_u:
        yield "the administered activity is taken without uncertainty; state --activity-u"
    if request.s_value is not None:
        return
    if not request.weight_u:
        yield "the body mass is taken without uncertainty; state --weight-u"
    yield f"S = 1.34e-4 x m^-0.921 Gy/(MBq h), m in kg, not yet checked against the source ({S_FACT})"
    if request.nuclide is None:
        yield f"the radionuclide is {S_NUCLIDE}, as its S value is used"
