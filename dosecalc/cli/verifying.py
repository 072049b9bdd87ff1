"""``dosecalc verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dosecalc.cli.output import show, write

if TYPE_CHECKING:
    from dosecalc.planning.result import Plan
    from dosecalc.planning.verified import Independent, Verification


@click.command(short_help="Compute a finished plan again by a second method.")
@click.argument("plan", metavar="PLAN.json|CODE", type=click.Path())
@click.option("--independent", "alone", is_flag=True, help="Print the second method's amounts without the plan's.")
@click.option("--plan", "show_plan", is_flag=True, help="Print the plan that a CODE makes again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(plan: str, alone: bool, show_plan: bool, as_json: bool) -> int:  # noqa: FBT001  # click passes flags by name
    """Verify a plan that was kept as JSON or as a code, at another desk.

    Its days, amounts, sums and findings are computed again from the protocol file and the plan's inputs by a second
    method, which shares nothing with the first; the plan is made again; and the hashes in it are compared with the
    files that are here. With --independent only the second method's own amounts are printed, for a checker who must
    not see the first answer.

    \b
        dosecalc plan --protocol clover2-20 --bsa 1.6 --json > plan.json
        dosecalc verify plan.json
        dosecalc plan --protocol clover2-20 --bsa 1.6 --code
        dosecalc verify DOSECALC1:...

    Exit status: 0 everything agrees, 1 something differs or has changed, 2 unusable input.
    """
    from dosecalc.planning import verified
    from dosecalc.planning.code import is_code, plan_of, verify_code

    if is_code(plan):
        if alone:
            raise click.UsageError("--independent is of the JSON document of a plan; a code makes the plan again")
        if show_plan:
            return _shown(plan_of(plan), as_json=as_json)
        return _shown(verify_code(plan), as_json=as_json)
    if show_plan:
        raise click.UsageError("--plan is of a code; a document of a plan has the plan")
    result = verified.independent(plan) if alone else verified.verify(plan)
    return _shown(result, as_json=as_json)


def _shown(result: Verification | Independent | Plan, *, as_json: bool) -> int:
    from dosecalc.planning.result import Plan
    from dosecalc.render import plan, verification

    if as_json:
        write(result.to_json())
    else:
        show(plan.page(result) if isinstance(result, Plan) else verification.page_of(result))
    return result.exit_status()
