"""What follows a toxicity: grades against the CTCAE table typed by hand, ladders against the words of the labels."""

from __future__ import annotations

import pytest

import dosecalc
from dosecalc.reference.grades import grade_of
from dosecalc.requests.toxicities import read as read_toxicities
from dosecalc.verification import toxicities as second

LUTATHERA, PLUVICTO = "lutathera-gep-net", "pluvicto-mcrpc"

# CTCAE 5.0 by hand: just inside and just beyond each limit. The grade, or both where a number does not tell.
GRADED = [
    ("platelets 75 10^9/L", (0, 1)), ("platelets 74.9 10^9/L", (2, 2)), ("platelets 50 10^9/L", (2, 2)),
    ("platelets 49.9 10^9/L", (3, 3)), ("platelets 25 10^9/L", (3, 3)), ("platelets 24.9 10^9/L", (4, 4)),
    ("platelets 80 10^9/L (LLN 150 10^9/L)", (1, 1)), ("plt 160000/uL (LLN 150000/uL)", (0, 0)),
    ("anc 1.5 10^9/L", (0, 1)), ("neutrophils 1.49 10^9/L", (2, 2)), ("ANC 0.99 10^9/L", (3, 3)),
    ("anc 0.5 10^9/L", (3, 3)), ("anc 0.49 10^9/L", (4, 4)), ("wbc 2.9 10^9/L", (2, 2)), ("wbc 0.9 10^9/L", (4, 4)),
    ("hb 10 g/dL", (0, 1)), ("hb 9.9 g/dL", (2, 2)), ("Hb 79 g/L", (3, 4)),
    ("bilirubin 1 xULN", (0, 0)), ("bilirubin 1.5 xULN", (1, 1)), ("bilirubin 3 xULN", (2, 2)),
    ("bilirubin 10 xULN", (3, 3)), ("bilirubin 10.1 xULN", (4, 4)), ("alt 3 xULN", (1, 1)), ("ast 5 xULN", (2, 2)),
    ("ALT 20.1 xULN", (4, 4)), ("alt 130 U/L (ULN 40 U/L)", (2, 2)), ("crcl 59 mL/min", (2, 2)),
    ("egfr 29 mL/min/1.73m^2", (3, 3)), ("crcl 14 mL/min", (4, 4)),
]  # fmt: skip


@pytest.mark.parametrize(("said", "grades"), GRADED)
def test_a_value_has_its_grade_by_both_methods(said, grades):
    (toxicity,) = read_toxicities([f"1={said}"])
    assert (toxicity.grade.low, toxicity.grade.high) == grades
    assert second._read(f"1={said}").grades == grades


def test_the_second_method_has_the_limits_of_the_sheet():
    for name, (unit, *numbers) in second.FALLING.items():
        for grade, number in enumerate(numbers, 2):
            worth = dosecalc.requests.toxicities.units.read(f"{number} {unit}").value
            assert grade_of(name, worth).high < grade <= grade_of(name, worth * 999 / 1000).low
    for name, numbers in second.RISING.items():
        for grade, number in enumerate(numbers, 2):
            worth = dosecalc.requests.toxicities.units.read(f"{number} xULN").value
            assert grade_of(name, worth).high < grade <= grade_of(name, worth * 1001 / 1000).low


def told(arm, *said, **more):
    """The parts of the rule with their statuses and doses."""
    plan = dosecalc.plan(arm, toxicity=list(said), **more)
    found = {}
    for each in plan.findings:
        if each.rule == "toxicity":
            found[each.part] = (each.status, each.doses or each.dose)
    return found


# -- Lutathera: platelets from grade 2 hold until grade 1, then 3.7 GBq; a second time ends the course -----------------


def test_lutathera_reduces_after_thrombocytopenia_and_only_when_told():
    said = "1=platelets grade 2, recovered to grade 1"
    plan = dosecalc.plan(LUTATHERA, toxicity=[said])
    assert [float(dose.value) for dose in plan.doses] == [7400] * 4
    assert told(LUTATHERA, said) == {
        "cycle-1, platelets, hold": ("pass", 2),
        "cycle-1, platelets, reduce": ("violation", 2),
    }
    assert told(LUTATHERA, said, reduction={2: 1})["cycle-1, platelets, reduce"] == ("pass", 2)
    (finding,) = [each for each in plan.findings if each.part == "cycle-1, platelets, reduce"]
    assert "the source holds the dose until grade 1, then reduces to step 1 (3.7 GBq)" in finding.message
    assert "--reduction 2=1" in finding.message
    assert set(finding.cite) == {"lutathera-label#thrombocytopenia", "lutathera-label#reduced"}


@pytest.mark.parametrize(
    ("after", "status"),
    [
        ("", "unknown"),
        (", recovered to grade 1", "pass"),
        (", recovered to grade 2", "violation"),
        (", not recovered", "violation"),
        ("; recovered to 80 10^9/L", "pass"),
        (", recovered to 60 10^9/L", "violation"),
        (", recovered to baseline", "unknown"),
    ],
)
def test_a_held_dose_waits_for_what_the_source_names(after, status):
    assert told(LUTATHERA, f"1=platelets grade 3{after}")["cycle-1, platelets, hold"] == (status, 2)


@pytest.mark.parametrize(("grade", "status"), [("1", "pass"), ("2", "violation")])
def test_the_grade_before_the_dose_ends_a_hold_too(grade, status):
    for name in ("thrombocytopenia_grade[2]", "thrombocytopenia_grade"):
        given = {1: "7.4 GBq"} if name.endswith("e") else None
        found = told(LUTATHERA, "1=platelets grade 3", observables={name: grade}, given=given)
        assert found["cycle-1, platelets, hold"] == (status, 2)


def test_a_second_time_ends_the_course():
    found = told(LUTATHERA, "1=platelets grade 2, recovered to grade 0", "2=thrombocytopenia grade 4", reduction={2: 1})
    assert found["cycle-2, thrombocytopenia, stop"] == ("violation", (3, 4))
    assert "cycle-2, thrombocytopenia, hold" not in found
    only = told(LUTATHERA, "1=platelets grade 1", "2=platelets grade 2", reduction={3: 1})
    assert only["cycle-1, platelets"] == ("not_applicable", 2)
    assert only["cycle-2, platelets, reduce"] == ("pass", 3)


def test_each_toxicity_counts_for_itself():
    found = told(LUTATHERA, "1=platelets grade 2", "2=anaemia grade 3", reduction={2: 1})
    assert found["cycle-2, anaemia, reduce"] == ("pass", 3)
    assert not any(part.endswith("stop") for part in found)


def test_the_last_cycle_and_other_names():
    assert told(LUTATHERA, "4=platelets grade 3") == {"cycle-4, platelets": ("not_applicable", None)}
    assert told(LUTATHERA, "1=hair loss grade 1") == {"cycle-1, hair loss": ("warning", 2)}
    assert told(LUTATHERA, "1=Allergic-Reaction GRADE 3") == {
        "cycle-1, allergic reaction, stop": ("violation", (2, 3, 4))
    }
    assert told(LUTATHERA, "1=hb 7.9 g/dL") == {
        "cycle-1, hb, hold": ("unknown", 2),
        "cycle-1, hb, reduce": ("violation", 2),
    }


# -- Pluvicto: grade 2 waits, grade 3 reduces, grade 3 again ends ------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["1=marrow suppression grade 1"], {"cycle-1, marrow suppression": "not_applicable"}),
        (["1=platelets grade 2, recovered to baseline"], {"cycle-1, platelets, hold": "pass"}),
        (["1=platelets 49 10^9/L, recovered to grade 1"],
         {"cycle-1, platelets, hold": "pass", "cycle-1, platelets, reduce": "violation"}),
        (["1=platelets grade 2, recovered to grade 1", "2=anc grade 3, recovered to grade 1"],
         {"cycle-1, platelets, hold": "pass", "cycle-2, anc, hold": "pass", "cycle-2, anc, reduce": "violation"}),
        (["1=platelets grade 3, recovered to grade 1", "3=anc grade 3"],
         {"cycle-1, platelets, hold": "pass", "cycle-1, platelets, reduce": "violation",
          "cycle-3, anc, stop": "violation"}),
        (["2=dry mouth grade 2"], {"cycle-2, dry mouth, hold": "unknown"}),
        (["2=dry mouth grade 2, recovered to grade 1"], {"cycle-2, dry mouth, hold": "unknown"}),
        (["2=renal toxicity grade 3"], {"cycle-2, renal toxicity, stop": "violation"}),
    ],
)  # fmt: skip
def test_pluvicto(said, expected):
    assert {part: status for part, (status, _) in told(PLUVICTO, *said).items()} == expected


def test_a_grade_that_a_number_does_not_tell_is_asked_where_it_decides():
    """Haemoglobin below 8 is grade 3 or 4, which one row speaks of; 0 or 1 of platelets lies below every row."""
    assert told(PLUVICTO, "1=hb 7 g/dL, recovered to grade 1")["cycle-1, hb, hold"] == ("pass", 2)
    assert told(PLUVICTO, "1=platelets 90 10^9/L") == {"cycle-1, platelets": ("not_applicable", 2)}
    text = LADDER.replace("grade = 3", "grade = 1").replace("values = [3, 1]", "values = [1]")
    assert told(text_file(text), "1=platelets 90 10^9/L") == {"cycle-1, platelets": ("unknown", 2)}


LADDER = """
schema = 1
id = "two"
title = "An invented study"
status = "investigational"
[agents.drug]
name = "131I-madeupine"
radionuclide = "I-131"
[[arms]]
id = "two-a"
title = "Two doses"
cite = "all"
[[arms.cycles]]
repeat = 2
length = "28 day"
doses = [{ agent = "drug", day = 1, level = "10 MBq" }]
[[toxicities]]
title = "platelets"
rows = [{ grade = 3, stop = true, cite = "ladder" }]
[[facts]]
id = "all"
statement = "Two doses of 10 MBq, 28 days apart"
values = ["10 MBq", 2, "28 day"]
[[facts]]
id = "ladder"
statement = "Ended from grade 3"
values = [3, 1]
"""


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def text_file(text):
    from pathlib import Path

    Path("two.toml").write_text(text, encoding="utf-8")
    return "two.toml#two-a"


# -- what nobody said, and what cannot be read -------------------------------------------------------------------------


def test_a_cycle_that_was_given_and_that_nobody_spoke_of_is_asked_about():
    given = {1: "7.4 GBq@2026-03-02", 2: "7.4 GBq@2026-04-27"}
    plan = dosecalc.plan(LUTATHERA, given=given)
    asked = [each for each in plan.findings if each.rule == "toxicity"]
    assert [(each.part, each.status, each.dose) for each in asked] == [
        ("cycle-1", "unknown", 2),
        ("cycle-2", "unknown", 3),
    ]
    assert '--toxicity "2=NAME grade G" or --toxicity 2=none' in asked[1].message
    assert any("--toxicity 2=none" in question for question in plan.clearance.questions)
    assert told(LUTATHERA, "1=none", "2=none", given=given) == {}
    assert told("clover2-20", bsa=1.6, given={1: "32 mCi"}) == {}


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["platelets grade 3"], "does not say after which cycle; write for example --toxicity"),
        (["0=platelets grade 3"], "does not say after which cycle"),
        (["1=platelets"], "expected a grade or a value after the name"),
        (["1=grade 3"], "names no toxicity"),
        (["1=platelets grade 6"], "expected a grade from 1 to 5"),
        (["1=platelets grade 0"], "expected a grade from 1 to 5"),
        (["1=platelets grade three"], "expected a grade from 1 to 5"),
        (["1=dry mouth 3"], "no grades are known for a value of 'dry mouth'; state the grade"),
        (["1=weight 20 kg"], "no grades are known for a value of weight; state the grade"),
        (["1=platelets 42 mg"], "is a mass"),
        (["1=platelets grade 3, recovered"], "expected 'recovered to grade 1', 'recovered to baseline'"),
        (["1=platelets grade 3, recovered to grade 9"], "expected a grade from 0 to 5"),
        (["1=platelets grade 3", "1=platelets grade 2"], "platelets after cycle 1 is stated twice"),
        (["1=none", "1=platelets grade 2"], "cycle 1 had both none and platelets"),
        (["5=platelets grade 2"], "there is no cycle 5; lutathera-gep-net plans 4 here"),
        (["1="], "expected a toxicity with its grade, or none"),
    ],
)
def test_what_cannot_be_read_is_refused(said, words, dosecalc):
    answer = dosecalc("plan", "--protocol", LUTATHERA, *(part for each in said for part in ("--toxicity", each)))
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("dosecalc: --toxicity: ")
    assert words in answer.err
    assert answer.err.count("\n") == 1


def test_the_command_line_shows_the_proposal_and_what_became_of_the_statement(dosecalc):
    answer = dosecalc("plan", "--protocol", LUTATHERA, "--toxicity", "2=platelets 30 10^9/L", "--json")
    assert answer.status == 1
    (stated,) = [each for each in answer.json["stated"] if each["what"] == "toxicity"]
    assert stated == {"what": "toxicity", "text": "2=platelets 30 10^9/L", "dose": None, "outcome": "finding",
                      "amounts": [], "findings": ["toxicity"]}  # fmt: skip
    assert answer.json["inputs"]["toxicity"] == ["2=platelets 30 10^9/L"]
    assert "ctcae-5" in [each["id"] for each in answer.json["sources"]]


def test_a_patient_file_and_a_record_state_it_too(tmp_path):
    (tmp_path / "p.toml").write_text(
        'toxicity = { 1 = ["platelets grade 3", "dry mouth grade 1"] }\n', encoding="utf-8"
    )
    found = told(PLUVICTO, patient=str(tmp_path / "p.toml"))
    assert set(found) == {"cycle-1, platelets, hold", "cycle-1, platelets, reduce", "cycle-1, dry mouth"}
    dose = '[[doses]]\nprescribed = "7.4 GBq"\ngiven = "7.4 GBq"\ngiven_at = 2026-0{}-02T10:00:00Z\n'
    said = f'protocol = "{LUTATHERA}"\ntoxicity = {{ 1 = "platelets grade 3, recovered to grade 1" }}\n'
    (tmp_path / "r.toml").write_text(said + dose.format(3) + dose.format(5), encoding="utf-8")
    checked = dosecalc.check_record(str(tmp_path / "r.toml"))
    parts = {each.part: each.status for each in checked.findings if each.rule == "toxicity"}
    assert parts["cycle-1, platelets, reduce"] == "violation"
    assert parts["cycle-2"] == "unknown"


def test_a_ladder_reads_well(dosecalc):
    shown = dosecalc("protocol", "show", LUTATHERA).out
    assert "After toxicity" in shown
    assert (
        "thrombocytopenia: from grade 2: holds the dose until grade 1, then reduces to step 1; from grade 2, for the "
        "second time: ends the course"
    ) in " ".join(shown.split())


def test_a_changed_ladder_is_told_by_diff(dosecalc, tmp_path):
    (tmp_path / "one.toml").write_text(LADDER.replace('id = "two', 'id = "one'), encoding="utf-8")
    (tmp_path / "two.toml").write_text(LADDER.replace("grade = 3", "grade = 1"), encoding="utf-8")
    answer = dosecalc("protocol", "diff", str(tmp_path / "one.toml"), str(tmp_path / "two.toml"))
    assert "platelets: from grade 3: ends the course, now from grade 1: ends the course" in answer.out
