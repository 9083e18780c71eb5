"""Modules that load themselves at their first use: they take longer to load than many commands take
to answer.
"""

from __future__ import annotations

import importlib
import sys
from types import BuiltinFunctionType, FunctionType, ModuleType


class _Late(ModuleType):
    """Stands for the module of its name until something of it is asked for, which is then loaded
    and asked.
    """

    def __getattr__(self, name: str) -> object:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        found = getattr(importlib.import_module(self.__name__), name)
        if isinstance(found, (type, FunctionType, BuiltinFunctionType)):
            setattr(self, name, found)  # asked for thousands of times in a run
        return found


def at_first_use(name: str) -> ModuleType:
    """Return what stands for a module and loads it when something of it is asked for. It raises
    ImportError then.
    """
    return _Late(name)


def at_first_use_by_others(*names: str) -> None:
    """Let whoever imports these modules from now on get what loads them when something of them is
    asked for.

    It is for modules of the standard library that a library imports at once and uses seldom.
    """
    for name in names:
        sys.modules.setdefault(name, _Late(name))
