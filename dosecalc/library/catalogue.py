"""The catalogue: every arm of every protocol file, those that answer a question, and every observable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date as Date
from fractions import Fraction
from typing import NamedTuple

from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.observables import read as read_observable
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.faults import BadFileError, Problem
from dosecalc.files.protocol import STATUSES, Agent, Arm, Condition, Protocol, Review
from dosecalc.library.agents import named, suits
from dosecalc.library.load import load_file
from dosecalc.library.reader import ProtocolFile
from dosecalc.library.wording import condition_words
from dosecalc.quantities.documents import Result
from dosecalc.quantities.frozen import Field
from dosecalc.quantities.options import one, within
from dosecalc.reference import radionuclides, synonyms
from dosecalc.reference.routes import NOT_STATED


class IndexRow(Result):
    """An arm in the index."""

    arm: str = Field(description="The id of the arm.")
    protocol: str = Field(description="The id of its file.")
    title: str = Field(description="The regimen in words.")
    purpose: str | None = Field(description="therapy, dosimetry or imaging; null where the file does not say.")
    agent: str = Field(description="The names of what is given.")
    nuclide: tuple[str, ...] = Field(description="The radionuclides of what is given.")
    route: tuple[str, ...] = Field(description="The routes of what is given; not stated where the file does not say.")
    form: tuple[str, ...] = Field(description="The chemical forms of what is given, where the file states them.")
    status: str = Field(description="The status of the protocol.")
    jurisdiction: tuple[str, ...] = Field(description="Where the protocol holds, as US or EU, where it says so.")
    revision: str | None = Field(description="The date of the label, where the file states it.")
    indication: str | None = Field(description="What it is indicated for, where the file states it.")
    disease: str | None = Field(description="The disease, by the rules on the diagnosis or the indication; or null.")
    ages: str | None = Field(description="The ages that the rules allow, in words; null where no rule speaks of age.")
    next_review: Date | None = Field(description="When the file is to be reviewed again, where it says so.")
    unconfirmed: int = Field(description="How many of its facts are not yet checked against the source.")
    suits: bool | None = Field(description="Whether the age asked for meets the rules on age; null where none does.")
    file: str = Field(description="The file that the arm is in.")


def index(filters: Mapping[str, Sequence[str]] | None = None) -> tuple[list[IndexRow], list[Problem]]:
    """The arms that answer every filter, and the first problem of each file that cannot be used.

    ``word`` are words that all have to stand in what names an arm, ``agent`` is part of a name, ``nuclide`` a
    radionuclide, ``status`` one of a protocol, ``jurisdiction`` where it holds, ``due`` a day by which the next review
    of the file is due, ``age`` one that the rules on age do not exclude. Raises InputError for a filter that cannot be
    read, or an agent that no arm has.
    """
    wanted = _read(filters or {})
    rows: list[IndexRow] = []
    problems: list[Problem] = []
    for path in folders.protocol_files():
        try:
            file = load_file(path)
        except BadFileError as error:
            problems.append(error.problems[0])
            continue
        except InputError as error:
            problems.append(Problem(folders.shown(path), "", None, str(error)))
            continue
        rows += [row for arm in file.protocol.arms for row in _row(file, arm, wanted)]
    return rows, [*problems, *_twice(rows)]


class _Filters(NamedTuple):
    agent: str | None
    nuclide: str | None
    status: str | None
    jurisdiction: str | None
    age: Fraction | None
    due: Date | None
    words: tuple[str, ...] = ()


def _read(filters: Mapping[str, Sequence[str]]) -> _Filters:
    agent, nuclide, status, place, age = (
        one(filters, name) for name in ("agent", "nuclide", "status", "jurisdiction", "age")
    )
    if status is not None and status not in STATUSES:
        raise InputError(f"read {status!r}, expected one of {', '.join(STATUSES)}", where="--status")
    stated = None if age is None else within("--age", read_observable, OBSERVABLES["age"], age)
    days = None if stated is None or not isinstance(stated.value, Fraction) else stated.value
    nuclide = None if nuclide is None else radionuclides.spelled(nuclide)
    due = one(filters, "due")
    day = None if due is None else within("--due", _day, due)
    words = tuple(text.casefold() for each in filters.get("word", ()) for text in each.split())
    return _Filters(agent, nuclide, status, None if place is None else place.strip().upper(), days, day, words)


def _row(file: ProtocolFile, arm: Arm, filters: _Filters) -> Iterator[IndexRow]:
    """The row of an arm, if it answers the filters."""
    protocol = file.protocol
    agents = {key: protocol.agents[key] for cycle in arm.cycles for key in (dose.agent for dose in cycle.doses)}
    nuclides = tuple(dict.fromkeys(agent.radionuclide for agent in agents.values() if agent.radionuclide))
    meets = suits(file, arm, filters.age)
    if (
        (filters.agent is None or any(named(agent, key, filters.agent) for key, agent in agents.items()))
        and (filters.nuclide is None or filters.nuclide in nuclides)
        and filters.status in (None, protocol.status)
        and (filters.jurisdiction is None or filters.jurisdiction in protocol.jurisdiction)
        and (filters.due is None or _is_due(protocol.review, filters.due))
        and not meets.no
        and (not filters.words or _speaks_of(protocol, arm, agents, filters.words))
    ):
        yield IndexRow.made(
            arm=arm.id,
            protocol=protocol.id,
            title=arm.title,
            purpose=arm.purpose,
            agent=", ".join(agent.name for agent in agents.values()),
            nuclide=nuclides,
            route=tuple(dict.fromkeys(agent.route or NOT_STATED for agent in agents.values())),
            form=tuple(dict.fromkeys(agent.form for agent in agents.values() if agent.form)),
            status=protocol.status,
            jurisdiction=protocol.jurisdiction,
            revision=protocol.revision,
            indication=protocol.indication,
            disease=_disease(protocol, arm),
            ages=", ".join(dict.fromkeys(_ages(protocol, arm))) or None,
            next_review=None if protocol.review is None else protocol.review.next,
            unconfirmed=len(file.unconfirmed(arm)),
            suits=True if meets.yes else None,
            file=file.file,
        )


def _disease(protocol: Protocol, arm: Arm) -> str | None:
    """What the rules on the diagnosis allow, or what the protocol is indicated for."""
    words = [word for leaf in _required(protocol, arm) if leaf.observable == "diagnosis" for word in _choices(leaf)]
    return ", ".join(word.replace("-", " ") for word in dict.fromkeys(words)) or protocol.indication


def _choices(leaf: Condition) -> tuple[str, ...]:
    return tuple(leaf.one_of or ((str(leaf.is_),) if isinstance(leaf.is_, str) else ()))


def _ages(protocol: Protocol, arm: Arm) -> Iterator[str]:
    """The limits of age that a rule asks of everybody."""
    for leaf in _required(protocol, arm):
        if leaf.observable in ("age", "age_completed"):
            yield condition_words(leaf).partition(" ")[2]


def _required(protocol: Protocol, arm: Arm) -> Iterator[Condition]:
    """The comparisons that a rule of an arm asks of everybody, one by one."""
    for rule in protocol.rules:
        if rule.holds_for(arm.id) and rule.when is None and rule.severity == "violation":
            yield from _all_of(rule.require, protocol.conditions)


def _all_of(condition: Condition, named: Mapping[str, Condition]) -> Iterator[Condition]:
    """The comparisons of which each has to hold."""
    if condition.condition is not None:
        yield from _all_of(named[condition.condition], named)
    elif condition.all_ is not None:
        for each in condition.all_:
            yield from _all_of(each, named)
    elif condition.observable is not None:
        yield condition


def _speaks_of(protocol: Protocol, arm: Arm, agents: Mapping[str, Agent], words: tuple[str, ...]) -> bool:
    """Whether every word is part of what names an arm: ids, titles, agents under all their names, registry numbers."""
    named = [arm.id, arm.title, arm.purpose, protocol.id, protocol.title, protocol.status, protocol.indication]
    named += [*protocol.registry, *protocol.jurisdiction, protocol.note, _disease(protocol, arm)]
    for agent in agents.values():
        named += [agent.name, agent.radionuclide, *synonyms.names_of(agent.name, agent.radionuclide)]
        named += [] if agent.radionuclide is None else ["".join(reversed(agent.radionuclide.split("-")))]  # 177Lu
    told = " ".join(each for each in named if each is not None).casefold()
    plain = told.replace("-", "").replace(" ", "")
    return all(word in told or word.replace("-", "") in plain for word in words)


def _day(text: str) -> Date:
    try:
        return Date.fromisoformat(text.strip())
    except ValueError:
        raise InputError(f"read {text!r}, expected a date such as 2026-12-31") from None


def _is_due(review: Review | None, day: Date) -> bool:
    return review is not None and review.next is not None and review.next <= day


def _twice(rows: list[IndexRow]) -> Iterator[Problem]:
    for row in rows:
        files = [other.file for other in rows if other.arm == row.arm]
        if len(files) > 1 and row.file == files[0]:
            yield Problem(row.file, "", None, f"the arm id {row.arm!r} is also in {', '.join(files[1:])}")


class ObservableRow(Result):
    """An observable in the list."""

    observable: str = Field(description="Its name.")
    title: str = Field(description="What it is, in words.")
    kind: str = Field(description="quantity, boolean, count or choice.")
    unit: str | None = Field(description="The unit of the range; null for what is no quantity.")
    scope: str = Field(description="Whether it is of the patient, the course, a cycle or a dose.")
    momentary: bool = Field(description="Whether a statement answers for the next dose alone.")
    range: tuple[Fraction | None, Fraction | None] = Field(description="The lowest and highest value accepted.")
    choices: tuple[str, ...] | None = Field(description="The words that are accepted, for a choice.")
    computed: bool = Field(description="Whether dosecalc computes it, so that nobody states it.")


def observables() -> list[ObservableRow]:
    """Every observable that rules may speak of."""
    return [
        ObservableRow.made(
            observable=row.name,
            title=row.title,
            kind=row.kind,
            unit=row.unit or None,
            scope=row.scope,
            momentary=row.momentary,
            range=(row.low, row.high),
            choices=row.choices or None,
            computed=row.computed,
        )
        for row in OBSERVABLES.values()
    ]
