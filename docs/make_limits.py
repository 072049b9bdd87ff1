"""Write seeds/loosest-limits.csv from the shipped protocols, or with --check say whether it is current.

Of each laboratory value and direction it has the loosest limit that a shipped rule demands, on pain of a violation, in
whichever arm and under whichever condition: of several at least the lowest, of several at most the highest.
Alternatives of one rule count each; what a rule excludes (``not``) does not.
Run it in a checkout: python docs/make_limits.py
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from dosecalc.course.observables import OBSERVABLES
from dosecalc.files import folders
from dosecalc.files.protocol import Condition, Protocol
from dosecalc.library.load import load_file
from dosecalc.quantities import units
from dosecalc.reference.loosest import LABORATORY, TABLE, Loosest

PATH = Path(folders.shipped("seeds")) / TABLE
HEAD = "observable,comparison,limit,arm"


def limits_of(protocol: Protocol) -> Iterator[tuple[str, Loosest]]:
    """Every limit on a laboratory value that a rule of a file demands, with the observable."""
    for rule in protocol.rules:
        if rule.severity != "violation":
            continue
        arm = rule.arms[0] if rule.arms is not None else protocol.arms[0].id
        for leaf in _comparisons(rule.require, protocol):
            for comparison in ("at_least", "above", "at_most", "below"):
                limit = getattr(leaf, comparison)
                if leaf.observable in LABORATORY and limit is not None:
                    row = OBSERVABLES[leaf.observable]
                    yield row.name, Loosest(comparison, units.read(limit, row.dimension), arm)


def _comparisons(condition: Condition, protocol: Protocol) -> Iterator[Condition]:
    """The comparisons of a condition, alternatives included."""
    if condition.condition is not None:
        yield from _comparisons(protocol.conditions[condition.condition], protocol)
    elif condition.observable is not None:
        yield condition
    for part in (*(condition.all_ or ()), *(condition.any_ or ())):
        yield from _comparisons(part, protocol)


def rows() -> Iterator[str]:
    """The lines of the table, in the order of the observables."""
    found = [pair for path in folders.protocol_files() for pair in limits_of(load_file(path).protocol)]
    for name in OBSERVABLES:
        for below in (True, False):
            of_side = [limit for each, limit in found if each == name and limit.is_least is below]
            if of_side:
                loosest = _loosest(of_side)
                yield f"{name},{loosest.comparison},{loosest.limit.text},{loosest.arm}"


def _loosest(limits: Iterable[Loosest]) -> Loosest:
    """The limit that lets the most pass; of two at the same value the one that the value itself meets."""
    return min(limits, key=lambda each: (each.sign * each.limit.value, each.comparison in ("above", "below"), each.arm))


def table() -> str:
    """The table as text."""
    return "\n".join((HEAD, *rows())) + "\n"


def main(args: list[str]) -> int:
    """Write the table, or with --check say whether it is current."""
    made = table()
    if "--check" not in args:
        PATH.write_text(made, encoding="utf-8")
        return 0
    if PATH.is_file() and PATH.read_text(encoding="utf-8") == made:
        return 0
    sys.stderr.write(f"seeds/{TABLE} is not current: run python docs/make_limits.py\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
