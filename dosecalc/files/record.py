"""A course record as a file states it: what was prescribed and what was given, dose by dose.

Everything stays the text that was written, until it is read through the doors for units and times.
"""

from datetime import datetime
from typing import Annotated, Any

from dosecalc.files.model import Before, FileTable, Many, WholeNumber
from dosecalc.quantities.options import texts


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


Text = Annotated[str, Before(_text)]
_ONE = {"type": ["string", "number", "boolean"]}
Texts = Annotated[
    tuple[str, ...],
    Before(lambda value: tuple(texts(value)), {"anyOf": [_ONE, {"type": "array", "items": _ONE}, {"type": "object"}]}),
]
"""One value or several, or a table by dose or by observable, as in a patient file."""


class MeasuredActivity(FileTable):
    """An activity that was measured, when and by whom; ``where`` names what it was measured in."""

    amount: Text
    at: Text | None = None
    by: str | None = None
    where: str | None = None


class DosePart(FileTable):
    """A part of a dose that was given in several, as two capsules on two days, each with its assay and its times."""

    assayed: MeasuredActivity | None = None
    residuals: Many[MeasuredActivity] = ()
    given: Text | None = None
    given_at: Text | None = None
    given_by: str | None = None
    note: str | None = None


class DoseComponent(FileTable):
    """One of several agents that were given together, as two radionuclides in one syringe, with its own activity."""

    agent: str | None = None
    nuclide: str | None = None
    prescribed_agent: str | None = None
    prescribed: Text | None = None
    directive: Text | None = None
    order: Text | None = None
    range: str | None = None
    assayed: MeasuredActivity | None = None
    residuals: Many[MeasuredActivity] = ()
    given: Text | None = None
    dose_coefficient: Text | None = None


class RecordedDose(FileTable):
    """One administration. Only ``prescribed`` and ``assayed`` (or ``given``) are needed.

    ``assayed`` was measured before, each of ``residuals`` after; ``given`` states the net activity, in their place or
    beside them. ``parts`` stand for all of these where a dose was given in several, ``components`` where several agents
    were given together. ``prescribed_agent`` is what was prescribed, ``agent`` what was given. ``range`` is the
    prescribed range, "28 to 36 mCi". ``route`` is the way into the body, ``form`` the chemical form.
    ``fraction_of_delivery`` says that the dose is one fraction of a fractionated delivery, which a cycle of a
    radiopharmaceutical is not. ``happened`` is what went wrong meanwhile, as ["extravasation"]. ``weight``, ``height``
    and ``bsa`` hold from this dose on, or from the date that stands with them, "20 kg@2026-03-01".
    """

    number: Annotated[int, WholeNumber(1, 999)] | None = None
    agent: str | None = None
    nuclide: str | None = None
    prescribed_agent: str | None = None
    prescribed: Text | None = None
    directive: Text | None = None
    order: Text | None = None
    range: str | None = None
    assayed: MeasuredActivity | None = None
    residuals: Many[MeasuredActivity] = ()
    given: Text | None = None
    given_at: Text | None = None
    components: Many[DoseComponent] = ()
    parts: Many[DosePart] = ()
    route: str | None = None
    form: str | None = None
    fraction_of_delivery: bool | None = None
    happened: Many[str] = ()
    patient_id: Text | None = None
    given_by: str | None = None
    dose_coefficient: Text | None = None
    weight: Text | None = None
    height: Text | None = None
    bsa: Text | None = None
    note: str | None = None


class RecordedPatient(FileTable):
    """The patient, with the keys of a patient file."""

    age: Texts = ()
    sex: Texts = ()
    weight: Texts = ()
    height: Texts = ()
    bsa: Texts = ()
    observables: Texts = ()
    prior: Texts = ()
    measured: Texts = ()
    label: Texts = ()


class CourseRecord(FileTable):
    """A course: the ``protocol`` that it follows (an arm), the patient, the doses."""

    protocol: str | None = None
    level: Texts = ()
    cycles: Texts = ()
    cycle_length: Texts = ()
    reduction: Texts = ()
    toxicity: Texts = ()
    nuclide: str | None = None
    dose_coefficient: Text | None = None
    tz: str | None = None
    patient_id: Text | None = None
    patient: RecordedPatient | None = None
    doses: Many[RecordedDose]
