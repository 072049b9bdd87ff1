"""A case to be filled in: ``dosecalc check --new ARM``, with everything that the gate asks as a comment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dosecalc.course.observables import Observable
from dosecalc.gate.requirements import Asked, Requirement, requirements
from dosecalc.gate.today import key_of
from dosecalc.library.load import find_arm
from dosecalc.reference.routes import NOT_STATED

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
    "count.expected": "1",
    "count.present": "1",
}
_BESIDES = {
    "patient": {"age": "", "weight": "", "height": "", "given": 'what was given before: ["1=7.4 GBq@2026-01-05"]'},
    "directive": {"form": "the chemical form", "range": 'where a range is prescribed: "28 to 36 mCi"'},
    "order": {"calibrated": "the time for which it was ordered"},
    "received": {"lot": "the lot", "volume": "where the dose is drawn from a vial"},
    "assay": {"volume": "where the dose was drawn from a vial"},
}


def form(arm_id: str) -> str:
    """The TOML text of a case for an arm, every key that is asked to be filled in. InputError for no such arm.

    What the protocol itself says, its agent and route, stands there already.
    """
    file, arm = find_arm(arm_id)
    agent = file.protocol.agents[arm.cycles[0].doses[0].agent]
    asked = requirements(
        Asked(arm.purpose != "imaging", childbearing=True, agent=agent.name, nuclide=agent.radionuclide)
    )
    compiled = file.compiled(arm)
    names = sorted({name for rule in (*compiled.rules, *compiled.own_rules) for name in rule.names})
    observed = {name: file.table[name] for name in names if name in file.table and not file.table[name].computed}
    known = {"directive.agent": agent.name}  # what was ordered and what came is read from the paper and the label
    known |= {} if agent.route in (None, NOT_STATED) else {"directive.route": str(agent.route)}
    lines = [
        f"# {arm.title}",
        "# Fill in a key and remove the # before it. What is left out is unknown, and holds.",
        f'protocol = "{arm_id}"',
        "# dose = 1",
        "# -- the document of the draw beside this file, where the dose was drawn with dosecalc dispense --json",
        '# dispensed = "draw.json"',
    ]
    for section in ("", *_SECTIONS):
        lines += ["", f"[{section}]"] if section else []
        lines += [line for each in asked if each.key.rpartition(".")[0] == section for line in _asked(each, known)]
        lines += [line for name, words in _BESIDES.get(section, {}).items() for line in _key(name, '""', words)]
        lines += [line for name, row in observed.items() for line in _observable(section, name, row)]
    return "\n".join(lines) + "\n"


def _asked(each: Requirement, known: Mapping[str, str]) -> Iterator[str]:
    name = each.key.rpartition(".")[2]
    if each.key in known:
        yield f'{name} = "{known[each.key]}"'
    else:
        yield from _key(name, _EXAMPLES.get(each.key, '""'), each.question)


def _key(name: str, value: str, words: str) -> Iterator[str]:
    if words:
        yield f"# -- {words}"
    yield f"# {name} = {value}"


def _observable(section: str, name: str, row: Observable) -> Iterator[str]:
    """An observable that the rules of the arm ask for, in its table, but those that have a key of their own."""
    if row.option is None and name not in ("pregnant", "lactating") and key_of(name).rpartition(".")[0] == section:
        day = " @ 2026-03-01" if section == "patient.labs" else ""
        yield from _key(name, f'"... {row.unit}{day}"' if row.unit else '""', row.title)
