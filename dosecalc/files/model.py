"""The base of what people write in files: closed to unknown keys, and unchangeable once it was read.

A list of a file becomes a tuple and a table of names a mapping that refuses change, so that nobody can alter a
protocol under the sha256 of its file.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticKnownError

from dosecalc.quantities.documents import frozen

T = TypeVar("T")


def _tuple(value: Any) -> tuple[Any, ...]:
    """A list as a tuple; refused in the words for a list, which is what a file has."""
    if isinstance(value, (list, tuple)):
        return tuple(value)
    raise PydanticKnownError("list_type")


Many = Annotated[tuple[T, ...], BeforeValidator(_tuple)]
"""A list of a file."""
Named = Annotated[Mapping[str, T], AfterValidator(frozen)]
"""A table of a file whose keys are names that the author chose."""
NO_NAMES: Any = Field({}, validate_default=True)
"""The default of such a table: empty, and refusing change as any other."""


class FileTable(BaseModel):
    """A table of a file, its keys those of the model."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)
