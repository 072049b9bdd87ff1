"""Files and words that nobody should be able to hang, flood or fool the program with."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dosecalc as library
from dosecalc.cli.output import writable
from dosecalc.errors import InputError, SkippedFileWarning
from dosecalc.files import capacity, disk, folders, places
from dosecalc.library.load import load_file

GOOD = (Path(__file__).parent / "bad" / "good.toml").read_text(encoding="utf-8")
PATIENCE = 30.0
"""Seconds, for machines are shared: every file below is answered in a fraction of one, and a hang takes for ever."""

HEAD = """schema = 1
id = "big"
title = "t"
status = "guideline"
[agents.iodide]
name = "x"
radionuclide = "I-131"
[[arms]]
id = "big-a"
title = "t"
cite = "big#a"
  [[arms.cycles]]
  doses = [{ agent = "iodide", day = 1, level = "3.7 GBq" }]
[[facts]]
id = "a"
statement = "s"
values = ["3.7 GBq", 10000, "7 day"]
"""


def of_rules(number: int, booleans: int) -> str:
    own = "".join(f'[observables.o{i}]\nkind = "boolean"\ntitle = "o{i}"\n' for i in range(booleans))
    each = ", ".join(f'{{ observable = "o{i}", is = {value} }}' for i in range(booleans) for value in ("true", "false"))
    rules = "".join(
        f'[[rules]]\nid = "r{i}"\ntitle = "r"\nrequire = {{ any = [{each}] }}\ncite = "a"\n' for i in range(number)
    )
    return HEAD + own + rules


HOSTILE = {
    "repeats.toml": (
        HEAD.replace("  doses", '  repeat = 10000\n  length = "7 day"\n  doses'),
        ("plan", "--protocol", "repeats.toml#big-a"),
        (2, "10,000 cycles in all are more than the 100 that an arm may have"),
    ),
    "combinations.toml": (
        of_rules(50, 15),
        ("protocol", "lint", "combinations.toml"),
        (0, "combinations.toml: no error found, 50 conditions unproved"),
    ),
    "keys.toml": (
        HEAD + "".join(f"[conditions.k{i}]\nx{i} = 1\n" for i in range(2000)),
        ("protocol", "lint", "keys.toml"),
        (1, "1,000 more keys are wrong in this file"),
    ),
    "record.json": (
        json.dumps({"doses": [{"prescribed": "100 mCi", "given": "99 mCi", "lot": "A1"}] * 2000}),
        ("record", "record.json"),
        (2, "doses[0].lot: the key 'lot' is not known here (1000 more"),
    ),
    "patient.json": (
        json.dumps({f"k{i}": i for i in range(30_000)}),
        ("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--patient", "patient.json"),
        (2, "the key 'k0' is not known; a patient has age, sex"),
    ),
    "lists.toml": (
        HEAD + "".join(f"[[k{i}]]\n" for i in range(20_000)),
        ("protocol", "lint", "lists.toml"),
        (1, "the key 'k0' is not known here"),
    ),
    "nested.toml": (
        HEAD + "x = [" + "[[1]], " * 30_000 + "]",
        ("protocol", "lint", "nested.toml"),
        (1, "the key 'x' is not known here"),
    ),
    "rules.toml": (
        HEAD
        + '[[rules]]\nid = "r"\ntitle = "r"\nrequire = { observable = "dialysis", is = false }\ncite = "a"\n' * 10_000,
        ("protocol", "lint", "rules.toml"),
        (1, "10,000 rules are more than the 1,000 that a file may have"),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_or_read_at_once(dosecalc, tmp_path, monkeypatch, name):
    text, command, (status, words) = HOSTILE[name]
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text, encoding="utf-8")
    began = time.perf_counter()
    answer = dosecalc(*command)
    assert time.perf_counter() - began < PATIENCE
    assert (answer.status, words in answer.out + answer.err) == (status, True), answer.out[-400:] + answer.err[-400:]


def commands(path):
    """Every command that reads a file, with this one."""
    return [
        ("plan", "--protocol", f"{path}.toml"),
        ("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--patient", path),
        ("protocol", "lint", path),
        ("protocol", "show", f"{path}.toml"),
        ("protocol", "diff", f"{path}.toml", "clover2-20"),
        ("record", path),
        ("dosimetry", path),
        ("dispense", "--plan", path, "--dose", "1", "--concentration", "10 mCi/mL", "--factor", "1"),
        ("audit", path),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_that_nobody_writes_to_is_not_waited_for(dosecalc, tmp_path):
    for name in ("pipe", "pipe.toml"):
        os.mkfifo(tmp_path / name)
    for words in commands(str(tmp_path / "pipe")):
        answer = dosecalc(*words)
        assert (answer.status, "it is a pipe, and a file was expected" in answer.err) == (2, True), words


@pytest.mark.skipif(not os.path.exists("/dev/zero"), reason="this system has no such device")
def test_a_device_and_a_folder_are_refused(dosecalc, tmp_path):
    assert "it is a device" in dosecalc("record", "/dev/zero").err
    (tmp_path / "folder.toml").mkdir()
    answer = dosecalc("plan", "--protocol", str(tmp_path / "folder.toml"))
    assert (answer.status, "it is a folder, and a file was expected" in answer.err) == (2, True)


@pytest.mark.parametrize("bad", ["a\0b", "\ud800", "a\udc80"])
def test_a_path_that_cannot_be_is_an_input_error_in_every_call(bad):
    draw = {"dose": 1, "concentration": "10 mCi/mL", "factor": "1"}
    calls = [
        lambda: library.load_protocol(f"{bad}.toml"),
        lambda: library.plan(f"{bad}.toml", bsa=1.6),
        lambda: library.plan("clover2-20", bsa=1.6, patient=bad),
        lambda: library.find_limits(f"{bad}.toml", bsa=1.6),
        lambda: library.compare_arms(f"{bad}.toml", "clover2-20", bsa=1.6),
        lambda: library.check_record(f"{bad}.csv"),
        lambda: library.fit_retention(f"{bad}.csv"),
        lambda: library.dispense(plan=bad, **draw),
        lambda: library.audit([f"{bad}.toml"]),
    ]
    for call in calls:
        with pytest.raises(InputError):
            call()


# -- a site's folder ------------------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(folder))
    return folder


def test_a_file_that_cannot_be_read_leaves_the_other_arms_alone_and_is_named(dosecalc, site):
    with open(site / "film.toml", "wb") as film:
        film.truncate(100_000_000)
    (site / "broken.toml").write_text("x = [", encoding="utf-8")
    began = time.perf_counter()
    answer = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6")
    assert time.perf_counter() - began < PATIENCE
    assert (answer.status, answer.out.splitlines()[2].split()[0]) == (0, "clover2-20")
    assert answer.err.count("a file of the site is left out") == 2
    assert "film.toml is larger than 1 MB" in answer.err
    assert "broken.toml is not TOML" in answer.err
    with pytest.warns(SkippedFileWarning) as told:
        library.plan("clover2-20", bsa=1.6)
    assert len({str(each.message) for each in told}) == 2


def test_the_list_has_a_finding_where_a_file_is_broken(dosecalc, site):
    assert dosecalc("protocol", "list").status == 0
    (site / "broken.toml").write_text("x = [", encoding="utf-8")
    answer = dosecalc("protocol", "list")
    assert (answer.status, "clover2-20" in answer.out, "broken.toml: not TOML" in answer.err) == (1, True, True)


def test_a_protocol_in_two_files_is_no_protocol(dosecalc, site):
    shipped = Path(folders.shipped("protocols"), "clover2.toml").read_text(encoding="utf-8")
    (site / "clover2.toml").write_text(shipped, encoding="utf-8")
    for words in (("show", "clover2"), ("diff", "clover2", "xofigo-2016"), ("diff", "xofigo-2016", "clover2")):
        answer = dosecalc("protocol", *words)
        assert (answer.status, answer.out) == (2, "")
        assert "the protocol 'clover2' is in two files, protocols/clover2.toml and " in answer.err
    assert "in two files" in dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6").err


def test_a_change_of_equal_size_and_time_is_seen(tmp_path):
    path = tmp_path / "good.toml"
    path.write_text(GOOD, encoding="utf-8")
    then = os.stat(path)
    assert load_file(str(path)).protocol.title == "A made-up study, for tests only"
    path.write_text(
        GOOD.replace("A made-up study, for tests only", "A made-up study, for tests ever"), encoding="utf-8"
    )
    os.utime(path, ns=(then.st_atime_ns, then.st_mtime_ns))
    assert load_file(str(path)).protocol.title == "A made-up study, for tests ever"


def test_a_sheet_that_changes_beside_its_file_is_read_again(tmp_path):
    (tmp_path / "seeds").mkdir()
    sheet = tmp_path / "seeds" / "own.toml"
    head, facts = GOOD[: GOOD.index("[[facts]]")], GOOD[GOOD.index("[[facts]]") :]
    for name in ("regimen", "days", "cells", "platelets"):
        head = head.replace(f'"{name}"]', f'"own#{name}"]').replace(f'cite = "{name}"', f'cite = "own#{name}"')
        head = head.replace(f'["{name}"', f'["own#{name}"')
    path = tmp_path / "good.toml"
    path.write_text(head, encoding="utf-8")
    sheet.write_text(
        'schema = 1\nid = "own"\ntitle = "t"\npublisher = "p"\nkind = "paper"\n\n' + facts, encoding="utf-8"
    )
    assert library.plan(f"{path}#good-1", bsa=1.6).doses[0].exact == 592
    sheet.write_text(sheet.read_text(encoding="utf-8").replace('"10 mCi/m^2"', '"11 mCi/m^2"'), encoding="utf-8")
    with pytest.raises(InputError, match="is not what the cited facts state"):
        library.plan(f"{path}#good-1", bsa=1.6)


# -- what is written ------------------------------------------------------------------------------------------------


def test_what_is_written_is_whole_or_not_there(tmp_path, monkeypatch):
    path = tmp_path / "result.svg"
    path.write_bytes(b"before")

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"cannot write .*result\.svg: No space left on device"):
        disk.write(str(path), b"after")
    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["result.svg"]
    monkeypatch.undo()
    disk.write(str(path), b"after")
    assert path.read_bytes() == b"after"
    with pytest.raises(InputError, match="exists already; nothing was written"):
        disk.write(str(path), b"again", anew=True)
    assert path.read_bytes() == b"after"


def test_a_device_is_not_replaced_by_what_is_written(tmp_path):
    os.symlink("/dev/null", tmp_path / "null.svg")
    with pytest.raises(InputError, match="is no regular file; nothing was written"):
        disk.write(str(tmp_path / "null.svg"), b"x")
    with pytest.raises(InputError, match="cannot write"):
        disk.write(str(tmp_path / "nowhere" / "a.svg"), b"x")


# -- what is said ---------------------------------------------------------------------------------------------------

ESCAPE = "\x1b]0;x\x07"


@pytest.mark.parametrize(
    "words",
    [
        ("record", "a.csv", ESCAPE),
        ("plan", f"--{ESCAPE}"),
        ("plan", "--protocol", ESCAPE, "--bsa", ESCAPE),
        (ESCAPE,),
        ("protocol", ESCAPE),
        ("protocol", "show", ESCAPE),
        ("decay", "10 mCi", ESCAPE),
        ("crosscheck", "--total", ESCAPE),
    ],
)
def test_what_was_typed_does_not_reach_the_terminal_as_it_is(dosecalc, words):
    answer = dosecalc(*words)
    assert (answer.status, answer.out) == (2, "")
    assert not {"\x1b", "\x07"} & set(answer.err)
    assert answer.err


@given(st.text())
def test_a_message_has_no_control_characters(text):
    class Stream:
        encoding = "utf-8"

    clean = writable(text.replace("\ud800", "") if text.isprintable() else text, Stream())
    assert all(c.isprintable() or c == "\n" for c in clean)


# -- the places of keys ---------------------------------------------------------------------------------------------


def test_places_of_lists_in_lists():
    text = "a = [[1, 2], [3]]\nb = [\n  [[4]],\n  [[5]],\n]\n"
    text += "[[t]]\n[[t.u]]\nx = 1\n[[t]]\n[[t.u]]\nx = 2\n[[t.u]]\nx = 3\n"
    lines = places.positions(text)
    assert (lines["a", 1, 0], lines["b", 1, 0, 0]) == (1, 4)
    assert [lines["t", 0, "u", 0, "x"], lines["t", 1, "u", 0, "x"], lines["t", 1, "u", 1, "x"]] == [8, 11, 13]


def test_the_bounds_leave_room_for_everything_that_is_shipped():
    for path in folders.protocol_files():
        file = load_file(path)
        assert os.path.getsize(path) * 5 < capacity.FILE
        assert file.unproved == ()
        for part, most in capacity.LISTS.items():
            assert len(getattr(file.protocol, part)) * 5 <= most, (path, part)
