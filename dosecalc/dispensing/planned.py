"""A dose of a plan that was kept as JSON: its activity, and the radionuclide of its agent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.folders import read_text
from dosecalc.library.load import find_arm
from dosecalc.planning.result import Plan
from dosecalc.quantities import options

_LARGEST = 1e12
"""MBq; an activity above this is no dose."""


class Intended(NamedTuple):
    """An activity in MBq for a patient; the radionuclide of its agent, where a plan has it; notes and sources."""

    value: Fraction
    nuclide: str | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[dict[str, str], ...] = ()


def planned_dose(path: str, number: int) -> Intended:
    """A dose of the plan in a file. InputError where it is no plan, or the dose has no activity."""
    text, _ = options.within("--plan", read_text, path)
    document = _read(text, path)
    dose = next((each for each in document["doses"] if each["number"] == number), None)
    if dose is None:
        raise InputError(f"there is no dose {number}; the plan has {len(document['doses'])}", where="--dose")
    return _of_agent(dose, _activity(dose), document["protocol"])


def _read(text: str, path: str) -> dict[str, Any]:
    """A plan's document, every key of it of its kind."""
    from pydantic import ValidationError

    from dosecalc.quantities.schemas import document_model

    try:
        document: dict[str, Any] = json.loads(text)
        document_model(Plan).model_validate(document)
        sound = {"file", "arm", "sha256"} <= document["protocol"].keys()
    except (ValueError, ValidationError, RecursionError):
        sound = False
    if not sound:
        raise InputError(f"{path} is no plan; 'dosecalc plan --json' writes one", where="--plan")
    return document


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
    try:
        file, _ = find_arm(f"{folders.path_of(protocol['file'])}#{protocol['arm']}")
    except InputError:
        return Intended(value, None, (f"the plan's protocol {protocol['file']} was not found here",), (source,))
    notes: tuple[str, ...] = ()
    if file.sha256 != protocol["sha256"]:
        notes = (f"{protocol['file']} has changed since the plan was made: make a new plan",)
    agent = file.protocol.agents.get(dose["agent"])
    return Intended(value, None if agent is None else agent.radionuclide, notes, (source,))
