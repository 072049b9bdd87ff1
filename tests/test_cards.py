"""Activities for imaging children: each arm of the two cards, by arithmetic on the published baselines and limits."""

from __future__ import annotations

from fractions import Fraction

import pytest

import dosecalc
from dosecalc.files import folders

# By hand from the published lists: the multiples at 3, 20 and 68 kg.
MULTIPLES = {"A": ("1", "2.88", "5.77"), "B": ("1", "4.86", "14.00"), "C": ("1", "8.33", "32.33")}
EANM = {
    "fdg-2d": ("B", "25.9", "26"), "fdg-3d": ("B", "14.0", "14"), "dmsa": ("B", "6.8", "18.5"),
    "hdp": ("B", "35", "40"), "mdp": ("B", "35", "40"), "mibg-123": ("B", "28.0", "37"), "mibg-131": ("B", "5.6", "35"),
    "mag3": ("A", "11.9", "15"), "dtpa-normal": ("A", "34", "20"), "dtpa-abnormal": ("B", "14", "20"),
    "hippuran-normal": ("A", "12.8", "10"), "hippuran-abnormal": ("B", "5.3", "10"), "fluoride": ("B", "10.5", "14"),
    "fdopa": ("B", "14", "14"), "peptide-68ga": ("B", "12.8", "14"), "iodide-123": ("C", "0.6", "3"),
    "pertechnetate-thyroid": ("B", "5.6", "10"), "pertechnetate-meckel": ("B", "10.5", "20"),
    "cystography": ("B", "1.4", "20"), "hmpao-brain": ("B", "51.8", "100"), "hmpao-wbc": ("B", "35", "40"),
    "maa": ("B", "5.6", "10"), "gallium-67": ("B", "5.6", "10"), "mibi-cancer": ("B", "63", "80"),
    "ida": ("B", "10.5", "20"),
}  # fmt: skip
NACG = {  # MBq/kg, least, most
    "mibg-123": ("5.2", 37, 370), "mdp": ("9.3", 37, None), "fdg-brain": ("3.7", 37, None),
    "ida": ("1.85", "18.5", None), "dmsa": ("1.85", "18.5", None), "mag3": ("3.7", 37, 148),
    "mag3-flow": ("5.55", 37, 148),
    "hmpao-brain": ("11.1", 185, 740), "pertechnetate-thyroid": ("1.11", 7, 93), "iodide-123": ("0.28", 1, 11),
    "fdg-body": ("5.2", 37, None), "maa": ("2.59", "14.8", None),
}  # fmt: skip
LEVEL = {"fdg-body": {"level": "5.2 MBq/kg"}, "maa": {"observables": {"technetium_ventilation": True}}}


def activity(arm, weight, **more):
    (dose,) = dosecalc.plan(arm, weight=weight, **more).doses
    return dose.exact


def test_every_arm_of_the_cards_is_here():
    mine = {f"eanm-card-{name}" for name in EANM} | {f"nacg-{name}" for name in [*NACG, "ida-neonatal-jaundice"]}
    assert mine == {arm for arm in folders.arm_ids() if arm.startswith(("eanm-card-", "nacg-"))}


@pytest.mark.parametrize("name", EANM)
def test_baseline_times_multiple_or_the_minimum(name):
    letter, baseline, least = EANM[name]
    for weight, multiple in zip((3, 20, 68), MULTIPLES[letter], strict=True):
        wanted = max(Fraction(baseline) * Fraction(multiple), Fraction(least))
        assert activity(f"eanm-card-{name}", weight) == wanted


@pytest.mark.parametrize("name", NACG)
def test_activity_per_weight_between_least_and_most(name):
    per, least, most = NACG[name]
    for weight in ("2", "20", "69", "70"):
        wanted = max(Fraction(per) * Fraction(weight), Fraction(least))
        wanted = wanted if most is None else min(wanted, Fraction(most))
        assert activity(f"nacg-{name}", weight, **LEVEL.get(name, {})) == wanted


def test_the_examples_of_the_two_cards_side_by_side():
    assert activity("eanm-card-mibg-123", 20) == Fraction("136.08")
    assert activity("eanm-card-mibg-123", 3) == 37
    assert activity("eanm-card-mdp", 3) == 40
    assert activity("nacg-mdp", 3) == 37


@pytest.mark.parametrize(
    ("arm", "weight", "baseline", "multiple"),
    [
        ("mibg-123", 52, "28.0", "11.29"),  # public codes have 11.00 here
        ("mibg-123", 54, "28.0", "11.29"),
        ("mibg-123", "55.9", "28.0", "11.29"),
        ("mibg-123", 56, "28.0", "12.00"),
        ("mibg-123", "51.9", "28.0", "10.71"),
        ("iodide-123", 52, "0.6", "24.67"),  # and 24.00 here
        ("iodide-123", "3.9", "0.6", "1"),
        ("iodide-123", 26, "0.6", "11"),
    ],
)
def test_rows_hold_from_their_weight_to_the_next_and_nothing_is_interpolated(arm, weight, baseline, multiple):
    floor = Fraction(EANM[arm][2])
    assert activity(f"eanm-card-{arm}", weight) == max(Fraction(baseline) * Fraction(multiple), floor)


def test_the_raised_activity_says_so_and_the_table_is_in_the_arithmetic():
    (dose,) = dosecalc.plan("eanm-card-mibg-123", weight=3).doses
    assert dose.bounded == "floor"
    assert "28 MBq x 1 (class-b at 3 kg) = 28 MBq, raised by the source to 37 MBq" in dose.trace


@pytest.mark.parametrize(("weight", "status"), [("68", "pass"), ("68.1", "warning")])
def test_above_the_last_row_the_plan_warns(weight, status):
    plan = dosecalc.plan("eanm-card-mdp", weight=weight)
    assert [f.status for f in plan.findings if f.rule == "last-row"] == [status]
    assert plan.doses[0].exact == 490  # 35 x 14


def test_below_the_first_row_there_is_no_activity():
    plan = dosecalc.plan("eanm-card-mdp", weight="2.9")
    assert plan.doses[0].exact is None
    assert [f.status for f in plan.findings if f.rule == "level-undefined"] == ["violation"]


def test_a_published_range_of_activities_of_class_b():
    """A baseline of 10.7 MBq was published as 11 to 149 MBq from 3 to 68 kg; the card's multiples are 1 and 14."""
    low, high = (activity("eanm-card-mdp", weight) for weight in (3, 68))
    assert low == 40  # its minimum
    assert float(high / 35 * Fraction("10.7")) == pytest.approx(149, rel=0.01)


def test_the_lower_of_two_levels_may_be_chosen():
    assert activity("nacg-fdg-body", 50, level="3.7 MBq/kg") == Fraction("3.7") * 50


@pytest.mark.parametrize(("ventilation", "expected"), [(True, "129.5"), (False, "55.5"), (None, None)])
def test_the_activity_of_maa_goes_by_what_images_ventilation(ventilation, expected):
    stated = {} if ventilation is None else {"technetium_ventilation": ventilation}
    assert activity("nacg-maa", 50, observables=stated) == (expected and Fraction(expected))  # 2.59 and 1.11 x 50


def test_neonatal_jaundice_has_its_own_activity():
    assert activity("nacg-ida-neonatal-jaundice", "3.2") == 37
    assert activity("nacg-ida", "3.2") == Fraction("18.5")
