"""The whole-body dose of an administration from its readings, put into a plan with its interval."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course.calculator import Calculation
from dosecalc.dosimetry.fit import assess
from dosecalc.dosimetry.result import Dosimetry, Estimate
from dosecalc.dosimetry.retention import read as read_retention
from dosecalc.dosimetry.settings import FitRequest
from dosecalc.errors import InputError
from dosecalc.findings.finding import Finding, Status
from dosecalc.findings.sentences import own
from dosecalc.planning.result import Interval
from dosecalc.quantities import units
from dosecalc.quantities.documents import COVERAGE
from dosecalc.quantities.numbers import EXACT, Unknown, Value
from dosecalc.quantities.options import within
from dosecalc.quantities.statement import Stated
from dosecalc.quantities.units import Measure
from dosecalc.requests.match import Match, match
from dosecalc.requests.request import check_whole_body_dose

RULE = "retention"
_BAD = ("violation", "warning")


class Edge(NamedTuple):
    """The same plan with every measured dose at one end of its interval."""

    match: Match
    result: Calculation


class Measured(NamedTuple):
    """A plan with doses from readings: what was matched and computed with them, and at both ends of their intervals.

    ``low`` has the lowest doses, and so the highest activities that follow. Both are None where the uncertainty of
    some dose is not known.
    """

    match: Match
    result: Calculation
    fitted: dict[int, Dosimetry]
    low: Edge | None
    high: Edge | None

    def interval(self, number: int) -> Interval | None:
        """The interval of a dose's activity in MBq, or None; no upper end where what was measured may be nothing."""
        if self.low is None or self.high is None:
            return None
        most, least = (edge.result.doses[number - 1].planned for edge in (self.low, self.high))
        if isinstance(least, Unknown) or EXACT.equal(self.result.doses[number - 1].planned, least).yes:
            return None
        high = None if isinstance(most, Unknown) else float(most)
        return Interval.made(low=float(least), high=high, coverage=COVERAGE)

    def told(self, number: int, trace: str) -> str:
        """The trace of a dose with its interval."""
        interval = self.interval(number)
        if interval is None:
            return trace
        high = "no upper end" if interval.high is None else units.show(interval.high, "MBq")
        return f"{trace}; 95 % interval {units.show(interval.low, 'MBq')} to {high}"

    def sources(self) -> list[dict[str, str]]:
        """The files of readings, and what their dosimetry rests on."""
        return [dict(source) for dosimetry in self.fitted.values() for source in dosimetry.sources]

    def cites(self) -> list[str]:
        """The unconfirmed facts that the dosimetry rests on."""
        return [fact["fact"] for dosimetry in self.fitted.values() for fact in dosimetry.unconfirmed]


def measure(matched: Match, before: Calculation) -> Measured:
    """Fit the readings that were named, and compute the plan anew from the doses that they give. InputError."""
    fitted = {number: within("--retention", _fitted, matched, before, number) for number in matched.request.retention}
    doses = {number: _dose(dosimetry) for number, dosimetry in fitted.items()}
    stated = {number: _as_measured(dose, number) for number, dose in doses.items()}
    request = matched.request._replace(measured={**matched.request.measured, **stated}, retention={})
    try:
        again = match(matched.file, matched.arm, request)
    except InputError as error:
        place = "--retention" if error.where == "--measured" else error.where
        raise InputError(error.message, where=place) from None
    result = again.compiled.run(again.slots, again.inputs)
    low, high = (_edge(again, {n: getattr(dose, side) for n, dose in doses.items()}) for side in ("low", "high"))
    return Measured(again, result, fitted, low, high)


def _as_measured(dose: Estimate, number: int) -> Stated:
    """The dose that readings gave, in place of one that was stated: the shortest decimal that its double stands for."""
    measure = Measure(Fraction(repr(dose.value)), units.unit("Gy"), f"{dose.value!r} Gy")
    within("--retention", check_whole_body_dose, measure)
    return Stated(measure.value, measure.text, measure, dose=number, written=f"{number}={measure.text}")


def _fitted(matched: Match, before: Calculation, number: int) -> Dosimetry:
    """The dosimetry of an administration, its weight and its activity being those of the plan."""
    if number > len(matched.slots):
        raise InputError(f"there is no dose {number}; {matched.arm.id} plans {len(matched.slots)} here")
    agent = matched.file.protocol.agents[matched.slots[number - 1].dose.agent]
    moment = before.doses[number - 1]
    weight = moment.value("weight")
    if agent.radionuclide is None:
        raise InputError(f"dose {number} is a drug and gives no whole-body dose")
    if isinstance(weight, Unknown) or isinstance(moment.amount, Unknown):
        size = isinstance(weight, Unknown)
        lacking = "the body weight: give --weight" if size else f"its activity: give --given {number}"
        raise InputError(f"the whole-body dose of dose {number} needs {lacking}")
    if not moment.amount:
        raise InputError(f"nothing was given as dose {number}, so nothing can have been retained of it")
    path = matched.request.retention[number].text
    retention = read_retention(path, Fraction(moment.amount))
    request = FitRequest(weight=float(weight), activity=float(moment.amount), nuclide=agent.radionuclide)
    return assess(request, retention, {"retention": [path]})


def _dose(dosimetry: Dosimetry) -> Estimate:
    assert dosimetry.dose is not None
    if not dosimetry.dose.value:
        raise InputError("the readings give a dose of zero", where="--retention")
    return dosimetry.dose


def _edge(matched: Match, doses: Mapping[int, float | None]) -> Edge | None:
    known = {number: dose for number, dose in doses.items() if dose is not None}
    if len(known) < len(doses):
        return None
    measured: dict[int, Value] = {**matched.inputs.measured, **known}
    moved = matched._replace(inputs=matched.inputs._replace(measured=measured))
    return Edge(moved, matched.compiled.run(matched.slots, moved.inputs))


# -- what the interval means ------------------------------------------------------------------------------------


def doubted(findings: Iterable[Finding], edges: Iterable[Iterable[Finding]]) -> Iterator[Finding]:
    """Findings that hold at the measured dose and fail within its interval become warnings."""
    bad = {(each.rule, each.part) for edge in edges for each in edge if each.status in _BAD}
    for finding in findings:
        if finding.status in ("pass", "not_applicable") and (finding.rule, finding.part) in bad:
            message = f"{finding.message} The limit lies within the 95 % interval that the readings leave."
            yield finding.model_copy(update={"status": "warning", "message": message})
        else:
            yield finding


def own_findings(measured: Measured, cite: tuple[str, ...]) -> Iterator[Finding]:
    """Findings on the readings: the doses that they give with what is odd about them, and caps within the interval."""
    for number, dosimetry in measured.fitted.items():
        dose = _dose(dosimetry)
        spread = "its uncertainty is not known" if dose.u is None else f"± {units.show(dose.u, 'Gy', figures=2)}, k = 1"
        text = f"the readings of {dosimetry.inputs['retention'][0]} give {units.show(dose.value, 'Gy')} ({spread})"
        rest = f": {'; '.join(dosimetry.flags)}" if dosimetry.flags else ""
        status: Status = "warning" if dosimetry.flags or dose.u is None else "pass"
        yield own(RULE, status, number, text + rest, (), part=f"dose-{number}", severity="warning")
    yield from _caps(measured, cite)


def _caps(measured: Measured, cite: tuple[str, ...]) -> Iterator[Finding]:
    for edge in (measured.low, measured.high):
        for here, there in zip(measured.result.doses, edge.result.doses if edge is not None else (), strict=False):
            if bool(there.capped) != bool(here.capped):
                text = "the cap of the source lies within the interval that the readings leave"
                yield own(RULE, "warning", here.number, text, cite, part="cap", severity="warning")
