"""Types of what is handed to public functions: a quantity and a moment, in every form that is read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias, Union

if TYPE_CHECKING:
    import pint

AnyQuantity: TypeAlias = Union[str, int, float, "pint.Quantity[Any]"]
"""Text with its unit (``"32 mCi"``), a pint Quantity of any registry, or a number where a unit goes without saying."""
AnyTime: TypeAlias = str | datetime
"""A time with its zone, as text (``"2026-03-01T10:00-06:00"``) or as an aware datetime."""
