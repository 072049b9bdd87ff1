"""Statements that are seldom made and that nobody should trip over: sizes by date and dose, doses given out of turn."""

from __future__ import annotations

import random
from datetime import date, timedelta

from drawing import Kit, draw

from dosecalc.quantities.options import PLAN

NAMES = {option.name for option in PLAN}
PRIORS = (
    *("10 mCi@2024-02-29", "10 mCi@2025-12-15", "10 mCi/kg", "12 mCi/kg@2025-06-01,18 kg", "961 mCi@2024-01-01"),
    *("none", "5 GBq"),
)
AMOUNTS = ("30 mCi", "1184 MBq", "7.4 GBq", "0.8 mg", "200 mCi", "7 GBq")
FACTS = (
    *("karnofsky=80", "lansky=40", "prior_count=0", "prior_count=2", "prior_interval=100 day", "menopause=true"),
    *("stem_cells_stored=false", "age_completed=1", "age_completed=12", "remission[2]=true", "remission[1]=false"),
)


def inputs(kit: Kit, rng: random.Random) -> dict[str, list[str]]:
    """Ordinary statements for an arm, and up to four odd ones: the table of options of a plan."""
    table: dict[str, list[str]] = {"protocol": [kit.id]}
    for said in draw(kit, rng):
        for option, text in zip(said.args[::2], said.args[1::2], strict=True):
            table.setdefault(option.removeprefix("--"), []).append(text)
    for _ in range(rng.randint(0, 4)):
        rng.choice(ODD)(kit, rng, table)
    return {option: texts for option, texts in table.items() if option in NAMES}


def _day(rng: random.Random) -> str:
    return f"2026-{rng.randint(1, 9):02d}-{rng.randint(1, 28):02d}"


def _weight_by_date(_kit, rng, table):
    table["weight"] = [f"{rng.choice([18, 20, 22.5, 70])} kg@{_day(rng)}" for _ in range(rng.randint(1, 3))]


def _surface_by_date(_kit, rng, table):
    table["bsa"] = [f"{rng.choice(['0.8', '1.6'])} m^2@{_day(rng)}" for _ in range(rng.randint(1, 2))]


def _surface_by_dose(kit, rng, table):
    table["bsa"] = [rng.choice(["0.8", "1.6"]), f"{rng.randint(1, len(kit.slots))}={rng.choice(['0.85', '1.7'])}"]


def _prior(_kit, rng, table):
    table["prior"] = [rng.choice(PRIORS) for _ in range(rng.randint(1, 2))]


def _given(kit, rng, table):
    numbers = sorted(rng.sample(range(1, len(kit.slots) + 1), rng.randint(1, min(len(kit.slots), 3))))
    day, texts = date(2026, 1, 5), []
    for number in numbers:
        day += timedelta(rng.choice([1, 7, 14, 15, 28, 43, 56, 60]))
        texts.append(f"{number}={rng.choice(AMOUNTS)}{f'@{day}' if rng.random() < 0.7 else ''}")
    table["given"] = texts


def _start(_kit, rng, table):
    table["start"] = [rng.choice(["2026-01-05", "2015-01-01", "2026-02-28"])]


def _no_start(_kit, _rng, table):
    table.pop("start", None)


def _cycles(_kit, rng, table):
    table["cycles"] = [str(rng.randint(1, 8))]


def _cycle_length(_kit, rng, table):
    table["cycle-length"] = [rng.choice(["28 day", "56 day", "60 day", "7 week"])]


def _reduction(kit, rng, table):
    table["reduction"] = [f"{rng.randint(1, len(kit.slots))}={rng.randint(0, 2)}" for _ in range(rng.randint(1, 2))]


def _level(kit, rng, table):
    rows = [row for slot in kit.slots for row in kit.compiled.levels_of(slot).rows if row.open]
    if levels := [level for row in rows for level in kit.options(row)]:
        level = rng.choice(levels)
        table["level"] = [level if rng.random() < 0.5 else f"{rng.randint(1, len(kit.slots))}={level}"]


def _measured(kit, rng, table):
    table["measured"] = [f"{rng.randint(1, len(kit.slots))}={rng.choice(['1.3', '0', '2.1', '3.9'])} Gy"]


def _fact(_kit, rng, table):
    fact = rng.choice(FACTS)
    if fact.startswith("age"):
        table.pop("age", None)
    table.setdefault("set", []).append(fact)


ODD = (
    *(_weight_by_date, _surface_by_date, _surface_by_dose, _prior, _given, _given, _start, _no_start, _cycles),
    *(_cycle_length, _reduction, _level, _measured, _fact),
)
