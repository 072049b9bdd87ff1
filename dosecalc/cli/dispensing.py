"""``dosecalc decay`` and ``dosecalc dispense``."""

from __future__ import annotations

import click

from dosecalc.cli import completion
from dosecalc.cli.output import show, write

_TZ = click.option("--tz", multiple=True, metavar="ZONE", help="Zone of times without an offset: America/Chicago.")
_HALF_LIFE = click.option("--half-life", multiple=True, metavar="Q", help='In place of the table\'s: "8.02 day".')


@click.command(short_help="An activity at other times.", context_settings={"ignore_unknown_options": False})
@click.argument("activity", metavar="ACTIVITY")
@click.argument("nuclide", metavar="[NUCLIDE]", required=False, shell_complete=completion.radionuclides)
@click.option("--from", multiple=True, metavar="TIME", help="When the activity was measured: 2026-03-01T10:00-06:00.")
@click.option("--to", multiple=True, metavar="TIME", help="Another time, later or earlier. Repeatable.")
@click.option("--elapsed", multiple=True, metavar="Q", help='Or a time after it: "5 h"; "-5 h" is before. Repeatable.')
@click.option("--every", multiple=True, metavar="Q", help='Steps up to the last of them: "6 h".')
@_HALF_LIFE
@_TZ
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def decay(activity: str, nuclide: str | None, as_json: bool, **options: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Decay an activity to other times, forwards or backwards.

    Hours are counted as they passed, also where clocks are moved. The activity of progeny that grow in is not included.

    \b
        dosecalc decay "150 mCi" Tc-99m --from 2026-03-01T10:00-06:00 --to 2026-03-01T15:00-06:00
        dosecalc decay "7.4 GBq" Lu-177 --elapsed "7 day" --every "1 day"
    """
    from dosecalc.dispensing.decay import decay_inputs

    given = {"activity": [activity], "nuclide": [nuclide] if nuclide is not None else []}
    result = decay_inputs({**given, **_listed(options)})
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.decay import page

        show(page(result))
    return result.exit_status()


@click.command(short_help="The volume that holds an amount.")
@click.option("--amount", multiple=True, metavar="Q", help='What the patient is to get: "32 mCi".')
@click.option("--level", multiple=True, metavar="Q", help='Or a level, "55 kBq/kg", with --weight.')
@click.option("--weight", multiple=True, metavar="Q", help="Body weight; a bare number is kg.")
@click.option("--plan", multiple=True, metavar="FILE", type=click.Path(), help="Or a plan's JSON, with --dose.")
@click.option("--dose", multiple=True, metavar="N", help="The number of the dose in that plan.")
@click.option(
    "--nuclide", multiple=True, metavar="NAME", shell_complete=completion.radionuclides, help="The radionuclide: I-131."
)
@click.option("--concentration", multiple=True, metavar="Q", help='Of the vial at its reference time: "10 mCi/mL".')
@click.option("--reference", multiple=True, metavar="TIME", help="That reference time: 2026-03-01T12:00-06:00.")
@click.option("--at", multiple=True, metavar="TIME", help="When the dose is drawn.")
@click.option("--made", multiple=True, metavar="TIME", help="When a vial that was calibrated ahead came to be.")
@click.option("--factor", multiple=True, metavar="X", help="A decay factor from a table, in place of the times: 0.982.")
@_HALF_LIFE
@click.option("--residual", multiple=True, metavar="Q", help='What stays behind of what is drawn: "2 %".')
@click.option("--vial-volume", multiple=True, metavar="Q", help='What the vial holds: "10 mL".')
@click.option("--syringe-step", multiple=True, metavar="Q", help='What a volume is rounded to: "0.1 mL".')
@_TZ
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def dispense(as_json: bool, **options: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Compute the volume to draw for an amount, and the activity to order at the reference time.

    \b
        dosecalc dispense --amount "32 mCi" --nuclide I-131 --concentration "10 mCi/mL" \\
            --reference 2026-03-01T12:00-06:00 --at 2026-03-03T09:00-06:00 --residual "2 %" --syringe-step "0.1 mL"
        dosecalc dispense --level "55 kBq/kg" --weight 80 --concentration "1100 kBq/mL" --factor 0.982

    Exit status: 0, 1 where the vial does not hold enough, 2 unusable input.
    """
    from dosecalc.dispensing.draw import dispense_inputs

    result = dispense_inputs(_listed(options))
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.decay import dispense_page

        show(dispense_page(result))
    return result.exit_status()


def _listed(options: dict[str, tuple[str, ...]]) -> dict[str, list[str]]:
    return {name.replace("_", "-"): list(texts) for name, texts in options.items() if texts}
