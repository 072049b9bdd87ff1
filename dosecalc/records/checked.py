"""The document of a gate check read as a record: what was prescribed and measured, and the word of the gate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dosecalc.findings.finding import Status

SCHEMA = "dosecalc.check/1"
_PATIENT = ("age", "sex", "weight", "height", "bsa", "prior", "measured")


def is_check(raw: Mapping[str, Any]) -> bool:
    """Whether a table is the document of a gate check."""
    return raw.get("schema") == SCHEMA and isinstance(raw.get("inputs"), Mapping)


def as_record(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The record of one dose that a check makes: given as assayed, at the time that was checked.

    What stayed behind is not known to a check; add it as a residual where it was measured.
    """
    case = raw["inputs"]
    patient, directive, assay = (_table(case, part) for part in ("patient", "directive", "assay"))
    measured = {key: assay.get(name) for key, name in (("amount", "amount"), ("at", "at"), ("by", "by"))}
    measured["where"] = assay.get("instrument")
    amounts = [str(each) for each in directive.get("amount", ())]
    ids = [str(each) for each in patient.get("ids", ())]
    dose = {
        "number": raw.get("dose"),
        "agent": assay.get("agent") or _table(case, "received").get("agent"),
        "prescribed_agent": directive.get("agent"),
        "prescribed": amounts[0] if amounts else None,
        "directive": amounts[1] if len(amounts) > 1 else None,
        "order": None if assay.get("volume") else _table(case, "order").get("amount"),
        "range": directive.get("range"),
        "route": directive.get("route"),
        "form": directive.get("form"),
        "assayed": _kept(measured) if measured["amount"] is not None else None,
        "given_at": case.get("at"),
        "given_by": _table(case, "administering").get("by"),
        "patient_id": ids[0] if ids else None,
    }
    asked = _table(raw, "asked")
    about = {key: asked[key] for key in _PATIENT if asked.get(key)} or {key: patient.get(key) for key in _PATIENT}
    about["observables"] = asked.get("set")
    record = {
        "protocol": case.get("protocol"),
        "level": asked.get("level"),
        "cycles": case.get("cycles"),
        "cycle_length": case.get("cycle_length"),
        "reduction": case.get("reduction"),
        "toxicity": case.get("toxicity"),
        "tz": case.get("tz"),
        "patient_id": dose["patient_id"],
        "patient": _kept(about),
        "doses": [_kept(dose)],
    }
    return _kept(record)


def word(raw: Mapping[str, Any]) -> tuple[Status, str]:
    """The status of the gate's word, and its sentence: a dose held and given is a violation, unless overridden."""
    said = f"the gate said {raw.get('verdict')}: {raw.get('text')}"
    if raw.get("verdict") == "go":
        return "pass", said
    override = raw.get("override")
    if isinstance(override, Mapping):
        return "warning", f"{said}; overridden by {override.get('by')}: {override.get('why')}"
    return "violation", f"{said}; nobody is named who overrode it"


def _table(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A table of a table; empty where there is none."""
    found = of.get(key)
    return found if isinstance(found, Mapping) else {}


def _kept(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value not in (None, "", [], (), {})}
