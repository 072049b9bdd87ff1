"""Retention through time as a sum of exponential phases, fitted to readings.

R(t) = sum of a_i exp(-k_i t), t in hours, k_i in 1/h, none slower than physical decay. Its integral from the
administration to infinity, the time-integrated activity coefficient, is the sum of a_i / k_i (MIRD pamphlet 21). The
number of phases is that of the lowest AICc (Hurvich and Tsai, Biometrika 1989). All in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

Array = NDArray[np.float64]

MOST = 3
_GRID = 16
"""Rates on the grid of which starts are chosen."""
_STARTS = 3
"""Starts that are refined."""
_EXACT = 1e-9
"""Residuals relative to the fit that are nothing but rounding."""
_ROUNDS = 12
"""Rounds of weighting by the fit, at most."""
_SETTLED = 1e-12
"""The relative change of the parameters at which those rounds end."""
_NEAR = 1e-4
"""A rate so near to physical decay, relative to it, is looked for with bounds."""
_STEEP = 200.0
"""The largest logarithm that is tried, so that its exponential stays finite."""


class Readings(NamedTuple):
    """Times in hours and retention as a fraction; ``sigma`` the standard uncertainty of each, where it was stated.

    ``shared``: every reading was divided by the first, whose error they share.
    """

    times: Array
    retention: Array
    sigma: Array | None
    shared: bool


class Phase(NamedTuple):
    """One phase: amplitude, rate in 1/h, and whether the rate lies at its bound, physical decay alone."""

    amplitude: float
    rate: float
    physical: bool

    @property
    def half_life(self) -> float:
        """The effective half-life of the phase in hours."""
        return float(np.log(2) / self.rate)


class Fit(NamedTuple):
    """Phases from fast to slow, the covariance of (amplitudes, rates), and what the fit gives.

    ``tau`` is the residence time in hours with its standard uncertainty ``u`` and degrees of freedom ``dof`` (None
    where the uncertainty of the readings was stated); ``u`` None where nothing is left to estimate it from. ``spread``
    is the relative standard deviation of a reading, estimated from the residuals; ``scatter`` that of the residuals
    over what was stated. ``aicc`` None with too few readings.
    """

    phases: tuple[Phase, ...]
    covariance: Array
    tau: float
    u: float | None
    dof: int | None
    spread: float | None
    scatter: float | None
    residuals: Array
    aicc: float | None
    exact: bool

    def at(self, times: Sequence[float] | Array) -> Array:
        """The retention of the model at times in hours."""
        amplitudes, rates = _of(self.phases)
        return np.asarray(np.exp(-np.outer(times, rates)) @ amplitudes)

    def curve(self, times: Sequence[float], phase: Phase) -> Array:
        """One phase of the model at times in hours."""
        return np.asarray(phase.amplitude * np.exp(-phase.rate * np.asarray(times)))

    def after(self, time: float) -> float:
        """The part of the residence time that lies behind a time in hours."""
        amplitudes, rates = _of(self.phases)
        return float(np.sum(amplitudes / rates * np.exp(-rates * time))) / self.tau

    def interval(self, coverage: float) -> tuple[float, float] | None:
        """An interval of the residence time by Student's t, or by the normal where the uncertainty was stated."""
        if self.u is None:
            return None
        part = (1 + coverage) / 2
        wide = stats.norm.ppf(part) if self.dof is None else stats.t.ppf(part, self.dof)
        return max(self.tau - float(wide) * self.u, 0.0), self.tau + float(wide) * self.u


def fit(readings: Readings, slowest: float, phases: int | None = None) -> tuple[Fit, ...]:
    """Fit so many phases, or one, two and three as far as the readings allow; the best first.

    ``slowest`` is the rate of physical decay in 1/h. The fewest phases whose residuals are mere rounding win; else the
    lowest AICc; else one.
    """
    count = len(readings.times)
    known = readings.sigma is not None
    if phases is not None:
        return (_fit(readings, slowest, phases),)
    fits: list[Fit] = []
    for k in range(1, MOST + 1):
        if k > 1 and not _allowed(count, k, known=known):
            break
        fits.append(_fit(readings, slowest, k))
        if fits[-1].exact:
            return (fits[-1], *fits[:-1])
    return tuple(sorted(fits, key=lambda each: np.inf if each.aicc is None else each.aicc))


def _allowed(count: int, phases: int, *, known: bool) -> bool:
    """Whether AICc has a value: more readings than parameters and one."""
    return count - (2 * phases + (not known)) - 1 > 0


def _of(phases: Sequence[Phase]) -> tuple[Array, Array]:
    return np.array([phase.amplitude for phase in phases]), np.array([phase.rate for phase in phases])


_TIE = 1e-9
"""Relative cost by which a later start has to be better: below it rounding would choose, and differently each time."""


def _fit(readings: Readings, slowest: float, phases: int) -> Fit:
    """Weighted least squares; where no uncertainty was stated a reading is as uncertain as the fit is large there."""
    t, y = readings.times, readings.retention
    weights = 1 / (readings.sigma if readings.sigma is not None else y)
    best: tuple[float, Array, Array] | None = None
    for start in _starts(t, y, weights, slowest, phases):
        refined = _refine(t, y, weights, slowest, start)
        if best is None or refined[0] < best[0] * (1 - _TIE):
            best = refined
    assert best is not None
    _, amplitudes, rates = best
    if readings.sigma is None:  # weights of the readings draw the fit towards low readings; those of the fit do not
        for _ in range(_ROUNDS):
            before = np.concatenate([amplitudes, rates])
            weights = 1 / np.maximum(np.exp(-np.outer(t, rates)) @ amplitudes, 1e-3 * y)
            _, amplitudes, rates = _refine(t, y, weights, slowest, rates)
            if np.allclose(before, np.concatenate([amplitudes, rates]), rtol=_SETTLED, atol=0):
                break
    return _judged(readings, weights, slowest, amplitudes, rates)


def _starts(t: Array, y: Array, weights: Array, slowest: float, phases: int) -> list[Array]:
    """The best sets of rates on a grid, each with its best amplitudes (variable projection)."""
    grid = np.geomspace(max(slowest, 0.05 / t.max()), _fastest(t, slowest) / 5, _GRID)
    if grid[0] > slowest * 1.01:
        grid = np.concatenate([[slowest], grid])
    columns = weights[:, None] * np.exp(-np.outer(t, grid))
    target = weights * y
    scored = []
    for chosen in combinations(range(len(grid)), phases):
        _, off = optimize.nnls(columns[:, chosen], target)
        scored.append((off, chosen))
    scored.sort()
    return [grid[list(chosen)] for _, chosen in scored[:_STARTS]]


def _fastest(t: Array, slowest: float) -> float:
    """The fastest rate that is looked for: such a phase is gone between two readings."""
    gaps = np.diff(t)
    return float(max(20 * slowest, 15 / gaps[gaps > 0].min()))


def _refine(t: Array, y: Array, weights: Array, slowest: float, start: Array) -> tuple[float, Array, Array]:
    """Amplitudes and rates of the least squares nearest to the start, and their cost.

    First without bounds on logarithms, which is quick; where a bound is reached, with bounds.
    """
    target, k, fastest = weights * y, len(start), _fastest(t, slowest)

    def columns(rates: Array) -> Array:
        return np.asarray(weights[:, None] * np.exp(-np.outer(t, rates)))

    def residuals(p: Array) -> Array:
        return np.asarray(columns(p[k:]) @ p[:k] - target)

    def jacobian(p: Array) -> Array:
        slopes = columns(p[k:])
        return np.concatenate([slopes, -t[:, None] * slopes * p[:k]], axis=1)

    low = np.concatenate([np.zeros(k), np.full(k, slowest)])
    high = np.concatenate([np.full(k, np.inf), np.full(k, fastest)])
    amplitudes, _ = optimize.nnls(columns(start), target)
    first = np.clip(np.concatenate([amplitudes, start]), low + 1e-6 * np.maximum(low, 1e-3), high * (1 - 1e-9))
    parameters, cost = _unbounded(residuals, jacobian, first, low)
    if parameters is None or np.any(parameters > high) or np.any(parameters[k:] - slowest < _NEAR * slowest):
        bounded = optimize.least_squares(
            residuals,
            first,
            jacobian,
            bounds=(low, high),
            x_scale="jac",
            xtol=1e-14,
            ftol=1e-15,
            gtol=1e-15,
            max_nfev=200,
        )
        parameters, cost = bounded.x, float(bounded.cost)
    order = np.argsort(-parameters[k:])
    return cost, parameters[:k][order], parameters[k:][order]


def _unbounded(
    residuals: Callable[[Array], Array], jacobian: Callable[[Array], Array], first: Array, low: Array
) -> tuple[Array | None, float]:
    """Levenberg and Marquardt on the logarithm of what lies above the lower bounds; None where that does not end."""

    def above(q: Array) -> Array:
        return np.exp(np.clip(q, -_STEEP, _STEEP))

    def misfit(q: Array) -> Array:
        return residuals(low + above(q))

    def slopes(q: Array) -> Array:
        return jacobian(low + above(q)) * above(q)

    with np.errstate(all="ignore"):
        start = np.log(first - low)
        solution = optimize.least_squares(
            misfit, start, slopes, method="lm", xtol=1e-14, ftol=1e-15, gtol=1e-15, max_nfev=200
        )
    parameters = low + above(solution.x)
    sound = solution.success and bool(np.all(np.isfinite(parameters)))
    return (parameters, float(solution.cost)) if sound else (None, np.inf)


def _judged(readings: Readings, weights: Array, slowest: float, amplitudes: Array, rates: Array) -> Fit:
    """The fit that parameters make, its covariance and its criterion. Parameters at a bound are taken as known."""
    t, y = readings.times, readings.retention
    k, count = len(rates), len(t)
    physical = rates <= slowest * (1 + 1e-6)
    rates = np.where(physical, slowest, rates)
    columns = np.exp(-np.outer(t, rates))
    model = columns @ amplitudes
    residuals = (y - model) * weights
    jacobian = np.concatenate([columns, -t[:, None] * columns * amplitudes], axis=1) * weights[:, None]
    free = np.concatenate([amplitudes > 0, (amplitudes > 0) & ~physical])
    slope = np.concatenate([1 / rates, -amplitudes / rates**2])
    inverse = np.zeros((2 * k, 2 * k))
    inverse[np.ix_(free, free)] = np.linalg.pinv(jacobian[:, free].T @ jacobian[:, free])
    known = readings.sigma is not None
    dof = count - int(free.sum())
    spread2 = 1.0 if known else float(residuals @ residuals) / dof if dof > 0 else float("nan")
    tau = float(np.sum(amplitudes / rates))
    influence = slope @ inverse @ jacobian.T  # of a reading, in its own standard uncertainty, on tau
    variance = float(influence @ influence)
    if readings.shared:  # the first reading is one by definition: its error lies in all the others
        own = influence[0] * weights[0] * y[0]
        scale = 1 / (weights[0] * y[0])
        variance += ((tau - own) ** 2 - own**2) * scale**2
    exact = bool(np.all(np.abs(y - model) <= _EXACT * np.abs(model)))
    return Fit(
        phases=tuple(Phase(float(a), float(r), bool(p)) for a, r, p in zip(amplitudes, rates, physical, strict=True)),
        covariance=_fixed(inverse * spread2),
        tau=tau,
        u=None if np.isnan(spread2) else float(np.sqrt(variance * spread2)),
        dof=None if known else dof,
        spread=None if known or dof <= 0 else float(np.sqrt(spread2)),
        scatter=float(np.sqrt(residuals @ residuals / dof)) if known and dof > 0 else None,
        residuals=_fixed(y - model),
        aicc=_aicc(residuals, weights, 2 * k, known=known),
        exact=exact,
    )


def _fixed(array: Array) -> Array:
    """An array that nobody can change, as it stands in a result."""
    array.flags.writeable = False
    return array


def _aicc(residuals: Array, weights: Array, parameters: int, *, known: bool) -> float | None:
    """Akaike's criterion, corrected for few readings. An uncertainty that was not stated is one parameter more."""
    count, k = len(residuals), parameters + (not known)
    if count - k - 1 <= 0:
        return None
    squares = float(residuals @ residuals)
    fitted = squares if known else count * np.log(max(squares, 1e-300) / count) - 2 * float(np.sum(np.log(weights)))
    return float(fitted + 2 * k + 2 * k * (k + 1) / (count - k - 1))


def trapezoid(times: Array, retention: Array, slowest: float) -> float:
    """The residence time in hours without a model: trapezoids from one at the administration, then physical decay.

    Nothing is cleared after the last reading but by decay, so that the tail is the largest that it can be.
    """
    t, y = (times, retention) if times[0] <= 0 else (np.concatenate([[0.0], times]), np.concatenate([[1.0], retention]))
    return float(np.trapezoid(y, t) + y[-1] / slowest)
