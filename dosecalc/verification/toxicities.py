"""What follows a toxicity, a second time (docs/protocols.md): the ladders of a file, and what a course makes of them.

The limits of grades are typed here again, from CTCAE 5.0 as the sheet ``ctcae-5`` has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from dosecalc.verification.course import SecondCourse
from dosecalc.verification.quantities import Unreadable, read
from dosecalc.verification.reading import Table, known
from dosecalc.verification.rules import NOT_APPLICABLE, PASS, UNKNOWN, VIOLATION, Found, Key
from dosecalc.verification.statements import NAMES, value_of

FALLING = {  # worse the lower; grades 2, 3 and 4, in the unit
    "platelets": ("10^9/L", "75", "50", "25"),
    "anc": ("10^9/L", "1.5", "1", "0.5"),
    "wbc": ("10^9/L", "3", "2", "1"),
    "hemoglobin": ("g/dL", "10", "8"),
    "egfr": ("mL/min/1.73m^2", "60", "30", "15"),
    "crcl": ("mL/min", "60", "30", "15"),
}
RISING = {"bilirubin": ("1.5", "3", "10"), "alt": ("3", "5", "20"), "ast": ("3", "5", "20")}  # multiples of the limit
RULE = "toxicity"
WARNING = "warning"
Grades = tuple[int, int]


@dataclass
class SecondToxicity:
    """One toxicity after a cycle; ``grades`` is None for none, ``now`` what it receded to."""

    cycle: int
    name: str
    grades: Grades | None = None
    now: Grades | str | None = None


def found(course: SecondCourse) -> Iterator[tuple[Key, Found]]:
    """What each ladder says of what was stated, and which cycles nobody spoke of."""
    ladders = course.arm.of_arm("toxicities")
    for ladder in ladders:
        for row in known("toxicity", ladder, "a toxicity")["rows"]:
            known("toxicity_row", row, "a row of a toxicity")
    stated: list[SecondToxicity] = []
    for each in map(_read, course.stated.inputs.get("toxicity", [])):
        if each not in stated:
            stated.append(each)
    for each in stated:
        if each.grades is not None:
            yield from _said(course, ladders, each, stated)
    for cycle in {dose.slot.cycle for dose in course.doses} - {each.cycle for each in stated}:
        whole = all(dose.given is not None for dose in course.doses if dose.slot.cycle == cycle)
        if ladders and whole and (after := _after(course, cycle)):
            yield Key(RULE, f"cycle-{cycle}"), Found(unknown={after[0]})


def _after(course: SecondCourse, cycle: int) -> list[int]:
    return [dose.number for dose in course.doses if dose.slot.cycle > cycle]


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name.strip().lower()))


def _read(text: str) -> SecondToxicity:
    cycle, _, rest = text.partition("=")
    if rest.strip().lower() == "none":
        return SecondToxicity(int(cycle), "")
    what, _, receded = re.sub(r"[,;]\s*(?=(not )?recovered\b)", "\0", rest.strip(), count=1).partition("\0")
    match = re.fullmatch(r"(?s)(.+?)\s*\b[Gg][Rr][Aa][Dd][Ee]\s*(\d)", what.strip())
    if match:
        name, grades = match[1], (int(match[2]), int(match[2]))
    else:
        match = re.fullmatch(r"(?s)(\D*?[A-Za-z])\s+([\d.].*)", what.strip())
        if match is None:
            raise Unreadable(text)
        name, grades = match[1], _graded(match[1], match[2])
    now: Grades | str | None = None
    if receded:
        to = re.sub(r"(?i)^recovered to\s+", "", receded.strip())
        if _plain(receded) == "not recovered":
            now = "lasts"
        elif to.strip().lower() == "baseline":
            now = "baseline"
        elif typed := re.fullmatch(r"(?i)grade\s*(\d)", to.strip()):
            now = int(typed[1]), int(typed[1])
        else:
            now = _graded(name, to)
    return SecondToxicity(int(cycle), _plain(name), grades, now)


def _graded(name: str, text: str) -> Grades:
    """The grades that a value may have."""
    folded = _plain(name).replace(" ", "_")
    observable = NAMES.get(folded, folded)
    limit = re.fullmatch(r"(?i)(.+?) ?\((?:LLN|lower limit of normal) ?[=:]? ?([^()]+)\)", text.strip())
    worth = value_of(limit[1] if limit else text.strip())
    if not isinstance(worth, tuple) or worth[0] is None:
        raise Unreadable(text)
    value = worth[0]
    if observable in FALLING:
        unit, *numbers = FALLING[observable]
        worse = sum(value < read(f"{number} {unit}").worth for number in numbers)
        if not worse:
            return (0, 1) if limit is None else (int(value < read(limit[2]).worth),) * 2
        return (worse + 1, 4) if worse == len(numbers) else (worse + 1, worse + 1)
    multiples = RISING[observable]
    worse = sum(value > Fraction(number) for number in multiples)
    return (worse + 1, worse + 1) if worse else (int(value > 1),) * 2


def _ladder(ladders: list[Table], name: str) -> Table | None:
    names = {name, _plain(NAMES.get(name.replace(" ", "_"), name))}
    for ladder in ladders:
        if names & {_plain(each) for each in (ladder["title"], *ladder.get("also", []))}:
            return ladder
    return None


def _time(ladder: Table, each: SecondToxicity, grade: int, stated: list[SecondToxicity]) -> int:
    """1, and one more for each earlier cycle with a grade of the line that is reached now."""
    from_ = max((row["grade"] for row in ladder["rows"] if row["grade"] <= grade), default=None)
    if from_ is None:
        return 1
    earlier = {
        other.cycle
        for other in stated
        if other.cycle < each.cycle and other.grades and other.grades[0] >= from_ and _ladder([ladder], other.name)
    }
    return 1 + len(earlier)


def _row(ladder: Table, grade: int, time: int) -> Table | None:
    rows = [row for row in ladder["rows"] if row["grade"] <= grade and row.get("time", 1) <= time]
    return max(rows, key=lambda row: (row["grade"], row.get("time", 1))) if rows else None


def _said(
    course: SecondCourse, ladders: list[Table], each: SecondToxicity, stated: list[SecondToxicity]
) -> Iterator[tuple[Key, Found]]:
    assert each.grades is not None
    part, doses = f"cycle-{each.cycle}, {each.name}", _after(course, each.cycle)
    dose = doses[0] if doses else None
    ladder = _ladder(ladders, each.name)
    if ladder is None:
        yield Key(RULE, part), Found(wrong={dose: WARNING})
        return
    low, high = (_row(ladder, grade, _time(ladder, each, grade, stated)) for grade in each.grades)
    if low is not high:
        yield Key(RULE, part), Found(unknown={dose})
    elif low is None or dose is None:
        yield Key(RULE, part), Found(wrong={dose: NOT_APPLICABLE})
    else:
        if low.get("stop"):
            yield Key(RULE, f"{part}, stop"), Found(wrong=dict.fromkeys(doses, VIOLATION))
        if low.get("hold"):
            now = _now(course, ladder, each, dose)
            yield Key(RULE, f"{part}, hold"), _one(dose, _held(low, now))
        if "reduce_to" in low:
            done = course.step(dose) >= low["reduce_to"]
            yield Key(RULE, f"{part}, reduce"), _one(dose, PASS if done else VIOLATION)


def _one(dose: int, status: str) -> Found:
    said = Found()
    said.add(dose, status)
    return said


def _now(course: SecondCourse, ladder: Table, each: SecondToxicity, dose: int) -> Grades | str | None:
    if each.now is None and "observable" in ladder:
        seen = course.stated.observed
        value = seen.get((ladder["observable"], dose))
        if value is None and dose == course.stated.next:
            value = seen.get((ladder["observable"], None))
        if isinstance(value, tuple) and value[0] is not None:
            return int(value[0]), int(value[0])
    return each.now


def _held(row: Table, now: Grades | str | None) -> str:
    if now == "lasts":
        return VIOLATION
    if now == "baseline":
        return PASS if row.get("or_baseline") else UNKNOWN
    if not isinstance(now, tuple) or "until" not in row:
        return UNKNOWN
    return PASS if now[1] <= row["until"] else VIOLATION if now[0] > row["until"] else UNKNOWN
