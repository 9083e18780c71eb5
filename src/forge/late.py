"""Modules that load themselves at their first use: they take longer to load than many commands take to answer."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType


def at_first_use(name: str) -> ModuleType:
    """Return a module that loads itself when something of it is asked for. Raises ImportError where there is none."""
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.find_spec(name)
    if spec is None or spec.loader is None:
        raise ImportError(f"{name} is not installed", name=name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    package, _, last = name.rpartition(".")
    if package:
        setattr(sys.modules[package], last, module)  # as the import system does
    spec.loader.exec_module(module)
    return module
