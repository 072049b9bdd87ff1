"""One worked example for every arm, from a label, a published table or arithmetic, with each break on both sides."""

from __future__ import annotations

import tomllib
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

import dosecalc
from dosecalc import folders

SEEDS = Path(__file__).parent.parent / "seeds"
MCI = 37


def amounts(arm, **patient):
    return [dose.exact for dose in dosecalc.plan(arm, **patient).doses]


def statuses(plan, rule, part=None):
    return {f.status for f in plan.findings if f.rule == rule and (part is None or f.part == part)}


def fact(sheet, name):
    facts = tomllib.loads((SEEDS / f"{sheet}.toml").read_text(encoding="utf-8"))["facts"]
    return next(each for each in facts if each["id"] == name)


# arm, patient, amounts in MBq by hand
EXAMPLES = [
    ("zevalin-relapsed", {"weight": 70, "observables": {"platelets": "150000/uL"}}, [28 * MCI]),
    ("zevalin-relapsed", {"weight": 80, "observables": {"platelets": "150000/uL"}}, [32 * MCI]),
    ("zevalin-relapsed", {"weight": 90, "observables": {"platelets": "160000/uL"}}, [32 * MCI]),
    ("zevalin-relapsed", {"weight": 70, "observables": {"platelets": "120000/uL"}}, [21 * MCI]),
    ("zevalin-relapsed", {"weight": 110, "observables": {"platelets": "149000/uL"}}, [32 * MCI]),
    ("zevalin-relapsed", {"weight": 70, "observables": {"platelets": "100000/uL"}}, [21 * MCI]),
    ("xofigo-2016", {"weight": 73}, [Fraction(4015, 1000)] * 6),
    ("xofigo-2013", {"weight": 73}, [Fraction(3650, 1000)] * 6),
    ("quadramet-bone-pain", {"weight": 70}, [70 * MCI]),
    ("metastron-fixed", {}, [148]),
    ("metastron-per-weight", {"weight": 70, "level": "2.2 MBq/kg"}, [154]),
    ("p32-per-surface", {"bsa": "1.8 m^2", "level": "111 MBq/m^2"}, [185]),
    ("p32-per-surface", {"bsa": "1.8 m^2", "level": "74 MBq/m^2"}, [Fraction("133.2")]),
    ("p32-fixed", {"level": "370 MBq"}, [370]),
    ("hicon-hyperthyroidism", {"level": "10 mCi"}, [370]),
    ("hicon-carcinoma", {"level": "100 mCi"}, [3700]),
    ("hicon-metastases", {"level": "200 mCi"}, [7400]),
    ("clr131-myeloma-cohort-1", {"bsa": "2 m^2"}, [25 * MCI]),
    ("clr131-myeloma-cohort-2", {"bsa": "2 m^2"}, [Fraction("37.5") * MCI]),
    ("clr131-myeloma-cohort-3", {"bsa": "2 m^2"}, [50 * MCI]),
    ("clr131-myeloma-cohort-4", {"bsa": "2 m^2"}, [Fraction("62.5") * MCI]),
    ("clr131-myeloma-cohort-5", {"bsa": "2 m^2"}, [Fraction("31.25") * MCI] * 2),
    ("clr131-head-neck", {"bsa": "2 m^2"}, [Fraction("31.2") * MCI] * 2),
    ("nct01377532-ppgl", {"weight": 40, "level": "12 mCi/kg"}, [480 * MCI]),
    ("nant-cem", {"weight": 20, "observables": {"egfr": "100 mL/min/1.73m^2"}}, [240 * MCI]),
    ("nant-cem", {"weight": 20, "observables": {"egfr": "99 mL/min/1.73m^2"}}, [160 * MCI]),
    ("nant-cem", {"weight": 20, "observables": {"egfr": "60 mL/min/1.73m^2"}}, [160 * MCI]),
    ("mibg-japan-ppgl", {}, [7400]),
    ("dotatoc-90y-level-1", {"bsa": "1.2 m^2"}, [Fraction("1.2") * 30 * MCI] * 3),
    ("dotatoc-90y-level-2", {"bsa": "1.2 m^2"}, [Fraction("1.2") * 40 * MCI] * 3),
    ("dotatoc-90y-level-3", {"bsa": "1.2 m^2"}, [2220] * 3),
    ("nct03966651-level-1", {"weight": 25}, [2000] * 2),
    ("nct03966651-level-2", {"weight": 25}, [2500] * 2),
    ("nct03966651-level-3", {"weight": 25}, [3000] * 2),
]


@pytest.mark.parametrize(("arm", "patient", "expected"), EXAMPLES)
def test_worked_examples(arm, patient, expected):
    assert amounts(arm, **patient) == expected


def test_every_arm_has_a_worked_example():
    elsewhere = {"azedra-therapeutic", "clover2-20", "clover2-10", "inotuzumab", "mibg-4gy-melphalan",
                 "mibg-compassionate-nb", "mibg-compassionate-ppgl"}  # fmt: skip
    assert {arm for arm, _, _ in EXAMPLES} == set(folders.arm_ids()) - elsewhere


# -- Zevalin ----------------------------------------------------------------------------------------------------


def test_zevalin_is_capped_by_the_source_and_says_so():
    (dose,) = dosecalc.plan("zevalin-relapsed", weight=90, observables={"platelets": "160000/uL"}).doses
    assert dose.bounded == "cap"
    assert "0.4 mCi/kg x 90 kg = 36 mCi, capped by the source at 32 mCi" in dose.trace
    (at,) = dosecalc.plan("zevalin-relapsed", weight=80, observables={"platelets": "160000/uL"}).doses
    assert at.bounded is None


@pytest.mark.parametrize(
    ("platelets", "pending", "rule"),
    [("99000/uL", True, "violation"), ("99999/uL", True, "violation"), ("149500/uL", True, "pass"),
     ("149001/uL", True, "pass"), ("149000/uL", False, "pass"), ("150000/uL", False, "pass")],
)  # fmt: skip
def test_zevalin_where_no_row_applies(platelets, pending, rule):
    plan = dosecalc.plan("zevalin-relapsed", weight=70, observables={"platelets": platelets})
    assert (plan.doses[0].exact is None) is pending
    assert statuses(plan, "level-undefined") == ({"violation"} if pending else set())
    assert statuses(plan, "platelets") == {rule}
    (gap,) = [conflict for conflict in plan.conflicts if conflict.id == "149-to-150"]
    assert gap.applies is (pending and rule == "pass")


@pytest.mark.parametrize(("marrow", "status"), [("24.9 %", "pass"), ("25 %", "violation")])
def test_zevalin_and_lymphoma_in_the_marrow(marrow, status):
    stated = {"platelets": "150000/uL", "marrow_involvement": marrow}
    assert statuses(dosecalc.plan("zevalin-relapsed", weight=70, observables=stated), "marrow") == {status}


def test_zevalin_without_a_count_is_pending_with_both_levels():
    (dose,) = dosecalc.plan("zevalin-relapsed", weight=70).doses
    assert dose.exact is None
    assert "0.4 mCi/kg" in dose.pending
    assert "0.3 mCi/kg" in dose.pending


# -- Xofigo -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("factor", "volume"), [("1", "3.65"), ("0.982", "3.717")])
def test_the_volumes_of_xofigo(tmp_path, factor, volume):
    path = tmp_path / "plan.json"
    path.write_text(dosecalc.plan("xofigo-2016", weight=73).to_json(), encoding="utf-8")
    found = dosecalc.dispense(plan=path, dose=1, concentration="1100 kBq/mL", factor=factor)
    assert found.volume["value"] == pytest.approx(float(volume), abs=0.0005)
    assert f"{volume} mL" in fact("xofigo-label", "example-73kg")["values"]


def test_the_label_of_2013_gives_the_same_volume_under_smaller_numbers():
    new, old = (amounts(arm, weight=73)[0] for arm in ("xofigo-2016", "xofigo-2013"))
    assert new / 1100 == old / 1000
    assert dosecalc.plan("xofigo-2013", weight=73).protocol["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("dose", "anc", "platelets", "expected"),
    [
        (1, "1.5 10^9/L", "100 10^9/L", ("pass", "pass")),
        (1, "1.49 10^9/L", "100 10^9/L", ("violation", "pass")),
        (1, "1.5 10^9/L", "99 10^9/L", ("pass", "violation")),
        (2, "1.0 10^9/L", "50 10^9/L", ("pass", "pass")),
        (2, "0.99 10^9/L", "50 10^9/L", ("violation", "pass")),
        (2, "1.0 10^9/L", "49 10^9/L", ("pass", "violation")),
    ],
)
def test_counts_differ_for_the_first_and_later_doses_of_xofigo(dose, anc, platelets, expected):
    stated = {f"{name}[{n}]": "200 10^9/L" for name in ("anc", "platelets") for n in range(1, 7) if n != dose}
    plan = dosecalc.plan("xofigo-2016", weight=73,
                         observables={**stated, f"anc[{dose}]": anc, f"platelets[{dose}]": platelets})  # fmt: skip
    part = "first" if dose == 1 else "later"
    assert (statuses(plan, "anc", part), statuses(plan, "platelets", part)) == ({expected[0]}, {expected[1]})


def test_six_doses_of_xofigo_are_four_weeks_apart():
    dates = [dose.date for dose in dosecalc.plan("xofigo-2016", weight=73, start="2026-01-05").doses]
    assert [(later - earlier).days for earlier, later in pairwise(dates)] == [28] * 5


# -- others -----------------------------------------------------------------------------------------------------


def test_phosphate_says_that_the_source_capped_it():
    (dose,) = dosecalc.plan("p32-per-surface", bsa="1.8 m^2", level="111 MBq/m^2").doses
    assert dose.bounded == "cap"
    assert "111 MBq/m² x 1.8 m² = 199.8 MBq, capped by the source at 185 MBq" in dose.trace


@pytest.mark.parametrize(("amount", "discretion", "tolerance"), [
    ("500 mCi", "pass", "pass"), ("500.1 mCi", "warning", "pass"), ("550 mCi", "warning", "pass"),
    ("551 mCi", "warning", "violation"),
])  # fmt: skip
def test_a_maximum_with_a_tolerance(amount, discretion, tolerance):
    plan = dosecalc.plan("nct01377532-ppgl", weight=50, given={1: amount})
    found = [statuses(plan, "dose-maximum", part) for part in ("discretion", "tolerance")]
    assert found == [{discretion}, {tolerance}]


@pytest.mark.parametrize(("egfr", "applies"), [("99.5", True), ("99.001", True), ("59.9", False)])
def test_filtration_rates_between_the_groups_have_no_level(egfr, applies):
    plan = dosecalc.plan("nant-cem", weight=20, observables={"egfr": f"{egfr} mL/min/1.73m^2"})
    assert plan.doses[0].exact is None
    assert statuses(plan, "level-undefined") == {"violation"}
    assert [conflict.applies for conflict in plan.conflicts] == [applies]


@pytest.mark.parametrize(("prior", "status"), [("148 MBq@2025-12-02", "pass"), ("148 MBq@2025-12-03", "violation")])
def test_strontium_is_not_given_again_within_ninety_days(prior, status):
    plan = dosecalc.plan("metastron-fixed", start="2026-03-02", prior=prior)
    assert statuses(plan, "interval") == {status}
    assert statuses(dosecalc.plan("metastron-fixed", prior="none"), "interval") == {"not_applicable"}


@pytest.mark.parametrize(("platelets", "wbc", "found"), [
    ("60000/uL", "2400/uL", ({"pass"}, {"pass"})), ("59999/uL", "2399/uL", ({"warning"}, {"warning"})),
])  # fmt: skip
def test_counts_at_which_strontium_asks_for_caution(platelets, wbc, found):
    plan = dosecalc.plan("metastron-fixed", observables={"platelets": platelets, "wbc": wbc})
    assert (statuses(plan, "platelets"), statuses(plan, "wbc")) == found


@pytest.mark.parametrize(("arm", "level"), [
    ("hicon-hyperthyroidism", "371 MBq"), ("hicon-carcinoma", "1099 MBq"), ("hicon-metastases", "7401 MBq"),
    ("p32-fixed", "184 MBq"),
])  # fmt: skip
def test_levels_outside_of_a_range_are_violations(arm, level):
    assert statuses(dosecalc.plan(arm, level=level), "level-range") == {"violation"}


@pytest.mark.parametrize(
    ("age", "status"), [("1.9 y", "violation"), ("2 y", "pass"), ("25.9 y", "pass"), ("26 y", "violation")]
)
def test_ages_of_dotatoc(age, status):
    assert statuses(dosecalc.plan("dotatoc-90y-level-3", bsa="1.2 m^2", age=age), "age") == {status}


@pytest.mark.parametrize(("stated", "status"), [
    ({"marrow_cellularity": "40 %"}, "pass"), ({"marrow_cellularity": "39 %", "stem_cells_stored": "true"}, "pass"),
    ({"marrow_cellularity": "39 %", "stem_cells_stored": "false"}, "violation"),
    ({"marrow_cellularity": "39 %"}, "unknown"),
])  # fmt: skip
def test_marrow_of_dotatoc(stated, status):
    assert statuses(dosecalc.plan("dotatoc-90y-level-3", bsa="1.2 m^2", observables=stated), "marrow") == {status}


@pytest.mark.parametrize(("age", "status", "applies"), [
    ("1 y", "violation", False), ("1.5 y", "violation", True), ("2 y", "pass", False), ("17.9 y", "pass", False),
    ("18 y", "violation", False),
])  # fmt: skip
def test_the_lower_age_of_which_two_are_stated(age, status, applies):
    plan = dosecalc.plan("nct03966651-level-1", weight=12, age=age)
    assert statuses(plan, "age") == {status}
    assert [conflict.applies for conflict in plan.conflicts] == [applies]


def test_the_totals_that_the_sources_state():
    """Two doses of cohort 5 are cohort 4; two of 15.6 are 31.2; 1.85 GBq/m2 is 50 mCi/m2."""
    five = sum(amounts("clr131-myeloma-cohort-5", bsa="1 m^2"))
    assert five == amounts("clr131-myeloma-cohort-4", bsa="1 m^2")[0]
    assert sum(amounts("clr131-head-neck", bsa="1 m^2")) == Fraction("31.2") * MCI
    assert amounts("dotatoc-90y-level-3", bsa="1 m^2")[0] == 50 * MCI
