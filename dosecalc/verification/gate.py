"""The gate a second time: what a case leaves unknown, and the comparisons of its amounts, times and people.

Written from docs/gate.md. It reads the case, the tables of requirements, agents and half-lives itself.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from dosecalc.verification.compare import Difference
from dosecalc.verification.quantities import Unreadable, read

Case = Mapping[str, Any]
NOT_CHECKED = (
    "code, text, settled_by, cite: words, and where they come from",
    "names of agents and forms, and what is asked of an agent by its name",
    "the protocol (its plan is computed by both methods), laboratory values, the draw, the product, the instrument",
)
_NEAR = 1e-9
"""Relative distance from a limit within which two roundings of a decayed amount may fall on either side of it."""
_SYMBOL = re.compile(r"([A-Z][a-z]?)-?(\d{2,3}m?)\b|\b(\d{2,3}m?)-?([A-Z][a-z]?)")
_PARTS = ("order", "received", "count", "checked", "administering")
_DOCUMENTS = ("directive", "order", "received", "assay")


class Tables(NamedTuple):
    """The tables as their files have them, the tolerance of ours as a part, and what the protocol says of the dose."""

    requirements: tuple[str, ...]
    agents: str
    half_lives: str
    tolerance: Fraction
    nuclide: str | None = None
    purpose: str | None = None
    arm: str | None = None


class Twain(NamedTuple):
    """Two things that are held against each other; ``sure`` unless they lie just at the edge."""

    what: str
    holds: bool
    sure: bool = True


def compare(document: Mapping[str, Any], tables: Tables) -> list[Difference]:
    """Where the document of a check and this method say different things. Unreadable for what cannot be read here."""
    again = SecondCase(document["inputs"], tables)
    told = {each["what"]: each["holds"] for each in document["compared"]}
    holds = [each["what"] for each in document["holds"]]
    found: list[Difference] = []
    for pair in again.pairs():
        said = told.get(pair.what)
        if said is not pair.holds and (pair.sure or said is None):
            found.append(Difference(pair.what, _word(said), _word(pair.holds)))
        if said is False and pair.what not in holds:
            found.append(Difference(pair.what, "no reason to hold", "a reason to hold"))
    asked = set(again.asked())
    unknown = {each["what"] for each in document["holds"] if each["text"].startswith("not stated: ")} & asked
    lacking = {key for key in asked if not again.stated(key)}
    found += [Difference(key, "not stated", "stated") for key in sorted(unknown - lacking)]
    found += [Difference(key, "stated, or not asked", "not stated") for key in sorted(lacking - unknown)]
    verdict = "hold" if holds else "go"
    if document["verdict"] != verdict:
        found.append(Difference("verdict", str(document["verdict"]), verdict))
    return found


def _word(holds: bool | None) -> str:  # noqa: FBT001  # one of three answers
    return "not compared" if holds is None else "agrees" if holds else "differs"


class SecondCase:
    """One case, read again."""

    def __init__(self, case: Case, tables: Tables) -> None:
        self.case, self.tables = case, tables
        self.zone = None if case.get("tz") is None else ZoneInfo(str(case["tz"]))
        self.at = self.time("at")
        self.days = self._half_life()

    def value(self, key: str) -> Any:
        """What stands at a key; None where nothing does."""
        found: Any = self.case
        for name in key.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return None if found in ("", [], (), {}) else found

    def text(self, key: str) -> str | None:
        found = self.value(key)
        return None if found is None else str(found[0] if isinstance(found, (list, tuple)) else found)

    def time(self, key: str) -> datetime | None:
        text = self.text(key)
        if text is None:
            return None
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and self.zone is None:
            raise Unreadable(text)
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=self.zone)

    # -- what is asked --

    def asked(self) -> Iterator[str]:
        """The keys that are asked of this case, without those of parts that are done without."""
        purpose = self.case.get("purpose") or self.tables.purpose
        therapy = purpose in (None, "not stated", "therapy")
        male = (self.text("patient.sex") or "").strip().lower() == "male"
        rows = (row for table in self.tables.requirements for row in list(csv.reader(table.splitlines()))[1:])
        for key, when, *_ in dict.fromkeys(map(tuple, rows)):
            kind, _, name = when.partition(" ")
            applies = {
                "always": True,
                "therapy": therapy,
                "childbearing": therapy and not male,
                "radionuclide": self.nuclide() == _nuclide(name),
                "arm": name == self.tables.arm,
                "agent": False,  # names of agents are not compared here
            }[kind]
            if applies and not self._waived(key.partition(".")[0]):
                yield key

    def _waived(self, part: str) -> bool:
        site = self.value(f"site.waives.{part}")
        return part in _PARTS and bool(self.value(f"{part}.not_applicable") or site)

    def stated(self, key: str) -> bool:
        if key == "patient.pregnancy":
            return any(self.value(f"{key}.{name}") is not None for name in ("result", "excluded"))
        return self.value(key) is not None

    # -- amounts --

    def nuclide(self) -> str | None:
        """The radionuclide by the names that are stated, or of the protocol."""
        names = [self.text(f"{part}.agent") for part in _DOCUMENTS]
        brands = {row[0].lower(): row[2] for row in csv.reader(self.tables.agents.splitlines()[1:]) if row[2]}
        for name in filter(None, names):
            found = _nuclide(name) or next((of for brand, of in brands.items() if brand in name.lower()), None)
            if found is not None:
                return found
        return self.tables.nuclide

    def _half_life(self) -> float | None:
        for row in csv.reader(self.tables.half_lives.splitlines()[1:]):
            if row[0] == self.nuclide():
                return float(read(f"{row[1]} {row[2]}").worth)
        return None

    def amount(self, key: str, time: str, to: datetime | None) -> float | None:
        """An amount at a moment, MBq or mg; as it stands where it has no time of its own."""
        text, start = self.text(key), self.time(time)
        if text is None:
            return None
        worth = read(text)
        if worth.dimension == "mass" or start is None or start == to:
            return float(worth.worth)
        if to is None or self.days is None:
            return None
        passed = (to.timestamp() - start.timestamp()) / 86400
        return float(worth.worth) * float(0.5 ** (passed / self.days))

    def limits(self, about: float, *, prescribed: bool) -> tuple[float, float]:
        """The lowest and the highest amount that is allowed about another."""
        range_, site = self.text("directive.range"), self.text("site.tolerance")
        if range_ is not None and prescribed:
            match = re.fullmatch(r"([\d.]+)\s*(?:to|-|–)\s*([\d.]+)\s*(.+)", range_.strip())
            if match is None:
                raise Unreadable(range_)
            return float(read(f"{match[1]} {match[3]}").worth), float(read(f"{match[2]} {match[3]}").worth)
        part = float(self.tables.tolerance if site is None else read(site).worth)
        return about * (1 - part), about * (1 + part)

    def beside(self, what: str, one: float | None, other: float | None, *, at_least: bool = False) -> Iterator[Twain]:
        if one is None or other is None:
            return
        low, high = self.limits(other, prescribed=other == self.prescribed())
        holds = one >= low if at_least else low <= one <= high
        yield Twain(what, holds, not any(abs(one - end) <= _NEAR * abs(end) for end in (low, high)))

    def prescribed(self) -> float | None:
        text = self.text("directive.amount")
        return None if text is None else float(read(text).worth)

    def pairs(self) -> Iterator[Twain]:
        """Everything that this method compares."""
        yield from self._identifiers()
        yield from self._amounts()
        yield from self._count()
        expires, measured, checked = self.time("received.expires"), self.text("assay.by"), self.text("checked.by")
        if expires is not None and self.at is not None:
            yield Twain("received.expires and at", self.at <= expires)
        if measured is not None and checked is not None:
            yield Twain("checked.by and assay.by", measured.strip().lower() != checked.strip().lower())

    def _identifiers(self) -> Iterator[Twain]:
        ids = {_plain(each) for each in self.value("patient.ids") or ()}
        for part in _DOCUMENTS:
            named = self.text(f"{part}.patient_id")
            if named is not None and ids:
                yield Twain(f"patient.ids and {part}.patient_id", _plain(named) in ids)

    def _amounts(self) -> Iterator[Twain]:
        prescribed = self.prescribed()
        if prescribed is None:
            return
        twice = [str(each) for each in self.value("directive.amount") or ()]
        if len(twice) == 2:
            (low, high), (lower, higher) = map(_printed, twice)
            yield Twain("directive.amount, stated twice", low <= higher and lower <= high)
        drawn = self.text("received.volume") is not None and self.text("assay.volume") is not None
        ordered = self.amount("order.amount", "order.calibrated", self.at)
        came = self.amount("received.amount", "received.calibrated", self.at)
        measured = self.amount("assay.amount", "assay.at", self.at)
        yield from self.beside("order.amount and directive.amount", ordered, prescribed, at_least=drawn)
        if ordered is not None:
            yield from self.beside("received.amount and order.amount", came, ordered)
        else:
            yield from self.beside("received.amount and directive.amount", came, prescribed, at_least=drawn)
        yield from self.beside("assay.amount and directive.amount", measured, prescribed)
        yield from self._label(drawn=drawn)

    def _label(self, *, drawn: bool) -> Iterator[Twain]:
        """The supplier's activity against one's own measurement, at its time and by volume."""
        at, text = self.time("assay.at"), self.text("assay.amount")
        came = self.amount("received.amount", "received.calibrated", at)
        if text is None or came is None or (at is None and self.text("received.calibrated") is not None):
            return
        if drawn:
            part, whole = (read_volume(str(self.text(key))) for key in ("assay.volume", "received.volume"))
            if not whole or part > whole:
                return
            came *= float(part / whole)
        yield from self.beside("assay.amount and received.amount", float(read(text).worth), came)

    def _count(self) -> Iterator[Twain]:
        expected, present = self.value("count.expected"), self.value("count.present")
        if expected is not None and present is not None:
            yield Twain("count", expected == present and expected > 0)
        each = self.value("count.each")
        if each and self.prescribed() is not None:
            total = float(sum(read(str(text)).worth for text in each))
            assay = self.text("assay.amount")
            yield from self.beside(
                "count.each and assay.amount", total, self.prescribed() if assay is None else float(read(assay).worth)
            )


def read_volume(text: str) -> Fraction:
    """A volume in mL."""
    match = re.fullmatch(r"([\d.]+)\s*(mL|ml|L|l|uL|µL)", text.strip())
    if match is None:
        raise Unreadable(text)
    worth = {"m": Fraction(1), "L": Fraction(1000), "l": Fraction(1000)}
    return Fraction(match[1]) * worth.get(match[2][0], Fraction(1, 1000))


def _plain(text: Any) -> str:
    return " ".join(str(text).split()).lower()


def _nuclide(name: str) -> str | None:
    """The radionuclide that stands in a name, as "Lu-177"."""
    match = _SYMBOL.search(name)
    if match is None:
        return None
    return f"{match[1]}-{match[2]}" if match[1] else f"{match[4]}-{match[3]}"


def _printed(text: str) -> tuple[Fraction, Fraction]:
    """What the printed digits of an amount can mean: half a unit of the last one to each side."""
    match = re.match(r"\s*\d+(?:\.(\d+))?(?![\deE.])", text)
    if match is None:
        raise Unreadable(text)
    worth = read(text)
    half = worth.worth / worth.number / 2 / 10 ** len(match[1] or "") if worth.number else Fraction(0)
    return worth.worth - half, worth.worth + half
