"""Results of decay, dispensing, dosimetry and records: nothing that a caller holds can be changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

import dosecalc
from dosecalc.quantities.documents import Document, Result

COURSE = """
protocol = "clover2-20"
dose_coefficient = "0.1 mSv/MBq"
patient = { bsa = "1.6 m^2" }
[[doses]]
agent = "iopofosine I-131"
prescribed = "32 mCi"
assayed = { amount = "33 mCi", at = "2026-03-02T10:00Z" }
residuals = [{ amount = "1 mCi" }]
given_at = "2026-03-02T11:00Z"
"""


def decayed(_folder: Path) -> Document:
    return dosecalc.decay("150 mCi", "Ac-225", start="2026-03-01T10:00Z", elapsed=["5 h", "6 h"])


def dispensed(_folder: Path) -> Document:
    return dosecalc.dispense("32 mCi", "I-131", concentration="10 mCi/mL", reference="2026-03-01T12:00-06:00",
                             at="2026-03-03T09:00-06:00", syringe_step="0.1 mL", vial_volume="10 mL")  # fmt: skip


def fitted(_folder: Path) -> Document:
    readings = {"time [h]": [1, 4, 24, 48, 72, 96], "retention": [0.95, 0.83, 0.4, 0.21, 0.08, 0.04]}
    return dosecalc.fit_retention(readings, nuclide="I-131", weight=20, activity="8880 MBq", target="4 Gy")


def checked(tmp_path: Path) -> Document:
    path = tmp_path / "course.toml"
    path.write_text(COURSE, encoding="utf-8")
    return dosecalc.check_record(path)


RESULTS = [decayed, dispensed, fitted, checked]


def open_parts(value: object, place: str) -> Iterator[str]:
    """The places of everything below a value that could be changed, found by trying."""
    if isinstance(value, Result):
        for name, each in vars(value).items():
            with pytest.raises(ValidationError):
                setattr(value, name, each)
            yield from open_parts(each, f"{place}.{name}")
    elif isinstance(value, dict):
        yield from open_keys(value, place)
        for key, each in value.items():
            yield from open_parts(each, f"{place}[{key!r}]")
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            yield from open_parts(each, f"{place}[{index}]")
    elif not is_closed(value) and not place.endswith("value"):
        yield f"{place} ({type(value).__name__})"


def open_keys(table: dict[Any, Any], place: str) -> Iterator[str]:
    """The place of a table that takes a change."""
    try:
        table.update(table)
    except TypeError:
        return
    yield place


def is_closed(value: object) -> bool:
    """Whether a single value cannot be changed."""
    if isinstance(value, np.ndarray):
        return not value.flags.writeable
    return isinstance(value, (str, int, float, Fraction, date, type(None)))


@pytest.mark.parametrize("result", RESULTS)
def test_nothing_that_a_result_holds_can_be_changed(result, tmp_path):
    made = result(tmp_path)
    before = made.to_json()
    assert list(open_parts(made, type(made).__name__)) == []
    document = made.document()
    document["inputs"].clear()
    document["sources"].clear()
    assert made.to_json() == before


def test_a_part_that_can_be_changed_is_found():
    assert list(open_parts(dosecalc.decay("1 mCi", "I-131", elapsed="5 h").document(), "document")) != []
