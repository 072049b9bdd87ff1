"""An interval that a source states in two ways: COMPETE's 90 days are 12 weeks, 84 days, in an abstract."""

from __future__ import annotations

from datetime import date as Date
from datetime import timedelta

import pytest

import dosecalc

ARM = "compete-edotreotide"


def spacing(days):
    given = {1: "7.5 GBq@2026-03-02", 2: f"7.5 GBq@{Date(2026, 3, 2) + timedelta(days=days)}"}
    plan = dosecalc.plan(ARM, given=given)
    (found,) = [each for each in plan.findings if each.rule == "spacing" and each.dose in (2, None)]
    return found


@pytest.mark.parametrize(
    ("days", "status"),
    [
        (74, "violation"),  # a tenth of 90 days, our limit, below the shorter of the two
        (75, "pass"),
        (84, "pass"),
        (90, "pass"),
        (99, "pass"),
        (100, "warning"),
    ],
)
def test_a_distance_between_the_two_is_as_planned(days, status):
    assert spacing(days).status == status


def test_the_words_name_both():
    assert "the protocol's 90 days (84 days by another text)" in spacing(84).message
    early, late = spacing(74).message, spacing(100).message
    assert "10 days earlier than the protocol's 90 days (84 days by another text); no window is stated" in early
    assert "10 days later than the protocol's 90 days (84 days by another text)" in late
    assert early.count("9 days either way is our limit") == late.count("9 days either way is our limit") == 1


def test_the_plan_goes_by_the_first_and_tells_the_conflict(dosecalc):
    answer = dosecalc("plan", "--protocol", ARM, "--start", "2026-03-02", "--json")
    assert [dose["date"] for dose in answer.json["doses"]] == ["2026-03-02", "2026-05-31", "2026-08-29", "2026-11-27"]
    assert [conflict["id"] for conflict in answer.json["conflicts"]] == ["days-or-weeks"]
    shown = " ".join(dosecalc("protocol", "show", ARM).out.split())
    assert "every 90 days (12 weeks by another text)" in shown


@pytest.mark.parametrize(("given", "status"), [("6.8 GBq", "pass"), ("6.79 GBq", "violation"), ("8.2 GBq", "pass")])
def test_the_tolerance_of_the_source_holds(given, status):
    plan = dosecalc.plan(ARM, given={1: given})
    assert [each.status for each in plan.findings if each.rule == "given-amount"] == [status]
