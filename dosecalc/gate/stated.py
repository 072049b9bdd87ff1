"""A case read: its amounts and times through the doors, each with the key that it stands at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo
from fractions import Fraction
from typing import Any, NamedTuple

from dosecalc.errors import InputError
from dosecalc.files.case import Case
from dosecalc.quantities import times, units
from dosecalc.quantities.options import within
from dosecalc.quantities.units import Measure
from dosecalc.reference import radionuclides, synonyms, tables
from dosecalc.reference.radionuclides import Radionuclide

PARTS = ("order", "received", "count", "checked", "administering")
"""The parts that a case or a site may do without."""
_NAMED = ("directive", "order", "received", "assay")


class StatedCase(NamedTuple):
    """A case with its zone; what is asked of it is read where it is asked. Files it names lie in its ``folder``."""

    case: Case
    zone: tzinfo | None
    folder: str = ""

    def value(self, key: str) -> Any:
        """What stands at a key, "assay.at"; None where nothing does."""
        found: Any = self.case
        for name in key.split("."):
            found = found.get(name) if isinstance(found, Mapping) else getattr(found, name, None)
        return None if found in ((), "") else found

    def text(self, key: str) -> str | None:
        """The same as text; the first where there are several."""
        found = self.value(key)
        return str(found[0]) if isinstance(found, tuple) else None if found is None else str(found)

    def amount(self, key: str) -> Measure | None:
        """An activity or a mass. InputError with its key."""
        text = self.text(key)
        return None if text is None else within(key, units.read, text, ("activity", "mass"))

    def moment(self, key: str) -> datetime | None:
        """A time with its zone. InputError with its key."""
        text = self.text(key)
        return None if text is None else within(key, times.read, text, self.zone)

    def waived(self, part: str) -> str | None:
        """Why a part is done without, where the case or the site says so; None for one that is never left out."""
        if part not in PARTS:
            return None
        site = None if self.case.site is None else self.case.site.waives.get(part)
        stated = getattr(getattr(self.case, part, None), "not_applicable", None)
        return stated or (f"{site} (site)" if site else None)

    @property
    def at(self) -> datetime | None:
        """When the dose is to be given."""
        return self.moment("at")

    @property
    def agent(self) -> str | None:
        """The first name that is stated of the agent: prescribed, ordered, received."""
        return next(filter(None, (self.text(f"{part}.agent") for part in _NAMED)), None)

    def nuclide(self, planned: str | None) -> Radionuclide | None:
        """The radionuclide: of the names that are stated, or of the arm's agent."""
        read = [synonyms.read(name).nuclides for part in _NAMED if (name := self.text(f"{part}.agent")) is not None]
        found = next((next(iter(each)) for each in read if len(each) == 1), planned)
        return None if found is None else tables.radionuclides().get(found)


def of_case(case: Case, folder: str = "") -> StatedCase:
    """A case with the zone of its clock times. InputError."""
    for part in {} if case.site is None else case.site.waives:
        if part not in PARTS:
            raise InputError(
                f"no site does without it; it may do without {', '.join(PARTS)}", where=f"site.waives.{part}"
            )
    return StatedCase(case, None if case.tz is None else within("tz", times.zone, case.tz), folder)


def decayed(value: Fraction, start: datetime, end: datetime, nuclide: Radionuclide) -> Fraction:
    """An activity (MBq) at another time. InputError beyond 300 half-lives."""
    return Fraction(float(value) * radionuclides.factor(times.between(start, end), nuclide.half_life))
