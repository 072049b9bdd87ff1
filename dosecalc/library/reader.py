"""Protocol and fact files: reading them, and everything that can be wrong inside one.

A file is read, checked and compiled once for as long as it does not change. Whatever is wrong is a :class:`Problem`
with its key and, where it can be told, its line.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import BaseModel, ValidationError

from dosecalc.course.calculator import CompiledArm
from dosecalc.course.observables import Observable
from dosecalc.course.rules import Compiler, own_observables
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.factsheet import Fact
from dosecalc.files.faults import BadFileError, Problem, first_line, line_in, located, model_problems, plain_message
from dosecalc.files.folders import read_text
from dosecalc.files.protocol import Arm, Protocol, cited
from dosecalc.library import checks, coverage
from dosecalc.quantities.numbers import EXACT


class Sheet(NamedTuple):
    """A fact sheet that was read."""

    id: str
    file: str
    sha256: str
    facts: Mapping[str, Fact]


class ProtocolFile:
    """A protocol file that was read and found sound."""

    def __init__(self, path: str, text: str, sha256: str, raw: Mapping[str, Any], protocol: Protocol) -> None:
        self.path, self.text, self.sha256, self.raw, self.protocol = path, text, sha256, raw, protocol
        self.file = folders.shown(path)
        self.table: Mapping[str, Observable] = {}
        self.own_facts = {fact.id: fact for fact in protocol.facts}
        self.sheets: dict[str, Sheet] = {}
        self._compiled: dict[str, CompiledArm] = {}
        self._compiler: Compiler | None = None
        self._cites: dict[str, list[str]] = {}
        self._unconfirmed: dict[str, list[tuple[str, str]]] = {}

    def arm(self, arm_id: str) -> Arm:
        for arm in self.protocol.arms:
            if arm.id == arm_id:
                return arm
        known = ", ".join(arm.id for arm in self.protocol.arms)
        raise InputError(f"{self.file} has no arm {arm_id!r}; it has {known}", where="--protocol")

    def compiled(self, arm: Arm) -> CompiledArm:
        if arm.id not in self._compiled:
            self._compiled[arm.id] = CompiledArm(self.protocol, arm, self.compiler)
        return self._compiled[arm.id]

    @property
    def compiler(self) -> Compiler:
        """The compiler of the file for plans; what several arms share is compiled once."""
        if self._compiler is None:
            self._compiler = Compiler(EXACT, self.protocol.conditions, self.table)
        return self._compiler

    def fact(self, cite: str) -> Fact | None:
        """The fact that a citation points at: in the file itself, in seeds/ beside it, or in the shipped sheets."""
        sheet_id, _, fact_id = cite.rpartition("#")
        if sheet_id in ("", self.protocol.id) and fact_id in self.own_facts:
            return self.own_facts[fact_id]
        if sheet_id not in self.sheets:
            path = self._sheet_path(sheet_id)
            if path is None:
                return None
            self.sheets[sheet_id] = read_sheet(path)
        return self.sheets[sheet_id].facts.get(fact_id)

    def sheets_of(self, cites: Sequence[str]) -> list[Sheet]:
        """The sheets that some citations point into, in their order, each once."""
        for cite in cites:
            self.fact(cite)
        named = dict.fromkeys(cite.rpartition("#")[0] for cite in cites)
        return [self.sheets[name] for name in named if name in self.sheets]

    def _sheet_path(self, sheet_id: str) -> str | None:
        if not sheet_id or os.sep in sheet_id or "/" in sheet_id:
            return None
        beside = os.path.dirname(os.path.abspath(self.path))
        candidates = (
            os.path.join(beside, "seeds"),
            os.path.join(os.path.dirname(beside), "seeds"),
            folders.shipped("seeds"),
        )
        paths = (os.path.join(folder, f"{sheet_id}.toml") for folder in candidates)
        return next((path for path in paths if os.path.isfile(path)), None)

    def confirmed(self, cite: str, seen: tuple[str, ...] = ()) -> bool:
        """Whether somebody read the fact first-hand; a computed one is confirmed if its parents are."""
        fact = self.fact(cite)
        if fact is None or fact.confirmed is not True or fact.grade == "M" or cite in seen:
            return False
        return all(self.confirmed(parent, (*seen, cite)) for parent in fact.computed_from)

    def cites(self, arm: Arm) -> list[str]:
        """Every fact that an arm rests on, in the order of the file, each once."""
        if arm.id not in self._cites:
            self._cites[arm.id] = self._collect_cites(arm)
        return self._cites[arm.id]

    def _collect_cites(self, arm: Arm) -> list[str]:
        found: dict[str, None] = {}
        named = {**self.protocol.conditions, **self.protocol.tables}
        mine: list[BaseModel | None] = [arm, *self.protocol.agents.values(), self.protocol.effective]
        mine += [r for r in self.protocol.rules if r.holds_for(arm.id)]
        mine += [i for i in self.protocol.instructions if i.holds_for(arm.id)]
        mine += [c for c in self.protocol.conflicts if c.holds_for(arm.id)]
        for thing in mine:
            for cite in _cites_below(thing, named):
                found.setdefault(cite)
        return list(found)

    def unconfirmed(self, arm: Arm) -> list[tuple[str, str]]:
        """The facts of an arm that nobody confirmed: (citation, statement)."""
        if arm.id not in self._unconfirmed:
            self._unconfirmed[arm.id] = self.unconfirmed_among(self.cites(arm))
        return self._unconfirmed[arm.id]

    def unconfirmed_among(self, cites: Iterable[str]) -> list[tuple[str, str]]:
        """Those of some facts that nobody confirmed: (citation, statement)."""
        return [(c, f.statement) for c in cites if (f := self.fact(c)) and not self.confirmed(c)]


def _cites_below(thing: Any, named: Mapping[str, Any]) -> Iterator[str]:
    """The citations of a part of a file, and of the conditions and tables that it names."""
    if isinstance(thing, list):
        for item in thing:
            yield from _cites_below(item, named)
    elif isinstance(thing, BaseModel):
        for name, value in thing.__dict__.items():
            if name in ("cite", "between"):
                yield from cited(value)
            elif name in ("condition", "table") and value in named:
                yield from _cites_below(named[value], named)
            elif isinstance(value, (BaseModel, list)):
                yield from _cites_below(value, named)


# -- reading ----------------------------------------------------------------------------------------------------


_files: dict[str, tuple[tuple[int, int], ProtocolFile]] = {}


def load_protocol(wanted: str | os.PathLike[str]) -> ProtocolFile:
    """The file of an arm id (``"clover2-20"``), of a protocol id (``"clover2"``), or at a path. Raises InputError."""
    if not isinstance(wanted, (str, os.PathLike)):
        raise InputError(f"read {type(wanted).__name__}, expected text or a path")
    return find_any(str(os.fspath(wanted)))[0]


def load(path: str) -> ProtocolFile:
    """Read and check a protocol file, once for as long as it does not change. Raises BadFileError or InputError."""
    key = os.path.abspath(path)
    try:
        stat = os.stat(key)
    except OSError as error:
        raise InputError(f"cannot read {folders.shown(path)}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"cannot read {path!r}: {error}") from None
    stamp = (stat.st_mtime_ns, stat.st_size)
    if key not in _files or _files[key][0] != stamp or _files[key][1].path != path:
        file, problems = examine(path)
        if problems or file is None:
            raise BadFileError(problems)
        _files[key] = (stamp, file)
    return _files[key][1]


def examine(path: str) -> tuple[ProtocolFile | None, list[Problem]]:
    """Read a protocol file and list everything that is wrong inside it. InputError only if it cannot be read at all."""
    text, sha256 = read_text(path)
    name = folders.shown(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [Problem(name, "", line_in(str(error)), f"not TOML: {plain_message(str(error))}")]
    except (ValueError, RecursionError) as error:  # whole numbers of thousands of digits; tables nested thousands deep
        return None, [Problem(name, "", None, f"cannot be read: {first_line(error)}")]
    try:
        return _examine_content(ProtocolFile(path, text, sha256, raw, Protocol.model_validate(raw)))
    except ValidationError as error:
        return None, model_problems(name, text, error)
    except RecursionError:
        return None, [Problem(name, "", None, "conditions are nested too deeply to be read")]


def _examine_content(file: ProtocolFile) -> tuple[ProtocolFile, list[Problem]]:
    found: list[tuple[str, str]] = list(checks.structure(file.protocol))
    try:
        file.table = own_observables(file.protocol.observables)
        if not found:
            compiled = [file.compiled(arm) for arm in file.protocol.arms]
            found += dict.fromkeys(coverage.problems(file.protocol, compiled))
            for name in file.protocol.conditions:
                file.compiler.named_condition(name, f"conditions.{name}")
    except InputError as error:
        found.append((error.where or "", error.message))
    found += checks.own_facts(file.protocol, file.fact)
    found += checks.double_entry(file.raw, file.fact).found
    return file, located(file.file, file.text, found)


def read_sheet(path: str) -> Sheet:
    """Read the facts of a sheet. BadFileError if it is not one; lint says what is wrong in it."""
    text, sha256 = read_text(path)
    try:
        facts = [_fact(raw) for raw in tomllib.loads(text)["facts"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        missing = f"a fact without its {error}" if isinstance(error, KeyError) else first_line(error)
        raise BadFileError([Problem(folders.shown(path), "", None, f"not a fact sheet: {missing}")]) from None
    name = os.path.basename(path).removesuffix(".toml")
    return Sheet(name, folders.shown(path), sha256, {fact.id: fact for fact in facts})


_OPTIONAL: dict[str, Any] = {
    "values": [],
    "printed": None,
    "grade": "P",
    "confirmed": True,
    "computed_from": [],
    "where": None,
}


def _fact(raw: dict[str, Any]) -> Fact:
    """A fact without the model's checks, which lint makes: a plan has only to compare its values."""
    return Fact.model_construct(**{"id": raw["id"], "statement": raw["statement"], **_OPTIONAL, **raw})


# -- finding ----------------------------------------------------------------------------------------------------


def find(wanted: str) -> tuple[ProtocolFile, Arm]:
    """The file and the arm for an arm id, or for a path ``file.toml#arm``. InputError naming the near ones."""
    path, hash_, arm_id = wanted.partition("#")
    if hash_ or path.endswith(".toml"):
        file = load(path)
        arms = file.protocol.arms
        if not arm_id and len(arms) > 1:
            others = ", ".join(arm.id for arm in arms[1:])
            raise InputError(f"{path} has several arms; write {path}#{arms[0].id} (or {others})", where="--protocol")
        return file, file.arm(arm_id or arms[0].id)
    found = [(file, arm) for path in folders.files_with(wanted) for file in [load(path)] for arm in file.protocol.arms
             if arm.id == wanted]  # fmt: skip
    if len(found) > 1:
        names = " and ".join(file.file for file, _ in found)
        raise InputError(f"the arm id {wanted!r} is in two files, {names}; write the path of the one that is meant, "
                         f"file.toml#{wanted}", where="--protocol")  # fmt: skip
    if not found:
        for path in folders.files_naming(wanted):
            load(path)  # says what is wrong with a file that may have meant to define it
        raise InputError(_no_such_arm(wanted), where="--protocol")
    return found[0]


def _no_such_arm(wanted: str) -> str:
    from difflib import get_close_matches

    known = folders.arm_ids()
    said = wanted.lower()
    near = get_close_matches(said, known, n=3, cutoff=0.5) or [a for a in known if said and a.startswith(said[:4])]
    hint = f"Near ones: {', '.join(near)}." if near else f"There are {len(known)} arms."
    return f"read {wanted[:60]!r}, which is no arm of any protocol here. {hint} 'dosecalc protocol list' shows all."


def find_any(wanted: str) -> tuple[ProtocolFile, list[Arm]]:
    """The file and arms for an arm id, a path, or the id of a protocol (then all of its arms)."""
    if "#" not in wanted and not wanted.endswith(".toml"):
        for path in folders.protocol_files():
            if os.path.basename(path) == f"{wanted}.toml" and wanted not in folders.arms_in(path):
                file = load(path)
                return file, list(file.protocol.arms)
    elif "#" not in wanted:
        file = load(wanted)
        return file, list(file.protocol.arms)
    file, arm = find(wanted)
    return file, [arm]
