"""``dosecalc crosscheck`` and ``dosecalc audit``."""

from __future__ import annotations

import click

from dosecalc.cli.options import options, stated
from dosecalc.cli.output import show, write
from dosecalc.quantities.options import CROSSCHECK


@click.command(short_help="Does a reported total agree with its own regimen?")
@options(CROSSCHECK)
@click.option(
    "--same",
    nargs=2,
    multiple=True,
    metavar="A B",
    help='Instead: do two printed figures say the same? "444 MBq" "12 mCi"',
)
@click.option(
    "--arithmetic",
    is_flag=True,
    help="Where the size is known: only the rounding of the printed digits decides, and not 10 %.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def crosscheck(as_json: bool, arithmetic: bool, same: tuple[tuple[str, str], ...], **texts: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Check the total that a report prints against its own regimen.

    A total, a number of doses and a level imply a body size. Every meaning that the report can have had is tried: the
    level per dose or per cycle, one unit for another, per kg for per m², the arms that are known here. A meaning is
    ruled out by a size that nobody of that age and sex has, or, where the size is known, by the amount.

    \b
        dosecalc crosscheck --total "126.6 mCi" --doses 4 --level "40 mCi/m^2" --age 25 --sex male
        dosecalc crosscheck --total "126.6 mCi" --doses 4 --protocol clover2-20 --bsa 1.6
        dosecalc crosscheck --same "444 MBq" "12 mCi/kg"

    Exit status: 0 consistent or undetermined, 1 not consistent as printed, 2 unusable input.
    """
    given = stated(texts)
    if same:
        if len(set(same)) > 1:
            raise click.UsageError("--same is given twice with different figures; compare one pair at a time")
        if given:
            raise click.UsageError(f"--same compares two figures and nothing else; leave out --{next(iter(given))}")
        if arithmetic:
            raise click.UsageError("--same goes by the printed digits in any case; leave out --arithmetic")
        return _same(*same[0], as_json=as_json)
    from dosecalc.crosschecks.verdict import crosscheck_inputs

    result = crosscheck_inputs(given, arithmetic=arithmetic)
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.crosscheck import page

        show(page(result))
    return result.exit_status()


def _same(first: str, second: str, *, as_json: bool) -> int:
    from dosecalc.crosschecks.figures import compare_figures
    from dosecalc.errors import InputError

    try:
        comparison = compare_figures(first, second)
    except InputError as error:
        raise error.at("--same") from None
    if as_json:
        write(comparison.to_json())
    else:
        from dosecalc.render.crosscheck import figures_page

        show(figures_page(comparison))
    return comparison.exit_status()


@click.command(short_help="Every reported case of the fact sheets, crosschecked.")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def audit(paths: tuple[str, ...], as_json: bool) -> int:  # noqa: FBT001  # click passes flags by name
    """Crosscheck every reported case: its total against its regimen, and its claims against each other.

    Without PATH the cases of the fact sheets that came with dosecalc and of the site's own; with PATH those of a TOML
    file, or of every TOML file in a folder.

    Exit status: 0 every case is consistent or cannot be checked, 1 one is not consistent as printed, 2 unusable input.
    """
    from dosecalc.crosschecks.audit import audit as check

    result = check(*paths)
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.crosscheck import audit_page

        show(audit_page(result))
    return result.exit_status()
