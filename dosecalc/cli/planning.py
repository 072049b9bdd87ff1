"""``dosecalc plan``."""

from __future__ import annotations

import click

from dosecalc.cli import completion
from dosecalc.cli.options import options, sheet_options, stated
from dosecalc.cli.output import check_name, on_a_terminal, put_on_paper, show, write
from dosecalc.quantities.options import PLAN


@click.command(short_help="Doses, totals and findings for one patient.")
@options(PLAN[:1])
@click.option("--compare", nargs=2, metavar="ARM ARM", shell_complete=completion.arms, help="Two arms side by side.")
@options(PLAN[1:])
@click.option("--json", "as_json", is_flag=True, help="Print the plan as one JSON object.")
@click.option(
    "--code", "as_code", is_flag=True, help="Print the plan's code, from which 'dosecalc verify' makes it again."
)
@click.option(
    "--full/--brief",
    "full",
    default=None,
    help="All of it, or one screen.  [default: one screen on a terminal, all of it in a pipe or file]",
)
@sheet_options
@click.option("--strict", is_flag=True, help="Exit 1 also where something is unknown, pending or warned of.")
def plan(  # click passes flags by name
    as_json: bool,  # noqa: FBT001
    as_code: bool,  # noqa: FBT001
    strict: bool,  # noqa: FBT001
    full: bool | None,  # noqa: FBT001
    output: str | None,
    paper: str,
    compare: tuple[str, str] | None,
    **texts: tuple[str, ...],
) -> int:
    """Compute every dose and the cumulative amounts of a course, and check it against its protocol.

    Quantities are a number and a unit: "1.6 m^2", "12 mCi/kg", "14 day". Options may be repeated where they take
    a dose number N. What is not stated stays unknown and is listed, with the option that decides it.

    \b
        dosecalc plan --protocol clover2-20 --bsa 1.6
        dosecalc plan --protocol mibg-compassionate-nb --weight 20 --level "12 mCi/kg" --prior none
        dosecalc plan --compare eanm-card-mibg-123 nacg-mibg-123 --weight 20
    """
    inputs = stated(texts)
    if as_code and (as_json or compare):
        raise click.UsageError("--code is the code of one plan; leave --json and --compare out")
    if output is not None and compare:
        raise click.UsageError("--output is a sheet of one plan; leave --compare out")
    check_name(output)
    if compare:
        return _compared(compare, inputs, as_json=as_json, strict=strict)
    if "protocol" not in inputs:
        raise click.UsageError("Missing option '--protocol' (or '--compare ARM ARM').")
    from dosecalc.planning.planner import plan_inputs

    result = plan_inputs(inputs)
    put_on_paper(result, output, paper)
    if as_json:
        write(result.to_json())
    elif as_code:
        from dosecalc.planning.code import code_of

        write(code_of(result))
    else:
        from dosecalc.render.brief import brief_page
        from dosecalc.render.plan import page

        show(page(result) if (not on_a_terminal() if full is None else full) else brief_page(result))
    return result.exit_status(strict=strict)


def _compared(arms: tuple[str, str], inputs: dict[str, list[str]], *, as_json: bool, strict: bool) -> int:
    from dosecalc.planning.comparison import compare_inputs

    if "protocol" in inputs:
        raise click.UsageError("--protocol and --compare exclude each other")
    both = compare_inputs(arms, inputs)
    if as_json:
        write(both.to_json())
    else:
        from dosecalc.render.comparison import page

        show(page(both))
    return both.exit_status(strict=strict)
