"""The account of what was stated for dosimetry: what each option took part in, and what nothing read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dosecalc.dosimetry.settings import FitRequest
from dosecalc.quantities.account import StatedOption, of_options


def account(
    inputs: Mapping[str, Sequence[str]], request: FitRequest, *, fitted: bool, dosed: bool, second: bool, other: bool
) -> tuple[StatedOption, ...]:
    """Every option with what it took part in.

    ``fitted``: readings were fitted; ``dosed``: a dose was computed; ``second``: an administration to the target;
    ``other``: one at another weight.
    """
    dose = ("dose",) if dosed else ()
    by_mass = dose if request.s_value is None else ("second administration",) if other else ()
    used: dict[str, Sequence[str]] = {
        "retention": ("fit",),
        "residence-time": ("residence time", *dose),
        "weight": by_mass if dosed else ("S value",) if request.s_value is None else (),
        "activity": dose,
        "nuclide": ("decay",) if fitted else ("S value",) if request.s_value is None else (),
        "half-life": ("decay",) if fitted else (),
        "target": ("second administration",) if second else (),
        "second-weight": ("second administration",) if other else (),
        "phases": ("fit",) if fitted else (),
        "s-value": ("dose",) if dosed else ("S value",),
        "reading-u": ("fit",) if fitted else (),
        "activity-u": dose,
        "weight-u": by_mass,
    }
    return of_options(inputs, used)
