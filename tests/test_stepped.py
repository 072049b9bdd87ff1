"""Cycles each of which gives less than the one before: 161Tb-PSMA-I&T, 7.4, 7.0, 6.6 GBq and so on."""

from __future__ import annotations

from fractions import Fraction

import pytest

import dosecalc


@pytest.mark.parametrize("first", ["7.4", "5.5", "4.4"])
def test_each_cycle_gives_less_by_hand(first):
    plan = dosecalc.plan(f"violet-{first.replace('.', '')}", start="2026-03-02")
    wanted = [1000 * (Fraction(first) - n * Fraction("0.4")) for n in range(6)]
    assert [dose.exact for dose in plan.doses] == wanted
    assert [dose.day for dose in plan.doses] == [1, 43, 85, 127, 169, 211]
    assert plan.verified.agrees
    assert float(plan.totals["psma"].required.value) == float(sum(wanted))


def test_each_is_shown_and_traced_as_it_is(dosecalc):
    answer = dosecalc("plan", "--protocol", "violet-74", "--full")
    for words in ("7.4 GBq, fixed", "7 GBq, fixed", "5.4 GBq, fixed"):
        assert words in answer.out
    shown = " ".join(dosecalc("protocol", "show", "violet-74").out.split())
    assert "161Tb-PSMA-I&T, 6.6 GBq" in shown


def test_what_was_given_is_held_against_its_own_cycle():
    plan = dosecalc.plan("violet-74", given={1: "7.4 GBq", 2: "7 GBq", 3: "7.4 GBq"})
    found = {each.dose: each.status for each in plan.findings if each.rule == "given-amount" and each.status != "pass"}
    assert found == {3: "warning"}  # 12.1 % more than 6.6 GBq
