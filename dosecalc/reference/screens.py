"""How far off is too far: published limits on the difference between what was given and what was prescribed.

Each screen says whether a difference lies outside, with its edge exactly: more than 20 percent is not 20 percent or
more. What is not known is outside of nothing and inside of nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

from dosecalc.quantities.numbers import EXACT, UNSURE, Tri, Unknown, Value, apart


class Screen(NamedTuple):
    """A limit: its id, the fact that states it, the test of a relative difference, and what it is called.

    ``ranged``: a dosage outside of the prescribed range is outside too. ``fraction``: it is about single fractions.
    """

    id: str
    cite: str
    limit: Fraction
    beyond: Callable[[Value, Value], Tri]
    met: str
    ranged: bool = False
    fraction: bool = False


SCREENS = (
    Screen(
        "eanm-10",
        "eanm-directive-2021#within-ten-percent",
        Fraction(10, 100),
        EXACT.above,
        "lies outside of 10 % of the intended activity (EANM)",
    ),
    Screen(
        "35.63",
        "nrc-35-63#twenty-percent",
        Fraction(20, 100),
        EXACT.above,
        "is not to be used under 10 CFR 35.63(d) unless the authorized user directs it",
        ranged=True,
    ),
    Screen(
        "35.3045-dosage",
        "nrc-35-3045#dosage",
        Fraction(20, 100),
        EXACT.at_least,
        "meets the dosage limb of 10 CFR 35.3045",
        ranged=True,
    ),
    Screen(
        "35.3045-fraction",
        "nrc-35-3045#fraction",
        Fraction(50, 100),
        EXACT.at_least,
        "meets the fraction limb of 10 CFR 35.3045",
        fraction=True,
    ),
)
SIEVERT = "nrc-35-3045#sievert"
SIEVERT_LIMIT = Fraction(50)
"""mSv of effective dose; the sievert limb is met where the difference comes to more than this."""


class ScreenLimits(NamedTuple):
    """A prescribed range in canonical units."""

    low: Fraction
    high: Fraction


def outside(
    screen: Screen,
    given: Value,
    prescribed: Value,
    within: ScreenLimits | None,
    *,
    fraction: bool | None,
    at_most: bool,
) -> Tri:
    """Whether a difference lies outside of a screen.

    Of an amount that is known from above alone (``at_most``) it can be said that it is too little, and nothing else.
    """
    verdict = _outside(screen, given, prescribed, within, fraction=fraction)
    if not at_most:
        return verdict
    low = not isinstance(given, Unknown) and (
        (not isinstance(prescribed, Unknown) and EXACT.above(prescribed, given).yes)
        or (within is not None and EXACT.above(within.low, given).yes)
    )
    return Tri(verdict.yes and low, False)


def _outside(
    screen: Screen, given: Value, prescribed: Value, within: ScreenLimits | None, *, fraction: bool | None
) -> Tri:
    if screen.fraction and fraction is not True:
        return UNSURE
    if isinstance(given, Unknown):
        return UNSURE
    by_range = _outside_range(given, within) if screen.ranged and within is not None else None
    if isinstance(prescribed, Unknown):
        return UNSURE if by_range is None else by_range
    if prescribed == 0:  # any amount is beyond every percentage of nothing
        return EXACT.above(given, prescribed)
    by_amount = screen.beyond(apart(given / prescribed, 1), screen.limit)
    return by_amount if by_range is None else by_amount | by_range


def _outside_range(given: Value, within: ScreenLimits) -> Tri:
    return EXACT.above(given, within.high) | EXACT.above(within.low, given)


def truth(verdict: Tri) -> bool | None:
    """A verdict as the document prints it: null where it cannot be said."""
    return True if verdict.yes else False if verdict.no else None
