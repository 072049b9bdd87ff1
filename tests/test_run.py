"""Cases and their answers: the same documents as the commands print, and no case that ends the others."""

from __future__ import annotations

import io
import json
from pathlib import Path

import jsonschema
import pytest
from gating import case

import dosecalc as package
from dosecalc.cases import runner

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "answer.schema.json").read_text(encoding="utf-8"))
PLAN = {"command": "plan", "inputs": {"protocol": "clover2-20", "bsa": "1.6"}}


@pytest.fixture
def run(dosecalc, monkeypatch):
    def with_input(text):
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return dosecalc("run")

    return with_input


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (PLAN, ["plan", "--protocol", "clover2-20", "--bsa", "1.6"]),
        ({"command": "limits", "inputs": {"protocol": "mibg-compassionate-nb", "weight": ["20"], "level": "12 mCi/kg"}},
         ["limits", "--protocol", "mibg-compassionate-nb", "--weight", "20", "--level", "12 mCi/kg"]),
        ({"command": "decay", "inputs": {"activity": "150 mCi", "nuclide": "Tc-99m", "elapsed": ["5 h"]}},
         ["decay", "150 mCi", "Tc-99m", "--elapsed", "5 h"]),
        ({"command": "dispense", "inputs": {"amount": "32 mCi", "concentration": "10 mCi/mL", "factor": 0.9}},
         ["dispense", "--amount", "32 mCi", "--concentration", "10 mCi/mL", "--factor", "0.9"]),
        ({"command": "crosscheck", "inputs": {"total": "126.6 mCi", "doses": 4, "level": "40 mCi/m^2", "age": "25"}},
         ["crosscheck", "--total", "126.6 mCi", "--doses", "4", "--level", "40 mCi/m^2", "--age", "25"]),
        ({"command": "same", "inputs": {"same": ["444 MBq", "12 mCi"]}}, ["crosscheck", "--same", "444 MBq", "12 mCi"]),
        ({"command": "window", "inputs": {"amount": "8 GBq", "nuclide": "Lu-177", "calibrated": "2026-03-01T12:00Z",
                                          "prescribed": "7.4 GBq"}},
         ["window", "--amount", "8 GBq", "--nuclide", "Lu-177", "--calibrated", "2026-03-01T12:00Z", "--prescribed",
          "7.4 GBq"]),
    ],
)  # fmt: skip
def test_an_answer_has_the_document_and_the_status_of_the_command(run, dosecalc, made, words):
    command = dosecalc(*words, "--json")
    answer = run(json.dumps(made))
    assert answer.status == command.status == answer.json["exit"]
    assert answer.json["document"] == command.json
    assert (answer.json["command"], answer.json["error"]) == (made["command"], None)
    jsonschema.validate(answer.json, SCHEMA)
    assert answer.out == json.dumps(answer.json, ensure_ascii=False, sort_keys=True) + "\n"


def test_a_plan_and_a_case_stand_in_their_cases(run):
    plan = package.plan("clover2-20", bsa="1.6 m^2").document()
    assert run(json.dumps({"command": "verify", "inputs": {"plan": plan}})).json["document"]["agreed"] is True
    plan["doses"][0]["amount"]["MBq"] = 11840.0
    assert run(json.dumps({"command": "verify", "inputs": {"plan": plan}})).status == 1
    held = run(json.dumps({"command": "check", "inputs": {"case": case({})}}))
    assert (held.status, held.json["document"]["verdict"]) == (1, "hold")


def test_many_lines_have_an_answer_each_and_none_ends_the_others(run):
    lines = [
        json.dumps(PLAN | {"id": 1}),
        "",
        "{not json",
        json.dumps({"id": "x", "command": "plan", "inputs": {}}),
        "[]",
        json.dumps({"command": "plan", "inputs": {"protocol": "clover2-20", "bsa": "1.6", "set": "platelets=9/uL"}}),
    ]
    answer = run("\n".join(lines))
    found = [json.loads(line) for line in answer.out.splitlines()]
    assert [each["exit"] for each in found] == [0, 2, 2, 2, 1]
    assert [each["id"] for each in found] == ["1", None, "x", None, None]
    assert answer.status == 2
    assert "not JSON" in found[1]["error"]


def test_one_case_may_be_written_over_many_lines(run):
    assert run(json.dumps(PLAN, indent=2)).json["document"]["doses"][0]["amount"]["mCi"] == 32.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ('{"command": "plan", "command": "limits"}', "the key 'command' appears twice"),
        ('{"command": "plan", "inputs": {"bsa": NaN}}', "NaN is no number"),
        ("[" * 100_000, "not JSON"),
        ('{"command": "sing"}', "command: read 'sing', expected one of plan, limits"),
        ('{"command": "plan", "input": {}}', "the key 'input' is not known; a case has command, inputs and an id"),
        ('{"command": "plan", "inputs": []}', "inputs: expected a table of options"),
        ('{"command": "plan", "inputs": {"bsa": {"1": 2}}}', "inputs.bsa: read"),
        ('{"command": "plan", "inputs": {"bsa": null}}', "inputs.bsa: read 'None', expected text or a list of texts"),
        ('{"command": "plan", "inputs": {"bzz": "1"}}', "there is no option 'bzz'"),
        ('{"command": "same", "inputs": {"same": ["1 mCi"]}}', "read 1 figures, expected two"),
        ('{"command": "verify", "inputs": {"plan": 7}}', "inputs.plan: expected a path or a table"),
        ('{"command": "verify", "inputs": {"plan": {}}}', "is no plan"),
        ('{"command": "check", "inputs": {"case": {"x": 1}}}', "the key 'x' is not known here"),
        ('{"command": "plan", "inputs": {"protocol": "' + "a" * 5_000_000 + '"}}', "the limit is 4,000,000"),
    ],
)
def test_what_cannot_be_used_is_an_answer_with_its_words(run, text, words):
    answer = run(text)
    assert (answer.status, answer.json["exit"], answer.json["document"]) == (2, 2, None)
    assert words in answer.json["error"]


def test_a_fault_of_the_program_is_an_answer_too(monkeypatch):
    def broken(_inputs):
        raise KeyError("x")

    monkeypatch.setitem(runner.COMMANDS, "plan", broken)
    answer = package.run_case(PLAN)
    assert (answer.exit, answer.error) == (3, "internal error, please report it: KeyError: 'x'")
