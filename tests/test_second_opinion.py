"""The data against outside sets: half-lives by two evaluations, S values by an independent estimate."""

from __future__ import annotations

import csv
from fractions import Fraction
from math import sqrt
from pathlib import Path

import pytest
import radioactivedecay as rd

from dosecalc.dosimetry.dose import whole_body_s
from dosecalc.quantities import units
from dosecalc.reference.tables import radionuclides

TABLE = radionuclides()
NUBASE = list(csv.DictReader((Path(__file__).parent / "nubase2020.csv").read_text(encoding="utf-8").splitlines()))
"""NUBASE2020 (Kondev et al., Chin Phys C 2021;45:030001), as the package mendeleev carries it: no isomers."""
APART: set[str] = set()
"""Values that lie more than three standard uncertainties from those of NUBASE."""


def days(text, unit):
    return Fraction(text) * units.unit(units.spelled(unit), "time").factor


@pytest.mark.parametrize("row", NUBASE, ids=lambda row: row["nuclide"])
def test_half_lives_against_nubase(row):
    ours, theirs = TABLE[row["nuclide"]], days(row["half_life"], row["unit"])
    assert float(ours.half_life / theirs) == pytest.approx(1, rel=2.5e-3)
    spread = sqrt(float(days(row["uncertainty_1sigma"], row["unit"])) ** 2 + _own(ours) ** 2)
    assert (abs(float(ours.half_life - theirs)) > 3 * spread) is (row["nuclide"] in APART)


def _own(ours):
    return 0.0 if ours.uncertainty is None else float(ours.uncertainty * ours.half_life / ours.number)


def test_nubase_has_all_but_the_isomers():
    assert {row["nuclide"] for row in NUBASE} == {name for name in TABLE if not name.endswith("m")}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_half_lives_against_icrp_107(name):
    # ICRP 107 is of 2008: some radionuclides were measured anew since, and by several per cent
    assert float(TABLE[name].half_life) == pytest.approx(rd.Nuclide(name).half_life("d"), rel=0.035)


# Gy/(MBq h) of I-131 in the whole body by mass in kg: electrons absorbed in full, photons by absorbed fractions
ESTIMATE = {10: 1.546e-5, 20: 8.17e-6, 35: 4.92e-6, 50: 3.58e-6, 70: 2.65e-6}


@pytest.mark.parametrize(("mass", "estimate"), ESTIMATE.items())
def test_whole_body_s_values_against_an_independent_estimate(mass, estimate):
    assert whole_body_s(mass) == pytest.approx(estimate, rel=0.04)
