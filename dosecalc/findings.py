"""Sentences: what a rule says about a plan, in words that a pharmacist can act on.

Each sentence has what was observed and the limit in the unit of the protocol, the source, and for what is not known the
option that settles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any

from dosecalc import units
from dosecalc.calculator import Moment, RuleRun
from dosecalc.numbers import Tri, Unknown, Value, ends
from dosecalc.observables import BY_CYCLE, NEVER, Observable, settled_by
from dosecalc.plans import Check, Finding, Status, quantity_of
from dosecalc.protocol import cited
from dosecalc.rules import CompiledCondition, Leaf, Outcome
from dosecalc.units import Measure

_HOLDS = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}
_FAILS = {"above": "not above", "at_least": "below", "below": "not below", "at_most": "above"}


def of_rule(run: RuleRun) -> list[Finding]:
    """The findings of one rule: one a dose where something is wrong or unknown, else one for the course."""
    found: list[Finding] = []
    rest: list[tuple[Moment, Outcome]] = []
    for moment, outcome in run.outcomes:
        status = status_of(outcome, run.compiled.rule.severity)
        if status in ("pass", "not_applicable"):
            rest.append((moment, outcome))
        elif not (run.compiled.running and status != "unknown" and any(f.status == status for f in found)):
            found.append(_finding(run, status, moment, outcome))
    if found:
        return _together(found)
    passed = [pair for pair in rest if status_of(pair[1], "violation") == "pass"]
    moment, outcome = (passed or rest or [(None, None)])[-1]
    if moment is None or outcome is None:
        return []
    return [_finding(run, "pass" if passed else "not_applicable", moment, outcome, whole=True)]


def status_of(outcome: Outcome, severity: Status) -> Status:
    """not_applicable where ``when`` is false, pass where the rule holds, its severity where broken, else unknown."""
    if outcome.when.no:
        return "not_applicable"
    holds = outcome.holds
    return "pass" if holds.yes else severity if holds.no else "unknown"


def _finding(run: RuleRun, status: Status, moment: Moment, outcome: Outcome, *, whole: bool = False) -> Finding:
    rule = run.compiled.rule
    leaves = [*(run.compiled.when.leaves if run.compiled.when else ()), *run.compiled.require.leaves]
    options = tuple(dict.fromkeys(_settling(run, moment, outcome))) if status == "unknown" else ()
    cite = _cite(run)
    return Finding.model_construct(
        rule=rule.id,
        part=rule.part,
        status=status,
        severity=rule.severity,
        dose=None if whole or moment.slot is None else moment.number,
        doses=None,
        message=_sentence(run, status, moment, outcome, options, cite),
        checks=tuple(check(leaf, moment) for leaf in leaves),
        cite=cite,
        settled_by=options,
    )


def _cite(run: RuleRun) -> tuple[str, ...]:
    return cited(run.compiled.rule.cite)


def _together(found: list[Finding]) -> list[Finding]:
    """Unknown for the same reason on several doses is one finding; so is what is unknown after the first of them."""
    groups: dict[tuple[Any, ...], list[Finding]] = {}
    for finding in found:
        reason = tuple(c.observable for c in finding.checks if c.holds is None)
        key = ("unknown", reason) if finding.status == "unknown" else (finding.status, finding.dose)
        groups.setdefault(key, []).append(finding)
    result = []
    for group in groups.values():
        first = group[0]
        if len(group) > 1:
            options = tuple(dict.fromkeys(option for f in group for option in f.settled_by))
            numbers = tuple(f.dose for f in group if f.dose is not None)
            message = first.message.replace(f"Dose {first.dose}:", f"{doses_text(numbers).capitalize()}:", 1)
            first = first.model_copy(update={"doses": numbers, "message": message, "settled_by": options})
        result.append(first)
    return result


def doses_text(numbers: Iterable[int]) -> str:
    """``dose 3``, ``doses 2 to 18`` or ``doses 4, 7 and 10``."""
    listed = list(numbers)
    if len(listed) == 1:
        return f"dose {listed[0]}"
    if listed == list(range(listed[0], listed[-1] + 1)) and len(listed) > 2:
        return f"doses {listed[0]} to {listed[-1]}"
    return f"doses {', '.join(map(str, listed[:-1]))} and {listed[-1]}"


# -- checks -----------------------------------------------------------------------------------------------------


def check(leaf: Leaf, moment: Moment) -> Check:
    """One comparison as the document prints it, observed and limit in the unit of the protocol."""
    truth = leaf.test(moment)
    row = leaf.observable
    return Check.model_construct(
        observable=row.name,
        observed=_observed(row, moment.get(row.name), leaf.limit),
        comparison=leaf.comparison,
        limit=quantity_of(leaf.limit) if isinstance(leaf.limit, Measure) else leaf.limit,
        holds=True if truth.yes else False if truth.no else None,
    )


def _observed(row: Observable, value: Any, limit: object) -> Any:
    if row.kind == "boolean":
        truth = value if isinstance(value, Tri) else Tri(value is True, value is False)
        return True if truth.yes else False if truth.no else None
    if row.kind == "choice":
        return next((name for name, truth in value.items() if truth.yes), None)
    low, high = ends(value)
    if isinstance(low, Unknown):
        return None
    if row.kind == "count":
        return int(low) if not isinstance(high, Unknown) else None
    if row.ago and low == NEVER:
        return "never"
    symbol = limit.unit.symbol if isinstance(limit, Measure) else row.unit
    number = float(low / units.unit(symbol, row.dimension).factor)
    if not isinstance(high, Unknown):
        return {"value": number, "unit": symbol}
    return {"value": number, "unit": symbol, "lower_bound": True} if low else None


# -- sentences --------------------------------------------------------------------------------------------------


def _sentence(
    run: RuleRun, status: Status, moment: Moment, outcome: Outcome, options: tuple[str, ...], cite: tuple[str, ...]
) -> str:
    rule = run.compiled.rule
    place = f"Dose {moment.number}: " if moment.slot is not None and status not in ("pass", "not_applicable") else ""
    said = [f"{place}{units.prose(rule.title)}"]
    when = run.compiled.when
    if status == "not_applicable" and when is not None:
        said.append(f"does not apply: {said_of(when, moment)}")
    else:
        if when is not None and status != "pass":
            said.append(("applies" if outcome.when.yes else "may apply") + f": {said_of(when, moment)}")
        said.append(said_of(run.compiled.require, moment))
    if options:
        said.append(f"settle it with {' or '.join(options)}")
    return f"{'; '.join(said)}. Source: {', '.join(cite)}."


def said_of(condition: CompiledCondition, moment: Moment) -> str:
    """A condition and what was observed of it, as words."""
    return ", ".join(dict.fromkeys(_phrase(leaf, moment) for leaf in condition.leaves))


def _phrase(leaf: Leaf, moment: Moment) -> str:
    row, truth = leaf.observable, leaf.test(moment)
    value = moment.get(row.name)
    if row.kind in ("boolean", "choice"):
        observed = _observed(row, value, leaf.limit)
        shown = {True: "yes", False: "no", None: "not known"}.get(observed, str(observed))
        return f"{row.title}: {shown}"
    limit = _limit_text(leaf)
    low, high = ends(value)
    if isinstance(low, Unknown) or (isinstance(high, Unknown) and not low):
        return f"{row.title} not known (limit: {_HOLDS[leaf.comparison]} {limit})"
    if row.ago and low == NEVER:
        return f"{row.title}: never"
    shown = _value_text(leaf, low)
    if isinstance(high, Unknown):
        shown = f"at least {shown}, the rest not known"
        if not truth.yes and not truth.no:
            return f"{row.title} {shown} (limit: {_HOLDS[leaf.comparison]} {limit})"
    elif high != low:
        shown = f"{shown} to {_value_text(leaf, high)}"
    relation = (_HOLDS if truth.yes else _FAILS)[leaf.comparison]
    same = shown == limit
    return f"{row.title} {shown}, {'exactly the limit' if same and truth.yes else f'{relation} {limit}'}"


def _value_text(leaf: Leaf, value: Value) -> str:
    if leaf.observable.kind == "count":
        return units.decimal(Fraction(value))
    symbol = leaf.limit.unit.symbol if isinstance(leaf.limit, Measure) else leaf.observable.unit
    shown = units.show(value, symbol, leaf.observable.dimension)
    limit = leaf.limit.value if isinstance(leaf.limit, Measure) else None
    if limit is not None and value != limit and shown == units.show(limit, symbol, leaf.observable.dimension):
        return units.show(value, symbol, leaf.observable.dimension, exactly=True)
    return shown


def _limit_text(leaf: Leaf) -> str:
    if isinstance(leaf.limit, Measure):
        return units.spell(leaf.limit)
    return str(leaf.limit)


# -- what would settle it ---------------------------------------------------------------------------------------


def _settling(run: RuleRun, moment: Moment, outcome: Outcome) -> Iterator[str]:
    when = run.compiled.when
    if when is not None and not outcome.when.yes:
        yield from options_for(when, moment)
    if not outcome.require.yes and not outcome.require.no:
        yield from options_for(run.compiled.require, moment)


def options_for(condition: CompiledCondition, moment: Moment) -> Iterator[str]:
    """The options that would state what a condition lacks."""
    for leaf in condition.leaves:
        truth = leaf.test(moment)
        if not truth.yes and not truth.no:
            yield option_for(leaf.observable, moment)


def option_for(row: Observable, moment: Moment) -> str:
    """The option that states one observable at one moment."""
    index = moment.cycle if row.name in BY_CYCLE else moment.number
    if not row.computed or row.option:
        return settled_by(row, index)
    if row.name.endswith("_per_bsa"):
        return "--bsa (or --weight and --height)"
    if row.name.endswith("_per_weight"):
        return "--weight"
    return "the amounts that are pending"
