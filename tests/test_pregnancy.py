"""Pregnancy and breast-feeding before each dose of a radioactive agent for therapy: who is asked, and what follows."""

from __future__ import annotations

from pathlib import Path

import pytest

import dosecalc
from dosecalc.files import folders
from dosecalc.library.load import find_arm

HICON = {"level": "3.7 GBq"}
BOTH = {"pregnant": False, "lactating": False}
RULE = "pregnant-or-nursing"


def of_rule(plan):
    return [finding for finding in plan.findings if finding.rule == RULE]


def hicon(observables=None, **stated):
    (finding,) = of_rule(dosecalc.plan("hicon-carcinoma", **HICON, observables=observables or {}, **stated))
    return finding


def test_a_pregnant_woman_is_not_cleared(dosecalc):
    words = ("--level", "3.7 GBq", "--sex", "female", "--set", "pregnant=true")
    answer = dosecalc("plan", "--protocol", "hicon-carcinoma", *words)
    assert (answer.status, answer.out.startswith("Not cleared: 1 violation")) == (1, True)
    said = "violation pregnant-or-nursing: Dose 1: Neither pregnant nor breast-feeding; pregnant: yes"
    assert said in answer.out
    assert "statement-unread" not in answer.out
    limits = dosecalc("limits", "--protocol", "hicon-carcinoma", *words)
    assert (limits.status, "pregnant-or-nursing" in limits.out) == (1, True)


@pytest.mark.parametrize(
    ("stated", "observables", "status"),
    [
        ({}, {}, "unknown"),
        ({"sex": "female"}, {}, "unknown"),
        ({"sex": "male"}, {}, "pass"),
        ({"sex": "female"}, BOTH, "pass"),
        ({}, BOTH, "pass"),
        ({"sex": "female"}, {"pregnant": False}, "unknown"),
        ({"sex": "female"}, {"lactating": True}, "violation"),
        ({"sex": "female"}, {"menopause": True}, "pass"),
        ({"sex": "female"}, {"menopause": True, "lactating": True}, "violation"),
        ({"sex": "female"}, {"menopause": False}, "unknown"),
        ({"sex": "female"}, {"hysterectomy": True}, "unknown"),  # she may still breast-feed
        ({"sex": "female"}, {"hysterectomy": True, "lactating": False}, "pass"),
        ({"age": "10.99 y"}, {}, "pass"),
        ({"age": "10.99 y", "sex": "female"}, {}, "pass"),
        ({"age": "11 y", "sex": "female"}, {}, "unknown"),
        ({"sex": "female"}, {"age_completed": "10 y"}, "pass"),
        ({"sex": "female"}, {"age_completed": "11 y"}, "unknown"),
        ({"age": "9 y", "sex": "female"}, {"menarche": True}, "unknown"),
        ({"age": "9 y", "sex": "female"}, {"menarche": True, **BOTH}, "pass"),
        ({"age": "9 y", "sex": "female"}, {"pregnant": True}, "violation"),
        ({"age": "14 y", "sex": "female"}, {"menarche": False}, "unknown"),
    ],
)
def test_who_is_asked(stated, observables, status):
    assert hicon(observables, **stated).status == status


def test_our_limit_is_told_where_it_decides():
    assert "(our limit)" in hicon(age="8 y", sex="female").message
    assert "beliefs#menarche" in hicon(age="8 y", sex="female").cite
    assert "beliefs#menarche" not in hicon(age="8 y", sex="male").cite
    assert "beliefs#menarche" not in hicon(BOTH, age="8 y").cite


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--sex", "male", "--set", "menarche=true"), "menarche=true does not go with the sex male"),
        (("--sex", "male", "--set", "hysterectomy=true"), "hysterectomy=true does not go with the sex male"),
        (("--sex", "male", "--set", "lactating[1]=true"), "lactating[1]=true does not go with the sex male"),
        (("--set", "pregnant=true", "--set", "menopause=true"), "pregnant=true does not go with menopause=true"),
        (("--set", "pregnant[1]=true", "--set", "hysterectomy=true"), "pregnant[1]=true does not go with hysterectomy"),
    ],
)
def test_what_contradicts_itself_is_refused(dosecalc, words, message):
    answer = dosecalc("plan", "--protocol", "hicon-carcinoma", "--level", "3.7 GBq", *words)
    assert (answer.status, answer.out, message in answer.err) == (2, "", True)


def _asked(arm_id):
    """Whether an arm is to ask, from the tables of its file: therapy, with a radionuclide, and not for men alone."""
    file, arm = find_arm(arm_id)
    agents = {dose.agent for cycle in arm.cycles for dose in cycle.doses}
    men = any(
        rule.require.observable == "sex" and rule.require.is_ == "male" and rule.when is None
        for rule in file.protocol.rules
        if rule.holds_for(arm_id)
    )
    active = any(file.protocol.agents[agent].radionuclide for agent in agents)
    return active and arm.purpose == "therapy" and not men


@pytest.mark.parametrize("arm_id", folders.arm_ids())
def test_every_arm_of_a_radioactive_therapy_asks_and_no_other(arm_id, woman):
    """A woman of 30 of whom nothing else is known is asked before every radioactive dose, and only there."""
    plan = woman(arm_id)
    found = of_rule(plan)
    if not _asked(arm_id):
        assert not found
        return
    (finding,) = found
    active = {key for key, agent in find_arm(arm_id)[0].protocol.agents.items() if agent.radionuclide}
    doses = tuple(dose.number for dose in plan.doses if dose.agent in active)
    assert finding.status == "unknown"
    assert (finding.doses or (finding.dose,)) == doses
    asked = [question for question in plan.clearance.questions if "pregnant" in question or "lactating" in question]
    assert len(asked) == 1


@pytest.fixture
def woman():
    """A plan for a woman of whom the sizes are known and every level is chosen that has to be."""
    from drawing import kit

    def planned(arm_id):
        arm = kit(arm_id)
        rows = ((slot, [row for row in arm.compiled.levels_of(slot).rows if row.open]) for slot in arm.slots)
        levels = {slot.number: arm.options(open_[0])[0] for slot, open_ in rows if open_}
        stated = {"level": levels} if levels else {}
        return dosecalc.plan(arm_id, age=30, sex="female", weight=60, height=165, **stated)

    return planned


def test_a_rule_of_the_file_asks_the_same_question():
    plan = dosecalc.plan("mibg-compassionate-nb", weight=20, level="10 mCi/kg", sex="female", age="14 y")
    rules = {finding.rule for finding in plan.findings if finding.status == "unknown"}
    assert {"pregnancy", "lactation", RULE} <= rules
    assert sum("pregnant" in question for question in plan.clearance.questions) == 1


def test_it_is_asked_before_each_dose():
    """A statement answers for the next dose, and with its number for another; doses given are asked apart."""
    stated = {"bsa": 1.6, "sex": "female", "age": "14 y"}
    plan = dosecalc.plan("clover2-20", **stated, observables=BOTH)
    (later,) = of_rule(plan)
    assert (later.status, later.doses) == ("unknown", (2, 3, 4, 5, 6))
    assert not any("pregnant" in question for question in plan.clearance.questions)
    assert any("pregnant[2]" in question for question in plan.clearance.later_questions)
    second = dosecalc.plan("clover2-20", **stated, observables={**BOTH, "pregnant[2]": True})
    assert [(f.status, f.dose) for f in of_rule(second) if f.status == "violation"] == [("violation", 2)]
    given = dosecalc.plan("clover2-20", **stated, given={1: "32 mCi"}, observables=BOTH)
    assert [f.doses or f.dose for f in of_rule(given)] == [1, (3, 4, 5, 6)]
    assert any("pregnant[1]" in question for question in given.clearance.earlier_questions)


def test_limits_ask_before_the_next_dose_alone():
    limits = dosecalc.find_limits("clover2-20", bsa=1.6, sex="female", age="14 y", given={1: "32 mCi"})
    (asked,) = [finding for finding in limits.unknown if finding.rule == RULE]
    assert asked.dose == 2
    assert not any("[1]" in question for question in limits.clearance.questions)


def test_what_holds_for_imaging_is_a_warning():
    """No rule of an imaging arm reads it; the statement is told, and stops nothing."""
    plan = dosecalc.plan("eanm-card-mdp", weight=60, age=30, sex="female", observables={"pregnant": True})
    assert of_rule(plan) == []
    (unread,) = [finding for finding in plan.findings if finding.rule == "statement-unread"]
    assert (unread.status, "pregnant was stated as true" in unread.message) == ("warning", True)


def test_an_arm_without_a_purpose_asks(tmp_path):
    shipped = Path(folders.shipped("protocols"), "clover2.toml")
    text = shipped.read_text(encoding="utf-8").replace('purpose = "therapy"\n', "")
    site = tmp_path / "clover2.toml"
    site.write_text(text, encoding="utf-8")
    plan = dosecalc.plan(f"{site}#clover2-20", bsa=1.6, sex="female")
    assert plan.protocol["purpose"] == "not stated"
    assert of_rule(plan)[0].status == "unknown"
