"""What every test shares: one way of drawing random cases, no network, and the command line as a function."""

import json
import socket
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import pytest
from hypothesis import settings

from dosecalc.cli import run


class NoNetworkError(RuntimeError):
    """Something tried to reach a network, which the program never does."""


def _refused(*args: object, **more: object) -> NoReturn:
    raise NoNetworkError(f"a connection was tried: {args[1:]} {more}")


for _way in ("connect", "connect_ex", "sendto"):
    setattr(socket.socket, _way, _refused)
for _way in ("getaddrinfo", "create_connection", "gethostbyname"):
    setattr(socket, _way, _refused)


class Strength(NamedTuple):
    """How hard the tests try: random cases of a property, simulated patients and odd statements of an arm."""

    examples: int
    patients: int
    statements: int


# ``default`` is for whoever changes something and waits for the answer; ``ci`` for what is about to land, chosen with
# hypothesis' own option --hypothesis-profile=ci.
STRENGTHS = {
    "default": Strength(examples=100, patients=100, statements=3),
    "ci": Strength(examples=300, patients=400, statements=10),
}

# No deadline: a shared machine is slow now and then, and that is no defect. Speed has its own benchmarks.
for _name, _strength in STRENGTHS.items():
    settings.register_profile(_name, deadline=None, print_blob=True, max_examples=_strength.examples)
settings.load_profile("default")


@pytest.fixture(scope="session")
def strength(pytestconfig: pytest.Config) -> Strength:
    return STRENGTHS[pytestconfig.getoption("--hypothesis-profile") or "default"]


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
