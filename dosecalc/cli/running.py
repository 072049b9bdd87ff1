"""``dosecalc run``."""

from __future__ import annotations

import sys

import click

from dosecalc.cli.output import write


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
