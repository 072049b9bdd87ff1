"""What can be wrong inside a fact sheet: values that do not read, pairs that disagree, grades without their mark."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from fractions import Fraction

from pydantic import ValidationError

from dosecalc import folders, units
from dosecalc.errors import InputError
from dosecalc.factsheet import FactSheet
from dosecalc.library import Problem, line_in, located, model_problems, plain_message, read_sheet
from dosecalc.sources import Fact


def examine_sheet(path: str, text: str) -> tuple[FactSheet | None, list[Problem]]:
    """A fact sheet and what is wrong in it."""
    name = folders.shown(path)
    try:
        sheet = FactSheet.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        return None, [Problem(name, "", line_in(str(error)), f"not TOML: {plain_message(str(error))}")]
    except ValidationError as error:
        return None, model_problems(name, text, error)
    return sheet, []


def check_sheet(sheet: FactSheet, path: str, text: str) -> list[Problem]:
    """Every problem of a sheet, with key and line."""
    found = [*_own(sheet, path), *_references(sheet, path)]
    return located(folders.shown(path), text, found)


def _own(sheet: FactSheet, path: str) -> Iterator[tuple[str, str]]:
    if os.path.basename(path) != f"{sheet.id}.toml":
        yield "id", f"the sheet {sheet.id!r} has to lie in a file {sheet.id}.toml to be found"
    seen: set[str] = set()
    for i, fact in enumerate(sheet.facts):
        key = f"facts[{i}]"
        if fact.id in seen:
            yield f"{key}.id", f"the fact id {fact.id!r} is used twice"
        seen.add(fact.id)
        for value in fact.values:
            if isinstance(value, str):
                try:
                    units.read(value)
                except InputError as error:
                    yield f"{key}.values", error.message
        yield from _grade(fact, key)
        if isinstance(fact.printed, list):
            yield from _printed(fact.printed, f"{key}.printed")


def _printed(pair: list[str], key: str) -> Iterator[tuple[str, str]]:
    """A list is a pair of figures for the same thing."""
    if len(pair) != 2:
        yield key, f"read {len(pair)} figures, expected a pair; write other text without a list"
        return
    try:
        if not agree(*pair):
            yield key, f"{pair[0]} and {pair[1]} differ by more than their printed digits allow"
    except InputError as error:
        yield key, error.message


def _grade(fact: Fact, key: str) -> Iterator[tuple[str, str]]:
    if fact.grade == "M" and fact.confirmed:
        yield f"{key}.confirmed", "a fact of grade M was not read: it has confirmed = false"
    if fact.grade == "C" and not fact.computed_from:
        yield f"{key}.computed_from", "a computed fact names the facts that it was computed from"


def _references(sheet: FactSheet, path: str) -> Iterator[tuple[str, str]]:
    own = {fact.id for fact in sheet.facts}
    lists = [(f"facts[{i}].computed_from", fact.computed_from) for i, fact in enumerate(sheet.facts)]
    lists += [(f"conflicts[{i}].between", conflict.between) for i, conflict in enumerate(sheet.conflicts)]
    for key, refs in lists:
        for ref in refs:
            other, _, fact_id = ref.rpartition("#")
            if other in ("", sheet.id):
                if fact_id not in own:
                    yield key, f"{ref!r} points at no fact"
                continue
            beside = os.path.join(os.path.dirname(os.path.abspath(path)), f"{other}.toml")
            where = beside if os.path.isfile(beside) else os.path.join(folders.shipped("seeds"), f"{other}.toml")
            if not os.path.isfile(where) or fact_id not in read_sheet(where).facts:
                yield key, f"{ref!r} points at no fact"


def agree(first: str, second: str) -> bool:
    """Whether two printed figures can be the same quantity: their rounding intervals meet.

    A printed number stands for plus or minus half a unit of its last digit, trailing zeros counted (310 is 309.5 to
    310.5). Figures of different dimensions never agree.
    """
    (low, high, dimension), (low2, high2, dimension2) = _interval(first), _interval(second)
    return dimension == dimension2 and low <= high2 and low2 <= high


def _interval(printed: str) -> tuple[Fraction, Fraction, str]:
    measure = units.read(printed)
    digits = re.match(r"\s*[+-]?\d+(?:\.(\d+))?(?:[eE]([+-]?\d+))?", printed)
    places = (len(digits[1] or "") - int(digits[2] or 0)) if digits else 0
    half = Fraction(1, 2) * Fraction(10) ** -places * measure.unit.factor
    return measure.value - half, measure.value + half, measure.dimension
