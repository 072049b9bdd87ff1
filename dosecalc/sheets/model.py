"""What a sheet of paper holds, before anybody knows whether it becomes HTML or PDF.

A sheet shows figures that were computed elsewhere. A value of None is a blank, to be filled in by hand.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Kind = Literal["directive", "worksheet", "administration", "labels"]


class Entry(NamedTuple):
    """A labelled value; ``key`` is the one that a requirement names."""

    label: str
    value: str | None
    key: str = ""


class Entries(NamedTuple):
    """Labelled values, one below the other."""

    title: str
    rows: tuple[Entry, ...]


class Grid(NamedTuple):
    """A table with a header; ``right`` are the columns of figures."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    right: frozenset[int] = frozenset()
    note: str = ""


class Notes(NamedTuple):
    """Sentences, one below the other."""

    title: str
    lines: tuple[str, ...]
    urgent: bool = False


class Signatures(NamedTuple):
    """Who signs, each with a line for name, signature, date and time."""

    title: str
    roles: tuple[Entry, ...]


class NewPage(NamedTuple):
    """The end of a page, with what the next one is called."""

    title: str


class Label(NamedTuple):
    """A label to cut out: what is in the unit, and the lines below."""

    name: str
    amount: str
    rows: tuple[Entry, ...]


Part: TypeAlias = Entries | Grid | Notes | Signatures | NewPage | Label


class Held(NamedTuple):
    """A requirement that the sheet meets: what is asked, by whom, and the entry that holds it."""

    requirement: str
    source: str
    label: str


class PaperSheet(NamedTuple):
    """A sheet: its parts, what it was made from, and what it holds because somebody asks for it.

    ``mark`` stands beside the title, as "draft until signed"; ``code`` is the plan's, to be read back.
    """

    kind: Kind
    title: str
    mark: str
    parts: tuple[Part, ...]
    identity: tuple[Entry, ...]
    code: str | None = None
    held: tuple[Held, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every labelled value of the sheet."""
        found: list[Entry] = []
        for part in self.parts:
            if isinstance(part, Entries | Label):
                found += part.rows
            elif isinstance(part, Signatures):
                found += part.roles
        return tuple(found)
