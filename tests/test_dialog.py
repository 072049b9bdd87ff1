"""A case filled in by questions: what is asked, in which words, and what the file that is written says."""

from __future__ import annotations

import tomllib

import pytest

from dosecalc import InputError, check_dose
from dosecalc.gate.dialog import Asking, Dialog

ANSWERS = {
    "at": "2026-03-02T10:30+01:00", "patient.ids": "MRN 1234; 1961-05-04", "patient.identified_by": "wristband",
    "patient.sex": "female", "patient.pregnancy": "negative", "patient.pregnancy.test": "serum hCG",
    "patient.pregnancy.at": "2026-03-01T16:00+01:00", "patient.breast_feeding": "no",
    "directive.amount": "7.4 GBq; 200 mCi", "directive.by": "Dr Adams", "directive.at": "2026-03-01T15:00+01:00",
    "order.amount": "7.4 GBq", "order.agent": "Lutathera", "received.agent": "Lutathera", "received.amount": "7.5 GBq",
    "received.calibrated": "2026-03-02T10:30+01:00", "received.expires": "2026-03-03T10:30+01:00",
    "assay.amount": "7.45 GBq", "assay.at": "2026-03-02T10:15+01:00", "assay.by": "T. Becker",
    "assay.instrument": "calibrator 2, Lu-177", "count.expected": "1", "count.present": "1", "checked.by": "M. Weiss",
    "administering.by": "N. Roth", "steps.consent": "signed 27 February", "steps.amino_acids": "started at 10:00",
    "dose": "1", "patient.age": "54", "facts.diagnosis": "gep-net", "facts.sstr_positive": "true",
    "patient.washouts.washout_long_acting_analogue": "40 day",
    "patient.washouts.washout_short_acting_analogue": "never",
}  # fmt: skip


def asked_in(dialog, answers):
    """Every key that is asked, in its order, each answered."""
    keys = []
    while (question := dialog.question()) is not None:
        keys.append(question.key)
        dialog.answer(question, answers.get(question.key, ""))
    return keys


@pytest.fixture
def asking(dosecalc, tmp_path, monkeypatch):
    """``dosecalc check --ask ARM case.toml`` with answers that are typed in the order of the questions."""

    def command(arm, answers):
        class Typed:
            def isatty(self):
                return False

        keys = asked_in(Dialog(arm), answers)
        lines = iter(answers.get(key, "") for key in keys)
        monkeypatch.setattr("sys.stdin", Typed())
        monkeypatch.setattr("dosecalc.cli.interview.click.prompt", lambda *_, **__: next(lines))
        path = tmp_path / "case.toml"
        return path, dosecalc("check", "--ask", arm, str(path))

    return command


def test_everything_that_is_asked_and_answered_goes():
    dialog = Dialog("lutathera-gep-net")
    keys = asked_in(dialog, ANSWERS)
    assert set(keys) == set(ANSWERS)
    assert dialog.check().go, dialog.check().holds
    assert dialog.question() is None


def test_a_man_is_not_asked_for_a_pregnancy_and_a_womans_test_is_followed_up():
    keys = asked_in(Dialog("lutathera-gep-net"), ANSWERS | {"patient.sex": "male"})
    assert not any("pregnan" in key or "breast" in key for key in keys)
    asked = asked_in(Dialog("lutathera-gep-net"), ANSWERS | {"patient.pregnancy": "hysterectomy"})
    assert "patient.pregnancy.test" not in asked


def test_nothing_is_asked_twice_and_what_is_left_out_holds():
    dialog = Dialog("clover2-20")
    keys = asked_in(dialog, {})
    assert len(keys) == len(set(keys)) > 25
    assert not dialog.check().go


@pytest.mark.parametrize("arm", ["pluvicto-mcrpc", "xofigo-2016", "mibg-compassionate-nb", "inotuzumab", "psma-225ac"])
def test_every_question_reads_as_one(arm):
    dialog, words = Dialog(arm), []
    while (question := dialog.question()) is not None:
        words.append(question.words)
    assert all(each[0].isupper() and "not stated" not in each and "--" not in each for each in words), words


def test_an_answer_that_cannot_be_read_is_refused_and_leaves_the_case_as_it_was():
    dialog = Dialog("lutathera-gep-net")
    with pytest.raises(InputError, match="assay"):
        dialog.answer(Asking("assay.at", "when it was measured"), "half past ten")
    with pytest.raises(InputError, match="read 'one', expected a whole number"):
        dialog.answer(Asking("count.present", "how many there are"), "one")
    assert set(dialog.case) == {"protocol", "directive"}


def test_the_file_that_is_written_says_the_same(asking):
    path, answer = asking("lutathera-gep-net", ANSWERS)
    assert answer.status == 0, answer.out
    assert f"Wrote {path}." in answer.out
    assert answer.out.splitlines()[-1] == "GO"
    text = path.read_text(encoding="utf-8")
    assert check_dose(path).go
    assert tomllib.loads(text)["patient"]["pregnancy"] == {
        "result": "negative", "test": "serum hCG", "at": "2026-03-01T16:00+01:00",
    }  # fmt: skip
    assert '# -- the lot\n# lot = ""' in text  # what was not asked still stands there to be filled in


def test_what_was_left_out_stands_as_a_comment_and_holds(asking):
    path, answer = asking("lutathera-gep-net", {key: text for key, text in ANSWERS.items() if key != "assay.by"})
    assert (answer.status, answer.out.splitlines()[-1]) == (1, "HOLD, 1 reason")
    assert '# -- who measured\n# by = ""' in path.read_text(encoding="utf-8")


def test_a_bare_yes_is_asked_again():
    keys = asked_in(Dialog("lutathera-gep-net"), ANSWERS | {"steps.amino_acids": "yes"})
    assert keys.count("steps.amino_acids") == 2


def test_it_is_refused_before_the_first_question(dosecalc, tmp_path):
    path = tmp_path / "case.toml"
    path.write_text("", encoding="utf-8")
    said = dosecalc("check", "--ask", "lutathera-gep-net", str(path))
    assert (said.status, said.out) == (2, "")
    assert "exists already; no question was asked" in said.err
    assert "expected a name that ends with .toml" in dosecalc("check", "--ask", "lutathera-gep-net", "case.txt").err
    assert "state with it the file to be written" in dosecalc("check", "--ask", "lutathera-gep-net").err
    assert "clover2-20" in dosecalc("check", "--ask", "clover", str(tmp_path / "new.toml")).err
    assert not (tmp_path / "new.toml").exists()
