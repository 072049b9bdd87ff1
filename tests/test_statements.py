"""What is stated: used where it bears, refused where it contradicts itself or would go unseen."""

from __future__ import annotations

import pytest

import dosecalc as library

NB = ("mibg-compassionate-nb", "--weight", "20", "--level", "12 mCi/kg")
C20 = ("clover2-20", "--bsa", "1.6")


def status(document, rule, part=None):
    (found,) = [f for f in document["findings"] if f["rule"] == rule and (part is None or f["part"] == part)]
    return found["status"]


@pytest.mark.parametrize(
    ("arm", "options", "words"),
    [
        (C20, ["--set", "dialysis[3]=true"], "holds for the whole course"),
        (C20, ["--set", "stem_cells_stored[1]=false"], "holds for the whole course"),
        (C20, ["--set", "platelets[7]=90000/uL"], "there is no dose 7"),
        (("inotuzumab", "--bsa", "1"), ["--set", "remission[7]=true"], "there is no cycle 7"),
        (NB, ["--weight", "9=30 kg"], "there is no dose 9"),
        (C20, ["--given", "7=32 mCi"], "there is no dose 7"),
        (C20, ["--given", "1=32 mg"], "expected an activity"),
        (C20, ["--given", "32 mCi"], "which does not say which dose it is"),
        (("mibg-4gy-melphalan", "--weight", "20", "--bsa", "0.79"), ["--measured", "3=1 Gy"], "is a drug"),
        (("mibg-4gy-melphalan", "--weight", "20"), ["--given", "1=0 MBq", "--measured", "1=1.9 Gy"], "was given as 0"),
        (C20, ["--set", "stem_cells_stored=false", "--set", "cd34_per_weight=3e6 cell/kg"], "no cells are stored"),
        (
            NB,
            ["--set", "stem_cells_stored=true", "--set", "cd34_per_weight=0 cell/kg", "--set",
             "marrow_mononuclear_per_weight=0 cell/kg"],
            "two counts of zero",
        ),
        (NB, ["--sex", "male", "--set", "pregnant=true"], "does not go with the sex male"),
        (NB, ["--prior", "none", "--prior", "10 mCi/kg"], "one or the other"),
        (NB, ["--prior", "none", "--set", "prior_interval=182 day"], "does not go with no prior administration"),
        (NB, ["--prior", "10 mCi/kg", "--set", "prior_count=0"], "does not go with --prior"),
        (NB, ["--prior", "lutate:10 mCi/kg"], "only those count here"),
        (NB, ["--prior", "48,5 mCi/kg"], "what follows the comma is the weight"),
        (NB, ["--prior", "10 mCi/kg@2026-03-02", "--start", "2026-03-01"], "is not before the start"),
        (NB, ["--prior", "10 mCi/kg@01/02/2025"], "expected a date"),
        (NB, ["--age", "12", "--set", "age_completed=13"], "does not go with an age"),
        (NB, ["--set", "age_completed=12.5"], "expected whole years"),
        (C20, ["--bsa", "1.7"], "given twice with different values, '1.6' and '1.7'"),
        (C20, ["--set", "bsa=1.7 m^2"], "given twice with different values"),
        (C20, ["--set", "platelets=1e5/uL", "--set", "platelets=90000/uL"], "given twice with different values"),
        (C20, ["--set", "dose_activity=32 mCi"], "is computed from the plan and cannot be set"),
        (C20, ["--set", "platlets=90000/uL"], "Near names: platelets"),
        (C20, ["--set", "platelets 90000/uL"], "expected OBSERVABLE=VALUE"),
        (C20, ["--set", "platelets=90000"], "a number without a unit"),
        (C20, ["--set", "pregnant=perhaps"], "expected true or false"),
        (C20, ["--start", "2026-02-30"], "expected a date"),
        (C20, ["--start", "9999-12-31"], "expected a date"),
        (C20, ["--cycles", "0"], "expected a whole number from 1 to 100"),
        (C20, ["--cycles", "two"], "expected a whole number from 1 to 100"),
        (C20, ["--cycle-length", "1e7 day"], "expected whole days"),
        (C20, ["--level", "20 mCi/m^2"], "fixes the level of every dose at 20 mCi/m^2"),
        (C20, ["--label", "evil\x1b[31m"], "expected printable text"),
        (C20, ["--protocol", "clover2-10"], "given twice with different values, 'clover2-20' and 'clover2-10'"),
        (("clover2-20",), ["--weight", "400", "--height", "250"], "body surface area of 5.27"),
        (("mibg-4gy-melphalan",), [], "give --weight 20 (kg) and --bsa 1.6 (m²)"),
        (("mibg-4gy-melphalan",), ["--bsa-formula", "boyd"], "give --weight 20 (kg)"),
        (C20, ["--bsa-formula", "schlich"], "it needs --age 18 or over and --sex"),
        (C20, ["--bsa-formula", "schlich", "--age", "17.9", "--sex", "f"], "it needs --age 18 or over and --sex"),
        (C20, ["--bsa-formula", "mosteler"], "expected one of mosteller"),
        (C20, ["--sex", "x"], "expected one of female, male"),
        (("inotuzumab", "--bsa", "1", "--cycles", "1"), ["--cycle-length", "21 day"], "leaves no distance between"),
    ],
)  # fmt: skip
def test_refused(dosecalc, arm, options, words):
    answer = dosecalc("plan", "--protocol", *arm, *options)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err
    assert answer.err.startswith("dosecalc: ")
    assert answer.err.count("\n") == 1


@pytest.mark.parametrize("formula", ["Du Bois", "dubois", "du-bois", "DU_BOIS"])
def test_a_formula_may_be_written_as_people_write_it(plan, formula):
    document = plan("clover2-20", "--weight", "70", "--height", "170", "--bsa-formula", formula).json
    assert document["patient"]["bsa"]["formula"] == "du-bois"


def test_never_is_longer_than_any_washout(plan):
    document = plan(*C20, "--set", "washout_transplant=never").json
    assert status(document, "washout-transplant") == "pass"
    assert document["patient"]["observables"]["washout_transplant"] == "never"


def test_a_man_is_not_pregnant(plan):
    assert status(plan(*NB, "--sex", "male").json, "pregnancy") == "pass"
    assert status(plan(*NB, "--sex", "female").json, "pregnancy") == "unknown"


def test_completed_years_tell_an_exact_age_within_a_year(plan):
    ages = {n: plan(*C20, "--set", f"age_completed={n}").json for n in (9, 10, 15, 16)}
    assert [status(ages[n], "age", "minimum") for n in (9, 10)] == ["violation", "pass"]  # 9 ends before the birthday
    months = [status(plan("ludo-n", "--weight", "10", "--set", f"age_completed={n}").json, "age") for n in (0, 1, 2)]
    assert months == ["violation", "unknown", "pass"]  # from 18 months on
    assert status(ages[16], "performance", "lansky") == "not_applicable"
    assert status(ages[16], "performance", "karnofsky") == "unknown"


def test_a_value_known_within_bounds_is_not_worded_as_failing(plan):
    document = plan("ludo-n", "--weight", "10", "--set", "age_completed=1").json
    (found,) = [f for f in document["findings"] if (f["rule"], f["part"]) == ("age", None)]
    assert found["status"] == "unknown"
    assert "age 12 months to 24 months (limit: at least 18 months)" in found["message"]
    observed = found["checks"][0]["observed"]
    assert observed == {"value": 12.0, "unit": "month", "lower_bound": True, "at_most": pytest.approx(24.0)}
    assert observed["at_most"] < 24.0  # the day itself is another year
    undated = ["--start", "2026-01-01", "--prior", "10 mCi/kg@2025-01-15", "--prior", "10 mCi/kg"]
    (found,) = [f for f in plan(*NB, *undated).json["findings"] if f["rule"] == "prior-interval"]
    assert found["status"] == "unknown"
    observed = found["checks"][1]["observed"]
    assert (observed["value"], observed["at_most"]) == (0.0, 351.0)


def test_no_prior_by_count_settles_the_lifetime(plan):
    assert status(plan(*NB, "--set", "prior_count=0").json, "lifetime-cap") == "pass"


def test_a_time_since_prior_therapy_says_that_there_was_some(plan):
    assert status(plan(*NB, "--set", "prior_interval=100 day").json, "prior-interval") == "violation"
    assert status(plan(*NB, "--set", "prior_interval=100 day").json, "prior-stem-cells") == "unknown"


def test_an_earlier_amount_uses_the_weight_of_its_own_date(plan):
    dated = ["--prior", "961 mCi@2024-01-01", "--weight", "30 kg@2024-01-01", "--weight", "20 kg@2026-01-01"]
    document = plan("mibg-compassionate-nb", "--level", "12 mCi/kg", "--start", "2026-01-01", *dated).json
    assert status(document, "lifetime-cap") == "pass"  # 961/30 + 12 = 44.03
    without = plan(*NB, "--prior", "961 mCi").json
    (found,) = [f for f in without["findings"] if f["rule"] == "lifetime-cap"]
    assert found["status"] == "violation"
    assert "divided by today's weight" in found["message"]


def test_sums_with_unknown_parts_are_lower_bounds_and_never_zero(plan):
    none = plan(*NB, "--prior", "none").json["doses"][0]["lifetime"]
    assert (none["per_weight"]["mCi/kg"], none["per_bsa"], none["lower_bound"]) == (12.0, None, False)
    absolute = plan(*NB, "--prior", "960 mCi").json["doses"][0]["lifetime"]
    assert absolute["amount"]["mCi"] == 1200.0
    assert absolute["per_weight"] is None
    assert plan(*NB).json["doses"][0]["lifetime"] is None
    drug = plan("mibg-4gy-melphalan", "--weight", "20", "--bsa", "0.79", "--prior", "none").json["doses"][2]
    assert drug["lifetime"]["per_weight"]["mg/kg"] == 4.345


def test_what_was_given_is_held_against_the_range_of_levels(plan):
    document = plan("mibg-compassionate-nb", "--weight", "20", "--given", "1=440 mCi").json  # 360 mCi at most
    (found,) = [f for f in document["findings"] if f["rule"] == "given-amount"]
    assert found["status"] == "violation"
    assert "22.2 % above the nearest end of what the protocol allows, 360 mCi" in found["message"]


def test_what_was_given_without_a_weight_cannot_be_held_against_the_range(plan):
    for level in ([], ["--level", "12 mCi/kg"]):
        document = plan("mibg-compassionate-nb", "--given", "1=500 mCi", *level).json
        (found,) = [f for f in document["findings"] if f["rule"] == "given-amount"]
        assert found["status"] == "unknown"
        assert "--weight" in found["message"]


def test_a_count_that_no_rule_reads_is_said_to_be_unread(plan, dosecalc):
    document = plan(*C20, "--given", "1=32 mCi", "--set", "platelets=49999/uL").json
    (found,) = [f for f in document["findings"] if f["rule"] == "statement-unread"]
    assert (found["status"], found["dose"]) == ("warning", 2)
    unremarkable = plan(*C20, "--given", "1=32 mCi", "--set", "platelets=50000/uL").json
    assert not [f for f in unremarkable["findings"] if f["rule"] == "statement-unread"]
    assert [s["outcome"] for s in unremarkable["stated"] if s["what"] == "platelets"] == ["unread"]
    assert not [
        f for f in plan(*C20, "--set", "platelets=60000/uL").json["findings"] if f["rule"] == "statement-unread"
    ]
    answer = dosecalc("plan", "--protocol", *NB, "--given", "1=240 mCi", "--set", "platelets=1/uL")
    assert answer.status == 2
    assert "every dose was given; write platelets[N]" in answer.err


def test_a_second_activity_of_more_than_ten_times_the_first_warns(plan):
    options = ["--weight", "20", "--bsa", "0.8"]
    slipped = plan("mibg-4gy-melphalan", *options, "--measured", "1=1.357 mGy").json
    assert [f["dose"] for f in slipped["findings"] if f["rule"] == "scaled-activity"] == [2]
    # (4 - d) / d is exactly ten at d = 4/11, which no decimal is: 0.3637 gives 9.998 and 0.3636 gives 10.001 times
    for measured, count in (("0.3637 Gy", 0), ("0.3636 Gy", 1)):
        document = plan("mibg-4gy-melphalan", *options, "--measured", f"1={measured}").json
        assert sum(f["rule"] == "scaled-activity" for f in document["findings"]) == count


def test_the_surface_is_compared_at_every_dose(plan):
    sizes = ["--bsa", "0.8", "--bsa", "3=1.6", "--weight", "20", "--height", "110"]
    (found,) = [f for f in plan("clover2-20", *sizes).json["findings"] if f["rule"] == "bsa-agreement"]
    assert (found["status"], found["dose"]) == ("violation", 3)


def test_a_count_before_another_dose_than_the_next_is_asked_for_by_its_number(plan):
    (found,) = [f for f in plan(*C20, "--given", "1=32 mCi").json["findings"] if f["rule"] == "platelets"]
    assert '--set "platelets[1]=' in found["message"]
    (found,) = [f for f in plan(*C20).json["findings"] if f["rule"] == "platelets"]
    assert '--set "platelets=' in found["message"]


def test_a_weight_of_a_later_date_does_not_count_before_it(plan):
    sizes = ["--weight", "20 kg@2026-03-05", "--height", "110", "--start", "2026-03-01"]
    document = plan("clover2-20", *sizes).json
    assert "of a later date" in document["doses"][0]["pending"]
    assert document["doses"][1]["amount"] is not None


def test_nothing_given_leaves_nothing_to_scale_from(plan):
    document = plan("mibg-4gy-melphalan", "--weight", "20", "--given", "1=0 MBq").json
    assert "no whole-body dose to scale from" in document["doses"][1]["pending"]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("p.toml", "weight = 20\nweight = 21\n", "Cannot overwrite"),
        ("p.json", '{"weight": 20, "weight": 21}', "the key 'weight' appears twice"),
        ("p.json", "{", "not JSON"),
        ("p.json", "[1]", "expected a table of keys"),
        ("p.toml", "wieght = 20\n", "the key 'wieght' is not known; a patient has age, sex, weight"),
        ("p.toml", "weight = nan\n", "not a number"),
        ("p.json", '{"weight": NaN}', "not a number"),
        ("p.toml", f"weight = {'1' * 5000}\n", "cannot be read"),
        ("p.json", '{"weight": ' + "[" * 100_000 + "]" * 100_000 + "}", "cannot be read"),
        ("p.toml", "#" * 1_100_000, "is larger than 1 MB, the most that is read of such a file"),
    ],
)
def test_a_patient_file_that_cannot_be_used(dosecalc, tmp_path, name, text, words):
    file = tmp_path / name
    file.write_text(text)
    answer = dosecalc("plan", "--protocol", "mibg-compassionate-nb", "--level", "12 mCi/kg", "--patient", str(file))
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err


def test_a_patient_file_that_is_not_there(dosecalc):
    answer = dosecalc("plan", "--protocol", "clover2-20", "--patient", "no-such-file.toml")
    assert answer.status == 2
    assert "cannot read" in answer.err


@pytest.mark.parametrize("bad", [3, None, ["clover2-20"]])
def test_a_protocol_that_is_no_text_is_refused(bad):
    with pytest.raises(library.InputError, match="expected text or a path"):
        library.plan(bad, bsa=1.6)


@pytest.mark.parametrize("bad", [True, float("nan"), 10**400, [1.6, 1.7], object()])
def test_a_size_that_is_no_size_is_refused(bad):
    with pytest.raises(library.InputError):
        library.plan("clover2-20", bsa=bad)


@pytest.mark.parametrize("made", [{"wieght": 3}, {"weight": object()}, {"weight": [1, object()]}])
def test_a_patient_that_cannot_be_one_is_refused(made):
    with pytest.raises(library.InputError, match="Patient: "):
        library.Patient(**made)


def test_a_patient_of_another_kind_is_refused():
    made = library.plan("clover2-20", bsa=1.6)
    with pytest.raises(library.InputError, match="expected text or a path"):
        library.plan("clover2-20", patient=made)


@pytest.mark.parametrize("wanted", [None, 3, b"clover2", "a\0.toml", "no-such-arm"])
def test_a_protocol_that_cannot_be_loaded_is_refused(wanted):
    with pytest.raises(library.InputError):
        library.load_protocol(wanted)


def test_sources_stand_in_the_order_of_their_citations_whatever_was_planned_before():
    library.plan("clover2-20", bsa=1.6, observables={"platelets": "90000/uL"})
    first = library.plan("clover2-20", weight=20, height=110).document()["sources"]
    library.plan("clover2-20", weight=20, height=110, bsa_formula="costeff")
    again = library.plan("clover2-20", weight=20, height=110).document()["sources"]
    assert first == again
    assert first[-1]["id"] == "bsa-formulas"


def test_digits_of_another_script_number_no_dose(dosecalc):
    answer = dosecalc("plan", "--protocol", *C20, "--given", "\N{ARABIC-INDIC DIGIT ONE}=32 mCi")
    assert answer.status == 2
