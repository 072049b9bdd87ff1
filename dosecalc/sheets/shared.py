"""Parts that several sheets have: who the patient is, and what a sheet was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dosecalc.sheets.model import Entry
from dosecalc.version import USE_BY, VERSION

TOLERANCES = (10, 20)
"""The percentages whose limits are printed: 10 of the European reading, 20 of the American rules."""


def patient(identifiers: Sequence[str]) -> tuple[Entry, ...]:
    """Two identifiers, each a blank where it was not stated."""
    first, second, *more = (*identifiers, None, None)
    rows = [Entry("Patient, first identifier", first, "patient"), Entry("Patient, second identifier", second)]
    rows += [Entry("Patient, further identifier", each) for each in more if each is not None]
    return tuple(rows)


def identity(sources: Iterable[Mapping[str, str]]) -> tuple[Entry, ...]:
    """The version, the day from which it is not to be used any more, and every file with its hash."""
    files = [Entry(source["id"], f"sha256 {source['sha256'][:12]}") for source in sources]
    return (Entry("Made by", f"dosecalc {VERSION}, to be used until {USE_BY}"), *files)


NOTICE = "Decision support for qualified staff, with no CE mark or clearance. Check every figure against its source."
