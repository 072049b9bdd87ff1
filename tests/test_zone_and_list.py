"""The zone of a site, set once; and for whom an arm is, as the list tells it."""

from __future__ import annotations

import pytest

VIAL = ("dispense", "--amount", "32 mCi", "--nuclide", "I-131", "--concentration", "10 mCi/mL", "--json")
LOCAL = ("--reference", "2026-03-01T12:00", "--at", "2026-03-09T12:00")
FIXED = ("--reference", "2026-03-01T12:00-06:00", "--at", "2026-03-09T12:00-05:00")


def test_a_clock_time_takes_the_zone_of_the_site_and_the_result_keeps_it(dosecalc, monkeypatch):
    """Clocks in Chicago went forward on 8 March 2026: eight days are 191 hours."""
    assert "zone" in dosecalc(*VIAL, *LOCAL).err or dosecalc(*VIAL, *LOCAL).status == 2
    monkeypatch.setenv("DOSECALC_ZONE", "America/Chicago")
    found = dosecalc(*VIAL, *LOCAL).json
    assert (found["elapsed_h"], found["inputs"]["tz"]) == (191.0, ["America/Chicago"])
    stated = dosecalc(*VIAL, *LOCAL, "--tz", "Europe/Berlin").json
    assert stated["inputs"]["tz"] == ["Europe/Berlin"]
    assert "tz" not in dosecalc(*VIAL, *FIXED).json["inputs"]
    assert dosecalc(*VIAL, *FIXED).json["elapsed_h"] == 191.0


def test_a_zone_that_is_none_is_refused(dosecalc, monkeypatch):
    monkeypatch.setenv("DOSECALC_ZONE", "Chicago")
    answer = dosecalc(*VIAL, *LOCAL)
    assert (answer.status, answer.out) == (2, "")
    assert "Chicago" in answer.err


def test_a_table_of_a_record_takes_it_too_and_a_file_of_its_own_zone_does_not(dosecalc, monkeypatch, tmp_path):
    (tmp_path / "r.csv").write_text("prescribed,given,given_at\n7.4 GBq,7.4 GBq,2026-03-02T10:00\n", encoding="utf-8")
    toml = 'tz = "Europe/Berlin"\n[[doses]]\nprescribed = "7.4 GBq"\ngiven = "7.4 GBq"\ngiven_at = "2026-03-02T10:00"\n'
    (tmp_path / "r.toml").write_text(toml, encoding="utf-8")
    monkeypatch.setenv("DOSECALC_ZONE", "America/Chicago")
    times = [
        dosecalc("record", str(tmp_path / f"r.{kind}"), "--json").json["doses"][0]["given_at"]
        for kind in ("csv", "toml")
    ]
    assert times == ["2026-03-02T10:00-06:00", "2026-03-02T10:00+01:00"]


@pytest.mark.parametrize(
    ("arm", "disease", "ages"),
    [
        ("clover2-20", "high grade glioma", "at least 10 y, at most 25 y"),
        ("pluvicto-mcrpc", "prostate cancer", "at least 18 y"),
        (
            "mibg-compassionate-ppgl",
            "phaeochromocytoma, paraganglioma, related tumour",
            "at least 1 y and at most 12 y",
        ),
        ("compete-edotreotide", "gastroenteropancreatic neuroendocrine tumours", "at least 18 y"),
        ("eanm-card-mibg-123", None, None),
    ],
)
def test_the_list_says_for_whom_an_arm_is(dosecalc, arm, disease, ages):
    (row,) = [row for row in dosecalc("protocol", "list", "--json").json if row["arm"] == arm]
    assert (row["disease"], row["ages"]) == (disease, ages)


def test_a_disease_finds_its_arms(dosecalc):
    found = dosecalc("protocol", "list", "prostate").out
    assert "pluvicto-mcrpc" in found
    assert "prostate cancer, age at least 18 y" in found
