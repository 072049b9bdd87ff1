"""Every reported case of some fact sheets, held against its own figures.

Its result makes the document ``dosecalc.audit/1``, whose keys are a contract.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, NamedTuple

from pydantic_core import ValidationError

from dosecalc.crosschecks.figures import FigureComparison, compare_figures
from dosecalc.crosschecks.result import FOUND, WORST_FIRST, Crosscheck, Verdict
from dosecalc.crosschecks.verdict import crosscheck_inputs
from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.factsheet import CaseFile, ReportedCase, UnsourcedCase
from dosecalc.files.faults import BadFileError, Problem, line_in, model_problems, plain_message
from dosecalc.files.folders import read_text
from dosecalc.files.model import keys_of
from dosecalc.library.lint import case_faults
from dosecalc.quantities.account import StatedOption, of_options
from dosecalc.quantities.documents import Document, Result
from dosecalc.quantities.frozen import Field
from dosecalc.quantities.options import path_text
from dosecalc.version import VERSION


class Claim(Result):
    """Two statements of one source that ought to agree."""

    figures: tuple[str, str] = Field(description="The two figures as the source prints them.")
    verdict: Verdict = Field(description="undetermined where one of the two cannot be read.")
    agree: bool | None = Field(description="Whether they agree; null where one of them cannot be read.")
    relative_difference: float | None = Field(description="The first over the second minus one, where there is one.")
    suggestion: str | None = Field(description="What would agree, or what was probably lost.")
    message: str = Field(description="The outcome as a sentence.")


class AuditedCase(Result):
    """One reported case, with what its figures say of each other."""

    sheet: str = Field(description="The id of the fact sheet, or the name of the file.")
    case: str = Field(description="The id of the case.")
    statement: str = Field(description="The case in the words of the sheet.")
    patients: int | None = Field(description="How many patients the figures are of.")
    total: str | None = Field(exclude=True, description="The total as it is printed.")
    doses: int | None = Field(exclude=True, description="The number of doses as it is printed.")
    level: str | None = Field(exclude=True, description="The level as it is printed.")
    verdict: Verdict = Field(description="The worst verdict of the total and the claims.")
    stated: tuple[StatedOption, ...] = Field(
        description="Every figure that the case prints, and what became of it; claims apart."
    )
    crosscheck: Crosscheck | None = Field(description="The check of the total; null where too little is printed.")
    claims: tuple[Claim, ...] = Field(description="The pairs of figures that ought to agree.")
    conclusion: str = Field(description="The verdict in sentences.")


class Audit(Document):
    """Every case of some fact sheets, the worst first."""

    SCHEMA: ClassVar[str] = "dosecalc.audit/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc that made the audit.")
    sources: tuple[Mapping[str, str], ...] = Field(description="The files that were read, each with id and sha256.")
    counts: Mapping[Verdict, int] = Field(description="How many cases have each verdict, the worst first.")
    cases: tuple[AuditedCase, ...] = Field(description="The cases, the worst first.")

    def exit_status(self, *, strict: bool = False) -> int:
        """0, or 1 where a case is not consistent as printed."""
        del strict
        return int(any(case.verdict in FOUND for case in self.cases))


def audit(*paths: str | os.PathLike[str]) -> Audit:
    """Check every case of fact sheets: the total against doses and level, and the claims that ought to agree.

    Cases stand in ``[[cases]]`` or ``[[reported]]`` tables.

    :param paths: TOML files, or folders of which every ``.toml`` file is checked; without any the sheets of the
        library, those that came with dosecalc and those of the site's folders
    :returns: a frozen :class:`Audit`
    :raises InputError: for a file that cannot be used, or where there is no case at all

    >>> import dosecalc
    >>> [case.case for case in dosecalc.audit().cases if case.verdict == "explained"][-2:]
    ['case-1', 'case-2']
    """
    names = [path_text("PATH", path) for path in paths]
    sources = [_read(file) for file in _distinct_files(names)]
    cases = [_check(source.name, case) for source in sources for case in source.cases]
    if not cases:
        raise InputError(f"{', '.join(names) or 'the library'} has no [[cases]] to check")
    return Audit.made(
        version=VERSION,
        sources=_identities(sources, cases),
        counts={verdict: sum(case.verdict == verdict for case in cases) for verdict in WORST_FIRST},
        cases=tuple(sorted(cases, key=lambda case: WORST_FIRST.index(case.verdict))),
    )


# -- files ------------------------------------------------------------------------------------------------------


class _Source(NamedTuple):
    """A file with the cases in it."""

    name: str
    sha256: str
    cases: list[ReportedCase]


def _distinct_files(names: Sequence[str]) -> Iterator[str]:
    """The files that some paths mean, or those of the library, each once however it is named."""
    files = [file for name in names for file in _files(name)] if names else list(_library())
    yield from {os.path.realpath(file): file for file in files}.values()


def _library() -> Iterator[str]:
    """The fact sheets that came with dosecalc, then those of the site's folders."""
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
        file = CaseFile.model_validate({key: raw[key] for key in keys_of(CaseFile) if key in raw})
    except tomllib.TOMLDecodeError as error:
        problem = Problem(name, "", line_in(str(error)), f"not TOML: {plain_message(str(error))}")
        raise BadFileError([problem]) from None
    except ValidationError as error:
        raise BadFileError(model_problems(name, text, error)) from None
    except (ValueError, RecursionError):
        raise BadFileError([Problem(name, "", None, "cannot be read as TOML")]) from None
    return _Source(os.path.basename(path).removesuffix(".toml"), sha256, [*file.cases, *file.reported])


def _identities(sources: Sequence[_Source], cases: Sequence[AuditedCase]) -> tuple[Mapping[str, str], ...]:
    """The files with cases, then those that the crosschecks rest on, each once."""
    identities: list[Mapping[str, str]] = [
        {"id": source.name, "sha256": source.sha256} for source in sources if source.cases
    ]
    identities += [each for case in cases if case.crosscheck is not None for each in case.crosscheck.sources]
    return tuple({(each["id"], each["sha256"]): each for each in identities}.values())


# -- cases ------------------------------------------------------------------------------------------------------


def _check(sheet: str, case: ReportedCase) -> AuditedCase:
    _refuse_unreadable(sheet, case)
    try:
        crosscheck = _total(case)
    except InputError as error:
        key = (error.where or "").removeprefix("--")
        raise InputError(error.message, where=f"{sheet}, case {case.id}, {key}") from None
    claims = tuple(_claim(first, second) for first, second in case.claims)
    return AuditedCase.made(
        sheet=sheet,
        case=case.id,
        statement=case.statement,
        patients=case.patients,
        total=_printed_total(case),
        doses=case.doses,
        level=case.level,
        verdict=_worst(crosscheck, claims),
        stated=of_options(_stated(case), {}) if crosscheck is None else crosscheck.stated,
        crosscheck=crosscheck,
        claims=claims,
        conclusion=" ".join(_conclusion(case, crosscheck, claims)),
    )


def _refuse_unreadable(sheet: str, case: ReportedCase) -> None:
    """Refuse figures of a case that cannot be read; a claim that cannot be read is a finding of its own."""
    for key, message in case_faults(case, ""):
        if "claims" not in key or "expected a pair" in message:
            raise InputError(message, where=f"{sheet}, case {case.id}, {key.lstrip('.')}")


def _total(case: ReportedCase) -> Crosscheck | None:
    """The check of the total; None where the source does not print all that this takes."""
    total = _printed_total(case)
    if isinstance(case, UnsourcedCase) and case.total is not None and case.total_level is not None:
        raise InputError("state the total or the total per body size, not both", where="total_level")
    if total is None or (case.protocol is None and (case.doses is None or case.level is None)):
        return None
    return crosscheck_inputs(_stated(case))


def _stated(case: ReportedCase) -> dict[str, list[str]]:
    """The figures of a case as the options of a crosscheck."""
    stated = {
        "total": _printed_total(case),
        "doses": None if case.doses is None else str(case.doses),
        "level": case.level,
        "age": case.age,
        "sex": case.sex,
        "weight": case.weight,
        "height": case.height,
        "bsa": case.bsa,
        "protocol": case.protocol,
        "agent": case.agent,
        "level-printed-as": case.level_printed_as,
    }
    return {option: [text] for option, text in stated.items() if text is not None}


def _printed_total(case: ReportedCase) -> str | None:
    return case.total_level if isinstance(case, UnsourcedCase) and case.total_level else case.total


def _claim(first: str, second: str) -> Claim:
    try:
        comparison = compare_figures(first, second)
    except InputError as error:
        return Claim.made(
            figures=(first, second),
            verdict="undetermined",
            agree=None,
            relative_difference=None,
            suggestion=None,
            message=f"{first} against {second} cannot be compared: {error}",
        )
    suggestion = "" if comparison.suggestion is None else f"; {comparison.suggestion}"
    return Claim.made(
        figures=(first, second),
        verdict=_verdict(comparison),
        agree=comparison.agree,
        relative_difference=comparison.relative_difference,
        suggestion=comparison.suggestion,
        message=f"{comparison.message.removesuffix('.')}{suggestion}.",
    )


def _verdict(comparison: FigureComparison) -> Verdict:
    if comparison.agree or comparison.within:
        return "consistent"
    return "explained" if comparison.explained else "inconsistent"


def _worst(crosscheck: Crosscheck | None, claims: Sequence[Claim]) -> Verdict:
    verdicts = {claim.verdict for claim in claims}
    if crosscheck is not None:
        verdicts.add(crosscheck.verdict)
    return min(verdicts, key=WORST_FIRST.index, default="undetermined")


# -- words ------------------------------------------------------------------------------------------------------


def _conclusion(case: ReportedCase, crosscheck: Crosscheck | None, claims: Sequence[Claim]) -> Iterator[str]:
    if crosscheck is None and not claims:
        yield f"Nothing to check: {_missing(case)}."
        return
    if crosscheck is not None:
        if case.patients is not None and case.patients > 1:
            yield f"Figures of {case.patients} patients, not of one."
        yield crosscheck.conclusion
    yield from (claim.message for claim in claims)
    if crosscheck is not None:
        yield from (f"Note: {note}." for note in crosscheck.notes)
    elif _printed_total(case) is not None:
        yield f"The total of {_printed_total(case)} was not checked: {_missing(case)}."


def _missing(case: ReportedCase) -> str:
    """The figures that a source does not print."""
    printed = {"total": _printed_total(case), "number of doses": case.doses, "level": case.level}
    missing = [name for name, value in printed.items() if value is None]
    return f"it prints no {' and no '.join(missing)}" if missing else "it prints no claim"
