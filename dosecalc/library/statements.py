"""A statement to be proved, and the solver that is asked for a patient for whom it is wrong."""

from __future__ import annotations

from typing import NamedTuple

import z3

from dosecalc.library.anybody import Anybody, AnyLevel

CONDITIONS, LEVELS, BOUNDS, ORGANS = "conditions", "levels", "caps and floors", "organs"
LARGEST, PAIRS = "largest doses", "pairs of patients"
PATIENCE = 2000
"""Milliseconds for one statement."""


class ToProve(NamedTuple):
    """One statement: what it is about, its words, and a formula that a patient meets for whom it is wrong.

    Where there are no ``patients`` to show it is the other way round: somebody has to meet the formula.
    """

    kind: str
    place: str
    words: str
    wrong: z3.BoolRef
    patients: tuple[Anybody | AnyLevel, ...] = ()


def ask(statement: ToProve) -> tuple[bool | None, str]:
    """Whether a statement holds, None where it could not be told, and what refutes it in words."""
    solver = z3.Solver()
    solver.set("timeout", PATIENCE)
    solver.add(statement.wrong)
    answer = solver.check()
    if answer == z3.unknown:
        return None, ": no answer in time"
    if not statement.patients:
        return answer == z3.sat, ": nobody does"
    if answer == z3.unsat:
        return True, ""
    return False, f": not for {'; then '.join(patient.words(solver.model()) for patient in statement.patients)}"
