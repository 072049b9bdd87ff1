"""The command line. Importing it loads click and nothing else; a command is loaded when it is asked for."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module

import click

from dosecalc.cli.output import FAULT, complain, complain_of, finish, warnings_shown
from dosecalc.cli.quick import without_plugins
from dosecalc.version import VERSION

UNUSABLE, INTERRUPTED = 2, 130

_EPILOG = """\b
Exit status: 0 done, nothing found against it; 1 a finding; 2 the input could
not be used; 3 an internal error, or two methods that
disagree; 130 interrupted.

Decision support for qualified staff, with no CE mark or clearance."""


_MODULES = {
    "audit": "crosschecking",
    "check": "gate",
    "crosscheck": "crosschecking",
    "decay": "dispensing",
    "dispense": "dispensing",
    "dosimetry": "dosimetry",
    "limits": "limits",
    "observables": "protocols",
    "patient": "patients",
    "plan": "planning",
    "protocol": "protocols",
    "record": "records",
    "run": "running",
    "selftest": "running",
    "verify": "verifying",
    "window": "dispensing",
}
"""The commands, each with the module that has it."""


def command(name: str) -> click.Command:
    """The command of this name. KeyError if there is none."""
    module = import_module(f"dosecalc.cli.{_MODULES[name]}")
    found: click.Command = getattr(module, name)
    return found


class _Commands(Mapping[str, click.Command]):
    """The commands of the table by their names; a shell that waits for one does not wait for the others."""

    def __getitem__(self, name: str) -> click.Command:
        return command(name)

    def __iter__(self) -> Iterator[str]:
        return iter(_MODULES)

    def __len__(self) -> int:
        return len(_MODULES)


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


cli.commands = _Commands()  # type: ignore[assignment]  # click reads it and adds nothing


def main(args: Sequence[str] | None = None) -> None:
    """Run the command line and exit with the status that the contract names. No input gives a traceback."""
    gc.disable()  # a run is short and makes little that is circular: collecting costs a fifth of it
    without_plugins()
    status = run(args)
    gc.freeze()
    sys.exit(finish(status))


def run(args: Sequence[str] | None) -> int:
    """Run one command and return its exit status; messages go to standard error."""
    with warnings_shown():
        return _run(args)


def _run(args: Sequence[str] | None) -> int:
    from dosecalc.errors import DisagreementError, InputError

    try:
        result = cli.main(args=args, prog_name="dosecalc", standalone_mode=False)
    except InputError as error:
        complain(str(error))
        return UNUSABLE
    except click.ClickException as error:
        complain_of(error)
        return UNUSABLE
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        return 0
    except DisagreementError as error:
        complain(str(error))
        return FAULT
    except OSError as error:
        complain(f"cannot write the result: {error.strerror or error}")
        return FAULT
    except Exception as error:  # noqa: BLE001  # whatever goes wrong in here, a user gets one line
        complain(f"internal error, please report it: {type(error).__name__}: {error}")
        return FAULT
    return result if isinstance(result, int) else 0
