"""An ordinary patient for each shipped arm, made from what the arm asks, and the course that such a patient has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date as Date
from datetime import timedelta
from fractions import Fraction
from typing import Any

from drawing import Kit, kit

import dosecalc
from dosecalc.course import schedule
from dosecalc.course.observables import BY_CYCLE, Observable
from dosecalc.course.rules import Leaf
from dosecalc.quantities import units
from dosecalc.quantities.units import Measure

START = Date(2026, 1, 5)
ORDINARY = {
    "platelets": "200 10^9/L", "platelets_baseline": "200 10^9/L", "anc": "3 10^9/L", "anc_baseline": "3 10^9/L",
    "wbc": "6 10^9/L", "blasts": "0/mm^3", "hemoglobin": "12 g/dL", "creatinine": "0.6 mg/dL", "crcl": "100 mL/min",
    "egfr": "100 mL/min/1.73m^2", "bilirubin": "0.5 xULN", "alt": "0.8 xULN", "ast": "0.8 xULN", "karnofsky": "90 %",
    "lansky": "90 %", "life_expectancy": "52 week", "marrow_involvement": "5 %", "cd34_per_weight": "4e6 cell/kg",
    "infection_grade": "0", "pregnant": "false", "lactating": "false", "retention_48h": "60 %",
}  # fmt: skip
"""Values that most patients have, whatever is asked of them."""


OFF = (Fraction(98, 100), Fraction(103, 100))
"""How far the doses given lie off the planned ones, the even and the odd."""


class Person:
    """The statements that an ordinary patient of an arm makes."""

    def __init__(self, arm_id: str, **chosen: Any) -> None:
        self.arm: Kit = kit(arm_id)
        self.chosen = chosen
        self.demands = list(self._demands())
        self.observables: dict[str, str] = {}
        for row in self._asked():
            self._state(row)

    def _demands(self) -> Iterator[Leaf]:
        """What the rules require of a value, on pain of a violation or a warning."""
        for rule in (*self.arm.compiled.rules, *self.arm.compiled.own_rules):
            yield from rule.require.leaves

    def _asked(self) -> Iterator[Observable]:
        names = {row.name for row in self.arm.reads} - {"age", "age_completed", "sex", "weight", "height", "bsa"}
        yield from (
            self.arm.file.table[name] for name in sorted(names) if name not in ("prior_count", "prior_interval")
        )

    def _state(self, row: Observable) -> None:
        value = self.chosen.get("observables", {}).get(row.name, ORDINARY.get(row.name) or self._wanted(row))
        if value is None:
            return
        if row.name in BY_CYCLE:
            cycles = sorted({slot.cycle for slot in self.arm.slots})
            self.observables |= {f"{row.name}[{cycle}]": value for cycle in cycles}
        elif row.momentary:
            self.observables |= {f"{row.name}[{slot.number}]": value for slot in self.arm.slots}
        else:
            self.observables[row.name] = value

    def _wanted(self, row: Observable) -> str | None:
        """A value that meets what the rules require, well within their limits."""
        leaves = [leaf for leaf in self.demands if leaf.observable.name == row.name]
        if row.kind == "boolean":
            return next((str(leaf.limit).lower() for leaf in leaves), "false")
        if row.kind == "choice":
            return next((str(leaf.limit[0]) for leaf in leaves), row.choices[0])
        if row.name.startswith("organ_"):  # so little that no organ has to be spared
            return "20 h" if row.dimension == "time" else "0.001 Gy/mCi"
        low, high = self._ends(leaves)
        if row.ago and high is None:
            return "never"
        if row.kind == "count":
            return str(int(low or 0))
        if low is None and high is None:
            return self.arm.usual(row)
        middle = (
            (low + high) / 2 if low is not None and high is not None else low * 3 / 2 if low is not None else high / 2
        )
        return f"{units.decimal(middle / row.factor, 6)} {row.unit}".replace(",", "")

    @staticmethod
    def _ends(leaves: Iterable[Leaf]) -> tuple[Fraction | None, Fraction | None]:
        ends: dict[bool, list[Fraction]] = {True: [], False: []}
        for leaf in leaves:
            if isinstance(leaf.limit, (Measure, int)) and not isinstance(leaf.limit, bool):
                value = leaf.limit.value if isinstance(leaf.limit, Measure) else Fraction(leaf.limit)
                ends[leaf.comparison in ("at_least", "above")].append(value)
        return max(ends[True], default=None), min(ends[False], default=None)

    def stated(self) -> dict[str, Any]:
        """The keywords of :func:`dosecalc.plan`, without what was given."""
        rows = ((slot, [row for row in self.arm.compiled.levels_of(slot).rows if row.open]) for slot in self.arm.slots)
        levels = {slot.number: self.arm.options(open_[0])[0] for slot, open_ in rows if open_}
        sizes = dict(zip(("age", "weight", "height"), self._body(), strict=True))
        made = {"sex": self._sex(), "start": self.start(), "observables": self.observables, **sizes}
        made |= {"level": levels} if levels else {}
        made |= {"prior": "none"} if any(name.startswith(("lifetime", "prior")) for name in self._names()) else {}
        made |= {key: value for key, value in self.chosen.items() if key not in ("observables", "measured", "off")}
        return {key: value for key, value in made.items() if value is not None}

    def start(self) -> Date:
        """A day on which the protocol holds."""
        effective = self.arm.file.protocol.effective
        last = None if effective is None or effective.until is None else schedule.day_of(effective.until, last=True)
        return START if last is None or last > START + timedelta(days=400) else last - timedelta(days=400)

    def _names(self) -> set[str]:
        return {leaf.observable.name for leaf in self.arm.leaves}

    def _sex(self) -> str:
        return next((leaf.limit[0] for leaf in self.demands if leaf.observable.name == "sex"), "female")

    def _body(self) -> tuple[str, str, str]:
        low, _ = self._ends(leaf for leaf in self.demands if leaf.observable.name in ("age", "age_completed"))
        year = self.arm.file.table["age"].factor
        if low is not None and low >= 18 * year:
            return "60 y", "70", "168"
        if low is not None and low > 9 * year:
            return "14 y", "50", "160"
        return ("6 y", "20", "115") if low is None or low <= 6 * year else ("9 y", "28", "133")

    def course(self, until: int) -> dict[str, Any]:
        """The keywords for a course of which so many doses were given, on the days planned, a few per cent off."""
        stated, off = self.stated(), self.chosen.get("off", OFF)
        measured, given = self.chosen.get("measured", {}), dict[int, str]()
        plan = dosecalc.plan(self.arm.id, **stated)
        for number in range(1, until + 1):
            known = {each: measured[each] for each in measured if each < number}
            if known:  # the next dose is scaled from what was measured
                plan = dosecalc.plan(self.arm.id, **{**stated, "start": None}, given=given, measured=known)
            dose = plan.doses[number - 1]
            assert dose.value is not None, (self.arm.id, number, dose.pending)
            day = dose.date or self.start() + timedelta(days=21 * (number - 1))
            unit = "MBq" if dose.kind == "activity" else "mg"
            given[number] = f"{units.decimal(dose.value * off[number % 2], 5)} {unit}@{day}".replace(",", "")
        if not given:
            return stated
        known = {each: measured[each] for each in measured if each <= until}
        spoken = {slot.cycle: "none" for slot in self.arm.slots if slot.number in given}
        if any(each.holds_for(self.arm.id) for each in self.arm.file.protocol.toxicities):
            stated = {**stated, "toxicity": spoken}
        return {**stated, "start": None, "given": given, **({"measured": known} if known else {})}
