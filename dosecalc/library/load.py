"""Protocol files by what people call them: an arm id, a protocol id, or a path."""

from __future__ import annotations

import os

from dosecalc.errors import InputError
from dosecalc.files import folders
from dosecalc.files.faults import BadFileError
from dosecalc.files.folders import read_text
from dosecalc.files.protocol import Arm
from dosecalc.library.reader import ProtocolFile, examined

_read: dict[str, ProtocolFile] = {}
"""The files that were read; one is read again where its content, or a sheet that it rests on, has changed."""


def load_protocol(wanted: str | os.PathLike[str]) -> ProtocolFile:
    """Load and check a protocol file.

    ``wanted`` is an arm id (``"clover2-20"``), a protocol id (``"clover2"``) or a path. Raises InputError where there
    is no such file, and for a file that is not sound.

    >>> load_protocol("clover2-20").protocol.status
    'investigational'
    """
    if not isinstance(wanted, (str, os.PathLike)):
        raise InputError(f"read {type(wanted).__name__}, expected text or a path")
    return find_arms(str(os.fspath(wanted)))[0]


def load_file(path: str) -> ProtocolFile:
    """Read and check a protocol file, once for as long as it does not change. Raises BadFileError or InputError."""
    key, content = os.path.abspath(path), read_text(path)
    known = _read.get(key)
    if known is None or known.path != path or known.sha256 != content[1] or known.sheets_changed():
        known, problems = examined(path, *content)
        if known is None:
            raise BadFileError(problems)
        _read[key] = known
    return known


def find_arm(wanted: str) -> tuple[ProtocolFile, Arm]:
    """The file and the arm for an arm id, or for a path ``file.toml#arm``. InputError suggests similar arm ids."""
    path, hash_, arm_id = wanted.partition("#")
    if hash_ or path.endswith(".toml"):
        return _in_file(path, arm_id)
    if wanted != wanted.lower() and folders.files_with(wanted.lower()) and not folders.files_with(wanted):
        wanted = wanted.lower()  # ids are in small letters
    files = [load_file(path) for path in folders.files_with(wanted)]
    matches = [(file, arm) for file in files for arm in file.protocol.arms if arm.id == wanted]
    if len(matches) > 1:
        names = " and ".join(file.file for file, _ in matches)
        raise InputError(
            f"the arm id {wanted!r} is in two files, {names}; write the path of the one that is meant, "
            f"file.toml#{wanted}",
            where="--protocol",
        )
    if not matches:
        for path in folders.files_naming(wanted):
            load_file(path)  # a file that may have meant to define it: if it is not sound, that is the answer
        raise InputError(_no_such_arm(wanted), where="--protocol")
    return matches[0]


def _in_file(path: str, arm_id: str) -> tuple[ProtocolFile, Arm]:
    file = load_file(path)
    first, *others = (arm.id for arm in file.protocol.arms)
    if not arm_id and others:
        names = ", ".join(others)
        raise InputError(f"{path} has several arms; write {path}#{first} (or {names})", where="--protocol")
    return file, file.arm(arm_id or first)


def _no_such_arm(wanted: str) -> str:
    from difflib import get_close_matches

    known, name = folders.arm_ids(), wanted.lower()
    if registered := _registered(wanted):
        return f"read {wanted[:60]!r}, a registry number; its arms are {', '.join(registered)}: choose one"
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    near = near or [arm for arm in known if name and arm.startswith(name[:4])]
    hint = f"Near ones: {', '.join(near)}." if near else f"There are {len(known)} arms."
    return f"read {wanted[:60]!r}, which is no arm of any protocol here. {hint} 'dosecalc protocol list' shows all."


def _registered(number: str) -> list[str]:
    """The arms of the files that have a registry number, by their text."""
    wanted = number.strip().upper()
    files = (path for path in folders.protocol_files() if wanted and f'"{wanted}"' in folders.text_of(path).upper())
    protocols = (load_file(path).protocol for path in files)
    return [arm.id for each in protocols if wanted in map(str.upper, each.registry) for arm in each.arms]


def find_arms(wanted: str) -> tuple[ProtocolFile, list[Arm]]:
    """The file and arms for an arm id, a path, or the id of a protocol (then all of its arms)."""
    path = _whole_file(wanted)
    if path is None:
        file, arm = find_arm(wanted)
        return file, [arm]
    file = load_file(path)
    return file, list(file.protocol.arms)


def _whole_file(wanted: str) -> str | None:
    """The path where a whole file is asked for: by its path, or by the id of a protocol that is no arm's as well."""
    if "#" in wanted:
        return None
    if wanted.endswith(".toml"):
        return wanted
    named = [path for path in folders.protocol_files() if os.path.basename(path) == f"{wanted}.toml"]
    if any(wanted in folders.arms_in(path) for path in named):
        return None
    if len(named) > 1:
        names = " and ".join(map(folders.shown, named))
        raise InputError(f"the protocol {wanted!r} is in two files, {names}; write the path of the one that is meant")
    return named[0] if named else None
