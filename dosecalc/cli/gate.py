"""``dosecalc check``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from dosecalc.cli.output import show, write
from dosecalc.quantities.documents import Document
from dosecalc.render.page import Page

R = TypeVar("R", bound=Document)


@click.command(short_help="Go or hold, before a dose is given.")
@click.argument("case", metavar="[CASE.toml]", type=click.Path(), required=False)
@click.option("--confirm", metavar="CODE", help="The code of the unit in hand; another one holds.")
@click.option("--list", "folder", metavar="FOLDER", type=click.Path(), help="Check every case of a day's folder.")
@click.option("--new", "arm", metavar="ARM", help="Print a case for an arm, to be filled in.")
@click.option("--ask", "asked", metavar="ARM", help="Ask for a dose of an arm, write CASE.toml, and check it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def check(  # one parameter an option
    case: str | None,
    confirm: str | None,
    folder: str | None,
    arm: str | None,
    asked: str | None,
    as_json: bool,  # noqa: FBT001  # click passes flags by name
) -> int:
    """Hold one dose of one patient against everything that is on the table, before it is given.

    The first line is GO or HOLD. Directive, order, receipt, assay, number, people, the patient today and the protocol
    are compared; what is not stated holds too, and says what to state. A warning holds until somebody accepts it.

    \b
        dosecalc check --ask lutathera-gep-net case.toml
        dosecalc check --new lutathera-gep-net > case.toml
        dosecalc check case.toml
        dosecalc check case.toml --confirm ABCD-EFGH
        dosecalc check --list today/

    Exit status: 0 go, 1 hold (one that was overridden too), 2 unusable input, 3 two methods disagree.
    """
    from dosecalc.errors import InputError

    if asked is not None:
        if case is None or (confirm, folder, arm) != (None, None, None):
            raise InputError("state with it the file to be written, CASE.toml, and nothing else", where="--ask")
        from dosecalc.cli.interview import ask_case

        ask_case(asked, case)
    if [case, folder, arm].count(None) != 2:
        raise InputError("state a case file, or a folder with --list, or an arm with --new", where="CASE.toml")
    if confirm is not None and case is None:
        raise InputError("a code belongs to one case; state its file", where="--confirm")
    if arm is not None:
        from dosecalc.gate.form import form

        write(form(arm))
        return 0
    from dosecalc.gate.check import check_dose

    if folder is not None:
        from dosecalc.gate.day import day_list
        from dosecalc.render import day

        return _answer(day_list(folder), day.page, as_json=as_json)
    from dosecalc.render import gate

    return _answer(check_dose(str(case), confirm=confirm), gate.page, as_json=as_json)


def _answer(result: R, page: Callable[[R], Page], *, as_json: bool) -> int:
    if as_json:
        write(result.to_json())
    else:
        show(page(result))
    return result.exit_status()
