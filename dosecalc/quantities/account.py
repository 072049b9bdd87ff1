"""The account of options: of a command that plans nothing, what was stated and what it took part in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from dosecalc.quantities.documents import Result
from dosecalc.quantities.frozen import Field


class StatedOption(Result):
    """An option of a command that plans nothing, and what became of it."""

    what: str = Field(description="The option, or the observable that --set states.")
    text: str = Field(description="The value as it was given.")
    outcome: Literal["used", "unread"] = Field(description="What became of it: used, or unread.")
    used_by: tuple[str, ...] = Field(description="The figures and checks that it took part in.")


def of_options(inputs: Mapping[str, Sequence[str]], used: Mapping[str, Sequence[str]]) -> tuple[StatedOption, ...]:
    """Every text of every option; ``used`` names what each took part in, an observable by its own name."""
    return tuple(_of_option(option, text, used) for option, texts in inputs.items() for text in texts)


def _of_option(option: str, text: str, used: Mapping[str, Sequence[str]]) -> StatedOption:
    name, _, value = text.partition("=") if option == "set" else (option, "", text)
    by = tuple(used.get(name, ()))
    return StatedOption.made(what=name, text=value, outcome="used" if by else "unread", used_by=by)
