"""``dosecalc record``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from dosecalc.cli import completion
from dosecalc.cli.output import show, write


@click.command(short_help="Was what was given what was prescribed?")
@click.argument("file", metavar="FILE", type=click.Path())
@click.option("--protocol", metavar="ARM", shell_complete=completion.arms, help="The arm, where the file names none.")
@click.option(
    "--nuclide", metavar="NAME", shell_complete=completion.radionuclides, help="The radionuclide of all doses."
)
@click.option("--tz", metavar="ZONE", help="Zone of times without an offset: America/Chicago.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def record(file: str, protocol: str | None, nuclide: str | None, tz: str | None, as_json: bool) -> int:  # noqa: FBT001  # click passes flags by name
    """Check a course record (TOML, JSON or CSV) against what was prescribed, and against its protocol.

    Net activity is the assay less the residuals, corrected for decay to one time. Each dose is compared with what was
    prescribed, directed, ordered and planned, by the limits of EANM and 10 CFR 35. The course as it was given is
    checked against the rules of the protocol, and the doses still to come are planned from it.

    \b
        dosecalc record course.toml
        dosecalc record doses.csv --tz America/Chicago --json

    Exit status: 0, 1 where a figure lies outside or a rule is violated, 2 unusable input.
    """
    from dosecalc.records.checker import check_record

    with _bar() as progress:
        result = check_record(file, protocol=protocol, nuclide=nuclide, tz=tz, progress=progress)
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
