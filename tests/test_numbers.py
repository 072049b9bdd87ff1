"""Two number systems, one meaning: exact rationals for one patient, arrays of floats for many.

Three-valued truth is compared with Kleene's tables, written out as minimum and maximum over false < unknown < true;
choices with an enumeration of everything that the unknown truths could turn out to be; floats with the rationals that
they were derived from.
"""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosecalc.quantities.numbers import (
    EXACT,
    FALSE,
    TRUE,
    UNSURE,
    Arrays,
    Bounds,
    Tri,
    Unknown,
    all_of,
    any_of,
    apart,
    definite,
    ends,
)

ARRAYS = Arrays()
NAN = float("nan")

# -- three-valued truth -----------------------------------------------------------------------------------------

NO, MAYBE, YES = 0, 1, 2
KLEENE = {NO: FALSE, MAYBE: UNSURE, YES: TRUE}


def kleene(truth):
    """0, 1 or 2 for false, unknown and true; an error for a truth that claims both."""
    return {(False, True): NO, (False, False): MAYBE, (True, False): YES}[bool(truth.yes), bool(truth.no)]


@pytest.mark.parametrize(("a", "b"), list(itertools.product(KLEENE, repeat=2)))
def test_and_and_or_follow_the_tables_of_kleene(a, b):
    assert kleene(KLEENE[a] & KLEENE[b]) == min(a, b)
    assert kleene(KLEENE[a] | KLEENE[b]) == max(a, b)


@pytest.mark.parametrize("a", KLEENE)
def test_not_exchanges_the_claims_and_leaves_unknown_alone(a):
    assert kleene(~KLEENE[a]) == 2 - a


def masks(values):
    return Tri(np.array([v == YES for v in values]), np.array([v == NO for v in values]))


def test_truths_of_arrays_follow_the_same_tables_element_by_element():
    pairs = list(itertools.product(KLEENE, repeat=2))
    left, right = masks([a for a, _ in pairs]), masks([b for _, b in pairs])
    assert [kleene(Tri(y, n)) for y, n in zip(*(left & right), strict=True)] == [min(pair) for pair in pairs]
    assert [kleene(Tri(y, n)) for y, n in zip(*(left | right), strict=True)] == [max(pair) for pair in pairs]
    assert [kleene(Tri(y, n)) for y, n in zip(*~left, strict=True)] == [2 - a for a, _ in pairs]


@given(st.lists(st.sampled_from([NO, MAYBE, YES]), max_size=6))
def test_all_of_is_the_least_and_any_of_the_greatest_truth(values):
    truths = [KLEENE[v] for v in values]
    assert kleene(all_of(truths)) == min(values, default=YES)
    assert kleene(any_of(iter(truths))) == max(values, default=NO)


# -- unknown ----------------------------------------------------------------------------------------------------

OPERATIONS = {
    "+": lambda a, b: a + b, "-": lambda a, b: a - b, "*": lambda a, b: a * b, "/": lambda a, b: a / b,
}  # fmt: skip


@pytest.mark.parametrize("sign", OPERATIONS)
@pytest.mark.parametrize("other", [0, 3, Fraction(8, 5), 1.5, Fraction(0)])
def test_unknown_absorbs_arithmetic_on_either_side(sign, other):
    weight = Unknown("weight")
    for made in (OPERATIONS[sign](weight, other), OPERATIONS[sign](other, weight)):
        assert isinstance(made, Unknown)
        assert made.lacks == {"weight"}


def test_two_unknowns_together_lack_what_both_lack():
    made = (Unknown("weight") * 2 + Unknown("height")) / Unknown("weight")
    assert made.lacks == {"weight", "height"}
    assert (Unknown() + Unknown("bsa")).lacks == {"bsa"}
    assert (Unknown("bsa") + Unknown()).lacks == {"bsa"}


def test_adding_to_an_unknown_never_changes_what_it_was_before():
    weight = Unknown("weight")
    _ = weight + Unknown("height")
    assert weight.lacks == {"weight"}


@pytest.mark.parametrize("other", [0, 3, Fraction(8, 5), 1.5, float("inf"), Unknown("age"), "text", None])
def test_every_comparison_with_unknown_is_false(other):
    weight = Unknown("weight")
    assert not weight == other  # noqa: SIM201  # equality is what is being tested, not its negation
    if other is not None and not isinstance(other, str):
        assert [weight < other, weight <= other, weight > other, weight >= other] == [False] * 4
        assert [other < weight, other <= weight, other > weight, other >= weight] == [False] * 4


def test_unknown_is_not_even_equal_to_itself():
    weight = Unknown("weight")
    assert kleene(EXACT.equal(weight, weight)) == MAYBE
    assert kleene(EXACT.at_least(weight, weight)) == MAYBE
    assert not (weight == weight)  # noqa: PLR0124, SIM201  # as NaN is not


@pytest.mark.parametrize("known", [Fraction(0), Fraction(60), 1.5])
def test_neither_claim_is_made_about_an_unknown(known):
    for a, b in ((EXACT.unknown("weight"), known), (known, EXACT.unknown("weight"))):
        assert [kleene(compare(a, b)) for compare in (EXACT.above, EXACT.at_least, EXACT.equal)] == [MAYBE] * 3


@pytest.mark.parametrize("known", [0.0, 60.0, -0.0])
def test_neither_claim_is_made_about_a_nan(known):
    array = np.array([NAN, known])
    for compare in (ARRAYS.above, ARRAYS.at_least, ARRAYS.equal):
        for truth in (compare(array, known), compare(known, array)):
            assert kleene(Tri(truth.yes[0], truth.no[0])) == MAYBE
            assert kleene(Tri(truth.yes[1], truth.no[1])) != MAYBE


@pytest.mark.parametrize("known", [0.0, Fraction(60), NAN])
def test_neither_claim_is_made_about_a_nan_that_a_float_step_left_in_the_exact_system(known):
    for compare in (EXACT.above, EXACT.at_least, EXACT.equal):
        assert kleene(compare(NAN, known)) == kleene(compare(known, NAN)) == MAYBE


def test_an_infinite_value_is_never_claimed_to_be_within_a_limit():
    infinite = float("inf")
    assert kleene(EXACT.above(infinite, Fraction(60))) != NO
    assert kleene(EXACT.at_least(Fraction(60), infinite)) != YES
    assert not ARRAYS.above(np.array([infinite]), 60.0).no[0]
    assert not ARRAYS.at_least(60.0, np.array([infinite])).yes[0]


# -- bounds -----------------------------------------------------------------------------------------------------

RATIONALS = st.fractions(min_value=-1000, max_value=1000, max_denominator=1000)
INTERVALS = st.tuples(RATIONALS, RATIONALS).map(sorted).map(lambda pair: Bounds(*pair))
POINTS = st.one_of(RATIONALS, INTERVALS)


@given(POINTS, POINTS, st.integers(1, 50))
def test_sums_and_quotients_of_bounds_hold_every_sum_that_is_possible(a, b, divisor):
    if not isinstance(a, Bounds) and not isinstance(b, Bounds):
        a = Bounds(a, a)
    possible = [x + y for x in ends(a) for y in ends(b)]
    assert ends(a + b) == ends(b + a) == (min(possible), max(possible))
    assert ends((a + b) / divisor) == (min(possible) / divisor, max(possible) / divisor)


@given(st.lists(st.one_of(INTERVALS, st.fractions(max_denominator=50)), min_size=1, max_size=5))
def test_bounds_add_up_from_zero_with_sum(parts):
    total = sum(parts, Bounds(Fraction(0), Fraction(0)))
    assert ends(total) == (sum(ends(p)[0] for p in parts), sum(ends(p)[1] for p in parts))
    assert ends(sum([Bounds(Fraction(1), Fraction(2)), *parts])) == (total.low + 1, total.high + 2)


@given(POINTS, POINTS)
def test_a_comparison_of_bounds_claims_what_holds_for_every_value_between_them(a, b):
    pairs = [(x, y) for x in ends(a) for y in ends(b)]  # both comparisons are monotone: the ends decide
    above = YES if all(x > y for x, y in pairs) else NO if not any(x > y for x, y in pairs) else MAYBE
    at_least = YES if all(x >= y for x, y in pairs) else NO if not any(x >= y for x, y in pairs) else MAYBE
    assert (kleene(EXACT.above(a, b)), kleene(EXACT.at_least(a, b))) == (above, at_least)


@pytest.mark.parametrize(
    ("this_course", "above_60"), [("59", MAYBE), ("60", MAYBE), ("60.0000000001", YES), ("72", YES)]
)
def test_an_unstated_prior_breaks_a_cap_only_when_the_course_alone_does(this_course, above_60):
    lifetime = Bounds(Fraction(0), EXACT.unknown("--prior")) + Fraction(this_course)
    assert kleene(EXACT.above(lifetime, Fraction(60))) == above_60
    assert not EXACT.known(lifetime)
    many = Bounds(np.array([0.0]), np.array([NAN])) + float(this_course)
    truth = ARRAYS.above(many, 60.0)
    assert kleene(Tri(truth.yes[0], truth.no[0])) == above_60
    assert not ARRAYS.known(many)[0]


@given(st.lists(st.tuples(INTERVALS, RATIONALS), min_size=1, max_size=20))
def test_bounds_of_arrays_compare_as_bounds_of_rationals_do(pairs):
    limits = [limit for _, limit in pairs]
    many = Bounds(np.array([float(b.low) for b, _ in pairs]), np.array([float(b.high) for b, _ in pairs]))
    for name in ("above", "at_least"):
        truth = getattr(ARRAYS, name)(many, np.array([float(limit) for limit in limits]))
        exact = [kleene(getattr(EXACT, name)(b, limit)) for b, limit in pairs]
        assert [kleene(Tri(y, n)) for y, n in zip(*truth, strict=True)] == exact


def test_known_bounds_are_known_and_a_plain_value_is_both_of_its_ends():
    assert EXACT.known(Bounds(Fraction(1), Fraction(2)))
    assert EXACT.known(Fraction(1))
    assert not EXACT.known(EXACT.unknown("bsa"))
    assert ends(Fraction(3)) == (3, 3)
    assert list(ARRAYS.known(np.array([1.0, NAN]))) == [True, False]


# -- the two systems agree, ties above all ----------------------------------------------------------------------

TENTHS = st.integers(30, 1200).map(lambda n: Fraction(n, 10))
LEVELS = st.integers(1, 240).map(lambda n: Fraction(n, 8))
ROUTES = (
    lambda w, x: x * w / w,
    lambda w, x: x * w * 37 / 37 / w,
    lambda w, x: x * 37 * w / w / 37,
    lambda w, x: x / 1000 * w * 37 * 1000 / w / 37,
    lambda w, x: (x * w * 37) / (w * 37),
)
"""Ways to a level per weight and back that a program might take: exact ones give the level again."""


@given(TENTHS, LEVELS, LEVELS, st.sampled_from(range(len(ROUTES))))
def test_floats_derived_from_rationals_compare_as_the_rationals_do(weight, level, limit, route):
    derived = ROUTES[route](np.array([float(weight)]), float(level))
    for compared in (limit, level):
        for name in ("above", "at_least", "equal"):
            exact = kleene(getattr(EXACT, name)(level, compared))
            truth = getattr(ARRAYS, name)(derived, float(compared))
            assert kleene(Tri(truth.yes[0], truth.no[0])) == exact
            assert kleene(getattr(EXACT, name)(float(derived[0]), compared)) == exact
            swapped = getattr(ARRAYS, name)(float(compared), derived)
            assert kleene(Tri(swapped.yes[0], swapped.no[0])) == kleene(getattr(EXACT, name)(compared, level))


@given(st.lists(RATIONALS, min_size=2, max_size=30))
def test_comparisons_are_those_of_the_rational_numbers(values):
    for a, b in itertools.pairwise(values):
        assert EXACT.above(a, b) == Tri(a > b, a <= b)
        assert EXACT.at_least(a, b) == Tri(a >= b, a < b)
        assert EXACT.equal(a, b) == Tri(a == b, a != b)


def test_exactly_12_is_above_12_for_no_weight_though_naive_floats_say_so():
    weights = np.arange(30, 1201) / 10
    there_and_back = 12 * weights * 37 / 37 / weights
    naive = int((there_and_back > 12).sum())
    assert naive > 0  # the trap is real; the design counted 16.8 % on another route
    above, at_least = ARRAYS.above(there_and_back, 12.0), ARRAYS.at_least(there_and_back, 12.0)
    assert (above.yes.sum(), above.no.sum(), at_least.yes.sum(), at_least.no.sum()) == (0, 1171, 1171, 0)
    for tenths in range(30, 1201):
        weight = Fraction(tenths, 10)
        assert EXACT.above(12 * weight * 37 / 37 / weight, Fraction(12)) == FALSE


def test_five_doses_of_12_reach_60_and_do_not_exceed_it_for_any_weight():
    weights = np.arange(30, 1201) / 10
    total = sum(12 * weights * 37 for _ in range(5)) / 37 / weights
    assert not ARRAYS.above(total, 60.0).yes.any()
    assert ARRAYS.above(total, 60.0).no.all()
    assert ARRAYS.above(total + 1e-6, 60.0).yes.all()


# -- the window -------------------------------------------------------------------------------------------------

EPSILON = 2.0**-52
INSIDE, OUTSIDE = 1 + 4503 * EPSILON, 1 + 4504 * EPSILON
"""Neighbouring doubles on either side of 1 + 1e-12: 4503 steps are 0.99987e-12, 4504 are 1.00009e-12."""


@pytest.mark.parametrize("scale", [1.0, 2.0**10, 2.0**-30, -1.0])
def test_floats_are_equal_up_to_the_edge_of_the_window_and_not_beyond(scale):
    limit = scale
    for near, equal in ((INSIDE * scale, YES), (OUTSIDE * scale, NO), (scale / INSIDE, YES), (scale / OUTSIDE, NO)):
        assert kleene(EXACT.equal(near, limit)) == equal
        assert kleene(EXACT.equal(near, Fraction(limit))) == equal
        truth = ARRAYS.equal(np.array([near]), limit)
        assert kleene(Tri(truth.yes[0], truth.no[0])) == equal


@pytest.mark.parametrize(("value", "above", "at_least"), [
    (INSIDE * 64, NO, YES), (OUTSIDE * 64, YES, YES), (64.0, NO, YES), (64 / INSIDE, NO, YES), (64 / OUTSIDE, NO, NO),
])  # fmt: skip
def test_the_window_lets_no_float_be_above_or_below_by_a_rounding(value, above, at_least):
    array = np.array([value])
    limit = Fraction(64)
    assert (kleene(EXACT.above(value, limit)), kleene(EXACT.at_least(value, limit))) == (above, at_least)
    for name, expected in (("above", above), ("at_least", at_least)):
        truth = getattr(ARRAYS, name)(array, 64.0)
        assert kleene(Tri(truth.yes[0], truth.no[0])) == expected


def test_rationals_have_no_window():
    limit, hair = Fraction(60), Fraction(1, 10**40)
    assert EXACT.above(limit + hair, limit) == TRUE
    assert EXACT.above(limit, limit) == FALSE
    assert EXACT.at_least(limit - hair, limit) == FALSE
    assert EXACT.equal(limit, limit - hair) == FALSE


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_every_comparison_of_known_numbers_is_decided_and_alike_in_both_systems(a, b):
    for name in ("above", "at_least", "equal"):
        exact = getattr(EXACT, name)(a, b)
        many = getattr(ARRAYS, name)(np.array([a]), b)
        assert kleene(exact) == kleene(Tri(many.yes[0], many.no[0])) != MAYBE
    assert EXACT.at_least(b, a) == ~EXACT.above(a, b)


@pytest.mark.parametrize(("a", "b"), list(itertools.product([0.0, -0.0, Fraction(0)], repeat=2)))
def test_negative_zero_is_zero(a, b):
    assert (EXACT.above(a, b), EXACT.at_least(a, b), EXACT.equal(a, b)) == (FALSE, TRUE, TRUE)
    many = np.array([float(a)])
    truths = [compare(many, float(b)) for compare in (ARRAYS.above, ARRAYS.at_least, ARRAYS.equal)]
    assert [kleene(Tri(t.yes[0], t.no[0])) for t in truths] == [NO, YES, YES]


# -- the first row that holds -----------------------------------------------------------------------------------


def outcomes(rows):
    """Every row value that could turn out to be chosen, once each unsure truth is settled either way."""
    found = set()
    open_rows = [i for i, (truth, _) in enumerate(rows) if truth == MAYBE]
    for settled in itertools.product([False, True], repeat=len(open_rows)):
        truths = [truth == YES for truth, _ in rows]
        for i, holds in zip(open_rows, settled, strict=True):
            truths[i] = holds
        found.add(next((value for holds, (_, value) in zip(truths, rows, strict=True) if holds), "no row"))
    return found


def chosen(rows):
    """(the value, or None while it is not known; whether certainly no row holds)."""
    found = outcomes(rows)
    one = next(iter(found)) if len(found) == 1 else "no row"
    return (None if one in ("no row", "unstated") else one), found == {"no row"}


def exact_rows(rows):
    return [(KLEENE[t], EXACT.unknown("x") if v == "unstated" else Fraction(v, 10)) for t, v in rows]


ROWS = st.lists(
    st.tuples(st.sampled_from([NO, MAYBE, YES]), st.sampled_from([5, 8, "unstated"])), min_size=1, max_size=5
)


@given(ROWS)
def test_first_gives_a_value_only_when_every_row_that_could_be_first_gives_it(rows):
    value, none = EXACT.first(exact_rows(rows))
    wanted, wanted_none = chosen(rows)
    assert (None if isinstance(value, Unknown) else value * 10, none) == (wanted, wanted_none)


@given(st.integers(1, 4).flatmap(lambda n: st.lists(
    st.tuples(*[st.tuples(st.sampled_from([NO, MAYBE, YES]), st.sampled_from([5, 8, "unstated"]))] * n),
    min_size=1, max_size=8,
)))  # fmt: skip
def test_first_among_arrays_gives_each_patient_what_it_gives_him_alone(patients):
    rows = []
    for row in zip(*patients, strict=True):
        values = np.array([NAN if v == "unstated" else v / 10 for _, v in row])
        rows.append((masks([t for t, _ in row]), values))
    values, none = ARRAYS.first(rows)
    for i, patient in enumerate(patients):
        wanted, wanted_none = chosen(patient)
        assert bool(none[i]) == wanted_none
        assert math.isnan(values[i]) if wanted is None else values[i] == pytest.approx(wanted / 10)


def test_an_earlier_row_that_is_true_hides_every_later_one():
    assert EXACT.first([(TRUE, Fraction(5)), (TRUE, Fraction(8))]) == (5, False)
    assert EXACT.first([(FALSE, Fraction(5)), (TRUE, Fraction(8))]) == (8, False)
    assert EXACT.first([(TRUE, Fraction(5)), (UNSURE, EXACT.unknown("x"))]) == (5, False)


def test_an_earlier_row_that_is_unknown_makes_the_choice_unknown_unless_it_gives_the_same():
    value, none = EXACT.first([(UNSURE, Fraction(5)), (TRUE, Fraction(8))])
    assert (type(value), none) == (Unknown, False)
    assert EXACT.first([(UNSURE, Fraction(5)), (TRUE, Fraction(5))]) == (5, False)
    value, none = EXACT.first([(UNSURE, Fraction(5)), (UNSURE, Fraction(5))])
    assert (type(value), none) == (Unknown, False)


def test_when_no_row_holds_first_says_so():
    value, none = EXACT.first([(FALSE, Fraction(5)), (FALSE, Fraction(8))])
    assert (type(value), none) == (Unknown, True)
    values, nobody = ARRAYS.first([(masks([NO, NO]), 0.5), (masks([NO, YES]), 0.8)])
    assert math.isnan(values[0])
    assert (values[1], list(nobody)) == (0.8, [True, False])


def test_rows_that_differ_by_a_rounding_are_alike():
    by_another_route = 16.8 * 7.3 * 37 / 37 / 7.3
    assert EXACT.first([(UNSURE, by_another_route), (TRUE, Fraction(168, 10))])[0] == pytest.approx(16.8)
    values, _ = ARRAYS.first([(masks([MAYBE]), np.array([by_another_route])), (masks([YES]), 16.8)])
    assert values[0] == pytest.approx(16.8)
    values, _ = ARRAYS.first([(masks([MAYBE]), np.array([16.8 * OUTSIDE])), (masks([YES]), 16.8)])
    assert math.isnan(values[0])


# -- the other operations ---------------------------------------------------------------------------------------


@given(st.one_of(st.none(), RATIONALS), st.one_of(st.none(), RATIONALS))
def test_either_takes_the_first_that_is_known(a, b):
    expected = a if a is not None else b
    exact = EXACT.either(*(EXACT.unknown("x") if v is None else v for v in (a, b)))
    assert (None if isinstance(exact, Unknown) else exact) == expected
    many = ARRAYS.either(*(np.array([NAN if v is None else float(v)]) for v in (a, b)))
    assert math.isnan(many[0]) if expected is None else many[0] == float(expected)


def test_where_chooses_by_the_mask():
    assert (EXACT.where(True, 1, 2), EXACT.where(False, 1, 2)) == (1, 2)
    assert list(ARRAYS.where(np.array([True, False]), 1.0, 2.0)) == [1.0, 2.0]


@pytest.mark.parametrize(("mask", "other"), list(itertools.product([False, True], repeat=2)))
def test_a_mask_except_where_another_holds(mask, other):
    assert EXACT.except_where(mask, other) is (mask and not other)
    assert list(ARRAYS.except_where(np.array([mask]), np.array([other]))) == [mask and not other]


@given(RATIONALS, RATIONALS)
def test_two_numbers_are_as_far_apart_as_the_larger_is_above_the_smaller(a, b):
    assert apart(a, b) == apart(b, a) == max(a, b) - min(a, b)


def test_only_one_known_number_is_definite():
    assert definite(Fraction(3)) == 3
    for value in (Unknown("weight"), Bounds(Fraction(1), Fraction(1))):
        with pytest.raises(TypeError):
            definite(value)


@given(st.integers(0, 120), st.integers(0, 11))
def test_completed_years_are_whole_years_in_both_systems(years, months):
    age = Fraction(years) + Fraction(months, 12)
    assert EXACT.floor(age) == years
    as_days = float(years * Fraction(1461, 4) + months * Fraction(487, 16))
    assert ARRAYS.floor(np.array([as_days / 365.25]))[0] == years


@given(st.integers(-1000, 1000))
def test_the_floor_of_a_whole_number_is_the_number(number):
    assert EXACT.floor(Fraction(number)) == number
    assert ARRAYS.floor(np.array([float(number)]))[0] == number


def test_a_birthday_that_a_float_missed_by_a_rounding_counts_in_both_systems():
    just_below = math.nextafter(13.0, 0.0)
    assert ARRAYS.floor(np.array([just_below]))[0] == 13
    assert EXACT.floor(just_below) == 13
    assert ARRAYS.floor(np.array([12.9]))[0] == EXACT.floor(Fraction(129, 10)) == EXACT.floor(12.9) == 12


@pytest.mark.parametrize("divisor", [Fraction(0), 0.0, -0.0])
@pytest.mark.parametrize("dividend", [Fraction(0), Fraction(3), 2.5])
def test_nothing_is_known_over_a_zero(dividend, divisor):
    assert isinstance(EXACT.quotient(dividend, divisor), Unknown)
    assert math.isnan(ARRAYS.quotient(float(dividend), np.array([float(divisor)]))[0])


def test_a_quotient_divides_and_keeps_what_is_lacking():
    assert EXACT.quotient(Fraction(3), Fraction(4)) == Fraction(3, 4)
    for quotient in (EXACT.quotient(Unknown("weight"), Fraction(0)), EXACT.quotient(Fraction(1), Unknown("weight"))):
        assert isinstance(quotient, Unknown)
        assert quotient.lacks == {"weight"}
    many = ARRAYS.quotient(np.array([3.0, 3.0, NAN]), np.array([4.0, NAN, 0.0]))
    np.testing.assert_array_equal(many, [0.75, NAN, NAN])


def test_floor_root_and_logarithm_of_the_unknown_are_unknown():
    unknown = EXACT.unknown("weight")
    for made in (EXACT.floor(unknown), EXACT.power(unknown, 0.5), EXACT.log10(unknown)):
        assert isinstance(made, Unknown)
        assert made.lacks == {"weight"}
    array = np.array([NAN])
    assert np.isnan([ARRAYS.floor(array)[0], ARRAYS.power(array, 0.5)[0], ARRAYS.log10(array)[0]]).all()


def test_a_known_number_to_an_unknown_power_is_unknown():
    assert isinstance(EXACT.power(10.0, EXACT.unknown("weight")), Unknown)
    assert math.isnan(ARRAYS.power(10.0, np.array([NAN]))[0])


@given(st.fractions(Fraction(1, 100), 10**6, max_denominator=1000), st.sampled_from([0.5, 0.425, 2]))
def test_powers_and_logarithms_agree_in_both_systems(value, exponent):
    many = np.array([float(value)])
    assert ARRAYS.power(many, exponent)[0] == pytest.approx(EXACT.power(value, exponent), rel=1e-13)
    assert ARRAYS.log10(many)[0] == pytest.approx(EXACT.log10(value), rel=1e-13, abs=1e-15)
    assert EXACT.power(value, 2) == pytest.approx(float(value * value), rel=1e-14)
    assert 10 ** EXACT.log10(value) == pytest.approx(float(value), rel=1e-12)


def test_a_fraction_becomes_the_double_nearest_to_it_among_arrays():
    assert ARRAYS.number(Fraction(1, 10)) == 0.1
    assert EXACT.number(Fraction(1, 10)) == Fraction(1, 10)
    assert math.isnan(ARRAYS.unknown("weight"))
    assert EXACT.unknown("weight", "bsa").lacks == {"weight", "bsa"}
