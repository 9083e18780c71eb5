"""All documents of a work tree that can be named: missions, phases, plans and backlog items."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from forge.planning.backlog import paths
from forge.planning.backlog.paths import item_paths, names_in
from forge.planning.names import resolve
from forge.planning.names.catalog import Catalog
from forge.planning.names.document import PHASE_PAGE, Document, Kind
from forge.planning.names.plan_files import FOLDER, natural
from forge.planning.numbers import leading

__all__ = ["ARCHIVED_PHASES", "PHASES", "PHASE_PAGE", "Document", "Documents", "Kind"]

PHASES = f"{FOLDER}/phases"
ARCHIVED_PHASES = paths.ARCHIVED_PHASES


class Documents:
    """The documents of a work tree; folders are listed, no document is read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalog = Catalog(root)

    @cached_property
    def plans(self) -> list[Document]:
        """The plans, in natural order of their paths."""
        return [Document.of_plan(file) for file in self.catalog.files]

    @cached_property
    def phases(self) -> list[Document]:
        """The folders of phases, with plans or without, archived ones last."""
        folders = {f"{PHASES}/{name}" for name in self._folders(PHASES)}
        folders |= {
            phase.folder for phase in self.catalog.phases if leading(phase.name) is not None
        }
        folders |= {f"{ARCHIVED_PHASES}/{name}" for name in self._folders(ARCHIVED_PHASES)}
        phases = [Document("phase", posixpath.basename(path), path) for path in folders]
        return sorted(phases, key=lambda phase: (phase.archived, natural(phase.path)))

    @cached_property
    def missions(self) -> list[Document]:
        """The missions that have a file, archived ones last."""
        return [
            Document("mission", name.removesuffix(".yaml"), f"{folder}/{name}")
            for folder in (paths.MISSIONS, paths.ARCHIVED_MISSIONS)
            for name in names_in(self.root, folder)
            if name.endswith(".yaml")
        ]

    @cached_property
    def items(self) -> list[Document]:
        """The backlog items, archived ones last."""
        return [
            Document("item", paths.short_id(posixpath.basename(path)), path)
            for path in item_paths(self.root)
        ]

    @property
    def all(self) -> Iterator[Document]:
        """Yield every document."""
        yield from (*self.missions, *self.phases, *self.plans, *self.items)

    def one(self, name: str, here: Path | None = None, *, kinds: tuple[Kind, ...] = ()) -> Document:
        """Return the one document that a name means, of one of `kinds` if any are given.

        Raises UnknownName, which lists the candidates.
        """
        kind = " or ".join(kinds) or "document"
        return resolve.one(name, self._of(kinds), resolve.Place(self.root, here), kind)

    def named(
        self, name: str, here: Path | None = None, kinds: tuple[Kind, ...] = ()
    ) -> list[Document]:
        """Return the documents that a name means."""
        return resolve.matching(name, self._of(kinds), resolve.Place(self.root, here))

    def _of(self, kinds: tuple[Kind, ...]) -> Iterator[Document]:
        return (document for document in self.all if not kinds or document.kind in kinds)

    def _folders(self, parent: str) -> list[str]:
        return [
            name for name in names_in(self.root, parent) if (self.root / parent / name).is_dir()
        ]
