"""What there is: every arm of every protocol file, and those that answer a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.observables import read as read_observable
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.faults import BadFileError, Problem
from dosecalc.files.protocol import Arm
from dosecalc.library import reader
from dosecalc.library.agents import named, suits
from dosecalc.quantities.options import one, within
from dosecalc.reference import radionuclides

FILTERS = ("agent", "nuclide", "age", "status")
STATUSES = ("investigational", "expanded-access", "labelled", "guideline", "published-series", "withdrawn")


class IndexRow(NamedTuple):
    """An arm in the index. ``suits`` is whether the age that was asked for meets its rules; None where none does."""

    arm: str
    protocol: str
    title: str
    agent: str
    nuclide: list[str]
    status: str
    unconfirmed: int
    suits: bool | None
    file: str


def index(asked: Mapping[str, Sequence[str]] | None = None) -> tuple[list[IndexRow], list[Problem]]:
    """The arms that answer every filter, and the first problem of each file that cannot be used.

    ``agent`` is part of a name, ``nuclide`` a radionuclide, ``status`` one of a protocol, ``age`` one that the rules on
    age do not exclude. Raises InputError for a filter that cannot be read, or an agent that no arm has.
    """
    filters = _read(asked or {})
    rows: list[IndexRow] = []
    problems: list[Problem] = []
    for path in folders.protocol_files():
        try:
            file = reader.load(path)
        except BadFileError as error:
            problems.append(error.problems[0])
            continue
        except InputError as error:
            problems.append(Problem(folders.shown(path), "", None, str(error)))
            continue
        rows += [row for arm in file.protocol.arms for row in _row(file, arm, filters)]
    return rows, [*problems, *_twice(rows)]


class _Filters(NamedTuple):
    agent: str | None
    nuclide: str | None
    status: str | None
    age: Fraction | None


def _read(asked: Mapping[str, Sequence[str]]) -> _Filters:
    agent, nuclide, status, age = (one(asked, name) for name in ("agent", "nuclide", "status", "age"))
    if status is not None and status not in STATUSES:
        raise InputError(f"read {status!r}, expected one of {', '.join(STATUSES)}", where="--status")
    stated = None if age is None else within("--age", read_observable, OBSERVABLES["age"], age)
    days = None if stated is None or not isinstance(stated.value, Fraction) else stated.value
    return _Filters(agent, None if nuclide is None else radionuclides.spelled(nuclide), status, days)


def _row(file: reader.ProtocolFile, arm: Arm, filters: _Filters) -> Iterator[IndexRow]:
    """The row of an arm, if it answers the filters."""
    protocol = file.protocol
    agents = {key: protocol.agents[key] for cycle in arm.cycles for key in (dose.agent for dose in cycle.doses)}
    nuclides = list(dict.fromkeys(agent.radionuclide for agent in agents.values() if agent.radionuclide))
    meets = suits(file, arm, filters.age)
    wanted = (
        (filters.agent is None or any(named(agent, key, filters.agent) for key, agent in agents.items()))
        and (filters.nuclide is None or filters.nuclide in nuclides)
        and filters.status in (None, protocol.status)
        and not meets.no
    )
    if wanted:
        names = ", ".join(agent.name for agent in agents.values())
        open_ = len(file.unconfirmed(arm))
        yield IndexRow(arm.id, protocol.id, arm.title, names, nuclides, protocol.status, open_,
                       True if meets.yes else None, file.file)  # fmt: skip


def _twice(rows: list[IndexRow]) -> Iterator[Problem]:
    for row in rows:
        files = [other.file for other in rows if other.arm == row.arm]
        if len(files) > 1 and row.file == files[0]:
            yield Problem(row.file, "", None, f"the arm id {row.arm!r} is also in {', '.join(files[1:])}")


class ObservableRow(NamedTuple):
    """An observable in the list; ``low`` and ``high`` bound what is accepted, in ``unit``."""

    observable: str
    title: str
    kind: str
    unit: str
    scope: str
    momentary: bool
    low: Fraction | None
    high: Fraction | None
    choices: tuple[str, ...]
    computed: bool

    def document(self) -> dict[str, object]:
        """The row as a JSON object."""
        ends = [None if end is None else float(end) for end in (self.low, self.high)]
        return {
            "observable": self.observable,
            "title": self.title,
            "kind": self.kind,
            "unit": self.unit or None,
            "scope": self.scope,
            "momentary": self.momentary,
            "range": ends,
            "choices": list(self.choices) or None,
            "computed": self.computed,
        }


def observables() -> list[ObservableRow]:
    """Every observable that rules may speak of."""
    return [
        ObservableRow(row.name, row.title, row.kind, row.unit, row.scope, row.momentary, row.low, row.high,
                      row.choices, row.computed)
        for row in OBSERVABLES.values()
    ]  # fmt: skip
