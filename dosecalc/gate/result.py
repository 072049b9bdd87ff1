"""The word of the gate on one dose, and its JSON document (``dosecalc.check/1``). Its keys are a contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from dosecalc.planning.result import Repeated
from dosecalc.quantities.documents import Document, Result
from dosecalc.quantities.frozen import Field

Verdict = Literal["go", "hold"]
Kind = Literal["differs", "unknown", "bare", "rule", "warning"]


class Hold(Result):
    """One reason why a dose is held."""

    what: str = Field(description="The key of the case, the two that are compared, or the rule.")
    kind: Kind = Field(
        description="differs: two statements do not agree; unknown: something is not stated; bare: a yes where "
        "evidence is asked for; rule: one of the protocol or of the gate is broken; warning: one that nobody accepted."
    )
    text: str = Field(description="The reason as a sentence.")
    settled_by: tuple[str, ...] = Field(description="What to state, as keys of the case.")
    cite: tuple[str, ...] = Field(description="Where the reason comes from, as sheet#fact; empty where it is ours.")


class SideBySide(Result):
    """Two statements that were held against each other."""

    what: str = Field(description="The two, as keys of the case.")
    text: str = Field(description="Both values, how far they lie apart, and what is allowed.")
    holds: bool = Field(description="Whether they agree.")


class Waived(Result):
    """A part that the case or the site does without."""

    part: str = Field(description="The part.")
    why: str = Field(description="The reason that was stated.")


class Accepted(Result):
    """A warning of the plan that somebody let stand."""

    rule: str = Field(description="The rule that warns.")
    why: str = Field(description="Who and why, as stated.")
    text: str = Field(description="The warning.")


class Overridden(Result):
    """Who goes on in spite of a hold, and why. The verdict stays hold."""

    by: str = Field(description="Who.")
    why: str = Field(description="Why.")


class GateCheck(Document):
    """Whether one dose of one patient may be given now."""

    SCHEMA: ClassVar[str] = "dosecalc.check/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc.")
    verdict: Verdict = Field(description="go, or hold while there is any reason to hold.")
    text: str = Field(description="The verdict with what it is of, as the first line has it.")
    code: str = Field(description="The code of this unit for this patient; asked again when it is given.")
    inputs: Mapping[str, Any] = Field(description="The case as it was stated, without what it leaves out.")
    asked: Mapping[str, tuple[str, ...]] = Field(description="The options with which its course was planned.")
    protocol: Mapping[str, str] | None = Field(description="Id, arm, file, sha256 of the protocol; null without one.")
    dose: int | None = Field(description="The number of the dose in the course.")
    at: str | None = Field(description="When the dose is to be given.")
    holds: tuple[Hold, ...] = Field(description="Every reason to hold.")
    compared: tuple[SideBySide, ...] = Field(description="What was held against each other.")
    accepted: tuple[Accepted, ...] = Field(description="Warnings that somebody let stand.")
    unread: tuple[str, ...] = Field(description="What was stated of the patient and no rule of the protocol reads.")
    waived: tuple[Waived, ...] = Field(description="Parts that the case or the site does without.")
    override: Overridden | None = Field(description="Who goes on in spite of a hold; null where nobody said so.")
    verified: Repeated = Field(description="What a second method says of its comparisons, and what it did not look at.")
    plan: str | None = Field(description="What the plan of the course came to; null without a protocol.")
    sources: tuple[Mapping[str, str], ...] = Field(description="The case, the protocol and the table of requirements.")

    @property
    def go(self) -> bool:
        """Whether nothing holds the dose."""
        return self.verdict == "go"

    def exit_status(self, *, strict: bool = False) -> int:
        """0 for go, 1 for every hold, one that was overridden too."""
        del strict
        return int(not self.go)
