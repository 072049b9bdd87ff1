"""The account of a record: every key or column that somebody stated, and what became of it.

It made a net amount, took part in a check, is shown, or was read by nothing: who gave a dose is kept, and decides
nothing. What a record states of the patient is accounted for by the plan of its protocol.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dosecalc.findings.account import Outcome, Statement
from dosecalc.findings.finding import Finding
from dosecalc.planning.result import Plan
from dosecalc.records.reader import SIZES, RecordFile, WrittenAmount, WrittenDose, WrittenPart
from dosecalc.records.result import Administration

_SCREENS = ("eanm-10", "35.63", "35.3045-dosage", "35.3045-fraction")
_AMOUNTS = (*_SCREENS, "35.3045-sievert", "given-amount", "largest-amount")
USED: Mapping[str, tuple[str, ...]] = {
    "number": ("dose-number", "dose-order"),
    "patient_id": ("record-contents", "patient-identity"),
    "agent": ("record-contents", "dose-agent", "wrong-agent"),
    "nuclide": ("dose-agent",),
    "prescribed_agent": ("wrong-agent",),
    "prescribed": ("record-contents", *_SCREENS, "35.3045-sievert", "prescriptions-agree"),
    "directive": (*_SCREENS, "prescriptions-agree"),
    "order": (*_SCREENS, "prescriptions-agree"),
    "range": ("record-contents", "35.63", "35.3045-dosage"),
    "assayed": ("record-contents", "given-balance", *_AMOUNTS),
    "assayed.at": ("record-contents", "given-balance"),
    "assayed.by": ("record-contents",),
    "residuals": ("given-balance", *_AMOUNTS),
    "residuals.at": ("given-balance",),
    "given": ("record-contents", "given-balance", *_AMOUNTS),
    "given_at": ("given-balance", "dose-order", "effective", "spacing", "cycle-length"),
    "happened": ("mishap", "incomplete-dose", "event-limbs", *_AMOUNTS),
    "route": ("dose-route", "event-limbs"),
    "form": ("dose-form",),
    "fraction_of_delivery": ("35.3045-fraction",),
    "dose_coefficient": ("35.3045-sievert",),
}
"""The checks that a key of a dose may take part in."""
SHOWN = frozenset({"number", "patient_id", "component", "agent", "prescribed_agent", "given_at", "id", "protocol"})
"""What a page shows in any case."""
_DECAYING = ("assayed.at", "residuals.at", "given_at", "nuclide", "tz")
"""What an amount rests on that was brought to another time."""


class RecordAccount:
    """Takes note of what a record states while its doses are checked, whatever their number."""

    def __init__(self, whole: Mapping[str, str]) -> None:
        self.whole = whole
        self.texts: dict[str, dict[str, None]] = {}
        self.made: dict[str, set[int]] = {}
        self.checked: set[str] = set()
        self.local = False
        self.dated = 0

    def add(self, written: WrittenDose, dose: Administration) -> None:
        """Note the keys of a dose, and the checks that it takes part in."""
        for key, text in _stated(written):
            several = self.texts.get(key)
            if several is None:
                self.texts[key] = {text: None}
            elif len(several) < 2:
                several.setdefault(text)
            if not self.local and key.endswith("at"):
                self.local = not _has_offset(text)
        self.dated += dose.given_at is not None
        self.checked |= _checks(written, dose)
        for part in written.parts:
            for key in _makers(part, decayed=dose.decayed):
                self.made.setdefault(key, set()).add(dose.number)

    def statements(
        self, file: RecordFile, inputs: Mapping[str, Sequence[str]], plan: Plan | None, findings: Iterable[Finding]
    ) -> tuple[Statement, ...]:
        """Everything that was stated: of the file, of its doses, and of the patient as the plan accounts for it."""
        listed = list(findings)
        applied = self.checked | {each.rule for each in listed if each.status != "not_applicable"}
        applied |= {"dose-agent", "dose-number"} if plan is not None else set()
        applied |= {"dose-order"} if self.dated > 1 else set()
        applied |= {"patient-identity"} if file.patient_id is not None else set()
        return tuple(self._statements(inputs, plan, applied))

    def _statements(
        self, inputs: Mapping[str, Sequence[str]], plan: Plan | None, applied: set[str]
    ) -> Iterator[Statement]:
        for key, text in self.whole.items():
            yield self._statement(key, text, applied)
        for key, texts in self.texts.items():
            if plan is None or key not in SIZES:
                yield self._statement(key, next(iter(texts)) if len(texts) == 1 else "several values", applied)
        if plan is not None:
            yield from (statement for statement in plan.stated if statement.what != "given")
            return
        for option, listed in inputs.items():
            for text in listed:
                yield self._statement(option, text, applied)

    def _statement(self, key: str, text: str, applied: set[str]) -> Statement:
        amounts = tuple(sorted(self.made.get(key, ())))
        rules = tuple(rule for rule in USED.get(key, ()) if rule in applied)
        shown = key in SHOWN or (key == "tz" and self.local)
        outcome: Outcome = "amount" if amounts else "finding" if rules else "shown" if shown else "unread"
        return Statement.made(what=key, text=text, dose=None, outcome=outcome, amounts=amounts, findings=rules)


def _has_offset(text: str) -> bool:
    return text[-1:] in "zZ" or text[-6:-5] in ("+", "-")


def _checks(written: WrittenDose, dose: Administration) -> set[str]:
    """The checks that a dose takes part in, whether or not they find anything."""
    screens = {each.id for one in dose.compared for each in one.screens if each.outside is not None}
    stated = sum(getattr(written, of) is not None for of in ("prescribed", "directive", "order"))
    return screens | {
        name
        for name, applies in (
            ("record-contents", dose.kind == "activity"),
            ("35.3045-sievert", dose.sievert is not None),
            ("prescriptions-agree", stated > 1 or any(one.of == "protocol" for one in dose.compared)),
            ("given-balance", bool(dose.balances)),
            ("wrong-agent", written.prescribed_agent is not None),
            *((rule, bool(dose.happened)) for rule in ("mishap", "incomplete-dose", "event-limbs")),
        )
        if applies
    }


def _makers(part: WrittenPart, *, decayed: bool) -> Iterator[str]:
    """The keys that the net amount of a part was made from."""
    if part.given is not None:
        yield "given"
        return
    if part.assayed is not None:
        yield from ("assayed", "residuals")
        yield from _DECAYING if decayed else ()


def _stated(written: WrittenDose) -> Iterator[tuple[str, str]]:
    """The keys that a dose states, with their texts."""
    for field, key in _KEYS:
        value = getattr(written, field)
        if value is not None and field not in written.counted:
            yield key, str(value).lower() if isinstance(value, bool) else str(value)
    if written.happened:
        yield "happened", ", ".join(written.happened)
    for part in written.parts:
        yield from _of_amount("assayed", part.assayed)
        for residual in part.residuals:
            yield from _of_amount("residuals", residual)
        for key in ("given", "given_at", "given_by", "note"):
            text = getattr(part, key)
            if text is not None:
                yield key, text
    yield from written.ignored


def _of_amount(key: str, amount: WrittenAmount | None) -> Iterator[tuple[str, str]]:
    if amount is None:
        return
    yield key, amount.amount
    for of in ("at", "by", "where"):
        text = getattr(amount, of)
        if text is not None:
            yield f"{key}.{of}", text


_KEYS = (
    *((key, key) for key in ("number", "patient_id", "component", "agent", "nuclide", "prescribed_agent")),
    *((key, key) for key in ("prescribed", "directive", "order", "range", "route", "form", *SIZES, "note")),
    ("fraction", "fraction_of_delivery"),
    ("coefficient", "dose_coefficient"),
)
"""The fields of a written dose with the keys that files have for them."""
