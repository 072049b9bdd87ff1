"""The table of hazards: every control names tests that exist, and the full run says that they passed."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
sys.path.insert(0, str(TOP / "docs"))

import make_hazards  # noqa: E402 - a script of docs/

ROWS = make_hazards.hazards()


def names_in(file):
    """The tests of a file by their names."""
    tree = ast.parse((TOP / "tests" / f"{file}.py").read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_there_are_sixty_and_more_and_the_published_ones_are_many():
    assert len(ROWS) >= 60
    assert sum(row["published"] != "none published" for row in ROWS) >= 30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_every_control_names_tests_that_exist(row):
    for test in row["tests"]:
        file, _, name = test.partition(":")
        assert names_in(file), test
        assert name == "*" or name in names_in(file), test


def test_the_page_is_current():
    assert make_hazards.PAGE.read_text(encoding="utf-8") == make_hazards.page()


def report(tmp_path, cases):
    path = tmp_path / "tests.xml"
    path.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>", encoding="utf-8")
    return path


def case(test, inner=""):
    file, _, name = test.partition(":")
    return f'<testcase classname="tests.{file}" name="{"test_any" if name == "*" else name}[a-1]">{inner}</testcase>'


def test_a_test_that_did_not_pass_is_named(tmp_path):
    named = sorted({test for row in ROWS for test in row["tests"]})
    assert make_hazards.not_passed(report(tmp_path, "".join(map(case, named)))) == []
    single = [test for test in named if not test.endswith("*")]
    for inner in ("<failure/>", "<error/>", '<skipped message="no"/>'):
        cases = "".join(case(test, inner if test == single[0] else "") for test in named)
        assert make_hazards.not_passed(report(tmp_path, cases)) == [single[0]]
    assert make_hazards.not_passed(report(tmp_path, "")) == named


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"severity": "grave"}, "a stage, severity or probability that is none"),
        ({"tests": []}, "no test proves its control"),
        ({"more": 1}, "expected the keys id, stage, hazard"),
    ],
)
def test_a_row_that_is_not_whole_is_refused(tmp_path, monkeypatch, edit, words):
    row = ROWS[0] | edit
    path = tmp_path / "hazards.toml"
    lines = [f"{key} = {value!r}" for key, value in row.items()]
    path.write_text("[[hazards]]\n" + "\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(make_hazards, "TABLE", path)
    with pytest.raises(ValueError, match=words):
        make_hazards.hazards()
