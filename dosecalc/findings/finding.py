"""What a rule says of a plan: a finding with the comparisons that it rests on."""

from __future__ import annotations

from typing import Any, Literal

from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.quantities.documents import Result

Status = Literal["violation", "warning", "unknown", "pass", "not_applicable"]


ORDER: tuple[Status, ...] = ("violation", "warning", "unknown", "pass", "not_applicable")


class CheckDocument(TypedDict):
    observable: str
    observed: Any
    comparison: str
    limit: Any
    holds: bool | None


class FindingDocument(TypedDict):
    rule: str
    part: str | None
    status: Status
    severity: Literal["violation", "warning"]
    dose: int | None
    doses: list[int] | None
    message: str
    checks: list[CheckDocument]
    cite: list[str]


class Check(Result):
    """One comparison of a rule: what was observed against what limit; ``holds`` None where it cannot be said."""

    observable: str
    observed: Any
    comparison: str
    limit: Any
    holds: bool | None


class Finding(Result):
    """The outcome of one rule, or of one part of it, for the course, one dose, or several for the same reason."""

    rule: str
    part: str | None
    status: Status
    severity: Literal["violation", "warning"]
    dose: int | None
    doses: tuple[int, ...] | None
    message: str
    checks: tuple[Check, ...]
    cite: tuple[str, ...]
    settled_by: tuple[str, ...]

    def document(self) -> FindingDocument:
        return {
            "rule": self.rule,
            "part": self.part,
            "status": self.status,
            "severity": self.severity,
            "dose": self.dose,
            "doses": None if self.doses is None else list(self.doses),
            "message": self.message,
            "checks": [
                {"observable": c.observable, "observed": c.observed, "comparison": c.comparison, "limit": c.limit,
                 "holds": c.holds}
                for c in self.checks
            ],
            "cite": list(self.cite),
        }  # fmt: skip
