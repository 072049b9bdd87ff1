"""A plan on one screen: what it has to say stays on it, in few lines, and what it leaves out is named."""

from __future__ import annotations

import re
import textwrap

import pytest
from sound import Person

from dosecalc import plan
from dosecalc.files import folders
from dosecalc.render.brief import brief_page
from dosecalc.render.page import plain


def lines(text, width=80):
    """The lines of a text on a terminal of a width."""
    return [part for line in text.splitlines() for part in (textwrap.wrap(line, width) or [""])]


@pytest.mark.parametrize(
    ("arm", "options"),
    [
        ("xofigo-2016", ["--weight", "80"]),
        ("lutathera-gep-net", []),
        ("pluvicto-mcrpc", ["--sex", "male", "--age", "71"]),
        ("inotuzumab", ["--bsa", "1.5", "--set", "remission=true"]),
        ("quadramet-bone-pain", ["--weight", "70"]),
    ],
)
def test_it_fits_a_screen_of_eighty_columns(dosecalc, arm, options):
    brief = dosecalc("plan", "--protocol", arm, *options, "--brief")
    full = dosecalc("plan", "--protocol", arm, *options, "--full")
    assert brief.status == full.status
    assert len(lines(brief.out)) <= 40
    assert len(lines(brief.out)) < len(lines(full.out)) / 1.5


@pytest.mark.parametrize("arm", folders.arm_ids()[::5])
def test_every_finding_against_a_course_and_every_conflict_that_applies_is_on_it(arm):
    made = plan(arm, **Person(arm).stated())
    text = plain(brief_page(made))
    for finding in made.findings:
        if finding.status in ("violation", "warning"):
            assert finding.message in text
    for conflict in made.conflicts:
        if conflict.applies:
            assert conflict.id in text
    first = made.clearance.text[0].upper() + made.clearance.text[1:] + "."
    assert (text.splitlines()[0], text.splitlines()[-1]) == (first, first)


def test_equal_doses_are_told_once_and_others_apart(dosecalc):
    out = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--brief").out
    assert re.search(r"^  1 to 4 +1, 15 \.\.\. \? +20 mCi/m² +32 mCi +1,184 MBq +128 mCi$", out, re.MULTILINE)
    assert re.search(r"^  5 and 6 optional +\? +20 mCi/m² +32 mCi", out, re.MULTILINE)
    given = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--given", "1=30 mCi", "--brief").out
    assert re.search(r"^  1 given .* 30 mCi", given, re.MULTILINE)
    assert re.search(r"^  2 to 4 .* 126 mCi$", given, re.MULTILINE)


def test_what_was_stated_stands_with_its_limit(dosecalc):
    stated = ("--set", "platelets=110 10^9/L", "--set", "anc=0.4 10^9/L")
    out = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", *stated, "--brief").out
    assert "platelets 110,000 /microliter, at least 75,000 /microliter: yes" in out
    assert "anc 400 /microliter, at least 750 /microliter: NO" in out
    unread = dosecalc("plan", "--protocol", "pluvicto-mcrpc", "--set", "wbc=4 10^9/L", "--brief").out
    assert "not read by this arm: wbc 4 10⁹/L" in unread


def test_open_questions_say_what_decides_them_and_how_many_more_there_are(dosecalc):
    out = dosecalc("plan", "--protocol", "clover2-20", "--bsa", "1.6", "--brief").out
    assert "To state before the next dose (21)" in out
    assert '  - --set "platelets=... 10^9/L"' in out
    assert "and 9 more; --full lists all" in out


def test_a_dose_that_waits_says_why(dosecalc):
    out = dosecalc("plan", "--protocol", "mibg-4gy-melphalan", "--weight", "20", "--bsa", "0.8", "--brief").out
    assert re.search(r"dose 2 pending: waits for the whole-body dose measured after dose 1", out)


def test_a_pipe_has_everything_and_a_terminal_one_screen(dosecalc, monkeypatch):
    piped = dosecalc("plan", "--protocol", "xofigo-2016", "--weight", "80").out
    assert "Arithmetic" in piped
    monkeypatch.setattr("dosecalc.cli.planning.on_a_terminal", lambda: True)
    assert "Arithmetic" not in dosecalc("plan", "--protocol", "xofigo-2016", "--weight", "80").out
    assert "Arithmetic" in dosecalc("plan", "--protocol", "xofigo-2016", "--weight", "80", "--full").out
