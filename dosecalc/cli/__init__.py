"""The command line. Importing it loads click and nothing else; each command loads what it needs when it runs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

import click

from dosecalc.cli.crosschecking import audit, crosscheck
from dosecalc.cli.dispensing import decay, dispense
from dosecalc.cli.dosimetry import dosimetry
from dosecalc.cli.limits import limits
from dosecalc.cli.output import FAULT, complain, finish
from dosecalc.cli.planning import plan
from dosecalc.cli.protocols import observables, protocol
from dosecalc.cli.quick import without_plugins
from dosecalc.cli.records import record
from dosecalc.version import VERSION

UNUSABLE, INTERRUPTED = 2, 130

_EPILOG = """\b
Exit status: 0 done, nothing found against it; 1 a finding; 2 the input could
not be used; 3 an internal error; 130 interrupted.

Decision support for qualified staff, not a medical device."""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, "-V", "--version", prog_name="dosecalc")
def cli() -> None:
    """Plan, check and explain courses of radiopharmaceutical therapy.

    Protocols are plain files in which every number cites its source. Try

    \b
        dosecalc protocol list
        dosecalc plan --protocol clover2-20 --bsa 1.6
        dosecalc crosscheck --total "126.6 mCi" --doses 4 --level "40 mCi/m^2" --age 25
    """


cli.add_command(plan)
cli.add_command(limits)
cli.add_command(crosscheck)
cli.add_command(audit)
cli.add_command(decay)
cli.add_command(dispense)
cli.add_command(record)
cli.add_command(dosimetry)
cli.add_command(protocol)
cli.add_command(observables)


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the status that the contract names. No input gives a traceback."""
    gc.disable()  # a run is short and makes little that is circular: collecting costs a fifth of it
    without_plugins()
    status = run(args)
    gc.freeze()
    sys.exit(finish(status))


def run(args: Sequence[str] | None) -> int:
    """Run one command and return its exit status; messages go to standard error."""
    from dosecalc.errors import InputError

    try:
        result = cli.main(args=args, prog_name="dosecalc", standalone_mode=False)
    except InputError as error:
        complain(str(error))
        return UNUSABLE
    except click.ClickException as error:
        error.show()
        return UNUSABLE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return 0
    except OSError as error:
        complain(f"cannot write the result: {error.strerror or error}")
        return FAULT
    except Exception as error:  # noqa: BLE001  # whatever goes wrong in here, a user gets one line
        complain(f"internal error, please report it: {type(error).__name__}: {error}")
        return FAULT
    return result if isinstance(result, int) else 0
