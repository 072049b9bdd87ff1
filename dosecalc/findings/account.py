"""The account of statements: what somebody stated, and what became of it.

Whatever is stated made an amount, decided a finding, is shown as derived, or is listed as not read by the arm. What
bears on dose or harm and is read by nothing is a warning, which ``unread`` makes from the same account.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from dosecalc.course.calculator import Calculation
from dosecalc.course.observables import BY_CYCLE, OF_ORGAN
from dosecalc.course.rules import CompiledCondition
from dosecalc.findings.finding import Finding
from dosecalc.quantities.documents import Result
from dosecalc.quantities.frozen import Field
from dosecalc.quantities.statement import Stated
from dosecalc.requests.match import Match
from dosecalc.requests.request import Inputs

Outcome = Literal["amount", "finding", "shown", "unread"]


class Statement(Result):
    """Something that was stated, and what became of it."""

    what: str = Field(description="The option, or the observable that --set states.")
    text: str = Field(description="The value as it was read.")
    dose: int | None = Field(description="The dose or cycle that it is of; null for the course, or for the next dose.")
    outcome: Outcome = Field(description="What became of it: amount, finding, shown (derived or printed), or unread.")
    amounts: tuple[int, ...] = Field(description="The doses whose amounts it made.")
    findings: tuple[str, ...] = Field(description="The rules that it decided or took part in.")


FROM: Mapping[str, tuple[str, ...]] = {
    "bsa": ("weight", "height"),
    "age": ("age_completed",),
    "age_completed": ("age",),
    "pregnant": ("sex", "menopause", "hysterectomy", "menarche", "age", "age_completed"),
    "lactating": ("sex", "menopause", "menarche", "age", "age_completed"),
    "stem_cells_stored": ("cd34_per_weight", "marrow_mononuclear_per_weight"),
    "cd34_per_weight": ("stem_cells_stored",),
    "marrow_mononuclear_per_weight": ("stem_cells_stored",),
    "prior_interval": ("prior",),
    "prior_count": ("prior",),
    "whole_body_dose": ("measured",),
    "performance": ("karnofsky", "lansky"),
}
"""The statements that an observable may be derived from."""
RULES: Mapping[str, tuple[str, ...]] = {
    "weight": ("plausible-size", "bsa-agreement"),
    "height": ("plausible-size", "bsa-agreement"),
    "bsa": ("plausible-size", "bsa-agreement"),
    "age": ("plausible-size",),
    "age_completed": ("plausible-size",),
    "sex": ("plausible-size",),
    "level": ("level-range",),
    "cycles": ("cycles-maximum",),
    "cycle-length": ("cycle-length",),
    "start": ("effective", "review-due", "spacing"),
    "given": ("given-amount", "spacing", "cycle-length"),
    "reduction": ("no-re-escalation",),
    "toxicity": ("toxicity",),
    "retention": ("retention",),
}
"""The rules of dosecalc's own that a statement may decide."""
SHOWN = frozenset({"label", "patient", "patient-id", "protocol", "start", "cycles", "bsa-formula", "cycle-length"})
"""Statements that are shown in any case, as dates, as days, or as they are."""


def account(match: Match, result: Calculation, findings: Iterable[Finding], inputs: Inputs) -> tuple[Statement, ...]:
    """Every statement with what became of it, in the order of the options."""
    reads = _Reader(match, result, tuple(findings))
    return tuple(reads.statements(inputs))


class _Reader:
    """Follows what the levels and the rules of one plan read."""

    def __init__(self, match: Match, result: Calculation, findings: tuple[Finding, ...]) -> None:
        self.match, self.result = match, result
        self.applied = {finding.rule for finding in findings if finding.status != "not_applicable"}
        self.made: dict[str, set[int]] = {}
        self.asked: dict[str, dict[int, dict[str, None]]] = {}
        for moment in result.doses:
            self._amount(moment.number)
        for run in result.rules:
            for moment, outcome in run.outcomes:
                if outcome.when.no:
                    self._rule(run.compiled.when, run.compiled.rule.id, moment.number)
                else:
                    for condition in (run.compiled.when, run.compiled.require):
                        self._rule(condition, run.compiled.rule.id, moment.number)

    # -- what was read --

    def _amount(self, number: int) -> None:
        """Note the statements that the amount of a dose was made from."""
        moment = self.result.doses[number - 1]
        for row in moment.rows:
            for leaf in (leaf for condition in row.conditions for leaf in condition.leaves):
                self._made(leaf.observable.name, number)
        for row in moment.possible:
            dimensions = [end.dimension for ends in row.options for end in ends]
            dimensions += [limit.dimension for limit in (row.cap, row.floor) if limit is not None]
            for basis in {dimension.partition("/")[2] for dimension in dimensions} & {"weight", "bsa"}:
                self._made(basis, number)
            for factor in row.every_factor:
                for of in factor.observables:
                    self._made(of.name, number)
            if row.organ is not None:
                self._made(row.organ.name, number)
            if row.target:
                self._made("measured", number)
                self._made("given", number)
        self._organs(number)

    def _organs(self, number: int) -> None:
        """Note what was stated of organs that the arm limits."""
        for organ in self.result.organs:
            self._made(f"organ_dose.{organ.spared.source.organ}", number)
            self._made(f"organ_half_life.{organ.spared.source.organ}", number)
        for effective in self.match.compiled.effective:
            for name in (f"organ_dose.{effective.source.organ}", f"organ_half_life.{effective.source.organ}"):
                self.asked.setdefault(name, {}).setdefault(number, {}).setdefault("organ-dose")

    def _made(self, name: str, number: int) -> None:
        for each in self._names(name):
            self.made.setdefault(each, set()).add(number)

    def _rule(self, condition: CompiledCondition | None, rule: str, number: int) -> None:
        for leaf in condition.leaves if condition is not None else ():
            for name in self._names(leaf.observable.name):
                self.asked.setdefault(name, {}).setdefault(number, {}).setdefault(rule)

    def _names(self, observable: str) -> Iterator[str]:
        """An observable, and the statements that it comes from: a size that was stated itself comes from no other."""
        yield observable
        if observable not in self.match.request.sizes:
            yield from FROM.get(observable, ())
        if observable.startswith("lifetime_"):
            yield "prior"
        if observable.startswith(OF_ORGAN):
            yield observable.removeprefix("cumulative_")
        if observable.endswith(("activity_per_weight", "mass_per_weight")):
            yield "weight"
        if observable.endswith("_per_bsa"):
            yield from self._names("bsa")

    # -- statements --

    def statements(self, inputs: Inputs) -> Iterator[Statement]:
        """Every statement of the request, and of options that are shown in any case."""
        yield from self._of_patient()
        yield from self._by_dose()
        for each in self.match.request.toxicities:
            yield self._made_from("toxicity", f"{each.cycle}={each.stated.text}", None, [])
        prior = self.match.request.prior
        for text in () if prior is None else [each.text for each in prior] or ["none"]:
            yield self._statement("prior", text, None, None)
        for option in (option for option in inputs if option in SHOWN and option != "protocol"):
            for text in inputs[option]:
                yield self._statement(option, text, None, None)

    def _of_patient(self) -> Iterator[Statement]:
        """Sizes and observables."""
        request = self.match.request
        for name, sizes in request.sizes.items():
            for size in sizes:
                yield self._statement(name, size.written, size.dose, self._doses(size))
        for name, stated in request.stated.items():
            doses = [self.match.inputs.next_dose] if self.match.file.table[name].momentary else None
            yield self._statement(name, stated.text, None, doses)
        for (name, index), stated in request.indexed.items():
            doses = self._of_cycle(index) if name in BY_CYCLE else [index]
            yield self._statement(name, stated.text, index, doses)

    def _by_dose(self) -> Iterator[Statement]:
        """Levels, and what was given, measured and reduced."""
        request = self.match.request
        for number, stated in request.levels.items():
            yield self._levelled(stated, number, [number] if number is not None else None)
        for option, statements in (
            ("given", request.given),
            ("measured", request.measured),
            ("retention", request.retention),
            ("reduction", request.reductions),
        ):
            for number, stated in statements.items():
                yield self._of_dose(option, number, stated)

    def _doses(self, size: Stated) -> list[int] | None:
        """The doses from which a size with a dose holds; None for all."""
        return None if size.dose is None else [m.number for m in self.result.doses if m.number >= (size.dose or 0)]

    def _of_cycle(self, cycle: int) -> list[int]:
        return [slot.number for slot in self.match.slots if slot.cycle == cycle]

    def _levelled(self, stated: Stated, number: int | None, doses: list[int] | None) -> Statement:
        amounts = [each for each, level in self.match.levels.items() if level == stated.measure]
        amounts = [each for each in amounts if doses is None or each in doses]
        given = self.match.request.given
        return self._made_from("level", stated.text, number, [each for each in amounts if each not in given])

    def _of_dose(self, option: str, number: int, stated: Stated) -> Statement:
        made = {number} if option in ("given", "reduction") else self.made.get(option, set())
        return self._made_from(option, stated.text, number, sorted(made))

    def _made_from(self, what: str, text: str, dose: int | None, amounts: list[int]) -> Statement:
        rules = [rule for rule in RULES.get(what, ()) if rule in self.applied]
        rules += [rule for asked in self.asked.get(what, {}).values() for rule in asked]
        outcome: Outcome = "amount" if amounts else "finding" if rules else "unread"
        return Statement.made(
            what=what,
            text=text,
            dose=dose,
            outcome=outcome,
            amounts=tuple(amounts),
            findings=tuple(dict.fromkeys(rules)),
        )

    def _statement(self, name: str, text: str, dose: int | None, doses: list[int] | None) -> Statement:
        amounts = sorted(each for each in self.made.get(name, ()) if doses is None or each in doses)
        rules = [rule for rule in RULES.get(name, ()) if rule in self.applied]
        for number, asked in self.asked.get(name, {}).items():
            if doses is None or number in doses:
                rules += asked
        outcome: Outcome = "amount" if amounts else "finding" if rules else "shown" if name in SHOWN else "unread"
        return Statement.made(
            what=name,
            text=text,
            dose=dose,
            outcome=outcome,
            amounts=tuple(amounts),
            findings=tuple(dict.fromkeys(rules)),
        )
