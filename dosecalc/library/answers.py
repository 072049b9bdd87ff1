"""The answers that make a new protocol file: each read through the unit door, or refused with a sentence."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date as Date
from operator import itemgetter

from dosecalc.course.levels import ACTIVITIES, MASSES
from dosecalc.course.observables import OBSERVABLES
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.protocol import PURPOSES, ROUTES, STATUSES
from dosecalc.library.checks import LONGEST
from dosecalc.library.draft import LevelClass
from dosecalc.quantities import units
from dosecalc.reference import radionuclides, routes, tables

_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


def title(text: str) -> str:
    """A title, in words."""
    if not text.strip():
        raise InputError("nothing was given; the title says what is given to whom")
    return text.strip()


def identifier(text: str) -> str:
    """An id that no protocol has yet."""
    if not _ID.fullmatch(text):
        raise InputError(f"read {text!r}, expected small letters, digits and hyphens, for example our-study")
    taken = [path for path in folders.protocol_files() if os.path.basename(path) == f"{text}.toml"]
    if taken or any(arm == text or arm.startswith(f"{text}-") for arm in folders.arm_ids()):
        raise InputError(f"there is a protocol {text!r} already")
    return text


def proposed(words: str) -> str:
    """An id made from a title."""
    return "-".join(re.findall(r"[a-z0-9]+", words.lower())[:3]) or "our-study"


def status(text: str) -> str:
    """One of the statuses."""
    if text not in STATUSES:
        raise InputError(f"read {text!r}, expected one of {', '.join(STATUSES)}")
    return text


def purpose(text: str) -> str:
    """What the regimen is for."""
    if text not in PURPOSES:
        raise InputError(f"read {text!r}, expected one of {', '.join(PURPOSES)}")
    return text


def route(text: str) -> str:
    """The way into the body, under any of its names."""
    found = routes.read(text)
    if found not in ROUTES:
        raise InputError(f"read {text!r}, expected one of {', '.join(ROUTES)}")
    return found


def nuclide(text: str) -> str | None:
    """A radionuclide of the table, or None for a drug."""
    return radionuclides.find(text, tables.radionuclides()).name if text.strip() else None


def classes(text: str, *, active: bool) -> tuple[LevelClass, ...]:
    """A level, a range, or levels by weight written "from 10 kg 50 MBq; from 20 kg 74 MBq"."""
    if not text.strip().lower().startswith("from "):
        return (LevelClass(level(text, active=active)),)
    found = [_class(part, active=active) for part in text.split(";") if part.strip()]
    return in_order(found)


def in_order(found: Sequence[LevelClass]) -> tuple[LevelClass, ...]:
    """Classes from the lowest on. InputError where one is there twice, or they go by several sizes."""
    starts = [units.read(str(each.start)) for each in found]
    if len({measure.dimension for measure in starts}) > 1:
        raise InputError("the classes go by several sizes; write those of one")
    if len({measure.value for measure in starts}) < len(found):
        raise InputError("two classes begin at the same value")
    return tuple(each for _, each in sorted(zip([m.value for m in starts], found, strict=True), key=itemgetter(0)))


_CLASS = re.compile(r"\s*from\s+([0-9.]+\s*[a-z]*)\s+([0-9].*)", re.IGNORECASE)


def _class(part: str, *, active: bool) -> LevelClass:
    match = _CLASS.fullmatch(part)
    if match is None:
        expected = "expected from which weight on and the level, such as 'from 10 kg 50 MBq'"
        raise InputError(f"read {part.strip()!r}, {expected}")
    return LevelClass(level(match[2], active=active), _spelled(match[1], ("weight",)))


def level(text: str, *, active: bool) -> tuple[str, ...]:
    """A level, or a range written "8 to 18 mCi/kg"."""
    wanted = ACTIVITIES if active else MASSES
    low, to, high = text.partition(" to ")
    if not to:
        return (_spelled(text, wanted),)
    if re.fullmatch(r"[0-9.]+", low.strip()):
        low = f"{low.strip()} {high.strip().partition(' ')[2]}"
    ends = _spelled(low, wanted), _spelled(high, wanted)
    lower, higher = (units.read(end, wanted) for end in ends)
    if lower.dimension != higher.dimension or lower.value >= higher.value:
        raise InputError(f"read {text!r}, expected a lower and a higher quantity of one kind")
    return ends


def amount(text: str, *, active: bool) -> str | None:
    """A cap, or None."""
    return _spelled(text, ACTIVITIES if active else MASSES) if text.strip() else None


def tolerance(text: str, *, active: bool) -> str | None:
    """How far what is given may lie off, a percentage or an amount, or None."""
    wanted = ("percent", (ACTIVITIES if active else MASSES)[0])
    return _spelled(text, wanted) if text.strip() else None


def toxicity(text: str) -> tuple[str, int] | None:
    """A toxicity with the grade from which something follows, "platelets grade 2", or None."""
    if not text.strip():
        return None
    match = re.fullmatch(r"(.*\S)\s+grade\s*([1-5])", text.strip(), re.IGNORECASE)
    if match is None:
        raise InputError(f"read {text!r}, expected a toxicity with its grade, such as 'platelets grade 2'")
    return match[1], int(match[2])


def until(text: str, grade: int) -> int | None:
    """Until which grade a dose is held, or None where the source does not say."""
    if not text.strip():
        return None
    found = re.fullmatch(r"(?:grade\s*)?([0-4])", text.strip(), re.IGNORECASE)
    if found is None or int(found[1]) >= grade:
        raise InputError(f"read {text!r}, expected a grade below {grade}")
    return int(found[1])


def day(text: str) -> str | None:
    """A date, or None."""
    if not text.strip():
        return None
    try:
        return Date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        raise InputError(f"read {text!r}, expected a date such as 2027-01-31") from None


def days(text: str) -> tuple[int, ...]:
    """The days of a cycle, "1, 15"."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and len(part) <= 4 for part in parts):
        raise InputError(f"read {text!r}, expected the days of the doses in a cycle, for example 1 or 1, 15")
    listed = tuple(int(part) for part in parts)
    if listed[0] != 1 or listed[-1] > LONGEST or list(listed) != sorted(set(listed)):
        raise InputError(f"read {text!r}, expected days in order from 1, the day of the first dose")
    return listed


def count(text: str) -> int:
    """How many cycles."""
    if not text.strip().isdecimal() or not 1 <= int(text) <= 99:
        raise InputError(f"read {text!r}, expected a whole number from 1 to 99")
    return int(text)


def length(text: str, last: int) -> str | None:
    """How long a cycle lasts, or None where the source does not say it."""
    if not text.strip():
        return None
    value = units.read(text, "time").value
    if value.denominator != 1 or not last <= value <= LONGEST:
        raise InputError(f"read {text!r}, expected whole days, at least {last}, for example '28 day'")
    return _spelled(text, ("time",))


def limit(text: str, observable: str) -> str | None:
    """The limit of a rule, or None where there is no such rule."""
    row = OBSERVABLES[observable]
    if not text.strip():
        return None
    measure = units.read(text, row.dimension, bare=row.unit if row.bare else None)
    return f"{text.strip()} {row.unit}" if measure.text.strip().replace(".", "").isdecimal() else text.strip()


def truth(text: str) -> bool:
    """Yes or no."""
    if text.strip().lower() not in ("y", "yes", "n", "no"):
        raise InputError(f"read {text!r}, expected yes or no")
    return text.strip().lower().startswith("y")


def _spelled(text: str, wanted: tuple[str, ...]) -> str:
    """A quantity, as it was written."""
    if not units.read(text, wanted).value:
        raise InputError(f"read {text!r}, expected more than zero")
    return text.strip()
