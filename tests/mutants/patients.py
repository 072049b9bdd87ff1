"""Patients for whom a change of a file could matter, made from the limits that the file and its changed copy state.

A condition changes its truth only at the limits that it compares with. So the values tried are these limits, what lies
between them and what lies beyond, as in ``dosecalc.library.coverage``; where the condition asks what a plan computes,
the doses given, their dates and prior therapy are chosen so that it computes that value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date as Date
from datetime import timedelta
from fractions import Fraction
from itertools import chain, islice, product
from typing import Any, NamedTuple

from mutants.changes import Change
from mutants.outcome import Inputs

from dosecalc.course import schedule
from dosecalc.course.calculator import CompiledArm
from dosecalc.course.levels import Row, Steps
from dosecalc.course.observables import BY_CYCLE, OBSERVABLES, Observable
from dosecalc.course.rules import CompiledCondition, Leaf
from dosecalc.files.protocol import ListedToxicity, Protocol
from dosecalc.library.coverage import Point, _first, _Patient, axes_of
from dosecalc.library.reader import ProtocolFile
from dosecalc.quantities import units
from dosecalc.quantities.numbers import TRUE

START = Date(2020, 1, 1)
LONG = 8
"""The doses of a course that are looked at; the rest repeat them."""
MOST = 3000
"""The most combinations of values that a condition is tried with."""
Patient = tuple[str, Inputs]
"""An arm and what is stated."""
Values = Mapping[str, tuple[Observable, Any]]


class Pair(NamedTuple):
    """An arm as it is and as the change makes it."""

    file: ProtocolFile
    old: CompiledArm
    new: CompiledArm
    changed: Protocol

    @property
    def id(self) -> str:
        return self.old.arm.id


def patients(file: ProtocolFile, changed: ProtocolFile, change: Change) -> Iterator[Patient]:
    """Patients for a change, the likeliest first."""
    place = change.path[0]
    arms = file.protocol.arms
    if place == "arms":
        arms = (arms[int(change.path[1])],)
    elif place in ("rules", "conflicts", "toxicities"):
        listed = getattr(file.protocol, str(place))[int(change.path[1])]
        arms = tuple(arm for arm in arms if listed.holds_for(arm.id))
    if change.path[-1] == "arms":
        arms = (file.arm(str(change.old)),)
    pairs = [Pair(file, file.compiled(arm), changed.compiled(changed.arm(arm.id)), changed.protocol) for arm in arms]
    for pair in pairs if place == "tables" else pairs[:4]:
        yield from ((pair.id, inputs) for inputs in _of_arm(pair, change))


def _of_arm(pair: Pair, change: Change) -> Iterator[Inputs]:
    place = change.path[0]
    if change.path[-1] == "arms":  # whatever is stated, the arm has a rule or a conflict less
        yield base(pair)
        return
    if change.path[-1] == "tolerance":
        yield from _of_tolerance(pair)
    if place == "effective":
        yield from _starts(pair)
    if place == "observables":
        yield from _of_range(pair, str(change.path[1]))
    if place in ("rules", "conditions"):
        yield from _of_rules(pair, change)
    if place in ("conflicts", "conditions"):
        yield from _of_conflicts(pair)
    if place == "tables":
        yield from _of_tables(pair)
    if place == "toxicities":
        yield from _of_toxicities(pair, int(change.path[1]))
    if place in ("arms", "conditions"):
        yield from _of_timing(pair, change) if _is_timing(change) else _of_levels(pair)


def _of_toxicities(pair: Pair, number: int) -> Iterator[Inputs]:
    """Every grade for the first, the second and the third time, by every name, and what it may recede to."""
    for title in (name for of in (pair.file.protocol, pair.changed) for name in _names_of(of.toxicities[number])):
        for times in (1, 2, 3):
            for grade in range(1, 6):
                for after in ("", ", not recovered", ", recovered to baseline", *_recovered(grade)):
                    said = [f"{cycle}={title} grade {grade}{after}" for cycle in range(1, times + 1)]
                    yield {**base(pair), "toxicity": said}
                    if pair.old.arm.reductions:
                        yield {**base(pair), "toxicity": said, "reduction": [f"{times + 1}=1"]}


def _recovered(grade: int) -> Iterator[str]:
    return (f", recovered to grade {less}" for less in range(grade))


def _names_of(toxicity: ListedToxicity) -> tuple[str, ...]:
    return (toxicity.title, *toxicity.also)


def _is_timing(change: Change) -> bool:
    return bool({"day", "length", "interval", "repeat"} & set(change.path[2:]))


# -- what is always stated ------------------------------------------------------------------------------------------


def slots_of(pair: Pair, cycles: int | None = None) -> tuple[schedule.Slot, ...]:
    return pair.old.course(cycles, None)[0]


def base(pair: Pair, *, weight: str = "20", bsa: str = "0.8", cycles: int | None = None) -> Inputs:
    """Sizes, a level where one has to be chosen, and a value for what makes the amount."""
    inputs: Inputs = {"weight": [weight], "bsa": [bsa], "set": []}
    if cycles is not None:
        inputs["cycles"] = [str(cycles)]
    for slot in slots_of(pair, cycles):
        rows = [row for row in pair.old.levels_of(slot).rows if row.open]
        if rows:
            inputs.setdefault("level", []).append(f"{slot.number}={rows[0].low.text}")
    names = {"weight", "bsa"}
    for _, rows in pair.old.levels():
        for observable, value in chain.from_iterable(_factors(row) for row in rows):
            if observable.name not in names and not observable.computed:
                names.add(observable.name)
                inputs["set"].append(f"{observable.name}={value} {observable.unit}")
    return inputs


def _factors(row: Row) -> Iterator[tuple[Observable, str]]:
    """The observables that an amount is made of, each with an ordinary value in its own unit."""
    if row.organ is not None:
        yield row.organ, "0.1"
    for factor in row.every_factor:
        if isinstance(factor.of, Observable):
            yield factor.of, _ordinary(factor.of)
        elif isinstance(factor.of, Steps):
            yield factor.of.by, text_of(factor.of.steps[0][0] / factor.of.by.factor)


def _ordinary(observable: Observable) -> str:
    """40 in its own unit, or the middle of its range where that has no 40."""
    low, high = observable.low, observable.high
    if low is None or high is None or low <= 40 <= high:
        return "40"
    return text_of((low + high) / 2)


def text_of(value: Fraction) -> str:
    """A number in decimal digits, exact where twelve places are enough."""
    scaled = value * 10**12
    whole = scaled.numerator // scaled.denominator
    digits = str(whole).rjust(13, "0")
    return f"{digits[:-12]}.{digits[-12:]}".rstrip("0").rstrip(".")


def merged(inputs: Inputs, more: Mapping[str, Iterable[str]]) -> Inputs:
    """Statements with others, which come in the place of sizes and of what is stated once."""
    result = {option: list(texts) for option, texts in inputs.items()}
    for option, texts in more.items():
        if option == "set":
            names = {text.partition("=")[0] for text in texts}
            result["set"] = [text for text in result["set"] if text.partition("=")[0] not in names] + list(texts)
        else:
            result[option] = list(texts)
    return result


def _of_range(pair: Pair, name: str) -> Iterator[Inputs]:
    """Values at the ends of what is believed of an observable, before the change and after it."""
    for row in (pair.old.table[name], pair.new.table[name]):
        for end in (row.low, row.high):
            if end is not None:
                yield merged(base(pair), {"set": [f"{name}={text_of(end)} {row.unit}".rstrip()]})


# -- rules and conflicts --------------------------------------------------------------------------------------------


def _of_rules(pair: Pair, change: Change) -> Iterator[Inputs]:
    """Patients whom a rule judges otherwise, and, for its scope and severity, whom it judges as broken."""
    for old, new in zip(pair.old.rules, pair.new.rules, strict=True):
        if change.path[0] == "rules" and old.rule is not pair.old.protocol.rules[int(change.path[1])]:
            continue
        axes = _axes([*_leaves(old.when), *old.require.leaves, *_leaves(new.when), *new.require.leaves])
        wanted = [values for values in _combinations(axes) if _judged(old, values) != _judged(new, values)]
        if change.kind in ("scope", "severity"):
            wanted = [values for values in _combinations(axes) if not _judged(old, values)[0]]
        for values in _spread(wanted, 30):
            yield from _realised(pair, values, old.rule.agent)


def _of_conflicts(pair: Pair) -> Iterator[Inputs]:
    for (_, old), (_, new) in zip(pair.old.conflicts, pair.new.conflicts, strict=True):
        if old is None or new is None:
            continue
        axes = _axes([*old.leaves, *new.leaves])
        wanted = [v for v in _combinations(axes) if _truth(old, _asked(v)) != _truth(new, _asked(v))]
        for values in _spread(wanted, 20):
            yield from _realised(pair, values, None)


def _leaves(condition: CompiledCondition | None) -> Sequence[Leaf]:
    return () if condition is None else condition.leaves


def _axes(leaves: Iterable[Leaf]) -> list[tuple[Observable, list[Point]]]:
    """The values that stand for all others, with one between the last limit and what is still believed."""
    return [(observable, _within(observable, points)) for observable, points in axes_of(leaves)]


def _within(observable: Observable, points: list[Point]) -> list[Point]:
    if observable.kind == "quantity" and observable.high is not None:
        most = observable.high * observable.factor
        limits = [point.value for point in points if point.limit and point.value < most]
        points = [*points, *(Point((limit + most) / 2, "", limit=False) for limit in limits[-1:])]
    if observable.computed and observable.kind == "quantity":
        points = [*points, *(Point(point.value * 21 / 20, "", limit=False) for point in points if point.limit)]
    if observable.name != "age_completed":
        return points
    year = observable.factor
    whole = {point.value // year * year for point in points}
    return [Point(each + off, "", limit=True) for each in sorted(whole) for off in (0, year, -year) if each + off >= 0]


def _combinations(axes: Sequence[tuple[Observable, list[Any]]]) -> Iterator[Values]:
    """All combinations of the values that stand for every other, the nearest to limits first."""
    names = [observable for observable, _ in axes]
    ordered = [sorted(points, key=lambda point: not point.limit) for _, points in axes]
    for points in islice(product(*ordered), MOST):
        yield from _ages({each.name: (each, point.value) for each, point in zip(names, points, strict=True)})


def _ages(values: Values) -> Iterator[Values]:
    """The values, of which an age and an age in completed years are those of one person."""
    if not {"age", "age_completed"} <= values.keys():
        yield values
        return
    year, months = OBSERVABLES["age"].factor, OBSERVABLES["age"].factor / 12
    completed = values["age_completed"][1]
    for age in (values["age"][1], completed, completed + 6 * months):
        whole = OBSERVABLES["age_completed"], Fraction(age // year) * year
        yield {**values, "age": (OBSERVABLES["age"], age), "age_completed": whole}


def _asked(values: Values) -> _Patient:
    return _Patient({name: value for name, (_, value) in values.items()})


def _truth(condition: CompiledCondition | None, asked: Any) -> tuple[Any, Any]:
    truth = TRUE if condition is None else condition.test(asked)
    return truth.yes, truth.no


def _judged(rule: Any, values: Values) -> tuple[bool, bool]:
    """Whether a rule holds, and whether it applies."""
    asked = _asked(values)
    applies, holds = _truth(rule.when, asked)[0], rule.require.test(asked).yes
    return (not applies or bool(holds)), bool(applies)


def _spread(items: Sequence[Values], number: int) -> list[Values]:
    """So many of the items, evenly taken."""
    if len(items) <= number:
        return list(items)
    return [items[i * len(items) // number] for i in range(number)]


# -- values made to be observed -------------------------------------------------------------------------------------


def _realised(pair: Pair, values: Values, agent: str | None) -> Iterator[Inputs]:
    """What to state so that a condition is asked with these values: at all doses, at the first, at a later one."""
    stated = {name: each for name, each in values.items() if not each[0].computed}
    computed = {name: each[1] for name, each in values.items() if each[0].computed}
    cycles = int(computed.get("course_cycles", 0)) or None
    wanted_cycle = int(computed.get("cycle_number", 1))
    for number in _cycle_numbers(pair, cycles, max(wanted_cycle, 1)):
        slots = slots_of(pair, number)
        for dose in _doses(slots, computed, agent):
            statements = _stated(stated, slots, dose)
            made = base(pair, cycles=number)
            for variant, (weighed, wanted) in product(statements, _weighed(computed)):
                yield _computed(pair, merged(made, {**variant, **weighed}), wanted, slots, dose)


def _weighed(computed: Mapping[str, Any]) -> list[tuple[dict[str, list[str]], Mapping[str, Any]]]:
    """The weight that makes an amount and its ratio to the weight both so, the one of them exact or the other."""
    amount, relative = computed.get("dose_activity"), computed.get("dose_activity_per_weight")
    if not amount or not relative:
        return [({}, computed)]
    weight = {"weight": [text_of(round(amount / relative, 3))]}
    return [(weight, {"dose_activity": amount}), (weight, {"dose_activity_per_weight": relative})]


def _cycle_numbers(pair: Pair, wanted: int | None, least: int) -> list[int | None]:
    """As many cycles as the arm lists, and one more; or as many as are wanted."""
    if wanted is not None:
        return [min(wanted, 100)]
    listed = len(schedule.listed_cycles(pair.old.arm))
    return [None, max(least, listed + 1)] if least <= listed else [least]


def _doses(slots: Sequence[schedule.Slot], computed: Mapping[str, Any], agent: str | None) -> list[int]:
    """The doses at which the values are made."""
    fitting = [slot for slot in slots if agent is None or slot.dose.agent == agent]
    if "dose_number" in computed:
        fitting = [slot for slot in fitting if slot.number == computed["dose_number"]]
    if "cycle_number" in computed:
        fitting = [slot for slot in fitting if slot.cycle == computed["cycle_number"]]
    numbers = [slot.number for slot in fitting]
    return list(dict.fromkeys([*numbers[:4], *numbers[-1:]]))


def _stated(stated: Values, slots: Sequence[schedule.Slot], dose: int) -> Iterator[dict[str, list[str]]]:
    """The options that state values, those of a moment for every dose or for one."""
    for of_doses in ([slot.number for slot in slots[:20]], [dose]):
        options: dict[str, list[str]] = {"set": []}
        for name, (row, value) in stated.items():
            text = _value_text(row, value)
            if name in ("age", "sex", "weight", "bsa", "height"):
                options[name] = [text]
            elif name in BY_CYCLE:
                cycles = sorted({slot.cycle for slot in slots if slot.number in of_doses})
                options["set"] += [f"{name}[{cycle}]={text}" for cycle in cycles]
            elif row.momentary:
                options["set"] += [f"{name}[{number}]={text}" for number in of_doses]
            elif name == "prior_count" and not value:
                options["prior"] = ["none"]
            else:
                options["set"].append(f"{name}={text}")
        if "prior" in options:
            options["set"] = [text for text in options["set"] if not text.startswith("prior_interval")]
        if "age_completed" in stated and "age" in stated:
            options["set"] = [text for text in options["set"] if not text.startswith("age_completed")]
        yield options


def _value_text(row: Observable, value: Any) -> str:
    if row.kind == "boolean":
        return "true" if value is TRUE else "false"
    if row.kind == "choice":
        return next(choice for choice, truth in value.items() if truth is TRUE)
    if row.kind == "count":
        return text_of(value)
    for unit in (units.unit(row.unit, row.dimension), units.unit(units.DIMENSIONS[row.dimension].canonical)):
        if Fraction(text_of(value / unit.factor)) * unit.factor == value:
            return f"{text_of(value / unit.factor)} {unit.symbol}"
    return f"{text_of(value / row.factor)} {row.unit}"


def _computed(
    pair: Pair, inputs: Inputs, computed: Mapping[str, Any], slots: Sequence[schedule.Slot], dose: int
) -> Inputs:
    """What was given, when, and before, so that a plan computes these values at a dose."""
    result = merged(inputs, {})
    weight = _canonical(result, "weight")
    surface = _canonical(result, "bsa")
    for name, value in computed.items():
        amount = value * (weight if name.endswith("_per_weight") else surface if name.endswith("_per_bsa") else 1)
        if name.startswith(("dose_activity", "dose_mass")):
            result["given"] = [f"{dose}={text_of(amount)} {_unit(pair, slots, dose)}"]
        elif name.startswith("cumulative_"):
            before = [f"{slot.number}=0 {_unit(pair, slots, slot.number)}" for slot in slots[: dose - 1]]
            result["given"] = [*before, f"{dose}={text_of(amount)} {_unit(pair, slots, dose)}"]
        elif name.startswith("lifetime_"):
            before = [f"{slot.number}=0 {_unit(pair, slots, slot.number)}" for slot in slots[: dose - 1]]
            result["given"] = [*before, f"{dose}={text_of(amount / 2)} {_unit(pair, slots, dose)}"]
            size = "/kg" if name.endswith("_per_weight") else "/m^2" if name.endswith("_per_bsa") else ""
            agent = slots[dose - 1].dose.agent
            result["prior"] = [f"{agent}:{text_of(value / 2)} {_unit(pair, slots, dose)}{size}"]
        elif name.startswith("course_activity"):
            active = [slot.number for slot in slots if _unit(pair, slots, slot.number) == "MBq"]
            result["given"] = [f"{number}={text_of(amount / len(active))} MBq" for number in active]
        elif name == "whole_body_dose":
            result["measured"] = [f"{dose}={text_of(value)} Gy", *(f"{n}=0.01 Gy" for n in range(1, dose))]
        elif name == "performance":
            karnofsky = f"karnofsky={text_of(value / OBSERVABLES[name].factor)} %"
            result["set"] = [*result["set"], karnofsky]
        elif name == "dose_interval" and dose > 1:
            days = [START + timedelta(days=30 * n) for n in range(dose - 1)]
            days.append(days[-1] + timedelta(days=int(value)))
            result["given"] = given(pair, slots, days)
    return result


def _canonical(inputs: Inputs, name: str) -> Fraction:
    return Fraction(inputs[name][0].split()[0])


def _unit(pair: Pair, slots: Sequence[schedule.Slot], dose: int) -> str:
    return "MBq" if pair.old.protocol.agents[slots[dose - 1].dose.agent].radionuclide else "mg"


def given(pair: Pair, slots: Sequence[schedule.Slot], days: Sequence[Date]) -> list[str]:
    """The first doses as given, a hundred MBq or one mg each, on these days."""
    amounts = ["100 MBq" if _unit(pair, slots, slot.number) == "MBq" else "1 mg" for slot in slots]
    return [f"{n}={amounts[n - 1]}@{day.isoformat()}" for n, day in enumerate(days, 1)]


# -- levels ---------------------------------------------------------------------------------------------------------

WEIGHTS = ("20", "3", "4", "6", "8", "12", "31", "45", "60", "90", "140", "250")
SURFACES = ("0.8", "0.2", "0.25", "0.4", "0.5", "0.6", "1.2", "1.6", "1.8", "2.2", "2.5", "3")
SIZES = ("weight", "bsa", "height")


def _of_levels(pair: Pair) -> Iterator[Inputs]:
    """Patients of many sizes, every level that can be chosen, every row, every step of a ladder, every organ."""
    yield from _by_rows(pair)
    made = base(pair)
    yield made
    yield from _chosen(pair, made)
    for reduction in pair.old.arm.reductions:
        for slot in slots_of(pair)[:3]:
            yield merged(made, {"reduction": [f"{slot.number}={reduction.step}"]})
            yield merged(made, {"reduction": [f"{slot.number}={reduction.step}", f"{slot.number + 1}=0"]})
    for number, level in ((n, level) for n in range(1, 4) for level in ("0.5 Gy", "1 Gy")):
        yield merged(made, {"measured": [f"{number}={level}"]})
    yield from _sized(made)
    yield from _of_factors(pair, made)
    yield from _of_limits(pair, made)
    yield from _organs(pair, made)


def _of_limits(pair: Pair, made: Inputs) -> Iterator[Inputs]:
    """Every limit as the one that binds: each divisor in turn large, the others small, whatever else may hold."""
    for row in (row for _, rows in pair.old.levels() for row in rows if row.least):
        under = {f.of.name: f.of for limit in row.least for f in limit.factors if isinstance(f.of, Observable)}
        truths = [leaf.observable.name for each in row.conditions for leaf in each.leaves]
        for large, truth in product(under, ("true", "false")):
            least = {name: text_of(max(of.low or Fraction(0), Fraction(1, 1000))) for name, of in under.items()}
            said = [f"{name}={'50' if name == large else least[name]} {of.unit}" for name, of in under.items()]
            yield merged(made, {"set": [*said, *(f"{name}={truth}" for name in truths)]})


def _of_tolerance(pair: Pair) -> Iterator[Inputs]:
    """Amounts given at the ends of a tolerance, before the change and after it, and on both sides of them."""
    made = base(pair)
    for step in (0, *(reduction.step for reduction in pair.old.arm.reductions)):
        reduced = {"reduction": [f"1={step}"]} if step else {}
        for compiled in (pair.old, pair.new):
            row = compiled.levels_of(slots_of(pair)[0], {1: step} if step else {}).rows[0]
            if row.tolerance is None:
                continue
            most = row.tolerance.value
            off = row.low.value * most / 100 if row.tolerance.dimension == "percent" else most
            for amount in (
                row.low.value + off * each for each in (Fraction(1), Fraction(1001, 1000), Fraction(999, 1000))
            ):
                yield merged(made, {**reduced, "given": [f"1={text_of(amount)} MBq"]})


def _sized(made: Inputs) -> Iterator[Inputs]:
    for weight, surface in zip(WEIGHTS, SURFACES, strict=True):
        yield merged(made, {"weight": [weight], "bsa": [surface]})


def _of_factors(pair: Pair, made: Inputs) -> Iterator[Inputs]:
    """What makes an amount, a hundred times less to ten times more."""
    rows = [row for _, rows in pair.old.levels() for row in rows]
    for observable, value in dict(chain.from_iterable(_factors(row) for row in rows)).items():
        if not observable.computed and observable.name not in ("weight", "bsa"):
            for times in (Fraction(1, 100), Fraction(1, 10), Fraction(2), Fraction(10)):
                yield merged(made, {"set": [f"{observable.name}={text_of(Fraction(value) * times)} {observable.unit}"]})


def _by_rows(pair: Pair) -> Iterator[Inputs]:
    """For lists of levels: patients of whom another row holds, and for each row one of whom it holds."""
    for (place, old), (_, new) in zip(pair.old.levels(), pair.new.levels(), strict=True):
        leaves = [leaf for row in (*old, *new) for each in row.conditions for leaf in each.leaves]
        reduced = {"reduction": ["1=1"]} if "reductions" in place else {}
        if not leaves:
            continue
        held = [
            (values, _first(old, _asked(values)), _first(new, _asked(values)))
            for values in _combinations(_axes(leaves))
        ]
        wanted = [values for values, before, after in held if before != after]
        each = {before: values for values, before, _ in reversed(held)}
        for values in (*_spread(wanted, 12), *each.values()):
            for made in _realised(pair, values, None):
                yield merged(made, reduced)
                yield from _chosen(pair, made)
        for values in each.values():
            yield from (merged(sized, reduced) for sized in islice(_realised(pair, values, None), 1))
            yield from chain.from_iterable(_sized(made) for made in islice(_realised(pair, values, None), 1))


def _chosen(pair: Pair, made: Inputs) -> Iterator[Inputs]:
    """Each end of each level that can be chosen, before the change and after it."""
    for old, new in zip(pair.old.levels(), pair.new.levels(), strict=True):
        for row in (*old[1], *new[1]):
            ends = [end.text for option in row.options for end in option] if row.open else []
            for text in dict.fromkeys(ends):
                yield merged(made, {"level": [text]})
                numbered = {each.partition("=")[0]: each for each in made.get("level", ())}
                for number in numbered:
                    yield merged(made, {"level": list({**numbered, number: f"{number}={text}"}.values())})


def _organs(pair: Pair, made: Inputs) -> Iterator[Inputs]:
    """Coefficients at which an organ gets just its limit, and far more."""
    for spared in (*pair.old.spared, *pair.new.spared):
        name = spared.source.organ
        others = [
            f"organ_dose.{other.source.organ}=0.001 Gy/GBq" for other in pair.old.spared if other.source.organ != name
        ]
        for coefficient in ("1", "100", "10"):
            half_life = f"organ_half_life.{name}=40 h"
            yield merged(made, {"set": [*made["set"], *others, f"organ_dose.{name}={coefficient} Gy/GBq", half_life]})


def _of_tables(pair: Pair) -> Iterator[Inputs]:
    """Values at the steps of a table that differ, just below and just above."""
    made = base(pair)
    for old, new in zip(_steps(pair.old), _steps(pair.new), strict=True):
        row = old.by
        for at, _ in sorted({*old.steps} ^ {*new.steps}):
            for value in (at, at + row.factor / 100, at - row.factor / 100):
                text = f"{text_of(value / row.factor)} {row.unit}"
                yield merged(made, {row.name: [text]} if row.name in SIZES else {"set": [f"{row.name}={text}"]})


def _steps(arm: CompiledArm) -> list[Steps]:
    """The tables that the levels of an arm use."""
    factors = (factor.of for _, rows in arm.levels() for row in rows for factor in row.every_factor)
    return [each for each in factors if isinstance(each, Steps)]


# -- days -----------------------------------------------------------------------------------------------------------


def _starts(pair: Pair) -> Iterator[Inputs]:
    """A course that begins on each end of the dates for which a protocol holds, and a day beyond."""
    made = base(pair)
    for compiled in (pair.old, pair.new):
        effective = compiled.protocol.effective
        if effective is None:
            continue
        for written, last in ((effective.from_, False), (effective.until, True)):
            if written is not None:
                day = schedule.day_of(written, last=last)
                for off in (0, -1, 1):
                    yield merged(made, {"start": [(day + timedelta(days=off)).isoformat()]})


def _of_timing(pair: Pair, change: Change) -> Iterator[Inputs]:
    """Doses given on time, early and late; cycles of every length that can be chosen; another number of cycles."""
    listed = len(schedule.listed_cycles(pair.old.arm))
    lengths = sorted({*schedule.lengths(pair.old.arm).values(), *schedule.lengths(pair.new.arm).values()})
    if "repeat" in change.path:
        for cycles in (listed - 1, listed, listed + 1):
            if cycles:
                yield base(pair, cycles=cycles)
    further = listed + 1 if pair.old.arm.cycles[-1].open else None
    made = base(pair, cycles=further)
    for length in lengths:
        yield merged(made, {"cycle-length": [f"{length} day"]})
    yield from _distances(pair, made, lengths, further)
    yield merged(made, {"start": [START.isoformat()]})


def _distances(pair: Pair, made: Inputs, lengths: Sequence[int], cycles: int | None) -> Iterator[Inputs]:
    """Two neighbouring doses at every distance that a number of the file could tell from another."""
    slots = slots_of(pair, cycles)
    days = [slot.dose.day or 1 for arm in (pair.old, pair.new) for slot in arm.course(None, None)[0]]
    far = {abs(one - other) for one in set(days) for other in set(days)}
    near = {*far, *lengths}
    stated = {*near, *(length + off for length in lengths for off in (*near, *(-each for each in near)))}
    for number in range(2, min(len(slots), LONG) + 1):
        planned = _planned(pair, slots[: number - 1])
        for distance in sorted(
            {
                each + off
                for each in stated
                for off in (-_tenth(each), -_tenth(each) - 1, -1, 0, 1, _tenth(each), _tenth(each) + 1)
            }
        ):
            if distance > 0:
                yield merged(made, {"given": given(pair, slots, [*planned, planned[-1] + timedelta(days=distance)])})


def _tenth(days: int) -> int:
    return max(1, days // 10)


def _planned(pair: Pair, slots: Sequence[schedule.Slot]) -> list[Date]:
    """Days on which the first doses of a course may be given."""
    lengths = schedule.lengths(pair.old.arm)
    result, start = [], START
    for before, slot in zip((None, *slots), slots, strict=False):
        if before is not None and slot.first_of_cycle:
            low = schedule.length_of(before.listed, None, lengths)[0]
            start = (
                max(start, result[-1]) + timedelta(days=int(low))
                if isinstance(low, (int, Fraction))
                else result[-1] + timedelta(days=max(lengths.values(), default=30))
            )
        day = start + timedelta(days=(slot.dose.day or 1) - 1)
        result.append(max(day, result[-1] + timedelta(days=1)) if result else day)
    return result
