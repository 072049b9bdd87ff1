"""Gaps between levels and rows out of reach, against every value of a fine grid."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosecalc import plan
from dosecalc.course.calculator import CompiledArm
from dosecalc.course.rules import Compiler
from dosecalc.files.protocol import Condition, LevelRow, ListedDose, Protocol
from dosecalc.library import coverage
from dosecalc.library.load import load_protocol
from dosecalc.quantities.numbers import EXACT

LIMITS = st.integers(2, 8)


def row(low: int | None, high: int | None, low_in: bool, high_in: bool) -> LevelRow:
    bounds = {}
    if low is not None:
        bounds["at_least" if low_in else "above"] = f"{low} kg"
    if high is not None:
        bounds["at_most" if high_in else "below"] = f"{high} kg"
    return LevelRow(level="1 mCi", when=Condition(observable="weight", **bounds) if bounds else None)


ROWS = st.lists(
    st.builds(row, st.none() | LIMITS, st.none() | LIMITS, st.booleans(), st.booleans()), min_size=1, max_size=4
)


def compiled(rows: list[LevelRow]) -> CompiledArm:
    file = load_protocol("p32-fixed")
    arm = file.protocol.arms[0]
    cycle = arm.cycles[0]
    dose = ListedDose(agent=cycle.doses[0].agent, level=rows)
    made = arm.model_copy(update={"cycles": [cycle.model_copy(update={"doses": [dose]})]})
    protocol: Protocol = file.protocol.model_copy(update={"arms": [made]})
    return CompiledArm(protocol, made, Compiler(EXACT, {}))


def holds(r: LevelRow, value: Fraction) -> bool:
    """Written apart from the compiler: the numbers out of the text, compared by Python."""
    if r.when is None:
        return True
    tests = {"above": value.__gt__, "at_least": value.__ge__, "below": value.__lt__, "at_most": value.__le__}
    return all(tests[key](Fraction(text.split()[0])) for key, text in vars(r.when).items()
               if key in tests and text is not None)  # fmt: skip


GRID = [Fraction(n, 8) for n in range(4, 8 * 10)]


@given(ROWS)
def test_gaps_and_reach_are_those_of_a_fine_grid(rows):
    made = compiled(rows)
    ((_, levels),) = made.levels()
    first = [next((i for i, r in enumerate(rows) if holds(r, value)), None) for value in GRID]
    assert coverage.out_of_reach(levels, coverage.Budget()) == [i + 1 for i in range(len(rows)) if i not in first]
    expected = set()
    for i, here in enumerate(first):
        before = [each for each in first[:i] if each is not None]
        after = [each for each in first[i:] if each is not None]
        if here is None and before and after:
            low, high = sorted((before[-1] + 1, after[0] + 1))
            expected.add(f"row {low}/row {high}")
    assert {gap.name for gap in coverage.gaps(levels, coverage.Budget())} == expected


@pytest.mark.parametrize(
    ("arm", "option", "inside", "outside", "conflict"),
    [
        ("zevalin-relapsed", "platelets", "149500/uL", ("149 10^9/L", "150 10^9/L"), "149-to-150"),
        ("nant-cem", "egfr", "99.5 mL/min/1.73m^2", ("99 mL/min/1.73m^2", "100 mL/min/1.73m^2"), "99-to-100"),
    ],
)
def test_a_dose_in_a_named_gap_is_pending_and_the_gap_is_named(arm, option, inside, outside, conflict):
    made = plan(arm, weight=70, observables={option: inside})
    (found,) = (f for f in made.findings if f.rule == "level-undefined")
    assert made.doses[0].pending is not None
    assert f"see conflict {conflict}" in found.message
    assert [c.applies for c in made.conflicts if c.id == conflict] == [True]
    for value in outside:
        edge = plan(arm, weight=70, observables={option: value})
        assert edge.doses[0].pending is None
        assert not any(f.rule == "level-undefined" for f in edge.findings)


def test_below_the_lowest_row_is_no_gap_between_rows():
    made = plan("zevalin-relapsed", weight=70, observables={"platelets": "99000/uL"})
    (found,) = (f for f in made.findings if f.rule == "level-undefined")
    assert "conflict" not in found.message
