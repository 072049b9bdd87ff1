"""The largest amount of the next dose that breaks no rule, which rule binds, and what would lift it.

Whether a rule holds changes only at amounts where something that it compares reaches a limit. What a rule compares is
linear in the amount of the dose, so these amounts are found exactly; between two of them every rule says the same, and
one amount between them stands for all. Doses after the next one are not counted.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple, Unpack

from dosecalc.course import levels, organs
from dosecalc.course.calculator import Calculation, RuleRun
from dosecalc.course.levels import Level, Row
from dosecalc.course.observables import BY_CYCLE, Observable
from dosecalc.course.rules import CompiledRule, Leaf
from dosecalc.course.state import CELLS, Inputs, Moment
from dosecalc.errors import InputError
from dosecalc.files.protocol import cited
from dosecalc.findings import given, regimen, sentences, spacing
from dosecalc.findings.clearance import clear
from dosecalc.findings.finding import Finding
from dosecalc.findings.trace import Tracer
from dosecalc.library import coverage
from dosecalc.library.coverage import Point
from dosecalc.planning.bounds import Bound, Extent, Lift, Limits, Most
from dosecalc.planning.planner import Question, identity, inputs_of, read
from dosecalc.planning.result import Unconfirmed
from dosecalc.quantities import units
from dosecalc.quantities.documents import Amount, Number
from dosecalc.quantities.keywords import PlanOptions
from dosecalc.quantities.numbers import EXACT, FALSE, TRUE, UNSURE, Tri, Unknown, Value, all_of, ends
from dosecalc.requests.match import Match, match
from dosecalc.version import VERSION

FAR = Fraction(10) ** 6
"""MBq or mg at which the slope of what a rule compares is taken."""


class Sample(NamedTuple):
    """An amount that stands for itself, or for all between two limits; ``most`` is the most that it stands for."""

    amount: Value
    most: Extent


class Judge(NamedTuple):
    """Something that amounts are held against: a rule of the file, a range of levels, a cap, or an organ."""

    rule: str
    part: str | None
    title: str
    severity: str
    cite: tuple[str, ...]
    holds: Callable[[Calculation], Tri]
    limits: tuple[Number, ...]
    leaves: tuple[Leaf, ...]
    place: int | None = None
    """Of a rule of the file, its place among the rules."""


def find_limits(protocol: str | os.PathLike[str], **stated: Unpack[PlanOptions]) -> Limits:
    """The most that the next dose of a patient may be.

    ``protocol`` is an arm id or a path ``file.toml#arm``; the keywords are those of :func:`dosecalc.plan`. Amounts are
    in MBq for a radioactive agent and in mg for a drug.

    Raises InputError for what cannot be used, and where every dose of the course was given.

    >>> import dosecalc
    >>> limits = dosecalc.find_limits("nct01377532-ppgl", weight=50)
    >>> limits.largest.value, limits.bounds[1].rule, limits.bounds[1].part
    (Fraction(20350, 1), 'dose-maximum', 'tolerance')
    """
    return limits_inputs(inputs_of(protocol, stated))


def limits_inputs(inputs: Mapping[str, Sequence[str]]) -> Limits:
    """The same from the table ``{option: [texts]}`` that the command line and :func:`find_limits` both make."""
    question = read(inputs)
    matched = match(question.file, question.arm, question.request, need_levels=False)
    if matched.request.retention:
        verdicts = "readings give the doses that were measured; state those here with --measured"
        raise InputError(verdicts, where="--retention")
    number = matched.inputs.next_dose
    if number > len(matched.slots):
        raise InputError(f"every dose of {matched.arm.id} was given, so there is no next one", where="--given")
    return _Bench(matched, question, number).limits()


class _Bench:
    """One patient before one dose, and the amounts that are tried."""

    def __init__(self, matched: Match, question: Question, number: int) -> None:
        self.matched, self.kept, self.number = matched, question.inputs, number
        self.slots = matched.slots[:number]
        self.slot = matched.slots[number - 1]
        self.per_activity = self._measured_before()
        self.planned = matched.compiled.run(self.slots, matched.inputs).doses[-1]

    def run(self, amount: Value, inputs: Inputs | None = None) -> Calculation:
        """The course up to the dose, with an amount of it."""
        inputs = inputs or self.matched.inputs
        given = {**inputs.given, self.number: amount}
        if self.per_activity is not None:  # the body is taken to retain it as it did before
            inputs = inputs._replace(measured={**inputs.measured, self.number: amount * self.per_activity})
        return self.matched.compiled.run(self.slots, inputs._replace(given=given))

    def _measured_before(self) -> Value | None:
        """Whole-body dose per activity, where all that was given of the agent was measured."""
        agent, measured = self.slot.dose.agent, self.matched.inputs.measured
        earlier = [slot.number for slot in self.slots[:-1] if slot.dose.agent == agent]
        given = [self.matched.inputs.given.get(number) for number in earlier]
        if not earlier or None in given or not set(earlier) <= measured.keys() or self.number in measured:
            return None
        total = sum((each for each in given if each is not None), Fraction(0))
        return sum((measured[number] for number in earlier), Fraction(0)) / total if total else None

    def limits(self) -> Limits:
        """The limits of every rule, and the most that all of them allow."""
        judges = list(self._judges(self.matched.inputs))
        samples = _samples(judges)
        verdicts = self._verdicts(judges, samples, self.matched.inputs)
        able = [i for i, row in enumerate(verdicts) if not row[0].no]
        depends = [i for i in able if _bears(judges[i], verdicts[i])]
        strict = [i for i in able if judges[i].severity == "violation"]
        most = _largest(samples, [verdicts[i] for i in strict], _not_broken)
        # a rule that no amount decides is listed as not known, and does not make every amount unsure
        sure = _largest(samples, [verdicts[i] for i in strict if i in depends], _holds)
        bounds = [self._bound(judges[i], samples, verdicts[i], most, sure) for i in depends]
        at = self.run(_within(samples, most))
        findings = self._findings(at)
        never = {(judges[i].rule, judges[i].part) for i in range(len(judges)) if i not in able}
        violated = [each for each in findings if each.status == "violation"]
        broken = [each for each in violated if (each.rule, each.part) in never or each.rule in _OF_DATES]
        return self._result(at, most, sure, bounds, (*self._undefined(), *broken), findings)

    def _findings(self, at: Calculation) -> list[Finding]:
        """The findings of the rules on this dose at an amount."""
        findings = [finding for run in at.rules for finding in sentences.of_rule(self._here(run))]
        findings += [finding for finding in self._of_dates() if finding.dose in (None, self.number)]
        before = given.findings(self.matched, at, Tracer(self.matched, at.doses))
        return findings + [finding for finding in before if finding.status in ("violation", "warning")]

    def _result(
        self,
        at: Calculation,
        most: Extent,
        sure: Extent,
        bounds: list[Bound],
        broken: tuple[Finding, ...],
        findings: list[Finding],
    ) -> Limits:
        nothing = Extent("none")
        planned = self.planned.planned if EXACT.known(self.planned.planned) else None
        tracer = Tracer(self.matched, (*at.doses[:-1], self.planned))
        unconfirmed = self.matched.file.unconfirmed(self.matched.arm)
        exceeded = planned is not None and not (nothing if broken else most).allows(planned)
        pending = {} if planned is not None else {self.number: tracer.pending(self.planned)}
        open_ = [each for each in findings if each.status in ("warning", "unknown")]
        return Limits.made(
            version=VERSION,
            protocol=identity(self.matched),
            inputs=self.kept,
            dose=self.number,
            agent=self.matched.file.protocol.agents[self.slot.dose.agent].name,
            kind=self.kind,
            given=self._given(at),
            planned=None if planned is None else Amount(planned, self.kind),
            pending=pending.get(self.number),
            projected=self.per_activity is not None,
            largest=self._shown(nothing if broken else most),
            surely=self._shown(nothing if broken else sure),
            most=self._shown(most),
            sure=self._shown(sure),
            exceeded=exceeded,
            bounds=tuple(sorted(bounds, key=_order)),
            broken=broken,
            unknown=tuple(finding for finding in findings if finding.status == "unknown"),
            clearance=clear([*broken, *open_], pending, self.number, besides=int(exceeded and not broken)),
            unconfirmed=tuple(Unconfirmed.made(fact=cite, statement=text) for cite, text in unconfirmed),
        )

    @property
    def kind(self) -> Literal["activity", "mass"]:
        """Whether amounts of the dose are in MBq or in mg."""
        return "activity" if self.matched.radioactive(self.slot.dose.agent) else "mass"

    def _shown(self, extent: Extent) -> Most:
        """A limit as the result holds it, with its ratios to the sizes that are known."""
        value = extent.value
        sizes = [self.planned.value(name) for name in ("weight", "bsa")]
        ratios = [None if value is None or isinstance(size, Unknown) else value / size for size in sizes]
        dimensions = (self.kind, f"{self.kind}/weight", f"{self.kind}/bsa")
        amount, per_weight, per_bsa = (
            None if each is None else Amount(each, dimension)
            for each, dimension in zip((value, *ratios), dimensions, strict=True)
        )
        return Most.made(
            reach=extent.reach,
            kind=self.kind,
            amount_=amount,
            per_weight_=per_weight,
            per_bsa_=per_bsa,
            included=extent.included if extent.reach == "bounded" else None,
        )

    def _given(self, at: Calculation) -> units.Measure | None:
        """The amount given of the agent in this course so far."""
        earlier = [m.amount for m in at.doses[:-1] if m.slot and m.slot.dose.agent == self.slot.dose.agent]
        total = sum(earlier, Fraction(0))
        if not earlier or not EXACT.known(total):
            return None
        return units.Measure(Fraction(total), units.unit("MBq" if self.kind == "activity" else "mg", self.kind), "")

    def _undefined(self) -> Iterator[Finding]:
        """That no level of the protocol applies, so that no amount is its dose."""
        if self.planned.undefined:
            text = Tracer(self.matched, (self.planned,)).pending(self.planned)
            yield sentences.own("level-undefined", "violation", self.number, text, cited(self.matched.arm.cite))

    def _of_dates(self) -> Iterator[Finding]:
        """Rules about dates, which no amount changes."""
        yield from regimen.in_force(self.matched)
        yield from spacing.findings(self.matched, cited(self.matched.arm.cite))

    def _here(self, run: RuleRun) -> RuleRun:
        """The outcomes of a rule for this dose and for the course, without those of earlier doses."""
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
        limits_at = [
            limit for leaf in leaves for near, far in zip(*moments, strict=True) for limit in _where(leaf, near, far)
        ]
        rule = compiled.rule

        def holds(result: Calculation) -> Tri:
            return all_of(outcome.holds for _, outcome in self._here(result.rules[i]).outcomes)

        return Judge(
            rule.id, rule.part, compiled.title, rule.severity, compiled.cite, holds, tuple(limits_at), leaves, i
        )

    def _of_levels(self, inputs: Inputs) -> Iterator[Judge]:
        """The range that a level is chosen in, and the source's own cap, where every level that may hold has one."""
        moment = self.matched.compiled.run(self.slots, inputs).doses[-1]
        rows = moment.possible
        cites = (cite for row in rows for cite in cited(row.cite.cite) or cited(self.slot.dose.cite))
        cite = tuple(dict.fromkeys(cites)) or cited(self.slot.listed.cite) or cited(self.matched.arm.cite)
        if rows and all(row.open and row.organ is None and not row.target for row in rows):
            most = _largest_of(_highest(row, moment) for row in rows)
            yield _up_to("level-range", "The protocol's range of levels", cite, most, self.number)
        caps = [row.cap for row in rows if row.cap is not None]
        if rows and len(caps) == len(rows):
            most = _largest_of(levels.sized(Level(cap.dimension, cap.value), moment) for cap in caps)
            shown = " or ".join(dict.fromkeys(units.spell(cap) for cap in caps))
            yield _up_to("cap", f"The source caps the dose at {shown}", cite, most, self.number)

    def _of_organs(self, at: Calculation) -> Iterator[Judge]:
        for organ in at.organs:
            source, given = organ.spared.source, sum((m.amount for m in at.doses[:-1] if m.radioactive), Fraction(0))
            most = organs.allowed(EXACT, organ.spared, organ.coefficient) - given
            title = f"{source.organ.replace('_', ' ')}: at most {units.spell(organ.spared.limit)}"
            cite = cited(source.cite) or cited(self.matched.arm.cite)
            yield _up_to("organ-dose", title, cite, most, self.number, source.organ)

    # -- what they say --

    def _verdicts(self, judges: Sequence[Judge], samples: Sequence[Sample], inputs: Inputs) -> list[list[Tri]]:
        results = [self.run(sample.amount, inputs) for sample in samples]
        return [[judge.holds(result) for result in results] for judge in judges]

    def _bound(
        self, judge: Judge, samples: Sequence[Sample], verdicts: Sequence[Tri], most: Extent, sure: Extent
    ) -> Bound:
        """The limit of a rule; it binds where it is the one that sets the limit of all."""
        surely = _largest(samples, [verdicts], _holds)
        not_broken = _largest(samples, [verdicts], _not_broken)
        anything = Extent("unbounded")
        sets_limit = not_broken == most != anything or surely == sure != anything
        strict = judge.severity == "violation"
        return Bound.made(
            rule=judge.rule,
            part=judge.part,
            title=judge.title,
            severity=judge.severity,
            sure=self._shown(surely),
            most=self._shown(not_broken),
            binds=strict and sets_limit,
            cite=judge.cite,
            settled_by=self._settled_by(judge, samples, verdicts),
            lifts=tuple(self._lifts(judge)) if strict else (),
        )

    def _settled_by(self, judge: Judge, samples: Sequence[Sample], verdicts: Sequence[Tri]) -> tuple[str, ...]:
        """The options that decide a rule where it is not known, at the largest such amount."""
        open_ = [sample for sample, truth in zip(samples, verdicts, strict=True) if not (truth.yes or truth.no)]
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
                then = self._allowed_with(judge, observable, point) if point.limit else None
                if then is not None:
                    option = self._option(observable, _text(judge, observable, point))
                    yield Lift.made(option=option, then=self._shown(then))
                    break

    def _allowed_with(self, judge: Judge, observable: Observable, point: Point) -> Extent | None:
        """The most that is surely allowed with one more statement; None where the rule does not hold for any amount."""
        inputs = self._with(observable, point)
        judges = list(self._judges(inputs))
        samples = _samples(judges)
        pairs = list(zip(judges, self._verdicts(judges, samples, inputs), strict=True))
        mine = next(row for each, row in pairs if (each.rule, each.part) == (judge.rule, judge.part))
        if not mine[-1].yes:
            return None
        strict = [row for each, row in pairs if each.severity == "violation" and _bears(each, row)]
        return _largest(samples, strict, _holds)

    def _with(self, observable: Observable, point: Point) -> Inputs:
        """The inputs with one more statement."""
        inputs, name = self.matched.inputs, observable.name
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
        verdicts = f"{observable.name}{index}={text}"
        return f'--set "{verdicts}"' if " " in verdicts else f"--set {verdicts}"


_OF_DATES = ("effective", "review-due", "spacing", "given-amount")


def _text(judge: Judge, observable: Observable, point: Point) -> str:
    """A value as the file writes it, so that it can be stated."""
    written = (
        leaf.limit.text
        for leaf in judge.leaves
        if leaf.observable is observable and isinstance(leaf.limit, units.Measure) and leaf.limit.value == point.value
    )
    return next(written, point.text)


def _depends(verdicts: Sequence[Tri]) -> bool:
    """Whether what a rule says depends on the amount, and nothing is wrong with every amount."""
    return not verdicts[0].no and any(truth != verdicts[0] for truth in verdicts)


def _bears(judge: Judge, verdicts: Sequence[Tri]) -> bool:
    """Whether a rule bears on the amount: it changes with it, or would if something else that it needs were known."""
    nowhere = not any(truth.yes or truth.no for truth in verdicts)
    named = {leaf.observable.name for leaf in judge.leaves if leaf.observable.computed}
    about = not judge.leaves or any(name.startswith(_AMOUNTS) for name in named)
    return _depends(verdicts) or (nowhere and about)


_AMOUNTS = (
    "dose_activity",
    "dose_mass",
    "cumulative_",
    "lifetime_",
    "session_activity",
    "course_activity",
    "whole_body_dose",
)


def _holds(truth: Tri) -> bool:
    return bool(truth.yes)


def _not_broken(truth: Tri) -> bool:
    return not truth.no


def _order(bound: Bound) -> tuple[float, bool]:
    """The lowest limit first, and what only warns after what is broken at the same amount."""
    reached = [float(most.value) for most in (bound.sure, bound.most) if most.value is not None]
    return min(reached, default=0.0), bound.severity != "violation"


def _up_to(rule: str, title: str, cite: tuple[str, ...], most: Value, number: int, part: str | None = None) -> Judge:
    """A judge that allows amounts up to one of them."""

    def holds(result: Calculation) -> Tri:
        if isinstance(most, Unknown):
            return UNSURE
        return FALSE if EXACT.above(result.doses[number - 1].amount, most).yes else TRUE

    return Judge(rule, part, title, "violation", cite, holds, () if isinstance(most, Unknown) else (most,), ())


def _highest(row: Row, moment: Moment) -> Value:
    """The largest amount among the levels that may be chosen; unknown while a size is."""
    return _largest_of(levels.amount(row, EXACT, Level(high.dimension, high.value), moment) for _, high in row.options)


def _largest_of(amounts: Iterable[Value]) -> Value:
    amounts = list(amounts)
    unknown = next((each for each in amounts if isinstance(each, Unknown)), None)
    return max(amounts) if unknown is None else unknown


def _where(leaf: Leaf, near: Moment, far: Moment) -> Iterator[Number]:
    """The amounts at which what a comparison looks at reaches its limit."""
    if not isinstance(leaf.limit, units.Measure):
        return
    name = leaf.observable.name
    for low, high in zip(ends(near.between(name)), ends(far.between(name)), strict=True):
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
        samples.append(Sample(point, Extent("bounded", point)))
        if i + 1 < len(points):
            samples.append(Sample((point + points[i + 1]) / 2, Extent("bounded", points[i + 1], included=False)))
    return [*samples, Sample(points[-1] * 2 + 1, Extent("unbounded"))]


def _largest(samples: Sequence[Sample], verdicts: Sequence[Sequence[Tri]], good: Callable[[Tri], bool]) -> Extent:
    """The most of all amounts at which every rule is good."""
    for i in reversed(range(len(samples))):
        if all(good(row[i]) for row in verdicts):
            return samples[i].most
    return Extent("none")


def _within(samples: Sequence[Sample], most: Extent) -> Value:
    """An amount for which the largest stands."""
    return next((sample.amount for sample in samples if sample.most == most), Fraction(0))
