"""What a plan comes to, apart from its texts and hashes, and in which respect two plans differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from dosecalc.course.rules import Compiler, own_observables
from dosecalc.errors import InputError
from dosecalc.files.protocol import Protocol
from dosecalc.library import checks, stepped
from dosecalc.library.facts import CitedFacts
from dosecalc.library.reader import ProtocolFile
from dosecalc.planning import planner
from dosecalc.quantities.documents import frozen
from dosecalc.quantities.numbers import EXACT, Unknown
from dosecalc.requests.match import match
from dosecalc.requests.request import read as read_request

Inputs = dict[str, list[str]]


class Outcome(NamedTuple):
    """What a plan comes to."""

    exit: int
    amounts: tuple[Any, ...] = ()
    """Of each dose its amount, and whether it is left out of the total of the required ones."""
    days: tuple[Any, ...] = ()
    pending: tuple[Any, ...] = ()
    findings: frozenset[Any] = frozenset()
    doses: frozenset[Any] = frozenset()
    conflicts: tuple[Any, ...] = ()


RESPECTS = ("exit", "findings", "amounts", "days", "pending", "doses", "conflicts")
"""In what a plan can differ, the strongest first; ``doses`` is the dose that a finding names, with the same status."""


def file_of(raw: Mapping[str, Any], path: str) -> ProtocolFile | None:
    """The protocol file with this content, its numbers held against no fact; None where lint refuses it."""
    try:
        protocol = Protocol.model_validate(raw)
        if any(stepped.faults(protocol)):
            return None
        protocol = Protocol.model_validate(stepped.expanded(raw)) if stepped.steps_down(protocol) else protocol
        if any(checks.structure(protocol)):
            return None
        table = frozen(own_observables(protocol.observables))
        compiler = Compiler(EXACT, protocol.conditions, table)
        file = ProtocolFile(path, "", protocol, table, raw, CitedFacts(protocol, path), compiler)
        for arm in protocol.arms:
            file.compiled(arm)
    except (InputError, ValueError):
        return None
    return file


def outcome(file: ProtocolFile, arm_id: str, inputs: Inputs) -> Outcome:
    """What a plan comes to; status 2 alone where the statements are refused."""
    try:
        matched = match(file, file.arm(arm_id), read_request(inputs, file.table))
        course = planner.calculate(matched)
        findings = planner.find(course)
    except InputError:
        return Outcome(2)
    moments = course.result.doses
    statuses = Counter((each.rule, each.part, each.status) for each in findings)
    return Outcome(
        exit=int(any(each.status == "violation" for each in findings)),
        amounts=tuple((_known(m.amount), m.slot is not None and m.slot.optional) for m in moments),
        days=tuple(matched.whens),
        pending=tuple(frozenset(m.amount.lacks) if isinstance(m.amount, Unknown) else None for m in moments),
        findings=frozenset(statuses.items()),
        doses=frozenset((each.rule, each.part, each.status, each.dose, each.doses) for each in findings),
        conflicts=tuple((applies.yes, applies.no) for applies in course.result.conflicts),
    )


def _known(amount: Any) -> Any:
    return None if isinstance(amount, Unknown) else amount


def difference(one: Outcome, other: Outcome) -> str | None:
    """The strongest respect in which two outcomes differ; None where they are the same."""
    return next((name for name in RESPECTS if getattr(one, name) != getattr(other, name)), None)
