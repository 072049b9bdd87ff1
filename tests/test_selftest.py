"""The acceptance kit: what is installed, the reference cases, and worked cases of a site."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from dosecalc.cases import selftest as kit
from dosecalc.cases.selftest import selftest
from dosecalc.errors import InputError
from dosecalc.version import USE_BY

TOP = Path(__file__).parent.parent
CASE = {
    "id": "ours", "why": "on paper", "command": "plan", "inputs": {"protocol": "clover2-20", "bsa": "1.5 m^2"},
    "expect": {"doses[0].amount.mCi": 30},
}  # fmt: skip


@pytest.fixture
def site(tmp_path):
    """A folder with one worked case, edited."""

    def made(**edit):
        (tmp_path / "ours.json").write_text(json.dumps(CASE | edit), encoding="utf-8")
        return tmp_path

    return made


def test_the_reference_cases_come_out_and_say_how_they_were_found():
    report = selftest()
    assert report.passed
    assert len(report.operation) >= 15
    assert all(each.passed and each.why for each in report.operation)
    commands = {json.loads(line)["command"] for line in (TOP / "seeds" / kit.TABLE).read_text("utf-8").splitlines()}
    assert {"plan", "limits", "decay", "dispense", "window", "crosscheck", "same", "check"} <= commands


def test_a_worked_case_of_a_site_passes_and_fails(site):
    assert [each.passed for each in selftest(site()).performance] == [True]
    report = selftest(site(expect={"doses[0].amount.mCi": 31, "doses[9].day": 1}))
    (case,) = report.performance
    assert not report.passed
    assert [(each.key, each.expected, each.found, each.same) for each in case.figures] == [
        ("exit", "0", "0", True),
        ("doses[0].amount.mCi", "31", "30.0", False),
        ("doses[9].day", "1", '"nothing stands at doses[9].day"', False),
    ]


@pytest.mark.parametrize(
    ("expect", "passed"),
    [
        ({"doses[0].amount.mCi": {"is": 30.4, "within": 0.5}}, True),
        ({"doses[0].amount.mCi": {"is": 30.6, "within": 0.5}}, False),
        ({"doses[0].amount.mCi": 30.0000001}, False),
        ({"doses[0].amount.mCi": "30"}, False),
        ({"doses[0].amount.mCi": True}, False),
        ({"doses[4].optional": True}, True),
        ({"doses[4].optional": 1}, False),
        ({"doses[2].day": None}, True),
        ({"clearance.verdict": "nothing found against it"}, False),
    ],
)
def test_a_value_is_the_expected_one_or_not(site, expect, passed):
    (case,) = selftest(site(expect=expect)).performance
    assert case.passed is passed


def test_an_expected_refusal_passes_and_an_unexpected_one_fails(site):
    refused = {"inputs": {"protocol": "clover2-20", "bsa": "1,5"}, "expect": {}}
    assert selftest(site(**refused, exit=2)).passed
    assert not selftest(site(**(refused | {"expect": {"doses[0].amount.mCi": 30}}))).passed


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "ours.json, line 1: not JSON"),
        ("[]", "ours.json, line 1: expected a worked case"),
        (json.dumps({key: value for key, value in CASE.items() if key != "expect"}), "expected a worked case"),
        (
            json.dumps(CASE | {"expected": 1}),
            "the key 'expected' is not known; a worked case has command, exit, expect",
        ),
        (json.dumps(CASE | {"expect": {}}), "a case that expects nothing tests nothing"),
        ('{"id": "a", "id": "b"}', "the key 'id' appears twice"),
    ],
)
def test_a_case_that_cannot_be_read_is_refused_with_its_place(dosecalc, tmp_path, text, words):
    (tmp_path / "ours.json").write_text(text, encoding="utf-8")
    answer = dosecalc("selftest", str(tmp_path))
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err


def test_a_folder_without_cases_is_refused(tmp_path):
    with pytest.raises(InputError, match="has no worked case"):
        selftest(tmp_path)
    with pytest.raises(InputError, match="cannot read the folder"):
        selftest(tmp_path / "nowhere")


def test_one_hash_is_of_everything_that_is_installed(monkeypatch):
    before = selftest().installed
    assert before.files > 300
    assert before.protocols == len(list((TOP / "protocols").glob("*.toml")))
    read = kit.folders.read_bytes
    monkeypatch.setattr(kit.folders, "read_bytes", lambda path: read(path) + b" " * path.endswith("clover2.toml"))
    assert selftest().installed.sha256 != before.sha256


def test_a_release_past_its_day_does_not_pass(monkeypatch):
    assert date.fromisoformat(USE_BY)
    monkeypatch.setattr(kit, "USE_BY", "2026-01-01")
    report = selftest()
    assert report.installed.past
    assert report.exit_status() == 1


def test_known_defects_of_this_release_are_told(monkeypatch):
    read = kit.folders.read_text
    rows = "version,since,what,do\n0.1.0,2026-12-01,doubles doses,use none\n0.0.9,2026-01-01,old,upgrade\n"
    told = lambda path: (rows, "") if path.endswith(kit.DEFECTS) else read(path)  # noqa: E731
    monkeypatch.setattr(kit.folders, "read_text", told)
    assert selftest().installed.defects == ("doubles doses (since 2026-12-01): use none",)


def test_the_report_has_three_lines_to_sign_and_its_schema(dosecalc, site):
    answer = dosecalc("selftest", str(site()))
    assert answer.status == 0
    assert answer.out.count("signature ____") == 3
    assert "Performance: the site's own worked cases: 1 of 1\n  ours: passed: on paper" in answer.out
    schema = json.loads((TOP / "docs" / "selftest.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(dosecalc("selftest", "--json").json, schema)
    failed = dosecalc("selftest", str(site(expect={"doses[0].amount.mCi": 31})))
    assert (failed.status, failed.out.splitlines()[-1]) == (1, "Self-test NOT passed")
    assert "ours: doses[0].amount.mCi: expected 31, found 30.0" in failed.out
