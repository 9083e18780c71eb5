"""The plans of a repository: where they are, what they are called, and which one a person means by
a name.
"""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from forge.errors import UnknownName
from forge.git.objects.tree import Tree, Unreadable
from forge.planning.names.plan_files import (
    Phase,
    PlanFile,
    found_below,
    identified,
    phase_named,
    phases_of,
    plan_files_among,
)
from forge.planning.plan import plan as plans
from forge.planning.plan.plan import Plan
from forge.text.readable import read_document
from forge.text.source import Source

_NUMBERS = re.compile(r"\d+(?:\.\d+)*[A-Za-z]?-\d+[A-Za-z]?")


class Catalog(Struct, frozen=True, dict=True):
    """All plans of a work tree, or of the tree of a revision where one is given. Nothing is read
    until it is asked for.

    `paths` are those of the tree that may be plans, where its listing as a whole is not wanted.
    """

    root: Path
    tree: Tree | None = None
    paths: tuple[str, ...] | None = None

    @cached_property
    def files(self) -> list[PlanFile]:
        """Every plan file with its id, in natural order of the paths."""
        if self.tree is None:
            return found_below(self.root)
        return identified(plan_files_among(self.tree.files() if self.paths is None else self.paths))

    @cached_property
    def phases(self) -> list[Phase]:
        """The folders that hold plans, in natural order."""
        return phases_of(self.files)

    def read(self, file: PlanFile) -> bytes:
        """Return a plan's bytes. Raises UnknownName where the file cannot be read."""
        try:
            return (
                read_document(self.root, file.path)
                if self.tree is None
                else self.tree.read(file.path)
            )
        except (OSError, Unreadable) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise UnknownName(
                f"{file.path} cannot be read: {why}", "make it a readable file"
            ) from error

    def load(self, file: PlanFile) -> Plan:
        """Read a plan. Raises UnknownName where the file cannot be read."""
        return plans.load(Source.of(file.path, self.read(file)), file.id)

    def look_at(self, file: PlanFile) -> Plan:
        """Read a plan; one that cannot be read is there all the same, with a finding that says so
        and nothing else.
        """
        try:
            return self.load(file)
        except UnknownName as error:
            why = error.message.partition("cannot be read: ")[2] or error.message
            return plans.load(
                Source(file.path, b"", "", b"", "utf-8", f"cannot be read: {why}"), file.id
            )

    def by_path(self, path: str) -> PlanFile | None:
        """Return the plan at a path."""
        return next((file for file in self.files if file.path == path), None)

    def named(self, name: str, folder: Path | None = None) -> list[PlanFile]:
        """Return the plans that a name means: a path (from `folder` or the root), an id, a file's
        name, or a slug.
        """
        tests = (
            self._is_path(name, folder),
            self._is_linked(name, folder),
            lambda file: file.id == name,
            self._is_stem(name),
            self._is_slug(name),
            lambda file: bool(_NUMBERS.fullmatch(name)) and file.stem.startswith(f"{name}-"),
        )
        for fits in tests:
            found = [file for file in self.files if fits(file)]
            current = [file for file in found if not file.archived]
            if found:
                return current or found
        return []

    def _is_path(self, name: str, folder: Path | None) -> Callable[[PlanFile], bool]:
        """Return the test for a path as it is written; a plan that is a link is meant itself, not
        what it leads to.
        """
        places = {posixpath.normpath(name)}
        if folder is not None:
            above, own = os.path.split(os.path.normpath(folder / name))
            places.add(self._place(os.path.join(os.path.realpath(above), own)))
        return lambda file: file.path in places

    def _is_linked(self, name: str, folder: Path | None) -> Callable[[PlanFile], bool]:
        place = self._place(os.path.realpath(folder / name)) if folder is not None else None
        return lambda file: file.path == place

    def _place(self, path: str) -> str:
        return Path(os.path.relpath(path, os.path.realpath(self.root))).as_posix()

    def _is_stem(self, name: str) -> Callable[[PlanFile], bool]:
        wanted = {name, name.removesuffix("-PLAN.md"), name.removesuffix("-PLAN")}
        return lambda file: file.stem in wanted or file.id.rpartition("/")[2] in wanted

    def _is_slug(self, name: str) -> Callable[[PlanFile], bool]:
        words = name.lower()
        alone = {phase.folder for phase in self.phases if len(phase.plans) == 1}
        return lambda file: words in _slugs(file, alone=file.folder in alone)

    def _begun(self, name: str) -> list[PlanFile]:
        """Return the plans whose id begins with a name, those of archives only where there are no
        others.
        """
        found = [file for file in self.files if name and file.id.startswith(name)]
        return [file for file in found if not file.archived] or found

    def one(self, name: str, folder: Path | None = None) -> PlanFile:
        """Return the one plan that a name means. Raises UnknownName, which lists the candidates."""
        found = self.named(name, folder) or self._begun(name)
        if len(found) == 1:
            return found[0]
        if found:
            listed = "\n".join(f"  {file.id}  {file.path}" for file in found[:20])
            raise UnknownName(
                f"`{name}` names {len(found)} plans:\n{listed}", "name one of them by its path"
            )
        near = [file for file in self.files if name.lower() in file.path.lower()] or self.files
        listed = (
            "\n".join(f"  {file.id}  {file.path}" for file in near[:20])
            or "  (this repository has no plans)"
        )
        raise UnknownName(
            f"there is no plan `{name}`; there are:\n{listed}",
            "name a plan by its id, its path or its slug",
        )

    def phase_meant(self, name: str, folder: Path | None = None) -> Phase | None:
        """Return the phase that a name means where it does not mean exactly one plan."""
        return None if len(self.named(name, folder)) == 1 else self.phase(name, folder)

    def phase(self, name: str, folder: Path | None = None) -> Phase | None:
        """Return the phase that a name means: its folder, its number or its slug; archived and
        quick ones by their folder.
        """
        at = posixpath.normpath(name)
        here = Path(
            os.path.relpath(
                os.path.realpath((folder or self.root) / name), os.path.realpath(self.root)
            )
        ).as_posix()
        found = [phase for phase in self.phases if phase.folder in (at, here)]
        return found[0] if len(found) == 1 else phase_named(self.phases, name)


def _slugs(file: PlanFile, *, alone: bool) -> set[str]:
    """Return the slugs of a plan: its own, without the number, and its folder's where the plan is
    alone there.
    """
    own = re.sub(r"^[\d.]+[A-Za-z]?(-\d+[A-Za-z]?)?-", "", file.stem.lower())
    named = (
        set() if re.fullmatch(r"[\d.]+[a-z]?", own) else {own}
    )  # the number of a plan without a slug is a phase's name
    folder = posixpath.basename(file.folder).lower()
    return named | {folder, re.sub(r"^[\d.]+[A-Za-z]?-", "", folder)} if alone else named
