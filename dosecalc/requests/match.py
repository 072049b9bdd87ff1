"""A request held against an arm: the doses planned, their levels and days, and the calculator's inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date as Date
from fractions import Fraction
from typing import Any, NamedTuple

from dosecalc.course.calculator import CompiledArm
from dosecalc.course.levels import Level, Row
from dosecalc.course.observables import BY_CYCLE, Observable
from dosecalc.course.schedule import Slot
from dosecalc.course.state import Inputs, Prior
from dosecalc.errors import InputError, UnstatedError
from dosecalc.files.capacity import DOSES
from dosecalc.files.protocol import Arm
from dosecalc.library.reader import ProtocolFile
from dosecalc.quantities import units
from dosecalc.quantities.numbers import FALSE, TRUE, Between, Bounds, Unknown, Value
from dosecalc.quantities.phrases import doses_text
from dosecalc.quantities.statement import Stated
from dosecalc.reference import bodysurface
from dosecalc.reference.people import ADULT
from dosecalc.requests.calendar import When, check_order, intervals, months_in_days, start_of, whens_of
from dosecalc.requests.request import SIZES, PriorStatement, Request

_NOTHING: Bounds = Bounds(Fraction(0), Fraction(0))
_UNSTATED: Bounds = Bounds(Fraction(0), Unknown("prior"))


class Unusable(NamedTuple):
    """A statement that an arm cannot use: the option, the text of it, and why."""

    option: str
    text: str
    why: str

    @property
    def error(self) -> InputError:
        return InputError(self.why, where=f"--{self.option}")


class Match(NamedTuple):
    """A request that fits an arm.

    ``ranged`` holds the doses whose level has to be chosen, ``levels`` the choices. ``unusable`` are the statements
    that were left out, as the arm cannot use them.
    """

    file: ProtocolFile
    arm: Arm
    compiled: CompiledArm
    request: Request
    slots: tuple[Slot, ...]
    ranged: Mapping[int, list[Row]]
    levels: Mapping[int, units.Measure]
    whens: tuple[When, ...]
    inputs: Inputs
    unusable: tuple[Unusable, ...] = ()

    def radioactive(self, agent: str) -> bool:
        """Whether an agent, by its key, has a radionuclide."""
        return bool(self.file.protocol.agents[agent].radionuclide)

    def agents(self) -> list[str]:
        """The keys of the agents that the planned doses are of, in order."""
        return list(dict.fromkeys(slot.dose.agent for slot in self.slots))


def match(
    file: ProtocolFile, arm: Arm, request: Request, *, need_levels: bool = True, leave_out: bool = False
) -> Match:
    """Hold a request against an arm.

    ``need_levels``: whether a range has to have a level chosen in it; without, its dose waits. ``leave_out``: whether
    statements that the arm cannot use are left out and returned; without, the first is refused.

    InputError says what does not fit and how to write it.
    """
    course = _Course(file, arm, request)
    unusable = tuple(course.unusable())
    if unusable and not leave_out:
        raise unusable[0].error
    if unusable:
        course = _Course(file, arm, without(request, unusable))
    return course.match(need_levels=need_levels)._replace(unusable=unusable)


def without(request: Request, unusable: tuple[Unusable, ...]) -> Request:
    """A request without some of its statements."""
    out = {(each.option, each.text) for each in unusable}

    def kept(option: str, statements: Mapping[Any, Stated]) -> dict[Any, Stated]:
        return {key: each for key, each in statements.items() if (option, each.written) not in out}

    prior, length = request.prior, request.cycle_length
    return request._replace(
        stated=kept("set", request.stated),
        indexed=kept("set", request.indexed),
        levels=kept("level", request.levels),
        given=kept("given", request.given),
        measured=kept("measured", request.measured),
        retention=kept("retention", request.retention),
        reductions=kept("reduction", request.reductions),
        toxicities=tuple(each for each in request.toxicities if ("toxicity", each.stated.written) not in out),
        prior=None if prior is None else tuple(each for each in prior if ("prior", each.text) not in out),
        cycle_length=None if length is None or ("cycle-length", length.written) in out else length,
    )


def value_of(stated: Stated, row: Observable) -> Any:
    """A stated value as the calculator holds it."""
    if isinstance(stated.value, bool):
        return TRUE if stated.value else FALSE
    if isinstance(stated.value, str):
        return {choice: TRUE if choice == stated.value else FALSE for choice in row.choices}
    return stated.value


class _Course:
    """The doses that an arm gives for a request, before it is known whether every statement can be used."""

    def __init__(self, file: ProtocolFile, arm: Arm, request: Request) -> None:
        self.file, self.arm, self.request = file, arm, request
        self.compiled = file.compiled(arm)
        chosen = None if request.cycle_length is None else int(request.cycle_length.number)
        reached = max(request.given, default=0) + 1  # the dose that comes next is planned too
        self.slots, self.days = self.compiled.course(request.cycles, chosen, reached)
        if len(self.slots) > DOSES:
            text = (
                f"{request.cycles} cycles of {arm.id} are {len(self.slots):,} doses, more than the {DOSES} of a course"
            )
            raise InputError(text, where="--cycles")
        self.steps = _steps(request, self.slots)
        self.rows = {slot.number: self.compiled.levels_of(slot, self.steps).rows for slot in self.slots}
        self.ranged: dict[int, list[Row]] = {}
        for number, rows in self.rows.items():
            if to_choose := [row for row in rows if row.open]:
                self.ranged[number] = to_choose

    # -- what cannot be used --

    def unusable(self) -> Iterator[Unusable]:
        """The statements that the arm cannot use."""
        for option, statements in (
            ("given", self.request.given),
            ("measured", self.request.measured),
            ("reduction", self.request.reductions),
        ):
            yield from self._beyond(option, statements)
        yield from self._given_of_another_kind()
        yield from self._measured()
        yield from self._reductions()
        yield from self._toxicities()
        yield from self._levels()
        yield from self._cycle_length()
        yield from self._indices()
        yield from self._prior()

    def _beyond(self, option: str, statements: Mapping[int, Stated]) -> Iterator[Unusable]:
        """Statements of doses that are not planned."""
        for number, stated in statements.items():
            if number > len(self.slots):
                why = f"there is no dose {number}; {self.arm.id} plans {len(self.slots)} here"
                yield Unusable(option, stated.written, why)

    def _agent(self, number: int) -> Any:
        return self.file.protocol.agents[self.slots[number - 1].dose.agent]

    def _given_of_another_kind(self) -> Iterator[Unusable]:
        for number, given in self.request.given.items():
            if number > len(self.slots):
                continue
            agent = self._agent(number)
            wanted = "activity" if agent.radionuclide else "mass"
            if given.quantity.dimension != wanted:
                why = f"read {given.text!r}, but dose {number} is {agent.name}: expected {units.DIMENSIONS[wanted][0]}"
                yield Unusable("given", given.written, why)

    def _measured(self) -> Iterator[Unusable]:
        """Whole-body doses that nothing asks for, or of a drug."""
        asked = any(leaf.observable.name == "whole_body_dose" for r in self.compiled.rules for leaf in r.require.leaves)
        asked = asked or any(row.target for _, rows in self.compiled.levels() for row in rows)
        for number, measured in self.request.measured.items():
            if not asked:
                yield Unusable("measured", measured.written, f"nothing in {self.arm.id} asks for a whole-body dose")
            elif number <= len(self.slots) and not self._agent(number).radionuclide:
                why = f"dose {number} is a drug and gives no whole-body dose"
                yield Unusable("measured", measured.written, why)

    def _reductions(self) -> Iterator[Unusable]:
        known = sorted({reduction.step for reduction in self.arm.reductions})
        for stated in self.request.reductions.values():
            if not known:
                yield Unusable("reduction", stated.written, f"{self.arm.id} states no reduced level")
            elif stated.value and stated.value not in known:
                listed = ", ".join(map(str, known))
                why = f"there is no step {stated.value}; {self.arm.id} has step {listed}, and 0 is the full level"
                yield Unusable("reduction", stated.written, why)

    def _toxicities(self) -> Iterator[Unusable]:
        most = self.slots[-1].cycle
        for each in self.request.toxicities:
            if each.cycle > most:
                why = f"there is no cycle {each.cycle}; {self.arm.id} plans {most} here"
                yield Unusable("toxicity", str(each.stated.written), why)

    def _levels(self) -> Iterator[Unusable]:
        for number, chosen in self.request.levels.items():
            if not self.ranged or (number is not None and number not in self.ranged):
                yield Unusable("level", chosen.written, self._fixed_level(number))
                continue
            for dose in self._doses_of(number, chosen.quantity):
                if chosen.quantity.dimension not in _kinds(self.ranged[dose]):
                    yield Unusable("level", chosen.written, self._another_kind(chosen.quantity, self.ranged[dose]))
                    break

    def _doses_of(self, number: int | None, chosen: units.Measure) -> list[int]:
        """The doses that a level is chosen for; one of another kind waits for its own."""
        alike = [each for each, rows in self.ranged.items() if chosen.dimension in _kinds(rows)]
        return (alike or list(self.ranged)) if number is None else [number]

    def _fixed_level(self, number: int | None) -> str:
        if number is not None and number > len(self.slots):
            return f"there is no dose {number}; {self.arm.id} plans {len(self.slots)} here"
        level = self.slots[(number or 1) - 1].dose.level
        at = f" at {level}" if isinstance(level, str) else ""
        of = f"dose {number}" if number else "every dose"
        return f"{self.arm.id} fixes the level of {of}{at}; --level chooses only where a protocol gives a range"

    def _another_kind(self, chosen: units.Measure, rows: list[Row]) -> str:
        wanted = " or ".join(units.DIMENSIONS[dimension][0] for dimension in _kinds(rows))
        return (
            f"read {chosen.text!r}, which is {units.DIMENSIONS[chosen.dimension][0]}; the level of {self.arm.id} is "
            f"{wanted}, for example '{rows[0].low.text}'"
        )

    def _cycle_length(self) -> Iterator[Unusable]:
        chosen = self.request.cycle_length
        if chosen is None:
            return
        days = [slot.dose.day for slot in self.slots if slot.dose.day is not None]
        text, last = chosen.written, max(days, default=1) - min(0, min(days, default=1) - 1)
        if chosen.number < last:
            length = units.decimal(chosen.number)
            why = f"{length} days are shorter than a cycle of {self.arm.id}, whose last dose is on day {last}"
            yield Unusable("cycle-length", text, why)
        lengths = {slot.cycle: slot.listed.length for slot in self.slots}
        spaced = any(slot.listed.interval is not None for slot in self.slots)
        stated = all(isinstance(length, str) for length in list(lengths.values())[:-1])
        if len(lengths) == 1 or (not spaced and stated):
            yield Unusable("cycle-length", text, f"{self.arm.id} leaves no distance between cycles open here")

    def _indices(self) -> Iterator[Unusable]:
        """Values for a dose or cycle that is not planned, which would go unused and unseen."""
        doses, cycles = len(self.slots), self.slots[-1].cycle
        if max(self.request.given, default=0) >= doses:
            for name, stated in self.request.stated.items():
                if self.file.table[name].momentary:
                    why = (
                        f"{name} is stated as {stated.text} for the next dose, but every dose was given; write "
                        f"{name}[N] for the dose that it was taken before"
                    )
                    yield Unusable("set", stated.written, why)
        else:
            yield from self._stated_twice()
        for (name, index), stated in self.request.indexed.items():
            most, what = (cycles, "cycle") if name in BY_CYCLE else (doses, "dose")
            if index > most:
                why = f"{name}[{index}]: there is no {what} {index}; {most} are planned here"
                yield Unusable("set", stated.written, why)

    def _stated_twice(self) -> Iterator[Unusable]:
        """A value for the next dose beside another one for the same dose by its number: one of them is a mistake."""
        coming = max(self.request.given, default=0) + 1
        for name, stated in self.request.stated.items():
            numbered = self.request.indexed.get((name, coming))
            if self.file.table[name].momentary and numbered is not None and numbered.value != stated.value:
                why = (
                    f"{name} is stated as {stated.text} for the next dose, which is dose {coming}, and "
                    f"{name}[{coming}] as {numbered.text}; state one of them"
                )
                yield Unusable("set", stated.written, why)

    def _prior(self) -> Iterator[Unusable]:
        for said in self.request.prior or ():
            if isinstance(agent := _agent_of(self.file, self.arm, self.agents, said), Unusable):
                yield agent

    @property
    def agents(self) -> list[str]:
        return list(dict.fromkeys(slot.dose.agent for slot in self.slots))

    # -- the match --

    def match(self, *, need_levels: bool) -> Match:
        """Everything put together for the calculator. InputError for what contradicts itself or lacks."""
        request, table = self.request, self.file.table
        levels = self._chosen()
        if need_levels:
            self._check_chosen(levels)
        dates = {number: given.date for number, given in request.given.items() if given.date is not None}
        start = start_of(request.start, dates)
        whens = whens_of(self.slots, self.days, start, dates)
        check_order(whens, dates)
        _check_sizes(request, len(self.slots))
        _check_formula(request)
        stated = {name: value_of(each, table[name]) for name, each in request.stated.items()}
        indexed = {key: value_of(each, table[key[0]]) for key, each in request.indexed.items()}
        throughout, by_dose = _placed_sizes(request, self.slots, whens)
        stated |= throughout
        indexed |= by_dose
        last_prior = _last_prior(request, start)
        stated |= _prior_observables(request, start, last_prior)
        given = {number: each.number for number, each in request.given.items()}
        inputs = Inputs(
            stated=stated,
            indexed=indexed,
            levels={number: Level(chosen.dimension, chosen.value) for number, chosen in levels.items()},
            given=given,
            measured={number: each.number for number, each in request.measured.items()},
            prior=_priors(self.file, self.arm, request, self.agents, stated),
            intervals=intervals(whens, self.days, dates),
            steps=self.steps,
            formula=request.formula or bodysurface.DEFAULT,
            next_dose=max(given, default=0) + 1,
            calendar=_Calendar(last_prior).months,
        )
        return Match(self.file, self.arm, self.compiled, request, self.slots, self.ranged, levels, whens, inputs)

    def _chosen(self) -> dict[int, units.Measure]:
        """The level that was chosen for every dose that needs one; one for a dose counts before one for all."""
        levels: dict[int, units.Measure] = {}
        for number, stated in self.request.levels.items():
            for dose in self._doses_of(number, stated.quantity):
                if number is not None or dose not in self.request.levels:
                    levels[dose] = stated.quantity
        return levels

    def _check_chosen(self, levels: Mapping[int, units.Measure]) -> None:
        """A dose whose level lies in a range that always holds has no amount until one is chosen."""
        missing = [
            number
            for number, rows in self.ranged.items()
            if len(self.rows[number]) == 1 and _must_choose(rows[0])
            if number not in levels and number not in self.request.given
        ]
        if missing:
            row = self.ranged[missing[0]][0]
            raise UnstatedError(
                f"{self.arm.id} gives a range for {doses_text(missing)}, {units.spell(row.low)} to "
                f'{units.spell(row.high)}: choose a level in it, for example --level "{row.low.text}"',
                where="--level",
            )


class _Calendar(NamedTuple):
    """Calendar months before the course: after the last prior administration, where its date is known."""

    last_prior: Date | None

    def months(self, name: str, months: Fraction) -> Value | None:
        """How many days so many months are for an observable; None where no date decides that."""
        if name != "prior_interval" or self.last_prior is None:
            return None
        return months_in_days(self.last_prior, months)


# -- doses and levels -------------------------------------------------------------------------------------------


def _must_choose(row: Row) -> bool:
    """Whether there is no amount at all without a level: in a range that always holds, but not among alternatives."""
    return row.when is None and len(row.options) == 1


def _kinds(rows: list[Row]) -> list[str]:
    """The dimensions among which a level is chosen."""
    return list(dict.fromkeys(low.dimension for row in rows for low, _ in row.options))


def _steps(request: Request, slots: tuple[Slot, ...]) -> dict[int, int]:
    """The step of the ladder at every dose: each holds until another is stated."""
    steps: dict[int, int] = {}
    for slot in slots:
        stated = request.reductions.get(slot.number)
        steps[slot.number] = steps.get(slot.number - 1, 0) if stated is None else int(stated.number)
    return steps if any(steps.values()) else {}


# -- sizes ------------------------------------------------------------------------------------------------------


def _placed_sizes(
    request: Request, slots: tuple[Slot, ...], whens: tuple[When, ...]
) -> tuple[dict[str, Value], dict[tuple[str, int], Value]]:
    """Sizes that hold throughout, and those with a dose or a date, placed at every dose."""
    throughout: dict[str, Value] = {}
    by_dose: dict[tuple[str, int], Value] = {}
    for name in SIZES:
        sizes = request.sizes.get(name, ())
        plain = [size for size in sizes if size.dose is None and size.date is None]
        if plain:
            throughout[name] = plain[0].number
        if len(plain) < len(sizes):
            for slot, when in zip(slots, whens, strict=True):
                by_dose[name, slot.number] = _size_at(name, sizes, slot.number, when)
    return throughout, by_dose


def _size_at(name: str, sizes: tuple[Stated, ...], number: int, when: When) -> Value:
    """The size that holds for a dose: the latest stated from a dose on, else the latest by date, else the plain one."""
    by_dose = [size for size in sizes if size.dose is not None and size.dose <= number]
    if by_dose:
        return max(by_dose, key=lambda size: size.dose or 0).number
    dated = sorted((size for size in sizes if size.date is not None), key=lambda size: size.date or Date.min)
    throughout = (size.number for size in sizes if size.dose is None and size.date is None)
    plain: Value = next(throughout, Unknown(name))
    if not dated:
        return plain
    if when.date is None:
        return dated[0].number if len(sizes) == 1 else Unknown(name)
    before = [size for size in dated if size.date is not None and size.date <= when.date]
    return before[-1].number if before else plain


def _check_sizes(request: Request, doses: int) -> None:
    for name, sizes in request.sizes.items():
        for size in sizes:
            if size.dose is not None and size.dose > doses:
                raise InputError(f"there is no dose {size.dose}; {doses} are planned here", where=f"--{name}")


def _check_formula(request: Request) -> None:
    formula = bodysurface.FORMULAS[request.formula or bodysurface.DEFAULT]
    if not formula.adults_of_known_sex:
        return
    age = request.stated.get("age")
    if age is None or "sex" not in request.stated or age.number < ADULT:
        raise InputError(
            f"{formula.name}'s formula was made from adults: it needs --age 18 or over and --sex", where="--bsa-formula"
        )


# -- prior therapy ----------------------------------------------------------------------------------------------


def _priors(
    file: ProtocolFile, arm: Arm, request: Request, agents: list[str], stated: Mapping[str, Any]
) -> dict[str, Prior]:
    """The earlier amounts of every agent; empty where nothing was said of prior therapy."""
    none = Prior(_NOTHING, _NOTHING, _NOTHING)
    if stated.get("prior_count") == 0 or request.prior == ():
        return dict.fromkeys(agents, none)
    priors: dict[str, Prior] = {}
    for statement in request.prior or ():
        agent = _agent_of(file, arm, agents, statement)
        assert isinstance(agent, str)
        sizes = _prior_sizes(_weighed(statement, request), stated.get("weight"))
        priors[agent] = Prior(*(a + b for a, b in zip(priors.get(agent, none), sizes, strict=True)))
    return priors


def _prior_sizes(statement: PriorStatement, today: Value | None) -> tuple[Bounds, Bounds, Bounds]:
    """An earlier amount in all, per body weight and per body surface area, as far as it was stated."""
    basis = statement.amount.dimension.partition("/")[2]
    value, weight = statement.amount.value, None if statement.weight is None else statement.weight.value
    known: Bounds = Bounds(value, value)
    if basis == "bsa":
        return _UNSTATED, _UNSTATED, known
    if basis == "weight":
        return (_UNSTATED if weight is None else Bounds(value * weight, value * weight)), known, _UNSTATED
    per_weight = _UNSTATED
    if weight is not None:
        per_weight = Bounds(value / weight, value / weight)
    elif today is not None:  # a child weighed less then, so this is the least that it can have been
        per_weight = Bounds(value / today, Unknown("prior"))
    return known, per_weight, _UNSTATED


def _weighed(statement: PriorStatement, request: Request) -> PriorStatement:
    """A prior administration with the weight that was stated for its very date, if it brings none itself."""
    if statement.weight is not None or statement.date is None:
        return statement
    weights = (size.measure for size in request.sizes.get("weight", ()) if size.date == statement.date)
    return statement._replace(weight=next(weights, None))


def _agent_of(file: ProtocolFile, arm: Arm, agents: list[str], statement: PriorStatement) -> str | Unusable:
    """The agent of a prior administration, by its key."""
    kind, text = statement.amount.dimension.partition("/")[0], statement.text
    named_as = None if statement.agent is None else statement.agent.lower()
    if named_as is not None and named_as not in agents:
        given = f"{arm.id} gives {', '.join(agents)}, and only those count here"
        return Unusable("prior", text, f"read the agent {statement.agent!r} in {text!r}; {given}")
    named = agents if named_as is None else [named_as]
    fitting = [agent for agent in named if bool(file.protocol.agents[agent].radionuclide) == (kind == "activity")]
    if len(fitting) != 1:
        why = (
            f"read {text!r}; no single agent of {arm.id} is given as {units.DIMENSIONS[kind][0]}. "
            f"Name one: {', '.join(agents)}"
        )
        return Unusable("prior", text, why)
    return fitting[0]


def _last_prior(request: Request, start: Date | None) -> Date | None:
    """The date of the last prior administration, where it and the start are known. InputError if it is not before."""
    dates = [each.date for each in request.prior or () if each.date is not None]
    if start is None or not dates:
        return None
    if max(dates) >= start:
        said = f"the prior administration of {max(dates)} is not before the start on {start}"
        raise InputError(said, where="--prior")
    return max(dates)


def _prior_observables(request: Request, start: Date | None, last: Date | None) -> dict[str, Between]:
    """The number of prior administrations and the time since the last, as far as they follow from what was stated.

    An administration without a date may be later still: then the time since the last is at most what is known.
    """
    if request.prior is None:
        if "prior_interval" in request.stated and "prior_count" not in request.stated:
            return {"prior_count": Bounds(Fraction(1), Unknown("prior_count"))}
        return {}
    observables: dict[str, Between] = {"prior_count": _agreed(request, "prior_count", Fraction(len(request.prior)))}
    if start is None or last is None:
        return observables
    since = Fraction((start - last).days)
    if all(each.date is not None for each in request.prior):
        observables["prior_interval"] = _agreed(request, "prior_interval", since)
    elif "prior_interval" not in request.stated:
        observables["prior_interval"] = Bounds(Fraction(0), since)
    return observables


def _agreed(request: Request, name: str, value: Fraction) -> Fraction:
    """A value that follows from ``--prior``. InputError where another was set."""
    stated = request.stated.get(name)
    if stated is not None and stated.value != value:
        raise InputError(f"{name} is set to {stated.text!r}, but --prior says otherwise", where="--set")
    return value
