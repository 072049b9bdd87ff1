"""An ordinary statement of everything that the gate asks, and cases made from it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sound import Person

import dosecalc
from dosecalc.files import folders
from dosecalc.library.load import find_arm, load_protocol

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


# -- ordinary administrations -----------------------------------------------------------------------------------------

THERAPY = [
    each
    for each in folders.arm_ids()
    if find_arm(each)[1].purpose == "therapy" and find_arm(each)[0].protocol.status != "withdrawn"
]
ROUTES = {"not stated": "intravenous"}


def administration(arm, rng):
    """An ordinary first dose of an ordinary patient, with the scatter of a working day; None of a drug."""
    person = Person(arm)
    stated, start = person.stated(), person.start()
    plan = dosecalc.plan(arm, **stated)
    dose = plan.doses[0]
    if dose.value is None or dose.kind != "activity":
        return None
    agent = load_protocol(arm).protocol.agents[dose.agent]
    minutes = rng.randint(0, 59)
    at = f"{start.isoformat()}T11:{minutes:02d}+01:00"
    day = start.isoformat()

    def near(part, factor=1.0):
        return f"{float(dose.value) * factor * (1 + rng.uniform(-part, part)):.6g} MBq"

    amount = f"{float(dose.value):.12g} MBq"
    return {
        "protocol": arm, "dose": 1, "at": at,
        **{key: stated[key] for key in ("level", "cycles", "cycle_length") if stated.get(key) is not None},
        "patient": {
            "ids": [f"MRN {rng.randint(1000, 9999)}", "1990-05-04"], "identified_by": "wristband",
            **{key: stated[key] for key in ("sex", "age", "weight", "height", "bsa", "prior") if key in stated},
            "pregnancy": {"result": "negative", "test": "serum hCG", "at": f"{day}T08:00+01:00"},
            "breast_feeding": "no",
            "labs": {name: f"{value} @ {day}"
                            for name, value in stated.get("observables", {}).items()
                            if "[" not in name or name.endswith("[1]")},
        },
        "directive": {"amount": [amount], "agent": agent.name,
                      "route": ROUTES.get(agent.route or "not stated", agent.route), "by": "Dr Adams",
                      "at": f"{day}T08:30+01:00"},
        "order": {"amount": near(0.02), "agent": agent.name, "calibrated": at},
        "received": {"amount": near(0.02), "agent": agent.name, "calibrated": at, "expires": f"{day}T23:00+01:00",
                     "separated": f"{day}T01:00+01:00"},  # nine hours before the assay
        "assay": {"amount": near(0.05), "at": f"{day}T10:{minutes:02d}+01:00", "by": "T. Becker",
                  "instrument": "calibrator 2"},
        "count": {"expected": 1, "present": 1}, "checked": {"by": "M. Weiss"}, "administering": {"by": "N. Roth"},
        "steps": {"consent": "signed", "amino_acids": "started at 10:00", "thyroid_blockade": "since yesterday"},
    }  # fmt: skip
