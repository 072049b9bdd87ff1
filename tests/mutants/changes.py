"""The changes by one step that can be made to a protocol file: a number, a unit, a comparison, a scope, a severity,
a list of alternatives or of arms, what is optional."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date as Date
from datetime import timedelta
from typing import Any, NamedTuple

from dosecalc.files.protocol import LISTED, QUANTITIES
from dosecalc.quantities import units

Path = tuple[str | int, ...]
OTHER = {"above": "at_least", "at_least": "above", "below": "at_most", "at_most": "below"}
"""Each comparison and the one that differs from it at the limit alone."""
NEAR = {
    "course": ("first-dose",),
    "first-dose": ("each-cycle",),
    "each-cycle": ("first-dose", "each-dose"),
    "each-dose": ("each-cycle", "later-doses"),
    "later-doses": ("each-dose",),
}
"""Each scope and its neighbours."""
WHOLE_DAYS = frozenset({"length", "every", "window", "at_least", "at_most"})
_ELSEWHERE = frozenset({"facts", "schema", "cite", "between", "step"})
_NUMBER = re.compile(r"([0-9]+)(?:\.([0-9]+))?((?:[eE][+-]?[0-9]+)?)(.*)", re.DOTALL)
_PARTS_OF_DATES = re.compile(r"((?:19|20)[0-9]{2})(?:-([0-9]{2}))?")


class Change(NamedTuple):
    """One change: the key that it is made to, what stands there, and what stands there afterwards."""

    kind: str
    path: Path
    name: str
    old: Any
    new: Any

    def made(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """The content of the file with this change; what it does not touch is shared."""
        changed: dict[str, Any] = _replaced(raw, self.path, self)
        return changed

    @property
    def written(self) -> str:
        """How the list of survivors names it."""
        if self.kind == "list":
            return f"{self.name}: without {self.old}"
        return f"{self.name}: {_shown(self.old)} -> {_shown(self.new)}"


def _shown(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _replaced(part: Any, path: Path, change: Change) -> Any:
    key, below = path[0], path[1:]
    if isinstance(part, list):
        return [
            (_replaced(item, below, change) if below else change.new) if i == key else item
            for i, item in enumerate(part)
        ]
    if change.kind == "comparison" and not below and key in OTHER:
        return {(change.new if name == key else name): value for name, value in part.items()}
    copy = dict(part)
    copy[key] = _replaced(part[key], below, change) if below else change.new
    return copy


def changes(raw: Mapping[str, Any]) -> Iterator[Change]:
    """Every change by one step, in the order of the file."""
    for key, value in raw.items():
        if key not in _ELSEWHERE:
            yield from _below(key, value, (key,), key)
    for i, rule in enumerate(raw.get("rules", ())):
        severity, name = rule.get("severity", "violation"), f"{_names('rules', raw['rules'])[i]}.severity"
        other = "warning" if severity == "violation" else "violation"
        yield Change("severity", ("rules", i, "severity"), name, severity, other)


def _below(key: str, value: Any, path: Path, name: str) -> Iterator[Change]:
    if isinstance(value, dict):
        yield from _table(value, path, name)
    elif isinstance(value, list):
        for i, (item, its_name) in enumerate(zip(value, _names(name, value), strict=True)):
            if isinstance(item, dict):
                yield from _table(item, (*path, i), its_name)
            elif isinstance(item, str) and key in LISTED:
                yield from _text(key, item, (*path, i), its_name)
    elif isinstance(value, str) and key in QUANTITIES:
        yield from _text(key, value, path, name)
    else:
        yield from _date_or_number(key, value, path, name)


def _date_or_number(key: str, value: Any, path: Path, name: str) -> Iterator[Change]:
    if isinstance(value, Date):
        for days in (-1, 1):
            yield Change("number", path, name, value, value + timedelta(days=days))
    elif isinstance(value, int) and not isinstance(value, bool) and (key, value) != ("day", 1):  # where days begin
        for step in (-1, 1):
            yield Change("number", path, name, value, value + step)


def _table(table: Mapping[str, Any], path: Path, name: str) -> Iterator[Change]:
    for key, value in table.items():
        if key in _ELSEWHERE:
            continue
        yield from _below(key, value, (*path, key), f"{name}.{key}")
        if key in OTHER and "observable" in table and OTHER[key] not in table:
            yield Change("comparison", (*path, key), f"{name} {value}", key, OTHER[key])
        if key == "is" and isinstance(value, bool):
            yield Change("comparison", (*path, key), f"{name}.is", value, not value)
        if key in ("optional", "re_escalation"):
            yield Change("choice", (*path, key), f"{name}.{key}", value, not value)
        if key in ("one_of", "arms") and path[0] != "instructions" and len(value) > 1:
            for item in value:
                yield Change("list", (*path, key), f"{name}.{key}", item, [each for each in value if each != item])
        if key == "at":
            for near in NEAR[value]:
                yield Change("scope", (*path, key), f"{name}.at", value, near)


def _names(name: str, items: list[Any]) -> list[str]:
    """The names of the items of a list: their ids, which stay when others are added, or else their places."""
    names = []
    for i, item in enumerate(items):
        if not isinstance(item, dict) or "id" not in item:
            names.append(f"{name}[{i}]")
            continue
        part = f"/{item['part']}" if "part" in item else ""
        arm = (
            f"@{item['arms'][0]}"
            if sum(other.get("id") == item["id"] for other in items) > 1 and "arms" in item
            else ""
        )
        names.append(f"{name}.{item['id']}{part}{arm}")
    return names


OF_LABORATORIES = {"10^4/uL"}
"""Units that statements are read in, and that no file is written in."""


# -- numbers and units ----------------------------------------------------------------------------------------------


def _text(key: str, text: str, path: Path, name: str) -> Iterator[Change]:
    """The changes of a quantity, of a date of a year or a month, or of a step of a table."""
    if _PARTS_OF_DATES.fullmatch(text):
        for step in (-1, 1):
            yield Change("number", path, name, text, _dated(text, step))
        return
    at, colon, factor = text.partition(":")
    for changed in _stepped(at):
        yield Change("number", path, name, text, f"{changed}{colon}{factor}")
    if other := _of_another_unit(key, at):
        yield Change("unit", path, name, text, f"{other}{colon}{factor}")
    if colon:
        for changed in _stepped(factor.strip()):
            yield Change("number", path, name, text, f"{at}: {changed}")


def _dated(text: str, step: int) -> str:
    year, _, month = text.partition("-")
    if not month:
        return f"{int(year) + step}"
    months = int(year) * 12 + int(month) - 1 + step
    return f"{months // 12}-{months % 12 + 1:02d}"


def _stepped(text: str) -> Iterator[str]:
    """The quantity with its last digit one lower and one higher; nothing falls to zero."""
    match = _NUMBER.fullmatch(text.strip())
    assert match is not None, text
    whole, part, power, rest = match[1], match[2] or "", match[3], match[4]
    digits = int(whole + part)
    for step in (-1, 1):
        if digits + step > 0:
            written = str(digits + step).rjust(len(part) + 1, "0")
            number = f"{written[: -len(part)]}.{written[-len(part) :]}" if part else written
            yield f"{number}{power}{rest}"


def _of_another_unit(key: str, text: str) -> str | None:
    """The same number in the neighbouring unit of its dimension; whole days where the file wants whole days."""
    measure = units.read(text)
    alike = sorted(
        {
            row.factor: row
            for rows in units.UNITS.values()
            for row in rows
            if row.dimension == measure.dimension and row.symbol not in OF_LABORATORIES
        }.values(),
        key=lambda row: row.factor,
    )
    place = next(i for i, row in enumerate(alike) if row.factor == measure.unit.factor)
    others = [row.symbol for row in (*alike[place + 1 : place + 2], *alike[max(place - 1, 0) : place])]
    if key in WHOLE_DAYS and measure.unit.symbol in ("day", "week"):
        others = ["week" if measure.unit.symbol == "day" else "day"]
    number = _NUMBER.fullmatch(text.strip())
    assert number is not None
    digits = text.strip()[: len(text.strip()) - len(number[4])]
    return f"{digits} {others[0]}" if others else None
