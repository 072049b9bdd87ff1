"""A new protocol file from answers: sound, commented, and never half-written."""

from __future__ import annotations

import io
import sys
import tomllib

import pytest

ANSWERS = {
    "title": "131I-tracer in an invented tumour", "status": "", "purpose": "",
    "agent": "131I-tracer", "nuclide": "I-131", "route": "iv",
    "level": "5 mCi/kg", "cap": "300 mCi", "floor": "", "tolerance": "", "days": "1, 15", "cycles": "2",
    "length": "8 week", "toxicity": "", "age": "2 y",
    "oldest": "25", "platelets": "100 10^9/L", "anc": "750/uL", "source": "Our protocol",
    "where": "page 5", "read": "yes", "owner": "",
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
        "regimen", "levels", "route", "age-least", "age-completed-most", "platelets-least", "anc-least"}  # fmt: skip


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
        ({"level": "from 10 kg 50 MBq; from 20 kg"}, "expected from which weight on and the level"),
        ({"level": "from 10 kg 50 MBq; from 10000 g 74 MBq"}, "two classes begin at the same value"),
        ({"level": "from 10 50 MBq"}, "a number without a unit"),
        ({"tolerance": "10"}, "a number without a unit"),
        ({"tolerance": "0.7 GBq/kg"}, "Expected a percentage"),
        ({"toxicity": "platelets"}, "expected a toxicity with its grade"),
        ({"toxicity": "platelets grade 2\n2\n"}, "expected a grade below 2"),
        ({"owner": "A. Weiss\nsoon"}, "expected a date such as 2027-01-31"),
        (
            {"source": None, "where": None, "read": None, "owner": None},
            "the answers ended here, and nothing was written",
        ),
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


def test_everything_that_new_asks(new, dosecalc, tmp_path):
    """Classes by weight, both bounds, a tolerance, a ladder, and who answers for the file."""
    answer = new(level="from 20 kg 74 MBq; from 10 kg 50 to 60 MBq", cap="70 MBq", floor="55 MBq", tolerance="10 %",
                 toxicity="platelets grade 2\n1\n37 MBq", owner="A. Weiss\n2027-01-31")  # fmt: skip
    assert (answer.status, answer.err) == (0, "")
    lint = dosecalc("protocol", "lint", "study.toml")
    assert (lint.status, lint.out) == (0, "study.toml: sound\n")
    plan = dosecalc("plan", "--protocol", "study.toml", "--weight", "25", "--toxicity", "1=platelets grade 2", "--json")
    assert plan.json["doses"][0]["amount"]["MBq"] == 70
    assert plan.json["doses"][0]["bounded"] == "cap"
    found = {each["part"]: each["status"] for each in plan.json["findings"] if each["rule"] == "toxicity"}
    assert found == {"cycle-1, platelets, hold": "unknown", "cycle-1, platelets, reduce": "violation"}
    light = dosecalc("plan", "--protocol", "study.toml", "--weight", "12", "--level", "50 MBq", "--json").json
    assert (light["doses"][0]["amount"]["MBq"], light["doses"][0]["bounded"]) == (55, "floor")
    assert dosecalc("plan", "--protocol", "study.toml", "--weight", "9").status == 1  # no level applies
    shown = dosecalc("protocol", "show", "study.toml").out
    assert "Review: not reviewed yet, next on 2027-01-31, owner A. Weiss" in shown
    raw = tomllib.loads((tmp_path / "study.toml").read_text(encoding="utf-8"))
    assert raw["arms"][0]["cycles"][0]["doses"][0]["tolerance"] == "10 %"


# -- tables ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def imported(dosecalc, monkeypatch, tmp_path):
    """``dosecalc protocol import`` of a table, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def command(text, *args):
        (tmp_path / "table.csv").write_text(text, encoding="utf-8")
        return dosecalc("protocol", "import", "table.csv", "--agent", "131I-tracer", "--nuclide", "I-131", *args)

    return command


CLASSES = "weight [kg],activity [MBq]\n3,26\n10,50\n20.5,74\n"
COHORTS = "Cohort;Level\n1;12.5 mCi/m^2\n2;25 mCi/m^2\nexpansion;8 to 18 mCi/kg\n"


def test_a_table_of_classes_becomes_a_list_of_levels(imported, dosecalc, tmp_path):
    answer = imported(CLASSES, "--source", "A card", "-o", "card.toml")
    assert (answer.status, answer.err) == (0, "")
    assert "dosecalc plan --protocol card.toml --weight 20" in answer.out
    assert dosecalc("protocol", "lint", "card.toml").out == "card.toml: sound\n"
    for weight, amount in (("3", 26), ("9.99", 26), ("10", 50), ("20.49", 50), ("20.5", 74), ("90", 74)):
        plan = dosecalc("plan", "--protocol", "card.toml", "--weight", weight, "--json").json
        assert plan["doses"][0]["amount"]["MBq"] == amount
        assert plan["unconfirmed"] == []
    assert dosecalc("plan", "--protocol", "card.toml", "--weight", "2.99").status == 1
    text = (tmp_path / "card.toml").read_text(encoding="utf-8")
    assert "# below 3 kg no level applies" in text


def test_a_table_of_cohorts_becomes_arms_and_nothing_is_confirmed_without_a_source(imported, dosecalc):
    assert imported(COHORTS).status == 0
    assert dosecalc("protocol", "lint", "table.toml").status == 0
    for arm, args, amount in (("1", ["--bsa", "2"], 25), ("2", ["--bsa", "2"], 50),
                              ("expansion", ["--weight", "10", "--level", "9 mCi/kg"], 90)):  # fmt: skip
        plan = dosecalc("plan", "--protocol", f"table.toml#table-{arm}", *args, "--json").json
        assert plan["doses"][0]["amount"]["mCi"] == amount
        assert {each["fact"] for each in plan["unconfirmed"]} == {"regimen", "levels"}


def test_ages_and_arms_together(imported, dosecalc):
    text = "arm\tage\tactivity\nA\t1 y\t10 MBq\nA\t5 y\t20 MBq\nB\t18 y\t30 MBq\n"
    assert imported(text, "--source", "A card").status == 0
    plan = dosecalc("plan", "--protocol", "table.toml#table-a", "--age", "7", "--json").json
    assert plan["doses"][0]["amount"]["MBq"] == 20


@pytest.mark.parametrize(
    ("text", "args", "words"),
    [
        ("", (), "there is no row; the first line names the columns"),
        ("weight [kg],activity [MBq]\n", (), "there is no row"),
        ("weight,colour\n3 kg,red\n", (), "read the column 'colour', expected one of level, activity"),
        ("weight,age,level\n3 kg,2 y,5 MBq\n", (), "the columns 'weight' and 'age' say the same"),
        ("weight [kg]\n3\n", (), "no column has the levels"),
        ("weight [kg],activity [MBq]\n3,\n", (), "line 2: a cell is empty"),
        ("weight [kg],activity [MBq]\n3,5\n3.0,6\n", (), "two classes begin at the same value"),
        ("weight [kg],activity [MBq]\n3,5,5\n", (), "read 3 cells, expected 2; decimals have a point"),
        ("weight;activity [MBq]\n3,500 kg;5\n", (), "which may be a decimal comma or a thousand"),
        ("weight [kg],activity [mg]\n3,5\n", (), "line 2: read '5 mg'"),
        ("activity\n5 MBq\n6 MBq\n", (), "line 3: the table has two levels"),
        ("arm,activity\nA,5 MBq\na!,6 MBq\n", (), "two arms come to the same id"),
        ("activity\n5 MBq\n", ("-o", "table.txt"), "--output: read 'table.txt', expected a name that ends with .toml"),
        ("activity\n5 MBq\n", ("-o", "zevalin.toml"), "there is a protocol 'zevalin' already"),
        ("activity\n5 MBq\n", ("--nuclide", "I-444"), "which is no radionuclide of the table"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_and_nothing_is_written(imported, tmp_path, text, args, words):
    answer = imported(text, *args)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err
    assert [path.name for path in tmp_path.iterdir()] == ["table.csv"]


def test_no_file_is_overwritten_by_an_import(imported, dosecalc):
    assert imported(CLASSES).status == 0
    assert "table.toml exists already; nothing was written" in imported(CLASSES).err
    assert dosecalc("protocol", "import", "nowhere.csv", "--agent", "a").status == 2
