"""The second method in the gate: it agrees where nothing is wrong, and stops faults and edited documents."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from gating import case

import dosecalc as package
from dosecalc import check_dose
from dosecalc.errors import DisagreementError, InputError
from dosecalc.gate import check as gate
from dosecalc.gate import parts
from dosecalc.gate.parts import OnTheWay, Tolerance
from dosecalc.gate.stated import StatedCase

DECAYED = {
    "directive.agent": "177Lu-PSMA-617", "directive.amount": ["7.4 GBq", "200 mCi"], "patient.sex": "male",
    "order.amount": "9.12 GBq", "order.calibrated": "2026-02-28T10:30+01:00",  # 7.40 GBq two days later
    "received.amount": "9.12 GBq", "received.calibrated": "2026-02-28T10:30+01:00", "assay.amount": "7.4 GBq",
}  # fmt: skip
VIAL = DECAYED | {"received.volume": "4 mL", "assay.volume": "4 mL"}


def test_it_agrees_and_says_what_it_did_not_look_at():
    verified = check_dose(case(DECAYED)).verified
    assert verified.agrees is True
    assert verified.method == "arithmetic repeated by a second method; inputs and sources not checked"
    assert any("names of agents" in text for text in verified.not_checked)


def test_what_it_cannot_read_is_told_and_never_agreed():
    verified = check_dose(case(DECAYED | {"directive.amount": ["7.4e3 MBq", "200 mCi"]})).verified
    assert verified.agrees is None
    assert "cannot read this (Unreadable" in verified.not_checked[-1]


def undecayed(_self, value, *_times):
    return value


def halved(_self, about):
    return Tolerance(about * Fraction(19, 20), about * Fraction(21, 20), "5 %")


def nothing(*_args, **_more):
    return iter(())


ON_THE_WAY, STATED = f"{OnTheWay.__module__}.OnTheWay", f"{StatedCase.__module__}.StatedCase"
FAULTS = [
    ("decay is left out", f"{ON_THE_WAY}.brought", undecayed, DECAYED),
    ("decay is left out of a vial", f"{ON_THE_WAY}.brought", undecayed, VIAL),
    ("another tolerance", f"{ON_THE_WAY}.tolerance", halved, DECAYED | {"assay.amount": "7.9 GBq"}),
    ("numbers are not compared", f"{parts.__name__}.count", nothing, DECAYED | {"count.present": 2}),
    ("amounts are not compared", f"{parts.__name__}.amounts", nothing, DECAYED),
    ("people are not compared", f"{parts.__name__}.people", nothing, DECAYED | {"checked.by": "T. Becker"}),
    ("expiry is not compared", f"{parts.__name__}.order_of_times", nothing, DECAYED),
    ("identifiers are not compared", f"{parts.__name__}.identity", nothing, DECAYED | {"order.patient_id": "MRN 77"}),
    ("an identifier of another is let pass", f"{parts.__name__}.identifiers.strangers", lambda *_: (),
     DECAYED | {"order.patient_id": "MRN 77"}),
    ("what is unknown is not told", f"{gate.__name__}._unknown", nothing, DECAYED | {"assay.by": None}),
    ("every part is waived", f"{STATED}.waived", lambda *_: "why not", DECAYED | {"count.present": None}),
    ("any two amounts agree", f"{parts.__name__}.agree", lambda *_: True,
     DECAYED | {"directive.amount": ["7.4 GBq", "100 mCi"]}),
]  # fmt: skip


@pytest.mark.parametrize(("place", "fault", "stated"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS])
def test_a_fault_of_the_first_method_is_stopped(monkeypatch, place, fault, stated):
    check_dose(case(stated))  # both agree while nothing is wrong
    monkeypatch.setattr(place, fault)
    with pytest.raises(DisagreementError, match="the two methods do not agree on this dose, so there is no word"):
        check_dose(case(stated))


def test_a_disagreement_is_status_3_with_both_answers(monkeypatch, dosecalc, tmp_path):
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case(DECAYED)), encoding="utf-8")
    monkeypatch.setattr(f"{ON_THE_WAY}.brought", undecayed)
    answer = dosecalc("check", str(path))
    assert (answer.status, answer.out) == (3, "")
    assert "order.amount and directive.amount: differs, and agrees by the second method" in answer.err


# -- edited documents -----------------------------------------------------------------------------------------------


@pytest.fixture
def recorded(tmp_path):
    def made(stated, edit):
        document = json.loads(check_dose(case(stated)).to_json())
        edit(document)
        path = tmp_path / "check.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return package.check_record(path)

    return made


def unedited(_document):
    pass


HELD = DECAYED | {"assay.amount": "3.7 GBq"}


def gone(document):
    document["verdict"] = "go"


def no_holds(document):
    document["verdict"], document["holds"] = "go", []


def all_agree(document):
    no_holds(document)
    for pair in document["compared"]:
        pair["holds"] = True


def another_amount(document):
    document["inputs"]["assay"]["amount"] = "7.4 GBq"


def another_person(document):
    document["inputs"]["checked"]["by"] = document["inputs"]["assay"]["by"]


def less_stated(document):
    del document["inputs"]["assay"]["by"]


@pytest.mark.parametrize("edit", [gone, no_holds, all_agree, another_amount, another_person, less_stated])
def test_no_record_is_made_of_a_check_that_does_not_agree_with_itself(recorded, edit):
    assert recorded(HELD, unedited).doses
    with pytest.raises(InputError, match="this check does not agree with itself, so that no record is made of it"):
        recorded(HELD, edit)


def test_an_honest_document_of_an_arm_is_taken(recorded):
    stated = DECAYED | {"protocol": "pluvicto-mcrpc", "dose": 1}
    assert recorded(stated, unedited).doses[0].number == 1
