"""Who reviewed a file, when it is due again, and what a plan says of that."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dosecalc as package
from dosecalc.planning.verified import second

CLOVER = Path(__file__).parent.parent / "protocols" / "clover2.toml"
REVIEW = '[review]\nowner = "Dr Adams"\nreviewed_by = "A. Weiss"\ndate = 2026-01-15\nnext = 2026-06-30\n\n'


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A site's own copy of a shipped file, with or without a review."""

    def make(review=REVIEW):
        text = CLOVER.read_text(encoding="utf-8").replace("clover2", "ours").replace("ours-news", "clover2-news")
        text = text.replace("ours-medpath", "clover2-medpath")
        first = text.index("[agents")
        path = tmp_path / "ours.toml"
        path.write_text(text[:first] + review + text[first:], encoding="utf-8")
        monkeypatch.setenv("DOSECALC_PROTOCOLS", str(tmp_path))
        return path

    return make


@pytest.mark.parametrize(("start", "status"), [("2026-06-30", "pass"), ("2026-07-01", "warning"), (None, "unknown")])
def test_a_course_that_begins_after_the_next_review_warns(site, start, status):
    site()
    plan = package.plan("ours-20", bsa="1.6 m^2", start=start)
    (finding,) = [each for each in plan.findings if each.rule == "review-due"]
    assert finding.status == status
    assert "2026-06-30" in finding.message
    assert plan.protocol["review"] == "reviewed by A. Weiss on 2026-01-15, next on 2026-06-30, owner Dr Adams"
    assert plan.verified.agrees is True


def test_the_second_method_finds_the_same_by_itself(site):
    path = site()
    document = package.plan("ours-20", bsa="1.6 m^2", start="2026-07-01").document()
    assert second(document, path.read_bytes()).agreed
    finding = next(each for each in document["findings"] if each["rule"] == "review-due")
    finding["status"] = "pass"
    assert any("review-due" in each.what for each in second(document, path.read_bytes()).differences)


def test_a_file_without_a_review_says_nothing_but_to_its_site(dosecalc, site):
    path = site(review="")
    assert not [each for each in package.plan("ours-20", bsa="1.6 m^2").findings if each.rule == "review-due"]
    assert (
        "no review is stated; write owner, reviewed_by, date and next in [review]"
        in dosecalc("protocol", "lint", str(path)).out
    )
    assert "no review" not in dosecalc("protocol", "lint", str(CLOVER)).out
    site()
    assert "no review" not in dosecalc("protocol", "lint", str(path)).out


def test_it_is_shown_listed_and_compared(dosecalc, site):
    site()
    assert "Review: reviewed by A. Weiss on 2026-01-15" in dosecalc("protocol", "show", "ours-20").out
    assert "Review: reviewed by A. Weiss" in dosecalc("plan", "--protocol", "ours-20", "--bsa", "1.6").out
    due = json.loads(dosecalc("protocol", "list", "--due", "2026-06-30", "--json").out)
    assert {row["arm"] for row in due} >= {"ours-20"}
    assert {row["next_review"] for row in due} == {"2026-06-30"}
    assert json.loads(dosecalc("protocol", "list", "--due", "2026-06-29", "--json").out) == []
    assert "--due: read 'soon'" in dosecalc("protocol", "list", "--due", "soon").err
    assert "  review: not stated, now reviewed by A. Weiss" in dosecalc("protocol", "diff", "clover2-20", "ours-20").out


@pytest.mark.parametrize(
    ("review", "words"),
    [
        ('[review]\nowner = " "\n\n', "review.owner: it is empty; leave it out where nobody is named"),
        ('[review]\nreviewed_by = "A"\n\n', "review.date: a review has both"),
        ("[review]\ndate = 2026-01-01\n\n", "review.reviewed_by: a review has both"),
        (
            '[review]\nreviewed_by = "A"\ndate = 2026-01-01\nnext = 2026-01-01\n\n',
            "which is not after the review of 2026-01-01",
        ),
        ('[review]\nnext = "soon"\n\n', "review.next"),
        ("[review]\nby = 1\n\n", "the key 'by' is not known here"),
    ],
)
def test_a_review_that_cannot_be_is_refused(dosecalc, site, review, words):
    answer = dosecalc("protocol", "lint", str(site(review)))
    assert answer.status == 1
    assert words in answer.out
