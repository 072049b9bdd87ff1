"""The result of checking a record, and the JSON document that it makes (``dosecalc.record/1``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.findings.finding import Finding
from dosecalc.planning.result import Dose
from dosecalc.quantities import times
from dosecalc.quantities.documents import amounts, plain, written
from dosecalc.quantities.numbers import Unknown, Value
from dosecalc.records.administration import Administration, Compared

RECORD = "dosecalc.record/1"


class ScreenDocument(TypedDict):
    id: str
    outside: bool | None
    cite: str


class ComparedDocument(TypedDict):
    of: Literal["prescribed", "directive", "order", "protocol", "range"]
    amount: dict[str, float] | None
    difference_percent: float | None
    screens: list[ScreenDocument]


class SievertDocument(TypedDict):
    difference_mSv: float
    above: bool


class AdministeredDocument(TypedDict):
    number: int
    patient_id: str | None
    agent: str | None
    prescribed: dict[str, float] | None
    administered: dict[str, float] | None
    at_most: bool
    given_at: str | None
    difference_percent: float | None
    screens: list[ScreenDocument]
    comparisons: list[ComparedDocument]
    sievert: SievertDocument | None
    notes: list[str]


class CumulativeDocument(TypedDict):
    patient_id: str | None
    agent: str | None
    doses: int
    prescribed: dict[str, float] | None
    administered: dict[str, float] | None
    lower_bound: bool
    upper_bound: bool
    difference_percent: float | None


class RecordDocument(TypedDict):
    schema: str
    dosecalc: str
    inputs: dict[str, list[str]]
    protocol: dict[str, str] | None
    doses: list[AdministeredDocument]
    cumulative: list[CumulativeDocument]
    findings: list[dict[str, Any]]
    remaining: list[dict[str, Any]]
    notes: list[str]
    sources: list[dict[str, str]]


class Cumulative(NamedTuple):
    """What one agent came to in one patient.

    ``lower_bound``: some dose of it is not known; ``upper_bound``: some is known from above alone. Where both are so
    nothing is known of the sum.
    """

    patient_id: str | None
    agent: str | None
    kind: str
    doses: int
    prescribed: Value
    administered: Value
    lower_bound: bool
    upper_bound: bool

    @property
    def off(self) -> Any:
        """Given over prescribed minus one; None where either is not known in full."""
        bounded = self.lower_bound or isinstance(self.administered, Unknown)
        known = not isinstance(self.prescribed, Unknown) and not bounded and self.prescribed
        return self.administered / self.prescribed - 1 if known else None

    def document(self) -> CumulativeDocument:
        off = self.off
        return {
            "patient_id": self.patient_id,
            "agent": self.agent,
            "doses": self.doses,
            "prescribed": _amounts(self.prescribed, self.kind),
            "administered": _amounts(self.administered, self.kind),
            "lower_bound": self.lower_bound,
            "upper_bound": self.upper_bound,
            "difference_percent": None if off is None else float(100 * off),
        }


class RecordCheck(NamedTuple):
    """A course as it was really given: every dose, what it came to, and what the protocol says of it.

    ``remaining`` are the doses still to come, planned anew from what was given.
    """

    version: str
    inputs: dict[str, list[str]]
    protocol: Mapping[str, str] | None
    doses: tuple[Administration, ...]
    cumulative: tuple[Cumulative, ...]
    findings: tuple[Finding, ...]
    remaining: tuple[Dose, ...]
    notes: tuple[str, ...]
    sources: tuple[Mapping[str, str], ...]

    @property
    def exit_status(self) -> int:
        """0, or 1 where a figure lies outside of a screen or a rule is violated."""
        violated = any(finding.status == "violation" for finding in self.findings)
        return int(violated or any(dose.flagged for dose in self.doses))

    def document(self) -> RecordDocument:
        """The result as the JSON document of schema ``dosecalc.record/1``."""
        return {
            "schema": RECORD,
            "dosecalc": self.version,
            "inputs": self.inputs,
            "protocol": plain(self.protocol),
            "doses": [_dose(dose) for dose in self.doses],
            "cumulative": [total.document() for total in self.cumulative],
            "findings": [finding.document() for finding in self.findings],
            "remaining": [dose.document() for dose in self.remaining],
            "notes": list(self.notes),
            "sources": plain(self.sources),
        }

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())


def _amounts(value: Value, kind: str) -> dict[str, float] | None:
    return None if isinstance(value, Unknown) else amounts(value, kind)


def _dose(dose: Administration) -> AdministeredDocument:
    compared = [_compared(one, dose.kind) for one in dose.compared]
    above = dose.above_sievert_limit
    return {
        "number": dose.number,
        "patient_id": dose.patient_id,
        "agent": dose.agent,
        "prescribed": compared[0]["amount"],
        "administered": _amounts(dose.given, dose.kind),
        "at_most": dose.at_most,
        "given_at": None if dose.given_at is None else times.shown(dose.given_at),
        "difference_percent": compared[0]["difference_percent"],
        "screens": compared[0]["screens"],
        "comparisons": compared,
        "sievert": None if dose.sievert is None or above is None else {"difference_mSv": dose.sievert, "above": above},
        "notes": list(dose.notes),
    }


def _compared(one: Compared, kind: str) -> ComparedDocument:
    return {
        "of": one.of,  # type: ignore[typeddict-item]  # one of the words that the document names
        "amount": _amounts(one.value, kind),
        "difference_percent": None if one.off is None else float(100 * one.off),
        "screens": [{"id": screen.id, "outside": screen.outside, "cite": screen.cite} for screen in one.screens],
    }
