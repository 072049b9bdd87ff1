"""What never changes once it is made: tables, lists, and values with named parts.

Results and the tables of files are such values. They are plain classes whose annotations name the parts, and no models
of pydantic: loading what those need, and making sixty of them, takes longer than all else that a plan does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, NoReturn, Self, TypeVar, get_origin

T = TypeVar("T")
R = TypeVar("R")


class Frozen(dict[str, Any]):
    """A table that nobody can change; whoever needs another makes a copy."""

    def _refuse(self, *_args: Any, **_named: Any) -> NoReturn:
        raise TypeError("a result cannot be changed; make a copy with dict(...)")

    __setitem__ = __delitem__ = clear = pop = popitem = setdefault = update = __ior__ = _refuse

    def __reduce__(self) -> tuple[type[Frozen], tuple[dict[str, Any]]]:
        return Frozen, (dict(self),)


def frozen(value: Any) -> Any:
    """A value whose tables and lists, all the way down, cannot be changed."""
    kind = type(value)
    if kind is list or kind is tuple:  # a tuple with names is a value of its own kind
        return tuple(value) if OPEN.isdisjoint(map(type, value)) else tuple([frozen(each) for each in value])
    if kind is dict:
        return Frozen({key: frozen(each) for key, each in value.items()})
    return value


OPEN = frozenset({list, tuple, dict})
"""The types of values that may hold something that can be changed."""


class About(NamedTuple):
    """What is known of a part besides its type: how documents have it, and what it is."""

    description: str
    serialization_alias: str | None = None
    exclude: bool = False


def Field(*, description: str, serialization_alias: str | None = None, exclude: bool = False) -> Any:  # noqa: N802  # reads as pydantic's, which it stands for
    """What is known of a part of a result; ``exclude`` keeps it out of documents, where its key may be another one."""
    return About(description, serialization_alias, exclude)


class FrozenModel:
    """A value with named parts that nobody can change; a kind of value lists its parts as annotations."""

    __slots__ = ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")

    def model_copy(self, *, update: Mapping[str, Any]) -> Self:
        """The same value with some parts replaced."""
        return self.with_parts({**self.__dict__, **update})

    @classmethod
    def with_parts(cls, parts: dict[str, Any]) -> Self:
        """A value of parts that are right already; the table of them becomes the value's own."""
        made = cls.__new__(cls)
        object.__setattr__(made, "__dict__", parts)
        return made

    def __setattr__(self, name: str, value: Any) -> None:
        from pydantic_core import ValidationError

        error: Any = {"type": "frozen_instance", "loc": (name,), "input": value}
        raise ValidationError.from_exception_data(type(self).__name__, [error])

    def __delattr__(self, name: str) -> None:
        self.__setattr__(name, None)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((type(self), *self.__dict__.values()))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__dict__.items())})"

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__


def names_of(kind: type[FrozenModel]) -> tuple[str, ...]:
    """The names that a kind of value annotates, those of its bases first."""
    annotated = (getattr(base, "__annotations__", {}) for base in reversed(kind.__mro__))
    return tuple(dict.fromkeys(name for names in annotated for name in names))


def once_a_kind(function: Callable[[type[T]], R]) -> Callable[[type[T]], R]:
    """A function of a kind of value that is asked once for each; ``functools.cache`` forgets what type it is of."""
    known: dict[type[T], R] = {}

    def answer(kind: type[T]) -> R:
        if kind not in known:
            known[kind] = function(kind)
        return known[kind]

    return answer


@once_a_kind
def parts_of(kind: type[FrozenModel]) -> Mapping[str, Any]:
    """The parts of a kind of value by their names, each with its type."""
    from typing import get_type_hints

    hints = get_type_hints(kind, include_extras=True)
    return {name: hints[name] for name in names_of(kind) if get_origin(hints[name]) is not ClassVar}
