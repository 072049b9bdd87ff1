"""The second method, against figures worked out by hand and random plans; what ``verify`` notices of a plan."""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import random
import re
import subprocess
import sys
import tomllib
from fractions import Fraction
from pathlib import Path

import jsonschema
import odd
import pytest
from drawing import answered, draw, kit
from editing import edited

import dosecalc as package
from dosecalc.errors import DisagreementError
from dosecalc.files import folders
from dosecalc.planning import verified
from dosecalc.planning.planner import plan_inputs
from dosecalc.quantities.documents import Amount
from dosecalc.verification import quantities
from dosecalc.verification.compare import NOT_CHECKED, compare
from dosecalc.verification.course import SecondCourse
from dosecalc.verification.logic import both, compared, either, exactly
from dosecalc.verification.own import NOT_ASKED
from dosecalc.verification.reading import arm_of
from dosecalc.verification.statements import StatedAgain

TOP = Path(__file__).parent.parent
SECOND = sorted((TOP / "dosecalc" / "verification").glob("*.py"))


def second(arm, file, **inputs):
    """The doses of an arm by the second method."""
    data = (TOP / "protocols" / f"{file}.toml").read_bytes()
    return SecondCourse(arm_of(data, arm), StatedAgain({key: list(texts) for key, texts in inputs.items()}), {})


def saved(tmp_path, document):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return str(path)


# -- it is a second method --


def test_the_second_method_loads_nothing_of_the_first():
    code = (
        "import sys, dosecalc.verification.compare; print(sorted(m for m in sys.modules if m.startswith('dosecalc')))"
    )
    loaded = ast.literal_eval(
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout.decode()
    )
    others = [name for name in loaded if not name.startswith("dosecalc.verification")]
    assert others == ["dosecalc", "dosecalc.version"]  # the package itself, which is empty but for its version


def test_its_units_are_those_of_their_definitions():
    worth = {unit: quantities.read(f"1 {unit}").worth for unit in ("Ci", "rad", "lb", "week", "month", "GBq", "K/uL")}
    assert worth["Ci"] == 37_000
    assert worth["rad"] == Fraction(1, 100)
    assert worth["lb"] == Fraction("453592.37")
    assert worth["week"] == 7
    assert 12 * worth["month"] == Fraction("365.25")
    assert worth["GBq"] == 1000
    assert worth["K/uL"] == 1
    assert quantities.read("12 mCi/kg").worth * quantities.read("20 kg").worth == 240 * 37
    assert quantities.read("2 mCi/m²") == quantities.read("2 mCi/m2")
    with pytest.raises(quantities.Unreadable):
        quantities.read("1,5 mCi")


def test_its_logic_is_kleenes():
    assert [both([True, None]), both([False, None]), both([True, True])] == [None, False, True]
    assert [either([True, None]), either([False, None]), either([False, False])] == [True, None, False]
    at_least_12 = (Fraction(12), None)
    assert compared(at_least_12, "above", Fraction(11)) is True
    assert compared(at_least_12, "above", Fraction(12)) is None
    assert compared(exactly(12), "above", Fraction(12)) is False
    assert compared(exactly(12), "at_least", Fraction(12)) is True
    assert compared(exactly(12), "below", Fraction(12)) is False


# -- figures by hand --


def test_it_finds_what_is_worked_out_by_hand():
    capped = second("zevalin-first-line", "zevalin", weight=["100"]).doses[0]
    assert (capped.amount, capped.bounded) == (32 * 37, "cap")  # 0.4 mCi/kg x 100 kg = 40 mCi
    target = second("mibg-4gy-melphalan", "mibg-4gy", weight=["20"], bsa=["0.79"], measured=["1=1.357 Gy"]).doses
    assert target[1].amount == 8880 * (4 - Fraction("1.357")) / Fraction("1.357")
    assert target[2].amount == 110 * Fraction("0.79")
    table = second("eanm-card-mibg-123", "eanm-card", weight=["21.9"]).doses[0]
    assert table.amount == 28 * Fraction("4.86")  # the row of 20 kg
    product = second("iodide-graves", "iodide", level=["60 uCi/g"], set=["gland_mass=50 g", "uptake=40 %"]).doses[0]
    assert product.amount == Fraction("7.5") * 37  # 60 uCi/g x 50 g / 0.4 = 7,500 uCi


def test_it_counts_days_by_hand():
    doses = second("inotuzumab", "inotuzumab", bsa=["1"], start=["2026-03-02"], cycles=["2"]).doses
    assert [dose.when.day for dose in doses] == [1, 8, 15, 22, 29, 36]
    assert [dose.when.earliest for dose in doses] == [False] * 3 + [True] * 3
    assert doses[3].when.date.isoformat() == "2026-03-23"


def test_it_sums_what_was_given_before():
    course = second(
        "mibg-compassionate-nb", "mibg-compassionate", weight=["20"], level=["13 mCi/kg"], prior=["1000 mCi"]
    )
    assert course.lifetime(course.doses[0], "per_weight") == (Fraction(63 * 37, 10**6), None)  # MBq per mg of body
    assert course.lifetime(course.doses[0], "amount") == exactly(1260 * 37)


# -- plans agree --


def test_random_plans_agree(strength):
    rng, arms = random.Random(17), folders.arm_ids()
    planned = 0
    while planned < 2 * strength.patients:
        arm = rng.choice(arms)
        reply = answered("plan", arm, said := draw(kit(arm), rng))
        assert reply.status < 3, reply.message
        if reply.status < 2:
            planned += 1
            protocol = folders.read_bytes(folders.path_of(reply.document["protocol"]["file"]))
            assert verified.second(reply.document, protocol).differences == [], (arm, said)


def test_odd_statements_make_a_plan_of_both_methods_or_none(strength):
    rng, arms, planned = random.Random(23), folders.arm_ids(), 0
    while planned < 3 * strength.patients:
        stated = odd.inputs(kit(rng.choice(arms)), rng)
        with contextlib.suppress(package.InputError):
            plan = plan_inputs(stated)  # a DisagreementError fails the test
            assert plan.verified.agrees, (stated, plan.verified.not_checked)
            planned += 1


# -- what verify notices --


def test_a_sound_plan_agrees(dosecalc, plan, tmp_path):
    path = saved(tmp_path, plan("clover2-20", "--bsa", "1.6", "--label", "case 17").json)
    answer = dosecalc("verify", path)
    assert answer.status == 0
    assert answer.out.startswith(
        "clover2-20   agrees\nAgreed: arithmetic repeated by a second method; inputs and sources not"
    )
    assert "verified" not in answer.out
    found = dosecalc("verify", path, "--json")
    schema = json.loads((TOP / "docs" / "verification.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found.json, schema)
    assert found.json["agreed"]
    assert found.json["repeated"]
    assert found.json["changed"] == []


def test_an_edited_plan_differs_line_by_line(dosecalc, plan, tmp_path):
    document = plan("clover2-20", "--bsa", "1.6", "--start", "2026-03-02").json
    document["doses"][1]["amount"]["MBq"] = 11840.0
    document["doses"][1]["date"] = "2026-03-17"
    document["findings"][0]["status"] = "pass"
    answer = dosecalc("verify", saved(tmp_path, document))
    assert answer.status == 1
    assert "clover2-20   differs" in answer.out
    assert "dose 2, amount, MBq: the plan has 11840, we find 1184" in answer.out
    assert "dose 2, date: the plan has 2026-03-17, we find 2026-03-16" in answer.out
    assert "finding stem-cell-backup (count): the plan has pass, we find unknown" in answer.out


def test_a_changed_file_is_told(dosecalc, plan, tmp_path):
    text = (TOP / "protocols" / "xofigo-2013.toml").read_text(encoding="utf-8")
    site = tmp_path / "ours.toml"
    site.write_text(text, encoding="utf-8")
    path = saved(tmp_path, plan(f"{site}#xofigo-2013", "--weight", "70").json)
    assert dosecalc("verify", path).status == 0
    site.write_text(f"{text}\n# a remark", encoding="utf-8")
    answer = dosecalc("verify", path)
    assert answer.status == 1
    assert "Agreed" in answer.out
    assert f"{site}: the plan was made with " in answer.out
    site.unlink()
    answer = dosecalc("verify", path)
    assert answer.status == 2
    assert answer.err == f"dosecalc: the plan's protocol {site} was not found here\n"


@pytest.mark.parametrize(
    ("key", "value", "what"),
    [("dosecalc", "0.0.9", "the program: the plan was made with 0.0.9"), ("sha", "0" * 64, "clover2-news-2025-10: ")],
)
def test_another_program_or_sheet_is_told(dosecalc, plan, tmp_path, key, value, what):
    document = plan("clover2-20", "--bsa", "1.6").json
    if key == "sha":
        document["sources"][0]["sha256"] = value
    else:
        document[key] = value
    answer = dosecalc("verify", saved(tmp_path, document))
    assert answer.status == 1
    assert what in answer.out


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json", '{"schema": "dosecalc.plan/1"}'])
def test_what_is_no_plan_is_refused(dosecalc, tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    answer = dosecalc("verify", str(path))
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == f"dosecalc: {path} is no plan; 'dosecalc plan --json' writes one\n"


def test_an_input_that_cannot_be_read_again_is_refused(dosecalc, plan, tmp_path):
    document = plan("clover2-20", "--bsa", "1.6", "--start", "2026-03-02").json
    document["inputs"]["start"] = ["2026-13-02"]
    answer = dosecalc("verify", saved(tmp_path, document))
    assert answer.status == 2
    assert answer.err.startswith("dosecalc: the second method cannot read this plan: ValueError: ")


def test_a_patient_file_is_not_needed_again(dosecalc, plan, tmp_path):
    patient = tmp_path / "child.toml"
    patient.write_text('weight = "20 kg"\nprior = "none"\n[observables]\nplatelets = "90000/uL"\n', encoding="utf-8")
    path = saved(tmp_path, plan("mibg-compassionate-nb", "--level", "12 mCi/kg", "--patient", str(patient)).json)
    patient.unlink()
    assert dosecalc("verify", path).status == 0


def test_independent_amounts_show_nothing_of_the_plan(dosecalc, plan, tmp_path):
    document = plan("clover2-20", "--bsa", "1.6").json
    for dose in document["doses"]:
        dose["amount"] = {"MBq": 9999.0, "mCi": 9999.0}
    path = saved(tmp_path, document)
    answer = dosecalc("verify", path, "--independent")
    assert answer.status == 0
    assert "9,999" not in answer.out
    assert "32 mCi = 1,184 MBq" in answer.out
    found = dosecalc("verify", path, "--independent", "--json").json
    jsonschema.validate(found, json.loads((TOP / "docs" / "independent.schema.json").read_text(encoding="utf-8")))
    assert found["doses"][5]["cumulative"] == {"MBq": 7104.0, "mCi": 192.0}


def test_every_random_edit_is_caught(strength):
    rng, arms = random.Random(4), folders.arm_ids()
    for _ in range(strength.patients // 4):
        arm = rng.choice(arms)
        reply = answered("plan", arm, draw(kit(arm), rng))
        if reply.status > 1:
            continue
        for _ in range(4):
            edit = edited(reply.document, rng)
            with contextlib.suppress(package.InputError):  # refused
                assert not package.verify(edit.document).sound, edit[1:]


# -- what it does not know is named --


def with_key(place, key):
    """Xofigo's file with a key that nobody knows."""
    text = (TOP / "protocols" / "xofigo-2013.toml").read_text(encoding="utf-8")
    assert place in text
    return text.replace(place, f"{place}\n{key}", 1).encode()


NOTHING = "doses, totals, findings: nothing was computed, as this is not known: arms.cycles: odd"


@pytest.mark.parametrize(
    ("place", "key", "named"),
    [
        ('id = "xofigo-2013"', 'odd = "x"', "odd: a key of the protocol file that this method does not know"),
        ("[[rules]]", 'odd = "x"', "a rule: odd"),
        (
            "[[arms.cycles]]",
            "odd = 1",
            "doses, totals, findings: nothing was computed, as this is not known: arms.cycles: odd",
        ),
    ],
)
def test_a_new_key_is_named(place, key, named):
    document = package.plan("xofigo-2013", weight=70).document()
    data = with_key(place, key)
    tomllib.loads(data.decode())
    checked = compare(document, data, [(TOP / "seeds" / "beliefs.toml").read_bytes()])
    assert checked.agreed
    assert any(told.endswith(named) for told in checked.not_checked)


def test_an_amount_beyond_it_is_taken_from_the_plan_and_named():
    document = package.plan("zevalin-first-line", weight=100).document()
    text = (TOP / "protocols" / "zevalin.toml").read_text(encoding="utf-8")
    data = text.replace('level = "0.4 mCi/kg"\n    cap', 'level = "0.4 mCi/kg"\n    ladder = 1\n    cap').encode()
    checked = compare(document, data, [(TOP / "seeds" / "beliefs.toml").read_bytes()])
    assert checked.agreed
    assert "the amount of dose 1, taken as the plan has it (a dose: ladder)" in checked.not_checked


# -- what the second method found in the first --


def test_completed_years_end_before_the_birthday(plan):
    findings = plan("clr131-phase1a-15", "--bsa", "0.8", "--set", "age_completed=1").json["findings"]
    assert next(each["status"] for each in findings if each["rule"] == "age") == "violation"  # from 2 years on


def test_a_cap_holds_while_the_row_is_open(plan):
    answer = plan("zevalin-relapsed", "--weight", "100", "--given", "1=33 mCi")  # 40, capped at 32, or 30 mCi
    found = {each["part"]: each["status"] for each in answer.json["findings"] if each["rule"] == "given-amount"}
    assert found == {None: "pass", "cap": "violation"}


def test_an_organ_that_had_too_much_already_is_told_while_a_dose_is_pending(plan):
    answer = plan("azedra-therapeutic", "--given", "1=5000 mCi", "--set", "organ_dose.liver=0.1 Gy/mCi")
    found = {each["part"]: each for each in answer.json["findings"] if each["rule"] == "organ-dose"}
    assert found["liver"]["status"] == "violation"
    assert "500 Gy of at most 31 Gy from what was given alone" in found["liver"]["message"]


# -- inside every plan --


def test_every_plan_says_what_the_second_method_found(dosecalc, plan):
    answer = plan("clover2-20", "--bsa", "1.6")
    said = answer.json["verified"]
    assert (said["agrees"], said["method"]) == (True, verified.METHOD)
    assert any(each.startswith("message, trace") for each in said["not_checked"])
    assert verified.METHOD.capitalize() in dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6").out


@pytest.mark.parametrize(
    ("place", "name", "told"),
    [
        ("dosecalc.planning.planner", "_dose", "dose 1, amount, MBq: 1184.37 by the first, 1184 by the second"),
        ("dosecalc.planning.planner", "clear", "clearance, violations: 7 by the first, 0 by the second"),
    ],
)
def test_where_the_methods_differ_there_is_no_plan(monkeypatch, dosecalc, place, name, told):
    module = importlib.import_module(place)
    real = getattr(module, name)

    def faulty(*parts):
        made = real(*parts)
        if name == "clear":
            return made.model_copy(update={"violations": 7})
        return made.model_copy(update={"amount_": Amount(made.exact + Fraction("0.37"), "activity")})

    monkeypatch.setattr(module, name, faulty)
    answer = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--json")
    assert (answer.status, answer.out) == (3, "")
    assert told in answer.err
    assert "so there is no plan" in answer.err
    with pytest.raises(DisagreementError, match=re.escape(told)):
        importlib.import_module("dosecalc").plan("clover2-20", bsa="1.6 m^2")


def test_what_the_second_method_cannot_read_is_never_agreed(monkeypatch, dosecalc, plan):
    def unread(*_):
        raise LookupError("a key")

    monkeypatch.setattr("dosecalc.verification.compare.compare", unread)
    answer = plan("clover2-20", "--bsa", "1.6")
    said = answer.json["verified"]
    assert (answer.status, said["agrees"]) == (0, None)
    assert said["not_checked"] == ["everything: the second method cannot read this (LookupError: a key)"]
    assert "Not repeated by the second method" in dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6").out


@pytest.mark.parametrize("arm", folders.arm_ids())
def test_the_second_method_reads_every_shipped_arm(arm):
    rng, said = random.Random(arm), []
    while len(said) < 3:
        reply = answered("plan", arm, draw(kit(arm), rng))
        assert reply.status < 3, reply.message
        said += [reply.document["verified"]] if reply.status < 2 else []
    assert all(each["agrees"] for each in said)
    known = {*NOT_CHECKED, *(f"finding {rule}: {why}" for rule, why in NOT_ASKED.items())}
    assert not [each for each in said for each in each["not_checked"] if each not in known]
