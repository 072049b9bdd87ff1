"""Two arms side by side: the same plans as each alone, and what only one of them takes."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import jsonschema
import pytest

from dosecalc import InputError, compare_arms, plan

DOCS = Path(__file__).parent.parent / "docs"


def test_each_plan_is_the_one_that_the_arm_has_alone():
    both = compare_arms("clover2-20", "clover2-10", bsa="1.6 m^2", age=9)
    for made, arm in zip(both.plans, ("clover2-20", "clover2-10"), strict=True):
        assert made.document() == plan(arm, bsa="1.6 m^2", age=9).document()
    assert both.left_out == ()


def test_what_one_arm_takes_is_left_out_for_the_other():
    both = compare_arms("zevalin-relapsed", "iodide-graves", weight=70, level="80 uCi/g",
                   observables={"platelets": "150 10^9/L", "uptake": "50 %", "gland_mass": "40 g"})  # fmt: skip
    assert [made.doses[0].exact for made in both.plans] == [28 * 37, Fraction(6400 * 37, 1000)]
    assert {(left.arm, left.option, left.text) for left in both.left_out} == {
        ("zevalin-relapsed", "level", "80 uCi/g"),
        ("zevalin-relapsed", "set", "uptake=50 %"),
        ("zevalin-relapsed", "set", "gland_mass=40 g"),
    }


@pytest.mark.parametrize(
    ("arms", "stated", "words"),
    [
        (("clover2-20", "clover2-20"), {"bsa": 1.6}, "read 'clover2-20' twice"),
        (("clover2-20", "clover2-10"), {"bsa": 1.6, "level": "3 Gy"}, "--level: clover2-20 fixes the level"),
        (
            ("clover2-20", "clover2-10"),
            {"bsa": 1.6, "observables": {"platelet": "1/L"}},
            "'platelet' is not an observable",
        ),
        (("clover2-20", "clover2-10"), {}, "clover2-20 is dosed by body size"),
        (("clover2-20", "quadramet-bone-pain"), {"bsa": 1.6}, "quadramet-bone-pain is dosed by body size"),
        (("clover2-20", "nope"), {"bsa": 1.6}, "read 'nope', which is no arm"),
        (("clover2-20", "clover2-10"), {"bsa": "160"}, "--bsa: read '160'"),
    ],
)
def test_what_neither_takes_is_refused(arms, stated, words):
    with pytest.raises(InputError, match=words):
        compare_arms(*arms, **stated)


def test_the_command_shows_both(dosecalc):
    answer = dosecalc("plan", "--compare", "eanm-card-mdp", "nacg-mdp", "--weight", "3")
    assert answer.status == 0
    assert "1.081 mCi = 40 MBq (35 MBq), raised" in answer.out
    assert "1 mCi = 37 MBq (9.3 MBq/kg), raised" in answer.out
    refused = dosecalc("plan", "--compare", "eanm-card-mdp", "nacg-mdp", "--protocol", "clover2-20", "--bsa", "1")
    assert (refused.status, refused.out) == (2, "")
    assert "--protocol and --compare exclude each other" in refused.err


def test_the_worse_of_two_statuses_is_the_status(dosecalc):
    args = ["--weight", "90", "--set", "platelets=90 10^9/L"]
    assert dosecalc("plan", "--compare", "quadramet-bone-pain", "zevalin-relapsed", *args).status == 1
    assert dosecalc("plan", "--compare", "quadramet-bone-pain", "mibg-japan-ppgl", "--weight", "60").status == 0


def test_the_document_is_of_its_schema(dosecalc):
    document = json.loads(dosecalc("plan", "--compare", "zevalin-relapsed", "hicon-carcinoma", "--weight", "70",
                                   "--level", "50 mCi", "--json").out)  # fmt: skip
    schema = json.loads((DOCS / "comparison.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**document, "surprise": 1}, schema)
    assert [left["arm"] for left in document["left_out"]] == ["zevalin-relapsed"]
