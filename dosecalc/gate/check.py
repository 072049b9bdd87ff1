"""``dosecalc check``: whether one dose of one patient may be given now.

Never go while something that the gate must know is unknown.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import ValidationError

from dosecalc.errors import InputError, UnstatedError
from dosecalc.files import folders
from dosecalc.files.case import Case
from dosecalc.files.faults import BadFileError, Problem, line_in, model_problems, plain_message
from dosecalc.files.model import FileTable, keys_of
from dosecalc.files.patient import once
from dosecalc.gate import parts, product, today
from dosecalc.gate.course import InCourse, accepted_warnings, course, in_a_case, in_course
from dosecalc.gate.drawn import drawn, of_draw, source_of_draw
from dosecalc.gate.parts import OnTheWay, hold
from dosecalc.gate.requirements import Asked, Requirement, identity, requirements
from dosecalc.gate.result import GateCheck, Hold, Overridden, SideBySide, Waived
from dosecalc.gate.stated import PARTS, StatedCase, of_case
from dosecalc.planning.result import Plan
from dosecalc.planning.second import STILL_TO_COME
from dosecalc.quantities import times
from dosecalc.records import rechecked
from dosecalc.version import VERSION

_EVIDENCE = ("patient.identified_by",)


def check_dose(case: str | os.PathLike[str] | Mapping[str, Any] | Case, *, confirm: str | None = None) -> GateCheck:
    """Whether one dose of one patient may be given now: go, or hold with every reason.

    ``case`` is the path of a case file (TOML or JSON), its content as a table, or a Case. ``confirm`` is the code of
    the unit in hand: another one than the case's holds. Returns a frozen GateCheck. Raises InputError, with the place,
    for what cannot be read.

    >>> import dosecalc
    >>> held = dosecalc.check_dose({"directive": {"amount": ["2.2 GBq", "59.5 mCi"], "agent": "177Lu-DOTATATE"}})
    >>> held.verdict, held.holds[0].text
    ('hold', 'not stated: when the dose is to be given')
    """
    if isinstance(case, (str, os.PathLike)):
        return _of_file(os.fspath(case), confirm)
    content = case if isinstance(case, Case) else _model(dict(case), "case", "")
    return _checked(of_case(content), [], confirm)


def read(path: str) -> tuple[Case, str]:
    """A case file, and its sha256. InputError, or BadFileError with every key that is wrong."""
    text, sha256 = folders.read_text(path)
    name = folders.shown(path)
    try:
        raw = json.loads(text, object_pairs_hook=once) if path.lower().endswith(".json") else tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadFileError([Problem(name, "", line_in(str(error)), f"not TOML: {plain_message(str(error))}")]) from None
    except (ValueError, RecursionError, InputError) as error:  # a key that stands twice is one too
        raise BadFileError([Problem(name, "", None, f"cannot be read: {error}")]) from None
    if not isinstance(raw, dict):
        raise InputError("expected a table with [patient], [directive] and so on", where=name)
    return _model(raw, name, text), sha256


def _model(raw: dict[str, Any], name: str, text: str) -> Case:
    try:
        return Case.model_validate(raw)
    except ValidationError as error:
        raise BadFileError(model_problems(name, text, error)) from None


def _of_file(path: str, confirm: str | None) -> GateCheck:
    case, sha256 = read(path)
    name = folders.shown(path)
    try:
        return _checked(of_case(case, os.path.dirname(path)), [{"id": name, "sha256": sha256}], confirm)
    except BadFileError:
        raise
    except InputError as error:
        said = error.message.replace(
            "for example --tz America/Chicago", 'for example tz = "America/Chicago" in the case'
        )
        raise InputError(said, where=f"{name}, {error.where}" if error.where else name) from None


def _checked(stated: StatedCase, sources: list[dict[str, str]], confirm: str | None) -> GateCheck:
    of, lacks = None, list[Hold]()
    try:
        of = in_course(stated)
    except UnstatedError as error:
        asked = in_a_case(error.message)
        lacks = [hold("protocol", "unknown", f"the protocol cannot be asked: {asked}", asked)]
    said = [*_said(stated, of, confirm), *lacks]
    holds = tuple(each for each in said if isinstance(each, Hold))
    plan = None if of is None else of.plan
    override = stated.case.override
    at = stated.at
    check = GateCheck.made(
        version=VERSION,
        verified=STILL_TO_COME,
        verdict="hold" if holds else "go",
        text=_headline(stated, of, len(holds)),
        code=code(stated.case),
        inputs=_stated_again(stated.case),
        asked={} if plan is None else plan.inputs,
        protocol=None
        if plan is None
        else {key: plan.protocol[key] for key in ("id", "arm", "title", "file", "sha256")},
        dose=stated.case.dose if of is None else of.dose.number,
        at=None if at is None else times.shown(at),
        holds=holds,
        compared=tuple(each for each in said if isinstance(each, SideBySide)),
        accepted=tuple(accepted_warnings(stated, of)),
        unread=() if plan is None else tuple(_unread(plan)),
        waived=tuple(Waived.made(part=part, why=why) for part in PARTS if (why := stated.waived(part)) is not None),
        override=None if override is None else Overridden.made(by=override.by, why=override.why),
        plan=None if plan is None else plan.clearance.text,
        sources=[*sources, *source_of_draw(stated), *([] if plan is None else plan.sources), *identity()],
    )
    return check.model_copy(update={"verified": rechecked.repeated(check.document())})


def _unread(plan: Plan) -> Iterator[str]:
    """What was stated of the patient and no rule of the protocol reads before this dose."""
    unread = (each for each in plan.stated if each.outcome == "unread" and each.what not in ("pregnant", "lactating"))
    return (f"{each.what} {each.text}" for each in unread)


def _stated_again(table: FileTable) -> dict[str, Any]:
    """A table of a case with the keys that it states."""
    told = ((key, getattr(table, name)) for key, name in keys_of(type(table)).items())
    return {
        key: _stated_again(value) if isinstance(value, FileTable) else value
        for key, value in told
        if value is not None and value not in ((), {})
    }


def _said(stated: StatedCase, of: InCourse | None, confirm: str | None) -> Iterator[Hold | SideBySide]:
    """Everything, in the order in which it is read aloud."""
    draw = drawn(stated)
    yield from _confirmed(stated, confirm)
    asked = requirements(_asked(stated, of))
    yield from parts.identity(stated)
    yield from _unknown(stated, asked)
    yield from parts.agents(stated)
    yield from parts.revisions(stated)
    prescribed, at = stated.amount("directive.amount"), stated.at
    nuclide = stated.nuclide(None if of is None else of.agent.radionuclide)
    if prescribed is not None:
        on_the_way = OnTheWay(stated, prescribed, at, nuclide)
        yield from parts.amounts(on_the_way)
        yield from product.certificate(on_the_way)
        if draw is not None:
            yield from of_draw(on_the_way, draw)
    yield from parts.count(stated)
    yield from product.product(stated)
    yield from product.instrument(stated, nuclide)
    yield from parts.order_of_times(stated)
    yield from parts.equilibrium(stated, nuclide)
    yield from parts.people(stated)
    yield from today.pregnancy(stated)
    yield from today.evidence(stated, _EVIDENCE)
    yield from today.laboratory(stated)
    if of is not None:
        yield from course(stated, of)


def _confirmed(stated: StatedCase, confirm: str | None) -> Iterator[Hold | SideBySide]:
    """The unit in hand is the one that was checked."""
    if confirm is None:
        return
    ours = code(stated.case)
    same = confirm.strip().upper() == ours
    yield SideBySide.made(what="code of the unit in hand", text=confirm.strip(), holds=same)
    if not same:
        text = f"the unit in hand has the code {confirm.strip()}; this case has another"
        yield hold("code of the unit in hand", "differs", text, "--confirm")


def _asked(stated: StatedCase, of: InCourse | None) -> Asked:
    """What decides which requirements apply; without a word on it a dose is for therapy, and a pregnancy possible."""
    purpose = stated.case.purpose or (None if of is None else of.plan.protocol["purpose"])
    sex = (stated.text("patient.sex") or "").strip().casefold()
    agent = stated.agent or (None if of is None else of.agent.name)
    nuclide = stated.nuclide(None if of is None else of.agent.radionuclide)
    name = None if nuclide is None else nuclide.name
    therapy = purpose in (None, "not stated", "therapy")
    return Asked(therapy, sex != "male", agent, name, None if of is None else of.plan.protocol["arm"])


def _unknown(stated: StatedCase, asked: list[Requirement]) -> Iterator[Hold]:
    """What is asked and not stated, nor waived."""
    for each in asked:
        if stated.waived(each.part) is not None or _answered(stated, each.key):
            continue
        text = f"not stated: {each.question}"
        yield hold(each.key, "unknown", text, each.key, cite=each.cite)


def _answered(stated: StatedCase, key: str) -> bool:
    if key == "patient.pregnancy":
        return any(stated.text(f"{key}.{name}") is not None for name in ("result", "excluded"))
    return stated.value(key) is not None


def _headline(stated: StatedCase, of: InCourse | None, holds: int) -> str:
    amount, agent = stated.text("directive.amount"), stated.agent
    what = [each for each in (amount, agent) if each is not None]
    where = [] if of is None else [f"dose {of.dose.number} of {of.plan.protocol['arm']}"]
    word = "GO" if not holds else f"HOLD, {holds} reason{'' if holds == 1 else 's'}"
    return ": ".join([word, ", ".join([" ".join(what), *where]) if what or where else "a dose"])


def code(case: Case) -> str:
    """A short code of one unit for one patient: from the patient, the directive, the lot and the assay."""
    stated = of_case(case)
    keys = (
        *("patient.ids", "protocol", "dose", "directive.agent", "directive.amount"),
        *("received.lot", "assay.amount", "assay.at"),
    )
    told = json.dumps([(key, None if (value := stated.value(key)) is None else str(value)) for key in keys])
    letters = base64.b32encode(hashlib.sha256(told.encode()).digest()).decode()
    return f"{letters[:4]}-{letters[4:8]}"
