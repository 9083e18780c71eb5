"""Lazy modules, for modules that take longer to load than many commands take to run."""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType


class _LazyModule(ModuleType):
    """A placeholder that loads the module of its name on first attribute access."""

    _without = ""

    def __getattr__(self, name: str) -> object:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        with _missing(self._without) if self._without else contextlib.nullcontext():
            module = importlib.import_module(self.__name__)
        value = getattr(module, name)
        if isinstance(value, (type, FunctionType, BuiltinFunctionType, ModuleType)):
            setattr(self, name, value)  # the next access is as fast as that of any attribute
        return value


def at_first_use(name: str) -> ModuleType:
    """Return a module that loads on first attribute access, which may raise ImportError."""
    return _LazyModule(name)


def at_first_use_by_others(*names: str, without: str = "") -> None:
    """Make later imports of these modules lazy: each loads on first attribute access.

    It is for modules that another library imports but seldom uses, and for a module that can do
    without another one: `without` is a module that is missing while they load.
    """
    for name in names:
        module = sys.modules.setdefault(name, _LazyModule(name))
        if without and isinstance(module, _LazyModule):
            module._without = without


@contextlib.contextmanager
def _missing(name: str) -> Iterator[None]:
    """Make imports of a module fail during a block, unless it is loaded already."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[name]
