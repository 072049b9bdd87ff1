"""The error and the warning that people are meant to read."""

from __future__ import annotations


class InputError(ValueError):
    """Something that was given cannot be used.

    The message says what was read, what was expected and how to write it; it begins with the place (an option,
    or a file with its line and key) where that is known. The command line shows it and exits with status 2.
    """

    def __init__(self, message: str, *, where: str | None = None) -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.message = message
        self.where = where

    def at(self, where: str) -> InputError:
        """The same error with its place named, unless a nearer place is named already."""
        return self if self.where else type(self)(self.message, where=where)


class UnstatedError(InputError):
    """Nothing is wrong with what was given, but without something more there is no answer; the message says what."""


class DisagreementError(RuntimeError):
    """The two methods that compute every plan do not find the same: there is no plan.

    This is a fault of the program and not of what was stated. The message shows both figures; the command line exits
    with status 3.
    """


class SkippedFileWarning(UserWarning):
    """A file in a site's folder cannot be read, so that the arms in it are not known; the others are."""
