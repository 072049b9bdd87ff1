"""The form of a patient: everything that a plan asks is on it, and nothing on it is an answer before that is given."""

from __future__ import annotations

import io
import re
import sys
import tomllib

import pytest
from sound import Person

import dosecalc
from dosecalc import InputError
from dosecalc.files import folders
from dosecalc.requests.form import form, questions

ASKED = re.compile(r"--(?:set [\"']?(?P<name>[a-z0-9_.]+)|(?P<option>[a-z-]+))")
NOT_OF_A_PATIENT = {"start", "cycle-length", "level", "measured", "reduction", "given", "retention"}
SHARED = {"age_completed": "age", "marrow_mononuclear_per_weight": "cd34_per_weight"}


def filled_in(text):
    """The form as somebody would have it who only removed the signs of comments."""
    lines = [line for line in text.splitlines() if not line.startswith(("# --", "# A patient", "# Read it"))]
    return "\n".join(line.removeprefix("# ") for line in lines)


@pytest.mark.parametrize("arm", folders.arm_ids())
def test_everything_that_a_plan_asks_is_on_the_form(arm):
    stated = Person(arm).stated()
    stated = {key: value for key, value in stated.items() if key in ("level", "weight", "height", "start")}
    plan = dosecalc.plan(arm, **stated)
    asked = [q for each in plan.findings if each.status == "unknown" for q in each.settled_by]
    names = {match["name"] or match["option"] for text in asked for match in ASKED.finditer(text)} - NOT_OF_A_PATIENT
    keys = {question.key for question in questions(arm)}
    assert {SHARED.get(name, name) for name in names} - {"bsa", "weight", "height"} <= keys, arm


@pytest.mark.parametrize("arm", folders.arm_ids())
def test_the_empty_form_says_nothing_and_its_examples_cannot_be_read(arm, tmp_path):
    text = form(arm)
    assert {key: value for key, value in tomllib.loads(text).items() if value != {}} == {}
    for line in filled_in(text).splitlines():
        if not line or line.startswith("["):
            continue
        path = tmp_path / "one.toml"
        key = line.partition(" = ")[0].strip('"')
        inside = next(each for each in questions(arm) if each.key == key).inside
        path.write_text(("[observables]\n" if inside else "") + line + "\n", encoding="utf-8")
        with pytest.raises(InputError):
            dosecalc.plan(arm, patient=str(path))


def test_a_form_that_was_filled_in_is_read(dosecalc, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    answer = dosecalc("patient", "new", "--protocol", "pluvicto-mcrpc", "smith.toml")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == "Wrote smith.toml. Next:\n  dosecalc plan --protocol pluvicto-mcrpc --patient smith.toml\n"
    text = (tmp_path / "smith.toml").read_text(encoding="utf-8")
    text = text.replace('# age = "... y"', 'age = "70 y"').replace('# psma_positive = "..."', "psma_positive = true")
    (tmp_path / "smith.toml").write_text(text, encoding="utf-8")
    plan = dosecalc("plan", "--protocol", "pluvicto-mcrpc", "--patient", "smith.toml", "--json").json
    passed = {each["rule"] for each in plan["findings"] if each["status"] == "pass"}
    assert {"age", "indication"} <= passed
    again = dosecalc("patient", "new", "--protocol", "pluvicto-mcrpc", "smith.toml")
    assert (again.status, again.err) == (2, "dosecalc: FILE: smith.toml exists already; nothing was written\n")


def test_the_questions_are_asked_and_wrong_answers_refused(dosecalc, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = {"patient_id": "MRN 1; 1961-05-04", "age": "70", "sex": "male", "psma_positive": "yes"}
    lines = [said.get(each.key, "") for each in questions("pluvicto-mcrpc")]
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    answer = dosecalc("patient", "new", "--protocol", "pluvicto-mcrpc", "--ask", "smith.toml")
    assert (answer.status, answer.err) == (0, "")
    read = tomllib.loads((tmp_path / "smith.toml").read_text(encoding="utf-8"))
    assert read == {
        "patient_id": ["MRN 1", "1961-05-04"],
        "age": "70",
        "sex": "male",
        "observables": {"psma_positive": "yes"},
    }
    assert dosecalc("plan", "--protocol", "pluvicto-mcrpc", "--patient", "smith.toml").status == 0
    monkeypatch.setattr(sys, "stdin", io.StringIO("MRN 1\n\n\nold\n"))
    wrong = dosecalc("patient", "new", "--protocol", "pluvicto-mcrpc", "--ask", "other.toml")
    assert wrong.status == 2
    assert "read 'old'" in wrong.err
    assert not (tmp_path / "other.toml").exists()


def test_an_arm_that_is_not_known_is_refused(dosecalc):
    answer = dosecalc("patient", "new", "--protocol", "pluvicto")
    assert (answer.status, answer.out) == (2, "")
