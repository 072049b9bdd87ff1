"""A new protocol file from a few answers: each answer read through the unit door, the file commented for its author."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from typing import NamedTuple

from dosecalc.course.levels import ACTIVITIES, MASSES
from dosecalc.course.observables import OBSERVABLES
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.faults import BadFileError
from dosecalc.library import reader
from dosecalc.library.checks import LONGEST
from dosecalc.quantities import units
from dosecalc.reference import radionuclides, tables

STATUSES = ("investigational", "expanded-access", "labelled", "guideline", "published-series", "withdrawn")
RULES = (
    ("age", "at_least", "age", "Age at least"),
    ("age_completed", "at_most", "age", "Age at most, in completed years"),
    ("platelets", "at_least", "platelets", "Platelets at least"),
    ("anc", "at_least", "anc", "Neutrophils at least"),
)
"""Rules that a draft asks for: the observable, the comparison, the id, and the words."""
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")


class Draft(NamedTuple):
    """What a new file says. ``level`` has one quantity, or the two ends of a range; ``rules`` the limits by RULES."""

    id: str
    title: str
    status: str
    agent: str
    nuclide: str | None
    level: tuple[str, ...]
    days: tuple[int, ...]
    cycles: int
    length: str | None
    cap: str | None
    rules: dict[tuple[str, str], str]
    source: str
    where: str
    read: bool


# -- answers, each read or refused with a sentence ------------------------------------------------------------------


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


def nuclide(text: str) -> str | None:
    """A radionuclide of the table, or None for a drug."""
    return radionuclides.find(text, tables.radionuclides()).name if text.strip() else None


def level(text: str, *, active: bool) -> tuple[str, ...]:
    """A level, or a range written "8 to 18 mCi/kg"."""
    wanted = ACTIVITIES if active else MASSES
    low, to, high = text.partition(" to ")
    if not to:
        return (_spelled(text, wanted),)
    if re.fullmatch(r"[0-9.]+", low.strip()):
        low = f"{low.strip()} {high.strip().partition(' ')[2]}"
    ends = _spelled(low, wanted), _spelled(high, wanted)
    one, other = (units.read(end, wanted) for end in ends)
    if one.dimension != other.dimension or one.value >= other.value:
        raise InputError(f"read {text!r}, expected a lower and a higher quantity of one kind")
    return ends


def amount(text: str, *, active: bool) -> str | None:
    """A cap, or None."""
    return _spelled(text, ACTIVITIES if active else MASSES) if text.strip() else None


def days(text: str) -> tuple[int, ...]:
    """The days of a cycle, "1, 15"."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and len(part) <= 4 for part in parts):
        raise InputError(f"read {text!r}, expected the days of the doses in a cycle, for example 1 or 1, 15")
    found = tuple(int(part) for part in parts)
    if found[0] != 1 or found[-1] > LONGEST or list(found) != sorted(set(found)):
        raise InputError(f"read {text!r}, expected days in order from 1, the day of the first dose")
    return found


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


# -- the file -----------------------------------------------------------------------------------------------------


def save(draft: Draft, path: str) -> None:
    """Write the file, if it is sound; nothing half-written stays behind. InputError where it cannot be written."""
    if os.path.exists(path):
        raise InputError(f"{path} exists already; nothing was written")
    folder = os.path.dirname(os.path.abspath(path))
    try:
        with tempfile.TemporaryDirectory(dir=folder) as scratch:
            tried = os.path.join(scratch, f"{draft.id}.toml")
            with open(tried, "w", encoding="utf-8") as file:
                file.write(text_of(draft))
            _, problems = reader.examine(tried)
            if problems:
                raise BadFileError(problems)
        with open(path, "x", encoding="utf-8") as file:
            file.write(text_of(draft))
    except FileExistsError:
        raise InputError(f"{path} exists already; nothing was written") from None
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None


def text_of(draft: Draft) -> str:
    """The file, with comments that say what each part is and what may be added."""
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    name, q, agent = draft.id, _quoted, _key(draft.agent)
    yield f"# {draft.title}"
    yield "# Every number below cites a fact at the end of the file, and has to equal a value there."
    yield f"# Check it with: dosecalc protocol lint {name}.toml"
    yield f"schema = 1\nid = {q(name)}\ntitle = {q(draft.title)}\nstatus = {q(draft.status)}"
    yield '# registry = ["NCT00000000"]\n'
    yield "# ---- what is given: with a radionuclide its amount is an activity, without one a mass\n"
    yield f"[agents.{agent}]\nname = {q(draft.agent)}"
    yield f"radionuclide = {q(draft.nuclide)}\n" if draft.nuclide else ""
    yield "# ---- the regimen; add a second [[arms]] for another one\n"
    yield f'[[arms]]\nid = {q(f"{name}-a")}\ntitle = {q(_regimen(draft))}\ncite = "regimen"'
    yield "  [[arms.cycles]]"
    if draft.cycles > 1:
        yield f"  repeat = {draft.cycles}"
    if draft.length:
        yield f"  length = {q(draft.length)}"
    else:
        yield '  # length = "28 day"   # left out: the source does not state it, and plan --cycle-length may'
    yield "  # optional = true       # in a second [[arms.cycles]], for cycles that may follow"
    yield "  doses = ["
    written = (
        q(draft.level[0]) if len(draft.level) == 1 else f"{{ min = {q(draft.level[0])}, max = {q(draft.level[1])} }}"
    )
    cap = f", cap = {q(draft.cap)}" if draft.cap else ""
    for day in draft.days:
        yield f"    {{ agent = {q(agent)}, day = {day}, level = {written}{cap} }},"
    yield "  ]\n"
    yield "# ---- what must hold; 'at' says when, and severity = \"warning\" only warns\n"
    yield from _rule_lines(draft)
    yield "# ---- where the source contradicts itself or another, say which reading is taken and why\n"
    yield '# [[conflicts]]\n# id = "one-or-two"\n# between = ["regimen", "another-fact"]'
    yield '# reading = "what this file takes"\n# because = "what the contradiction is"\n'
    yield "# ---- the facts, each with the place where it stands\n"
    yield f'[[facts]]\nid = "regimen"\nstatement = {q(_regimen(draft))}'
    yield f"values = [{', '.join(_values(draft))}]"
    yield from _grade(draft)
    for (observable, key), text in draft.rules.items():
        words = next(row[3] for row in RULES if (row[0], row[1]) == (observable, key))
        yield f"\n[[facts]]\nid = {q(_fact_id(observable, key))}\nstatement = {q(words)}\nvalues = [{q(text)}]"
        yield from _grade(draft)


def _key(agent: str) -> str:
    """A short name for an agent: the longest word of its own."""
    return max(re.findall(r"[a-z][a-z0-9]+", agent.lower()), key=len, default="agent")


def _rule_lines(draft: Draft) -> Iterator[str]:
    for (observable, key), text in draft.rules.items():
        id_, words = next((row[2], row[3]) for row in RULES if (row[0], row[1]) == (observable, key))
        part = f"\npart = {_quoted('minimum' if key == 'at_least' else 'maximum')}" if id_ == "age" else ""
        at = 'at = "each-dose"\n' if OBSERVABLES[observable].momentary else ""
        said = f"{words} {text.replace(' 10^9', ' x 10^9')}"
        yield f"[[rules]]\nid = {_quoted(id_)}{part}\ntitle = {_quoted(said)}"
        yield f"{at}require = {{ observable = {_quoted(observable)}, {key} = {_quoted(text)} }}"
        yield f"cite = {_quoted(_fact_id(observable, key))}\n"
    if not draft.rules:
        yield '# [[rules]]\n# id = "platelets"\n# title = "Platelets at least 100 x 10^9/L"\n# at = "each-dose"'
        yield '# require = { observable = "platelets", at_least = "100 10^9/L" }\n# cite = "platelets"\n'


def _fact_id(observable: str, key: str) -> str:
    return f"{observable.replace('_', '-')}-{'least' if key == 'at_least' else 'most'}"


def _grade(draft: Draft) -> Iterator[str]:
    where = f"{draft.source}, {draft.where}" if draft.where else draft.source
    yield f"where = {_quoted(where)}"
    if draft.read:
        yield 'grade = "P"   # read first-hand'
    else:
        yield 'grade = "M"   # recalled; when somebody has read it, write "P" and remove the next line'
        yield "confirmed = false"


def _values(draft: Draft) -> Iterator[str]:
    yield from map(_quoted, dict.fromkeys((*draft.level, *((draft.cap,) if draft.cap else ()))))
    yield from map(str, dict.fromkeys((*draft.days, *((draft.cycles,) if draft.cycles > 1 else ()))))
    if draft.length:
        yield _quoted(draft.length)


def _regimen(draft: Draft) -> str:
    """The regimen in words, as the title of the arm."""
    words = " to ".join(draft.level)
    if draft.cap:
        words += f", at most {draft.cap},"
    if len(draft.days) > 1:
        words += f" on days {', '.join(map(str, draft.days[:-1]))} and {draft.days[-1]}"
    if draft.cycles > 1:
        words += f", {draft.cycles} cycles" + (f" of {draft.length}" if draft.length else "")
    return words.rstrip(",")


def _quoted(text: str) -> str:
    """Text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False)
