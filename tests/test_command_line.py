"""The command line as a terminal sees it: text, exit status, and what it does not import."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from dosecalc.errors import SkippedFileWarning
from dosecalc.files import folders

ROOT = Path(__file__).resolve().parents[1]
PLAN = ["plan", "--protocol", "clover2-20", "--bsa", "1.6"]


def python(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *args],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
        timeout=60,
    )


def test_the_main_job_reads_like_a_plan(dosecalc):
    answer = dosecalc(*PLAN)
    assert answer.status == 0
    lines = answer.out.splitlines()
    assert lines[0] == lines[-1] == "Open: 21 questions for the next dose."
    assert lines[2] == "clover2-20   investigational"
    (first,) = [line for line in lines if line.lstrip().startswith("1 ")]
    assert first.split() == ["1", "1", "1", "20", "mCi/m²", "32", "mCi", "1,184", "MBq", "32", "mCi"]
    assert any("required doses" in line and "128 mCi" in line and "80 mCi/m²" in line for line in lines)
    assert any("with optional doses" in line and "192 mCi" in line and "120 mCi/m²" in line for line in lines)
    assert any("stem-cell-backup (count)" in line and "cd34_per_weight" in line for line in lines)
    assert "--cycle-length gives the distance between cycles" in answer.out
    assert lines[-2].startswith("Decision support for qualified staff, with no CE mark or clearance.")


def test_findings_are_shown_by_severity_before_what_is_not_assessed(dosecalc):
    options = ["--level", "18.1 mCi/kg", "--set", "stem_cells_stored=false"]
    answer = dosecalc("plan", "--protocol", "mibg-compassionate-nb", "--weight", "20", *options)
    assert answer.status == 1
    places = [
        answer.out.index(text) for text in ("violation level-range", "warning below-12", "Not assessed", "Passed")
    ]
    assert places == sorted(places)
    assert "2 violations, 1 warning" in answer.out


def test_conflicts_instructions_and_unconfirmed_facts_are_shown(dosecalc):
    out = dosecalc("plan", "--protocol", "clover2-10", "--bsa", "1.4725").out
    assert "conflict doses-per-cycle" in out
    assert "Potassium iodide" in out
    assert "Unconfirmed facts" in out


def test_dates_and_agents_have_columns_only_where_there_are_any(dosecalc):
    out = dosecalc(
        "plan", "--protocol", "mibg-4gy-melphalan", "--weight", "20", "--bsa", "0.79", "--start", "2026-03-01"
    ).out
    header = next(line for line in out.splitlines() if line.split()[:1] == ["dose"])
    assert header.split() == ["dose", "cycle", "day", "date", "agent", "level", "amount", "cumulative"]
    assert "86.9 mg" in out
    assert "dose 2 pending: waits for the whole-body dose measured after dose 1" in out


def test_a_label_stands_at_the_head(dosecalc):
    assert "[case 7]" in dosecalc(*PLAN, "--label", "case 7").out.splitlines()[2]


def test_protocol_list(dosecalc):
    answer = dosecalc("protocol", "list", "--json")
    rows = answer.json
    assert answer.status == 0
    assert [row["arm"] for row in rows] == folders.arm_ids()
    assert {"clover2-20", "clover2-10", "inotuzumab", "mibg-4gy-melphalan", "mibg-compassionate-nb",
            "mibg-compassionate-ppgl"} <= {row["arm"] for row in rows}  # fmt: skip
    assert {"arm", "protocol", "title", "agent", "status"} <= rows[0].keys()
    assert "mibg-4gy-melphalan" in dosecalc("protocol", "list").out


@pytest.mark.parametrize(
    ("filters", "inside", "outside"),
    [
        (("--agent", "iopofosine"), {"clover2-20", "clover2-10"}, {"inotuzumab", "mibg-4gy-melphalan"}),
        (("--agent", "melphalan"), {"mibg-4gy-melphalan"}, {"mibg-compassionate-nb"}),
        (("--nuclide", "131I"), {"clover2-20", "mibg-4gy-melphalan"}, {"inotuzumab"}),
        (("--status", "labelled"), {"inotuzumab"}, {"clover2-20"}),
        (("--age", "8"), {"mibg-compassionate-ppgl", "mibg-4gy-melphalan"}, {"clover2-20"}),
        (
            ("--age", "9 y", "--nuclide", "I-131", "--status", "expanded-access"),
            {"mibg-compassionate-nb"},
            {"clover2-20"},
        ),
        (("--age", "25"), {"clover2-20"}, {"mibg-compassionate-ppgl"}),
    ],
)
def test_the_list_answers_questions(dosecalc, filters, inside, outside):
    arms = {row["arm"] for row in dosecalc("protocol", "list", *filters, "--json").json}
    assert inside <= arms
    assert not outside & arms
    listed = dosecalc("protocol", "list", *filters).out
    assert all(f"  {arm}  " in listed for arm in inside)
    assert not any(f"  {arm}  " in listed for arm in outside)


def test_the_list_marks_what_rests_on_unconfirmed_facts(dosecalc):
    rows = {row["arm"]: row for row in dosecalc("protocol", "list", "--json").json}
    assert rows["clover2-10"]["unconfirmed"] > 0
    assert rows["clover2-20"]["unconfirmed"] == 0
    lines = {line.split()[0]: line for line in dosecalc("protocol", "list").out.splitlines()}
    assert "unconfirmed" in lines["clover2-10"]
    assert "unconfirmed" not in lines["clover2-20"]


def test_filters_that_nothing_answers_or_that_cannot_be_read(dosecalc):
    answer = dosecalc("protocol", "list", "--agent", "xyz")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith("No arm matches")
    assert dosecalc("protocol", "list", "--agent", "xyz", "--json").json == []
    for filters, words in (
        (("--status", "old"), "--status: read 'old', expected one of investigational, expanded-access"),
        (("--age", "8 kg"), "--age: read '8 kg', which is a body weight"),
    ):
        answer = dosecalc("protocol", "list", *filters)
        assert (answer.status, answer.out) == (2, "")
        assert words in answer.err


@pytest.mark.parametrize(
    "wanted", ["clover2-20", "clover2", "protocols/clover2.toml", "protocols/clover2.toml#clover2-20"]
)
def test_protocol_show_says_it_in_words(dosecalc, wanted, monkeypatch):
    monkeypatch.chdir(ROOT)
    answer = dosecalc("protocol", "show", wanted)
    assert answer.status == 0
    assert "day 15: iopofosine I 131 (CLR 131), 20 mCi/m²" in answer.out
    assert "length not stated by the source" in answer.out
    assert "course above 30: course_activity_per_bsa above 30 mCi/m²" in answer.out
    assert "nct05610891#platelets: " in answer.out


def test_protocol_lint_of_every_shipped_file(dosecalc):
    files = sorted(str(path) for folder in ("protocols", "seeds") for path in (ROOT / folder).glob("*.toml"))
    answer = dosecalc("protocol", "lint", *files)
    assert answer.status == 0
    assert answer.out.count(": sound") == len(files) > 20


def test_observables_lists_what_rules_may_speak_of(dosecalc):
    rows = {row["observable"]: row for row in dosecalc("observables", "--json").json}
    assert rows["platelets"]["unit"] == "10^9/L"
    assert rows["platelets"]["momentary"] is True
    assert rows["bsa"]["range"] == [0.1, 3.5]
    for name in ("cd34_per_weight", "lifetime_activity_per_weight", "course_cycles", "prior_interval", "mibg_avid_age"):
        assert name in rows
    assert "platelets" in dosecalc("observables").out


@pytest.mark.parametrize("command", [[], ["plan"], ["protocol"], ["protocol", "lint"], ["observables"]])
def test_help_reads_well(dosecalc, command):
    answer = dosecalc(*command, "--help")
    assert answer.status == 0
    assert answer.out.startswith("Usage: dosecalc")
    assert max(map(len, answer.out.splitlines())) <= 100


def test_usage_errors_exit_2_with_nothing_on_standard_output(dosecalc):
    for args in (["plan"], ["plan", "--bsb", "1"], ["plans"], ["protocol", "show"]):
        answer = dosecalc(*args)
        assert (answer.status, answer.out) == (2, "")
        assert "Usage:" in answer.err


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--bsa", "1,6", "Write a point before decimals: 1.6"),
        ("--bsa", "nan", "not a number"),
        ("--bsa", "inf", "not a number"),
        ("--bsa", "1e400", "outside any realistic range"),
        ("--bsa", "0", "a body surface area cannot be zero"),
        ("--bsa", "-1.6", "negative"),
        ("--bsa", "16", "a decimal point may have been lost"),
        ("--bsa", "1.6 mCi", "which is an activity"),
        ("--bsa", "1.6 m", "which is a length"),
        ("--bsa", "", "nothing was given"),
        ("--bsa", "9" * 10_000_000, "10,000,000 characters long"),
        ("--bsa", "1e10000000", "outside any realistic range"),
        ("--height", "1.70", "metres are written '1.70 m'"),
        ("--weight", "6200", "'6200 g'"),
        ("--age", "130", "above the accepted maximum of 120 y"),
    ],
)
def test_sizes_that_cannot_be_used(dosecalc, option, value, words):
    answer = dosecalc("plan", "--protocol", "clover2-20", option, value)
    assert (answer.status, answer.out) == (2, "")
    assert f"dosecalc: {option}: " in answer.err
    assert words in answer.err
    assert len(answer.err) < 400


@pytest.mark.parametrize(
    ("level", "words"),
    [
        ("20 mBq/kg", "Did you mean MBq/kg?"),
        ("20 MCi/kg", "Did you mean mCi/kg?"),
        ("20 mCi", "is an activity per body weight, for example '8 mCi/kg'"),
        ("20 mCi/m^2", "is an activity per body weight"),
        ("twelve", "not one number with one unit"),
    ],
)
def test_levels_that_cannot_be_used(dosecalc, level, words):
    answer = dosecalc("plan", "--protocol", "mibg-compassionate-nb", "--weight", "20", "--level", level)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err


def test_no_level_names_the_range(dosecalc):
    answer = dosecalc("plan", "--protocol", "mibg-compassionate-nb", "--weight", "20")
    assert (answer.status, answer.out) == (2, "")
    assert "8 mCi/kg to 18 mCi/kg" in answer.err


def test_no_size_names_the_options(dosecalc):
    answer = dosecalc("plan", "--protocol", "clover2-20")
    assert (answer.status, answer.out) == (2, "")
    assert "--bsa 1.6 (m²), or --weight and --height" in answer.err


@pytest.mark.parametrize(
    ("wanted", "near"), [("clover2-30", "clover2-20"), ("CLOVER2-30", "clover2-20"), ("mibg", "mibg-")]
)
def test_an_unknown_arm_names_the_near_ones(dosecalc, wanted, near):
    answer = dosecalc("plan", "--protocol", wanted, "--bsa", "1.6")
    assert (answer.status, answer.out) == (2, "")
    assert near in answer.err


# -- a site's own protocols -------------------------------------------------------------------------------------


@pytest.fixture
def site(tmp_path, monkeypatch):
    monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
    return tmp_path


GOOD = (Path(__file__).parent / "bad" / "good.toml").read_text(encoding="utf-8")


def test_a_site_adds_its_own_arms_under_any_file_name(dosecalc, site):
    (site / "study.toml").write_text(GOOD)
    assert dosecalc("plan", "--protocol", "good-1", "--bsa", "1").status == 0
    assert "good-1" in [row["arm"] for row in dosecalc("protocol", "list", "--json").json]


def test_a_sheet_beside_a_site_file_is_found(dosecalc, site):
    head, facts = GOOD.split("[[facts]]", 1)
    for fact in ("regimen", "days", "cells"):
        head = head.replace(f'"{fact}"', f'"own#{fact}"')
    (site / "good.toml").write_text(head.replace('cite = "platelets"', 'cite = "own#platelets"'))
    (site / "seeds").mkdir()
    sheet = 'schema = 1\nid = "own"\ntitle = "t"\npublisher = "p"\nkind = "paper"\n\n[[facts]]' + facts
    (site / "seeds" / "own.toml").write_text(sheet)
    answer = dosecalc("plan", "--protocol", "good-1", "--bsa", "1", "--json")
    assert answer.status == 0
    assert [source["id"] for source in answer.json["sources"]] == ["own", "euratom-62", "pregnancy-2010"]


def test_an_arm_in_two_files_is_refused_and_both_are_named(dosecalc, site):
    (site / "mine.toml").write_text((ROOT / "protocols" / "clover2.toml").read_text(encoding="utf-8"))
    answer = dosecalc(*PLAN)
    assert (answer.status, answer.out) == (2, "")
    assert "protocols/clover2.toml" in answer.err
    assert str(site / "mine.toml") in answer.err
    assert dosecalc("plan", "--protocol", f"{site / 'mine.toml'}#clover2-20", "--bsa", "1.6").status == 0


def test_a_broken_file_of_the_site_is_told_and_the_rest_is_listed(dosecalc, site):
    (site / "broken.toml").write_text("schema = \n")
    answer = dosecalc("protocol", "list", "--json")
    assert answer.status == 1  # as the documentation says
    with pytest.warns(SkippedFileWarning):
        assert len(json.loads(answer.out)) == len(folders.arm_ids())
    assert "broken.toml" in answer.err


def test_a_broken_file_that_names_the_arm_is_told(dosecalc, site):
    (site / "good.toml").write_text(GOOD.replace("repeat = 2", "repeat = two"))
    answer = dosecalc("plan", "--protocol", "good-1", "--bsa", "1")
    assert (answer.status, answer.out) == (2, "")
    assert "good.toml, line " in answer.err


def test_a_folder_that_is_none_is_refused(dosecalc, monkeypatch):
    monkeypatch.setenv("DOSECALC_PROTOCOLS", "/no/such/folder")
    answer = dosecalc(*PLAN)
    assert answer.status == 2
    assert "DOSECALC_PROTOCOLS" in answer.err


# -- processes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("dosecalc plan --protocol clo", ["plain,clover2-20", "plain,clover2-10"]),
        ("dosecalc plan --bsa-formula sh", ["plain,shuter-aslani"]),
        ("dosecalc plan --set platelets_b", ["plain,platelets_baseline="]),
        ("dosecalc protocol show ino", ["plain,inotuzumab"]),
    ],
)
def test_completion_offers_arms_formulas_and_observables(words, offered):
    script = "from dosecalc.__main__ import main; main()"
    environment = {"_DOSECALC_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    assert python("-c", script, **environment).stdout.split() == offered


HEAVY = "{'numpy', 'pint', 'rich', 'pydantic', 'scipy'}"
LOADED = f"import sys; print(sorted({{m.partition('.')[0] for m in sys.modules}} & {HEAVY}))"


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import dosecalc", []),
        ("import dosecalc.cli", []),
        ("from dosecalc.cli import run; run(['--help'])", []),
        ("from dosecalc.cli import run; run(['plan', '--protocol', 'clover2-20', '--bsa', '1.6'])", []),
        ("from dosecalc.cli import run; run(['plan', '--protocol', 'clover2-20', '--bsa', '1.6', '--json'])", []),
        ("import dosecalc; dosecalc.plan('clover2-20', bsa='1.6')", []),
        ("import dosecalc; dosecalc.ureg", ["pint"]),
    ],
)
def test_what_is_loaded(code, loaded):
    last = python("-c", f"{code}; {LOADED}").stdout.splitlines()[-1]
    its_own = json.loads(python("-c", f"import pint; {LOADED}").stdout.replace("'", '"')) if "pint" in loaded else []
    assert [name for name in json.loads(last.replace("'", '"')) if name in loaded or name not in its_own] == loaded


def test_every_public_name_is_there_after_every_module_was_imported():
    code = (
        "import pkgutil, importlib, dosecalc\n"
        "for m in pkgutil.walk_packages(dosecalc.__path__, 'dosecalc.'):\n"
        "    if not m.name.endswith('__main__'): importlib.import_module(m.name)\n"
        "import types\n"
        "assert callable(dosecalc.plan) and not isinstance(dosecalc.plan, types.ModuleType)\n"
        "print([n for n in dosecalc.__all__ if isinstance(getattr(dosecalc, n), types.ModuleType)])\n"
    )
    assert python("-c", code).stdout.strip() == "[]"


def test_a_reader_who_never_reads_makes_no_finding():
    for more in ("", "--json"):
        script = f"{sys.executable} -m dosecalc {' '.join(PLAN)} {more} | true; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)
        assert done.stdout.strip() == "0"


def test_messages_that_cannot_be_written_leave_the_status():
    script = f"{sys.executable} -m dosecalc plan --protocol clover2-20 --bsa 1,6 2>/dev/full; echo $?"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == "2"


def test_a_reader_who_leaves_early_is_no_fault():
    script = f"{sys.executable} -m dosecalc plan --protocol clover2-20 --bsa 1.6 | head -1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script}"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.startswith("Open: ")
    assert done.stderr == ""


def test_a_closed_output_gives_no_traceback():
    script = f"{sys.executable} -m dosecalc {' '.join(PLAN)} >&-"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)
    assert "Traceback" not in done.stderr
    assert done.returncode != 1


def test_an_output_that_takes_no_powers_gets_them_written_out():
    done = subprocess.run([sys.executable, "-m", "dosecalc", *PLAN], capture_output=True, check=False, timeout=60,
                          env={**os.environ, "PYTHONIOENCODING": "ascii"})  # fmt: skip
    assert done.returncode == 0
    assert b"20 mCi/m^2" in done.stdout
    assert b"?" not in done.stdout.replace(b" ? ", b"")


def on_a_terminal(width: int, *options: str, **environment: str) -> str:
    """What a plan looks like on a terminal of this width, read from the other end of it."""
    main, other = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "dosecalc", *PLAN, *options], stdout=other, stderr=other, close_fds=True,
        env={**os.environ, "COLUMNS": str(width), "TERM": "xterm-256color", **environment},
    )  # fmt: skip
    os.close(other)
    chunks = []
    while True:
        try:
            chunk = os.read(main, 65536)
        except OSError:
            break
        if not chunk:
            break
        chunks.append(chunk)
    process.wait(timeout=60)
    os.close(main)
    return b"".join(chunks).decode()


def test_a_terminal_gets_colour_and_no_colour_takes_it_away():
    assert "\x1b[" in on_a_terminal(100)
    plain = on_a_terminal(100, NO_COLOR="1")
    assert "\x1b[3" not in plain
    assert "1,184 MBq" in plain


@pytest.mark.parametrize("width", [120, 80, 60, 40])
def test_no_number_is_cut_on_a_narrow_terminal(width):
    shown = on_a_terminal(width, "--full", NO_COLOR="1", TERM="dumb").replace("\r", "")
    assert "…" not in shown
    words = shown.split()
    assert words.count("1,184") == 6
    for figure in ("128", "192", "4,736", "7,104", "32"):
        assert figure in words


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_one_screen_cuts_no_number_either(width):
    shown = on_a_terminal(width, NO_COLOR="1", TERM="dumb").replace("\r", "")
    assert "…" not in shown
    words = shown.split()
    assert words.count("1,184") == 2  # equal doses are told once
    for figure in ("128", "192", "4,736", "7,104", "32"):
        assert figure in words


# -- crosscheck and audit ---------------------------------------------------------------------------------------

CASE_1 = ["--total", "126.6 mCi", "--doses", "4", "--level", "40 mCi/m^2", "--age", "25", "--sex", "male"]


def test_a_crosscheck_reads_like_its_conclusion(dosecalc):
    answer = dosecalc("crosscheck", *CASE_1)
    assert (answer.status, answer.err) == (1, "")
    lines = answer.out.splitlines()
    assert lines[0] == "explained"
    assert lines[1].startswith(
        "As printed (40 mCi/m² a dose, four doses) the total of 126.6 mCi implies a body surface"
    )
    row = next(line for line in lines if line.startswith("  40 mCi/m² a cycle of two doses"))
    assert row.split()[-4:] == ["m²", "-1.8", "yes", "clover2-20"]
    assert "With two things changed (listed, never taken as the explanation)" in lines
    assert lines[-1].startswith("Decision support for qualified staff, with no CE mark or clearance.")


def test_a_known_size_shows_the_difference_and_the_suspected_slip(dosecalc):
    answer = dosecalc("crosscheck", "--total", "1036 mCi", "--doses", "1", "--level", "0.4 mCi/kg", "--weight", "70")
    assert answer.status == 1
    said = "Expected 28 mCi (1,036 MBq), reported 1,036 mCi (38,332 MBq): +3,600 %, outside 20 %. Suspected slip: 37"
    assert said in answer.out


def test_a_consistent_report_exits_0(dosecalc):
    answer = dosecalc("crosscheck", "--total", "126.6 mCi", "--doses", "4", "--protocol", "clover2-20", "--bsa", "1.6")
    assert answer.status == 0
    assert answer.out.splitlines()[0] == "consistent"
    assert "-1.09 %, within 10 %" in answer.out


def test_an_undetermined_report_exits_0_and_names_the_option(dosecalc):
    answer = dosecalc("crosscheck", *CASE_1[:6])
    assert (answer.status, answer.out.splitlines()[0]) == (0, "undetermined")
    assert "to decide it, give --age" in answer.out


def test_two_figures_that_are_not_the_same(dosecalc):
    answer = dosecalc("crosscheck", "--same", "444 MBq", "12 mCi/kg")
    assert answer.status == 1
    assert answer.out.splitlines() == [
        "not the same",
        "444 MBq is an activity and 12 mCi/kg is an activity per body weight: they are not of one kind.",
        "444 MBq/kg would agree exactly; 'per kg' was probably lost from 444 MBq.",
    ]
    assert dosecalc("crosscheck", "--same", "11470 MBq", "310 mCi", "--json").json["agree"] is True


def test_an_audit_is_one_table_with_the_printed_totals_the_worst_first(dosecalc):
    answer = dosecalc("audit")
    assert answer.status == 1
    lines = answer.out.splitlines()
    assert lines[0] == "19 cases: 4 inconsistent, 4 explained, 4 undetermined, 7 consistent"
    assert lines[1].split() == ["verdict", "case", "printed", "total", "doses", "printed", "level", "patients"]
    assert lines[2].split()[0] == "inconsistent"
    case = next(line for line in lines if "clover2-news-2025-10#case-1" in line)
    assert case.split() == ["explained", "clover2-news-2025-10#case-1", "126.6", "mCi", "4", "40", "mCi/m²", "1"]
    assert dosecalc("audit", "--json").json["schema"] == "dosecalc.audit/1"


def test_an_audit_of_sound_cases_exits_0(dosecalc, tmp_path):
    path = tmp_path / "cases.toml"
    path.write_text('[[cases]]\nid = "a"\nstatement = "s"\nclaims = [["1 mCi", "37 MBq"]]\n', encoding="utf-8")
    answer = dosecalc("audit", str(path))
    assert answer.status == 0
    assert answer.out.splitlines()[0] == "1 case: 0 inconsistent, 0 explained, 0 undetermined, 1 consistent"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["crosscheck"], 'dosecalc: --total: nothing was given; write for example --total "126.6 mCi"'),
        (["crosscheck", *CASE_1, "--total", "12 mCi"], "--total: given twice with different values"),
        (["crosscheck", "--same", "444 MBq", "x"], "dosecalc: --same: read 'x', which is not one number with one unit"),
        (["crosscheck", "--same", "1 mCi", "1 mCi", "--age", "3"], "leave out --age"),
        (
            ["crosscheck", "--same", "1 mCi", "1 mCi", "--same", "1 mCi", "2 mCi"],
            "--same is given twice with different",
        ),
        (["crosscheck", "--total", "1,5 mCi"], "Write a point before decimals: 1.5 mCi."),
        (["audit", "nowhere.toml"], "dosecalc: cannot read nowhere.toml: No such file or directory"),
    ],
)
def test_a_crosscheck_that_cannot_be_made_exits_2_with_one_sentence(dosecalc, args, words):
    answer = dosecalc(*args)
    assert (answer.status, answer.out) == (2, "")
    assert words in answer.err
