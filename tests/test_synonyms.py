"""The names of agents: every ordinary name of one agent means it, and no name of another ever does."""

from __future__ import annotations

import tomllib
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosecalc import check_record
from dosecalc.files import folders
from dosecalc.files.protocol import Agent
from dosecalc.library.agents import means
from dosecalc.library.load import load_file
from dosecalc.reference import synonyms
from dosecalc.reference.synonyms import Identity, identify

SEEDS = Path(__file__).parent.parent / "seeds"
NAMES = {
    ("PSMA-617", "Lu-177"): [
        "Lu-177 vipivotide tetraxetan",
        "lutetium Lu 177 vipivotide tetraxetan",
        "lutetium (177Lu) vipivotide tetraxetan",
        "177Lu-PSMA-617",
        "[177Lu]Lu-PSMA-617",
        "\u00b9\u2077\u2077Lu-PSMA-617",
        "Lu177 PSMA617 injection",
        "177-Lu PSMA 617",
        "Pluvicto",
        "PLUVICTO (lutetium Lu 177 vipivotide tetraxetan)",
    ],
    ("PSMA-617", "Ac-225"): ["225Ac-PSMA-617", "[225Ac]Ac-PSMA-617", "actinium-225 PSMA-617"],
    ("PSMA-I&T", "Lu-177"): ["177Lu-PSMA-I&T", "[177Lu]Lu-PSMA-I&T", "lutetium (177Lu) zadavotide guraxetan"],
    ("PSMA-11", "Ga-68"): ["68Ga-PSMA-11", "gallium Ga 68 gozetotide", "Locametz", "Illuccix"],
    ("DOTATATE", "Lu-177"): [
        "177Lu-DOTATATE",
        "lutetium Lu 177 dotatate",
        "lutetium (177Lu) oxodotreotide",
        "[177Lu]Lu-DOTA-TATE",
        "Lutathera",
    ],
    ("DOTATATE", "Ga-68"): ["68Ga-DOTATATE", "gallium Ga 68 dotatate", "Netspot"],
    ("DOTATOC", "Y-90"): ["90Y-DOTATOC", "yttrium (90Y) edotreotide", "Y-90 DOTA-TOC"],
    ("DOTATOC", "Lu-177"): ["177Lu-DOTATOC", "177Lu-edotreotide"],
    ("ibritumomab tiuxetan", "Y-90"): ["90Y-ibritumomab tiuxetan", "Y-90 ibritumomab tiuxetan (Zevalin)", "Zevalin"],
    ("MIBG", "I-131"): [
        "131I-MIBG",
        "131I-mIBG",
        "iobenguane I 131",
        "iobenguane I-131 (Azedra)",
        "Azedra",
        "I-131 metaiodobenzylguanidine",
        "131I-meta-iodobenzylguanidine",
        "131I-MIBG, no carrier added",
        "131I-mIBG, diagnostic",
    ],
    ("MIBG", "I-123"): ["123I-MIBG", "iobenguane I 123", "AdreView"],
    ("iodide", "I-131"): [
        "sodium iodide I-131",
        "sodium iodide I 131 capsule",
        "131I-NaI",
        "Hicon",
        "131I sodium iodide",
    ],
    ("iodide", "I-123"): ["sodium iodide I-123", "123I-NaI"],
    ("CLR1404", "I-131"): ["131I-CLR 1404", "I-131-CLR1404", "CLR 131", "CLR131", "iopofosine I 131 (CLR 131)"],
    ("CLR1404", "I-124"): ["124I-CLR1404", "CLR 124"],
    ("tositumomab", "I-131"): ["iodine I 131 tositumomab", "131I-tositumomab", "Bexxar"],
    ("chloride", "Ra-223"): [
        "radium-223 dichloride",
        "Ra-223",
        "Xofigo",
        "radium Ra 223 dichloride",
    ],
    ("chloride", "Sr-89"): ["strontium-89 chloride", "Sr-89", "Metastron"],
    ("lexidronam", "Sm-153"): ["samarium-153 lexidronam", "153Sm-EDTMP", "Quadramet", "samarium Sm 153 lexidronam"],
    ("phosphate", "P-32"): ["sodium phosphate P-32", "32P-phosphate"],
    ("chromic phosphate", "P-32"): ["chromic phosphate P-32"],
    ("inotuzumab ozogamicin", None): ["inotuzumab ozogamicin", "Besponsa"],
    ("gemtuzumab ozogamicin", None): ["gemtuzumab ozogamicin", "Mylotarg"],
    ("MAG3", "Tc-99m"): ["99mTc-MAG3", "Tc-99m MAG3", "technetium Tc 99m mertiatide", "[99mTc]Tc-MAG3"],
    ("MDP", "Tc-99m"): ["99mTc-MDP", "technetium Tc 99m medronate"],
    ("HDP", "Tc-99m"): ["99mTc-HDP", "technetium Tc 99m oxidronate"],
}
EACH = [(Identity(*agent), name) for agent, names in NAMES.items() for name in names]
ROWS = [line.split(",") for line in (SEEDS / "agents.csv").read_text(encoding="utf-8").splitlines()[1:]]
PLUVICTO = 'protocol = "pluvicto-mcrpc"\n[[doses]]\nagent = "{}"\nprescribed = "200 mCi"\ngiven = "200 mCi"\n'


@pytest.mark.parametrize(("agent", "name"), EACH)
def test_every_ordinary_name_of_an_agent_means_it(agent, name):
    assert identify(name) == agent
    assert identify(name.upper()) == identify(name.lower()) == agent


def test_names_of_different_agents_are_never_one():
    for (one, a), (other, b) in combinations(EACH, 2):
        assert synonyms.same(a, b) is (one == other), (a, b)
        assert synonyms.same(b, a) is synonyms.same(a, b)


def test_every_row_of_the_table_under_every_spelling_of_two_radionuclides():
    """Another radionuclide is another agent, whatever the name; two rows are one agent only where their compound is."""
    plain = [row for row in ROWS if not row[2]]
    for (a, one, *_), (b, other, *_) in product(plain, repeat=2):
        assert synonyms.same(f"177Lu-{a}", f"Y-90 {b}") is False
        found = synonyms.same(f"[177Lu]Lu-{a}", f"lutetium Lu 177 {b}")
        sole = "|" not in one + other and "any" not in (one, other)
        apart = not {*one.split("|")} & {*other.split("|")} and "any" not in (one, other)
        assert found is (True if sole and one == other else False if apart else None), (a, b)


@given(st.sampled_from(EACH), st.sampled_from(EACH), st.sampled_from(["", " lot 12", " + ", " x", "-B", " 7"]))
def test_a_name_with_more_in_it_is_never_called_another_agent(one, other, more):
    if one[0] != other[0]:
        assert synonyms.same(one[1] + more, other[1]) is not True
        assert synonyms.same(one[1] + more + other[1], other[1]) is not True


@given(st.text(max_size=40))
def test_any_text_is_read(text):
    assert identify(text) is None or identify(text).compound in {row[1] for row in ROWS}
    assert synonyms.same(text, text) in (True, None)


@pytest.mark.parametrize(
    "name",
    [
        *("I-131", "I-123 capsule", "Lu-177 therapy", "177Lu-PSMA", "MIBG", "131I-madeupine", "177Lu/90Y DOTATATE"),
        *("Azedra 123I", "Lutathera (PSMA-617)", "177mLu something", "", "I-131 Lutathera", "223RaCl2"),
        *("Lu-90 PSMA-617", "177Lu-PSMA-617 dimer"),
    ],
)
def test_a_name_that_leaves_it_open_means_nothing(name):
    assert identify(name) is None


def test_a_radionuclide_that_stands_elsewhere_is_taken():
    assert identify("MIBG", "I-123") == Identity("MIBG", "I-123") != identify("MIBG", "131I")
    assert identify("Pluvicto", "Ac-225") == Identity("PSMA-617", "Lu-177"), "the name has its own"
    assert identify("Lu-PSMA-617", "225Ac") is None, "lutetium is no actinium"
    assert str(identify("Pluvicto")) == "PSMA-617 with Lu-177"


def test_every_name_of_the_table_is_there_once_and_in_the_words_of_its_sheet():
    words = [tuple(synonyms._words(row[0])) for row in ROWS]
    assert len(set(words)) == len(words)
    for name, _, _, source in ROWS:
        if source != "recalled":
            sheet = (SEEDS / f"{source}.toml").read_text(encoding="utf-8").casefold()
            assert name.casefold() in sheet, (name, source)
            assert tomllib.loads(sheet)["id"] == source


def test_every_agent_of_the_shipped_protocols_is_known():
    for path in folders.protocol_files():
        for key, agent in load_file(path).protocol.agents.items():
            named = synonyms.read(agent.name, agent.radionuclide or synonyms.NO_NUCLIDE)
            assert named.compounds, (path, key)
            assert named.complete, (path, key)


@pytest.mark.parametrize(
    ("recorded", "verdict"),
    [("131I-madeupine", True), ("madeupine I-131", True), ("Brandex", True), ("mup", True), ("madeupine dimer", None),
     ("131I-MIBG", None), ("177Lu-madeupine", False), ("nothing", None)],
)  # fmt: skip
def test_an_agent_of_a_site_that_the_table_does_not_have_is_known_by_its_own_names(recorded, verdict):
    assert (
        means(Agent.model_validate({"name": "131I-madeupine (Brandex)", "radionuclide": "I-131"}), "mup", recorded)
        is verdict
    )


# -- in a record ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*NAMES["PSMA-617", "Lu-177"], "PSMA-617", "Lu-PSMA-617", "vipivotide tetraxetan"])
def test_no_ordinary_name_of_the_agent_is_a_wrong_agent(dosecalc, tmp_path, name):
    path = tmp_path / "course.toml"
    path.write_text(PLUVICTO.format(name), encoding="utf-8")
    answer = dosecalc("record", str(path))
    assert "dose-agent:" not in answer.out
    assert "dose-agent (" not in answer.out
    assert [finding for finding in check_record(path).findings if finding.rule == "dose-agent"] == []
    assert answer.status == 0, answer.out


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("177Lu-DOTATATE", "the record has 177Lu-DOTATATE, the protocol lutetium Lu 177 vipivotide tetraxetan"),
        ("Lutathera, lot 7", "the record has Lutathera, lot 7, the protocol"),
        ("177Lu-PSMA-I&T", "the record has 177Lu-PSMA-I&T, the protocol"),
        ("68Ga-PSMA-11", "the record has 68Ga-PSMA-11, the protocol"),
        ("225Ac-PSMA-617", "dose-agent (nuclide): Dose 1: the record has Ac-225, the protocol Lu-177"),
        ("melphalan", "the record has melphalan, the protocol"),
    ],
)
def test_another_agent_is_a_violation(dosecalc, tmp_path, name, words):
    path = tmp_path / "course.toml"
    path.write_text(PLUVICTO.format(name), encoding="utf-8")
    answer = dosecalc("record", str(path))
    assert answer.status == 1
    assert words in " ".join(answer.out.split())


@pytest.mark.parametrize("name", ["Lu-177 PSMA", "Lu-177", "the usual", "Pluvicto lot 5"])
def test_a_name_that_nobody_knows_is_asked(dosecalc, tmp_path, name):
    path = tmp_path / "course.toml"
    path.write_text(PLUVICTO.format(name), encoding="utf-8")
    answer = dosecalc("record", str(path))
    assert answer.status == 0
    words = f"whether {name} is the protocol's lutetium Lu 177 vipivotide tetraxetan (Pluvicto) is not known"
    assert words in " ".join(answer.out.split())
    (finding,) = [each for each in check_record(path).findings if each.rule == "dose-agent"]
    assert (finding.status, finding.dose) == ("unknown", 1)


@pytest.mark.parametrize(("name", "arm"), [("177Lu-PSMA-617", "pluvicto-mcrpc"), ("AdreView", "nacg-mibg-123")])
def test_the_catalogue_finds_an_agent_under_its_other_names(dosecalc, name, arm):
    answer = dosecalc("protocol", "list", "--agent", name)
    assert arm in answer.out
    assert "lutathera" not in answer.out
