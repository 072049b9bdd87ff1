"""What is wrong in a file, as sentences with their key and line."""

from __future__ import annotations

import re
from typing import NamedTuple

from pydantic import ValidationError

from dosecalc.errors import InputError
from dosecalc.files.protocol import QUANTITIES


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

    def __init__(self, problems: list[Problem]) -> None:
        more = len(problems) - 1
        tail = f" ({more} more: run 'dosecalc protocol lint')" if more else ""
        super().__init__(f"{problems[0]}{tail}")
        self.problems = problems


def located(name: str, text: str, found: list[tuple[str, str]]) -> list[Problem]:
    """What was found wrong, (key, sentence), each with the line of its key."""
    if not found:
        return []
    from dosecalc.files.places import line_of

    return [Problem(name, key, line_of(text, key), message) for key, message in found]


def line_in(message: str) -> int | None:
    match = re.search(r"line (\d+)", message)
    return int(match[1]) if match else None


def first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0].partition(";")[0]


def plain_message(message: str) -> str:
    return message.partition(" (at ")[0]


def _wanted(message: str) -> str:
    """What pydantic expected, in the words of every other refusal."""
    return re.sub(r"^Input should be ", "expected ", message)[:300]


_BRANCHES = frozenset({"quantity", "range", "list", "str", "int", "bool", "list[str]"})


def model_problems(name: str, text: str, error: ValidationError) -> list[Problem]:
    """What a model refused, each as one sentence with its key and line."""
    found: dict[str, str] = {}
    for item in error.errors(include_url=False):
        loc = [part for part in item["loc"] if part not in _BRANCHES]  # pydantic names the branch of a union it tried
        key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in loc).lstrip(".")
        last = str(loc[-1]) if loc else ""
        read = repr(item["input"])[:60]
        found.setdefault(
            key,
            {
                "extra_forbidden": f"the key {last!r} is not known here",
                "missing": f"the key {last!r} is missing",
                "string_type": f"read {read}, expected text in quotes"
                f"{', a quantity with its unit' if last in QUANTITIES else ''}",
            }.get(item["type"], f"read {read}, {_wanted(item['msg'])}"),
        )
    return located(name, text, list(found.items()))
