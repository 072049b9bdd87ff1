"""A bad file for every refusal: one located sentence, the status of lint and of plan, and never a traceback."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "bad"
BAD = sorted((HERE / "protocols").glob("*.toml"))


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_lint_and_plan_refuse(dosecalc, path):
    words = path.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# expects: ")
    lint = dosecalc("protocol", "lint", str(path))
    assert lint.status == 1
    assert words in lint.out
    assert re.search(rf"{path.name}, line \d+", lint.out) or "digits" in path.stem
    plan = dosecalc("plan", "--protocol", f"{path}#good-1", "--bsa", "1.6")
    assert (plan.status, plan.out) == (2, "")
    assert f"dosecalc: {path}" in plan.err
    assert plan.err.count("\n") == 1


@pytest.mark.parametrize("path", [p for p in BAD if "digits" not in p.stem], ids=lambda path: path.stem)
def test_the_line_is_the_one_that_differs_from_the_sound_file(dosecalc, path):
    """The line that lint names was changed, or names the key, or opens the table where a key is missing."""
    bad = path.read_text(encoding="utf-8").splitlines()
    sound = (HERE / "good.toml").read_text(encoding="utf-8").splitlines()
    named = re.search(rf"{path.name}, line (\d+)(?:, ([\w.\[\]-]+))?", dosecalc("protocol", "lint", str(path)).out)
    assert named, "no line was named"
    line = bad[int(named[1]) - 1]
    last = re.sub(r"\[\d+\]$", "", named[2] or "").rpartition(".")[2]
    assert line not in sound or last in line or line.lstrip().startswith("[")


def test_the_sound_file_is_sound(dosecalc, tmp_path):
    good = tmp_path / "good.toml"
    good.write_text((HERE / "good.toml").read_text(encoding="utf-8"), encoding="utf-8")
    assert dosecalc("protocol", "lint", str(good)).status == 0
    answer = dosecalc("plan", "--protocol", f"{good}#good-1", "--bsa", "1.6", "--json")
    assert [dose["amount"]["mCi"] for dose in answer.json["doses"]] == [16.0] * 4
    assert answer.json["protocol"]["file"] == str(good)


def test_a_file_may_be_written_with_a_byte_order_mark(dosecalc, tmp_path):
    good = tmp_path / "good.toml"
    good.write_text((HERE / "good.toml").read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert dosecalc("plan", "--protocol", str(good), "--bsa", "1.6").status == 0


def test_conditions_nested_by_the_thousand_are_refused(dosecalc, tmp_path):
    deep = "{ not = " * 3000 + '{ condition = "enough-cells" }' + " }" * 3000
    file = tmp_path / "good.toml"
    file.write_text((HERE / "good.toml").read_text(encoding="utf-8").replace('{ condition = "enough-cells" }', deep))
    answer = dosecalc("protocol", "lint", str(file))
    assert answer.status == 1
    assert "nested" in answer.out or "cannot be read" in answer.out


def test_what_cannot_be_read_at_all_is_unusable(dosecalc, tmp_path):
    binary = tmp_path / "good.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (str(binary), str(tmp_path / "nothing.toml")):
        answer = dosecalc("protocol", "lint", path)
        assert (answer.status, answer.out) == (2, "")
        assert path in answer.err


def test_a_radionuclide_that_nobody_knows_is_worth_a_look(dosecalc, tmp_path):
    good = tmp_path / "good.toml"
    good.write_text((HERE / "good.toml").read_text(encoding="utf-8").replace('"I-131"', '"I-313"'), encoding="utf-8")
    answer = dosecalc("protocol", "lint", str(good))
    assert answer.status == 0
    assert "'I-313' of 131I-madeupine is not in the table of half-lives" in answer.out
