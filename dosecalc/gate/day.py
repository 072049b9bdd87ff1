"""``dosecalc check --list``: every dose of a day, and those that could be mistaken for each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import ClassVar, NamedTuple

from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.case import Case
from dosecalc.gate.check import check_dose, read
from dosecalc.gate.result import Verdict
from dosecalc.gate.stated import StatedCase, of_case
from dosecalc.quantities.documents import Document, Result
from dosecalc.quantities.frozen import Field
from dosecalc.reference import synonyms
from dosecalc.reference.beliefs import belief
from dosecalc.version import VERSION


class DoseOfDay(Result):
    """One dose of the day."""

    file: str = Field(description="Its case.")
    verdict: Verdict = Field(description="go or hold.")
    text: str = Field(description="The first line of its check.")
    patient: str | None = Field(description="The first identifier of the patient.")
    at: str | None = Field(description="When it is to be given.")
    code: str = Field(description="The code of its unit.")


class LookAlike(Result):
    """Two doses of a day that could be mistaken for each other, or that are one and the same."""

    files: tuple[str, str] = Field(description="The two cases.")
    kind: str = Field(description="duplicate: one patient or one code twice; alike: one radionuclide, near activities.")
    text: str = Field(description="What is alike, and what tells them apart.")


class DayList(Document):
    """The doses of a day, side by side."""

    SCHEMA: ClassVar[str] = "dosecalc.day/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc.")
    doses: tuple[DoseOfDay, ...] = Field(description="Each dose, by its time.")
    alike: tuple[LookAlike, ...] = Field(description="Pairs that could be mistaken.")

    def exit_status(self, *, strict: bool = False) -> int:
        """1 where a dose is held or stands twice, else 0."""
        del strict
        held = any(dose.verdict == "hold" for dose in self.doses)
        return int(held or any(pair.kind == "duplicate" for pair in self.alike))


def _is_case(path: str) -> bool:
    """Whether a file of the folder is a case: TOML, or JSON that is no document of a draw or a check."""
    if path.lower().endswith(".json"):
        try:
            return '"schema": "dosecalc.' not in folders.read_text(path)[0][:200]
        except InputError:
            return True  # what is wrong with it is told where it is read
    return path.lower().endswith(".toml")


class _Dose(NamedTuple):
    listed: DoseOfDay
    stated: StatedCase


def day_list(folder: str | os.PathLike[str]) -> DayList:
    """Check every case (TOML or JSON) of a folder. InputError where there is none, and for one that does not read."""
    path = os.fspath(folder)
    try:
        names = sorted(name for name in os.listdir(path) if _is_case(os.path.join(path, name)))
    except OSError as error:
        raise InputError(f"cannot read the folder {folders.shown(path)}: {error.strerror}", where="--list") from None
    if not names:
        raise InputError(f"{folders.shown(path)} has no case (.toml or .json)", where="--list")
    doses = sorted((_dose(os.path.join(path, name)) for name in names), key=lambda dose: dose.listed.at or "~")
    return DayList.made(
        version=VERSION,
        doses=tuple(dose.listed for dose in doses),
        alike=tuple(pair for one, other in combinations(doses, 2) for pair in _pair(one, other)),
    )


def _dose(path: str) -> _Dose:
    case, _ = read(path)
    check, stated = check_dose(path), of_case(case)
    listed = DoseOfDay.made(
        file=os.path.basename(path),
        verdict=check.verdict,
        text=check.text,
        patient=next(iter(_ids(case)), None),
        at=check.at,
        code=check.code,
    )
    return _Dose(listed, stated)


def _ids(case: Case) -> tuple[str, ...]:
    return () if case.patient is None else tuple(str(each) for each in case.patient.ids)


def _pair(one: _Dose, other: _Dose) -> Iterator[LookAlike]:
    """Why two doses are one, or look like one."""
    files = one.listed.file, other.listed.file
    names = [{" ".join(each.split()).casefold() for each in _ids(dose.stated.case)} for dose in (one, other)]
    same = names[0] & names[1]
    if one.listed.code == other.listed.code or same:
        text = f"both are of {', '.join(sorted(same))}" if same else f"both have the code {one.listed.code}"
        yield LookAlike.made(files=files, kind="duplicate", text=text)
    elif _near(one.stated, other.stated):
        shown = [f"{dose.listed.code} is {_shown(dose)}" for dose in (one, other)]
        yield LookAlike.made(files=files, kind="alike", text="; ".join(shown))


def _shown(dose: _Dose) -> str:
    stated = dose.stated
    words = (
        stated.text("directive.amount"),
        stated.agent,
        f"for {dose.listed.patient}" if dose.listed.patient else None,
    )
    return " ".join(word for word in words if word is not None)


def _near(one: StatedCase, other: StatedCase) -> bool:
    """One radionuclide, and activities within the limit from which a difference departs (20 %)."""
    names = [synonyms.read(stated.agent or "") for stated in (one, other)]
    amounts = [stated.amount("directive.amount") for stated in (one, other)]
    if not names[0].nuclides & names[1].nuclides or None in amounts:
        return False
    low, high = sorted(Fraction(each.value) for each in amounts if each is not None)
    return high <= low * (1 + belief("given-amount-violation").value)
