"""``dosecalc protocol list | show | lint | new | diff`` and ``dosecalc observables``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dosecalc.cli import completion
from dosecalc.cli.options import options, stated
from dosecalc.cli.output import complain, on_a_terminal, show, write
from dosecalc.quantities.options import CATALOGUE

if TYPE_CHECKING:
    from dosecalc.library.draft import Draft


@click.group(short_help="List, show and check protocol files.")
def protocol() -> None:
    """Protocol files: list them, show one in words, check one, compare two, write a new one."""


@protocol.command("list", short_help="All arms that can be planned, or those of some words.")
@click.argument("words", nargs=-1, metavar="[WORD...]")
@options(CATALOGUE)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of objects.")
def list_(words: tuple[str, ...], as_json: bool, **texts: tuple[str, ...]) -> int:  # noqa: FBT001  # click passes flags by name
    """List every arm of the shipped protocols and of the folders in DOSECALC_PROTOCOLS.

    With words only the arms that all of them name: the arm, the trial, the disease, the agent under any of its names, a
    registry number.

    \b
        dosecalc protocol list pluvicto
        dosecalc protocol list mibg neuroblastoma
        dosecalc protocol list NCT05610891

    The column "facts" marks arms that rest on facts not yet checked against the source. Exits 1 where a file
    cannot be used; the arms of the others are listed.
    """
    from dosecalc.library.catalogue import index

    rows, problems = index({**stated(texts), "word": list(words)})
    for problem in problems:
        complain(str(problem))
    if as_json:
        from dosecalc.quantities.documents import written

        write(written([row.document() for row in rows]))
    else:
        from dosecalc.render.protocol import index_page

        show(index_page(rows, narrow=on_a_terminal()))
    return int(bool(problems))


@protocol.command("show", short_help="One protocol in words.")
@click.argument("arm", metavar="ID", shell_complete=completion.arms)
def show_(arm: str) -> int:
    """Show an arm, or every arm of a protocol file: regimen, rules, sources and conflicts in words."""
    from dosecalc.library.load import find_arms
    from dosecalc.render.protocol import protocol_page

    show(protocol_page(*find_arms(arm)))
    return 0


@protocol.command("lint", short_help="Check a protocol file or a fact sheet.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@click.option("--prove", is_flag=True, help="Prove what holds for every patient (pip install 'dosecalc[prove]').")
def lint(files: tuple[str, ...], prove: bool) -> int:  # noqa: FBT001  # click passes flags by name
    """Check files: syntax, keys, dimensions, references, and that every number equals a fact that it cites.

    With --prove statements are proved for all values instead of tried: no condition is both true and false, learning
    more takes no answer back, levels leave no gap and do not overlap, caps and floors hold. A refuted one is shown with
    a patient; what could not be proved is named.

    Exits 1 where something is wrong inside a file or was refuted, 2 where one cannot be read.
    """
    from dosecalc.library.lint import lint as check
    from dosecalc.render.protocol import lint_lines

    reports = [check(path, prove=prove) for path in files]
    write("\n".join(line for report in reports for line in lint_lines(report)))
    return max(report.exit_status() for report in reports)


@protocol.command("new", short_help="Write a new protocol file by answering questions.")
@click.argument("file", metavar="[FILE]", required=False, type=click.Path())
def new(file: str | None) -> int:
    """Ask for a regimen and write a commented protocol file that passes lint.

    An answer that cannot be read is asked for again. Nothing is written before the last answer, and no file is
    overwritten. FILE is ID.toml unless it is given.
    """
    from dosecalc.cli.interview import interview
    from dosecalc.library.draft import save

    draft = interview(file)
    path = file or f"{draft.id}.toml"
    save(draft, path)
    _next(draft, path)
    return 0


@protocol.command("import", short_help="Write a protocol file from a table of levels or classes.")
@click.argument("table", metavar="TABLE.csv", type=click.Path())
@click.option("--agent", metavar="NAME", required=True, help='What is given: "131I-tracer".')
@click.option("--nuclide", metavar="NAME", help="Its radionuclide, I-131; left out for a drug.")
@click.option("--title", metavar="TEXT", help="What is given to whom.")
@click.option(
    "--source", metavar="TEXT", help="The document that you read the table in; without it nothing is confirmed."
)
@click.option("--output", "-o", metavar="FILE", help="The file to write.  [default: TABLE.toml]")
def import_(
    table: str, agent: str, nuclide: str | None, title: str | None, source: str | None, output: str | None
) -> int:
    """Turn a table of levels, or of weight classes, into a commented protocol file that passes lint.

    The first line names the columns: level (or activity, dose, amount), with its unit there or in each cell; weight,
    age or bsa, from which on a level holds; arm (or cohort, group), one arm for each.

    \b
        weight [kg],activity [MBq]      cohort,level
        10,50                           1,12.5 mCi/m^2
        20,74                           2,25 mCi/m^2
    """
    from dosecalc.library.draft import save
    from dosecalc.library.imported import draft_of

    path = output or f"{table.removesuffix('.csv')}.toml"
    draft = draft_of(table, path, agent=agent, nuclide=nuclide, title=title, source=source)
    save(draft, path)
    _next(draft, path)
    return 0


def _next(draft: Draft, path: str) -> None:
    """What was written, and what to do with it."""
    levels, arm = draft.levels, f"#{draft.id}-{draft.arms[0].name}" if len(draft.arms) > 1 else ""
    size = " --bsa 1.6" if levels[0].endswith(("m^2", "m²", "m2")) else " --weight 20"
    chosen = f' --level "{levels[0]}"' if len(draft.arms[0].classes[0].ends) > 1 else ""
    write(
        f"Wrote {path}. Next:\n"
        f"  dosecalc protocol lint {path}\n"
        f"  dosecalc protocol show {path}\n"
        f"  dosecalc plan --protocol {path}{arm}{size}{chosen}"
    )


@protocol.command("diff", short_help="The changes for a patient, in words.")
@click.argument("before", metavar="BEFORE", shell_complete=completion.arms)
@click.argument("after", metavar="AFTER", shell_complete=completion.arms)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def diff(before: str, after: str, as_json: bool) -> int:  # noqa: FBT001  # click passes flags by name
    """Tell what changes from one arm to another, or from one version of a protocol file to the next.

    BEFORE and AFTER are arm ids, protocol ids, or paths. Arms of the same id are compared. Quantities are
    compared by their values; citations are not compared. Exits 1 where anything changes.

    \b
        dosecalc protocol diff xofigo-2013 xofigo-2016
        dosecalc protocol diff old/our-study.toml our-study.toml
    """
    from dosecalc.library.diff import diff as compare

    changes = compare(before, after)
    if as_json:
        write(changes.to_json())
    else:
        from dosecalc.render.diff import page

        show(page(changes))
    return changes.exit_status()


@click.command(short_help="The observables that rules may use.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of objects.")
def observables(as_json: bool) -> int:  # noqa: FBT001  # click passes flags by name
    """List the observables with unit, scope and range. State one with plan --set NAME=VALUE."""
    from dosecalc.library.catalogue import observables as rows_of_all

    rows = rows_of_all()
    if as_json:
        from dosecalc.quantities.documents import written

        write(written([row.document() for row in rows]))
    else:
        from dosecalc.render.observables import page

        show(page(rows))
    return 0
