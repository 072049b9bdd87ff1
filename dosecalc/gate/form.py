"""A case to be filled in: ``dosecalc check --new ARM``, with everything that the gate asks as a comment."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from dosecalc.course.observables import Observable
from dosecalc.gate.requirements import Asked, requirements
from dosecalc.gate.today import key_of
from dosecalc.library.load import find_arm
from dosecalc.reference.routes import NOT_STATED

NOTHING: Mapping[str, Any] = MappingProxyType({})
_SECTIONS = (
    *("patient", "patient.labs", "patient.washouts", "directive", "order", "received", "assay", "count", "checked"),
    *("administering", "facts", "steps"),
)
_EXAMPLES = {
    "at": '"2026-03-01T10:00-06:00"',
    "patient.ids": '["", ""]',
    "patient.pregnancy": '{ result = "negative", test = "", at = "" }   # or { excluded = "menopause" }',
    "patient.breast_feeding": '"no"   # or "stopped 2026-01-15"',
    "directive.amount": '["", ""]',
    "directive.revisions": '[{ amount = "", by = "", at = "" }]',
    "assay.constancy": '{ at = "", result = "passed" }',
    "count.expected": "1",
    "count.present": "1",
}
_BESIDES = {
    "patient": {"age": "", "weight": "", "height": "", "given": 'what was given before: ["1=7.4 GBq@2026-01-05"]'},
    "directive": {
        "form": "the chemical form",
        "range": 'where a range is prescribed: "28 to 36 mCi"',
        "revisions": "what was changed later, the last one counts",
    },
    "order": {"calibrated": "the time for which it was ordered"},
    "received": {
        "lot": "the lot",
        "volume": "where the dose is drawn from a vial",
        "opened": "when the vial was first opened",
        "in_use": "how long it may be used then",
        "measured": "what was measured on receipt",
        "measured_at": "and when",
    },
    "assay": {
        "setting": "the radionuclide that the calibrator was set to",
        "container": "what it was measured in",
        "constancy": "the last constancy check of the calibrator",
        "volume": "where the dose was drawn from a vial",
    },
}


def form(arm_id: str, stated: Mapping[str, Any] = NOTHING) -> str:
    """The TOML text of a case for an arm, every key that is asked to be filled in. InputError for no such arm.

    What the protocol itself says, its agent and route, stands there already; so does what is ``stated`` by its keys.
    """
    file, arm = find_arm(arm_id)
    agent = file.protocol.agents[arm.cycles[0].doses[0].agent]
    about = Asked(arm.purpose != "imaging", childbearing=True, agent=agent.name, nuclide=agent.radionuclide, arm=arm.id)
    asked = requirements(about)
    compiled = file.compiled(arm)
    names = sorted({name for rule in (*compiled.rules, *compiled.own_rules) for name in rule.names})
    observed = {name: file.table[name] for name in names if name in file.table and not file.table[name].computed}
    known = {"directive.agent": agent.name}  # what was ordered and what came is read from the paper and the label
    known |= {} if agent.route in (None, NOT_STATED) else {"directive.route": str(agent.route)}
    sheet = _Sheet({**known, **stated})
    lines = [
        f"# {arm.title}",
        "# Fill in a key and remove the # before it. What is left out is unknown, and holds.",
        f'protocol = "{arm_id}"',
        *sheet.key("dose", "1", ""),
        *sheet.key("dispensed", '"draw.json"', "the document of dosecalc dispense --json beside this file, if any"),
    ]
    for section in ("", *_SECTIONS):
        lines += ["", f"[{section}]"] if section else []
        within = f"{section}." if section else ""
        for each in asked:
            if each.key.rpartition(".")[0] == section:
                lines += sheet.key(each.key, _EXAMPLES.get(each.key, '""'), each.question)
        for name, words in _BESIDES.get(section, {}).items():
            lines += sheet.key(f"{within}{name}", _EXAMPLES.get(f"{within}{name}", '""'), words)
        for name, row in observed.items():
            if _is_asked(section, name, row):
                lines += sheet.key(f"{within}{name}", _example(section, row), row.title)
        lines += sheet.rest(section)
    return "\n".join(lines) + "\n"


class _Sheet:
    """The lines of a form; every key that is stated is written once."""

    def __init__(self, stated: Mapping[str, Any]) -> None:
        self.stated = {key: value for key, value in stated.items() if key != "protocol"}

    def key(self, key: str, example: str, words: str) -> Iterator[str]:
        """A key with its value, or as a comment with what is asked."""
        name = key.rpartition(".")[2]
        if key in self.stated:
            yield f"{name} = {_toml(self.stated.pop(key))}"
            return
        if inner := [each for each in self.stated if each.startswith(f"{key}.")]:
            yield f"{name} = {_toml({each.rpartition('.')[2]: self.stated.pop(each) for each in inner})}"
            return
        if words:
            yield f"# -- {words}"
        yield f"# {name} = {example}"

    def rest(self, section: str) -> Iterator[str]:
        """What is stated in a section beside everything that is asked."""
        for key in [each for each in self.stated if each.rpartition(".")[0] == section]:
            yield f"{json.dumps(key.rpartition('.')[2])} = {_toml(self.stated.pop(key))}"


def _toml(value: Any) -> str:
    """A value in TOML; the escapes of JSON are among those of TOML."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {_toml(each)}' for key, each in value.items())} }}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _is_asked(section: str, name: str, row: Observable) -> bool:
    """Whether an observable that the rules ask for stands in a table; some have a key of their own."""
    asked = row.option is None and name not in ("pregnant", "lactating")
    return asked and key_of(name).rpartition(".")[0] == section


def _example(section: str, row: Observable) -> str:
    day = " @ 2026-03-01" if section == "patient.labs" else ""
    if row.kind == "choice":
        return f'""   # one of {", ".join(row.choices)}'
    if row.kind == "boolean":
        return '""   # true or false'
    return f'"... {row.unit}{day}"' if row.unit else '""'
