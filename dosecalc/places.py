"""The line of a key in a TOML text, which the standard reader does not keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.\-\"' ]+?)\s*\]")
_PAIR = re.compile(r"\s*([\w\-]+|\"[^\"]*\"|'[^']*')\s*=")


class Mark(NamedTuple):
    """A line that begins a table or a key, with its path such as ``["rules", "[3]", "cite"]``."""

    line: int
    path: list[str]


def line_of(text: str, key: str) -> int | None:
    """The line (from 1) of a key such as ``rules[3].require.at_least``; inside an inline table the line that names it,
    or else where the table begins. None where no part of the key is found.
    """
    wanted = re.findall(r"[^.\[\]]+|\[\d+\]", key)
    marks = list(_marks(text))
    fitting = [i for i, mark in enumerate(marks) if mark.path == wanted[: len(mark.path)]]
    if not wanted or not fitting:
        return None
    best = max(fitting, key=lambda i: len(marks[i].path))
    first = marks[best].line
    end = marks[best + 1].line if best + 1 < len(marks) else text.count("\n") + 2
    return first + _inside(text.splitlines()[first - 1 : end - 1], wanted[len(marks[best].path) :])


def _inside(lines: list[str], rest: list[str]) -> int:
    """How many lines below the start of a value the rest of a key is named."""
    start = 0
    for part in rest:
        if part.startswith("["):
            opened = [i for i, line in enumerate(lines) if i >= start and "{" in line]
            start = opened[int(part[1:-1])] if int(part[1:-1]) < len(opened) else start
        else:
            named = (i for i, line in enumerate(lines) if i >= start and re.search(rf"\b{re.escape(part)}\b", line))
            start = next(named, start)
    return start


def _marks(text: str) -> Iterator[Mark]:
    table: list[str] = []
    counts: dict[str, int] = {}
    depth = 0
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line) if depth == 0 else None
        pair = _PAIR.match(line) if depth == 0 and not header else None
        if header:
            table = _path(header[2], counts, listed=header[1] == "[[")
            yield Mark(number, table)
        elif pair:
            yield Mark(number, [*table, pair[1].strip("\"'")])
        if not header:
            bare = re.sub(r"\"(?:\\.|[^\"\\])*\"|'[^']*'|#.*", "", line)
            depth = max(0, depth + bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}"))


def _path(names: str, counts: dict[str, int], *, listed: bool) -> list[str]:
    """The path of a table header; a list of tables counts, and restarts the lists inside it."""
    split = [name.strip(" \"'") for name in names.split(".")]
    path: list[str] = []
    for place, name in enumerate(split):
        path.append(name)
        joined = ".".join(path)
        if listed and place == len(split) - 1:
            counts[joined] = counts.get(joined, -1) + 1
            for inner in [other for other in counts if other.startswith(f"{joined}.")]:
                del counts[inner]
        if joined in counts:
            path.append(f"[{counts[joined]}]")
    return path
