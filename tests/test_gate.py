"""The gate: published events as they stood before, ordinary doses, one thing missing at a time, and what it refuses."""

from __future__ import annotations

import json
import random
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
from gating import THERAPY, administration, case, put

from dosecalc import InputError, check_dose
from dosecalc.gate import requirements
from dosecalc.gate.course import in_a_case

HERE = Path(__file__).parent
EVENTS = tomllib.loads((HERE / "gate_events.toml").read_text(encoding="utf-8"))["events"]
STOPPED = [each for each in EVENTS if each["verdict"] == "hold"]
OF_ALL = ("always", "therapy", "childbearing")
SOUND = {
    "directive.amount": ["7.4 GBq", "200 mCi"], "directive.agent": "177Lu-PSMA-617", "order.amount": "7.4 GBq",
    "received.amount": "7.4 GBq", "assay.amount": "7.45 GBq", "patient.sex": "male",
}  # fmt: skip


def whats(check):
    return [each.what for each in check.holds]


# -- published events -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["id"])
def test_published_events_are_held_for_the_mismatch_that_was_there(event):
    check = check_dose(case(event["stated"]))
    assert check.verdict == event["verdict"]
    if event["verdict"] == "hold":
        assert event["what"] in whats(check)
        assert {each.kind for each in check.holds} <= {"differs", "rule"}  # nothing else was missing


@pytest.mark.parametrize("event", STOPPED, ids=lambda event: event["id"])
def test_they_go_once_that_one_thing_is_mended(event):
    check = check_dose(case(event["stated"] | event["mended"]))
    assert (check.verdict, whats(check)) == ("go", [])


# -- one thing at a time --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [each.key for each in requirements.every() if each.when in OF_ALL])
def test_one_thing_missing_holds_with_the_sentence_that_settles_it(key):
    woman = SOUND | {"patient.sex": "female"}
    assert check_dose(case(woman)).go
    check = check_dose(put(case(woman), key, None))
    (row,) = [each for each in requirements.every() if each.key == key]
    assert [(each.what, each.kind) for each in check.holds if each.what == key] == [(key, "unknown")]
    assert any(each.text == f"not stated: {row.question}" and each.settled_by == (key,) for each in check.holds)


def test_an_empty_case_holds_for_everything():
    check = check_dose({})
    assert (check.verdict, check.exit_status()) == ("hold", 1)
    asked = {each.key for each in requirements.every() if each.when in OF_ALL}
    assert set(whats(check)) == asked


@pytest.mark.parametrize(("agent", "step"), [("Lutathera", "amino_acids"), ("131I-MIBG", "thyroid_blockade"),
                                             ("iopofosine I 131", "thyroid_blockade")])  # fmt: skip
def test_steps_that_a_source_asks_of_an_agent(agent, step):
    stated = SOUND | {"directive.agent": agent}
    assert check_dose(case(stated)).go
    assert f"steps.{step}" in whats(check_dose(put(case(stated), f"steps.{step}", None)))
    assert check_dose(put(case(SOUND), f"steps.{step}", None)).go


@pytest.mark.parametrize(
    ("stated", "what", "words"),
    [
        ({"patient.ids": ["MRN 1234", "mrn  1234"]}, "patient.ids", "one identifier is stated"),
        ({"directive.patient_id": "MRN 77"}, "patient.ids and directive.patient_id", "MRN 77, who is not"),
        ({"patient.identified_by": "yes"}, "patient.identified_by", "a bare 'yes' is no evidence: say how, or when"),
        ({"steps.consent": True}, "steps.consent", "a bare 'true' is no evidence"),
        ({"steps.consent": "no"}, "steps.consent", "the case says 'no'"),
        ({"received.agent": "Xyz-7"}, "directive.agent and received.agent", "is Xyz-7 is not known"),
        ({"directive.form": "chloride", "received.form": "vipivotide"}, "directive.form and received.form",
         "are not one form"),
        ({"assay.amount": "6.5 GBq"}, "assay.amount and directive.amount", "allowed is 10 % (our limit)"),
        ({"assay.amount": "7.0 GBq", "site.tolerance": "5 %"}, "assay.amount and directive.amount", "5 % of the site"),
        ({"assay.amount": "8.0 GBq", "directive.range": "7.0 to 7.8 GBq"}, "assay.amount and directive.amount",
         "the prescribed range 7.0 to 7.8 GBq"),
        ({"directive.revisions": [{"amount": "7.4 GBq"}]}, "directive.revisions[0].by", "who signed revision 1"),
        ({"directive.revisions": [{"amount": "7.4 GBq", "by": "Dr Adams", "at": "2026-03-02T11:00+01:00"}]},
         "directive.revisions[0].at", "signed on 2026-03-02T11:00+01:00, after it is given"),
        ({"count.each": ["3.7 GBq", "3.7 GBq"]}, "count.each", "2 activities for 1 pieces"),
        ({"count.each": ["3.7 GBq"]}, "count.each and assay.amount", "50.3 % below"),
        ({"directive.at": "2026-03-02T11:00+01:00"}, "directive.at", "signed on 2026-03-02T11:00+01:00, after it"),
        ({"checked.by": "t. becker"}, "checked.by and assay.by", "another person checks"),
        ({"site.authorised": ["Dr Bell"]}, "directive.by and site.authorised", "Dr Adams is not among those"),
        ({"directive.agent": "PSMA-617", "order.agent": "PSMA-617", "received.agent": "PSMA-617"}, "directive.agent",
         "without the radionuclide nothing can be corrected for decay"),
    ],
)  # fmt: skip
def test_each_comparison_holds_in_its_own_words(stated, what, words):
    check = check_dose(case(SOUND | stated))
    assert any(each.what == what and words in each.text for each in check.holds), check.holds
    assert check.verdict == "hold"


def test_an_activity_is_compared_at_the_time_of_the_dose():
    # Lu-177, 6.6443 days: 7.4 GBq two days before are 6.007 GBq, 18.8 % too little; 9.12 GBq then are 7.403 now
    two_days_before = {"received.calibrated": "2026-02-28T10:30+01:00", "order.calibrated": "2026-02-28T10:30+01:00"}
    late = check_dose(case(SOUND | two_days_before | {"assay.amount": "6.0 GBq"}))
    assert any("18.8 % below" in each.text for each in late.holds)
    assert check_dose(case(SOUND | two_days_before | {"order.amount": "9.12 GBq", "received.amount": "9.12 GBq"})).go


def test_a_dose_drawn_from_a_vial_is_compared_by_volume():
    drawn = {"order.amount": "30 GBq", "received.amount": "30 GBq", "received.volume": "12 mL", "assay.volume": "3 mL"}
    assert check_dose(case(SOUND | drawn)).go  # 30 GBq x 3/12 = 7.5 GBq
    wrong = check_dose(case(SOUND | drawn | {"assay.volume": "2 mL"}))
    assert "assay.amount and received.amount" in whats(wrong)
    more = check_dose(case(SOUND | drawn | {"assay.volume": "13 mL"}))
    assert any("were drawn from a vial of" in each.text for each in more.holds)


@pytest.mark.parametrize(
    ("pregnancy", "words"),
    [
        ({"result": "positive"}, "the pregnancy test is positive"),
        ({"result": "pending"}, "the result of the pregnancy test is pending"),
        ({"result": "negative", "test": "hCG", "at": "2026-02-27T10:00+01:00"}, "it counts for 72 h before the dose"),
        ({"result": "negative", "test": "hCG"}, "of a negative test state when it was taken"),
        ({"result": "negative", "at": "2026-03-02T08:00+01:00"}, "of a negative test state which test it was"),
    ],
)
def test_pregnancy_says_which_test_and_when(pregnancy, words):
    check = check_dose(case(SOUND | {"patient.sex": "female", "patient.pregnancy": pregnancy}))
    assert [each.text for each in check.holds if words in each.text], check.holds
    excluded = check_dose(case(SOUND | {"patient.sex": "female", "patient.pregnancy": {"excluded": "menopause"}}))
    assert excluded.go


def test_breast_feeding_holds_and_a_date_of_stopping_goes():
    woman = SOUND | {"patient.sex": "female"}
    assert "patient.breast_feeding" in whats(check_dose(case(woman | {"patient.breast_feeding": "yes"})))
    assert check_dose(case(woman | {"patient.breast_feeding": "stopped 2026-01-15"})).go


def test_what_is_not_applicable_is_told_and_not_asked():
    stated = {"order": {"not_applicable": "kit made here"}, "site": {"waives": {"count": "syringes only"}}}
    check = check_dose({**case(SOUND), **stated, "count": {}})
    assert check.go
    assert [(each.part, each.why) for each in check.waived] == [
        ("order", "kit made here"), ("count", "syringes only (site)")]  # fmt: skip
    with pytest.raises(InputError, match=r"site.waives.assay: no site does without it"):
        check_dose(case(SOUND | {"site.waives": {"assay": "no"}}))


def test_an_override_stays_a_hold_with_who_and_why():
    check = check_dose(case(SOUND | {"assay.amount": "6 GBq", "override": {"by": "Dr Adams", "why": "no other today"}}))
    assert (check.verdict, check.exit_status()) == ("hold", 1)
    assert (check.override.by, check.override.why) == ("Dr Adams", "no other today")


def test_the_unit_in_hand_has_the_code_of_the_case():
    made = case(SOUND)
    code = check_dose(made).code
    assert re.fullmatch(r"[A-Z2-7]{4}-[A-Z2-7]{4}", code)
    assert check_dose(made, confirm=code.lower()).go
    assert whats(check_dose(made, confirm="AAAA-BBBB")) == ["code of the unit in hand"]
    for key, value in (
        ("patient.ids", ["MRN 9", "1990-01-01"]),
        ("received.lot", "L8"),
        ("assay.amount", "7.4 GBq"),
    ):
        assert check_dose(put(case(SOUND), key, value)).code != code


# -- in a course ----------------------------------------------------------------------------------------------------

HALF = dict.fromkeys(("order.amount", "received.amount", "assay.amount"), "100 mCi") | {"directive.amount": ["100 mCi"]}
DOTATATE = SOUND | {
    "protocol": "lutathera-gep-net", "dose": 1, "directive.agent": "177Lu-DOTATATE", "patient.age": "64 y",
    "facts": {"diagnosis": "gep-net", "sstr_positive": True}, "patient.labs": {"crcl": "80 mL/min @ 2026-03-01"},
    "patient.washouts": {"washout_long_acting_analogue": "never", "washout_short_acting_analogue": "never"},
}  # fmt: skip


def test_a_sound_dose_of_a_protocol_goes():
    check = check_dose(case(DOTATATE))
    assert (check.verdict, check.holds) == ("go", ())
    assert check.protocol["arm"] == "lutathera-gep-net"
    assert check.text == "GO: 7.4 GBq 177Lu-DOTATATE, dose 1 of lutathera-gep-net"


@pytest.mark.parametrize(
    ("stated", "what", "words"),
    [
        (HALF, "directive.amount and protocol", "100 mCi is prescribed; the protocol gives 200 mCi"),
        ({"directive.agent": "177Lu-PSMA-617"}, "directive.agent and protocol", "is not lutetium Lu 177 dotatate"),
        ({"directive.route": "intrathecal"}, "directive.route and protocol", "intrathecal is not intravenous"),
        ({"facts.sstr_positive": False}, "protocol, indication", ""),
        ({"facts.sstr_positive": None}, "protocol", "facts.sstr_positive"),
        ({"patient.labs.crcl": "80 mL/min"}, "patient.labs.crcl", "of which day creatinine clearance is"),
        ({"patient.labs.crcl": "80 mL/min @ 2026-02-01"}, "patient.labs.crcl", "7 days is our limit"),
        ({"dose": 2}, "dose", "whether dose 1 was given is not stated"),
        ({"dose": None}, "dose", "which dose of the course it is"),
        ({"dose": 1, "patient.given": ["1=7.4 GBq@2026-01-05"]}, "dose", "dose 1 was given already"),
        ({"dose": 2, "patient.given": ["1=7.4 GBq@2026-02-09"]}, "protocol, spacing", ""),
    ],
)  # fmt: skip
def test_a_dose_of_a_protocol_is_held_for(stated, what, words):
    made = case(DOTATATE)
    for key, value in stated.items():
        put(made, key, value)
    check = check_dose(made)
    assert any(each.what.startswith(what) and words in each.text for each in check.holds), check.holds


def test_a_prescription_that_departs_is_accepted_by_name_and_never_called_given():
    held = check_dose(case(DOTATATE | HALF))
    assert [each.what for each in held.holds] == ["directive.amount and protocol"]
    assert "was given" not in held.holds[0].text
    with pytest.raises(InputError, match="the plan has no warning 'size-age' that could be accepted"):
        check_dose(case(DOTATATE | {"accepted": {"size-age": "Dr Adams: weighed today"}}))


def test_a_target_and_a_grave_value_hold_without_a_protocol_too():
    lobes = {"directive.target": "right lobe", "assay.target": "left lobe"}
    assert whats(check_dose(case(SOUND | lobes))) == ["directive.target and assay.target"]
    grave = check_dose(case(SOUND | {"patient.labs": {"platelets": "40 10^9/L @ 2026-03-01"}}))
    assert [each.text for each in grave.holds] == ["platelets 40 10^9/L is grade 3 or worse (CTCAE 5.0)"]
    assert check_dose(case(SOUND | {"patient.labs": {"platelets": "140 10^9/L @ 2026-03-01"}})).go
    with pytest.raises(InputError, match="platelets stands in two tables of the case"):
        check_dose(case(SOUND | {"patient.labs": {"platelets": "1/uL @ 2026-03-01"}, "facts": {"platelets": "2/uL"}}))


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ('--set "platelets[2]=... 10^9/L"', 'patient.labs.platelets[2] = "... 10^9/L"'),
        ("--bsa (or --weight and --height)", "patient.bsa (or patient.weight and patient.height)"),
        ("--prior", "patient.prior"),
        ("--start", "start"),
    ],
)
def test_questions_of_a_plan_are_told_in_the_keys_of_a_case(question, key):
    assert in_a_case(question) == key


# -- ordinary administrations ---------------------------------------------------------------------------------------


def test_ordinary_administrations_go(strength):
    rng, held, seen = random.Random(7), {}, 0
    for number in range(strength.patients):
        made = administration(THERAPY[number % len(THERAPY)], rng)
        if made is None:
            continue
        seen += 1
        check = check_dose(made)
        if not check.go:
            held[made["protocol"]] = [(each.what, each.text) for each in check.holds]
    assert seen > strength.patients * 0.8
    assert held == {}


# -- the command ----------------------------------------------------------------------------------------------------


def written(tmp_path, made):
    path = tmp_path / "case.json"
    path.write_text(json.dumps(made), encoding="utf-8")
    return str(path)


def test_the_first_and_the_last_line_are_the_word(dosecalc, tmp_path):
    go = dosecalc("check", written(tmp_path, case(SOUND)))
    assert (go.status, go.out.splitlines()[0]) == (0, "GO: 7.4 GBq 177Lu-PSMA-617")
    assert go.out.splitlines()[-1] == "GO"
    held = dosecalc("check", written(tmp_path, case(SOUND | {"count.present": 0})))
    assert (held.status, held.out.splitlines()[0]) == (1, "HOLD, 1 reason: 7.4 GBq 177Lu-PSMA-617")
    assert held.out.splitlines()[-1] == "HOLD, 1 reason"
    assert "  count: 0 present of 1 expected" in held.out


def test_the_document_is_of_its_schema(dosecalc, tmp_path):
    schema = json.loads((HERE.parent / "docs" / "check.schema.json").read_text(encoding="utf-8"))
    for made in (case(SOUND), {}, case(DOTATATE)):
        document = dosecalc("check", written(tmp_path, made), "--json").json
        jsonschema.validate(document, schema)
        assert document["schema"] == "dosecalc.check/1"


@pytest.mark.parametrize("arm", ["lutathera-gep-net", "clover2-20", "mibg-compassionate-nb", "xofigo-2016"])
def test_a_new_case_has_everything_that_is_asked_and_is_read_back(dosecalc, tmp_path, arm):
    form = dosecalc("check", "--new", arm)
    assert form.status == 0
    path = tmp_path / "case.toml"
    path.write_text(form.out, encoding="utf-8")
    blank = dosecalc("check", str(path), "--json")
    assert blank.status == 1
    filled = re.sub(r"^# ([a-z_.]+ = )", r"\1", form.out, flags=re.MULTILINE)
    keys = {
        each.key.split(".")[-1] for each in requirements.every() if each.when in ("always", "therapy", "childbearing")
    }
    table = tomllib.loads(filled)
    assert keys <= {key for part in (table, *(v for v in table.values() if isinstance(v, dict))) for key in part}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[directive]\namount = '7.4'\n", "case.toml, directive.amount: read '7.4'"),
        ("at = '2026-03-02 10:30'\n", "case.toml, at: read '2026-03-02 10:30', a time without a zone"),
        ("[directive]\nagents = 'x'\n", "the key 'agents' is not known here"),
        ("[count]\npresent = 'two'\n", "count.present"),
        ("[patient.pregnancy]\nresult = 'maybe'\n", "read 'maybe', expected one of negative, positive"),
        ("[patient.pregnancy]\nexcluded = 'age'\n", "expected one of hysterectomy, menopause, premenarchal"),
        ("[patient]\nbreast_feeding = 'perhaps'\n", "expected 'no', 'yes' or 'stopped 2026-01-15'"),
        ("[patient.labs]\nplatelets = '110 10^9/L @ March'\n", "read 'March', expected a day such as"),
        ("protocol = 'nowhere'\n", "which is no arm of any protocol here"),
        ("protocol = 'clover2-20'\ndose = 99\n[patient]\nbsa = '1.6'\n", "there is no dose 99; the course has 6"),
        ("[directive]\namount = ['1 GBq', '2 GBq', '3 GBq']\n", "read 3 amounts, expected one, or one in two"),
        ("[directive]\namount = '7.4 GBq'\nrange = '7 GBq'\n[assay]\namount = '7.4 GBq'\n", "expected a range such as"),
        ("[directive]\namount = '7.4 GBq'\n[assay]\namount = '7.4 mg'\n", "7.4 mg is of another kind than"),
        ("not toml", "not TOML"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_place(dosecalc, tmp_path, text, words):
    path = tmp_path / "case.toml"
    path.write_text(text, encoding="utf-8")
    answer = dosecalc("check", str(path))
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err


def test_a_case_and_a_new_one_exclude_each_other(dosecalc):
    assert "state a case file, or a folder with --list" in dosecalc("check").err
    assert dosecalc("check", "x.toml", "--new", "clover2-20").status == 2


# -- a day ----------------------------------------------------------------------------------------------------------


def today(tmp_path, **cases):
    for name, made in cases.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(made), encoding="utf-8")
    return str(tmp_path)


def test_a_day_shows_what_could_be_mistaken(dosecalc, tmp_path):
    other = {
        "patient.ids": ["MRN 77", "1950-01-01"],
        "at": "2026-03-02T09:00+01:00",
        "assay.at": "2026-03-02T08:50+01:00",
    }
    third = {"patient.ids": ["MRN 88", "1960-01-01"], "directive.agent": "131I-MIBG"}
    folder = today(tmp_path, a=case(SOUND), b=case(SOUND | other | {"received.lot": "L8"}), c=case(SOUND | third))
    answer = dosecalc("check", "--list", folder)
    assert (answer.status, answer.out.splitlines()[0]) == (0, "3 doses, 0 held")
    rows = answer.out.splitlines()[2:5]
    assert ["MRN 77" in rows[0], "MRN 1234" in rows[1], "MRN 88" in rows[2]] == [True] * 3  # by their time
    document = dosecalc("check", "--list", folder, "--json").json
    (pair,) = document["alike"]  # the third has another radionuclide
    assert (sorted(pair["files"]), pair["kind"]) == (["a.json", "b.json"], "alike")
    assert "7.4 GBq 177Lu-PSMA-617 for MRN 77" in pair["text"]
    schema = json.loads((HERE.parent / "docs" / "day.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)


def test_a_patient_who_stands_twice_is_a_duplicate(dosecalc, tmp_path):
    folder = today(tmp_path, a=case(SOUND), b=case(SOUND | {"received.lot": "L9"}))
    answer = dosecalc("check", "--list", folder)
    assert answer.status == 1
    assert "duplicate, a.json and b.json: both are of 1961-05-04, mrn 1234" in answer.out


def test_a_held_dose_holds_the_day(dosecalc, tmp_path):
    answer = dosecalc("check", "--list", today(tmp_path, a=case(SOUND | {"count.present": 0})))
    assert (answer.status, answer.out.splitlines()[0]) == (1, "1 dose, 1 held")
    assert "a.json: HOLD, 1 reason: 7.4 GBq 177Lu-PSMA-617" in answer.out


def test_a_folder_that_cannot_be_used_is_refused(dosecalc, tmp_path):
    assert "has no case (.toml or .json)" in dosecalc("check", "--list", str(tmp_path)).err
    assert dosecalc("check", "--list", str(tmp_path / "nowhere")).status == 2
    (tmp_path / "a.toml").write_text("x =", encoding="utf-8")
    answer = dosecalc("check", "--list", str(tmp_path))
    assert (answer.status, "not TOML" in answer.err) == (2, True)
    assert "a code belongs to one case" in dosecalc("check", "--list", str(tmp_path), "--confirm", "AAAA-BBBB").err


# -- afterwards -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "status", "words"),
    [
        ({}, "pass", "the gate said go"),
        ({"count.present": 0}, "violation", "nobody is named who overrode it"),
        ({"count.present": 0, "override": {"by": "Dr Adams", "why": "counted twice"}}, "warning",
         "overridden by Dr Adams: counted twice"),
    ],
)  # fmt: skip
def test_a_record_reads_the_check_as_it_is(dosecalc, tmp_path, stated, status, words):
    check = dosecalc("check", written(tmp_path, case(SOUND | stated)), "--json")
    path = tmp_path / "check.json"
    path.write_text(check.out, encoding="utf-8")
    record = dosecalc("record", str(path), "--json").json
    (dose,) = record["doses"]
    assert dose["agent"] == "177Lu-PSMA-617"
    assert dose["administered"]["MBq"] == pytest.approx(7450 * 2 ** (-(15 / 60) / (6.6443 * 24)), rel=1e-4)
    assert [each["of"] for each in dose["comparisons"]] == ["prescribed", "directive", "order"]
    (finding,) = [each for each in record["findings"] if each["rule"] == "gate-word"]
    assert finding["status"] == status
    assert words in finding["message"]


def test_a_record_of_a_check_keeps_what_was_stated_of_the_patient(dosecalc, tmp_path):
    path = tmp_path / "check.json"
    path.write_text(dosecalc("check", written(tmp_path, case(DOTATATE)), "--json").out, encoding="utf-8")
    record = dosecalc("record", str(path), "--json").json
    statuses = {each["rule"]: each["status"] for each in record["findings"] if each["dose"] in (None, 1)}
    assert (statuses["gate-word"], statuses["indication"], statuses["given-amount"]) == ("pass", "pass", "pass")
    assert record["protocol"]["arm"] == "lutathera-gep-net"


# -- the table of requirements --------------------------------------------------------------------------------------


def test_every_requirement_names_a_key_of_a_case_and_a_fact():
    facts = {
        f"{path.stem}#{fact['id']}"
        for path in (HERE.parent / "seeds").glob("*.toml")
        for fact in tomllib.loads(path.read_text(encoding="utf-8")).get("facts", [])
    }
    for each in requirements.every():
        assert set(each.cite) <= facts, each
        check_dose(put({}, each.key, {"result": "negative"} if each.key.endswith("pregnancy") else None))


def test_a_site_asks_for_more(monkeypatch, tmp_path):
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (tmp_path / "protocols").mkdir()
    (seeds / "gate-requirements.csv").write_text(
        "key,when,question,source\nsteps.hydration,therapy,how much was drunk,ours\n", encoding="utf-8"
    )
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    assert "steps.hydration" in whats(check_dose(case(SOUND)))
    (seeds / "gate-requirements.csv").write_text("key,when\n", encoding="utf-8")
    with pytest.raises(InputError, match="expected the columns key, when, question, source"):
        check_dose(case(SOUND))
    (seeds / "gate-requirements.csv").write_text("key,when,question,source\na,sometimes,b,ours\n", encoding="utf-8")
    with pytest.raises(InputError, match="line 2: expected four cells"):
        check_dose(case(SOUND))
