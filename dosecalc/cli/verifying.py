"""``dosecalc verify``."""

from __future__ import annotations

import click

from dosecalc.cli.output import show, write


@click.command(short_help="Compute a finished plan again by a second method.")
@click.argument("plan", metavar="PLAN.json", type=click.Path())
@click.option("--independent", "alone", is_flag=True, help="Print the second method's amounts without the plan's.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(plan: str, alone: bool, as_json: bool) -> int:  # noqa: FBT001  # click passes flags by name
    """Verify a plan that was kept as JSON, at another desk.

    Its days, amounts, sums and findings are computed again from the protocol file and the plan's inputs by a second
    method, which shares nothing with the first; the plan is made again; and the hashes in it are compared with the
    files that are here. With --independent only the second method's own amounts are printed, for a checker who must
    not see the first answer.

    \b
        dosecalc plan --protocol clover2-20 --bsa 1.6 --json > plan.json
        dosecalc verify plan.json

    Exit status: 0 everything agrees, 1 something differs or has changed, 2 unusable input.
    """
    from dosecalc.planning import verified
    from dosecalc.render import verification

    result = verified.independent(plan) if alone else verified.verify(plan)
    if as_json:
        write(result.to_json())
    else:
        show(verification.page_of(result))
    return result.exit_status()
