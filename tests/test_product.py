"""The product and the instrument in the gate: each mismatch holds in its own words, and goes once it is mended."""

import json

import pytest
from gating import case

from dosecalc import InputError, check_dose

SOUND = {
    "directive.agent": "177Lu-PSMA-617", "directive.amount": ["7.4 GBq", "200 mCi"], "order.amount": "7.4 GBq",
    "received.amount": "7.4 GBq", "assay.amount": "7.45 GBq", "patient.sex": "male",
}  # fmt: skip
RECALLED = {"site.recalled": {"L7": "sterility, notice of 2026-02-20", "L9": "label"}}
OPENED = {"received.opened": "2026-03-02T04:00+01:00"}
FIRST = {"received.calibrated": "2026-02-28T10:30+01:00", "received.amount": "9.12 GBq", "order.amount": "9.12 GBq",
         "order.calibrated": "2026-02-28T10:30+01:00", "received.measured_at": "2026-03-01T10:30+01:00"}  # fmt: skip
PASSED = {"at": "2026-03-02T07:30+01:00", "result": "passed"}


@pytest.mark.parametrize(
    ("wrong", "right", "what", "words"),
    [
        (RECALLED, RECALLED | {"received.lot": "L8"}, "received.lot and site.recalled",
         "lot L7 is recalled at this site: sterility, notice of 2026-02-20"),
        (OPENED | {"received.in_use": "6 h"}, OPENED | {"received.in_use": "8 h"}, "received.in_use and at",
         "its time in use ended on 2026-03-02T10:00+01:00"),
        # Lu-177, 6.6443 days: 9.12 GBq are 8.216 GBq a day later
        (FIRST | {"received.measured": "7.2 GBq"}, FIRST | {"received.measured": "8.3 GBq"},
         "received.measured and received.amount", "12.4 % below; allowed is 10 % (our limit)"),
        ({"assay.setting": "I-131"}, {"assay.setting": "177Lu"}, "assay.setting and directive.agent",
         "the calibrator was set to I-131, and the dose is of Lu-177"),
        ({"assay.instrument": "calibrator 2, set to I-131"}, {"assay.instrument": "calibrator 2, set to Lu-177"},
         "assay.instrument and directive.agent", "the instrument is named with I-131, and the dose is of Lu-177"),
        ({"assay.constancy": PASSED | {"result": "failed"}}, {"assay.constancy": PASSED}, "assay.constancy",
         "the calibrator failed its last constancy check"),
        ({"assay.constancy": PASSED | {"at": "2026-03-01T07:30+01:00"}}, {"assay.constancy": PASSED},
         "assay.constancy.at", "of 2026-03-01T07:30+01:00, more than 24 h before the measurement (our limit)"),
        ({"assay.constancy": PASSED | {"at": "2026-03-02T12:00+01:00"}}, {"assay.constancy": PASSED},
         "assay.constancy.at", "after the measurement"),
        ({"assay.constancy": {"at": "2026-03-02T07:30+01:00"}}, {"assay.constancy": PASSED}, "assay.constancy.result",
         "not stated: how the constancy check ended"),
        ({"assay.constancy": {"result": "passed"}}, {"assay.constancy": PASSED}, "assay.constancy.at",
         "not stated: when the constancy check was"),
        (FIRST | {"received.measured": "8.3 GBq", "received.measured_at": None},
         FIRST | {"received.measured": "8.3 GBq"},
         "received.measured_at", "so that it cannot be held against the supplier's figure"),
    ],
)  # fmt: skip
def test_it_holds_for_the_mismatch_alone_and_goes_once_that_is_mended(wrong, right, what, words):
    (hold,) = check_dose(case(SOUND | wrong)).holds
    assert hold.what == what
    assert words in hold.text
    assert check_dose(case(SOUND | right)).go


def test_a_constancy_check_just_a_day_before_counts():
    assert check_dose(case(SOUND | {"assay.constancy": PASSED | {"at": "2026-03-01T10:15+01:00"}})).go


def test_a_lot_is_the_same_in_any_case():
    assert not check_dose(case(SOUND | RECALLED | {"received.lot": " l7"})).go


def test_words_that_are_no_result_are_refused():
    with pytest.raises(InputError, match="read 'fine', expected passed or failed"):
        check_dose(case(SOUND | {"assay.constancy": PASSED | {"result": "fine"}}))
    with pytest.raises(InputError, match="in_use"):
        check_dose(case(SOUND | OPENED | {"received.in_use": "8"}))


@pytest.mark.parametrize(
    ("stated", "key"),
    [({"assay.constancy": "yes"}, "assay.constancy"), ({"directive.revisions": [3]}, r"revisions\[0\]")],
)
def test_a_value_in_the_place_of_a_table_is_refused_in_the_words_of_a_file(stated, key):
    with pytest.raises(InputError, match=rf"{key}: read .*, expected a table of keys, {{ key = ... }}"):
        check_dose(case(SOUND | stated))


def test_what_the_protocol_does_not_read_is_shown_and_not_dropped(dosecalc, tmp_path):
    stated = SOUND | {"protocol": "pluvicto-mcrpc", "dose": 1, "patient.labs": {"crcl": "20 mL/min @ 2026-03-01"}}
    check = check_dose(case(stated))
    assert check.unread == ("crcl 20 mL/min",)
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case(stated)), encoding="utf-8")
    out = dosecalc("check", str(path)).out
    assert "not read by the protocol: crcl 20 mL/min" in out
    assert "patient: MRN 1234, 1961-05-04; identified by wristband; name and date of birth said aloud" in out


def test_a_clock_time_without_a_zone_says_how_a_case_names_one(dosecalc, tmp_path):
    path = tmp_path / "case.toml"
    path.write_text('at = "2026-03-02T10:30"\n', encoding="utf-8")
    assert 'for example tz = "America/Chicago" in the case' in dosecalc("check", str(path)).err


def test_a_form_names_the_choices(dosecalc):
    form = dosecalc("check", "--new", "pluvicto-mcrpc").out
    assert '# diagnosis = ""   # one of prostate-cancer, other' in form
    assert '# psma_positive = ""   # true or false' in form
