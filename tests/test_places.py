"""The line of a key. The standard reader keeps none, so the truth is found here by experiment: rename one occurrence of
a name in the text, read the file again, and see which key has gone. That key stood on that line.
"""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosecalc.files.places import line_of

ROOT = Path(__file__).parents[1]
PROTOCOLS = sorted((ROOT / "protocols").glob("*.toml"))
INLINE = [path for path in PROTOCOLS if len(re.findall(r"[{,] *\w+ *=", path.read_text(encoding="utf-8"))) > 3]
FILES = [*PROTOCOLS, *(ROOT / "seeds" / f"{name}.toml" for name in ("de-ioris-2025", "nct05610891", "itcc-059"))]


def each(paths):
    """One test a file; those of one file run in one process, where its experiment is made once."""
    marked = [pytest.param(path, marks=pytest.mark.xdist_group(f"places of {path.stem}")) for path in paths]
    return pytest.mark.parametrize("path", marked, ids=[path.stem for path in paths])


def keys_of(node, path=""):
    """Every key below a node, written as a message writes it: rules[3].require.at_least."""
    if isinstance(node, dict):
        for name, value in node.items():
            inner = f"{path}.{name}".lstrip(".")
            yield inner
            yield from keys_of(value, inner)
    elif isinstance(node, list):
        for i, value in enumerate(node):
            if isinstance(value, (dict, list)):
                yield from keys_of(value, f"{path}[{i}]")


def lines_by_experiment(text):
    """Each key that is written as NAME = VALUE somewhere, with the line of that name."""
    everything = list(keys_of(tomllib.loads(text)))
    found = {}
    for match in re.finditer(r"(?<![\w.\-\"'])([A-Za-z_][\w\-]*)(?=[ \t]*=)", text):
        renamed = f"{text[: match.end()]}-renamed{text[match.end() :]}"
        try:
            left = set(keys_of(tomllib.loads(renamed)))
        except tomllib.TOMLDecodeError:
            continue
        gone = [key for key in everything if key not in left]
        if gone:
            found[gone[0]] = text.count("\n", 0, match.start()) + 1
    return found


@cache
def known(path):
    text = path.read_text(encoding="utf-8")
    return text, lines_by_experiment(text)


def begins_its_line(text, line, key):
    return re.match(rf"\s*{re.escape(re.split(r'[.]', key)[-1])}\s*=", text.splitlines()[line - 1]) is not None


def chosen(path, wanted):
    text, truth = known(path)
    sample = {key: line for key, line in truth.items() if wanted(text, line, key)}
    assert len(sample) > 3
    return sample


def reported_elsewhere(path, wanted):
    """(key, line, reported) of every key that was reported on another line than its own."""
    text, _ = known(path)
    found = [(key, line, line_of(text, key)) for key, line in chosen(path, wanted).items()]
    return [(key, line, reported) for key, line, reported in found if reported != line]


# -- the files that are shipped ---------------------------------------------------------------------------------


@each(FILES)
def test_a_key_that_begins_a_line_is_reported_on_that_line(path):
    assert reported_elsewhere(path, begins_its_line) == []


@each(FILES)
def test_a_key_at_the_top_of_a_file_is_reported_on_its_line(path):
    assert reported_elsewhere(path, lambda _text, _line, key: re.fullmatch(r"\w+", key) is not None) == []


@each(INLINE)
def test_a_key_inside_an_inline_table_is_never_reported_on_the_line_of_another_item(path):
    _, truth = known(path)
    astray = []
    for key, line, reported in reported_elsewhere(path, lambda text, line, key: not begins_its_line(text, line, key)):
        holders = {truth[other] for other in truth if key.startswith((f"{other}.", f"{other}["))}
        if reported not in holders:
            astray.append((key, line, reported))
    assert astray == []


# -- texts made by hand -----------------------------------------------------------------------------------------

TEXT = """\
# id = "not this one"
schema = 1
id = "x"

[agents.mibg]
name = "131I-MIBG"

[[arms]]
id = "x-a"
  [[arms.cycles]]
  repeat = 2
  doses = [
    { agent = "mibg", day = 1, level = "20 mCi/m^2" },  # day = 15 comes next
    # level = "30 mCi/m^2" was the old one
    { agent = "mibg", day = 15, level = "20 mCi/m^2" },
  ]
  [[arms.cycles]]
  repeat = 1

[[arms]]
id = "x-b"
  [[arms.cycles]]
  repeat = 3

[conditions.enough-cells]
any = [{ observable = "cd34_per_weight", at_least = "1e6 cell/kg" },
       { observable = "marrow_mononuclear_per_weight", at_least = "1e8 cell/kg" }]

[[rules]]
id = "platelets"
title = "id = \\"no key\\" and [[rules]] in a text"
when = { all = [
  { observable = "age", above = "1 y" },
  { not = { observable = "vod", is = true } },
] }
require = { observable = "platelets", at_least = "50 10^9/L" }
[[rules]]
id = "anc"
require = { observable = "anc", at_least = "0.75 10^9/L" }
"""
BY_HAND = {
    "schema": 2, "id": 3, "agents.mibg": 5, "agents.mibg.name": 6, "arms[0]": 8, "arms[0].id": 9,
    "arms[0].cycles[0]": 10, "arms[0].cycles[0].repeat": 11, "arms[0].cycles[0].doses": 12,
    "arms[0].cycles[0].doses[0].day": 13, "arms[0].cycles[0].doses[0].level": 13,
    "arms[0].cycles[0].doses[1].agent": 15, "arms[0].cycles[0].doses[1].day": 15,
    "arms[0].cycles[0].doses[1].level": 15, "arms[0].cycles[1]": 17, "arms[0].cycles[1].repeat": 18, "arms[1]": 20,
    "arms[1].id": 21, "arms[1].cycles[0].repeat": 23, "conditions.enough-cells": 25, "conditions.enough-cells.any": 26,
    "conditions.enough-cells.any[0].at_least": 26, "conditions.enough-cells.any[1].at_least": 27, "rules[0]": 29,
    "rules[0].id": 30, "rules[0].title": 31, "rules[0].when.all[0].above": 33, "rules[0].when.all[1].not": 34,
    "rules[0].when.all[1].not.is": 34, "rules[0].require.at_least": 36, "rules[1]": 37, "rules[1].id": 38,
    "rules[1].require": 39, "rules[1].require.at_least": 39,
}  # fmt: skip


def test_the_text_made_by_hand_says_the_same_by_experiment():
    truth = lines_by_experiment(TEXT)
    assert {key: line for key, line in BY_HAND.items() if key in truth} == {
        key: line for key, line in truth.items() if key in BY_HAND
    }
    assert len(set(truth) & set(BY_HAND)) > 20


@pytest.mark.parametrize(("key", "line"), BY_HAND.items())
def test_each_key_of_a_text_made_by_hand_is_found(key, line):
    assert line_of(TEXT, key) == line


@pytest.mark.parametrize(("key", "line"), BY_HAND.items())
def test_line_ends_of_another_system_change_nothing(key, line):
    assert line_of(TEXT.replace("\n", "\r\n"), key) == line


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("rules[1].at", 37),  # a key that is missing is sought where its table begins
        ("arms[1].title", 20),
        ("agents.mibg.radionuclide", 5),
        ("conditions.enough-cells.cite", 25),
        ("rules[0].require.cite", 36),
    ],
)
def test_a_key_that_is_missing_is_reported_where_its_table_begins(key, line):
    assert line_of(TEXT, key) == line


@pytest.mark.parametrize("key", ["", "rules[2]", "rules[2].id", "arms[5].id", "conflicts[0]", "nothing"])
def test_no_line_is_reported_where_none_can_be_told(key):
    assert line_of(TEXT, key) is None


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("", "id", None),
        ('[ agents.mibg ]\nname = "x"\n', "agents.mibg.name", 2),
        ('[agents."mibg"]\nname = "x"\n', "agents.mibg.name", 2),
        ('[[ rules ]]\nid = "a"\n[[rules]]  # second\nid = "b"\n', "rules[1].id", 4),
        ('[[rules]]\n"id" = "a"\n', "rules[0].id", 2),
        ("[[rules]]\n\tid='a'\n", "rules[0].id", 2),
        ('[a]\nid = "1"\n[ab]\nid = "2"\n', "ab.id", 4),
        ('[a]\nidentity = "1"\nid = "2"\n', "a.id", 3),
        ('[a]\nx = [\n  1,\n  2,\n]\nid = "2"\n', "a.id", 6),
        ('[a]\nx = "[["\nid = "2"\n', "a.id", 3),
        ('[a]\nx = [\n  ["b"],\n  [1],\n]\nid = "2"\n', "a.id", 6),
        ('[a]\nx = [[\n  "b"\n], ["id"]]\nid = "2"\n', "a.id", 5),
        ("[a]\nx = '{ ['  # ]] }\nid = 2\n", "a.id", 3),
        ('[a]\nnote = """\n[b]\nid = "no key"\n"""\nid = "2"\n', "a.id", 6),
        ('note = """\n[[rules]]\nid = "no rule"\n"""\n[[rules]]\nid = "2"\n', "rules[0].id", 6),
        ("note = '''\n{ [ not closed\n'''\nid = \"2\"\n", "id", 4),
        ('note = """it\'s"""\nid = "2"\n', "id", 2),
        ("[a]\nwhen = { any = [{ x = 1 }, { x = 2 }] }\n", "a.when.any[1].x", 2),
    ],
    ids=lambda value: " ".join(value.split())[:40] if isinstance(value, str) else None,
)
def test_odd_texts_are_read_as_toml_reads_them(text, key, line):
    tomllib.loads(text)
    assert line_of(text, key) == line


NESTED = """\
[a]
any = [
  { all = [
    { x = 1 },
    { x = 2 },
  ] },
  # { x = 3 } was the second
  { x = 4 },
]
when = { all = [{ x = 5 }, { x = 6 },
  { x = 7 },
] }
"""


@pytest.mark.parametrize(
    ("key", "line", "holders"),
    [
        ("a.any", 2, {2}),
        ("a.any[0].all", 3, {2}),
        ("a.any[0].all[0].x", 4, {2, 3}),
        ("a.any[0].all[1].x", 5, {2, 3}),
        ("a.any[1].x", 8, {2}),
        ("a.when", 10, {10}),
        ("a.when.all[1].x", 10, {10}),
        ("a.when.all[2].x", 11, {10}),
    ],
)
def test_inside_inline_tables_the_line_is_the_key_s_or_that_of_what_holds_it(key, line, holders):
    assert line_of(NESTED, key) in {line, *holders}


NAMES = st.sampled_from(["id", "cite", "level", "any"])


TABLES = st.lists(st.lists(NAMES, unique=True, min_size=1), min_size=1, max_size=6)


@given(TABLES, st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_keys_of_lists_of_tables_are_counted_in_order(tables, gaps):
    lines, expected = [], {}
    for i, names in enumerate(tables):
        lines += ["" for _ in range(gaps[i])]
        lines.append("[[rules]]")
        expected[f"rules[{i}]"] = len(lines)
        for name in names:
            lines += [f"# {name} below", f'{name} = "{name} = [[rules]]"']
            expected[f"rules[{i}].{name}"] = len(lines)
    text = "\n".join(lines)
    assert {key: line_of(text, key) for key in expected} == expected


@given(st.text(alphabet="[]{}=.\"'#\n ab0", max_size=60), st.text(alphabet="[]ab0.", max_size=12))
def test_no_text_and_no_key_raise_anything(text, key):
    line = line_of(text, key)
    assert line is None or 1 <= line <= len(text.splitlines())
