"""``dosecalc crosscheck`` and ``dosecalc audit``."""

from __future__ import annotations

import click

from dosecalc.cli import completion
from dosecalc.cli.output import show, write


@click.command(short_help="Does a reported total agree with its own regimen?")
@click.option("--total", multiple=True, metavar="Q", help='The total that the report prints: "126.6 mCi".')
@click.option("--doses", multiple=True, metavar="N", help="The number of doses that the total covers.")
@click.option("--level", multiple=True, metavar="Q", help='The level as printed: "40 mCi/m^2", "12 mCi/kg", "7.4 GBq".')
@click.option("--age", multiple=True, metavar="Q", help="Age; a bare number is years, whole years completed ones.")
@click.option("--sex", multiple=True, metavar="SEX", help="female or male.")
@click.option(
    "--protocol",
    multiple=True,
    metavar="ARM",
    shell_complete=completion.arms,
    help="The arm that the report follows; then --level and --doses may be left out.",
)
@click.option("--agent", multiple=True, metavar="NAME", help="Try only arms of this agent.")
@click.option("--weight", multiple=True, metavar="Q", help="Body weight, where it is known; a bare number is kg.")
@click.option("--height", multiple=True, metavar="Q", help="Height; a bare number is cm.")
@click.option("--bsa", multiple=True, metavar="Q", help="Body surface area; a bare number is m².")
@click.option(
    "--bsa-formula",
    multiple=True,
    metavar="NAME",
    shell_complete=completion.formulas,
    help="Formula for a BSA from weight and height.  [default: mosteller]",
)
@click.option(
    "--same",
    nargs=2,
    multiple=True,
    metavar="A B",
    help='Instead: do two printed figures say the same? "444 MBq" "12 mCi"',
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def crosscheck(as_json: bool, same: tuple[tuple[str, str], ...], **options: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
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
    given = {name.replace("_", "-"): list(texts) for name, texts in options.items() if texts}
    if same:
        if len(set(same)) > 1:
            raise click.UsageError("--same is given twice with different figures; compare one pair at a time")
        if given:
            raise click.UsageError(f"--same compares two figures and nothing else; leave out --{next(iter(given))}")
        return _same(*same[0], as_json=as_json)
    from dosecalc.crosschecks.verdict import crosscheck_inputs

    result = crosscheck_inputs(given)
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
