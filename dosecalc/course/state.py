"""What is known at a moment of a course: what was stated, and what follows from it.

A moment is a dose, or the course as a whole. Values are those of the number system in use, in canonical units: MBq, mg,
kg, m², cm, Gy, day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple

from dosecalc.course.observables import BY_CYCLE, Observable
from dosecalc.course.organs import OrganDose
from dosecalc.course.schedule import Slot
from dosecalc.quantities.numbers import UNSURE, Bounds, Mask, System, Tri, Value
from dosecalc.reference import bodysurface
from dosecalc.reference.people import ADULT, YEAR


class Prior(NamedTuple):
    """What was given of one agent before this course, as bounds: in all, per body weight, per body surface area."""

    amount: Bounds
    per_weight: Bounds
    per_bsa: Bounds


_NONE: Mapping[Any, Any] = MappingProxyType({})


class Inputs(NamedTuple):
    """One patient, or many: what is known, in canonical units of the number system in use.

    ``stated`` holds for the whole course, ``indexed`` for one dose (or one cycle, for remission). ``levels`` are the
    levels chosen where the file gives a range, ``given`` the amounts that replaced planned ones, ``measured`` the
    whole-body dose from each administration alone. ``intervals`` are days since the dose before, ``steps`` the steps of
    a ladder to which doses were reduced.
    """

    stated: Mapping[str, Any] = _NONE
    indexed: Mapping[tuple[str, int], Any] = _NONE
    levels: Mapping[int, tuple[str, Value]] = _NONE
    given: Mapping[int, Value] = _NONE
    measured: Mapping[int, Value] = _NONE
    prior: Mapping[str, Prior] = _NONE
    intervals: Mapping[int, Value] = _NONE
    steps: Mapping[int, int] = _NONE
    formula: str = bodysurface.DEFAULT
    next_dose: int = 1
    calendar: Callable[[str, Fraction], Value | None] | None = None


class Moment:
    """A dose of the course (or the course as a whole, ``slot`` None) and what is known at it.

    ``planned`` is what the levels give, ``amount`` what was given instead where that is stated; ``undefined`` says that
    no level applies, ``capped`` and ``floored`` that the source itself changed the amount.
    """

    __slots__ = (
        "amount",
        "capped",
        "case",
        "cycle",
        "floored",
        "number",
        "planned",
        "radioactive",
        "rows",
        "slot",
        "truths",
        "undefined",
        "values",
    )

    def __init__(
        self, case: Case, number: int, cycle: int, slot: Slot | None = None, *, radioactive: bool = False
    ) -> None:
        self.case, self.number, self.cycle, self.slot, self.radioactive = case, number, cycle, slot, radioactive
        self.values: dict[str, Any] = {}
        self.amount: Value = None
        self.planned: Value = None
        self.rows: tuple[Any, ...] = ()
        """The levels that were asked, in order."""
        self.truths: list[Tri] = []
        """Of each row of its levels, in order, whether it holds."""
        self.undefined: Mask = False
        self.capped: Mask = False
        self.floored: Mask = False

    def get(self, name: str) -> Any:
        """The value of an observable at this moment; unknown where nobody stated it."""
        value = self.values.get(name)
        if value is None:
            value = self.case.constant.get(name)
        if value is None:
            value = self.case.patient(name, self)
            (self.values if self.case.varies(name) else self.case.constant)[name] = value
        return value

    def calendar(self, name: str, months: Fraction) -> Value | None:
        asked = self.case.inputs.calendar
        return None if asked is None else asked(name, months)


class Case:
    """The inputs of one run, and the observables derived from what was stated."""

    def __init__(self, system: System, inputs: Inputs, table: Mapping[str, Observable]) -> None:
        self.system = system
        self.inputs = inputs
        self.table = table
        self.doses: list[Moment] = []
        """The doses that were computed so far."""
        self.constant: dict[str, Any] = {}
        """Values that are the same at every dose."""
        self.organs: tuple[OrganDose, ...] = ()
        """What the organs get that a source spares."""

    def varies(self, name: str) -> bool:
        """Whether a value may differ from dose to dose."""
        row = self.table.get(name)
        return bool(self.inputs.indexed) or row is None or row.momentary or row.scope == "dose"

    def patient(self, name: str, moment: Moment) -> Any:
        if name.startswith("lifetime_"):
            return self.lifetime(name, moment)
        derive = _DERIVED.get(name)
        return self.stated(name, moment) if derive is None else derive(self, moment)

    def stated(self, name: str, moment: Moment) -> Any:
        row = self.table[name]
        indexed = self.inputs.indexed
        value = indexed.get((name, moment.cycle if name in BY_CYCLE else moment.number)) if indexed else None
        if value is None and not (row.momentary and moment.number != self.inputs.next_dose):
            value = self.inputs.stated.get(name)
        if value is not None:
            return value
        if row.kind == "choice":
            return dict.fromkeys(row.choices, UNSURE)
        return UNSURE if row.kind == "boolean" else self.system.unknown(name)

    def bsa(self, moment: Moment) -> Value:
        return self.system.either(self.stated("bsa", moment), self.derived_bsa(moment))

    def derived_bsa(self, moment: Moment) -> Value:
        formula = self.inputs.formula
        needs = bodysurface.FORMULAS[formula]
        height = moment.get("height") if needs.needs_height else self.system.number(Fraction(0))
        adult = female = UNSURE
        if needs.adults_of_known_sex:
            adult = self.system.at_least(moment.get("age"), self.system.number(ADULT))
            female = moment.get("sex")["female"]
        return bodysurface.surface(self.system, formula, height, moment.get("weight"), female, adult)

    def lifetime(self, name: str, moment: Moment) -> Value:
        """A cumulative amount with what was given of the agent before this course: anything, where nothing was said."""
        zero = self.system.number(Fraction(0))
        agent = moment.slot.dose.agent if moment.slot is not None else ""
        unstated = Bounds(zero, self.system.unknown("prior"))
        prior = self.inputs.prior.get(agent, Prior(unstated, unstated, unstated))
        which = next((i for i, size in ((1, "_per_weight"), (2, "_per_bsa")) if name.endswith(size)), 0)
        return moment.get(name.replace("lifetime_", "cumulative_")) + prior[which]

    def from_one(self, moment: Moment) -> Value:
        """The whole-body dose from one administration alone; none from one that was not given."""
        measured = self.inputs.measured.get(moment.number)
        if measured is not None:
            return measured
        zero = self.system.number(Fraction(0))
        return self.system.where(self.system.equal(moment.amount, zero).yes, zero, self.system.unknown("measured"))

    def whole_body_dose(self, moment: Moment) -> Value:
        """What the administrations up to a dose gave together, as far as it was measured."""
        zero = self.system.number(Fraction(0))
        total = Bounds(zero, zero)
        for dose in self.doses[: moment.number]:
            if dose.radioactive:
                one = self.from_one(dose)
                total = total + Bounds(self.system.either(one, zero), one)
        return total

    def age_completed(self, moment: Moment) -> Value:
        year = self.system.number(YEAR)
        completed = self.system.floor(self.stated("age", moment) / year) * year
        return self.system.either(self.stated("age_completed", moment), completed)

    def age(self, moment: Moment) -> Value:
        """The exact age, or as much as completed years tell of it: within a year."""
        exact, completed = self.stated("age", moment), self.stated("age_completed", moment)
        within = Bounds(completed, completed + self.system.number(YEAR))
        return Bounds(self.system.either(exact, within.low), self.system.either(exact, within.high))

    def performance(self, moment: Moment) -> Value:
        """The lower of the two scores, or the one that was stated."""
        karnofsky, lansky = self.stated("karnofsky", moment), self.stated("lansky", moment)
        lower = self.system.where(self.system.above(lansky, karnofsky).yes, karnofsky, lansky)
        return self.system.either(lower, karnofsky)

    def stored(self, moment: Moment) -> Tri:
        """A count above zero says that cells are stored."""
        zero = self.system.number(Fraction(0))
        counts = [self.system.above(self.stated(name, moment), zero) for name in CELLS]
        said = self.stated("stem_cells_stored", moment)
        return Tri(said.yes | counts[0].yes | counts[1].yes, said.no)

    def not_in_men(self, name: str, moment: Moment) -> Tri:
        """A male patient is neither pregnant nor lactating; of any other only what was stated is known."""
        said = self.stated(name, moment)
        return Tri(said.yes, said.no | self.stated("sex", moment)["male"].yes)

    def cells(self, name: str, moment: Moment) -> Value:
        """Cells that are not stored count zero."""
        none = self.stated("stem_cells_stored", moment).no
        return self.system.where(none, self.system.number(Fraction(0)), self.stated(name, moment))


CELLS = ("cd34_per_weight", "marrow_mononuclear_per_weight")
_DERIVED: dict[str, Callable[[Case, Moment], Any]] = {
    "whole_body_dose": Case.whole_body_dose,
    "age": Case.age,
    "bsa": Case.bsa,
    "age_completed": Case.age_completed,
    "performance": Case.performance,
    "stem_cells_stored": Case.stored,
    "pregnant": lambda case, moment: case.not_in_men("pregnant", moment),
    "lactating": lambda case, moment: case.not_in_men("lactating", moment),
    "cd34_per_weight": lambda case, moment: case.cells("cd34_per_weight", moment),
    "marrow_mononuclear_per_weight": lambda case, moment: case.cells("marrow_mononuclear_per_weight", moment),
}
