"""The line of a key in a TOML text, which the standard reader does not keep.

The standard reader has accepted the text already, so this only looks for places and judges nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_TOKEN = re.compile(
    r"(?P<skip>[ \t\r]+|#[^\n]*)|(?P<newline>\n)|(?P<mark>[\[\]{}=,])"
    r'|(?P<word>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|[^\s#"\'\[\]{}=,]+)',
    re.DOTALL,
)
Path = tuple[str | int, ...]


def line_of(text: str, key: str) -> int | None:
    """The line (from 1) of a key such as ``rules[3].require.at_least``, or of the nearest table or list that holds it.

    None where not even the first part of the key is found.
    """
    return line_in(positions(text), key)


def line_in(lines: Mapping[Path, int], key: str) -> int | None:
    """The same from the positions of a text, which several keys share."""
    parts = re.findall(r"[^.\[\]]+|\[\d+\]", key)
    wanted: Path = tuple(int(part[1:-1]) if part.startswith("[") else part for part in parts)
    return next((lines[wanted[:n]] for n in range(len(wanted), 0, -1) if wanted[:n] in lines), None)


def positions(text: str) -> dict[Path, int]:
    """The line of every table, key and item of a text."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self.at < len(self.tokens):
            kind, text, line = self.tokens[self.at]
            if text == "[" and kind == "mark":
                listed = self._is_mark("[", self.at + 1)
                self.at += 1 + listed
                table = self._header(self._names(), listed=listed)
                self.lines.setdefault(table, line)
                self.at += 1 + listed
            elif kind == "word":
                self._pair(table)
            else:
                self.at += 1
        return self.lines

    def _is_mark(self, mark: str, at: int) -> bool:
        return at < len(self.tokens) and self.tokens[at][:2] == ("mark", mark)

    def _header(self, names: list[str], *, listed: bool) -> Path:
        path: Path = ()
        for place, name in enumerate(names):
            path = (*path, name)
            if listed and place == len(names) - 1:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:  # the number in the path tells the lists of each item apart
                path = (*path, self.counts[path])
        return path

    def _names(self) -> list[str]:
        """The parts of a dotted key, up to whatever follows it."""
        names: list[str] = []
        while self.at < len(self.tokens) and self.tokens[self.at][0] == "word":
            word = self.tokens[self.at][1]
            names += [word[1:-1]] if word[0] in "\"'" else [part for part in word.split(".") if part]
            self.at += 1
        return names

    def _pair(self, table: Path) -> None:
        line = self.tokens[self.at][2]
        path: Path = (*table, *self._names())
        self.lines.setdefault(path, line)
        self.at += 1  # the sign =
        self._value(path)

    def _value(self, path: Path) -> None:
        text = self.tokens[self.at][1] if self.at < len(self.tokens) else ""
        if text == "[":
            self._list(path)
        elif text == "{":
            self.at += 1
            while self.at < len(self.tokens) and self.tokens[self.at][1] != "}":
                if self.tokens[self.at][0] == "word":
                    self._pair(path)
                else:
                    self.at += 1
            self.at += 1
        else:
            while self.at < len(self.tokens) and self.tokens[self.at][0] == "word":
                self.at += 1

    def _list(self, path: Path) -> None:
        self.at += 1
        item = 0
        while self.at < len(self.tokens):
            kind, text, line = self.tokens[self.at]
            if text == "]" and kind == "mark":
                self.at += 1
                return
            if text == "," or kind == "newline":
                self.at += 1
                continue
            self.lines.setdefault((*path, item), line)
            before = self.at
            self._value((*path, item))
            self.at = max(self.at, before + 1)
            item += 1


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "skip":
            yield kind, match.group(), line
        line += match.group().count("\n")
