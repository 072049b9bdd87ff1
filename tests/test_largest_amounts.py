"""Numbers nobody has: ranges of a file's own observables, bounds of measured doses, and the largest amounts."""

from __future__ import annotations

import importlib.util
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from drawing import kit

from dosecalc.files import folders
from dosecalc.library.load import load_file
from dosecalc.reference import amounts

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
GRAVES = ("iodide-graves", "--level", "80 uCi/g")


def warned(document):
    return [finding for finding in document["findings"] if finding["rule"] == "largest-amount"]


# -- the largest amount ---------------------------------------------------------------------------------------------


def test_an_uptake_off_by_a_hundred_is_named(plan):
    """149 g and 52 % are 22.9 mCi; with 0.52 % for 52 % they are 2,292, more than the 200 mCi of Hicon."""
    answer = plan(*GRAVES, "--set", "gland_mass=149 g", "--set", "uptake=0.52 %", "--sex", "male")
    (found,) = warned(answer.json)
    assert (answer.status, found["status"], found["dose"]) == (0, "warning", 1)
    assert "2,292 mCi is more than 200 mCi, the largest amount of sodium iodide I-131" in found["message"]
    assert "our limit); check gland_mass 149 g, uptake 0.52 %, --level 80 uCi/g." in found["message"]
    assert answer.json["clearance"]["verdict"] == "warned"
    assert [belief["fact"] for belief in answer.json["beliefs"]] == ["beliefs#largest-amount"]
    assert "largest-amounts.csv" in [source["id"] for source in answer.json["sources"]]
    meant = plan(*GRAVES, "--set", "gland_mass=149 g", "--set", "uptake=52 %")
    assert (meant.json["doses"][0]["amount"]["mCi"], warned(meant.json)) == (pytest.approx(22.923, abs=1e-3), [])
    assert "largest-amounts.csv" not in [source["id"] for source in meant.json["sources"]]


def test_doses_that_are_alike_are_told_once(plan):
    (found,) = warned(plan("xofigo-2016", "--weight", "260").json)
    assert (found["dose"], found["doses"]) == (1, [1, 2, 3, 4, 5, 6])
    assert found["message"].startswith("Doses 1 to 6: 14.3 MBq is more than 6.6 MBq")
    assert "check weight 260." in found["message"]


def test_it_is_the_largest_that_is_allowed_and_the_next_that_is_not(plan):
    """55 kBq/kg at 120 kg."""
    assert warned(plan("xofigo-2016", "--weight", "120").json) == []
    assert warned(plan("xofigo-2016", "--weight", "120.1").json) != []


def test_what_was_measured_is_named_where_it_made_the_amount(plan):
    """8,880 MBq x (4 - 0.019) / 0.019 are 1,860,594 MBq."""
    (found,) = warned(plan("mibg-4gy-melphalan", "--weight", "20", "--bsa", "0.79", "--measured", "1=19 mGy").json)
    assert found["dose"] == 2
    assert "1,860,594 MBq is more than 93,240 MBq" in found["message"]
    assert "check --measured 1=19 mGy." in found["message"]


def test_what_was_given_is_named_where_nothing_could_be_planned(plan):
    """Without a weight: 188,800 MBq for 18,880."""
    given = ("--given", "1=188800 MBq", "--level", "18 mCi/kg")
    (found,) = warned(plan("mibg-compassionate-nb", *given).json)
    assert "check --given 1=188800 MBq." in found["message"]


BY_HAND = [
    ("I-131", "sodium iodide I-131", 200 * 37, "hicon-metastases"),
    ("I-131", "131I-MIBG", 21 * 37 * 120, "nant-double"),
    ("I-131", "iobenguane I 131", 21 * 37 * 120, "nant-double"),
    ("I-123", "iobenguane", 28 * 14, "eanm-card-mibg-123"),
    ("I-131", "iopofosine I 131", 75 * 37 * Fraction("2.4"), "clr131-phase1a-75"),
    ("I-131", "tositumomab", Fraction(20000, 50) * 37, "bexxar-therapeutic"),
    ("Lu-177", "177Lu-DOTATATE", 200 * 120, "ludo-n"),
    ("Ra-223", "radium-223 dichloride", Fraction("0.055") * 120, "xofigo-2016"),
    ("Y-90", "ibritumomab tiuxetan", 32 * 37, "zevalin-relapsed"),
    (None, "Melphalan", 110 * Fraction("2.4"), "mibg-4gy-melphalan"),
]


@pytest.mark.parametrize(("radionuclide", "name", "amount", "arm"), BY_HAND)
def test_the_table_by_hand(radionuclide, name, amount, arm):
    found = amounts.largest_of(radionuclide, name)
    assert (found.amount, found.arm) == (amount, arm)


@pytest.mark.parametrize(
    ("radionuclide", "name"),
    [("I-124", "iobenguane"), ("Lu-177", "lutetium Lu 177 something"), ("I-131", "131I-madeupine"), (None, "drug")],
)
def test_another_agent_has_no_largest_amount(radionuclide, name):
    assert amounts.largest_of(radionuclide, name) is None


def test_of_several_names_the_one_that_leaves_the_fewest_open_counts():
    assert amounts.compounds_of("mibg-131", "131I-MIBG (iobenguane I 131)") == {"MIBG"}
    assert amounts.compounds_of("psma", "lutetium Lu 177 vipivotide tetraxetan (Pluvicto)") == {"PSMA-617"}
    assert amounts.compounds_of("drug", "medicine") == set()


def test_the_table_is_current_and_has_every_agent():
    spec = importlib.util.spec_from_file_location("make_amounts", DOCS / "make_amounts.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    assert module.main(["--check"]) == 0
    for path in folders.protocol_files():
        for key, agent in load_file(path).protocol.agents.items():
            assert amounts.largest_of(agent.radionuclide, key, agent.name) is not None, agent.name


@pytest.mark.parametrize("arm_id", folders.arm_ids())
def test_no_arm_is_warned_at_the_largest_body(plan, arm_id):
    """Every arm at 120 kg and 2.4 m² and the highest level of each dose."""
    arm = kit(arm_id)
    levels = []
    for slot in arm.slots:
        open_ = [row for row in arm.compiled.levels_of(slot).rows if row.open]
        levels += ["--level", f"{slot.number}={arm.options(open_[0])[-1]}"] if open_ else []
    own = ("--set", "gland_mass=60 g", "--set", "uptake=40 %") if arm_id.startswith("iodide-") else ()
    own = own if any(row.factors for row in arm.rows) else ()
    answer = plan(arm_id, "--weight", "120", "--bsa", "2.4", *levels, *own)
    assert answer.status in (0, 1), answer.err
    assert warned(answer.json) == []


# -- measured doses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ("1e-20 Gy", "below 1 mGy, the least that the whole body is believed to get from one administration"),
        ("0.999 mGy", "0.999 mGy is below 1 mGy, the least"),
        ("190 Gy", "above 20 Gy, the most that the whole body is believed to get from one administration"),
        ("20.01 Gy", "(our limit, beliefs#measured-most)"),
    ],
)
def test_a_measured_dose_that_nobody_has_is_refused(plan, measured, words):
    answer = plan("mibg-4gy-melphalan", "--weight", "20", "--bsa", "0.79", "--measured", f"1={measured}")
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith(f"dosecalc: --measured: read '1={measured}'")
    assert words in answer.err


@pytest.mark.parametrize("measured", ["0 Gy", "1 mGy", "1.9 Gy", "20 Gy"])
def test_bounds_of_a_measured_dose_are_within(plan, measured):
    assert plan("mibg-4gy-melphalan", "--weight", "20", "--measured", f"1={measured}").status in (0, 1)


def test_a_site_may_believe_otherwise(plan, tmp_path, monkeypatch):
    (tmp_path / "seeds").mkdir()
    (tmp_path / "seeds" / "beliefs.toml").write_text(
        'facts = [{ id = "measured-least", statement = "0.1 mGy", values = ["0.1 mGy"] },'
        ' { id = "largest-amount", statement = "Twice", values = ["200 %"] }]'
    )
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    assert plan("mibg-4gy-melphalan", "--weight", "20", "--measured", "1=0.999 mGy").status == 0
    assert warned(plan("xofigo-2016", "--weight", "240").json) == []
    (found,) = warned(plan("xofigo-2016", "--weight", "241").json)
    assert "more than 13.2 MBq, 200 % of the largest amount" in found["message"]


# -- ranges of own observables --------------------------------------------------------------------------------------


def test_every_shipped_quantity_has_a_range():
    for path in folders.protocol_files():
        for name, row in load_file(path).protocol.observables.items():
            if row.kind in ("quantity", "count"):
                assert None not in (row.min, row.max), (path, name)


@pytest.mark.parametrize(
    ("arm", "text", "words"),
    [
        ("iodide-graves", "uptake=520 %", "520 % is above the accepted maximum of 100 %"),
        ("iodide-graves", "gland_mass=0.04 g", "0.04 g is below the accepted minimum of 1 g"),
        ("iodide-graves", "gland_mass=40 kg", "40,000 g is above the accepted maximum of 1,000 g"),
        ("bexxar-therapeutic", "residence_time=90 day", "2,160 h is above the accepted maximum of 280 h"),
        ("pluvicto-mcrpc", "gut_grade=30", "30 is above the accepted maximum of 5"),
    ],
)
def test_a_value_outside_of_its_range_is_refused(plan, arm, text, words):
    answer = plan(arm, "--set", text)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err


def test_lint_notes_a_quantity_without_a_range(dosecalc, tmp_path):
    good = (HERE / "bad" / "good.toml").read_text(encoding="utf-8")
    file = tmp_path / "good.toml"
    file.write_text(f'{good}\n[observables.uptake]\nkind = "quantity"\nunit = "%"\ntitle = "uptake"\nmin = "0 %"\n')
    answer = dosecalc("protocol", "lint", str(file))
    assert answer.status == 0
    assert "uptake has no believed range (min and max in observables.uptake)" in answer.out
