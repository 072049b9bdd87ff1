"""Double entry: each number of a protocol file is written twice, in the file and in a fact that it cites.

Every number lies in a table with a citation, its own or its nearest parent's, and equals, as a quantity, a value of the
facts cited. Exempt are day 1, which is where days are counted from, repeats that add up to a cited number, and 0 and 1
as limits of counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date as Date
from typing import Any, NamedTuple

from dosecalc.errors import InputError
from dosecalc.files.factsheet import Fact
from dosecalc.files.faults import Fault
from dosecalc.files.protocol import LISTED, QUANTITIES, cited
from dosecalc.quantities import units

FactOf = Callable[[str], Fact | None]
_NO_NUMBERS = frozenset({"facts", "observables", "schema", "review"})
_NOT_COMPARED = frozenset({"cite", "between", "step", "reduce_to", "time"})
_BOUNDS = frozenset({"above", "at_least", "below", "at_most"})


class Number(NamedTuple):
    """A number of a file: the key that it stands under, where, what it cites, and totals of the repeats around it."""

    name: str
    written: str | int
    place: str
    cites: tuple[str, ...]
    totals: frozenset[int]

    @property
    def needs_no_fact(self) -> bool:
        """Whether it is one of the few numbers that need no source."""
        if self.name in _BOUNDS:
            return isinstance(self.written, int) and self.written in (0, 1)
        return self.name in ("day", "repeat") and (self.written == 1 or (self.name == "day" and self.written == 0))


class DoubleEntry:
    """The numbers of a file held against facts: ``faults`` are those that dangle, cite nothing, or differ."""

    def __init__(self, raw: Mapping[str, Any], fact: FactOf) -> None:
        self._fact = fact
        self._used: set[tuple[str, Any]] = set()
        self._stated: dict[str, list[Any]] = {}
        self.faults: tuple[Fault, ...] = tuple(
            fault
            for key, value in raw.items()
            if key not in _NO_NUMBERS
            for fault in self._below(key, value, key, (), frozenset())
        )

    def unused(self, cite: str, fact: Fact) -> list[str]:
        """Values of a cited fact that no number of the file uses; not wrong, worth a look."""
        if cite not in self._stated:
            return []
        return [f"{cite} {value}" for value in fact.values if (cite, value_of(value)) not in self._used]

    def _below(
        self, name: str, value: Any, place: str, cites: tuple[str, ...], totals: frozenset[int]
    ) -> Iterator[Fault]:
        """The faults of a key and of all that lies below it."""
        if isinstance(value, bool) or name in _NOT_COMPARED:
            return
        if isinstance(value, dict):
            yield from self._table(value, place, cites, totals)
        elif isinstance(value, list):
            for i, item in enumerate(value):
                if isinstance(item, (dict, list)):
                    yield from self._below(name, item, f"{place}[{i}]", cites, totals)
                elif isinstance(item, str) and name in LISTED:
                    yield from self._number(Number(name, item, f"{place}[{i}]", cites, totals))
        elif isinstance(value, Date):
            yield from self._number(Number(name, value.isoformat(), place, cites, totals))
        elif isinstance(value, int) or (isinstance(value, str) and name in QUANTITIES):
            yield from self._number(Number(name, value, place, cites, totals))

    def _table(
        self, table: dict[str, Any], place: str, cites: tuple[str, ...], totals: frozenset[int]
    ) -> Iterator[Fault]:
        for key in ("cite", "between"):
            yield from self._dangling(cited(table.get(key)), f"{place}.{key}")
        if "cite" in table:
            cites = cited(table["cite"])
        if "cycles" in table:
            cycles = table["cycles"]
            totals = frozenset({_total(cycles)})
            yield from self._cycles(cycles, f"{place}.cycles", cites)
        for key, value in table.items():
            yield from self._below(key, value, f"{place}.{key}", cites, totals)

    def _dangling(self, cites: tuple[str, ...], place: str) -> Iterator[Fault]:
        for cite in cites:
            try:
                if self._fact(cite) is None:
                    yield place, f"the citation {cite!r} points at no fact"
            except InputError as error:
                yield place, f"the sheet of {cite!r} cannot be used: {error}"

    def _cycles(self, cycles: Sequence[Mapping[str, Any]], place: str, cites: tuple[str, ...]) -> Iterator[Fault]:
        """All cycles together are as many as a cited fact says; a single one needs no fact."""
        total = _total(cycles)
        all_cites = (*cites, *(cite for cycle in cycles for cite in cited(cycle.get("cite"))))
        if total > 1 and total not in [value for cite in all_cites for value in self._values(cite)]:
            yield place, f"{total} cycles in all are not what the cited facts state ({', '.join(all_cites)})"

    def _number(self, number: Number) -> Iterator[Fault]:
        if number.needs_no_fact:
            return
        if number.name == "day" and isinstance(number.written, int):  # day -21 is 21 days before the anchor
            number = number._replace(written=abs(number.written))
        try:
            wanted = value_of(number.written)
        except InputError:
            return  # the compiler says so already
        if not number.cites:
            yield number.place, f"{number.written!r} cites no fact"
            return
        stated = [value for cite in number.cites for value in self._values(cite)]
        if wanted in stated or (number.name == "repeat" and any(total in stated for total in number.totals)):
            self._used.update((cite, wanted) for cite in number.cites)
            return
        printed = ", ".join(f"{cite} states {self._as_printed(cite)}" for cite in number.cites)
        yield number.place, f"{number.written!r} is not what the cited facts state ({printed})"

    def _values(self, cite: str) -> list[Any]:
        if cite not in self._stated:
            try:
                fact = self._fact(cite)
                self._stated[cite] = [value_of(value) for value in fact.values] if fact else []
            except InputError:  # a sheet or a value that cannot be read states no number
                self._stated[cite] = []
        return self._stated[cite]

    def _as_printed(self, cite: str) -> str:
        try:
            fact = self._fact(cite)
        except InputError:
            fact = None
        return ", ".join(str(value) for value in fact.values) if fact and fact.values else "no number"


def _total(cycles: Sequence[Mapping[str, Any]]) -> int:
    return sum(int(cycle.get("repeat", 1)) for cycle in cycles)


_DATE = re.compile(r"(19|20)[0-9]{2}(-[0-9]{2}){0,2}")


def value_of(written: str | int) -> int | tuple[Any, ...]:
    """A number of a file as something to compare.

    A whole number as it is; a quantity as a dimension and an exact canonical value; a date (or a year, or a month) and
    a step of a table (``"20 kg: 4.86"``) each as its own kind.
    """
    if isinstance(written, int):
        return written
    text = written.strip()
    if _DATE.fullmatch(text):
        return "date", text
    at, colon, factor = text.partition(":")
    if colon:
        return "step", *_quantity(at), units.read_number(factor)
    return _quantity(written)


def _quantity(text: str) -> tuple[Any, ...]:
    measure = units.read(text)
    return measure.dimension, measure.value
