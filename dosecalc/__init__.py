"""dosecalc plans, checks and explains courses of radiopharmaceutical therapy.

Protocols are data: each number in them cites the document that it came from. Importing the package is cheap; each
public name loads what it needs when it is first used, and numpy and pint only when they are needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dosecalc.version import VERSION as __version__

if TYPE_CHECKING:
    import pint

    from dosecalc.cases.answer import Answer
    from dosecalc.cases.runner import run_case
    from dosecalc.crosschecks.audit import Audit, audit
    from dosecalc.crosschecks.figures import FigureComparison, compare_figures
    from dosecalc.crosschecks.result import Crosscheck
    from dosecalc.crosschecks.verdict import crosscheck
    from dosecalc.dispensing.decay import Decay, decay
    from dosecalc.dispensing.draw import dispense
    from dosecalc.dispensing.result import Dispensed
    from dosecalc.dispensing.window import Window, window
    from dosecalc.dosimetry.fit import fit_retention
    from dosecalc.dosimetry.result import Dosimetry
    from dosecalc.errors import DisagreementError, InputError, SkippedFileWarning
    from dosecalc.files.patient import Patient
    from dosecalc.gate.check import check_dose
    from dosecalc.gate.result import GateCheck
    from dosecalc.library.load import load_protocol
    from dosecalc.planning.bounds import Limits
    from dosecalc.planning.comparison import Comparison, compare_arms
    from dosecalc.planning.limits import find_limits
    from dosecalc.planning.planner import plan
    from dosecalc.planning.result import Plan
    from dosecalc.planning.verified import Verification, verify
    from dosecalc.records.checker import check_record
    from dosecalc.records.result import RecordCheck
    from dosecalc.sheets.written import write_sheet

    ureg: pint.UnitRegistry[Any]

__all__ = [
    "Answer",
    "Audit",
    "Comparison",
    "Crosscheck",
    "Decay",
    "DisagreementError",
    "Dispensed",
    "Dosimetry",
    "FigureComparison",
    "GateCheck",
    "InputError",
    "Limits",
    "Patient",
    "Plan",
    "RecordCheck",
    "SkippedFileWarning",
    "Verification",
    "Window",
    "__version__",
    "audit",
    "check_dose",
    "check_record",
    "compare_arms",
    "compare_figures",
    "crosscheck",
    "decay",
    "dispense",
    "find_limits",
    "fit_retention",
    "load_protocol",
    "plan",
    "run_case",
    "ureg",
    "verify",
    "window",
    "write_sheet",
]

_HOMES = {
    "Answer": ("dosecalc.cases.answer", "Answer"),
    "run_case": ("dosecalc.cases.runner", "run_case"),
    "Audit": ("dosecalc.crosschecks.audit", "Audit"),
    "Comparison": ("dosecalc.planning.comparison", "Comparison"),
    "Crosscheck": ("dosecalc.crosschecks.result", "Crosscheck"),
    "Decay": ("dosecalc.dispensing.decay", "Decay"),
    "DisagreementError": ("dosecalc.errors", "DisagreementError"),
    "Dispensed": ("dosecalc.dispensing.result", "Dispensed"),
    "Dosimetry": ("dosecalc.dosimetry.result", "Dosimetry"),
    "FigureComparison": ("dosecalc.crosschecks.figures", "FigureComparison"),
    "GateCheck": ("dosecalc.gate.result", "GateCheck"),
    "InputError": ("dosecalc.errors", "InputError"),
    "SkippedFileWarning": ("dosecalc.errors", "SkippedFileWarning"),
    "Limits": ("dosecalc.planning.limits", "Limits"),
    "Patient": ("dosecalc.files.patient", "Patient"),
    "Plan": ("dosecalc.planning.result", "Plan"),
    "RecordCheck": ("dosecalc.records.result", "RecordCheck"),
    "Verification": ("dosecalc.planning.verified", "Verification"),
    "audit": ("dosecalc.crosschecks.audit", "audit"),
    "check_dose": ("dosecalc.gate.check", "check_dose"),
    "check_record": ("dosecalc.records.checker", "check_record"),
    "write_sheet": ("dosecalc.sheets.written", "write_sheet"),
    "compare_arms": ("dosecalc.planning.comparison", "compare_arms"),
    "compare_figures": ("dosecalc.crosschecks.figures", "compare_figures"),
    "crosscheck": ("dosecalc.crosschecks.verdict", "crosscheck"),
    "decay": ("dosecalc.dispensing.decay", "decay"),
    "dispense": ("dosecalc.dispensing.draw", "dispense"),
    "fit_retention": ("dosecalc.dosimetry.fit", "fit_retention"),
    "find_limits": ("dosecalc.planning.limits", "find_limits"),
    "load_protocol": ("dosecalc.library.load", "load_protocol"),
    "plan": ("dosecalc.planning.planner", "plan"),
    "window": ("dosecalc.dispensing.window", "window"),
    "Window": ("dosecalc.dispensing.window", "Window"),
    "verify": ("dosecalc.planning.verified", "verify"),
}


def __getattr__(name: str) -> Any:
    if name == "ureg":
        from dosecalc.quantities.units import registry

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
