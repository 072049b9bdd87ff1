"""A clean line is a promise: the first words that apply, and every statement accounted for."""

from __future__ import annotations

import json

import pytest

import dosecalc

COMPLETE = {
    "bsa": 1.6,
    "age": "14 y",
    "sex": "male",
    "observables": {
        "lansky": "90 %", "cd34_per_weight": "3e6 cell/kg", "stem_cells_collectable": True, "platelets": "110 10^9/L",
        "anc": "1500/uL", "hemoglobin": "10 g/dL", "egfr": "100 mL/min/1.73m^2", "alt": "1 xULN", "bilirubin": "1 xULN",
        "lesion_diameter": "20 mm", "platelet_transfusion_interval": "never", "red_cell_transfusion_interval": "never",
        "washout_transplant": "never", "washout_therapy": "30 day", "washout_radiation": "200 day",
        "diagnosis": "high-grade-glioma", "disease_state": "relapsed",
    },
}  # fmt: skip


def test_the_verdict_is_the_first_that_applies():
    sound = dosecalc.plan("clover2-20", **COMPLETE)
    assert sound.clearance.verdict == sound.clearance.text == "nothing found against it"
    assert (sound.exit_status(), sound.exit_status(strict=True)) == (0, 0)
    # Mosteller: the root of 170 x 48 / 3600 is 1.506 m², and 1.6 m² lies 6.3 % above it
    warned = dosecalc.plan("clover2-20", **COMPLETE, height="170 cm", weight="48 kg")
    assert warned.clearance.text == "warned: 1 warning"
    assert (warned.exit_status(), warned.exit_status(strict=True)) == (0, 1)
    asked = dosecalc.plan("clover2-20", bsa=1.6, given={1: "36 mCi"})
    assert asked.clearance.text.endswith("questions for the next dose, 1 warning")
    broken = dosecalc.plan("clover2-20", **COMPLETE, given={1: "1184 mCi"})
    assert broken.clearance.text == "not cleared: 1 violation"
    assert broken.exit_status() == 1


def test_questions_are_things_to_state_and_later_ones_are_apart():
    lacking = {key: value for key, value in COMPLETE["observables"].items() if key != "anc"}
    asked = dosecalc.plan("clover2-20", **{**COMPLETE, "observables": lacking})
    assert asked.clearance.text == "open: 1 question for the next dose"
    assert "anc" in asked.clearance.questions[0]
    first = dosecalc.plan("pluvicto-mcrpc")
    assert any("marrow_grade" in question for question in first.clearance.later_questions)
    assert not any("marrow_grade" in question for question in first.clearance.questions)
    second = dosecalc.plan("pluvicto-mcrpc", given={1: "7.4 GBq"})
    assert any("marrow_grade" in question for question in second.clearance.questions)


def test_no_page_says_two_verdicts(dosecalc):
    words = ("Not cleared", "Open:", "Warned", "Nothing found against it")
    for args in (["--bsa", "1.6"], ["--bsa", "1.6", "--given", "1=1184 mCi"], ["--bsa", "1.6", "--given", "1=36 mCi"]):
        lines = dosecalc("plan", "--protocol", "clover2-20", *args).out.splitlines()
        assert lines[0] == lines[-1]
        assert sum(line.startswith(words) for line in lines) == 2


def test_every_statement_is_accounted_for():
    plan = dosecalc.plan("clover2-20", **COMPLETE, prior="none", label="case 7", height="160 cm", weight="57.6 kg")
    stated = {each.what: each for each in plan.stated}
    assert set(stated) >= {*COMPLETE["observables"], "bsa", "age", "sex", "prior", "label", "height", "weight"}
    assert (stated["bsa"].outcome, stated["bsa"].amounts) == ("amount", (1, 2, 3, 4, 5, 6))
    assert (stated["platelets"].outcome, stated["platelets"].findings) == ("finding", ("platelets",))
    assert stated["prior"].outcome == "unread"  # no rule of this arm speaks of prior therapy; none is no reason to warn
    assert not [f for f in plan.findings if f.rule == "statement-unread"]


@pytest.mark.parametrize(
    ("arm", "patient", "words"),
    [
        ("pluvicto-mcrpc", {"given": {1: "7.4 GBq"}, "observables": {"platelets": "8 10^9/L"}}, "grade 3 or worse"),
        ("pluvicto-mcrpc", {"given": {1: "7.4 GBq"}, "observables": {"hemoglobin": "4 g/dL"}}, "below 8 g/dL"),
        ("clover2-20", {"bsa": 1.6, "prior": "300 mCi"}, "--prior 300 mCi is read by no rule"),
        ("hicon-metastases", {"level": "150 mCi", "observables": {"infection_grade": 2}}, "infection_grade was stated"),
    ],
)
def test_what_bears_on_dose_or_harm_warns_where_nothing_reads_it(arm, patient, words):
    plan = dosecalc.plan(arm, **patient)
    messages = [f.message for f in plan.findings if f.rule == "statement-unread" and f.status == "warning"]
    assert [message for message in messages if words in message]


def test_days_are_held_against_the_source(dosecalc):
    early = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--start", "2026-01-01", "--given",
                     "2=32 mCi@2026-01-05", "--json")  # fmt: skip
    assert early.status == 1
    (finding,) = [f for f in json.loads(early.out)["findings"] if f["rule"] == "spacing"]
    assert (finding["status"], finding["dose"]) == ("violation", 2)
    assert "10 days earlier than the protocol's 14 days; no window is stated" in finding["message"]
    for day, status in (("14", "pass"), ("15", "pass"), ("16", "pass"), ("17", "warning"), ("13", "violation")):
        answer = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--start", "2026-01-01", "--given",
                          f"2=32 mCi@2026-01-{day}", "--json")  # fmt: skip
        # day 15 is due; 1.4 days either way is our limit
        assert {f["status"] for f in answer.json["findings"] if f["rule"] == "spacing"} == {status}


def test_a_weekly_dose_after_seven_days_of_twenty_eight_is_early():
    plan = dosecalc.plan("xofigo-2016", weight=80, start="2026-01-01", given={2: "4.4 MBq@2026-01-08"})
    assert [f.dose for f in plan.findings if f.rule == "spacing" and f.status == "violation"] == [2]


def test_a_size_without_a_date_does_not_stand_beside_one_with():
    with pytest.raises(dosecalc.InputError, match="'20' has no date, and '30 kg@2025-01-01' has one"):
        dosecalc.plan("mibg-compassionate-nb", weight=["20", "30 kg@2025-01-01"], level="12 mCi/kg", start="2026-03-01")
    with pytest.raises(dosecalc.InputError, match="not both"):
        dosecalc.plan("mibg-compassionate-nb", weight="1=20 kg@2026-03-01", level="12 mCi/kg", start="2026-03-01")


@pytest.mark.parametrize(
    ("age", "days", "status"),
    [("1.5 y", 7, set()), ("1.5 y", 8, {"warning"}), ("9 y", 14, set()), ("9 y", 15, {"warning"}), ("40 y", 30, set()),
     ("40 y", 31, {"warning"}), (None, 30, set())],
)  # fmt: skip
def test_a_size_grows_old(age, days, status):
    date = {7: "2026-02-22", 8: "2026-02-21", 14: "2026-02-15", 15: "2026-02-14", 30: "2026-01-30", 31: "2026-01-29"}[
        days
    ]
    plan = dosecalc.plan(
        "mibg-compassionate-nb",
        weight=f"20 kg@{date}",
        level="12 mCi/kg",
        start="2026-03-01",
        **({"age": age} if age else {}),
    )
    assert {f.status for f in plan.findings if f.rule == "size-age"} == status
