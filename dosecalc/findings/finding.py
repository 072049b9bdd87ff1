"""A finding: the outcome of a rule, with the comparisons that it rests on."""

from typing import Any, Literal

from dosecalc.quantities.documents import Result
from dosecalc.quantities.frozen import Field

Status = Literal["violation", "warning", "unknown", "pass", "not_applicable"]
ORDER: tuple[Status, ...] = ("violation", "warning", "unknown", "pass", "not_applicable")
"""The order in which findings stand."""


class Check(Result):
    """One comparison of a rule."""

    observable: str = Field(description="The observable that was compared.")
    observed: Any = Field(description="Its value in the unit of the limit, null where it is not known.")
    comparison: str = Field(description="above, at_least, below, at_most, is or one_of.")
    limit: Any = Field(description="The limit as the source states it.")
    holds: bool | None = Field(description="Whether the comparison holds; null where that cannot be said.")


class Finding(Result):
    """The outcome of one rule, or of one part of it, for the course, one dose, or several for the same reason."""

    rule: str = Field(description="The id of the rule.")
    part: str | None = Field(description="The part of the rule, where several share its id.")
    status: Status = Field(description="What the rule says.")
    severity: Literal["violation", "warning"] = Field(description="The status of this rule where it is broken.")
    dose: int | None = Field(description="The dose that it speaks of, the first of several; null for the course.")
    doses: tuple[int, ...] | None = Field(description="All doses that it speaks of, where there are several.")
    message: str = Field(description="A sentence with the observed value, the limit and the source.")
    checks: tuple[Check, ...] = Field(description="The comparisons that were made.")
    cite: tuple[str, ...] = Field(description="The facts that the rule rests on.")
    settled_by: tuple[str, ...] = Field(exclude=True, description="The options that decide what is not known.")


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Findings by their status: violations, warnings, unknown, then the rest."""
    return tuple(sorted(findings, key=lambda finding: ORDER.index(finding.status)))
