"""A shorter start: pydantic without its search for plugins.

pydantic asks every installed distribution for plugins, through importlib.metadata, when the first model is built. That
costs a short command a sixth of its time and dosecalc uses none. Only the command line does this; a program that
imports dosecalc keeps whatever plugins it has.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_LOADER = "pydantic.plugin._loader"


class _NoPlugins(ModuleType):
    """Stands where pydantic's loader would be, finds nothing, and hands on everything else to the loader itself."""

    @staticmethod
    def get_plugins() -> tuple[()]:
        return ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        sys.modules.pop(_LOADER, None)
        return getattr(import_module(_LOADER), name)


def without_plugins() -> None:
    """Leave plugins alone, unless pydantic has looked for them already."""
    sys.modules.setdefault(_LOADER, _NoPlugins(_LOADER))
