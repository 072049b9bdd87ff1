"""A dose of a plan that was kept as JSON: its activity, and the radionuclide of its agent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date as Date
from fractions import Fraction
from typing import Any

from dosecalc.dispensing.intended import Due, Intended
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.library.load import find_arm
from dosecalc.planning import verified
from dosecalc.quantities import options

_KNOWN = ("dosecalc",)
"""The key of a plan that may differ where another version made it; hashes are told as files that have changed."""
_LARGEST = 1e12
"""MBq; an activity above this is no dose."""


def planned_dose(path: str, number: int, *, again: bool = False) -> Intended:
    """A dose of the plan in a file, which is verified first.

    InputError where it is no plan, where it disagrees with itself or its files, where the dose has no activity, or was
    given and is not to be drawn ``again``.
    """
    document = options.within("--plan", verified.read_plan, path)
    notes = (*_sound(document, path), *_told(document))
    dose = next((each for each in document["doses"] if each["number"] == number), None)
    if dose is None:
        raise InputError(f"there is no dose {number}; the plan has {len(document['doses'])}", where="--dose")
    given = (f"dose {number} was given already, as the plan has it",) if _was_given(document, number) else ()
    if given and not again:
        raise InputError(f"{given[0]}; to draw it again, say --again", where="--dose")
    intended = _of_agent(dose, _activity(dose), document["protocol"])
    return intended._replace(
        notes=(*given, *notes),
        violations=tuple(_violations(document)),
        patient=tuple(document["inputs"].get("patient-id", ())),
        due=None if dose["date"] is None else Due(number, Date.fromisoformat(dose["date"]), dose["date_from"]),
    )


def _was_given(document: Mapping[str, Any], number: int) -> bool:
    return any(text.partition("=")[0].strip() == str(number) for text in document["inputs"].get("given", ()))


def _sound(document: Mapping[str, Any], path: str) -> Iterator[str]:
    """That a plan is what its inputs and its files make; a note where another version of dosecalc made it."""
    said = options.within("--plan", verified.verify, document)
    both = (*said.differences, *said.altered)
    differs = [
        f"{each.what}: the plan has {each.plan}, we find {each.ours}"
        for each in both
        if each.what not in _KNOWN and not each.what.endswith("sha256")
    ]
    files = [each for each in said.changed if each.what != verified.PROGRAM]
    differs = [f"{each.what} has changed since the plan was made" for each in files] + differs
    if differs:
        more = f"; and {len(differs) - 3} more" if len(differs) > 3 else ""
        raise InputError(
            f"{path} does not agree with itself or its files, so nothing is drawn from it: {'; '.join(differs[:3])}"
            f"{more}. 'dosecalc verify' shows everything; make a new plan",
            where="--plan",
        )
    for each in said.changed:
        yield f"the plan was made by dosecalc {each.then}; {each.now}, which is here, makes the same of it"


def _told(document: Mapping[str, Any]) -> Iterator[str]:
    """The outcome of the plan, and its warnings: whoever draws may not have seen them."""
    yield f"the plan: {document['clearance']['text']}"
    for finding in document["findings"]:
        if finding["status"] == "warning":
            yield f"warning of the plan: {_sentence(finding)}"


def _violations(document: Mapping[str, Any]) -> Iterator[str]:
    return (_sentence(finding) for finding in document["findings"] if finding["status"] == "violation")


def _sentence(finding: Mapping[str, Any]) -> str:
    return f"{finding['message']} ({finding['rule']})"


def _activity(dose: Mapping[str, Any]) -> Fraction:
    """The activity of a dose in MBq, as its document prints it."""
    number, amount = dose["number"], dose["amount"]
    if dose["pending"] is not None or amount is None:
        raise InputError(f"dose {number} has no amount yet: {dose['pending'] or 'it is pending'}", where="--dose")
    if "MBq" not in amount:
        raise InputError(
            f"dose {number} is {dose['agent']}, a drug; only an activity is dispensed here", where="--dose"
        )
    if not 0 < amount["MBq"] < _LARGEST:
        raise InputError(f"dose {number} is {amount['MBq']:g} MBq, which cannot be drawn", where="--dose")
    return Fraction(repr(amount["MBq"]))


def _of_agent(dose: Mapping[str, Any], value: Fraction, protocol: Mapping[str, str]) -> Intended:
    """The activity with the radionuclide that the plan's protocol states for the agent."""
    source = {"id": protocol["file"], "sha256": protocol["sha256"]}
    file, _ = find_arm(f"{folders.path_of(protocol['file'])}#{protocol['arm']}")
    agent = file.protocol.agents.get(dose["agent"])
    if agent is None:
        return Intended(value, sources=(source,))
    return Intended(value, agent.radionuclide, agent.name, sources=(source,))
