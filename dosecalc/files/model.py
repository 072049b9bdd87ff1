"""The base of what people write in files: closed to unknown keys, and unchangeable once it was read.

A table of a file is a class whose annotations name its keys. What they demand is handed to pydantic-core, the part of
pydantic that checks; pydantic itself, which would take as long to load as all else that a plan does, is left out.

A list of a file becomes a tuple and a table of names a mapping that refuses change, so that nobody can alter a
protocol under the sha256 of its file.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date as Date
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Self, TypeVar, Union, dataclass_transform, get_args, get_origin

from pydantic_core import CoreConfig, CoreSchema, PydanticKnownError, SchemaValidator, core_schema

from dosecalc.quantities.frozen import FrozenModel, frozen, once_a_kind, parts_of

T = TypeVar("T")


class Before(NamedTuple):
    """A mark of an annotation: what is done to a value before it is checked."""

    function: Callable[[Any], Any]
    read_as: Mapping[str, Any] | None = None
    """The JSON Schema of what may be written, where it is not that of the type."""


class After(NamedTuple):
    """A mark of an annotation: what is done to a value once it was checked."""

    function: Callable[[Any], Any]


class WholeNumber(NamedTuple):
    """A mark of an annotation: the lowest and the highest whole number."""

    low: int
    high: int


class OneOf(NamedTuple):
    """A mark of an annotation of several forms: their names in order, and how a value tells its own."""

    forms: tuple[str, ...]
    form: Callable[[Any], str]


def _tuple(value: Any) -> tuple[Any, ...]:
    """A list as a tuple; refused in the words for a list, which is what a file has."""
    if isinstance(value, (list, tuple)):
        return tuple(value)
    raise PydanticKnownError("list_type")


Many = Annotated[tuple[T, ...], Before(_tuple)]
"""A list of a file."""
Named = Annotated[Mapping[str, T], After(frozen)]
"""A table of a file whose keys are names that the author chose."""
NO_NAMES: Any = frozen({})
"""The default of such a table: empty, and refusing change as any other."""


@dataclass_transform(kw_only_default=True, frozen_default=True)
class FileTable(FrozenModel):
    """A table of a file. A key is the name of its part without the underscore behind it, as ``is`` is of ``is_``."""

    def __init__(self, **keys: Any) -> None:
        """Raises ValidationError for a key that is not known, one that is missing, and a value of another kind."""
        validator_of(type(self)).validate_python(keys, self_instance=self)

    @classmethod
    def model_validate(cls, raw: Any) -> Self:
        """The table of what was read from a file. Raises ValidationError with everything that is wrong in it."""
        table: Self = validator_of(cls).validate_python(raw)
        return table


def keys_of(kind: type[FileTable]) -> Mapping[str, str]:
    """The keys of a kind of table, each with the name of its part."""
    return {name.rstrip("_"): name for name in parts_of(kind)}


# -- what annotations demand ----------------------------------------------------------------------------------------

_PLAIN: Mapping[type, Callable[[], CoreSchema]] = {
    str: core_schema.str_schema,
    int: core_schema.int_schema,
    bool: core_schema.bool_schema,
    Date: core_schema.date_schema,
}


@once_a_kind
def validator_of(kind: type[FileTable]) -> SchemaValidator:
    """What checks a table of this kind."""
    return SchemaValidator(schema_of(kind))


def schema_of(shape: Any) -> CoreSchema:
    """What pydantic-core is told of a type that may stand in a file, with the kinds of tables in it, each once."""
    return core_schema.definitions_schema(_schema(shape), [_table(kind) for kind in _tables(shape, {})])


def _tables(shape: Any, seen: dict[type[FileTable], None]) -> Mapping[type[FileTable], None]:
    """The kinds of tables in a type, and in those."""
    if isinstance(shape, type) and issubclass(shape, FileTable):
        if shape not in seen:
            seen[shape] = None
            for part in parts_of(shape).values():
                _tables(part, seen)
    else:
        for part in get_args(shape):
            _tables(part, seen)
    return seen


def _ref(kind: type[FileTable]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}:{id(kind)}"


def _table(kind: type[FileTable]) -> CoreSchema:
    fields = {name: _field(kind, name, shape) for name, shape in parts_of(kind).items()}
    config = CoreConfig(title=kind.__name__, strict=True, extra_fields_behavior="forbid")
    return core_schema.model_schema(
        kind, core_schema.model_fields_schema(fields, model_name=kind.__name__), ref=_ref(kind), config=config
    )


def _field(kind: type[FileTable], name: str, shape: Any) -> core_schema.ModelField:
    schema, key = _schema(shape), name.rstrip("_")
    if hasattr(kind, name):
        schema = core_schema.with_default_schema(schema, default=getattr(kind, name))
    return core_schema.model_field(schema, validation_alias=None if key == name else key)


def _schema(shape: Any) -> CoreSchema:
    """What pydantic-core is told of a type; tables stand in it by their names."""
    if isinstance(shape, type):
        return core_schema.definition_reference_schema(_ref(shape)) if issubclass(shape, FileTable) else _PLAIN[shape]()
    kind, parts = get_origin(shape), get_args(shape)
    if kind is Annotated:
        return _marked(*parts)
    if kind is Literal:
        return core_schema.literal_schema(list(parts))
    if kind is tuple:
        return core_schema.tuple_schema([_schema(parts[0])], variadic_item_index=0)
    if kind is Mapping:
        return core_schema.dict_schema(_schema(parts[0]), _schema(parts[1]), strict=False)
    assert kind in (Union, UnionType), f"no table of a file has a {shape}"
    inner = [_schema(part) for part in parts if part is not NoneType]
    schema = inner[0] if len(inner) == 1 else core_schema.union_schema([*inner])
    return core_schema.nullable_schema(schema) if NoneType in parts else schema


def _marked(shape: Any, *marks: Any) -> CoreSchema:
    """A type with its marks, the first of them the innermost."""
    schema = _schema(shape) if not isinstance(marks[0], OneOf) else _tagged(shape, marks[0])
    for mark in marks:
        if isinstance(mark, Before):
            schema = core_schema.no_info_before_validator_function(mark.function, schema, metadata=_written(mark))
        elif isinstance(mark, After):
            schema = core_schema.no_info_after_validator_function(mark.function, schema)
        elif isinstance(mark, WholeNumber):
            schema = core_schema.int_schema(ge=mark.low, le=mark.high)
    return schema


def _written(mark: Before) -> dict[str, Any] | None:
    return None if mark.read_as is None else {"read_as": dict(mark.read_as)}


def _tagged(shape: Any, mark: OneOf) -> CoreSchema:
    """Forms of which a value names its own, so that a refusal speaks of that one alone."""
    forms = dict(zip(mark.forms, map(_schema, get_args(shape)), strict=True))
    return core_schema.tagged_union_schema(forms, mark.form)


def all_keys() -> frozenset[str]:
    """Every key of every table that is loaded, for the near one of a key that is not known."""

    def below(table: type[FileTable]) -> Iterator[str]:
        for each in table.__subclasses__():
            yield from keys_of(each)
            yield from below(each)

    return frozenset(below(FileTable))
