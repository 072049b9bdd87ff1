"""What followed a cycle, as somebody states it: ``2=platelets grade 3, recovered to grade 1``.

A grade is typed, or computed from a laboratory value; it is kept as the lowest and the highest that it may be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course import observables
from dosecalc.course.observables import OBSERVABLES
from dosecalc.errors import InputError
from dosecalc.quantities import units
from dosecalc.quantities.statement import Stated
from dosecalc.reference import grades

EXAMPLE = '--toxicity "2=platelets grade 3, recovered to grade 1"'
BASELINE = "baseline"
_CYCLE = re.compile(r"\s*([0-9]{1,4})\s*=(.*)", re.DOTALL)
_PARTS = re.compile(r"(?P<what>.+?)(?:[,;]\s*(?P<after>(?:not )?recovered\b.*))?", re.DOTALL)
_TYPED = re.compile(r"(?P<name>.*?)\s*\bgrade\s*(?P<grade>\S*)", re.IGNORECASE | re.DOTALL)
_VALUE = re.compile(r"(?P<name>[^0-9]*?[A-Za-z])\s+(?P<value>[0-9.].*)", re.DOTALL)
_LIMIT = re.compile(r"(?P<value>.+?) ?\((?:LLN|lower limit of normal) ?[=:]? ?(?P<limit>[^()]+)\)", re.IGNORECASE)


class GradeSpan(NamedTuple):
    """A grade between two bounds, and what it was read from; ``cite`` where it was computed."""

    low: int
    high: int
    text: str
    cite: str | None = None

    @property
    def words(self) -> str:
        """The grade, and the value that it was computed from."""
        span = str(self.low) if self.low == self.high else f"{self.low} or {self.high}"
        return f"grade {span}" if self.cite is None else f"grade {span} ({self.text}, {grades.VERSION})"


class ToxicityAfter(NamedTuple):
    """A toxicity after a cycle. ``grade`` is None where the statement is that there was none.

    ``after`` is what it has receded to: a grade, "baseline", or None where nothing was said; ``lasts`` where it was
    said not to have.
    """

    cycle: int
    name: str
    grade: GradeSpan | None
    after: GradeSpan | str | None
    lasts: bool
    stated: Stated


def read(texts: Sequence[str]) -> tuple[ToxicityAfter, ...]:
    """Read the statements. InputError says what was read, what was expected and how to write it."""
    found: list[ToxicityAfter] = []
    for text in texts:
        new = _one(text)
        for other in found:
            if other.cycle != new.cycle or other == new:
                continue
            if other.grade is None or new.grade is None:
                raise InputError(f"cycle {new.cycle} had both none and {other.name or new.name}; state one of them")
            if other.name == new.name:
                said = f"{other.stated.text!r} and {new.stated.text!r}"
                raise InputError(f"{new.name} after cycle {new.cycle} is stated twice, as {said}")
        if new not in found:
            found.append(new)
    return tuple(found)


def _one(text: str) -> ToxicityAfter:
    match = _CYCLE.fullmatch(text)
    if match is None or int(match[1]) < 1:
        raise InputError(f"read {text!r}, which does not say after which cycle; write for example {EXAMPLE}")
    cycle, rest = int(match[1]), match[2].strip()
    stated = Stated(Fraction(cycle), rest, dose=cycle, written=text)
    if rest.lower() == "none":
        return ToxicityAfter(cycle, "", None, None, lasts=False, stated=stated)
    parts = _PARTS.fullmatch(rest)
    if parts is None:
        raise InputError(f"read {text!r}, expected a toxicity with its grade, or none; write for example {EXAMPLE}")
    name, grade = _graded(parts["what"].strip(), text)
    after, lasts = _after(parts["after"], name, text)
    return ToxicityAfter(cycle, folded(name), grade, after, lasts, stated)


def folded(name: str) -> str:
    """A name in small letters, with blanks, as names are compared.

    >>> folded("Dry-Mouth")
    'dry mouth'
    """
    return " ".join(re.split(r"[\s_-]+", name.strip().casefold()))


def _graded(what: str, text: str) -> tuple[str, GradeSpan]:
    """The name and the grade of ``platelets grade 3`` or ``platelets 40 10^9/L``."""
    typed = _TYPED.fullmatch(what)
    if typed is not None:
        if not typed["name"]:
            raise InputError(f"read {text!r}, which names no toxicity; write for example {EXAMPLE}")
        return typed["name"].strip(), _typed(typed["grade"], text, least=1)
    value = _VALUE.fullmatch(what)
    if value is None:
        raise InputError(f"read {text!r}, expected a grade or a value after the name; write for example {EXAMPLE}")
    return value["name"].strip(), _computed(value["name"], value["value"], text)


def _typed(written: str, text: str, *, least: int) -> GradeSpan:
    if not re.fullmatch(r"[0-9]", written) or not least <= int(written) <= 5:
        raise InputError(f"read {text!r}, expected a grade from {least} to 5; write for example {EXAMPLE}")
    return GradeSpan(int(written), int(written), f"grade {written}")


def _computed(name: str, written: str, text: str) -> GradeSpan:
    """The grade of a laboratory value, with the lower limit of that laboratory where it was stated."""
    try:
        row = observables.stated_as(folded(name).replace(" ", "_"), OBSERVABLES)
    except InputError:
        raise InputError(
            f"read {text!r}: no grades are known for a value of {name.strip()!r}; state the grade"
        ) from None
    limited = _LIMIT.fullmatch(written.strip())
    value = observables.read(row, written if limited is None else limited["value"])
    normal = None if limited is None else units.read(limited["limit"], row.dimension).value
    graded = grades.grade_of(row.name, value.number, normal)
    if graded is None:
        raise InputError(f"read {text!r}: no grades are known for a value of {row.name}; state the grade")
    return GradeSpan(graded.low, graded.high, written.strip(), graded.cite)


def _after(said: str | None, name: str, text: str) -> tuple[GradeSpan | str | None, bool]:
    """What a toxicity has receded to, and whether it was said not to have."""
    if said is None:
        return None, False
    if folded(said) == "not recovered":
        return None, True
    to = re.fullmatch(r"recovered to\s+(?P<what>.+)", said.strip(), re.IGNORECASE | re.DOTALL)
    if to is None:
        expected = "'recovered to grade 1', 'recovered to baseline', 'recovered to 90 10^9/L' or 'not recovered'"
        raise InputError(f"read {text!r}, expected {expected}")
    if to["what"].strip().lower() == BASELINE:
        return BASELINE, False
    typed = _TYPED.fullmatch(to["what"].strip())
    if typed is not None and not typed["name"]:
        return _typed(typed["grade"], text, least=0), False
    return _computed(name, to["what"], text), False
