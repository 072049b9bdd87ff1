"""``dosecalc limits``."""

from __future__ import annotations

import click

from dosecalc.cli import completion
from dosecalc.cli.output import show, write
from dosecalc.cli.patients import of_patient


@click.command(short_help="The largest next dose that breaks no rule.")
@click.option(
    "--protocol",
    metavar="ARM",
    required=True,
    multiple=True,
    shell_complete=completion.arms,
    help="Arm id such as clover2-20, or a path file.toml#arm.",
)
@of_patient
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def limits(as_json: bool, **options: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Find the most that the next dose may be, which rule binds, and what would lift it.

    Doses after the next one are not counted. What the patient's statements leave open is told apart: up to one amount
    every rule about amounts surely holds, up to another none is surely broken.

    \b
        dosecalc limits --protocol mibg-compassionate-nb --weight 20 --prior none
        dosecalc limits --protocol clover2-20 --bsa 1.6 --given 1="32 mCi"
    """
    from dosecalc.planning.limits import limits_inputs

    made = limits_inputs({name.rstrip("_").replace("_", "-"): list(texts) for name, texts in options.items() if texts})
    if as_json:
        write(made.to_json())
    else:
        from dosecalc.render.limits import page

        show(page(made))
    return made.exit_status()
