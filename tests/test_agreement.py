"""Plans on which the two methods once differed, found among a million random ones: each is a plan of both now."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

COMMANDS = (Path(__file__).parent / "agreed.txt").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.split()[2])
def test_both_methods_make_the_same_plan(dosecalc, command):
    answer = dosecalc(*shlex.split(command), "--json")
    assert answer.status in (0, 1), answer.err
    assert answer.json["verified"]["agrees"] is True


@pytest.mark.parametrize(
    ("given", "status"),
    [
        # 1.11 MBq/kg x 9.457 kg = 10.5 MBq, raised by the source to 14.8 MBq: 12.92 is 12.7 % below it
        ("12.92 MBq", "warning"),
        ("14.8 MBq", "pass"),
        ("11.8 MBq", "violation"),
    ],
)
def test_an_open_level_is_held_against_what_the_source_would_have_made_of_it(dosecalc, given, status):
    answer = dosecalc("plan", "--protocol", "nacg-maa", "--given", f"1={given}", "--weight", "9.457 kg", "--json")
    found = [each["status"] for each in answer.json["findings"] if each["rule"] == "given-amount" and not each["part"]]
    assert found == [status]


def test_a_dose_that_comes_late_within_its_cycle_moves_no_cycle(dosecalc):
    given = ("--given", "1=1.2 mg@2026-03-24", "--given", "2=0.75 mg@2026-05-04")
    answer = dosecalc("plan", "--protocol", "inotuzumab", "--bsa", "1.5", "--cycle-length", "56 day", *given, "--json")
    days = [dose["day"] for dose in answer.json["doses"]]
    assert days[:4] == [1, 42, 49, 57]  # the next cycle begins 56 days after the first dose of this one
