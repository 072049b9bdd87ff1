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
    assert asked.clearance.text.endswith(
        "questions for the next dose, 7 questions about doses already given, 1 warning"
    )
    assert len(asked.clearance.earlier_questions) == 7
    broken = dosecalc.plan("clover2-20", **COMPLETE, given={1: "1184 mCi"})
    # 1184 mCi is 37 times 32 mCi; what was stated once for the course is not stated for dose 1 by its number
    assert broken.clearance.text == "not cleared: 1 violation, 6 questions about doses already given"
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
     ("40 y", 31, {"warning"}), (None, 7, set()), (None, 8, {"unknown"}), (None, 30, {"unknown"}),
     (None, 31, {"warning"})],
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


@pytest.mark.parametrize(
    ("arm", "patient", "words"),
    [
        # "ast" is a part of "last", of which an instruction speaks; a whole word is meant
        ("pluvicto-mcrpc", {"observables": {"ast": "30 xULN"}}, "ast was stated as 30 xULN"),
        (
            "eanm-card-mdp",
            {"weight": 20, "observables": {"lactating": True}},
            "lactating was stated as true",
        ),
    ],
)
def test_a_value_counts_as_spoken_of_by_a_whole_word_alone(arm, patient, words):
    texts = [
        finding.message for finding in dosecalc.plan(arm, **patient).findings if finding.rule == "statement-unread"
    ]
    assert any(words in text for text in texts), texts


def test_two_values_for_the_same_dose_are_refused(dosecalc):
    words = ("--bsa", "1.6", "--set", "platelets=110 10^9/L", "--set", "platelets[1]=8 10^9/L")
    result = dosecalc("plan", "--protocol", "clover2-20", *words)
    assert result.status == 2
    assert "platelets is stated as 110 10^9/L for the next dose, which is dose 1, and platelets[1] as 8" in result.err


def test_what_was_never_held_is_no_endless_hold(dosecalc):
    result = dosecalc("plan", "--protocol", "inotuzumab", "--bsa", "1.6", "--set", "toxicity_hold=never")
    assert (result.status, "read 'never'" in result.err) == (2, True)


def test_a_dose_left_out_before_one_that_was_given_is_said():
    plan = dosecalc.plan("pluvicto-mcrpc", given={1: "7.4 GBq", 3: "7.4 GBq"})
    said = [(f.dose, f.status, f.message) for f in plan.findings if f.rule == "given-amount" and f.dose == 2]
    ((dose, status, message),) = said
    words = "nothing says whether dose 2 was given, while dose 3 was; its planned amount is counted"
    assert (dose, status, words in message) == (2, "warning", True)


def test_a_name_is_not_both_passed_and_open(dosecalc):
    out = dosecalc("plan", "--protocol", "pluvicto-mcrpc", "--given", "1=7.4 GBq", "--given", "2=2 GBq").out
    assert "given-amount" not in out.partition("\nPassed")[2].partition("\n\n")[0]


def test_a_question_of_the_next_dose_is_one_also_where_doses_before_ask_it():
    """Of six doses three were given: the grade is asked of doses 2 and 3, and apart from those of the next, dose 4."""
    plan = dosecalc.plan("pluvicto-mcrpc", given={1: "7.4 GBq", 2: "7.4 GBq", 3: "7.4 GBq"})
    holds = [each for each in plan.findings if each.rule == "hold-marrow"]
    assert [each.doses for each in holds] == [(2, 3), (4, 5, 6)]
    assert any(question.startswith("--set marrow_grade=0") for question in plan.clearance.questions)
    assert any(question.startswith("--set marrow_grade[2]=0") for question in plan.clearance.earlier_questions)


def test_what_nothing_reads_is_said_of_no_dose_once_all_were_given():
    given = dict.fromkeys(range(1, 7), "7.4 GBq")
    plan = dosecalc.plan("pluvicto-mcrpc", given=given, prior="100 mCi")
    (unread,) = [each for each in plan.findings if each.rule == "statement-unread"]
    assert (unread.dose, "Dose" in unread.message) == (None, False)


def test_a_weight_beside_a_stated_surface_makes_no_amount():
    by_surface = dosecalc.plan("clover2-20", bsa=1.6, weight=57, height=160)
    outcomes = {each.what: (each.outcome, each.amounts) for each in by_surface.stated}
    assert outcomes == {"bsa": ("amount", (1, 2, 3, 4, 5, 6)), "weight": ("finding", ()), "height": ("finding", ())}
    derived = {each.what: each.outcome for each in dosecalc.plan("clover2-20", weight=57, height=160).stated}
    assert derived == {"weight": "amount", "height": "amount"}


def test_a_plan_names_the_sheets_that_its_findings_rest_on():
    plan = dosecalc.plan("pluvicto-mcrpc", given={1: "7.4 GBq"}, observables={"platelets": "8 10^9/L"})
    assert [source["id"] for source in plan.sources] == ["pluvicto-label", "ctcae-5", "beliefs"]


WEIGHED = {"level": "12 mCi/kg", "age": "9 y"}


@pytest.mark.parametrize(
    ("weights", "stated", "found"),
    [
        # measured after the day of the coming dose: 21.1 kg is 5.5 % more than 20, 21 kg exactly 5
        (["20 kg@2026-02-25", "21.1 kg@2026-03-05"], {}, [("warning", 1)]),
        (["20 kg@2026-02-25", "21 kg@2026-03-05"], {}, []),
        (["20 kg@2026-02-25", "18.9 kg@2026-03-05"], {}, [("warning", 1)]),
        # before the day of the dose the newest counts, so that nothing rests on the older one
        (["20 kg@2026-02-20", "22 kg@2026-02-28"], {}, []),
        # given: only what was measured within our 14 days for a child tells of that dose
        (["20 kg@2026-02-25", "22 kg@2026-03-15"], {"given": {1: "240 mCi"}}, [("warning", 1)]),
        (["20 kg@2026-02-25", "22 kg@2026-03-16"], {"given": {1: "240 mCi"}}, []),
    ],
)
def test_a_newer_size_that_differs_is_told(weights, stated, found):
    plan = dosecalc.plan("mibg-compassionate-nb", weight=weights, start="2026-03-01", **WEIGHED, **stated)
    assert [(f.status, f.dose) for f in plan.findings if f.rule == "size-change"] == found


@pytest.mark.parametrize(
    ("arm", "stated", "asked"),
    [
        ("mibg-compassionate-nb", {"weight": 20, **WEIGHED}, True),
        ("mibg-compassionate-nb", {"weight": "20 kg@2026-02-25", "start": "2026-03-01", **WEIGHED}, False),
        ("mibg-compassionate-nb", {"weight": 20, **WEIGHED, "given": {1: "240 mCi"}}, False),
        ("miitop", {"weight": "20 kg@2026-02-25", "start": "2026-03-01"}, True),  # the second dose is 21 days later
        ("pluvicto-mcrpc", {"weight": 80}, False),  # a fixed activity
    ],
)
def test_weigh_again_is_asked_once_where_a_dose_to_come_rests_on_a_size(arm, stated, asked):
    texts = [each.text for each in dosecalc.plan(arm, **stated).instructions]
    assert sum(text.startswith("Weigh again") for text in texts) == asked
