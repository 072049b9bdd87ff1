"""The reference tables that accompany the fact sheets: growth, and half-lives."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import overload

from dosecalc.files import folders
from dosecalc.quantities import units
from dosecalc.reference.beliefs import Belief, belief
from dosecalc.reference.growth import LMS, SEXES, Growth, Guard, Kind, Rows
from dosecalc.reference.radionuclides import Radionuclide

TABLE = "cdc2000-growth.csv"
MASSES = "cdc2000-bmi.csv"
HALF_LIVES = "half-lives.csv"
CITE = "cdc2000-growth#table"
CITE_MASSES = "cdc2000-bmi#table"
CITED = {CITE: TABLE, CITE_MASSES: MASSES}
"""The tables by the facts that state them."""
GUARD_Z = "beliefs#size-z"
GUARD_FAR = "beliefs#size-far"
GUARD_ABOVE = "beliefs#size-above"
"""Limits of ours that sizes are held against: by their z-scores, and upwards by modified ones."""
GUARD_MASS_ABOVE = "beliefs#body-mass-factor"
GUARD_MASS_BELOW = "beliefs#body-mass-below"
GUARD_ADULTS = "beliefs#body-mass-adult"
"""Those of body mass alone: a child's upwards and downwards, and an adult's."""
ADULTS: dict[Kind, tuple[str, ...]] = {
    "weight": ("czech-bsa-2015#weight",),
    "bsa": ("sacco-2010#bsa", "czech-bsa-2015#bsa"),
}
"""The facts that state the mean sizes of adults."""
_MEASURES = (("weight_kg", "weight", TABLE), ("stature_cm", "height", TABLE), ("bmi_kg_m2", "mass", MASSES))


def read_bytes(name: str) -> bytes:
    """The bytes of a table that lies beside the fact sheets."""
    with open(os.path.join(folders.shipped("seeds"), name), "rb") as file:
        return file.read()


class _Rows(Sequence[tuple[float, LMS]]):
    """Lines of the table, each read when it is needed: a plan needs a few of a thousand."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines

    def __len__(self) -> int:
        return len(self.lines)

    @overload
    def __getitem__(self, at: int) -> tuple[float, LMS]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[float, LMS]]: ...
    def __getitem__(self, at: int | slice) -> tuple[float, LMS] | Sequence[tuple[float, LMS]]:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        return _row(self.lines[at])


@lru_cache(maxsize=1024)
def _row(line: str) -> tuple[float, LMS]:
    months, *parameters = map(float, line.split(",")[2:6])
    return months, LMS(*parameters)


def growth() -> Growth:
    """The growth tables as a reference, with our limits; they are read once, when a size is first held against them."""
    of_sizes, of_mass = (GUARD_Z, GUARD_FAR, GUARD_ABOVE), (GUARD_MASS_ABOVE, GUARD_MASS_BELOW)
    z, far, above, factor, below = (float(_limit(cite).value) for cite in (*of_sizes, *of_mass))
    least, most = (float(value) for value in _limit(GUARD_ADULTS).values if isinstance(value, int))
    return _growth(Guard(z, far, above, factor, -below, (least, most)))


def _limit(cite: str) -> Belief:
    return belief(cite.partition("#")[2])


@lru_cache(maxsize=4)
def _growth(guard: Guard) -> Growth:
    return Growth(_rows(), guard)


@lru_cache(maxsize=1)
def _rows() -> dict[tuple[str, str], Rows]:
    texts = {table: read_bytes(table).decode() for table in (TABLE, MASSES)}
    return {
        (measure, sex): _Rows(_block(texts[table], f"{column},{sex},"))
        for column, measure, table in _MEASURES
        for sex in SEXES
    }


def _block(text: str, start: str) -> list[str]:
    """The lines of one measure and sex, which are consecutive."""
    return text[text.index(f"\n{start}") + 1 : text.index("\n", text.rindex(f"\n{start}") + 1)].splitlines()


@lru_cache
def identity(table: str = TABLE) -> dict[str, str]:
    """A table as results name it: its file and the sha256 of its bytes."""
    return {"id": table, "sha256": hashlib.sha256(read_bytes(table)).hexdigest()}


@lru_cache(maxsize=1)
def radionuclides() -> dict[str, Radionuclide]:
    """The radionuclides with their half-lives, in the order of the table."""
    header, *lines = read_bytes(HALF_LIVES).decode().splitlines()
    keys = header.split(",")
    rows = (dict(zip(keys, line.split(","), strict=True)) for line in lines)
    return {row["nuclide"]: _radionuclide(row) for row in rows}


def _radionuclide(row: dict[str, str]) -> Radionuclide:
    unit = units.unit(units.spelled(row["unit"]), "time")
    number, off = Fraction(row["half_life"]), row["uncertainty_1sigma"]
    return Radionuclide(
        name=row["nuclide"],
        half_life=number * unit.factor,
        number=number,
        unit=unit.symbol,
        uncertainty=Fraction(off) if off else None,
        source=row["source"],
        confirmed=row["confirmed"] == "true",
    )
