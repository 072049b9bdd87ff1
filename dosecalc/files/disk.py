"""Files on a disk: read whole within a bound, and written whole or not at all.

What people name may be anything: a pipe that nobody writes to, a device that never ends, a film. Only regular files of
a bounded size are read, and none is waited for. A file is written beside its place and then renamed, so that a full
disk leaves what was there.
"""

from __future__ import annotations

import os
import stat

from dosecalc.errors import InputError
from dosecalc.files.capacity import FILE

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def read(path: str, shown: str, most: int = FILE) -> bytes:
    """The bytes of a regular file of at most so many bytes, called ``shown`` in messages. InputError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise InputError(f"cannot read {shown}: {error.strerror}") from None
    except ValueError as error:  # NUL, or half of a surrogate pair
        raise InputError(f"cannot read {path!r}: {_reason(error)}") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        kind = _KINDS.get(stat.S_IFMT(mode), "no regular file")
        raise InputError(f"cannot read {shown}: it is {kind}, and a file was expected")
    with os.fdopen(descriptor, "rb") as file:
        try:
            data = file.read(most + 1)
        except OSError as error:
            raise InputError(f"cannot read {shown}: {error.strerror}") from None
    if len(data) > most:
        raise InputError(f"{shown} is larger than {most // 1_000_000} MB, the most that is read of such a file")
    return data


def stamp(path: str) -> tuple[int, ...]:
    """Tells whether a file has changed: its times, its size and its place; empty where there is none."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return ()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


def write(path: str, data: bytes, *, anew: bool = False) -> None:
    """Write a file whole; ``anew`` refuses one that is there already. InputError; nothing half-written stays behind."""
    try:
        place = os.path.realpath(path)
        if os.path.exists(place) and (anew or not os.path.isfile(place)):
            why = "exists already" if anew else "is no regular file"
            raise InputError(f"{path} {why}; nothing was written")
        beside = f"{place}.{os.getpid()}.part"
        try:
            with open(beside, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _put(beside, place, anew=anew)
        finally:
            if os.path.exists(beside):
                os.unlink(beside)
    except FileExistsError:
        raise InputError(f"{path} exists already; nothing was written") from None
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise InputError(f"cannot write {path!r}: {_reason(error)}") from None


def _put(beside: str, place: str, *, anew: bool) -> None:
    """Bring a finished file to its place; a link fails where somebody else was quicker, a rename would replace it."""
    if anew and hasattr(os, "link"):
        os.link(beside, place)
    else:
        os.replace(beside, place)


def _reason(error: ValueError) -> str:
    return "half of a surrogate pair" if isinstance(error, UnicodeEncodeError) else str(error)
