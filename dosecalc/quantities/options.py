"""Keywords of the library and options of the command line as one table ``{option: [texts]}``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from dosecalc.errors import InputError
from dosecalc.quantities import units


def texts(value: Any) -> list[str]:
    """One value or several, each as its door text; a mapping gives ``key=value`` texts."""
    if value is None:
        return []
    if isinstance(value, dict):
        return [f"{key}={text}" for key, item in value.items() for text in texts(item)]
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in texts(item)]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    return [units.text_of(value)]


P = ParamSpec("P")


T = TypeVar("T")


def path_text(option: str, value: object) -> str:
    """Text or a path as text. InputError for anything else."""
    if not isinstance(value, (str, os.PathLike)) or not isinstance(os.fspath(value), str):
        raise InputError(f"read {type(value).__name__}, expected text or a path", where=option)
    return str(os.fspath(value))


def within(option: str, reader: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a reader; an error of it names the option."""
    try:
        return reader(*args, **kwargs)
    except InputError as error:
        raise error.at(option) from None


def one(inputs: Mapping[str, Sequence[str]], option: str) -> str | None:
    """The text of an option that may be given once; None where it is not given."""
    found = list(dict.fromkeys(inputs.get(option, ())))
    if len(found) > 1:
        raise InputError(f"given twice with different values, {found[0]!r} and {found[1]!r}", where=f"--{option}")
    return found[0] if found else None


def by_option(named: Mapping[str, Any]) -> dict[str, list[str]]:
    """Keywords of the library as the table ``{option: [texts]}``; aware datetimes are written with their offset."""
    made: dict[str, list[str]] = {}
    for option, value in named.items():
        if value is None:
            continue
        try:
            made[option] = texts(_iso(value))
        except InputError as error:
            raise error.at(option) from None
    return made


def _iso(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_iso(each) for each in value]
    return value.isoformat() if isinstance(value, datetime) else value


def merged(inputs: Mapping[str, Sequence[str]], more: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Two tables of options as one; the texts of both are kept."""
    return {key: [*inputs.get(key, []), *more.get(key, [])] for key in (*inputs, *(k for k in more if k not in inputs))}
