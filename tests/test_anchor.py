"""Days that a source counts from a transplant: before it they are below zero, and the plan tells when day 0 is."""

from __future__ import annotations

import pytest

import dosecalc as package
from dosecalc.errors import InputError

FILE = """
schema = 1
id = "graft"
title = "MIBG before a transplant"
status = "published-series"

[agents.mibg]
name = "131I-MIBG"
radionuclide = "I-131"
route = "not stated"

[[arms]]
id = "graft-a"
title = "12 mCi/kg 21 and 14 days before the transplant"
purpose = "therapy"
{anchor}
cite = "graft#days"
  [[arms.cycles]]
  {keys}
  doses = [
    {{ agent = "mibg", day = {first}, level = "12 mCi/kg" }},
    {{ agent = "mibg", day = {second}, level = "12 mCi/kg" }},
  ]

[[facts]]
id = "days"
statement = "12 mCi/kg on days 21 and 14 before the transplant, on day 0"
values = ["12 mCi/kg", 21, 14, "28 day", 2]
"""
ANCHOR = 'anchor = "the transplant"'


@pytest.fixture
def arm(tmp_path):
    def made(first=-21, second=-14, anchor=ANCHOR, keys=""):
        path = tmp_path / "graft.toml"
        path.write_text(FILE.format(first=first, second=second, anchor=anchor, keys=keys), encoding="utf-8")
        return str(path)

    return made


def test_days_count_to_the_anchor_and_it_is_told_when_that_is(arm):
    plan = package.plan(arm(), weight=20, start="2026-03-02")
    assert [dose.day for dose in plan.doses] == [1, 8]
    assert [dose.date.isoformat() for dose in plan.doses] == ["2026-03-02", "2026-03-09"]
    assert plan.protocol["anchor"] == "day 0 is the transplant, 21 days after the first dose: 2026-03-23"
    assert plan.verified.agrees


def test_without_a_date_the_distance_is_told(arm, dosecalc):
    plan = package.plan(arm(), weight=20)
    assert plan.protocol["anchor"] == "day 0 is the transplant, 21 days after the first dose"
    for page in ("--brief", "--full"):
        out = dosecalc("plan", "--protocol", arm(), "--weight", "20", page).out
        assert "Anchor: day 0 is the transplant, 21 days after the first dose" in out
    assert "day -21" in dosecalc("protocol", "show", arm()).out


def test_a_dose_may_be_on_the_day_itself(arm):
    plan = package.plan(arm(second=0), weight=20, start="2026-03-02")
    assert plan.doses[1].date.isoformat() == "2026-03-23"
    assert plan.verified.agrees


def test_a_late_dose_is_held_against_its_day(arm):
    given = ["1=240 mCi@2026-03-02", "2=240 mCi@2026-03-12"]
    plan = package.plan(arm(), weight=20, given=given)
    assert [each.status for each in plan.findings if each.rule == "spacing"] == ["warning"]
    assert plan.verified.agrees


def test_another_anchor_is_a_change(arm, dosecalc, tmp_path):
    path, other = arm(), tmp_path / "other.toml"
    with open(path, encoding="utf-8") as file:
        other.write_text(file.read().replace('the transplant"', 'the infusion of cells"'), encoding="utf-8")
    assert "day 0 is the transplant, now the infusion of cells" in dosecalc("protocol", "diff", path, str(other)).out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"anchor": ""},
            r"days \[-21, -14\] are not in order from day 1; days before day 1 need the anchor of the arm",
        ),
        ({"first": -14, "second": -21}, r"days \[-14, -21\] are not in order from day -3650"),
        ({"keys": 'repeat = 2\n  length = "28 day"'}, "days count from an anchor in an arm of one cycle"),
        ({"first": -20}, "20 is not what the cited facts state"),
        ({"anchor": 'anchor = ""'}, "expected what happens on day 0, as 'the transplant'"),
    ],
)
def test_what_cannot_be_is_refused(arm, more, words):
    with pytest.raises(InputError, match=words):
        package.plan(arm(**more), weight=20)
