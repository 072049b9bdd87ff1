"""No crying wolf: of every shipped arm an ordinary course, planned, half given and finished, has nothing against it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sound import Person

import dosecalc
from dosecalc.files import folders

BELOW = (Fraction(98, 100), Fraction(97, 100))
CHOSEN = {
    # the source leaves the distance of the cycles open
    "clover2-20": {"cycle_length": "56 day"},
    "clover2-10": {"cycle_length": "56 day"},
    # its level is fixed below 50 kg, so that there is nothing to choose
    "azedra-dosimetric": {"level": None},
    # the second dose is scaled from what was measured after the first
    "ludo-n": {"measured": {1: "1 Gy", 2: "1.3 Gy"}},
    "mibg-4gy-melphalan": {"measured": {1: "1.9 Gy", 2: "2 Gy"}},
    # planned at a maximum of the source, which has no tolerance for what was given
    "nant-double": {"off": BELOW},
    "psma-225ac": {"off": BELOW, "level": "100 kBq/kg"},
}
ASKED = {
    # a whole-body dose that can only be known once the dose was given
    "ludo-n": {"planned": {"whole-body-dose", "whole-body-first", "spacing"}, "half": {"whole-body-dose", "spacing"}},
    "mibg-4gy-melphalan": {"planned": {"absorbed-dose-target"}, "half": {"absorbed-dose-target"}},
}


@pytest.mark.parametrize("stage", ["planned", "half", "finished"])
@pytest.mark.parametrize("arm_id", folders.arm_ids())
def test_an_ordinary_course_has_nothing_against_it(arm_id, stage):
    person = Person(arm_id, **CHOSEN.get(arm_id, {}))
    number = len(person.arm.slots)
    plan = dosecalc.plan(arm_id, **person.course({"planned": 0, "half": (number + 1) // 2, "finished": number}[stage]))
    found = [
        (each.status, each.rule, each.message) for each in plan.findings if each.status in ("violation", "warning")
    ]
    withdrawn = plan.protocol["status"] == "withdrawn"  # which is told whenever such a course began
    assert [each for each in found if not (withdrawn and each[:2] == ("warning", "effective"))] == []
    assert len(found) == int(withdrawn)
    asked = {each.rule for each in plan.findings if each.status == "unknown"}
    assert asked <= ASKED.get(arm_id, {}).get(stage, set())
    if not asked:
        assert plan.clearance.text == ("warned: 1 warning" if withdrawn else "nothing found against it")
