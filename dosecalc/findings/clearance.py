"""The clearance: what a plan, a limit or a record comes to, in the first words that apply.

A violation: not cleared. Something to be stated before the next dose: open. A warning: warned. Else nothing was found
against it, and these words stand for nothing less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from dosecalc.findings.finding import Finding
from dosecalc.quantities.documents import Result
from dosecalc.quantities.frozen import Field

Verdict = Literal["not cleared", "open", "warned", "nothing found against it"]


class Clearance(Result):
    """The outcome of a plan, a limit or a record."""

    verdict: Verdict = Field(description="The first that applies: not cleared, open, warned, nothing found against it.")
    text: str = Field(description="The verdict with its counts, as the first and the last line of a page have it.")
    violations: int = Field(description="Findings that are violations.")
    warnings: int = Field(description="Findings that are warnings.")
    questions: tuple[str, ...] = Field(description="What is to be stated for the next dose, each once.")
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
    now = _questions(each for each in unknown if each.dose is None or each.dose <= next_dose)
    later = _questions(each for each in unknown if each.dose is not None and each.dose > next_dose)
    for number, why in pending.items():
        questions = now if number <= next_dose else later
        if not any(question in why for question in questions):
            questions.setdefault(f"the amount of dose {number}: {why}")
    asked_later = tuple(question for question in later if question not in now)
    verdict, text = _words(violations, warnings, len(now), len(asked_later))
    return Clearance.made(
        verdict=verdict,
        text=text,
        violations=violations,
        warnings=warnings,
        questions=tuple(now),
        later_questions=asked_later,
    )


def _questions(unknown: Iterable[Finding]) -> dict[str, None]:
    """The options that unknown findings ask for, each once; a finding without one is a question itself."""
    questions: dict[str, None] = {}
    for finding in unknown:
        for question in finding.settled_by or (f"{finding.rule}{f' ({finding.part})' if finding.part else ''}",):
            questions.setdefault(question)
    return questions


def _words(violations: int, warnings: int, questions: int, later: int) -> tuple[Verdict, str]:
    warned = [counted(warnings, "warning")] if warnings else []
    if violations:
        parts = [f"not cleared: {counted(violations, 'violation')}", *warned, *_open(questions)]
        return "not cleared", ", ".join(parts)
    if questions:
        more = [f"{later} more for later doses"] if later else []
        return "open", ", ".join([f"open: {counted(questions, 'question')} for the next dose", *more, *warned])
    if warnings:
        more = [f"{counted(later, 'question')} for later doses"] if later else []
        return "warned", ", ".join([f"warned: {warned[0]}", *more])
    after = f" ({counted(later, 'question')} for later doses)" if later else ""
    return "nothing found against it", f"nothing found against it{after}"


def _open(questions: int) -> list[str]:
    return [f"{counted(questions, 'question')} for the next dose"] if questions else []


def counted(number: int, noun: str) -> str:
    """``1 warning``, ``3 warnings``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
