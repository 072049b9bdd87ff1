"""The least of several limits, limits as BED, and what one session gives: computed by hand in rationals."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest

import dosecalc

BENUA = "iodide-benua-leeper"
MCI = 37

STUDY = """
schema = 1
id = "two"
title = "An invented study"
status = "investigational"
[agents.knee]
name = "90Y-madeupine, knee"
radionuclide = "Y-90"
route = "intra-articular"
site = "knee"
cite = "all"
[agents.hip]
name = "90Y-madeupine, hip"
radionuclide = "Y-90"
route = "intra-articular"
site = "hip"
cite = "all"
[[arms]]
id = "two-a"
title = "Two joints"
cite = "all"
LIMITS
[[arms.cycles]]
repeat = 2
length = "28 day"
doses = [
  { agent = "knee", day = 1, level = LEVEL },
  { agent = "hip", day = 1, level = "200 MBq" },
  { agent = "hip", day = 3, level = "200 MBq" },
]
[[rules]]
id = "session"
title = "At most 400 MBq in one session"
require = { observable = "session_activity", at_most = "400 MBq" }
cite = "all"
[[facts]]
id = "all"
statement = "What the tests use"
values = ["200 MBq", "220 MBq", "5 MBq/kg", "400 MBq", 3, 2, "28 day", "23 Gy", "40 Gy", "2.5 Gy", "2.8 h", "18 y"]
"""


@pytest.fixture
def study(tmp_path):
    """The arm of an invented study, with its first level and what limits organs."""

    def written(level='"200 MBq"', limits="", name="two"):
        path = tmp_path / f"{name}.toml"
        text = STUDY.replace("LEVEL", level).replace("LIMITS", limits).replace('"two', f'"{name}')
        path.write_text(text, encoding="utf-8")
        return f"{path}#{name}-a"

    return written


# -- Benua and Leeper: 2 Gy to the blood, 120 mCi in the body after 48 hours, 80 with lung metastases ------------------

BLOOD = ("0.3 Gy/GBq", "0.5 Gy/GBq", "1 Gy/GBq")
BODY = ("20 %", "40 %", "80 %")


def by_hand(blood, body, lungs):
    """In MBq, and the name of the limit that binds; None while that is not known."""
    limits = [
        (Fraction(2) / Fraction(blood.split()[0]) * 1000, "blood"),
        (Fraction(120 * MCI * 100) / Fraction(body.split()[0]), "the whole body after 48 hours"),
    ]
    more = Fraction(80 * MCI * 100) / Fraction(body.split()[0])
    if lungs or (lungs is None and more >= min(limits)[0]):
        limits.append((more, "lungs with diffuse metastases"))
    elif lungs is None:
        return None, None
    return min(limits)


@pytest.mark.parametrize(("blood", "body", "lungs"), list(product(BLOOD, BODY, (None, False, True))))
def test_benua_and_leeper_by_hand(blood, body, lungs):
    stated = {"organ_dose.blood": blood, "retention_48h": body}
    stated |= {} if lungs is None else {"diffuse_lung_metastases": lungs}
    (dose,) = dosecalc.plan(BENUA, observables=stated).doses
    amount, binding = by_hand(blood, body, lungs)
    assert dose.exact == amount
    if amount is None:
        assert "--set diffuse_lung_metastases=true (or false)" in dose.pending
    else:
        assert f"; binding: {binding}" in dose.trace
        named = {
            "blood": "blood",
            "the whole body after 48 hours": "whole-body",
            "lungs with diffuse metastases": "lungs",
        }
        assert dose.cite == (f"benua-leeper#{named[binding]}",)


def test_every_limit_is_asked_for_and_told():
    (dose,) = dosecalc.plan(BENUA).doses
    assert '--set "organ_dose.blood=... Gy/mCi"' in dose.pending
    assert '--set "retention_48h=... %"' in dose.pending
    plan = dosecalc.plan(BENUA, observables={"organ_dose.blood": "0.5 Gy/GBq", "retention_48h": "80 %",
                                             "diffuse_lung_metastases": True})  # fmt: skip
    assert plan.doses[0].trace == (
        "the least of blood: 2 Gy / 0.0185 Gy/mCi = 4,000 MBq; "
        "the whole body after 48 hours: 120 mCi / 80 % = 150 mCi; "
        "lungs with diffuse metastases: 80 mCi / 80 % = 100 mCi; binding: lungs with diffuse metastases"
    )
    used = {each.what: each.amounts for each in plan.stated}
    assert used == {"organ_dose.blood": (1,), "retention_48h": (1,), "diffuse_lung_metastases": (1,)}
    assert plan.verified.agrees


def test_no_amount_is_divided_by_nothing():
    stated = {"organ_dose.blood": "0 Gy/GBq", "retention_48h": "80 %", "diffuse_lung_metastases": False}
    (dose,) = dosecalc.plan(BENUA, observables=stated).doses
    assert dose.exact is None
    assert "no amount can be divided by that" in dose.pending


def test_a_limit_per_weight_and_one_for_children(study):
    level = (
        '{ least = [{ name = "adults", level = "220 MBq" }, { name = "children", level = "5 MBq/kg", '
        'when = { observable = "age", below = "18 y" } }] }'
    )
    arm = study(level)
    for weight, age, amount in ((20, 10, 100), (60, 10, 220), (20, 30, 220), (44, 10, 220), (60, None, 220)):
        stated = {"weight": weight, "age": age}
        assert dosecalc.plan(arm, **{k: v for k, v in stated.items() if v is not None}).doses[0].exact == amount
    assert dosecalc.plan(arm, weight=20).doses[0].exact is None
    shown = dosecalc.plan(arm, weight=20).doses[0].pending
    assert shown == "whether this limit holds is not known (children): give --age"


def test_the_words_of_limits(dosecalc, study):
    shown = " ".join(dosecalc("protocol", "show", BENUA).out.split())
    assert (
        "the least of blood: 2 Gy / organ_dose.blood; the whole body after 48 hours: 120 mCi / retention_48h;" in shown
    )
    assert "lungs with diffuse metastases: 80 mCi / retention_48h if diffuse_lung_metastases is true" in shown
    level = '{ least = [{ name = "a", level = "220 MBq" }, { name = "b", level = "5 MBq/kg" }] }'
    answer = dosecalc("protocol", "diff", study(), study(level, name="three"))
    assert "200 MBq, now the least of a: 220 MBq; b: 5 MBq/kg" in answer.out


# -- the session, and BED ----------------------------------------------------------------------------------------------


def of(plan, rule):
    return [(each.status, each.dose) for each in plan.findings if each.rule == rule]


def test_a_session_is_what_one_day_of_a_cycle_gives(study):
    """220 + 200 on day 1 are above 400; 200 on day 3, and the next cycle, begin anew."""
    assert of(dosecalc.plan(study()), "session") == [("pass", None)]
    assert of(dosecalc.plan(study('"220 MBq"')), "session") == [("violation", 2), ("violation", 5)]
    given = dosecalc.plan(study(), given={1: "201 MBq"})
    assert of(given, "session") == [("violation", 2)]
    assert of(dosecalc.plan(study('"5 MBq/kg"'), weight=40), "session") == [("pass", None)]


BED = """
[[arms.organ_limits]]
organ = "kidneys"
bed = "40 Gy"
alpha_beta = "2.5 Gy"
repair_half_time = "2.8 h"
cite = "all"
"""


def bed_by_hand(gray, hours):
    """BED of Dale's form: D + G / (alpha/beta) x the sum of squares."""
    return sum(gray) + Fraction("2.8") / (Fraction("2.8") + hours) / Fraction("2.5") * sum(g * g for g in gray)


@pytest.mark.parametrize("hours", [20, 51, 60])
@pytest.mark.parametrize("coefficient", ["20", "30", "31", "60"])
def test_a_limit_as_bed_by_hand(study, coefficient, hours):
    stated = {"organ_dose.kidneys": f"{coefficient} Gy/GBq", "organ_half_life.kidneys": f"{hours} h"}
    plan = dosecalc.plan(study(limits=BED), observables=stated)
    gray = [Fraction(200, 1000) * Fraction(coefficient)] * 6
    expected = "violation" if bed_by_hand(gray, hours) > 40 else "pass"
    (found,) = [each for each in plan.findings if each.rule == "organ-dose"]
    assert (found.part, found.status) == ("kidneys, BED", expected)
    assert found.checks[0].observed["value"] == pytest.approx(float(bed_by_hand(gray, hours)))
    assert [dose.exact for dose in plan.doses] == [200] * 6  # nothing is reduced by it


def test_bed_is_asked_for_and_what_was_given_may_be_too_much(study):
    arm = study('"5 MBq/kg"', limits=BED)
    (asked,) = [each for each in dosecalc.plan(arm, weight=40).findings if each.rule == "organ-dose"]
    assert asked.status == "unknown"
    assert asked.settled_by == ('--set "organ_dose.kidneys=... Gy/mCi"', '--set "organ_half_life.kidneys=... h"')
    stated = {"organ_dose.kidneys": "60 Gy/GBq", "organ_half_life.kidneys": "51 h"}
    assert of(dosecalc.plan(arm, observables=stated), "organ-dose") == [("unknown", None)]
    much = dosecalc.plan(arm, observables=stated, given={1: "600 MBq", 2: "200 MBq"})
    assert of(much, "organ-dose") == [("violation", None)]
    used = {each.what: each.findings for each in much.stated if each.what.startswith("organ")}
    assert used == {"organ_dose.kidneys": ("organ-dose",), "organ_half_life.kidneys": ("organ-dose",)}


UNTIL = """
[[rules]]
id = "kidney-dose"
title = "Until the kidneys had 23 Gy"
require = { observable = "cumulative_organ_dose.kidneys", at_most = "23 Gy" }
cite = "all"
"""


def test_cycles_go_on_until_an_organ_has_had_its_dose(tmp_path):
    """An invented study of cycles of an open number: 200 MBq give 5 Gy, so that the fifth passes 23 Gy."""
    text = STUDY.replace("LIMITS", "").replace("repeat = 2", "open = true\nat_most = 9").replace("LEVEL", '"200 MBq"')
    head, _, rest = text.partition("doses = [")
    text = head + 'doses = [{ agent = "knee", day = 1, level = "200 MBq" }]\n' + UNTIL + rest.partition("[[rules]]")[2]
    text = text.replace('cite = "all"\n\nid = "session"', 'cite = "all"\n[[rules]]\nid = "session"')
    text = text.replace("values = [", "values = [9, ").replace(', 3, 2, "28 day"', ', "28 day"')
    path = tmp_path / "two.toml"
    path.write_text(text, encoding="utf-8")
    arm = f"{path}#two-a"
    stated = {"organ_dose.kidneys": "25 Gy/GBq"}
    assert of(dosecalc.plan(arm, cycles=4, observables=stated), "kidney-dose") == [("pass", None)]
    assert of(dosecalc.plan(arm, cycles=6, observables=stated), "kidney-dose") == [("violation", 5)]
    given = dosecalc.plan(arm, given=dict.fromkeys((1, 2, 3), "250 MBq"), observables=stated)
    assert of(given, "kidney-dose") == [("violation", 4)]  # 18.75 Gy so far, and 5 more
    (asked,) = [each for each in dosecalc.plan(arm, cycles=2).findings if each.rule == "kidney-dose"]
    assert (asked.status, asked.settled_by) == ("unknown", ('--set "organ_dose.kidneys=... Gy/mCi"',))
    used = {each.what: each.findings for each in given.stated if each.what.startswith("organ")}
    assert used == {"organ_dose.kidneys": ("kidney-dose",)}
