"""Amounts that no shipped protocol gives of their agent: the rule ``largest-amount``, with what made them."""

from __future__ import annotations

from collections.abc import Iterator

from dosecalc.course.calculator import Calculation
from dosecalc.course.levels import SIZE_OF, Row
from dosecalc.course.state import Moment
from dosecalc.files.protocol import Agent
from dosecalc.findings.finding import Finding
from dosecalc.findings.sentences import own, own_check
from dosecalc.findings.trace import Tracer, symbol_of
from dosecalc.quantities import units
from dosecalc.quantities.numbers import EXACT, Value, definite
from dosecalc.reference import amounts
from dosecalc.reference.amounts import Largest
from dosecalc.reference.beliefs import belief
from dosecalc.requests.match import Match

RULE = "largest-amount"


def findings(match: Match, result: Calculation, tracer: Tracer) -> Iterator[Finding]:
    """A warning for doses larger than any that a shipped protocol gives of the agent, once for those that are alike."""
    above: dict[str, list[Moment]] = {}
    limit = belief(RULE).value
    for moment in result.doses:
        largest = amounts.largest_of(*_named(match, moment))
        if largest is not None and EXACT.above(_amount(moment), limit * largest.amount).yes:
            above.setdefault(_text(match, moment, tracer, largest), []).append(moment)
    for text, moments in above.items():
        yield _finding(text, moments, amounts.largest_of(*_named(match, moments[0])))


def _agent(match: Match, moment: Moment) -> Agent:
    assert moment.slot is not None
    return match.file.protocol.agents[moment.slot.dose.agent]


def _named(match: Match, moment: Moment) -> tuple[str | None, str, str]:
    """The radionuclide of a dose and what its agent is called."""
    assert moment.slot is not None
    agent = _agent(match, moment)
    return agent.radionuclide, moment.slot.dose.agent, agent.name


def _amount(moment: Moment) -> Value:
    """What was planned, or where that is not known what was given."""
    return moment.planned if EXACT.known(moment.planned) else moment.amount


def _finding(text: str, moments: list[Moment], largest: Largest | None) -> Finding:
    assert largest is not None
    limit, first = belief(RULE), moments[0]
    name, unit = ("dose_activity", "MBq") if first.radioactive else ("dose_mass", "mg")
    observed, bound = (
        {"value": float(definite(each)), "unit": unit} for each in (_amount(first), limit.value * largest.amount)
    )
    check = own_check(name, observed, "at_most", bound, holds=False)
    doses = tuple(moment.number for moment in moments)
    return own(RULE, "warning", first.number, text, (limit.cite,), [check], doses=doses)


def _text(match: Match, moment: Moment, tracer: Tracer, largest: Largest) -> str:
    limit, level = belief(RULE), tracer.level(moment, tracer.row(moment))
    kind = "activity" if moment.radioactive else "mass"
    symbol = ("mCi" if moment.radioactive else "mg") if level is None else symbol_of(moment, level)
    shown, most = (units.show(definite(each), symbol, kind) for each in (_amount(moment), limit.value * largest.amount))
    part = "" if limit.value == 1 else f"{limit.text} of "
    body = f"{units.show(amounts.WEIGHT, 'kg')} and {units.show(amounts.SURFACE, 'm^2')}"
    return (
        f"{shown} is more than {most}, {part}the largest amount of {_agent(match, moment).name} that a shipped "
        f"protocol gives ({largest.arm}, at {body}; our limit); check {', '.join(_made_of(match, moment, tracer))}"
    )


# -- what made an amount ----------------------------------------------------------------------------------------


def _made_of(match: Match, moment: Moment, tracer: Tracer) -> Iterator[str]:
    """The statements that made an amount, as they were written; where there are none, the file made it."""
    row = tracer.row(moment)
    if row is None or not EXACT.known(moment.planned):
        yield f"--given {moment.number}={match.request.given[moment.number].text}"
        return
    made_of = dict.fromkeys(text for name in _names(row) for text in _written(match, moment, name))
    if (level := match.levels.get(moment.number)) is not None:
        made_of[f"--level {level.text}"] = None
    if row.target or row.organ is not None:
        made_of |= dict.fromkeys(_before(match, moment, tracer))
    yield from made_of or ("the protocol file, which alone makes it",)


def _names(row: Row) -> Iterator[str]:
    """The observables that make the amount of a row."""
    for factor in row.every_factor:
        yield from (of.name for of in factor.observables)
    if row.organ is not None:
        yield row.organ.name
    for low, _ in () if row.factors else row.options:
        if size := SIZE_OF.get(low.dimension):
            yield size


def _written(match: Match, moment: Moment, name: str) -> Iterator[str]:
    """How an observable was stated, or those that it was derived from."""
    request = match.request
    for each in ("weight", "height") if name == "bsa" and "bsa" not in request.sizes else (name,):
        for statement in (*request.sizes.get(each, ()), request.indexed.get((each, moment.number))):
            if statement is not None:
                yield f"{each} {statement.text}"
        if each in request.stated:
            yield f"{each} {request.stated[each].text}"


def _before(match: Match, moment: Moment, tracer: Tracer) -> Iterator[str]:
    """What was given and measured of the doses before, from which a dose is scaled."""
    for earlier in tracer.earlier(moment):
        for option, statements in (("given", match.request.given), ("measured", match.request.measured)):
            if earlier.number in statements:
                yield f"--{option} {earlier.number}={statements[earlier.number].text}"
