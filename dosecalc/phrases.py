"""Turns of phrase that findings, errors and pages share."""

from __future__ import annotations

from collections.abc import Iterable


def doses_text(numbers: Iterable[int]) -> str:
    """``dose 3``, ``doses 2 to 18`` or ``doses 4, 7 and 10``."""
    listed = list(numbers)
    if len(listed) == 1:
        return f"dose {listed[0]}"
    if listed == list(range(listed[0], listed[-1] + 1)) and len(listed) > 2:
        return f"doses {listed[0]} to {listed[-1]}"
    return f"doses {', '.join(map(str, listed[:-1]))} and {listed[-1]}"


def size_hint(bases: Iterable[str]) -> str:
    """The options that state a body size."""
    ways = {"weight": "--weight 20 (kg)", "bsa": "--bsa 1.6 (m²), or --weight and --height"}
    wanted = set(bases)
    return "give " + " and ".join(way for basis, way in ways.items() if basis in wanted)
