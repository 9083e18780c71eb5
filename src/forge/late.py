"""Modules that load themselves at their first use: they take longer to load than many commands take to answer."""

from __future__ import annotations

import importlib
from types import ModuleType


class _Late(ModuleType):
    """Stands for the module of its name until something of it is asked for, which is then loaded and asked."""

    def __getattr__(self, name: str) -> object:
        return getattr(importlib.import_module(self.__name__), name)


def at_first_use(name: str) -> ModuleType:
    """Return what stands for a module and loads it when something of it is asked for. It raises ImportError then."""
    return _Late(name)
