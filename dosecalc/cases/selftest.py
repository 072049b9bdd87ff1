"""``dosecalc selftest``: whether what is installed here computes what it should, with the site's own worked cases.

A worked case is a case of ``dosecalc run`` with what is expected of its document, computed by somebody else than this
program: ``"expect": {"doses[0].amount.MBq": 1184}``.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import platform
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from math import isclose
from typing import Any, ClassVar, NamedTuple

from dosecalc.cases.runner import run_case
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.patient import once
from dosecalc.quantities.documents import Document, Result
from dosecalc.quantities.frozen import Field
from dosecalc.version import USE_BY, VERSION

TABLE = "selftest.jsonl"
DEFECTS = "known-defects.csv"
_LIBRARIES = ("pint", "numpy", "scipy", "pydantic", "click")
_KEYS = frozenset({"id", "why", "command", "inputs", "exit", "expect"})
_PART = re.compile(r"[^.\[\]]+")
_NEAR = 1e-9


class ExpectedFigure(Result):
    """One figure of a worked case: what was expected, and what came out."""

    key: str = Field(description='Where it stands in the document: "doses[0].amount.MBq", or "exit".')
    expected: str = Field(description="What the case says, as JSON.")
    found: str = Field(description="What came out, as JSON.")
    same: bool = Field(description="Whether they agree.")


class Worked(Result):
    """One worked case."""

    file: str = Field(description="Its file.")
    id: str = Field(description="Its name.")
    why: str = Field(description="How the expected figures were found, in its words.")
    passed: bool = Field(description="Whether everything that it expects came out.")
    figures: tuple[ExpectedFigure, ...] = Field(description="Every figure that it expects.")


class Installed(Result):
    """What is installed here."""

    machine: str = Field(description="Operating system and processor.")
    python: str = Field(description="The version of Python.")
    libraries: Mapping[str, str] = Field(description="The version of each library, or not installed.")
    files: int = Field(description="How many files of the program, its protocols and sheets were read.")
    sha256: str = Field(description="One hash of all of them, their names among it: alike on two computers, or not.")
    protocols: int = Field(description="How many protocol files were read and are sound.")
    use_by: str = Field(description="The day from which another release is to be used.")
    past: bool = Field(description="Whether that day has come.")
    defects: tuple[str, ...] = Field(description="The known defects of this release.")


class Selftest(Document):
    """A report on this installation, to be signed by whoever accepts it."""

    SCHEMA: ClassVar[str] = "dosecalc.selftest/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc.")
    at: str = Field(description="When it was run, by the clock of this computer.")
    installed: Installed = Field(description="What is installed here.")
    operation: tuple[Worked, ...] = Field(description="The reference cases that come with the program.")
    performance: tuple[Worked, ...] = Field(description="The site's own worked cases.")

    @property
    def passed(self) -> bool:
        """Whether every case came out, and the release is not past its day."""
        return not self.installed.past and all(each.passed for each in (*self.operation, *self.performance))

    def exit_status(self, *, strict: bool = False) -> int:
        """0, or 1 where a case did not come out or the release is past its day."""
        del strict
        return int(not self.passed)


def selftest(folder: str | os.PathLike[str] | None = None) -> Selftest:
    """Test this installation, with the worked cases of a site (a folder of .json and .jsonl files) if there is one.

    Raises InputError for a folder without cases, and for a case that cannot be read, with its file and line.
    """
    shipped = os.path.join(folders.shipped("seeds"), TABLE)
    return Selftest.made(
        version=VERSION,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        installed=_installed(),
        operation=tuple(_worked(each) for each in _cases(shipped)),
        performance=() if folder is None else tuple(_worked(each) for each in _of_site(os.fspath(folder))),
    )


# -- what is installed ----------------------------------------------------------------------------------------------


def _installed() -> Installed:
    files = sorted(_files())
    whole = hashlib.sha256()
    for name, path in files:
        whole.update(f"{name}\n{hashlib.sha256(folders.read_bytes(path)).hexdigest()}\n".encode())
    return Installed.made(
        machine=f"{platform.system()} {platform.release()}, {platform.machine()}",
        python=platform.python_version(),
        libraries={name: _library(name) for name in _LIBRARIES},
        files=len(files),
        sha256=whole.hexdigest(),
        protocols=len({arm.partition("#")[0] for arm in _sound_protocols()}),
        use_by=USE_BY,
        past=datetime.now(UTC).date() >= date.fromisoformat(USE_BY),
        defects=tuple(_defects()),
    )


def _files() -> Iterator[tuple[str, str]]:
    """The files of the program, of its protocols and of its sheets: what two installations have in common."""
    program = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for name, top in (("dosecalc", program), *((part, folders.shipped(part)) for part in ("protocols", "seeds"))):
        for folder, _, names in os.walk(top):
            for each in names:
                if each.endswith((".py", ".toml", ".csv", ".jsonl")):
                    path = os.path.join(folder, each)
                    yield f"{name}/{os.path.relpath(path, top)}".replace(os.sep, "/"), path


def _sound_protocols() -> Iterator[str]:
    """The shipped protocol files that read; one that does not raises InputError with what is wrong."""
    from dosecalc.library.load import load_protocol

    top = folders.shipped("protocols")
    for name in sorted(os.listdir(top)):
        if name.endswith(".toml"):
            load_protocol(os.path.join(top, name))
            yield name


def _library(name: str) -> str:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return "not installed"


def _defects() -> Iterator[str]:
    text, _ = folders.read_text(os.path.join(folders.shipped("seeds"), DEFECTS))
    for row in csv.DictReader(text.splitlines()):
        if row["version"] == VERSION:
            yield f"{row['what']} (since {row['since']}): {row['do']}"


# -- worked cases ---------------------------------------------------------------------------------------------------


class _Case(NamedTuple):
    place: str
    table: dict[str, Any]


def _of_site(folder: str) -> Iterator[_Case]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.lower().endswith((".json", ".jsonl")))
    except OSError as error:
        raise InputError(f"cannot read the folder {folders.shown(folder)}: {error.strerror}", where="FOLDER") from None
    if not names:
        raise InputError(f"{folders.shown(folder)} has no worked case (.json or .jsonl)", where="FOLDER")
    for name in names:
        yield from _cases(os.path.join(folder, name))


def _cases(path: str) -> Iterator[_Case]:
    """The cases of a file: one of JSON, or one a line."""
    text, _ = folders.read_text(path)
    name = folders.shown(path)
    whole = [(1, text)] if path.lower().endswith(".json") else list(enumerate(text.splitlines(), 1))
    for number, line in whole:
        if line.strip():
            yield _Case(name, _case(line, f"{name}, line {number}"))


def _case(text: str, place: str) -> dict[str, Any]:
    try:
        table = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError, InputError) as error:
        raise InputError(f"not JSON: {error}", where=place) from None
    if not isinstance(table, dict) or not isinstance(table.get("expect"), dict):
        example = '{"command": "plan", "inputs": {...}, "expect": {"doses[0].amount.MBq": 1184}}'
        raise InputError(f"expected a worked case, {example}", where=place)
    if unknown := table.keys() - _KEYS:
        keys = ", ".join(sorted(_KEYS))
        raise InputError(f"the key {min(unknown)!r} is not known; a worked case has {keys}", where=place)
    if not table["expect"] and "exit" not in table:
        raise InputError("a case that expects nothing tests nothing", where=place)
    return table


def _worked(case: _Case) -> Worked:
    table = case.table
    answer = run_case(json.dumps({key: table[key] for key in ("command", "inputs") if key in table}))
    figures = [_expected("exit", table.get("exit", 0), answer.exit)]
    figures += [_expected(key, wanted, _at(answer.result, key)) for key, wanted in table["expect"].items()]
    return Worked.made(
        file=case.place,
        id=str(table.get("id", "")),
        why=str(table.get("why", "")),
        passed=all(each.same for each in figures),
        figures=tuple(figures),
    )


def _expected(key: str, wanted: Any, found: Any) -> ExpectedFigure:
    told = json.dumps(wanted, ensure_ascii=False)
    return ExpectedFigure.made(
        key=key, expected=told, found=json.dumps(found, ensure_ascii=False), same=_same(wanted, found)
    )


def _same(wanted: Any, found: Any) -> bool:
    """Whether a value is the expected one; a number may say how far it may lie off, ``{"is": 4.4, "within": 0.1}``."""
    within = None
    if isinstance(wanted, dict) and set(wanted) == {"is", "within"}:
        wanted, within = wanted["is"], wanted["within"]
    numbers = [isinstance(each, (int, float)) and not isinstance(each, bool) for each in (wanted, found)]
    if not all(numbers):
        return type(wanted) is type(found) and bool(wanted == found)
    near = isclose(wanted, found, rel_tol=_NEAR)
    return near if within is None else abs(found - wanted) <= float(within)


def _at(document: Any, key: str) -> Any:
    """What stands at a key of a document; a sentence that says so where nothing does."""
    for part in _PART.findall(key):
        try:
            document = document[int(part)] if isinstance(document, (list, tuple)) else document[part]
        except (LookupError, TypeError, ValueError):
            return f"nothing stands at {key}"
    return document
