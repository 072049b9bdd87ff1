"""Course records: net activity, screens with their edges, and the course as it was given against its protocol."""

from __future__ import annotations

import json
import tomllib
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from dosecalc import InputError, check_record
from dosecalc.reference.screens import SCREENS, SIEVERT_LIMIT

TESTS = Path(__file__).parent
SEEDS = TESTS.parent / "seeds"
PUBLISHED = tomllib.loads((TESTS / "administrations.toml").read_text(encoding="utf-8"))["administered"]


def schema(name):
    return json.loads((TESTS.parent / "docs" / f"{name}.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def record(tmp_path):
    """Check a record from its text."""

    def checked(text, name="course.toml", **options):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return check_record(path, **options)

    return checked


def dose(**keys):
    """A record of one dose."""
    return "[[doses]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())


def screens(found, of=0):
    return {screen.id: screen.outside for screen in found.doses[0].compared[of].screens}


# -- published administrations ----------------------------------------------------------------------------------


def test_published_administrations_from_a_file():
    found = check_record(TESTS / "administrations.toml")
    for dose_, published in zip(found.doses, PUBLISHED, strict=True):
        (compared,) = dose_.compared
        assert float(100 * compared.off) == pytest.approx(published["difference_percent"], abs=0.051)
        assert {screen.id: screen.outside for screen in compared.screens}["35.3045-dosage"] is True
        assert any("devices under 10 CFR 35.1000" in note for note in dose_.notes) is (
            "microspheres" in published["agent"]
        )
    assert found.exit_status() == 1
    assert any("also depends on the sievert limb" in note for note in found.notes)


# -- the edges of the screens -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "eanm", "use", "limb"),
    [
        ("200 mCi", False, False, False),
        ("180 mCi", False, False, False),
        ("220 mCi", False, False, False),
        ("220.0001 mCi", True, False, False),
        ("179.9999 mCi", True, False, False),
        ("160 mCi", True, False, True),
        ("160.0001 mCi", True, False, False),
        ("159.9 mCi", True, True, True),
        ("240 mCi", True, False, True),
        ("240.0001 mCi", True, True, True),
        ("8.88 GBq", True, False, True),
        ("0 mCi", True, True, True),
    ],
)
def test_exactly_twenty_percent_differs_between_the_two_rules(record, given, eanm, use, limb):
    found = record(dose(prescribed="200 mCi", given=given))
    assert screens(found) == {"eanm-10": eanm, "35.63": use, "35.3045-dosage": limb, "35.3045-fraction": None}
    assert found.exit_status() == int(eanm or use or limb)


def test_the_limits_of_the_screens_are_those_of_the_fact_sheets():
    limits = {}
    for screen in SCREENS:
        sheet, _, fact = screen.cite.partition("#")
        facts = tomllib.loads((SEEDS / f"{sheet}.toml").read_text(encoding="utf-8"))["facts"]
        limits[screen.id] = next(f["values"][0] for f in facts if f["id"] == fact)
        assert f"{screen.limit * 100} %" == limits[screen.id]
    assert limits["35.3045-fraction"] == "50 %"
    sievert = tomllib.loads((SEEDS / "nrc-35-3045.toml").read_text(encoding="utf-8"))["facts"]
    assert next(f["values"][0] for f in sievert if f["id"] == "sievert") == f"{float(SIEVERT_LIMIT) / 1000} Sv"


@pytest.mark.parametrize(("fraction", "given", "outside"), [
    (True, "149.9 mCi", False), (True, "150 mCi", True), (True, "50 mCi", True), (False, "150 mCi", None),
    (None, "150 mCi", None),
])  # fmt: skip
def test_the_fraction_limb_is_for_single_fractions_alone(record, fraction, given, outside):
    keys = {} if fraction is None else {"fraction_of_delivery": fraction}
    assert screens(record(dose(prescribed="100 mCi", given=given, **keys)))["35.3045-fraction"] is outside


@pytest.mark.parametrize(
    ("given", "use"), [("28 mCi", False), ("27.99 mCi", True), ("36 mCi", False), ("36.01 mCi", True)]
)
def test_outside_the_prescribed_range_is_outside_whatever_the_percentage(record, given, use):
    found = record(dose(prescribed="32 mCi", range="28 to 36 mCi", given=given))
    assert screens(found)["35.63"] is use
    assert screens(found)["35.3045-dosage"] is use


def test_a_range_alone_is_a_prescription(record):
    found = record(dose(range="28 to 36 mCi", given="40 mCi"))
    assert screens(found) == {"eanm-10": None, "35.63": True, "35.3045-dosage": True, "35.3045-fraction": None}
    assert found.document()["doses"][0]["prescribed"] is None


def test_the_sievert_limb_is_computed_with_a_coefficient(record):
    text = dose(prescribed="100 MBq", given="300 MBq", dose_coefficient="0.25 mSv/MBq")
    (checked,) = record(text).doses
    assert (checked.sievert.difference_msv, checked.above_sievert_limit) == (50.0, False)
    above = record(text.replace("0.25", "0.2501"))
    assert above.doses[0].above_sievert_limit is True
    close = record(text.replace("0.25", "0.2501").replace("300 MBq", "105 MBq").replace("0.2501", "11"))
    assert (screens(close)["eanm-10"], close.doses[0].flagged, close.exit_status()) == (False, True, 1)
    (without,) = record(dose(prescribed="100 MBq", given="300 MBq")).doses
    assert (without.sievert, without.above_sievert_limit) == (None, None)


# -- net activity -----------------------------------------------------------------------------------------------


def test_what_stayed_in_vial_and_tubing_did_not_reach_the_patient(record):
    text = """
        [[doses]]
        prescribed = "200 mCi"
        assayed = { amount = "206 mCi" }
        residuals = [{ amount = "130 mCi", where = "vial" }, { amount = "36 mCi", where = "tubing" }]
    """
    (checked,) = record(text).doses
    assert checked.given == 40 * 37
    assert checked.at_most
    assert any("decay could not be corrected; this is an upper bound" in note for note in checked.notes)


def test_what_is_known_from_above_can_be_too_little_and_is_never_said_to_be_enough(record):
    """An undated assay given later: 82 mCi at most; that 82 is too little is sure, that 100 is right is not."""

    def assayed_as(amount):
        text = dose(prescribed="100 mCi", nuclide="Tc-99m", given_at="2026-03-01T12:00Z")
        return record(f'{text}assayed = {{ amount = "{amount}" }}\n')

    assert screens(assayed_as("100 mCi"))["eanm-10"] is None
    assert screens(assayed_as("130 mCi"))["35.63"] is None
    found = assayed_as("79 mCi")
    assert (screens(found)["35.63"], screens(found)["35.3045-dosage"]) == (True, True)
    assert found.doses[0].at_most
    assert found.exit_status() == 1


def test_dated_parts_are_brought_to_one_time_though_others_lack_theirs(record):
    text = """
        nuclide = "Tc-99m"
        [[doses]]
        prescribed = "100 mCi"
        assayed = { amount = "120 mCi", at = "2026-03-01T10:00Z" }
        residuals = [{ amount = "4 mCi" }]
        given_at = "2026-03-01T12:00Z"
    """
    (checked,) = record(text).doses
    assert float(checked.given) / 37 == pytest.approx(120 * 2 ** (-2 / 6.0072) - 4)
    assert checked.at_most
    assert "this is an upper bound" in " ".join(checked.notes)


def test_of_a_sum_with_bounds_either_way_nothing_is_known(record):
    bounded = dose(number=1, prescribed="100 mCi", nuclide="I-131", given_at="2026-03-01T12:00Z")
    bounded += 'assayed = { amount = "100 mCi" }\n'
    (total,) = record(bounded).document()["cumulative"]
    assert (total["administered"]["mCi"], total["lower_bound"], total["upper_bound"]) == (100, False, True)
    (mixed,) = record(bounded + dose(number=2, prescribed="100 mCi")).document()["cumulative"]
    assert (mixed["administered"], mixed["lower_bound"], mixed["upper_bound"]) == (None, True, True)


def test_a_dose_whose_time_is_not_recorded_is_taken_at_its_assay_and_that_is_said(record):
    found = record(f'{dose(prescribed="2 mCi")}assayed = {{ amount = "2 mCi", at = "2026-03-01T10:00Z" }}\n')
    assert "the time of the assay is taken" in found.doses[0].notes[0]
    (lacking,) = [f for f in found.findings if f.rule == "record-contents"]
    assert "not recorded: agent, patient_id, assayed.by (assayed.by is who determined it)" in lacking.message


def test_a_mass_does_not_decay(record):
    text = dose(prescribed="1.2 mg", agent="inotuzumab", given_at="2026-03-02T10:00Z")
    found = record(
        text + 'assayed = { amount = "1.2 mg", at = "2026-03-01T10:00Z" }\nresiduals = [{ amount = "0.2 mg" }]\n'
    )
    assert found.document()["doses"][0]["administered"] == {"mg": 1.0}
    assert not found.doses[0].at_most


def test_any_amount_is_outside_where_none_was_prescribed(record):
    assert screens(record(dose(prescribed="0 mCi", given="1 mCi")))["35.3045-dosage"] is True
    assert screens(record(dose(prescribed="0 mCi", given="0 mCi")))["35.3045-dosage"] is False


def test_assay_and_residuals_are_brought_to_the_time_at_which_the_dose_was_given(record):
    text = """
        nuclide = "Tc-99m"
        [[doses]]
        prescribed = "100 mCi"
        assayed = { amount = "120 mCi", at = "2026-03-01T10:00Z" }
        residuals = [{ amount = "4 mCi", at = "2026-03-01T14:00Z", where = "syringe" }]
        given_at = "2026-03-01T12:00Z"
    """
    (checked,) = record(text).doses
    expected = 120 * 2 ** (-2 / 6.0072) - 4 * 2 ** (2 / 6.0072)
    assert float(checked.given) / 37 == pytest.approx(expected, rel=1e-12)
    assert not checked.at_most
    assert checked.compared[0].off == pytest.approx(expected / 100 - 1, rel=1e-9)


def test_times_across_a_change_of_clocks_are_hours_that_passed(record):
    text = """
        nuclide = "Tc-99m"
        tz = "America/Chicago"
        [[doses]]
        prescribed = "100 mCi"
        assayed = { amount = "100 mCi", at = "2026-03-08T01:30" }
        given_at = "2026-03-08T03:30"
    """
    assert float(record(text).doses[0].given) / 37 == pytest.approx(100 * 2 ** (-1 / 6.0072))


@pytest.mark.parametrize("agent", ["Lu-177 PSMA", "177Lu-PSMA-617", "PSMA (Lu177)"])
def test_the_radionuclide_is_read_from_the_name_of_the_agent(record, agent):
    text = dose(prescribed="200 mCi", agent=agent, assayed={}, given_at="2026-03-02T10:00Z").replace(
        "assayed = {}", 'assayed = { amount = "200 mCi", at = "2026-03-01T10:00Z" }'
    )
    assert float(record(text).doses[0].given) / 37 == pytest.approx(200 * 2 ** (-1 / 6.6443))


def test_without_a_radionuclide_nothing_is_brought_to_one_time_and_nothing_is_guessed(record):
    text = dose(prescribed="200 mCi", agent="vipivotide tetraxetan", assayed={}, given_at="2026-03-02T10:00Z").replace(
        "assayed = {}", 'assayed = { amount = "200 mCi", at = "2026-03-01T10:00Z" }'
    )
    found = record(text)
    assert found.document()["doses"][0]["administered"] is None
    assert screens(found) == dict.fromkeys(("eanm-10", "35.63", "35.3045-dosage", "35.3045-fraction"))
    brand = text.replace("vipivotide tetraxetan", "Pluvicto")  # the brand is that of one radionuclide
    for with_nuclide in (record(text, nuclide="Lu-177"), record(brand)):
        assert with_nuclide.document()["doses"][0]["administered"]["mCi"] == pytest.approx(180.18, abs=0.01)


def test_a_missing_assay_is_unknown_and_never_zero(record):
    found = record(dose(number=1, prescribed="200 mCi", given="200 mCi") + dose(number=2, prescribed="200 mCi"))
    document = found.document()
    assert document["doses"][1]["administered"] is None
    assert document["doses"][1]["difference_percent"] is None
    assert [screen["outside"] for screen in document["doses"][1]["screens"]] == [None] * 4
    (total,) = document["cumulative"]
    assert (total["administered"]["mCi"], total["lower_bound"], total["difference_percent"]) == (200, True, None)
    assert [f["status"] for f in document["findings"] if f["rule"] == "administered"] == ["unknown"]
    assert found.exit_status() == 0


def test_a_drug_is_recorded_by_its_mass(record):
    found = record(dose(prescribed="1.2 mg", given="1.0 mg", agent="inotuzumab"))
    assert found.document()["doses"][0]["administered"] == {"mg": 1.0}
    assert found.doses[0].compared[0].off == Fraction(-1, 6)


# -- statements that disagree -----------------------------------------------------------------------------------


def test_directive_and_order_that_disagree_are_both_compared_and_neither_hidden(record, dosecalc, tmp_path):
    found = record(dose(directive="200 mCi", order="100 mCi", given="200 mCi"))
    assert [(one.of, float(one.off)) for one in found.doses[0].compared] == [("directive", 0), ("order", 1)]
    assert screens(found, 0)["35.3045-dosage"] is False
    assert screens(found, 1)["35.3045-dosage"] is True
    (warning,) = [finding for finding in found.findings if finding.rule == "prescriptions-agree"]
    assert "directive 200 mCi, order 100 mCi" in warning.message
    answer = dosecalc("record", str(tmp_path / "course.toml"))
    assert answer.status == 1
    assert "+100 % against what was ordered" in answer.out
    assert "200 mCi" in answer.out
    assert "100 mCi  order" in answer.out


def test_statements_that_differ_within_their_printed_digits_agree(record):
    def rules(**said):
        return [finding.rule for finding in record(dose(given="32 mCi", **said)).findings]

    assert "prescriptions-agree" not in rules(prescribed="32 mCi", order="1184 MBq")
    assert "prescriptions-agree" not in rules(prescribed="32 mCi", order="1.18 GBq")
    assert "prescriptions-agree" in rules(prescribed="32 mCi", order="1.22 GBq")


# -- the protocol -----------------------------------------------------------------------------------------------

COURSE = """
protocol = "clover2-20"
patient_id = "17"
tz = "America/Chicago"
[patient]
bsa = "1.6 m^2"
age = "15 y"
observables = { cd34_per_weight = "3e6 cell/kg" }
[[doses]]
agent = "iopofosine I-131"
prescribed = "32 mCi"
given = "30 mCi"
given_at = "2026-03-02T10:00"
given_by = "RK"
[[doses]]
agent = "iopofosine I-131"
prescribed = "32 mCi"
given = "33 mCi"
given_at = "2026-03-16T10:00"
given_by = "RK"
"""


def findings(found, rule):
    return [(finding.status, finding.dose) for finding in found.findings if finding.rule == rule]


def test_a_course_is_held_against_its_protocol_as_it_was_given(record):
    found = record(COURSE)
    assert [dose_.number for dose_ in found.remaining] == [3, 4, 5, 6]
    assert found.remaining[0].cumulative.exact == (30 + 33 + 32) * 37
    assert [one.of for one in found.doses[0].compared] == ["prescribed", "protocol"]
    assert findings(found, "spacing") == [("pass", None)]
    assert findings(found, "record-contents") == [("unknown", None)]  # of neither dose the determination is recorded
    (total,) = found.cumulative
    assert (total.administered.value, total.off) == (63 * 37, Fraction(-1, 64))
    assert findings(found, "stem-cell-backup")[0] == ("pass", None)


def test_a_dose_that_came_early_is_a_violation_and_a_late_one_a_warning(record):
    found = record(COURSE.replace("2026-03-16", "2026-03-12"))
    assert findings(found, "spacing") == [("violation", 2)]
    (early,) = [f.message for f in found.findings if f.rule == "spacing"]
    assert "10 days after dose 1, 4 days earlier than the protocol's 14 days; no window is stated" in early
    assert findings(record(COURSE.replace("2026-03-16", "2026-03-18")), "spacing") == [("warning", 2)]


def test_doses_out_of_order_are_a_violation(record):
    found = record(COURSE.replace("2026-03-16", "2026-02-16"))
    assert findings(found, "dose-order") == [("violation", 2)]
    assert found.exit_status() == 1


def test_a_dose_that_the_protocol_does_not_have_is_a_violation(record):
    more = COURSE + dose(number=7, prescribed="32 mCi", given="32 mCi", given_at="2026-06-16T10:00")
    found = record(more)
    assert findings(found, "dose-number") == [("violation", 7), ("unknown", None)]
    assert any("doses 3 to 6 not in the record" in finding.message.lower() for finding in found.findings)
    assert found.remaining == ()


def test_a_dose_of_which_nothing_is_known_lets_no_total_pass(record):
    text = 'protocol = "mibg-compassionate-ppgl"\npatient = { weight = "50 kg" }\nlevel = '
    whole, open_, high = (record(f'{text}"{level} mCi/kg"\n{dose(number=1, prescribed="480 mCi", **given)}').findings
                          for level, given in ((9.6, {"given": "480 mCi"}), (9.6, {}), (12, {})))  # fmt: skip

    def resting(found):
        return {(f.rule, f.message[:60]): f for f in found if any(c.observable.startswith("dose_") for c in f.checks)}

    passed = [key for key, finding in resting(whole).items() if finding.status == "pass"]
    assert len(passed) == 3
    for key in passed:
        assert {f.status for f in open_ if f.rule == key[0]} == {"unknown"}
    assert sum("What was given as dose 1 is not known" in f.message for f in open_) >= 3
    (still,) = [f for f in high if f.status == "violation"]
    assert "600 mCi, above 500 mCi" in still.message
    assert "this holds if it was as planned" in still.message


def test_an_interval_of_which_a_date_is_lacking_is_unknown(record):
    found = record(COURSE.replace('given_at = "2026-03-16T10:00"\n', ""))
    assert findings(found, "spacing") == [("unknown", None)]
    skipped = COURSE.replace('given_at = "2026-03-16T10:00"', 'number = 3\ngiven_at = "2026-05-11T10:00"')
    assert ("unknown", None) in findings(record(skipped), "dose-number")


def test_the_order_is_held_against_the_latest_date_of_an_earlier_dose(record):
    more = COURSE.replace('given_at = "2026-03-16T10:00"\n', "") + dose(
        number=3, agent="iopofosine I-131", prescribed="32 mCi", given="32 mCi", given_at="2026-03-01T10:00"
    )
    (violation,) = [f for f in record(more).findings if f.rule == "dose-order"]
    assert (violation.status, violation.dose) == ("violation", 3)
    assert "before dose 1" in violation.message


def test_days_are_those_of_the_zone_of_the_first_dose(record):
    late = COURSE.replace("2026-03-02T10:00", "2026-03-02T23:00").replace("2026-03-16T10:00", "2026-03-17T05:30Z")
    found = record(late)  # 00:30 of 17 March in Chicago: 15 days; in universal time 14
    assert "15 days after dose 1" in next(f.message for f in found.findings if f.rule == "spacing")


@pytest.mark.parametrize(("agent", "words"), [
    ("Lutathera", "the record has Lutathera, the protocol iopofosine"), ("iopofosine Lu-177", None),
])  # fmt: skip
def test_another_agent_than_the_protocols_is_a_violation(record, agent, words):
    found = record(COURSE.replace('agent = "iopofosine I-131"\nprescribed = "32 mCi"\ngiven = "30 mCi"',
                                  f'agent = "{agent}"\nprescribed = "32 mCi"\ngiven = "30 mCi"'))  # fmt: skip
    wrong = [f for f in found.findings if f.rule == "dose-agent"]
    assert [(f.status, f.dose) for f in wrong] == [("violation", 1)]
    assert words is None or words in wrong[0].message
    assert found.exit_status() == 1


def test_another_radionuclide_than_the_protocols_is_a_violation(record):
    plain = COURSE.replace('"iopofosine I-131"', '"iopofosine"')
    found = record(plain.replace("[patient]", 'nuclide = "177Lu"\n[patient]', 1))
    assert findings(found, "dose-agent") == [("violation", 1), ("violation", 2)]
    assert any("the record has Lu-177, the protocol I-131" in f.message for f in found.findings)
    with pytest.raises(InputError, match=r"doses\[0\], nuclide: read 'Lu-177', but the agent is iopofosine I-131"):
        record(COURSE, nuclide="Lu-177")


@pytest.mark.parametrize(("nuclide", "known"), [({}, False), ({"nuclide": "Ac-225"}, True)])
def test_of_an_agent_with_two_radionuclides_neither_is_guessed(record, nuclide, known):
    text = dose(prescribed="1 mCi", agent="Ac-225/Lu-177 PSMA", given_at="2026-03-02T10:00Z", **nuclide)
    found = record(text + 'assayed = { amount = "1 mCi", at = "2026-03-01T10:00Z" }\n')
    assert (found.document()["doses"][0]["administered"] is not None) is known


def test_the_protocol_brings_its_radionuclide(record):
    first = 'assayed = { amount = "30 mCi", at = "2026-03-01T10:00" }\ngiven_at'
    found = record(COURSE.replace('given = "30 mCi"\ngiven_at', first).replace('"iopofosine I-131"', '"iopofosine"'))
    assert float(found.doses[0].given) / 37 == pytest.approx(30 * 2 ** (-1 / 8.0252))


def test_without_a_body_size_what_was_given_is_still_held_against_the_protocol(record):
    found = record(COURSE.replace('bsa = "1.6 m^2"\n', ""))
    assert [one.of for one in found.doses[0].compared] == ["prescribed"]
    assert found.protocol is not None
    with pytest.raises(InputError, match=r"cycles.*read 'abc'"):
        record('cycles = "abc"\n' + COURSE.replace('bsa = "1.6 m^2"\n', ""))


def test_a_cap_is_held_against_what_was_really_given(record):
    text = 'protocol = "mibg-compassionate-ppgl"\nlevel = "12 mCi/kg"\npatient = { weight = "50 kg" }\n'
    found = record(text + dose(number=1, prescribed="480 mCi", given="501 mCi"))
    assert any(f.status == "violation" and "501 mCi" in f.message for f in found.findings)
    fine = record(text + dose(number=1, prescribed="480 mCi", given="499 mCi"))
    assert not any(f.status == "violation" and "500 mCi" in f.message for f in fine.findings)


def test_what_a_regulation_wants_in_a_record_is_named_where_it_is_lacking(record):
    (lacking,) = [f for f in record(dose(prescribed="1 mCi", given="1 mCi")).findings if f.rule == "record-contents"]
    assert "agent, patient_id, assayed.at, assayed.by (assayed.at is the date and time of" in lacking.message
    assert lacking.cite == ("nrc-35-2063#contents",)


# -- CSV and JSON -----------------------------------------------------------------------------------------------

CSV = """patient_id,number,agent,prescribed,assayed,assayed_at,residual,residual_at,given_at,given_by
A,1,Lu-177 PSMA,200 mCi,206 mCi,2026-03-01T10:00Z,4 mCi,2026-03-01T10:00Z,2026-03-01T10:00Z,RK
A,2,Lu-177 PSMA,200 mCi,,,,,,RK
B,1,Lu-177 PSMA,100 mCi,204 mCi,2026-03-01T10:00Z,,,2026-03-01T10:00Z,RK
"""


def test_a_csv_file_has_a_row_a_dose_and_many_patients(record):
    found = record(CSV, "doses.csv")
    assert [(d.patient_id, d.number) for d in found.doses] == [("A", 1), ("A", 2), ("B", 1)]
    assert [None if d["administered"] is None else d["administered"]["mCi"] for d in found.document()["doses"]] == [
        202.0,
        None,
        204.0,
    ]
    assert [(c.patient_id, c.doses, c.lower_bound) for c in found.cumulative] == [("A", 2, True), ("B", 1, False)]
    with pytest.raises(InputError, match="the record has 2 patients"):
        record(CSV, "doses.csv", protocol="clover2-20")


def test_json_and_toml_say_the_same(record):
    as_json = json.dumps(tomllib.loads(COURSE))
    one, other = record(COURSE).document(), record(as_json, "course.json").document()
    assert {**one, "inputs": None, "sources": None} == {**other, "inputs": None, "sources": None}
    jsonschema.validate(tomllib.loads(COURSE), schema("course"))


def test_the_document_is_of_its_schema(record):
    for text, name in (
        (COURSE, "course.toml"),
        (CSV, "doses.csv"),
        (dose(range="1 to 2 mCi", given="1 mCi"), "r.toml"),
    ):
        document = json.loads(record(text, name).to_json())
        jsonschema.validate(document, schema("record"))
        assert document["schema"] == "dosecalc.record/1"


def test_progress_is_counted_in_thousands(record):
    counted = []
    rows = "".join(f"P{i},1,1 mCi,1 mCi\n" for i in range(2500))
    record("patient_id,number,prescribed,given\n" + rows, "many.csv", progress=counted.append)
    assert counted == [1000, 1000]


# -- what is refused --------------------------------------------------------------------------------------------


def assayed(at=None, residuals="", before="", **keys):
    """A record of one dose that was assayed as 2 mCi."""
    time = f', at = "{at}"' if at else ""
    return f'{before}{dose(prescribed="1 mCi", **keys)}assayed = {{ amount = "2 mCi"{time} }}\n{residuals}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (dose(prescribed="200 mCi", given="1 Sv"), "doses[0], given: read '1 Sv', which is an equivalent or effective"),
        (dose(prescribed="200,5 mCi", given="1 mCi"), "doses[0], prescribed: read '200,5 mCi', which has a comma"),
        (dose(given="1 mCi"), 'doses[0]: nothing says what was to be given; state prescribed = "32 mCi"'),
        (dose(prescribed="1 mCi", given="1 mCi", given_at="2026-03-01T10:00"), "doses[0], given_at: read '2026-03-01T"),
        (dose(prescribed="1 mCi", given="1 mg"), "an activity and a mass in one dose"),
        (assayed(residuals='residuals = [{ amount = "1 mg" }]'), "residuals[0]: an activity and a mass in one dose"),
        (dose(prescribed="1 mCi", range="36 to 28 mCi", given="1 mCi"), "doses[0], range: read '36 to 28 mCi'; a ran"),
        (dose(prescribed="1 mCi", range="28 mCi", given="1 mCi"), "expected a prescribed range such as '28 to 36 mCi'"),
        (assayed(residuals='residuals = [{ amount = "-1 mCi" }]'), "residuals[0]: read '-1 mCi', which is negative"),
        (assayed(residuals='residuals = [{ amount = "3 mCi" }]'), "are more than the 2 mCi that were assayed"),
        (dose(prescribed="1 mCi", residuals=[]).replace("[]", '[{ amount = "3 mCi" }]'), "without what was assayed"),
        (assayed("2026-03-01T10:00Z", given_at="2026-03-01T09:00Z"), "before the assay at 2026-03-01T10:00+00:00"),
        (assayed("2026-03-01T10:00Z", given_at="2026-03-01T11:00Z", before='nuclide = "I-132"\n'),
         "course.toml, nuclide: read 'I-132', which is no radionuclide of the table."),
        (dose(number=1, prescribed="1 mCi", given="1 mCi") * 2, "dose 1 appears twice"),
        (dose(prescribd="1 mCi", given="1 mCi"), "doses[0].prescribd: the key 'prescribd' is not known here"),
        ("doses = []\n", "has no dose"),
        (dose(number=0, prescribed="1 mCi", given="1 mCi"), "doses[0].number: read 0"),
        (dose(number=1000, prescribed="1 mCi", given="1 mCi"), "doses[0].number: read 1000"),
        ("administered = 5\n", "expected [[administered]] tables"),
        ("administered = []\n", "expected [[administered]] tables"),
        ('protocol = "clover2-20"\n' + dose(prescribed="1 mCi", given="1 mCi").replace("doses", "administered"),
         "a course that follows a protocol has [[doses]]"),
        (COURSE.replace("30 mCi", "30 mg").replace("32 mCi", "32 mg", 1),
         "doses[0]: dose 1 of the protocol is iopofosine"),
        (dose(prescribed="1 mCi", given="1 mCi", given_at="2026-03-01T10:00+05:99"), "given_at: read '2026-03-01T"),
        ('tz = "Mars/Olympus"\n' + dose(prescribed="1 mCi", given="1 mCi"), "course.toml, tz: read 'Mars/Olympus'"),
        ("[[doses]\n", "line 1: not TOML"),
        (dose(prescribed="1 mCi", given="1 mCi", fraction_of_delivery="half"), "fraction_of_delivery: read 'half'"),
        ('protocol = "clover2-21"\n' + dose(prescribed="1 mCi", given="1 mCi"), "which is no arm of any protocol here"),
    ],
)  # fmt: skip
def test_a_record_that_cannot_be_used_is_refused(record, text, words):
    with pytest.raises(InputError) as refused:
        record(text)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "prescribed,given\n1,5 mCi,1 mCi\n",
            "row 2 has 3 cells and the header 2; a decimal comma splits a number",
        ),
        ('prescribed,given\n"1,5 mCi",1 mCi\n', "row 2, prescribed: read '1,5 mCi', which has a comma"),
        ("prescribed;given\n1,5 mCi;1.5 mCi\n", "read '1,5 mCi' and '1.5 mCi'; write all decimals with a point"),
        ("prescribed;given\n1,184 MBq;1,184 MBq\n", "which may be a decimal comma or a thousand"),
        ("prescribed,gave\n1 mCi,1 mCi\n", "there is no column 'gave'; there are number, patient_id"),
        ("prescribed,prescribed\n1 mCi,1 mCi\n", "the column 'prescribed' appears twice"),
        ("number,prescribed\nfirst,1 mCi\n", "row 2, number: read 'first', expected the number of a dose"),
        ("prescribed,given\n", "has no dose"),
        ("prescribed,given,residual_at\n1 mCi,1 mCi,2026-03-01T10:00Z\n", "a time or a place without an amount"),
        (f"prescribed,given\n{'1' * 200_000} mCi,1 mCi\n", "line 2: field larger than field limit"),
    ],
)
def test_a_csv_file_that_cannot_be_used_is_refused(record, text, words):
    with pytest.raises(InputError) as refused:
        record(text, "doses.csv")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"doses": [], "doses": []}', "not JSON: "),
        ('{"doses": [{"number": 1.5, "prescribed": "1 mCi"}]}', "doses[0].number: read '1.5'"),
        ('{"doses": [{"number": NaN, "prescribed": "1 mCi"}]}', "doses[0].number: read 'NaN'"),
        ('{"administered": null}', "expected [[administered]] tables"),
        ("[1]", "expected a table with [[doses]]"),
    ],
)
def test_a_json_file_that_cannot_be_used_is_refused(record, text, words):
    with pytest.raises(InputError) as refused:
        record(text, "course.json")
    assert words in str(refused.value)


def test_options_of_another_kind_are_refused(record):
    with pytest.raises(InputError, match="tz: read int, expected text"):
        record(COURSE, tz=5)
    with pytest.raises(InputError, match="--nuclide: read 'I-132'"):
        record(COURSE, nuclide="I-132")


def test_times_of_toml_and_capitals_of_a_suffix_are_read(record):
    text = COURSE.replace('given_at = "2026-03-02T10:00"', "given_at = 2026-03-02T10:00:00-06:00")
    assert record(text).document()["doses"][0]["given_at"] == "2026-03-02T10:00-06:00"
    assert len(record(CSV, "DOSES.CSV").doses) == 3


def test_published_cases_may_have_every_key_of_a_dose(record):
    text = """
        [[administered]]
        id = "case-9"
        title = "not a key of doses"
        agent = "Tc-99m MDP"
        prescribed = "20 mCi"
        assayed = { amount = "25 mCi", at = "2026-03-01T10:00Z" }
        given_at = "2026-03-01T11:00Z"
    """
    (checked,) = record(text).doses
    assert checked.patient_id == "case-9"
    assert float(checked.given) / 37 == pytest.approx(25 * 2 ** (-1 / 6.0072))


def test_a_statement_that_contradicts_the_file_is_refused(record):
    with pytest.raises(InputError, match="but the record says 'America/Chicago'"):
        record(COURSE, tz="Europe/Berlin")


# -- in a terminal ----------------------------------------------------------------------------------------------


def test_a_record_reads_like_its_doses(dosecalc, tmp_path):
    path = tmp_path / "course.toml"
    path.write_text(COURSE.replace('"33 mCi"', '"40 mCi"'), encoding="utf-8")
    answer = dosecalc("record", str(path))
    assert (answer.status, answer.err) == (1, "")
    lines = answer.out.splitlines()
    assert lines[0] == lines[-1]
    assert lines[0].startswith("Not cleared: 2 violations")  # the figure, and the rule about amounts given
    assert "2 doses: 1 outside of a limit, 0 not known" in lines
    assert "meets the dosage limb of 10 CFR 35.3045 [nrc-35-3045#dosage]" in answer.out
    assert "medical event" not in answer.out.replace(
        "whether a dose is a medical event also depends on the sievert limb", ""
    )
    assert any(line.split()[:3] == ["3", "iopofosine", "32"] for line in lines)


def test_long_records_show_what_lies_outside(dosecalc, tmp_path):
    rows = "".join(f"P{i},1,1 mCi,{'1.5' if i == 7 else '1'} mCi\n" for i in range(100))
    path = tmp_path / "many.csv"
    path.write_text("patient_id,number,prescribed,given\n" + rows, encoding="utf-8")
    answer = dosecalc("record", str(path))
    assert "100 doses: 1 outside of a limit, 0 not known" in answer.out.splitlines()
    assert "P7 dose 1" in answer.out
    assert "P8 dose 1" not in answer.out


def test_a_record_that_is_not_there(dosecalc):
    answer = dosecalc("record", "nowhere.toml")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == "dosecalc: cannot read nowhere.toml: No such file or directory\n"


# -- reductions and windows of the protocol ------------------------------------------------------------------------


def six_doses(*given, **more):
    """A record of Pluvicto, six weeks apart unless a date is stated."""
    head = 'protocol = "pluvicto-mcrpc"\n' + "".join(f"{key} = {value}\n" for key, value in more.items())
    return head + "".join(
        dose(number=n, prescribed=amount, given=amount, given_at=f"{date}T10:00Z", nuclide="Lu-177")
        for n, (amount, date) in enumerate(given, 1)
    )


def test_a_reduced_course_is_held_against_the_reduced_level(record):
    given = [("7.4 GBq", "2026-01-05"), ("7.4 GBq", "2026-02-16"), ("5.9 GBq", "2026-03-30"), ("5.9 GBq", "2026-05-11")]
    found = record(six_doses(*given, reduction='{ 3 = "1" }'))
    assert {f.status for f in found.findings if f.rule == "no-re-escalation"} == {"pass"}
    by_protocol = [next(c.value for c in d.compared if c.of == "protocol") for d in found.doses]
    assert by_protocol == [7400, 7400, 5900, 5900]
    again = record(six_doses(*given[:3], ("7.4 GBq", "2026-05-11"), reduction='{ 3 = "1" }'))
    assert {f.status for f in again.findings if f.rule == "no-re-escalation"} == {"violation"}


@pytest.mark.parametrize(
    ("date", "status"),
    [("2026-02-16", "pass"), ("2026-03-16", "warning"), ("2026-02-12", "pass"), ("2026-02-11", "violation")],
)
def test_distances_that_the_protocol_states_are_told_once(record, date, status):
    found = record(six_doses(("7.4 GBq", "2026-01-05"), ("7.4 GBq", date)))
    about = [f for f in found.findings if f.rule in ("spacing", "dose-interval") and f.status != "unknown"]
    assert {f.status for f in about if f.part == "every"} == {status}
    assert not [f for f in about if f.rule == "dose-interval"]
