"""``dosecalc record``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from dosecalc.cli.options import ZONE, options, sheet_options, stated
from dosecalc.cli.output import check_name, put_on_paper, show, write
from dosecalc.quantities.options import RECORD, one


@click.command(short_help="Was what was given what was prescribed?")
@click.argument("file", metavar="FILE", type=click.Path())
@options(RECORD)
@sheet_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def record(file: str, as_json: bool, output: str | None, paper: str, **texts: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """Check a course record (TOML, JSON or CSV) against what was prescribed, and against its protocol.

    Net activity is the assay less the residuals, corrected for decay to one time. Each dose is compared with what was
    prescribed, directed, ordered and planned, by the limits of EANM and 10 CFR 35. The course as it was given is
    checked against the rules of the protocol, and the doses still to come are planned from it.

    \b
        dosecalc record course.toml
        dosecalc record doses.csv --tz America/Chicago --json

    Exit status: 0, 1 where a figure lies outside or a rule is violated, 2 unusable input.
    """
    from dosecalc.records.checker import check_texts

    check_name(output)
    inputs = stated(texts)
    protocol, nuclide, tz = (one(inputs, name) for name in ("protocol", "nuclide", "tz"))
    if tz is None and file.lower().endswith(".csv"):  # a TOML or JSON record names its own
        tz = os.environ.get(ZONE, "").strip() or None
    with _bar() as progress:
        result = check_texts(file, inputs, protocol=protocol, nuclide=nuclide, tz=tz, progress=progress)
    put_on_paper(result, output, paper)
    if as_json:
        write(result.to_json())
    else:
        from dosecalc.render.record import page

        show(page(result))
    return result.exit_status()


@contextmanager
def _bar() -> Iterator[Callable[[int], None] | None]:
    """A line that counts the doses read, where somebody watches."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    read = 0

    def progress(more: int) -> None:
        nonlocal read
        read += more
        click.echo(f"\r{read:,} doses read", nl=False, err=True)

    yield progress
    if read:
        click.echo("\r" + " " * 40 + "\r", nl=False, err=True)
