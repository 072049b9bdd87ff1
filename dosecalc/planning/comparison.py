"""Two arms side by side for one patient."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import ClassVar, Unpack

from dosecalc.errors import InputError
from dosecalc.library.load import find_arm
from dosecalc.planning.planner import inputs_of, plan_match, with_patient
from dosecalc.planning.result import Plan
from dosecalc.quantities.documents import Document, Result
from dosecalc.quantities.frozen import Field
from dosecalc.quantities.keywords import PlanOptions
from dosecalc.quantities.options import path_text
from dosecalc.requests.match import Unusable, match
from dosecalc.requests.request import Inputs, unknown_observables
from dosecalc.requests.request import read as read_request
from dosecalc.version import VERSION


class LeftOut(Result):
    """A statement that an arm has no use for."""

    arm: str = Field(description="The arm.")
    option: str = Field(description="The option.")
    text: str = Field(description="Its text, as it was given.")
    why: str = Field(description="Why the arm cannot use it.")


class Comparison(Document):
    """The plans of two arms for one patient, and the statements that only one of them takes."""

    SCHEMA: ClassVar[str] = "dosecalc.comparison/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc.")
    plans: tuple[Plan, ...] = Field(description="The plans of the two arms.")
    left_out: tuple[LeftOut, ...] = Field(description="Statements that only one of the arms takes.")

    def exit_status(self, *, strict: bool = False) -> int:
        """1 where either plan has it, else 0."""
        return max(plan.exit_status(strict=strict) for plan in self.plans)


def compare_arms(
    first: str | os.PathLike[str], second: str | os.PathLike[str], **stated: Unpack[PlanOptions]
) -> Comparison:
    """Plan two arms for the same patient; the keywords are those of :func:`dosecalc.plan`.

    ``first`` and ``second`` are arm ids or paths ``file.toml#arm``. A statement that only one of the arms can use, such
    as a level, is left out for the other and listed. Raises InputError for what neither can use.

    >>> import dosecalc
    >>> both = dosecalc.compare_arms("eanm-card-mdp", "nacg-mdp", weight=3)
    >>> [plan.doses[0].exact for plan in both.plans]
    [Fraction(40, 1), Fraction(37, 1)]
    """
    inputs = inputs_of(first, stated)
    return compare_inputs((inputs["protocol"][0], path_text("protocol", second)), inputs)


def compare_inputs(arms: tuple[str, str], inputs: Inputs) -> Comparison:
    """The same from the table ``{option: [texts]}`` that the command line and :func:`compare_arms` both make."""
    if arms[0] == arms[1]:
        raise InputError(f"read {arms[0]!r} twice, expected two different arms", where="--compare")
    plans, unusable = zip(*(_fitted(arm, inputs) for arm in arms), strict=True)
    for each in unusable[0]:
        if any((each.option, each.text) == (other.option, other.text) for other in unusable[1]):
            raise each.error
    left_out = tuple(
        LeftOut.made(arm=arm, option=each.option, text=each.text, why=each.why)
        for arm, listed in zip(arms, unusable, strict=True)
        for each in listed
    )
    return Comparison.made(version=VERSION, plans=plans, left_out=left_out)


def _fitted(arm_id: str, inputs: Inputs) -> tuple[Plan, tuple[Unusable, ...]]:
    """The plan of an arm, and the statements that it cannot use."""
    try:
        file, arm = find_arm(arm_id)
    except InputError as error:
        raise InputError(error.message, where="--compare") from None
    inputs = {**with_patient(inputs), "protocol": [arm_id]}
    unknown = tuple(Unusable("set", text, why) for text, why in unknown_observables(inputs, file.table))
    known = _without(inputs, "set", [each.text for each in unknown])
    matched = match(file, arm, read_request(known, file.table), leave_out=True)
    used = dict(known)
    for each in matched.unusable:
        used = _without(used, each.option, [each.text])
    return plan_match(matched, used), (*unknown, *matched.unusable)


def _without(inputs: Inputs, option: str, texts: Sequence[str]) -> dict[str, list[str]]:
    """The table without some texts of an option."""
    kept = {name: list(listed) for name, listed in inputs.items()}
    if option in kept:
        kept[option] = [text for text in kept[option] if text not in texts]
    return {name: listed for name, listed in kept.items() if listed}
