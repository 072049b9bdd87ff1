"""Crosschecks: a report against its own regimen, figure against figure, and every case of the sheets.

Expected sizes and amounts are computed here from the printed figures, in decimals or fractions.
"""

from __future__ import annotations

import json
import random
import tomllib
from fractions import Fraction
from math import log
from pathlib import Path

import jsonschema
import pytest
from benchmarks import same_figures
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import dosecalc
from dosecalc import InputError, audit, compare_figures, crosscheck
from dosecalc.crosschecks.courses import of_library

TESTS = Path(__file__).parent
TOP = TESTS.parent
CASE_1 = {"total": "126.6 mCi", "doses": 4, "level": "40 mCi/m^2", "age": 25, "sex": "male"}
CASE_2 = {"total": "58.9 mCi", "doses": 4, "level": "20 mCi/m^2", "age": 15, "sex": "female"}


def schema(name: str) -> dict:
    return json.loads((TOP / "docs" / f"{name}.schema.json").read_text(encoding="utf-8"))


def reading(found, words):
    (one,) = [r for r in found.readings if words in r.reading and len(r.changes) < 2]
    return one


def implied(one):
    (size,) = one.implied.values()
    return size["value"]


# -- the founding cases -----------------------------------------------------------------------------------------


def test_case_1_is_explained_by_a_level_of_the_cycle():
    found = crosscheck(**CASE_1)
    assert found.verdict == "explained"
    assert found.exit_status() == 1
    printed = found.readings[0]
    assert (printed.changes, printed.plausible, printed.verdict) == ((), False, "inconsistent")
    assert implied(printed) == 126.6 / 4 / 40 == 0.79125
    cycle = reading(found, "40 mCi/m² a cycle of two doses")
    assert implied(cycle) == 1.5825
    assert (cycle.plausible, cycle.arm, len(cycle.changes)) == (True, "clover2-20", 1)
    assert cycle.level == {"value": 20.0, "unit": "mCi/m^2"}
    assert "0.791 m², below every 25-year-old man of the reference" in found.conclusion
    assert "Read as 40 mCi/m² a cycle of two doses it implies 1.583 m²" in found.conclusion
    assert "the regimen of clover2-20" in found.conclusion


def test_case_2_is_explained_and_the_four_single_dose_cycles_are_listed_too():
    found = crosscheck(**CASE_2)
    assert found.verdict == "explained"
    assert implied(found.readings[0]) == 0.73625
    assert found.readings[0].plausible is False
    cycle = reading(found, "20 mCi/m² a cycle of two doses")
    assert implied(cycle) == 1.4725
    assert (cycle.plausible, cycle.arm) == (True, "clover2-10")
    assert "those are the first four doses of clover2-10, which has six" in found.conclusion
    (single,) = [r for r in found.readings if r.reading.startswith("four cycles of one dose of 10 mCi/m²")]
    assert len(single.changes) == 2
    assert implied(single) == 1.4725


def test_what_the_named_regimen_rests_on_is_shown_as_unconfirmed():
    assert any("regimen-b-doses-per-cycle" in fact for fact in crosscheck(**CASE_2).unconfirmed)
    assert crosscheck(**CASE_1).unconfirmed == ()


def test_four_doses_do_not_fit_three_single_dose_cycles():
    """The regimen of 20 mCi/m² has two cycles and an optional third: four cycles of one dose are not among them."""
    assert not any("cycles of one dose" in r.reading for r in crosscheck(**CASE_1).readings)


def test_the_same_total_at_20_is_consistent():
    found = crosscheck(**{**CASE_1, "level": "20 mCi/m^2"})
    assert (found.verdict, found.exit_status()) == ("consistent", 0)
    assert found.readings[0].arm == "clover2-20"


def test_the_verdict_depends_on_the_age():
    found = crosscheck(total="126.6 mCi", doses=4, level="40 mCi/m^2", age=6)
    assert found.verdict == "consistent"
    assert "plausible for a 6-year-old" in found.conclusion


def test_without_an_age_nothing_is_guessed():
    found = crosscheck(total="126.6 mCi", doses=4, level="40 mCi/m^2")
    assert (found.verdict, found.exit_status()) == ("undetermined", 0)
    assert (found.readings[0].plausible, found.readings[0].z) == (None, None)
    assert "--age" in found.conclusion
    assert "years" in found.conclusion


def test_without_an_age_a_size_that_nobody_has_is_told_and_no_reading_is_guessed():
    found = crosscheck(total="1000 mCi", doses=4, level="40 mCi/m^2")
    assert found.readings[0].plausible is False
    assert (found.verdict, found.exit_status()) == ("inconsistent", 1)  # nobody of any age has it
    assert (
        "Whether a reading with one change fits depends on the age (40 mCi/kg, not per m²; 1,000 MBq,"
        in found.conclusion
    )
    assert crosscheck(total="1e9 mCi", doses=4, level="40 mCi/m^2").verdict == "inconsistent"


def test_with_a_known_size_a_reading_that_nobody_measured_never_explains():
    """The surface is known and the amount 2.1 times what it gives; a level per kilogram would be an infant's."""
    found = crosscheck(total="8.7 mg", doses=3, level="0.8 mg/m^2", bsa=1.7)
    assert found.verdict == "inconsistent"


def test_what_was_measured_goes_before_what_is_only_plausible():
    """1,124 MBq is 5 % from what 1.6 m² gives; 56 kg, if the level were per kilogram, is only possible."""
    found = crosscheck(total="1124 mCi", doses=1, level="20 mCi/m^2", bsa=1.6, age=25)
    assert found.verdict == "explained"
    assert found.comparison.slip.endswith(": 1,124 MBq, not mCi")
    assert "Read as 1,124 MBq, not mCi" in found.conclusion


def test_the_slip_is_the_reading_that_the_conclusion_names():
    found = crosscheck(**CASE_1, bsa=1.6)
    assert found.comparison.slip == "1/2: 40 mCi/m² a cycle of two doses"
    assert "Read as 40 mCi/m² a cycle of two doses" in found.conclusion


def test_the_comparison_is_that_of_the_reading_that_holds():
    """Six doses of inotuzumab come to 3.3 or 3.6 mg/m²; 6.2 mg at 1.6 m² is within 10 % of the second alone."""
    found = crosscheck(total="6.2 mg", protocol="inotuzumab", doses=6, bsa=1.6)
    assert found.verdict == "consistent"
    assert found.comparison.expected == {"mg": pytest.approx(3.6 * 1.6)}
    assert found.comparison.within == 10


def test_slips_of_the_pen_need_the_size_that_the_level_is_per_or_the_age():
    """Without either a moved point could as well be somebody of another size."""
    asked = {"total": "12.66 mCi", "doses": 4, "level": "20 mCi/m^2", "weight": 60}
    assert not any("decimal point" in reading.reading for reading in crosscheck(**asked).readings)
    found = crosscheck(**asked, age=25, sex="male")
    assert (found.verdict, found.explanation.reading) == ("explained", "126.6 mCi, a decimal point moved by one place")
    assert any(
        "decimal point" in r.reading for r in crosscheck(total="1 mCi", doses=4, level="20 mCi/m^2", bsa=1).readings
    )


def test_the_whole_course_of_an_arm_is_tried_only_where_all_of_it_has_that_level():
    found = crosscheck(total="4 mg", doses=2, level="0.8 mg/m^2", age=40)
    assert not any("the course of inotuzumab" in reading.reading for reading in found.readings)


def test_a_part_of_a_regimen_is_called_a_part():
    assert crosscheck(**CASE_1).conclusion.count("that is the regimen of clover2-20.") == 1
    five = crosscheck(total="4684 mCi", doses=5, level="20 mCi/m^2", age=14).conclusion
    assert "the first five doses of clover2-20, which has four, more with its optional cycles" in five
    one = crosscheck(total="1184 mCi", doses=1, level="20 mCi/m^2", age=14, agent="iopofosine").conclusion
    assert "that is the first dose of clover2-20, which has four" in one


def test_a_regimen_for_other_ages_says_so():
    old = crosscheck(**{**CASE_1, "age": 60})
    assert "that is the regimen of clover2-20, which is for other ages" in old.conclusion
    assert "other ages" not in crosscheck(**CASE_1).conclusion


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"level": "25 mCi/m^2"}, "clover2-20 gives 20 mCi/m² a dose, the report prints 25 mCi/m²"),
        ({"level": "20 mCi/m^2", "doses": 9}, "clover2-20 has six doses, the report 9"),
    ],
)
def test_figures_that_are_not_the_protocols_are_a_finding(more, note):
    asked = {"total": "126.6 mCi", "doses": 4, "protocol": "clover2-20", "age": 25, "sex": "male", **more}
    found = crosscheck(**asked)
    assert note in found.contradictions
    assert note[1:] in found.conclusion
    assert (found.verdict in ("inconsistent", "explained"), found.exit_status()) == (True, 1)


ZEVALIN, AZEDRA = "zevalin-relapsed", "azedra-therapeutic"
GLAND = ("gland_mass=50 g", "uptake=50 %")


@pytest.mark.parametrize(
    ("arm", "report", "observables", "verdict", "said"),
    [
        # the label caps at 32 mCi, whatever 0.4 mCi/kg come to
        (ZEVALIN, {"weight": 120, "level": "0.4 mCi/kg", "total": "48 mCi"}, (), "inconsistent", "32 mCi"),
        (ZEVALIN, {"weight": 120, "level": "0.4 mCi/kg", "total": "32 mCi"}, (), "consistent", "32 mCi"),
        (ZEVALIN, {"weight": 70, "level": "0.3 mCi/kg", "total": "21 mCi"}, (), "consistent", "21 mCi"),
        (ZEVALIN, {"total": "32 mCi"}, (), "consistent", "the source's cap"),
        (ZEVALIN, {"total": "48 mCi"}, (), "inconsistent", "50 % more"),
        (ZEVALIN, {"total": "28 mCi", "age": 60}, (), "consistent", "a weight of 70 kg"),
        # which platelets were counted tells which level holds
        (ZEVALIN, {"weight": 70, "total": "21 mCi"}, ("platelets=200 10^9/L",), "inconsistent", "28 mCi"),
        (ZEVALIN, {"weight": 70, "total": "21 mCi"}, ("platelets=120 10^9/L",), "consistent", "21 mCi"),
        # 500 mCi above 62.5 kg, 8 mCi/kg below
        (AZEDRA, {"weight": 80, "doses": 2, "total": "1280 mCi"}, (), "inconsistent", "1,000 mCi"),
        (AZEDRA, {"weight": 80, "doses": 2, "total": "1000 mCi"}, (), "consistent", "1,000 mCi"),
        (AZEDRA, {"weight": 50, "doses": 2, "total": "800 mCi"}, (), "consistent", "8 mCi/kg"),
        (AZEDRA, {"weight": 80, "doses": 2, "total": "1280 mCi", "level": "8 mCi/kg"}, (), "inconsistent",
         "zedra-therapeutic gives 500 mCi a dose, the report prints 8 mCi/kg"),
        # a product of factors: 55 to 80 uCi/g x 50 g / 0.5
        ("iodide-graves", {"total": "7 mCi"}, GLAND, "consistent", "7 mCi"),
        ("iodide-graves", {"total": "10 mCi"}, GLAND, "inconsistent", "8 mCi"),
    ],
)  # fmt: skip
def test_a_named_arm_is_planned_for_the_patient_of_the_report(dosecalc, arm, report, observables, verdict, said):
    asked = {"doses": 1, **report}
    words = [word for name, value in asked.items() for word in (f"--{name}", value)]
    words += [word for each in observables for word in ("--set", each)]
    answer = dosecalc("crosscheck", "--protocol", arm, *words, "--json")
    assert (answer.json["verdict"], answer.status) == (verdict, int(verdict == "inconsistent"))
    assert said in answer.json["conclusion"]


def test_two_sizes_that_contradict_each_other_are_a_finding():
    """Mosteller: the root of 110 x 20 / 3600 is 0.7817 m²; 1.6 m² is 105 % more."""
    asked = {"total": "64 mCi", "doses": 2, "level": "20 mCi/m^2", "bsa": 1.6, "weight": 20, "height": 110}
    found = crosscheck(**asked)
    assert (found.verdict, found.exit_status()) == ("inconsistent", 1)
    assert "differ by 105 %" in found.contradictions[0]
    near = crosscheck(**{**asked, "weight": 60, "height": 140})  # 1.528 m², 4.7 % apart
    assert (near.verdict, near.contradictions) == ("consistent", ())


def test_a_superseded_arm_that_fits_better_is_mentioned():
    """Six times 80 kg x 50 kBq/kg are 24,000 kBq; at the 55 of 2016 they would be 26,400, 9.1 % more."""
    found = crosscheck(total="24000 kBq", doses=6, protocol="xofigo-2016", weight=80)
    assert any(note.startswith("xofigo-2013, which is withdrawn or superseded, fits better") for note in found.notes)
    assert not crosscheck(total="26400 kBq", doses=6, protocol="xofigo-2016", weight=80).notes


def test_an_amount_per_surface_is_not_compared_with_a_fixed_level(dosecalc):
    answer = dosecalc("crosscheck", "--protocol", "lutathera-gep-net", "--total", "30 mCi/m^2", "--doses", "1")
    assert (answer.status, "states no level that" in answer.err) == (2, True)


def test_what_an_arm_alone_reads_needs_one(dosecalc):
    words = ("--total", "32 mCi", "--doses", "1", "--level", "20 mCi/m^2", "--set", "platelets=90 10^9/L")
    answer = dosecalc("crosscheck", *words)
    assert (answer.status, "name it with --protocol" in answer.err) == (2, True)


@pytest.mark.parametrize(
    ("report", "consistent"),
    [
        # 4 x 7.65 to 4 x 7.75 are 30.6 to 31.0; 30 is 29.5 to 30.5
        ({"total": "30 GBq", "doses": 4, "level": "7.7 GBq"}, False),
        ({"total": "31 GBq", "doses": 4, "level": "7.7 GBq"}, True),
        ({"total": "31.1 GBq", "doses": 4, "level": "7.7 GBq"}, False),
        ({"total": "31.05 GBq", "doses": 4, "level": "7.70 GBq"}, False),
        # 19.5 to 20.5 x 4 x 1.595 to 1.605 are 124.4 to 131.6
        ({"total": "124.4 mCi", "doses": 4, "level": "20 mCi/m^2", "bsa": "1.60 m^2"}, True),
        ({"total": "124.0 mCi", "doses": 4, "level": "20 mCi/m^2", "bsa": "1.60 m^2"}, False),
        ({"total": "131.6 mCi", "doses": 4, "level": "20 mCi/m^2", "bsa": "1.60 m^2"}, True),
        ({"total": "132.1 mCi", "doses": 4, "level": "20 mCi/m^2", "bsa": "1.60 m^2"}, False),
    ],
)
def test_with_arithmetic_only_the_printed_digits_decide(report, consistent):
    found = crosscheck(**report, arithmetic=True)
    assert (found.verdict == "consistent", found.arithmetic) == (consistent, True)
    assert crosscheck(**report).verdict == "consistent"  # within the 10 % of a total that was given to somebody


def test_a_trailing_zero_is_read_both_ways(dosecalc):
    words = ("--total", "30 GBq", "--doses", "4", "--level", "7.7 GBq", "--arithmetic")
    answer = dosecalc("crosscheck", *words)
    assert (answer.status, answer.out.splitlines()[0]) == (1, "inconsistent")
    assert "if the zeros at the end of 30 GBq are no digits of it, the figures agree within their print" in answer.out
    assert (
        "--same goes by the printed digits in any case"
        in dosecalc("crosscheck", "--same", "1", "2", "--arithmetic").err
    )


def test_a_cycle_may_have_one_dose(tmp_path):
    text = (
        '[[cases]]\nid = "a"\nstatement = "s"\ntotal = "480 mCi"\ndoses = 2\nlevel = "12 mCi/kg"\nweight = "20 kg"\n'
        'level_printed_as = "per cycle"\nagent = "nobody\'s"\n'
    )
    (case,) = audit(case_file(tmp_path, text)).cases
    assert case.verdict == "consistent"
    assert "As printed (12 mCi/kg a cycle of one dose) 20 kg gives 480 mCi" in case.conclusion


# -- the readings -----------------------------------------------------------------------------------------------


def changed(**report):
    """The implied size of every reading that changes one thing, by what it says."""
    found = crosscheck(**report)
    return {r.reading: (next(iter(r.implied), ""), implied(r)) for r in found.readings if len(r.changes) == 1}


def test_every_reading_that_somebody_could_have_meant_is_there_with_its_own_arithmetic():
    found = changed(total="120 mCi", doses=4, level="10 mCi/m^2", age=30, agent="nobody's")
    total, level, number = Fraction(120), Fraction(10), 4
    expected = {
        "10 mCi/m² a cycle of two doses": ("bsa", total / (number * level / 2)),
        "10 mCi/m² for the course of four doses": ("bsa", total / level),
        "120 mCi a dose": ("bsa", total / level),
        "120 mCi a cycle of two doses": ("bsa", total / (2 * level)),
        "120 MBq, not mCi": ("bsa", total / 37 / (number * level)),
        "120 microcurie, not mCi": ("bsa", total / 1000 / (number * level)),
        "120 Ci, not mCi": ("bsa", total * 1000 / (number * level)),
        "10 Ci/m², not mCi": ("bsa", total / (number * level * 1000)),
        "10 MBq/m², not mCi": ("bsa", total / (number * level / 37)),
        "10 microcurie/m², not mCi": ("bsa", total / (number * level / 1000)),
        "10 mCi/kg, not per m²": ("weight", total / (number * level)),
        "1,200 mCi, a decimal point moved by one place": ("bsa", total * 10 / (number * level)),
        "12 mCi, a decimal point moved by one place": ("bsa", total / 10 / (number * level)),
        "100 mCi/m², a decimal point moved by one place": ("bsa", total / 10 / (number * level)),
        "1 mCi/m², a decimal point moved by one place": ("bsa", total * 10 / (number * level)),
        "a total multiplied by the four doses once too often": ("bsa", total / 4 / (number * level)),
    }
    assert found.keys() == expected.keys()
    for words, (basis, size) in expected.items():
        assert found[words][0] == basis
        assert found[words][1] == pytest.approx(float(size), rel=1e-15), words


def test_per_weight_the_pounds_are_tried_too():
    found = changed(total="888 MBq", doses=2, level="37 MBq/kg", age=30, agent="nobody's")
    assert found["a weight in pounds taken for kilograms"] == ("weight", pytest.approx(12 * 0.45359237))
    assert found["a weight in kilograms taken for pounds"] == ("weight", pytest.approx(12 / 0.45359237))
    assert found["37 MBq/m², not per kg"] == ("bsa", 12)
    assert found["37 GBq/kg, not MBq"] == ("weight", 0.012)
    assert found["888 mCi, not MBq"] == ("weight", 12 * 37)


def test_a_cycle_of_three_doses():
    found = changed(total="10 mCi", doses=6, level="10 mCi/m^2", age=30, agent="nobody's")
    assert found["10 mCi/m² a cycle of three doses"][1] == 0.5
    assert "10 mCi/m² a cycle of four doses" not in found


def test_each_arm_of_the_agent_is_tried_and_an_optional_cycle_given_or_not():
    found = crosscheck(total="128 mCi", doses=4, level="20 mCi/m^2", age=20, agent="iopofosine")
    assert {r.arm for r in found.readings if r.arm} == {"clover2-20", "clover2-10"}
    optional = reading(found, "six doses, the course of clover2-20 with its optional")
    assert len(optional.changes) == 1
    assert optional.doses == 6
    assert implied(optional) == pytest.approx(128 / 120)


@pytest.mark.parametrize(
    ("years", "met", "missed"),
    [(3, "mibg-compassionate-ppgl", "clover2-20"), (20, "clover2-20", "mibg-compassionate-ppgl")],
)
def test_arms_whose_age_rule_the_patient_meets_come_first(years, met, missed):
    """CLOVER-2 takes 10 to 25 years; the phaeochromocytoma arm 1 to 12."""
    courses = of_library("activity", None, Fraction(1461, 4) * years).courses
    suits = [0 if course.suits.yes else 2 if course.suits.no else 1 for course in courses]
    assert suits == sorted(suits)
    assert {0, 2} <= set(suits)
    by_arm = {course.arm: rank for course, rank in zip(courses, suits, strict=True)}
    assert (by_arm[met], by_arm[missed]) == (0, 2)


def test_readings_are_ordered_by_how_little_they_change():
    for case in (CASE_1, CASE_2):
        found = crosscheck(**case)
        numbers = [len(r.changes) for r in found.readings]
        assert numbers == sorted(numbers)
        once = [r for r in found.readings if len(r.changes) == 1 and "bsa" in r.implied]
        moved = [abs(log(implied(r) / implied(found.readings[0]))) for r in once]
        assert moved == sorted(moved, key=lambda x: round(x, 9))


def test_two_changes_are_listed_and_never_explain():
    """2,342.1 MBq is 63.3 mCi: the total of one cycle, and in MBq for mCi. Two slips are no explanation."""
    found = crosscheck(total="2342.1 mCi", doses=4, level="20 mCi/m^2", age=25, sex="male")
    assert found.verdict == "inconsistent"
    assert "No reading with one change fits" in found.conclusion
    both = [r for r in found.readings if len(r.changes) == 2 and implied(r) == pytest.approx(1.5825)]
    assert any("MBq, not mCi" in r.reading and "a cycle of two doses" in r.reading for r in both)


def test_the_number_of_doses_is_tried_where_their_levels_are_not_alike():
    """Three doses of inotuzumab come to 1.8 mg/m²: 3.294 mg at 1.83 m²; a fourth, of 0.5 or 0.8, does not fit."""
    found = crosscheck(total="3.3 mg", protocol="inotuzumab", doses=4, bsa=1.83)
    assert found.verdict == "explained"
    assert "three doses, the course of inotuzumab without its optional cycles" in found.conclusion


@pytest.mark.parametrize(("total", "said"), [("3.3 g", "3.3 mg, not g"), ("3300 mcg", None)])
def test_a_thousandfold_slip_of_a_mass(total, said):
    found = crosscheck(total=total, protocol="inotuzumab", doses=3, bsa=1.83)
    assert found.verdict == ("explained" if said else "consistent")
    assert said is None or f"Read as {said}" in found.conclusion


def test_readings_of_total_and_level_of_one_kind_can_be_told_apart():
    words = [r.reading for r in crosscheck(total="7.4 GBq", doses=4, level="7.4 GBq").readings]
    assert len(set(words)) == len(words)
    assert {"the total 7.4 MBq, not GBq", "the level 7.4 MBq, not GBq"} <= set(words)


@pytest.mark.parametrize("wrong", [["x"], 5, True, b"x"])
def test_what_is_no_name_of_a_protocol_or_file_is_refused(wrong):
    with pytest.raises(InputError, match="expected text or a path"):
        crosscheck(total="1 mCi", doses=1, level="1 mCi/kg", protocol=wrong)
    with pytest.raises(InputError, match="expected text or a path"):
        audit(wrong)


def test_just_beyond_a_limit_is_not_shown_as_the_limit():
    said = crosscheck(total="110.0001 mCi", doses=1, level="100 mCi/m^2", bsa=1).conclusion
    assert "slightly more than 10 % more, within 20 % but not within 10 %" in said


def test_a_drug_is_checked_in_its_own_units():
    found = crosscheck(total="2.9 mg", protocol="inotuzumab", age=40, sex="female")
    assert found.verdict == "consistent"
    assert found.readings[0].reading.startswith("inotuzumab: 0.8 + 0.5 + 0.5 mg/m², three doses")
    assert implied(found.readings[0]) == pytest.approx(2.9 / 1.8)


def test_a_drug_course_depends_on_remission_and_both_ways_are_tried():
    found = crosscheck(total="5.28 mg", protocol="inotuzumab", doses=6, bsa=1.6)
    sums = {r.reading.partition(": ")[2]: implied(r) for r in found.readings if not r.changes}
    assert sums == {
        "0.8 + 0.5 + 0.5 + 0.5 + 0.5 + 0.5 mg/m², six doses": pytest.approx(5.28 / 3.3),
        "0.8 + 0.5 + 0.5 + 0.8 + 0.5 + 0.5 mg/m², six doses": pytest.approx(5.28 / 3.6),
    }
    assert found.verdict == "consistent"


# -- the size is known ------------------------------------------------------------------------------------------


def test_a_known_surface_within_two_percent():
    found = crosscheck(total="126.6 mCi", doses=4, protocol="clover2-20", bsa=1.6)
    assert (found.verdict, found.exit_status()) == ("consistent", 0)
    assert found.comparison.expected == {"MBq": 4736.0, "mCi": 128.0}
    assert found.comparison.reported == {"MBq": 4684.2, "mCi": 126.6}
    assert found.comparison.difference_percent == pytest.approx(100 * (126.6 - 128) / 128)
    assert (found.comparison.within, found.comparison.slip) == (10, None)


def test_megabecquerels_printed_as_millicuries():
    found = crosscheck(total="1036 mCi", doses=1, level="0.4 mCi/kg", weight=70)
    assert found.comparison.expected["mCi"] == 28
    assert found.comparison.slip == "37: 1,036 MBq, not mCi"
    assert found.comparison.within is None
    assert found.verdict == "explained"
    assert "Read as 1,036 MBq, not mCi" in found.conclusion


@pytest.mark.parametrize(
    ("total", "within", "verdict"),
    [
        ("110 mCi", 10, "consistent"),
        ("90 mCi", 10, "consistent"),
        ("110.001 mCi", 20, "inconsistent"),
        ("89.999 mCi", 20, "inconsistent"),
        ("120 mCi", 20, "inconsistent"),
        ("120.001 mCi", None, "inconsistent"),
        ("79.999 mCi", None, "inconsistent"),
    ],
)
def test_ten_and_twenty_percent_are_inside_at_their_edges(total, within, verdict):
    found = crosscheck(total=total, doses=1, level="5 mCi/kg", weight=20, agent="nobody's")
    assert (found.comparison.within, found.verdict) == (within, verdict)


@pytest.mark.parametrize(
    ("total", "slip"),
    [
        ("3700 mCi", "37: 3,700 MBq, not mCi"),
        ("100000 mCi", "1,000: 100,000 microcurie, not mCi"),
        ("0.1 mCi", "1/1,000: 0.1 Ci, not mCi"),
        ("2.7027 mCi", "1/37: 1.25 MBq/kg, not mCi"),
        ("220.46 mCi", "2.2046: a weight in pounds taken for kilograms"),
        ("45.36 mCi", "1/2.2046: a weight in kilograms taken for pounds"),
        ("1000 mCi", "10: 100 mCi, a decimal point moved by one place"),
        ("10 mCi", "1/10: 100 mCi, a decimal point moved by one place"),
        ("400 mCi", "4: a total multiplied by the four doses once too often"),
        ("25 mCi", "1/4: 1.25 mCi/kg for the course of four doses"),
        ("50 mCi", "1/2: 1.25 mCi/kg a cycle of two doses"),
        ("150 mCi", None),
    ],
)
def test_the_suspected_slip_is_named(total, slip):
    found = crosscheck(total=total, doses=4, level="1.25 mCi/kg", weight=20, agent="nobody's")
    assert found.comparison.expected["mCi"] == 100
    got = found.comparison.slip
    assert got == slip
    assert found.verdict == ("explained" if slip else "inconsistent")


def test_a_total_in_gigabecquerel_for_megabecquerel():
    found = crosscheck(total="7.4 MBq", doses=1, level="7.4 GBq")
    assert found.comparison.slip == "1/1,000: the total 7.4 GBq, not MBq"
    assert found.verdict == "explained"


def test_the_doses_of_a_cycle_are_a_slip_of_a_known_arm():
    found = crosscheck(total="64 mCi", doses=4, protocol="clover2-20", bsa=1.6)
    assert found.comparison.slip == "1/2: 64 mCi a cycle of two doses"
    assert found.verdict == "explained"
    assert "64 mCi a cycle of two doses" in found.conclusion


def test_weight_and_height_give_the_surface_and_say_by_which_formula():
    found = crosscheck(total="59.6 mCi", doses=2, level="20 mCi/m^2", weight=50, height=160)
    assert found.comparison.expected["mCi"] == pytest.approx(40 * (160 * 50 / 3600) ** 0.5)
    assert any("Mosteller" in note for note in found.notes)
    du_bois = crosscheck(total="59.6 mCi", doses=2, level="20 mCi/m^2", weight=50, height=160, bsa_formula="du-bois")
    assert du_bois.comparison.expected["mCi"] == pytest.approx(40 * 0.007184 * 160**0.725 * 50**0.425)


def test_a_weight_alone_gives_no_surface_and_that_is_said():
    found = crosscheck(total="59.6 mCi", doses=2, level="20 mCi/m^2", weight=50, age=20, sex="male")
    assert found.comparison is None
    assert any("--height" in note for note in found.notes)


def test_a_known_weight_settles_what_the_level_is_per():
    found = crosscheck(total="240 mCi", doses=1, level="12 mCi/m^2", weight=20)
    assert found.verdict == "explained"
    assert "Read as 12 mCi/kg, not per m²: 240 mCi is expected and 240 mCi reported, the same" in found.conclusion


def test_a_stated_size_that_nobody_of_that_age_has_is_said_even_where_the_total_agrees():
    found = crosscheck(total="528 mCi", doses=1, level="12 mCi/kg", weight=44, age=5, sex="male")
    assert found.verdict == "consistent"
    assert any("44 kg is implausibly large" in note and "pounds for kilograms" in note for note in found.notes)


def test_a_total_per_surface_needs_no_size():
    found = crosscheck(total="31.25 mCi/m^2", doses=2, level="15.625 mCi/m^2")
    assert (found.verdict, found.comparison.difference_percent) == ("consistent", 0)
    assert found.readings[0].implied == {}
    assert crosscheck(total="62.5 mCi/m^2", doses=2, level="15.625 mCi/m^2").verdict == "explained"


def test_a_fixed_level_needs_no_size():
    found = crosscheck(total="800 mCi", doses=4, level="7.4 GBq")
    assert (found.verdict, found.comparison.expected["MBq"]) == ("consistent", 29600)


# -- simulated reports ------------------------------------------------------------------------------------------

LEVELS = st.sampled_from(["5 mCi/kg", "12 mCi/kg", "185 MBq/kg", "10 mCi/m^2", "740 MBq/m^2", "0.5 mg/kg"])


@given(LEVELS, st.integers(1, 6), st.integers(300, 900))
def test_a_report_is_consistent_with_the_size_that_made_it(level, doses, size):
    number, unit = level.split()
    amount, _, per = unit.partition("/")
    known = {"weight" if per == "kg" else "bsa": Fraction(size, 10 if per == "kg" else 500)}
    (value,) = known.values()
    total = Fraction(number) * doses * value
    found = crosscheck(total=f"{float(total)} {amount}", doses=doses, level=level, **known)
    assert found.verdict == "consistent"
    assert implied(found.readings[0]) == pytest.approx(float(value))


def test_misprints_per_cycle_for_per_dose_are_found_in_adults():
    """A sample of the benchmark, which has ten thousand: none of these is near the edge of the reference."""
    chance = random.Random(20260301)
    for _ in range(40):
        sex, size = chance.choice(("male", "female")), chance.uniform(1.6, 2.1)
        total = f"{4 * 15 * size:.1f} mCi"
        found = crosscheck(total=total, doses=4, level="30 mCi/m^2", age=chance.randint(25, 80), sex=sex)
        assert found.verdict == "explained"
        assert reading(found, "30 mCi/m² a cycle of two doses").plausible


# -- the document -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "report",
    [
        CASE_1,
        CASE_2,
        {"total": "126.6 mCi", "doses": 4, "level": "40 mCi/m^2"},
        {"total": "126.6 mCi", "doses": 4, "protocol": "clover2-20", "bsa": 1.6},
        {"total": "1036 mCi", "doses": 1, "level": "0.4 mCi/kg", "weight": 70},
        {"total": "31.25 mCi/m^2", "doses": 2, "level": "15.625 mCi/m^2"},
    ],
)
def test_documents_are_of_their_schema(report):
    document = json.loads(crosscheck(**report).to_json())
    jsonschema.validate(document, schema("crosscheck"))
    assert document["schema"] == "dosecalc.crosscheck/1"
    assert {"verdict", "readings", "conclusion", "comparison"} <= document.keys()
    for one in document["readings"]:
        assert {"reading", "level", "doses", "implied", "plausible", "z", "arm", "changes", "verdict"} == one.keys()
        assert isinstance(one["implied"], dict)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "surprise": 1}, schema("crosscheck"))


@pytest.mark.parametrize(
    "change",
    [
        lambda result: setattr(result, "verdict", "consistent"),
        lambda result: result.inputs.clear(),
        lambda result: result.inputs["total"].append("1 mCi"),
        lambda result: result.comparison.expected.update(mCi=0),
        lambda result: setattr(result.comparison, "slip", None),
        lambda result: result.readings.pop(),
        lambda result: setattr(result.readings[0], "verdict", "consistent"),
        lambda result: result.readings[0].implied.pop("bsa"),
        lambda result: result.readings[0].implied["bsa"].update(value=2.0),
        lambda result: result.readings[0].level.update(value=2.0),
        lambda result: result.readings[0].changes.append("a change"),
        lambda result: result.notes.append("a note"),
        lambda result: result.sources[0].update(id="another"),
    ],
)
def test_a_crosscheck_cannot_be_changed(change):
    result = crosscheck(**CASE_1, bsa=1.6)
    before = result.to_json()
    with pytest.raises((TypeError, AttributeError, ValidationError)):
        change(result)
    assert result.to_json() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda result: result.counts.update(explained=0),
        lambda result: result.cases.pop(),
        lambda result: result.sources[0].clear(),
        lambda result: setattr(result.cases[0], "verdict", "consistent"),
        lambda result: result.cases[0].claims.clear(),
        lambda result: setattr(result.cases[0].claims[0], "agree", True),
    ],
)
def test_an_audit_cannot_be_changed(change, tmp_path):
    text = '[[cases]]\nid = "a"\nstatement = "s"\nclaims = [["1 mCi", "38 MBq"]]\n'
    result = audit(case_file(tmp_path, text))
    before = result.to_json()
    with pytest.raises((TypeError, AttributeError, ValidationError)):
        change(result)
    assert result.to_json() == before


def test_a_comparison_of_figures_cannot_be_changed():
    comparison = compare_figures("1.00 mCi", "38 MBq")
    with pytest.raises(ValidationError):
        comparison.agree = True
    assert not comparison.agree


def test_a_document_is_a_copy_that_its_caller_may_change():
    result = crosscheck(**CASE_1)
    before = result.to_json()
    document = result.document()
    document["readings"][0]["implied"].clear()
    document["inputs"]["total"].append("1 mCi")
    assert result.to_json() == before


def test_the_same_input_gives_the_same_bytes():
    assert crosscheck(**CASE_1).to_json() == crosscheck(**CASE_1).to_json()


def test_quantities_of_pint_go_in_and_come_out():
    total = dosecalc.ureg.Quantity(126.6, "millicurie")
    found = crosscheck(total=total, doses=4, level="40 mCi/m^2", age=25, sex="male")
    assert found.verdict == "explained"
    assert found.readings[0].size.to("cm^2").magnitude == pytest.approx(7912.5)
    assert crosscheck(total="7.4 GBq", doses=1, level="7.4 GBq").readings[0].size is None


def test_sources_name_the_files_that_the_result_rests_on():
    named = crosscheck(**CASE_1, agent="iopofosine")
    assert [source["id"] for source in named.sources] == ["protocols/clover2.toml", "cdc2000-growth.csv"]
    arms = {reading.arm for reading in crosscheck(**CASE_1).readings if reading.arm}
    assert {source["id"] for source in crosscheck(**CASE_1).sources} >= {"protocols/clover2.toml", "cdc2000-growth.csv"}
    assert len(crosscheck(**CASE_1).sources) - 1 <= len(arms)
    assert crosscheck(total="7.4 GBq", doses=1, level="7.4 GBq", agent="nobody's").sources == ()


# -- what is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ({"total": "126,6 mCi"}, "--total: read '126,6 mCi', which has a comma"),
        ({"total": "0 mCi"}, "--total: read '0 mCi'; a total of zero implies nothing"),
        ({"level": "0 mCi/m^2"}, "--level: read '0 mCi/m^2'; a level of zero implies nothing"),
        ({"level": "0.8 mg/m^2"}, "--level: read '0.8 mg/m^2', which is a mass per body surface area. Expected an act"),
        ({"level": "40 mCi"}, None),
        ({"doses": 0}, "--doses: read '0', expected a whole number from 1 to 100"),
        ({"doses": "2.5"}, "--doses: read '2.5', expected a whole number"),
        ({"doses": None}, "--doses: nothing was given; write for example --doses 4"),
        ({"level": None}, "--level: nothing was given; write for example --level"),
        ({"age": 130}, "--age: read '130': 130 y is above the accepted maximum of 120 y"),
        ({"sex": "boy"}, "--sex: read 'boy', expected one of female, male"),
        ({"weight": "1=20 kg"}, "--weight: read '20 kg', expected one body weight, with no dose or date"),
        ({"weight": "20 kg@2026-03-01"}, "--weight: read '20 kg', expected one body weight, with no dose or date"),
        ({"height": 1.7}, "--height: read '1.7': 1.7 cm is below the accepted minimum of 25 cm"),
        ({"protocol": "clover2-21"}, "which is no arm of any protocol here"),
        ({"protocol": "inotuzumab"}, "--protocol: inotuzumab gives inotuzumab ozogamicin (Besponsa); no dose in it"),
        ({"protocol": "mibg-compassionate-nb", "level": None, "doses": 1}, "gives a range, 8 mCi/kg to 18 mCi/kg"),
        ({"protocol": "mibg-4gy-melphalan", "level": None, "doses": 2}, "states no level that the 2 doses"),
        ({"protocol": "clover2-20", "level": None, "doses": 9}, "clover2-20 has six doses, the report 9"),
        ({"bsa_formula": "nobody"}, "--bsa-formula: read 'nobody', expected one of mosteller"),
        ({"bsa_formula": "schlich", "weight": 50, "height": 160}, "needs --age 18 or over and --sex"),
        ({"total": object()}, "total: read"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_refused_in_a_sentence(report, words):
    asked = {"total": "126.6 mCi", "doses": 4, "level": "40 mCi/m^2", **report}
    if words is None:
        assert crosscheck(**asked).comparison is not None
        return
    with pytest.raises(InputError) as refused:
        crosscheck(**asked)
    assert words in str(refused.value)


def test_an_agent_that_no_protocol_has_is_said_with_the_near_ones():
    assert any(r.arm == "clover2-20" for r in crosscheck(**CASE_1, agent="Iopofosine").readings)
    notes = crosscheck(total="126.6 mCi", doses=4, level="40 mCi/m^2", agent="iopofosina").notes
    assert any("no protocol here gives 'iopofosina' as an activity; near names: iopofosine" in note for note in notes)


# -- two figures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "agree", "difference", "suggestion"),
    [
        ("444 MBq", "12 mCi/kg", False, None, "444 MBq/kg would agree exactly; 'per kg' was probably lost from 444"),
        ("12 mCi/kg", "444 MBq", False, None, "444 MBq/kg would agree exactly"),
        ("11470 MBq", "310 mCi", True, 0, None),
        ("11.6 GBq", "310 mCi", False, 11600 / (310 * 37) - 1, "310 mCi is 11.47 GBq, and 11.6 GBq is 313.5 mCi"),
        ("1036 mCi", "28 mCi", False, 36, "1,036 MBq, not mCi, would agree"),
        ("59 mCi", "5.9 mCi", False, 9, "they are ten times apart"),
        ("20 mCi/kg", "20 mCi/m^2", False, None, "20 mCi/m² would agree exactly; per kg stands for per m²"),
        ("9 Ci/mmol", "2500 mCi/mg", False, None, None),
        ("100 mg", "5 mCi", False, None, None),
        ("22/53", "42 %", True, 2200 / 53 / 42 - 1, None),
        ("22 of 53", "41.5 %", True, 2200 / 53 / 41.5 - 1, None),
        ("12/26", "48 %", False, 1200 / 26 / 48 - 1, None),
        ("117.1 mCi / 200 mCi", "58.55 %", True, 0, None),
        ("117.1 mCi of 200 mCi", "59.55 %", False, 58.55 / 59.55 - 1, None),
        ("48 %", "of 25", True, None, None),
        ("48 %", "of 26", False, None, "12 of 25 and 11 of 23 would agree"),
        ("7 patients", "6 patients", False, 1 / 6, None),
        ("7 patients", "7", True, 0, None),
        ("8 to 18 mCi/kg", "10 to 18 mCi/kg", False, None, None),
        ("8-18 mCi/kg", "296 to 666 MBq/kg", True, None, None),
        ("12 mCi/kg", "8 to 18 mCi/kg", False, None, None),
        ("20 mCi/kg", "8 to 18 mCi/kg", False, None, None),
        ("1 to 18e3 MBq", "1 MBq", False, None, None),
        ("22/6", "3.67", True, 22 / 6 / 3.67 - 1, None),
        ("22/6", "3.66", False, 22 / 6 / 3.66 - 1, None),
        ("4", "4.0", True, 0, None),
        ("mean of 20, 22 and 27 mCi", "23 mCi", True, 0, None),
        ("mean of 20, 22 and 27 mCi", "24 mCi", True, 23 / 24 - 1, None),
        ("mean of 20, 22 and 27 mCi", "24.1 mCi", False, 23 / 24.1 - 1, None),
        ("43 % less than 128 mCi", "73 mCi", True, 128 * 0.57 / 73 - 1, None),
        ("43 % less than 128 mCi", "74.5 mCi", False, 128 * 0.57 / 74.5 - 1, None),
        ("20 % more than 100 MBq", "120 MBq", True, 0, None),
        ("12 Gy / 0.4 Gy/GBq", "30 GBq", True, 0, None),
        ("12 Gy / 0.4 Gy/GBq", "40 GBq", False, -0.25, None),
        ("1 to 18e3 MBq", "19001 MBq", False, None, None),
        ("7 patients", "7 doses", False, None, None),
        ("5 g", "5000 mg", True, 0, None),
        ("above 12 mCi", "below 12 mCi", False, None, None),
        ("at least 12 mCi", "at most 12 mCi", True, None, None),
        ("<5 mCi", ">6 mCi", False, None, None),
        ("12/25", "12/26", False, 26 / 25 - 1, None),
        ("104 %", "of 25", False, None, None),
        ("at least 7 patients", "6 patients", False, None, None),
        ("5 mCi", "0 mCi", False, None, None),
        ("48.123456789 %", "of 100000000", False, None, None),
        ("at least 55 mCi", "126.6 mCi", True, None, None),
        ("at most 55 mCi", "126.6 mCi", False, None, None),
        ("0.750 x 10^9/L", "0.750 x 10E9/L", False, -0.9, "0.75 x 10⁹/L would agree exactly; 10E9 is 10^10"),
        ("44 lb", "44 kg", False, 0.45359237 - 1, "44 kg, not lb, would agree"),
    ],
)  # fmt: skip
def test_two_figures(first, second, agree, difference, suggestion):
    found = compare_figures(first, second)
    assert found.agree is agree
    assert found.exit_status() == int(not agree)
    assert found.relative_difference == (None if difference is None else pytest.approx(difference, abs=1e-12))
    assert (found.suggestion is None) if suggestion is None else found.suggestion.startswith(suggestion)
    document = json.loads(found.to_json())
    jsonschema.validate(document, schema("same"))
    assert document == {
        "schema": "dosecalc.same/1",
        "agree": agree,
        "within": found.within,
        "relative_difference": found.relative_difference,
        "suggestion": found.suggestion,
    }


@pytest.mark.parametrize(
    ("first", "second", "within"),
    [
        ("100 to 500 MBq", "8 mCi", True),
        ("8 mCi", "100 to 500 MBq", True),
        ("12 mCi/kg", "8 to 18 mCi/kg", True),
        ("20 mCi/kg", "8 to 18 mCi/kg", False),
        ("100 to 500 MBq", "2.7 to 13.5 mCi", False),
    ],
)
def test_a_figure_inside_of_a_range_is_within_it_and_not_the_same(dosecalc, first, second, within):
    answer = dosecalc("crosscheck", "--same", first, second)
    same = "to" in first and "to" in second
    assert (answer.status, answer.out.splitlines()[0]) == (
        (0, "same") if same else (1, "within" if within else "not the same")
    )


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        ("120 % less than 5 mCi", "nothing is more than 100 % less"),
        ("5 % less than 8 to 18 mCi/kg", "expected one quantity after 'than'"),
        ("mean of x mCi", "read 'x mCi'"),
        ("12 Gy / 0 Gy/GBq", "the second above zero"),
    ],
)
def test_a_figure_that_cannot_be_read_is_told(dosecalc, figure, words):
    answer = dosecalc("crosscheck", "--same", figure, "5 mCi")
    assert (answer.status, words in answer.err) == (2, True), answer.err


@given(st.integers(0, 2**32))
def test_random_figures_are_the_same_just_where_their_digits_allow_it(seed):
    """What each can mean is worked out anew, in decimals; either way round the answer is the same."""
    one, other = same_figures.pair(random.Random(seed))
    assert same_figures.faults(one, other) is None, (one.text, other.text)


@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 2))
def test_a_share_agrees_with_its_own_percentage_however_it_is_rounded(part, whole, places):
    part = min(part, whole)
    percent = f"{100 * part / whole:.{places}f} %"
    assert compare_figures(f"{part}/{whole}", percent).agree
    assert compare_figures(percent, f"of {whole}").agree


@given(st.integers(1, 200), st.integers(1, 99))
def test_a_percentage_is_of_a_number_just_where_some_part_of_it_rounds_to_it(whole, percent):
    possible = any(percent - 0.5 <= 100 * part / whole <= percent + 0.5 for part in range(whole + 1))
    assert compare_figures(f"{percent} %", f"of {whole}").agree is possible


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ("", "28 mCi", "nothing was given"),
        ("many", "28 mCi", "read 'many', which is not one number with one unit"),
        ("1,036 mCi", "28 mCi", "It could mean 1.036 mCi or 1036 mCi"),
        ("3/0", "5 %", "read '3/0'; a share is of one or more"),
        ("of 0", "5 %", "read 'of 0'; a share is of one or more"),
        ("of 26", "5 mCi", "read 'of 26' beside '5 mCi', expected one percentage beside it"),
        ("18 to 8 mCi/kg", "5 mCi/kg", "a range goes from a lower to a higher quantity"),
        ("117.1 mCi / 200 kg", "5 %", "expected two quantities of one kind"),
        ("110 mg/m", "110 mg/m^2", "the unit 'mg/m' is not known"),
    ],
)
def test_what_is_no_figure_is_refused(first, second, words):
    with pytest.raises(InputError) as refused:
        compare_figures(first, second)
    assert words in str(refused.value)


# -- audits -----------------------------------------------------------------------------------------------------

EXPECTED = {
    "clover2-news-2025-10#case-1": "explained",
    "clover2-news-2025-10#case-2": "explained",
    "clover2-news-2025-10#at-least-55-mci": "inconsistent",
    "clover2-news-2025-10#at-least-four-infusions": "inconsistent",
    "clover2-news-2025-06#at-least-55-mci": "undetermined",
    "de-ioris-2025#de-ioris-cohort": "explained",
    "de-ioris-2025#rates-of-all-treated": "inconsistent",
    "nct01370330#activity-printed-twice": "inconsistent",
    "nct01370330#counts-as-printed": "explained",
    "inotuzumab-news-2024#paediatric-approval": "consistent",
    "matthay-2001#matthay-cohort": "consistent",
}


def test_the_audit_has_every_case_of_the_sheets_and_the_worst_first():
    found = audit()
    sheets = [tomllib.loads(path.read_text(encoding="utf-8")) for path in (TOP / "seeds").glob("*.toml")]
    ids = {f"{sheet['id']}#{case['id']}" for sheet in sheets for case in sheet.get("cases", [])}
    verdicts = {f"{case.sheet}#{case.case}": case.verdict for case in found.cases}
    assert verdicts.keys() == ids
    assert {key: verdicts[key] for key in EXPECTED} == EXPECTED
    order = ["inconsistent", "explained", "undetermined", "consistent"]
    assert [case.verdict for case in found.cases] == sorted(verdicts.values(), key=order.index)
    assert found.exit_status() == 1


def test_an_audit_is_of_its_schema_and_says_what_it_was_made_from():
    document = json.loads(audit().to_json())
    jsonschema.validate(document, schema("audit"))
    assert document["counts"] == {"inconsistent": 4, "explained": 4, "undetermined": 4, "consistent": 7}
    assert {"clover2-news-2025-10", "cdc2000-growth.csv"} <= {source["id"] for source in document["sources"]}
    case = next(one for one in document["cases"] if one["case"] == "case-1")
    assert case["crosscheck"]["readings"][1]["arm"] == "clover2-20"


def test_what_cannot_be_checked_says_what_is_lacking():
    case = next(c for c in audit().cases if (c.sheet, c.case) == ("genoa-mibg", "genoa-children"))
    assert case.conclusion == "Nothing to check: it prints no total and no level."


def test_published_figures_agree_as_was_reckoned_by_hand():
    path = TESTS / "reported.toml"
    expected = {one["id"]: one["agree"] for one in tomllib.loads(path.read_text(encoding="utf-8"))["reported"]}
    assert {case.case: case.verdict == "consistent" for case in audit(path).cases} == expected


def case_file(tmp_path, text):
    path = tmp_path / "cases.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_of_ones_own(tmp_path):
    text = (
        '[[cases]]\nid = "a"\nstatement = "s"\ntotal = "240 mCi"\ndoses = 1\nlevel = "12 mCi/kg"\nweight = "20 kg"\n'
        '[[administered]]\nid = "not a case"\n'
    )
    found = audit(case_file(tmp_path, text))
    assert [(case.sheet, case.case, case.verdict) for case in found.cases] == [("cases", "a", "consistent")]
    assert found.exit_status() == 0
    assert [case.case for case in audit(tmp_path).cases] == ["a"]


@pytest.mark.parametrize(
    ("printed_as", "words", "surfaces"),
    [
        ("per dose", "25 mCi/m² a dose, four doses", [0.8]),
        ("per cycle", "25 mCi/m² a cycle of one dose", [0.8, 1.6, 3.2]),
        ("total", "25 mCi/m² for the course of four doses", [3.2]),
    ],
)
def test_what_the_level_is_said_to_be_of_is_taken_by_its_word(tmp_path, printed_as, words, surfaces):
    text = (
        '[[cases]]\nid = "a"\nstatement = "s"\ntotal = "80 mCi"\ndoses = 4\nlevel = "25 mCi/m^2"\nbsa = "1.6 m^2"\n'
        f'level_printed_as = "{printed_as}"\nagent = "nobody\'s"\n'
    )
    found = audit(case_file(tmp_path, text)).cases[0].crosscheck
    printed = [one for one in found.readings if not one.changes]
    assert printed[0].reading == words
    assert [implied(one) for one in printed] == surfaces
    assert (found.verdict == "consistent") is (1.6 in surfaces)


def test_a_case_may_name_its_protocol_in_place_of_level_and_doses(tmp_path):
    text = '[[cases]]\nid = "a"\nstatement = "s"\ntotal = "128 mCi"\nprotocol = "clover2-20"\nbsa = "1.6 m^2"\n'
    text += "patients = 3\n"
    (case,) = audit(case_file(tmp_path, text)).cases
    assert case.verdict == "consistent"
    assert case.conclusion.startswith("Figures of 3 patients, not of one.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[cases]\n", "line 1: not TOML"),
        ("", "has no [[cases]] to check"),
        ('[[cases]]\nid = "a"\n', "cases[0].statement: the key 'statement' is missing"),
        ('[[cases]]\nid = "a"\nstatement = "s"\nlevle = "1 mCi"\n', "cases[0].levle: the key 'levle' is not known"),
        ('[[cases]]\nid = "a"\nstatement = "s"\ndoses = "4"\n', "cases[0].doses: read '4', expected a valid integer"),
        ('[[cases]]\nid = "a"\nstatement = "s"\ndoses = 4\ntotal = "1,5 mCi"\nlevel = "1 mCi/kg"\n',
         "cases, case a, total: read '1,5 mCi', which has a comma"),
        ('[[cases]]\nid = "a"\nstatement = "s"\nclaims = [["1 mCi"]]\n', "claims[0]: read 1 figures, expected a pair"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused(tmp_path, text, words):
    with pytest.raises(InputError) as refused:
        audit(case_file(tmp_path, text))
    assert words in str(refused.value)


def test_a_claim_that_cannot_be_read_is_undetermined_and_not_passed(tmp_path):
    text = '[[cases]]\nid = "a"\nstatement = "s"\nclaims = [["110 mg/m", "110 mg/m^2"]]\n'
    (case,) = audit(case_file(tmp_path, text)).cases
    assert case.verdict == "undetermined"
    assert "110 mg/m against 110 mg/m^2 cannot be compared" in case.conclusion


def test_a_total_that_was_not_checked_is_said():
    case = next(c for c in audit().cases if c.case == "matthay-cohort")
    assert "The total of 310 mCi was not checked: it prints no number of doses." in case.conclusion


def test_notes_of_a_check_stand_in_the_audit(tmp_path):
    text = (
        '[[cases]]\nid = "a"\nstatement = "s"\ntotal = "126.6 mCi"\ndoses = 4\nlevel = "20 mCi/m^2"\nage = "30 y"\n'
        'sex = "male"\nweight = "7 kg"\n'
    )
    (case,) = audit(case_file(tmp_path, text)).cases
    assert "Note: the stated body weight 7 kg is below every 30-year-old man of the reference" in case.conclusion


def test_a_file_is_audited_once_however_often_it_is_named(tmp_path):
    path = case_file(tmp_path, '[[cases]]\nid = "a"\nstatement = "s"\nclaims = [["1 mCi", "37 MBq"]]\n')
    assert len(audit(path, path, tmp_path).cases) == 1


def test_a_total_and_a_total_per_size_are_not_both_taken(tmp_path):
    text = '[[reported]]\nid = "a"\ntotal = "9999 mCi"\ntotal_level = "80 mCi/m^2"\ndoses = 4\nlevel = "20 mCi/m^2"\n'
    with pytest.raises(InputError, match="state the total or the total per body size, not both"):
        audit(case_file(tmp_path, text))


def test_the_sites_own_sheets_are_audited_too(tmp_path, monkeypatch):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "ours.toml").write_text(
        '[[cases]]\nid = "ours"\nstatement = "s"\nclaims = [["1 mCi", "37 MBq"]]\n', encoding="utf-8"
    )
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    assert "ours" in {case.case for case in audit().cases}
