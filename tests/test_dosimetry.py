"""Whole-body dosimetry: fits against known kinetics and another library, doses by hand, and the plan that they give."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import subprocess
import sys
import tomllib
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import numpy as np
import pytest
from scipy import integrate, optimize, stats

import dosecalc
from dosecalc import InputError, fit_retention, ureg
from dosecalc.dosimetry import kinetics, notes
from dosecalc.dosimetry.dose import S_COEFFICIENT, S_EXPONENT, S_FACT, whole_body_s
from dosecalc.reference import tables

TESTS = Path(__file__).parent
SEEDS = TESTS.parent / "seeds"
SOP = {f["id"]: f for f in tomllib.loads((SEEDS / "eanm-sop-mibg.toml").read_text(encoding="utf-8"))["facts"]}
DECAY = math.log(2) / (24 * float(tables.radionuclides()["I-131"].half_life))


def retention(amplitudes, times_of_phases, times):
    """A sum of exponentials, by its mean lives in hours."""
    return sum(a * np.exp(-np.asarray(times) / t) for a, t in zip(amplitudes, times_of_phases, strict=True))


def fitted(times, values, **more):
    return fit_retention({"time [h]": list(times), "retention": list(values)}, nuclide="I-131", **more)


# phases whose rates are at least three times apart, readings to at least two mean lives of the slowest
KINETICS = {
    1: ([1.0], [18.0], np.geomspace(1, 60, 6)),
    2: ([0.7, 0.3], [8.0, 40.0], np.geomspace(1, 120, 8)),
    3: ([0.5, 0.3, 0.2], [3.0, 12.0, 60.0], np.geomspace(0.5, 200, 10)),
}


def tau_of(amplitudes, lives):
    return sum(a * t for a, t in zip(amplitudes, lives, strict=True))


# -- the S value and the arithmetic of doses --------------------------------------------------------------------


def test_the_s_value_is_the_fact_and_lies_between_electrons_alone_and_everything_absorbed():
    fact = SOP[S_FACT.partition("#")[2]]
    assert fact["printed"] == f"{S_COEFFICIENT:.2e} x m^{S_EXPONENT} Gy/(MBq h)".replace("e-04", "e-4")
    assert fact["confirmed"] is False
    for mass, printed in zip((10, 20, 35, 50, 70), SOP["whole-body-s-values"]["printed"].split(", "), strict=True):
        assert whole_body_s(mass) == pytest.approx(float(printed), rel=5e-4)
    electrons, photons = 0.192, 0.383  # MeV a decay of I-131
    gray = 1e6 * 3600 * 1.602176634e-13  # Gy kg/(MBq h) in one MeV a decay
    for mass in range(5, 121):
        assert electrons * gray < whole_body_s(mass) * mass < (electrons + photons) * gray


@pytest.mark.parametrize("fact", ["example-20kg", "example-12kg", "example-35kg"])
def test_the_worked_examples_of_the_fact_sheet(fact):
    weight, first, tau, dose, second = SOP[fact]["values"]
    found = fit_retention(residence_time=tau, weight=weight, activity=first, target="4 Gy")
    assert f"{found.dose.value:.3f} Gy" == dose
    assert f"{found.second.activity.value:.0f} MBq" == second
    assert any("eanm-sop-mibg#whole-body-s" in each for each in found.assumptions)
    assert [unconfirmed["fact"] for unconfirmed in found.unconfirmed] == [S_FACT]
    times = np.array([1, 9, 18, 36, 54])
    values = np.exp(-times / float(tau.split()[0]))
    by_readings = fitted(times, values, weight=weight, activity=first, target="4 Gy")
    assert by_readings.second.activity.value == pytest.approx(found.second.activity.value, rel=1e-9)


def test_a_dose_at_the_target_leaves_nothing_and_says_why():
    tau = 4.3 / (8880 * S_COEFFICIENT * 20**S_EXPONENT)
    found = fit_retention(residence_time=f"{tau!r} h", weight="20 kg", activity="8880 MBq", target="4 Gy")
    assert found.dose.value == pytest.approx(4.3)
    assert (found.second.mbq, found.second.u, found.second.low, found.second.high) == (0.0, None, None, None)
    assert "the first administration gave 4.3 Gy, and the target is 4 Gy: nothing is left for a second" in found.flags


def test_a_second_of_more_than_ten_times_the_first_is_flagged():
    asked = {"weight": "20 kg", "activity": "8880 MBq", "target": "4 Gy"}
    s = S_COEFFICIENT * 20**S_EXPONENT
    for dose, flagged in ((4 / 11 * 0.999, True), (4 / 11 * 1.001, False)):
        found = fit_retention(residence_time=f"{dose / 8880 / s!r} h", **asked)
        assert any("more than 10 times the first" in flag for flag in found.flags) is flagged


def test_another_mass_has_its_own_s_value():
    found = fit_retention(
        residence_time="18 h", weight="20 kg", activity="8880 MBq", target="4 Gy", second_weight="22 kg"
    )
    left = 4 - found.dose.value
    assert found.second_other_weight.activity.value == pytest.approx(left / (18 * S_COEFFICIENT * 22**S_EXPONENT))
    assert found.second_other_weight.weight == {"value": 22, "unit": "kg"}


def test_a_stated_s_value_stands_in_place_of_the_formula():
    found = fit_retention(residence_time="18 h", activity="8880 MBq", s_value="8.5e-6 Gy/(MBq h)", nuclide="Lu-177")
    assert found.dose.value == pytest.approx(8880 * 18 * 8.5e-6)
    assert found.unconfirmed == ()
    assert found.document()["s_value"] == {"value": 8.5e-6, "unit": "Gy/(h*MBq)"}


# -- fits -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phases", KINETICS)
def test_without_noise_the_residence_time_is_exact_and_the_fewest_phases_win(phases):
    amplitudes, lives, times = KINETICS[phases]
    found = fitted(times, retention(amplitudes, lives, times))
    assert len(found.fit.phases) == phases
    assert found.residence_time.value == pytest.approx(tau_of(amplitudes, lives), rel=1e-6)
    for phase, amplitude, life in zip(found.fit.phases, amplitudes, lives, strict=True):
        assert (phase.amplitude, 1 / phase.rate) == (pytest.approx(amplitude, 1e-5), pytest.approx(life, 1e-5))
    area, _ = integrate.quad(lambda t: float(found.fit.at([t])[0]), 0, 2000, limit=200)
    assert area == pytest.approx(found.residence_time.value, rel=1e-6)


@pytest.mark.parametrize("phases", [1, 2])
def test_a_weighted_fit_against_another_routine(phases):
    amplitudes, lives, times = KINETICS[phases]
    noise = 1 + np.random.default_rng(7).normal(0, 0.02, len(times))
    values = retention(amplitudes, lives, times) * noise

    def model(t, *p):
        return sum(p[i] * np.exp(-p[phases + i] * t) for i in range(phases))

    start = [*amplitudes, *(1 / np.array(lives))]
    popt, pcov = optimize.curve_fit(model, times, values, start, sigma=0.02 * values, absolute_sigma=True)
    found = fitted(times, values, phases=phases, reading_u="2 %")
    mine = [phase.amplitude for phase in found.fit.phases] + [phase.rate for phase in found.fit.phases]
    assert mine == pytest.approx(popt, rel=1e-4)
    assert found.fit.covariance == pytest.approx(pcov, rel=1e-3, abs=1e-12)
    slope = np.concatenate([1 / popt[phases:], -popt[:phases] / popt[phases:] ** 2])
    assert found.residence_time.u == pytest.approx(math.sqrt(slope @ pcov @ slope), rel=1e-3)


def test_the_criterion_is_that_of_the_likelihood():
    """AICc from normal densities whose spread is estimated; constants that all models share drop out."""
    amplitudes, lives, times = KINETICS[2]
    values = retention(amplitudes, lives, times) * (1 + np.random.default_rng(3).normal(0, 0.02, len(times)))
    found = fitted(times, values)
    count, theirs = len(times), {}
    for fit in found.fits:
        model = fit.at(times)
        spread = math.sqrt(np.mean(((values - model) / model) ** 2))
        k = 2 * len(fit.phases) + 1
        logs = float(np.sum(stats.norm.logpdf(values, model, spread * model)))
        theirs[len(fit.phases)] = 2 * k - 2 * logs + 2 * k * (k + 1) / (count - k - 1)
    mine = {len(fit.phases): fit.aicc for fit in found.fits}
    assert mine[1] - mine[2] == pytest.approx(theirs[1] - theirs[2], abs=1e-3)
    assert len(found.fit.phases) == min(theirs, key=theirs.get)


RUNS = 150


@pytest.mark.slow
@pytest.mark.parametrize(("phases", "shared"), [(1, False), (2, False), (3, False), (2, True)])
def test_the_interval_covers_the_residence_time(phases, shared):
    """Of 150 runs 143 are expected; the bounds are three standard deviations of a binomial away."""
    amplitudes, lives, times = KINETICS[phases]
    times = np.concatenate([[0.0], times[1:]]) if shared else times
    true, tau = retention(amplitudes, lives, times), tau_of(amplitudes, lives)
    rng = np.random.default_rng(phases)
    covered, found = 0, []
    for _ in range(RUNS):
        values = true * (1 + rng.normal(0, 0.02, len(times)))
        values = values / values[0] if shared else values
        fit = kinetics.fit(kinetics.Readings(times, values, None, shared), DECAY, phases)[0]
        low, high = fit.interval(0.95)
        covered += low <= tau <= high
        found.append(fit.tau)
    assert 0.895 <= covered / RUNS <= 1
    spread = np.std(found) / math.sqrt(RUNS)
    assert abs(np.mean(found) - tau) < 0.005 * tau + 3 * spread


@pytest.mark.slow
@pytest.mark.parametrize("phases", [1, 2])
def test_the_interval_covers_where_the_criterion_chooses(phases):
    amplitudes, lives, times = KINETICS[phases]
    true, tau = retention(amplitudes, lives, times), tau_of(amplitudes, lives)
    rng = np.random.default_rng(10 + phases)
    covered = 0
    for _ in range(RUNS):
        values = true * (1 + rng.normal(0, 0.02, len(times)))
        low, high = fitted(times, values).fit.interval(0.95)
        covered += low <= tau <= high
    assert 0.85 <= covered / RUNS <= 1


@pytest.mark.slow
def test_linear_propagation_agrees_with_monte_carlo():
    amplitudes, lives, times = KINETICS[2]
    true = retention(amplitudes, lives, times)
    asked = {"weight": "20 kg", "activity": "8880 MBq", "phases": 2, "reading_u": "2 %"}
    linear = fitted(times, true, **asked, activity_u="3 %", weight_u="2 %", target="4 Gy")
    rng, doses, seconds = np.random.default_rng(5), [], []
    for _ in range(400):
        tau = fitted(times, true * (1 + rng.normal(0, 0.02, len(times))), **asked).residence_time.value
        mass = 20 * (1 + rng.normal(0, 0.02))
        dose = 8880 * (1 + rng.normal(0, 0.03)) * tau * S_COEFFICIENT * mass**S_EXPONENT
        doses.append(dose)
        seconds.append(8880 * (4 - dose) / dose)
    assert linear.dose.u == pytest.approx(np.std(doses), rel=0.12)
    assert linear.second.activity.u == pytest.approx(np.std(seconds), rel=0.15)
    low, high = np.quantile(seconds, [0.025, 0.975])
    assert (linear.second.activity.low, linear.second.activity.high) == (
        pytest.approx(low, rel=0.04),
        pytest.approx(high, rel=0.04),
    )


@pytest.mark.slow
def test_the_error_of_the_first_reading_is_that_of_all_the_others():
    times = np.array([0.0, 4, 10, 20, 30, 40])
    true, rng, found = np.exp(-times / 18), np.random.default_rng(1), []
    for _ in range(300):
        counts = 1e5 * true * (1 + rng.normal(0, 0.02, len(times)))
        fit = fit_retention({"time [h]": times, "counts": counts, "background": [0] * 6}, nuclide="I-131", phases=1)
        found.append(fit.residence_time.value)
    sound = {"time [h]": times, "counts": 1e5 * true, "background": [0] * 6, "u [%]": [2] * 6}
    assert fit_retention(sound, nuclide="I-131", phases=1).residence_time.u == pytest.approx(np.std(found), rel=0.12)


def test_no_phase_is_slower_than_physical_decay():
    times = np.array([1.0, 24, 48, 96, 192])
    found = fitted(times, np.exp(-0.6 * DECAY * times))
    (phase,) = found.fit.phases
    assert (phase.rate, phase.physical) == (pytest.approx(DECAY), True)
    assert any("physical decay alone" in each for each in found.assumptions)


def test_too_few_readings_for_the_criterion_give_one_phase_and_say_so():
    amplitudes, lives, _ = KINETICS[2]
    times = np.array([1.0, 4, 10, 24, 48, 72])
    found = fitted(times, retention(amplitudes, lives, times))
    assert len(found.fit.phases) == 1
    assert "6 readings are too few for AICc to choose a number of phases: one phase was fitted" in found.flags
    two = fitted(times[[0, 5]], [0.9, 0.1])
    assert two.residence_time.u is None
    assert any("too few readings to estimate the uncertainty" in flag for flag in two.flags)
    assert two.document()["residence_time"]["u"] is None


def test_readings_that_many_phases_follow_more_closely_are_pointed_out():
    amplitudes, lives, _ = KINETICS[2]
    times = np.array([0.5, 2, 4, 8, 24, 48, 72])
    rounded = [f"{each:.2f}" for each in retention(amplitudes, lives, times) * [1, 0.98, 1.01, 1, 1.02, 0.99, 1]]
    found = fitted(times, rounded)
    assert any("--phases 2" in flag for flag in found.flags)
    assert len(fitted(times, rounded, phases=2).fit.phases) == 2


def test_trapezoids_and_a_tail_of_physical_decay():
    found = fitted([2, 10, 30], [0.8, 0.5, 0.2], weight="20 kg", activity="8880 MBq")
    area = (1 + 0.8) / 2 * 2 + (0.8 + 0.5) / 2 * 8 + (0.5 + 0.2) / 2 * 20 + 0.2 / DECAY
    assert found.model_free.residence_time["value"] == pytest.approx(area)
    free = found.document()["model_free"]
    assert free["dose"]["value"] == pytest.approx(8880 * area * whole_body_s(20))
    assert free["difference_percent"] == pytest.approx(100 * (area / found.residence_time.value - 1))


# -- readings in every form -------------------------------------------------------------------------------------

TIMES = [0.0, 4.0, 24.0, 48.0, 72.0]
PARTS = [1.0, 0.8, 0.35, 0.15, 0.06]
FORMS = {
    "retention": "time [h],retention\n0,1\n4,0.8\n24,0.35\n48,0.15\n72,0.06\n",
    "percent": "time [day],retention [%]\n0,100\n0.16666666666666666,80\n1,35\n2,15\n3,6\n",
    "activity": "time [h],activity [MBq]\n0,8880\n4,7104\n24,3108\n48,1332\n72,532.8\n",
    "counts": "time [h],counts,background\n0,20500,500\n4,16500,500\n24,7500,500\n48,3500,500\n72,1700,500\n",
    "views": "time [h],anterior,posterior,background_anterior,background_posterior\n0,1100,410,100,10\n"
             "4,900,330,100,10\n24,450,150,100,10\n48,250,70,100,10\n72,160,34,100,10\n",
    "dose rate": "time [h],dose_rate [uSv/h],background [uSv/h],note\n0,50.1,0.1,before voiding\n4,40.1,0.1,\n"
                 "24,17.6,0.1,\n48,7.6,0.1,\n72,3.1,0.1,\n",
}  # fmt: skip


@pytest.fixture
def readings(tmp_path):
    """A file of readings, by its text."""

    def written(text, name="retention.csv"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return written


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_readings_says_the_same(readings, form):
    found = fit_retention(readings(FORMS[form]), nuclide="I-131", activity="8880 MBq")
    assert [float(each.time) for each in found.retention.readings] == pytest.approx(TIMES)
    assert [float(each.retention) for each in found.retention.readings] == pytest.approx(PARTS, rel=1e-12)
    assert found.retention.shared is (form in ("counts", "views", "dose rate"))


def test_toml_json_and_a_table_say_the_same(readings):
    rows = list(csv.DictReader(io.StringIO(FORMS["retention"])))
    listed = [{"time": f"{row['time [h]']} h", "retention": row["retention"]} for row in rows]
    as_json = json.dumps({"nuclide": "I-131", "weight": "20 kg", "activity": "8880 MBq", "readings": listed})
    as_toml = 'nuclide = "I-131"\nweight = "20 kg"\nactivity = "8880 MBq"\n' + "".join(
        f'[[readings]]\ntime = "{each["time"]}"\nretention = {each["retention"]}\n' for each in listed
    )
    by_csv = fit_retention(readings(FORMS["retention"]), nuclide="I-131", weight=20 * ureg.kg, activity="240 mCi")
    for name, text in (("r.json", as_json), ("r.toml", as_toml)):
        found = fit_retention(readings(text, name))
        assert found.dose.document() == pytest.approx(by_csv.dose.document())
    with pytest.raises(InputError, match="--weight: read '21 kg', but the file says '20 kg'"):
        fit_retention(readings(as_toml, "r.toml"), weight="21 kg")


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("time [h],retention\n24,0.3\n1,0.9\n48,0.1\n", "not in the order of time and were sorted"),
        ("time [h],retention\n1,0.9\n24,0.3\n48,0.4\n", "retention rises from 30 % at 24 h to 40 % at 48 h"),
        ("time [h],retention\n1,1.1\n24,0.3\n48,0.1\n", "110 % at 1 h is more than was there"),
        ("time [h],counts,background\n0,100,5\n1,110,5\n24,50,5\n", "110.5 % at 1 h is more than was there before"),
        ("time [h],retention\n1 h,0.9\n1 day,0.3\n48,0.1\n", "times were written in h and day; each was converted"),
        ("time [h],counts\n0,100\n24,50\n48,20\n", "no background was stated: those readings are taken as net"),
        ("time [h],counts,background\n0,100,5\n24,50,\n48,20,5\n", "no background at line 3"),
        ("time [h],retention\n1,0.9\n24,0.3\n48,0.1\n96,0\n", "a reading of zero at 96 h cannot be weighted"),
        ("time [h],counts,background\n2,100,5\n24,50,5\n48,20,5\n", "the first reading, at 2 h, is taken as 100 %"),
        ("time [h],retention,u [%]\n1,0.9,2\n24,0.3,\n48,0.1,2\n", "an uncertainty is stated for some readings alone"),
        ("time [h],retention\n1,0.9\n2,0.85\n3,0.8\n", "lies behind the last reading at 3 h and is extrapolated"),
        ("time [h],retention,u [%]\n1,0.9,1\n4,0.9,1\n24,0.3,1\n48,0.02,1\n", "times as much as was stated"),
        ("time [h],retention\n1,0.1\n4,0.2\n8,0.3\n24,0.4\n48,0.5\n72,0.6\n", "and it rises 2 times more"),
        ("time [h],retention\n1,0.4\n24,0.2\n48,0.1\n", "the fit begins at 40.99 %"),
    ],
)  # fmt: skip
def test_what_is_odd_in_readings_is_said(readings, text, flag):
    found = fit_retention(readings(text), nuclide="I-131")
    assert any(flag in each for each in found.flags), found.flags


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("time [h],retention\n1,0.9\n", "retention.csv: 1 reading; a retention needs at least two, at two times"),
        ("time [h],retention\n", "0 readings; a retention needs at least two"),
        ("time [h],retention\n1,0.9\n1,0.8\n", "2 readings; a retention needs at least two, at two times"),
        ("time [h],retention\n1,0\n2,0\n", "every reading is zero"),
        ("time [h],retention\n1,0\n2,0.1\n", "fewer than two readings above zero"),
        (
            "time [h],counts,background\n0,100,5\n24,4,5\n",
            "line 3: the reading of 4 less its background of 5 is negative",
        ),
        (
            "time,retention\n1,0.9\n24,0.3\n",
            "line 2, time: read '1', a time without a unit; write '4 h', or the unit in",
        ),
        ("time [h],dose_rate\n1,9\n24,3\n", "line 2, dose_rate: read '9', a number without a unit"),
        ("time [MBq],retention\n1,0.9\n24,0.3\n", "time: read '1 MBq', which is an activity"),
        ("time [h],retention\n1,90\n24,30\n", "retention: read '90', expected a fraction; percent are written"),
        ("time [h],retention\n1,0,9\n24,0,3\n", "line 2 has 3 cells and the header 2; a decimal comma splits a number"),
        ("time [h];retention\n1;0,9\n2;0.8\n", "read '0,9' and '0.8'; write all decimals with a point"),
        ("time [h];counts\n1;1,234\n2;1,111\n", "which may be a decimal comma or a thousand"),
        ("time [h],retain\n1,0.9\n", "there is no column 'retain'; there are time, retention"),
        ("time [h],retention,retention\n1,0.9,0.9\n", "the column 'retention' appears twice"),
        ("time [h],retention,counts\n1,0.9,5\n24,0.3,2\n", "expected readings of one kind"),
        ("time [h],anterior\n1,90\n24,30\n", "line 2, posterior: no reading"),
        ("time [h],retention\n-1,0.9\n24,0.3\n", "time: read '-1 h', which is negative"),
        ("time [h],retention\n1,nan\n24,0.3\n", "retention: read 'nan'"),
        ("time [h],retention,u [%]\n1,0.9,0\n24,0.3,2\n", "u: a standard uncertainty is above zero"),
        ("time [h],counts,background\n0,5,5\n24,7,5\n", "the first reading is zero, and the others are divided by it"),
        ("", "the file is empty; its first line names the columns, for example time [h],retention"),
    ],
)
def test_readings_that_cannot_be_used_are_refused(readings, dosecalc, text, words):
    answer = dosecalc("dosimetry", readings(text), "--nuclide", "I-131")
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("r.json", "[1]", "expected [[readings]]"),
        ("r.json", '{"readings": [], "readings": []}', "the key 'readings' appears twice"),
        ("r.json", "{", "r.json: not JSON"),
        ("r.toml", "readings = 5\n", "expected [[readings]]"),
        ("r.toml", '[[readings]]\ntim = "1 h"\n', "readings[0]: the key 'tim' is not known here"),
        ("r.toml", 'patient = 5\n[[readings]]\ntime = "1 h"\n', "the key 'patient' is not known here"),
        ("r.toml", "[[readings]]\ntime = 1\nretention = 0.5\n", "readings[0], time: read '1', a time without a unit"),
    ],
)
def test_tables_that_cannot_be_used_are_refused(readings, name, text, words):
    with pytest.raises(InputError) as refused:
        fit_retention(readings(text, name), nuclide="I-131")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"residence_time": None}, "readings: nothing was given; state a file of readings, or --residence-time"),
        ({"readings": {"time [h]": [1, 2], "retention": [0.9, 0.5]}}, "readings: given twice; state a file"),
        ({"weight": None}, "--target: the activity still needed depends on the absorbed dose: also give --weight"),
        ({"activity": None}, "--target: the activity still needed depends on the absorbed dose: also give --activity"),
        ({"target": "4 mCi"}, "--target: read '4 mCi', which is an activity"),
        ({"target": "0 Gy"}, "--target: read '0 Gy', expected more than zero"),
        ({"phases": 2}, "--phases: only valid with a file of readings"),
        ({"nuclide": "Lu-177"}, "--nuclide: the built-in S value is for I-131; state --s-value for Lu-177"),
        (
            {"s_value": "8.5e-6 Gy/(MBq h)", "second_weight": "22 kg"},
            "--second-weight: a stated S value is for one body mass and cannot be rescaled",
        ),
        ({"second_weight": "22 kg", "target": None}, "--second-weight: only valid together with --target"),
        ({"weight": "6200"}, "--weight: read '6200'"),
        ({"activity_u": "100 %"}, "--activity-u: expected less than 100 %"),
        ({"residence_time": "18"}, "--residence-time: read '18', a number without a unit"),
    ],
)
def test_what_does_not_fit_together_is_refused(asked, words):
    stated = {"residence_time": "18 h", "weight": "20 kg", "activity": "8880 MBq", "target": "4 Gy", **asked}
    with pytest.raises(InputError) as refused:
        fit_retention(**stated)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("table", "more", "words"),
    [
        ({"time [h]": [1, 2], "retention": [0.9]}, {}, "the columns differ in length: time [h] 2, retention 1"),
        ({"time [h]": 5, "retention": [0.9]}, {}, "time [h]: read int, expected a list of readings"),
        ({"time [h]": [1, 2], "retention": [0.9, 0.5]}, {"nuclide": None}, "--nuclide: nothing was given"),
        ({"time [h]": [1, 2], "retention": [0.9, 0.5]}, {"phases": 2}, "2 readings cannot determine two phases with 4"),
        ({"time [h]": [1, 2], "retention": [0.9, 0.5]}, {"phases": 4}, "--phases: read '4', expected 1, 2 or 3"),
        ({"time [h]": [1, 2], "activity [MBq]": [9, 5]}, {}, "a retained activity is a part of what was administered"),
    ],
)
def test_tables_of_a_program_that_cannot_be_used_are_refused(table, more, words):
    with pytest.raises(InputError) as refused:
        fit_retention(table, **{"nuclide": "I-131", **more})
    assert words in str(refused.value)


# -- in a plan --------------------------------------------------------------------------------------------------


def noisy(readings):
    """Readings of a decay with tau near 18 h that scatter by a few percent."""
    times = [1, 4, 10, 24, 36, 48, 60]
    off = [1.02, 0.97, 1.01, 0.98, 1.03, 0.99, 1.0]
    rows = "".join(f"{t},{math.exp(-t / 18) * f:.4f}\n" for t, f in zip(times, off, strict=True))
    return readings("time [h],retention\n" + rows)


def two_phases(readings):
    """Readings of 60 % with a half-life of 4 h and 40 % with 30 h, which scatter by a percent."""
    times = [0.5, 1, 2, 4, 8, 16, 24, 48, 72, 96]
    off = [1.01, 0.99, 1.0, 1.01, 0.995, 1.005, 0.99, 1.01, 1.0, 0.99]
    held = [0.6 * 2 ** (-t / 4) + 0.4 * 2 ** (-t / 30) for t in times]
    return readings(
        "time [h],retention\n" + "".join(f"{t},{a * f:.4f}\n" for t, a, f in zip(times, held, off, strict=True))
    )


def test_two_phases_that_the_readings_do_not_tell_apart_are_flagged(readings):
    apart = "the readings do not tell them apart, fit fewer phases"
    found = fit_retention(two_phases(readings), nuclide="I-131", phases=2)
    asked = SimpleNamespace(phases=2, target=None, activity=None)
    fast, slow = found.fit.phases
    for rate, told in ((slow.rate * 1.05, True), (slow.rate * 1.2, False), (fast.rate, False)):
        close = found.fit._replace(phases=(fast._replace(rate=rate), slow))
        assert (apart in " ".join(notes.flags(asked, found.retention, (close,), None, None))) is told
    assert apart not in " ".join(found.flags)


def test_a_plan_takes_the_dose_from_readings(readings):
    path = noisy(readings)
    found = fit_retention(path, nuclide="I-131", weight="20 kg", activity="8880 MBq", target="4 Gy")
    plan = dosecalc.plan("mibg-4gy-melphalan", weight=20, bsa="0.8 m^2", retention={1: path})
    second = plan.doses[1]
    assert float(second.value) == pytest.approx(found.second.activity.value, rel=1e-9)
    assert (second.interval.low, second.interval.high) == pytest.approx((found.second.low, found.second.high), rel=1e-6)
    assert plan.doses[0].interval is None
    stated = dosecalc.plan("mibg-4gy-melphalan", weight=20, bsa="0.8 m^2", measured={1: f"{found.dose.value!r} Gy"})
    assert float(stated.doses[1].value) == pytest.approx(float(second.value), rel=1e-12)
    assert S_FACT in [unconfirmed.fact for unconfirmed in plan.unconfirmed]
    assert {"eanm-sop-mibg", "half-lives.csv"} <= {source["id"] for source in plan.sources}
    (own,) = [finding for finding in plan.findings if finding.rule == "retention"]
    assert (own.status, own.part) == ("pass", "dose-1")
    assert f"{found.dose.value:.4g} Gy" in own.message
    document = plan.document()
    assert document["doses"][1]["interval"]["coverage"] == 0.95
    assert "95 % interval" in document["doses"][1]["trace"]


def test_a_plan_uses_what_was_given_and_the_weight_of_that_dose(readings):
    plan = dosecalc.plan("mibg-4gy-melphalan", weight={1: "20 kg", 2: "22 kg"}, bsa="0.8 m^2", given={1: "9000 MBq"},
                         retention={1: noisy(readings)})  # fmt: skip
    found = fit_retention(noisy(readings), nuclide="I-131", weight="20 kg", activity="9000 MBq", target="4 Gy")
    assert float(plan.doses[1].value) == pytest.approx(found.second.activity.value, rel=1e-9)


CAPPED = """
schema = 1
id = "local"
title = "A made-up study"
status = "investigational"
[agents.mibg]
name = "131I-MIBG"
radionuclide = "I-131"
[[arms]]
id = "local-arm"
title = "Two administrations"
cite = "course"
[[arms.cycles]]
[[arms.cycles.doses]]
agent = "mibg"
day = 1
level = "12 mCi/kg"
cite = "course"
[[arms.cycles.doses]]
agent = "mibg"
level = "4 Gy"
{cap}
cite = "course"
[[rules]]
id = "most"
title = "No dose is above the limit"
at = "each-dose"
require = {{ observable = "dose_activity", at_most = "{limit} MBq" }}
cite = "course"
[[facts]]
id = "course"
statement = "Made up"
values = ["12 mCi/kg", "4 Gy", "{limit} MBq"]
"""


@pytest.mark.parametrize(("part", "status"), [(0.5, "violation"), (0.98, "violation"), (1.02, "warning"), (3, "pass")])
def test_a_limit_within_the_interval_is_a_warning_and_not_a_pass(tmp_path, readings, part, status):
    found = fit_retention(noisy(readings), nuclide="I-131", weight="20 kg", activity="8880 MBq", target="4 Gy")
    limit = round(part * found.second.activity.value)
    assert found.second.activity.low < 0.98 * found.second.activity.value
    assert found.second.activity.high > 1.02 * found.second.activity.value
    (tmp_path / "local.toml").write_text(CAPPED.format(cap="", limit=limit), encoding="utf-8")
    plan = dosecalc.plan(f"{tmp_path / 'local.toml'}#local-arm", weight=20, retention={1: noisy(readings)})
    (finding,) = [each for each in plan.findings if each.rule == "most" and each.dose in (2, None)]
    assert finding.status == status
    assert ("within the 95 % interval" in finding.message) is (status == "warning")


@pytest.mark.parametrize(("part", "bounded", "warned"), [(0.98, "cap", True), (1.02, None, True), (3, None, False)])
def test_a_cap_of_the_source_within_the_interval_is_a_warning(tmp_path, readings, part, bounded, warned):
    found = fit_retention(noisy(readings), nuclide="I-131", weight="20 kg", activity="8880 MBq", target="4 Gy")
    limit = round(part * found.second.activity.value)
    text = CAPPED.format(cap=f'cap = "{limit} MBq"', limit=limit)
    (tmp_path / "local.toml").write_text(text, encoding="utf-8")
    plan = dosecalc.plan(f"{tmp_path / 'local.toml'}#local-arm", weight=20, retention={1: noisy(readings)})
    assert plan.doses[1].bounded == bounded
    capped = [each for each in plan.findings if (each.rule, each.part) == ("retention", "cap")]
    assert [each.status for each in capped] == ["warning"] * warned


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"retention": {4: "{path}"}}, "--retention: there is no dose 4; mibg-4gy-melphalan plans 3 here"),
        ({"retention": {3: "{path}"}}, "--retention: dose 3 is a drug and gives no whole-body dose"),
        ({"given": {1: "0 MBq"}}, "--retention: nothing was given as dose 1, so nothing can have been retained of it"),
        ({"retention": {1: "{path}", 2: "{path}"}}, "the whole-body dose of dose 2 needs its activity: give --given 2"),
        ({"measured": {1: "1.9 Gy"}}, "--retention: the dose from administration 1 is stated by --measured"),
        ({"weight": None}, "body weight"),
        ({"retention": "{path}"}, "which does not say which dose it is; write for example --retention 1=retention.csv"),
        ({"retention": {1: "nowhere.csv"}}, "--retention: cannot read nowhere.csv"),
        ({"retention": {1: ["{path}", "other.csv"]}}, "--retention: dose 1 has two files"),
    ],
)
def test_a_plan_refuses_readings_that_do_not_fit(readings, more, words):
    path = noisy(readings)
    asked = json.loads(
        json.dumps({"weight": 20, "bsa": "0.8 m^2", "retention": {1: path}, **more}).replace("{path}", path)
    )
    with pytest.raises(InputError) as refused:
        dosecalc.plan("mibg-4gy-melphalan", **asked)
    assert words in str(refused.value)


def test_an_arm_that_asks_for_no_dose_refuses_readings(dosecalc, readings):
    answer = dosecalc("plan", "--protocol", "clover2-20", "--weight", "20", "--bsa", "0.8", "--retention",
                      f"1={noisy(readings)}")  # fmt: skip
    assert (answer.status, answer.out) == (2, "")
    assert answer.err == "dosecalc: --retention: nothing in clover2-20 asks for a whole-body dose\n"


def test_two_readings_give_a_dose_without_an_interval_and_a_warning(readings):
    path = readings("time [h],retention\n1,0.9\n24,0.3\n")
    plan = dosecalc.plan("mibg-4gy-melphalan", weight=20, bsa="0.8 m^2", retention={1: path})
    assert plan.doses[1].interval is None
    (own,) = [finding for finding in plan.findings if finding.rule == "retention"]
    assert (own.status, "its uncertainty is not known" in own.message) == ("warning", True)


def test_both_administrations_may_have_readings(readings):
    path = noisy(readings)
    plan = dosecalc.plan("mibg-4gy-melphalan", weight=20, bsa="0.8 m^2", given={1: "8880 MBq", 2: "16000 MBq"},
                         retention={1: path, 2: path})  # fmt: skip
    each = fit_retention(path, nuclide="I-131", weight="20 kg", activity="1 MBq").dose.value
    (target,) = [finding for finding in plan.findings if finding.rule == "absorbed-dose-target"]
    total = each * (8880 + 16000)
    assert total < 4
    assert target.status == "pass"
    assert {finding.part for finding in plan.findings if finding.rule == "retention"} == {"dose-1", "dose-2"}


# -- in a terminal ----------------------------------------------------------------------------------------------


def test_dosimetry_reads_like_a_report(dosecalc, readings):
    answer = dosecalc("dosimetry", noisy(readings), "--weight", "20", "--activity", "8880 MBq", "--nuclide", "I-131",
                      "--target", "4 Gy", "--second-weight", "21")  # fmt: skip
    assert (answer.status, answer.err) == (0, "")
    lines = answer.out.splitlines()
    assert lines[0].startswith("Whole-body dose 1.3")
    assert lines[0].endswith(" Gy")
    assert any(line.startswith("  second, to 4 Gy: ") and "95 % interval" in line for line in lines)
    assert any(line.startswith("  the same at 21 kg: ") for line in lines)
    assert any(line.startswith("  without a model: ") and line.endswith(" %") for line in lines)
    assert "Unconfirmed facts (not yet checked against the source)" in lines


def test_the_document_is_of_its_schema(dosecalc, readings):
    schema = json.loads((TESTS.parent / "docs" / "dosimetry.schema.json").read_text(encoding="utf-8"))
    asked = ("--weight", "20", "--activity", "8880 MBq", "--nuclide", "I-131", "--target", "4 Gy", "--json")
    for args in (
        (noisy(readings),),
        ("--residence-time", "18 h"),
        (readings(FORMS["counts"], "c.csv"), "--phases", "2"),
    ):
        document = dosecalc("dosimetry", *args, *asked).json
        jsonschema.validate(document, schema)
        assert document["schema"] == "dosecalc.dosimetry/1"
        assert document["dose"]["unit"] == "Gy"
        assert document["second"]["mCi"] == pytest.approx(document["second"]["MBq"] / 37)
    assert document["model"] == "two exponential phases"
    assert len(document["covariance"]) == 4


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_a_picture_is_drawn_and_the_same_fit_gives_the_same(dosecalc, readings, tmp_path, kind):
    path, made = two_phases(readings), []
    for name in ("one", "two"):
        file = tmp_path / f"{name}.{kind}"
        answer = dosecalc("dosimetry", path, "--nuclide", "I-131", "--phases", "2", "--plot", str(file))
        assert (answer.status, answer.err) == (0, "")
        made.append(file.read_bytes())
    assert len({hashlib.sha256(each).hexdigest() for each in made}) == 1
    assert made[0].startswith(b"\x89PNG" if kind == "png" else b"<?xml")
    assert len(made[0]) > 5000


def test_pictures_that_cannot_be_drawn_are_refused_and_leave_nothing(dosecalc, readings, tmp_path):
    path = noisy(readings)
    for args, words in (
        ((path, "--plot", str(tmp_path / "fit.pdf")), "expected the name of a file that ends in .svg or .png"),
        (("--residence-time", "18 h", "--plot", str(tmp_path / "fit.svg")), "a stated residence time has no curve"),
        ((path, "--plot", str(tmp_path / "nowhere" / "fit.svg")), "--plot: cannot write"),
    ):
        answer = dosecalc("dosimetry", *args, "--nuclide", "I-131")
        assert (answer.status, answer.out) == (2, "")
        assert words in answer.err
    assert sorted(each.suffix for each in tmp_path.iterdir()) == [".csv"]


def test_without_matplotlib_a_picture_is_refused_with_the_way_to_get_it(dosecalc, readings, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    answer = dosecalc("dosimetry", noisy(readings), "--nuclide", "I-131", "--plot", str(tmp_path / "fit.svg"))
    assert answer.status == 2
    assert "pip install 'dosecalc[pictures]'" in answer.err


def test_scipy_is_loaded_by_dosimetry_alone():
    code = (
        "import sys, dosecalc; from dosecalc.cli import run; run(['--help']);"
        "dosecalc.plan('clover2-20', bsa='1.6 m^2'); dosecalc.decay('1 mCi', 'I-131', elapsed='1 h');"
        "assert 'scipy' not in sys.modules and 'numpy' not in sys.modules;"
        "dosecalc.fit_retention(residence_time='18 h');"
        "assert 'scipy' in sys.modules and 'matplotlib' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_measured_dose_may_still_be_stated():
    plan = dosecalc.plan("mibg-4gy-melphalan", weight=20, bsa="0.8 m^2", measured={1: "1.357 Gy"})
    assert plan.doses[1].exact == 8880 * (4 - Fraction("1.357")) / Fraction("1.357")
    assert plan.doses[1].interval is None
