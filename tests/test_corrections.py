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
