"""The identifiers of a patient, as documents state them and hold them against each other."""

from __future__ import annotations

from collections.abc import Iterable

from dosecalc.errors import InputError


def read(texts: Iterable[str]) -> tuple[str, ...]:
    """Identifiers as they were written, each once. InputError for an empty one, or one that is no line of text."""
    found: dict[str, str] = {}
    for text in texts:
        if not text.strip() or not text.isprintable():
            raise InputError(f"read {text!r}, expected an identifier such as 'MRN 1234' on one line")
        found.setdefault(plain(text), " ".join(text.split()))
    return tuple(found.values())


def plain(text: str) -> str:
    """An identifier by which two of them are compared: blanks and capitals make no difference."""
    return " ".join(text.split()).casefold()


def strangers(stated: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """The identifiers of one document that another does not have; none where either has no identifier at all."""
    names = {plain(each) for each in known}
    return tuple(each for each in stated if plain(each) not in names) if names else ()
