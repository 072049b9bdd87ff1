"""``dosecalc plan``."""

from __future__ import annotations

import click

from dosecalc.cli import completion
from dosecalc.cli.output import show, write


@click.command(short_help="Doses, totals and findings for one patient.")
@click.option(
    "--protocol",
    metavar="ARM",
    multiple=True,
    shell_complete=completion.arms,
    help="Arm id such as clover2-20, or a path file.toml#arm.",
)
@click.option("--compare", nargs=2, metavar="ARM ARM", shell_complete=completion.arms, help="Two arms side by side.")
@click.option("--bsa", multiple=True, metavar="[N=]Q", help="Body surface area; a bare number is m².")
@click.option(
    "--weight",
    multiple=True,
    metavar="[N=]Q[@DATE]",
    help='Body weight; a bare number is kg. By date ("20 kg@2026-03-01") or from a dose on (3="22 kg").',
)
@click.option("--height", multiple=True, metavar="Q", help="Height; a bare number is cm.")
@click.option(
    "--bsa-formula",
    multiple=True,
    metavar="NAME",
    shell_complete=completion.formulas,
    help="Formula for a BSA from weight and height.  [default: mosteller]",
)
@click.option("--age", multiple=True, metavar="Q", help="Age; a bare number is years.")
@click.option("--sex", multiple=True, metavar="SEX", help="female or male.")
@click.option("--level", multiple=True, metavar="[N=]Q", help='Level where the protocol gives a range: "12 mCi/kg".')
@click.option("--cycles", multiple=True, metavar="N", help="Plan exactly N cycles, all required.")
@click.option("--start", multiple=True, metavar="DATE", help="Date of the first dose, 2026-03-01.")
@click.option("--cycle-length", multiple=True, metavar="Q", help='Where the protocol leaves it open: "56 day".')
@click.option(
    "--prior",
    multiple=True,
    metavar="TEXT",
    help='Earlier therapy, "[AGENT:]AMOUNT[@DATE][,WEIGHT]" ("48 mCi/kg@2025-01-15"), or none.',
)
@click.option("--given", multiple=True, metavar="N=Q[@DATE]", help='What was given instead: 1="8000 MBq@2026-03-01".')
@click.option(
    "--retention", multiple=True, metavar="N=FILE", help="Whole-body readings after administration N: 1=retention.csv."
)
@click.option(
    "--measured", multiple=True, metavar="N=Q", help='Whole-body dose from administration N alone: 1="1.9 Gy".'
)
@click.option(
    "--reduction",
    multiple=True,
    metavar="N=STEP",
    help="Reduced after toxicity: the protocol's step from dose N on (3=1); 0 is the full level.",
)
@click.option(
    "--set",
    "set_",
    multiple=True,
    metavar="NAME[N]=VALUE",
    shell_complete=completion.observables,
    help='State an observable: "platelets=90000/uL". See dosecalc observables.',
)
@click.option("--patient", multiple=True, metavar="FILE", type=click.Path(), help="TOML or JSON file with the patient.")
@click.option("--label", multiple=True, metavar="TEXT", help="A case reference to print on the plan.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as one JSON object.")
@click.option("--strict", is_flag=True, help="Exit 1 also where something is unknown, pending or warned of.")
def plan(as_json: bool, strict: bool, compare: tuple[str, str] | None, **options: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Compute every dose and the cumulative amounts of a course, and check it against its protocol.

    Quantities are a number and a unit: "1.6 m^2", "12 mCi/kg", "14 day". Options may be repeated where they take
    a dose number N. What is not stated stays unknown and is listed, with the option that settles it.

    \b
        dosecalc plan --protocol clover2-20 --bsa 1.6
        dosecalc plan --protocol mibg-compassionate-nb --weight 20 --level "12 mCi/kg" --prior none
        dosecalc plan --compare eanm-card-mibg-123 nacg-mibg-123 --weight 20
    """
    inputs = {name.rstrip("_").replace("_", "-"): list(texts) for name, texts in options.items() if texts}
    if compare:
        return _compared(compare, inputs, as_json=as_json, strict=strict)
    if "protocol" not in inputs:
        raise click.UsageError("Missing option '--protocol' (or '--compare ARM ARM').")
    from dosecalc.planning import plan_inputs

    made = plan_inputs(inputs)
    if as_json:
        write(made.to_json())
    else:
        from dosecalc.render.plan import page

        show(page(made))
    return made.exit_status(strict=strict)


def _compared(arms: tuple[str, str], inputs: dict[str, list[str]], *, as_json: bool, strict: bool) -> int:
    from dosecalc.contrasting import compare_inputs

    if "protocol" in inputs:
        raise click.UsageError("--protocol and --compare exclude each other")
    both = compare_inputs(arms, inputs)
    if as_json:
        write(both.to_json())
    else:
        from dosecalc.render.comparison import page

        show(page(both))
    return both.exit_status(strict=strict)
