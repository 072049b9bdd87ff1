"""Levels as no shipped arm has them: the row that holds decides, its trace is true, and nothing of the others shows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from dosecalc.course.calculator import CompiledArm
from dosecalc.course.rules import Compiler
from dosecalc.course.state import Inputs
from dosecalc.files import folders
from dosecalc.library.load import find_arm
from dosecalc.quantities.numbers import FALSE, TRUE, UNSURE, Arrays, Tri

FILE = Path(__file__).with_name("levels.toml")


@pytest.fixture
def levels(plan):
    return lambda arm, *options: plan(f"{FILE}#levels-{arm}", *options)


def found(document, rule):
    return [f for f in document["findings"] if f["rule"] == rule]


@pytest.mark.parametrize(
    ("remission", "level", "status"),
    [
        ("true", "11 mCi/kg", "pass"),
        ("true", "15 mCi/kg", "violation"),
        ("false", "15 mCi/kg", "pass"),
        ("false", "11 mCi/kg", "violation"),
    ],
)
def test_the_range_that_holds_judges_the_level(levels, remission, level, status):
    answer = levels("two-ranges", "--weight", "20", "--level", level, "--set", f"remission={remission}")
    (finding,) = found(answer.json, "level-range")
    assert finding["status"] == status
    assert ("10 mCi/kg to 12 mCi/kg" in finding["message"]) == (remission == "true")


def test_while_no_range_is_decided_the_level_is_not_judged(levels):
    document = levels("two-ranges", "--weight", "20", "--level", "11 mCi/kg").json
    (finding,) = found(document, "level-range")
    assert finding["status"] == "unknown"
    assert "remission" in finding["message"]


def test_a_level_that_is_not_used_is_said_to_be_unused(levels):
    document = levels("fixed-or-range", "--weight", "20", "--level", "25 mCi/kg", "--set", "remission=true").json
    assert document["doses"][0]["amount"]["mCi"] == 200.0
    (finding,) = found(document, "level-range")
    assert finding["status"] == "warning"
    assert "is not used" in finding["message"]


def test_a_given_dose_of_a_fixed_level_is_not_said_to_be_chosen(levels):
    document = levels("fixed-or-range", "--weight", "20", "--given", "1=200 mCi", "--set", "remission=true").json
    assert found(document, "level-range") == []


def test_a_range_in_a_row_that_does_not_hold_asks_for_no_level(levels):
    assert (
        levels("fixed-or-range", "--weight", "20", "--set", "remission=true").json["doses"][0]["amount"]["mCi"] == 200.0
    )


def test_a_target_with_a_cap_shows_both(levels):
    document = levels("target-capped", "--weight", "20", "--measured", "1=1.9 Gy").json
    second = document["doses"][1]
    assert second["amount"]["mCi"] == 50.0
    assert second["bounded"] == "cap"
    assert "= 8,178.947 MBq, capped by the source at 1,850 MBq" in second["trace"]  # 7,400 x 2.1 / 1.9


def test_a_target_with_a_floor_shows_both(levels):
    raised = levels("target-raised", "--weight", "20", "--measured", "1=3.9 Gy").json["doses"][1]
    assert (raised["amount"]["mCi"], raised["bounded"]) == (50.0, "floor")
    assert "raised by the source to 1,850 MBq" in raised["trace"]
    assert "no further administration" not in raised["trace"]


def test_a_measured_dose_is_taken_where_only_a_level_asks_for_it(plan, tmp_path):
    text = FILE.read_text(encoding="utf-8")
    rule = text[text.index('[[rules]]\nid = "target"') : text.index('[[rules]]\nid = "far-past"')]
    file = tmp_path / "levels.toml"
    file.write_text(text.replace(rule, ""), encoding="utf-8")
    document = plan(f"{file}#levels-target-in-rad", "--weight", "20", "--measured", "1=2 Gy").json
    assert document["doses"][1]["amount"]["MBq"] == 7400.0


def test_a_target_in_rad_is_a_target(levels):
    document = levels("target-in-rad", "--weight", "20", "--measured", "1=0.01 Gy").json
    assert document["doses"][1]["amount"]["MBq"] == pytest.approx(float(Fraction(7400) * Fraction(399)))
    assert [f["dose"] for f in found(document, "scaled-activity")] == [2]


@pytest.mark.parametrize(("remission", "megabecquerel", "bounded"), [("true", 2466.6667, None), ("false", 0, "floor")])
def test_a_target_that_does_not_hold_leaves_no_mark(levels, remission, megabecquerel, bounded):
    document = levels("two-targets", "--weight", "20", "--measured", "1=3 Gy", "--set", f"remission={remission}").json
    second = document["doses"][1]
    assert second["amount"]["MBq"] == pytest.approx(megabecquerel, abs=1e-3)
    assert second["bounded"] == bounded
    assert ("no further administration" in second["trace"]) == (remission == "false")


def test_rows_that_give_the_same_need_no_decision(levels):
    dose = levels("alike-when-capped", "--bsa", "2").json["doses"][0]
    assert dose["amount"]["mCi"] == 30.0
    assert dose["bounded"] == "cap"
    assert "capped by the source at 30 mCi" in dose["trace"]
    apart = levels("alike-when-capped", "--bsa", "1.2").json["doses"][0]
    assert apart["amount"] is None
    assert "remission" in apart["pending"]


@pytest.mark.parametrize(
    ("platelets", "weight", "amount", "bounded"),
    [("160", "90", 32.0, "cap"), ("160", "80", 32.0, None), ("150", "70", 28.0, None), ("149", "70", 21.0, None)],
)
def test_rows_by_platelets_with_a_cap(levels, platelets, weight, amount, bounded):
    dose = levels("gap", "--weight", weight, "--set", f"platelets={platelets} 10^9/L").json["doses"][0]
    assert (dose["amount"]["mCi"], dose["bounded"]) == (amount, bounded)


@pytest.mark.parametrize("platelets", ["149.5", "99"])
def test_where_no_row_holds_there_is_no_level_and_that_is_a_violation(levels, platelets):
    answer = levels("gap", "--weight", "70", "--set", f"platelets={platelets} 10^9/L")
    assert answer.status == 1
    (finding,) = found(answer.json, "level-undefined")
    assert (finding["status"], finding["dose"]) == ("violation", 1)
    assert answer.json["doses"][0]["amount"] is None
    assert "no level of the protocol applies" in answer.json["doses"][0]["pending"]


def test_unknown_platelets_leave_the_level_open(levels):
    dose = levels("gap", "--weight", "70").json["doses"][0]
    assert dose["amount"] is None
    assert "0.4 mCi/kg where platelets at least 150 x 10⁹/L" in dose["pending"]


def test_a_limit_beyond_the_calendar_is_still_a_limit(levels):
    answer = levels("alike-when-capped", "--bsa", "2", "--prior", "10 mCi@2024-01-01", "--start", "2026-01-01")
    assert [f["status"] for f in found(answer.json, "far-past")] == ["violation"]


@pytest.mark.parametrize("arm_id", folders.arm_ids())
def test_every_dose_has_the_levels_of_its_place_in_the_file(arm_id):
    file, arm = find_arm(arm_id)
    compiled = file.compiled(arm)
    for slot in compiled.course(None, None)[0]:
        assert arm.cycles[slot.position.cycle].doses[slot.position.dose] is slot.dose
        sources = [row.cite for row in compiled.levels_of(slot).rows]
        assert sources == (list(slot.dose.level) if isinstance(slot.dose.level, tuple) else [slot.dose])


@pytest.mark.parametrize(("remission", "possible"), [(TRUE, [0]), (FALSE, [1]), (UNSURE, [0, 1])])
def test_the_calculator_remembers_the_first_row_that_surely_holds_and_those_that_may(remission, possible):
    file, arm = find_arm(f"{FILE}#levels-two-ranges")
    compiled = file.compiled(arm)
    slots, _ = compiled.course(None, None)
    (moment, *_) = compiled.run(slots, Inputs(stated={"remission": remission})).doses
    assert moment.row is moment.rows[possible[-1]]
    assert moment.possible == [moment.rows[i] for i in possible]


def test_in_a_cohort_a_row_is_remembered_only_where_it_holds_for_everybody():
    file, arm = find_arm(f"{FILE}#levels-two-ranges")
    compiled = CompiledArm(file.protocol, arm, Compiler(Arrays(), file.protocol.conditions, file.table))
    slots, _ = file.compiled(arm).course(None, None)
    both = Tri(np.array([True, False]), np.array([False, True]))
    (moment, *_) = compiled.run(slots, Inputs(stated={"remission": both})).doses
    assert moment.row is None
    assert moment.possible == list(moment.rows)
