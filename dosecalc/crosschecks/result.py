"""The result of a crosscheck, and the JSON document that it makes (``dosecalc.crosscheck/1``); its keys are a contract.

The results of comparing two figures and of an audit stand beside their functions, in ``figures`` and ``audit``.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from dosecalc.quantities import units
from dosecalc.quantities.account import StatedOption
from dosecalc.quantities.documents import Document, Quantity, Result
from dosecalc.quantities.frozen import Field

if TYPE_CHECKING:
    import pint

Verdict = Literal["consistent", "explained", "inconsistent", "undetermined"]
WORST_FIRST: tuple[Verdict, ...] = ("inconsistent", "explained", "undetermined", "consistent")
FOUND: tuple[Verdict, ...] = ("inconsistent", "explained")
"""The verdicts that a command tells by its exit status: not consistent as printed."""


class Reading(Result):
    """One meaning of a report: what it changes in it, the size that it implies, and whether it holds."""

    reading: str = Field(description="The meaning in words.")
    level: Quantity | None = Field(description="The level of a dose; null where the doses have different levels.")
    doses: int = Field(description="The number of doses.")
    implied: Mapping[str, Quantity] = Field(
        description="The body size that makes the figures agree, by bsa (m²) or weight (kg); empty where there is none."
    )
    plausible: bool | None = Field(
        description="Whether people of that age and sex have the implied size; null where that cannot be said."
    )
    z: float | None = Field(description="The z-score of the implied size; null where age or sex is not known.")
    arm: str | None = Field(description="The known arm that has these doses at these levels.")
    changes: tuple[str, ...] = Field(description="What would have to be changed in the report; empty as printed.")
    verdict: Verdict = Field(description="Whether the reading holds: consistent, inconsistent or undetermined.")
    exact: Fraction | None = Field(exclude=True, description="The implied size in m² or kg, not rounded.")
    difference_percent: float | None = Field(
        exclude=True, description="The reported amount against the expected one in percent, where the size is known."
    )

    @property
    def size(self) -> "pint.Quantity[Any] | None":
        """The implied size as a pint Quantity of ``dosecalc.ureg``, or None where no size is implied."""
        size = next(iter(self.implied.values()), None)
        return None if size is None else units.quantity(size["value"], size["unit"])


class AmountComparison(Result):
    """The amount that the report's levels give for a known size, against the one that the report states."""

    expected: Mapping[str, float] = Field(description="MBq and mCi, or mg; or the same per m² or kg.")
    reported: Mapping[str, float] = Field(description="The same for the amount that the report states.")
    difference_percent: float = Field(description="Reported over expected minus one, in percent.")
    within: Literal[10, 20] | None = Field(description="The narrower limit that the difference keeps, in percent.")
    slip: str | None = Field(description="The suspected slip: the factor, and what was meant.")


class Crosscheck(Document):
    """Whether the total that a report prints agrees with its own regimen.

    ``consistent``: as printed. ``explained``: not as printed, but with exactly one thing changed. ``inconsistent``:
    neither. ``undetermined``: what would decide it was not stated.
    """

    SCHEMA: ClassVar[str] = "dosecalc.crosscheck/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc that made the result.")
    inputs: Mapping[str, tuple[str, ...]] = Field(description="Every option with its texts, as they were given.")
    stated: tuple[StatedOption, ...] = Field(description="Everything that was stated, and what became of it.")
    report: Mapping[str, str] = Field(exclude=True, description="The options as people write them.")
    arithmetic: bool = Field(
        description="Whether only the rounding of the printed digits decides where the size is known, and not 10 %."
    )
    verdict: Verdict = Field(description="consistent, explained, inconsistent or undetermined.")
    comparison: AmountComparison | None = Field(description="The amounts; null where the size is not known.")
    explanation: Reading | None = Field(
        description="The reading with one change that explains the report: the most ordinary slip that people's sizes "
        "leave likely; null where it is consistent, or nothing explains it."
    )
    readings: tuple[Reading, ...] = Field(
        description="Every meaning, as printed first, then by how little it changes. "
        "Those that change two things are there only where they hold."
    )
    conclusion: str = Field(description="The verdict in sentences, with the arithmetic that it rests on.")
    contradictions: tuple[str, ...] = Field(
        description="Figures that contradict the arm that the report follows, and sizes that contradict each other."
    )
    notes: tuple[str, ...] = Field(description="What was left out or derived, or looks like a slip in a stated size.")
    sources: tuple[Mapping[str, str], ...] = Field(
        description="The protocol files of the arms that are named, and the growth reference, each with id and sha256."
    )
    unconfirmed: tuple[str, ...] = Field(
        description="Facts about the regimens that the conclusion names, not yet checked against the source."
    )

    def exit_status(self, *, strict: bool = False) -> int:
        """0, or 1 where the report is not consistent as printed."""
        del strict
        return int(self.verdict in FOUND)
