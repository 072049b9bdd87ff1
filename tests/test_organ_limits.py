"""Organs that a course spares: the reduction in rationals, what is unknown, and the biologically effective dose."""

from __future__ import annotations

from fractions import Fraction

import pytest

import dosecalc
from dosecalc import InputError
from dosecalc.course.organs import effective_dose

ARM = "azedra-therapeutic"
LIMITS = {"red_marrow": 12, "lungs": Fraction("16.5"), "kidneys": 18, "liver": 31, "small_intestine": 40}


def planned(weight=75, given=None, **organs):
    coefficients = {f"organ_dose.{organ}": text for organ, text in organs.items()}
    return dosecalc.plan(ARM, weight=weight, given=given, observables=coefficients)


def in_mci(plan):
    return [dose.exact / 37 for dose in plan.doses]


def parts(plan):
    return {finding.part: finding for finding in plan.findings if finding.rule == "organ-dose"}


@pytest.mark.parametrize(
    ("weight", "each"), [("62.5", 500), ("62.6", 500), ("70", 500), ("60", 480), ("62.4", Fraction("499.2"))]
)
def test_the_weight_break_of_the_label(weight, each):
    assert in_mci(planned(weight)) == [each, each]


def test_both_rows_meet_at_the_break():
    level = {dose.level.text for dose in planned("62.5").doses}
    assert level == {"8 mCi/kg"}
    assert {dose.level.text for dose in planned("62.50001").doses} == {"500 mCi"}
    assert Fraction(296) * Fraction("62.5") == 500 * 37 == 18_500


def test_without_coefficients_nothing_is_reduced_and_every_organ_is_unknown():
    plan = planned()
    assert in_mci(plan) == [500, 500]
    assert [dose.bounded for dose in plan.doses] == [None, None]
    assert set(parts(plan)) == set(LIMITS)
    for organ, finding in parts(plan).items():
        assert finding.status == "unknown"
        assert f'--set "organ_dose.{organ}=... Gy/mCi"' in finding.message
        assert f"at most {float(LIMITS[organ]):g} Gy" in finding.message


def test_the_worked_example_of_the_label():
    """75 kg, 1,000 mCi, kidneys 0.027 Gy/mCi: 27 Gy, hence 18/0.027 = 666.7 mCi, two doses of 333.3."""
    plan = planned(kidneys="0.027 Gy/mCi")
    assert in_mci(plan) == [Fraction(1000, 3)] * 2
    assert [dose.bounded for dose in plan.doses] == ["cap", "cap"]
    assert plan.doses[1].cumulative.exact == Fraction(18) / Fraction("0.027") * 37
    assert "spares the kidneys: 18 Gy / 0.027 Gy/mCi = 666.7 mCi in all" in plan.doses[0].trace
    assert parts(plan)["kidneys"].status == "pass"
    assert "18 Gy of at most 18 Gy, to which the course was reduced" in parts(plan)["kidneys"].message
    assert parts(plan)["liver"].status == "unknown"
    assert "azedra-label#organ-limits" in [one.fact for one in plan.unconfirmed]


def test_exactly_at_the_limit_nothing_changes_and_just_above_it_does():
    tie = planned(kidneys="0.018 Gy/mCi")
    assert in_mci(tie) == [500, 500]
    assert parts(tie)["kidneys"].status == "pass"
    assert "reduced" not in parts(tie)["kidneys"].message
    above = planned(kidneys="0.01800000001 Gy/mCi")
    assert sum(in_mci(above)) == Fraction(18) / Fraction("0.01800000001")
    assert [dose.bounded for dose in above.doses] == ["cap", "cap"]


@pytest.mark.parametrize("unit", ["0.027 Gy/mCi", "27 mGy/mCi", "2.7 cGy/mCi"])
def test_coefficients_in_other_units(unit):
    assert in_mci(planned(kidneys=unit)) == [Fraction(1000, 3)] * 2


def test_of_two_organs_the_smaller_course_binds():
    plan = planned(kidneys="0.02 Gy/mCi", red_marrow="0.02 Gy/mCi")
    assert sum(in_mci(plan)) == 600
    assert "spares the red marrow" in plan.doses[0].trace
    assert parts(plan)["red_marrow"].message.startswith("Red marrow: 12 Gy of at most 12 Gy")
    assert parts(plan)["kidneys"].message.startswith("Kidneys: 12 Gy of at most 18 Gy")


def test_what_was_given_stays_and_the_rest_is_what_is_left():
    plan = planned(given={1: "500 mCi"}, kidneys="0.027 Gy/mCi")
    assert in_mci(plan) == [500, Fraction(18) / Fraction("0.027") - 500]
    assert [dose.bounded for dose in plan.doses] == [None, "cap"]
    assert parts(plan)["kidneys"].status == "pass"


def test_where_too_much_was_given_nothing_is_left_and_that_is_a_violation(dosecalc):
    plan = planned(given={1: "700 mCi"}, kidneys="0.027 Gy/mCi")
    assert in_mci(plan) == [700, 0]
    assert parts(plan)["kidneys"].status == "violation"
    assert "18.9 Gy of at most 18 Gy, although nothing more is given" in parts(plan)["kidneys"].message
    answer = dosecalc("plan", "--protocol", ARM, "--weight", "75", "--given", "1=700 mCi", "--set",
                      "organ_dose.kidneys=0.027 Gy/mCi")  # fmt: skip
    assert answer.status == 1
    assert "  violation organ-dose (kidneys): Kidneys: 18.9 Gy" in answer.out


def test_a_coefficient_of_zero_spares_the_organ_whatever_is_given():
    plan = planned(liver="0 Gy/mCi")
    assert in_mci(plan) == [500, 500]
    assert parts(plan)["liver"].message.startswith("Liver: 0 Gy of at most 31 Gy")


def test_a_command_says_what_was_reduced(dosecalc):
    answer = dosecalc("plan", "--protocol", ARM, "--weight", "75", "--set", "organ_dose.kidneys=0.027 Gy/mCi")
    assert (answer.status, answer.err) == (0, "")
    assert "333.33 mCi (capped)" in answer.out
    assert "666.67 mCi  24,667 MBq" in answer.out


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "organ_dose.kidney",
            "0.02 Gy/mCi",
            "'organ_dose.kidney' is not an observable. Near names: organ_dose.kidneys",
        ),
        ("organ_dose.kidneys", "0.02 Gy", "read '0.02 Gy', which is an absorbed dose"),
        ("organ_dose.kidneys", "0.02", "a number without a unit"),
        ("organ_dose.kidneys[2]", "0.02 Gy/mCi", "organ_dose.kidneys holds for the whole course"),
    ],
)
def test_coefficients_that_cannot_be_read(name, text, words):
    with pytest.raises(InputError) as refused:
        dosecalc.plan(ARM, weight=75, observables={name: text})
    assert words in str(refused.value)


def test_a_coefficient_that_no_limit_reads_is_said():
    plan = dosecalc.plan("clover2-20", bsa="1.6 m^2", observables={"organ_dose.kidneys": "0.02 Gy/mCi"})
    (unread,) = [finding for finding in plan.findings if finding.rule == "statement-unread"]
    assert "clover2-20 limits no such organ" in unread.message


@pytest.mark.parametrize(
    ("platelets", "anc", "statuses"),
    [
        ("80000/uL", "1200/uL", ("pass", "pass")),
        ("79999/uL", "1200/uL", ("violation", "pass")),
        ("80000/uL", "1199/uL", ("pass", "violation")),
    ],
)
def test_counts_below_which_a_dose_is_withheld(platelets, anc, statuses):
    stated = {f"{name}[{n}]": value for n in (1, 2) for name, value in (("platelets", platelets), ("anc", anc))}
    plan = dosecalc.plan(ARM, weight=75, age=12, observables=stated)
    found = {f.rule: f.status for f in plan.findings}
    assert (found["platelets"], found["anc"], found["age"]) == (*statuses, "pass")


@pytest.mark.parametrize(("days", "status"), [(90, "pass"), (89, "violation")])
def test_the_second_dose_is_at_least_ninety_days_later(days, status):
    plan = dosecalc.plan(ARM, weight=75, cycle_length=f"{days} day", start="2026-03-01")
    assert {f.status for f in plan.findings if f.rule == "spacing"} == {status}


# -- the biologically effective dose ----------------------------------------------------------------------------

FILE = """
schema = 1
id = "made"
title = "A made-up study"
status = "investigational"
[agents.drug]
name = "177Lu-madeupine"
radionuclide = "Lu-177"
[[arms]]
id = "made-up"
title = "Two doses"
cite = "all"
[[arms.cycles]]
repeat = 2
doses = [{ agent = "drug", day = 1, level = "7.4 GBq" }]
[[arms.organ_limits]]
organ = "kidneys"
limit = "23 Gy"
alpha_beta = "2.5 Gy"
repair_half_time = "2.8 h"
[[facts]]
id = "all"
statement = "Made up"
values = [2, "7.4 GBq", "23 Gy", "2.5 Gy", "2.8 h"]
"""


def test_the_effective_dose_where_the_file_states_how_tissue_repairs(tmp_path):
    (tmp_path / "made.toml").write_text(FILE, encoding="utf-8")
    stated = {"organ_dose.kidneys": "0.43 Gy/GBq"}
    (lacking,) = [f for f in dosecalc.plan(f"{tmp_path / 'made.toml'}#made-up", observables=stated).findings
                  if f.rule == "organ-dose"]  # fmt: skip
    assert 'needs --set "organ_half_life.kidneys=... h"' in lacking.message
    plan = dosecalc.plan(f"{tmp_path / 'made.toml'}#made-up",
                         observables={**stated, "organ_half_life.kidneys": "50 h"})  # fmt: skip
    each = 0.43 * 7.4
    expected = 2 * each + 2 * each**2 * 2.8 / (2.8 + 50) / 2.5
    (finding,) = [f for f in plan.findings if f.rule == "organ-dose"]
    assert finding.status == "pass"
    assert f"repair 2.8 h) {expected:.4g} Gy" in finding.message


def test_the_effective_dose_against_the_integral_of_its_dose_rate():
    """G of the linear-quadratic model, integrated over both times, for a rate that falls by one half-life."""
    from scipy import integrate

    dose, ratio, repair, half_life = 3.0, 2.5, 2.8, 50.0
    k, mu = 0.6931471805599453 / half_life, 0.6931471805599453 / repair
    rate = dose * k
    area, _ = integrate.dblquad(
        lambda s, t: rate * pow(2.718281828459045, -k * s) * pow(2.718281828459045, -mu * (t - s))
        * rate * pow(2.718281828459045, -k * t), 0, 1000, 0, lambda t: t, epsabs=1e-6)  # fmt: skip
    assert effective_dose([dose], ratio, repair, half_life) == pytest.approx(dose + 2 * area / ratio, rel=1e-3)
