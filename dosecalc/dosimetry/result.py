"""The result of whole-body dosimetry, and the JSON document that it makes (``dosecalc.dosimetry/1``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dosecalc.dosimetry.kinetics import Fit
from dosecalc.dosimetry.retention import Retention
from dosecalc.quantities.account import StatedOption
from dosecalc.quantities.documents import Amount, Document, Quantity, Result
from dosecalc.quantities.frozen import Field
from dosecalc.reference.halflives import HalfLife

WORDS = ("no", "one", "two", "three")


class Estimate(Result):
    """A value with its standard uncertainty and an interval of 95 % coverage."""

    value: float = Field(description="The best value, in the unit beside it.")
    unit: str = Field(description="h, Gy or MBq.")
    u: float | None = Field(description="The standard uncertainty (k = 1); null where it is not known.")
    low: float | None = Field(description="The lower end of the interval of 95 %; null where it is not known.")
    high: float | None = Field(description="The upper end; null where it is not known, or where there is none.")


def estimate(
    value: float, unit: str, u: float | None = None, low: float | None = None, high: float | None = None
) -> Estimate:
    """A value in a unit, with its uncertainty and interval where they are known."""
    return Estimate.made(value=value, unit=unit, u=u, low=low, high=high)


class FittedPhase(Result):
    """One exponential phase of the fit."""

    amplitude: float = Field(description="The part of what was administered that leaves with this phase.")
    rate: Quantity = Field(description="The effective rate in /h.")
    half_life: Quantity = Field(description="The effective half-life in h.")
    physical_only: bool = Field(description="Whether the phase leaves the body by physical decay alone.")


class Candidate(Result):
    """One number of phases that was fitted."""

    phases: int = Field(description="How many phases.")
    aicc: float | None = Field(description="Akaike's criterion for few readings; null with too few of them.")
    residence_time: Quantity = Field(description="The residence time with so many phases, in h.")


class FittedReading(Result):
    """One reading against the fit."""

    time_h: float = Field(description="Hours after the administration.")
    retention: float = Field(description="The part of what was administered that was read.")
    fitted: float = Field(description="The part that the fit has at that time.")
    residual: float = Field(description="The reading minus the fit.")


class ModelFree(Result):
    """Residence time and dose by trapezoids, then physical decay."""

    residence_time: Quantity = Field(description="In h.")
    dose: Quantity | None = Field(description="In Gy; null without weight or activity.")
    difference_percent: float = Field(description="How far the residence time is from that of the fit, in percent.")


class Second(Result):
    """The activity of a second administration that brings the whole-body dose to the target."""

    activity: Estimate = Field(exclude=True, description="The activity in MBq.")
    mbq: float = Field(serialization_alias="MBq", description="The activity in MBq, never below zero.")
    mci: float = Field(serialization_alias="mCi", description="The same in mCi.")
    u: float | None = Field(description="The standard uncertainty (k = 1) in MBq; null where it is not known.")
    low: float | None = Field(description="The lower end of the interval of 95 % in MBq, never below zero.")
    high: float | None = Field(description="The upper end in MBq; null where the first dose may have been nothing.")
    weight: Quantity | None = Field(description="The body weight of the S value in kg; null where S was stated.")


def second_of(activity: Estimate, weight: float | None) -> Second:
    """A second administration of an activity in MBq, for the weight in kg that its S value is for."""
    shown = Amount(activity.value, "activity").document()
    return Second.made(
        activity=activity,
        mbq=shown["MBq"],
        mci=shown["mCi"],
        u=activity.u,
        low=activity.low,
        high=activity.high,
        weight=None if weight is None else quantity(weight, "kg"),
    )


class Dosimetry(Document):
    """The whole-body dose of one administration, and the second that brings it to a target."""

    SCHEMA: ClassVar[str] = "dosecalc.dosimetry/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc that computed it.")
    inputs: Mapping[str, tuple[str, ...]] = Field(description="Every option with its texts, as they were given.")
    stated: tuple[StatedOption, ...] = Field(description="Everything that was stated, and what became of it.")
    nuclide: str | None = Field(description="The radionuclide; null where a residence time was stated without it.")
    half_life: HalfLife | None = Field(description="Its half-life, from the table or as stated.")
    retention: Retention | None = Field(exclude=True, description="The readings; None where there were none.")
    fits: tuple[Fit, ...] = Field(exclude=True, description="Every fit, the chosen one first.")
    model: str = Field(description="The model in words.")
    phases: tuple[FittedPhase, ...] = Field(description="The phases of the chosen fit, from fast to slow.")
    covariance: tuple[tuple[float, ...], ...] = Field(description="Of the amplitudes and then the rates (in /h).")
    candidates: tuple[Candidate, ...] = Field(description="Each number of phases that was fitted.")
    readings: tuple[FittedReading, ...] = Field(description="The readings against the chosen fit.")
    residence_time: Estimate = Field(description="In h.")
    extrapolated_percent: float | None = Field(description="The part of it that lies behind the last reading.")
    s_value: Quantity | None = Field(description="The whole body's S value; null without weight.")
    dose: Estimate | None = Field(description="In Gy; null without weight or activity.")
    model_free: ModelFree | None = Field(description="The same without a model; null without readings.")
    target: float | None = Field(exclude=True, description="The dose in Gy that the administrations are to give.")
    second: Second | None = Field(description="What is left to the target; null without one.")
    second_other_weight: Second | None = Field(description="The same for another body weight.")
    flags: tuple[str, ...] = Field(description="What is worth a second look.")
    assumptions: tuple[str, ...] = Field(description="What was assumed.")
    unconfirmed: tuple[Mapping[str, str], ...] = Field(description="The facts used that are not yet checked.")
    sources: tuple[Mapping[str, str], ...] = Field(description="The files that it was made from, with their sha256.")

    @property
    def fit(self) -> Fit | None:
        """The fit that was chosen."""
        return self.fits[0] if self.fits else None


def quantity(value: float, unit: str) -> Quantity:
    """A number in its unit, as a document prints it."""
    return {"value": value, "unit": unit}


def model_name(fits: tuple[Fit, ...]) -> str:
    """The chosen model in words."""
    if not fits:
        return "stated residence time"
    count = len(fits[0].phases)
    return f"{WORDS[count]} exponential phase{'' if count == 1 else 's'}"


def fitted_phases(fit: Fit) -> list[FittedPhase]:
    """The phases of a fit, from fast to slow."""
    return [
        FittedPhase.made(
            amplitude=phase.amplitude,
            rate=quantity(phase.rate, "/h"),
            half_life=quantity(phase.half_life, "h"),
            physical_only=phase.physical,
        )
        for phase in fit.phases
    ]


def candidates(fits: tuple[Fit, ...]) -> list[Candidate]:
    """Every fit by its number of phases."""
    ordered = sorted(fits, key=lambda fit: len(fit.phases))
    return [
        Candidate.made(phases=len(fit.phases), aicc=fit.aicc, residence_time=quantity(fit.tau, "h")) for fit in ordered
    ]


def fitted_readings(fit: Fit, retention: Retention) -> list[FittedReading]:
    """Every reading against a fit."""
    fitted = fit.at([float(reading.time) for reading in retention.readings])
    return [
        FittedReading.made(
            time_h=float(reading.time),
            retention=float(reading.retention),
            fitted=float(model),
            residual=float(reading.retention) - float(model),
        )
        for reading, model in zip(retention.readings, fitted, strict=True)
    ]
