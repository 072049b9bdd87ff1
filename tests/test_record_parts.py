"""Records: doses in parts, balances, what a regulation wants, whose dose it was, and what a prescription is."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import jsonschema
import pytest

from dosecalc import InputError, check_record

DOCS = Path(__file__).parent.parent / "docs"
HEAD = 'nuclide = "I-131"\npatient_id = "17"\n[[doses]]\nagent = "sodium iodide I-131"\nprescribed = "20 mCi"\n'
FIRST = '[[doses.parts]]\nassayed = { amount = "10.2 mCi", at = "2026-03-02T10:00Z", by = "RK" }\n'
FIRST += 'given_at = "2026-03-02T10:00Z"\n'
SECOND = '[[doses.parts]]\nassayed = { amount = "9.74 mCi", at = "2026-03-03T10:00Z", by = "RK" }\n'
SECOND += 'given_at = "2026-03-03T10:00Z"\n'
CAPSULES = HEAD + FIRST + SECOND
CSV = """patient_id,number,agent,part,prescribed,assayed,assayed_at,assayed_by,given_at
17,1,sodium iodide I-131,1,20 mCi,10.2 mCi,2026-03-02T10:00Z,RK,2026-03-02T10:00Z
17,1,,2,,9.74 mCi,2026-03-03T10:00Z,RK,2026-03-03T10:00Z
"""


@pytest.fixture
def record(tmp_path):
    """Check a record from its text."""

    def checked(text, name="course.toml", **options):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return check_record(path, **options)

    return checked


def found_of(record_, rule):
    return [(finding.status, finding.message) for finding in record_.findings if finding.rule == rule]


# -- parts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "name"), [(CAPSULES, "course.toml"), (CSV, "doses.csv")])
def test_two_capsules_on_two_days_are_one_dose(record, text, name):
    found = record(text, name)
    (one,) = found.doses
    assert one.given == pytest.approx(19.94 * 37)
    assert one.compared[0].off == pytest.approx(19.94 / 20 - 1)
    assert [float(part.administered.value) / 37 for part in one.parts] == [10.2, 9.74]
    assert one.given_at == datetime.fromisoformat("2026-03-02T10:00Z")
    assert one.last_at == datetime.fromisoformat("2026-03-03T10:00Z")
    (total,) = found.cumulative
    assert (total.doses, total.prescribed.value) == (1, 20 * 37)
    assert (found.exit_status(), found_of(found, "record-contents")) == (0, [])
    document = json.loads(found.to_json())
    assert [part["given_at"] for part in document["doses"][0]["parts"]] == [
        "2026-03-02T10:00+00:00",
        "2026-03-03T10:00+00:00",
    ]
    jsonschema.validate(document, json.loads((DOCS / "record.schema.json").read_text(encoding="utf-8")))


def test_each_part_decays_to_its_own_time(record):
    later = CAPSULES.replace('given_at = "2026-03-03T10:00Z"', 'given_at = "2026-03-04T10:00Z"')
    assert float(record(later).doses[0].given) / 37 == pytest.approx(10.2 + 9.74 * 2 ** (-1 / 8.0252))


def test_of_a_dose_with_an_unknown_part_the_sum_is_unknown_and_never_half(record):
    found = record(HEAD + FIRST + '[[doses.parts]]\ngiven_at = "2026-03-03T10:00Z"\n')
    (one,) = found.doses
    assert one.given is None
    assert {screen.outside for screen in one.screens} == {None}
    ((status, message),) = found_of(found, "administered")
    assert status == "unknown"
    assert "of a dose in 2 parts what was given as part 2 is not known" in message
    ((_, lacking),) = found_of(found, "record-contents")
    assert "part 2 assayed, part 2 assayed.at, part 2 assayed.by" in lacking


def test_the_dose_after_one_in_parts_comes_after_its_last_part(record):
    between = '[[doses]]\nagent = "sodium iodide I-131"\nprescribed = "20 mCi"\ngiven = "20 mCi"\n'
    found = record(CAPSULES + between + 'given_at = "2026-03-02T20:00Z"\n')
    ((status, message),) = found_of(found, "dose-order")
    assert (status, "before dose 1" in message) == ("violation", True)
    assert found_of(record(CAPSULES + between + 'given_at = "2026-03-03T20:00Z"\n'), "dose-order") == []


def test_parts_are_one_dose_of_the_protocol(record):
    course = 'protocol = "pluvicto-mcrpc"\n[[doses]]\nagent = "Pluvicto"\nprescribed = "7.4 GBq"\n'
    course += '[[doses.parts]]\ngiven = "3.7 GBq"\n[[doses.parts]]\ngiven = "3.6 GBq"\n'
    found = record(course)
    assert [one.of for one in found.doses[0].compared] == ["prescribed", "protocol"]
    assert found.remaining[0].number == 2
    assert [status for status, _ in found_of(found, "given-amount")] == ["pass"]


def test_parts_in_a_terminal(dosecalc, tmp_path):
    path = tmp_path / "course.toml"
    path.write_text(CAPSULES, encoding="utf-8")
    answer = dosecalc("record", str(path))
    assert answer.status == 0
    assert "-0.3 %" in answer.out
    assert [line.split()[:2] for line in answer.out.splitlines() if line.startswith("    part")] == [
        ["part", "1"],
        ["part", "2"],
    ]


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        (HEAD + 'given = "10 mCi"\n' + FIRST, "c.toml", "doses[0], given: state what was given of the dose as a"),
        (HEAD + 'given_at = "2026-03-02T10:00Z"\n' + FIRST, "c.toml", "doses[0], given_at: state what was given of"),
        (CAPSULES.replace("9.74 mCi", "9,74 mCi"), "c.toml", "doses[0], parts[1], assayed: read '9,74 mCi', which"),
        (CAPSULES.replace("9.74 mCi", "9.74 mg"), "c.toml", "an activity and a mass in one dose"),
        (HEAD + '[[doses.parts]]\nwhen = "x"\n', "c.toml", "doses[0].parts[0].when: the key 'when' is not known here"),
        (HEAD + '[[doses.parts]]\nresiduals = [{ amount = "1 mCi" }]\n', "c.toml", "without what was assayed"),
        (CSV.replace(",2,,", ",3,,"), "c.csv", "row 3, part: part 3 does not follow part 2 of its dose"),
        (CSV.replace("17,1,,2,", "18,1,,2,"), "c.csv", "row 3, patient_id: read '18', but part 1 of the dose has"),
        (CSV.replace("17,1,,2,", "17,2,,2,"), "c.csv", "row 3, number: read '2', but part 1 of the dose has 1"),
        (CSV.replace(",2,,", ",2,30 mCi,"), "c.csv", "row 3, prescribed: read '30 mCi', but part 1 of the do"),
        (CSV.replace(",1,20", ",,20"), "c.csv", "row 3, part: part 2 does not follow part 1 of its dose"),
        (CSV.replace(",1,20", ",first,20"), "c.csv", "row 2, part: read 'first', expected the number of a"),
        (CSV.replace("9.74 mCi", "9.74 Sv"), "c.csv", "row 3, assayed: read '9.74 Sv'"),
        (CSV.replace("I-131,1,20", "I-131,,20").replace("17,1,,2,,", "17,1,,,20 mCi,"), "c.csv",
         "dose 1 of 17 appears twice; a dose that was given in parts is one dose with parts"),
        (CSV.replace("9.74 mCi", ""), "c.csv", "a time or a place without an amount"),
    ],
)  # fmt: skip
def test_parts_that_cannot_be_read_are_refused(record, text, name, words):
    with pytest.raises(InputError) as refused:
        record(text, name)
    assert words in str(refused.value)


# -- balances ---------------------------------------------------------------------------------------------------


def balance(
    record, given, *, left='[{ amount = "1.5 mCi", at = "2026-03-02T12:00Z" }]', at=', at = "2026-03-02T10:00Z"'
):
    text = HEAD.replace("20 mCi", "32 mCi") + f'assayed = {{ amount = "33 mCi"{at}, by = "RK" }}\n'
    text += f'given = "{given}"\ngiven_at = "2026-03-02T11:00Z"\n' + (f"residuals = {left}\n" if left else "")
    found = record(text)
    assert found.doses[0].given is not None
    statements = found_of(found, "given-balance")
    assert len(statements) == 1
    return statements[0]


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        (
            "31.4 mCi",
            "pass",
            "33 mCi assayed less 1.5 mCi leaves 31.38 mCi when it was given, and 31.4 mCi is recorded",
        ),
        ("1.161 GBq", "pass", "leaves 1.161 GBq"),
        ("31.9 mCi", "pass", ""),  # 33 means 32.5 to 33.5
        ("32.1 mCi", "warning", "leaves 31.38 mCi when it was given, and 32.1 mCi is recorded as given, 2.307 % more"),
        ("33 mCi", "warning", "more: check which is right"),
        ("30 mCi", "warning", "4.386 % less: check which is right"),
        ("25 mCi", "violation", "less: check which is right. Source: beliefs#given-amount-violation."),
        ("3.3 mCi", "violation", "89.48 % less"),
        ("1161 mCi", "violation", "more"),
    ],
)
def test_what_was_given_is_what_was_drawn_less_what_stayed(record, given, status, words):
    found = balance(record, given)
    assert found[0] == status, found
    assert words in found[1]


def test_a_balance_that_cannot_be_struck_is_unknown(record):
    assert balance(record, "31 mCi", left="") == (
        "unknown",
        (
            "Dose 1: 33 mCi assayed leaves 32.88 mCi when it was given, and 31 mCi is recorded as given; nothing says "
            "where the other 1.881 mCi stayed (residuals)."
        ),
    )
    status, message = balance(record, "30 mCi", at="")
    assert status == "unknown"
    assert "leaves at most 31.49 mCi" in message
    assert "without all times the difference cannot be told from decay" in message
    assert balance(record, "40 mCi", at="")[0] == "violation"
    found = record(HEAD + 'given = "20 mCi"\nresiduals = [{ amount = "1 mCi" }]\n')
    ((status, message),) = found_of(found, "given-balance")
    assert (status, found.doses[0].given) == ("unknown", 20 * 37)
    assert "cannot be held against the 20 mCi given without what was assayed" in message
    plain = HEAD.replace('nuclide = "I-131"\n', "").replace("sodium iodide I-131", "radiopharmaceutical")
    open_ = record(plain + 'given = "20 mCi"\ngiven_at = "2026-03-02T11:00Z"\n'
                   'assayed = { amount = "20 mCi", at = "2026-03-01T11:00Z" }\n')  # fmt: skip
    ((status, message),) = found_of(open_, "given-balance")
    assert (status, "no radionuclide is named" in message) == ("unknown", True)


def test_a_balance_in_a_terminal(dosecalc, tmp_path):
    path = tmp_path / "course.toml"
    path.write_text(HEAD + 'assayed = { amount = "20 mCi" }\ngiven = "2.0 mCi"\nresiduals = [{ amount = "1 mCi" }]\n')
    answer = dosecalc("record", str(path))
    assert answer.status == 1
    assert "given-balance: Dose 1: 20 mCi assayed less 1 mCi leaves at most 19 mCi" in " ".join(answer.out.split())


def test_a_drug_is_balanced_by_its_mass(record):
    text = '[[doses]]\nagent = "Besponsa"\nprescribed = "1 mg"\nassayed = { amount = "1.2 mg" }\ngiven = "1.0 mg"\n'
    for left, status in (("0.2 mg", "pass"), ("0.1 mg", "pass"), ("0.01 mg", "warning"), ("0.80 mg", "violation")):
        ((found, _),) = found_of(record(text + f'residuals = [{{ amount = "{left}" }}]\n'), "given-balance")
        assert found == status, left


# -- contents ---------------------------------------------------------------------------------------------------


def test_the_regulation_asks_for_the_determination_and_not_for_the_giving(record):
    whole = HEAD + 'assayed = { amount = "20 mCi", at = "2026-03-02T10:00Z", by = "RK" }\n'
    assert found_of(record(whole), "record-contents") == []
    ((status, message),) = found_of(record(whole.replace(', by = "RK"', "")), "record-contents")
    assert status == "unknown"
    assert message == (
        "Dose 1: not recorded: assayed.by (assayed.by is who determined it). Source: nrc-35-2063#contents."
    )
    ((_, message),) = found_of(record(whole.replace(', at = "2026-03-02T10:00Z"', "")), "record-contents")
    assert "not recorded: assayed.at (assayed.at is the date and time of the determination of the dosage)" in message
    given = HEAD + 'given = "20 mCi"\ngiven_at = "2026-03-02T10:00Z"\ngiven_by = "RK"\n'
    ((_, message),) = found_of(record(given), "record-contents")
    assert "not recorded: assayed.at, assayed.by (" in message


def test_the_regulation_does_not_ask_of_a_drug_without_activity(record):
    found = record('[[doses]]\nagent = "Besponsa"\nprescribed = "1.2 mg"\ngiven = "1.2 mg"\n')
    assert found_of(found, "record-contents") == []


# -- whose dose it was ------------------------------------------------------------------------------------------

PLUVICTO = 'protocol = "pluvicto-mcrpc"\npatient_id = "17"\n'
OF_17 = '[[doses]]\nagent = "Pluvicto"\nprescribed = "200 mCi"\ngiven = "200 mCi"\ngiven_at = "2026-01-05T10:00Z"\n'
OF_18 = OF_17.replace("2026-01-05", "2026-02-16") + 'patient_id = "18"\n'


@pytest.mark.parametrize("head", [PLUVICTO, 'patient_id = "17"\n'])
def test_a_dose_of_another_patient_is_a_violation_and_not_of_the_course(record, head):
    found = record(head + OF_17 + OF_18)
    ((status, message),) = found_of(found, "patient-identity")
    assert (status, found.exit_status()) == ("violation", 1)
    assert "the course is of patient 17, this dose of patient 18. Source: nrc-35-41#procedures." in message
    assert [(total.patient_id, total.doses) for total in found.cumulative] == [("17", 1), ("18", 1)]
    assert found_of(found, "given-amount") == [] or "violation" not in dict(found_of(found, "given-amount"))


def test_the_course_goes_on_from_the_doses_of_its_own_patient(record):
    found = record(PLUVICTO + OF_17 + OF_18)
    assert found.document()["doses"][1]["patient_id"] == "18"
    assert [one.of for one in found.doses[1].compared] == ["prescribed"]
    assert found.remaining[0].number == 2
    assert found_of(record(PLUVICTO + OF_17 + OF_18.replace('"18"', '" 17 "')), "patient-identity") == []


def test_a_course_without_a_dose_of_its_patient_is_refused(record):
    with pytest.raises(InputError, match="no dose is of patient 17, whose course it is"):
        record(PLUVICTO + OF_18)


def test_published_cases_keep_the_patient_that_they_name(record, dosecalc, tmp_path):
    case = '[[administered]]\nid = "case-{}"\npatient_id = "{}"\nprescribed = "1 mCi"\ngiven = "1 mCi"\n'
    text = case.format("a", "P1") + case.format("b", "P1") + case.format("c", "P2")
    found = record(text)
    assert [(one.patient_id, one.number, one.notes) for one in found.doses] == [
        ("P1", 1, ("case case-a",)),
        ("P1", 2, ("case case-b",)),
        ("P2", 1, ("case case-c",)),
    ]
    answer = dosecalc("record", str(tmp_path / "course.toml"))
    assert (answer.status, "P1 dose 2" in answer.out) == (0, True)
    whole = record('patient_id = "P1"\n' + text)
    assert [message for _, message in found_of(whole, "patient-identity")] == [
        "Dose 1: the course is of patient P1, this dose of patient P2. Source: nrc-35-41#procedures."
    ]


# -- what was prescribed, and what a protocol wants -------------------------------------------------------------


def hundred(**said):
    keys = {"prescribed": "100 mCi", "directive": "100 mCi", "given": "100 mCi"} | said
    lines = "".join(f'{key} = "{value}"\n' for key, value in keys.items() if value)
    return f'protocol = "pluvicto-mcrpc"\n[[doses]]\nagent = "Pluvicto"\n{lines}'


def test_what_was_given_as_prescribed_meets_no_limb_whatever_the_protocol_wants(record, dosecalc, tmp_path):
    found = record(hundred())
    (one,) = found.doses
    assert {screen.id: screen.outside for screen in one.compared[0].screens}["35.3045-dosage"] is False
    assert [each.of for each in one.compared] == ["prescribed", "directive", "protocol"]
    assert {screen.outside for screen in one.compared[2].screens} == {None}
    assert one.flagged is False
    ((status, message),) = found_of(found, "given-amount")
    assert status == "violation"
    assert "50 % below the planned 7,400 MBq; the source lets it be 10 % off." in message
    assert message.endswith("It was prescribed so: the prescription departs from the protocol.")
    assert found_of(found, "prescriptions-agree") == []
    answer = dosecalc("record", str(tmp_path / "course.toml"))
    assert answer.status == 1
    assert "10 CFR 35.3045" not in answer.out
    assert "meets the" not in answer.out
    assert "medical event" not in answer.out


def test_what_was_given_as_the_protocol_wants_and_not_as_prescribed_meets_the_limb(record):
    found = record(hundred(given="200 mCi"))
    assert {screen.id: screen.outside for screen in found.doses[0].compared[0].screens}["35.3045-dosage"] is True
    ((status, message),) = found_of(found, "prescriptions-agree")
    assert (status, "prescribed 100 mCi, directive 100 mCi, protocol 200 mCi" in message) == ("warning", True)
    assert [status for status, _ in found_of(found, "given-amount")] == ["pass"]


def test_without_a_prescription_no_limit_on_the_difference_from_it_applies(record):
    found = record(hundred(prescribed=None, directive=None))
    assert {screen.outside for screen in found.doses[0].screens} == {None}
    assert [status for status, _ in found_of(found, "given-amount")] == ["violation"]
    assert "It was prescribed so" not in str(found_of(found, "given-amount"))
    assert found.exit_status() == 1


# -- several agents, and the wrong one --------------------------------------------------------------------------

TANDEM = """patient_id = "9"
[[doses]]
given_at = "2026-03-02T11:00Z"
[[doses.components]]
agent = "225Ac-PSMA-617"
prescribed = "5 MBq"
assayed = { amount = "5.2 MBq", at = "2026-03-02T10:00Z", by = "RK" }
[[doses.components]]
agent = "177Lu-PSMA-617"
prescribed = "4 GBq"
given = "3.9 GBq"
"""
TANDEM_CSV = """patient_id,number,component,agent,prescribed,assayed,assayed_at,assayed_by,given,given_at
9,1,1,225Ac-PSMA-617,5 MBq,5.2 MBq,2026-03-02T10:00Z,RK,,2026-03-02T11:00Z
9,1,2,177Lu-PSMA-617,4 GBq,,,,3.9 GBq,2026-03-02T11:00Z
"""


@pytest.mark.parametrize(("text", "name"), [(TANDEM, "course.toml"), (TANDEM_CSV, "doses.csv")])
def test_two_radionuclides_in_one_syringe_each_have_their_activity(record, text, name):
    found = record(text, name)
    assert [(one.number, one.component, one.agent, one.nuclide) for one in found.doses] == [
        (1, 1, "225Ac-PSMA-617", "Ac-225"),
        (1, 2, "177Lu-PSMA-617", "Lu-177"),
    ]
    assert float(found.doses[0].given) == pytest.approx(5.2 * 2 ** (-1 / 24 / 9.920))
    assert float(found.doses[1].given) == 3900
    assert [total.agent for total in found.cumulative] == ["225Ac-PSMA-617", "177Lu-PSMA-617"]
    assert found.exit_status() == 0
    document = json.loads(found.to_json())
    jsonschema.validate(document, json.loads((DOCS / "record.schema.json").read_text(encoding="utf-8")))


def test_doses_of_one_patient_are_counted_together_under_any_name_of_their_agent(record):
    dose = '[[doses]]\nagent = "{}"\nprescribed = "200 mCi"\ngiven = "200 mCi"\n'
    found = record("".join(map(dose.format, ("Pluvicto", "177Lu-PSMA-617", "Lutathera", "MIBG"))))
    assert [(total.agent, total.doses) for total in found.cumulative] == [
        ("Pluvicto", 2),
        ("Lutathera", 1),
        ("MIBG", 1),
    ]


def test_of_agents_given_together_the_protocols_own_is_its_dose(record, dosecalc, tmp_path):
    found = record('protocol = "pluvicto-mcrpc"\n' + TANDEM)
    assert [[one.of for one in dose.compared] for dose in found.doses] == [["prescribed"], ["prescribed", "protocol"]]
    ((status, message),) = found_of(found, "dose-agent")
    assert status == "violation"
    assert "225Ac-PSMA-617 was given with it, which the protocol does not give" in message
    assert [status for status, _ in found_of(found, "given-amount")] == ["violation"]  # 3.9 of 7.4 GBq
    assert found.remaining[0].number == 2
    answer = dosecalc("record", str(tmp_path / "course.toml"))
    assert answer.status == 1
    assert "dose-agent (component 1): Dose 1: 225Ac-PSMA-617" in answer.out
    assert "1 dose: 0 outside" in answer.out
    assert "9 dose 1, component 2" in answer.out


def wrong(record, **said):
    lines = "".join(
        f'{key} = "{value}"\n' for key, value in {"prescribed": "200 mCi", "given": "200 mCi", **said}.items()
    )
    return record(f"[[doses]]\n{lines}")


@pytest.mark.parametrize(
    ("prescribed", "agent", "status", "words"),
    [
        ("Lutathera", "Pluvicto", "violation", "Lutathera was prescribed and Pluvicto given; their amounts are not"),
        ("123I-MIBG", "iobenguane I 131", "violation", "123I-MIBG was prescribed and iobenguane I 131 given"),
        ("177Lu-PSMA-617", "Pluvicto", None, ""),
        ("MIBG", "131I-MIBG", None, ""),
        ("Trial drug 7", "trial drug-7", None, ""),
        ("177Lu-PSMA", "Pluvicto", "unknown", "whether Pluvicto, which was given, is the prescribed 177Lu-PSMA is not"),
        ("Trial drug 7", "Trial drug 8", "unknown", "is the prescribed Trial drug 7 is not known"),
    ],
)
def test_another_agent_than_was_prescribed_is_named(record, prescribed, agent, status, words):
    found = wrong(record, prescribed_agent=prescribed, agent=agent)
    statements = found_of(found, "wrong-agent")
    assert [each for each, _ in statements] == ([] if status is None else [status])
    assert words in "".join(message for _, message in statements)
    assert found.exit_status() == int(status == "violation")
    assert (found.doses[0].compared[0].off is None) is (status == "violation")


def test_a_drug_that_was_given_for_an_activity_that_was_prescribed(record, dosecalc, tmp_path):
    found = wrong(record, prescribed_agent="Pluvicto", agent="melphalan", given="100 mg")
    ((status, _),) = found_of(found, "wrong-agent")
    document = found.document()["doses"][0]
    assert (status, document["administered"], document["prescribed"]) == (
        "violation",
        {"mg": 100.0},
        {"MBq": 7400.0, "mCi": 200.0},
    )
    assert [screen["outside"] for screen in document["screens"]] == [None] * 4
    assert found.cumulative[0].prescribed is None
    answer = dosecalc("record", str(tmp_path / "course.toml"))
    assert answer.status == 1
    assert "wrong-agent: Dose 1: Pluvicto was prescribed and melphalan given" in answer.out
    with pytest.raises(InputError, match="an activity and a mass in one dose"):
        wrong(record, agent="melphalan", given="100 mg")


def test_a_drug_in_the_place_of_the_protocols_dose_is_not_its_dose(record):
    text = 'protocol = "pluvicto-mcrpc"\n[[doses]]\nprescribed_agent = "Pluvicto"\nagent = "melphalan"\n'
    found = record(text + 'prescribed = "200 mCi"\ngiven = "100 mg"\n')
    assert [status for status, _ in found_of(found, "dose-agent")] == ["violation"]
    assert [status for status, _ in found_of(found, "wrong-agent")] == ["violation"]
    assert found_of(found, "given-amount") == []


def test_an_agent_that_is_not_recorded_beside_the_prescribed_one_is_asked(record):
    ((status, message),) = found_of(wrong(record, prescribed_agent="Pluvicto"), "wrong-agent")
    assert (status, "which agent was given is not recorded" in message) == ("unknown", True)


@pytest.mark.parametrize(
    ("text", "name", "words"),
    [
        (
            TANDEM.replace("given_at", 'agent = "x"\ngiven_at'),
            "c.toml",
            "doses[0], agent: state what was prescribed and",
        ),
        (TANDEM.replace("given_at", 'nuclide = "Lu-177"\ngiven_at'), "c.toml", "doses[0], nuclide: state what was"),
        (TANDEM.replace("5 MBq", "5 Sv"), "c.toml", "doses[0], components[0], prescribed: read '5 Sv'"),
        (TANDEM + "dose = 1\n", "c.toml", "doses[0].components[1].dose: the key 'dose' is not known here"),
        (TANDEM_CSV.replace("9,1,2,", "9,1,3,"), "c.csv", "row 3: component 3 does not follow component 2 of its dose"),
        (TANDEM_CSV.replace("9,1,2,", "9,1,1,"), "c.csv", "row 3: dose 1 of 9 appears twice"),
        (TANDEM_CSV.replace("9,1,2,", "9,1,,"), "c.csv", "row 3: dose 1 of 9 appears twice"),
        (TANDEM_CSV.replace("9,1,2,", "9,1,x,"), "c.csv", "row 3, component: read 'x', expected the number of one of"),
    ],
)
def test_components_that_cannot_be_read_are_refused(record, text, name, words):
    with pytest.raises(InputError) as refused:
        record(text, name)
    assert words in str(refused.value)


# -- sizes of the body ------------------------------------------------------------------------------------------

MIBG = "agent,prescribed,given,given_at{}\n131I-MIBG,240 mCi,{} mCi,2026-03-02T10:00Z{}\n"
NB = {"protocol": "mibg-compassionate-nb", "level": "12 mCi/kg"}


def by_protocol(found):
    return [float(one.value) / 37 for dose in found.doses for one in dose.compared if one.of == "protocol"]


def test_what_a_record_lacks_is_what_it_takes(record, dosecalc, tmp_path):
    found = record(MIBG.format("", 240, ""), "doses.csv", **NB)
    ((status, message),) = found_of(found, "given-amount")
    assert (status, "to decide it, give --weight" in message) == ("unknown", True)
    stated = record(MIBG.format("", 240, ""), "doses.csv", **NB, weight=20)
    assert [status for status, _ in found_of(stated, "given-amount")] == ["pass"]
    assert by_protocol(stated) == [240]
    arguments = ("record", str(tmp_path / "doses.csv"), "--protocol", NB["protocol"], "--level", "12 mCi/kg")
    open_ = " ".join(dosecalc(*arguments).out.split())
    assert "what was planned is not known: to decide it, give --weight" in open_
    answer = dosecalc(*arguments, "--weight", "15")
    assert answer.status == 1
    assert "33.3 % above the planned 6,660 MBq" in answer.out


@pytest.mark.parametrize(
    ("cell", "planned"), [("20 kg", 240), ("44.0925 lb", 240), ("20 kg@2026-03-01", 240), ("21", 252)]
)
def test_a_column_has_the_size_at_the_dose_or_with_its_date(record, cell, planned):
    found = record(MIBG.format(",weight", 240, f",{cell}"), "doses.csv", **NB)
    assert by_protocol(found) == [pytest.approx(planned, rel=1e-5)]


def test_a_size_that_changed_holds_from_its_dose_on(record):
    rows = "".join(
        f"{n},32 mCi,32 mCi,2026-03-{day}T10:00Z,{bsa}\n" for n, day, bsa in ((1, "02", "1.6"), (2, 16, "1.7"))
    )
    found = record("number,prescribed,given,given_at,bsa\n" + rows, "doses.csv", protocol="clover2-20")
    assert by_protocol(found) == [32, 34]
    assert [float(dose.value) / 37 for dose in found.remaining] == [34] * 4


def test_a_size_of_the_patient_holds_until_a_dose_has_another(record):
    text = 'protocol = "clover2-20"\n[patient]\nbsa = "1.6 m^2"\n'
    dose = '[[doses]]\nagent = "CLR 131"\nprescribed = "32 mCi"\ngiven = "32 mCi"\n'
    assert by_protocol(record(text + dose + dose + 'bsa = "1.7 m^2"\n')) == [32, 34]
    assert by_protocol(record(text + dose + 'bsa = "1.6 m^2"\n' + dose)) == [32, 32]


def test_sizes_by_date_are_read_in_a_course_file(record):
    text = f'protocol = "{NB["protocol"]}"\nlevel = "12 mCi/kg"\n[patient]\n'
    text += 'weight = ["20 kg@2026-03-01", "25 kg@2026-03-20"]\n'
    dose = '[[doses]]\nagent = "131I-MIBG"\nprescribed = "240 mCi"\ngiven = "240 mCi"\n'
    found = record(text + dose + 'given_at = "2026-03-02T10:00Z"\n')
    assert by_protocol(found) == [240]
    assert [status for status, _ in found_of(found, "given-amount")] == ["pass"]
    undated = record(text + dose)
    assert by_protocol(undated) == []
    assert [status for status, _ in found_of(undated, "given-amount")] == ["unknown"]


@pytest.mark.parametrize(
    ("columns", "cells", "options", "words"),
    [
        (",weight", ",20 m^2", {}, "doses.csv, --weight: read '20 m^2', which is a body surface"),
        (",weight", ",20,5 kg", {}, "row 2 has 6 cells and the header 5; a decimal comma splits a number"),
        (",weight", ",20 kg", {"weight": 21}, "weight: read '21' for all doses, and '20 kg' of the first"),
        (",weight", ",20 kg@yesterday", {}, "expected a date"),
        (",weigth", ",20 kg", {}, "there is no column 'weigth'"),
    ],
)
def test_a_size_that_cannot_be_read_is_refused(record, columns, cells, options, words):
    with pytest.raises(InputError) as refused:
        record(MIBG.format(columns, 240, cells), "doses.csv", **NB, **options)
    assert words in str(refused.value)


def test_a_statement_that_contradicts_the_patient_of_the_file_is_refused(record):
    text = f'protocol = "{NB["protocol"]}"\n[patient]\nweight = "20 kg"\n' + OF_17.replace("Pluvicto", "131I-MIBG")
    with pytest.raises(InputError, match="--weight: read '21', but the record says '20 kg'"):
        record(text, weight=21, level="12 mCi/kg")
    assert record(text, weight="20 kg", level="12 mCi/kg", observables={"anc[1]": "1000/uL"}).inputs["set"]
    with pytest.raises(TypeError, match="there is no keyword 'wieght'"):
        record(text, wieght=21)


# -- the account of statements ----------------------------------------------------------------------------------


def account(found):
    return {each.what: (each.outcome, each.amounts, each.findings) for each in found.stated}


def test_every_key_of_a_dose_is_accounted_for(record):
    """A dose with every key that it may have: none is left out, and none is said to be read that is not."""
    text = """
        nuclide = "I-131"
        tz = "UTC"
        patient_id = "17"
        [patient]
        sex = "female"
        [[doses]]
        number = 1
        agent = "131I-MIBG"
        prescribed_agent = "iobenguane I 131"
        prescribed = "32 mCi"
        directive = "32 mCi"
        order = "32 mCi"
        range = "28 to 36 mCi"
        assayed = { amount = "33 mCi", at = "2026-03-02T10:00", by = "RK", where = "syringe" }
        residuals = [{ amount = "1 mCi", at = "2026-03-02T12:00", by = "RK", where = "line" }]
        given_at = "2026-03-02T11:00"
        given_by = "LM"
        route = "intravenous"
        fraction_of_delivery = true
        dose_coefficient = "0.1 mSv/MBq"
        weight = "20 kg"
        height = "110 cm"
        bsa = "0.8 m^2"
        note = "calm"
    """
    found = account(record(text))
    screens = ("eanm-10", "35.63", "35.3045-dosage", "35.3045-fraction")
    assert found["assayed"] == ("amount", (1,), ("record-contents", *screens, "35.3045-sievert"))
    assert found["given_at"] == found["nuclide"] == found["residuals.at"] == found["tz"] == ("amount", (1,), ())
    assert found["prescribed"] == (
        "finding",
        (),
        ("record-contents", *screens, "35.3045-sievert", "prescriptions-agree"),
    )
    assert found["order"] == found["directive"] == ("finding", (), (*screens, "prescriptions-agree"))
    assert found["prescribed_agent"] == ("finding", (), ("wrong-agent",))
    assert found["fraction_of_delivery"] == ("finding", (), ("35.3045-fraction",))
    assert found["dose_coefficient"] == ("finding", (), ("35.3045-sievert",))
    assert found["number"][0] == "shown"
    unread = {
        "given_by",
        "route",
        "note",
        "assayed.where",
        "residuals.where",
        "residuals.by",
        "weight",
        "height",
        "bsa",
        "sex",
    }
    assert {what for what, (outcome, *_) in found.items() if outcome == "unread"} == unread
    stated = {"number", "agent", "range", "residuals", "assayed.at", "assayed.by", "patient_id"}
    assert stated | unread <= set(found)
    assert len(found) == 28


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('route = "iv"\n', 'route = "po"\n', "route"),
        ('note = "a"\n', 'note = "b"\n', "note"),
        ('given_by = "A"\n', 'given_by = "B"\n', "given_by"),
        ('weight = "20 kg"\n', 'weight = "90 kg"\n', "weight"),
    ],
)
def test_what_is_said_to_be_read_by_nothing_changes_nothing(record, before, after, key):
    one, other = (record(OF_17 + text).document() for text in (before, after))
    assert [each["what"] for each in one["stated"] if each["outcome"] == "unread"] == [key]
    kept = ("doses", "cumulative", "findings", "clearance", "remaining", "notes")
    assert {name: one[name] for name in kept} == {name: other[name] for name in kept}


def test_with_a_protocol_the_plan_gives_account_of_the_patient(record):
    found = record(PLUVICTO + OF_17 + OF_17.replace("01-05", "02-16") + '[patient]\nage = "70 y"\nsex = "male"\n')
    read = account(found)
    assert read["sex"][0] == read["age"][0] == "finding"
    assert read["protocol"][0] == "shown"
    assert read["given"][1] == (1, 2)
    assert "given-amount" in read["given"][2]
    assert {"spacing", "dose-order"} <= set(read["given_at"][2])
    assert "dose-agent" in read["agent"][2]


def test_columns_and_published_keys_are_accounted_for(record):
    found = account(record(CSV.replace("given_at", "given_at,note").replace("Z\n", "Z,x\n"), "doses.csv"))
    assert found["note"][0] == "unread"
    assert found["assayed"][:2] == ("amount", (1,))
    case = '[[administered]]\nid = "a"\nsource = "event 1"\nprescribed = "1 mCi"\ngiven = "1 mCi"\n'
    published = account(record(case))
    assert (published["source"][0], published["id"][0]) == ("unread", "shown")
    assert "number" not in published


def test_the_account_in_a_terminal(dosecalc, tmp_path):
    path = tmp_path / "course.toml"
    path.write_text(OF_17 + 'route = "iv"\n', encoding="utf-8")
    answer = dosecalc("record", str(path))
    assert answer.status == 0
    assert "Stated" in answer.out.splitlines()
    assert "  Not read: route iv" in answer.out.splitlines()
