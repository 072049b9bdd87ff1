"""``dosecalc patient new``."""

from __future__ import annotations

import os

import click

from dosecalc.cli import completion
from dosecalc.cli.output import write
from dosecalc.errors import InputError


@click.group(short_help="Write down what is known of a patient.")
def patient() -> None:
    """Patient files: a form of everything that an arm asks, to be filled in and read with ``--patient``."""


@patient.command("new", short_help="A form with everything that an arm asks.")
@click.argument("file", metavar="[FILE]", required=False, type=click.Path())
@click.option("--protocol", "arm", metavar="ARM", required=True, shell_complete=completion.arms, help="The arm.")
@click.option("--ask", is_flag=True, help="Ask for each thing instead; Enter leaves it unknown.")
def new(file: str | None, arm: str, ask: bool) -> int:  # noqa: FBT001  # click passes flags by name
    """Write a form for a patient: each thing that the arm asks, with its unit and what is asked of it.

    Without FILE the form is printed. Nothing in it is an answer before somebody fills it in.

    \b
        dosecalc patient new --protocol pluvicto-mcrpc smith.toml
        dosecalc plan --protocol pluvicto-mcrpc --patient smith.toml
    """
    from dosecalc.files import disk
    from dosecalc.requests.form import form

    if file is not None and os.path.exists(file):
        raise InputError(f"{file} exists already; nothing was written", where="FILE")
    if ask:
        from dosecalc.cli.interview import ask_patient

        text = form(arm, ask_patient(arm))
    else:
        text = form(arm)
    if file is None:
        write(text)
        return 0
    disk.write(file, text.encode(), anew=True)
    write(f"Wrote {file}. Next:\n  dosecalc plan --protocol {arm} --patient {file}")
    return 0
