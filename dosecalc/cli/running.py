"""``dosecalc run`` and ``dosecalc selftest``."""

from __future__ import annotations

import sys

import click

from dosecalc.cli.output import show, write


@click.command(short_help="Cases from standard input, one answer each.")
def run() -> int:
    """Answer cases from standard input: one JSON object, or one a line (JSON Lines), many in one process.

    A case is a command with its inputs, as documents repeat them. An answer has the document, the exit status that the
    command would have had, and the message where it was refused; its keys are sorted, so that two programs can be
    compared line by line.

    \b
        echo '{"command": "plan", "inputs": {"protocol": "clover2-20", "bsa": "1.6"}}' | dosecalc run

    Exit status: the highest of the answers.
    """
    from dosecalc.cases.runner import answers, written

    status = 0
    for answer in answers(sys.stdin):
        write(written(answer))
        status = max(status, answer.exit)
    return status


@click.command(short_help="Test this installation, with cases of your own.")
@click.argument("folder", metavar="[FOLDER]", type=click.Path(), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def selftest(folder: str | None, as_json: bool) -> int:  # noqa: FBT001  # click passes flags by name
    """Test the program on this computer, and print a report to be signed.

    The report names the machine, the versions and one hash of everything that is installed; runs reference cases whose
    figures were found by hand; and runs the worked cases of a site, files of FOLDER in JSON (.json, or .jsonl with one
    a line), each a case of 'dosecalc run' with what is expected of it.

    \b
        dosecalc selftest
        dosecalc selftest our-cases/

    Exit status: 0, 1 where a case did not come out or the release is past its day, 2 unusable input.
    """
    from dosecalc.cases.selftest import selftest as test
    from dosecalc.render.selftest import page

    report = test(folder)
    if as_json:
        write(report.to_json())
    else:
        show(page(report))
    return report.exit_status()
