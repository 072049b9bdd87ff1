"""``dosecalc dosimetry``."""

from __future__ import annotations

import click

from dosecalc.cli.options import options, stated
from dosecalc.cli.output import show, write
from dosecalc.quantities.options import DOSIMETRY


@click.command(short_help="Whole-body dose, and what a second dose may be.")
@click.argument("retention", metavar="[FILE]", required=False, type=click.Path())
@options(DOSIMETRY[1:])
@click.option("--plot", metavar="FILE", type=click.Path(), help="Draw the fit, as .svg or .png.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def dosimetry(retention: str | None, plot: str | None, as_json: bool, **texts: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Fit whole-body readings after an administration: residence time, absorbed dose, and what is left to a target.

    FILE is CSV with units in its header (time [h],retention), TOML or JSON. Counts and dose rates are divided by the
    first reading; retention is used as measured, not corrected for decay.

    \b
        dosecalc dosimetry retention.csv --weight 20 --activity "8880 MBq" --nuclide I-131 --target "4 Gy"
        dosecalc dosimetry --residence-time "18 h" --weight 20 --activity "8880 MBq" --target "4 Gy"
    """
    from dosecalc.dosimetry.fit import dosimetry_inputs

    result = dosimetry_inputs({"retention": [] if retention is None else [retention], **stated(texts)})
    if plot is not None:
        from dosecalc.render import picture

        picture.write(result, plot)
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.dosimetry import page

        show(page(result))
    return result.exit_status()
