"""One calculator, two number systems: rationals and arrays agree on every arm, ties included."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dosecalc.course import schedule
from dosecalc.course.calculator import Calculation, CompiledArm
from dosecalc.course.rules import Compiler, Outcome
from dosecalc.course.state import Inputs, Prior
from dosecalc.files import folders
from dosecalc.findings.sentences import status_of
from dosecalc.library.load import find_arm
from dosecalc.quantities.numbers import EXACT, FALSE, TRUE, Arrays, Bounds, Tri, Unknown, ends

LEVELS_FILE = Path(__file__).with_name("levels.toml")
ARMS = [*folders.arm_ids(), *(f"{LEVELS_FILE}#{arm}" for arm in folders.arms_in(str(LEVELS_FILE)))]
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
        levels={1: ("activity/weight", patient["level"])} if ranged else {},
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
        levels={1: ("activity/weight", column(patients, "level"))} if ranged else {},
        measured={1: column(patients, "measured")},
        prior={agent: Prior(unknown, known, unknown)},
    )


STATUSES = ("not_applicable", "pass", "violation", "unknown")
CLAIMS = [(bool(n & 8), bool(n & 4), bool(n & 2), bool(n & 1)) for n in range(16)]
STATUS = np.array([STATUSES.index(status_of(Outcome(Tri(*c[:2]), Tri(*c[2:])), "violation")) for c in CLAIMS])
"""The status of a rule, by what is claimed of ``when`` and ``require``, for many patients at once."""


def said(found: Calculation) -> Iterator[tuple[str, Any]]:
    """All that is compared of a calculation, for one patient or for many: what it is, and its value."""
    for moment in found.doses:
        dose = f"dose {moment.number}"
        yield f"{dose}, amount", moment.amount
        for mark in ("capped", "floored", "undefined"):
            yield f"{dose}, {mark}", getattr(moment, mark)
        for name in TOTALS:
            if moment.radioactive == ("mass" not in name):
                low, high = ends(moment.get(name))
                yield f"{dose}, {name}, from", low
                yield f"{dose}, {name}, to", high
    for run in found.rules:
        rule = run.compiled.rule
        for moment, (when, require) in run.outcomes:
            claims = 8 * when.yes + 4 * when.no + 2 * require.yes + 1 * require.no
            yield f"rule {rule.id} ({rule.part}), moment {moment.number}, status", STATUS[claims]
    for i, truth in enumerate(found.conflicts):
        yield f"conflict {i}, holds", truth.yes
        yield f"conflict {i}, does not hold", truth.no


def number(exact: Any) -> float:
    return float("nan") if isinstance(exact, Unknown) else float(exact)


def shown(name: str, value: float) -> str:
    return STATUSES[int(value)] if name.endswith("status") else f"{value!r}"


def differences(names: Sequence[str], alone: np.ndarray, together: np.ndarray) -> list[tuple[int, str]]:
    """Where two tables differ, a row for each patient: unknown is like unknown and nothing else."""
    near = np.abs(together - alone) <= np.maximum(1e-12 * np.abs(alone), 1e-300)
    same = near | (np.isnan(alone) & np.isnan(together))
    found = []
    for i, j in zip(*np.where(~same), strict=True):
        lone, joint = (shown(names[j], float(table[i, j])) for table in (alone, together))
        found.append((int(i), f"{names[j]}: alone {lone}, together {joint}"))
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("arm_id", ARMS, ids=lambda arm: arm.rpartition("#")[2])
def test_a_plan_and_a_cohort_agree(arm_id: str, seed: int, strength: Any) -> None:
    rng = random.Random(f"{arm_id.rpartition('#')[2]}{seed}")
    file, arm = find_arm(arm_id)
    slots = schedule.course(arm)
    exact = CompiledArm(file.protocol, arm, Compiler(EXACT, file.protocol.conditions, file.table))
    arrays = CompiledArm(file.protocol, arm, Compiler(Arrays(), file.protocol.conditions, file.table))
    ranged = any(row.open for dose in exact.doses.values() for row in dose.rows)
    agent = slots[0].dose.agent
    patients = [a_patient(rng) for _ in range(strength.patients)]
    with np.errstate(invalid="ignore", divide="ignore"):
        names, columns = zip(*said(arrays.run(slots, many(patients, agent, ranged=ranged))), strict=True)
    together = np.column_stack([np.broadcast_to(values, (len(patients),)) for values in columns]).astype(float)
    alone = np.empty_like(together)
    for i, patient in enumerate(patients):
        names_of_one, values = zip(*said(exact.run(slots, one(patient, agent, ranged=ranged))), strict=True)
        assert names_of_one == names
        alone[i] = [number(value) for value in values]
    found = differences(names, alone, together)
    assert not found, "\n".join(f"{what}; patient {i} is {patients[i]}" for i, what in found[:5])


def test_a_difference_is_found_and_named() -> None:
    """Beyond the rounding of float64, also of a very small number, and where one side alone is unknown."""
    names, nan = ["amount", "status"], float("nan")
    alone = np.array([[37.0, 1], [1e-200, 2], [nan, 3], [0.0, 0]])
    assert differences(names, alone, alone * (1 + 1e-13)) == []
    for i, j, other in ((0, 0, 37 * (1 + 1e-11)), (1, 0, 0.0), (2, 0, 0.0), (3, 0, nan), (3, 0, 1e-200), (0, 1, 2)):
        together = alone.copy()
        together[i, j] = other
        ((patient, what),) = differences(names, alone, together)
        assert (patient, what.partition(":")[0]) == (i, names[j])


def test_the_patients_of_this_test_meet_ties_and_unknowns() -> None:
    rng = random.Random(0)
    patients = [a_patient(rng) for _ in range(1000)]
    assert sum(p["level"] == 12 * 37 for p in patients) > 50
    assert sum("weight" not in p for p in patients) > 50
    assert sum(p.get("cd34_per_weight") == 2_000_000 for p in patients) > 50
