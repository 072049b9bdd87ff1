"""One calculator, two number systems: rationals and arrays agree on every arm, ties included."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dosecalc.course import schedule
from dosecalc.course.calculator import CompiledArm
from dosecalc.course.levels import Level
from dosecalc.course.rules import Compiler, Outcome
from dosecalc.course.state import Inputs, Prior
from dosecalc.files import folders
from dosecalc.findings.sentences import status_of
from dosecalc.library import reader
from dosecalc.quantities.numbers import EXACT, FALSE, TRUE, Arrays, Bounds, Tri, Unknown, ends

LEVELS_FILE = Path(__file__).with_name("levels.toml")
ARMS = [*folders.arm_ids(), *(f"{LEVELS_FILE}#{arm}" for arm in folders.arms_in(str(LEVELS_FILE)))]
PATIENTS = 400
WEIGHTS = [Fraction(n, 10) for n in (30, 35, 100, 123, 200, 333, 416, 417, 500, 625, 1200)]
AREAS = [Fraction(n, 100) for n in (25, 79, 80, 147, 150, 160, 173, 200)]
LEVELS = [Fraction(n, 10) * 37 for n in (79, 80, 100, 119, 120, 121, 130, 180, 181)]  # MBq/kg
MEASURED = [Fraction(n, 1000) for n in (1, 1357, 1900, 3999, 4000, 4001, 4300)]  # Gy
TIES = {
    "age": [Fraction(n, 10) * Fraction(1461, 4) for n in (9, 10, 11, 99, 100, 129, 130, 159, 160, 259, 260)],
    "cd34_per_weight": [Fraction(n) for n in (0, 900_000, 1_000_000, 1_900_000, 2_000_000, 5_000_000)],
    "marrow_mononuclear_per_weight": [Fraction(n) for n in (0, 99_999_999, 100_000_000)],
    "platelets": [Fraction(n) * 10**9 for n in (19, 20, 50, 51, 75, 100)],
    "anc": [Fraction(n) * 10**6 for n in (749, 750, 751, 1000)],
    "hemoglobin": [Fraction(n) for n in (79, 80, 99, 100, 101)],
    "egfr": [Fraction(n) for n in (59, 60, 61)],
    "bilirubin": [Fraction(n, 10) for n in (10, 15, 16, 20)],
    "alt": [Fraction(n, 10) for n in (25, 26, 30, 100)],
    "ast": [Fraction(n, 10) for n in (25, 26, 100)],
    "creatinine": [Fraction(n, 10) for n in (19, 20, 21)],
    "karnofsky": [Fraction(n) for n in (50, 60, 70)],
    "lansky": [Fraction(n) for n in (50, 60, 70)],
    "blasts": [Fraction(n) * 10**6 for n in (9_999, 10_000, 10_001)],
    "washout_therapy": [Fraction(n) for n in (13, 14, 15)],
    "organ_dose.kidneys": [Fraction(n, 37_000) for n in (9, 18, 27)],  # Gy/MBq; 18 is a tie for 1,000 mCi
    "organ_dose.lungs": [Fraction(n, 37_000) for n in (0, 10, 30)],
    "prior_count": [Fraction(n) for n in (0, 1, 2)],
    "prior_interval": [Fraction(1461, 8), Fraction(1461, 8) + 1, Fraction(100)],
}
TRUTHS = ("stem_cells_stored", "stem_cells_collectable", "transfusion_free", "remission", "transplant_planned", "vod",
          "pregnant", "lactating", "dialysis", "proteinuria")  # fmt: skip

TOTALS = ("cumulative_activity", "cumulative_activity_per_weight", "lifetime_activity_per_weight", "whole_body_dose",
          "cumulative_mass", "cumulative_mass_per_bsa")  # fmt: skip


def a_patient(rng: random.Random) -> dict[str, Any]:
    """A patient full of ties, with about a third of everything unknown."""
    some = {name: rng.choice(values) for name, values in TIES.items() if rng.random() < 0.7}
    some |= {name: rng.random() < 0.5 for name in TRUTHS if rng.random() < 0.6}
    if some.get("stem_cells_stored") is False:
        some.pop("cd34_per_weight", None)
        some.pop("marrow_mononuclear_per_weight", None)
    if rng.random() < 0.7:
        some["sex"] = rng.choice(["female", "male"])
        if some["sex"] == "male":
            some.pop("pregnant", None)
            some.pop("lactating", None)
    if rng.random() < 0.9:
        some["weight"] = rng.choice(WEIGHTS)
    if rng.random() < 0.7:
        some["bsa"] = rng.choice(AREAS)
    some["height"] = rng.choice([Fraction(100), Fraction(170), None])
    some["level"] = rng.choice(LEVELS)
    some["measured"] = rng.choice([None, *MEASURED])
    some["prior"] = rng.choice([None, Fraction(0), Fraction(48 * 37), Fraction(42 * 37)])
    return some


def column(patients: list[dict[str, Any]], name: str) -> np.ndarray:
    return np.array([float("nan") if p.get(name) is None else float(p[name]) for p in patients])


def truth_column(patients: list[dict[str, Any]], name: str, wanted: object, other: object) -> Tri:
    said = [p.get(name) for p in patients]
    return Tri(np.array([value == wanted and value is not None for value in said]),
               np.array([value == other and value is not None for value in said]))  # fmt: skip


def one(patient: dict[str, Any], agent: str, *, ranged: bool) -> Inputs:
    stated: dict[str, Any] = {n: patient[n] for n in (*TIES, "weight", "bsa", "height") if patient.get(n) is not None}
    stated |= {n: TRUE if patient[n] else FALSE for n in TRUTHS if n in patient}
    if "sex" in patient:
        stated["sex"] = {choice: TRUE if choice == patient["sex"] else FALSE for choice in ("female", "male")}
    prior = patient["prior"]
    unknown = Bounds(Fraction(0), Unknown("prior"))
    return Inputs(
        stated=stated,
        levels={1: Level("activity/weight", patient["level"])} if ranged else {},
        measured={} if patient["measured"] is None else {1: patient["measured"]},
        prior={} if prior is None else {agent: Prior(unknown, Bounds(prior, prior), unknown)},
    )


def many(patients: list[dict[str, Any]], agent: str, *, ranged: bool) -> Inputs:
    stated: dict[str, Any] = {n: column(patients, n) for n in (*TIES, "weight", "bsa", "height")}
    stated |= {n: truth_column(patients, n, True, False) for n in TRUTHS}
    stated["sex"] = {
        "female": truth_column(patients, "sex", "female", "male"),
        "male": truth_column(patients, "sex", "male", "female"),
    }
    prior, nan = column(patients, "prior"), np.full(len(patients), np.nan)
    unknown = Bounds(np.zeros(len(patients)), nan)
    known = Bounds(np.where(np.isnan(prior), 0, prior), prior)
    return Inputs(
        stated=stated,
        levels={1: Level("activity/weight", column(patients, "level"))} if ranged else {},
        measured={1: column(patients, "measured")},
        prior={agent: Prior(unknown, known, unknown)},
    )


def close(exact: Any, array: float) -> bool:
    if isinstance(exact, Unknown):
        return bool(np.isnan(array))
    return array == pytest.approx(float(exact), rel=1e-12, abs=1e-300)


def at(tri: Tri, i: int) -> Tri:
    return Tri(*(bool(np.broadcast_to(claim, (PATIENTS,))[i]) for claim in tri))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("arm_id", ARMS, ids=lambda arm: arm.rpartition("#")[2])
def test_a_plan_and_a_cohort_agree(arm_id: str, seed: int) -> None:
    rng = random.Random(f"{arm_id.rpartition('#')[2]}{seed}")
    file, arm = reader.find(arm_id)
    slots = schedule.course(arm)
    exact = CompiledArm(file.protocol, arm, Compiler(EXACT, file.protocol.conditions, file.table))
    arrays = CompiledArm(file.protocol, arm, Compiler(Arrays(), file.protocol.conditions, file.table))
    ranged = any(row.open for dose in exact.doses.values() for row in dose.rows)
    agent = slots[0].dose.agent
    patients = [a_patient(rng) for _ in range(PATIENTS)]
    with np.errstate(invalid="ignore", divide="ignore"):
        together = arrays.run(slots, many(patients, agent, ranged=ranged))
    broadcast = {}
    for k, moment in enumerate(together.doses):
        for name in TOTALS:
            if moment.radioactive == ("mass" not in name):
                broadcast[k, name] = [np.broadcast_to(end, (PATIENTS,)) for end in ends(moment.between(name))]
    for i, patient in enumerate(patients):
        alone = exact.run(slots, one(patient, agent, ranged=ranged))
        for k, moment in enumerate(alone.doses):
            assert close(moment.amount, np.broadcast_to(together.doses[k].amount, (PATIENTS,))[i]), (patient, k)
            for mark in ("capped", "floored", "undefined"):
                joint_mark = np.broadcast_to(getattr(together.doses[k], mark), (PATIENTS,))[i]
                assert bool(getattr(moment, mark)) == bool(joint_mark), (patient, k, mark)
            for name in TOTALS:
                if (k, name) in broadcast:
                    both = zip(ends(moment.between(name)), broadcast[k, name], strict=True)
                    assert all(close(end, array[i]) for end, array in both), (patient, k, name)
        for lone, joint in zip(alone.rules, together.rules, strict=True):
            for (m, outcome), (_, joined) in zip(lone.outcomes, joint.outcomes, strict=True):
                expected = status_of(outcome, "violation")
                found = status_of(Outcome(at(joined.when, i), at(joined.require, i)), "violation")
                assert found == expected, (patient, lone.compiled.rule.id, lone.compiled.rule.part, m.number)
        for lone, joint in zip(alone.conflicts, together.conflicts, strict=True):
            assert at(joint, i) == Tri(bool(lone.yes), bool(lone.no))


def test_the_patients_of_this_test_meet_ties_and_unknowns() -> None:
    rng = random.Random(0)
    patients = [a_patient(rng) for _ in range(1000)]
    assert sum(p["level"] == 12 * 37 for p in patients) > 50
    assert sum("weight" not in p for p in patients) > 50
    assert sum(p.get("cd34_per_weight") == 2_000_000 for p in patients) > 50
