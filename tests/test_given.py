"""What was given against what was planned: by how much, of what, and the likely slip.

The amounts are worked out by hand: 55 kBq/kg x 80 kg is 4,400 kBq, 20 mCi/m² x 1.6 m² is 32 mCi.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import dosecalc
from dosecalc.files import folders


def given(plan, part=None):
    return [f for f in plan.findings if f.rule == "given-amount" and f.part == part]


@pytest.mark.parametrize(
    ("arm", "patient", "amount", "status", "words"),
    [
        ("xofigo-2016", {"weight": 80}, "4400 MBq", "violation", "a factor of 1,000"),
        ("xofigo-2016", {"weight": 80}, "4.4 MBq", "pass", "just the planned 4.4 MBq"),
        ("clover2-20", {"bsa": 1.6}, "1184 mCi", "violation", "a factor of 37"),
        ("clover2-20", {"bsa": 1.6}, "320 mCi", "violation", "the decimal point"),
        ("clover2-20", {"bsa": 1.6}, "70.5 mCi", "violation", "pounds and kilograms"),
        ("clover2-20", {"bsa": 1.6}, "35.2 mCi", "pass", "10 % above"),  # just 10 %
        ("clover2-20", {"bsa": 1.6}, "35.21 mCi", "warning", "more than 10 % is our limit"),
        ("clover2-20", {"bsa": 1.6}, "38.39 mCi", "warning", "20 % above"),
        ("clover2-20", {"bsa": 1.6}, "38.4 mCi", "violation", "20 % or more is our limit"),  # just 20 %
        ("clover2-20", {"bsa": 1.6}, "25.6 mCi", "violation", "20 % below"),
        ("clover2-20", {"bsa": 1.6}, "0 mCi", "violation", "100 % below"),
        # of a range the nearest end counts: 8 mCi/kg x 20 kg is 160 mCi
        ("mibg-compassionate-nb", {"weight": 20}, "158 mCi", "pass", "1.25 % below the nearest end"),
        ("mibg-compassionate-nb", {"weight": 20}, "143 mCi", "warning", "10.6 % below the nearest end"),
        ("mibg-compassionate-nb", {"weight": 20}, "300 mCi", "pass", "within what the protocol allows"),
        # a chosen level is what was planned
        ("mibg-compassionate-nb", {"weight": 20, "level": "12 mCi/kg"}, "300 mCi", "violation", "25 % above"),
        ("inotuzumab", {"bsa": 1, "observables": {"remission": True}}, "0.5 mg", "violation", "the amount of dose 2"),
    ],
)
def test_an_amount_is_held_against_the_planned_one(arm, patient, amount, status, words):
    plan = dosecalc.plan(arm, given={1: amount}, **patient)
    (finding,) = given(plan)
    assert finding.status == status
    assert words in finding.message
    assert (plan.exit_status() == 1) == (status == "violation")


def test_a_reduced_level_is_one_warning_that_names_the_option():
    plan = dosecalc.plan("lutathera-gep-net", given={1: "7.4 GBq", 2: "3.7 GBq"})
    assert [f.status for f in given(plan)] == ["warning", "pass"]
    assert "--reduction 2=1" in given(plan)[0].message
    told = dosecalc.plan("lutathera-gep-net", given={1: "7.4 GBq", 2: "3.7 GBq"}, reduction={2: 1})
    assert [f.status for f in given(told)] == ["pass", "pass"]


def test_a_cap_of_the_source_has_no_tolerance_of_ours():
    patient = {"weight": 90, "observables": {"platelets[1]": "160 10^9/L"}}
    above = dosecalc.plan("zevalin-relapsed", given={1: "32.1 mCi"}, **patient)
    assert [f.status for f in given(above, "cap")] == ["violation"]
    assert not given(dosecalc.plan("zevalin-relapsed", given={1: "32 mCi"}, **patient), "cap")


def test_an_activity_that_follows_from_one_in_doubt_says_so():
    patient = {"weight": 20, "bsa": "0.79 m^2", "measured": {1: "1.357 Gy"}}
    plan = dosecalc.plan("mibg-4gy-melphalan", given={1: "8880 mCi"}, **patient)
    (finding,) = given(plan, "scaled")
    assert (finding.status, finding.dose) == ("warning", 2)
    assert "dose 1, which is in doubt" in finding.message
    assert not given(dosecalc.plan("mibg-4gy-melphalan", given={1: "8880 MBq"}, **patient), "scaled")


def test_the_limits_that_are_ours_are_listed_apart():
    plan = dosecalc.plan("clover2-20", bsa=1.6, given={1: "36 mCi"})
    assert [belief.fact for belief in plan.beliefs] == ["beliefs#given-amount-warning"]
    assert not [each for each in plan.unconfirmed if each.fact.startswith("beliefs#")]


def test_a_site_changes_a_limit_of_ours_in_one_file(tmp_path, monkeypatch):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "beliefs.toml").write_text(
        """schema = 1
id = "beliefs"
title = "Ours"
publisher = "a hospital"
kind = "belief"
[[facts]]
id = "given-amount-warning"
statement = "five percent here"
values = ["5 %"]
"""
    )
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    (finding,) = given(dosecalc.plan("clover2-20", bsa=1.6, given={1: "34 mCi"}))  # 6.25 % above
    assert finding.status == "warning"
    assert "more than 5 % is our limit" in finding.message


@pytest.mark.parametrize(
    ("text", "words"), [('values = ["5 day"]', "not of the kind of ours, 10 %"), ('values = ["much"]', "read 'much'")]
)
def test_a_sheet_of_beliefs_that_does_not_read_is_refused(tmp_path, monkeypatch, text, words):
    (tmp_path / "seeds").mkdir()
    facts = f'[[facts]]\nid = "given-amount-warning"\nstatement = "x"\n{text}\n'
    (tmp_path / "seeds" / "beliefs.toml").write_text(facts)
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    with pytest.raises(dosecalc.InputError, match=words):
        dosecalc.plan("clover2-20", bsa=1.6, given={1: "34 mCi"})


def test_the_limit_that_a_check_states_is_the_sites_own(tmp_path, monkeypatch):
    (tmp_path / "seeds").mkdir()
    fact = '[[facts]]\nid = "given-amount-violation"\nstatement = "x"\nvalues = ["15 %"]\n'
    (tmp_path / "seeds" / "beliefs.toml").write_text(fact)
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    plan = dosecalc.plan("clover2-20", bsa=1.6, given={1: "37.5 mCi"})  # 17.2 % above
    (finding,) = given(plan)
    assert (finding.status, finding.checks[0].limit) == ("violation", {"value": 15.0, "unit": "%"})
    assert [source["id"] for source in plan.sources][-2:] == ["beliefs", "beliefs"]


def test_every_limit_of_ours_is_read_somewhere():
    code = "\n".join(path.read_text(encoding="utf-8") for path in Path(dosecalc.__file__).parent.rglob("*.py"))
    sheet = Path(folders.shipped("seeds"), "beliefs.toml").read_text(encoding="utf-8")
    names = [fact["id"] for fact in tomllib.loads(sheet)["facts"]]
    assert [name for name in names if f'"{name}"' not in code and f"beliefs#{name}" not in code] == []


@pytest.mark.parametrize(
    ("given", "status"),
    [
        # 7.4 GBq give or take 10 %, which the label states: 6.66 to 8.14, exactly
        ("8.14 GBq", "pass"),
        ("8141 MBq", "violation"),
        ("6.66 GBq", "pass"),
        ("6659 MBq", "violation"),
        ("7.4 GBq", "pass"),
    ],
)
def test_a_tolerance_of_the_source_holds_in_place_of_ours(given, status):
    plan = dosecalc.plan("pluvicto-mcrpc", given={1: given})
    (found,) = [each for each in plan.findings if each.rule == "given-amount"]
    assert (found.status, "pluvicto-label#tolerance" in found.cite) == (status, True)
    assert not [each for each in plan.beliefs if "given-amount" in each.fact]
    assert status == "pass" or "the source lets it be 10 % off" in found.message


@pytest.mark.parametrize(("given", "status"), [("6490 MBq", "pass"), ("6491 MBq", "violation"), ("5.9 GBq", "pass")])
def test_a_reduced_dose_has_its_own_tolerance(given, status):
    """5.9 GBq give or take 10 %: 5.31 to 6.49."""
    plan = dosecalc.plan("pluvicto-mcrpc", given={1: given}, reduction={1: 1})
    assert {each.status for each in plan.findings if each.rule == "given-amount"} == {status}


def test_a_tolerance_may_be_an_amount(tmp_path):
    """7.5 GBq give or take 0.7, as a trial states it: 6.8 to 8.2."""
    text = (
        'schema = 1\nid = "local"\ntitle = "t"\nstatus = "investigational"\n[agents.drug]\nname = "177Lu-madeupine"\n'
        'radionuclide = "Lu-177"\n[[arms]]\nid = "local-a"\ntitle = "t"\ncite = "level"\n[[arms.cycles]]\n'
        'doses = [{ agent = "drug", day = 1, level = "7.5 GBq", tolerance = "0.7 GBq" }]\n[[facts]]\nid = "level"\n'
        'statement = "s"\nvalues = ["7.5 GBq", "0.7 GBq"]\n'
    )
    path = tmp_path / "local.toml"
    path.write_text(text, encoding="utf-8")
    for given, status in (
        ("6.8 GBq", "pass"),
        ("8.2 GBq", "pass"),
        ("8201 MBq", "violation"),
        ("6799 MBq", "violation"),
    ):
        plan = dosecalc.plan(str(path), given={1: given})
        assert {each.status for each in plan.findings if each.rule == "given-amount"} == {status}, given


@pytest.mark.parametrize(("weight", "given"), [("62.5 kg", "14.8 GBq"), ("70 kg", "15.7 GBq")])
def test_a_reduced_amount_is_named_where_the_reduced_level_goes_by_weight(weight, given):
    """Azedra: 7 mCi/kg up to 62.5 kg (16,187.5 MBq there), 425 mCi above it (15,725 MBq)."""
    plan = dosecalc.plan("azedra-therapeutic", weight=weight, given={1: "18.5 GBq", 2: given})
    (found,) = [each for each in plan.findings if each.rule == "given-amount" and each.dose == 2]
    assert (found.status, "--reduction 2=1" in found.message) == ("warning", True)
