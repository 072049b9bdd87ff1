"""The amounts of a course, a second time: level by size, bounds, targets, organs, and their sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from dosecalc.verification import bsa, observables
from dosecalc.verification.days import Calendar, DoseDay
from dosecalc.verification.logic import Span, Truth, added, exactly
from dosecalc.verification.quantities import Worth, quantity, read
from dosecalc.verification.reading import Beyond, Place, Regimen, Table, check_regimen, known
from dosecalc.verification.statements import BARE, Earlier, StatedAgain

PARTS = ("amount", "per_weight", "per_bsa")
AT_LEAST_NOTHING: Span = (Fraction(0), None)


@dataclass
class SecondDose:
    """One dose: what is planned, what was given, and why it is not known."""

    slot: Place
    when: DoseDay
    level: Worth | None = None
    planned: Fraction | None = None
    ends: list[tuple[Fraction, Fraction]] = field(default_factory=list)  # of what is possible, while not decided
    unsure: bool = False
    """Whether an alternative of an open level could not be computed."""
    open: bool = False  # more than one row of its levels is possible
    caps: list[Fraction | None] = field(default_factory=list)  # of the rows that are possible
    given: Fraction | None = None
    bounded: str | None = None
    undefined: bool = False
    tolerance: Worth | None = None  # of the source itself
    step: int | None = None
    scaled: bool = False  # it follows from what earlier doses gave
    to_target: bool = False  # in proportion to a measured dose
    weight: Fraction | None = None
    height: Fraction | None = None
    bsa: Fraction | None = None
    stated_bsa: Fraction | None = None
    ranges: list[Table] = field(default_factory=list)  # what could be chosen
    chosen_elsewhere: bool = False  # another row of its levels leaves a choice

    def __post_init__(self) -> None:
        self.agent, self.number = str(self.slot.table["agent"]), self.slot.number

    @property
    def amount(self) -> Fraction | None:
        return self.planned if self.given is None else self.given

    @property
    def cap(self) -> Fraction | None:
        """The highest cap of the rows that are possible, where each has one."""
        caps = [cap for cap in self.caps if cap is not None]
        return max(caps) if caps and len(caps) == len(self.caps) else None

    def part(self, name: str) -> Span:
        """The amount, or the same per body weight or surface, at the sizes of its day."""
        amount, size = self.amount, None if name == "amount" else self._size(name)
        if amount is None or (name != "amount" and not size):
            return AT_LEAST_NOTHING
        return exactly(amount / size if size else amount)

    def _size(self, name: str) -> Fraction | None:
        return self.weight if name == "per_weight" else self.bsa


SIZES = {"bsa": "bsa", "weight": "mass", "height": "length"}


class SecondCourse:
    """The doses of an arm for what was stated. What this method does not know of a dose it adopts, and says so."""

    def __init__(self, arm: Regimen, stated: StatedAgain, adopt: dict[int, Fraction]) -> None:
        check_regimen(arm)
        self.arm, self.stated, self.adopt = arm, stated, adopt
        self.not_known: list[str] = []
        self.adopted: set[int] = set()
        self.finished, self._sums = False, dict[tuple[int, str], Span]()
        count = stated.one("cycles")
        slots = arm.slots(int(count) if count else None, max(stated.given, default=0) + 1)
        self.doses = [SecondDose(slot, day) for slot, day in zip(slots, Calendar(slots, stated).days, strict=True)]
        self.rooted = False
        dated = any(day is not None for _, day in stated.given.values())
        self.counted = self.doses[0].when.date is not None or not dated  # else no day is counted from the first dose
        for dose in self.doses:
            self._sizes(dose)
            dose.given = stated.given[dose.number][0].worth if dose.number in stated.given else None
        for dose in self.doses:
            self._plan(dose)
            dose.bounded = dose.bounded if dose.given is None else None
        self._spare_organs()
        self.finished = True

    # -- sizes --

    def _sizes(self, dose: SecondDose) -> None:
        sizes = (self.stated.size(name, dose.number, dose.when.date) for name in ("weight", "height", "bsa"))
        dose.weight, dose.height, dose.stated_bsa = sizes
        dose.bsa = dose.stated_bsa
        if dose.bsa is None:
            formula = self.stated.one("bsa-formula") or "mosteller"
            dose.bsa = bsa.derived(formula, dose.weight, dose.height, self.stated.observed.get(("sex", None)))
            self.rooted = self.rooted or (dose.bsa is not None and formula != "costeff")

    def size_after(self, name: str) -> Fraction | None:
        """A size after the last dose."""
        size = self.stated.beyond(name)
        if name != "bsa" or size is not None:
            return size
        weight, height = self.stated.beyond("weight"), self.stated.beyond("height")
        formula = self.stated.one("bsa-formula") or "mosteller"
        return bsa.derived(formula, weight, height, self.stated.observed.get(("sex", None)))

    # -- the amount of one dose --

    def _plan(self, dose: SecondDose) -> None:
        try:
            known("dose", dose.slot.table, "a dose")
            table = self._reduced(dose) or dose.slot.table
            self._by_level(dose, table)
        except Beyond as beyond:
            self.not_known.append(f"the amount of dose {dose.number}, taken as the plan has it ({beyond})")
            dose.planned = self.adopt.get(dose.number) if dose.given is None else None
            self.adopted.add(dose.number)

    def step(self, number: int) -> int:
        """The step of the ladder that holds at a dose: the last that was stated."""
        stated = [each for each in self.stated.steps if each <= number]
        return self.stated.steps[max(stated)] if stated else 0

    def full_amount(self, dose: SecondDose) -> Fraction | None:
        """The amount of a dose without its reduction, where its level is one and fixed."""
        level = dose.slot.table["level"]
        return self._by_size(dose, read(level)) if isinstance(level, str) else None

    def _reduced(self, dose: SecondDose) -> Table | None:
        """The step of the ladder that holds at this dose, in place of its level."""
        step = self.step(dose.number)
        for reduction in self.arm.table.get("reductions", []) if step else []:
            if reduction["step"] == step and reduction.get("agent", dose.agent) == dose.agent:
                dose.step = step
                known("reduction", reduction, "reductions")
                return dose.slot.table | {key: reduction[key] for key in ("level", "tolerance") if key in reduction}
        return None

    def _by_level(self, dose: SecondDose, table: Table) -> None:
        """The level: one, or the rows of a list that are still possible."""
        level = table["level"]
        rows = self._possible(dose, level) if isinstance(level, list) else [{"level": level}]
        dose.chosen_elsewhere = isinstance(level, list) and any(isinstance(row["level"], dict) for row in level)
        if not rows:
            dose.undefined = True
            return
        sure = not isinstance(level, list) or "when" not in rows[-1] or self.holds(rows[-1]["when"], dose) is True
        outcomes, dose.open = [], len(rows) > 1
        tolerance = rows[0].get("tolerance", table.get("tolerance"))
        dose.tolerance = None if tolerance is None or dose.open else read(tolerance)
        unclear = False
        for row in rows:
            told = len(dose.ends)
            quantity, amount, bounded = self._row(dose, {"cap": table.get("cap"), "floor": table.get("floor")} | row)
            outcomes.append((quantity, amount, bounded))
            dose.ends += [] if amount is None else [(amount, amount)]
            unclear = unclear or len(dose.ends) == told
        dose.ends = [] if unclear else dose.ends
        amounts = {amount for _, amount, _ in outcomes}
        if len(amounts) == 1 and sure:
            dose.planned = outcomes[0][1]
        if len({quantity and quantity[:2] for quantity, _, _ in outcomes}) == 1:
            dose.level = outcomes[0][0]
        if dose.planned is not None and len({bounded for _, _, bounded in outcomes}) == 1:
            dose.bounded = outcomes[0][2]

    def _possible(self, dose: SecondDose, level: list[Table]) -> list[Table]:
        """The rows that may hold: up to the first that surely does."""
        found = []
        for row in level:
            known("row", row, "a row of levels")
            truth = self.holds(row["when"], dose) if "when" in row else True
            if truth is not False:
                found.append(row)
            if truth is True:
                break
        return found

    def _row(self, dose: SecondDose, row: Table) -> tuple[Worth | None, Fraction | None, str | None]:
        """One row: its level, its amount, and whether a bound of the source changed that."""
        quantity, amount, bounded = self._amount(dose, row["level"])
        cap, floor = (self._by_size(dose, read(row[key])) if row.get(key) else None for key in ("cap", "floor"))
        dose.caps.append(cap)
        if amount is None or quantity is None:
            return quantity, None, None
        if (amount and row.get("cap") and cap is None) or (row.get("floor") and floor is None):
            return quantity, None, None
        if floor is not None and amount < floor:
            amount, bounded = floor, "floor"
        if cap is not None and amount > cap:
            amount, bounded = cap, "cap"
        return quantity, amount, bounded

    def _amount(self, dose: SecondDose, level: Any) -> tuple[Worth | None, Fraction | None, str | None]:
        """A level with its amount, before the bounds of the source."""
        if isinstance(level, str):
            quantity = read(level)
            if quantity.dimension == "absorbed dose":
                dose.scaled = dose.to_target = True
                return quantity, *self._to_target(dose, quantity.worth)
            return quantity, self._by_size(dose, quantity), None
        known("level", level, "a level")
        if "product" in level:
            return *self._product(dose, level), None
        if "least" in level:
            return *self._least(dose, level["least"]), None
        dose.ranges.append(level)
        chosen = self.chosen(dose)
        if chosen is None:
            self._range(dose, level)
            return None, None, None
        if "organ" in level:
            dose.scaled = True
            return chosen, *self._to_organ(dose, str(level["organ"]), chosen.worth)
        return chosen, self._by_size(dose, chosen), None

    def chosen(self, dose: SecondDose) -> Worth | None:
        """The level that was chosen for a dose; one for all doses is for those of its kind, where there are any."""
        levels = self.stated.levels
        if dose.number in levels or None not in levels:
            return levels.get(dose.number)
        kind = levels[None].dimension
        mine = kind in _kinds(dose.slot.table["level"])
        others = any(kind in _kinds(each.slot.table["level"]) for each in self.doses)
        return levels[None] if mine or not others else None

    def _range(self, dose: SecondDose, level: Table) -> None:
        """The ends of a range from which nothing was chosen."""
        for each in level.get("choose", [level]):
            ends = [read(end) for end in ((each, each) if isinstance(each, str) else (each["min"], each["max"]))]
            if ends[0].dimension != "absorbed dose":
                self._alternative(dose, *(self._by_size(dose, end) for end in ends))

    def _alternative(self, dose: SecondDose, least: Fraction | None, most: Fraction | None) -> None:
        """One of the ranges that an open level may mean."""
        if least is None or most is None:
            dose.unsure = True
        else:
            dose.ends.append((least, most))

    def is_reduced_amount(self, dose: SecondDose, within: Fraction) -> bool:
        """Whether what was given is the amount of a step of the ladder."""
        for reduction in self.arm.table.get("reductions", []):
            trial = SecondDose(dose.slot, dose.when, weight=dose.weight, bsa=dose.bsa)
            self._by_level(trial, dose.slot.table | {"level": reduction["level"]})
            if (
                trial.planned is not None
                and dose.given is not None
                and abs(dose.given - trial.planned) <= within * trial.planned
            ):
                return True
        return False

    def _by_size(self, dose: SecondDose, level: Worth) -> Fraction | None:
        of, _, per = level.dimension.partition("/")
        if of not in ("activity", "mass"):
            return None
        size = {"": Fraction(1), "weight": dose.weight, "bsa": dose.bsa}.get(per)
        return None if size is None else level.worth * size

    def _product(self, dose: SecondDose, level: Table) -> tuple[Worth | None, Fraction | None]:
        """Factors multiplied, over others; the first quantity is the level."""
        chosen = self.chosen(dose)
        if chosen is None and (ends := next((each for each in level["product"] if "min" in each), None)) is not None:
            least, most = (self._with(dose, level, read(ends[key])) for key in ("min", "max"))
            dose.ranges.append(ends)
            self._alternative(dose, least, most)
            return None, None
        return self._multiplied(dose, level)

    def _least(self, dose: SecondDose, limits: list[Table]) -> tuple[Worth | None, Fraction | None]:
        """The least of the limits that hold; nothing while one is not known, or may hold and allows less."""
        found: list[tuple[Fraction, int, Worth]] = []
        perhaps: list[Fraction] = []
        for place, limit in enumerate(limits):
            known("limit", limit, "a limit")
            holds = self.holds(limit["when"], dose) if "when" in limit else True
            if holds is False:
                continue
            head, allowed, _ = self._amount(dose, limit["level"])
            if allowed is None or head is None:
                return None, None
            if holds:
                found.append((allowed, place, head))
            else:
                perhaps.append(allowed)
        allowed, _, head = min(found)
        return (None, None) if any(each < allowed for each in perhaps) else (head, allowed)

    def _with(self, dose: SecondDose, level: Table, end: Worth) -> Fraction | None:
        """The amount of a product with an end of its range in place of what would be chosen."""
        listed = [f"{end.number} {end.unit}" if "min" in each else each for each in level["product"]]
        return self._multiplied(dose, {**level, "product": listed})[1]

    def _multiplied(self, dose: SecondDose, level: Table) -> tuple[Worth | None, Fraction | None]:
        head: Worth | None = None
        worth = Fraction(1)
        missing = False
        for over, factor in [(False, each) for each in level["product"]] + [
            (True, each) for each in level.get("over", [])
        ]:
            value = self._factor(dose, factor)
            if isinstance(value, Worth) and head is None:
                head = value
            if value is None and "table" in factor:
                return None, None
            plain = value.worth if isinstance(value, Worth) else value
            missing = missing or plain is None or (over and plain == 0)
            if not missing and plain is not None:
                worth = worth / plain if over else worth * plain
        return head, None if missing else worth

    def _factor(self, dose: SecondDose, factor: Any) -> Worth | Fraction | None:
        if isinstance(factor, str):
            return read(factor)
        if "min" in factor:
            dose.ranges.append(factor)
            return self.chosen(dose)
        if "observable" in factor:
            return self.observed(factor["observable"], dose)
        if "table" in factor:
            return self._step(dose, known("table", self.arm.file["tables"][factor["table"]], "a table"))
        if "sum" in factor:
            return self._sum(dose, known("sum", factor, "a sum"))
        raise Beyond(f"a factor: {', '.join(factor)}")

    def _sum(self, dose: SecondDose, factor: Table) -> Fraction | None:
        """Terms added, less others; as numbers of a unit where the file names one. Below zero there is none."""
        total = Fraction(0)
        unit = quantity(Fraction(1), factor["in"]) if "in" in factor else None
        for sign, listed in ((1, factor["sum"]), (-1, factor.get("less", []))):
            for term in listed:
                value = self._factor(dose, term)
                if value is None:
                    return None
                plain = value.worth if isinstance(value, Worth) else value
                of = value.dimension if isinstance(value, Worth) else self._dimension(str(term["observable"]))
                total += sign * (plain / unit.worth if unit is not None and of == unit.dimension else plain)
        return total if total >= 0 else None

    def _dimension(self, name: str) -> str:
        """The dimension of an observable that stands in a sum of numbers."""
        own = self.arm.file.get("observables", {}).get(name, {}).get("unit")
        if own is not None:
            return quantity(Fraction(1), own).dimension
        if name not in SIZES:
            raise Beyond(f"a sum with {name}")
        return SIZES[name]

    def observed(self, name: str, dose: SecondDose) -> Fraction | None:
        """A number that was stated or follows."""
        value = observables.value(self, name, dose)
        return value[0] if isinstance(value, tuple) and value[0] == value[1] else None

    def holds(self, condition: Table, dose: SecondDose | None) -> Truth:
        """Whether a condition holds at a dose, or in the course."""
        return observables.truth(self, condition, dose)

    def _step(self, dose: SecondDose, table: Table) -> Fraction | None:
        """The last step of a table at or below the size; below the first none."""
        by = observables.value(self, str(table["by"]), dose)
        if not isinstance(by, tuple) or None in by:
            return None
        unit = BARE.get(str(table["by"]), "")
        steps = [tuple(part.strip() for part in step.split(":")) for step in table["steps"]]
        first, last = ([value for limit, value in steps if read(limit, unit).worth <= (end or 0)] for end in by)
        dose.undefined = dose.undefined or not last
        return Fraction(first[-1]) if first and first == last else None

    # -- targets --

    def before(self, dose: SecondDose) -> list[SecondDose]:
        return [each for each in self.doses[: dose.number - 1] if each.agent == dose.agent]

    def _to_target(self, dose: SecondDose, target: Fraction) -> tuple[Fraction | None, str | None]:
        """What is left to an absorbed dose, in proportion to what the earlier administrations gave."""
        amounts = [each.amount for each in self.before(dose)]
        doses = [self.whole_body(each) for each in self.before(dose)]
        if None in doses:
            return None, None
        amount, reached = (sum((each for each in some if each is not None), Fraction(0)) for some in (amounts, doses))
        if reached >= target:
            return Fraction(0), "floor"
        return (amount * (target - reached) / reached, None) if reached and None not in amounts else (None, None)

    def whole_body(self, dose: SecondDose) -> Fraction | None:
        """The whole-body dose from one administration; one of nothing gives nothing."""
        if dose.number in self.stated.numbered("retention"):
            raise Beyond("--retention: readings are not fitted here")
        return Fraction(0) if dose.amount == 0 else self.stated.measured.get(dose.number)

    def _to_organ(self, dose: SecondDose, organ: str, target: Fraction) -> tuple[Fraction | None, str | None]:
        """What brings an organ to an absorbed dose, less what was given before."""
        per_activity = self.observed(f"organ_dose.{organ}", dose)
        earlier = [each.amount for each in self.before(dose)]
        if not per_activity or None in earlier:
            return None, None
        left = target / per_activity - sum((each for each in earlier if each is not None), Fraction(0))
        return (Fraction(0), "floor") if left <= 0 else (left, None)

    # -- organs that the source spares --

    def _spare_organs(self) -> None:
        """Where an organ would get more than its limit, all doses still to come are reduced alike."""
        factor = Fraction(1)
        radioactive = [each for each in self.doses if self.arm.radioactive(each.agent)]
        for limit in (each for each in self.arm.table.get("organ_limits", []) if "limit" in each):
            per_activity = self.observed(f"organ_dose.{limit['organ']}", self.doses[0])
            left = [each.planned for each in radioactive if each.given is None]
            if not per_activity or None in left:
                continue
            gone = sum((each.given for each in radioactive if each.given is not None), Fraction(0))
            planned = sum((each for each in left if each is not None), Fraction(0))
            if planned and (gone + planned) * per_activity > read(limit["limit"]).worth:
                room = max(read(limit["limit"]).worth / per_activity - gone, Fraction(0))
                factor = min(factor, room / planned)
        if factor < 1:
            for each in radioactive:
                if each.given is None and each.planned is not None:
                    each.planned, each.bounded = each.planned * factor, "cap"

    # -- sums --

    def priors(self, agent: str) -> list[Earlier] | None:
        """What was said of therapy before with an agent; None where nothing was."""
        priors = self.stated.priors
        kind = "activity" if self.arm.radioactive(agent) else "mass"
        of = [
            each
            for each in priors or []
            if each.agent == agent or (each.agent is None and each.amount.dimension.startswith(kind))
        ]
        return of if of or priors == [] else None

    def given_before(self, agent: str, name: str) -> Span:
        """What was given before the course; where nothing was said, or only in part, known from below."""
        priors = self.priors(agent)
        return AT_LEAST_NOTHING if priors is None else added(self._prior(each, name) for each in priors)

    def _prior(self, prior: Earlier, name: str) -> Span:
        _, _, per = prior.amount.dimension.partition("/")
        worth, weight = prior.amount.worth, prior.weight
        if weight is None and prior.day is not None:  # as it was stated of that time
            weight = self.stated.weighed(prior.day)
        if per == ("" if name == "amount" else name.removeprefix("per_")):
            return exactly(worth)
        if per == "" and name == "per_weight":
            if weight:
                return exactly(worth / weight)
            now = self.stated.throughout("weight")  # a child weighed less then
            return (worth / now, None) if now else AT_LEAST_NOTHING
        if per == "weight" and name == "amount" and weight:
            return exactly(worth * weight)
        return AT_LEAST_NOTHING

    def cumulative(self, dose: SecondDose, name: str) -> Span:
        before, key = self.before(dose), (dose.number, name)
        if not self.finished:
            return added(each.part(name) for each in [*before, dose])
        if key not in self._sums:
            earlier = [self.cumulative(before[-1], name)] if before else []
            self._sums[key] = added([*earlier, dose.part(name)])
        return self._sums[key]

    def lifetime(self, dose: SecondDose, name: str) -> Span:
        return added([self.cumulative(dose, name), self.given_before(dose.agent, name)])

    def total(self, agent: str, name: str, *, optional: bool) -> Span:
        return added(
            each.part(name) for each in self.doses if each.agent == agent and (optional or not each.slot.optional)
        )


def _kinds(level: Any) -> set[str]:
    """The kinds of level that may be chosen in a table of levels: an activity, one per weight, an absorbed dose."""
    if isinstance(level, list):
        return {kind for each in level for kind in _kinds(each)}
    if not isinstance(level, dict):
        return set()
    inner = [level[key] for key in ("level", "product", "choose") if key in level]
    ends = [read(level["min"]).dimension] if "min" in level else []
    chosen = [read(each).dimension for each in level.get("choose", []) if isinstance(each, str)]
    return {*ends, *chosen, *(kind for each in inner for kind in _kinds(each))}


def shown(span: Span, *, lower: bool) -> Fraction | None:
    """A figure as documents have it: exact, or the least of a sum with an unknown part, unless that is nothing."""
    low, high = span
    return low if low == high else (low or None) if lower else None
