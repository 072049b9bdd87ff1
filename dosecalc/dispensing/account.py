"""The account of what was stated for a draw: what each option took part in, and what nothing read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from dosecalc.quantities.account import StatedOption, of_options

_OFFSET = re.compile(r"(?:[zZ]|[+-][0-9]{2}:?[0-9]{2})\s*$")
_TIMES = ("reference", "at", "made")
_USED: Mapping[str, tuple[str, ...]] = {
    "amount": ("amount",),
    "level": ("amount",),
    "weight": ("amount",),
    "plan": ("amount", "nuclide"),
    "dose": ("amount",),
    "again": ("amount",),
    "patient-id": ("patient",),
    "concentration": ("volume",),
    "reference": ("decay",),
    "at": ("decay",),
    "made": ("order of times",),
    "factor": ("decay",),
    "residual": ("volume",),
    "vial-volume": ("vial",),
    "syringe-step": ("rounded volume",),
}


def account(inputs: Mapping[str, Sequence[str]]) -> tuple[StatedOption, ...]:
    """Every option of a draw with what it took part in."""
    used = dict(_USED)
    # beside a factor a half-life only tells until when the vial lasts, and the plan's radionuclide is compared
    law = ("decay",) if "factor" not in inputs else ("vial",) if "vial-volume" in inputs else ()
    used["half-life"] = law
    used["nuclide"] = (*law, *(("plan",) if "plan" in inputs else ()))
    local = any(not _OFFSET.search(text) for option in _TIMES for text in inputs.get(option, ()))
    used["tz"] = ("decay",) if local else ()
    return of_options(inputs, used)
