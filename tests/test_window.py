"""When a delivered unit lies within what was prescribed, against half-lives counted by hand and another library."""

from __future__ import annotations

import json
from datetime import datetime
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
import radioactivedecay

from dosecalc import InputError, window

ASKED = {"calibrated": "2026-03-01T12:00+00:00", "prescribed": "4 GBq", "half_life": "1 day"}


def test_one_half_life_after_twice_the_activity_it_is_just_right():
    found = window("8 GBq", **ASKED)
    assert found.just == datetime.fromisoformat("2026-03-02T12:00+00:00")
    assert (found.low.exact, found.high.exact, found.limit) == (3600, 4400, "10 % (our limit)")
    half = window("8 GBq", **ASKED, range="2 to 8 GBq")  # from its calibration to two half-lives later
    assert [half.opens, half.closes] == [datetime.fromisoformat(f"2026-03-0{day}T12:00+00:00") for day in (1, 3)]
    assert half.limit == "the prescribed range 2 to 8 GBq"


def test_a_slot_tells_what_is_left_and_what_to_order():
    early = window("8 GBq", **ASKED, at="2026-03-01T12:00+00:00", tolerance="5 %").slot
    assert (early.activity.exact, early.off_percent, early.within) == (8000, 100, False)
    late = window("8 GBq", **ASKED, at="2026-03-04T12:00+00:00").slot
    assert (late.activity.exact, late.ordered.exact) == (1000, 32000)  # three half-lives
    assert window("8 GBq", **ASKED, at="2026-03-02T12:00+00:00").slot.within


@pytest.mark.parametrize("nuclide", ["I-131", "Lu-177", "Y-90", "Tc-99m"])
def test_the_edges_are_those_of_another_library(nuclide):
    found = window("5 GBq", nuclide, calibrated="2026-03-01T12:00+00:00", prescribed="5 GBq")
    start = datetime.fromisoformat("2026-03-01T12:00+00:00")
    hours = [(edge - start).total_seconds() / 3600 for edge in (found.opens, found.closes)]
    rate = radioactivedecay.Nuclide(nuclide).half_life("h")
    assert [2 ** (-each / rate) for each in hours] == pytest.approx([1.1, 0.9], rel=2e-3)
    assert hours[0] < 0 < hours[1]


def test_a_unit_that_is_too_weak_already_says_so():
    assert any("holds less than is allowed already" in note for note in window("3 GBq", **ASKED).notes)
    assert not window("4 GBq", **ASKED).notes


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"range": "5 to 6 GBq"}, "--range: read '5 to 6 GBq', expected a range about the prescribed activity"),
        ({"range": "3 to 5 GBq", "tolerance": "5 %"}, "a range says what is allowed; leave out --tolerance"),
        ({"tolerance": "100 %"}, "a tolerance is less than 100 %"),
        ({"prescribed": "0 GBq"}, "--prescribed"),
        ({"calibrated": "2026-03-01"}, "--calibrated: read '2026-03-01'"),
        ({"at": "2126-03-01T12:00+00:00"}, "--at"),
    ],
)
def test_what_cannot_be_used_is_refused(more, words):
    with pytest.raises(InputError) as refused:
        window("8 GBq", **ASKED | more)
    assert words in str(refused.value)


def test_the_command_prints_the_window_and_its_document_is_of_its_schema(dosecalc):
    asked = ["window", "--amount", "8 GBq", "--half-life", "1 day", "--calibrated", "2026-03-01T12:00Z"]
    assert "nothing was given; write for example --prescribed" in dosecalc(*asked).err
    answer = dosecalc(*asked, "--prescribed", "4 GBq", "--at", "2026-03-02T11:00Z")
    assert (answer.status, "planned: 2026-03-02T11:00+00:00" in answer.out) == (0, True)
    document = dosecalc(*asked, "--prescribed", "4 GBq", "--at", "2026-03-04T11:00Z", "--json")
    assert document.status == 1
    schema = json.loads((Path(__file__).parent.parent / "docs" / "window.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document.json, schema)
    assert Fraction(document.json["prescribed"]["MBq"]) == 4000
