"""The parts of a protocol file as words: levels, conditions, distances and dates."""

from __future__ import annotations

from dosecalc.files.protocol import (
    Agent,
    Choice,
    Condition,
    Cycle,
    Effective,
    Least,
    Level,
    LevelRow,
    ListedDose,
    ListedInterval,
    ListedToxicity,
    OfObservable,
    OfTable,
    OneLevel,
    Product,
    Range,
    Review,
    Sum,
    ToxicityRow,
)
from dosecalc.quantities.units import pretty, read, spell
from dosecalc.reference.routes import NOT_STATED

_WORDS = {"above": "above", "at_least": "at least", "below": "below", "at_most": "at most"}
SCOPES = {
    "first-dose": "before the first dose",
    "later-doses": "before later doses",
    "each-dose": "for each dose",
    "each-cycle": "for each cycle",
    "course": "for the course",
}
"""The moment at which a rule is checked."""


def route_words(agent: Agent) -> str:
    """How an agent is given, as words: its route and site, and its chemical form."""
    route = agent.route if agent.route not in (None, NOT_STATED) else "route not stated"
    parts = [f"{route}, {agent.site}" if agent.site else str(route)]
    return "; ".join([*parts, f"as {agent.form}"] if agent.form else parts)


def length_words(cycle: Cycle) -> str:
    """The length of a cycle."""
    if cycle.length is None:
        return "length not stated by the source"
    if isinstance(cycle.length, Range):
        return f"{cycle.length.min.partition(' ')[0]} to {quantity_words(cycle.length.max)} long"
    return f"{quantity_words(cycle.length)} long"


def interval_words(interval: ListedInterval) -> str:
    """The intervals between the doses of a cycle, or between cycles."""
    other = f" ({quantity_words(interval.also)} by another text)" if interval.also else ""
    parts = [f"every {quantity_words(interval.every)}{other}"] if interval.every else []
    parts += [f"within {quantity_words(interval.window)} on either side"] if interval.window else []
    parts += [f"at least {quantity_words(interval.at_least)} apart"] if interval.at_least else []
    parts += [f"at most {quantity_words(interval.at_most)} apart"] if interval.at_most else []
    return ", ".join(parts)


def effective_words(effective: Effective) -> str:
    """The dates between which a protocol is valid."""
    ends = [("from", effective.from_), ("until", effective.until)]
    return f"Valid {' '.join(f'{word} {date}' for word, date in ends if date is not None)}"


def _factor(factor: str | Range | OfObservable | OfTable | Sum) -> str:
    if isinstance(factor, Sum):
        terms = [f"+ {_factor(each)}" for each in factor.sum_] + [f"- {_factor(each)}" for each in factor.less]
        meant = "" if factor.in_ is None else f", each as a number in {pretty(factor.in_)}"
        return f"({' '.join(terms).removeprefix('+ ')}{meant})"
    if isinstance(factor, OfObservable):
        return factor.observable
    if isinstance(factor, OfTable):
        return f"the factor of {factor.table}"
    return pretty(factor) if isinstance(factor, str) else level_words(factor)


def level_words(level: Level | OneLevel) -> str:
    """A level of any kind."""
    if isinstance(level, Choice):
        aim = "" if level.organ is None else f"to a cumulative dose of the {level.organ.replace('_', ' ')} of "
        ways = (each if level.organ and isinstance(each, str) else level_words(each) for each in level.choose)
        return f"{aim}{' or '.join(ways)}, to be chosen"
    if isinstance(level, Least):
        limits = (
            f"{each.name}: {level_words(each.level)}{f' if {condition_words(each.when)}' if each.when else ''}"
            for each in level.least
        )
        return f"the least of {'; '.join(limits)}"
    if isinstance(level, Product):
        return " / ".join((" x ".join(map(_factor, level.product)), *map(_factor, level.over)))
    if isinstance(level, str):
        target = read(level).dimension == "absorbed dose"
        return f"to a cumulative whole-body dose of {level}" if target else pretty(level)
    if isinstance(level, Range):
        return f"{pretty(level.min)} to {pretty(level.max)}, to be chosen"
    return "; ".join(map(_row_words, level))


def _row_words(row: LevelRow) -> str:
    text = level_words(row.level) + bound_words(row)
    return f"{text} if {condition_words(row.when)}" if row.when else f"otherwise {text}"


def bound_words(bounded: LevelRow | ListedDose) -> str:
    """The cap, the floor and the tolerance of a dose or a row, to be put after its level."""
    bounds = ((bounded.cap, "at most"), (bounded.floor, "at least"), (bounded.tolerance, "give or take"))
    return "".join(f", {word} {pretty(bound)}" for bound, word in bounds if bound)


def condition_words(condition: Condition) -> str:
    """A condition, its parts joined by and, or, not."""
    if condition.condition is not None:
        return condition.condition.replace("-", " ")
    if condition.not_ is not None:
        return f"not ({condition_words(condition.not_)})"
    if condition.all_ is not None:
        return " and ".join(_bracketed(c) for c in condition.all_)
    if condition.any_ is not None:
        return " or ".join(_bracketed(c) for c in condition.any_)
    name = str(condition.observable)
    if condition.is_ is not None:
        return f"{name} is {str(condition.is_).lower()}"
    if condition.one_of is not None:
        return f"{name} is one of {', '.join(condition.one_of)}"
    bounds = [(word, getattr(condition, key)) for key, word in _WORDS.items() if getattr(condition, key) is not None]
    return f"{name} " + " and ".join(f"{word} {quantity_words(limit)}" for word, limit in bounds)


def quantity_words(written: str | int) -> str:
    """A quantity of a file as people print it; a count as a number."""
    return str(written) if isinstance(written, int) else spell(read(written))


def _bracketed(condition: Condition) -> str:
    text = condition_words(condition)
    return f"({text})" if condition.all_ is not None or condition.any_ is not None else text


def review_words(review: Review | None) -> str:
    """A review in words: "reviewed by A. Weiss on 2026-01-15, next on 2027-01-15, owner Dr Adams"."""
    if review is None:
        return ""
    done = f"reviewed by {review.reviewed_by} on {review.date}" if review.date is not None else "not reviewed yet"
    parts = [done, f"next on {review.next}" if review.next else "", f"owner {review.owner}" if review.owner else ""]
    return ", ".join(part for part in parts if part)


_TIMES = ("first", "second", "third")


def time_words(time: int) -> str:
    """The how manieth time: "first", "second", "4th"."""
    return _TIMES[time - 1] if time <= len(_TIMES) else f"{time}th"


def row_words(row: ToxicityRow, level: str = "") -> str:
    """What a line of a ladder does: "holds the dose until grade 1, then reduces to step 1 (3.7 GBq)"."""
    if row.stop:
        return "ends the course"
    until = [f"grade {row.until}"] if row.until is not None else []
    until += ["baseline"] if row.or_baseline else []
    parts = (
        [f"holds the dose{' until ' if until else ', not stated until when'}{' or '.join(until)}"] if row.hold else []
    )
    if row.reduce_to is not None:
        parts.append(f"reduces to step {row.reduce_to}{f' ({level})' if level else ''}")
    return ", then ".join(parts)


def toxicity_words(toxicity: ListedToxicity) -> str:
    """A ladder in words: each line with its grade, its time, and what it does."""
    lines = []
    for row in toxicity.rows:
        again = f", for the {time_words(row.time)} time" if row.time > 1 else ""
        lines.append(f"from grade {row.grade}{again}: {row_words(row)}")
    return "; ".join(lines)
