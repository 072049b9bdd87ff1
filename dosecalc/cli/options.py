"""The options of a command, made from the table that the library and the documentation share."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from dosecalc.cli import completion
from dosecalc.quantities.options import Option

Command = Callable[..., Any]
_OFFERS = {
    "arms": completion.arms,
    "formulas": completion.formulas,
    "observables": completion.observables,
    "radionuclides": completion.radionuclides,
}


def options(table: Sequence[Option]) -> Callable[[Command], Command]:
    """Give a command the options of a table, in their order. Each may be repeated, and keeps its texts as given."""

    def decorate(command: Command) -> Command:
        for option in reversed(table):
            command = _click_option(option)(command)
        return command

    return decorate


def _click_option(option: Option) -> Callable[[Command], Command]:
    if option.flag:
        return click.option(f"--{option.name}", is_flag=True, help=option.help)
    return click.option(
        f"--{option.name}",
        multiple=True,
        metavar=option.metavar,
        help=option.help,
        shell_complete=_OFFERS.get(option.offers),
        type=click.Path() if option.offers == "files" else None,
    )


def stated(options: Mapping[str, tuple[str, ...] | bool]) -> dict[str, list[str]]:
    """The options that click read as the table ``{option: [texts]}``, without those that were not given."""
    given = {name.replace("_", "-"): texts for name, texts in options.items() if texts}
    found = {name: ["true"] if isinstance(texts, bool) else list(texts) for name, texts in given.items()}
    zone = os.environ.get(ZONE, "").strip()
    local = any(_LOCAL.fullmatch(text.strip()) for texts in found.values() for text in texts)
    return {**found, "tz": [zone]} if zone and local and options.get("tz") == () else found


ZONE = "DOSECALC_ZONE"
"""The variable that names the zone of a site, for clock times without an offset."""
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?")


def sheet_options(command: Command) -> Command:
    """The options of a command that can put its result on paper."""
    paper = click.option(
        "--paper", type=click.Choice(["a4", "letter"]), default="a4", help="Its size.", show_default=True
    )
    output = click.option(
        "--output",
        "-o",
        metavar="FILE",
        type=click.Path(),
        help="Also write it as a sheet to print: FILE.html or FILE.pdf.",
    )
    return output(paper(command))
