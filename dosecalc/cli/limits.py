"""``dosecalc limits``."""

from __future__ import annotations

import click

from dosecalc.cli.options import options, stated
from dosecalc.cli.output import show, write
from dosecalc.quantities.options import LIMITS


@click.command(short_help="The largest next dose that breaks no rule.")
@options(LIMITS)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def limits(as_json: bool, **texts: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Find the most that the next dose may be, which rule binds, and what would lift it.

    Doses after the next one are not counted. What the patient's statements leave open is told apart: up to one amount
    every rule about amounts surely holds, up to another none is surely broken.

    \b
        dosecalc limits --protocol mibg-compassionate-nb --weight 20 --prior none
        dosecalc limits --protocol clover2-20 --bsa 1.6 --given 1="32 mCi"
    """
    from dosecalc.planning.limits import limits_inputs

    if not texts["protocol"]:
        raise click.UsageError("Missing option '--protocol'.")
    result = limits_inputs(stated(texts))
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.limits import page

        show(page(result))
    return result.exit_status()
