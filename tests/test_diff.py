"""What changes between two versions of a file, in words: one edit at a time, with the sentence that tells it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

GOOD = (Path(__file__).parent / "bad" / "good.toml").read_text(encoding="utf-8")
DOCS = Path(__file__).parent.parent / "docs"
DOSE = '{ agent = "drug", day = 8, level = "10 mCi/m^2" },'
FACTS = '[[facts]]\nid = "regimen"'
MORE = '[[facts]]\nid = "more"\nstatement = "More"\nvalues = [%s]\n\n' + FACTS


@pytest.fixture
def versions(tmp_path):
    """Writes the sound file, and the same with some texts replaced; gives both paths."""

    def write(*edits: tuple[str, str]) -> tuple[str, str]:
        text = GOOD
        for old, new in edits:
            assert old in text
            text = text.replace(old, new)
        paths = [tmp_path / folder / "good.toml" for folder in ("old", "new")]
        for path, content in zip(paths, (GOOD, text), strict=True):
            path.parent.mkdir()
            path.write_text(content, encoding="utf-8")
        return str(paths[0]), str(paths[1])

    return write


EDITS = [
    ([("10 mCi/m^2", "12 mCi/m^2")], [
        "doses 1 to 4: 10 mCi/m², now 12 mCi/m² (20 % more)",
        "all required doses: 40 mCi/m², now 48 mCi/m² (20 % more)",
    ]),
    ([(DOSE, "")], [
        "dose 2: day 8 of its cycle, now 1", "dose 2: in cycle 1, now in cycle 2",
        "doses 3 and 4: gone: 131I-madeupine, 10 mCi/m²", "all required doses: 40 mCi/m², now 20 mCi/m² (50 % less)",
    ]),
    ([(DOSE, DOSE.replace("}", ', cap = "15 mCi" }')), ('cite = ["regimen"', 'cite = ["more", "regimen"'),
      (FACTS, MORE % '"15 mCi"')], ["doses 2 and 4: 10 mCi/m², now 10 mCi/m², at most 15 mCi"]),
    ([('length = "28 day"', 'length = "56 day"'), ('2, "28 day"', '2, "56 day"')],
     ["cycles 1 and 2: 28 days long, now 56 days long"]),
    ([("75000/uL", "100000/uL"), ("75 10^9/L", "100 10^9/L")],
     ["platelets: platelets at least 75,000/microliter, now platelets at least 100,000/microliter (stricter)"]),
    ([("75000/uL", "50000/uL"), ("75 10^9/L", "50 10^9/L")],
     ["platelets: platelets at least 75,000/microliter, now platelets at least 50,000/microliter (less strict)"]),
    ([("2e6 cell/kg", "3e6 cell/kg")],
     ["stem-cell-backup: if course_activity_per_bsa above 30 mCi/m², then cd34_per_weight at least 2 x 10^6 cell/kg,"]),
    ([('at = "first-dose"', 'at = "each-dose"')], ["platelets: checked before the first dose, now for each dose"]),
    ([('id = "platelets"\ntitle', 'id = "platelets"\nseverity = "warning"\ntitle')],
     ["platelets: severity violation, now warning"]),
    ([('id = "platelets"\ntitle', 'id = "counts"\ntitle')],
     ["platelets: gone: Platelets at least 75,000 per microlitre", "counts: new: Platelets at least 75,000"]),
    ([('reading = "as the first says"', 'reading = "as the second says"')],
     ["conflict one-conflict: as the first says, now as the second says"]),
    ([("Nothing to do", "Something to do")], ["instruction: gone: Nothing to do", "instruction: new: Something to do"]),
    ([('status = "investigational"', 'status = "withdrawn"')], ["status: investigational, now withdrawn"]),
    ([('statement = "Days 1 and 8"', 'statement = "Days 1 and 8"\ngrade = "M"\nconfirmed = false')],
     ["facts unconfirmed: new: not yet checked against the source: days"]),
]  # fmt: skip


@pytest.mark.parametrize(("edits", "expected"), EDITS)
def test_every_change_is_told(dosecalc, versions, edits, expected):
    answer = dosecalc("protocol", "diff", *versions(*edits))
    assert answer.status == 1
    for words in expected:
        assert f"  {words}" in answer.out
    told = [line for line in answer.out.splitlines() if line.startswith("  ") and "sha256" not in line]
    assert len(told) == len(expected)


@pytest.mark.parametrize("edit", [
    ("10 mCi/m^2", "370 MBq/m^2"), ("75000/uL", "75 10^9/L"), ('length = "28 day"', 'length = "4 week"'),
    ('title = "Two cycles"', 'title = "Cycles, two"'),
])  # fmt: skip
def test_other_units_and_other_titles_change_nothing(dosecalc, versions, edit):
    answer = dosecalc("protocol", "diff", *versions(edit))
    assert answer.status == 0
    assert "good-1\nNothing changes for a patient." in answer.out


def test_a_change_is_told_from_both_sides(dosecalc, versions):
    old, new = versions(("75000/uL", "100000/uL"), ("75 10^9/L", "100 10^9/L"))
    assert "(stricter)" in dosecalc("protocol", "diff", old, new).out
    assert "(less strict)" in dosecalc("protocol", "diff", new, old).out


def test_arms_that_come_and_go(dosecalc, versions):
    arm = """[[arms]]
id = "good-2"
title = "One dose"
cite = ["regimen", "days"]
  [[arms.cycles]]
  doses = [{ agent = "drug", day = 1, level = "10 mCi/m^2" }]

[conditions.enough-cells]"""
    old, new = versions(("[conditions.enough-cells]", arm))
    assert "good-2" not in dosecalc("protocol", "diff", old, new + "#good-1").out
    both = dosecalc("protocol", "diff", new, new)
    assert both.status == 0
    assert both.out.count("Nothing changes for a patient.") == 2


@pytest.mark.parametrize(
    ("names", "words"),
    [(("p32", "hicon"), "p32 and hicon have no arm in common"), (("p32", "nope"), "read 'nope', which is no arm")],
)
def test_what_cannot_be_held_together(dosecalc, names, words):
    answer = dosecalc("protocol", "diff", *names)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err


@pytest.mark.parametrize(("before", "after"), [
    ("azedra", "azedra"), ("lutathera", "pluvicto"), ("zevalin-relapsed", "bexxar-therapeutic"),
    ("eanm-card-mdp", "nacg-mdp"), ("inotuzumab", "mibg-4gy-melphalan"), ("nant-double", "ludo-n"),
])  # fmt: skip
def test_any_two_protocols_give_a_document_of_the_schema(dosecalc, before, after):
    answer = dosecalc("protocol", "diff", before, after, "--json")
    jsonschema.validate(answer.json, json.loads((DOCS / "diff.schema.json").read_text(encoding="utf-8")))
    assert answer.status == int(before != after)
    changes = [change for arm in answer.json["arms"] for change in arm["changes"]]
    assert bool(changes) == (before != after)
