"""A finished plan, held against what the second method computes from the same files and statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from dosecalc.verification import observables, own, rules
from dosecalc.verification.course import PARTS, SecondCourse, SecondDose, shown
from dosecalc.verification.logic import NEAR, Span, Truth, either
from dosecalc.verification.quantities import Unreadable, Worth, units
from dosecalc.verification.reading import Beyond, Regimen, Table, arm_of, sheet_values
from dosecalc.verification.rules import Found, Key
from dosecalc.verification.statements import StatedAgain

METHOD = "arithmetic repeated by a second method; inputs and sources not checked"
NOT_CHECKED = (
    "message, trace, pending, text: words, and the figures in them",
    "checks: the comparisons that a finding lists",
    "patient, stated: what was stated, told again",
    "cite, sources, unconfirmed, beliefs: which facts are behind it",
    "questions, earlier_questions, later_questions: what is asked for",
    "inputs.patient: the path of a patient file, whose statements stand among the inputs",
    "interval: what follows from the uncertainty of readings",
)
Given = Mapping[int, tuple[Fraction, date | None]]
PER = {"amount": "", "per_weight": "/kg", "per_bsa": "/m^2"}
SHOWN_IN = {  # the units in which a plan shows an activity, or a mass, and their worth
    (radioactive, kind): {f"{unit}{per}": units()[f"{unit}{per}"][1] for unit in some}
    for radioactive, some in ((True, ("MBq", "mCi")), (False, ("mg",)))
    for kind, per in PER.items()
}


class Difference(NamedTuple):
    """One thing of which the plan and the second method do not say the same."""

    what: str
    plan: str
    ours: str


@dataclass
class Checked:
    """What the second method says of a plan."""

    course: SecondCourse | None = None
    differences: list[Difference] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)

    @property
    def agreed(self) -> bool:
        return not self.differences


def compare(document: Table, protocol: bytes, beliefs: Iterable[bytes], given: Given | None = None) -> Checked:
    """Compute everything again and compare. Unreadable where the file or a statement cannot be read here.

    ``given`` are the amounts that were given (MBq or mg) with their days, where they are not among the inputs.
    """
    outcome = Checked(not_checked=list(NOT_CHECKED))
    arm = arm_of(protocol, str(document["protocol"]["arm"]))
    outcome.not_checked += [
        f"{name}: a key of the protocol file that this method does not know" for name in arm.unknown
    ]
    try:
        outcome.course = course = course_of(document, arm, given)
    except Beyond as beyond:
        outcome.not_checked.append(f"doses, totals, findings: nothing was computed, as this is not known: {beyond}")
        return outcome
    outcome.not_checked += course.not_known
    told = [_identity(document, arm), _doses(document, course), _totals(document, course), _conflicts(document, course)]
    for differences in (*told, _findings(document, course, sheet_values(beliefs), outcome), _clearance(document)):
        outcome.differences += differences
    return outcome


def course_of(document: Table, arm: Regimen, given: Given | None = None) -> SecondCourse:
    """The course for a plan's statements. A plan's own amounts are taken only of doses that are beyond this method."""
    adopt = {}
    for dose in document.get("doses", []):
        amount = dose["amount"] or {}
        figure = amount.get("MBq", amount.get("mg"))
        if figure is not None:
            adopt[int(dose["number"])] = Fraction(figure)
    inputs = {option: list(texts) for option, texts in document["inputs"].items()}
    stated = StatedAgain(inputs)
    if given is not None:
        stated.given = {number: (Worth(worth, "", "", worth), day) for number, (worth, day) in given.items()}
    return SecondCourse(arm, stated, adopt)


# -- comparing one thing --


def _same(what: str, plan: Any, ours: Any) -> Iterator[Difference]:
    if plan != ours:
        yield Difference(what, _told(plan), _told(ours))


def _told(value: Any) -> str:
    if value is None:
        return "nothing"
    return f"{float(value):.10g}" if isinstance(value, (Fraction, float)) else str(value)


def _amount(
    what: str, plan: Any, ours: Fraction | None, kind: str, course: SecondCourse, agent: str
) -> Iterator[Difference]:
    """An amount in every unit in which a plan shows it."""
    shown_in = SHOWN_IN[course.arm.radioactive(agent), kind]
    if ours is None or plan is None:
        yield from _same(what, None if plan is None else next(iter(plan.values())), ours)
        return
    if plan.keys() != shown_in.keys():
        yield Difference(f"{what}, units", ", ".join(plan), ", ".join(shown_in))
    for unit in [each for each in shown_in if each in plan]:
        mine = ours if shown_in[unit] == 1 else ours / shown_in[unit]
        if not _alike(plan[unit], mine, near=course.rooted or bool(course.adopted)):
            yield Difference(f"{what}, {unit}", _told(plan[unit]), _told(mine))


def _alike(figure: Any, ours: Fraction, *, near: bool) -> bool:
    """Whether a document's double is the nearest to ours; with roots, whether the two are near."""
    if not isinstance(figure, (int, float)) or isinstance(figure, bool):
        return False
    return figure == float(ours) or (near and abs(Fraction(figure) - ours) <= NEAR * abs(ours))


# -- what the plan is of, its doses and totals --


def _identity(document: Table, arm: Regimen) -> Iterator[Difference]:
    told = document["protocol"]
    stated = {"purpose": arm.table.get("purpose", "not stated"), "title": arm.table["title"]}
    for key, ours in {"id": arm.file["id"], "status": arm.file["status"], **stated}.items():
        yield from _same(f"protocol {key}", told.get(key), ours)


def _doses(document: Table, course: SecondCourse) -> Iterator[Difference]:
    yield from _same("the number of doses", len(document["doses"]), len(course.doses))
    for told, dose in zip(document["doses"], course.doses, strict=False):
        yield from _dose(told, dose, course, f"dose {dose.number}")


def _dose(told: Table, dose: SecondDose, course: SecondCourse, name: str) -> Iterator[Difference]:
    when = dose.when
    plain = {
        "number": dose.number,
        "cycle": dose.slot.cycle,
        "day": when.day if course.counted else None,
        "date": None if when.date is None else when.date.isoformat(),
        "date_from": when.earliest and (course.counted or when.date is not None),
        "optional": dose.slot.optional,
        "agent": dose.agent,
        "reduction": dose.step,
        "bounded": dose.bounded,
    }
    taken = dose.number in course.adopted
    for key, ours in plain.items():
        if not (taken and key == "bounded"):
            yield from _same(f"{name}, {key}", told[key], ours)
    if not taken:
        yield from _level(told["level"], dose, f"{name}, level")
        yield from _same(f"{name}, pending", told["pending"] is not None, dose.amount is None)
    for kind in PARTS:
        low, high = dose.part(kind)
        yield from _amount(f"{name}, {kind}", told[kind], low if low == high else None, kind, course, dose.agent)
    yield from _sum(
        told["cumulative"], f"{name}, cumulative", course, dose.agent, [course.cumulative(dose, kind) for kind in PARTS]
    )
    spans = [course.lifetime(dose, kind) for kind in PARTS]
    yield from _sum(
        told["lifetime"],
        f"{name}, lifetime",
        course,
        dose.agent,
        spans if course.priors(dose.agent) is not None else None,
    )


def _level(told: Any, dose: SecondDose, name: str) -> Iterator[Difference]:
    ours = None if dose.level is None else {"value": float(dose.level.number), "unit": dose.level.unit}
    yield from _same(name, told and f"{told['value']!r} {told['unit']}", ours and f"{ours['value']!r} {ours['unit']}")


def _sum(told: Any, name: str, course: SecondCourse, agent: str, spans: list[Span] | None) -> Iterator[Difference]:
    """A running total; where a part is not known its figures are the least that it can be."""
    if told is None or spans is None:
        yield from _same(name, told is not None, spans is not None)
        return
    lower = spans[0][0] != spans[0][1]
    yield from _same(f"{name}, lower_bound", told["lower_bound"], lower)
    for kind, span in zip(PARTS, spans, strict=True):
        yield from _amount(f"{name}, {kind}", told[kind], shown(span, lower=lower), kind, course, agent)


def _totals(document: Table, course: SecondCourse) -> Iterator[Difference]:
    agents = list(dict.fromkeys(dose.agent for dose in course.doses))
    yield from _same("the agents of the totals", sorted(document["totals"]), sorted(agents))
    for agent, told in document["totals"].items():
        for name, optional in (("required", False), ("with_optional", True)):
            for kind in PARTS:
                low, high = course.total(agent, kind, optional=optional)
                what = f"total of {agent}, {name}, {kind}"
                yield from _amount(what, told[name][kind], low if low == high else None, kind, course, agent)


# -- findings, conflicts, instructions --


def _findings(document: Table, course: SecondCourse, beliefs: own.Beliefs, outcome: Checked) -> Iterator[Difference]:
    told: dict[Key, set[tuple[str, int | None]]] = {}
    for finding in document["findings"]:
        for dose in finding["doses"] or [finding["dose"]]:
            told.setdefault(Key(finding["rule"], finding["part"]), set()).add((finding["status"], dose))
    ours: dict[Key, Found] = {}
    skipped: dict[Key, str] = {}
    for key, said in (*rules.found(course), *own.found(course, beliefs)):
        if isinstance(said, Found) and not (course.adopted and key.rule in own.OF_AMOUNTS):
            ours[key] = said
        else:
            skipped[key] = said if isinstance(said, str) else "a dose is beyond this method"
    ids = _rule_ids(course)
    for key in dict.fromkeys((*told, *ours)):
        name = f"finding {key.rule}" + (f" ({key.part})" if key.part else "")
        if key in skipped or (key not in ours and key.rule in own.NOT_ASKED):
            continue
        if course.adopted and key.rule in own.OF_AMOUNTS:
            continue
        if key not in ours and not own.is_ours(key.rule) and key.rule not in ids:
            skipped[key] = "a rule that this method does not know"
            continue
        mine = set(ours[key].said()) if key in ours else set()
        if told.get(key, set()) != mine:
            yield Difference(name, _statuses(told.get(key, set())), _statuses(mine))
    yield from _severities(document, course)
    outcome.not_checked += [f"finding {key.rule}: {why}" for key, why in skipped.items()]
    present = dict.fromkeys(key.rule for key in told if key.rule in own.NOT_ASKED)
    outcome.not_checked += [f"finding {rule}: {own.NOT_ASKED[rule]}" for rule in present]


def _rule_ids(course: SecondCourse) -> set[str]:
    return {rule["id"] for rule in course.arm.file.get("rules", [])}


def _statuses(said: set[tuple[str, int | None]]) -> str:
    told = (status if dose is None else f"{status} (dose {dose})" for status, dose in sorted(said, key=str))
    return ", ".join(told) or "nothing"


def _severities(document: Table, course: SecondCourse) -> Iterator[Difference]:
    """What a breach of each rule of the file is."""
    stated = {
        Key(rule["id"], rule.get("part")): rule.get("severity", "violation") for rule in course.arm.of_arm("rules")
    }
    for finding in document["findings"]:
        severity = stated.get(Key(finding["rule"], finding["part"]))
        if severity is not None:
            yield from _same(f"finding {finding['rule']}, severity", finding["severity"], severity)


def _conflicts(document: Table, course: SecondCourse) -> Iterator[Difference]:
    ours = []
    for conflict in course.arm.of_arm("conflicts"):
        applies: Truth = True
        if "when" in conflict:
            doses: list[SecondDose | None] = list(course.doses)
            asked = observables.of_doses(course, conflict["when"])
            applies = either(observables.truth(course, conflict["when"], dose) for dose in (doses if asked else [None]))
        kept = {key: conflict[key] for key in ("id", "reading", "because", "between")}
        ours.append(kept | {"applies": applies})
    told = {each["id"]: each for each in document["conflicts"]}
    yield from _same("the conflicts", list(told), [each["id"] for each in ours])
    for each in ours:
        for key, mine in each.items():
            if each["id"] in told:
                yield from _same(f"conflict {each['id']}, {key}", told[each["id"]][key], mine)
    texts = [each["text"] for each in document["instructions"] if each["cite"]]
    yield from _same("the instructions", texts, [each["text"] for each in course.arm.of_arm("instructions")])


def _clearance(document: Table) -> Iterator[Difference]:
    """The counts of the first line, and its verdict, from the findings that stand below."""
    told = document["clearance"]
    counts = Counter(finding["status"] for finding in document["findings"])
    for key, status in (("violations", "violation"), ("warnings", "warning")):
        yield from _same(f"clearance, {key}", told[key], counts[status])
    is_open = any(told[key] for key in ("questions", "earlier_questions"))
    verdict = "open" if is_open else "warned" if counts["warning"] else "nothing found against it"
    yield from _same("clearance, verdict", told["verdict"], "not cleared" if counts["violation"] else verdict)


__all__ = ["METHOD", "Checked", "Difference", "Unreadable", "compare", "course_of"]
