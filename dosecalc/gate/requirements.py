"""What the gate must know of a dose: the table of requirements, a site's own rows after the shipped ones."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.records.rechecked import REQUIREMENTS, requirement_tables
from dosecalc.reference import radionuclides, synonyms

OURS = "ours"
_COLUMNS = ["key", "when", "question", "source"]


class Requirement(NamedTuple):
    """One thing that is asked: its key in a case, when it is asked, the question, and who asks."""

    key: str
    when: str
    question: str
    cite: tuple[str, ...]

    @property
    def part(self) -> str:
        """The part of the case that the key stands in."""
        return self.key.partition(".")[0]


class Asked(NamedTuple):
    """What decides which requirements apply: the purpose, whether a pregnancy is possible, agent, radionuclide, arm."""

    therapy: bool
    childbearing: bool
    agent: str | None
    nuclide: str | None = None
    arm: str | None = None


def requirements(asked: Asked) -> list[Requirement]:
    """The requirements that apply, in the order of the table, each key once."""
    return list({each.key: each for each in every() if _applies(each.when, asked)}.values())


def every() -> list[Requirement]:
    """All rows. InputError for a table of a site that cannot be read."""
    return [row for path in requirement_tables() for row in _rows(path)]


def identity() -> list[dict[str, str]]:
    """The tables with their hashes."""
    return [
        {"id": REQUIREMENTS, "sha256": hashlib.sha256(folders.read_bytes(path)).hexdigest()}
        for path in requirement_tables()
    ]


def _rows(path: str) -> Iterator[Requirement]:
    header, *rows = list(csv.reader(folders.read_text(path)[0].splitlines())) or [[]]
    if header != _COLUMNS:
        raise InputError(f"expected the columns {', '.join(_COLUMNS)}", where=folders.shown(path))
    for number, row in enumerate(rows, 2):
        if len(row) != len(_COLUMNS) or not row[0] or not _is_known(row[1]):
            words = "'always', 'therapy', 'childbearing', 'agent NAME', 'radionuclide NAME' or 'arm ID' as the second"
            raise InputError(f"expected four cells with {words}", where=f"{folders.shown(path)}, line {number}")
        key, when, question, source = row
        yield Requirement(key, when, question, () if source == OURS else (source,))


def _is_known(when: str) -> bool:
    return when in ("always", "therapy", "childbearing") or when.startswith(("agent ", "radionuclide ", "arm "))


def _applies(when: str, asked: Asked) -> bool:
    if when == "always":
        return True
    if when == "therapy":
        return asked.therapy
    if when == "childbearing":
        return asked.therapy and asked.childbearing
    if when.startswith("arm "):
        return asked.arm == when.removeprefix("arm ").strip()
    if when.startswith("radionuclide "):
        return asked.nuclide == radionuclides.spelled(when.removeprefix("radionuclide "))
    if asked.agent is None or not asked.therapy:
        return False
    wanted, stated = synonyms.read(when.removeprefix("agent ")), synonyms.read(asked.agent)
    return bool(wanted.compounds & stated.compounds) and synonyms.alike(wanted, stated) is not False
