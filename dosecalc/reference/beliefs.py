"""Limits that are ours and no source's, from the fact sheet ``beliefs``.

A site changes them in a sheet of the same name, ``seeds/beliefs.toml`` in one of the folders of
``DOSECALC_PROTOCOLS``; what its sheet does not have is taken from ours.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.files import disk, folders
from dosecalc.quantities import units
from dosecalc.quantities.units import Measure

SHEET = "beliefs"


class Belief(NamedTuple):
    """A limit of ours: the fact that states it, in words, and its values in their order."""

    cite: str
    statement: str
    values: tuple[Measure | int, ...]

    @property
    def value(self) -> Fraction:
        """The last value in the canonical unit of its dimension; a percentage is a plain number."""
        last = self.values[-1]
        if isinstance(last, int):
            return Fraction(last)
        return last.value / 100 if last.dimension == "percent" else last.value

    @property
    def text(self) -> str:
        """The last value as it is written."""
        last = self.values[-1]
        return str(last) if isinstance(last, int) else units.spell(last)


def belief(name: str) -> Belief:
    """A limit of ours by its name; a site's own, where it has one."""
    return _beliefs(_paths())[name]


def statements(cites: tuple[str, ...]) -> list[Belief]:
    """The beliefs among some citations, each once, in their order."""
    known = _beliefs(_paths()) if any(cite.startswith(f"{SHEET}#") for cite in cites) else {}
    return [known[cite.partition("#")[2]] for cite in dict.fromkeys(cites) if cite.startswith(f"{SHEET}#")]


def sheets() -> list[dict[str, str]]:
    """The sheets in use, the shipped one and those of sites, each with its hash."""
    return [{"id": SHEET, "sha256": folders.read_text(path)[1]} for path, _ in _paths()]


def paths() -> list[str]:
    """The files of the sheets in use, the shipped one first."""
    return [path for path, _ in _paths()]


def _paths() -> tuple[tuple[str, tuple[int, ...]], ...]:
    """The sheets of beliefs, the shipped one first, with what tells whether one has changed."""
    own = [os.path.join(folder, "seeds", f"{SHEET}.toml") for folder in folders.site_folders()]
    shipped = folders.shipped("seeds") + f"{os.sep}{SHEET}.toml"
    stamps = [(path, disk.stamp(path)) for path in (shipped, *own)]
    return tuple([(path, stamp) for path, stamp in stamps if stamp])


@lru_cache(maxsize=8)
def _beliefs(paths: tuple[tuple[str, tuple[int, ...]], ...]) -> Mapping[str, Belief]:
    beliefs: dict[str, Belief] = {}
    for path, _ in paths:
        beliefs |= _of_sheet(path, beliefs)
    return beliefs


def _of_sheet(path: str, ours: Mapping[str, Belief]) -> dict[str, Belief]:
    """The beliefs of one sheet. InputError for one that does not read, or is of another kind than ours."""
    beliefs = {name: Belief(f"{SHEET}#{name}", text, values) for name, (text, values) in facts_of(path).items()}
    for name, each in beliefs.items():
        if name in ours and [_kind(value) for value in each.values] != [_kind(value) for value in ours[name].values]:
            raise InputError(f"{name} is not of the kind of ours, {ours[name].text}", where=folders.shown(path))
    return beliefs


def facts_of(path: str) -> dict[str, tuple[str, tuple[Measure | int, ...]]]:
    """The facts of a sheet by id: what each states, and its values. InputError for one that does not read."""
    text, _ = folders.read_text(path)
    try:
        facts = tomllib.loads(text)["facts"]
        return {fact["id"]: (fact["statement"], tuple(map(_value, fact["values"]))) for fact in facts}
    except InputError as error:
        raise InputError(error.message, where=folders.shown(path)) from None
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"not a sheet of limits: {error}", where=folders.shown(path)) from None


def _value(written: int | str) -> Measure | int:
    return written if isinstance(written, int) else units.read(written)


def _kind(value: Measure | int) -> str:
    return "count" if isinstance(value, int) else value.dimension
