"""pygit2, loaded at its first use: it takes longer to load than many commands take to answer, and those read no object."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import TYPE_CHECKING

__all__ = ["pygit2"]


def _at_first_use(name: str) -> ModuleType:
    """Return a module that loads itself when something of it is asked for. Raises ImportError where there is none."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ImportError(f"{name} is not installed", name=name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


if not TYPE_CHECKING:
    pygit2 = _at_first_use("pygit2")
else:  # not the other way round: import-linter leaves out what stands below `if TYPE_CHECKING`
    import pygit2
