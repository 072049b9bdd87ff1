"""The agents by their names: INN, brand, code, and every spelling of the radionuclide, from ``seeds/agents.csv``.

An agent is a compound with its radionuclide: 123I-MIBG and 131I-MIBG are two agents. A name is taken apart into its
radionuclide, the names of compounds that the table has, and words that say nothing of the agent. What is left over is
not understood, and then nobody can say that the name means an agent, though it may still be seen to mean another one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from dosecalc.reference import radionuclides, tables

TABLE = "agents.csv"
NO_NUCLIDE = "none"
"""The radionuclide of a drug that has none."""
ANY = "any"
"""The compound of a name that leaves open which it is, as "99mTc for cystography"."""
_ELEMENTS = {
    "actinium": "Ac", "astatine": "At", "bismuth": "Bi", "copper": "Cu", "erbium": "Er", "fluorine": "F",
    "gallium": "Ga", "holmium": "Ho", "indium": "In", "iodine": "I", "lead": "Pb", "lutetium": "Lu",
    "phosphorus": "P", "radium": "Ra", "rhenium": "Re", "samarium": "Sm", "scandium": "Sc", "strontium": "Sr",
    "technetium": "Tc", "terbium": "Tb", "thallium": "Tl", "thallous": "Tl", "thorium": "Th", "xenon": "Xe",
    "yttrium": "Y", "zirconium": "Zr",
}  # fmt: skip
_ALONE = frozenset({"ac", "cu", "ga", "lu", "ra", "sm", "sr", "tb", "tc"})
"""Symbols that mean their element also without a mass: "Lu-PSMA-617"."""
_SPARE = (
    "a added ampoule c calibrated capsule capsules carrier diagnostic dose for free imaging infusion injection "
    "intravenous iv labeled labelled n nca no of oral radiolabeled radiolabelled solution sterile the therapeutic "
    "therapy treatment usp vial"
)
_SILENT = frozenset(_SPARE.split())
"""Words that say nothing of which agent it is."""


_WORD = re.compile(r"\d+m(?=[a-z]{1,2}(?![^\W\d_])|(?![^\W\d_]))|\d+|[^\W\d_]+")
"""A word, or a number; the m of 99mTc and Tc-99m belongs to the number, that of 131mIBG does not."""


class Identity(NamedTuple):
    """An agent: its compound, and its radionuclide (None for a drug without one)."""

    compound: str
    nuclide: str | None

    def __str__(self) -> str:
        return self.compound if self.nuclide is None else f"{self.compound} with {self.nuclide}"


class Name(NamedTuple):
    """What a name says: the compounds that it may mean, its radionuclides, its elements without a mass.

    ``complete``: every word was understood. A drug without a radionuclide has ``none`` for it.
    """

    compounds: frozenset[str]
    nuclides: frozenset[str]
    elements: frozenset[str]
    complete: bool

    @property
    def compound(self) -> str | None:
        """The one compound that it means; None where that is open."""
        sole = len(self.compounds) == 1 and self.complete
        return next(iter(self.compounds - {ANY}), None) if sole else None

    @property
    def nuclide(self) -> str | None:
        """The one radionuclide that it has; None where that is open or contradicts an element that is named."""
        (nuclide,) = self.nuclides if len(self.nuclides) == 1 else (None,)
        return None if nuclide is None or self.elements - {nuclide.partition("-")[0]} else nuclide


class _NameRow(NamedTuple):
    compounds: frozenset[str]
    nuclide: str | None


@lru_cache(maxsize=2048)
def identify(name: str, nuclide: str | None = None) -> Identity | None:
    """The agent that a name means; None where nobody knows it, or where it leaves open which it is.

    ``nuclide`` is the radionuclide as it is stated elsewhere, for names without one.

    >>> identify("[177Lu]Lu-PSMA-617") == identify("Pluvicto") == Identity("PSMA-617", "Lu-177")
    True
    >>> identify("MIBG"), identify("MIBG", "I-123")
    (None, Identity(compound='MIBG', nuclide='I-123'))

    """
    named = read(name, nuclide)
    if named.compound is None or named.nuclide is None:
        return None
    return Identity(named.compound, None if named.nuclide == NO_NUCLIDE else named.nuclide)


def alike(one: Name, other: Name) -> bool | None:
    """Whether two names mean one agent; None where that cannot be said.

    Another radionuclide, or compounds of which neither may be the other, are two agents whatever else is not known.
    """
    if other_nuclide(one, other) or other_compound(one, other):
        return False
    if one.compound is None or one.compound != other.compound or one.nuclide is None or other.nuclide is None:
        return None
    return True


def other_nuclide(one: Name, other: Name) -> bool:
    """Whether two names have different radionuclides, or an element that is none of the other's."""
    apart = _apart(one, other) or _apart(other, one)
    return apart or (len(one.nuclides) == len(other.nuclides) == 1 and one.nuclides != other.nuclides)


def other_compound(one: Name, other: Name) -> bool:
    """Whether of the compounds that two names may mean none is the same."""
    open_ = not one.compounds or not other.compounds or ANY in one.compounds | other.compounds
    return not open_ and not one.compounds & other.compounds


def same(one: str, other: str) -> bool | None:
    """Whether two names mean one agent; None where that cannot be said."""
    return alike(read(one), read(other))


def names_of(agent: str, nuclide: str | None) -> tuple[str, ...]:
    """The other names of the table that may mean an agent, as brands and codes do."""
    compounds = read(agent, nuclide).compounds
    return tuple(name for name, meant, of in _lines() if compounds & meant and of in (None, nuclide))


def spelled_alike(one: str, other: str) -> bool:
    """Whether two names have the same words beside those of a radionuclide."""
    words = [_told(each) for each in (one, other)]
    return bool(words[0]) and words[0] == words[1]


def _told(name: str) -> list[str]:
    return [word for word in _nuclides(_words(name))[1] if word not in _SILENT and _element(word) is None]


def _apart(one: Name, other: Name) -> bool:
    """Whether an element that one name has is none of the other's radionuclides."""
    of_other = {nuclide.partition("-")[0] for nuclide in other.nuclides}
    return bool(one.elements and of_other) and not one.elements & of_other


@lru_cache(maxsize=2048)
def read(name: str, nuclide: str | None = None) -> Name:
    """A name, taken apart; ``nuclide`` is the radionuclide where the name itself has none."""
    words = _words(name)
    stated, rest = _nuclides(words)
    elements = {_element(word) for word in rest} - {None}
    rest = [word for word in rest if _element(word) is None]
    compounds, implied, complete = _compounds(rest)
    found = stated | implied or ({radionuclides.spelled(nuclide)} if nuclide is not None else set())
    if not compounds and not rest:  # "Ra-223": a radionuclide that is given as one agent alone
        compounds = frozenset().union(*(_bare().get(each, frozenset()) for each in found if len(found) == 1))
    symbols = {each for each in elements if each is not None}
    return Name(frozenset(compounds), frozenset(found), frozenset(symbols), complete)


def _words(name: str) -> list[str]:
    """The words and the numbers of a name: "177Lu-PSMA617" has 177, lu, psma, 617, and "99mTc" has 99m, tc."""
    return _WORD.findall(unicodedata.normalize("NFKC", name).casefold())


def _nuclides(words: Sequence[str]) -> tuple[set[str], list[str]]:
    """The radionuclides that stand in some words, and the words without them."""
    found: set[str] = set()
    rest: list[str] = []
    at = 0
    while at < len(words):
        nuclide, taken = _nuclide_at(words, at)
        if nuclide is None:
            rest.append(words[at])
        else:
            found.add(nuclide)
        at += taken
    return found, rest


def _nuclide_at(words: Sequence[str], at: int) -> tuple[str | None, int]:
    """The radionuclide that begins at a word, and how many words it takes: 177 Lu, Lu 177, 90 Y Y, yttrium 90 Y."""
    first, second, third = (*words[at : at + 3], "", "", "")[:3]
    for symbol, mass in ((_symbol(first), second), (_symbol(second), first)):
        if f"{symbol}-{mass}" in _table():
            return f"{symbol}-{mass}", 3 if third == symbol.casefold() else 2
    return None, 1


def _symbol(word: str) -> str:
    return _ELEMENTS.get(word, word.capitalize())


def _element(word: str) -> str | None:
    return word.capitalize() if word in _ALONE else _ELEMENTS.get(word)


def _compounds(words: Sequence[str]) -> tuple[frozenset[str], set[str], bool]:
    """The compounds that some words name, the radionuclides that their names imply, and whether all was understood.

    Several names that can mean one compound mean it; otherwise each of them counts, and nothing is settled.
    """
    rows, complete = _rows_of(words)
    implied = {row.nuclide for row in rows} - {None}
    if not rows:
        return frozenset(), set(), complete
    common = frozenset.intersection(*(row.compounds for row in rows))
    compounds = common or frozenset.union(*(row.compounds for row in rows))
    return compounds, {each for each in implied if each is not None}, complete and bool(common)


def _rows_of(words: Sequence[str]) -> tuple[list[_NameRow], bool]:
    """The rows of the table that are named, the longest names first, and whether every other word is silent."""
    found: list[_NameRow] = []
    complete, at = True, 0
    while at < len(words):
        taken = next((n for n in range(_longest(), 0, -1) if tuple(words[at : at + n]) in _rows()), 0)
        if taken:
            found.append(_rows()[tuple(words[at : at + taken])])
        elif words[at] not in _SILENT:
            complete = False
        at += taken or 1
    return found, complete


# -- the table --------------------------------------------------------------------------------------------------


def _lines() -> Iterator[tuple[str, frozenset[str], str | None]]:
    for line in tables.read_bytes(TABLE).decode().splitlines()[1:]:
        name, compound, nuclide, _source = line.split(",")
        yield name, frozenset(compound.split("|")), nuclide or None


@lru_cache(maxsize=1)
def _rows() -> dict[tuple[str, ...], _NameRow]:
    """The rows by the words of their names."""
    return {tuple(_words(name)): _NameRow(compounds, nuclide) for name, compounds, nuclide in _lines()}


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, _rows()))


@lru_cache(maxsize=1)
def _bare() -> dict[str, frozenset[str]]:
    """The compounds of names that are a radionuclide and nothing else."""
    rows = ((name, compounds, _nuclides(_words(name))) for name, compounds, _ in _lines())
    return {next(iter(stated)): compounds for _, compounds, (stated, rest) in rows if stated and not rest}


@lru_cache(maxsize=1)
def _table() -> frozenset[str]:
    return frozenset(tables.radionuclides())
