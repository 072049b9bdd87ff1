"""Every reported case of some fact sheets, held against its own figures."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import ValidationError

from dosecalc.crosschecks.figures import same
from dosecalc.crosschecks.result import WORST_FIRST, Audit, Audited, Claim, Crosscheck
from dosecalc.crosschecks.verdict import crosscheck_inputs
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.factsheet import CaseFile, ReportedCase, UnsourcedCase
from dosecalc.files.faults import BadFileError, Problem, line_in, model_problems, plain_message
from dosecalc.files.folders import read_text
from dosecalc.library.lint import case_faults
from dosecalc.quantities.options import path_text
from dosecalc.version import VERSION


class _Source(NamedTuple):
    name: str
    sha256: str
    cases: list[ReportedCase]


def audit(*paths: str | os.PathLike[str]) -> Audit:
    """Check every case of fact sheets: the total against doses and level, and the claims that ought to agree.

    Without paths the sheets of the library are checked, those that came with dosecalc and those of the site's folders;
    with paths these files, or every ``.toml`` file of a folder. Cases stand in ``[[cases]]`` or ``[[reported]]``.

    Returns a frozen :class:`~dosecalc.crosschecks.result.Audit`, the worst case first. Raises InputError for a file
    that cannot be used, or where there is no case at all.

    >>> import dosecalc
    >>> [case.case for case in dosecalc.audit().cases if case.verdict == "explained"][-2:]
    ['case-1', 'case-2']
    """
    texts = [path_text("PATH", path) for path in paths]
    listed = [file for path in texts for file in _files(path)] if paths else list(_library())
    files = {os.path.realpath(file): file for file in listed}.values()
    sources = [_read(path) for path in files]
    cases = [_check(source.name, case) for source in sources for case in source.cases]
    if not cases:
        said = ", ".join(texts) or "the library"
        raise InputError(f"{said} has no [[cases]] to check")
    used = [{"id": source.name, "sha256": source.sha256} for source in sources if source.cases]
    used += [each for case in cases if case.crosscheck is not None for each in case.crosscheck.sources]
    return Audit(
        version=VERSION,
        sources=tuple({(each["id"], each["sha256"]): each for each in used}.values()),
        cases=tuple(sorted(cases, key=lambda case: WORST_FIRST.index(case.verdict))),
    )


# -- files ------------------------------------------------------------------------------------------------------


def _library() -> Iterator[str]:
    for folder in (folders.shipped("seeds"), *(os.path.join(site, "seeds") for site in folders.site_folders())):
        if os.path.isdir(folder):
            yield from _files(folder)


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):
        return [path]
    return [os.path.join(path, name) for name in sorted(os.listdir(path)) if name.endswith(".toml")]


def _read(path: str) -> _Source:
    text, sha256 = read_text(path)
    name = folders.shown(path)
    try:
        raw = tomllib.loads(text)
        found = CaseFile.model_validate({key: raw[key] for key in CaseFile.model_fields if key in raw})
    except tomllib.TOMLDecodeError as error:
        problem = Problem(name, "", line_in(str(error)), f"not TOML: {plain_message(str(error))}")
        raise BadFileError([problem]) from None
    except ValidationError as error:
        raise BadFileError(model_problems(name, text, error)) from None
    except (ValueError, RecursionError):
        raise BadFileError([Problem(name, "", None, "cannot be read as TOML")]) from None
    return _Source(os.path.basename(path).removesuffix(".toml"), sha256, [*found.cases, *found.reported])


# -- cases ------------------------------------------------------------------------------------------------------


def _check(sheet: str, case: ReportedCase) -> Audited:
    where = f"{sheet}, case {case.id}"
    for key, message in case_faults(case, ""):
        if "claims" not in key or "expected a pair" in message:
            raise InputError(message, where=f"{where}, {key.lstrip('.')}")
    try:
        checked = _total(case)
    except InputError as error:
        raise InputError(error.message, where=f"{where}, {(error.where or '').removeprefix('--')}") from None
    claims = tuple(map(_claim, case.claims))
    verdicts = [*([checked.verdict] if checked else []), *(claim.verdict for claim in claims)]
    said = [*([checked.conclusion] if checked else []), *(claim.message for claim in claims), *_remarks(case, checked)]
    return Audited(
        sheet=sheet,
        case=case.id,
        statement=case.statement,
        patients=case.patients,
        total=_printed_total(case),
        doses=case.doses,
        level=case.level,
        verdict=min(verdicts, key=WORST_FIRST.index) if verdicts else "undetermined",
        crosscheck=checked,
        claims=claims,
        conclusion=" ".join((*_cohort(case, checked), *said)) if said else f"Nothing to check: {_lacking(case)}.",
    )


def _remarks(case: ReportedCase, checked: Crosscheck | None) -> Iterator[str]:
    """What bears on a verdict and is no part of it."""
    if checked is not None:
        yield from (f"Note: {note}." for note in checked.notes)
    elif case.claims and _printed_total(case) is not None:
        yield f"The total of {_printed_total(case)} was not checked: {_lacking(case)}."


def _printed_total(case: ReportedCase) -> str | None:
    return case.total_level if isinstance(case, UnsourcedCase) and case.total_level else case.total


def _total(case: ReportedCase) -> Crosscheck | None:
    """The total against the regimen; None where the source does not print all that this takes."""
    total = _printed_total(case)
    if isinstance(case, UnsourcedCase) and case.total is not None and case.total_level is not None:
        raise InputError("state the total or the total per body size, not both", where="total_level")
    if total is None or (case.protocol is None and (case.doses is None or case.level is None)):
        return None
    doses = None if case.doses is None else str(case.doses)
    stated = {
        "total": total, "doses": doses, "level": case.level, "age": case.age, "sex": case.sex, "weight": case.weight,
        "height": case.height, "bsa": case.bsa, "protocol": case.protocol, "agent": case.agent,
        "level-printed-as": case.level_printed_as,
    }  # fmt: skip
    return crosscheck_inputs({option: [text] for option, text in stated.items() if text is not None})


def _claim(pair: tuple[str, ...]) -> Claim:
    first, second = pair
    try:
        found = same(first, second)
    except InputError as error:
        return Claim(
            figures=(first, second), same=None, message=f"{first} against {second} cannot be compared: {error}"
        )
    message = found.message if found.suggestion is None else f"{found.message[:-1]}; {found.suggestion}."
    return Claim(figures=(first, second), same=found, message=message)


def _cohort(case: ReportedCase, checked: Crosscheck | None) -> Iterator[str]:
    if checked is not None and case.patients is not None and case.patients > 1:
        yield f"Figures of {case.patients} patients, not of one."


def _lacking(case: ReportedCase) -> str:
    printed = {"total": _printed_total(case), "number of doses": case.doses, "level": case.level}
    lacking = [name for name, value in printed.items() if value is None]
    return f"it prints no {' and no '.join(lacking)}" if lacking else "it prints no claim"
