"""Each number and condition of the five founding documents stands in a protocol file, or it is said why it does not.

The table is founding.toml. Files are read with the standard library alone.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SENTENCES = tomllib.loads(Path(__file__).with_name("founding.toml").read_text(encoding="utf-8"))["sentence"]
SHEETS = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "seeds").glob("*.toml")}
FOUNDING = {sheet["seed"][:3]: name for name, sheet in SHEETS.items() if "seed" in sheet}
FACTS = {f"{name}#{fact['id']}": fact for name in FOUNDING.values() for fact in SHEETS[name]["facts"]}
PLACES = {"rule": "rules", "conflict": "conflicts", "arm": "arms", "instruction": "instructions"}


def cited(thing):
    """All facts that a part of a file cites, or sets against each other."""
    if isinstance(thing, list):
        return set().union(*map(cited, thing)) if thing else set()
    if not isinstance(thing, dict):
        return set()
    own = {ref for key in ("cite", "between") for ref in listed(thing.get(key, []))}
    return own.union(*map(cited, thing.values())) if thing else own


def listed(refs):
    return [refs] if isinstance(refs, str) else refs


def protocol(name):
    return tomllib.loads((ROOT / "protocols" / f"{name}.toml").read_text(encoding="utf-8"))


def parts(file, held):
    """The parts of a file that 'rule age', 'condition enough-cells' or 'instruction' names."""
    kind, _, name = held.partition(" ")
    if kind == "condition":
        return [file["conditions"][name]]
    return [part for part in file[PLACES[kind]] if not name or part["id"] == name]


def test_the_five_documents_are_all_here():
    assert sorted(FOUNDING) == ["000", "001", "002", "003", "004"]
    assert {sentence["document"] for sentence in SENTENCES} == set(FOUNDING)


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda s: f"{s['document']} {s['says']}")
def test_a_sentence_is_held_where_the_table_says(sentence):
    assert set(sentence["facts"]) <= set(FACTS)
    if "reason" in sentence:
        assert sentence["reason"].strip()
        assert "file" not in sentence
        return
    file = protocol(sentence["file"])
    holders = [parts(file, held) for held in sentence["held"]]
    assert all(holders), sentence["held"]
    for found in holders:
        assert cited(found) & set(sentence["facts"]), sentence["held"]
    assert set(sentence["facts"]) <= set().union(*map(cited, holders))


@pytest.mark.parametrize("ref", FACTS)
def test_no_fact_of_a_founding_document_is_left_out(ref):
    rows = [sentence for sentence in SENTENCES if ref in sentence["facts"]]
    assert rows
    files = (ROOT / "protocols").glob("*.toml")
    used = any(ref in cited(tomllib.loads(path.read_text(encoding="utf-8"))) for path in files)
    assert used == any("file" in row for row in rows)  # a fact that no file cites has a reason
