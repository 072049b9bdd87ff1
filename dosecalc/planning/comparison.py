"""Two arms side by side for one patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.errors import InputError
from dosecalc.planning.planner import inputs_of, plan_inputs
from dosecalc.planning.result import Plan
from dosecalc.quantities.documents import written
from dosecalc.version import VERSION

COMPARISON = "dosecalc.comparison/1"
FITTED = frozenset({"level", "cycles", "cycle-length", "prior", "given", "measured", "retention", "reduction", "set"})
"""Options that one arm may take and the other not."""


class LeftOut(NamedTuple):
    """A statement that an arm has no use for, and why."""

    arm: str
    option: str
    text: str
    why: str


class LeftOutDocument(TypedDict):
    arm: str
    option: str
    text: str
    why: str


class ComparisonDocument(TypedDict):
    schema: str
    dosecalc: str
    plans: list[dict[str, Any]]
    left_out: list[LeftOutDocument]


class Comparison(NamedTuple):
    """The plans of two arms for one patient, and the statements that only one of them takes."""

    plans: tuple[Plan, Plan]
    left_out: tuple[LeftOut, ...]

    def exit_status(self, *, strict: bool = False) -> int:
        """1 where either plan has it, else 0."""
        return max(plan.exit_status(strict=strict) for plan in self.plans)

    def document(self) -> ComparisonDocument:
        """The document as a dict."""
        return {
            "schema": COMPARISON,
            "dosecalc": VERSION,
            "plans": [plan.document() for plan in self.plans],
            "left_out": [
                {"arm": left.arm, "option": left.option, "text": left.text, "why": left.why} for left in self.left_out
            ],
        }

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())


def compare(first: Any, second: Any, *, patient: Any = None, **stated: Any) -> Comparison:
    """Plan two arms for the same patient; the keywords are those of :func:`dosecalc.plan`.

    What only one of the arms takes, such as a level, is left out for the other and listed. Raises InputError for what
    neither takes, and for anything that cannot be used.

    >>> import dosecalc
    >>> both = dosecalc.compare("eanm-card-mdp", "nacg-mdp", weight=3)
    >>> [plan.doses[0].exact for plan in both.plans]
    [Fraction(40, 1), Fraction(37, 1)]
    """
    inputs = inputs_of(first, stated, patient)
    other = inputs_of(second, {}, None)["protocol"]
    return compare_inputs((inputs["protocol"][0], other[0]), inputs)


def compare_inputs(arms: tuple[str, str], inputs: Mapping[str, Sequence[str]]) -> Comparison:
    """The same from the table ``{option: [texts]}`` that the command line and :func:`compare` both make."""
    if arms[0] == arms[1]:
        raise InputError(f"read {arms[0]!r} twice, expected two different arms", where="--compare")
    made = [_fitting(arm, inputs) for arm in arms]
    left = [{(each.option, each.text) for each in lefts} for _, lefts in made]
    for option, text in left[0] & left[1]:
        why = next(each.why for each in made[0][1] if (each.option, each.text) == (option, text))
        raise InputError(why, where=f"--{option}")
    return Comparison((made[0][0], made[1][0]), tuple(each for _, lefts in made for each in lefts))


def _fitting(arm: str, inputs: Mapping[str, Sequence[str]]) -> tuple[Plan, list[LeftOut]]:
    """The plan of an arm, without the statements that it does not take."""
    kept = {option: list(texts) for option, texts in inputs.items()} | {"protocol": [arm]}
    left: list[LeftOut] = []
    while True:
        made = _try(kept)
        if isinstance(made, Plan):
            return made, left
        option = (made.where or "").removeprefix("--")
        if option not in FITTED or not kept.get(option):
            raise InputError(made.message, where="--compare") if option == "protocol" else made
        text = _culprit(kept, option, made)
        kept[option] = [each for each in kept[option] if each != text]
        left.append(LeftOut(arm, option, text, made.message))


def _try(inputs: Mapping[str, Sequence[str]]) -> Plan | InputError:
    try:
        return plan_inputs(inputs)
    except InputError as error:
        return error


def _culprit(inputs: Mapping[str, Sequence[str]], option: str, error: InputError) -> str:
    """The text of an option without which it gives another answer."""
    for text in inputs[option]:
        other = _try({**inputs, option: [each for each in inputs[option] if each != text]})
        if isinstance(other, Plan) or (other.where, other.message) != (error.where, error.message):
            return text
    return inputs[option][-1]
