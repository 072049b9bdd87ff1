"""Cycles of an open number: how far a plan goes on, where it ends, and what is refused in a file."""

from __future__ import annotations

import pytest

import dosecalc as package
from dosecalc.errors import InputError

FILE = """
schema = 1
id = "renal"
title = "7.4 GBq every ten weeks until the kidneys have had enough"
status = "guideline"

[agents.lu]
name = "177Lu-DOTATATE"
radionuclide = "Lu-177"
route = "not stated"

[observables.kidney_dose]
kind = "quantity"
unit = "Gy"
title = "absorbed dose of the kidneys so far"
min = "0 Gy"
max = "60 Gy"

[[arms]]
id = "renal-a"
title = "Open"
purpose = "therapy"
cite = "renal#regimen"
{cycles}

[[rules]]
id = "kidneys"
title = "The kidneys had less than 23 Gy"
require = {{ observable = "kidney_dose", below = "23 Gy" }}
at = "each-dose"
cite = "renal#regimen"

[[facts]]
id = "regimen"
statement = "7.4 GBq every ten weeks, two cycles at least and nine at most, while the kidneys had less than 23 Gy"
values = ["7.4 GBq", "10 week", 2, 9, "23 Gy"]
"""
CYCLE = """  [[arms.cycles]]
  {keys}
  length = "10 week"
  doses = [{{ agent = "lu", day = 1, level = "7.4 GBq" }}]
"""


@pytest.fixture
def arm(tmp_path):
    def made(*keys):
        path = tmp_path / "renal.toml"
        cycles = "".join(CYCLE.format(keys="\n  ".join(each.split(", "))) for each in keys)
        path.write_text(FILE.format(cycles=cycles), encoding="utf-8")
        return str(path)

    return made


def status(plan, rule):
    return {finding.status for finding in plan.findings if finding.rule == rule}


GIVEN = [f"{n}=7.4 GBq@2026-{month:02d}-05" for n, month in ((1, 1), (2, 3), (3, 5), (4, 7))]


def test_a_plan_goes_on_to_the_dose_after_the_last_that_was_given(arm):
    path = arm("repeat = 2, open = true")
    assert [dose.optional for dose in package.plan(path).doses] == [False, False]
    plan = package.plan(path, given=GIVEN)
    assert [dose.optional for dose in plan.doses] == [False, False, True, True, True]
    assert plan.doses[4].date.isoformat() == "2026-09-13"  # ten weeks after 5 July
    assert status(plan, "cycles-maximum") == {"pass"}
    assert plan.verified.agrees


def test_any_number_can_be_planned_and_all_of_them_count(arm):
    plan = package.plan(arm("open = true"), cycles=12)
    assert len(plan.doses) == 12
    assert plan.doses[-1].cumulative.value == 12 * 7400
    assert status(plan, "cycles-maximum") == {"pass"}
    assert plan.verified.agrees


def test_an_end_of_the_source_is_held(arm):
    path = arm("open = true, at_most = 9")
    assert status(package.plan(path, cycles=9), "cycles-maximum") == {"pass"}
    plan = package.plan(path, cycles=10)
    assert status(plan, "cycles-maximum") == {"violation"}
    assert plan.verified.agrees
    every = [f"{n}=7.4 GBq" for n in range(1, 10)]
    assert len(package.plan(path, given=every).doses) == 9  # and no tenth is offered


def test_a_dose_of_an_organ_ends_it(arm):
    path = arm("open = true, at_most = 9")
    for gray, expected in (("22.9 Gy", "pass"), ("23 Gy", "violation")):
        plan = package.plan(path, given=GIVEN, observables={"kidney_dose": gray})
        assert status(plan, "kidneys") == {expected}


def test_a_record_has_as_many_doses_as_were_given(arm, tmp_path):
    doses = "".join(
        '[[doses]]\nagent = "177Lu-DOTATATE"\nprescribed = "7.4 GBq"\ngiven = "7.4 GBq"\n'
        f'given_at = "2026-{month:02d}-05T10:00Z"\n'
        for month in (1, 3, 5, 7)
    )
    record = tmp_path / "course.toml"
    record.write_text(f'protocol = "{arm("open = true")}"\n{doses}', encoding="utf-8")
    checked = package.check_record(record)
    assert not [each for each in checked.findings if each.rule in ("dose-number", "dose-agent")]
    assert [dose.number for dose in checked.remaining] == [5]


@pytest.mark.parametrize(
    ("cycles", "words"),
    [
        (("open = true", "repeat = 1"), "the number of the last cycles alone can be open"),
        (("at_most = 9",), "cycles of a number that is not open have no 'at_most'; write repeat"),
        (("repeat = 2, open = true, at_most = 1",), "read 1, expected from the 2 that are listed to 100"),
        (("open = true, at_most = 101",), "read 101, expected from the 1 that are listed to 100"),
        (("open = true, at_most = 8",), "8 is not what the cited facts state"),
    ],
)
def test_what_cannot_be_is_refused(arm, cycles, words):
    with pytest.raises(InputError, match=words):
        package.plan(arm(*cycles))


def test_it_is_shown_and_compared(arm, dosecalc, tmp_path):
    path = arm("open = true, at_most = 9")
    assert "up to 9 in all, 10 weeks long" in dosecalc("protocol", "show", path).out
    other = tmp_path / "other.toml"
    with open(path, encoding="utf-8") as file:
        other.write_text(file.read().replace("at_most = 9", "").replace('"renal', '"renal'), encoding="utf-8")
    said = dosecalc("protocol", "diff", path, str(other))
    assert "at most 9, now an open number" in said.out
    assert "more may follow, their number open, 8 weeks long" in dosecalc("protocol", "show", "psma-225ac").out
