"""One dose of one patient as a case file states it, before it is given: what the gate compares.

Everything stays the text that was written, until it is read through the doors for units and times.
"""

from typing import Annotated, Any

from dosecalc.files.model import NO_NAMES, Before, FileTable, Many, Named, WholeNumber
from dosecalc.files.record import Text, Texts


def _evidence(value: Any) -> Any:
    """What was done: words or a time; a bare yes or no stays what it is."""
    return str(value).lower() if isinstance(value, bool) else str(value) if not isinstance(value, str) else value


Evidence = Annotated[str, Before(_evidence)]


class Pregnancy(FileTable):
    """Whether somebody is pregnant: the ``result`` of which ``test`` and when, or what ``excluded`` it."""

    result: str | None = None
    test: str | None = None
    at: Text | None = None
    excluded: str | None = None


class CasePatient(FileTable):
    """The patient: two ``ids`` and how they were read (``identified_by``); then the keys of a patient file.

    Observables stand in ``labs``, each with its day ("110 10^9/L @ 2026-03-01"), and ``washouts``; others in the facts
    of the case.
    """

    ids: Many[Text] = ()
    identified_by: str | None = None
    age: Texts = ()
    sex: Texts = ()
    weight: Texts = ()
    height: Texts = ()
    bsa: Texts = ()
    labs: Named[Text | bool] = NO_NAMES
    washouts: Named[Text | bool] = NO_NAMES
    prior: Texts = ()
    given: Texts = ()
    measured: Texts = ()
    pregnancy: Pregnancy | None = None
    breast_feeding: Evidence | None = None


class Revision(FileTable):
    """A revision of a directive: the amount from then on, signed by whom and when."""

    amount: Text
    by: str | None = None
    at: Text | None = None


class CaseDirective(FileTable):
    """The directive: the ``amount`` once, or twice in two units that must agree; ``target`` is a lobe or a joint.

    ``amount`` is what is in force: that of the last of its ``revisions``, where there are any.
    """

    amount: Texts = ()
    range: str | None = None
    agent: str | None = None
    form: str | None = None
    route: str | None = None
    target: str | None = None
    by: str | None = None
    at: Text | None = None
    revisions: Many[Revision] = ()
    patient_id: Text | None = None


class CaseOrder(FileTable):
    """What was ordered: for one patient, to hold at ``calibrated``."""

    amount: Text | None = None
    agent: str | None = None
    form: str | None = None
    target: str | None = None
    calibrated: Text | None = None
    patient_id: Text | None = None
    not_applicable: str | None = None


class CaseReceipt(FileTable):
    """What was received: the product, its lot, its activity at its calibration time, its volume and expiry.

    ``separated`` is when the radionuclide was last separated from its progeny, as by labelling. A vial that was
    ``opened`` may be used for ``in_use`` ("8 h"). ``measured`` is one's own measurement on receipt.
    """

    agent: str | None = None
    form: str | None = None
    lot: Text | None = None
    amount: Text | None = None
    calibrated: Text | None = None
    expires: Text | None = None
    separated: Text | None = None
    opened: Text | None = None
    in_use: Text | None = None
    measured: Text | None = None
    measured_at: Text | None = None
    volume: Text | None = None
    patient_id: Text | None = None
    not_applicable: str | None = None


class Constancy(FileTable):
    """The last constancy check of a calibrator: when it was, and whether it ``passed`` or ``failed``."""

    at: Text | None = None
    result: str | None = None


class CaseAssay(FileTable):
    """What was measured of the unit that is to be given; ``volume`` where it was drawn from a vial.

    ``setting`` is the radionuclide that the instrument was set to, ``container`` what the unit was measured in.
    """

    amount: Text | None = None
    at: Text | None = None
    by: str | None = None
    instrument: str | None = None
    setting: str | None = None
    container: str | None = None
    constancy: Constancy | None = None
    volume: Text | None = None
    agent: str | None = None
    target: str | None = None
    patient_id: Text | None = None


class CaseCount(FileTable):
    """How many capsules or syringes make the dose, how many there are, and the activity of ``each``."""

    expected: Annotated[int, WholeNumber(0, 99)] | None = None
    present: Annotated[int, WholeNumber(0, 99)] | None = None
    each: Many[Text] = ()
    not_applicable: str | None = None


class CaseCheck(FileTable):
    """Who checked, and when."""

    by: str | None = None
    at: Text | None = None
    not_applicable: str | None = None


class CaseOverride(FileTable):
    """Who goes on in spite of a hold, and why."""

    by: str
    why: str


class CaseSite(FileTable):
    """What holds at a site: the tolerance of amounts, who signs directives, and the parts that it does without.

    ``recalled`` has the lots that are not to be used, each with its reason.
    """

    tolerance: Text | None = None
    authorised: Many[str] = ()
    waives: Named[str] = NO_NAMES
    recalled: Named[str] = NO_NAMES


class Case(FileTable):
    """One dose: ``dose`` of ``protocol`` (an arm) at the time ``at``; without an arm the parts are still compared.

    ``facts`` are observables that decide, as a diagnosis; ``steps`` say what was done and when, ``accepted`` which
    warnings may stand and why. ``dispensed`` is the document of the draw (``dosecalc dispense --json``), a file beside
    the case.
    """

    protocol: str | None = None
    dose: Annotated[int, WholeNumber(1, 999)] | None = None
    purpose: str | None = None
    at: Text | None = None
    tz: str | None = None
    start: Text | None = None
    level: Texts = ()
    cycles: Texts = ()
    cycle_length: Texts = ()
    reduction: Texts = ()
    toxicity: Texts = ()
    patient: CasePatient | None = None
    directive: CaseDirective | None = None
    order: CaseOrder | None = None
    received: CaseReceipt | None = None
    assay: CaseAssay | None = None
    count: CaseCount | None = None
    checked: CaseCheck | None = None
    administering: CaseCheck | None = None
    steps: Named[Evidence] = NO_NAMES
    facts: Named[Text | bool] = NO_NAMES
    accepted: Named[str] = NO_NAMES
    dispensed: str | None = None
    override: CaseOverride | None = None
    site: CaseSite | None = None
