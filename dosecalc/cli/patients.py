"""The options that say what is known of a patient and of the course so far, shared by the commands that plan."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import click

from dosecalc.cli import completion

Command = Callable[..., Any]

_OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.option("--bsa", multiple=True, metavar="[N=]Q", help="Body surface area; a bare number is m²."),
    click.option(
        "--weight",
        multiple=True,
        metavar="[N=]Q[@DATE]",
        help='Body weight; a bare number is kg. By date ("20 kg@2026-03-01") or from a dose on (3="22 kg").',
    ),
    click.option("--height", multiple=True, metavar="Q", help="Height; a bare number is cm."),
    click.option(
        "--bsa-formula",
        multiple=True,
        metavar="NAME",
        shell_complete=completion.formulas,
        help="Formula for a BSA from weight and height.  [default: mosteller]",
    ),
    click.option("--age", multiple=True, metavar="Q", help="Age; a bare number is years."),
    click.option("--sex", multiple=True, metavar="SEX", help="female or male."),
    click.option(
        "--level", multiple=True, metavar="[N=]Q", help='Level where the protocol gives a range: "12 mCi/kg".'
    ),
    click.option("--start", multiple=True, metavar="DATE", help="Date of the first dose, 2026-03-01."),
    click.option("--cycle-length", multiple=True, metavar="Q", help='Where the protocol leaves it open: "56 day".'),
    click.option(
        "--prior",
        multiple=True,
        metavar="TEXT",
        help='Earlier therapy, "[AGENT:]AMOUNT[@DATE][,WEIGHT]" ("48 mCi/kg@2025-01-15"), or none.',
    ),
    click.option(
        "--given", multiple=True, metavar="N=Q[@DATE]", help='What was given instead: 1="8000 MBq@2026-03-01".'
    ),
    click.option(
        "--measured", multiple=True, metavar="N=Q", help='Whole-body dose from administration N alone: 1="1.9 Gy".'
    ),
    click.option(
        "--reduction",
        multiple=True,
        metavar="N=STEP",
        help="Reduced after toxicity: the protocol's step from dose N on (3=1); 0 is the full level.",
    ),
    click.option(
        "--set",
        "set_",
        multiple=True,
        metavar="NAME[N]=VALUE",
        shell_complete=completion.observables,
        help='State an observable: "platelets=90000/uL". See dosecalc observables.',
    ),
    click.option(
        "--patient", multiple=True, metavar="FILE", type=click.Path(), help="TOML or JSON file with the patient."
    ),
)


def of_patient(command: Command) -> Command:
    """Give a command the options of a patient, in their order."""
    return reduce(lambda made, option: option(made), reversed(_OPTIONS), command)
