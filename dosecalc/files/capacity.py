"""How much a file may hold. Far more than people write, and little enough that everything is done in a second."""

from __future__ import annotations

FILE = 1_000_000
"""Bytes of a protocol file, a fact sheet, a patient, a plan or a table of readings."""
RECORD = 64_000_000
"""Bytes of a record: a hundred thousand administrations are some ten million."""
LISTS = {
    "arms": 200,
    "rules": 1000,
    "conflicts": 500,
    "instructions": 500,
    "facts": 5000,
    "conditions": 500,
    "observables": 500,
    "tables": 100,
    "agents": 200,
}
"""Items of each part of a protocol file."""
CYCLES = 100
"""Cycles of an arm, as --cycles has them."""
DOSES = 500
"""Doses of an arm."""
PROBLEMS = 1000
"""Wrong keys of a file that are told of one by one."""
COMPARED = 200_000
"""Comparisons by which the conditions of one file are tried with every patient."""
