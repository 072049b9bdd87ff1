"""What every test shares: one way of drawing random cases, and the command line as a function."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import settings

from dosecalc.cli import run

# No deadline: a shared machine is slow now and then, and that is no defect. Speed has its own benchmarks.
settings.register_profile("dosecalc", deadline=None, print_blob=True)
settings.load_profile("dosecalc")


class Answer(NamedTuple):
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def dosecalc(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """The command line, as a function of its arguments."""

    def command(*args: str) -> Answer:
        capsys.readouterr()
        status = run([str(arg) for arg in args])
        return Answer(status, *capsys.readouterr())

    return command


@pytest.fixture
def plan(dosecalc: Callable[..., Answer]) -> Callable[..., Answer]:
    """``dosecalc plan --protocol ARM ... --json``"""

    def command(arm: str, *args: str) -> Answer:
        return dosecalc("plan", "--protocol", arm, *args, "--json")

    return command
