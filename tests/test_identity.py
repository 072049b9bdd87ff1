"""Whose documents they are: identifiers that are stated once, carried, and compared wherever two documents meet."""

import json

import pytest
from gating import case

import dosecalc as package
from dosecalc.errors import InputError
from dosecalc.gate.day import day_list
from dosecalc.quantities import identifiers

VIAL = {"concentration": "10 mCi/mL", "reference": "2026-03-01T12:00-06:00", "at": "2026-03-03T09:00-06:00"}
IDS = ["MRN 1234", "1961-05-04"]
I131 = {
    "at": "2026-03-03T09:30-06:00", "directive.at": "2026-03-02T09:30-06:00",
    "directive.amount": ["32 mCi", "1184 MBq"], "directive.agent": "iopofosine I-131", "patient.sex": "male",
    "order.amount": "100 mCi", "order.calibrated": "2026-03-01T12:00-06:00",
    "received.amount": "100 mCi", "received.volume": "10 mL", "received.calibrated": "2026-03-01T12:00-06:00",
    "received.expires": "2026-03-04T12:00-06:00",
    # 10 mCi/mL x 2^(-45/192.6) = 8.505 mCi/mL: 32 mCi are in 3.763 mL
    "assay.amount": "31.9 mCi", "assay.volume": "3.76 mL", "assay.at": "2026-03-03T09:05-06:00",
}  # fmt: skip


@pytest.fixture
def planned(tmp_path):
    def made(*ids, **stated):
        path = tmp_path / "plan.json"
        plan = package.plan("clover2-20", bsa=1.6, patient_id=list(ids) or None, **stated)
        path.write_text(plan.to_json(), encoding="utf-8")
        return path

    return made


@pytest.fixture
def checked(tmp_path):
    """A case file beside the document of its draw, checked."""

    def made(draw, stated=(), edit=None):
        document = json.loads(draw.to_json())
        document |= edit or {}
        (tmp_path / "draw.json").write_text(json.dumps(document), encoding="utf-8")
        path = tmp_path / "case.json"
        whole = case(I131 | {"dispensed": "draw.json"} | dict(stated))
        path.write_text(json.dumps(whole), encoding="utf-8")
        return package.check_dose(path)

    return made


def whats(check):
    return [hold.what for hold in check.holds]


# -- plan and draw --------------------------------------------------------------------------------------------------


def test_a_plan_keeps_the_identifiers_and_is_verified_with_them(planned, dosecalc):
    path = planned(*IDS)
    assert json.loads(path.read_text(encoding="utf-8"))["inputs"]["patient-id"] == IDS
    assert package.verify(path).exit_status() == 0
    answer = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--patient-id", "MRN 1234")
    assert "investigational   [MRN 1234]" in answer.out
    assert "Not read" not in answer.out


def test_a_draw_is_of_the_patient_of_its_plan(planned):
    draw = package.dispense(plan=planned(*IDS), dose=1, patient_id="mrn  1234", **VIAL)
    assert draw.patient == tuple(IDS)
    assert not any("nothing was stated to compare" in note for note in draw.notes)


def test_nothing_is_drawn_from_the_plan_of_another_patient(planned, dosecalc):
    path = planned(*IDS)
    for stated in (["MRN 77"], ["MRN 1234", "1991-05-04"]):  # one that agrees does not make up for one that does not
        with pytest.raises(InputError, match=f"read {stated[-1]}, but the plan is of MRN 1234, 1961-05-04; nothing"):
            package.dispense(plan=path, dose=1, patient_id=stated, **VIAL)
    options = [f"--{key}={value}" for key, value in VIAL.items()]
    answer = dosecalc("dispense", "--plan", str(path), "--dose", "1", "--patient-id", "MRN 77", *options)
    assert (answer.status, answer.out) == (2, "")
    assert "--patient-id: read MRN 77, but the plan is of MRN 1234" in answer.err


def test_what_was_not_compared_is_said(planned):
    notes = package.dispense(plan=planned(*IDS), dose=1, **VIAL).notes
    assert "the plan is of MRN 1234, 1961-05-04; nothing was stated to compare that with (--patient-id)" in notes
    draw = package.dispense(plan=planned(), dose=1, patient_id="MRN 1234", **VIAL)
    assert "the plan does not say whose it is" in draw.notes
    assert draw.patient == ("MRN 1234",)


def test_a_patient_file_has_them_too():
    plan = package.plan("clover2-20", patient=package.Patient(bsa=1.6, patient_id=IDS))
    assert list(plan.inputs["patient-id"]) == IDS


@pytest.mark.parametrize("text", ["", "  ", "MRN\n1", "\x1b[2J"])
def test_an_identifier_is_one_line(text):
    with pytest.raises(InputError, match="expected an identifier such as 'MRN 1234' on one line") as caught:
        package.plan("clover2-20", bsa=1.6, patient_id=[text])
    assert "--patient-id" in str(caught.value)


def test_strangers_are_told_only_where_both_name_somebody():
    assert identifiers.strangers(("A 1",), ()) == ()
    assert identifiers.strangers((), ("A 1",)) == ()
    assert identifiers.strangers(("a  1", "B"), ("A 1",)) == ("B",)


# -- the draw in the gate -------------------------------------------------------------------------------------------


def draw(**stated):
    return package.dispense(**{"amount": "32 mCi", "nuclide": "I-131", "patient_id": IDS, **VIAL, **stated})


def test_a_draw_that_agrees_goes_and_is_compared(checked):
    check = checked(draw())
    assert check.go, check.holds
    compared = {each.what for each in check.compared}
    assert {
        "patient.ids and dispensed", "dispensed and directive.amount", "assay.amount and dispensed",
        "dispensed and received.amount", "assay.volume and dispensed",
    } <= compared  # fmt: skip
    assert "draw.json" in [source["id"].rpartition("/")[2] for source in check.sources]


@pytest.mark.parametrize(
    ("stated", "case_", "what"),
    [
        ({"patient_id": "MRN 77"}, {}, "patient.ids and dispensed"),
        ({"patient_id": ["MRN 1234", "1991-05-04"]}, {}, "patient.ids and dispensed"),
        ({"amount": "64 mCi"}, {"assay.volume": None, "assay.amount": None}, "dispensed and directive.amount"),
        ({"nuclide": "Lu-177"}, {}, "dispensed and directive.agent"),
        ({}, {"assay.volume": "2.5 mL", "received.amount": None}, "assay.volume and dispensed"),
        ({}, {"assay.amount": "24 mCi"}, "assay.amount and dispensed"),
        # drawn by the concentration of another vial
        ({"concentration": "15 mCi/mL"}, {}, "dispensed and received.amount"),
        ({"vial_volume": "3 mL"}, {}, "dispensed"),
    ],
)
def test_a_draw_that_differs_holds(checked, stated, case_, what):
    check = checked(draw(**stated), case_)
    assert what in whats(check), check.holds


def test_the_syringe_rounds_what_is_expected(checked):
    rounded = draw(syringe_step="1 mL")  # 4 mL, 34.02 mCi
    check = checked(rounded, {"assay.amount": "34 mCi", "assay.volume": "4 mL"})
    assert check.go, check.holds
    (pair,) = [each for each in check.compared if each.what == "assay.amount and dispensed"]
    assert pair.text.startswith("34 mCi and 34.01 mCi")


def test_violations_of_the_plan_of_a_draw_hold(checked, planned):
    path = planned(*IDS, observables={"cd34_per_weight": "1.9e6 cell/kg"})
    (first, *_) = whats(checked(package.dispense(plan=path, dose=1, patient_id=IDS, **VIAL)))
    assert first == "dispensed"


def test_a_document_that_is_not_what_its_inputs_make_is_refused(checked):
    with pytest.raises(InputError, match="is not what its own inputs make: amount; make the draw again") as caught:
        checked(draw(), edit={"amount": {"MBq": 118.4, "mCi": 3.2}})
    assert "dispensed" in str(caught.value)
    with pytest.raises(InputError, match="is no document of dosecalc dispense --json"):
        checked(draw(), edit={"schema": "dosecalc.plan/1"})
    with pytest.raises(InputError, match="no-such"):
        package.check_dose({"dispensed": "no-such.json"})


def test_a_day_has_no_case_for_the_document_of_a_draw(checked, tmp_path):
    checked(draw())
    (dose,) = day_list(tmp_path).doses
    assert dose.file.endswith("case.json")
