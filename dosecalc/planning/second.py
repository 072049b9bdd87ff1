"""The second method inside every plan: its word on the finished result, before anybody sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from dosecalc.errors import DisagreementError, InputError
from dosecalc.files import folders
from dosecalc.library.reader import ProtocolFile
from dosecalc.planning.result import Dose, Plan, Repeated
from dosecalc.quantities.documents import keys_of, plain
from dosecalc.quantities.statement import Stated
from dosecalc.reference import beliefs
from dosecalc.verification import compare

STILL_TO_COME = Repeated.made(agrees=None, method=compare.METHOD, not_checked=())
UNREAD = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError)
"""What something that it was not written for may make of the second method."""

_COMPARED = ("protocol", "inputs", "totals", "conflicts", "instructions", "clearance")
_OF_FINDINGS = ("rule", "part", "status", "dose", "doses", "severity")
_NOT_OF_DOSES = frozenset({"interval", "trace", "cite", "given"})


def repeated(plan: Plan, file: ProtocolFile, as_given: Mapping[int, Stated] | None = None) -> Plan:
    """The plan with what the second method says of it.

    ``as_given`` are amounts that were given, where they are not among the inputs. Raises DisagreementError, with both
    figures, where the methods differ. What the second method cannot read is told as not checked, and never as agreed.
    """
    given = (
        None
        if as_given is None
        else {number: (each.measure.value, each.date) for number, each in as_given.items() if each.measure is not None}
    )
    content = _content(file)
    try:
        checked = compare.compare(_told(plan), content, belief_sheets(), given)
    except UNREAD as error:
        why = f"everything: the second method cannot read this ({type(error).__name__}: {error})"
        checked = compare.Checked(not_checked=[why])
    if not checked.agreed:
        raise DisagreementError(_both(plan, checked.differences))
    return plan.model_copy(update={"verified": _said(checked)})


def _content(file: ProtocolFile) -> bytes:
    """The file as it stands there: the second method reads it itself. InputError where it is not the same any more."""
    content = folders.read_bytes(file.path)
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise InputError(f"{file.file} has changed while the plan was made; plan again")
    return content


def _given(as_given: Mapping[int, Stated]) -> dict[int, tuple[Fraction, date | None]]:
    measured = ((number, each.measure, each.date) for number, each in as_given.items())
    return {number: (measure.value, day) for number, measure, day in measured if measure is not None}


def belief_sheets() -> list[bytes]:
    """The sheets of beliefs, whose limits the own rules compare with."""
    return [folders.read_bytes(path) for path in beliefs.paths()]


def _said(checked: compare.Checked) -> Repeated:
    agrees = None if checked.course is None else checked.agreed
    return Repeated.made(agrees=agrees, method=compare.METHOD, not_checked=checked.not_checked)


def _told(plan: Plan) -> dict[str, Any]:
    """What the second method looks at in the document of a plan."""
    findings = [{key: getattr(each, key) for key in _OF_FINDINGS} for each in plan.findings]
    parts = [(name, key) for name, key in keys_of(Dose) if key not in _NOT_OF_DOSES]
    doses = [{key: plain(getattr(dose, name)) for name, key in parts} for dose in plan.doses]
    return {**{key: plain(getattr(plan, key)) for key in _COMPARED}, "doses": doses, "findings": findings}


def _both(plan: Plan, differences: list[compare.Difference]) -> str:
    told = "; ".join(f"{each.what}: {each.plan} by the first, {each.ours} by the second" for each in differences[:5])
    more = f"; and {len(differences) - 5} more" if len(differences) > 5 else ""
    return (
        f"the two methods do not agree on {plan.protocol['arm']}, so there is no plan: {told}{more}. Please report it"
    )
