"""Every number of a shipped protocol file guards something, or is listed in file_mutants.toml with the reason.

Each is changed by one step and a patient is sought for whom that makes a difference; benchmarks/file_mutants.py has the
rest. The whole takes some minutes and is marked slow; here a part of the changes stands for all.
"""

from __future__ import annotations

from datetime import date as Date
from pathlib import Path

import pytest
from benchmarks.file_mutants import TOLD, content, listed, verdicts
from mutants.changes import changes

from dosecalc.files import folders
from dosecalc.library.double_entry import DoubleEntry, value_of
from dosecalc.library.load import load_file

FILES = {Path(path).stem: path for path in folders.protocol_files()}
EVERY = 97
"""Of the changes of all files each such one is tried by default."""

MADE_UP = """
schema = 1
id = "local"
title = "A made-up study"
status = "investigational"
[agents.drug]
name = "131I-madeupine"
radionuclide = "I-131"
[[arms]]
id = "local-arm"
title = "Two doses"
[[arms.cycles]]
repeat = 2
length = "21 day"
doses = [{ agent = "drug", day = 1, level = "1.09 mCi/kg", cap = "50 mCi" }]
[[rules]]
id = "platelets"
title = "Enough platelets"
at = "first-dose"
require.all = [{ observable = "platelets", at_least = "50 10^9/L" }, { observable = "platelets", above = "40 10^9/L" }]
cite = "made-up"
"""


def known() -> set[str]:
    return {change for entry in listed() for change in entry.changes}


def test_a_change_is_one_step_of_what_is_written(tmp_path):
    """By hand: the last digit one lower and one higher, the neighbouring unit, the other comparison, the next scope."""
    file = tmp_path / "local.toml"
    file.write_text(MADE_UP, encoding="utf-8")
    assert [change.written for change in changes(content(str(file)))] == [
        "arms.local-arm.cycles[0].repeat: 2 -> 1",
        "arms.local-arm.cycles[0].repeat: 2 -> 3",
        "arms.local-arm.cycles[0].length: 21 day -> 20 day",
        "arms.local-arm.cycles[0].length: 21 day -> 22 day",
        "arms.local-arm.cycles[0].length: 21 day -> 21 week",
        "arms.local-arm.cycles[0].doses[0].level: 1.09 mCi/kg -> 1.08 mCi/kg",
        "arms.local-arm.cycles[0].doses[0].level: 1.09 mCi/kg -> 1.10 mCi/kg",
        "arms.local-arm.cycles[0].doses[0].level: 1.09 mCi/kg -> 1.09 GBq/kg",
        "arms.local-arm.cycles[0].doses[0].cap: 50 mCi -> 49 mCi",
        "arms.local-arm.cycles[0].doses[0].cap: 50 mCi -> 51 mCi",
        "arms.local-arm.cycles[0].doses[0].cap: 50 mCi -> 50 GBq",
        "rules.platelets.at: first-dose -> each-cycle",
        "rules.platelets.require.all[0].at_least: 50 10^9/L -> 49 10^9/L",
        "rules.platelets.require.all[0].at_least: 50 10^9/L -> 51 10^9/L",
        "rules.platelets.require.all[0].at_least: 50 10^9/L -> 50 /mm^3",
        "rules.platelets.require.all[0] 50 10^9/L: at_least -> above",
        "rules.platelets.require.all[1].above: 40 10^9/L -> 39 10^9/L",
        "rules.platelets.require.all[1].above: 40 10^9/L -> 41 10^9/L",
        "rules.platelets.require.all[1].above: 40 10^9/L -> 40 /mm^3",
        "rules.platelets.require.all[1] 40 10^9/L: above -> at_least",
        "rules.platelets.severity: violation -> warning",
    ]


def test_what_guards_nothing_survives(tmp_path):
    """Above 40 asks nothing of whom at least 50 is asked; everything else of this file makes a difference."""
    file = tmp_path / "local.toml"
    file.write_text(MADE_UP, encoding="utf-8")
    survived = [verdict.change.written for verdict in verdicts(str(file)) if verdict.survived]
    assert survived == [
        "rules.platelets.require.all[1].above: 40 10^9/L -> 39 10^9/L",
        "rules.platelets.require.all[1].above: 40 10^9/L -> 41 10^9/L",
        "rules.platelets.require.all[1].above: 40 10^9/L -> 40 /mm^3",
        "rules.platelets.require.all[1] 40 10^9/L: above -> at_least",
    ]


def test_each_listed_change_is_one_of_a_file_and_has_a_reason():
    names = [change for entry in listed() for change in entry.changes]
    assert len(names) == len(set(names))
    assert all(len(entry.reason.split()) > 5 for entry in listed())
    written = {f"{name}: {change.written}" for name, path in FILES.items() for change in changes(content(path))}
    assert set(names) <= written


def test_a_part_of_the_changes_makes_a_difference_or_is_listed():
    every = [(path, change) for path in FILES.values() for change in changes(content(path))][::EVERY]
    assert len(every) > 20
    found = [next(verdicts(path, [change])) for path, change in every]
    assert {v.written for v in found if v.survived} == {v.written for v in found} & known()


@pytest.mark.slow
@pytest.mark.parametrize("name", FILES)
def test_what_makes_no_difference_is_listed_and_nothing_else(name):
    survivors = [verdict for verdict in verdicts(FILES[name]) if verdict.survived]
    assert {verdict.written for verdict in survivors} == {each for each in known() if each.startswith(f"{name}: ")}
    for verdict in survivors:  # of a conflict the plan at least tells another
        assert (verdict.how == TOLD) == (verdict.change.path[0] == "conflicts")


def entry(path, change=None, *, along=False):
    """Double entry of a file with a change; ``along``: a value of the cited facts is changed as the file is."""
    file = load_file(path)
    raw = content(path) if change is None else change.made(content(path))

    def fact(cite):
        found = file.fact(cite)
        if found is None or not along:
            return found
        old, new = (str(each) if isinstance(each, Date) else each for each in (change.old, change.new))
        old = value_of(old)
        values = [new if value_of(value) == old else value for value in found.values]
        return found.model_copy(update={"values": tuple(values)})

    return DoubleEntry(raw, fact)


def place_of(change):
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in change.path).removeprefix(".")


def numbers():
    """Every change of a number or a unit that double entry looks at."""
    for path in FILES.values():
        for change in changes(content(path)):
            of_number = change.kind in ("number", "unit")
            exempt = change.path[0] == "observables" or change.path[-1] == "repeat"
            if of_number and not exempt and not {change.old, change.new} & {0, 1}:
                yield path, change


@pytest.mark.parametrize("share", [pytest.param(EVERY), pytest.param(1, marks=pytest.mark.slow)])
def test_a_changed_number_is_caught_by_its_fact_and_silent_where_the_fact_changes_along(share):
    """So what only the sheet could catch is what the patients above are sought for."""
    listed_numbers = list(numbers())[::share]
    assert len(listed_numbers) > 15
    for path, change in listed_numbers:
        where, slipped = place_of(change), entry(path, change)
        stated = [value for values in slipped._stated.values() for value in values]
        new = value_of(str(change.new) if isinstance(change.new, Date) else change.new)
        # a number of the same facts, as 150 beside 149, is one that double entry cannot tell
        assert where in [place for place, _ in slipped.faults] or new in stated, change.written
        assert where not in [place for place, _ in entry(path, change, along=True).faults], change.written
