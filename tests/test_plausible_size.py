"""A plan holds the stated sizes against those of people of that age and sex: a warning, with the likely slip."""

from __future__ import annotations

import pytest

import dosecalc


def finding(**known):
    plan = dosecalc.plan("mibg-compassionate-nb", level="10 mCi/kg", **known)
    return [found for found in plan.findings if found.rule == "plausible-size"]


def one(**known):
    (found,) = finding(**known)
    return found


def test_44_for_a_five_year_old_is_probably_pounds():
    found = one(weight=44, age=5, sex="male")
    assert (found.status, found.severity, found.part) == ("warning", "warning", "weight")
    assert "44 kg is implausibly large for a 5-year-old boy" in found.message
    assert "Probably pounds for kilograms: 44 lb is 19.96 kg, which is plausible" in found.message
    assert "cdc2000-growth#table" in found.cite
    (check,) = found.checks
    assert (check.observable, check.comparison, check.holds) == ("weight", "at_most", False)
    assert check.observed == {"value": 44.0, "unit": "kg"}
    assert 25 < check.limit["value"] < 44


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"weight": "20 lb", "age": 5, "sex": "female"}, "Probably kilograms for pounds: 20 kg is 44.09 lb"),
        ({"weight": 20, "height": "43", "age": 5}, "Probably inches for centimetres: 43 in is 109.2 cm"),
        ({"weight": 200, "age": 6}, "Perhaps a decimal point was moved: 20 kg is plausible"),
        ({"weight": 60, "bsa": "0.16", "age": 25, "sex": "male"}, "Perhaps a decimal point was moved: 1.6 m² is plaus"),
    ],
)  # fmt: skip
def test_other_slips_are_named(known, words):
    assert any(words in found.message for found in finding(**known))


GIRL = {"age": "10.5 y", "sex": "female"}


def test_pounds_for_kilograms_are_told_by_the_height():
    """Her 35 kg in pounds: 77.2 / 1.41^2 = 38.83 kg/m², and 3.3 halves of the way to +2 SD are 32.1 kg/m²."""
    found = one(weight="77.2", height="141", **GIRL)
    assert (found.status, found.severity, found.part) == ("warning", "warning", "body_mass_index")
    assert "body weight 77.2 kg and height 141 cm are a body mass index of 38.83 kg/m²" in found.message.lower()
    assert "implausibly large for a 10.5-year-old girl (modified z 4.78); our limit is at most 32.1" in found.message
    assert "Probably pounds for kilograms: 77.2 lb is 35.02 kg, which is plausible" in found.message
    assert found.cite == ("cdc2000-bmi#table", "beliefs#size-above", "beliefs#body-mass-factor")
    (check,) = found.checks
    assert (check.observable, check.comparison, check.holds) == ("body_mass_index", "at_most", False)
    assert check.observed["value"] == pytest.approx(77.2 / 1.41**2)
    # rows 125.5 and 126.5 of girls, halfway: L -2.10609, M 17.13571, S 0.140466
    two = 17.13571 * (1 - 2.10609 * 0.140466 * 2) ** (-1 / 2.10609)
    assert check.limit["value"] == pytest.approx(17.13571 + 3.3 * (two - 17.13571) / 2, rel=1e-5)


@pytest.mark.parametrize(
    "known",
    [
        {"weight": "77.2", **GIRL},
        {"weight": "77.2", "age": "10.5 y"},
        {"weight": "77.2", "height": "141", "age": "10.5 y"},
        {"weight": "77.2", "height": "141", "age": 10},
        {"weight": 145, "height": 165, "age": 40, "sex": "female"},
    ],
)
def test_pounds_are_told_without_a_sex_or_a_height_as_well(known):
    assert "Probably pounds for kilograms" in one(**known).message


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"weight": 141, "height": 35, **GIRL}, "Probably weight and height were swapped: 35 kg and 141 cm are plausi"),
        ({"weight": 141, "height": 35, "age": 10}, "Probably weight and height were swapped"),
        ({"weight": 141, "height": 35}, "Probably weight and height were swapped"),
        ({"weight": 180, "height": 70, "age": 40}, "Probably weight and height were swapped: 70 kg and 180 cm"),
        ({"weight": 35, "height": "55.5", **GIRL}, "Probably inches for centimetres: 55.5 in is 141 cm"),
        (
            {"weight": "77.2", "height": "55.5", "age": 10},
            "pounds for kilograms and inches for centimetres: 77.2 lb is",
        ),
        ({"weight": "35 lb", "height": 141, **GIRL}, "Probably kilograms for pounds: 35 kg is 77.16 lb"),
    ],
)
def test_slips_in_weight_and_height_are_told_together(known, words):
    found = finding(**known)
    assert found
    assert all(words in each.message for each in found)


@pytest.mark.parametrize(
    "known",
    [
        {"weight": 35, "height": 141, **GIRL},
        {"weight": 55, "height": 141, **GIRL},  # 27.7 kg/m²: far above the 95th centile, and no slip
        {"weight": 76, "height": 160, **GIRL},  # above the weights of her age, and no slip at her height
        {"weight": 140, "height": 175, "age": 40, "sex": "male"},
    ],
)
def test_tall_and_heavy_people_are_not_called_a_slip(known):
    found = one(**known)
    assert found.status == "pass"
    assert "body mass index" in found.message


def test_a_weight_above_all_of_its_age_is_a_warning_unless_its_height_explains_it():
    assert one(weight=76, **GIRL).part == "weight"
    assert one(weight=76, height=160, **GIRL).status == "pass"


def test_an_infant_is_held_against_weight_and_height_alone():
    found = one(weight=10, height=75, age=1)
    assert found.status == "pass"
    assert "body mass index" not in found.message
    assert "cdc2000-bmi#table" not in found.cite


def test_each_weight_meets_the_height_of_its_time():
    sizes = {"height": ["141@2025-01-01", "150@2026-01-01"], "start": "2026-01-10", **GIRL}
    assert one(weight=["35@2025-01-01", "40@2026-01-01"], **sizes).status == "pass"
    (found,) = finding(weight=["35@2025-01-01", "88.2@2026-01-01"], **sizes)
    assert "88.2 kg and height 150 cm" in found.message


def test_a_site_has_its_own_limit(tmp_path, monkeypatch):
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    fact = '[[facts]]\nid = "size-above"\nstatement = "Ours"\nvalues = ["500 %"]\n'
    sheet = 'schema = 1\nid = "beliefs"\ntitle = "Ours"\npublisher = "Us"\nkind = "belief"\n'
    (seeds / "beliefs.toml").write_text(sheet + fact)
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    assert one(weight="77.2", height="141", **GIRL).status == "pass"


def test_a_size_with_no_likely_slip_is_told_without_one():
    found = one(weight=110, age=6)
    assert "110 kg is" in found.message
    assert "Probably" not in found.message
    assert "Perhaps" not in found.message


def test_each_implausible_size_is_a_finding_of_its_own_part():
    found = finding(weight=60, height=190, age=5)
    assert [(f.part, f.status) for f in found] == [("weight", "warning"), ("height", "warning")]


def test_a_plausible_size_passes_and_shows_where_it_stands():
    found = one(weight=20, height=110, age=5, sex="male")
    assert (found.status, found.part) == ("pass", None)
    assert "body weight 20 kg (z " in found.message.lower()
    assert "plausible for a 5-year-old boy" in found.message


def test_without_an_age_nothing_is_said_unless_nobody_has_the_size():
    assert one(weight=20).status == "not_applicable"
    assert "no age was stated" in one(weight=20).message.lower()
    assert "Probably" not in one(weight=250).message
    big = one(weight=399)
    assert big.status == "warning"
    assert "above the reference for a person of any age" in big.message


def test_a_weight_of_one_dose_is_flagged_on_that_dose():
    plan = dosecalc.plan("clover2-20", bsa={1: "1.5 m^2", 3: "3.4 m^2"}, age=15, sex="female")
    (found,) = [f for f in plan.findings if f.rule == "plausible-size"]
    assert (found.dose, found.part, found.status) == (3, "bsa", "warning")


def test_completed_years_are_an_age_too():
    assert one(weight=44, sex="male", observables={"age_completed": "5 y"}).status == "warning"


def test_adults_rest_on_the_published_means_as_well():
    found = one(weight=70, age=40, sex="male")
    assert found.status == "pass"
    assert found.cite == ("cdc2000-growth#table", "czech-bsa-2015#weight")
    surfaces = one(weight=70, bsa="1.8 m^2", age=40, sex="male").cite
    assert surfaces[1:] == ("czech-bsa-2015#weight", "sacco-2010#bsa", "czech-bsa-2015#bsa")
    assert one(weight=20, age=5, sex="male").cite == ("cdc2000-growth#table",)


def test_a_warning_leaves_the_status_and_strict_counts_it(plan):
    answer = plan("clover2-20", "--bsa", "0.7", "--age", "25", "--sex", "male")
    assert answer.status == 0
    assert any(f["rule"] == "plausible-size" and f["status"] == "warning" for f in answer.json["findings"])
    assert plan("clover2-20", "--bsa", "0.7", "--age", "25", "--sex", "male", "--strict").status == 1


def test_the_plan_names_the_reference_that_it_used_and_no_other(plan):
    ids = [source["id"] for source in plan("clover2-20", "--bsa", "1.6", "--age", "25").json["sources"]]
    assert {"cdc2000-growth", "sacco-2010", "czech-bsa-2015", "cdc2000-growth.csv"} <= set(ids)
    assert "cdc2000-growth" not in [s["id"] for s in plan("clover2-20", "--bsa", "1.6").json["sources"]]
