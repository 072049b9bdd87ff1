"""An ordinary statement of everything that the gate asks, and cases made from it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

ORDINARY: Mapping[str, Any] = {
    "at": "2026-03-02T10:30+01:00",
    "patient": {
        "ids": ["MRN 1234", "1961-05-04"],
        "identified_by": "wristband; name and date of birth said aloud",
        "sex": "female",
        "pregnancy": {"result": "negative", "test": "serum hCG", "at": "2026-03-01T16:00+01:00"},
        "breast_feeding": "no",
    },
    "directive": {"route": "intravenous", "by": "Dr Adams", "at": "2026-03-01T15:00+01:00"},
    "order": {"calibrated": "2026-03-02T10:30+01:00"},
    "received": {"calibrated": "2026-03-02T10:30+01:00", "expires": "2026-03-02T18:00+01:00", "lot": "L7"}
    | {"separated": "2026-02-26T08:00+01:00"},
    "assay": {"at": "2026-03-02T10:15+01:00", "by": "T. Becker", "instrument": "calibrator 2, setting of the nuclide"},
    "count": {"expected": 1, "present": 1},
    "checked": {"by": "M. Weiss"},
    "administering": {"by": "N. Roth"},
    "steps": {
        "consent": "signed on 2026-02-27",
        "amino_acids": "started at 10:00",
        "thyroid_blockade": "since 1 March",
    },
}


def case(stated: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An ordinary case with what is stated by its keys ("directive.amount"); the product is the same throughout."""
    made = copy.deepcopy(dict(ORDINARY)) | more
    agent = stated.get("directive.agent")
    for part in ("order", "received"):
        if agent is not None:
            made[part].setdefault("agent", agent)
    for key, value in stated.items():
        put(made, key, value)
    return made


def put(made: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """A value at a key; None takes it away."""
    *places, name = key.split(".")
    table = made
    for place in places:
        table = table.setdefault(place, {})
    if value is None:
        table.pop(name, None)
    else:
        table[name] = copy.deepcopy(value)
    return made
