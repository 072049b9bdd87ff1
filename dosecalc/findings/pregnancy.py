"""Who is not asked about a pregnancy or breast-feeding by a limit of ours, which a plan has to tell."""

from __future__ import annotations

from dosecalc.course.calculator import Calculation
from dosecalc.course.pregnancy import RULE
from dosecalc.findings.finding import Finding
from dosecalc.quantities.numbers import EXACT
from dosecalc.reference.beliefs import belief


def with_limit(finding: Finding, result: Calculation) -> Finding:
    """The rule on pregnancy with our limit, where a girl's age alone answers it."""
    if finding.rule != RULE or finding.status != "pass":
        return finding
    first, state, limit = result.doses[0], result.state, belief("menarche")
    male = state.choice("sex", first)["male"].yes
    stated = [state.stated_truth(name, first) for name in ("pregnant", "lactating", "menopause")]
    young = EXACT.above(state.age_completed(first), limit.value).no
    if male or not young or stated[2].yes or all(truth.no for truth in stated[:2]):
        return finding
    note = f" Not asked of a girl of at most {limit.text} without a stated menarche (our limit)."
    return finding.model_copy(update={"message": finding.message + note, "cite": (*finding.cite, limit.cite)})
