"""The result of ``dosecalc limits``, and the JSON document that it makes (``dosecalc.limits/1``)."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

from typing_extensions import TypedDict  # before Python 3.12 pydantic makes a schema of no other

from dosecalc.findings.finding import Finding
from dosecalc.quantities.documents import Number, Quantity, amounts, written
from dosecalc.version import VERSION

LIMITS = "dosecalc.limits/1"
Reach = Literal["none", "bounded", "unbounded"]


class Most(NamedTuple):
    """Up to where amounts are allowed, in MBq or mg: to ``value``, itself allowed where ``included``.

    ``reach`` is none where not even nothing is allowed, and unbounded where no amount is too much.
    """

    reach: Reach
    value: Number | None = None
    included: bool = True

    def allows(self, amount: Number) -> bool:
        """Whether an amount is allowed."""
        if self.value is None:
            return self.reach == "unbounded"
        return amount < self.value or (self.included and amount == self.value)


class Lift(NamedTuple):
    """A statement about the patient with which a rule would not bind, and the most that is allowed then."""

    option: str
    then: Most


class Bound(NamedTuple):
    """What one rule allows, and what would lift it.

    It surely holds up to ``sure``, and is not broken up to ``most``; ``settled_by`` are the options that decide between
    the two.
    """

    rule: str
    part: str | None
    title: str
    severity: str
    sure: Most
    most: Most
    cite: tuple[str, ...]
    settled_by: tuple[str, ...]
    lifts: tuple[Lift, ...]


class MostDocument(TypedDict):
    reach: Reach
    amount: dict[str, float] | None
    per_weight: dict[str, float] | None
    per_bsa: dict[str, float] | None
    included: bool | None


class LiftDocument(TypedDict):
    option: str
    then: MostDocument


class BoundDocument(TypedDict):
    rule: str
    part: str | None
    title: str
    severity: str
    sure: MostDocument
    most: MostDocument
    binds: bool
    cite: list[str]
    settled_by: list[str]
    lifts: list[LiftDocument]


class LimitsDocument(TypedDict):
    schema: str
    dosecalc: str
    protocol: dict[str, str]
    inputs: dict[str, list[str]]
    dose: int
    agent: str
    given: Quantity | None
    planned: dict[str, float] | None
    pending: str | None
    projected: bool
    largest: MostDocument
    surely: MostDocument
    otherwise: MostDocument
    bounds: list[BoundDocument]
    broken: list[dict[str, Any]]
    unknown: list[dict[str, Any]]
    unconfirmed: list[dict[str, str]]


class Limits(NamedTuple):
    """The most that the next dose may be.

    ``largest`` breaks no rule; ``surely`` leaves no rule about amounts unknown either. ``broken`` are rules that are
    broken whatever the amount: then no amount is allowed, and ``most`` and ``sure`` say what would be apart from them.
    ``unknown`` are rules that cannot be assessed at the largest amount. Amounts are in MBq for a radioactive agent and
    in mg for a drug, ``weight`` in kg and ``bsa`` in m².
    """

    protocol: dict[str, str]
    inputs: dict[str, list[str]]
    dose: int
    agent: str
    kind: str
    given: Number | None
    planned: Number | None
    pending: str | None
    most: Most
    sure: Most
    bounds: tuple[Bound, ...]
    broken: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    weight: Number | None
    bsa: Number | None
    projected: bool
    """Whether the whole-body dose of the next dose was reckoned from what was measured of those before."""
    unconfirmed: tuple[tuple[str, str], ...]

    @property
    def largest(self) -> Most:
        """The most that breaks no rule."""
        return Most("none") if self.broken else self.most

    @property
    def surely(self) -> Most:
        """The most with which every rule about the amount surely holds."""
        return Most("none") if self.broken else self.sure

    def binds(self, bound: Bound) -> bool:
        """Whether a rule is one that keeps the amount from being larger, or from being sure."""
        limits = bound.most == self.most != Most("unbounded") or bound.sure == self.sure != Most("unbounded")
        return bound.severity == "violation" and limits

    @property
    def exceeded(self) -> bool:
        """Whether the protocol's own amount is more than its rules allow."""
        return self.planned is not None and not self.largest.allows(self.planned)

    def exit_status(self) -> int:
        """1 where no amount is free of violations, or the planned one is not; else 0."""
        return int(bool(self.broken) or self.exceeded)

    def document(self) -> LimitsDocument:
        """The document as a dict."""
        unit = "MBq" if self.kind == "activity" else "mg"
        return {
            "schema": LIMITS,
            "dosecalc": VERSION,
            "protocol": self.protocol,
            "inputs": self.inputs,
            "dose": self.dose,
            "agent": self.agent,
            "given": None if self.given is None else {"value": float(self.given), "unit": unit},
            "planned": None if self.planned is None else amounts(self.planned, self.kind),
            "pending": self.pending,
            "projected": self.projected,
            "largest": self._most(self.largest),
            "surely": self._most(self.surely),
            "otherwise": self._most(self.most),
            "bounds": [self._bound(bound) for bound in self.bounds],
            "broken": [finding.document() for finding in self.broken],
            "unknown": [finding.document() for finding in self.unknown],
            "unconfirmed": [{"fact": fact, "statement": statement} for fact, statement in self.unconfirmed],
        }

    def to_json(self) -> str:
        """The document as JSON text."""
        return written(self.document())

    def per(self, most: Most, size: str) -> Number | None:
        """A limit per body weight ("weight") or surface ("bsa"), where both are known."""
        by: Number | None = getattr(self, size)
        return None if most.value is None or by is None else most.value / by

    def _most(self, most: Most) -> MostDocument:
        weight, bsa = self.per(most, "weight"), self.per(most, "bsa")
        return {
            "reach": most.reach,
            "amount": None if most.value is None else amounts(most.value, self.kind),
            "per_weight": None if weight is None else amounts(weight, f"{self.kind}/weight"),
            "per_bsa": None if bsa is None else amounts(bsa, f"{self.kind}/bsa"),
            "included": most.included if most.reach == "bounded" else None,
        }

    def _bound(self, bound: Bound) -> BoundDocument:
        return {
            "rule": bound.rule,
            "part": bound.part,
            "title": bound.title,
            "severity": bound.severity,
            "sure": self._most(bound.sure),
            "most": self._most(bound.most),
            "binds": self.binds(bound),
            "cite": list(bound.cite),
            "settled_by": list(bound.settled_by),
            "lifts": [{"option": lift.option, "then": self._most(lift.then)} for lift in bound.lifts],
        }
