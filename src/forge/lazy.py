"""Lazy modules, for modules that take longer to load than many commands take to run."""

from __future__ import annotations

import importlib
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType


class _LazyModule(ModuleType):
    """A placeholder that loads the module of its name on first attribute access."""

    def __getattr__(self, name: str) -> object:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        value = getattr(importlib.import_module(self.__name__), name)
        if isinstance(value, (type, FunctionType, BuiltinFunctionType)):
            setattr(self, name, value)  # the next access is as fast as that of any attribute
        return value


def at_first_use(name: str) -> ModuleType:
    """Return a module that loads on first attribute access, which may raise ImportError."""
    return _LazyModule(name)


def at_first_use_by_others(*names: str) -> None:
    """Make later imports of these modules lazy: each loads on first attribute access.

    It is for modules of the standard library that another library imports but seldom uses.
    """
    for name in names:
        sys.modules.setdefault(name, _LazyModule(name))
