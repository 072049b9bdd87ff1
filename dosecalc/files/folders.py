"""The folders of protocol and fact files, and the files in them, found without reading more than is needed.

The data folders are inside the package where it is installed, and beside it in a checkout. A site adds folders of its
own in ``DOSECALC_PROTOCOLS`` (separated as in ``PATH``).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from dosecalc.errors import InputError, SkippedFileWarning
from dosecalc.files import disk
from dosecalc.files.capacity import FILE

_HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_ARM = r'^\s*\[\[\s*arms\s*\]\]\s*(?:#.*)?\n(?:(?!\s*\[).*\n)*?\s*id\s*=\s*["\']([^"\']+)["\']'


@lru_cache
def shipped(name: str) -> str:
    """The folder ``protocols`` or ``seeds`` that came with this package."""
    inside = os.path.join(_HERE, name)
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(_HERE), name)


def site_folders() -> list[str]:
    """The folders that the site added."""
    stated = os.environ.get("DOSECALC_PROTOCOLS")
    listed = [folder for folder in stated.split(os.pathsep) if folder] if stated else []
    if not listed:
        return []
    for folder in listed:
        if not os.path.isdir(folder):
            raise InputError(f"read {folder!r}, which is not a folder", where="DOSECALC_PROTOCOLS")
    own = os.path.realpath(shipped("protocols"))
    return [folder for folder in dict.fromkeys(listed) if os.path.realpath(folder) != own]


def protocol_files() -> Iterator[str]:
    """Every protocol file: the shipped ones, then the site's, each folder in order of name."""
    for folder in (shipped("protocols"), *site_folders()):
        yield from _files(folder)


def _files(folder: str) -> list[str]:
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names) if name.endswith(".toml")]


def files_with(arm: str) -> list[str]:
    """The files that may define an arm: a shipped one by its name, a site's by its text."""
    paths = []
    stem = arm
    while stem:
        path = os.path.join(shipped("protocols"), f"{stem}.toml")
        if os.path.isfile(path):
            paths.append(path)
        stem = stem.rpartition("-")[0]
    for folder in site_folders():
        paths += [path for path in _files(folder) if arm in arms_in(path)]
    return paths


def files_naming(arm: str) -> list[str]:
    """The site's files that contain an arm id in their text, readable as TOML or not."""
    return [path for folder in site_folders() for path in _files(folder) if f'"{arm}"' in text_of(path)]


def text_of(path: str) -> str:
    """The text of a file; empty where it cannot be read, which the reader says when the file is used."""
    try:
        return disk.read(path, path).decode("utf-8-sig")
    except (InputError, UnicodeDecodeError):
        return ""


def arms_in(path: str) -> list[str]:
    """The ids of the arms in a file.

    A shipped file is written plainly, so that its text is searched, which is quick enough for completion in a shell. A
    site's file may be written in any way that TOML allows, and is parsed.
    """
    if _is_shipped(path):
        return re.findall(_ARM, text_of(path), re.MULTILINE)
    return _parsed_arms(path)


def _parsed_arms(path: str) -> list[str]:
    """The ids of the arms in a site's file; one that cannot be read has none, which is a warning."""
    import tomllib

    try:
        arms = tomllib.loads(read_text(path)[0]).get("arms")
    except InputError as error:
        return _skipped(error.message)
    except (ValueError, RecursionError) as error:
        return _skipped(f"{path} is not TOML: {str(error).partition(chr(10))[0]}")
    if not isinstance(arms, list):
        return []
    return [arm["id"] for arm in arms if isinstance(arm, dict) and isinstance(arm.get("id"), str)]


def _skipped(why: str) -> list[str]:
    import warnings

    warnings.warn(f"a file of the site is left out: {why}", SkippedFileWarning, stacklevel=2)
    return []


def arm_ids(beginning: str = "") -> list[str]:
    """The ids of every arm that can be planned, or of those that begin so.

    InputError if a folder that the site named does not exist.
    """
    paths = (path for path in protocol_files() if _may_have(path, beginning))
    return [arm for path in paths for arm in arms_in(path) if arm.startswith(beginning)]


def _may_have(path: str, beginning: str) -> bool:
    """Whether a file may have an arm that begins so; in a shipped one they begin with the name of the file."""
    stem = os.path.basename(path).removesuffix(".toml")
    return not _is_shipped(path) or stem.startswith(beginning) or beginning.startswith(stem)


def _is_shipped(path: str) -> bool:
    return path.startswith(shipped("protocols") + os.sep)


def shown(path: str) -> str:
    """A path as results name it: shipped files by their place in the project, others as they were given."""
    for name in ("protocols", "seeds"):
        folder = shipped(name) + os.sep
        if path.startswith(folder):
            return f"{name}/{path[len(folder) :]}"
    return path


def path_of(shown_as: str) -> str:
    """The path of a file that a result names: one that came with dosecalc, or the path as it was given."""
    folder, _, name = shown_as.partition("/")
    inside = os.path.join(shipped(folder), name) if folder in ("protocols", "seeds") else ""
    return inside if inside and os.path.isfile(inside) else shown_as


def read_bytes(path: str, most: int = FILE) -> bytes:
    """The bytes of a file. InputError if it cannot be read."""
    return disk.read(path, shown(path), most)


def read_text(path: str, most: int = FILE) -> tuple[str, str]:
    """The text of a file and the sha256 of its bytes. InputError if it cannot be read as UTF-8 text."""
    import hashlib  # a shell's completion reads no file whole, and has to be quick

    data = disk.read(path, shown(path), most)
    try:
        return data.decode("utf-8-sig"), hashlib.sha256(data).hexdigest()
    except UnicodeDecodeError:
        raise InputError(f"{shown(path)} is not UTF-8 text") from None
