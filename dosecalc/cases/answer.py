"""The answer to one case: the document of a command, or why there is none, with the exit status of the command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from dosecalc.quantities.documents import Document
from dosecalc.quantities.frozen import Field


class Answer(Document):
    """What a command would have printed, and its exit status."""

    SCHEMA: ClassVar[str] = "dosecalc.answer/1"

    version: str = Field(serialization_alias="dosecalc", description="The version of dosecalc.")
    id: str | None = Field(description="The id of the case, as it was given.")
    command: str | None = Field(description="The command; null where none could be read.")
    exit: int = Field(description="The exit status that the command would have: 0, 1, 2 or 3.")
    result: Mapping[str, Any] | None = Field(
        serialization_alias="document", description="The JSON document of the command; null where it was refused."
    )
    error: str | None = Field(description="Why there is no document, in the words of the command.")

    def exit_status(self, *, strict: bool = False) -> int:
        """The exit status of the command."""
        del strict
        return self.exit
