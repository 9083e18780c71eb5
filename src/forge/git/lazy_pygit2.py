"""pygit2, loaded at its first use: most commands read no object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from forge.lazy import at_first_use

__all__ = ["pygit2"]

if not TYPE_CHECKING:
    pygit2 = at_first_use("pygit2")
else:  # not the other way round: import-linter leaves out what stands below `if TYPE_CHECKING`
    import pygit2
