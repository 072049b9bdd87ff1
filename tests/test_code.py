"""The code of a plan: the same plan comes out of it, nothing personal is in it, what is wrong is noticed."""

from __future__ import annotations

import base64
import json
import random
import zlib

import pytest
from sound import Person

import dosecalc as package
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.planning import code as codes
from dosecalc.planning.code import START, code_of, plan_of, verify_code

PLAN = {"bsa": "1.6 m^2", "start": "2026-03-02"}


def inside(code):
    packed = code.removeprefix(START)
    return json.loads(zlib.decompress(base64.b32decode(packed + "=" * (-len(packed) % 8))))


@pytest.mark.parametrize("arm", folders.arm_ids()[::4])
def test_the_same_plan_comes_out_of_the_code_of_any_arm(arm):
    plan = package.plan(arm, **Person(arm).stated())
    code = code_of(plan)
    assert plan_of(code).to_json() == plan.to_json()
    assert verify_code(code).sound
    assert set(code) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:")  # what a QR code packs tightly
    assert len(code) < 1000


def test_it_reads_with_blanks_and_in_small_letters():
    code = code_of(package.plan("clover2-20", **PLAN))
    spaced = " ".join(code[i : i + 5] for i in range(0, len(code), 5)).lower()
    assert plan_of(spaced).doses == plan_of(code).doses


def test_nothing_of_the_patients_identity_is_in_it(tmp_path):
    file = tmp_path / "smith.toml"
    file.write_text('bsa = "1.6 m^2"\npatient_id = "MRN 1234"\nlabel = "case 17"\n', encoding="utf-8")
    code = code_of(package.plan("clover2-20", patient=file))
    assert set(inside(code)["i"]) == {"protocol", "bsa"}
    told = json.dumps(inside(code))
    assert not any(word in told for word in ("MRN", "1234", "case 17", "smith"))
    assert plan_of(code).doses[0].value == 1184


def test_a_code_that_was_cut_off_or_mistyped_is_refused():
    code, drawn = code_of(package.plan("clover2-20", **PLAN)), random.Random(11)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    refused = 0
    for _ in range(300):
        at = drawn.randrange(len(START), len(code) - 1)
        wrong = code[:at] + drawn.choice([each for each in letters if each != code[at]]) + code[at + 1 :]
        with pytest.raises(InputError, match="it was cut off, or a character is wrong"):
            plan_of(wrong)
        refused += 1
    assert refused == 300
    for cut in (code[:-2], code[: len(code) // 2], START, f"{START}AAAA", f"{START}é"):
        with pytest.raises(InputError, match="it was cut off, or a character is wrong"):
            plan_of(cut)
    with pytest.raises(InputError, match="expected the code of a plan, which begins with DOSECALC1:"):
        plan_of("DOSECALC2:AAAA")


def made_of(whole):
    packed = zlib.compress(json.dumps(whole).encode())
    return START + base64.b32encode(packed).decode().rstrip("=")


@pytest.mark.parametrize(
    "edit", [{"i": []}, {"i": {"protocol": "clover2-20"}}, {"h": ["a"]}, {"h": None}, {"o": 1}, {"x": 1}, {"i": {}}]
)
def test_a_code_that_holds_something_else_is_refused(edit):
    whole = inside(code_of(package.plan("clover2-20", **PLAN))) | edit
    with pytest.raises(InputError, match="it was cut off, or a character is wrong"):
        plan_of(made_of(whole))


def test_a_code_does_not_inflate_without_end():
    with pytest.raises(InputError, match="cannot be read"):
        plan_of(made_of({"v": "0" * 10_000_000}))


def test_what_changed_since_is_told():
    whole = inside(code_of(package.plan("clover2-20", **PLAN)))
    said = verify_code(made_of(whole | {"v": "0.0.9", "h": ["0" * 16, "1" * 16]}))
    assert [each.what for each in said.changed] == ["the program", "protocols/clover2.toml", "the fact sheets"]
    assert said.exit_status() == 1


def test_another_amount_than_the_code_was_made_with_is_told():
    whole = inside(code_of(package.plan("clover2-20", **PLAN)))
    said = verify_code(made_of(whole | {"i": whole["i"] | {"bsa": ["1.7 m^2"]}}))
    assert [each.what for each in said.altered] == ["amounts, days and findings"]
    assert not said.repeated


def test_a_plan_from_a_file_of_readings_has_none(tmp_path):
    readings = tmp_path / "retention.csv"
    readings.write_text("time [h],retention\n2,0.9\n24,0.5\n48,0.3\n72,0.2\n", encoding="utf-8")
    stated = {"weight": "20 kg", "height": "115 cm", "given": {1: "8880 MBq@2026-03-02"}}
    plan = package.plan("mibg-4gy-melphalan", retention={1: readings}, **stated)
    with pytest.raises(InputError, match="a plan from a file of readings has no code; state the dose with --measured"):
        code_of(plan)


def test_a_code_that_no_qr_holds_is_refused(monkeypatch):
    monkeypatch.setattr(codes, "LONGEST", 100)
    with pytest.raises(InputError, match=r"the code would have \d+ characters; no QR holds above 100"):
        code_of(package.plan("clover2-20", **PLAN))


def test_the_commands(dosecalc):
    code = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--code").out.strip()
    said = dosecalc("verify", code)
    assert (said.status, said.out.splitlines()[0]) == (0, "clover2-20   agrees")
    shown = dosecalc("verify", code, "--plan", "--json")
    assert shown.json["doses"][0]["amount"]["MBq"] == 1184
    assert "plan.json" not in shown.err
    for options in (("--independent",), ()):
        answer = dosecalc("verify", *([code] if options else ["nowhere.json", "--plan"]), *options)
        assert answer.status == 2
    assert "leave --json and --compare out" in dosecalc("plan", "--protocol", "clover2-20", "--code", "--json").err
