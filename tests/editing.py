"""Random edits of a document: one digit, unit, status, date or hash, for tests of what notices them."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

UNITS = ("MBq", "mCi", "mg", "kg", "m^2", "Gy", "y", "week", "day", "cell", "xULN", "%")
STATUSES = ("violation", "warning", "unknown", "pass", "not_applicable")


class Edit(NamedTuple):
    """An altered document: of what kind the edit is, where it was made, and what stood there before and after."""

    document: dict[str, Any]
    kind: str
    where: str
    before: Any
    after: Any


def edited(document: dict[str, Any], rng: random.Random) -> Edit:
    """A copy with one edit, whatever it is."""
    while True:
        copied = copy.deepcopy(document)
        holder, key, where = rng.choice(list(_leaves(copied)))
        before = holder[key]
        kind, after = _edit(before, key, rng)
        if kind is not None and after != before:
            holder[key] = after
            return Edit(copied, kind, where, before, after)


def _leaves(node: Any, where: str = "") -> Iterator[tuple[Any, Any, str]]:
    """Every value that is no table or list, and where it stands."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(items):
        place = f"{where}.{key}" if isinstance(key, str) else f"{where}[]"
        if isinstance(value, (dict, list)):
            yield from _leaves(value, place)
        else:
            yield node, key, place.removeprefix(".")


def _edit(value: Any, key: Any, rng: random.Random) -> tuple[str | None, Any]:
    if isinstance(value, bool) or value is None:
        return ("status", not value) if isinstance(value, bool) else (None, value)
    if isinstance(value, (int, float)):
        return "digit", json.loads(_digit(json.dumps(value), rng))
    if value in STATUSES:
        return "status", rng.choice([each for each in STATUSES if each != value])
    if key == "sha256":
        at = rng.randrange(len(value))
        return "hash", value[:at] + rng.choice("0123456789abcdef") + value[at + 1 :]
    return _in_text(value, rng)


def _in_text(text: str, rng: random.Random) -> tuple[str | None, Any]:
    try:
        return "date", (date.fromisoformat(text) + timedelta(rng.choice((-1, 1, 10, 365)))).isoformat()
    except ValueError:
        pass
    units = [unit for unit in UNITS if unit in text]
    if units and rng.random() < 0.5:
        return "unit", text.replace(units[0], rng.choice([each for each in UNITS if each != units[0]]), 1)
    return ("digit", _digit(text, rng)) if any(map(str.isdecimal, text)) else (None, text)


def _digit(text: str, rng: random.Random) -> str:
    """A text with one digit changed; the first of a number never to zero."""
    at = rng.choice([place for place, letter in enumerate(text) if letter in "0123456789"])
    other = rng.choice([digit for digit in "123456789" if digit != text[at]])
    return text[:at] + other + text[at + 1 :]
