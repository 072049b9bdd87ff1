"""Facts by their citations: in the protocol file itself, in a fact sheet near it, or in a shipped one."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from dosecalc.files import disk, folders
from dosecalc.files.factsheet import Fact
from dosecalc.files.faults import BadFileError, Problem, first_line
from dosecalc.files.folders import read_text
from dosecalc.files.protocol import Protocol
from dosecalc.quantities.frozen import frozen


class Sheet(NamedTuple):
    """A fact sheet that was read."""

    id: str
    file: str
    sha256: str
    facts: Mapping[str, Fact]


class CitedFacts:
    """The facts that a protocol file may cite. A sheet is opened when a fact of it is first asked for."""

    def __init__(self, protocol: Protocol, path: str) -> None:
        self._protocol = protocol.id
        self._own = {fact.id: fact for fact in protocol.facts}
        self._beside = os.path.dirname(os.path.abspath(path))
        self._sheets: dict[str, Sheet] = {}
        self._stamps: dict[str, tuple[int, ...]] = {}
        """What told of each sheet when it was read whether it is the same still, by its path."""

    @property
    def sheets(self) -> Mapping[str, Sheet]:
        """The sheets that were opened so far, by their ids."""
        return MappingProxyType(self._sheets)

    def find(self, cite: str) -> Fact | None:
        """The fact that a citation points at, or None. InputError for a sheet that cannot be read."""
        sheet_id, _, fact_id = cite.rpartition("#")
        if sheet_id in ("", self._protocol) and fact_id in self._own:
            return self._own[fact_id]
        if sheet_id not in self._sheets:
            path = self._path_of(sheet_id)
            if path is None:
                return None
            self._stamps[path] = disk.stamp(path)
            self._sheets[sheet_id] = read_sheet(path)
        return self._sheets[sheet_id].facts.get(fact_id)

    def changed(self) -> bool:
        """Whether a sheet that was opened is another by now."""
        return any(disk.stamp(path) != stamp for path, stamp in self._stamps.items())

    def sheets_of(self, cites: Iterable[str]) -> list[Sheet]:
        """The sheets that some citations point into, in their order, each once."""
        named = [cite.rpartition("#")[0] for cite in cites if self.find(cite) is not None]
        return [self._sheets[name] for name in dict.fromkeys(named) if name in self._sheets]

    def _path_of(self, sheet_id: str) -> str | None:
        if not sheet_id or os.sep in sheet_id or "/" in sheet_id:
            return None
        candidates = (
            os.path.join(self._beside, "seeds"),
            os.path.join(os.path.dirname(self._beside), "seeds"),
            folders.shipped("seeds"),
        )
        paths = (os.path.join(folder, f"{sheet_id}.toml") for folder in candidates)
        return next((path for path in paths if os.path.isfile(path)), None)

    def confirmed(self, cite: str, seen: tuple[str, ...] = ()) -> bool:
        """Whether somebody read the fact first-hand; a computed one is confirmed if its parents are."""
        fact = self.find(cite)
        if fact is None or fact.confirmed is not True or fact.grade == "M" or cite in seen:
            return False
        return all(self.confirmed(parent, (*seen, cite)) for parent in fact.computed_from)

    def unconfirmed(self, cites: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Those of some facts that nobody confirmed, each with its statement."""
        facts = ((cite, self.find(cite)) for cite in cites)
        return tuple((cite, fact.statement) for cite, fact in facts if fact is not None and not self.confirmed(cite))


def read_sheet(path: str) -> Sheet:
    """Read the facts of a sheet. BadFileError if it is not one; lint says what is wrong in it."""
    text, sha256 = read_text(path)
    try:
        facts = [_fact(raw) for raw in tomllib.loads(text)["facts"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        reason = f"a fact without its {error}" if isinstance(error, KeyError) else first_line(error)
        raise BadFileError([Problem(folders.shown(path), "", None, f"not a fact sheet: {reason}")]) from None
    name = os.path.basename(path).removesuffix(".toml")
    return Sheet(name, folders.shown(path), sha256, frozen({fact.id: fact for fact in facts}))


_OPTIONAL: dict[str, Any] = {
    "values": (),
    "printed": None,
    "grade": "P",
    "confirmed": True,
    "computed_from": (),
    "where": None,
}


def _fact(raw: dict[str, Any]) -> Fact:
    """A fact without the model's checks, which lint makes: a plan has only to compare its values."""
    return Fact.with_parts({"id": raw["id"], "statement": raw["statement"], **_OPTIONAL, **frozen(raw)})
