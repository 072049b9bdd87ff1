"""``dosecalc dosimetry``."""

from __future__ import annotations

import click

from dosecalc.cli import completion
from dosecalc.cli.output import show, write


@click.command(short_help="Whole-body dose, and what a second dose may be.")
@click.argument("retention", metavar="[FILE]", required=False, type=click.Path())
@click.option("--weight", multiple=True, metavar="Q", help="Body weight; a bare number is kg.")
@click.option("--activity", multiple=True, metavar="Q", help='What was administered: "8880 MBq".')
@click.option(
    "--nuclide", multiple=True, metavar="NAME", shell_complete=completion.radionuclides, help="The radionuclide: I-131."
)
@click.option("--half-life", multiple=True, metavar="Q", help="In place of the table's.")
@click.option("--target", multiple=True, metavar="Q", help='What both administrations are to give: "4 Gy".')
@click.option("--second-weight", multiple=True, metavar="Q", help="Another body weight for the second administration.")
@click.option("--phases", multiple=True, metavar="N", help="1, 2 or 3 exponential phases; else AICc chooses.")
@click.option("--residence-time", multiple=True, metavar="Q", help='In place of FILE: "18 h".')
@click.option("--s-value", multiple=True, metavar="Q", help='Of the whole body: "8.5e-6 Gy/(MBq h)".')
@click.option("--reading-u", multiple=True, metavar="%", help='Standard uncertainty of a reading: "2 %".')
@click.option("--activity-u", multiple=True, metavar="%", help="That of the administered activity.")
@click.option("--weight-u", multiple=True, metavar="%", help="That of the body mass.")
@click.option("--plot", metavar="FILE", type=click.Path(), help="Draw the fit, as .svg or .png.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def dosimetry(retention: str | None, plot: str | None, as_json: bool, **options: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Fit whole-body readings after an administration: residence time, absorbed dose, and what is left to a target.

    FILE is CSV with units in its header (time [h],retention), TOML or JSON. Counts and dose rates are divided by the
    first reading; retention is used as measured, not corrected for decay.

    \b
        dosecalc dosimetry retention.csv --weight 20 --activity "8880 MBq" --nuclide I-131 --target "4 Gy"
        dosecalc dosimetry --residence-time "18 h" --weight 20 --activity "8880 MBq" --target "4 Gy"
    """
    from dosecalc.dosimetry.fit import dosimetry_inputs

    given = {name.replace("_", "-"): list(texts) for name, texts in options.items() if texts}
    result = dosimetry_inputs({**({} if retention is None else {"retention": [retention]}), **given})
    if plot is not None:
        from dosecalc.render import picture

        picture.write(result, plot)
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.dosimetry import page

        show(page(result))
    return result.exit_status()
