"""Corrections of shipped files, each by patients on both sides. The limits are written by hand from the sources."""

from __future__ import annotations

from datetime import date as Date
from datetime import timedelta

import pytest

import dosecalc

START = Date(2026, 3, 2)


def plan(arm, stated=None, **patient):
    return dosecalc.plan(arm, observables=stated or {}, **patient)


LEVELS = {"mibg-compassionate-nb": "12 mCi/kg", "nct01377532-ppgl": "10 mCi/kg", "nant-vorinostat": "15 mCi/kg",
          "nant-nca-therapeutic": "15 mCi/kg", "anbl09p1": "15 mCi/kg"}  # fmt: skip


def of_any(arm, stated=None, **patient):
    """A plan of an arm with what that arm cannot do without."""
    level = {"level": LEVELS[arm]} if arm in LEVELS else {}
    bsa = {"bsa": "1.6 m^2"} if arm.startswith("clr131") else {}
    return plan(arm, stated, **{"weight": 60, **level, **bsa, **patient})


def found(made, rule, part=None):
    return {f.status for f in made.findings if f.rule == rule and (part is None or f.part == part)}


def on(days):
    return (START + timedelta(days=days)).isoformat()


def told(made):
    return " ".join(instruction.text for instruction in made.instructions)


# -- 131I-MIBG, expanded access -------------------------------------------------------------------------------------

NB = {"weight": 20, "level": "10 mCi/kg"}
PPGL = {"weight": 40, "level": "10 mCi/kg"}
FREE, STORED = {"transfusion_free": True}, {"stem_cells_stored": True}


@pytest.mark.parametrize(("stated", "status"), [
    ({"platelets": "80 10^9/L", "transfusion_free": False}, "violation"),  # a transfused count
    ({"platelets": "80 10^9/L"}, "unknown"),
    ({"platelets": "50.1 10^9/L", **FREE}, "pass"),
    ({"platelets": "50 10^9/L", **FREE, "stem_cells_stored": False}, "violation"),
    ({"platelets": "20 10^9/L", **FREE, **STORED}, "pass"),
    ({"platelets": "19.9 10^9/L", **FREE, **STORED}, "violation"),
    ({"platelets": "80 10^9/L", "transfusion_free": False, **STORED}, "violation"),
])  # fmt: skip
def test_platelets_of_the_compassionate_protocol_are_untransfused(stated, status):
    for arm, patient in (("mibg-compassionate-nb", NB), ("mibg-compassionate-ppgl", PPGL)):
        assert found(plan(arm, stated, **patient), "platelets") == {status}


@pytest.mark.parametrize(("stated", "status"), [
    ({"karnofsky": "40 %", "lansky": "70 %"}, "violation"),
    ({"karnofsky": "70 %", "lansky": "59 %"}, "violation"),
    ({"karnofsky": "60 %", "lansky": "60 %"}, "pass"),
    ({"lansky": "60 %"}, "pass"),
    ({"karnofsky": "59.9 %"}, "violation"),
    ({}, "unknown"),
])  # fmt: skip
def test_every_performance_score_that_is_stated_counts(stated, status):
    assert found(plan("mibg-compassionate-nb", stated, **NB), "performance") == {status}


@pytest.mark.parametrize(("stated", "status"), [
    ({"standard_therapy_failed": True}, "pass"),
    ({"new_lesion": True}, "pass"),
    ({"lesion_growth": "25.1 %"}, "pass"),
    ({"lesion_growth": "25 %", "new_lesion": False, "standard_therapy_failed": False}, "violation"),
    ({"lesion_growth": "25 %"}, "unknown"),
])  # fmt: skip
def test_failure_of_standard_therapy_or_progression(stated, status):
    assert found(plan("mibg-compassionate-nb", stated, **NB), "treatment-failure") == {status}


@pytest.mark.parametrize(("arm", "diagnosis", "state", "statuses"), [
    ("nb", "neuroblastoma", "relapsed", ("pass", "pass")),
    ("nb", "neuroblastoma", "newly-diagnosed", ("pass", "violation")),
    ("nb", "paraganglioma", "refractory", ("violation", "pass")),
    ("ppgl", "paraganglioma", "metastatic", ("pass", "pass")),
    ("ppgl", "phaeochromocytoma", "relapsed", ("pass", "violation")),
    ("ppgl", "neuroblastoma", "progressive", ("violation", "pass")),
])  # fmt: skip
def test_the_diagnosis_of_each_compassionate_arm(arm, diagnosis, state, statuses):
    made = plan(f"mibg-compassionate-{arm}", {"diagnosis": diagnosis, "disease_state": state}, **PPGL)
    assert (found(made, "diagnosis"), found(made, "disease-state")) == ({statuses[0]}, {statuses[1]})


def test_the_maximum_of_the_compassionate_protocol_is_called_recommended():
    made = plan("mibg-compassionate-ppgl", weight=40, level="12.6 mCi/kg")
    messages = [f.message for f in made.findings if f.rule == "dose-maximum" and f.status == "violation"]
    assert len(messages) == 2  # 504 mCi and 12.6 mCi/kg
    assert all("recommended maximum" in message for message in messages)
    assert "recommended maximum" in told(made)


# -- the other founding documents -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("arm", "patient", "stated", "statuses"), [
    ("clover2-20", {"bsa": 1.6}, {"diagnosis": "high-grade-glioma", "disease_state": "recurrent"}, ("pass", "pass")),
    ("clover2-20", {"bsa": 1.6}, {"diagnosis": "other", "disease_state": "newly-diagnosed"}, ("violation",) * 2),
    ("clr131-phase1a-30", {"bsa": 1}, {"diagnosis": "lymphoma", "disease_state": "refractory"}, ("pass", "pass")),
    ("clr131-phase1a-30", {"bsa": 1}, {"diagnosis": "other", "disease_state": "other"}, ("violation",) * 2),
    ("mibg-4gy-melphalan", {"weight": 20}, {"diagnosis": "neuroblastoma", "disease_state": "relapsed"}, ("pass",) * 2),
    ("mibg-4gy-melphalan", {"weight": 20}, {"diagnosis": "other", "disease_state": "newly-diagnosed"},
     ("violation",) * 2),
    ("inotuzumab", {"bsa": 1}, {"diagnosis": "b-cell-precursor-all", "disease_state": "refractory"}, ("pass", "pass")),
    ("inotuzumab", {"bsa": 1}, {"diagnosis": "other", "disease_state": "newly-diagnosed"}, ("violation",) * 2),
])  # fmt: skip
def test_the_disease_that_a_founding_document_names(arm, patient, stated, statuses):
    made = plan(arm, stated, **patient)
    assert (found(made, "diagnosis"), found(made, "disease-state")) == ({statuses[0]}, {statuses[1]})


@pytest.mark.parametrize(("lesion", "status"), [("10 mm", "pass"), ("9.9 mm", "violation")])
def test_a_brain_tumour_of_phase_1a_has_a_measurable_lesion(lesion, status):
    stated = {"diagnosis": "brain-tumour", "lesion_diameter": lesion}
    assert found(plan("clr131-phase1a-30", stated, bsa=1), "lesion") == {status}
    assert found(plan("clr131-phase1a-30", {"diagnosis": "lymphoma"}, bsa=1), "lesion") == {"not_applicable"}


def test_clover2_says_what_no_text_states():
    text = told(plan("clover2-20", bsa=1.6))
    for words in (
        "14 days apart",
        "No window is stated",
        "second and later doses",
        "inoperable",
        "no curative treatment",
    ):
        assert words in text


@pytest.mark.parametrize(("positive", "status"), [(True, "pass"), (False, "violation"), (None, "unknown")])
def test_inotuzumab_is_for_leukaemia_that_is_cd22_positive(positive, status):
    stated = {} if positive is None else {"cd22_positive": positive}
    assert found(plan("inotuzumab", stated, bsa=1), "cd22") == {status}


def test_veno_occlusive_disease_is_asked_before_each_dose():
    given = {1: "0.8 mg", 2: "0.5 mg"}
    late = plan("inotuzumab", {"vod[1]": False, "vod[2]": False, "vod[3]": True}, bsa=1, cycles=1, given=given)
    assert [(f.dose, f.status) for f in late.findings if f.rule == "vod"] == [(3, "violation")]
    asked = plan("inotuzumab", {"vod[1]": False, "vod[2]": False}, bsa=1, cycles=1, given=given)
    assert [(f.dose, f.status) for f in asked.findings if f.rule == "vod"] == [(3, "unknown")]
    none = plan("inotuzumab", {f"vod[{n}]": False for n in (1, 2, 3)}, bsa=1, cycles=1)
    assert found(none, "vod") == {"pass"}
    assert "die without relapse after a transplant" in told(none)


# -- 177Lu-DOTATATE in children -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "younger", "status"), [
    ("2 y", None, "pass"), ("17.9 y", None, "pass"), ("18 y", True, "violation"),
    ("1.5 y", True, "pass"), ("1.5 y", False, "violation"), ("1.5 y", None, "unknown"), ("1 y", True, "violation"),
])  # fmt: skip
def test_the_third_level_takes_children_under_two_once_a_lower_level_had_one(age, younger, status):
    stated = {} if younger is None else {"under_two_treated": younger}
    assert found(plan("nct03966651-level-3", stated, weight=12, age=age), "age") == {status}


@pytest.mark.parametrize(("name", "value", "rule", "status"), [
    ("dotatoc_positive_age", "4 week", "receptors", "pass"),
    ("dotatoc_positive_age", "29 day", "receptors", "violation"),
    ("dotatoc_positive_age", "never", "receptors", "violation"),
    ("life_expectancy", "14 week", "life-expectancy", "pass"),
    ("life_expectancy", "3 month", "life-expectancy", "violation"),
    ("prior_regimens", 2, "prior-regimens", "pass"),
    ("prior_regimens", 1, "prior-regimens", "violation"),
    ("diagnosis", "other", "diagnosis", "violation"),
])  # fmt: skip
def test_who_may_have_dotatate_for_neuroblastoma(name, value, rule, status):
    assert found(plan("nct03966651-level-1", {name: value}, weight=20, age=9), rule) == {status}


@pytest.mark.parametrize(("age", "stated", "part", "status"), [
    ("12.1 y", {"ecog": 1}, "ecog", "pass"), ("12.1 y", {"ecog": 2}, "ecog", "violation"),
    ("11.9 y", {"lansky": "50 %"}, "lansky", "pass"), ("11.9 y", {"lansky": "49 %"}, "lansky", "violation"),
    ("12 y", {}, "ecog", "not_applicable"), ("12 y", {}, "lansky", "not_applicable"),
])  # fmt: skip
def test_performance_in_children_goes_by_age(age, stated, part, status):
    made = plan("nct03966651-level-2", stated, weight=30, age=age)
    assert found(made, "performance", part) == {status}
    assert [c.applies for c in made.conflicts if c.id == "performance-at-12"] == [age == "12 y"]


def test_ludo_n_wants_stored_cells_of_everybody_and_warns_above_its_aim():
    for cells, status in ((True, "pass"), (False, "violation"), (None, "unknown")):
        made = plan("ludo-n", {} if cells is None else {"stem_cells_stored": cells}, weight=20)
        assert found(made, "stem-cell-backup") == {status}
    for second, status in (("1.4 Gy", "pass"), ("1.5 Gy", "warning")):
        made = plan("ludo-n", weight=20, given={1: "4000 MBq", 2: "5600 MBq"}, measured={1: "1 Gy", 2: second})
        assert found(made, "whole-body-dose") == {status}
    (conflict,) = [c for c in made.conflicts if c.id == "two-weeks"]
    assert "minimum of two weeks" in conflict.because


@pytest.mark.parametrize(("age", "stated", "rule", "status"), [
    (13, {"karnofsky": "51 %"}, "performance", "pass"), (13, {"karnofsky": "50 %"}, "performance", "violation"),
    (12, {"lansky": "51 %"}, "performance", "pass"), (12, {"lansky": "50 %"}, "performance", "violation"),
    (9, {"washout_therapy": "14 day"}, "washout-therapy", "pass"),
    (9, {"washout_therapy": "13 day"}, "washout-therapy", "violation"),
    (9, {"life_expectancy": "3 month"}, "life-expectancy", "violation"),
    (9, {"disease_state": "refractory"}, "disease-state", "pass"),
    (9, {"disease_state": "newly-diagnosed"}, "disease-state", "violation"),
])  # fmt: skip
def test_who_may_enter_ludo_n(age, stated, rule, status):
    assert status in found(plan("ludo-n", stated, weight=30, age=age), rule)


# -- 225Ac-PSMA -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cycles", [1, 2, 4])
def test_further_cycles_of_actinium_are_part_of_the_regimen(cycles):
    made = plan("psma-225ac", weight=80, level="100 kBq/kg", cycles=cycles, start=on(0))
    assert not made.violated
    assert [(dose.date - START).days for dose in made.doses] == [56 * n for n in range(cycles)]
    assert made.verified.agrees


# -- stem cells of the consortium's trials --------------------------------------------------------------------------


@pytest.mark.parametrize(("arm", "without"), [
    ("nant-nca-therapeutic", "violation"), ("nant-cem", "violation"), ("nant-double", "violation"),
    ("n2011-01", "violation"), ("nant-vorinostat", "violation"), ("anbl09p1", "violation"), ("miitop", "warning"),
])  # fmt: skip
def test_stem_cells_are_stored(arm, without):
    for stated, status in (({"stem_cells_stored": False}, without), ({"cd34_per_weight": "2e6 cell/kg"}, "pass")):
        assert found(of_any(arm, stated), "stem-cell-backup") == {status}
    assert found(of_any(arm), "stem-cell-backup") == {"unknown"}


@pytest.mark.parametrize(("arm", "stated", "status"), [
    ("nant-double", {"cd34_per_weight": "1.5e6 cell/kg"}, "pass"),
    ("nant-double", {"cd34_per_weight": "1.4e6 cell/kg", "cells_purged": False}, "violation"),
    ("nant-double", {"cd34_per_weight": "1e6 cell/kg", "cells_purged": True}, "pass"),
    ("nant-double", {"cd34_per_weight": "9e5 cell/kg", "cells_purged": True}, "violation"),
    ("n2011-01", {"cd34_per_weight": "2e6 cell/kg"}, "pass"),
    ("n2011-01", {"cd34_per_weight": "1.9e6 cell/kg"}, "violation"),
])  # fmt: skip
def test_how_many_stem_cells(arm, stated, status):
    assert found(plan(arm, stated, weight=20), "stem-cell-backup", "count") == {status}


@pytest.mark.parametrize(("arm", "age", "status"), [
    ("n2011-01", "1 y", "pass"), ("n2011-01", "0.9 y", "violation"), ("n2011-01", "30.9 y", "pass"),
    ("n2011-01", "31 y", "violation"), ("nant-vorinostat", "24 month", "pass"),
    ("nant-vorinostat", "1.9 y", "violation"),
    ("nant-vorinostat", "30.9 y", "pass"), ("nant-vorinostat", "31 y", "violation"),
])  # fmt: skip
def test_ages_of_the_consortiums_trials(arm, age, status):
    assert found(of_any(arm, age=age), "age") == {status}


@pytest.mark.parametrize(("today", "then", "statuses"), [
    ("365 day", "365 day", ("pass", "pass")), ("364 day", "300 day", ("violation", "violation")),
    ("31 y", "30 y", ("pass", "pass")), ("32 y", "31 y", ("pass", "violation")),
])  # fmt: skip
def test_age_at_diagnosis_of_anbl09p1(today, then, statuses):
    made = plan("anbl09p1", {"age_at_diagnosis": then}, weight=20, age=today, level="15 mCi/kg")
    assert (found(made, "age", "today"), found(made, "age", "at-diagnosis")) == ({statuses[0]}, {statuses[1]})


@pytest.mark.parametrize(("arm", "week", "status"), [
    ("nant-cem", "6 week", "pass"), ("nant-cem", "43 day", "violation"), ("nant-double", "6 week", "pass"),
    ("nant-double", "43 day", "violation"), ("n2011-01", "4 week", "pass"), ("n2011-01", "29 day", "violation"),
    ("nant-vorinostat", "4 week", "pass"), ("nant-vorinostat", "29 day", "violation"),
])  # fmt: skip
def test_uptake_of_mibg_was_shown_lately(arm, week, status):
    assert found(of_any(arm, {"mibg_avid_age": week}), "mibg-avid") == {status}


@pytest.mark.parametrize(("days", "status"), [(6, "violation"), (7, "pass"), (28, "pass"), (29, "violation")])
def test_therapy_one_to_four_weeks_after_the_dosimetric_dose(days, status):
    made = plan("nant-nca-therapeutic", {"dosimetric_interval": f"{days} day"}, weight=20, level="15 mCi/kg")
    assert found(made, "dosimetric-interval") == {status}
    assert "critical organ" in told(made)


@pytest.mark.parametrize(("prior", "status"), [("none", "pass"), ("300 mCi", "violation")])
def test_no_earlier_mibg_in_n2011_01(prior, status):
    assert found(plan("n2011-01", weight=20, prior=prior), "prior-mibg") == {status}


@pytest.mark.parametrize(("arm", "words"), [
    ("nant-double", "day 28"), ("nant-cem", "days -7 to -4"),
    ("nant-vorinostat", "131I-MIBG over 1.5 to 2 hours on day 3"),
    ("nant-vorinostat", "stem cells on day 17"), ("nant-nca-therapeutic", "day 14"), ("n2011-01", "day 15"),
])  # fmt: skip
def test_days_of_the_consortiums_trials_are_told(arm, words):
    assert words in told(of_any(arm))


# -- iodide ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "level", "dosimetry", "status"), [
    ("71 y", "150 mCi", None, "pass"), ("71 y", "151 mCi", False, "violation"), ("71 y", "200 mCi", True, "pass"),
    ("71 y", "200 mCi", None, "unknown"), ("70 y", "200 mCi", None, "not_applicable"),
    ("69 y", "200 mCi", False, "not_applicable"), (None, "200 mCi", False, "unknown"),
])  # fmt: skip
def test_metastases_above_seventy_years(age, level, dosimetry, status):
    stated = {} if dosimetry is None else {"by_dosimetry": dosimetry}
    made = plan("iodide-metastases", stated, level=level, **({} if age is None else {"age": age}))
    assert found(made, "dose-maximum") == {status}
    assert [c.applies for c in made.conflicts if c.id == "seventy"] == [None if age is None else age == "70 y"]


@pytest.mark.parametrize(("level", "applies"), [("1100 MBq", True), ("1109 MBq", True), ("1110 MBq", False)])
def test_thirty_millicurie_are_1110_megabecquerel(level, applies):
    made = plan("hicon-carcinoma", level=level)
    assert found(made, "level-range") == {"pass"}
    assert [c.applies for c in made.conflicts] == [applies]


@pytest.mark.parametrize(("none", "status"), [(False, "pass"), (True, "violation"), (None, "unknown")])
def test_a_tumour_without_uptake_is_not_treated_with_iodide(none, status):
    stated = {} if none is None else {"no_iodide_uptake": none}
    assert found(plan("hicon-metastases", stated, level="150 mCi"), "iodide-uptake") == {status}


# -- Xofigo ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stated", "rule", "status"), [
    ({"with_abiraterone": False}, "combination", "pass"), ({"with_abiraterone": True}, "combination", "violation"),
    ({"washout_abiraterone": "5 day"}, "washout-abiraterone", "pass"),
    ({"washout_abiraterone": "4 day"}, "washout-abiraterone", "violation"),
    ({"washout_abiraterone": "never"}, "washout-abiraterone", "pass"),
])  # fmt: skip
def test_radium_and_abiraterone(stated, rule, status):
    indexed = {f"{name}[{n}]": value for name, value in stated.items() for n in range(1, 7)}
    assert found(plan("xofigo-2016", indexed, weight=73), rule) == {status}


@pytest.mark.parametrize(("stated", "rule", "part", "status"), [
    ({"prior_lines": 2}, "earlier-lines", None, "pass"),
    ({"prior_lines": 1, "no_other_treatment": False}, "earlier-lines", None, "warning"),
    ({"prior_lines": 0, "no_other_treatment": True}, "earlier-lines", None, "pass"),
    ({"visceral_metastases": False}, "indication", "visceral", "pass"),
    ({"visceral_metastases": True}, "indication", "visceral", "violation"),
    ({"symptomatic_bone_metastases": True}, "indication", "bone", "pass"),
    ({"symptomatic_bone_metastases": False}, "indication", "bone", "violation"),
])  # fmt: skip
def test_who_may_have_radium(stated, rule, part, status):
    made = plan("xofigo-2016", stated, weight=73)
    assert found(made, rule, part) == {status}
    assert "30 days after the last dose" in told(made)


# -- Pluvicto, Lutathera --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "value", "metastases", "status"), [
    ("ast", "5 xULN", False, "pass"), ("ast", "5.1 xULN", False, "violation"),
    ("ast", "5.1 xULN", True, "not_applicable"),
    ("alt", "5 xULN", False, "pass"), ("alt", "5.1 xULN", False, "violation"),
    ("alt", "5.1 xULN", True, "not_applicable"),
])  # fmt: skip
def test_transaminases_that_end_pluvicto(name, value, metastases, status):
    stated = {f"{name}[{n}]": value if n == 2 else "1 xULN" for n in range(2, 7)}
    assert found(plan("pluvicto-mcrpc", {**stated, "liver_metastases": metastases}), "ended-liver", name) == {status}


@pytest.mark.parametrize(("stated", "part", "status"), [
    ({"psma_positive": True}, "psma", "pass"), ({"psma_positive": False}, "psma", "violation"),
    ({"arpi_treated": False}, "arpi", "violation"), ({"arpi_treated": True}, "arpi", "pass"),
    ({"taxane_treated": False, "taxane_can_wait": True}, "taxane", "pass"),
    ({"taxane_treated": False, "taxane_can_wait": False}, "taxane", "violation"),
    ({"castration_resistant": False}, "castration-resistant", "violation"),
])  # fmt: skip
def test_the_indication_of_pluvicto(stated, part, status):
    made = plan("pluvicto-mcrpc", stated)
    assert found(made, "indication", part) == {status}
    assert "28 March 2025" in told(made)
    assert "a week sooner or later" in told(made)


@pytest.mark.parametrize(("name", "value", "part", "status"), [
    ("washout_long_acting_analogue", "28 day", "long-acting", "pass"),
    ("washout_long_acting_analogue", "27 day", "long-acting", "violation"),
    ("washout_short_acting_analogue", "24 h", "short-acting", "pass"),
    ("washout_short_acting_analogue", "23 h", "short-acting", "violation"),
    ("washout_short_acting_analogue", "never", "short-acting", "pass"),
])  # fmt: skip
def test_somatostatin_analogues_are_stopped_before_each_dose(name, value, part, status):
    stated = {f"{name}[{n}]": value for n in range(1, 5)}
    assert found(plan("lutathera-gep-net", stated), "washout-analogues", part) == {status}


@pytest.mark.parametrize(("days", "delay", "longest"), [
    (111, "pass", "pass"), (112, "violation", "pass"), (113, "pass", "violation"),
])  # fmt: skip
def test_sixteen_weeks_end_lutathera(days, delay, longest):
    given = {n: f"7.4 GBq@{on(day)}" for n, day in ((1, 0), (2, days), (3, days + 56), (4, days + 112))}
    made = plan("lutathera-gep-net", given=given, reduction={2: 1})
    assert (found(made, "delay"), found(made, "spacing", "at-most")) == ({delay}, {longest})


def test_lutathera_says_that_a_first_dose_has_no_hold_and_who_is_adult_in_europe():
    made = plan("lutathera-gep-net", age=15)
    assert "no limit of kidney, liver or blood for the first dose" in told(made)
    assert "30 minutes before the dose" in told(made)
    assert [c.applies for c in made.conflicts if c.id == "adults-in-europe"] == [True]
    assert [c.applies for c in plan("lutathera-gep-net", age=18).conflicts if c.id == "adults-in-europe"] == [False]


# -- Zevalin --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("stated", "rule", "status"), [
    ({"platelets": "150000/uL"}, "platelets", "pass"), ({"platelets": "149000/uL"}, "platelets", "violation"),
    ({"washout_chemotherapy": "42 day"}, "washout-chemotherapy", "pass"),
    ({"washout_chemotherapy": "41 day"}, "washout-chemotherapy", "violation"),
    ({"washout_chemotherapy": "84 day"}, "washout-chemotherapy", "pass"),
    ({"washout_chemotherapy": "85 day"}, "washout-chemotherapy", "violation"),
    ({"first_line_response": False}, "indication", "violation"), ({"first_line_response": True}, "indication", "pass"),
])  # fmt: skip
def test_zevalin_after_first_chemotherapy(stated, rule, status):
    assert found(plan("zevalin-first-line", stated, weight=70), rule) == {status}


@pytest.mark.parametrize(("stated", "rule", "status"), [
    ({"impaired_marrow_reserve": True}, "marrow-reserve", "violation"),
    ({"impaired_marrow_reserve": False}, "marrow-reserve", "pass"),
    ({"wbc": "1500/uL"}, "wbc", "pass"), ({"wbc": "1499/uL"}, "wbc", "warning"),
    ({"marrow_irradiated": True}, "marrow-irradiated", "warning"),
    ({"earlier_transplant": True}, "earlier-transplant", "warning"),
    ({"marrow_irradiated": False}, "marrow-irradiated", "pass"),
    ({"earlier_transplant": False}, "earlier-transplant", "pass"),
])  # fmt: skip
def test_marrow_and_europe_in_zevalin(stated, rule, status):
    for arm in ("zevalin-relapsed", "zevalin-first-line"):
        assert found(plan(arm, stated, weight=70), rule) == {status}


# -- arms that are not for this patient -----------------------------------------------------------------------------

GIRL = {"weight": 18, "age": 5, "sex": "female"}


@pytest.mark.parametrize(("arm", "more", "rules"), [
    ("pluvicto-mcrpc", {}, {"age", "sex"}), ("xofigo-2016", {}, {"age", "sex"}), ("xofigo-2013", {}, {"age", "sex"}),
    ("psma-225ac", {"level": "100 kBq/kg"}, {"sex"}), ("quadramet-bone-pain", {}, {"age"}),
    ("metastron-bone-pain", {"level": "148 MBq"}, {"age"}), ("zevalin-relapsed", {}, {"age"}),
    ("lutathera-gep-net", {}, {"age"}), ("clr131-myeloma-cohort-1", {"bsa": 0.7}, {"age"}),
    ("clr131-head-neck", {"bsa": 0.7}, {"age"}), ("nct01495663-level-1", {"bsa": 0.7}, {"age"}),
])  # fmt: skip
def test_a_girl_of_five_is_told_that_the_arm_is_not_for_her(arm, more, rules):
    made = plan(arm, **GIRL, **more)
    assert {f.rule for f in made.findings if f.status == "violation"} >= rules


def test_the_japanese_arm_warns_of_a_child_by_a_recalled_fact():
    made = plan("mibg-japan-ppgl", **GIRL)
    assert found(made, "age") == {"warning"}
    assert "japan-ppgl-2022#adults" in {each.fact for each in made.unconfirmed}
    assert found(plan("mibg-japan-ppgl", weight=60, age=40), "age") == {"pass"}


@pytest.mark.parametrize(("arm", "more"), [
    ("pluvicto-mcrpc", {}), ("xofigo-2016", {}), ("quadramet-bone-pain", {}),
    ("metastron-bone-pain", {"level": "148 MBq"}),
    ("zevalin-relapsed", {}), ("clr131-myeloma-cohort-1", {"bsa": 1.9}), ("clr131-head-neck", {"bsa": 1.9}),
    ("nct01495663-level-1", {"bsa": 1.9}),
])  # fmt: skip
def test_adults_begin_at_eighteen(arm, more):
    for age, status in (("17.9 y", "violation"), ("18 y", "pass")):
        assert found(plan(arm, weight=70, age=age, **more), "age") == {status}


@pytest.mark.parametrize("arm", ["pluvicto-mcrpc", "xofigo-2016", "xofigo-2013", "psma-225ac"])
def test_prostate_cancer_asks_for_the_sex(arm):
    for sex, status in (("male", "pass"), ("female", "violation"), (None, "unknown")):
        assert found(plan(arm, weight=70, sex=sex) if sex else plan(arm, weight=70), "sex") == {status}


@pytest.mark.parametrize(("arm", "more", "name", "rule"), [
    ("quadramet-bone-pain", {}, "osteoblastic_metastases", "indication"),
    ("metastron-bone-pain", {"level": "148 MBq"}, "bone_metastases", "indication"),
    ("lutathera-gep-net", {}, "sstr_positive", "indication"),
    ("dotatoc-90y-level-1", {"bsa": 1.2}, "sstr_positive", "receptors"),
    ("azedra-therapeutic", {}, "mibg_avid", "mibg-avid"), ("nant-nca-dosimetric", {}, "mibg_avid", "mibg-avid"),
])  # fmt: skip
def test_the_deciding_fact_of_an_indication(arm, more, name, rule):
    for value, status in ((True, "pass"), (False, "violation")):
        assert found(plan(arm, {name: value}, weight=60, **more), rule) == {status}
    assert found(plan(arm, weight=60, **more), rule) == {"unknown"}


@pytest.mark.parametrize(("arm", "diagnosis", "status"), [
    ("azedra-therapeutic", "paraganglioma", "pass"), ("azedra-therapeutic", "other", "violation"),
    ("nct01377532-ppgl", "phaeochromocytoma", "pass"), ("nct01377532-ppgl", "other", "violation"),
    ("mibg-japan-ppgl", "paraganglioma", "pass"), ("mibg-japan-ppgl", "other", "violation"),
    ("lutathera-gep-net", "gep-net", "pass"), ("lutathera-gep-net", "other", "violation"),
    ("pluvicto-mcrpc", "prostate-cancer", "pass"), ("pluvicto-mcrpc", "other", "violation"),
    ("xofigo-2016", "prostate-cancer", "pass"), ("psma-225ac", "other", "violation"),
    ("zevalin-relapsed", "low-grade-b-cell-lymphoma", "pass"),
    ("zevalin-first-line", "low-grade-b-cell-lymphoma", "violation"),
    ("nant-cem", "neuroblastoma", "pass"), ("nant-double", "other", "violation"), ("miitop", "other", "violation"),
    ("clr131-myeloma-cohort-5", "myeloma", "pass"), ("clr131-head-neck", "other", "violation"),
])  # fmt: skip
def test_the_diagnosis_of_an_arm(arm, diagnosis, status):
    assert found(of_any(arm, {"diagnosis": diagnosis}), "diagnosis") == {status}


def test_drugs_that_hinder_mibg_are_an_unconfirmed_instruction():
    for arm in ("azedra-therapeutic", "mibg-compassionate-nb", "mibg-4gy-melphalan", "n2011-01", "miitop"):
        made = of_any(arm)
        assert "five half-lives before" in told(made)
        assert "azedra-label#interfering-drugs" in {each.fact for each in made.unconfirmed}


# -- half-lives -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("nuclide", "days"), [("Ra-224", 3.6313), ("Th-227", 18.697)])
def test_half_lives_that_were_measured_anew(nuclide, days):
    (point,) = dosecalc.decay("1 MBq", nuclide, elapsed="10 day").points
    assert point.value == pytest.approx(0.5 ** (10 / days), rel=1e-9)
