"""The clearance: what a plan, a limit or a record comes to, in the first words that apply.

A violation: not cleared. Something to be stated, for the next dose or about one already given: open. A warning: warned.
Else nothing was found against it, and these words stand for nothing less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from dosecalc.findings.finding import Finding
from dosecalc.quantities.documents import Result
from dosecalc.quantities.frozen import Field

Verdict = Literal["not cleared", "open", "warned", "nothing found against it"]
_TIMES = ("now", "earlier", "later")


class Clearance(Result):
    """The outcome of a plan, a limit or a record."""

    verdict: Verdict = Field(description="The first that applies: not cleared, open, warned, nothing found against it.")
    text: str = Field(description="The verdict with its counts, as the first and the last line of a page have it.")
    violations: int = Field(description="Findings that are violations.")
    warnings: int = Field(description="Findings that are warnings.")
    questions: tuple[str, ...] = Field(description="What is to be stated for the next dose, each once.")
    earlier_questions: tuple[str, ...] = Field(
        description="What is not known of doses already given, where only they ask."
    )
    later_questions: tuple[str, ...] = Field(description="What only later doses ask for.")


def clear(findings: Iterable[Finding], pending: Mapping[int, str], next_dose: int, *, besides: int = 0) -> Clearance:
    """The clearance of some findings.

    ``pending`` are the doses that have no amount yet, by number with the reason; ``besides`` counts violations that are
    no findings, as a dose of a record that lies outside of a limit.
    """
    listed = list(findings)
    violations = besides + sum(finding.status == "violation" for finding in listed)
    warnings = sum(finding.status == "warning" for finding in listed)
    unknown = [finding for finding in listed if finding.status == "unknown"]
    asked = {when: _questions(each for each in unknown if _when(_doses(each), next_dose) == when) for when in _TIMES}
    for number, why in pending.items():
        questions = asked[_when((number,), next_dose)]
        if not any(question in why for question in questions):
            questions.setdefault(f"the amount of dose {number}: {why}")
    now = tuple(asked["now"])
    earlier, later = (tuple(each for each in asked[when] if each not in now) for when in ("earlier", "later"))
    verdict, text = _words(violations, warnings, len(now), len(earlier), len(later))
    return Clearance.made(
        verdict=verdict,
        text=text,
        violations=violations,
        warnings=warnings,
        questions=now,
        earlier_questions=earlier,
        later_questions=later,
    )


def _doses(finding: Finding) -> tuple[int, ...]:
    return finding.doses or (() if finding.dose is None else (finding.dose,))


def _when(doses: Sequence[int], next_dose: int) -> str:
    """Whether a question is of the next dose, if only among others, of doses already given, or of later ones alone."""
    if not doses or next_dose in doses:
        return "now"
    return "earlier" if min(doses) < next_dose else "later"


def _questions(unknown: Iterable[Finding]) -> dict[str, None]:
    """The options that unknown findings ask for, each once; a finding without one is a question itself.

    Whether somebody is pregnant and whether she breast-feeds is one question to her, whichever rules ask it.
    """
    questions: dict[str, None] = {}
    for finding in unknown:
        for question in finding.settled_by or (f"{finding.rule}{f' ({finding.part})' if finding.part else ''}",):
            questions.setdefault(question)
    one = [question for question in questions if question.startswith(_ONE_QUESTION)]
    together = {question: " and ".join(each for each in one if _index(each) == _index(question)) for question in one}
    return dict.fromkeys(together.get(question, question) for question in questions)


_ONE_QUESTION = ("--set pregnant", "--set lactating")


def _index(question: str) -> str:
    """The dose that an option is of, as ``[2]``; empty for the next one."""
    return question.partition("=")[0].partition("[")[2]


def _words(violations: int, warnings: int, now: int, earlier: int, later: int) -> tuple[Verdict, str]:
    """The first verdict that applies with every count, so that a violation hides no question."""
    questions = [
        f"{counted(number, 'question')} {of}"
        for number, of in ((now, "for the next dose"), (earlier, "about doses already given"))
        if number
    ]
    after = [f"{counted(later, 'question')} for later doses"] if later else []
    warned = [counted(warnings, "warning")] if warnings else []
    if violations:
        found = [counted(violations, "violation"), *warned, *questions, *after]
        return "not cleared", f"not cleared: {', '.join(found)}"
    if questions:
        return "open", f"open: {', '.join([*questions, *warned, *after])}"
    if warnings:
        return "warned", f"warned: {', '.join([*warned, *after])}"
    return "nothing found against it", f"nothing found against it{f' ({after[0]})' if after else ''}"


def counted(number: int, noun: str) -> str:
    """``1 warning``, ``3 warnings``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
