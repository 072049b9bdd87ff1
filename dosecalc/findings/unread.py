"""Statements that bear on dose or harm and that nothing of the arm reads: the rule ``statement-unread``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from dosecalc.findings.account import Statement
from dosecalc.findings.finding import Finding
from dosecalc.findings.sentences import FAILS, own
from dosecalc.quantities import units
from dosecalc.quantities.statement import Stated
from dosecalc.reference import loosest as loosest_limits
from dosecalc.reference.grades import grade_3
from dosecalc.requests.match import Match

RULE = "statement-unread"
ALWAYS = frozenset({"prior", "level", "given", "measured", "reduction"})
"""Statements about amounts: where nothing reads them somebody is mistaken about the arm."""
_WORDS = {
    "platelets": ("platelet", "platelets", "thrombocytopenia"),
    "anc": ("neutrophil", "neutrophils", "neutropenia", "anc"),
    "wbc": ("white", "leucocyte", "leucocytes", "leukocyte", "leukocytes"),
    "hemoglobin": ("haemoglobin", "hemoglobin", "anaemia"),
    "bilirubin": ("bilirubin",),
    "blasts": ("blasts",),
    "creatinine": ("creatinine",),
    "crcl": ("clearance",),
    "egfr": ("gfr",),
    "alt": ("alt",),
    "ast": ("ast",),
}
"""By what words an instruction speaks of a value."""


def findings(match: Match, account: Iterable[Statement]) -> Iterator[Finding]:
    """A warning for each statement that ought to have been read; unremarkable values are told in the account alone."""
    for statement in account:
        if statement.outcome != "unread":
            continue
        if statement.what in ALWAYS and statement.text != "none":
            text = f"--{statement.what} {statement.text} is read by no rule of {match.arm.id} and makes no amount"
            yield own(RULE, "warning", statement.dose, text, ())
        elif statement.what.startswith(("organ_dose.", "organ_half_life.")):
            text = f"{statement.what} was stated as {statement.text}, and {match.arm.id} limits no such organ"
            yield own(RULE, "warning", statement.dose, text, ())
        elif (reason := _serious(match, statement)) is not None:
            text, cite = reason
            sentence = f"{text}, and no rule of {match.arm.id} reads it before this dose"
            yield own(RULE, "warning", statement.dose or match.inputs.next_dose, sentence, cite)


def _serious(match: Match, statement: Statement) -> tuple[str, tuple[str, ...]] | None:
    """Why a value is more than unremarkable: an infection, or grade 3 and worse; None where it is not."""
    stated = match.request.stated.get(statement.what)
    if statement.dose is not None:
        stated = match.request.indexed.get((statement.what, statement.dose), stated)
    if stated is None or _spoken_of(match, statement.what):
        return None
    if statement.what in ("pregnant", "lactating"):
        return _of_a_child(match, statement.what) if stated.value else None
    if statement.what == "infection_grade":
        return (f"infection_grade was stated as {stated.text}", ()) if stated.value else None
    return None if stated.measure is None else _of_laboratory(statement.what, stated)


def _of_laboratory(name: str, stated: Stated) -> tuple[str, tuple[str, ...]] | None:
    """Why a laboratory value is more than unremarkable: grade 3 or worse, or beyond what shipped protocols allow."""
    grade, said = grade_3(name), f"{name} was stated as {stated.text}"
    if grade is not None and grade.reached(stated.number):
        limit = f"{'below' if grade.below else 'above'} {units.spell(grade.limit)}"
        return f"{said}, grade 3 or worse (CTCAE 5: {limit})", (grade.cite,)
    loosest = loosest_limits.failed(name, stated.number)
    if loosest is None:
        return None
    limit = f"{FAILS[loosest.comparison]} {units.spell(loosest.limit)}"
    source = f"the loosest limit of a shipped protocol ({loosest.arm}; our limit)"
    return f"{said}, {limit}, {source}", (loosest_limits.CITE,)


def _of_a_child(match: Match, name: str) -> tuple[str, tuple[str, ...]] | None:
    """A pregnancy or breast-feeding, where something radioactive is to be given."""
    if not any(match.radioactive(agent) for agent in match.agents()):
        return None
    return f"{name} was stated as true, and this arm gives a radioactive agent", ()


def _spoken_of(match: Match, name: str) -> bool:
    """Whether an instruction of the source speaks of a value, by a word of its own and not by a part of one."""
    words = set(_WORDS.get(name, ()))
    texts = (each.text.lower() for each in match.file.protocol.instructions if each.holds_for(match.arm.id))
    return any(words & set(re.findall(r"\w+", text)) for text in texts)
