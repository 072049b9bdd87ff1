"""The largest amount of the next dose that breaks no rule, which rule binds, and what would lift it.

Whether a rule holds changes only at amounts where something that it compares reaches a limit. What a rule compares is
linear in the amount of the dose, so these amounts are found exactly; between two of them every rule says the same, and
one amount between them stands for all. Doses after the next one are not counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from dosecalc.course import levels, organs
from dosecalc.course.calculator import Calculation, RuleRun
from dosecalc.course.levels import Row
from dosecalc.course.observables import BY_CYCLE, Observable
from dosecalc.course.rules import CompiledRule, Leaf
from dosecalc.course.state import CELLS, Inputs, Moment
from dosecalc.errors import InputError
from dosecalc.files.protocol import cited
from dosecalc.findings import regimen, sentences, spacing
from dosecalc.findings.finding import Finding
from dosecalc.findings.trace import Tracer
from dosecalc.library import coverage
from dosecalc.library.coverage import Point
from dosecalc.planning.maxima import Bound, Lift, Limits, Most
from dosecalc.planning.planner import asked_of, identity, inputs_of
from dosecalc.quantities import units
from dosecalc.quantities.numbers import EXACT, FALSE, TRUE, UNSURE, Tri, Unknown, Value, all_of, ends
from dosecalc.requests.match import Match

FAR = Fraction(10) ** 6
"""MBq or mg at which the slope of what a rule compares is taken."""


class Sample(NamedTuple):
    """An amount that stands for itself, or for all between two limits; ``most`` is the most that it stands for."""

    amount: Value
    most: Most


class Judge(NamedTuple):
    """Something that amounts are held against: a rule of the file, a range of levels, a cap, or an organ."""

    rule: str
    part: str | None
    title: str
    severity: str
    cite: tuple[str, ...]
    holds: Callable[[Calculation], Tri]
    limits: tuple[Value, ...]
    leaves: tuple[Leaf, ...]
    place: int | None = None
    """Of a rule of the file, its place among the rules."""


def limits(protocol: Any, *, patient: Any = None, **stated: Any) -> Limits:
    """The most that the next dose of a patient may be; the keywords are those of :func:`dosecalc.plan`.

    Raises InputError for anything that cannot be used, and where every dose of the course was given.

    >>> import dosecalc
    >>> found = dosecalc.limits("nct01377532-ppgl", weight=50)
    >>> found.largest.value, found.bounds[1].rule, found.bounds[1].part
    (Fraction(20350, 1), 'dose-maximum', 'tolerance')
    """
    return limits_inputs(inputs_of(protocol, stated, patient))


def limits_inputs(inputs: Mapping[str, Sequence[str]]) -> Limits:
    """The same from the table ``{option: [texts]}`` that the command line and :func:`limits` both make."""
    asked, kept = asked_of(inputs, need_levels=False)
    if asked.request.retention:
        raise InputError("readings give the doses that were measured; state those here with --measured",
                         where="--retention")  # fmt: skip
    number = asked.inputs.next_dose
    if number > len(asked.slots):
        raise InputError(f"every dose of {asked.arm.id} was given, so there is no next one", where="--given")
    return _Bench(asked, kept, number).limits()


class _Bench:
    """One patient before one dose, and the amounts that are tried."""

    def __init__(self, asked: Match, kept: dict[str, list[str]], number: int) -> None:
        self.asked, self.kept, self.number = asked, kept, number
        self.slots = asked.slots[:number]
        self.slot = asked.slots[number - 1]
        self.per_activity = self._measured_before()
        self.planned = asked.compiled.run(self.slots, asked.inputs).doses[-1]

    def run(self, amount: Value, inputs: Inputs | None = None) -> Calculation:
        """The course up to the dose, with an amount of it."""
        inputs = inputs or self.asked.inputs
        given = {**inputs.given, self.number: amount}
        if self.per_activity is not None:  # the body is taken to retain it as it did before
            inputs = inputs._replace(measured={**inputs.measured, self.number: amount * self.per_activity})
        return self.asked.compiled.run(self.slots, inputs._replace(given=given))

    def _measured_before(self) -> Value | None:
        """Whole-body dose per activity, where all that was given of the agent was measured."""
        agent, measured = self.slot.dose.agent, self.asked.inputs.measured
        earlier = [slot.number for slot in self.slots[:-1] if slot.dose.agent == agent]
        given = [self.asked.inputs.given.get(number) for number in earlier]
        if not earlier or None in given or not set(earlier) <= measured.keys() or self.number in measured:
            return None
        total = sum((each for each in given if each is not None), Fraction(0))
        return sum((measured[number] for number in earlier), Fraction(0)) / total if total else None

    def limits(self) -> Limits:
        judges = list(self._judges(self.asked.inputs))
        samples = _samples(judges)
        said = self._said(judges, samples, self.asked.inputs)
        able = [i for i, row in enumerate(said) if not row[0].no]
        depends = {i for i in able if _bears(judges[i], said[i])}
        strict = [i for i in able if judges[i].severity == "violation"]
        largest = _largest(samples, [said[i] for i in strict], lambda truth: not truth.no)
        # a rule that no amount decides is listed as not known, and does not make every amount unsure
        decided = [said[i] for i in strict if i in depends]
        surely = _largest(samples, decided, lambda truth: truth.yes)
        bounds = [self._bound(judges[i], samples, said[i]) for i in sorted(depends)]
        at = self.run(_within(samples, largest))
        found = [f for run in at.rules for f in sentences.of_rule(self._here(run))]
        found += [f for f in self._of_dates() if f.dose in (None, self.number)]
        never = {(judges[i].rule, judges[i].part) for i in range(len(judges)) if i not in able}
        broken = [f for f in found if f.status == "violation" and ((f.rule, f.part) in never or f.rule in _OF_DATES)]
        agent, moment = self.slot.dose.agent, at.doses[-1]
        weight, bsa = moment.get("weight"), moment.get("bsa")
        return Limits(
            protocol=identity(self.asked),
            inputs=self.kept,
            dose=self.number,
            agent=self.asked.file.protocol.agents[agent].name,
            kind="activity" if self.asked.radioactive(agent) else "mass",
            given=self._given(at),
            planned=self.planned.planned if EXACT.known(self.planned.planned) else None,
            pending=None if EXACT.known(self.planned.planned) else Tracer(self.asked, (*at.doses[:-1], self.planned))
            .pending(self.planned),
            most=largest,
            sure=surely,
            bounds=tuple(sorted(bounds, key=_order)),
            broken=(*self._undefined(), *broken),
            unknown=tuple(f for f in found if f.status == "unknown"),
            weight=weight if EXACT.known(weight) else None,
            bsa=bsa if EXACT.known(bsa) else None,
            projected=self.per_activity is not None,
            unconfirmed=tuple(self.asked.file.unconfirmed(self.asked.arm)),
        )  # fmt: skip

    def _given(self, at: Calculation) -> Value | None:
        """What was given of the agent in this course so far."""
        earlier = [m.amount for m in at.doses[:-1] if m.slot and m.slot.dose.agent == self.slot.dose.agent]
        total = sum(earlier, Fraction(0))
        return total if earlier and EXACT.known(total) else None

    def _undefined(self) -> Iterator[Finding]:
        """That no level of the protocol applies, so that no amount is its dose."""
        if self.planned.undefined:
            text = Tracer(self.asked, (self.planned,)).pending(self.planned)
            yield sentences.own("level-undefined", "violation", self.number, text, cited(self.asked.arm.cite))

    def _of_dates(self) -> Iterator[Finding]:
        """Rules about dates, which no amount changes."""
        yield from regimen.in_force(self.asked)
        yield from spacing.findings(self.asked, cited(self.asked.arm.cite))

    def _here(self, run: RuleRun) -> RuleRun:
        """What a rule says of this dose and of the course; what it says of earlier doses is past."""
        here = [(m, o) for m, o in run.outcomes if m.slot is None or m.number == self.number]
        return RuleRun(run.compiled, here)

    # -- judges --

    def _judges(self, inputs: Inputs) -> Iterator[Judge]:
        ends_ = [self.run(amount, inputs) for amount in (Fraction(0), FAR)]
        for i, run in enumerate(ends_[0].rules):
            if not self._here(run).outcomes:
                continue
            yield self._of_rule(i, run.compiled, ends_)
        yield from self._of_levels(inputs)
        yield from self._of_organs(ends_[0])

    def _of_rule(self, i: int, compiled: CompiledRule, at: Sequence[Calculation]) -> Judge:
        leaves = (*(compiled.when.leaves if compiled.when else ()), *compiled.require.leaves)
        moments = [[m for m, _ in self._here(result.rules[i]).outcomes] for result in at]
        found = [limit for leaf in leaves for near, far in zip(*moments, strict=True)
                 for limit in _where(leaf, near, far)]  # fmt: skip
        rule = compiled.rule

        def holds(result: Calculation) -> Tri:
            return all_of(outcome.holds for _, outcome in self._here(result.rules[i]).outcomes)

        return Judge(rule.id, rule.part, compiled.title, rule.severity, compiled.cite, holds, tuple(found), leaves, i)

    def _of_levels(self, inputs: Inputs) -> Iterator[Judge]:
        """The range that a level is chosen in, and the source's own cap, where every level that may hold has one."""
        moment = self.asked.compiled.run(self.slots, inputs).doses[-1]
        rows = _possible(moment)
        cites = (cite for row in rows for cite in cited(row.cite.cite) or cited(self.slot.dose.cite))
        cite = tuple(dict.fromkeys(cites)) or cited(self.slot.listed.cite) or cited(self.asked.arm.cite)
        if rows and all(row.open and row.organ is None and not row.target for row in rows):
            most = _largest_of(_highest(row, moment) for row in rows)
            yield _up_to("level-range", "The protocol's range of levels", cite, most, self.number)
        caps = [row.cap for row in rows if row.cap is not None]
        if rows and len(caps) == len(rows):
            most = _largest_of(levels.sized(cap.dimension, cap.value, moment) for cap in caps)
            shown = " or ".join(dict.fromkeys(units.spell(cap) for cap in caps))
            yield _up_to("cap", f"The source caps the dose at {shown}", cite, most, self.number)

    def _of_organs(self, at: Calculation) -> Iterator[Judge]:
        for organ in at.organs:
            source, given = organ.spared.source, sum((m.amount for m in at.doses[:-1] if m.radioactive), Fraction(0))
            most = organs.allowed(EXACT, organ.spared, organ.coefficient) - given
            title = f"{source.organ.replace('_', ' ')}: at most {units.spell(organ.spared.limit)}"
            cite = cited(source.cite) or cited(self.asked.arm.cite)
            yield _up_to("organ-dose", title, cite, most, self.number, source.organ)

    # -- what they say --

    def _said(self, judges: Sequence[Judge], samples: Sequence[Sample], inputs: Inputs) -> list[list[Tri]]:
        results = [self.run(sample.amount, inputs) for sample in samples]
        return [[judge.holds(result) for result in results] for judge in judges]

    def _bound(self, judge: Judge, samples: Sequence[Sample], said: Sequence[Tri]) -> Bound:
        sure = _largest(samples, [said], lambda truth: truth.yes)
        most = _largest(samples, [said], lambda truth: not truth.no)
        lifts = tuple(self._lifts(judge)) if judge.severity == "violation" else ()
        settled = self._settled_by(judge, samples, said)
        return Bound(judge.rule, judge.part, judge.title, judge.severity, sure, most, judge.cite, settled, lifts)

    def _settled_by(self, judge: Judge, samples: Sequence[Sample], said: Sequence[Tri]) -> tuple[str, ...]:
        """The options that decide a rule where it is not known, at the largest such amount."""
        open_ = [sample for sample, truth in zip(samples, said, strict=True) if not (truth.yes or truth.no)]
        if not open_ or judge.place is None:
            return ()
        run = self._here(self.run(open_[-1].amount).rules[judge.place])
        return tuple(dict.fromkeys(option for f in sentences.of_rule(run) for option in f.settled_by))

    def _lifts(self, judge: Judge) -> Iterator[Lift]:
        """Statements about the patient, one at a time, with which a rule holds for any amount."""
        for observable, points in coverage.axes_of(judge.leaves):
            if observable.computed or observable.option is not None or observable.ago:
                continue
            for point in points:
                inputs = self._with(observable, point)
                judges = list(self._judges(inputs))
                samples = _samples(judges)
                said = self._said(judges, samples, inputs)
                pairs = list(zip(judges, said, strict=True))
                mine = next(s for j, s in pairs if (j.rule, j.part) == (judge.rule, judge.part))
                if point.limit and mine[-1].yes:
                    strict = [s for j, s in pairs if j.severity == "violation" and _bears(j, s)]
                    then = _largest(samples, strict, lambda truth: truth.yes)
                    yield Lift(self._option(observable, _text(judge, observable, point)), then)
                    break

    def _with(self, observable: Observable, point: Point) -> Inputs:
        """The inputs with one more statement."""
        inputs, name = self.asked.inputs, observable.name
        if observable.momentary or name in BY_CYCLE:
            index = self.slot.cycle if name in BY_CYCLE else self.number
            return inputs._replace(indexed={**inputs.indexed, (name, index): point.value})
        kept = dict(inputs.stated)
        if name in CELLS:  # a count says that cells are stored
            kept.pop("stem_cells_stored", None)
        return inputs._replace(stated={**kept, name: point.value})

    def _option(self, observable: Observable, text: str) -> str:
        index = "" if not observable.momentary else f"[{self.number}]"
        if observable.name in BY_CYCLE:
            index = f"[{self.slot.cycle}]"
        said = f"{observable.name}{index}={text}"
        return f'--set "{said}"' if " " in said else f"--set {said}"


_OF_DATES = ("effective", "spacing")


def _text(judge: Judge, observable: Observable, point: Point) -> str:
    """A value as the file writes it, so that it can be stated."""
    written = (leaf.limit.text for leaf in judge.leaves if leaf.observable is observable
               and isinstance(leaf.limit, units.Measure) and leaf.limit.value == point.value)  # fmt: skip
    return next(written, point.text)


def _depends(said: Sequence[Tri]) -> bool:
    """Whether what a rule says depends on the amount, and nothing is wrong with every amount."""
    return not said[0].no and any(truth != said[0] for truth in said)


def _bears(judge: Judge, said: Sequence[Tri]) -> bool:
    """Whether a rule bears on the amount: it changes with it, or would if something else that it needs were known."""
    nowhere = not any(truth.yes or truth.no for truth in said)
    named = {leaf.observable.name for leaf in judge.leaves if leaf.observable.computed}
    about = not judge.leaves or any(name.startswith(_AMOUNTS) for name in named)
    return _depends(said) or (nowhere and about)


_AMOUNTS = ("dose_activity", "dose_mass", "cumulative_", "lifetime_", "course_activity", "whole_body_dose")


def _order(bound: Bound) -> tuple[float, bool]:
    """The lowest limit first, and what only warns after what is broken at the same amount."""
    reached = [float(most.value) for most in (bound.sure, bound.most) if most.value is not None]
    return min(reached, default=0.0), bound.severity != "violation"


def _possible(moment: Moment) -> list[Row]:
    """The rows of levels that may hold, up to the first that does."""
    rows: list[Row] = []
    for row, truth in zip(moment.rows, moment.truths, strict=True):
        rows += [] if truth.no else [row]
        if truth.yes:
            break
    return rows


def _up_to(rule: str, title: str, cite: tuple[str, ...], most: Value, number: int, part: str | None = None) -> Judge:
    """A judge that allows amounts up to one of them."""

    def holds(result: Calculation) -> Tri:
        if isinstance(most, Unknown):
            return UNSURE
        return FALSE if EXACT.above(result.doses[number - 1].amount, most).yes else TRUE

    return Judge(rule, part, title, "violation", cite, holds, () if isinstance(most, Unknown) else (most,), ())


def _highest(row: Row, moment: Moment) -> Value:
    """The largest amount among the levels that may be chosen; unknown while a size is."""
    return _largest_of(levels.amount(row, EXACT, (high.dimension, high.value), moment) for _, high in row.options)


def _largest_of(amounts: Iterable[Value]) -> Value:
    made = list(amounts)
    unknown = next((each for each in made if isinstance(each, Unknown)), None)
    return max(made) if unknown is None else unknown


def _where(leaf: Leaf, near: Moment, far: Moment) -> Iterator[Value]:
    """The amounts at which what a comparison looks at reaches its limit."""
    if not isinstance(leaf.limit, units.Measure):
        return
    for low, high in zip(ends(near.get(leaf.observable.name)), ends(far.get(leaf.observable.name)), strict=True):
        if isinstance(low, Unknown) or isinstance(high, Unknown) or low == high:
            continue
        at = (leaf.limit.value - low) * FAR / (high - low)
        if at > 0:
            yield at


def _samples(judges: Iterable[Judge]) -> list[Sample]:
    """Every amount at which something changes, and one between each two."""
    points = sorted({Fraction(0), *(limit for judge in judges for limit in judge.limits if limit > 0)})
    samples: list[Sample] = []
    for i, point in enumerate(points):
        samples.append(Sample(point, Most("bounded", point)))
        if i + 1 < len(points):
            samples.append(Sample((point + points[i + 1]) / 2, Most("bounded", points[i + 1], included=False)))
    return [*samples, Sample(points[-1] * 2 + 1, Most("unbounded"))]


def _largest(samples: Sequence[Sample], said: Sequence[Sequence[Tri]], good: Callable[[Tri], bool]) -> Most:
    """The most of all amounts at which every rule is good."""
    for i in reversed(range(len(samples))):
        if all(good(row[i]) for row in said):
            return samples[i].most
    return Most("none")


def _within(samples: Sequence[Sample], most: Most) -> Value:
    """An amount for which the largest stands."""
    return next((sample.amount for sample in samples if sample.most == most), Fraction(0))
