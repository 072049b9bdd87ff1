"""``dosecalc run``: a case in, an answer out, many in one process. Any other program can be compared case by case.

A case is a command with the table of its inputs, as documents repeat it verbatim under ``inputs``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from dosecalc.cases.answer import Answer
from dosecalc.errors import DisagreementError, InputError
from dosecalc.files.patient import once
from dosecalc.quantities.documents import Document
from dosecalc.quantities.options import texts
from dosecalc.version import VERSION

Inputs = dict[str, list[str]]
Command = Callable[[Mapping[str, Any]], Document]
_KEYS = frozenset({"id", "command", "inputs"})
LONGEST = 4_000_000
"""Characters of one case."""


def run_case(case: str | Mapping[str, Any]) -> Answer:
    """The answer to one case: ``{"command": "plan", "inputs": {"protocol": "clover2-20", "bsa": "1.6"}}``.

    ``case`` is JSON text or a table. What cannot be used is an answer too, with its exit status and why; nothing is
    raised.

    >>> import dosecalc
    >>> answer = dosecalc.run_case({"command": "plan", "inputs": {"protocol": "clover2-20", "bsa": "1.6"}})
    >>> answer.exit, answer.result["doses"][0]["amount"]["mCi"]
    (0, 32.0)
    """
    named: dict[str, Any] = {"id": None, "command": None}
    try:
        table = read(case) if isinstance(case, str) else case
        named |= {key: str(table[key]) for key in named if table.get(key) is not None}
        document = _command(table)(_inputs(table))
        return _answer(named, document.exit_status(), document.document(), None)
    except InputError as error:
        return _answer(named, 2, None, str(error))
    except DisagreementError as error:
        return _answer(named, 3, None, str(error))
    except Exception as error:  # noqa: BLE001  # one case that goes wrong in here must not end the others
        return _answer(named, 3, None, f"internal error, please report it: {type(error).__name__}: {error}")


def answers(lines: Iterable[str]) -> Iterator[Answer]:
    """The answers to JSON Lines, each as soon as its line is there; or to one case that is written over many lines."""
    source = iter(lines)
    first = next((line for line in source if line.strip()), "")
    if not _whole(first):
        yield run_case("".join([first, *source]))
        return
    yield run_case(first)
    yield from (run_case(line) for line in source if line.strip())


def written(answer: Answer) -> str:
    """An answer as one line of JSON with its keys in order."""
    return json.dumps(answer.document(), ensure_ascii=False, sort_keys=True)


# -- reading --------------------------------------------------------------------------------------------------------


def read(text: str) -> Mapping[str, Any]:
    """A case from JSON text. InputError says what is wrong."""
    if len(text) > LONGEST:
        raise InputError(f"a case has {len(text):,} characters; the limit is {LONGEST:,}")
    try:
        table = json.loads(text, parse_float=str, parse_constant=_no_number, object_pairs_hook=once)
        if isinstance(table, dict) and table.get("command") == "verify":  # the numbers of a document are doubles
            table = json.loads(text, parse_constant=_no_number, object_pairs_hook=once)
    except InputError as error:  # a key that stands twice
        raise InputError(f"not a case: {error.message}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}") from None
    if not isinstance(table, dict):
        raise InputError(f'read {type(table).__name__}, expected {{"command": "plan", "inputs": {{...}}}}')
    return table


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _whole(line: str) -> bool:
    """Whether a line is JSON by itself."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _command(table: Mapping[str, Any]) -> Command:
    if unknown := table.keys() - _KEYS:
        raise InputError(f"the key {min(unknown)!r} is not known; a case has command, inputs and an id")
    name = table.get("command")
    if not isinstance(name, str) or name not in COMMANDS:
        raise InputError(f"read {name!r}, expected one of {', '.join(COMMANDS)}", where="command")
    return COMMANDS[name]


def _inputs(table: Mapping[str, Any]) -> Mapping[str, Any]:
    inputs = table.get("inputs", {})
    if not isinstance(inputs, Mapping) or not all(isinstance(key, str) for key in inputs):
        raise InputError('expected a table of options, {"bsa": "1.6 m^2"}', where="inputs")
    return inputs


def _options(inputs: Mapping[str, Any]) -> Inputs:
    """The table of options, each with its texts; a single text, a number or a truth stands for one."""
    found: Inputs = {}
    for option, value in inputs.items():
        if not _is_plain(value):
            raise InputError(f"read {str(value)[:40]!r}, expected text or a list of texts", where=f"inputs.{option}")
        found[option] = list(texts(value))
    return found


def _is_plain(value: Any) -> bool:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return all(isinstance(each, (str, int)) for each in value)
    return isinstance(value, (str, int))


def _answer(named: Mapping[str, Any], status: int, document: Mapping[str, Any] | None, error: str | None) -> Answer:
    return Answer.made(version=VERSION, **named, exit=status, result=document, error=error)


# -- the commands ---------------------------------------------------------------------------------------------------


def _plan(inputs: Mapping[str, Any]) -> Document:
    from dosecalc.planning.planner import plan_inputs

    return plan_inputs(_options(inputs))


def _limits(inputs: Mapping[str, Any]) -> Document:
    from dosecalc.planning.limits import limits_inputs

    return limits_inputs(_options(inputs))


def _crosscheck(inputs: Mapping[str, Any]) -> Document:
    from dosecalc.crosschecks.verdict import crosscheck_inputs

    return crosscheck_inputs(_options(inputs))


def _same(inputs: Mapping[str, Any]) -> Document:
    from dosecalc.crosschecks.figures import compare_figures

    figures = _options(inputs).get("same", [])
    if len(figures) != 2:
        raise InputError(f"read {len(figures)} figures, expected two", where="inputs.same")
    return compare_figures(*figures)


def _decay(inputs: Mapping[str, Any]) -> Document:
    from dosecalc.dispensing.decay import decay_inputs

    return decay_inputs(_options(inputs))


def _dispense(inputs: Mapping[str, Any]) -> Document:
    from dosecalc.dispensing.draw import dispense_inputs

    return dispense_inputs(_options(inputs))


def _window(inputs: Mapping[str, Any]) -> Document:
    from dosecalc.dispensing.window import window_inputs

    return window_inputs(_options(inputs))


def _dosimetry(inputs: Mapping[str, Any]) -> Document:
    from dosecalc.dosimetry.fit import dosimetry_inputs

    return dosimetry_inputs(_options(inputs))


def _verify(inputs: Mapping[str, Any]) -> Document:
    from dosecalc.planning.verified import verify

    return verify(_content(inputs, "plan"))


def _check(inputs: Mapping[str, Any]) -> Document:
    from dosecalc.gate.check import check_dose

    return check_dose(_content(inputs, "case"))


def _content(inputs: Mapping[str, Any], key: str) -> str | Mapping[str, Any]:
    """A path, or the content itself."""
    value = inputs.get(key)
    if not isinstance(value, (str, Mapping)) or len(inputs) != 1:
        raise InputError("expected a path or a table, and nothing beside it", where=f"inputs.{key}")
    return value


COMMANDS: Mapping[str, Command] = {
    "plan": _plan,
    "limits": _limits,
    "crosscheck": _crosscheck,
    "same": _same,
    "decay": _decay,
    "dispense": _dispense,
    "window": _window,
    "dosimetry": _dosimetry,
    "verify": _verify,
    "check": _check,
}
"""The commands that a case may name."""
