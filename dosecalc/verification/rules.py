"""The rules of a protocol file, asked a second time at each dose that they concern."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from dosecalc.verification import observables
from dosecalc.verification.course import SecondCourse, SecondDose
from dosecalc.verification.logic import Truth
from dosecalc.verification.reading import Beyond, Table, known

PASS, NOT_APPLICABLE, UNKNOWN, VIOLATION = "pass", "not_applicable", "unknown", "violation"
GROWING = ("cumulative_", "lifetime_", "whole_body_dose")


class Key(NamedTuple):
    """A finding's rule and its part."""

    rule: str
    part: str | None = None


@dataclass
class Found:
    """What a rule says: at which doses it is broken or not known; else a word for the course."""

    wrong: dict[int | None, str] = field(default_factory=dict)  # by dose, the status
    unknown: set[int | None] = field(default_factory=set)
    passed: list[int | None] = field(default_factory=list)  # where a pass is told by dose
    otherwise: str = NOT_APPLICABLE

    def add(self, dose: int, status: str) -> None:
        """What is said of one dose, a pass too."""
        if status == UNKNOWN:
            self.unknown.add(dose)
        elif status == PASS:
            self.passed.append(dose)
        else:
            self.wrong[dose] = status

    def said(self) -> dict[tuple[str, int | None], None]:
        """Every status with the dose that it is of; the course where nothing is wrong."""
        told = [(status, dose) for dose, status in self.wrong.items()] + [(UNKNOWN, dose) for dose in self.unknown]
        told += [(PASS, dose) for dose in self.passed]
        return dict.fromkeys(told or [(self.otherwise, None)])


def found(course: SecondCourse) -> Iterator[tuple[Key, Found | str]]:
    """Each rule of the arm with what it says, or with why this method cannot ask it."""
    for rule in course.arm.of_arm("rules"):
        key = Key(rule["id"], rule.get("part"))
        try:
            if (said := _asked(course, known("rule", rule, "a rule"))) is not None:
                yield key, said
        except Beyond as beyond:
            yield key, str(beyond)


def status(when: Truth, require: Truth, wrong: str) -> str:
    """The status of a rule: when it applies, and whether what it requires is so."""
    if when is False:
        return NOT_APPLICABLE
    if require is True:
        return PASS
    return wrong if when is True and require is False else UNKNOWN


def _asked(course: SecondCourse, rule: Table) -> Found | None:
    wrong = rule.get("severity", VIOLATION)
    said = Found()
    agent = rule.get("agent")
    names = {
        leaf["observable"]
        for part in ("when", "require")
        if part in rule
        for leaf in observables.leaves(course, rule[part])
    }
    if names & observables.OF_DOSE and "retention" in course.stated.inputs:
        raise Beyond("--retention: an amount that follows from readings has an interval")
    doses = _doses(course, rule, names)
    told: list[str] = []
    for dose in doses:
        when = observables.truth(course, rule["when"], dose, agent) if "when" in rule else True
        told.append(status(when, observables.truth(course, rule["require"], dose, agent), wrong))
        number = None if dose is None else dose.number
        if told[-1] == UNKNOWN:
            said.unknown.add(number)
        elif told[-1] == wrong and not (said.wrong and _grows(names)):
            said.wrong[number] = wrong
    said.otherwise = PASS if PASS in told else NOT_APPLICABLE
    return said if doses else None


def _grows(names: set[str]) -> bool:
    return all(name.startswith(GROWING) for name in names)


def _doses(course: SecondCourse, rule: Table, names: set[str]) -> list[SecondDose | None]:
    """The doses at which a rule is asked; None is the course."""
    at = rule.get("at") or ("each-dose" if observables.asks_doses(names) else "course")
    if at == "course":
        return [None]
    doses = [dose for dose in course.doses if _concerns(course, rule, names, dose)]
    if at == "first-dose":
        doses = doses[:1]
    if at == "later-doses":
        doses = doses[1:]
    if at == "each-cycle":
        doses = [dose for dose in doses if dose.slot.first]
    return list(doses)


def _concerns(course: SecondCourse, rule: Table, names: set[str], dose: SecondDose) -> bool:
    """A rule on activities looks at agents with a radionuclide, one on masses at drugs; and at its own agent alone."""
    if rule.get("agent", dose.agent) != dose.agent:
        return False
    computed = {name for name in names if observables.asks_doses({name})}
    kinds = {"mass" not in name for name in computed if not name.startswith(("cycle_", "dose_number", "dose_interval"))}
    return not kinds or course.arm.radioactive(dose.agent) in kinds
