"""The documents that people name: plans, phases, missions and items. One way to say which one is
meant, whatever it is.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

from msgspec import Struct

from forge.errors import UnknownName
from forge.planning.backlog import paths
from forge.planning.backlog.paths import item_paths, names_in
from forge.planning.mission import mission
from forge.planning.names.catalog import Catalog
from forge.planning.names.plan_files import FOLDER, natural
from forge.planning.numbers import leading, normal

Kind = Literal["mission", "phase", "plan", "item"]
PHASES = f"{FOLDER}/phases"
PHASE_PAGE = "README.md"
ARCHIVED_PHASES = paths.ARCHIVED_PHASES
_NEAR = 20


class Document(Struct, frozen=True):
    """A document that can be named: what it is, its id, and its path; that of a phase is its
    folder.
    """

    kind: Kind
    id: str
    path: str

    @property
    def name(self) -> str:
        """What the path ends in, less what says the kind of file."""
        name = posixpath.basename(self.path)
        return (
            name
            if self.kind == "phase"
            else name.removesuffix(".yaml").removesuffix(".md").removesuffix("-PLAN")
        )

    @property
    def file(self) -> str:
        """The file that its fields stand in."""
        return f"{self.path}/{PHASE_PAGE}" if self.kind == "phase" else self.path

    @property
    def archived(self) -> bool:
        """Whether it was put away."""
        return self.path.startswith(f"{paths.ARCHIVE}/") or "milestones" in self.path.split("/")

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Documents:
    """All documents of a work tree by the names that people give them. Nothing is read, only
    folders are listed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.catalog = Catalog(root)

    @cached_property
    def plans(self) -> list[Document]:
        """The plans, in natural order of their paths."""
        return [Document("plan", file.id, file.path) for file in self.catalog.files]

    @cached_property
    def phases(self) -> list[Document]:
        """The folders of phases, with plans or without, those of archives last."""
        found = {f"{PHASES}/{name}" for name in self._folders(PHASES)}
        found |= {phase.folder for phase in self.catalog.phases if leading(phase.name) is not None}
        found |= {f"{ARCHIVED_PHASES}/{name}" for name in self._folders(ARCHIVED_PHASES)}
        documents = [Document("phase", posixpath.basename(path), path) for path in found]
        return sorted(documents, key=lambda each: (each.archived, natural(each.path)))

    @cached_property
    def missions(self) -> list[Document]:
        """The missions that have a file, those of the archive last."""
        found = [
            (place, name)
            for place in (mission.FOLDER, paths.ARCHIVED_MISSIONS)
            for name in names_in(self.root, place)
        ]
        named = [(f"{place}/{name}", name) for place, name in found if name.endswith(".yaml")]
        return [Document("mission", name.removesuffix(".yaml"), path) for path, name in named]

    @cached_property
    def items(self) -> list[Document]:
        """The backlog items, those of the archive last."""
        return [
            Document("item", paths.short_id(posixpath.basename(path)), path)
            for path in item_paths(self.root)
        ]

    @property
    def all(self) -> Iterator[Document]:
        """Yield every document."""
        yield from (*self.missions, *self.phases, *self.plans, *self.items)

    def one(self, name: str, here: Path | None = None, *, kinds: tuple[Kind, ...] = ()) -> Document:
        """Return the one document that a name means: a path, an id, a number, a slug, or the begin
        of any of them.

        Raises UnknownName, which lists the candidates.
        """
        found = self.named(name, here, kinds)
        if len(found) == 1:
            return found[0]
        if found:
            raise UnknownName(
                f"`{name}` names {len(found)} documents:{_listed(found)}",
                "type more of the name, or a path",
            )
        wanted = name.lower()
        near = [
            each
            for each in self.all
            if wanted in each.path.lower() and (not kinds or each.kind in kinds)
        ]
        what = " or ".join(kinds) or "document"
        raise UnknownName(
            f"there is no {what} `{name}`{_listed(near)}", "`forge list` shows what there is"
        )

    def named(
        self, name: str, here: Path | None = None, kinds: tuple[Kind, ...] = ()
    ) -> list[Document]:
        """Return the documents that a name means; those that are not archived come before those
        that are.
        """
        candidates = [each for each in self.all if not kinds or each.kind in kinds]
        for fits in self._tests(name, here):
            found = [each for each in candidates if fits(each)]
            if found:
                return [each for each in found if not each.archived] or found
        return []

    def _tests(self, name: str, here: Path | None) -> Iterator[Callable[[Document], bool]]:
        places = {posixpath.normpath(name)}
        if here is not None:
            places.add(
                Path(
                    os.path.relpath(os.path.realpath(here / name), os.path.realpath(self.root))
                ).as_posix()
            )
        yield lambda each: each.path in places or each.file in places
        if not name:
            return
        yield lambda each: name in (each.id, each.name)
        yield lambda each: each.kind == "item" and paths.has_id(each.name, name)
        plans = {file.path for file in self.catalog.named(name)}
        number = normal(name) if leading(name) == normal(name) else None
        yield lambda each: each.kind == "phase" and leading(each.id) == number is not None
        yield (
            lambda each: (
                each.path in plans or (each.kind == "phase" and each.id.endswith(f"-{name}"))
            )
        )
        yield lambda each: each.id.startswith(name) or each.name.startswith(name)

    def _folders(self, parent: str) -> list[str]:
        return [
            name for name in names_in(self.root, parent) if (self.root / parent / name).is_dir()
        ]


def _listed(documents: list[Document]) -> str:
    return "".join(f"\n  {each.kind:8} {each.id:14} {each.path}" for each in documents[:_NEAR])
