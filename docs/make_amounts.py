"""Write seeds/largest-amounts.csv from the shipped protocols, or with --check say whether it is current.

The amounts are those at 120 kg and 2.4 m², each at the highest level that its arm gives, within its cap and floor.
Where a file's own observables make an amount, they lie at the ends of what the file believes and its rules allow.
An amount that is divided by what may be zero has no largest, nor has one that is scaled from a measured dose without
a cap.
Run it in a checkout: python docs/make_amounts.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from dosecalc.course import levels
from dosecalc.course.calculator import CompiledArm
from dosecalc.course.levels import Level, Row, Steps
from dosecalc.course.observables import Observable
from dosecalc.course.state import CourseState, Inputs, Moment
from dosecalc.files import folders
from dosecalc.library.load import load_file
from dosecalc.quantities import units
from dosecalc.quantities.numbers import EXACT, Unknown, Value
from dosecalc.quantities.units import Measure
from dosecalc.reference.amounts import SURFACE, TABLE, WEIGHT, Largest, compounds_of

PATH = Path(folders.shipped("seeds")) / TABLE
HEAD = "radionuclide,compound,largest,unit,arm"


def largest_in(arm: CompiledArm) -> Iterator[Largest]:
    """The largest amount of each dose of an arm."""
    for listed, dose in ((slot.dose, arm.levels_of(slot)) for slot in arm.course(None, None)[0]):
        agent = arm.protocol.agents[listed.agent]
        for row in dose.rows:
            for amount in _of_row(arm, row):
                compounds = compounds_of(agent.name, listed.agent)
                if not compounds:
                    sys.exit(f"{arm.arm.id}: no name of {agent.name} is in seeds/agents.csv; add one")
                yield Largest(agent.radionuclide or "", compounds, Fraction(amount), arm.arm.id)


def _of_row(arm: CompiledArm, row: Row) -> Iterator[Fraction]:
    """The largest amounts of a row's alternatives, as far as there is a largest."""
    moment = _largest_body(arm, row)
    cap, floor = (_sized(bound, moment) for bound in (row.cap, row.floor))
    for _, high in row.options:
        amount: Value = Unknown()
        if not (row.target or row.organ is not None):
            amount = levels.amount(row, EXACT, Level(high.dimension, high.value), moment)
        known = [Fraction(each) for each in (amount, cap) if not isinstance(each, Unknown)]
        if known:
            yield max(min(known), Fraction(0) if isinstance(floor, Unknown) else Fraction(floor))


def _sized(bound: Measure | None, moment: Moment) -> Value:
    return Unknown() if bound is None else levels.sized(Level(bound.dimension, bound.value), moment)


def _largest_body(arm: CompiledArm, row: Row) -> Moment:
    """A patient of the largest size, with whatever makes the amount of a row as large as it can be."""
    stated: dict[str, Value] = {"weight": WEIGHT, "bsa": SURFACE}
    for factor in row.factors:
        of = factor.of.by if isinstance(factor.of, Steps) else factor.of
        if isinstance(of, Observable) and of.name not in stated:
            low, high = _ends(arm, of)
            end = high if factor.power > 0 else low
            stated |= {} if end is None else {of.name: end}
    return Moment(CourseState(EXACT, Inputs(stated=stated), arm.table), 1, 1)


def _ends(arm: CompiledArm, of: Observable) -> tuple[Fraction | None, Fraction | None]:
    """The least and the most of an observable by its own range and by the rules of an arm, in its canonical unit."""
    low, high = (None if end is None else end * of.factor for end in (of.low, of.high))
    for rule in arm.rules:
        if rule.when is None and rule.rule.severity == "violation" and rule.rule.require.observable == of.name:
            for leaf in rule.require.leaves:
                assert isinstance(leaf.limit, Measure)
                if leaf.comparison in ("above", "at_least"):
                    low = leaf.limit.value
                else:
                    high = leaf.limit.value
    return low, high


def rows() -> list[Largest]:
    """The largest amount of each agent, names that may mean one agent being one."""
    found: list[Largest] = []
    for path in folders.protocol_files():
        file = load_file(path)
        for arm in file.protocol.arms:
            for each in largest_in(file.compiled(arm)):
                found = _with(found, each)
    return sorted(found, key=lambda row: (row.radionuclide, sorted(row.compounds)))


def _with(found: list[Largest], new: Largest) -> list[Largest]:
    """The rows with one more; those that are of its agent become one."""
    alike = [row for row in found if row.radionuclide == new.radionuclide and row.compounds & new.compounds]
    most = max([*alike, new], key=lambda row: row.amount)
    compounds = frozenset().union(*(row.compounds for row in (*alike, new)))
    return [*(row for row in found if row not in alike), most._replace(compounds=compounds)]


def table() -> str:
    """The table as text."""
    lines = (
        f"{row.radionuclide},{'|'.join(sorted(row.compounds))},{units.decimal(row.amount, 12).replace(',', '')},"
        f"{'MBq' if row.radionuclide else 'mg'},{row.arm}"
        for row in rows()
    )
    return "\n".join((HEAD, *lines)) + "\n"


def main(args: list[str]) -> int:
    """Write the table, or with --check say whether it is current."""
    made = table()
    if "--check" not in args:
        PATH.write_text(made, encoding="utf-8")
        return 0
    if PATH.is_file() and PATH.read_text(encoding="utf-8") == made:
        return 0
    sys.stderr.write(f"seeds/{TABLE} is not current: run python docs/make_amounts.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
