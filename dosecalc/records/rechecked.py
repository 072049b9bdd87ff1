"""The second method on the document of a gate check: inside every check, and before a record is made of one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from dosecalc.course import schedule
from dosecalc.errors import DisagreementError, InputError
from dosecalc.files import folders
from dosecalc.library.load import find_arm
from dosecalc.planning.result import Repeated
from dosecalc.planning.second import UNREAD
from dosecalc.reference.beliefs import belief
from dosecalc.verification import gate
from dosecalc.verification.compare import METHOD, Difference

REQUIREMENTS = "gate-requirements.csv"


class Rechecked(NamedTuple):
    """What the second method says of a check: where it differs, and why it could say nothing."""

    differences: tuple[Difference, ...] = ()
    unread: str | None = None


def recheck(document: Mapping[str, Any]) -> Rechecked:
    """The comparisons of a check, made again by a method that shares nothing with the first."""
    try:
        return Rechecked(tuple(gate.compare(document, _tables(document))))
    except UNREAD as error:
        return Rechecked(unread=f"everything: the second method cannot read this ({type(error).__name__}: {error})")


def repeated(document: Mapping[str, Any]) -> Repeated:
    """What stands in a check. DisagreementError, with both answers, where the methods differ."""
    said = recheck(document)
    if said.differences:
        raise DisagreementError(f"the two methods do not agree on this dose, so there is no word: {_both(said)}")
    unread = () if said.unread is None else (said.unread,)
    agrees = None if said.unread is not None else True
    return Repeated.made(agrees=agrees, method=METHOD, not_checked=(*gate.NOT_CHECKED, *unread))


def sound(document: Mapping[str, Any]) -> None:
    """InputError where a document of a check does not agree with itself; what cannot be read here is let pass."""
    said = recheck(document)
    if said.differences:
        raise InputError(f"this check does not agree with itself, so that no record is made of it: {_both(said)}")


def _both(said: Rechecked) -> str:
    told = "; ".join(f"{each.what}: {each.plan}, and {each.ours} by the second method" for each in said.differences[:5])
    more = f"; and {len(said.differences) - 5} more" if len(said.differences) > 5 else ""
    return f"{told}{more}"


def requirement_tables() -> list[str]:
    """The tables of requirements in use, the shipped one first."""
    own = [os.path.join(folder, "seeds", REQUIREMENTS) for folder in folders.site_folders()]
    return [os.path.join(folders.shipped("seeds"), REQUIREMENTS), *(path for path in own if os.path.exists(path))]


def _tables(document: Mapping[str, Any]) -> gate.Tables:
    seeds = folders.shipped("seeds")
    agents, half_lives = (folders.read_text(os.path.join(seeds, f"{name}.csv"))[0] for name in ("agents", "half-lives"))
    requirements = tuple(folders.read_text(path)[0] for path in requirement_tables())
    tables = gate.Tables(requirements, agents, half_lives, belief("given-amount-warning").value)
    protocol = document["protocol"]
    if protocol is None:
        return tables
    file, arm = find_arm(f"{folders.path_of(protocol['file'])}#{protocol['arm']}")
    slots = {slot.number: slot.dose.agent for slot in schedule.course(arm, None)}
    agent = file.protocol.agents.get(slots.get(document["dose"], arm.cycles[0].doses[0].agent))
    return tables._replace(purpose=arm.purpose, arm=arm.id, nuclide=None if agent is None else agent.radionuclide)
