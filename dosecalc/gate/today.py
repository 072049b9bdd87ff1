"""The patient today: pregnancy, breast-feeding, the age of laboratory values, and a bare yes in place of evidence."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from datetime import date as Date
from fractions import Fraction
from functools import lru_cache

from dosecalc.course.observables import OBSERVABLES, stated_as
from dosecalc.course.observables import read as read_observable
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.gate.parts import Said, hold
from dosecalc.gate.result import Hold
from dosecalc.gate.stated import StatedCase
from dosecalc.quantities import times
from dosecalc.quantities.options import within
from dosecalc.quantities.units import Measure
from dosecalc.reference.beliefs import belief, facts_of
from dosecalc.reference.grades import grade_3

EXCLUDED = ("hysterectomy", "menopause", "premenarchal")
RESULTS = ("negative", "positive", "pending")
TABLES = ("patient.labs", "patient.washouts", "facts")
"""Where a case states observables."""
BARE = frozenset({"true", "yes", "y", "ok", "done", "x", "confirmed"})
DENIED = frozenset({"false", "no", "n", "not done"})
_CITE = ("pregnancy-2010#excluded",)
_STOPPED = re.compile(r"stopped (\d{4}-\d{2}-\d{2})")


def evidence(stated: StatedCase, keys: tuple[str, ...]) -> Said:
    """What says how it was done; a bare yes says nothing, and a no holds."""
    steps = [f"steps.{name}" for name in stated.case.steps]
    for key in dict.fromkeys((*keys, *steps)):
        said = (stated.text(key) or "").strip().casefold()
        if said in BARE:
            text = f"a bare {said!r} is no evidence: say how, or when"
            yield hold(key, "bare", text, key)
        elif said in DENIED:
            yield hold(key, "rule", f"the case says {said!r}", key)


# -- pregnancy ------------------------------------------------------------------------------------------------------


def pregnancy(stated: StatedCase) -> Said:
    """The result of a test and its time, or what excludes a pregnancy; pending holds."""
    result, excluded = stated.text("patient.pregnancy.result"), stated.text("patient.pregnancy.excluded")
    if excluded is not None and excluded not in EXCLUDED:
        expected = ", ".join(EXCLUDED)
        raise InputError(f"read {excluded!r}, expected one of {expected}", where="patient.pregnancy.excluded")
    if result is not None and result not in RESULTS:
        raise InputError(f"read {result!r}, expected one of {', '.join(RESULTS)}", where="patient.pregnancy.result")
    if result in ("positive", "pending"):
        text = (
            "the result of the pregnancy test is pending" if result == "pending" else "the pregnancy test is positive"
        )
        yield hold("patient.pregnancy.result", "rule", text, "patient.pregnancy.result", cite=_CITE)
    elif result == "negative" and excluded is None:
        yield from _test(stated)
    fed = stated.text("patient.breast_feeding")
    if fed is not None and is_fed(stated):
        yield hold(
            "patient.breast_feeding", "rule", "she breast-feeds", "patient.breast_feeding", cite=("euratom-62#asked",)
        )


def _test(stated: StatedCase) -> Said:
    for key, what in (("test", "which test it was"), ("at", "when it was taken")):
        if stated.text(f"patient.pregnancy.{key}") is None:
            yield hold(
                f"patient.pregnancy.{key}",
                "unknown",
                f"of a negative test state {what}",
                f"patient.pregnancy.{key}",
                cite=_CITE,
            )
    taken, at, hours = stated.moment("patient.pregnancy.at"), stated.at, _hours()
    if taken is not None and at is not None:
        passed = times.between(taken, at)
        if passed < 0 or passed > hours.value:
            text = f"the test is of {times.shown(taken)}; it counts for {hours.text} before the dose"
            yield hold("patient.pregnancy.at", "rule", text, "patient.pregnancy.at", cite=_CITE)


@lru_cache(maxsize=1)
def _hours() -> Measure:
    """How long a negative test counts, as the source has it."""
    values = facts_of(os.path.join(folders.shipped("seeds"), "pregnancy-2010.toml"))["excluded"][1]
    return next(each for each in values if isinstance(each, Measure) and each.unit.symbol == "h")


def is_fed(stated: StatedCase) -> bool | None:
    """Whether she breast-feeds; None where nothing was said. InputError for words that say neither."""
    said = stated.text("patient.breast_feeding")
    if said is None:
        return None
    word = said.strip().casefold()
    if word in DENIED or word == "never" or _STOPPED.fullmatch(word):
        return False
    if word in BARE:
        return True
    raise InputError(f"read {said!r}, expected 'no', 'yes' or 'stopped 2026-01-15'", where="patient.breast_feeding")


def is_pregnant(stated: StatedCase) -> bool | None:
    """What a plan is told: false by a negative test or an exclusion, true by a positive one, else nothing."""
    if stated.text("patient.pregnancy.excluded") is not None:
        return False
    return {"negative": False, "positive": True}.get(stated.text("patient.pregnancy.result") or "")


# -- laboratory values ----------------------------------------------------------------------------------------------


def values_of(stated: StatedCase) -> dict[str, tuple[str, Date | None]]:
    """The observables by name, each with its value and its day. InputError for what is no day, or stands twice."""
    found: dict[str, tuple[str, Date | None]] = {}
    for table in TABLES:
        for stated_name, written in (stated.value(table) or {}).items():
            name = _meant(stated_name)
            if name in found:
                raise InputError(f"{name} stands in two tables of the case", where=f"{table}.{name}")
            value, at, day = _plain(written).partition("@")
            found[name] = value.strip(), within(f"{table}.{name}", _day, day) if at else None
    return found


def key_of(name: str) -> str:
    """The key at which a case states an observable."""
    bare = name.partition("[")[0]
    row = OBSERVABLES.get(bare)
    if bare.startswith("washout"):
        return f"patient.washouts.{name}"
    return f"patient.labs.{name}" if row is not None and row.momentary and row.kind == "quantity" else f"facts.{name}"


def _meant(name: str) -> str:
    """The name of an observable for the one that a laboratory has; others, as those of a file, stay as they are."""
    bare, bracket, index = name.partition("[")
    try:
        return f"{stated_as(bare).name}{bracket}{index}"
    except InputError:
        return name


def _plain(written: object) -> str:
    return str(written).lower() if isinstance(written, bool) else str(written)


def _day(text: str) -> Date:
    try:
        return Date.fromisoformat(text.strip()[:10])
    except ValueError:
        raise InputError(f"read {text.strip()!r}, expected a day such as 2026-03-01") from None


def laboratory(stated: StatedCase) -> Iterator[Hold]:
    """Values that change from day to day have a day, and it is not long ago."""
    limit, at = belief("lab-age"), stated.at
    for name, (value, day) in values_of(stated).items():
        row, key = OBSERVABLES.get(name.partition("[")[0]), key_of(name)
        if row is None or not row.momentary or row.kind != "quantity" or row.ago:
            continue
        yield from _grade(stated, name, value)
        if day is None:
            yield hold(key, "unknown", f'of which day {row.title} is: write "... @ 2026-03-01"', key)
        elif at is not None:
            days = Fraction((at.date() - day).days)
            if days < 0 or days > limit.value:
                text = f"{row.title} is of {day}, {'after' if days < 0 else 'before'} the dose by {abs(int(days))} days"
                why = "it is not known yet" if days < 0 else f"more than {limit.text} is our limit"
                yield hold(key, "rule", f"{text}; {why}", key, cite=(limit.cite,))


def _grade(stated: StatedCase, name: str, text: str) -> Iterator[Hold]:
    """A value of grade 3 or worse, where no protocol is there to read it."""
    grade = grade_3(name.partition("[")[0])
    if stated.case.protocol is not None or grade is None:
        return
    value = within(key_of(name), read_observable, OBSERVABLES[name.partition("[")[0]], text).value
    if isinstance(value, Fraction) and grade.reached(value):
        said = f"{OBSERVABLES[name.partition('[')[0]].title} {text} is grade 3 or worse (CTCAE 5.0)"
        yield hold(key_of(name), "rule", said, "protocol", cite=(grade.cite,))
