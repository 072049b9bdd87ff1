"""Checks of a protocol file beyond its keys: ids, references, regimens, and the facts that it brings itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from dosecalc.course.schedule import day_of
from dosecalc.errors import InputError
from dosecalc.files.capacity import CYCLES, DOSES, LISTS
from dosecalc.files.factsheet import Fact
from dosecalc.files.faults import Fault
from dosecalc.files.protocol import (
    Agent,
    Arm,
    Cycle,
    Effective,
    ListedConflict,
    ListedInterval,
    OrganLimit,
    OwnObservable,
    Protocol,
    Range,
    Review,
    cited,
)
from dosecalc.library import ladders
from dosecalc.library.double_entry import FactOf, value_of
from dosecalc.quantities import units
from dosecalc.reference.routes import NOT_STATED

LONGEST = 3650
"""Days that a cycle may last; more is a slip."""
BUILT_IN = (
    "effective",
    "review-due",
    "spacing",
    "no-re-escalation",
    "level-range",
    "level-undefined",
    "cycles-maximum",
    "cycle-length",
    "bsa-agreement",
    "plausible-size",
    "scaled-activity",
    "retention",
    "organ-dose",
    "statement-unread",
    "given-amount",
    "largest-amount",
    "size-age",
    "size-change",
    "pregnant-or-nursing",
    "toxicity",
)
"""Rules that dosecalc derives from the regimen itself; a file does not list them."""
OF_RECORDS = (
    "administered",
    "dose-agent",
    "dose-form",
    "dose-number",
    "dose-order",
    "dose-route",
    "event-limbs",
    "gate-word",
    "given-balance",
    "incomplete-dose",
    "mishap",
    "patient-identity",
    "prescriptions-agree",
    "record-contents",
    "wrong-agent",
)
"""Rules about what a record says of the doses that were given."""
_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")
_PLACE = re.compile(r"[A-Z]{2}")
_REVISION = re.compile(r"(19|20)[0-9]{2}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def structure(protocol: Protocol) -> Iterator[Fault]:
    """Ids that clash or point at nothing, and regimens that cannot be."""
    for part, most in LISTS.items():
        if (number := len(getattr(protocol, part))) > most:
            yield part, f"{number:,} {part} are more than the {most:,} that a file may have"
    yield from _id(protocol.id, "id")
    yield from _arms(protocol)
    yield from _label(protocol)
    yield from _administration(protocol.agents)
    yield from _effective(protocol.effective)
    yield from _observables(protocol.observables)
    yield from _rules(protocol)
    yield from _arm_lists(protocol)
    for i, rule in enumerate(protocol.rules):
        yield from _id(rule.id, f"rules[{i}].id")
    for i, conflict in enumerate(protocol.conflicts):
        yield from _id(conflict.id, f"conflicts[{i}].id")
    yield from _conflicts(protocol.conflicts)
    yield from _two_intervals(protocol)
    yield from ladders.faults(protocol)


def _id(name: str, key: str) -> Iterator[Fault]:
    if not _ID.fullmatch(name):
        yield key, f"read {name!r}, expected small letters, digits and hyphens"


# -- arms ---------------------------------------------------------------------------------------------------------


def _arms(protocol: Protocol) -> Iterator[Fault]:
    if not protocol.arms:
        yield "arms", "the file has no arm"
    ids = [arm.id for arm in protocol.arms]
    for i, arm in enumerate(protocol.arms):
        place = f"arms[{i}]"
        if arm.id in ids[:i]:
            yield f"{place}.id", f"the arm id {arm.id!r} is used twice in this file"
        if not arm.id.startswith(protocol.id) or not _ID.fullmatch(arm.id):
            yield f"{place}.id", f"the arm id {arm.id!r} does not begin with the id of its file, {protocol.id!r}"
        if not arm.cycles:
            yield f"{place}.cycles", "the arm lists no cycle"
        yield from _number_of_doses(arm, place)
        for c, cycle in enumerate(arm.cycles):
            followed = cycle.repeat > 1 or cycle.open or c + 1 < len(arm.cycles)
            yield from _cycle(cycle, f"{place}.cycles[{c}]", followed=followed, anchored=arm.anchor is not None)
        yield from _anchor(arm, place)
        yield from _open(arm, f"{place}.cycles")
        yield from _organs(arm.organ_limits, f"{place}.organ_limits")
        yield from _ladder(arm, place)


def _number_of_doses(arm: Arm, place: str) -> Iterator[Fault]:
    cycles = sum(cycle.repeat for cycle in arm.cycles)
    doses = sum(cycle.repeat * len(cycle.doses) for cycle in arm.cycles)
    for number, what, most in ((cycles, "cycles", CYCLES), (doses, "doses", DOSES)):
        if number > most:
            yield f"{place}.cycles", f"{number:,} {what} in all are more than the {most:,} that an arm may have"


def _open(arm: Arm, place: str) -> Iterator[Fault]:
    """The last cycle alone goes on, and to no fewer cycles than are listed."""
    listed = sum(cycle.repeat for cycle in arm.cycles)
    for c, cycle in enumerate(arm.cycles):
        if cycle.open and c + 1 < len(arm.cycles):
            yield f"{place}[{c}].open", "the number of the last cycles alone can be open"
        if cycle.at_most is not None and not cycle.open:
            yield f"{place}[{c}].at_most", "cycles of a number that is not open have no 'at_most'; write repeat"
        elif cycle.at_most is not None and not listed <= cycle.at_most <= CYCLES:
            message = f"read {cycle.at_most}, expected from the {listed} that are listed to {CYCLES}"
            yield f"{place}[{c}].at_most", message


def _anchor(arm: Arm, place: str) -> Iterator[Fault]:
    """Days count from an anchor in an arm of one cycle, each of whose doses has a day."""
    if arm.anchor is None:
        return
    if not arm.anchor.strip():
        yield f"{place}.anchor", "expected what happens on day 0, as 'the transplant'"
    if len(arm.cycles) > 1 or arm.cycles[0].repeat > 1 or arm.cycles[0].open:
        yield f"{place}.anchor", "days count from an anchor in an arm of one cycle"
    elif any(dose.day is None for dose in arm.cycles[0].doses):
        yield f"{place}.anchor", "each dose has a day, as days are counted from the anchor"


def _cycle(cycle: Cycle, place: str, *, followed: bool, anchored: bool) -> Iterator[Fault]:
    if cycle.repeat < 1:
        yield f"{place}.repeat", f"read {cycle.repeat}, expected 1 or more"
    if not cycle.doses:
        yield f"{place}.doses", "the cycle lists no dose"
    stated = [dose.day for dose in cycle.doses if dose.day is not None]
    first = -LONGEST if anchored else 1
    if any(not first <= day <= LONGEST for day in stated) or stated != sorted(stated):
        before = "" if anchored or min(stated) > 0 else "; days before day 1 need the anchor of the arm, what day 0 is"
        yield f"{place}.doses", f"days {stated} are not in order from day {first}{before}"
    for d, dose in enumerate(cycle.doses):
        if dose.level == ():
            yield f"{place}.doses[{d}].level", "the list of levels is empty"
    last = max(stated, default=1) - (min(stated, default=1) - 1 if anchored else 0)
    yield from _length(cycle.length, last, f"{place}.length")
    if cycle.interval is not None:
        yield from _interval(cycle.interval, f"{place}.interval", of_length=cycle.length is not None)
        yield from _never_asked(cycle, cycle.interval, f"{place}.interval", followed=followed)


def _length(length: str | Range | None, last: int, place: str) -> Iterator[Fault]:
    """A cycle lasts whole days, at least until its last dose."""
    ends = [(f"{place}.min", length.min), (f"{place}.max", length.max)] if isinstance(length, Range) else []
    if isinstance(length, str):
        ends = [(place, length)]
    days = []
    for key, text in ends:
        try:
            value = units.read(text, "time").value
        except InputError as error:
            yield key, error.message
            return
        if value.denominator != 1 or not last <= value <= LONGEST:
            yield key, f"read {text!r}, expected whole days, at least {last} where the last dose is on day {last}"
        days.append(value)
    if days != sorted(days):
        yield place, "a range goes from a shorter to a longer time"


def _interval(interval: ListedInterval, place: str, *, of_length: bool) -> Iterator[Fault]:
    """Distances are whole days that can be kept together."""
    days: dict[str, Fraction] = {}
    for key in ("every", "also", "window", "at_least", "at_most"):
        text = getattr(interval, key)
        if text is None:
            continue
        try:
            days[key] = units.read(text, "time").value
        except InputError as error:
            yield f"{place}.{key}", error.message
            return
        if days[key].denominator != 1 or not 1 <= days[key] <= LONGEST:
            yield f"{place}.{key}", f"read {text!r}, expected whole days"
    if not days:
        yield place, "expected 'every', 'window', 'at_least' or 'at_most'"
    every = days.get("every")
    if "also" in days and days["also"] == every:
        yield f"{place}.also", f"{interval.also} is the same as {interval.every}; leave it out"
    if every is not None and of_length:
        yield f"{place}.every", "the cycle has a length already; write one of the two"
    if every is not None and days.get("window", 0) >= every:
        yield f"{place}.window", f"the window of {interval.window} is not shorter than the interval of {interval.every}"
    low, high = days.get("at_least", every), days.get("at_most", every)
    if low is not None and high is not None and low > high:
        yield f"{place}.at_most", "the longest interval is shorter than the shortest, or than the planned one"


def _never_asked(cycle: Cycle, interval: ListedInterval, place: str, *, followed: bool) -> Iterator[Fault]:
    """Distances that lie between no two doses; ``followed`` says whether another cycle comes after this one."""
    later = cycle.doses[1:]
    asked = {
        "every": followed,
        "window": (followed and interval.every is not None) or any(dose.day is not None for dose in later),
        "at_least": followed or bool(later),
        "at_most": followed or bool(later),
    }
    for key, holds in asked.items():
        if getattr(interval, key) is not None and not holds:
            message = (
                f"no dose is ever asked for {key!r}: an interval holds between the doses of its cycle and up to the "
                "next cycle; write it in the cycle before the dose that it is about"
            )
            yield f"{place}.{key}", message


def _organs(limits: Sequence[OrganLimit], place: str) -> Iterator[Fault]:
    organs = [(limit.organ, limit.bed is None) for limit in limits]
    for i, limit in enumerate(limits):
        if limit.limit is not None and limit.bed is not None:
            yield f"{place}[{i}].bed", "write the limit of the absorbed dose and that of the BED as two organ_limits"
        if (limit.organ, limit.bed is None) in organs[:i]:
            yield f"{place}[{i}].organ", f"the organ {limit.organ!r} is listed twice"
        if (limit.alpha_beta is None) != (limit.repair_half_time is None):
            yield f"{place}[{i}]", "alpha_beta and repair_half_time go together: the effective dose needs both"


def _ladder(arm: Arm, place: str) -> Iterator[Fault]:
    """Steps count from 1, each once for an agent."""
    steps: dict[str | None, int] = {}
    for i, reduction in enumerate(arm.reductions):
        steps[reduction.agent] = expected = steps.get(reduction.agent, 0) + 1
        if reduction.step != expected:
            message = f"read step {reduction.step}, expected {expected}: steps count from 1 in the order of the file"
            yield f"{place}.reductions[{i}].step", message
        if reduction.level == ():
            yield f"{place}.reductions[{i}].level", "the list of levels is empty"
    if arm.re_escalation and not arm.reductions:
        yield f"{place}.re_escalation", "there is no step of reduction to go back up from"


def _label(protocol: Protocol) -> Iterator[Fault]:
    """Where a file holds, of which date its label is, and what it is indicated for."""
    for i, place in enumerate(protocol.jurisdiction):
        if not _PLACE.fullmatch(place):
            message = f"read {place!r}, expected a country by its two letters, 'US', or 'EU'"
            yield f"jurisdiction[{i}]", message
        elif place in protocol.jurisdiction[:i]:
            yield f"jurisdiction[{i}]", f"{place!r} is listed twice"
    if protocol.revision is not None and not _REVISION.fullmatch(protocol.revision):
        message = f"read {protocol.revision!r}, expected a year, a month or a day, '2025', '2025-03' or '2025-03-28'"
        yield "revision", message
    if protocol.indication is not None and not protocol.indication.strip():
        yield "indication", "it is empty; leave it out where the source does not say it"
    yield from _review(protocol.review)


def _review(review: Review | None) -> Iterator[Fault]:
    """A review is by somebody, on a day, and the next one comes after it."""
    if review is None:
        return
    for key, text in (("owner", review.owner), ("reviewed_by", review.reviewed_by)):
        if text is not None and not text.strip():
            yield f"review.{key}", "it is empty; leave it out where nobody is named"
    if (review.reviewed_by is None) != (review.date is None):
        key = "reviewed_by" if review.reviewed_by is None else "date"
        yield f"review.{key}", "a review has both: by whom (reviewed_by) and on which day (date)"
    if review.date is not None and review.next is not None and review.next <= review.date:
        yield "review.next", f"read {review.next}, which is not after the review of {review.date}"


def _administration(agents: Mapping[str, Agent]) -> Iterator[Fault]:
    """A route, a form and a site are what a source says, so they cite it; without a route there is no site."""
    for name, agent in agents.items():
        stated = {"route": agent.route if agent.route != NOT_STATED else None, "form": agent.form, "site": agent.site}
        for key, text in stated.items():
            if text is not None and not text.strip():
                yield f"agents.{name}.{key}", "it is empty; leave it out where the source does not say it"
            elif text is not None and not cited(agent.cite):
                message = f"{text!r} cites no fact: add cite to agents.{name}"
                if key == "route":
                    message += f', or write route = "{NOT_STATED}" where the sources do not tell'
                yield f"agents.{name}.{key}", message
        if agent.site is not None and stated["route"] is None:
            yield f"agents.{name}.site", "a site needs the route that leads there"


# -- what holds for arms -------------------------------------------------------------------------------------------


def _effective(effective: Effective | None) -> Iterator[Fault]:
    if effective is None:
        return
    if effective.from_ is None and effective.until is None:
        yield "effective", "expected 'from', 'until' or both"
    ends = []
    for key, written, last in (("from", effective.from_, False), ("until", effective.until, True)):
        try:
            ends.append(None if written is None else day_of(written, last=last))
        except InputError as error:
            yield f"effective.{key}", error.message
            return
    if ends[0] is not None and ends[1] is not None and ends[0] > ends[1]:
        yield "effective.until", "it ends before it begins"


def _observables(observables: Mapping[str, OwnObservable]) -> Iterator[Fault]:
    for name, own in observables.items():
        if not _NAME.fullmatch(name):
            yield f"observables.{name}", f"read {name!r}, expected small letters, digits and underscores"
        if own.kind == "choice" and not (own.choices and all(_ID.fullmatch(choice) for choice in own.choices)):
            yield f"observables.{name}", "a choice lists its 'choices', each in small letters"


def _rules(protocol: Protocol) -> Iterator[Fault]:
    arms = sorted({arm.id for arm in protocol.arms})
    taken: set[tuple[str, str, str | None]] = set()
    for i, rule in enumerate(protocol.rules):
        if rule.id in BUILT_IN:
            yield f"rules[{i}].id", f"dosecalc derives the rule {rule.id!r} from the regimen itself"
        if rule.id in OF_RECORDS:
            yield f"rules[{i}].id", f"{rule.id!r} is a rule of dosecalc's own about records; give it another id"
        if rule.agent is not None and rule.agent not in protocol.agents:
            yield f"rules[{i}].agent", f"there is no agent {rule.agent!r}"
        for arm in rule.arms or arms:
            if (arm, rule.id, rule.part) in taken:
                part = f" part {rule.part!r}" if rule.part else " (give each a 'part')"
                yield f"rules[{i}].id", f"the rule id {rule.id!r}{part} is used twice in arm {arm!r}"
                break
            taken.add((arm, rule.id, rule.part))


def _arm_lists(protocol: Protocol) -> Iterator[Fault]:
    """A list of arms names arms of the file."""
    arms = {arm.id for arm in protocol.arms}
    limited = (
        *(("rules", protocol.rules), ("conflicts", protocol.conflicts), ("instructions", protocol.instructions)),
        ("toxicities", protocol.toxicities),
    )
    lists = ((f"{name}[{i}].arms", part.arms) for name, parts in limited for i, part in enumerate(parts))
    for place, listed in lists:
        if listed == ():
            yield place, "an empty list of arms switches it off; leave 'arms' out where it holds for all"
        for arm in listed or ():
            if arm not in arms:
                yield place, f"there is no arm {arm!r}; the file has {', '.join(sorted(arms))}"


def _conflicts(conflicts: Sequence[ListedConflict]) -> Iterator[Fault]:
    ids = [conflict.id for conflict in conflicts]
    for i, conflict in enumerate(conflicts):
        if not conflict.between:
            yield f"conflicts[{i}].between", "a conflict names the facts that it is between"
        if conflict.id in ids[:i]:
            yield f"conflicts[{i}].id", f"the conflict id {conflict.id!r} is used twice"


def _two_intervals(protocol: Protocol) -> Iterator[Fault]:
    """An interval that two texts state differently is a conflict, and has to be named as one."""
    for i, arm in enumerate(protocol.arms):
        named = {cite for each in protocol.conflicts if each.holds_for(arm.id) for cite in each.between}
        for j, cycle in enumerate(arm.cycles):
            interval = cycle.interval
            if interval is None or interval.also is None:
                continue
            if interval.every is None or len(named & set(cited(interval.cite))) < 2:
                said = f"{interval.every or 'no planned interval'} and {interval.also} differ"
                how = "name the facts of both in a conflict, and cite both here"
                yield f"arms[{i}].cycles[{j}].interval.also", f"{said}: {how}"


# -- facts --------------------------------------------------------------------------------------------------------


def own_facts(protocol: Protocol, fact: FactOf) -> Iterator[Fault]:
    """The faults of the facts that a file brings itself."""
    yield from fact_faults(protocol.facts)
    for i, own in enumerate(protocol.facts):
        for parent in own.computed_from:
            if parent in (own.id, f"{protocol.id}#{own.id}") or fact(parent) is None:
                yield f"facts[{i}].computed_from", f"{parent!r} points at no other fact"


def fact_faults(facts: Sequence[Fact]) -> Iterator[Fault]:
    """Values that do not read, pairs that disagree, grades without their mark."""
    ids = [fact.id for fact in facts]
    for i, fact in enumerate(facts):
        key = f"facts[{i}]"
        if fact.id in ids[:i]:
            yield f"{key}.id", f"the fact id {fact.id!r} is used twice"
        for value in fact.values:
            try:
                value_of(value)
            except InputError as error:
                yield f"{key}.values", error.message
        yield from _grade(fact, key)
        if isinstance(fact.printed, tuple):
            yield from _printed(fact.printed, f"{key}.printed")


def _printed(pair: Sequence[str], key: str) -> Iterator[Fault]:
    """A list is a pair of figures for the same thing."""
    if len(pair) != 2:
        yield key, f"read {len(pair)} figures, expected a pair; write other text without a list"
        return
    from dosecalc.quantities.printed import agree  # few files have pairs, and a plan has to start quickly

    try:
        if not agree(*pair):
            yield key, f"{pair[0]} and {pair[1]} differ by more than their printed digits allow"
    except InputError as error:
        yield key, error.message


def _grade(fact: Fact, key: str) -> Iterator[Fault]:
    if fact.grade == "M" and fact.confirmed:
        yield f"{key}.confirmed", "a fact of grade M was recalled and not read: it needs confirmed = false"
    if fact.grade == "C" and not fact.computed_from:
        yield f"{key}.computed_from", "a computed fact names the facts that it was computed from"
