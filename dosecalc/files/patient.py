"""A patient as a file or a script states one: the texts of the options of ``dosecalc plan``.

Everything is kept as it was written; :mod:`dosecalc.requests.request` reads it through the unit door
together with the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from dosecalc.errors import InputError
from dosecalc.quantities.options import texts

if TYPE_CHECKING:
    from typing import TypedDict, Unpack

    import pint

    One = str | int | float | pint.Quantity[Any]
    Some = One | Sequence[One]
    ByDose = Some | Mapping[int, One]
    Observables = Mapping[str, One] | Sequence[str] | str

    class Statements(TypedDict, total=False):
        """The keywords of a patient."""

        age: One
        sex: str
        weight: ByDose
        height: ByDose
        bsa: ByDose
        observables: Observables
        prior: Some
        given: Mapping[int, One] | Sequence[str] | str
        measured: Mapping[int, One] | Sequence[str] | str
        toxicity: Mapping[int, Some] | Sequence[str] | str
        label: str
        patient_id: str | Sequence[str]


Texts = Annotated[tuple[str, ...], BeforeValidator(texts)]


class Patient(BaseModel):
    """The statements about one patient.

    Quantities are text (``"20 kg"``), pint Quantities, or plain numbers for weight (kg), height (cm), bsa (m²) and
    age (years). ``weight`` may be a list with dates (``"20 kg@2026-03-01"``) or a table by dose (``{3: "22 kg"}``).
    ``toxicity`` maps cycles to what followed them.
    ``observables`` maps names (``platelets``, ``platelets[3]``) to values; ``prior`` lists earlier therapy, or is
    ``"none"``; ``given`` and ``measured`` map dose numbers to what was given and measured. Raises InputError.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    age: Texts = ()
    sex: Texts = ()
    weight: Texts = ()
    height: Texts = ()
    bsa: Texts = ()
    observables: Texts = ()
    prior: Texts = ()
    given: Texts = ()
    measured: Texts = ()
    toxicity: Texts = ()
    label: Texts = ()
    patient_id: Texts = ()

    def __init__(self, **statements: Unpack[Statements]) -> None:
        """Raises InputError for a key that is not known, and for a value that is no text, number or quantity."""
        try:
            super().__init__(**statements)
        except ValidationError as error:
            raise InputError(_first_problem(error), where="Patient") from None

    def inputs(self) -> dict[str, list[str]]:
        """The same statements as the options of the command line."""
        named = {"observables": "set", "patient_id": "patient-id"}
        return {named.get(name, name): list(value) for name, value in self.__dict__.items() if value}


def from_text(text: str, name: str) -> Patient:
    """Read a patient file, TOML or JSON. InputError says what is wrong in it and where."""
    try:
        return Patient(**_parsed(text, name))
    except InputError as error:
        raise InputError(error.message, where=f"--patient {name}") from None


def _first_problem(error: ValidationError) -> str:
    item = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in item["loc"])
    if item["type"] == "extra_forbidden":
        return f"the key {key!r} is not known; a patient has {', '.join(Patient.model_fields)}"
    return f"{key}: {item['msg'].removeprefix('Value error, ')}"


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; InputError where a key appears twice in it."""
    table: dict[str, Any] = {}
    for key, value in pairs:
        if key in table:
            raise InputError(f"the key {key!r} appears twice")
        table[key] = value
    return table


def _parsed(text: str, name: str) -> dict[str, Any]:
    is_json = name.endswith(".json") or text.lstrip().startswith("{")
    try:
        patient = _json(text) if is_json else _toml(text)
    except InputError as error:
        raise error.at(f"--patient {name}") from None
    except (ValueError, RecursionError) as error:
        reason = str(error).partition(";")[0]
        raise InputError(f"cannot be read: {reason}", where=f"--patient {name}") from None
    if not isinstance(patient, dict):
        raise InputError('expected a table of keys such as weight = "20 kg"', where=f"--patient {name}")
    return patient


def _json(text: str) -> Any:
    import json

    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error}") from None


def _toml(text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}") from None
