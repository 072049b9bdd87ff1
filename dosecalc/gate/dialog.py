"""A case filled in by questions: what the gate does not know yet, asked one thing at a time."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dosecalc.errors import InputError
from dosecalc.gate.check import check_dose
from dosecalc.gate.result import GateCheck, Hold
from dosecalc.gate.today import EXCLUDED
from dosecalc.library.load import find_arm
from dosecalc.reference.routes import NOT_STATED

_KEY = re.compile(
    r"\b(?:(?:patient|facts|directive)(?:\.[a-z0-9_\[\]]+)+|level|cycles|cycle_length|reduction|toxicity|dose|at)(?![a-z_])"
)
_AS_A_KEY = re.compile(r", as [a-z]+ = .*")
_EXAMPLE = re.compile(r' = "([^"]*)"')
_LISTS = frozenset({"patient.ids", "directive.amount", "count.each"})
_NUMBERS = frozenset({"dose", "count.expected", "count.present"})
_ANSWERS = {
    "patient.ids": "MRN 1234; 1961-05-04",
    "patient.pregnancy": f"negative, or {' or '.join(EXCLUDED)}",
    "patient.pregnancy.at": "2026-03-01T16:00-06:00",
    "directive.amount": "7.4 GBq; 200 mCi",
    **dict.fromkeys(("at", "directive.at", "received.calibrated", "assay.at"), "2026-03-01T10:00-06:00"),
    "received.expires": "2026-03-02T10:00-06:00",
    "patient.breast_feeding": "no, or stopped 2026-01-15",
}
"""How an answer is written, where the question alone does not say it."""
_LEFT = "facts.pregnant", "facts.lactating"
"""What is asked with its evidence under patient.pregnancy and patient.breast_feeding."""


class Asking(NamedTuple):
    """One thing to ask: the key of the case that an answer stands at, the words, and how an answer is written."""

    key: str
    text: str
    example: str = ""

    @property
    def words(self) -> str:
        """The question as it is put to somebody."""
        text = _AS_A_KEY.sub("", self.text.removeprefix("not stated: "))
        several = "; with a semicolon between" if self.key in _LISTS else ""
        example = f", such as {self.example}" if self.example else ""
        return f"{text[:1].upper()}{text[1:]} ({self.key}{example}{several})"


class Dialog:
    """A case of an arm that is filled in answer by answer. InputError for no such arm."""

    def __init__(self, arm_id: str) -> None:
        file, arm = find_arm(arm_id)
        agent = file.protocol.agents[arm.cycles[0].doses[0].agent]
        self.case: dict[str, Any] = {"protocol": arm_id, "directive": {"agent": agent.name}}
        if agent.route not in (None, NOT_STATED):
            self.case["directive"]["route"] = str(agent.route)
        self.asked: set[Asking] = set()

    def check(self) -> GateCheck:
        """The gate's word on the case as it is."""
        return check_dose(self.case)

    def question(self) -> Asking | None:
        """What to ask next; None where nothing that is unknown is left to ask."""
        for each in _questions(self.check().holds):
            if each not in self.asked and not each.key.startswith(_LEFT):
                self.asked.add(each)
                return each
        return None

    def answer(self, question: Asking, text: str) -> None:
        """Put an answer into the case; an empty one leaves it unknown. InputError for one that cannot be read."""
        if not text.strip():
            return
        key, value = _read(question.key, text.strip())
        trial = copy.deepcopy(self.case)
        _put(trial, key, value)
        check_dose(trial)
        self.case = trial


def _questions(holds: tuple[Hold, ...]) -> Iterator[Asking]:
    """What is unknown or bare, as questions; of several keys that settle one thing each is one."""
    for hold in holds:
        if hold.kind not in ("unknown", "bare"):
            continue
        for settled in hold.settled_by:
            for found in _KEY.finditer(settled) if hold.what == "protocol" else (None,):
                key = settled if found is None else found[0]
                example = "" if found is None else _EXAMPLE.match(settled, found.end())
                shown = _ANSWERS.get(key, example[1] if example else "")
                text = f"the protocol asks for {key.rpartition('.')[2]}" if hold.what == "protocol" else hold.text
                yield Asking(key, text, shown)


def _read(key: str, text: str) -> tuple[str, Any]:
    """The key and the value of an answer. InputError."""
    if key == "patient.pregnancy":
        return (f"{key}.excluded", text) if text in EXCLUDED else (f"{key}.result", text)
    if key in _NUMBERS:
        if not (text.isascii() and text.isdigit()):
            raise InputError(f"read {text[:20]!r}, expected a whole number", where=key)
        return key, int(text)
    if key in _LISTS:
        return key, [part for each in text.split(";") if (part := each.strip())]
    return key, text


def _put(case: dict[str, Any], key: str, value: Any) -> None:
    *places, name = key.split(".")
    table: Any = case
    for place in places:
        table = table.setdefault(place, {})
    table[name] = value


def flat(case: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """The keys of a case with their values, "patient.ids" and so on."""
    for key, value in case.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value
