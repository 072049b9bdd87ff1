"""The moments of a course, and what is known at each: what was stated, and what follows from it.

A moment is a dose, or the course as a whole. Values are those of the number system in use, in canonical units: MBq, mg,
kg, m², cm, Gy, day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Generic, NamedTuple, Never, TypeAlias

from dosecalc.course.levels import Level, Row
from dosecalc.course.observables import BY_CYCLE, OF_ORGAN, Observable
from dosecalc.course.organs import OrganDose
from dosecalc.course.schedule import Slot
from dosecalc.quantities.numbers import UNSURE, Between, Bounds, M, M_co, Mask, System, Tri, V, V_co
from dosecalc.reference import bodysurface
from dosecalc.reference.beliefs import belief
from dosecalc.reference.people import ADULT, SECOND, YEAR

Answer: TypeAlias = V | Bounds[V] | Tri[M] | dict[str, Tri[M]]
"""The value of an observable, by its kind: a number or its bounds, a truth, or the truth of each choice."""


class Prior(NamedTuple, Generic[V_co]):
    """The amount of one agent given before this course, as bounds: in all, per body weight, per body surface area."""

    amount: Bounds[V_co]
    per_weight: Bounds[V_co]
    per_bsa: Bounds[V_co]


_NOTHING: Mapping[str, Never] = MappingProxyType({})
_NO_DOSES: Mapping[int, Never] = MappingProxyType({})
_NO_INDICES: Mapping[tuple[str, int], Never] = MappingProxyType({})


class Inputs(NamedTuple, Generic[V_co, M_co]):
    """One patient, or many: what is known, in canonical units of the number system in use.

    ``stated`` holds for the whole course, ``indexed`` for one dose (or one cycle, for remission). ``levels`` are the
    levels chosen where the file gives a range, ``given`` the amounts that replaced planned ones, ``measured`` the
    whole-body dose from each administration alone. ``intervals`` are days since the dose before, ``steps`` the steps of
    a ladder to which doses were reduced.
    """

    stated: Mapping[str, Answer[V_co, M_co]] = _NOTHING
    indexed: Mapping[tuple[str, int], Answer[V_co, M_co]] = _NO_INDICES
    levels: Mapping[int, Level[V_co]] = _NO_DOSES
    given: Mapping[int, V_co] = _NO_DOSES
    measured: Mapping[int, V_co] = _NO_DOSES
    prior: Mapping[str, Prior[V_co]] = _NOTHING
    intervals: Mapping[int, Between[V_co]] = _NO_DOSES
    steps: Mapping[int, int] = _NO_DOSES
    formula: str = bodysurface.DEFAULT
    next_dose: int = 1
    calendar: Callable[[str, Fraction], V_co | None] | None = None


class Moment(Generic[V, M]):
    """A dose of the course (or the course as a whole, ``slot`` None) and what is known at it.

    ``planned`` is the amount by the levels, ``amount`` the one that was given instead where that is stated. ``rows``
    are the rows of its levels; ``row`` is the first that holds for certain (in a cohort: for everybody) and made the
    amount if that is known, ``possible`` all that may hold, up to it. ``undefined`` says that no level applies,
    ``capped`` and ``floored`` that the source itself changed the amount.
    """

    __slots__ = (
        "amount",
        "capped",
        "cycle",
        "floored",
        "number",
        "planned",
        "possible",
        "radioactive",
        "row",
        "rows",
        "slot",
        "state",
        "truths",
        "undefined",
        "values",
    )

    def __init__(
        self, state: CourseState[V, M], number: int, cycle: int, slot: Slot | None = None, *, radioactive: bool = False
    ) -> None:
        self.state, self.number, self.cycle, self.slot, self.radioactive = state, number, cycle, slot, radioactive
        self.values: dict[str, Between[V]] = {}
        """Quantities and counts that may differ from dose to dose."""
        self.truths: dict[str, Tri[M]] = {}
        self.amount = self.planned = state.system.unknown()
        self.rows: tuple[Row[V, M], ...] = ()
        self.possible: list[Row[V, M]] = []
        self.row: Row[V, M] | None = None
        self.undefined: Mask[M] = False
        self.capped: Mask[M] = False
        self.floored: Mask[M] = False

    def between(self, name: str) -> Between[V]:
        """The value of a quantity or a count, or its bounds; unknown where nobody stated it."""
        value = self.values.get(name)
        if value is None:
            value = self.state.values.get(name)
        if value is None:
            value = self.state.between(name, self)
            (self.values if self.state.varies(name) else self.state.values)[name] = value
        return value

    def value(self, name: str) -> V:
        """The value of a quantity or a count; unknown where it is not one number."""
        value = self.between(name)
        return self.state.single(value, name) if isinstance(value, Bounds) else value

    def truth(self, name: str) -> Tri[M]:
        """Whether something is so."""
        truth = self.truths.get(name)
        if truth is None:
            truth = self.state.truths.get(name)
        if truth is None:
            truth = self.state.truth(name, self)
            (self.truths if self.state.varies(name) else self.state.truths)[name] = truth
        return truth

    def choice(self, name: str) -> dict[str, Tri[M]]:
        """Of each alternative whether it is the one."""
        return self.state.choice(name, self)

    def get(self, name: str) -> Answer[V, M]:
        """The value of an observable of any kind."""
        row = self.state.table.get(name)
        if row is not None and row.kind == "boolean":
            return self.truth(name)
        return self.choice(name) if row is not None and row.kind == "choice" else self.between(name)

    def calendar(self, name: str, months: Fraction) -> V | None:
        """So many months in days, counted in the calendar from an observable's date; None without dates."""
        days = self.state.inputs.calendar
        return None if days is None else days(name, months)


class CourseState(Generic[V, M]):
    """The inputs of one run, and the observables derived from what was stated."""

    def __init__(self, system: System[V, M], inputs: Inputs[V, M], table: Mapping[str, Observable]) -> None:
        self.system = system
        self.inputs = inputs
        self.table = table
        self.doses: list[Moment[V, M]] = []
        """The doses that were computed so far."""
        self.values: dict[str, Between[V]] = {}
        """Quantities and counts that are the same at every dose."""
        self.truths: dict[str, Tri[M]] = {}
        self._excluded: dict[str, Mask[M]] = {}
        """Who cannot be pregnant or breast-feeding, which is the same at every dose."""
        self.organs: tuple[OrganDose[V, M], ...] = ()
        """The organs that a source spares, with what each gets."""

    def varies(self, name: str) -> bool:
        """Whether a value may differ from dose to dose."""
        row = self.table.get(name)
        return bool(self.inputs.indexed) or row is None or row.momentary or row.scope == "dose"

    # -- what was stated --

    def _statement(self, name: str, moment: Moment[V, M]) -> Answer[V, M] | None:
        indexed = self.inputs.indexed
        value = indexed.get((name, moment.cycle if name in BY_CYCLE else moment.number)) if indexed else None
        if value is None and not (self.table[name].momentary and moment.number != self.inputs.next_dose):
            value = self.inputs.stated.get(name)
        return value

    def stated_between(self, name: str, moment: Moment[V, M]) -> Between[V]:
        """A quantity or a count as it was stated; unknown where it was not."""
        value = self._statement(name, moment)
        if value is None:
            return self.system.unknown(name)
        if isinstance(value, (Tri, dict)):
            raise TypeError(f"{name} is a quantity or a count")
        return value

    def stated(self, name: str, moment: Moment[V, M]) -> V:
        """The same as one number."""
        value = self.stated_between(name, moment)
        return self.single(value, name) if isinstance(value, Bounds) else value

    def stated_truth(self, name: str, moment: Moment[V, M]) -> Tri[M]:
        """A truth as it was stated."""
        truth = self._statement(name, moment)
        return truth if isinstance(truth, Tri) else UNSURE

    def choice(self, name: str, moment: Moment[V, M]) -> dict[str, Tri[M]]:
        """Of each alternative whether it is the one that was stated."""
        truths = self._statement(name, moment)
        return truths if isinstance(truths, dict) else dict.fromkeys(self.table[name].choices, UNSURE)

    def single(self, bounds: Bounds[V], name: str) -> V:
        """The value between two ends as one number: unknown where they differ."""
        low, high = bounds
        if low is high:
            return low
        return self.system.where(self.system.equal(low, high).yes, low, self.system.unknown(name))

    # -- what follows from it --

    def between(self, name: str, moment: Moment[V, M]) -> Between[V]:
        """A quantity or a count, derived where there is a way to, else as it was stated."""
        match name:
            case "bsa":
                return self.bsa(moment)
            case "age":
                return self.age(moment)
            case "age_completed":
                return self.age_completed(moment)
            case "whole_body_dose":
                return self.whole_body_dose(moment)
            case "performance":
                return self.performance(moment)
            case "cd34_per_weight" | "marrow_mononuclear_per_weight":
                return self.cells(name, moment)
        if name.startswith(OF_ORGAN):
            return self.organ_dose(name.removeprefix(OF_ORGAN), moment)
        return self.lifetime(name, moment) if name.startswith("lifetime_") else self.stated_between(name, moment)

    def truth(self, name: str, moment: Moment[V, M]) -> Tri[M]:
        """Whether something is so, derived where there is a way to, else as it was stated."""
        match name:
            case "stem_cells_stored":
                return self.stored(moment)
            case "pregnant" | "lactating":
                return self.unless_excluded(name, moment)
        return self.stated_truth(name, moment)

    def bsa(self, moment: Moment[V, M]) -> V:
        return self.system.either(self.stated("bsa", moment), self.derived_bsa(moment))

    def derived_bsa(self, moment: Moment[V, M]) -> V:
        formula = self.inputs.formula
        needs = bodysurface.FORMULAS[formula]
        height = moment.value("height") if needs.needs_height else self.system.number(Fraction(0))
        adult: Tri[M] = UNSURE
        female: Tri[M] = UNSURE
        if needs.adults_of_known_sex:
            adult = self.system.at_least(moment.between("age"), self.system.number(ADULT))
            female = moment.choice("sex")["female"]
        return bodysurface.surface(self.system, formula, height, moment.value("weight"), female, adult)

    def lifetime(self, name: str, moment: Moment[V, M]) -> Bounds[V]:
        """A cumulative amount with what was given of the agent before this course: anything, where nothing was said."""
        zero = self.system.number(Fraction(0))
        agent = moment.slot.dose.agent if moment.slot is not None else ""
        unstated = Bounds(zero, self.system.unknown("prior"))
        prior = self.inputs.prior.get(agent, Prior(unstated, unstated, unstated))
        before = prior.amount
        if name.endswith("_per_weight"):
            before = prior.per_weight
        elif name.endswith("_per_bsa"):
            before = prior.per_bsa
        return before + moment.between(name.replace("lifetime_", "cumulative_"))

    def from_one(self, moment: Moment[V, M]) -> V:
        """The whole-body dose from one administration alone; none from one that was not given."""
        measured = self.inputs.measured.get(moment.number)
        if measured is not None:
            return measured
        zero = self.system.number(Fraction(0))
        return self.system.where(self.system.equal(moment.amount, zero).yes, zero, self.system.unknown("measured"))

    def whole_body_dose(self, moment: Moment[V, M]) -> Bounds[V]:
        """The whole-body dose of the administrations up to a dose together, as far as it was measured."""
        zero = self.system.number(Fraction(0))
        total = Bounds(zero, zero)
        for dose in self.doses[: moment.number]:
            if dose.radioactive:
                one = self.from_one(dose)
                total = total + Bounds(self.system.either(one, zero), one)
        return total

    def organ_dose(self, organ: str, moment: Moment[V, M]) -> Bounds[V]:
        """What an organ got of the doses up to one; of those whose amount is not known at least nothing."""
        zero = self.system.number(Fraction(0))
        total = Bounds(zero, zero)
        for dose in self.doses[: moment.number]:
            if dose.radioactive:
                total = total + Bounds(self.system.either(dose.amount, zero), dose.amount)
        coefficient = moment.value(f"organ_dose.{organ}")
        return Bounds(total.low * coefficient, total.high * coefficient)

    def age_completed(self, moment: Moment[V, M]) -> V:
        year = self.system.number(YEAR)
        completed = self.system.floor(self.stated("age", moment) / year) * year
        return self.system.either(self.stated("age_completed", moment), completed)

    def age(self, moment: Moment[V, M]) -> Bounds[V]:
        """The exact age, or as much as completed years tell of it: until just before the next birthday."""
        exact, completed = self.stated("age", moment), self.stated("age_completed", moment)
        within = Bounds(completed, completed + self.system.number(YEAR - SECOND))
        return Bounds(self.system.either(exact, within.low), self.system.either(exact, within.high))

    def performance(self, moment: Moment[V, M]) -> V:
        """The lower of the two performance scores, or the one that was stated."""
        karnofsky, lansky = self.stated("karnofsky", moment), self.stated("lansky", moment)
        lower = self.system.where(self.system.above(lansky, karnofsky).yes, karnofsky, lansky)
        return self.system.either(lower, karnofsky)

    def stored(self, moment: Moment[V, M]) -> Tri[M]:
        """A count above zero says that cells are stored."""
        zero = self.system.number(Fraction(0))
        counts = [self.system.above(self.stated(name, moment), zero) for name in CELLS]
        stated = self.stated_truth("stem_cells_stored", moment)
        return Tri(stated.yes | counts[0].yes | counts[1].yes, stated.no)

    def unless_excluded(self, name: str, moment: Moment[V, M]) -> Tri[M]:
        """Whether somebody is pregnant or breast-feeding: as stated, and not so in those of whom it cannot be."""
        stated = self.stated_truth(name, moment)
        if name not in self._excluded:
            self._excluded[name] = self._never(name, moment)
        return Tri(stated.yes, stated.no | self.system.except_where(self._excluded[name], stated.yes))

    def _never(self, name: str, moment: Moment[V, M]) -> Mask[M]:
        """Men, women after the menopause, girls of whom no menarche is stated; without a uterus nobody is pregnant."""
        of_age = self.system.above(self.age_completed(moment), self.system.number(belief("menarche").value))
        girl = self.system.except_where(of_age.no, self.stated_truth("menarche", moment).yes)
        never = self.choice("sex", moment)["male"].yes | self.stated_truth("menopause", moment).yes | girl
        return never | self.stated_truth("hysterectomy", moment).yes if name == "pregnant" else never

    def cells(self, name: str, moment: Moment[V, M]) -> V:
        """Cells that are not stored count zero."""
        none = self.stated_truth("stem_cells_stored", moment).no
        return self.system.where(none, self.system.number(Fraction(0)), self.stated(name, moment))


CELLS = ("cd34_per_weight", "marrow_mononuclear_per_weight")
