"""The largest next dose, against plans with a little more and a little less given."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosecalc import InputError, find_limits, plan

DOCS = Path(__file__).parent.parent / "docs"
MCI = 37
A_LITTLE = Fraction(1, 10**6)


def broken(arm, amount, number=1, **patient):
    """The rules that a plan calls broken, with an amount given as the dose of that number."""
    before = patient.pop("given", {})
    made = plan(arm, given={**before, number: f"{float(amount):.12f} MBq"}, **patient)
    rules = {(f.rule, f.part) for f in made.findings if f.status == "violation" and f.rule != "given-amount"}
    # an amount given has our tolerance around the range; a level to be chosen has none
    return rules | ({("level-range", None)} if amount > TOPS.get(arm, lambda _: amount)(patient) else set())


TOPS = {
    "mibg-compassionate-nb": lambda patient: 18 * MCI * patient["weight"],
    "nct01377532-ppgl": lambda patient: 12 * MCI * patient["weight"],
    "hicon-metastases": lambda _: 200 * MCI,
}
"""The top of each protocol's range of levels, in MBq."""


PATIENTS = [
    ("mibg-compassionate-nb", {"weight": 20, "prior": "none"}, 18 * 20 * MCI),
    ("mibg-compassionate-nb", {"weight": 20, "prior": "none", "observables": {"stem_cells_stored": False}}, 240 * MCI),
    ("mibg-compassionate-nb", {"weight": 20, "prior": "900 mCi,20 kg"}, 300 * MCI),
    ("mibg-compassionate-ppgl", {"weight": 50, "age": 12, "prior": "none"}, 500 * MCI),
    ("mibg-compassionate-ppgl", {"weight": 30, "age": 12, "prior": "none"}, 360 * MCI),
    ("nct01377532-ppgl", {"weight": 50}, 550 * MCI),
    ("nct01377532-ppgl", {"weight": 40}, 480 * MCI),
    ("zevalin-relapsed", {"weight": 90}, 32 * MCI),
    ("p32-per-surface", {"bsa": "1.8 m^2"}, 185),
    ("p32-per-surface", {"bsa": "1.5 m^2"}, Fraction("166.5")),
    ("hicon-metastases", {}, 7400),
    ("iodide-graves", {"observables": {"gland_mass": "40 g", "uptake": "50 %"}}, Fraction("6.4") * MCI),
]


@pytest.mark.parametrize(("arm", "patient", "expected"), PATIENTS)
def test_the_largest_amount_by_hand(arm, patient, expected):
    found = find_limits(arm, **patient)
    assert (found.most.reach, found.most.value, found.most.included) == ("bounded", expected, True)


@pytest.mark.parametrize(("arm", "patient", "expected"), [p for p in PATIENTS if p[0] not in (
    "zevalin-relapsed", "p32-per-surface", "iodide-graves")])  # fmt: skip
def test_a_plan_with_a_little_more_breaks_the_rule_that_binds(arm, patient, expected):
    found = find_limits(arm, **patient)
    always = {(f.rule, f.part) for f in found.broken}
    binding = {(b.rule, b.part) for b in found.bounds if b.most == found.most and b.severity == "violation"}
    assert broken(arm, expected, **patient) - always == set()
    assert broken(arm, expected * (1 + A_LITTLE), **patient) - always == binding


@given(
    weight=st.integers(4, 120),
    prior=st.none() | st.integers(0, 70),
    cells=st.sampled_from([None, "0 cell/kg", "999999 cell/kg", "1e6 cell/kg"]),
)
def test_any_patient_of_the_compassionate_protocol(weight, prior, cells):
    patient = {"weight": weight, "observables": {} if cells is None else {"cd34_per_weight": cells}}
    if prior is not None:
        patient["prior"] = f"{prior * weight} mCi,{weight} kg" if prior else "none"
    found = find_limits("mibg-compassionate-nb", **patient)
    assert found.most.reach in ("bounded", "none")
    always = {(f.rule, f.part) for f in found.broken}
    if found.most.value is not None and found.most.value > 0:
        at = found.most.value
        assert broken("mibg-compassionate-nb", at * (1 - A_LITTLE), **patient) <= always | {("level-range", None)}
        assert broken("mibg-compassionate-nb", at * (1 + A_LITTLE), **patient) - always


def test_what_the_rules_leave_open_is_told_apart_from_what_is_sure():
    found = find_limits("clover2-20", bsa="1.6 m^2")
    assert found.most.reach == "unbounded"
    assert found.sure.value == Fraction("1.6") * 30 * MCI
    assert {(b.rule, b.part) for b in found.bounds if b.binds} == {
        ("stem-cell-backup", "count"),
        ("stem-cell-backup", "availability"),
    }
    after = find_limits("clover2-20", bsa="1.6 m^2", given={1: "32 mCi"})
    assert (after.dose, after.given.value, after.sure.value) == (2, 32 * MCI, Fraction(48 - 32) * MCI)
    none = find_limits("clover2-20", bsa="1.6 m^2", observables={"cd34_per_weight": "1.9e6 cell/kg"})
    assert none.most.value == Fraction("1.6") * 30 * MCI
    assert none.exit_status() == 0  # the first dose of 32 mCi is below 48


def test_a_lift_is_a_statement_with_which_the_rule_allows_more():
    patient = {"weight": 20, "prior": "none"}
    found = find_limits("mibg-compassionate-nb", **patient, observables={"stem_cells_stored": False})
    (bound,) = [b for b in found.bounds if b.rule == "stem-cell-backup"]
    assert '--set "cd34_per_weight=1e6 cell/kg"' in [lift.option for lift in bound.lifts]
    for lift in bound.lifts:
        name, _, value = lift.option.removeprefix("--set ").strip('"').partition("=")
        then = find_limits("mibg-compassionate-nb", **patient, observables={name: value})
        assert (then.sure, lift.then.value) == (lift.then, 360 * MCI)


def test_a_limit_that_is_not_itself_allowed_says_below():
    found = find_limits("nant-nca-therapeutic", weight=20)
    (bound,) = [b for b in found.bounds if b.rule == "feasible"]
    assert (bound.severity, bound.most.value, bound.most.included) == ("warning", 420 * MCI, False)
    assert found.most.value == 420 * MCI
    assert found.most.included


def test_what_no_amount_mends_leaves_no_amount(dosecalc):
    found = find_limits("zevalin-relapsed", weight=90, observables={"platelets": "90 10^9/L"})
    assert {f.rule for f in found.broken} == {"level-undefined", "platelets"}
    assert found.largest.reach == "none"
    assert found.exit_status() == 1
    answer = dosecalc("limits", "--protocol", "xofigo-2013", "--weight", "73", "--start", "2026-01-05")
    assert answer.status == 1
    assert "No amount is without a violation: effective" in answer.out


def test_an_organ_limits_the_doses_to_come():
    organs = {f"organ_dose.{organ}": "0.001 Gy/mCi" for organ in ("red_marrow", "lungs", "liver", "small_intestine")}
    patient = {"weight": 75, "given": {1: "333 mCi"}}
    found = find_limits("azedra-therapeutic", **patient, observables={"organ_dose.kidneys": "0.027 Gy/mCi", **organs})
    left = (18 / Fraction("0.027") - 333) * MCI
    assert (found.most.value, found.sure.value) == (left, left)
    assert [(b.rule, b.part) for b in found.bounds if b.binds] == [("organ-dose", "kidneys")]
    alone = find_limits("azedra-therapeutic", **patient, observables={"organ_dose.kidneys": "0.027 Gy/mCi"})
    assert (alone.most.value, alone.sure.reach) == (left, "none")  # of the other organs nothing is known


def test_without_a_size_no_amount_is_sure():
    found = find_limits("clover2-20")
    assert (found.most.reach, found.sure.reach) == ("unbounded", "none")
    assert {option for bound in found.bounds for option in bound.settled_by if "bsa" in option}
    lifts = {lift.option: lift.then.reach for bound in found.bounds for lift in bound.lifts}
    assert lifts["--set stem_cells_stored=true"] == "none"  # their number is not known
    assert lifts['--set "cd34_per_weight=2e6 cell/kg"'] == "unbounded"
    some = find_limits("mibg-compassionate-ppgl", age=12, prior="none")
    assert (some.most.value, some.sure.reach) == (500 * MCI, "none")


def test_the_whole_body_dose_of_the_next_dose_is_in_proportion_to_its_activity():
    """1 Gy of 4,000 MBq leaves 1.4 Gy, which 5,600 MBq give."""
    found = find_limits("ludo-n", weight=20, given={1: "4000 MBq"}, measured={1: "1 Gy"})
    assert (found.planned.value, found.projected) == (5600, True)
    (aim,) = [b for b in found.bounds if b.rule == "whole-body-dose"]
    assert (aim.severity, aim.most.value, aim.sure.value) == ("warning", 5600, 5600)  # an aim of the source: it warns
    unmeasured = find_limits("ludo-n", weight=20, given={1: "4000 MBq"})
    (aim,) = [b for b in unmeasured.bounds if b.rule == "whole-body-dose"]
    assert (aim.most.reach, aim.sure.reach, unmeasured.projected) == ("unbounded", "none", False)


def test_a_drug_is_limited_in_milligrams():
    found = find_limits("inotuzumab", bsa="1.0")
    assert (found.kind, found.planned.value) == ("mass", Fraction("0.8"))
    assert found.document()["planned"] == {"mg": 0.8}


@pytest.mark.parametrize(
    ("arm", "stated", "words"),
    [
        ("zevalin-relapsed", {"weight": 70, "given": {1: "20 mCi"}}, "every dose of zevalin-relapsed was given"),
        ("mibg-4gy-melphalan", {"weight": 20, "retention": {1: "x.csv"}}, "state those here with --measured"),
        ("nothing", {}, "which is no arm"),
    ],
)
def test_what_cannot_be_answered(arm, stated, words):
    with pytest.raises(InputError, match=words):
        find_limits(arm, **stated)


def test_an_unknown_keyword_is_an_error():
    with pytest.raises(TypeError, match="'wieght'"):
        find_limits("zevalin-relapsed", wieght=70)


def test_the_command_tells_what_binds_and_how_to_lift_it(dosecalc):
    answer = dosecalc("limits", "--protocol", "mibg-compassionate-nb", "--weight", "20", "--prior", "none")
    assert answer.status == 0
    assert "No rule is broken up to 360 mCi = 13,320 MBq (18 mCi/kg): level-range" in answer.out
    assert (
        "Known to be allowed up to 240 mCi = 8,880 MBq (12 mCi/kg); above that it depends on stem-cell-backup"
        in answer.out
    )
    assert 'stem-cell-backup: --set "cd34_per_weight=1e6 cell/kg" (then known to be allowed up to 360 mCi' in answer.out
    document = json.loads(dosecalc("limits", "--protocol", "mibg-compassionate-nb", "--weight", "20",
                                           "--prior", "none", "--json").out)  # fmt: skip
    schema = json.loads((DOCS / "limits.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "surprise": 1}, schema)
    assert document["schema"] == "dosecalc.limits/1"
    assert document["largest"]["amount"] == {"MBq": 13320.0, "mCi": 360.0}
    assert document["surely"]["per_weight"]["mCi/kg"] == 12.0
