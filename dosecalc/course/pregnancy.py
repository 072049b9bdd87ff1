"""The rule ``pregnant-or-nursing``: no radioactive agent for therapy in pregnancy or while breast-feeding.

No file writes it, for one that forgot it would plan in silence. It is a rule like those of files, so that plans, limits
and the account of statements treat it as they treat any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dosecalc.course.rules import CompiledRule, Compiler, DosesOf
from dosecalc.files.protocol import Arm, Protocol, Rule
from dosecalc.quantities.numbers import M, V

RULE = "pregnant-or-nursing"
_ASKED = {"all": [{"observable": name, "is": False} for name in ("pregnant", "lactating")]}
_RULE = Rule.model_validate(
    {
        "id": RULE,
        "title": "Neither pregnant nor breast-feeding",
        "require": _ASKED,
        "cite": ["euratom-62#asked", "pregnancy-2010#excluded"],
        "at": "each-dose",
    }
)


def own_rules(
    protocol: Protocol, arm: Arm, compiler: Compiler[V, M], rules: Iterable[CompiledRule[V, M]]
) -> Iterator[CompiledRule[V, M]]:
    """The rule for an arm that gives a radioactive agent for therapy, or does not say what for.

    An arm for men asks the sex by a rule of its own, and a woman is told that it is not for her.
    """
    agents = {dose.agent for cycle in arm.cycles for dose in cycle.doses}
    active = any(protocol.agents[agent].radionuclide for agent in agents if agent in protocol.agents)
    if active and arm.purpose in (None, "therapy") and not any(map(_for_men, rules)):
        require = compiler.condition(_RULE.require, RULE)
        yield CompiledRule(_RULE, "each-dose", None, require, DosesOf(radioactive=True))


def _for_men(rule: CompiledRule[V, M]) -> bool:
    leaves = rule.require.leaves
    return (
        rule.when is None and len(leaves) == 1 and leaves[0].observable.name == "sex" and leaves[0].limit == ("male",)
    )
