"""What was asked, held against an arm: the doses planned, their levels and days, and the calculator's inputs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date as Date
from fractions import Fraction
from typing import Any, NamedTuple

from dosecalc.course.calculator import CompiledArm
from dosecalc.course.levels import Row
from dosecalc.course.observables import BY_CYCLE, Observable
from dosecalc.course.schedule import Slot
from dosecalc.course.state import Inputs, Prior
from dosecalc.errors import InputError
from dosecalc.files.protocol import Arm
from dosecalc.library.reader import ProtocolFile
from dosecalc.quantities import units
from dosecalc.quantities.numbers import FALSE, TRUE, Bounds, Unknown, Value
from dosecalc.quantities.phrases import doses_text
from dosecalc.quantities.statement import Stated
from dosecalc.reference import bodysurface
from dosecalc.reference.people import ADULT
from dosecalc.requests.calendar import When, check_order, intervals, months_in_days, start_of
from dosecalc.requests.calendar import whens as whens_of
from dosecalc.requests.request import SIZES, PriorStatement, Request, Sized

_NOTHING = Bounds(Fraction(0), Fraction(0))
_UNSTATED = Bounds(Fraction(0), Unknown("prior"))


class Match(NamedTuple):
    """A request that fits an arm. ``ranged`` holds the doses whose level had to be chosen, ``levels`` the choices."""

    file: ProtocolFile
    arm: Arm
    compiled: CompiledArm
    request: Request
    slots: tuple[Slot, ...]
    ranged: Mapping[int, list[Row]]
    levels: Mapping[int, units.Measure]
    whens: tuple[When, ...]
    inputs: Inputs

    def radioactive(self, agent: str) -> bool:
        return bool(self.file.protocol.agents[agent].radionuclide)

    def agents(self) -> list[str]:
        """The agents that the planned doses are of, in order."""
        return list(dict.fromkeys(slot.dose.agent for slot in self.slots))


def match(file: ProtocolFile, arm: Arm, request: Request, *, need_levels: bool = True) -> Match:
    """Hold a request against an arm. InputError says what does not fit and how to write it.

    ``need_levels``: whether a range has to have a level chosen in it; without, its dose waits.
    """
    compiled = file.compiled(arm)
    chosen = None if request.cycle_length is None else int(request.cycle_length)
    slots, days = compiled.course(request.cycles, chosen)
    _check_given(file, arm, request, slots)
    steps = _steps(arm, request, slots)
    rows = {slot.number: compiled.at(slot, steps).rows for slot in slots}
    ranged = {number: found for number, all_ in rows.items() if (found := [r for r in all_ if r.open])}
    sole = {number for number, all_ in rows.items() if len(all_) == 1}
    levels = _levels(arm, request, slots, ranged, sole if need_levels else set())
    _check_cycle_length(arm, request, slots)
    dates = {number: given.date for number, given in request.given.items() if given.date is not None}
    start = start_of(request.start, dates)
    whens = whens_of(slots, days, start, dates)
    check_order(whens, dates)
    stated = {name: value_of(said, file.table[name]) for name, said in request.stated.items()}
    indexed = {key: value_of(said, file.table[key[0]]) for key, said in request.indexed.items()}
    _check_indices(request, slots, file.table)
    _place_sizes(request, slots, whens, stated, indexed)
    _check_formula(request)
    last_prior = _prior_observables(request, start, stated)

    def calendar(name: str, months: Fraction) -> Value | None:
        known = name == "prior_interval" and last_prior is not None
        return months_in_days(last_prior, months) if known and last_prior else None

    given = {number: said.amount.value for number, said in request.given.items()}
    inputs = Inputs(
        stated=stated,
        indexed=indexed,
        levels={number: (chosen.dimension, chosen.value) for number, chosen in levels.items()},
        given=given,
        measured={number: said.value for number, said in request.measured.items()},
        prior=_none(slots) if _never(stated) else _prior(file, arm, request, slots, stated.get("weight")),
        intervals=intervals(whens, days, dates),
        steps=steps,
        formula=request.formula or bodysurface.DEFAULT,
        next_dose=max(given, default=0) + 1,
        calendar=calendar,
    )
    return Match(file, arm, compiled, request, slots, ranged, levels, whens, inputs)


def value_of(stated: Stated, row: Observable) -> Any:
    """A stated value as the calculator holds it."""
    if isinstance(stated.value, bool):
        return TRUE if stated.value else FALSE
    if isinstance(stated.value, str):
        return {choice: TRUE if choice == stated.value else FALSE for choice in row.choices}
    return stated.value


# -- doses and levels -------------------------------------------------------------------------------------------


def _check_given(file: ProtocolFile, arm: Arm, request: Request, slots: tuple[Slot, ...]) -> None:
    for option, numbers in (("--given", request.given), ("--measured", request.measured)):
        for number in numbers:
            if number > len(slots):
                raise InputError(f"there is no dose {number}; {arm.id} plans {len(slots)} here", where=option)
    for number, given in request.given.items():
        agent = file.protocol.agents[slots[number - 1].dose.agent]
        wanted = "activity" if agent.radionuclide else "mass"
        if given.amount.dimension != wanted:
            raise InputError(
                f"read {given.amount.text!r}, but dose {number} is {agent.name}: "
                f"expected {units.DIMENSIONS[wanted][0]}",
                where="--given",
            )
    compiled = file.compiled(arm)
    asked = any(leaf.observable.name == "whole_body_dose" for rule in compiled.rules for leaf in rule.require.leaves)
    targets = any(row.target for dose in compiled.doses.values() for row in dose.rows)
    if request.measured and not (asked or targets):
        raise InputError(f"nothing in {arm.id} asks for a whole-body dose", where="--measured")
    for number in request.measured:
        if not file.protocol.agents[slots[number - 1].dose.agent].radionuclide:
            raise InputError(f"dose {number} is a drug and gives no whole-body dose", where="--measured")


def _levels(
    arm: Arm, request: Request, slots: tuple[Slot, ...], ranged: Mapping[int, list[Row]], sole: set[int]
) -> dict[int, units.Measure]:
    levels: dict[int, units.Measure] = {}
    for number, chosen in request.levels.items():
        if not ranged or (number is not None and number not in ranged):
            raise InputError(_fixed_level(arm, slots, number), where="--level")
        alike = [n for n, rows in ranged.items() if chosen.dimension in _kinds(rows)]  # a dose of another kind waits
        for dose in (alike or ranged) if number is None else (number,):
            _check_kind(arm, chosen, ranged[dose])
            if number is not None or dose not in request.levels:
                levels[dose] = chosen
    missing = [
        slot.number
        for slot in slots
        if slot.number in ranged
        and slot.number in sole
        and _must_choose(ranged[slot.number][0])
        and slot.number not in levels
        and slot.number not in request.given
    ]
    if missing:
        row = ranged[missing[0]][0]
        raise InputError(
            f"{arm.id} gives a range for {doses_text(missing)}, {units.spell(row.low)} to {units.spell(row.high)}: "
            f'choose a level in it, for example --level "{row.low.text}"',
            where="--level",
        )
    return levels


def _must_choose(row: Row) -> bool:
    """Whether there is no amount at all without a level: in a range that always holds, but not among alternatives."""
    return row.when is None and len(row.options) == 1


def _steps(arm: Arm, request: Request, slots: tuple[Slot, ...]) -> dict[int, int]:
    """The step of the ladder at every dose: each holds until another is stated."""
    if request.reductions and not arm.reductions:
        raise InputError(f"{arm.id} states no reduced level", where="--reduction")
    known = sorted({reduction.step for reduction in arm.reductions})
    for number, step in request.reductions.items():
        if number > len(slots):
            raise InputError(f"there is no dose {number}; {arm.id} plans {len(slots)} here", where="--reduction")
        if step and step not in known:
            listed = ", ".join(map(str, known))
            said = f"there is no step {step}; {arm.id} has step {listed}, and 0 is the full level"
            raise InputError(said, where="--reduction")
    steps: dict[int, int] = {}
    for slot in slots:
        steps[slot.number] = request.reductions.get(slot.number, steps.get(slot.number - 1, 0))
    return steps if any(steps.values()) else {}


def _fixed_level(arm: Arm, slots: tuple[Slot, ...], number: int | None) -> str:
    if number is not None and number > len(slots):
        return f"there is no dose {number}; {arm.id} plans {len(slots)} here"
    level = slots[(number or 1) - 1].dose.level
    at = f" at {level}" if isinstance(level, str) else ""
    of = f"dose {number}" if number else "every dose"
    return f"{arm.id} fixes the level of {of}{at}; --level chooses only where a protocol gives a range"


def _kinds(rows: list[Row]) -> list[str]:
    """The dimensions among which a level is chosen."""
    return list(dict.fromkeys(low.dimension for row in rows for low, _ in row.options))


def _check_kind(arm: Arm, chosen: units.Measure, rows: list[Row]) -> None:
    known = _kinds(rows)
    if chosen.dimension not in known:
        wanted = " or ".join(units.DIMENSIONS[dimension][0] for dimension in known)
        raise InputError(
            f"read {chosen.text!r}, which is {units.DIMENSIONS[chosen.dimension][0]}; the level of {arm.id} is "
            f"{wanted}, for example '{rows[0].low.text}'",
            where="--level",
        )


def _check_cycle_length(arm: Arm, request: Request, slots: tuple[Slot, ...]) -> None:
    if request.cycle_length is None:
        return
    last = max((slot.dose.day for slot in slots if slot.dose.day is not None), default=1)
    if request.cycle_length < last:
        raise InputError(
            f"{units.decimal(request.cycle_length)} days are shorter than a cycle of {arm.id}, whose last dose is on "
            f"day {last}",
            where="--cycle-length",
        )
    lengths = {slot.cycle: slot.listed.length for slot in slots}
    spaced = any(slot.listed.interval is not None for slot in slots)
    if len(lengths) == 1 or (not spaced and all(isinstance(length, str) for length in list(lengths.values())[:-1])):
        raise InputError(f"{arm.id} leaves no distance between cycles open here", where="--cycle-length")


# -- sizes ------------------------------------------------------------------------------------------------------


def _place_sizes(
    request: Request,
    slots: tuple[Slot, ...],
    whens: tuple[When, ...],
    stated: dict[str, Any],
    indexed: dict[tuple[str, int], Any],
) -> None:
    """Sizes that hold throughout are stated; those with a dose or a date are placed at every dose."""
    for name in SIZES:
        sizes = request.sizes.get(name, [])
        plain = [size for size in sizes if size.dose is None and size.date is None]
        if plain:
            stated[name] = plain[0].stated.value
        if len(plain) < len(sizes):
            for slot, when in zip(slots, whens, strict=True):
                indexed[name, slot.number] = _size_at(name, sizes, slot.number, when)


def _size_at(name: str, sizes: list[Sized], number: int, when: When) -> Value:
    """The size that holds for a dose: the latest stated from a dose on, else the latest by date, else the plain one."""
    by_dose = [size for size in sizes if size.dose is not None and size.dose <= number]
    if by_dose:
        return max(by_dose, key=lambda size: size.dose or 0).stated.value
    dated = sorted((size for size in sizes if size.date is not None), key=lambda size: size.date or Date.min)
    plain = next((size.stated.value for size in sizes if size.dose is None and size.date is None), Unknown(name))
    if not dated or when.date is None:
        return plain if not dated else dated[0].stated.value if len(sizes) == 1 else Unknown(name)
    before = [size for size in dated if size.date is not None and size.date <= when.date]
    return before[-1].stated.value if before else plain


def _check_indices(request: Request, slots: tuple[Slot, ...], table: Mapping[str, Observable]) -> None:
    """A value for a dose or cycle that is not planned would go unused, and unseen."""
    doses, cycles = len(slots), slots[-1].cycle
    if max(request.given, default=0) >= doses:
        for name, said in request.stated.items():
            if table[name].momentary:
                raise InputError(
                    f"{name} is stated as {said.text} for the next dose, but every dose was given; write {name}[N] for "
                    "the dose that it was taken before",
                    where="--set",
                )
    for name, index in request.indexed:
        most, what = (cycles, "cycle") if name in BY_CYCLE else (doses, "dose")
        if index > most:
            raise InputError(f"{name}[{index}]: there is no {what} {index}; {most} are planned here", where="--set")
    for name, sizes in request.sizes.items():
        for size in sizes:
            if size.dose is not None and size.dose > doses:
                raise InputError(f"there is no dose {size.dose}; {doses} are planned here", where=f"--{name}")


def _check_formula(request: Request) -> None:
    formula = bodysurface.FORMULAS[request.formula or bodysurface.DEFAULT]
    if not formula.adults_of_known_sex:
        return
    age = request.stated.get("age")
    if age is None or "sex" not in request.stated or not isinstance(age.value, Fraction) or age.value < ADULT:
        raise InputError(
            f"{formula.name}'s formula was made from adults: it needs --age 18 or over and --sex", where="--bsa-formula"
        )


# -- prior therapy ----------------------------------------------------------------------------------------------


def _prior(
    file: ProtocolFile, arm: Arm, request: Request, slots: tuple[Slot, ...], today: Value | None
) -> dict[str, Prior]:
    if request.prior is None:
        return {}
    mine = list(dict.fromkeys(slot.dose.agent for slot in slots))
    if not request.prior:
        return _none(slots)
    made: dict[str, Prior] = {}
    for said in request.prior:
        agent = _agent_of(file, arm, mine, said)
        before = made.get(agent, Prior(_NOTHING, _NOTHING, _NOTHING))
        sizes = _prior_sizes(_weighed(said, request), today)
        made[agent] = Prior(*(a + b for a, b in zip(before, sizes, strict=True)))
    return made


def _never(stated: Mapping[str, Any]) -> bool:
    """Whether it was said, by prior_count=0, that there was no prior administration."""
    return bool(stated.get("prior_count") == 0)


def _none(slots: tuple[Slot, ...]) -> dict[str, Prior]:
    return {slot.dose.agent: Prior(_NOTHING, _NOTHING, _NOTHING) for slot in slots}


def _prior_sizes(said: PriorStatement, today: Value | None) -> tuple[Bounds, Bounds, Bounds]:
    """An earlier amount in all, per body weight and per body surface area, as far as it was stated."""
    basis = said.amount.dimension.partition("/")[2]
    value, weight = said.amount.value, None if said.weight is None else said.weight.value
    if basis == "bsa":
        return _UNSTATED, _UNSTATED, Bounds(value, value)
    if basis == "weight":
        return (
            (_UNSTATED if weight is None else Bounds(value * weight, value * weight)),
            Bounds(value, value),
            _UNSTATED,
        )
    per_weight = _UNSTATED
    if weight is not None:
        per_weight = Bounds(value / weight, value / weight)
    elif today is not None:  # a child weighed less then, so this is the least that it can have been
        per_weight = Bounds(value / today, Unknown("prior"))
    return Bounds(value, value), per_weight, _UNSTATED


def _weighed(said: PriorStatement, request: Request) -> PriorStatement:
    """A prior administration with the weight that was stated for its very date, if it brings none itself."""
    if said.weight is not None or said.date is None:
        return said
    weights = (size.stated.measure for size in request.sizes.get("weight", []) if size.date == said.date)
    return said._replace(weight=next(weights, None))


def _agent_of(file: ProtocolFile, arm: Arm, mine: list[str], said: PriorStatement) -> str:
    kind = said.amount.dimension.partition("/")[0]
    if said.agent is not None and said.agent not in mine:
        raise InputError(
            f"read the agent {said.agent!r} in {said.text!r}; {arm.id} gives {', '.join(mine)}, "
            "and only those count here",
            where="--prior",
        )
    named = mine if said.agent is None else [said.agent]
    fitting = [a for a in named if bool(file.protocol.agents[a].radionuclide) == (kind == "activity")]
    if len(fitting) != 1:
        raise InputError(
            f"read {said.text!r}; no single agent of {arm.id} is given as {units.DIMENSIONS[kind][0]}. "
            f"Name one: {', '.join(mine)}",
            where="--prior",
        )
    return fitting[0]


def _prior_observables(request: Request, start: Date | None, stated: dict[str, Any]) -> Date | None:
    """State the number of prior administrations and the time since the last; returns the latest date that is known.

    An administration without a date may be later still: then the time since the last is at most what is known.
    """
    if request.prior is None:
        if "prior_interval" in stated and "prior_count" not in stated:
            stated["prior_count"] = Bounds(Fraction(1), Unknown("prior_count"))
        return None
    _agree(request, stated, "prior_count", Fraction(len(request.prior)))
    dates = [said.date for said in request.prior if said.date is not None]
    if start is not None and dates and max(dates) >= start:
        said = f"the prior administration of {max(dates)} is not before the start on {start}"
        raise InputError(said, where="--prior")
    if start is None or not dates:
        return None
    since = Fraction((start - max(dates)).days)
    if len(dates) == len(request.prior):
        _agree(request, stated, "prior_interval", since)
    elif "prior_interval" not in stated:
        stated["prior_interval"] = Bounds(Fraction(0), since)
    return max(dates)


def _agree(request: Request, stated: dict[str, Any], name: str, value: Fraction) -> None:
    said = request.stated.get(name)
    if said is not None and said.value != value:
        raise InputError(f"{name} is set to {said.text!r}, but --prior says otherwise", where="--set")
    stated[name] = value
