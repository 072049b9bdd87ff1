"""Lint: everything that is wrong in a protocol file or a fact sheet, and notes on what is worth a look."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from pydantic_core import ValidationError

from dosecalc.course.observables import OBSERVABLES
from dosecalc.course.observables import read as read_observable
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.factsheet import FactSheet, ReportedCase
from dosecalc.files.faults import Fault, Problem, located, model_problems, not_toml
from dosecalc.files.folders import read_text
from dosecalc.library.checks import fact_faults
from dosecalc.library.facts import read_sheet
from dosecalc.library.reader import ProtocolFile, examine
from dosecalc.quantities import units
from dosecalc.quantities.printed import figure
from dosecalc.reference import tables
from dosecalc.reference.routes import NOT_STATED

if TYPE_CHECKING:
    from dosecalc.library.proofs import Proofs

AMOUNTS = ("activity", "mass", "activity/weight", "activity/bsa", "mass/weight", "mass/bsa")
MOST = 100


class LintReport(NamedTuple):
    """The report on one file: what is wrong in it, and notes on what is worth a look."""

    file: str
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    unproved: tuple[str, ...] = ()
    """The places whose conditions have too many combinations to be tried."""
    proofs: Proofs | None = None
    """What was proved, where proofs were asked for and the file is a sound protocol file."""

    def exit_status(self, *, strict: bool = False) -> int:
        """1 where anything is wrong or was refuted, else 0; ``strict`` makes no difference."""
        del strict
        return int(bool(self.problems) or bool(self.proofs and self.proofs.refuted))


def lint(path: str, *, prove: bool = False) -> LintReport:
    """Check a protocol file, or a fact sheet, whole; ``prove``: what holds for every patient as well.

    InputError if it cannot be read, or if there is nothing to prove with.
    """
    proofs = _prover() if prove else None
    text, _ = read_text(path)
    name = folders.shown(path)
    if _is_sheet(text):
        return LintReport(name, tuple(_sheet_problems(path, name, text)), ())
    file, problems = examine(path)
    if file is None:
        return LintReport(name, tuple(problems), ())
    shown = None if proofs is None else proofs(file)
    unproved = () if shown is not None and not shown.open else file.unproved
    return LintReport(name, tuple(problems), tuple(_notes(file)), unproved, shown)


def _prover() -> Callable[[ProtocolFile], Proofs]:
    """What proves, which needs z3."""
    try:
        from dosecalc.library.proofs import prove
    except ImportError:
        raise InputError("proofs need z3: pip install 'dosecalc[prove]'", where="--prove") from None
    return prove


def _is_sheet(text: str) -> bool:
    """Whether the keys are those of a fact sheet; what cannot be read is taken for a protocol file."""
    try:
        keys = tomllib.loads(text).keys()
    except (ValueError, RecursionError):
        return False
    return not {"arms", "agents"} & keys and bool({"facts", "publisher", "kind"} & keys)


def _notes(file: ProtocolFile) -> list[str]:
    entry = file.double_entry()
    facts = {f"{sheet.id}#{fact.id}": fact for sheet in file.sheets.values() for fact in sheet.facts.values()}
    notes = [f"no number uses {unused}" for ref, fact in facts.items() for unused in entry.unused(ref, fact)]
    if os.path.basename(file.path) != f"{file.protocol.id}.toml":
        notes.append(f"to be found by its arm ids, the file has to be named {file.protocol.id}.toml")
    known = tables.radionuclides()
    notes += [
        f"{agent.radionuclide!r} of {agent.name} is not in the table of half-lives, so its decay cannot be computed"
        for agent in file.protocol.agents.values()
        if agent.radionuclide and agent.radionuclide not in known
    ]
    notes += [
        f"{name} has no believed range (min and max in observables.{name}), so that a slip in it goes unseen"
        for name, row in file.protocol.observables.items()
        if row.kind in ("quantity", "count") and None in (row.min, row.max)
    ]
    notes += [
        f"{arm.id} has no purpose (therapy, dosimetry or imaging), so that it is asked for as therapy is"
        for arm in file.protocol.arms
        if arm.purpose is None
    ]
    notes += [
        f"{agent.name} has no route (such as intravenous or oral), so that no record is held against one; write "
        f'route = "{NOT_STATED}" in agents.{key} where the sources do not tell'
        for key, agent in file.protocol.agents.items()
        if agent.route is None
    ]
    if file.protocol.review is None and _is_of_a_site(file.path):
        notes.append("no review is stated; write owner, reviewed_by, date and next in [review]")
    unconfirmed = dict(pair for arm in file.protocol.arms for pair in file.unconfirmed(arm))
    return [*notes, *(f"unconfirmed: {cite}: {statement}" for cite, statement in unconfirmed.items())]


def _is_of_a_site(path: str) -> bool:
    """Whether a file lies in a folder of the site, so that patients are planned by it."""
    return any(os.path.realpath(path).startswith(os.path.realpath(each) + os.sep) for each in folders.site_folders())


# -- fact sheets ----------------------------------------------------------------------------------------------------


def _sheet_problems(path: str, name: str, text: str) -> list[Problem]:
    """Everything that is wrong in a fact sheet."""
    try:
        sheet = FactSheet.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        return [not_toml(name, error)]
    except ValidationError as error:
        return model_problems(name, text, error)
    return located(name, text, [*_own(sheet, path), *_references(sheet, path)])


def _own(sheet: FactSheet, path: str) -> Iterator[Fault]:
    if os.path.basename(path) != f"{sheet.id}.toml":
        yield "id", f"the sheet {sheet.id!r} has to be in a file named {sheet.id}.toml, or no citation finds it"
    yield from fact_faults(sheet.facts)
    ids = [case.id for case in sheet.cases]
    for i, case in enumerate(sheet.cases):
        if case.id in ids[:i]:
            yield f"cases[{i}].id", f"the case id {case.id!r} is used twice"
        yield from case_faults(case, f"cases[{i}]")


def case_faults(case: ReportedCase, key: str) -> Iterator[Fault]:
    """The figures of a case that an audit could not read."""
    for name in ("age", "weight", "height", "bsa"):
        yield from _unreadable(_observed(name), getattr(case, name), f"{key}.{name}")
    for name in ("total", "level"):
        yield from _unreadable(_amount, getattr(case, name), f"{key}.{name}")
    if case.doses is not None and not 1 <= case.doses <= MOST:
        yield f"{key}.doses", f"read {case.doses}, expected a whole number from 1 to {MOST}"
    for j, pair in enumerate(case.claims):
        if len(pair) != 2:
            yield f"{key}.claims[{j}]", f"read {len(pair)} figures, expected a pair"
        for text in pair:
            yield from _unreadable(figure, text, f"{key}.claims[{j}]")


def _amount(text: str) -> object:
    return units.read(text, AMOUNTS)


def _observed(name: str) -> Callable[[str], object]:
    return lambda text: read_observable(OBSERVABLES[name], text)


def _unreadable(read: Callable[[str], object], text: str | None, key: str) -> Iterator[Fault]:
    if text is None:
        return
    try:
        read(text)
    except InputError as error:
        yield key, error.message


def _references(sheet: FactSheet, path: str) -> Iterator[Fault]:
    own = {fact.id for fact in sheet.facts}
    lists = [(f"facts[{i}].computed_from", fact.computed_from) for i, fact in enumerate(sheet.facts)]
    lists += [(f"conflicts[{i}].between", conflict.between) for i, conflict in enumerate(sheet.conflicts)]
    for key, cites in lists:
        for cite in cites:
            sheet_id, _, fact_id = cite.rpartition("#")
            exists = fact_id in own if sheet_id in ("", sheet.id) else _is_fact(path, sheet_id, fact_id)
            if not exists:
                yield key, f"{cite!r} points at no fact"


def _is_fact(path: str, sheet_id: str, fact_id: str) -> bool:
    """Whether another sheet, beside this one or shipped, has the fact."""
    beside = os.path.join(os.path.dirname(os.path.abspath(path)), f"{sheet_id}.toml")
    other = beside if os.path.isfile(beside) else os.path.join(folders.shipped("seeds"), f"{sheet_id}.toml")
    return os.path.isfile(other) and fact_id in read_sheet(other).facts
