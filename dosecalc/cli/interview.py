"""The questions of ``dosecalc protocol new``. An answer that cannot be read is asked for again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import click

from dosecalc.errors import InputError
from dosecalc.files.protocol import PURPOSES, STATUSES
from dosecalc.library import answers
from dosecalc.library.draft import RULES, Draft, DraftArm, Ladder
from dosecalc.reference.routes import NOT_STATED

if TYPE_CHECKING:
    from dosecalc.course.observables import Observable
    from dosecalc.requests.form import FormLine

T = TypeVar("T")
_NONE = ("none", "not stated", "not reduced", "nobody yet")


def ask_case(arm: str, path: str) -> None:
    """Ask for everything that the gate must know of a dose of an arm, and write the case to a file."""
    from dosecalc.files import disk
    from dosecalc.gate.dialog import Dialog, flat
    from dosecalc.gate.form import form

    if os.path.exists(path):
        raise InputError(f"{path} exists already; no question was asked", where="CASE.toml")
    if not path.lower().endswith(".toml"):
        raise InputError(f"read {path!r}, expected a name that ends with .toml", where="CASE.toml")
    dialog = Dialog(arm)
    click.echo("What is known of one dose. Enter leaves a thing unknown, and then the dose is held.")
    while (question := dialog.question()) is not None:
        _ask(question.words, partial(dialog.answer, question), "", unknown=())
    disk.write(path, form(arm, dict(flat(dialog.case))).encode(), anew=True)
    click.echo(f"Wrote {path}.\n")


def ask_patient(arm: str) -> dict[str, str]:
    """Ask for everything that an arm asks of a patient; what is left out stays unknown."""
    from dosecalc.library.load import find_arm
    from dosecalc.requests.form import questions

    table, answers_ = find_arm(arm)[0].table, dict[str, str]()
    click.echo("What is known of the patient. Enter leaves a thing unknown.")
    for question in questions(arm):
        several = " (with a semicolon between)" if question.key in ("patient_id", "given", "toxicity") else ""
        words = f"{question.words}, as {question.example}{several}"
        text = _ask(words, partial(_answer, question, table), "", unknown=())
        if text:
            answers_[question.key] = text
    return answers_


def _answer(question: FormLine, table: Mapping[str, Observable], text: str) -> str:
    from dosecalc.requests.form import answered

    return answered(question, text, table) if text.strip() else ""


def interview(file: str | None) -> Draft:
    """Ask for everything that a first file needs."""
    if file is not None and os.path.exists(file):
        raise InputError(f"{file} exists already; no question was asked")
    click.echo("A new protocol file. Numbers are written with their units; Enter takes the answer in [brackets].")
    title = _ask("Title (what is given to whom)", answers.title)
    name = _id_of(file) if file else _ask("Id, with which its arms begin", answers.identifier, answers.proposed(title))
    status = _ask(f"Status ({', '.join(STATUSES)})", answers.status, "investigational")
    purpose = _ask(f"What it is for ({', '.join(PURPOSES)})", answers.purpose, "therapy")
    agent = _ask("Agent (what is given)", answers.title)
    nuclide = _ask("Its radionuclide, such as I-131 (none for a drug)", answers.nuclide, "none")
    route = _ask("Route, such as intravenous or oral", answers.route, "not stated")
    active = nuclide is not None
    example = "20 mCi/m^2 or 8 to 18 mCi/kg" if active else "0.8 mg/m^2"
    question = f"Level of a dose, such as {example}, or from 10 kg 50 MBq; from 20 kg 74 MBq"
    classes = _ask(question, partial(answers.classes, active=active))
    cap = _ask("A dose is at most, such as 500 mCi", partial(answers.amount, active=active), "none")
    floor = _ask("A dose is at least, such as 37 MBq", partial(answers.amount, active=active), "none")
    tolerance = _ask("How far it may lie off, such as 10 %", partial(answers.tolerance, active=active), "not stated")
    days = _ask("Days of the doses in a cycle, such as 1, 15", answers.days, "1")
    cycles = _ask("Number of cycles", answers.count, "1")
    again = "How long a cycle lasts, such as 28 day"
    length = _ask(again, partial(answers.length, last=days[-1]), "not stated") if cycles > 1 else None
    ladder = _ask_ladder(active=active)
    rules = []
    for rule in RULES:
        read_limit = partial(answers.limit, observable=rule.observable)
        limit = _ask(f"{rule.words}, such as {rule.example}", read_limit, "none")
        if limit is not None:
            rules.append((rule, limit))
    source = _ask("Source (the document that says so)", answers.title)
    where = _ask("Where in it (page, section)", str, "not stated")
    read = _ask("Have you read these numbers there yourself (yes, no)", answers.truth, "yes")
    owner = _ask("Who answers for this file", _plain, "nobody yet")
    review = _ask("To be reviewed again by, such as 2027-01-31", answers.day, "not stated") if owner else None
    return Draft(
        id=name,
        title=title,
        status=status,
        purpose=purpose,
        agent=agent,
        nuclide=nuclide,
        route=route or NOT_STATED,
        arms=(DraftArm("a", "", classes),),
        days=days,
        cycles=cycles,
        length=length,
        cap=cap,
        rules=tuple(rules),
        source=source,
        where=where,
        read=read,
        floor=floor,
        tolerance=tolerance,
        ladder=ladder,
        owner=owner,
        review=review,
    )


def _ask_ladder(*, active: bool) -> Ladder | None:
    """What follows a toxicity, if anything does."""
    found = _ask("Held after which toxicity, such as platelets grade 2", answers.toxicity, "none")
    if found is None:
        return None
    until = _ask("Held until which grade, such as 1", partial(answers.until, grade=found[1]), "not stated")
    reduced = _ask("And reduced to, such as 3.7 GBq", partial(answers.amount, active=active), "not reduced")
    return Ladder(*found, until, reduced)


def _plain(text: str) -> str | None:
    return text.strip() or None


def _id_of(file: str) -> str:
    """The id that a file's name gives it."""
    name = os.path.basename(file)
    if not name.endswith(".toml"):
        raise InputError(f"read {file!r}, expected a name that ends with .toml")
    try:
        return answers.identifier(name.removesuffix(".toml"))
    except InputError as error:
        raise error.at(file) from None


def _ask(question: str, read: Callable[[str], T], default: str | None = None, *, unknown: tuple[str, ...] = _NONE) -> T:
    """Ask until an answer can be read. Where answers come from a file, the first that cannot is an error.

    The words of ``unknown`` are read as no answer.
    """
    typed = sys.stdin.isatty()
    while True:
        try:
            text = click.prompt(question, default=default or "", show_default=bool(default), prompt_suffix=": ")
        except click.Abort:
            if typed:
                raise
            raise InputError("the answers ended here, and nothing was written", where=question) from None
        if not typed:
            click.echo("" if text == default else text)
        try:
            return read("" if text in unknown else text)
        except InputError as error:
            if not typed:
                raise error.at(question) from None
            click.echo(f"  {error}")
