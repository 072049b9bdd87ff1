"""A case to be filled in: ``dosecalc check --new ARM``, with everything that the gate asks as a comment."""

from __future__ import annotations

from collections.abc import Iterator

from dosecalc.course.observables import Observable
from dosecalc.gate.requirements import Asked, Requirement, requirements
from dosecalc.library.load import find_arm

_SECTIONS = ("patient", "directive", "order", "received", "assay", "count", "checked", "administering", "steps")
_EXAMPLES = {
    "at": '"2026-03-01T10:00-06:00"',
    "patient.identifiers": '["", ""]',
    "patient.pregnancy": '{ result = "negative", test = "", at = "" }   # or { excluded = "menopause" }',
    "patient.breast_feeding": '"no"   # or "stopped 2026-01-15"',
    "directive.amount": '["7.4 GBq", "200 mCi"]   # once, or in two units that must agree',
    "count.expected": "1",
    "count.present": "1",
}
_BESIDES = {
    "patient": ('age = "30 y"', 'weight = "70 kg"', 'given = []   # what was given before: "1=7.4 GBq@2026-01-05"'),
    "directive": ('form = ""', 'range = ""   # "28 to 36 mCi", where a range is prescribed'),
    "order": ('calibrated = ""   # the time for which it was ordered',),
    "received": ('lot = ""', 'volume = ""   # where the dose is drawn from a vial'),
    "assay": ('volume = ""   # where the dose was drawn from a vial',),
}


def form(arm_id: str) -> str:
    """The TOML text of a case for an arm: what is asked stands as keys to fill in. InputError for no such arm."""
    file, arm = find_arm(arm_id)
    agents = list(dict.fromkeys(dose.agent for cycle in arm.cycles for dose in cycle.doses))
    agent = file.protocol.agents[agents[0]]
    asked = requirements(Asked(therapy=arm.purpose != "imaging", childbearing=True, agent=agent.name))
    compiled = file.compiled(arm)
    names = sorted({name for rule in (*compiled.rules, *compiled.own_rules) for name in rule.names})
    observed = {name: file.table[name] for name in names if name in file.table and not file.table[name].computed}
    lines = [
        f"# {arm.title}",
        "# Remove the # before a key and fill it in. What is left out is unknown, and holds.",
        f'protocol = "{arm_id}"',
        "# dose = 1",
        *_keys([each for each in asked if each.part == each.key], ""),
    ]
    for section in _SECTIONS:
        lines += ["", f"[{section}]", *_keys([each for each in asked if each.key.startswith(f"{section}.")], section)]
        lines += [f"# {line}" for line in _BESIDES.get(section, ())]
        lines += list(_observables(observed)) if section == "patient" else []
    return "\n".join(lines) + "\n"


def _keys(asked: list[Requirement], section: str) -> Iterator[str]:
    for each in asked:
        name = each.key.removeprefix(f"{section}.")
        yield f"# {name} = {_EXAMPLES.get(each.key, chr(34) * 2)}   # {each.question}"


def _observables(observed: dict[str, Observable]) -> Iterator[str]:
    for name, row in observed.items():
        if row.option is None and name not in ("pregnant", "lactating"):
            value = f'"... {row.unit} @ 2026-03-01"' if row.kind == "quantity" and row.momentary else '"..."'
            yield f"# observables.{name} = {value}   # {row.title}"
