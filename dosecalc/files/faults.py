"""Faults of files: everything that is wrong in one, as sentences with their key and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import ValidationError

from dosecalc.errors import InputError
from dosecalc.files.capacity import PROBLEMS
from dosecalc.files.protocol import QUANTITIES

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


Fault = tuple[str, str]
"""A fault before its line is looked up: the key, and a sentence."""


class Problem(NamedTuple):
    """One thing that is wrong in a file: the key, the line if it is known, and a sentence."""

    file: str
    key: str
    line: int | None
    message: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}{', ' + self.key if self.key else ''}: {self.message}"


class BadFileError(InputError):
    """A file that cannot be used, with everything that is wrong in it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        more = len(problems) - 1
        tail = f" ({more} more: run 'dosecalc protocol lint')" if more else ""
        super().__init__(f"{problems[0]}{tail}")
        self.problems = tuple(problems)


def located(name: str, text: str, faults: Iterable[Fault]) -> list[Problem]:
    """The faults of a file as problems, each with the line of its key."""
    faults = list(faults)
    if not faults:
        return []
    from dosecalc.files.places import line_in, positions  # a sound file needs no places

    lines = positions(text)
    return [Problem(name, key, line_in(lines, key), message) for key, message in faults]


def not_toml(name: str, error: BaseException) -> Problem:
    """The problem of a file that the TOML reader refused."""
    return Problem(name, "", line_in(str(error)), f"not TOML: {plain_message(str(error))}")


def line_in(message: str) -> int | None:
    """The line that a message of the TOML reader names."""
    match = re.search(r"line (\d+)", message)
    return int(match[1]) if match else None


def first_line(error: BaseException) -> str:
    """The first line of an error's message."""
    return str(error).partition("\n")[0].partition(";")[0]


def plain_message(message: str) -> str:
    """A message of the TOML reader without the place, which is told beside it."""
    return message.partition(" (at ")[0]


def _wanted(message: str) -> str:
    """The expectation of pydantic, in the words of every other refusal."""
    return re.sub(r"^Input should be ", "expected ", message)[:300]


_BRANCHES = frozenset({"quantity", "range", "list", "str", "int", "bool"})


def _is_branch(part: int | str) -> bool:
    """Whether a part of a place is no key, but the branch of a union that pydantic tried."""
    return part in _BRANCHES or str(part).startswith("function-before[")  # a list, on its way to a tuple


def model_problems(name: str, text: str, error: ValidationError) -> list[Problem]:
    """The refusals of a model, each as one sentence with its key and line."""
    faults: dict[str, str] = {}
    refusals = error.errors(include_url=False, include_context=False)
    for item in refusals[:PROBLEMS]:
        loc = [part for part in item["loc"] if not _is_branch(part)]
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).lstrip(".")
        faults.setdefault(key, _refusal(item, str(loc[-1]) if loc else ""))
    more = len(refusals) - PROBLEMS
    rest = [("", f"{more:,} more keys are wrong in this file")] if more > 0 else []
    return located(name, text, [*faults.items(), *rest])


def _near(key: str) -> str:
    """A key of the formats that may have been meant."""
    from difflib import get_close_matches

    from dosecalc.files.model import all_keys

    plain = {each.replace("_", ""): each for each in all_keys()}
    near = get_close_matches(key.replace("_", "").replace("-", "").casefold(), plain, n=1, cutoff=0.8)
    return f"; did you mean {plain[near[0]]!r}?" if near and plain[near[0]] != key else ""


def _refusal(item: ErrorDetails, key: str) -> str:
    """One refusal of a model as a sentence."""
    if item["type"] == "extra_forbidden":
        return f"the key {key!r} is not known here{_near(key)}"
    if item["type"] == "missing":
        return f"the key {key!r} is missing"
    read = repr(item["input"])[:60]
    if item["type"] in ("model_type", "model_attributes_type", "dict_type", "mapping_type"):
        return f"read {read}, expected a table of keys, {{ key = ... }}"
    if item["type"] == "string_type":
        return f"read {read}, expected text in quotes{', a quantity with its unit' if key in QUANTITIES else ''}"
    return f"read {read}, {_wanted(item['msg'])}"
