"""A new protocol file from answers: sound, commented, and never half-written."""

from __future__ import annotations

import io
import sys
import tomllib

import pytest

ANSWERS = {
    "title": "131I-tracer in an invented tumour", "status": "", "purpose": "",
    "agent": "131I-tracer", "nuclide": "I-131", "route": "iv",
    "level": "5 mCi/kg", "cap": "300 mCi", "days": "1, 15", "cycles": "2", "length": "8 week", "age": "2 y",
    "oldest": "25", "platelets": "100 10^9/L", "anc": "750/uL", "source": "Our protocol",
    "where": "page 5", "read": "yes",
}  # fmt: skip


@pytest.fixture
def new(dosecalc, monkeypatch, tmp_path):
    """``dosecalc protocol new`` in an empty folder, with some answers other than those above."""
    monkeypatch.chdir(tmp_path)

    def command(*args, **answers):
        said = {**ANSWERS, **answers}
        lines = "".join(f"{text}\n" for text in said.values() if text is not None)
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        return dosecalc("protocol", "new", *(args or ("study.toml",)))

    return command


def test_the_file_is_sound_and_plans_what_was_answered(new, dosecalc, tmp_path):
    answer = new()
    assert (answer.status, answer.err) == (0, "")
    assert "Wrote study.toml" in answer.out
    lint = dosecalc("protocol", "lint", "study.toml")
    assert (lint.status, lint.out) == (0, "study.toml: sound\n")
    plan = dosecalc("plan", "--protocol", "study.toml", "--weight", "20", "--json").json
    assert [dose["amount"]["mCi"] for dose in plan["doses"]] == [100.0] * 4
    assert [dose["day"] for dose in plan["doses"]] == [1, 15, 57, 71]
    heavy = dosecalc("plan", "--protocol", "study.toml", "--weight", "80", "--json").json
    assert heavy["doses"][0]["bounded"] == "cap"
    assert {(f["rule"], f["part"]) for f in plan["findings"]} >= {
        ("age", "minimum"), ("age", "maximum"), ("platelets", None), ("anc", None)}  # fmt: skip
    raw = tomllib.loads((tmp_path / "study.toml").read_text(encoding="utf-8"))
    assert list(raw["agents"]) == ["tracer"]
    assert all(fact["where"] == "Our protocol, page 5" for fact in raw["facts"])
    assert (tmp_path / "study.toml").read_text(encoding="utf-8").count("\n#") > 8


@pytest.mark.parametrize(
    ("answers", "size", "first"),
    [
        ({"level": "20 mCi/m^2", "cap": "", "length": ""}, ["--bsa", "1.6"], {"MBq": 1184.0, "mCi": 32.0}),
        ({"level": "8 to 18 mCi/kg"}, ["--weight", "10", "--level", "12 mCi/kg"], {"MBq": 4440.0, "mCi": 120.0}),
        ({"level": "8 mCi/kg to 18 mCi/kg"}, ["--weight", "10", "--level", "8 mCi/kg"], {"MBq": 2960.0, "mCi": 80.0}),
        ({"nuclide": "none", "level": "0.8 mg/m^2", "cap": ""}, ["--bsa", "1"], {"mg": 0.8}),
        ({"level": "148 MBq", "cap": "", "days": "", "cycles": "", "length": None}, [], {"MBq": 148.0, "mCi": 4.0}),
    ],
)
def test_levels_of_every_kind(new, dosecalc, answers, size, first):
    assert new(**answers).status == 0
    assert dosecalc("protocol", "lint", "study.toml").status == 0
    plan = dosecalc("plan", "--protocol", "study.toml", *size, "--json")
    assert plan.json["doses"][0]["amount"] == first


def test_what_is_only_recalled_is_unconfirmed(new, dosecalc):
    assert new(read="no").status == 0
    plan = dosecalc("plan", "--protocol", "study.toml", "--weight", "20", "--json").json
    assert {fact["fact"] for fact in plan["unconfirmed"]} == {
        "regimen", "route", "age-least", "age-completed-most", "platelets-least", "anc-least"}  # fmt: skip


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"title": " "}, "the title says what is given to whom"),
        ({"status": "new"}, "expected one of investigational"),
        ({"nuclide": "I-444"}, "which is no radionuclide of the table"),
        ({"level": "5 mCi"}, None),
        ({"level": "5"}, "a number without a unit"),
        ({"level": "5 mg/kg"}, "Expected an activity"),
        ({"level": "18 to 8 mCi/kg"}, "expected a lower and a higher quantity"),
        ({"level": "0 mCi/kg"}, "expected more than zero"),
        ({"cap": "300"}, "a number without a unit"),
        ({"days": "2, 15"}, "expected days in order from 1"),
        ({"days": "1, 1"}, "expected days in order from 1"),
        ({"days": "one"}, "expected the days of the doses"),
        ({"cycles": "0"}, "expected a whole number from 1 to 99"),
        ({"length": "10 day"}, "at least 15"),
        ({"length": "1.5 day"}, "expected whole days"),
        ({"platelets": "100"}, "a number without a unit"),
        ({"read": "perhaps"}, "expected yes or no"),
        ({"source": None, "where": None, "read": None}, "the answers ended here, and nothing was written"),
    ],
)
def test_an_answer_that_cannot_be_read_is_told_and_nothing_is_written(new, tmp_path, answers, words):
    answer = new(**answers)
    assert answer.status == (0 if words is None else 2)
    assert list(tmp_path.iterdir()) == ([tmp_path / "study.toml"] if words is None else [])
    if words is not None:
        assert words in answer.err


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("study.txt", "expected a name that ends with .toml"),
        ("zevalin.toml", "there is a protocol 'zevalin' already"),
        ("Study.toml", "expected small letters, digits and hyphens"),
        ("nowhere/study.toml", "cannot write nowhere/study.toml"),
    ],
)
def test_names_that_cannot_be(new, tmp_path, name, words):
    answer = new(name)
    assert answer.status == 2
    assert words in answer.err
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_overwritten(new, tmp_path):
    (tmp_path / "study.toml").write_text("mine", encoding="utf-8")
    answer = new()
    assert (answer.status, answer.out) == (2, "")
    assert "exists already; no question was asked" in answer.err
    assert (tmp_path / "study.toml").read_text(encoding="utf-8") == "mine"


def test_quotes_and_signs_in_answers_are_kept(new, dosecalc, tmp_path):
    assert new(title='A "quoted" study \\ of µ', agent="¹³¹I-tracer").status == 0
    raw = tomllib.loads((tmp_path / "study.toml").read_text(encoding="utf-8"))
    assert raw["title"] == 'A "quoted" study \\ of µ'
    assert dosecalc("protocol", "lint", "study.toml").status == 0
