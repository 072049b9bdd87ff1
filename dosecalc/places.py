"""The line of a key in a TOML text, which the standard reader does not keep."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([A-Za-z0-9_.\-\"']+)\s*\]\]?")


def line_of(text: str, key: str) -> int | None:
    """The line (from 1) of a key such as ``rules[3].require.at_least``; of the nearest table that holds it if it is
    inside an inline table over several lines; None where that cannot be told."""
    wanted = re.findall(r"[^.\[\]]+|\[\d+\]", key)
    best: tuple[int, int] | None = None
    table: list[str] = []
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            table = _table_of(header, counts)
            rank = _common(table, wanted)
            if rank == len(table) and (best is None or rank > best[0]):
                best = (rank, number)
            continue
        pair = re.match(r"\s*([A-Za-z0-9_\-]+)\s*=", line)
        if pair and best and table == wanted[: len(table)]:
            rank = _common([*table, pair[1]], wanted)
            inner = wanted[-1] in line if rank > len(table) else False
            if rank > best[0] or (rank == best[0] and inner and wanted[-1] not in text.splitlines()[best[1] - 1]):
                best = (rank, number)
        elif best and not pair and table == wanted[: len(table)] and best[0] > len(table):
            if re.search(rf"\b{re.escape(wanted[-1])}\b", line) and wanted[-1] not in text.splitlines()[best[1] - 1]:
                best = (best[0], number)
    return best[1] if best else None


def _table_of(header: re.Match[str], counts: dict[str, int]) -> list[str]:
    names = [name.strip("\"'") for name in header[2].split(".")]
    path: list[str] = []
    for depth, name in enumerate(names):
        path.append(name)
        joined = ".".join(path)
        if depth == len(names) - 1 and header[1] == "[[":
            counts[joined] = counts.get(joined, -1) + 1
            for other in [c for c in counts if c.startswith(joined + ".")]:
                del counts[other]
        if joined in counts:
            path.append(f"[{counts[joined]}]")
    return path


def _common(path: list[str], wanted: list[str]) -> int:
    count = 0
    for a, b in zip(path, wanted, strict=False):
        if a != b:
            break
        count += 1
    return count
