"""When doses are due: what the source leaves open stays open, and no date runs backwards."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from dosecalc.course.rules import Compiler
from dosecalc.files.protocol import Condition
from dosecalc.quantities.numbers import EXACT
from dosecalc.requests.calendar import add_months


def dates(document) -> list[str | None]:
    return [dose["date"] for dose in document["doses"]]


def test_a_cycle_counts_from_its_own_first_dose(plan):
    options = ["--start", "2026-03-01", "--given", "2=0.5 mg@2026-03-06"]
    document = plan("inotuzumab", "--bsa", "1.0", "--cycles", "2", "--set", "remission=true", *options).json
    # day 15 is fourteen days after day 1, and cycle 2 begins 21 days after it at the earliest
    assert dates(document)[:4] == ["2026-03-01", "2026-03-06", "2026-03-15", "2026-03-22"]
    assert [dose["date_from"] for dose in document["doses"]] == [False, False, False, True, True, True]
    (found,) = [f for f in document["findings"] if f["rule"] == "dose-interval" and f["status"] == "violation"]
    assert found["dose"] == 2  # five days after the first; at least six


def test_an_actual_cycle_of_19_days_is_outside_21_to_28(plan):
    given = ["1=0.8 mg@2026-03-01", "2=0.5 mg@2026-03-08", "3=0.5 mg@2026-03-15", "4=0.5 mg@2026-03-20"]
    options = [word for text in given for word in ("--given", text)]
    document = plan("inotuzumab", "--bsa", "1.0", "--cycles", "2", "--set", "remission=true", *options).json
    (found,) = [f for f in document["findings"] if f["rule"] == "spacing" and f["part"] == "cycle"]
    assert (found["status"], found["dose"]) == ("violation", 4)
    assert "19 days" in found["message"]


def test_a_dose_that_was_given_dates_the_rest_of_its_cycle_without_a_start(plan):
    document = plan("clover2-20", "--bsa", "1.6", "--given", "3=32 mCi@2026-05-18").json
    assert dates(document) == [None, None, "2026-05-18", "2026-06-01", None, None]
    assert document["doses"][3]["day"] is None


def test_a_later_dose_says_nothing_of_when_the_first_was_given(plan):
    document = plan("inotuzumab", "--bsa", "1.0", "--cycles", "1", "--given", "2=0.5 mg@2026-03-05").json
    assert dates(document) == [None, "2026-03-05", "2026-03-12"]
    (found,) = [f for f in document["findings"] if f["rule"] == "dose-interval"]
    assert found["status"] == "unknown"


@pytest.mark.parametrize(
    ("arm", "given"),
    [
        (["clover2-20", "--bsa", "1.6"], "3=31 mCi@2026-03-10"),
        (["inotuzumab", "--bsa", "1", "--cycles", "2"], "4=0.5 mg@2026-03-12"),
        (["inotuzumab", "--bsa", "1"], "10=0.5 mg@2026-03-20"),
    ],
)
def test_a_dose_given_before_one_that_is_only_planned_is_refused(dosecalc, arm, given):
    answer = dosecalc("plan", "--protocol", *arm, "--start", "2026-03-02", "--given", given)
    assert (answer.status, answer.out) == (2, "")
    assert "state dose" in answer.err


def test_an_interval_to_an_earliest_date_is_a_lower_bound(plan):
    options = ["--cycles", "2", "--set", "remission=true", "--start", "2026-03-02", "--given", "3=0.5 mg@2026-03-15"]
    document = plan("inotuzumab", "--bsa", "1", *options).json
    (found,) = [f for f in document["findings"] if f["rule"] == "dose-interval"]
    assert found["status"] == "pass"  # from 15 March to 23 March at the earliest


@pytest.mark.parametrize("length", ["10 day", "14 day"])
def test_a_cycle_shorter_than_its_doses_is_refused(dosecalc, length):
    answer = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--cycle-length", length)
    assert answer.status == 2
    assert "whose last dose is on day 15" in answer.err


def test_a_range_of_lengths_gives_the_earliest_dates(plan):
    document = plan("inotuzumab", "--bsa", "1.0", "--cycles", "3", "--start", "2026-03-01").json
    assert [dose["day"] for dose in document["doses"]] == [1, 8, 15, 22, 29, 36, 50, 57, 64]
    chosen = plan("inotuzumab", "--bsa", "1.0", "--cycles", "3", "--cycle-length", "28 day").json
    assert [dose["day"] for dose in chosen["doses"]] == [1, 8, 15, 29, 36, 43, 57, 64, 71]
    assert not any(dose["date_from"] for dose in chosen["doses"])
    outside = plan("inotuzumab", "--bsa", "1.0", "--cycles", "3", "--cycle-length", "20 day")
    assert outside.status == 1


@pytest.mark.parametrize(
    ("since", "months", "expected"),
    [
        ((2025, 8, 31), 6, (2026, 2, 28)),
        ((2023, 8, 31), 6, (2024, 2, 29)),
        ((2025, 12, 15), 1, (2026, 1, 15)),
        ((2024, 2, 29), 12, (2025, 2, 28)),
        ((2025, 10, 31), 1, (2025, 11, 30)),
    ],
)
def test_calendar_months_end_with_the_month(since, months, expected):
    assert add_months(date(*since), months) == date(*expected)


def test_months_between_dates_are_said_to_be_counted_from_date_to_date(plan):
    options = ["--level", "12 mCi/kg", "--prior", "10 mCi/kg@2025-08-31", "--start", "2026-03-01"]
    (found,) = [
        f
        for f in plan("mibg-compassionate-nb", "--weight", "20", *options).json["findings"]
        if f["rule"] == "prior-interval"
    ]
    assert found["status"] == "pass"
    assert "182 days" in found["message"]
    assert "counted from date to date" in found["message"]


def test_durations_are_said_to_be_decided_by_dates(plan):
    document = plan("clover2-20", "--bsa", "1.6", "--set", "washout_transplant=91 day").json
    (found,) = [f for f in document["findings"] if f["rule"] == "washout-transplant"]
    assert found["status"] == "violation"  # three months are 91.3125 days
    assert "dates decide exactly" in found["message"]


def test_an_undated_prior_does_not_hide_a_recent_one(plan):
    options = [
        "--level",
        "12 mCi/kg",
        "--start",
        "2026-01-01",
        "--prior",
        "10 mCi/kg@2025-12-15",
        "--prior",
        "10 mCi/kg",
    ]
    (found,) = [
        f
        for f in plan("mibg-compassionate-nb", "--weight", "20", *options).json["findings"]
        if f["rule"] == "prior-interval"
    ]
    assert found["status"] == "violation"


@pytest.mark.parametrize(("limit", "months"), [("1 y", 12), ("2 y", 24), ("6 months", 6)])
def test_years_and_months_between_two_dates_are_counted_in_the_calendar(limit, months):
    """A year is twelve calendar months, whatever its days: the calendar is asked for just these."""
    asked = []

    class Dated:
        def between(self, _name):
            return Fraction(365)

        def calendar(self, name, count):
            asked.append((name, count))
            return Fraction(366)

    written = Condition(observable="prior_interval", at_least=limit)
    assert Compiler(EXACT, {}).condition(written, "rule").test(Dated()).no
    assert asked == [("prior_interval", months)]
