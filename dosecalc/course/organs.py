"""Organs that a course spares: the limit, the reduction of the course, and the biologically effective dose.

If an organ would get more than its limit T from a course, the course is reduced to T / D, D being what the organ gets
of an administered activity; every dose is reduced alike. What was given stays as it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Generic, NamedTuple

from dosecalc.files.protocol import OrganLimit
from dosecalc.quantities.numbers import M, M_co, Mask, System, V, V_co
from dosecalc.quantities.units import Measure, Number


class Spared(NamedTuple):
    """A limit of an arm, compiled: Gy, and days of repair."""

    source: OrganLimit
    limit: Measure
    alpha_beta: Measure | None
    repair: Measure | None


class EffectiveLimit(NamedTuple):
    """A limit of an arm as a biologically effective dose, compiled: Gy, Gy, and days of repair."""

    source: OrganLimit
    limit: Measure
    alpha_beta: Measure
    repair: Measure


class OrganDose(NamedTuple, Generic[V_co, M_co]):
    """One organ in one run: Gy per MBq, the course that its limit allows in MBq, and whether that binds.

    ``dose`` is what the organ gets of the course in Gy, after any reduction.
    """

    spared: Spared
    coefficient: V_co
    allowed: V_co
    binds: Mask[M_co]
    dose: V_co


class Sparing(NamedTuple, Generic[V_co, M_co]):
    """By how much the doses still to come are reduced, and whether they are."""

    scale: V_co
    reduced: Mask[M_co]


def sparing(system: System[V, M], organs: Sequence[tuple[Spared, V]], given: V, planned: V) -> Sparing[V, M]:
    """The reduction that keeps every organ within its limit: activities in MBq, coefficients in Gy/MBq."""
    zero = system.number(Fraction(0))
    scale = system.number(Fraction(1))
    reduced: Mask[M] = False
    for spared, coefficient in organs:
        over = exceeds(system, spared, coefficient, given + planned)
        room = allowed(system, spared, coefficient) - given
        room = system.where(system.above(room, zero).yes, room, zero)
        own = system.quotient(room, planned)
        smaller = over & system.above(scale, own).yes
        scale = system.where(smaller, own, scale)
        reduced = reduced | smaller
    return Sparing(scale, reduced)


def exceeds(system: System[V, M], spared: Spared, coefficient: V, activity: V) -> Mask[M]:
    """Whether an organ surely gets more than its limit of an activity."""
    return system.above(coefficient * activity, system.number(spared.limit.value)).yes


def allowed(system: System[V, M], spared: Spared, coefficient: V) -> V:
    """The activity that brings an organ to its limit; unknown where nothing reaches it."""
    return system.quotient(system.number(spared.limit.value), coefficient)


def effective_dose(doses: Sequence[Number], alpha_beta: Number, repair: Number, half_life: Number) -> Number:
    """Biologically effective dose in Gy of absorbed doses in Gy, by the linear-quadratic model.

    BED = sum d + (1 / (alpha/beta)) x T_rep / (T_rep + T_eff) x sum d^2, for dose rates that fall with one effective
    half-life T_eff while damage is repaired with the half-time T_rep (both in one unit); the administrations are far
    apart. The form of Dale (Br J Radiol 1985) that dosimetry with radionuclides uses.
    """
    delivered = sum(doses, Fraction(0))
    squares = sum((dose * dose for dose in doses), Fraction(0))
    return delivered + repair / (repair + half_life) / alpha_beta * squares
