"""The account of statements in commands that plan nothing: each option took part in something, or nothing read it."""

from __future__ import annotations

import pytest

import dosecalc

DRAW = {"amount": "32 mCi", "concentration": "10 mCi/mL"}
TIMES = {"reference": "2026-03-01T12:00Z", "at": "2026-03-02T12:00Z", "nuclide": "I-131"}


def account(result):
    return {each.what: (each.outcome, each.used_by) for each in result.stated}


@pytest.mark.parametrize(
    ("stated", "what", "outcome"),
    [
        ({**DRAW, **TIMES}, "amount", ("used", ("amount",))),
        ({**DRAW, **TIMES}, "nuclide", ("used", ("decay",))),
        ({**DRAW, **TIMES, "tz": "UTC"}, "tz", ("unread", ())),  # every time has its offset
        ({**DRAW, **TIMES, "at": "2026-03-02T12:00", "tz": "UTC"}, "tz", ("used", ("decay",))),
        ({**DRAW, "factor": "0.9", "nuclide": "I-131"}, "nuclide", ("unread", ())),  # the factor says what is left
        ({**DRAW, "factor": "0.9", "nuclide": "I-131", "vial_volume": "10 mL"}, "nuclide", ("used", ("vial",))),
        ({**DRAW, "factor": "0.9", "syringe_step": "0.1 mL"}, "syringe-step", ("used", ("rounded volume",))),
    ],
)
def test_of_a_draw(stated, what, outcome):
    assert account(dosecalc.dispense(**stated))[what] == outcome


def test_what_nothing_reads_of_a_draw_changes_nothing():
    """What is called unread is unread: without it the figures are the same."""
    stated = {**DRAW, "factor": "0.9", "nuclide": "I-131", "half_life": "8 day"}
    draw = dosecalc.dispense(**stated)
    unread = {what for what, (outcome, _) in account(draw).items() if outcome == "unread"}
    assert unread == {"nuclide", "half-life"}
    assert draw.volume == dosecalc.dispense(**DRAW, factor="0.9").volume


@pytest.mark.parametrize(
    ("stated", "unread"),
    [
        ({"residence_time": "18 h", "weight": "20 kg", "activity": "8880 MBq", "target": "4 Gy"}, set()),
        ({"residence_time": "18 h", "weight": "20 kg"}, set()),
        (
            {"residence_time": "18 h", "weight": "20 kg", "activity": "8880 MBq", "s_value": "8.5e-6 Gy/(MBq h)"},
            {"weight"},
        ),
    ],
)
def test_of_dosimetry(stated, unread):
    found = dosecalc.fit_retention(**stated)
    assert {what for what, (outcome, _) in account(found).items() if outcome == "unread"} == unread


REPORT = {"total": "126.6 mCi", "doses": 4}


@pytest.mark.parametrize(
    ("stated", "what", "outcome"),
    [
        ({"level": "20 mCi/m^2", "bsa": 1.6}, "bsa", ("used", ("expected amount", "plausible sizes"))),
        (
            {"level": "20 mCi/m^2", "weight": 60, "height": 160},
            "height",
            ("used", ("expected amount", "plausible sizes")),
        ),
        ({"level": "20 mCi/m^2", "bsa": 1.6, "bsa_formula": "haycock"}, "bsa-formula", ("unread", ())),
        ({"level": "20 mCi/m^2", "age": 25}, "age", ("used", ("implied sizes", "ages of arms"))),
        (
            {"protocol": "clover2-20", "bsa": 1.6, "observables": {"platelets": "90 10^9/L"}},
            "platelets",
            ("unread", ()),
        ),
    ],
)
def test_of_a_report(stated, what, outcome):
    assert account(dosecalc.crosscheck(**REPORT, **stated))[what] == outcome


def test_of_a_named_arm_that_reads_it():
    stated = {"total": "21 mCi", "doses": 1, "weight": 70, "observables": {"platelets": "120 10^9/L"}}
    found = dosecalc.crosscheck(protocol="zevalin-relapsed", **stated)
    assert account(found)["platelets"] == ("used", ("the levels of the arm",))


def test_of_every_case_of_an_audit():
    """Each figure that a case prints is there, also where it is too little for a check."""
    for case in dosecalc.audit().cases:
        stated = {each.what for each in case.stated}
        for name, value in (("total", case.total), ("level", case.level)):
            assert value is None or name in stated, case.case
        assert case.crosscheck is not None or all(each.outcome == "unread" for each in case.stated)


def test_the_page_lists_what_nothing_read(dosecalc):
    words = ("--amount", "32 mCi", "--concentration", "10 mCi/mL", "--factor", "0.9", "--nuclide", "I-131")
    answer = dosecalc("dispense", *words)
    assert (answer.status, "Not read: nuclide I-131" in answer.out) == (0, True)
