"""Where results go: JSON, plain text for a pipe, a drawn page for a terminal."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from click import ClickException

    from dosecalc.dispensing.result import Dispensed
    from dosecalc.planning.result import Plan
    from dosecalc.records.result import RecordCheck
    from dosecalc.render.page import Page

FAULT = 3
_POWERS = str.maketrans({"²": "^2", "³": "^3", "⁹": "^9"})


def write(text: str) -> None:
    """Write finished text; nothing is written before everything is known to be right."""
    if sys.stdout is None:
        raise OSError("there is no standard output")
    try:
        sys.stdout.write(writable(text if text.endswith("\n") else text + "\n", sys.stdout))
        sys.stdout.flush()
    except BrokenPipeError:
        _leave()


def _leave() -> None:
    """Nobody reads on: let what is left go nowhere. Here and not later, as click would make a finding (1) of it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(message: str) -> None:
    """Tell people what is wrong, on standard error; where that cannot be written either, the status has to do."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(writable(f"dosecalc: {message}\n", sys.stderr))
            sys.stderr.flush()


@contextlib.contextmanager
def warnings_shown() -> Iterator[None]:
    """Tell of files that were left out as of everything else, each once; other warnings keep their way."""
    import warnings

    from dosecalc.errors import SkippedFileWarning

    told: set[str] = set()
    with warnings.catch_warnings():
        warnings.simplefilter("always", SkippedFileWarning)
        usual = warnings.showwarning

        def show_(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
            if not issubclass(category, SkippedFileWarning):
                usual(message, category, *place, **more)
            elif str(message) not in told:
                told.add(str(message))
                complain(str(message))

        warnings.showwarning = show_
        yield


def complain_of(error: ClickException) -> None:
    """The message of click with its usage line; it quotes what was typed, which may hold anything."""
    if sys.stderr is not None:
        message = io.StringIO()
        error.show(file=message)
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(writable(message.getvalue(), sys.stderr))
            sys.stderr.flush()


def on_a_terminal() -> bool:
    """Whether somebody reads along, and not a pipe or a file."""
    return sys.stdout is not None and sys.stdout.isatty()


def show(page: Page) -> None:
    """Draw a page where a terminal listens, else write it as plain text."""
    from dosecalc.render.page import plain

    text = plain(page)
    if sys.stdout is not None and sys.stdout.isatty() and writable(text, sys.stdout) == text:
        from dosecalc.render.terminal import draw

        try:
            draw(page)
        except BrokenPipeError:
            _leave()
    else:
        write(text)


def check_name(path: str | None, option: str = "--output") -> None:
    """Refuse the name of a sheet that is neither HTML nor PDF before anything is computed."""
    if path is not None:
        from dosecalc.sheets.written import check_name as check

        check(path, option)


def put_on_paper(
    result: Plan | Dispensed | RecordCheck, path: str | None, paper: str, option: str = "--output"
) -> None:
    """Write the sheet of a result, where one was asked for."""
    if path is not None:
        from dosecalc.sheets import written

        written.write(written.sheet_of(result, labels=option == "--labels"), path, paper, option)


def writable(text: str, stream: TextIO) -> str:
    """Text that a stream can take: without control characters, and with 10^9 for powers that it cannot print."""
    lines = text.split("\n")  # whole lines are looked at, as a long document has a hundred thousand characters
    if not all(map(str.isprintable, lines)):
        lines = ["".join(c if c.isprintable() else "?" for c in line) for line in lines]
    clean = "\n".join(lines)
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        clean.encode(encoding)
    except UnicodeEncodeError:
        clean = clean.translate(_POWERS).encode(encoding, errors="replace").decode(encoding)
    return clean


def finish(status: int) -> int:
    """Write out what is left and give the exit status; a reader who left early is no fault."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _leave()
    except (OSError, ValueError) as error:
        complain(f"cannot write the result: {error}")
        return FAULT
    return status
