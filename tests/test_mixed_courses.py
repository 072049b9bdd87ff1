"""A course of a radioactive agent and a drug: what a rule counts and at which doses it is asked, by hand."""

from __future__ import annotations

import pytest

# 200 MBq, 50 mg and 300 MBq: 500 MBq in all, and 50 mg
COURSE = """
schema = 1
id = "local"
title = "A made-up study"
status = "investigational"
[agents.iodide]
name = "131I-iodide"
radionuclide = "I-131"
[agents.melphalan]
name = "melphalan"
[[arms]]
id = "local-arm"
title = "Two activities and a drug between them"
cite = "course"
[[arms.cycles]]
[[arms.cycles.doses]]
agent = "iodide"
day = 1
level = "200 MBq"
cite = "course"
[[arms.cycles.doses]]
agent = "melphalan"
level = "50 mg"
cite = "course"
[[arms.cycles.doses]]
agent = "iodide"
level = "300 MBq"
cite = "course"
[[rules]]
id = "asked"
title = "What is asked of the course"
require = {require}
cite = "course"
[[facts]]
id = "course"
statement = "Made up"
values = ["200 MBq", "300 MBq", "50 mg", "{limits}"]
"""


@pytest.fixture
def asked(plan, tmp_path):
    """The findings of one rule on the course, from what it requires and the limits in that."""

    def findings(require, *limits, **more):
        file = tmp_path / "local.toml"
        keys = "".join(f'{key} = "{value}"\n' for key, value in more.items())
        text = COURSE.format(require=f"{require}\n{keys}", limits='", "'.join(limits))
        file.write_text(text, encoding="utf-8")
        answer = plan(f"{file}#local-arm", "--weight", "10", "--bsa", "0.5")
        assert answer.err == ""
        return [(f["status"], f["dose"], f["checks"]) for f in answer.json["findings"] if f["rule"] == "asked"]

    return findings


@pytest.mark.parametrize(
    ("observable", "total", "below", "unit"),
    [
        ("course_activity", 500, 499, "MBq"),
        ("course_activity_per_weight", 50, 49, "MBq/kg"),
        ("course_activity_per_bsa", 1000, 999, "MBq/m^2"),
    ],
)
def test_milligrams_are_no_part_of_the_activity_of_a_course(asked, observable, total, below, unit):
    for limit, status in ((total, "pass"), (below, "violation")):
        require = f'{{ observable = "{observable}", at_most = "{limit} {unit}" }}'
        ((said, dose, (check,)),) = asked(require, f"{limit} {unit}")
        assert (said, dose, check["observed"]) == (status, None, {"value": total, "unit": unit})


@pytest.mark.parametrize("at", ["each-dose", "first-dose"])
@pytest.mark.parametrize(
    ("observable", "mass", "below", "unit"), [("dose_mass", 50, 49, "mg"), ("dose_mass_per_bsa", 100, 99, "mg/m^2")]
)
def test_a_rule_on_mass_is_asked_at_the_drug_alone(asked, at, observable, mass, below, unit):
    """A radioactive dose has no mass here: asked there, the rule would be unknown. The first dose means the drug's."""
    for limit, expected in ((mass, ("pass", None)), (below, ("violation", 2))):
        require = f'{{ observable = "{observable}", at_most = "{limit} {unit}" }}'
        ((*said, (check,)),) = asked(require, f"{limit} {unit}", at=at)
        assert tuple(said) == expected
        assert check["observed"] == {"value": mass, "unit": unit}


TOTAL = '{ observable = "cumulative_activity", at_most = "150 MBq" }'
EACH = '{ observable = "dose_activity", at_most = "100 MBq" }'


@pytest.mark.parametrize(
    ("require", "doses"),
    [
        (TOTAL, [1]),  # 200 MBq and then 500: a total above its cap stays there whatever follows, so that is one fault
        (EACH, [1, 3]),  # 200 MBq and then 300: two doses too large
        (f"{{ all = [{TOTAL}, {EACH}] }}", [1, 3]),  # the third dose is too large by itself, and has to be named
        (f"{{ any = [{TOTAL}, {EACH}] }}", [1, 3]),
    ],
    ids=["a total", "each dose", "all of both", "any of both"],
)
def test_only_a_rule_on_nothing_but_running_totals_is_broken_once(asked, require, doses):
    found = asked(require, "150 MBq", "100 MBq")
    assert [(status, dose) for status, dose, _ in found] == [("violation", dose) for dose in doses]
