"""A form of a patient for an arm: everything that the arm reads, with its unit and what is asked of it.

It is a patient file (``--patient``) whose keys are comments until somebody fills them in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from dosecalc.course.observables import BY_CYCLE, Observable
from dosecalc.files.protocol import Arm
from dosecalc.library.load import find_arm
from dosecalc.library.reader import ProtocolFile
from dosecalc.quantities import units
from dosecalc.requests.request import read

NOTHING: Mapping[str, str] = MappingProxyType({})
_OPTIONS = ("age", "sex", "weight", "height", "bsa")
_DERIVED = {"age_completed": ("age",), "performance": ("karnofsky", "lansky")}
"""What is asked for in place of what follows from it."""


class FormLine(NamedTuple):
    """One thing that an arm asks of a patient: its key in the file, how it is written, and in words what is asked."""

    key: str
    example: str
    words: str
    row: Observable | None

    @property
    def inside(self) -> bool:
        """Whether it stands in the table of observables."""
        return self.row is not None and self.key not in _OPTIONS


def questions(arm_id: str) -> list[FormLine]:
    """Everything that an arm asks of a patient, sizes first. InputError for no such arm."""
    file, arm = find_arm(arm_id)
    asked = _limits(file, arm)
    found = [FormLine("patient_id", '["", ""]', "two identifiers, as MRN 1234 and 1961-05-04", None)]
    for name in (*_OPTIONS, *(name for name in asked if name not in _OPTIONS)):
        row = file.table[name]
        if name not in _OPTIONS or name in asked or name in ("age", "sex"):
            found.append(FormLine(name, _example(row), "; ".join([row.title, *asked.get(name, ())]), row))
    if any(name.startswith(("lifetime_", "prior_")) for name in _names(file, arm)):
        words = 'earlier therapy, "48 mCi/kg@2025-01-15" or "none"'
        found.insert(1, FormLine("prior", '"..."', words, None))
    if any(each.holds_for(arm.id) for each in file.protocol.toxicities):
        found.insert(
            1, FormLine("toxicity", '{ 1 = "..." }', 'what followed each cycle, "none" or "platelets grade 2"', None)
        )
    found.insert(1, FormLine("given", '{ 1 = "..." }', 'what was given of this course, as "7.4 GBq@2026-01-05"', None))
    return found


def _names(file: ProtocolFile, arm: Arm) -> list[str]:
    """What levels and rules of an arm read, in the order of the file, each once."""
    compiled = file.compiled(arm)
    rows = [row for _, rows in compiled.levels() for row in rows]
    names = [leaf.observable.name for row in rows for each in row.conditions for leaf in each.leaves]
    names += [of.name for row in rows for factor in row.every_factor for of in factor.observables]
    for row in rows:
        dimensions = [end.dimension for ends in row.options for end in ends]
        names += [size for size in ("weight", "bsa") for each in dimensions if each.endswith(f"/{size}")]
        names += [row.organ.name] if row.organ is not None else []
    names += [name for rule in (*compiled.rules, *compiled.own_rules) for name in rule.names]
    names += [f"organ_dose.{spared.source.organ}" for spared in compiled.spared]
    names += [f"organ_dose.{limit.source.organ}" for limit in compiled.effective]
    return list(dict.fromkeys(names))


def _limits(file: ProtocolFile, arm: Arm) -> dict[str, tuple[str, ...]]:
    """What may be stated and is read, each with the titles of the rules that ask it."""
    compiled, found = file.compiled(arm), dict[str, list[str]]()
    for name in _names(file, arm):
        for stated in _DERIVED.get(name, (name,)):
            row = file.table.get(stated)
            if row is not None and not row.computed and (row.option is None or stated in _OPTIONS):
                found.setdefault(stated, [])
        if name == "bsa" or name.endswith("_per_bsa"):
            found |= {each: found.get(each, []) for each in ("bsa", "weight", "height")}
        if name.endswith("_per_weight"):
            found.setdefault("weight", [])
    for rule in (*compiled.rules, *compiled.own_rules):
        for name in rule.names:
            for stated in _DERIVED.get(name, (name,)):
                found.get(stated, []).append(units.prose(rule.rule.title))
    return {name: tuple(dict.fromkeys(titles)) for name, titles in found.items()}


def _example(row: Observable) -> str:
    """What stands there until somebody fills it in; it cannot be read, so that nothing is taken for an answer."""
    return f'"... {row.unit}"' if row.unit and row.kind == "quantity" else '"..."'


def _how(row: Observable | None) -> str:
    """How a value is written, where an example alone does not say it."""
    if row is None:
        return ""
    if row.kind == "boolean":
        return "true or false"
    if row.kind == "choice":
        return f"one of {', '.join(row.choices)}"
    if row.name in BY_CYCLE:
        return "NAME[N] for cycle N"
    return "or never" if row.ago else ""


def form(arm_id: str, answers: Mapping[str, str] = NOTHING) -> str:
    """The text of a form, with what was answered filled in. InputError for no such arm."""
    asked = questions(arm_id)
    lines = [
        f"# A patient for {arm_id}. Fill in a key and remove the # before it; what is left out is unknown.",
        f'# Read it with: dosecalc plan --protocol {arm_id} --patient FILE. A value of dose N: "platelets[N]".',
    ]
    for inside in (False, True):
        listed = [each for each in asked if each.inside is inside]
        lines += ["", "[observables]"] if inside and listed else []
        for each in listed:
            lines += _lines(each, answers.get(each.key))
    return "\n".join(lines) + "\n"


def _lines(question: FormLine, answer: str | None) -> Iterator[str]:
    how = _how(question.row)
    yield f"# -- {question.words}{f' ({how})' if how else ''}"
    key = json.dumps(question.key) if "." in question.key else question.key
    yield f"# {key} = {question.example}" if answer is None else f"{key} = {answer}"


def answered(question: FormLine, text: str, table: Mapping[str, Observable]) -> str:
    """An answer as the file writes it. InputError for one that cannot be read."""
    several = question.key in ("patient_id", "given", "toxicity")
    said = [each.strip() for each in text.split(";")] if several else [text.strip()]
    option = {"patient_id": "patient-id"}.get(question.key, "set" if question.inside else question.key)
    read({option: [f"{question.key}={each}" if option == "set" else each for each in said]}, table)
    return json.dumps(said if several else said[0], ensure_ascii=False)
