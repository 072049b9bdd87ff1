"""The growth reference, read from the table that lies beside the fact sheets."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import overload

from dosecalc import folders, units
from dosecalc.growth import LMS, MONTH, Ages, Growth
from dosecalc.observables import Stated

TABLE = "cdc2000-growth.csv"
CITE = "cdc2000-growth#table"
ADULTS = ("sacco-2010#bsa", "czech-bsa-2015#bsa", "czech-bsa-2015#weight")
_MEASURES = {"weight_kg": "weight", "stature_cm": "height"}


def _bytes() -> bytes:
    with open(os.path.join(folders.shipped("seeds"), TABLE), "rb") as file:
        return file.read()


class _Rows(Sequence[tuple[float, LMS]]):
    """Lines of the table, each read when it is asked for: a plan needs a few of a thousand."""

    def __init__(self) -> None:
        self.lines: list[str] = []

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
    months, *parameters = map(float, line.split(","))
    return months, LMS(*parameters)


@lru_cache(maxsize=1)
def growth() -> Growth:
    """The table as a reference; it is read once, when a size is first held against it."""
    rows: dict[tuple[str, str], _Rows] = {}
    for line in _bytes().decode().splitlines()[1:]:
        measure, sex, rest = line.split(",", 2)
        rows.setdefault((_MEASURES[measure], sex), _Rows()).lines.append(rest)
    return Growth(rows)


@lru_cache(maxsize=1)
def identity() -> dict[str, str]:
    """The table as results name it: its file and the sha256 of its bytes."""
    return {"id": TABLE, "sha256": hashlib.sha256(_bytes()).hexdigest()}


def ages_of(age: Stated | None) -> Ages | None:
    """The ages that a stated age can mean: whole years are completed years, anything else is exact."""
    if age is None or not isinstance(age.value, Fraction):
        return None
    year = units.unit("y").factor
    months = float(age.value) / MONTH
    whole = (age.value / year).denominator == 1 and (age.measure is None or age.measure.unit.symbol == "y")
    return Ages(months, months + 12 if whole else months)
