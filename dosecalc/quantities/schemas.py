"""Documents as another program reads them: for every kind of result a strict model of its JSON document.

It is made from the fields of the result, so that no key is written twice. The JSON Schemas of docs/ come from it, and a
command that is handed a document holds it against it.
"""

from __future__ import annotations

import types
from collections.abc import Mapping
from datetime import date as Date
from datetime import datetime
from fractions import Fraction
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, create_model

from dosecalc.quantities.documents import Amount, Document, Quantity, Result, fields_of, keys_of
from dosecalc.quantities.frozen import once_a_kind, parts_of
from dosecalc.quantities.units import Measure

_AS: dict[object, object] = {Amount: dict[str, float], Measure: Quantity, Fraction: float, Date: str, datetime: str}
"""The type of a value in a document."""
_STRICT = ConfigDict(extra="forbid", strict=True)


@once_a_kind
def document_model(kind: type[Result]) -> type[BaseModel]:
    """The model of the document that a kind of result makes: strict, and closed to other keys."""
    fields: dict[str, Any] = {}
    if issubclass(kind, Document):
        fields["schema_"] = (Literal[kind.SCHEMA], Field(alias="schema"))
    for name, key in keys_of(kind):
        described = Field(alias=key, description=fields_of(kind)[name].description)
        fields[f"{name}_"] = (_shape(parts_of(kind)[name]), described)
    return create_model(kind.__name__, __doc__=kind.__doc__, __config__=_STRICT, **fields)


def _shape(annotation: Any) -> Any:
    """The type of a value in a document, for the type of a field."""
    if annotation in _AS:
        return _AS[annotation]
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _shape(parts[0])
    if origin in (Union, types.UnionType):
        return Union[tuple(_shape(part) for part in parts)]  # noqa: UP007  # of types that are known at run time alone
    if origin is tuple:
        return list[_shape(parts[0])]  # type: ignore[misc]  # known at run time alone
    if origin is Mapping:
        return dict[parts[0], _shape(parts[1])]  # type: ignore[misc, valid-type]  # likewise
    if isinstance(annotation, type) and issubclass(annotation, Result):
        return document_model(annotation)
    return annotation
