"""The growth reference: its table, its arithmetic, and where a size stands.

z-scores are compared with a published example, with the inverse formula, and for a surface with the weight and the
stature that share them.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosecalc.course.observables import OBSERVABLES, read
from dosecalc.quantities import phrases
from dosecalc.reference import growth, people, tables
from dosecalc.reference.growth import ADULT_SURFACES, ADULT_WEIGHTS, LMS, Ages, Body

SEEDS = Path(__file__).parent.parent / "seeds"
TABLE = SEEDS / tables.TABLE
ROWS = list(csv.DictReader(io.StringIO(TABLE.read_text(encoding="utf-8"))))
REFERENCE = tables.growth()


def facts(sheet: str) -> dict[str, dict]:
    return {f["id"]: f for f in tomllib.loads((SEEDS / f"{sheet}.toml").read_text(encoding="utf-8"))["facts"]}


def years(low: float, high: float | None = None) -> Ages:
    return Ages(12 * low, 12 * (low + 1 if high is None else high))


# -- the table --------------------------------------------------------------------------------------------------


def test_the_table_is_the_one_that_the_fact_sheet_names():
    printed = facts("cdc2000-growth")["table"]["printed"]
    assert hashlib.sha256(TABLE.read_bytes()).hexdigest() in printed
    assert tables.identity() == {"id": "cdc2000-growth.csv", "sha256": printed.rpartition(" ")[2]}


@pytest.mark.parametrize("measure", ["weight_kg", "stature_cm"])
@pytest.mark.parametrize("sex", ["female", "male"])
def test_each_part_of_the_table_has_243_rows_from_birth_to_240_months_in_order(measure, sex):
    ages = [float(row["age_months"]) for row in ROWS if (row["measure"], row["sex"]) == (measure, sex)]
    assert len(ages) == 243
    assert ages == sorted(set(ages))
    assert (ages[0], ages[-1]) == (0, 240)


def test_every_row_has_a_value_at_each_plausible_z_so_that_the_band_is_whole():
    for row in ROWS:
        lms = LMS(*(float(row[key]) for key in "LMS"))
        low, high = lms.value(-3.0 - 1e-6), lms.value(3.0 + 1e-6)
        assert 0 < low < lms.m < high < math.inf


def test_a_girl_of_15_has_no_weight_at_z_5():
    """The distribution ends before it; the issue that such an end must not be silent is in the method itself."""
    assert REFERENCE.at("weight", "female", 186).value(5) == math.inf
    standing = growth.stand(REFERENCE, "weight", 200, years(15), "female")
    assert standing == (False, None, 1, False, 3.0)
    assert people.standing(standing, "15-year-old girl") == "above the reference for a 15-year-old girl"


def test_the_table_of_body_mass_is_the_one_that_its_fact_sheet_names():
    printed = facts("cdc2000-bmi")["table"]["printed"]
    assert tables.identity(tables.MASSES) == {"id": "cdc2000-bmi.csv", "sha256": printed.rpartition(" ")[2]}
    assert hashlib.sha256((SEEDS / tables.MASSES).read_bytes()).hexdigest() in printed
    for sex in growth.SEXES:
        ages = [months for months, _ in REFERENCE.rows["mass", sex]]
        assert len(ages) == 219
        assert ages == sorted(set(ages))
        assert (ages[0], ages[-1]) == (24, 240.5)


# -- the arithmetic ---------------------------------------------------------------------------------------------


def test_a_published_example_a_boy_of_nine_completed_months_with_9_7_kg():
    """The example of the notes to the data files: L -0.1600954, M 9.476500305, S 0.11218624, and z 0.207."""
    lms = REFERENCE.at("weight", "male", 9.5)
    assert lms == (-0.1600954, 9.476500305, 0.11218624)
    assert round(lms.z(9.7), 3) == 0.207


@given(st.floats(-2, 2), st.floats(1, 200), st.floats(0.03, 0.2), st.floats(-2, 2))
def test_value_and_z_score_are_each_others_inverse(l, m, s, z):  # noqa: E741
    lms = LMS(l, m, s)
    value = lms.value(z)
    if 0 < value < math.inf and (l == 0 or abs(l) > 1e-6):
        assert math.isclose(lms.z(value), z, abs_tol=1e-6)


def test_a_power_of_zero_is_the_logarithm():
    assert math.isclose(LMS(0, 10, 0.1).z(10 * math.exp(0.2)), 2)
    assert math.isclose(LMS(0, 10, 0.1).value(2), LMS(1e-9, 10, 0.1).value(2), rel_tol=1e-6)


def test_between_two_rows_the_parameters_lie_in_proportion():
    low, high = REFERENCE.at("height", "male", 100.5), REFERENCE.at("height", "male", 101.5)
    middle = REFERENCE.at("height", "male", 100.75)
    for a, b, between in zip(low, high, middle, strict=True):
        assert math.isclose(between, 0.75 * a + 0.25 * b)
    assert REFERENCE.at("height", "male", 300) == REFERENCE.at("height", "male", 240)


@pytest.mark.parametrize("sex", ["female", "male"])
@pytest.mark.parametrize("months", [3.0, 40.0, 100.25, 180.0, 240.0])
@pytest.mark.parametrize("z", [-4.5, -2.0, -0.3, 0.0, 1.0, 2.9])
def test_the_z_of_a_surface_is_the_one_that_weight_and_stature_share(sex, months, z):
    weight, height = (REFERENCE.at(measure, sex, months) for measure in ("weight", "height"))
    surface = math.sqrt(weight.value(z) * height.value(z) / 3600)
    assert math.isclose(Body(weight, height).z("bsa", surface, REFERENCE.guard), z, abs_tol=1e-6)


# -- body mass --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("z", "printed"),
    [(-1.644854, 14.73732), (-0.6744898, 15.74164), (0, 16.57503), (1.036433, 18.16219), (1.644854, 19.33801)],
)
def test_centiles_of_boys_of_24_months_are_those_that_cdc_prints(z, printed):
    """The 5th, 25th, 50th, 85th and 95th centile of the data file of the body mass index."""
    assert round(REFERENCE.at("mass", "male", 24.0).value(z), 5) == printed


def test_a_modified_z_worked_by_hand():
    """Boys of 24 months: M 16.57503, L -2.01118, S 0.0805925.

    1 + 2 L S = 0.675827, whose logarithm is -0.391818; divided by L 0.194820, the logarithm of 1.215091. So z = 2 is at
    20.1402, and a half of the way is 1.7826.
    """
    mass = REFERENCE.at("mass", "male", 24.0)
    two = 16.57502768 * (1 + -2.01118107 * 0.080592465 * 2) ** (1 / -2.01118107)
    half = (two - 16.57502768) / 2
    assert round(half, 4) == 1.7826
    assert math.isclose(growth.modified_z(mass.value, 16.57502768 + 8 * half), 8)
    assert math.isclose(growth.reach(mass.value, 3.3), 16.57502768 + 3.3 * half)
    assert growth.modified_z(mass.value, mass.value(-2)) == pytest.approx(-2)
    assert growth.reach(mass.value, -2) == pytest.approx(mass.value(-2))


def test_a_modified_z_grows_as_far_as_the_size_does_where_z_stands_still():
    """A girl of 17: at twice and at three times the median weight z is 2.4 and 2.9."""
    weight = REFERENCE.at("weight", "female", 204.5)
    twice, thrice = 2 * weight.m, 3 * weight.m
    assert weight.z(thrice) < 3.0
    assert growth.modified_z(weight.value, thrice) == pytest.approx(2 * growth.modified_z(weight.value, twice))


@given(st.floats(8, 70), st.integers(2, 90), st.sampled_from(growth.SEXES))
def test_an_unknown_sex_or_age_widens_the_band_of_body_mass(value, age, sex):
    alone = growth.stand_mass(REFERENCE, value, years(age), sex)
    either = growth.stand_mass(REFERENCE, value, years(age), None)
    anybody = growth.stand_mass(REFERENCE, value, None, None)
    assert alone.plausible in (True, False)
    if alone.plausible:
        assert either.plausible
        assert anybody.plausible is None
    assert anybody.plausible is not True


def test_under_two_years_no_body_mass_is_held_against_anything():
    assert growth.stand_mass(REFERENCE, 40, Ages(23.9, 23.9), "male") is None
    assert growth.stand_mass(REFERENCE, 40, years(1), None) is None
    assert growth.stand_mass(REFERENCE, 40, years(2), None).plausible is False


def test_the_limit_of_body_mass_is_the_further_of_a_modified_z_and_of_half_as_much_again_as_the_median():
    """Boys of 60.5 months vary little: 1.5 M lies further out than 3.3 halves. Girls of 204.5 months vary much."""
    young, old = REFERENCE.at("mass", "male", 60.5), REFERENCE.at("mass", "female", 204.5)
    assert growth.mass_limits(REFERENCE, Ages(60.5, 60.5), "male")[1] == 1.5 * young.m > growth.reach(young.value, 3.3)
    assert growth.mass_limits(REFERENCE, Ages(204.5, 204.5), "female")[1] == growth.reach(old.value, 3.3) > 1.5 * old.m


def test_adults_are_held_against_our_limits():
    assert growth.mass_limits(REFERENCE, years(20), None) == (12, 50)
    assert growth.mass_limits(REFERENCE, years(60), "male") == (12, 50)


# -- adults -----------------------------------------------------------------------------------------------------


def test_the_means_of_adults_are_those_of_the_fact_sheets():
    uk, czech = facts("sacco-2010")["bsa"]["values"], facts("czech-bsa-2015")["bsa"]["values"]
    weights = facts("czech-bsa-2015")["weight"]["values"]
    for at, sex in ((1, "male"), (2, "female")):
        assert [float(text.split()[0]) for text in (uk[at], czech[at])] == list(ADULT_SURFACES[sex])
        assert [float(weights[at - 1].split()[0])] == list(ADULT_WEIGHTS[sex])


@pytest.mark.parametrize("sex", ["female", "male"])
def test_a_published_mean_stands_in_the_middle_of_adults(sex):
    for mean in ADULT_SURFACES[sex]:
        assert abs(growth.stand(REFERENCE, "bsa", mean, years(40), sex).z) < 1e-6
    for mean in ADULT_WEIGHTS[sex]:
        assert abs(growth.stand(REFERENCE, "weight", mean, years(40), sex).z) < 1e-9


def test_an_adult_may_be_as_light_as_a_20_year_old():
    """The mean weight of patients is above that of 20-year-olds, and both are adults: 45 kg is no slip."""
    assert growth.stand(REFERENCE, "weight", 45, years(30), "female").plausible
    assert not growth.stand(REFERENCE, "weight", 30, years(30), "female").plausible


# -- where a size stands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("surface", "ages", "sex", "plausible"),
    [
        (0.79125, years(25), "male", False),
        (1.5825, years(25), "male", True),
        (0.73625, years(15), "female", False),
        (1.4725, years(15), "female", True),
        (0.79125, years(6), None, True),
        (1.5825, years(6), None, False),
    ],
)
def test_surfaces_of_the_founding_cases(surface, ages, sex, plausible):
    assert growth.stand(REFERENCE, "bsa", surface, ages, sex).plausible is plausible
    assert growth.plausible(REFERENCE, "bsa", surface, ages, sex) is plausible


SIZES = st.one_of(
    st.tuples(st.just("weight"), st.floats(1, 250)),
    st.tuples(st.just("height"), st.floats(30, 230)),
    st.tuples(st.just("bsa"), st.floats(0.08, 4)),
)


def beyond_the_guard(kind: str, value: float, ages: Ages, sex: str) -> bool:
    """Whether a size lies above z = 3, or 3.3 halves of the way from the median to z = 2, of all months and means."""
    held = list(growth.bodies(REFERENCE, kind, ages, sex))
    far = [body.value(kind, 0) + 3.3 * (body.value(kind, 2) - body.value(kind, 0)) / 2 for body in held]
    return all(
        value > far_from_it or body.z(kind, value, REFERENCE.guard) > 3.0
        for body, far_from_it in zip(held, far, strict=True)
    )


@given(SIZES, st.integers(0, 90), st.sampled_from(["female", "male", None]))
def test_plausible_means_a_z_of_at_most_3_and_the_quick_answer_is_the_same(size, age, sex):
    """At most 3, and not beyond the guard, which tells what z does not: how far above the median a size is."""
    kind, value = size
    found = growth.stand(REFERENCE, kind, value, years(age), sex)
    assert found.plausible is growth.plausible(REFERENCE, kind, value, years(age), sex)
    if found.z is not None:
        beyond = beyond_the_guard(kind, value, years(age), sex)
        assert found.plausible or beyond or abs(found.z) > 3.0 - 1e-6
        assert not (found.plausible and (beyond or abs(found.z) > 3.0 + 1e-6))
        assert found.side == 0 or (found.z > 0) is (found.side > 0)


@given(SIZES, st.integers(0, 90))
def test_an_unknown_sex_widens_the_band_and_never_guesses(size, age):
    kind, value = size
    each = [growth.plausible(REFERENCE, kind, value, years(age), sex) for sex in growth.SEXES]
    either = growth.stand(REFERENCE, kind, value, years(age), None)
    assert either.plausible or not any(each)
    assert either.z is None


@given(SIZES, st.integers(0, 90), st.sampled_from(growth.SEXES))
def test_without_an_age_only_what_nobody_has_is_implausible(size, age, sex):
    kind, value = size
    found = growth.stand(REFERENCE, kind, value, None, sex)
    assert found.plausible in (None, False)
    if growth.plausible(REFERENCE, kind, value, years(age), sex):
        assert found.plausible is None
    assert found.z is None


def test_without_an_age_the_band_holds_the_band_of_every_month():
    for kind in ("weight", "height", "bsa"):
        low, high = growth.limits(REFERENCE, kind, None, None)
        for month in range(240):
            least, most = growth.limits(REFERENCE, kind, Ages(month, month + 1), None)
            assert low <= least < most <= high


def test_the_ages_at_which_a_size_is_plausible():
    low, high = growth.ages_with(REFERENCE, "bsa", 0.79125, None)
    assert [growth.plausible(REFERENCE, "bsa", 0.79125, years(y), None) for y in (low - 1, low, high, high + 1)] == [
        False,
        True,
        True,
        False,
    ]
    assert growth.ages_with(REFERENCE, "bsa", 2.6, None)[1] == math.inf
    assert growth.ages_with(REFERENCE, "bsa", 9, None) is None


# -- ages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("6", 72, 84), ("6 y", 72, 84), ("6.5 y", 78, 78), ("18 month", 18, 18), ("0 y", 0, 12), ("12 month", 12, 12)],
)
def test_whole_years_are_completed_years_and_anything_else_is_exact(text, low, high):
    ages = people.ages_of(read(OBSERVABLES["age"], text))
    assert ages is not None
    assert math.isclose(ages.youngest, low, abs_tol=1e-9)
    assert math.isclose(ages.oldest, high, abs_tol=1e-9)


def test_a_year_holds_every_day_of_it_also_where_the_table_jumps():
    """Girls of 23.75 months may be 95.4 cm; at 24 months the table goes over from length to stature, which is less."""
    assert growth.plausible(REFERENCE, "height", 95.4, Ages(23.75, 23.75), "female")
    assert growth.plausible(REFERENCE, "height", 95.4, years(1), "female")
    assert growth.stand(REFERENCE, "height", 95.4, years(1), "female").plausible


@given(SIZES, st.integers(0, 19), st.floats(0, 0.999), st.sampled_from(growth.SEXES))
def test_what_is_plausible_on_a_day_is_plausible_in_its_year(size, year, part, sex):
    kind, value = size
    day = 12 * (year + part)
    if growth.plausible(REFERENCE, kind, value, Ages(day, day), sex):
        assert growth.plausible(REFERENCE, kind, value, years(year), sex)


@pytest.mark.parametrize(
    ("age", "sex", "words"),
    [
        ("0", "male", "boy under one year"), ("0", None, "child under one year"), ("1", "female", "1-year-old girl"),
        ("9 month", "female", "9-month-old girl"), ("18.4 month", "male", "18.4-month-old boy"),
        ("3 day", None, "3-day-old"), ("25", "male", "25-year-old man"), ("11.5", "male", "11.5-year-old boy"),
        (None, "female", "woman or girl"), (None, None, "person of any age"),
    ],
)  # fmt: skip
def test_people_are_called_by_the_age_that_was_stated(age, sex, words):
    assert people.person(None if age is None else read(OBSERVABLES["age"], age), sex) == words


def test_no_age_is_no_ages():
    assert people.ages_of(None) is None


@pytest.mark.parametrize(
    ("found", "words"),
    [((0, 0), "children under one year"), ((0, 3), "children of up to 3 years"), ((2, 9), "people of 2 to 9 years"),
     ((4, 4), "people of 4 years"), ((14, math.inf), "people from 14 years on"), ((20, math.inf), "adults"),
     (None, "nobody in the reference population")],
)  # fmt: skip
def test_ages_are_worded(found, words):
    assert people.ages(found) == words


@pytest.mark.parametrize(
    ("noun", "article"),
    [("8-year-old", "an"), ("11-year-old", "an"), ("11.5-year-old", "an"), ("18-month-old", "an"),
     ("81-year-old", "an"),      ("15-year-old", "a"), ("1-year-old", "a"), ("180-year-old", "a"), ("man or boy", "a")],
)  # fmt: skip
def test_numbers_have_the_article_of_how_they_are_spoken(noun, article):
    assert phrases.article(noun) == f"{article} {noun}"
