"""How an agent is given: in files, plans, lists, comparisons and records."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import dosecalc
from dosecalc.reference import routes

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "protocols").glob("*.toml"))
COURSE = """
protocol = "{protocol}"
[patient]
weight = "70 kg"
[[doses]]
prescribed = "{amount}"
given = "{amount}"
{line}
"""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_agent_has_a_route_that_a_sheet_states_or_says_that_none_does(path):
    for agent in tomllib.loads(path.read_text(encoding="utf-8"))["agents"].values():
        if agent["route"] == "not stated":
            assert "cite" not in agent
            continue
        sheet, _, name = agent["cite"].partition("#")
        facts = tomllib.loads((ROOT / "seeds" / f"{sheet}.toml").read_text(encoding="utf-8"))["facts"]
        (statement,) = [fact["statement"] for fact in facts if fact["id"] == name]
        words = {"intravenous": ("vein", "ntravenous"), "oral": ("mouth",)}[agent["route"]]
        assert any(word in statement for word in words)


def test_a_plan_says_how_its_agents_are_given(dosecalc):
    answer = dosecalc("plan", "--protocol", "hicon-hyperthyroidism", "--level", "185 MBq")
    assert "Given: oral; as sodium iodide" in answer.out.splitlines()
    found = dosecalc("plan", "--protocol", "hicon-hyperthyroidism", "--level", "185 MBq", "--json").json
    assert found["administration"] == {
        "iodide": {"route": "oral", "form": "sodium iodide", "site": None, "cite": ["hicon-label#route"]}
    }


def test_a_route_that_no_source_states_is_said_to_be_not_stated(dosecalc):
    answer = dosecalc("plan", "--protocol", "mibg-4gy-melphalan", "--weight", "20", "--bsa", "0.8")
    assert "131I-MIBG (iobenguane I 131) route not stated; Melphalan route not stated" in answer.out


def test_show_list_and_diff_tell_it(dosecalc):
    shown = dosecalc("protocol", "show", "mibg-compassionate").out
    assert "given: intravenous, a central line if there is one, otherwise a peripheral vein" in shown
    rows = {row["arm"]: row for row in dosecalc("protocol", "list", "--json").json}
    assert (rows["xofigo-2016"]["route"], rows["xofigo-2016"]["form"]) == (["intravenous"], ["radium-223 dichloride"])
    assert rows["miitop"]["route"] == ["not stated"]
    changed = dosecalc("protocol", "diff", "iodide-metastases", "hicon-metastases")
    assert changed.status == 1
    assert "route not stated, now oral; as sodium iodide" in changed.out


@pytest.mark.parametrize(
    ("protocol", "amount", "line", "rule", "status", "words"),
    [
        ("xofigo-2016", "3.85 MBq", 'route = "oral"', "dose-route", "violation", "oral, the protocol intravenous"),
        ("xofigo-2016", "3.85 MBq", 'route = "i.v."', "dose-route", "pass", "by the protocol's route, intravenous"),
        ("xofigo-2016", "3.85 MBq", 'route = "drip"', "dose-route", "unknown", "write intravenous if it was"),
        ("miitop", "31080 MBq", 'route = "iv"', "dose-route", "unknown", "the protocol states none"),
        ("xofigo-2016", "3.85 MBq", 'form = "citrate"', "dose-form", "violation", "citrate, the protocol radium-223"),
        ("xofigo-2016", "3.85 MBq", 'form = "Dichloride"', "dose-form", "pass", "in the protocol's form"),
        ("xofigo-2016", "3.85 MBq", 'form = "solution"', "dose-form", "unknown", "is not known"),
        ("miitop", "31080 MBq", 'form = "sulfate"', "dose-form", "unknown", "the protocol states none"),
    ],
)  # fmt: skip
def test_a_record_is_held_against_route_and_form(tmp_path, protocol, amount, line, rule, status, words):
    path = tmp_path / "course.toml"
    path.write_text(COURSE.format(protocol=protocol, amount=amount, line=line), encoding="utf-8")
    found = dosecalc.check_record(path)
    (finding,) = [each for each in found.findings if each.rule == rule]
    assert (finding.status, finding.dose) == (status, 1)
    assert words in finding.message
    key = line.partition(" ")[0]
    assert [each.outcome for each in found.stated if each.what == key] == ["finding"]


def test_a_wrong_route_decides_the_exit_status(dosecalc, tmp_path):
    path = tmp_path / "course.toml"
    path.write_text(COURSE.format(protocol="xofigo-2016", amount="3.85 MBq", line='route = "po"'), encoding="utf-8")
    answer = dosecalc("record", str(path))
    assert answer.status == 1
    assert "dose-route: Dose 1: the record has the route po, the protocol intravenous" in answer.out


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("iodide", "sodium iodide", True), ("sodium iodide", "mIBG", False), ("capsules", "sodium iodide", None)],
)
def test_forms_are_compared_by_their_words(one, other, same):
    assert routes.same_form(one, other) is same


def test_arms_are_listed_by_where_they_hold(dosecalc):
    arms = {row["protocol"] for row in dosecalc("protocol", "list", "--jurisdiction", "us", "--json").json}
    assert {"xofigo-2013", "xofigo-2016", "lutathera", "hicon"} <= arms
    assert "mibg-japan" not in arms
    answer = dosecalc("protocol", "list", "--jurisdiction", "EU")
    assert (answer.status, answer.out.startswith("No arm matches")) == (0, True)


def test_show_and_diff_tell_revision_and_indication(dosecalc):
    lines = dosecalc("protocol", "show", "xofigo-2016").out.splitlines()
    assert {"Jurisdiction: US", "Revision: 2016"} <= set(lines)
    assert "  revision: 2013, now 2016" in dosecalc("protocol", "diff", "xofigo-2013", "xofigo-2016").out.splitlines()
