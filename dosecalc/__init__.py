"""dosecalc plans, checks and explains courses of radiopharmaceutical therapy.

Protocols are data: each number in them cites the document that it came from. Importing the package is cheap; each
public name loads what it needs when it is first used, and numpy and pint only when they are needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dosecalc.version import VERSION as __version__

if TYPE_CHECKING:
    import pint

    from dosecalc.auditing import audit
    from dosecalc.comparing import same
    from dosecalc.contrasting import Comparison, compare
    from dosecalc.crosschecking import crosscheck
    from dosecalc.crosschecks import Audit, Crosscheck, Same
    from dosecalc.decaying import decay
    from dosecalc.decays import Decay, Dispensed
    from dosecalc.dispensing import dispense
    from dosecalc.dosimetries import Dosimetry
    from dosecalc.dosimetry import fit_retention
    from dosecalc.errors import InputError
    from dosecalc.library import load_protocol
    from dosecalc.limiting import limits
    from dosecalc.maxima import Limits
    from dosecalc.patient import Patient
    from dosecalc.planning import plan
    from dosecalc.plans import Plan
    from dosecalc.recordchecks import RecordCheck
    from dosecalc.records import check_record

    ureg: pint.UnitRegistry[Any]

__all__ = [
    "Audit",
    "Comparison",
    "Crosscheck",
    "Decay",
    "Dispensed",
    "Dosimetry",
    "InputError",
    "Limits",
    "Patient",
    "Plan",
    "RecordCheck",
    "Same",
    "__version__",
    "audit",
    "check_record",
    "compare",
    "crosscheck",
    "decay",
    "dispense",
    "fit_retention",
    "limits",
    "load_protocol",
    "plan",
    "same",
    "ureg",
]

_HOMES = {
    "Audit": ("dosecalc.crosschecks", "Audit"),
    "Comparison": ("dosecalc.contrasting", "Comparison"),
    "Crosscheck": ("dosecalc.crosschecks", "Crosscheck"),
    "Decay": ("dosecalc.decays", "Decay"),
    "Dispensed": ("dosecalc.decays", "Dispensed"),
    "Dosimetry": ("dosecalc.dosimetries", "Dosimetry"),
    "InputError": ("dosecalc.errors", "InputError"),
    "Limits": ("dosecalc.maxima", "Limits"),
    "Patient": ("dosecalc.patient", "Patient"),
    "Plan": ("dosecalc.plans", "Plan"),
    "RecordCheck": ("dosecalc.recordchecks", "RecordCheck"),
    "Same": ("dosecalc.crosschecks", "Same"),
    "audit": ("dosecalc.auditing", "audit"),
    "check_record": ("dosecalc.records", "check_record"),
    "compare": ("dosecalc.contrasting", "compare"),
    "crosscheck": ("dosecalc.crosschecking", "crosscheck"),
    "decay": ("dosecalc.decaying", "decay"),
    "dispense": ("dosecalc.dispensing", "dispense"),
    "fit_retention": ("dosecalc.dosimetry", "fit_retention"),
    "limits": ("dosecalc.limiting", "limits"),
    "load_protocol": ("dosecalc.library", "load_protocol"),
    "plan": ("dosecalc.planning", "plan"),
    "same": ("dosecalc.comparing", "same"),
}


def __getattr__(name: str) -> Any:
    if name == "ureg":
        from dosecalc.units import registry

        value: Any = registry()
    elif name in _HOMES:
        from importlib import import_module

        module, attribute = _HOMES[name]
        value = getattr(import_module(module), attribute)
    else:
        raise AttributeError(f"module 'dosecalc' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
