"""Counts and chemistry as laboratories write them: read right, or refused with the way to write it; none read wrong."""

from __future__ import annotations

import csv
from fractions import Fraction
from pathlib import Path

import pytest
from gating import case

import dosecalc as package
from dosecalc.course.observables import OBSERVABLES, find, read, stated_as
from dosecalc.errors import InputError
from dosecalc.reference.labs import TABLE, lab_names
from dosecalc.verification import statements

GIGA = Fraction(10) ** 9
READ = [  # the statement, the observable, and its value in the base unit (per litre, g/L, mg/dL, times the limit)
    ("platelets=110 10^9/L", "platelets", 110 * GIGA),
    ("platelets=110 10*9/L", "platelets", 110 * GIGA),  # UCUM
    ("platelets=110 x 10^9/L", "platelets", 110 * GIGA),
    ("platelets=110 x10⁹/L", "platelets", 110 * GIGA),
    ("platelets=110 G/L", "platelets", 110 * GIGA),
    ("platelets=110 Gpt/L", "platelets", 110 * GIGA),
    ("platelets=110 G/l", "platelets", 110 * GIGA),
    ("platelets=110 K/uL", "platelets", 110 * GIGA),
    ("platelets=110 K/µL", "platelets", 110 * GIGA),
    ("platelets=110 10^3/uL", "platelets", 110 * GIGA),
    ("platelets=110 10*3/uL", "platelets", 110 * GIGA),
    ("platelets=110 10^3/mm^3", "platelets", 110 * GIGA),
    ("platelets=110 Tsd/µl", "platelets", 110 * GIGA),
    ("platelets=110 Tsd./uL", "platelets", 110 * GIGA),
    ("platelets=11 10^4/uL", "platelets", 110 * GIGA),
    ("platelets=11.0 10^4/µL", "platelets", 110 * GIGA),
    ("platelets=110000/uL", "platelets", 110 * GIGA),
    ("platelets=110000/µl", "platelets", 110 * GIGA),
    ("platelets=110000/mm3", "platelets", 110 * GIGA),
    ("platelets=1.1e5/uL", "platelets", 110 * GIGA),
    ("plt=110 10^9/L", "platelets", 110 * GIGA),
    ("PLT=110 10^9/L", "platelets", 110 * GIGA),
    ("Thrombocytes=110 G/L", "platelets", 110 * GIGA),
    ("ANC=1.8 10^9/L", "anc", Fraction("1.8") * GIGA),
    ("neutrophils=1800/uL", "anc", Fraction("1.8") * GIGA),
    ("WBC=4.1 K/uL", "wbc", Fraction("4.1") * GIGA),
    ("leucocytes=4.1 10*9/L", "wbc", Fraction("4.1") * GIGA),
    ("hb=10.2 g/dL", "hemoglobin", 102),
    ("Hgb=10.2 g/dl", "hemoglobin", 102),
    ("haemoglobin=102 g/l", "hemoglobin", 102),
    ("crea=88.4 umol/L", "creatinine", 1),
    ("creatinine=88.4 µmol/l", "creatinine", 1),
    ("scr=1.0 mg/dl", "creatinine", 1),
    ("CrCl=85 mL/min", "crcl", 85),
    ("bili=1.8 mg/dL (ULN 1.2 mg/dL)", "bilirubin", Fraction(3, 2)),
    ("tbil=30 µmol/L (ULN 20 µmol/L)", "bilirubin", Fraction(3, 2)),
    ("ALT=50 U/L (ULN 40 U/L)", "alt", Fraction(5, 4)),
    ("gpt=50 U/l (ULN: 40 U/l)", "alt", Fraction(5, 4)),
    ("AST=1.2 xULN", "ast", Fraction(6, 5)),
    ("KPS=80 %", "karnofsky", Fraction(80)),
]
REFUSED = [
    ("platelets=110", "a number without a unit"),
    ("platelets=110 10E9/L", "'10E9' is 10^10 as a number; write 10^9/L"),
    ("platelets=110 g/L", "a mass of hemoglobin per volume"),
    ("platelets=1,10 10^9/L", "which has a comma"),
    ("platelets=110 T/L", "the unit 'T/L' is not known"),
    ("hemoglobin=6.2 mmol/L", "the unit 'mmol/L' is not known"),
    ("bilirubin=1.2 mg/dL", "Expected a multiple of the upper limit of normal"),
    ("alt=35 U/L", "Expected a multiple of the upper limit of normal"),
    ("alt=35 U/L (ULN 40 g/L)", "and its upper limit 40 g/L are not of one kind"),
    ("alt=35 U/L (ULN 0 U/L)", "or the limit is 0"),
    ("plq=110 10^9/L", "'plq' is not an observable"),
    ("platelets=< 110 10^9/L", "read '< 110 10^9/L'"),
]


@pytest.mark.parametrize(("text", "name", "value"), READ)
def test_it_is_read_right(text, name, value):
    said, _, written = text.partition("=")
    row = stated_as(said)
    assert row.name == name
    assert read(row, written).value == value or read(row, written).value * 100 == value  # a percentage is a part of one


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_has_two_readings_or_none_is_refused_with_the_way_to_write_it(dosecalc, text, words):
    answer = dosecalc("plan", "--protocol", "inotuzumab", "--bsa", "1", "--set", text)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err


@pytest.mark.parametrize("text", [each[0] for each in READ if each[1] in ("platelets", "bilirubin", "alt", "ast")])
def test_both_methods_read_the_same(text):
    plan = package.plan("inotuzumab", bsa="1 m^2", observables=text)
    assert plan.verified.agrees


def test_one_observable_under_two_names_is_one(dosecalc):
    both = ("--set", "plt=110 10^9/L", "--set", "platelets=90 10^9/L")
    answer = dosecalc("plan", "--protocol", "zevalin-relapsed", "--weight", "70", *both)
    assert answer.status == 2
    assert "platelets is given twice with different values" in answer.err


def test_a_name_may_stand_for_one_dose(dosecalc):
    answer = dosecalc("plan", "--protocol", "inotuzumab", "--bsa", "1", "--set", "bili[2]=1.6 xULN", "--json")
    found = [each for each in answer.json["findings"] if each["rule"] == "bilirubin" and each["status"] == "violation"]
    assert [each["dose"] for each in found] == [2]


def test_the_gate_knows_them_and_asks_their_day():
    stated = {"directive.agent": "177Lu-DOTATATE", "directive.amount": ["7.4 GBq"], "order.amount": "7.4 GBq",
              "received.amount": "7.4 GBq", "assay.amount": "7.4 GBq", "patient.sex": "male"}  # fmt: skip
    check = package.check_dose(case(stated | {"patient.labs": {"PLT": "110 10*9/L"}}))
    assert [hold.what for hold in check.holds] == ["patient.labs.platelets"]
    grave = package.check_dose(case(stated | {"patient.labs": {"plt": "8 G/L @ 2026-03-01"}}))
    assert "grade 3 or worse" in grave.holds[0].text


def test_every_name_of_the_table_means_an_observable_and_both_methods_have_it():
    rows = list(csv.DictReader((Path(__file__).parent.parent / "seeds" / TABLE).read_text("utf-8").splitlines()))
    assert len(rows) == len(lab_names()) == len({row["name"] for row in rows})
    assert all(row["observable"] in OBSERVABLES and row["name"] not in OBSERVABLES for row in rows)
    assert all(row["name"] == row["name"].casefold() for row in rows)
    assert lab_names() == statements.NAMES


def test_a_protocol_file_keeps_to_its_own_names():
    with pytest.raises(InputError, match="'plt' is not an observable"):
        find("plt")
