"""The code of a plan: a short text from which the same plan is made again, for paper and for another desk.

``DOSECALC1:`` and then, in base 32, the deflated JSON of what the plan was made of: the version, the arm with the first
figures of its hash and of its sheets, the inputs, and the first figures of a hash of what came out. All of it is in the
alphabet of a QR code's alphanumeric mode, so that it may be read by eye, by phone or by ear. Identifiers of the patient
and case references are no part of it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

from dosecalc.errors import InputError
from dosecalc.planning.planner import plan_inputs
from dosecalc.planning.result import Plan
from dosecalc.planning.verified import Changed, Disagreement, Verification, verify
from dosecalc.quantities.documents import plain

START = "DOSECALC1:"
LONGEST = 4296
"""Characters: what the largest QR code holds in its alphanumeric mode."""
_PERSONAL = ("patient-id", "label", "patient")
"""Identifiers and references, and the path of a patient file, whose statements stand among the inputs."""
_FIGURES = 16
_LARGEST = 100_000
"""Bytes that a code may come to when it is inflated."""


def code_of(plan: Plan | Mapping[str, Any]) -> str:
    """The code of a plan, or of its document.

    Raises InputError for a plan that rests on a file of readings, which no code can hold, or that is too long for one.
    """
    document = plan.document() if isinstance(plan, Plan) else plan
    inputs = {option: list(texts) for option, texts in document["inputs"].items() if option not in _PERSONAL}
    if "retention" in inputs:
        raise InputError("a plan from a file of readings has no code; state the dose with --measured", where="--code")
    protocol = document["protocol"]
    whole = {
        "v": document["dosecalc"],
        "a": protocol["arm"],
        "h": [protocol["sha256"][:_FIGURES], _sheets(document)],
        "i": inputs,
        "o": _outcome(document),
    }
    packed = zlib.compress(json.dumps(whole, separators=(",", ":")).encode(), 9)
    code = START + base64.b32encode(packed).decode().rstrip("=")
    if len(code) > LONGEST:
        raise InputError(f"the code would have {len(code):,} characters; no QR holds above {LONGEST:,}", where="--code")
    return code


def is_code(text: str) -> bool:
    """Whether a text is the code of a plan, and no path."""
    return text.strip().upper().startswith(START)


def plan_of(code: str) -> Plan:
    """The plan made again from its code, with the files that are here. InputError for one that cannot be read."""
    return _again(_read(code))


def verify_code(code: str) -> Verification:
    """The plan of a code made again by both methods, with the files and the outcome that the code was made with."""
    whole = _read(code)
    plan = _again(whole)
    said, document = verify(plan), plan.document()
    protocol, sheets = whole["h"]
    then_and_now = (
        ("the program", whole["v"], document["dosecalc"]),
        (document["protocol"]["file"], protocol, document["protocol"]["sha256"][:_FIGURES]),
        ("the fact sheets", sheets, _sheets(document)),
    )
    changed = [Changed.made(what=what, then=then, now=now) for what, then, now in then_and_now if then != now]
    outcome = _outcome(document)
    altered = list(said.altered)
    if whole["o"] != outcome:
        what = "amounts, days and findings"
        altered.append(Disagreement.made(what=what, plan=f"those of {whole['o']}", ours=f"those of {outcome}"))
    more = {"changed": (*said.changed, *changed), "altered": tuple(altered), "repeated": not altered}
    return said.model_copy(update=more)


def _again(whole: Mapping[str, Any]) -> Plan:
    return plan_inputs({option: list(texts) for option, texts in whole["i"].items()})


def _read(code: str) -> dict[str, Any]:
    """What stands in a code. InputError for one that was cut off, or mistyped."""
    text = "".join(code.split()).upper()
    if not text.startswith(START):
        raise InputError(f"read {code[:20]!r}, expected the code of a plan, which begins with {START}")
    packed = text.removeprefix(START)
    try:
        inflate = zlib.decompressobj()
        content = inflate.decompress(base64.b32decode(packed + "=" * (-len(packed) % 8)), _LARGEST)
        whole = json.loads(content) if inflate.eof else None
    except (ValueError, zlib.error, RecursionError):
        whole = None
    if not _is_whole(whole):
        raise InputError(
            f"the code of {len(text):,} characters cannot be read: it was cut off, or a character is wrong"
        )
    assert isinstance(whole, dict)
    return whole


def _is_whole(whole: Any) -> bool:
    """Whether every part of a code is there and of its kind."""
    if not isinstance(whole, dict) or set(whole) != {"v", "a", "h", "i", "o"}:
        return False
    hashes, inputs = whole["h"], whole["i"]
    texts = (whole["v"], whole["a"], whole["o"], *(hashes if isinstance(hashes, list) else ()))
    lists = inputs.values() if isinstance(inputs, dict) else [None]
    return (
        len(texts) == len(("v", "a", "o", "protocol", "sheets"))
        and all(isinstance(each, str) for each in texts)
        and all(isinstance(some, list) and all(isinstance(each, str) for each in some) for some in lists)
        and "protocol" in inputs
    )


def _sheets(document: Mapping[str, Any]) -> str:
    """The first figures of one hash of all the files that a plan names but its protocol's."""
    named = sorted(f"{each['id']} {each['sha256']}" for each in document["sources"])
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:_FIGURES]


def _outcome(document: Mapping[str, Any]) -> str:
    """The first figures of a hash of what came out: days, amounts, sums, and the status of every finding."""
    doses = [[dose[key] for key in ("number", "day", "date", "amount", "cumulative")] for dose in document["doses"]]
    keys = ("rule", "part", "dose", "status")
    findings = sorted(json.dumps([finding[key] for key in keys]) for finding in document["findings"])
    told = json.dumps(plain([doses, findings, document["clearance"]["verdict"]]), sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:_FIGURES]
