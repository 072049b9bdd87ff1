"""Phrases with numbers: doses by their numbers, and the article before a noun."""

from __future__ import annotations

import re
from collections.abc import Iterable


def doses_text(numbers: Iterable[int]) -> str:
    """``dose 3``, ``doses 2 to 18`` or ``doses 4, 7 and 10``."""
    listed = list(numbers)
    if len(listed) == 1:
        return f"dose {listed[0]}"
    if listed == list(range(listed[0], listed[-1] + 1)) and len(listed) > 2:
        return f"doses {listed[0]} to {listed[-1]}"
    return f"doses {', '.join(map(str, listed[:-1]))} and {listed[-1]}"


def article(noun: str) -> str:
    """A noun with its indefinite article; by how numbers are spoken: an 8-, 11-, 18- or 80-year-old."""
    return f"an {noun}" if re.match(r"8|1[18](?![0-9])", noun) else f"a {noun}"
