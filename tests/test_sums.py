"""Levels with sums, and compound units: the formulas of the liver and the thyroid, computed by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

import dosecalc as package
from dosecalc.errors import InputError

FILE = """
schema = 1
id = "formulas"
title = "Formulas of sources"
status = "guideline"

[agents.y90]
name = "90Y resin microspheres"
radionuclide = "Y-90"
route = "not stated"

[agents.iodide]
name = "sodium iodide I-131"
radionuclide = "I-131"
route = "not stated"

[observables]
tumour_fraction = {{ kind = "quantity", unit = "%", title = "tumour part", min = "0 %", max = "100 %" }}
lung_shunt = {{ kind = "quantity", unit = "%", title = "lung shunt", min = "0 %", max = "100 %" }}
gland_mass = {{ kind = "quantity", unit = "g", title = "gland", min = "1 g", max = "1000 g" }}
uptake = {{ kind = "quantity", unit = "%", title = "uptake", min = "0 %", max = "100 %" }}
half_life = {{ kind = "quantity", unit = "day", title = "effective half-life", min = "1 day", max = "8.1 day" }}

[[arms]]
id = "formulas-a"
title = "One formula"
purpose = "therapy"
cite = "formulas#all"
  [[arms.cycles]]
    [[arms.cycles.doses]]
    agent = "{agent}"
    day = 1
    level = {level}

[[facts]]
id = "all"
statement = "The formulas"
values = ["1 GBq", "0.2 m^2", "2 m^2", "1 day", "100 %", "150 Gy", "400 Gy",
          "0.0247 MBq*day/(g*Gy)", "0.5928 MBq*h/(g*Gy)"]
"""
RESIN = """{ product = [
  "1 GBq",
  { sum = [{ observable = "bsa" }, { observable = "tumour_fraction" }], less = ["0.2 m^2"], in = "m^2" },
  { sum = ["100 %"], less = [{ observable = "lung_shunt" }] },
] }"""
MARINELLI = """{ product = [
  { min = "150 Gy", max = "400 Gy" }, "CONSTANT", { observable = "gland_mass" },
], over = [{ observable = "uptake" }, { observable = "half_life" }] }"""


@pytest.fixture
def arm(tmp_path):
    def made(level, agent="y90"):
        path = tmp_path / "formulas.toml"
        path.write_text(FILE.format(level=level.replace("\n", " "), agent=agent), encoding="utf-8")
        return str(path)

    return made


@pytest.mark.parametrize(
    ("bsa", "tumour", "shunt", "expected"),
    [
        # (BSA - 0.2 + tumour fraction) GBq, times what does not go to the lungs
        ("1.8", "20 %", "5 %", (Fraction("1.8") - Fraction("0.2") + Fraction("0.2")) * Fraction("0.95") * 1000),
        ("2.1", "0 %", "0 %", Fraction(1900)),
        ("1.55", "37.5 %", "12.5 %", (Fraction("1.35") + Fraction("0.375")) * Fraction("0.875") * 1000),
        ("1.8", "20 %", "100 %", Fraction(0)),
    ],
)
def test_the_formula_of_resin_by_body_surface(arm, bsa, tumour, shunt, expected):
    plan = package.plan(arm(RESIN), bsa=bsa, observables={"tumour_fraction": tumour, "lung_shunt": shunt})
    assert plan.doses[0].exact == expected
    assert plan.verified.agrees


def test_every_term_stands_in_the_arithmetic_and_in_the_account(arm, dosecalc):
    stated = ("--set", "tumour_fraction=20 %", "--set", "lung_shunt=5 %")
    out = dosecalc("plan", "--protocol", arm(RESIN), "--bsa", "1.8", *stated).out
    assert "1 GBq x (1.8 m² + 20 % - 0.2 m², as numbers in m²) x (100 % - 5 %) = 1,710 MBq" in out
    assert "tumour_fraction  20 %  the amount of dose 1" in out
    assert "lung_shunt       5 %   the amount of dose 1" in out
    words = "1 GBq x (bsa + tumour_fraction - 0.2 m², each as a number in m²) x (100 % - lung_shunt)"
    assert words in dosecalc("protocol", "show", arm(RESIN)).out


def test_without_one_term_the_amount_is_unknown_and_the_term_asked(arm):
    plan = package.plan(arm(RESIN), bsa="1.8", observables={"tumour_fraction": "20 %"})
    assert plan.doses[0].amount is None
    assert plan.doses[0].pending == 'needs the lung shunt: give --set "lung_shunt=... %"'


def test_below_zero_a_formula_says_nothing(arm):
    less = RESIN.replace("0.2 m^2", "2 m^2")
    plan = package.plan(arm(less), bsa="1.8", observables={"tumour_fraction": "10 %", "lung_shunt": "5 %"})
    assert plan.doses[0].amount is None
    told = "(1.8 m² + 10 % - 2 m², as numbers in m²) is below zero, for which the formula says nothing"
    assert told in plan.doses[0].pending
    plan = package.plan(arm(less), bsa="1.8", observables={"tumour_fraction": "20 %", "lung_shunt": "5 %"})
    assert plan.doses[0].exact == 0


@pytest.mark.parametrize("constant", ["0.0247 MBq*day/(g*Gy)", "0.5928 MBq*h/(g*Gy)"])  # 0.0247 x 24
def test_marinelli_by_hand(arm, constant):
    gland = {"gland_mass": "30 g", "uptake": "50 %", "half_life": "5 day"}
    plan = package.plan(arm(MARINELLI.replace("CONSTANT", constant), "iodide"), level="300 Gy", observables=gland)
    assert plan.doses[0].exact == Fraction(300) * Fraction("0.0247") * 30 / (Fraction(1, 2) * 5)  # 88.92 MBq
    assert plan.verified.agrees


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ('{ product = ["1 GBq", { sum = [{ observable = "bsa" }, "100 %"] }] }',
         r"sum\[1\]: the terms are of several kinds; write in = \"UNIT\" where the source"),
        ('{ product = ["1 GBq", { sum = [] }] }', "the sum lists no term"),
        ('{ product = ["1 GBq", { sum = ["1 day"], in = "m^2" }] }', "expected a body surface area or a plain number"),
        ('{ product = ["1 GBq", { sum = [{ observable = "bsa" }], in = "furlong" }] }', "in: read '1 furlong'"),
        ('{ product = ["1 GBq", { sum = [{ observable = "bsa" }] }] }', "the units of the factors leave activity"),
        ('{ product = ["1 GBq", { sum = ["100 %"], less = [{ observable = "nothing" }] }] }', "nothing"),
        ('{ product = ["1 GBq", { sum = ["100 %"], les = ["100 %"] }] }', "les"),
        ('{ product = ["1 GBq", { sum = ["99 %"] }] }', "'99 %' is not what the cited facts state"),
        ('{ product = ["150 Gy", "0.0247 MBq*day/(g*Gy)", { observable = "gland_mass" }] }', "expected an activity"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(arm, level, words):
    with pytest.raises(InputError, match=words):
        package.plan(arm(level), bsa="1.8")


def test_the_proofs_know_sums(arm, dosecalc):
    answer = dosecalc("protocol", "lint", "--prove", arm(RESIN))
    assert answer.status == 0, answer.out + answer.err
    assert "sound" in answer.out
