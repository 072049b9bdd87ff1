"""Protocol files: reading one, and everything that can be wrong inside it.

Everything that is wrong is a :class:`Problem` with its key and, where it can be told, its line.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import ValidationError

from dosecalc.course.calculator import CompiledArm
from dosecalc.course.observables import OBSERVABLES, Observable
from dosecalc.course.rules import Compiler, own_observables
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.factsheet import Fact
from dosecalc.files.faults import Fault, Problem, first_line, located, model_problems, not_toml
from dosecalc.files.folders import read_text
from dosecalc.files.model import FileTable
from dosecalc.files.protocol import Arm, Protocol, cited
from dosecalc.library import checks, coverage, stepped
from dosecalc.library.double_entry import DoubleEntry
from dosecalc.library.facts import CitedFacts, Sheet
from dosecalc.quantities.frozen import frozen
from dosecalc.quantities.numbers import EXACT


@dataclass(frozen=True, eq=False)
class ProtocolFile:
    """A protocol file that was read and found sound. It never changes; what is derived from it is kept."""

    path: str
    sha256: str
    protocol: Protocol
    table: Mapping[str, Observable]
    """The observables that its rules may speak of: those of dosecalc and its own."""
    _raw: Mapping[str, Any] = field(repr=False)
    _facts: CitedFacts = field(repr=False)
    _compiler: Compiler = field(repr=False)
    """For plans; what several arms share is compiled once."""
    _compiled: dict[str, CompiledArm] = field(default_factory=dict, init=False, repr=False)
    _cites: dict[str, tuple[str, ...]] = field(default_factory=dict, init=False, repr=False)
    _unconfirmed: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict, init=False, repr=False)

    _budget: coverage.Budget = field(default_factory=coverage.Budget, init=False, repr=False)

    @property
    def unproved(self) -> tuple[str, ...]:
        """The places whose conditions have too many combinations to be tried."""
        return tuple(self._budget.unproved)

    @property
    def file(self) -> str:
        """The path as results name it."""
        return folders.shown(self.path)

    @property
    def sheets(self) -> Mapping[str, Sheet]:
        """The fact sheets that the file rests on, by their ids."""
        return self._facts.sheets

    def arm(self, arm_id: str) -> Arm:
        """The arm of this id. InputError if the file has none."""
        for arm in self.protocol.arms:
            if arm.id == arm_id:
                return arm
        known = ", ".join(arm.id for arm in self.protocol.arms)
        raise InputError(f"{self.file} has no arm {arm_id!r}; it has {known}", where="--protocol")

    def compiled(self, arm: Arm) -> CompiledArm:
        """The arm compiled for plans."""
        if arm.id not in self._compiled:
            self._compiled[arm.id] = CompiledArm(self.protocol, arm, self._compiler)
        return self._compiled[arm.id]

    def fact(self, cite: str) -> Fact | None:
        """The fact that a citation points at: in the file itself, in seeds/ beside it, or in the shipped sheets."""
        return self._facts.find(cite)

    def sheets_of(self, cites: Iterable[str]) -> list[Sheet]:
        """The sheets that some citations point into, in their order, each once."""
        return self._facts.sheets_of(cites)

    def sheets_changed(self) -> bool:
        """Whether a fact sheet that was read for it has changed since, or has come or gone."""
        return self._facts.changed()

    def confirmed(self, cite: str) -> bool:
        """Whether somebody read the fact first-hand; a computed one is confirmed if its parents are."""
        return self._facts.confirmed(cite)

    def cites(self, arm: Arm) -> tuple[str, ...]:
        """Every fact that an arm rests on, in the order of the file, each once."""
        if arm.id not in self._cites:
            self._cites[arm.id] = tuple(dict.fromkeys(_cites_of(self.protocol, arm)))
        return self._cites[arm.id]

    def unconfirmed(self, arm: Arm) -> tuple[tuple[str, str], ...]:
        """The facts of an arm that nobody confirmed: (citation, statement)."""
        if arm.id not in self._unconfirmed:
            self._unconfirmed[arm.id] = self.unconfirmed_among(self.cites(arm))
        return self._unconfirmed[arm.id]

    def unconfirmed_among(self, cites: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """Those of some facts that nobody confirmed: (citation, statement)."""
        return self._facts.unconfirmed(cites)

    def double_entry(self) -> DoubleEntry:
        """Its numbers held against the facts that they cite."""
        return DoubleEntry(self._raw, self.fact)

    def compile_faults(self) -> Iterator[Fault]:
        """The parts that cannot be compiled, and the conditions that leave something out."""
        try:
            arms = [self.compiled(arm) for arm in self.protocol.arms]
            yield from dict.fromkeys(coverage.faults(self.protocol, arms, self._budget))
            for name in self.protocol.conditions:
                self._compiler.named_condition(name, f"conditions.{name}")
        except InputError as error:
            yield error.where or "", error.message


def _cites_of(protocol: Protocol, arm: Arm) -> Iterator[str]:
    named = {**protocol.conditions, **protocol.tables}
    limited = (*protocol.rules, *protocol.toxicities, *protocol.instructions, *protocol.conflicts)
    for part in (arm, *protocol.agents.values(), protocol.effective, *(p for p in limited if p.holds_for(arm.id))):
        yield from _cites_below(part, named)


def _cites_below(part: object, named: Mapping[str, FileTable]) -> Iterator[str]:
    """The citations of a part of a file, and of the conditions and tables that it names."""
    if isinstance(part, tuple):
        for item in part:
            yield from _cites_below(item, named)
    elif isinstance(part, FileTable):
        for name, value in part.__dict__.items():
            if name in ("cite", "between"):
                yield from cited(value)
            elif name in ("condition", "table") and value in named:
                yield from _cites_below(named[value], named)
            else:
                yield from _cites_below(value, named)


def examine(path: str) -> tuple[ProtocolFile | None, list[Problem]]:
    """Read a protocol file: the file if it is sound, else everything that is wrong inside it.

    Raises InputError only if it cannot be read at all.
    """
    return examined(path, *read_text(path))


def examined(path: str, text: str, sha256: str) -> tuple[ProtocolFile | None, list[Problem]]:
    """The same of a file whose text was read."""
    name = folders.shown(path)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return None, [not_toml(name, error)]
    except (ValueError, RecursionError) as error:  # whole numbers of thousands of digits; tables nested thousands deep
        return None, [Problem(name, "", None, f"cannot be read: {first_line(error)}")]
    try:
        protocol = Protocol.model_validate(raw)
        if stepped.steps_down(protocol):
            if wrong := list(stepped.faults(protocol)):
                return None, located(name, text, wrong)
            protocol = Protocol.model_validate(stepped.expanded(raw))
        file, faults = _examined(path, sha256, raw, protocol)
    except ValidationError as error:
        return None, model_problems(name, text, error)
    except RecursionError:
        return None, [Problem(name, "", None, "conditions are nested too deeply to be read")]
    return (None, located(name, text, faults)) if faults else (file, [])


def _examined(path: str, sha256: str, raw: Mapping[str, Any], protocol: Protocol) -> tuple[ProtocolFile, list[Fault]]:
    """The file, and what is wrong in it beyond its keys."""
    faults = list(checks.structure(protocol))
    table: Mapping[str, Observable] = OBSERVABLES
    try:
        table = frozen(own_observables(protocol.observables))
    except InputError as error:
        faults.append((error.where or "", error.message))
    compiler = Compiler(EXACT, protocol.conditions, table)
    file = ProtocolFile(path, sha256, protocol, table, raw, CitedFacts(protocol, path), compiler)
    if not faults:
        faults += file.compile_faults()
    faults += checks.own_facts(protocol, file.fact)
    faults += file.double_entry().faults
    return file, faults
