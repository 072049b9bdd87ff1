"""The result of whole-body dosimetry, and the JSON document that it makes (``dosecalc.dosimetry/1``)."""

from __future__ import annotations

from typing import NamedTuple

from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.dosimetry.kinetics import Fit
from dosecalc.dosimetry.retention import Retention
from dosecalc.quantities.documents import Quantity, amounts, plain, written
from dosecalc.reference.halflives import HalfLife

DOSIMETRY = "dosecalc.dosimetry/1"
WORDS = ("no", "one", "two", "three")


class Figure(NamedTuple):
    """A value with its standard uncertainty (k = 1) and an interval of 95 % coverage, None where they are not known."""

    value: float
    u: float | None = None
    low: float | None = None
    high: float | None = None


class Second(NamedTuple):
    """A second administration in MBq, for the weight in kg that its S value holds for (None where S was stated).

    The interval is never below zero, and ``high`` is None where the first dose may have been nothing.
    """

    activity: Figure
    weight: float | None


class FigureDocument(TypedDict):
    value: float
    unit: str
    u: float | None
    low: float | None
    high: float | None


class PhaseDocument(TypedDict):
    amplitude: float
    rate: Quantity
    half_life: Quantity
    physical_only: bool


class FittedDocument(TypedDict):
    time_h: float
    retention: float
    fitted: float
    residual: float


class CandidateDocument(TypedDict):
    phases: int
    aicc: float | None
    residence_time: Quantity


class ModelFreeDocument(TypedDict):
    residence_time: Quantity
    dose: Quantity | None
    difference_percent: float


class SecondDocument(TypedDict):
    MBq: float
    mCi: float
    u: float | None
    low: float | None
    high: float | None
    weight: Quantity | None


class DosimetryDocument(TypedDict):
    schema: str
    dosecalc: str
    inputs: dict[str, list[str]]
    nuclide: str | None
    half_life: HalfLife | None
    model: str
    phases: list[PhaseDocument]
    covariance: list[list[float]]
    candidates: list[CandidateDocument]
    readings: list[FittedDocument]
    residence_time: FigureDocument
    extrapolated_percent: float | None
    s_value: Quantity | None
    dose: FigureDocument | None
    model_free: ModelFreeDocument | None
    second: SecondDocument | None
    second_other_weight: SecondDocument | None
    flags: list[str]
    assumptions: list[str]
    unconfirmed: list[dict[str, str]]
    sources: list[dict[str, str]]


class Dosimetry(NamedTuple):
    """What one administration gave the whole body, and what a second may be.

    ``fits``: the chosen fit first; empty where a residence time was stated. Times in hours, doses in Gy, activities in
    MBq, ``s`` in Gy/(MBq h). ``after`` is the part of the residence time that lies behind the last reading.
    """

    version: str
    inputs: dict[str, list[str]]
    nuclide: str | None
    half_life: HalfLife | None
    retention: Retention | None
    fits: tuple[Fit, ...]
    residence_time: Figure
    after: float | None
    s: float | None
    dose: Figure | None
    free_residence_time: float | None
    free_dose: float | None
    second: Second | None
    second_other: Second | None
    target: float | None
    flags: tuple[str, ...]
    assumptions: tuple[str, ...]
    unconfirmed: tuple[tuple[str, str], ...]
    sources: tuple[dict[str, str], ...]

    @property
    def fit(self) -> Fit | None:
        """The fit that was chosen."""
        return self.fits[0] if self.fits else None

    @property
    def model(self) -> str:
        """The model in words."""
        if self.fit is None:
            return "stated residence time"
        count = len(self.fit.phases)
        return f"{WORDS[count]} exponential phase{'' if count == 1 else 's'}"

    def document(self) -> DosimetryDocument:
        """The result as the JSON document of schema ``dosecalc.dosimetry/1``."""
        return {
            "schema": DOSIMETRY,
            "dosecalc": self.version,
            "inputs": self.inputs,
            "nuclide": self.nuclide,
            "half_life": plain(self.half_life),
            "model": self.model,
            "phases": [] if self.fit is None else _phases(self.fit),
            "covariance": [] if self.fit is None else self.fit.covariance.tolist(),
            "candidates": [
                {"phases": len(each.phases), "aicc": each.aicc, "residence_time": {"value": each.tau, "unit": "h"}}
                for each in sorted(self.fits, key=lambda each: len(each.phases))
            ],
            "readings": _readings(self),
            "residence_time": _figure(self.residence_time, "h"),
            "extrapolated_percent": None if self.after is None else 100 * self.after,
            "s_value": None if self.s is None else {"value": self.s, "unit": "Gy/(h*MBq)"},
            "dose": None if self.dose is None else _figure(self.dose, "Gy"),
            "model_free": _model_free(self),
            "second": _second(self.second),
            "second_other_weight": _second(self.second_other),
            "flags": list(self.flags),
            "assumptions": list(self.assumptions),
            "unconfirmed": [{"fact": fact, "statement": statement} for fact, statement in self.unconfirmed],
            "sources": list(self.sources),
        }

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())


def _figure(figure: Figure, unit: str) -> FigureDocument:
    return {"value": figure.value, "unit": unit, "u": figure.u, "low": figure.low, "high": figure.high}


def _phases(fit: Fit) -> list[PhaseDocument]:
    return [
        {
            "amplitude": phase.amplitude,
            "rate": {"value": phase.rate, "unit": "/h"},
            "half_life": {"value": phase.half_life, "unit": "h"},
            "physical_only": phase.physical,
        }
        for phase in fit.phases
    ]


def _readings(found: Dosimetry) -> list[FittedDocument]:
    if found.fit is None or found.retention is None:
        return []
    fitted = found.fit.at([float(each.time) for each in found.retention.readings])
    return [
        {
            "time_h": float(each.time),
            "retention": float(each.retention),
            "fitted": float(model),
            "residual": float(each.retention) - float(model),
        }
        for each, model in zip(found.retention.readings, fitted, strict=True)
    ]


def _model_free(found: Dosimetry) -> ModelFreeDocument | None:
    if found.free_residence_time is None:
        return None
    return {
        "residence_time": {"value": found.free_residence_time, "unit": "h"},
        "dose": None if found.free_dose is None else {"value": found.free_dose, "unit": "Gy"},
        "difference_percent": 100 * (found.free_residence_time / found.residence_time.value - 1),
    }


def _second(second: Second | None) -> SecondDocument | None:
    if second is None:
        return None
    shown, activity = amounts(second.activity.value, "activity"), second.activity
    return {
        "MBq": shown["MBq"],
        "mCi": shown["mCi"],
        "u": activity.u,
        "low": activity.low,
        "high": activity.high,
        "weight": None if second.weight is None else {"value": second.weight, "unit": "kg"},
    }
