"""pygit2, loaded on first use: most commands read no object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forge.lazy import at_first_use

__all__ = ["pygit2"]

if not TYPE_CHECKING:
    pygit2 = at_first_use("pygit2")
else:  # in this order, since import-linter skips imports directly below `if TYPE_CHECKING`
    import pygit2
