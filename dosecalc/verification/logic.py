"""Truth in three values, and comparisons of what is known only in part.

A truth is True, False or None, which is unknown. A span is the least and the most that a number can be; an end that is
not known is None.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

Truth = bool | None
Span = tuple[Fraction | None, Fraction | None]
UNKNOWN: Span = (None, None)
NEVER = Fraction(10**30)  # longer than any limit
NEAR = Fraction(1, 10**12)  # what a root or a power cannot tell apart


def exactly(value: Fraction | int) -> Span:
    return (value, value) if isinstance(value, Fraction) else (Fraction(value), Fraction(value))


def both(truths: Iterable[Truth]) -> Truth:
    """Whether all hold: one that does not settles it."""
    told = list(truths)
    return False if False in told else None if None in told else True


def either(truths: Iterable[Truth]) -> Truth:
    """Whether at least one holds: one that does settles it."""
    told = list(truths)
    return True if True in told else None if None in told else False


def opposite(truth: Truth) -> Truth:
    return None if truth is None else not truth


def added(spans: Iterable[Span]) -> Span:
    """A sum: its least is known where every least is, its most where every most is."""
    low: Fraction | None = Fraction(0)
    high = low
    for least, most in spans:
        same = low is high and least is most
        low = None if low is None or least is None else low + least
        high = low if same else None if high is None or most is None else high + most
    return low, high


def compared(span: Span, word: str, limit: Fraction, *, near: bool = False) -> Truth:
    """A span against a limit: above, at least, below or at most it. Among roots what is near counts as equal."""
    low, high = (_drawn_to(end, limit) if near and end is not None else end for end in span)
    if word in ("above", "at_most"):
        above = True if low is not None and low > limit else False if high is not None and high <= limit else None
        return above if word == "above" else opposite(above)
    below = True if high is not None and high < limit else False if low is not None and low >= limit else None
    return below if word == "below" else opposite(below)


def _drawn_to(value: Fraction, limit: Fraction) -> Fraction:
    return limit if abs(value - limit) <= NEAR * max(abs(value), abs(limit)) else value
