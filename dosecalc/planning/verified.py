"""A finished plan verified: computed by the second method, made again by this program, and its files compared.

The second method (``dosecalc.verification``) knows nothing of the first. What stands here finds the files for it, tells
what has changed since the plan was made, and puts both answers side by side.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, ClassVar, NamedTuple

from dosecalc.errors import DisagreementError, InputError
from dosecalc.files import folders
from dosecalc.planning.planner import plan_question, read
from dosecalc.planning.result import Plan
from dosecalc.planning.second import UNREAD, belief_sheets
from dosecalc.quantities.documents import Amount, Document, Result, plain
from dosecalc.quantities.frozen import Field
from dosecalc.verification import compare
from dosecalc.verification.compare import METHOD
from dosecalc.verification.course import SecondCourse, SecondDose
from dosecalc.verification.reading import Beyond, arm_of
from dosecalc.version import VERSION

PROGRAM = "the program"


class Disagreement(Result):
    """One thing that two makers of a plan do not say alike."""

    what: str = Field(description="What they differ in.")
    plan: str = Field(description="What the plan has.")
    ours: str = Field(description="What was found instead.")


class Changed(Result):
    """A file, or the program, that is not what the plan was made with."""

    what: str = Field(description="The program, the protocol's file, or the id of a sheet.")
    then: str = Field(description="The version, or the sha256, in the plan.")
    now: str = Field(description="The version, or the sha256, that is here.")


class Verification(Document):
    """What a second method, and the program itself, say of a finished plan."""

    SCHEMA: ClassVar[str] = "dosecalc.verification/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc that verified.")
    protocol: Mapping[str, str] = Field(description="The protocol as the plan names it.")
    method: str = Field(description="What was done, and what was not.")
    agreed: bool = Field(description="Whether the second method, which shares nothing with the first, finds the same.")
    differences: tuple[Disagreement, ...] = Field(description="Where the second method finds something else.")
    not_checked: tuple[str, ...] = Field(description="What the second method does not compute or know, and why.")
    repeated: bool = Field(description="Whether this program makes the very same document of the plan's inputs.")
    altered: tuple[Disagreement, ...] = Field(description="Where the document made again differs, by key.")
    changed: tuple[Changed, ...] = Field(description="What has changed since the plan was made.")

    @property
    def sound(self) -> bool:
        """Whether nothing differs and nothing has changed."""
        return self.agreed and self.repeated and not self.changed

    def exit_status(self, *, strict: bool = False) -> int:
        """0, or 1 where anything differs."""
        del strict
        return int(not self.sound)


class IndependentDose(Result):
    """A dose as the second method computes it, without a look at the plan's."""

    number: int = Field(description="Counted through the course.")
    cycle: int = Field(description="The cycle that the dose is in.")
    day: int | None = Field(description="Counted from the first dose; null where it is not known.")
    date: str | None = Field(description="Where the start is known.")
    agent: str = Field(description="The key of the agent in the protocol's file.")
    amount_: Amount | None = Field(serialization_alias="amount", description="MBq and mCi, or mg; null if not known.")
    cumulative_: Amount | None = Field(serialization_alias="cumulative", description="Of the agent, with this dose.")


class Independent(Document):
    """The amounts of a plan's inputs by the second method alone, for a checker who must not see the first answer."""

    SCHEMA: ClassVar[str] = "dosecalc.independent/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc.")
    protocol: Mapping[str, str] = Field(description="The protocol as the plan names it.")
    inputs: Mapping[str, tuple[str, ...]] = Field(description="What was stated, as the plan has it.")
    doses: tuple[IndependentDose, ...] = Field(description="The doses in the order of the course.")
    not_checked: tuple[str, ...] = Field(description="What the second method does not know.")


def verify(plan: str | os.PathLike[str] | Mapping[str, Any] | Plan) -> Verification:
    """Verify a finished plan: a file with its JSON document, the document itself, or a Plan.

    Everything is computed again from the protocol file and the plan's inputs by a second method, and by this program;
    the files are compared with the hashes in the plan. Raises InputError for what is no plan, or where its protocol is
    not found here.

    >>> import dosecalc
    >>> dosecalc.verify(dosecalc.plan("clover2-20", bsa="1.6 m^2")).agreed
    True
    """
    if isinstance(plan, Plan):
        document = plan.document()
    else:
        document = _a_plan(dict(plan), "the table") if isinstance(plan, Mapping) else read_plan(plan)
    data = _protocol(document)
    checked = second(document, data)
    again, refused = _made_again(document)
    altered = [refused] if refused else list(_altered(document, {} if again is None else again))
    altered += _asked_for(document)
    return Verification.made(
        version=VERSION,
        protocol=dict(document["protocol"]),
        method=METHOD,
        agreed=checked.agreed,
        differences=[Disagreement.made(**each._asdict()) for each in checked.differences],
        not_checked=checked.not_checked,
        repeated=not altered,
        altered=altered,
        changed=list(_changed(document, hashlib.sha256(data).hexdigest(), again)),
    )


def independent(plan: str | os.PathLike[str]) -> Independent:
    """The amounts of a plan's inputs by the second method alone."""
    document = read_plan(plan)
    try:
        arm = arm_of(_protocol(document), document["protocol"]["arm"])
        course = compare.course_of({"inputs": document["inputs"]}, arm)
    except (Beyond, *UNREAD) as error:
        raise InputError(f"the second method cannot read this plan: {type(error).__name__}: {error}") from None
    return Independent.made(
        version=VERSION,
        protocol=dict(document["protocol"]),
        inputs=document["inputs"],
        doses=[_alone(course, dose) for dose in course.doses],
        not_checked=[*course.not_known, *arm.unknown],
    )


def _alone(course: SecondCourse, dose: SecondDose) -> IndependentDose:
    kind = "activity" if course.arm.radioactive(dose.agent) else "mass"
    low, high = course.cumulative(dose, "amount")
    return IndependentDose.made(
        number=dose.number,
        cycle=dose.slot.cycle,
        day=dose.when.day,
        date=None if dose.when.date is None else dose.when.date.isoformat(),
        agent=dose.agent,
        amount_=None if dose.amount is None else Amount(dose.amount, kind),
        cumulative_=Amount(low, kind) if low is not None and low == high else None,
    )


# -- the second method ------------------------------------------------------------------------------------------


def second(document: Mapping[str, Any], protocol: bytes) -> compare.Checked:
    """What the second method says of a document. InputError where it cannot read what the plan was made of."""
    try:
        return compare.compare(dict(document), protocol, belief_sheets())
    except UNREAD as error:
        raise InputError(f"the second method cannot read this plan: {type(error).__name__}: {error}") from None


# -- the plan's files -------------------------------------------------------------------------------------------


def read_plan(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The document of a plan that was kept as JSON. InputError."""
    text, _ = folders.read_text(os.fspath(path))
    try:
        document: dict[str, Any] = json.loads(text, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError):
        document = {}
    return _a_plan(document, os.fspath(path))


def _a_plan(document: Any, name: str) -> dict[str, Any]:
    """A document every key of which is of its kind. InputError for one that is no plan's."""
    from pydantic import ValidationError

    from dosecalc.quantities.schemas import document_model

    try:
        document_model(Plan).model_validate(document)
        sound = {"file", "arm", "sha256"} <= document["protocol"].keys()
    except (ValueError, ValidationError, RecursionError):
        sound = False
    if not sound:
        raise InputError(f"{name} is no plan; 'dosecalc plan --json' writes one")
    return dict(document)


def _finite(text: str) -> float:
    """A number of a document; what is none, or is beyond all numbers, stands in no plan. ValueError."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def _protocol(document: Mapping[str, Any]) -> bytes:
    """The bytes of the protocol file that a plan names, as it is here and now."""
    name = str(document["protocol"]["file"])
    try:
        return folders.read_bytes(folders.path_of(name))
    except InputError:
        raise InputError(f"the plan's protocol {name} was not found here") from None


def _changed(document: Mapping[str, Any], protocol: str, again: Mapping[str, Any] | None) -> Iterator[Changed]:
    """The program and the files that are not those of the plan."""
    then, now = document["dosecalc"], VERSION
    if then != now:
        yield Changed.made(what=PROGRAM, then=then, now=now)
    told = document["protocol"]
    if told["sha256"] != protocol:
        yield Changed.made(what=told["file"], then=told["sha256"], now=protocol)
    if again is None:
        return
    stated, here = ([(each["id"], each["sha256"]) for each in plan["sources"]] for plan in (document, again))
    for name in dict.fromkeys(name for name, _ in (*stated, *here)):
        before, after = ([sha256 for id_, sha256 in some if id_ == name] for some in (stated, here))
        if before != after:
            yield Changed.made(what=name, then=", ".join(before) or "not there", now=", ".join(after) or "not there")


# -- the plan made again ----------------------------------------------------------------------------------------


def _asked_for(document: Mapping[str, Any]) -> Iterator[Disagreement]:
    """Whether the inputs ask for the arm, and the file, that the plan is of."""
    told, wanted = document["protocol"], document["inputs"].get("protocol", [""])[-1]
    path, hash_, arm = wanted.partition("#")
    by_path = bool(hash_) or path.endswith(".toml")
    asked = (folders.shown(path), arm or told["arm"]) if by_path else (told["file"], path)
    if asked != (told["file"], told["arm"]):
        yield Disagreement.made(what="inputs.protocol", plan=wanted, ours=f"{told['file']}#{told['arm']}")


class _Again(NamedTuple):
    document: dict[str, Any] | None
    refused: Disagreement | None = None


def _made_again(document: Mapping[str, Any]) -> _Again:
    """The plan that this program makes of the inputs with the files of now; or why it makes none."""
    told, inputs = document["protocol"], {name: list(texts) for name, texts in document["inputs"].items()}
    wanted = f"{folders.path_of(told['file'])}#{told['arm']}"
    try:
        question = read({**inputs, "protocol": [wanted], "patient": []})  # a patient file's statements are among them
        made = plan_question(question._replace(inputs=inputs))
    except (InputError, DisagreementError) as error:
        return _Again(None, Disagreement.made(what="the plan made again", plan="a plan", ours=f"refused: {error}"))
    return _Again(made.document())


def _altered(then: Any, now: Any, where: str = "") -> Iterator[Disagreement]:
    """Every value of a document that is not the one of the document made again, by its key."""
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        for key in dict.fromkeys((*then, *now)):
            yield from _altered(then.get(key), now.get(key), f"{where}.{key}" if where else str(key))
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (one, other) in enumerate(zip(then, now, strict=True)):
            yield from _altered(one, other, f"{where}[{number}]")
    elif then != now or type(then) is not type(now):
        yield Disagreement.made(what=where, plan=_short(then), ours=_short(now))


def _short(value: Any) -> str:
    text = json.dumps(plain(value), ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:200]} ..."
