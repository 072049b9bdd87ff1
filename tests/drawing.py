"""Statements for an arm, drawn from the tables of arms, observables and units, for tests that want anything at all."""

from __future__ import annotations

import contextlib
import io
import json
import random
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from dosecalc.cli import run
from dosecalc.course.calculator import CompiledArm
from dosecalc.course.levels import Row, Steps
from dosecalc.course.observables import BY_CYCLE, Observable
from dosecalc.findings.account import FROM
from dosecalc.library.load import find_arm
from dosecalc.quantities import units
from dosecalc.quantities.units import Measure

SIZES = ("weight", "height", "bsa")
BY_OPTION = (*SIZES, "age", "sex")
AMOUNTS = {True: "MBq", False: "mg"}


class Said(NamedTuple):
    """One statement: the option and its text, and how the account of a plan names it and its value."""

    option: str
    text: str
    what: str
    value: str
    index: int | None = None

    @property
    def args(self) -> tuple[str, str]:
        return f"--{self.option}", self.text


class Reply(NamedTuple):
    """The reply to a command: its exit status, its JSON where it made one, and its message where not."""

    status: int
    document: Any
    message: str


def answered(command: str, arm: str, said: list[Said]) -> Reply:
    """A command run in this process."""
    args = [command, "--protocol", arm, *(arg for each in said for arg in each.args), "--json"]
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = run(args)
    return Reply(status, json.loads(out.getvalue()) if status < 2 else None, err.getvalue().strip())


class Kit:
    """What may be stated for one arm."""

    def __init__(self, arm_id: str) -> None:
        self.id = arm_id
        self.file, self.arm = find_arm(arm_id)
        self.compiled: CompiledArm = self.file.compiled(self.arm)
        self.slots, _ = self.compiled.course(None, None)
        self.rows = [row for _, rows in self.compiled.levels() for row in rows]
        self.leaves = list(self._leaves())
        self.reads = [row for row in self.file.table.values() if row.name in self._names() and not row.computed]
        self.others = [row for row in self.file.table.values() if not row.computed]

    def _leaves(self) -> Iterator[Any]:
        conditions = [each for row in self.rows for each in row.conditions] + [
            when for _, when in self.compiled.conflicts
        ]
        for rule in (*self.compiled.rules, *self.compiled.own_rules):
            conditions += [rule.when, rule.require]
        for condition in conditions:
            yield from condition.leaves if condition is not None else ()

    def _names(self) -> set[str]:
        names = {leaf.observable.name for leaf in self.leaves} | {"weight", "bsa", "age", "sex"}
        names |= {f"organ_dose.{limit.source.organ}" for limit in (*self.compiled.spared, *self.compiled.effective)}
        for row in self.rows:
            names |= {row.organ.name} if row.organ is not None else set()
            names |= {each.name for each in factors(row)}
        return names | {source for name in names for source in FROM.get(name, ())}

    # -- values --

    def ends(self, row: Observable) -> list[str]:
        """The values of an observable at zero and at the ends of its range, or each of its alternatives."""
        if row.kind == "boolean":
            return ["true", "false"]
        if row.kind == "choice":
            return list(row.choices)
        low, high = row.low or Fraction(0), Fraction(5) if row.high is None else row.high
        if row.name in SIZES:  # a size of zero is refused whatever else is stated
            return [_text(row, value) for value in (low, high)]
        return [_text(row, value) for value in dict.fromkeys((Fraction(0), low, high))]

    def limits(self, row: Observable) -> list[str]:
        """The values with which rules compare an observable."""
        limits = (leaf.limit for leaf in self.leaves if leaf.observable.name == row.name)
        return [_spelled(limit) for limit in limits if isinstance(limit, (Measure, int)) and row.kind != "boolean"]

    def usual(self, row: Observable) -> str:
        """A value that is no end of a range: a limit of the arm, or one in the middle."""
        limits = self.limits(row)
        if limits or row.kind in ("boolean", "choice"):
            return limits[0] if limits else self.ends(row)[-1]
        usual = {"weight": 20, "height": 110, "bsa": Fraction("0.8"), "age": 6}
        return _text(row, Fraction(usual.get(row.name) or (row.high or 10) / 5))

    def drawn(self, row: Observable, rng: random.Random) -> str:
        """Any value: an end, a limit of the arm, or one in the range, in any unit of its dimension."""
        if row.kind in ("boolean", "choice") or rng.random() < 0.3:
            return rng.choice(self.ends(row))
        if (limits := self.limits(row)) and rng.random() < 0.4:
            return rng.choice(limits)
        low, high = float(row.low or 0), float(100 if row.high is None else row.high)
        value = Fraction(f"{low + (high - low) * rng.random() ** 3:.4g}")
        whole = row.kind == "count" or row.name == "age_completed"
        return _text(row, Fraction(int(value)), None) if whole else _text(row, value, rng)

    # -- statements --

    def observed(self, row: Observable, value: str, index: int | None = None) -> Said:
        """An observable with a value, by its own option where it has one."""
        if row.name in BY_OPTION:
            return Said(row.name, value, row.name, value)
        name = row.name if index is None else f"{row.name}[{index}]"
        return Said("set", f"{name}={value}", row.name, value, index)

    def options(self, row: Row) -> list[str]:
        """The ends of what may be chosen in a row of levels."""
        return [end.text for ends in row.options for end in dict.fromkeys(ends)]

    def chosen(self, rng: random.Random) -> list[Said]:
        """A level for every dose that has to have one chosen."""
        said = []
        for slot in self.slots:
            rows = [row for row in self.compiled.levels_of(slot).rows if row.open]
            if rows:
                level = rng.choice(self.options(rng.choice(rows)))
                said.append(Said("level", f"{slot.number}={level}", "level", level, slot.number))
        return said

    def given(self, number: int, value: str) -> Said:
        return Said("given", f"{number}={value}", "given", value.partition("@")[0], number)

    def measured(self, number: int, value: str) -> Said:
        return Said("measured", f"{number}={value}", "measured", value, number)

    @property
    def targets(self) -> bool:
        """Whether a dose of it is scaled from a measured one."""
        return any(row.target for row in self.rows)


@lru_cache(maxsize=256)
def kit(arm_id: str) -> Kit:
    return Kit(arm_id)


def factors(row: Row) -> list[Observable]:
    """The observables that a product of levels is made of."""
    of = (each.of.by if isinstance(each.of, Steps) else each.of for each in row.every_factor)
    return [each for each in of if isinstance(each, Observable)]


def _spelled(limit: Measure | int) -> str:
    return limit.text if isinstance(limit, Measure) else str(limit)


def _text(row: Observable, value: Fraction, rng: random.Random | None = None) -> str:
    """A value in the observable's own unit, or in any other of its dimension."""
    if row.kind == "count":
        return str(int(value))
    symbols = [each.symbol for rows in units.UNITS.values() for each in rows if each.dimension == row.dimension]
    symbol = row.unit if rng is None else rng.choice([row.unit, *symbols])
    shown = value * row.factor / units.unit(symbol, row.dimension).factor
    return f"{units.decimal(shown, 12)} {symbol}".replace(",", "")


# -- any statements at all ------------------------------------------------------------------------------------------


def draw(arm: Kit, rng: random.Random) -> list[Said]:
    """A plan's statements: mostly what the arm reads, sometimes what it does not; each of a kind at most once."""
    said = arm.chosen(rng) if rng.random() < 0.95 else []
    said += [arm.observed(row, arm.usual(row)) for row in arm.reads if row.name in BY_OPTION and rng.random() < 0.8]
    if rng.random() < 0.2:
        said = [each for each in said if each.option != "level"]
        said += arm.chosen(rng)[:1]
    for row in rng.sample(arm.reads, min(len(arm.reads), rng.randrange(6))):
        said.append(_observation(arm, row, rng))
    if rng.random() < 0.3:
        said.append(_observation(arm, rng.choice(arm.others), rng))
    for extra in (_given, _measured, _prior, _dates, _cycles, _reduction, _toxicity):
        said += extra(arm, rng)
    rng.shuffle(said)
    return _possible({(each.what, each.text if each.what == "toxicity" else each.index): each for each in said})


def _possible(said: dict[tuple[str, int | str | None], Said]) -> list[Said]:
    """Statements without those that would contradict another, for most plans are to be made and not refused."""
    if ("age_completed", None) in said:
        said.pop(("age", None), None)
    if any("@" in each.text for each in said.values() if each.what == "given"):
        said.pop(("start", None), None)
    return list(said.values())


def _observation(arm: Kit, row: Observable, rng: random.Random) -> Said:
    index = None
    if rng.random() < 0.3 and (row.momentary or row.name in BY_CYCLE):
        index = rng.randint(1, len(arm.slots) if row.momentary else arm.slots[-1].cycle)
    return arm.observed(row, arm.drawn(row, rng), index)


def _amount(rng: random.Random, *, radioactive: bool) -> str:
    """An amount of any size, now and then nothing."""
    value = 0 if rng.random() < 0.1 else float(f"{10 ** rng.uniform(-1, 5):.4g}")
    return f"{value:g} {rng.choice(('MBq', 'mCi', 'GBq')) if radioactive else 'mg'}".replace("e+", "e")


def _given(arm: Kit, rng: random.Random) -> Iterator[Said]:
    if rng.random() < 0.4:
        date = rng.random() < 0.5
        for slot in arm.slots[: rng.randint(1, min(3, len(arm.slots)))]:
            amount = _amount(rng, radioactive=arm.compiled.levels_of(slot).radioactive)
            day = f"@2026-{2 * slot.number + 1:02d}-{rng.randint(1, 28):02d}" if date and slot.number < 6 else ""
            yield arm.given(slot.number, f"{amount}{day}")


def _measured(arm: Kit, rng: random.Random) -> Iterator[Said]:
    if rng.random() < (0.8 if arm.targets else 0.02):
        value = rng.choice(("0 Gy", "0.001 Gy", "1.9 Gy", "4 Gy", "190 cGy", "0.5 mGy", "20 Gy", "1e-9 Gy"))
        yield arm.measured(1, value)


def _prior(arm: Kit, rng: random.Random) -> Iterator[Said]:
    if rng.random() < 0.3:
        texts = ["none"]
        if rng.random() < 0.7:
            unit = "mCi/kg" if arm.compiled.levels_of(arm.slots[0]).radioactive else "mg"
            date, weight = rng.choice(("", "@2024-05-01")), rng.choice(("", ",18 kg", ",0.5 kg"))
            texts = [f"{rng.choice((0, 1, 12, 48, 500))} {unit}{date}{weight}"]
        for text in texts:
            yield Said("prior", text, "prior", text)


def _dates(arm: Kit, rng: random.Random) -> Iterator[Said]:
    del arm
    if rng.random() < 0.4:
        start = rng.choice(("2026-01-01", "2026-02-28", "2012-06-01", "1999-12-31"))
        yield Said("start", start, "start", start)


def _cycles(arm: Kit, rng: random.Random) -> Iterator[Said]:
    if rng.random() < 0.15:
        most = str(rng.randint(1, arm.slots[-1].cycle + 2))
        yield Said("cycles", most, "cycles", most)
    if rng.random() < 0.05:
        length = f"{rng.choice((1, 21, 28, 56, 3650))} day"
        yield Said("cycle-length", length, "cycle-length", length)
    if rng.random() < 0.1:
        formula = rng.choice(("du-bois", "schlich", "boyd", "haycock"))
        yield Said("bsa-formula", formula, "bsa-formula", formula)


def _reduction(arm: Kit, rng: random.Random) -> Iterator[Said]:
    if rng.random() < (0.3 if arm.arm.reductions else 0.01):
        number, step = rng.randint(1, len(arm.slots)), rng.randint(0, 3)
        yield Said("reduction", f"{number}={step}", "reduction", str(step), number)


_SAID_OF = (
    *("grade 1", "grade 2", "grade 3", "grade 4", "grade 2, recovered to grade 1", "grade 3, recovered to grade 2"),
    *("grade 3, not recovered", "grade 2; recovered to baseline", "GRADE 3, recovered to grade 0"),
)
_VALUES = (
    *("platelets 42 10^9/L", "plt 80 10^9/L", "platelets 30000/uL (LLN 150 10^9/L), recovered to 90 10^9/L"),
    *(
        "hb 7.9 g/dL",
        "anc 0.9 10^9/L, recovered to 1.6 10^9/L",
        "neutrophils 400/uL",
        "alt 5 xULN",
        "bilirubin 3.1 xULN",
    ),
)


def _toxicity(arm: Kit, rng: random.Random) -> Iterator[Said]:
    ladders = [each for each in arm.file.protocol.toxicities if each.holds_for(arm.id)]
    if rng.random() > (0.6 if ladders else 0.02):
        return
    names = [name for each in ladders for name in (each.title, *each.also)] + ["hair loss"]
    some = rng.sample(names, min(len(names), 2))
    for cycle in sorted({rng.randint(1, arm.slots[-1].cycle) for _ in range(rng.randint(1, 4))}):
        told = [f"{name} {rng.choice(_SAID_OF)}" for name in some[: rng.randint(1, 2)]]
        told = [rng.choice(_VALUES)] if rng.random() < 0.3 else ["none"] if rng.random() < 0.2 else told
        for each in told:
            yield Said("toxicity", f"{cycle}={each}", "toxicity", f"{cycle}={each}")


def unaccounted(said: list[Said], document: Any) -> list[Said]:
    """The statements that the account of a plan does not have."""
    account = {(each["what"], each["text"], each["dose"]) for each in document["stated"]}
    return [each for each in said if (each.what, each.value, each.index) not in account]
