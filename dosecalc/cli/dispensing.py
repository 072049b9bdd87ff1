"""``dosecalc decay`` and ``dosecalc dispense``."""

from __future__ import annotations

import click

from dosecalc.cli import completion
from dosecalc.cli.options import options, sheet_options, stated
from dosecalc.cli.output import check_name, put_on_paper, show, write
from dosecalc.quantities.options import DECAY, DISPENSE, WINDOW


@click.command(short_help="An activity at other times.", context_settings={"ignore_unknown_options": False})
@click.argument("activity", metavar="ACTIVITY")
@click.argument("nuclide", metavar="[NUCLIDE]", required=False, shell_complete=completion.radionuclides)
@options(DECAY[2:])
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def decay(activity: str, nuclide: str | None, as_json: bool, **texts: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Decay an activity to other times, forwards or backwards.

    Hours are counted as they passed, also where clocks are moved. The activity of progeny that grow in is not included.

    \b
        dosecalc decay "150 mCi" Tc-99m --from 2026-03-01T10:00-06:00 --to 2026-03-01T15:00-06:00
        dosecalc decay "7.4 GBq" Lu-177 --elapsed "7 day" --every "1 day"
    """
    from dosecalc.dispensing.decay import decay_inputs

    result = decay_inputs({"activity": [activity], "nuclide": [nuclide] if nuclide else [], **stated(texts)})
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.decay import page

        show(page(result))
    return result.exit_status()


@click.command(short_help="The volume that holds an amount.")
@options(DISPENSE)
@sheet_options
@click.option("--labels", metavar="FILE", type=click.Path(), help="Also write labels for syringe and vial.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def dispense(  # click passes flags by name
    as_json: bool,  # noqa: FBT001
    output: str | None,
    paper: str,
    labels: str | None,
    **texts: tuple[str, ...],
) -> int:
    """Compute the volume to draw for an amount, and the activity to order at the reference time.

    \b
        dosecalc dispense --amount "32 mCi" --nuclide I-131 --concentration "10 mCi/mL" \\
            --reference 2026-03-01T12:00-06:00 --at 2026-03-03T09:00-06:00 --residual "2 %" --syringe-step "0.1 mL"
        dosecalc dispense --level "55 kBq/kg" --weight 80 --concentration "1100 kBq/mL" --factor 0.982

    A plan is verified before anything is drawn from it: exit status 2 where it disagrees with itself or its files.

    Exit status: 0, 1 where the plan violates its protocol or the vial does not hold enough, 2 unusable input.
    """
    from dosecalc.dispensing.draw import dispense_inputs

    check_name(output)
    check_name(labels, "--labels")
    result = dispense_inputs(stated(texts))
    put_on_paper(result, output, paper)
    put_on_paper(result, labels, paper, "--labels")
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.decay import dispense_page

        show(dispense_page(result))
    return result.exit_status()


@click.command(short_help="From when until when a delivered unit can be given.")
@options(WINDOW)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def window(as_json: bool, **texts: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Compute from when until when a vial, a capsule or a unit dose lies within what was prescribed.

    With --at: how much is left at the planned time, and what to order for it.

    \b
        dosecalc window --amount "8 GBq" --nuclide Lu-177 --calibrated 2026-03-01T12:00Z --prescribed "7.4 GBq"

    Exit status: 0, 1 where the unit is not within what is allowed at the planned time, 2 unusable input.
    """
    from dosecalc.dispensing.window import window_inputs

    result = window_inputs(stated(texts))
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.decay import window_page

        show(window_page(result))
    return result.exit_status()
