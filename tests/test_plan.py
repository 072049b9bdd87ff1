"""The six regimens, figure by figure. What is expected is from the sources or worked out by hand, never our own."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pint
import pytest

import dosecalc as library


def amounts(document: dict[str, Any], unit: str = "mCi") -> list[float | None]:
    return [dose["amount"] and dose["amount"][unit] for dose in document["doses"]]


def findings(document: dict[str, Any], rule: str, part: str | None = None) -> list[dict[str, Any]]:
    return [f for f in document["findings"] if f["rule"] == rule and (part is None or f["part"] == part)]


def status(document: dict[str, Any], rule: str, part: str | None = None) -> str:
    (found,) = findings(document, rule, part)
    return found["status"]


# -- CLOVER-2 ---------------------------------------------------------------------------------------------------


def test_clover_20_at_1_6_square_metres(plan):
    answer = plan("clover2-20", "--bsa", "1.6")
    document = answer.json
    assert answer.status == 0
    assert amounts(document) == [32.0] * 6
    assert amounts(document, "MBq") == [1184.0] * 6
    assert [dose["optional"] for dose in document["doses"]] == [False] * 4 + [True] * 2
    assert [dose["day"] for dose in document["doses"]] == [1, 15, None, None, None, None]
    assert document["doses"][3]["cumulative"]["amount"] == {"MBq": 4736.0, "mCi": 128.0}
    totals = document["totals"]["iopofosine"]
    assert (totals["required"]["amount"]["mCi"], totals["with_optional"]["amount"]["mCi"]) == (128.0, 192.0)
    assert (totals["required"]["per_bsa"]["mCi/m^2"], totals["with_optional"]["per_bsa"]["mCi/m^2"]) == (80.0, 120.0)
    assert totals["required"]["per_weight"] is None
    assert {f["status"] for f in findings(document, "stem-cell-backup")} == {"unknown"}
    (count,) = findings(document, "stem-cell-backup", "count")
    assert "30 mCi/m²" in count["message"]
    assert "cd34_per_weight" in count["message"]
    assert document["doses"][0]["trace"] == "20 mCi/m² x 1.6 m² = 32 mCi"


@pytest.mark.parametrize(
    ("cells", "count", "exit_status"), [("2e6 cell/kg", "pass", 0), ("1.9e6 cell/kg", "violation", 1)]
)
def test_clover_cells_at_and_below_two_million(plan, cells, count, exit_status):
    answer = plan("clover2-20", "--bsa", "1.6", "--set", f"cd34_per_weight={cells}")
    assert status(answer.json, "stem-cell-backup", "count") == count
    assert status(answer.json, "stem-cell-backup", "availability") == "pass"
    assert answer.status == exit_status


def test_clover_cells_that_can_only_be_collected_do_not_make_up_for_a_low_count(plan):
    options = ["--set", "cd34_per_weight=1e6 cell/kg", "--set", "stem_cells_collectable=true"]
    assert status(plan("clover2-20", "--bsa", "1.6", *options).json, "stem-cell-backup", "count") == "violation"


def test_clover_10_matches_the_reported_girl(plan):
    document = plan("clover2-10", "--bsa", "1.4725").json
    assert amounts(document)[:4] == [14.725] * 4
    assert document["doses"][3]["cumulative"]["amount"]["mCi"] == 58.9
    totals = document["totals"]["iopofosine"]
    assert (totals["required"]["per_bsa"]["mCi/m^2"], totals["with_optional"]["per_bsa"]["mCi/m^2"]) == (60.0, 80.0)
    (conflict,) = [c for c in document["conflicts"] if c["id"] == "doses-per-cycle"]
    assert conflict["applies"] is True
    assert all(figure in conflict["reading"] + conflict["because"] for figure in ("30", "40", "60", "80"))


@pytest.mark.parametrize(
    ("age", "part", "words"),
    [
        ("26", "maximum", "No more than 25 completed years; age in completed years 26 y, above 25 y."),
        ("25.9", "maximum", "No more than 25 completed years; age in completed years 25 y, exactly the limit."),
        ("9.5", "minimum", "At least 10 years old; age 9.5 y, below 10 y."),
    ],
)
def test_an_age_is_told_in_years_and_never_in_days(plan, age, part, words):
    """Other times in months or years are told in days, with how a month was counted; an age was stated in years."""
    (found,) = findings(plan("clover2-20", "--bsa", "1.6", "--age", age).json, "age", part)
    assert found["message"].partition(" Source: ")[0] == words


def test_the_cycle_length_gives_days_and_dates_that_the_source_leaves_open(plan):
    document = plan("clover2-20", "--bsa", "1.6", "--start", "2026-03-01", "--cycle-length", "56 day").json
    assert [dose["day"] for dose in document["doses"]] == [1, 15, 57, 71, 113, 127]
    assert document["doses"][2]["date"] == "2026-04-26"  # 1 March + 56 days
    assert not any(dose["date_from"] for dose in document["doses"])


# -- MIBG, compassionate use ------------------------------------------------------------------------------------


def nb(plan, level: str, *options: str, weight: str = "20"):
    return plan("mibg-compassionate-nb", "--weight", weight, "--level", level, *options)


def cells(*statements: str) -> list[str]:
    return [word for statement in statements for word in ("--set", statement)]


def test_mibg_18_at_20_kg(plan):
    document = nb(plan, "18 mCi/kg").json
    assert document["doses"][0]["amount"] == {"MBq": 13320.0, "mCi": 360.0}
    assert status(document, "stem-cell-backup") == "unknown"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["cd34_per_weight=1e6 cell/kg"], "pass"),
        (["cd34_per_weight=9e5 cell/kg"], "unknown"),
        (["cd34_per_weight=9e5 cell/kg", "marrow_mononuclear_per_weight=0 cell/kg"], "violation"),
        (["stem_cells_stored=false"], "violation"),
        (["stem_cells_stored=true"], "unknown"),
        (["marrow_mononuclear_per_weight=1e8 cell/kg"], "pass"),
        (["cd34_per_weight=9e5 cell/kg", "marrow_mononuclear_per_weight=1e8 cell/kg"], "pass"),
        (["cd34_per_weight=0 cell/kg", "marrow_mononuclear_per_weight=99999999 cell/kg"], "violation"),
    ],
)
def test_mibg_cells_above_12(plan, statements, expected):
    assert status(nb(plan, "18 mCi/kg", *cells(*statements)).json, "stem-cell-backup") == expected


def test_a_low_count_alone_says_that_it_is_low_and_that_marrow_is_not_stated(plan):
    (found,) = findings(nb(plan, "18 mCi/kg", *cells("cd34_per_weight=9e5 cell/kg")).json, "stem-cell-backup")
    assert "stored CD34+ cells 900,000 cell/kg, below 1 x 10^6 cell/kg" in found["message"]
    assert "stored marrow mononuclear cells not known" in found["message"]
    assert 'to decide it, give --set "marrow_mononuclear_per_weight=... cell/kg"' in found["message"]


def test_exactly_12_is_never_above_12_at_any_weight():
    for tenths in range(30, 1201):
        weight = f"{tenths // 10}.{tenths % 10}"
        made = library.plan("mibg-compassionate-nb", weight=weight, level="12 mCi/kg")
        assert [f.status for f in made.findings if f.rule == "stem-cell-backup"] == ["not_applicable"], weight
        assert made.doses[0].exact == Fraction(tenths, 10) * 12 * 37


def test_exactly_12_without_cells_warns_and_shows_the_conflict(plan):
    document = nb(plan, "12 mCi/kg", *cells("stem_cells_stored=false")).json
    assert status(document, "below-12-without-stem-cells") == "warning"
    assert status(document, "stem-cell-backup") == "not_applicable"
    assert {c["id"]: c["applies"] for c in document["conflicts"]}["exactly-12"] is True
    assert (
        status(nb(plan, "11.9 mCi/kg", *cells("stem_cells_stored=false")).json, "below-12-without-stem-cells") == "pass"
    )


@pytest.mark.parametrize(
    ("level", "prior", "expected"),
    [
        ("12 mCi/kg", ["48 mCi/kg"], "pass"),
        ("13 mCi/kg", ["48 mCi/kg"], "violation"),
        ("12 mCi/kg", [], "unknown"),
        ("12 mCi/kg", ["none"], "pass"),
        ("12 mCi/kg", ["30 mCi/kg", "18 mCi/kg"], "pass"),
        ("12 mCi/kg", ["30 mCi/kg", "666.1 MBq/kg"], "violation"),
        ("12 mCi/kg", ["480 mCi,10 kg"], "pass"),
        ("12 mCi/kg", ["480 mCi"], "unknown"),
        ("12 mCi/kg", ["961 mCi"], "violation"),
    ],
)
def test_the_lifetime_cap_of_60(plan, level, prior, expected):
    document = nb(plan, level, *(word for text in prior for word in ("--prior", text))).json
    (found,) = findings(document, "lifetime-cap")
    assert found["status"] == expected
    assert found["dose"] == (None if expected == "pass" else 1)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("7.9 mCi/kg", "violation"),
        ("8 mCi/kg", "pass"),
        ("296 MBq/kg", "pass"),
        ("18 mCi/kg", "pass"),
        ("18.1 mCi/kg", "violation"),
    ],
)
def test_the_range_of_levels(plan, level, expected):
    assert status(nb(plan, level).json, "level-range") == expected


@pytest.mark.parametrize(
    ("prior", "start", "expected"),
    [
        ("2025-08-31", "2026-02-28", "violation"),  # six months after 31 August is 28 February: not more
        ("2025-08-31", "2026-03-01", "pass"),
        ("2025-01-15", "2025-07-15", "violation"),
        ("2025-01-15", "2025-07-16", "pass"),
        ("2023-08-31", "2024-02-29", "violation"),  # a leap year
        ("2023-08-31", "2024-03-01", "pass"),
    ],
)
def test_more_than_six_calendar_months(plan, prior, start, expected):
    document = nb(plan, "12 mCi/kg", "--prior", f"10 mCi/kg@{prior}", "--start", start).json
    assert status(document, "prior-interval") == expected


@pytest.mark.parametrize(
    ("days", "expected"), [("182 day", "violation"), ("183 day", "pass"), ("6 month", "violation")]
)
def test_six_months_of_182_625_days_where_only_a_duration_is_known(plan, days, expected):
    document = nb(plan, "12 mCi/kg", *cells("prior_count=1", f"prior_interval={days}")).json
    assert status(document, "prior-interval") == expected


@pytest.mark.parametrize(
    ("weight", "level", "absolute", "per_weight"),
    [
        ("50", "12 mCi/kg", "violation", "pass"),  # 600 mCi
        ("40", "12 mCi/kg", "pass", "pass"),  # 480 mCi
        ("50", "10 mCi/kg", "pass", "pass"),  # 500 mCi exactly
        ("30", "12.1 mCi/kg", "pass", "violation"),
    ],
)
def test_ppgl_maxima(plan, weight, level, absolute, per_weight):
    document = plan("mibg-compassionate-ppgl", "--weight", weight, "--level", level).json
    assert status(document, "dose-maximum", "absolute") == absolute
    assert status(document, "dose-maximum", "per-weight") == per_weight


@pytest.mark.parametrize(
    ("age", "expected"), [("12.9", "pass"), ("13", "violation"), ("1", "pass"), ("0.99", "violation")]
)
def test_ppgl_ages_are_completed_years(plan, age, expected):
    document = plan("mibg-compassionate-ppgl", "--weight", "30", "--level", "12 mCi/kg", "--age", age).json
    assert expected in {f["status"] for f in findings(document, "age")}
    assert (expected == "violation") == ("violation" in {f["status"] for f in findings(document, "age")})


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["platelets=50 10^9/L"], "unknown"),
        (["platelets=50.1 10^9/L"], "unknown"),
        (["platelets=50.1 10^9/L", "transfusion_free=true"], "pass"),
        (["platelets=50 10^9/L", "stem_cells_stored=false", "transfusion_free=true"], "violation"),
        (["platelets=80 10^9/L", "transfusion_free=false"], "violation"),
        (["platelets=20 10^9/L", "cd34_per_weight=2e6 cell/kg", "transfusion_free=true"], "pass"),
        (["platelets=19.9 10^9/L", "cd34_per_weight=2e6 cell/kg", "transfusion_free=true"], "violation"),
        (["platelets=20 10^9/L", "stem_cells_stored=false"], "violation"),
        (["platelets=20 10^9/L", "transfusion_free=false"], "violation"),
    ],
)
def test_mibg_platelets_with_and_without_cells(plan, statements, expected):
    assert status(nb(plan, "10 mCi/kg", *cells(*statements)).json, "platelets") == expected


# -- two administrations to 4 Gy, then melphalan ----------------------------------------------------------------


def gy4(plan, *options: str):
    return plan("mibg-4gy-melphalan", "--weight", "20", "--bsa", "0.79", *options).json


def test_the_second_administration_waits_for_the_first_measurement(plan):
    document = gy4(plan)
    first, second, third = document["doses"]
    assert first["amount"] == {"MBq": 8880.0, "mCi": 240.0}
    assert second["amount"] is None
    assert "--measured 1=" in second["pending"]
    assert third["amount"] == {"mg": 86.9}
    assert second["cumulative"]["lower_bound"] is True
    assert second["cumulative"]["amount"]["mCi"] == 240.0
    assert document["totals"]["mibg"]["required"]["amount"] is None


def test_the_second_activity_is_scaled_from_the_first(plan):
    document = gy4(plan, "--measured", "1=1.357 Gy")
    assert document["doses"][1]["amount"]["MBq"] == pytest.approx(17295.3869, abs=1e-3)
    assert "planned" in document["doses"][1]["trace"]
    assert status(document, "absorbed-dose-target") == "unknown"
    given = gy4(plan, "--measured", "1=1.357 Gy", "--given", "1=8000 MBq")
    assert given["doses"][0]["amount"]["MBq"] == 8000.0
    assert given["doses"][1]["amount"]["MBq"] == pytest.approx(15581.4296, abs=1e-3)
    assert "as planned" not in given["doses"][1]["trace"]


@pytest.mark.parametrize(
    ("measured", "expected"), [("4.3 Gy", "warning"), ("4 Gy", "pass"), ("400 cGy", "pass"), ("4001 mGy", "warning")]
)
def test_a_first_dose_at_or_above_the_target_needs_no_second(plan, measured, expected):
    document = gy4(plan, "--measured", f"1={measured}")
    assert document["doses"][1]["amount"] == {"MBq": 0.0, "mCi": 0.0}
    assert document["doses"][1]["bounded"] == "floor"
    (found,) = findings(document, "absorbed-dose-target")
    assert found["status"] == expected
    assert "4 Gy" in found["message"]
    assert "no further administration" in document["doses"][1]["trace"]


def test_both_measured_doses_are_added(plan):
    document = gy4(plan, "--measured", "1=1.9 Gy", "--measured", "2=2.1 Gy")
    assert status(document, "absorbed-dose-target") == "pass"
    document = gy4(plan, "--measured", "1=1.9 Gy", "--measured", "2=2.2 Gy")
    (found,) = findings(document, "absorbed-dose-target")
    assert (found["status"], found["dose"]) == ("warning", 2)


def test_melphalan_without_a_surface_is_pending_and_the_rest_is_planned(plan):
    answer = plan("mibg-4gy-melphalan", "--weight", "20")
    assert answer.status == 0
    assert answer.json["doses"][0]["amount"]["mCi"] == 240.0
    assert "--bsa" in answer.json["doses"][2]["pending"]


# -- inotuzumab -------------------------------------------------------------------------------------------------


def test_inotuzumab_waits_for_remission(plan):
    document = plan("inotuzumab", "--bsa", "1.0").json
    assert amounts(document, "mg")[:3] == [0.8, 0.5, 0.5]
    assert [dose["day"] for dose in document["doses"]][:4] == [1, 8, 15, 22]
    assert [dose["date_from"] for dose in document["doses"]][:4] == [False, False, False, True]
    assert [d["number"] for d in document["doses"] if d["pending"]] == [4, 7, 10, 13, 16]
    assert "remission[2]" in document["doses"][3]["pending"]
    assert [d["optional"] for d in document["doses"]] == [False] * 3 + [True] * 15


@pytest.mark.parametrize(("remission", "a_cycle", "course"), [("true", 1.5, 9.3), ("false", 1.8, 10.8)])
def test_inotuzumab_by_remission(plan, remission, a_cycle, course):
    document = plan("inotuzumab", "--bsa", "1.0", "--set", f"remission={remission}").json
    assert sum(amounts(document, "mg")[3:6]) == pytest.approx(a_cycle)
    assert document["totals"]["inotuzumab"]["with_optional"]["amount"]["mg"] == pytest.approx(course)


def test_no_remission_by_the_end_of_cycle_3_violates_later_cycles(plan):
    answer = plan("inotuzumab", "--bsa", "1.0", "--set", "remission=false")
    assert answer.status == 1
    assert [f["dose"] for f in findings(answer.json, "no-remission")] == [10, 13, 16]
    three = plan("inotuzumab", "--bsa", "1.0", "--set", "remission=false", "--cycles", "3")
    assert status(three.json, "no-remission") == "not_applicable"
    assert three.json["totals"]["inotuzumab"]["required"]["amount"]["mg"] == pytest.approx(5.4)


def test_a_planned_transplant_warns_after_two_cycles(plan):
    options = ["--set", "transplant_planned=true", "--set", "remission=true", "--cycles", "3"]
    found = findings(plan("inotuzumab", "--bsa", "1.0", *options).json, "transplant-cycles")
    assert [(f["status"], f["dose"]) for f in found] == [("warning", 7)]


def test_remission_of_one_cycle_answers_for_that_cycle_only(plan):
    document = plan("inotuzumab", "--bsa", "1.0", "--set", "remission[2]=true").json
    assert amounts(document, "mg")[3] == 0.5
    assert document["doses"][6]["pending"] is not None


# -- cycles, dates, sizes ---------------------------------------------------------------------------------------


def test_more_cycles_than_the_protocol_has_are_planned_and_flagged(plan):
    answer = plan("clover2-20", "--bsa", "1.6", "--cycles", "4")
    assert len(answer.json["doses"]) == 8
    assert not any(dose["optional"] for dose in answer.json["doses"])
    (found,) = findings(answer.json, "cycles-maximum")
    assert (found["status"], found["dose"], answer.status) == ("violation", 7, 1)
    assert status(plan("clover2-20", "--bsa", "1.6", "--cycles", "3").json, "cycles-maximum") == "pass"


def test_weights_by_dose_hold_from_that_dose_on(plan):
    document = plan("mibg-4gy-melphalan", "--weight", "20", "--weight", "3=22 kg", "--height", "110").json
    root = math.sqrt(110 * 22 / 3600)
    assert document["doses"][2]["amount"]["mg"] == pytest.approx(110 * root, rel=1e-12)
    assert document["doses"][0]["amount"]["mCi"] == 240.0


def test_weights_by_date_follow_the_dates_of_the_doses(plan):
    sizes = ["--bsa", "1=1.6", "--bsa", "2=1.7"]
    assert amounts(plan("clover2-20", *sizes, "--cycles", "1").json) == [32.0, 34.0]
    dated = ["--weight", "20 kg@2026-03-01", "--weight", "25 kg@2026-03-10", "--height", "110", "--start", "2026-03-02"]
    found = amounts(plan("clover2-20", *dated, "--cycles", "1").json)
    assert found == pytest.approx([20 * math.sqrt(110 * 20 / 3600), 20 * math.sqrt(110 * 25 / 3600)], rel=1e-12)


def test_weights_by_date_without_a_date_of_the_dose_leave_it_pending(plan):
    dated = ["--weight", "20 kg@2026-03-01", "--weight", "25 kg@2026-06-10", "--height", "110", "--start", "2026-03-02"]
    document = plan("clover2-20", *dated).json
    assert document["doses"][1]["amount"] is not None
    assert "--cycle-length" in document["doses"][2]["pending"]


def test_a_momentary_observable_answers_for_the_next_dose_only(plan):
    options = ["--bsa", "1.0", "--cycles", "1", "--set", "bilirubin=1 xULN"]
    (found,) = findings(plan("inotuzumab", *options).json, "bilirubin")
    assert (found["status"], found["doses"]) == ("unknown", [2, 3])
    given, coming = findings(plan("inotuzumab", *options, "--given", "1=0.8 mg").json, "bilirubin")
    assert (given["status"], given["dose"]) == (coming["status"], coming["dose"] - 2) == ("unknown", 1)
    both = [*options, "--set", "bilirubin[2]=1.5 xULN", "--set", "bilirubin[3]=1.6 xULN"]
    (found,) = findings(plan("inotuzumab", *both).json, "bilirubin")
    assert (found["status"], found["dose"]) == ("violation", 3)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("1.4907", "pass"), ("1.57", "warning"), ("1.42", "pass"), ("1.41", "warning"), ("1.87", "violation")],
)
def test_a_stated_surface_against_weight_and_height(plan, stated, expected):
    # Mosteller for 160 cm and 50 kg: 1.4907 m²; 5 % off are 1.416 and 1.565, 25 % off 1.863
    answer = plan("clover2-20", "--bsa", stated, "--weight", "50", "--height", "160")
    assert status(answer.json, "bsa-agreement") == expected
    assert answer.json["doses"][0]["amount"]["mCi"] == pytest.approx(20 * float(stated))


def test_a_derived_surface_names_its_formula_and_whose_choice_it_was(plan):
    bsa = plan("clover2-20", "--weight", "50", "--height", "160").json["patient"]["bsa"]
    assert bsa["value"] == pytest.approx(1.4907, abs=5e-5)
    assert (bsa["source"], bsa["formula"], bsa["formula_chosen_by"]) == ("derived", "mosteller", "dosecalc")
    assert [s["formula"] for s in bsa["spread"]] == ["Fujimoto", "Takahira"]
    chosen = plan("clover2-20", "--weight", "50", "--height", "160", "--bsa-formula", "Du Bois").json
    assert chosen["patient"]["bsa"]["formula_chosen_by"] == "option"
    assert chosen["doses"][0]["amount"]["mCi"] == pytest.approx(20 * 1.5011, abs=1e-3)


# -- the library ------------------------------------------------------------------------------------------------


def test_amounts_are_pint_quantities_and_exact_fractions():
    dose = library.plan("clover2-20", bsa="1.6 m^2").doses[0]
    assert dose.amount.to("GBq").magnitude == 1.184
    assert dose.amount.to("mCi").magnitude == pytest.approx(32)
    assert dose.exact == Fraction(1184)
    assert dose.per_bsa.to("mCi/m^2").magnitude == pytest.approx(20)
    assert dose.per_weight is None


def test_quantities_of_a_foreign_registry_are_read_by_name():
    foreign = pint.UnitRegistry()
    made = library.plan(
        "mibg-compassionate-nb", weight=foreign.Quantity(20, "kg"), level=foreign.Quantity(12, "mCi/kg")
    )
    assert made.doses[0].exact == 8880
    assert library.plan("clover2-20", bsa=foreign.Quantity(1.6, "m**2")).doses[0].exact == 1184
    assert library.plan("clover2-20", bsa=1.6).doses[0].exact == 1184
    assert library.plan("clover2-20", bsa=Fraction(8, 5)).doses[0].exact == 1184


def test_a_plan_is_frozen():
    made = library.plan("clover2-20", bsa="1.6 m^2")
    with pytest.raises(Exception, match="frozen"):
        made.doses[0].number = 7
    with pytest.raises(Exception, match="frozen"):
        made.version = "2"


def test_the_command_and_the_library_make_the_same_plan(plan):
    answer = plan("inotuzumab", "--bsa", "1.47", "--set", "remission[2]=true", "--set", "platelets=90000/uL")
    made = library.plan("inotuzumab", bsa="1.47", observables={"remission[2]": True, "platelets": "90000/uL"})
    assert made.document() == answer.json


def test_a_patient_file_and_a_patient_object_say_what_options_say(plan, tmp_path):
    file = tmp_path / "patient.toml"
    file.write_text(
        'weight = 20\nheight = "110 cm"\nage = 6.5\nsex = "female"\nprior = "none"\n'
        '[observables]\ncd34_per_weight = "3e6 cell/kg"\n"platelets[2]" = "80000/uL"\npregnant = false\n'
    )
    answer = plan("clover2-20", "--patient", str(file))
    patient = library.Patient(weight=20, height="110 cm", age=6.5, sex="female", prior="none", observables={
        "cd34_per_weight": "3e6 cell/kg", "platelets[2]": "80000/uL", "pregnant": False})  # fmt: skip
    made = library.plan("clover2-20", patient=patient)
    assert made.document()["doses"] == answer.json["doses"]
    assert made.document()["findings"] == answer.json["findings"]
    assert answer.json["inputs"]["weight"] == ["20"]


def test_the_same_input_gives_the_same_bytes(plan):
    first, second = (plan("inotuzumab", "--bsa", "1.47", "--set", "remission=true").out for _ in range(2))
    assert first == second


# -- the document -----------------------------------------------------------------------------------------------


def test_findings_stand_by_severity(plan):
    document = nb(plan, "18 mCi/kg", *cells("stem_cells_stored=false", "platelets=60 10^9/L")).json
    order = ["violation", "warning", "unknown", "pass", "not_applicable"]
    places = [order.index(f["status"]) for f in document["findings"]]
    assert places == sorted(places)


def test_strict_makes_what_is_not_known_a_finding(dosecalc):
    assert dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6").status == 0
    assert dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--strict").status == 1


def test_a_fact_that_nobody_read_shows_in_the_plan(plan, dosecalc):
    document = nb(plan, "12 mCi/kg").json
    recalled = ["azedra-label#interfering-drugs", "nct01370330#creatinine-reading"]
    assert sorted(u["fact"] for u in document["unconfirmed"]) == recalled
    text = dosecalc("plan", "--protocol", "mibg-compassionate-nb", "--weight", "20", "--level", "12 mCi/kg").out
    assert "Unconfirmed facts" in text
    assert "nct01370330#creatinine-reading" in text


def test_every_figure_cites_a_sheet_that_the_plan_names(plan):
    for arm, options in (
        ("clover2-20", ["--bsa", "1.6"]),
        ("inotuzumab", ["--bsa", "1"]),
        ("mibg-4gy-melphalan", ["--weight", "20"]),
    ):
        document = plan(arm, *options).json
        sheets = {source["id"] for source in document["sources"]}
        cited = [c for dose in document["doses"] for c in dose["cite"]]
        cited += [c for f in document["findings"] for c in f["cite"]]
        assert cited
        assert {c.partition("#")[0] for c in cited} <= sheets
