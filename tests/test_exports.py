"""Tables as programs export them: the same numbers from every dialect, and nothing read that has two readings."""

from __future__ import annotations

import csv
import io
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dosecalc
from dosecalc import InputError
from dosecalc.files import tables

READINGS = "time [h],retention\n1,0.9648\n4,0.7767\n10,0.5795\n24,0.2583\n48,0.0688\n"
GERMAN = "Time (h);Retention\n1;0,9648\n4;0,7767\n10;0,5795\n24;0,2583\n48;0,0688\n"
WINDOWS = GERMAN.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (READINGS.encode(), None),
        (GERMAN.encode(), "read with semicolons between the columns and decimal commas"),
        (GERMAN.encode("utf-16"), "read with semicolons between the columns and decimal commas and as UTF-16"),
        (READINGS.replace(",", "\t").encode(), "read with tabs between the columns"),
        (READINGS.encode("utf-16"), "read as UTF-16"),
        (
            GERMAN.replace("\n", "\r\n").encode("utf-8-sig"),
            "read with semicolons between the columns and decimal commas",
        ),
    ],
)
def test_every_dialect_gives_the_same_dose(dosecalc, tmp_path, data, said):
    usual, other = tmp_path / "usual.csv", tmp_path / "other.csv"
    usual.write_text(READINGS, encoding="utf-8")
    other.write_bytes(data)
    asked = ("--nuclide", "I-131", "--weight", "20", "--activity", "8880 MBq", "--json")
    one, two = (dosecalc("dosimetry", str(path), *asked).json for path in (usual, other))
    assert two["dose"] == one["dose"]
    assert [flag for flag in two["flags"] if flag.startswith("read ")] == ([] if said is None else [said])


def test_a_record_is_read_alike_and_says_how(dosecalc, tmp_path):
    usual = "number,prescribed,given,given_at,note\n1,7.4 GBq,7.31 GBq,2026-03-02T10:00Z,slow\n"
    german = 'number;prescribed;given;given_at;note\n1;7,4 GBq;7,31 GBq;2026-03-02T10:00Z;"slow, stopped once"\n'
    for name, text in (("usual", usual), ("german", german)):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    one, two = (dosecalc("record", str(tmp_path / f"{name}.csv"), "--json").json for name in ("usual", "german"))
    assert two["doses"][0]["administered"] == one["doses"][0]["administered"] == {"MBq": 7310.0, "mCi": 7310 / 37}
    assert two["notes"][0] == "read with semicolons between the columns and decimal commas"


NUMBERS = st.decimals(min_value=0, max_value=10**6, places=4).map(lambda d: format(d, "f"))


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=8))
def test_no_number_changes_on_the_way(pairs):
    text = "time;counts\n" + "".join(f"{a.replace('.', ',')};{b.replace('.', ',')}\n" for a, b in pairs)
    plain, said = tables.plainly(text)
    rows = list(csv.reader(io.StringIO(plain)))[1:]
    assert [tuple(map(Fraction, row)) for row in rows] == [tuple(map(Fraction, pair)) for pair in pairs]
    assert said == "read with semicolons between the columns and decimal commas"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a;b\n1,184;2,500\n", "read '1,184', which may be a decimal comma or a thousand"),
        ("a;b\n1,5;2.5\n", "read '1,5' and '2.5'; write all decimals with a point, or all with a comma"),
        ("a;b\n7,400 MBq;x\n", "read '7,400 MBq', which may be"),
    ],
)
def test_two_readings_are_refused(text, words):
    with pytest.raises(InputError) as refused:
        tables.plainly(text)
    assert words in str(refused.value)


@pytest.mark.parametrize("text", ["a;b\n1,184;2,5\n", "a;b\n0,184;0,250\n", "a\tb\n1,5e3\t2\n", "a;b\n1234,567;1\n"])
def test_one_number_that_can_only_be_a_decimal_decides_for_all(text):
    assert tables.plainly(text)[1].endswith("decimal commas")


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "r.csv"
    path.write_bytes(b"time [h],retention\n1,\xff\n")
    with pytest.raises(InputError, match="is not UTF-8 text, nor UTF-16 with its mark"):
        tables.read(str(path))


# -- what is said of a draw --------------------------------------------------------------------------------------------

DRAW = {"nuclide": "I-131", "factor": 1}


def test_a_residual_as_an_activity_by_hand():
    """32 mCi for the patient and 0.4 that stay behind: 32.4 are drawn, 3.24 mL of 10 mCi/mL."""
    draw = dosecalc.dispense(amount="32 mCi", concentration="10 mCi/mL", residual="0.4 mCi", **DRAW)
    assert float(draw.drawn) == pytest.approx(32.4 * 37, rel=1e-12)
    assert draw.volume["value"] == pytest.approx(3.24, rel=1e-12)
    in_part = dosecalc.dispense(amount="32 mCi", concentration="10 mCi/mL", residual=f"{40 / 32.4} %", **DRAW)
    assert in_part.volume["value"] == pytest.approx(draw.volume["value"], rel=1e-9)


@pytest.mark.parametrize(
    ("vial", "volume"), [("40 mCi in 4 mL", 3.2), ("40 mCi in 3 mL", 2.4), ("1.48 GBq in 4 mL", 3.2)]
)
def test_a_vial_as_its_activity_in_its_volume(vial, volume):
    draw = dosecalc.dispense(amount="32 mCi", concentration=vial, **DRAW)
    assert draw.volume["value"] == pytest.approx(volume, rel=1e-12)
    assert draw.vial.volume["value"] == float(vial.split()[-2])
    assert draw.enough


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"amount": "1.184 MBq", "concentration": "10 mCi/mL"}, "3.2 microlitres can hardly be drawn"),
        ({"amount": "32 mCi", "concentration": "0.1 mCi/mL"}, "320 mL are more than a syringe holds"),
        ({"amount": "32 mCi", "concentration": "10 mCi in 4 mL"}, "12.8 mL are more than the 4 mL of the vial"),
    ],
)
def test_a_volume_that_nobody_draws_is_told(stated, words):
    assert any(words in note for note in dosecalc.dispense(**stated, **DRAW).notes)
    ordinary = dosecalc.dispense(amount="32 mCi", concentration="10 mCi/mL", vial_volume="10 mL", **DRAW)
    assert not any("mL are more" in note or "microlitres" in note for note in ordinary.notes)


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"concentration": "40 mCi in"}, "--concentration"),
        ({"concentration": "40 mCi in 0 mL"}, "--concentration: read '0 mL', expected more than zero"),
        ({"concentration": "40 mL in 4 mCi"}, "--concentration: read '40 mL'"),
        (
            {"concentration": "40 mCi in 4 mL", "vial_volume": "5 mL"},
            "--vial-volume: read '5 mL', but the concentration",
        ),
        ({"concentration": "10 mCi/mL", "residual": "2 mL"}, "--residual: read '2 mL'"),
    ],
)
def test_vials_and_residuals_that_cannot_be(stated, words):
    with pytest.raises(InputError) as refused:
        dosecalc.dispense(amount="32 mCi", **stated, **DRAW)
    assert words in str(refused.value)
