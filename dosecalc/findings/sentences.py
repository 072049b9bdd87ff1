"""Sentences: what a rule says about a plan, in words that a pharmacist can act on.

Each sentence has what was observed and the limit in the unit of the protocol, the source, and for what is not known the
option that decides it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from dosecalc.course.calculator import RuleRun
from dosecalc.course.observables import BY_CYCLE, NEVER, Observable, indexable, settled_by
from dosecalc.course.rules import CompiledCondition, CompiledRule, Leaf, Outcome
from dosecalc.course.state import Moment
from dosecalc.files.protocol import Severity
from dosecalc.findings.finding import Check, Finding, Status
from dosecalc.quantities import units
from dosecalc.quantities.documents import quantity_of
from dosecalc.quantities.numbers import Tri, Unknown, Value, definite, ends
from dosecalc.quantities.phrases import doses_text
from dosecalc.quantities.units import Measure, Number
from dosecalc.requests.request import PriorStatement

_HOLDS = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}
FAILS = {"above": "not above", "at_least": "below", "below": "not below", "at_most": "above"}


class Seen(NamedTuple):
    """One comparison, made at one moment: what was observed, and whether it holds.

    ``dated``: the months of its limit were counted in the calendar; None where the limit has none.
    """

    leaf: Leaf
    value: Any
    truth: Tri
    dated: bool | None


def look(condition: CompiledCondition | None, moment: Moment) -> tuple[Seen, ...]:
    """Every comparison of a condition at a moment."""
    return () if condition is None else tuple([_see(leaf, moment) for leaf in condition.leaves])


def _see(leaf: Leaf, moment: Moment) -> Seen:
    name = leaf.observable.name
    dated = None if leaf.months is None else moment.calendar(name, leaf.months) is not None
    return Seen(leaf, _plain(moment.get(name)), leaf.test(moment), dated)


def _plain(value: Any) -> Any:
    """A value that can be a key: the truths of a choice as pairs."""
    return tuple(value.items()) if isinstance(value, dict) else value


def of_rule(run: RuleRun) -> list[Finding]:
    """The findings of one rule: one a dose where something is wrong, one for all doses where the same is not known,
    else one for the course.
    """
    compiled, severity = run.compiled, run.compiled.rule.severity
    rest: list[_Outcome] = []
    groups: dict[tuple[Any, ...], _Group] = {}
    for moment, outcome in run.outcomes:
        status = status_of(outcome, severity)
        if status in ("pass", "not_applicable"):
            rest.append((status, moment, outcome))
            continue
        when, require = look(compiled.when, moment), look(compiled.require, moment)
        key: tuple[Any, ...] = (status, moment.number)
        if status == "unknown":
            lacking = [s.leaf.observable for s in (*when, *require) if not (s.truth.yes or s.truth.no)]
            # what a dose alone has is another question for those that were given than for those to come
            past = any(map(indexable, lacking)) and moment.number < moment.state.inputs.next_dose
            key = (status, past, *(row.name for row in lacking))
        elif compiled.running:  # a cap on a running total is broken once, by the first dose above it
            key = (status,)
        group = groups.setdefault(key, _Group((status, moment, outcome), when, require, []))
        if moment.slot is not None and not (group.numbers and status != "unknown"):
            group.numbers.append(moment.number)
    if groups:
        return [_finding(compiled, group) for group in groups.values()]
    if not rest:
        return []
    statement = next((s for s in reversed(rest) if s[0] == "pass"), rest[-1])
    return [
        _finding(
            compiled, _Group(statement, look(compiled.when, statement[1]), look(compiled.require, statement[1]), [])
        )
    ]


_Outcome = tuple[Status, Moment, Outcome]


class _Group(NamedTuple):
    """The same outcome of a rule at several doses: the first of them, its comparisons, and the numbers of all."""

    statement: _Outcome
    when: tuple[Seen, ...]
    require: tuple[Seen, ...]
    numbers: list[int]


def status_of(outcome: Outcome, severity: Status) -> Status:
    """not_applicable where ``when`` is false, pass where the rule holds, its severity where broken, else unknown."""
    if outcome.when.no:
        return "not_applicable"
    holds = outcome.holds
    return "pass" if holds.yes else severity if holds.no else "unknown"


def _finding(compiled: CompiledRule, group: _Group) -> Finding:
    status, moment, outcome = group.statement
    # the cycle and the next dose bear only on which option settles what is not known
    place = (moment.cycle, moment.state.inputs.next_dose) if status == "unknown" else (0, 0)
    return _say(compiled, status, tuple(group.numbers), place, group.when, group.require, outcome)


@lru_cache(maxsize=4096)
def _say(
    compiled: CompiledRule,
    status: Status,
    numbers: tuple[int, ...],
    place: tuple[int, int],
    when: tuple[Seen, ...],
    require: tuple[Seen, ...],
    outcome: Outcome,
) -> Finding:
    """The finding for what was seen. The same things seen make the same finding, so it is kept: most of a plan's
    findings speak of what nobody stated, and do not change from patient to patient.
    """
    options: tuple[str, ...] = ()
    if status == "unknown":
        asked = when if not outcome.when.yes else ()
        asked += require if not (outcome.require.yes or outcome.require.no) else ()
        options = options_for(asked, numbers[0] if numbers else place[1], *place, several=len(numbers) > 1)
    rule = compiled.rule
    return Finding.made(
        rule=rule.id,
        part=rule.part,
        status=status,
        severity=rule.severity,
        dose=numbers[0] if numbers else None,
        doses=numbers if len(numbers) > 1 else None,
        message=_sentence(compiled, status, numbers, when, require, outcome, options),
        checks=tuple(map(check, (*when, *require))),
        cite=compiled.cite,
        settled_by=options,
    )


# -- findings without a rule in a file ----------------------------------------------------------------------------


def own(
    rule: str,
    status: Status,
    dose: int | None,
    text: str,
    cite: tuple[str, ...],
    checks: list[Check] | None = None,
    settled_by: tuple[str, ...] = (),
    *,
    part: str | None = None,
    severity: Severity | None = None,
    doses: tuple[int, ...] = (),
) -> Finding:
    """A finding that dosecalc makes itself. Its severity is that of its status, unless it is given.

    ``doses`` are all that it speaks of, where there are several; ``dose`` is the first of them.
    """
    place = doses_text(doses or (dose,)) if dose is not None else ""
    sentence = f"{place[0].upper()}{place[1:]}: {text}" if place else text[0].upper() + text[1:]
    return Finding.made(
        rule=rule,
        part=part,
        status=status,
        severity=severity or ("warning" if status == "warning" else "violation"),
        dose=dose,
        doses=doses if len(doses) > 1 else None,
        message=f"{sentence}. Source: {', '.join(cite)}." if cite else f"{sentence}.",
        checks=tuple(checks or ()),
        cite=cite,
        settled_by=settled_by,
    )


def own_check(observable: str, observed: Any, comparison: str, limit: Any, *, holds: bool) -> Check:
    """One comparison of such a finding."""
    return Check.made(observable=observable, observed=observed, comparison=comparison, limit=limit, holds=holds)


# -- checks -----------------------------------------------------------------------------------------------------


def check(seen: Seen) -> Check:
    """One comparison as the document prints it, observed and limit in the unit of the protocol."""
    leaf = seen.leaf
    return Check.made(
        observable=leaf.observable.name,
        observed=_observed(leaf.observable, seen.value, None if seen.dated is not None else leaf.limit),
        comparison=leaf.comparison,
        limit=quantity_of(leaf.limit) if isinstance(leaf.limit, Measure) else leaf.limit,
        holds=True if seen.truth.yes else False if seen.truth.no else None,
    )


def _observed(row: Observable, value: Any, limit: object) -> Any:
    if row.kind == "boolean":
        truth = value if isinstance(value, Tri) else Tri(value is True, value is False)
        return True if truth.yes else False if truth.no else None
    if row.kind == "choice":
        return next((name for name, truth in value if truth.yes), None)
    low, high = ends(value)
    if isinstance(low, Unknown):
        return None
    if row.kind == "count":
        return int(low) if not isinstance(high, Unknown) else None
    if row.ago and low == NEVER:
        return "never"
    symbol = limit.unit.symbol if isinstance(limit, Measure) else row.unit
    factor = units.unit(symbol, row.dimension).factor
    shown: dict[str, Any] = {"value": float(low / factor), "unit": symbol}
    if isinstance(high, Unknown):
        return {**shown, "lower_bound": True} if low else None
    return shown if low == high else {**shown, "lower_bound": True, "at_most": float(high / factor)}


# -- sentences --------------------------------------------------------------------------------------------------


def _sentence(
    compiled: CompiledRule,
    status: Status,
    numbers: tuple[int, ...],
    when: tuple[Seen, ...],
    require: tuple[Seen, ...],
    outcome: Outcome,
    options: tuple[str, ...],
) -> str:
    place = doses_text(numbers).capitalize() + ": " if numbers else ""
    parts = [place + compiled.title]
    if status == "not_applicable" and when:
        parts.append(f"does not apply: {words(when)}")
    else:
        if when and status != "pass":
            parts.append(f"{'applies' if outcome.when.yes else 'may apply'}: {words(when)}")
        parts.append(words(require))
    if options:
        parts.append(f"to decide it, give {' and/or '.join(options)}")
    return f"{'; '.join(parts)}. Source: {', '.join(compiled.cite)}."


def words(seen: tuple[Seen, ...]) -> str:
    """Comparisons and what was observed, as words."""
    return ", ".join(dict.fromkeys(map(_phrase, seen)))


def _phrase(seen: Seen) -> str:
    leaf, value, truth, dated = seen
    row, limit = leaf.observable, leaf.limit_text
    if row.kind in ("boolean", "choice"):
        observed = _observed(row, value, leaf.limit)
        shown = {True: "yes", False: "no", None: "not known"}.get(observed, str(observed))
        return f"{row.title}: {shown}"
    low, high = ends(value)
    if isinstance(low, Unknown) or (isinstance(high, Unknown) and not low):
        return f"{row.title} not known (limit: {_HOLDS[leaf.comparison]} {limit})"
    if row.ago and low == NEVER:
        return f"{row.title}: never"
    if dated is not None:
        return _months_phrase(leaf, low, high, truth, dated=dated)
    shown = _value_text(leaf, low)
    if isinstance(high, Unknown):
        shown = f"at least {shown}"
    elif high is not low and high != low:
        shown = f"{shown} to {_value_text(leaf, high)}"
    if not (truth.yes or truth.no):  # partly known, and on neither side of the limit for certain
        return f"{row.title} {shown} (limit: {_HOLDS[leaf.comparison]} {limit})"
    if shown == limit and truth.yes and row.kind == "quantity":
        return f"{row.title} {shown}, exactly the limit"
    return f"{row.title} {shown}, {(_HOLDS if truth.yes else FAILS)[leaf.comparison]} {limit}"


def _months_phrase(leaf: Leaf, low: Value, high: Value, truth: Tri, *, dated: bool) -> str:
    """Days against months, with how the months were counted."""
    limit = leaf.limit_text
    shown = f"{'' if low == high else 'at most '}{units.decimal(definite(high))} days"
    how = "counted from date to date" if dated else "a month taken as 30.4375 days; dates decide exactly"
    if not (truth.yes or truth.no):
        return f"{leaf.observable.title} {shown} (limit: {_HOLDS[leaf.comparison]} {limit}, {how})"
    return f"{leaf.observable.title} {shown}, {(_HOLDS if truth.yes else FAILS)[leaf.comparison]} {limit} ({how})"


def _value_text(leaf: Leaf, value: Number) -> str:
    if not isinstance(leaf.limit, Measure):
        return units.decimal(value)
    symbol, dimension = leaf.limit.unit.symbol, leaf.observable.dimension
    shown = units.show(value, symbol, dimension)
    if shown == leaf.limit_text and value != leaf.limit.value:  # rounding must not hide which side of the limit it is
        return units.show(value, symbol, dimension, exactly=True)
    return shown


# -- what would settle it ---------------------------------------------------------------------------------------


def options_for(
    seen: tuple[Seen, ...], dose: int, cycle: int, next_dose: int, *, several: bool = False
) -> tuple[str, ...]:
    """The options that would state what a condition lacks; a count before another dose than the next is indexed."""
    lacking = [one.leaf.observable for one in seen if not (one.truth.yes or one.truth.no)]
    return tuple(dict.fromkeys(_option(row, dose, cycle, next_dose, several=several) for row in lacking))


def _option(row: Observable, dose: int, cycle: int, next_dose: int, *, several: bool) -> str:
    if row.computed and not row.option:
        sizes = {"_per_bsa": "--bsa (or --weight and --height)", "_per_weight": "--weight"}
        return next((o for size, o in sizes.items() if row.name.endswith(size)), "the amounts that are pending")
    index = cycle if row.name in BY_CYCLE else None if dose == next_dose else dose
    option = settled_by(row, dose if row.option else index)
    if row.name.startswith("lifetime_") and row.name.endswith("_per_weight"):
        option += " (and --weight)"
    if several and indexable(row):
        option += f" ({row.name}[N] for {'cycle' if row.name in BY_CYCLE else 'dose'} N)"
    return option


# -- what was said of prior therapy -------------------------------------------------------------------------------


def with_prior(finding: Finding, prior: tuple[PriorStatement, ...] | None) -> Finding:
    """A finding about lifetime activity per body weight, with how an earlier amount without a weight was taken."""
    per_weight = any(check.observable == "lifetime_activity_per_weight" for check in finding.checks)
    unweighed = [p.text for p in prior or () if p.amount.dimension == "activity" and p.weight is None]
    if not per_weight or not unweighed or finding.status not in ("violation", "warning", "unknown"):
        return finding
    note = (
        f" An earlier amount without the weight of that time ({', '.join(unweighed)}) is divided by today's weight, "
        "the least that it can have been unless the patient has lost weight: write AMOUNT,WEIGHT."
    )
    return finding.model_copy(update={"message": finding.message + note})
