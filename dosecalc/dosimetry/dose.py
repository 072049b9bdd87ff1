"""The whole-body dose of a residence time, and the second administration that brings it to a target.

The absorbed dose is D = A x tau x S, tau being the residence time and S the whole body's dose per time-integrated
activity (MIRD pamphlet 21, Bolch et al., J Nucl Med 2009). What is left to a target follows from the same retention:
A2 = A1 (T - D1) / D1 (fact ``de-ioris-2025#second-by-scaling``).
"""

from __future__ import annotations

from math import sqrt

from dosecalc.dosimetry.result import Estimate, estimate

S_FACT = "eanm-sop-mibg#whole-body-s"
S_COEFFICIENT, S_EXPONENT = 1.34e-4, -0.921
"""The whole body's S value for I-131 at a mass m in kg: coefficient x m^exponent Gy/(MBq h); a test reads the fact."""
S_NUCLIDE = "I-131"


def whole_body_s(weight: float) -> float:
    """The S value of the whole body for I-131 in Gy/(MBq h), for a mass in kg (fact ``eanm-sop-mibg#whole-body-s``)."""
    return float(S_COEFFICIENT * weight**S_EXPONENT)


def absorbed_dose(
    activity: float, tau: Estimate, s: float, quantile: float, *, activity_u: float, weight_u: float
) -> Estimate:
    """The dose in Gy of an activity in MBq with a residence time in h and an S value in Gy/(MBq h).

    The uncertainties ``activity_u`` and ``weight_u`` are parts of one; the mass counts through S. The interval reaches
    ``quantile`` standard uncertainties to either side.
    """
    value = activity * tau.value * s
    if tau.u is None:
        return estimate(value, "Gy")
    parts = (tau.u / tau.value, activity_u, S_EXPONENT * weight_u)
    part = sqrt(sum(each**2 for each in parts))
    low = max(value * (1 - quantile * part), 0.0)
    return estimate(value, "Gy", value * part, low, value * (1 + quantile * part))


def left_to_target(first: float, target: float, dose: Estimate, onto: float = 1.0) -> Estimate:
    """The activity in MBq that is left to a target in Gy, after a first activity in MBq and its dose in Gy.

    It is never below zero, and its uncertainty is that of the first dose. ``onto`` is the dose per activity of the
    second over that of the first, where the mass is another. There is no upper end where the first dose may be zero.
    """
    left = max(target - dose.value, 0.0)
    value = first * left / (dose.value * onto)
    if dose.u is None:
        return estimate(value, "MBq")
    u = first * target / dose.value**2 / onto * dose.u if left else 0.0
    low = 0.0 if dose.high is None else max(first * (target - dose.high) / (dose.high * onto), 0.0)
    high = first * max(target - dose.low, 0.0) / (dose.low * onto) if dose.low else None
    return estimate(value, "MBq", u, low, high)
