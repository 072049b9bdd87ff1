"""The account of a report: what each of its figures took part in, and what nothing read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dosecalc.crosschecks.courses import Candidates
from dosecalc.crosschecks.judge import AllJudged
from dosecalc.crosschecks.report import Report
from dosecalc.quantities.account import StatedOption, of_options


def account(
    inputs: Mapping[str, Sequence[str]], report: Report, candidates: Candidates, judged: AllJudged
) -> tuple[StatedOption, ...]:
    """Every option with what it took part in: amounts, sizes that people have, or the choice of arms."""
    every = [*judged.printed, *judged.once, *judged.twice]
    bases = {each.hypothesis.basis for each in every if each.expected is not None}
    implied = any(each.expected is None for each in every)
    derived = "bsa" in report.sizes and "bsa" not in report.measured
    amount = ("expected amount",)
    used: dict[str, Sequence[str]] = dict.fromkeys(("total", "doses", "level", "level-printed-as"), ("every reading",))
    used["protocol"], used["agent"] = ("the arms that are tried",), ("the arms that are tried",)
    for kind in ("weight", "height", "bsa"):
        of_surface = kind != "bsa" and derived and "bsa" in bases
        used[kind] = (*(amount if kind in bases or of_surface else ()), "plausible sizes")
    looked = (*(("implied sizes",) if implied else ()), *(("plausible sizes",) if report.measured else ()))
    used["sex"] = looked
    used["age"] = (*looked, *(("ages of arms",) if candidates.courses else ()))
    used["bsa-formula"] = amount if derived and "bsa" in bases else ()
    return of_options(inputs, used | dict.fromkeys(candidates.reads, ("the levels of the arm",)))
