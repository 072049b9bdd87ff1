"""``dosecalc limits``."""

from __future__ import annotations

import click

from dosecalc.cli import completion
from dosecalc.cli.output import show, write


@click.command(short_help="The largest next dose that breaks no rule.")
@click.option(
    "--protocol",
    metavar="ARM",
    required=True,
    multiple=True,
    shell_complete=completion.arms,
    help="Arm id such as clover2-20, or a path file.toml#arm.",
)
@click.option("--bsa", multiple=True, metavar="[N=]Q", help="Body surface area; a bare number is m².")
@click.option("--weight", multiple=True, metavar="[N=]Q[@DATE]", help="Body weight; a bare number is kg.")
@click.option("--height", multiple=True, metavar="Q", help="Height; a bare number is cm.")
@click.option("--bsa-formula", multiple=True, metavar="NAME", shell_complete=completion.formulas, help="As for plan.")
@click.option("--age", multiple=True, metavar="Q", help="Age; a bare number is years.")
@click.option("--sex", multiple=True, metavar="SEX", help="female or male.")
@click.option("--level", multiple=True, metavar="[N=]Q", help="A level chosen in the protocol's range.")
@click.option("--start", multiple=True, metavar="DATE", help="Date of the first dose, 2026-03-01.")
@click.option("--cycle-length", multiple=True, metavar="Q", help='Where the protocol leaves it open: "56 day".')
@click.option("--prior", multiple=True, metavar="TEXT", help='Earlier therapy, as for plan ("48 mCi/kg"), or none.')
@click.option(
    "--given", multiple=True, metavar="N=Q[@DATE]", help='What was given: 1="8000 MBq". The next dose is the one after.'
)
@click.option("--measured", multiple=True, metavar="N=Q", help='Whole-body dose from administration N: 1="1.9 Gy".')
@click.option("--reduction", multiple=True, metavar="N=STEP", help="The protocol's step of reduction from dose N on.")
@click.option(
    "--set",
    "set_",
    multiple=True,
    metavar="NAME[N]=VALUE",
    shell_complete=completion.observables,
    help='State an observable: "platelets=90000/uL".',
)
@click.option("--patient", multiple=True, metavar="FILE", type=click.Path(), help="TOML or JSON file with the patient.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def limits(as_json: bool, **options: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Find the most that the next dose may be, which rule binds, and what would lift it.

    Doses after the next one are not counted. What the patient's statements leave open is told apart: up to one amount
    every rule about amounts surely holds, up to another none is surely broken.

    \b
        dosecalc limits --protocol mibg-compassionate-nb --weight 20 --prior none
        dosecalc limits --protocol clover2-20 --bsa 1.6 --given 1="32 mCi"
    """
    from dosecalc.limiting import limits_inputs

    made = limits_inputs({name.rstrip("_").replace("_", "-"): list(texts) for name, texts in options.items() if texts})
    if as_json:
        write(made.to_json())
    else:
        from dosecalc.render.limits import page

        show(page(made))
    return made.exit_status()
