"""The keywords of the library and their types; each is an option of the table in ``options``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date as Date
from fractions import Fraction
from typing import Protocol, TypedDict


class PhysicalQuantity(Protocol):
    """A quantity with a unit, such as a pint ``Quantity`` of any registry."""

    @property
    def magnitude(self) -> object: ...
    @property
    def units(self) -> object: ...


class PatientStatements(Protocol):
    """The statements about a patient, as :class:`dosecalc.Patient` holds them."""

    def inputs(self) -> dict[str, list[str]]:
        """The statements as a table of options."""
        ...


Scalar = str | int | float | Fraction | PhysicalQuantity
"""A quantity: text such as ``"1.6 m^2"``, a pint Quantity, or a plain number where the keyword says of what unit."""
ByDose = Scalar | Sequence[Scalar] | Mapping[int, Scalar]
"""A quantity for every dose, several statements, or a table by dose: ``{2: "22 kg"}``."""
Truth = bool
Path = str | os.PathLike[str]


class PlanOptions(TypedDict, total=False):
    """The keywords of :func:`dosecalc.plan`; each may be left out, and what is left out is unknown."""

    bsa: ByDose | None
    """Body surface area; a plain number is m²."""
    weight: ByDose | None
    """Body weight; a plain number is kg. Text may have a date, ``"20 kg@2026-03-01"``."""
    height: Scalar | None
    """Height; a plain number is cm."""
    bsa_formula: str | None
    """The formula for a body surface area from weight and height, ``"mosteller"`` where it is left out."""
    age: Scalar | None
    """Age; a plain number is years."""
    sex: str | None
    """``"female"`` or ``"male"``."""
    level: ByDose | None
    """The level, where the protocol gives a range, by dose or for every dose: ``"12 mCi/kg"``."""
    start: str | Date | None
    """The date of the first dose."""
    cycle_length: Scalar | None
    """The distance between cycles, where the protocol leaves it open: ``"56 day"``."""
    prior: str | Sequence[str] | None
    """Earlier therapy as ``"[AGENT:]AMOUNT[@DATE][,WEIGHT]"``, several, or ``"none"``."""
    given: Mapping[int, Scalar] | None
    """Amounts given in place of planned doses: ``{1: "8000 MBq@2026-03-01"}``."""
    measured: Mapping[int, Scalar] | None
    """The whole-body dose from each administration alone: ``{1: "1.9 Gy"}``."""
    reduction: Mapping[int, int] | None
    """The step of the protocol's ladder from a dose on: ``{3: 1}``."""
    toxicity: Mapping[int, str | Sequence[str]] | Sequence[str] | None
    """What followed each cycle: ``{2: "platelets grade 3, recovered to grade 1"}``, or ``{2: "none"}``."""
    observables: Mapping[str, Scalar | Truth] | None
    """Values of observables by name, ``{"platelets": "90000/uL", "remission[2]": True}``."""
    patient: PatientStatements | Path | None
    """A :class:`dosecalc.Patient`, or the path of a patient file."""
    cycles: int | str | None
    """Exactly so many cycles, all required."""
    retention: Mapping[int, Path] | None
    """Files of whole-body readings by administration: ``{1: "retention.csv"}``."""
    label: str | None
    """A case reference to keep with the plan."""
    patient_id: str | Sequence[str] | None
    """Identifiers of the patient, which whatever reads the plan compares."""


class RecordOptions(TypedDict, total=False):
    """The keywords of :func:`dosecalc.check_record` about the patient, as those of a plan; what its file leaves out."""

    bsa: ByDose | None
    """Body surface area; a plain number is m²."""
    weight: ByDose | None
    """Body weight; a plain number is kg. Text may have a date, ``"20 kg@2026-03-01"``."""
    height: Scalar | None
    """Height; a plain number is cm."""
    age: Scalar | None
    """Age; a plain number is years."""
    sex: str | None
    """``"female"`` or ``"male"``."""
    level: ByDose | None
    """The level, where the protocol gives a range."""
    prior: str | Sequence[str] | None
    """Earlier therapy as ``"[AGENT:]AMOUNT[@DATE][,WEIGHT]"``, several, or ``"none"``."""
    observables: Mapping[str, Scalar | Truth] | None
    """Values of observables by name."""
