"""A plan as a draft of a written directive, with a page on which somebody else repeats the calculation."""

from __future__ import annotations

from collections.abc import Iterator

from dosecalc.errors import InputError
from dosecalc.planning.code import code_of
from dosecalc.planning.result import Dose, Plan
from dosecalc.quantities import units
from dosecalc.quantities.phrases import doses_text
from dosecalc.reference.routes import NOT_STATED
from dosecalc.sheets import shared
from dosecalc.sheets.figures import both, column
from dosecalc.sheets.model import Entries, Entry, Grid, NewPage, Notes, PaperSheet, Part, Signatures
from dosecalc.sheets.requirements import completed


def of_plan(plan: Plan) -> PaperSheet:
    """The sheet of a plan. Figures that are not known are told as that, and never left out."""
    return completed(
        PaperSheet(
            kind="directive",
            title=f"Written directive: {units.prose(plan.protocol['title'])}",
            mark="draft until signed by an authorised user",
            parts=tuple(_parts(plan)),
            identity=shared.identity([_file(plan), *plan.sources]),
            code=_code(plan),
        )
    )


def _file(plan: Plan) -> dict[str, str]:
    return {"id": plan.protocol["file"], "sha256": plan.protocol["sha256"]}


def _code(plan: Plan) -> str | None:
    """The plan's code; none for a plan that has none, as one from a file of readings."""
    try:
        return code_of(plan)
    except InputError:
        return None


def _parts(plan: Plan) -> Iterator[Part]:
    yield Notes("Outcome", (plan.clearance.text,), urgent=plan.clearance.verdict != "nothing found against it")
    yield Entries("Patient", shared.patient(plan.inputs.get("patient-id", ())))
    yield Entries("What is given", tuple(_given(plan)))
    yield from _doses(plan)
    yield from _against(plan)
    yield Signatures(
        "Before administration",
        (
            Entry("Authorised user", None, "authorised"),
            Entry("Oral directive or revision taken by, to be signed within 48 h", None, "oral"),
            Entry("Revised by", None),
        ),
    )
    yield from _behind(plan)
    yield _stated(plan)
    yield _arithmetic(plan)
    yield from _second(plan)


def _given(plan: Plan) -> Iterator[Entry]:
    several = len(plan.agents) > 1
    for key, name in plan.agents.items():
        how, of = plan.administration[key], f" of {key}" if several else ""
        yield Entry(f"Radioactive drug or drug{of}", name, "drug")
        yield Entry(f"Route{of}", None if how.route == NOT_STATED else how.route, "route")
        if how.form is not None:
            yield Entry(f"Form{of}", how.form)
        if how.site is not None:
            yield Entry(f"Site{of}", how.site)
    yield Entry("Protocol", f"{plan.protocol['arm']} ({plan.protocol['status']})")


def _doses(plan: Plan) -> Iterator[Part]:
    for key, name in plan.agents.items():
        doses = [dose for dose in plan.doses if dose.agent == key]
        if not doses:
            continue
        values = [dose.value for dose in doses]
        systems = ("Bq", "Ci") if doses[0].kind == "activity" else ("g",)
        columns = [column(values, system) for system in systems]
        rows = tuple(
            (*_place(dose), _level(dose), *(cells[i] or "pending" for cells in columns), _what(dose))
            for i, dose in enumerate(doses)
        )
        amounts = tuple(_NAMES[system] for system in systems)
        header = ("dose", "cycle", "day", "date", "level", *amounts, "")
        right = frozenset({0, 1, 2, 4, *range(5, 5 + len(amounts))})
        yield Grid(f"Dosage: {name}", header, rows, right, note=_pending(doses))
    yield Entries("Dosage in words", (Entry("Dosage", "; ".join(_told(plan)) or None, "dosage"),))


_NAMES = {"Bq": "becquerel", "Ci": "curie", "g": "mass"}


def _told(plan: Plan) -> Iterator[str]:
    """Each amount once, with the doses that have it."""
    groups: dict[str, list[int]] = {}
    for dose in plan.doses:
        if dose.value is not None:
            groups.setdefault(both(dose.value, radioactive=dose.kind == "activity"), []).append(dose.number)
    return (f"{doses_text(numbers)}: {amount}" for amount, numbers in groups.items())


def _place(dose: Dose) -> tuple[str, str, str, str | None]:
    earliest = "from " if dose.date_from else ""
    day = "not known" if dose.day is None else f"{earliest}{dose.day}"
    return str(dose.number), str(dose.cycle), day, None if dose.date is None else f"{earliest}{dose.date}"


def _level(dose: Dose) -> str:
    return "not decided" if dose.level is None else units.spell(dose.level)


def _what(dose: Dose) -> str:
    words = [word for word, holds in (("given", dose.given), ("optional", dose.optional)) if holds]
    words += [f"step {dose.reduction} of the reductions"] if dose.reduction else []
    words += [{"cap": "capped by the source", "floor": "raised by the source"}[dose.bounded]] if dose.bounded else []
    return ", ".join(words)


def _pending(doses: list[Dose]) -> str:
    waiting = dict.fromkeys(dose.pending for dose in doses if dose.pending is not None)
    return "; ".join(f"pending: {why}" for why in waiting if why is not None)


def _against(plan: Plan) -> Iterator[Part]:
    """What is against the plan, and what is not known: never left off the paper."""
    found = [each for each in plan.findings if each.status in ("violation", "warning")]
    if found:
        yield Notes("Against it", tuple(f"{each.status}: {units.prose(each.message)}" for each in found), urgent=True)
    unknown = [each for each in plan.findings if each.status == "unknown"]
    if unknown:
        yield Notes(
            "Not known, whether it is so",
            tuple(units.prose(each.message.partition(";")[0]) for each in unknown),
            urgent=True,
        )


def _behind(plan: Plan) -> Iterator[Part]:
    """Where the sources differ, what they ask for besides, and what nobody has read."""
    conflicts = [each for each in plan.conflicts if each.applies is not False]
    if conflicts:
        lines = tuple(f"{each.id}: {units.prose(each.reading)}. Why: {units.prose(each.because)}" for each in conflicts)
        yield Notes("Where the sources differ", lines)
    told = tuple(units.prose(each.text) for each in plan.instructions)
    if told:
        yield Notes("Instructions of the sources", told)
    if plan.unconfirmed:
        lines = tuple(f"{each.fact}: {units.prose(each.statement)}" for each in plan.unconfirmed)
        yield Notes("Not yet checked against the source", lines, urgent=True)


def _stated(plan: Plan) -> Grid:
    rows = tuple(
        (
            each.what + (f"[{each.dose}]" if each.dose is not None else ""),
            each.text,
            ", ".join(each.findings) or each.outcome,
        )
        for each in plan.stated
    )
    return Grid("Stated", ("what", "value", "used by"), rows or (("nothing", "", ""),))


def _arithmetic(plan: Plan) -> Notes:
    groups: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for dose in plan.doses:
        groups.setdefault((dose.trace, dose.cite), []).append(dose.number)
    lines = [f"{doses_text(numbers)}: {trace} ({', '.join(cite)})" for (trace, cite), numbers in groups.items()]
    return Notes("Arithmetic", tuple(lines))


def _second(plan: Plan) -> Iterator[Part]:
    """The calculation by a second person, on a page that shows what was stated and none of our results."""
    yield NewPage("Second calculation, by another person")
    yield Notes(
        "", ("Work from the source and from what was stated; the amounts of the first page are not repeated here.",)
    )
    yield _stated(plan)
    rows = tuple((str(dose.number), str(dose.cycle), _level(dose), None, None) for dose in plan.doses)
    header = ("dose", "cycle", "level", "calculation", "amount")
    yield Grid("Calculation", header, rows, frozenset({0, 1, 2}))
    yield Signatures("Second calculation", (Entry("Calculated by", None, "second"),))
