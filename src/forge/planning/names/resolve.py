"""Resolves names: which document, phase or plan a user means.

A name is a path, an id, a file's or folder's name, a number, a slug, or the start of one of them.
The kinds of match are tried in that order over all candidates; the first kind that matches any
candidate decides. Documents that are not archived come before those that are.
"""

from __future__ import annotations

import os
import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from forge.errors import UnknownName
from forge.planning.backlog.paths import has_id
from forge.planning.names.document import Document
from forge.planning.names.phases import has_number, has_slug, phase_named
from forge.planning.names.plan_files import Phase, PlanFile
from forge.planning.numbers import is_phase, plan_name, without_number
from forge.text.path_list import cut

_MOST_LISTED = 20
_PLAN_HINT = "name a plan by its id, its path or its slug"
_DOCUMENT_HINT = "`forge list` shows what there is"

Match = Callable[[Document], bool]


class Place(Struct, frozen=True):
    """Where a user typed a name: the repository's root and, if known, the folder, from which a
    relative path counts too.
    """

    root: Path
    here: Path | None = None

    def paths(self, name: str) -> set[str]:
        """Return the paths that a name may be, as written; a link means the link itself."""
        paths = {posixpath.normpath(name)}
        if self.here is not None:
            parent, own = os.path.split(os.path.normpath(self.here / name))
            paths.add(self._relative(os.path.join(os.path.realpath(parent), own)))
        return paths

    def real_path(self, name: str) -> str | None:
        """Return the path that a name has when links are followed."""
        if self.here is None:
            return None
        return self._relative(os.path.realpath(self.here / name))

    def _relative(self, path: str) -> str:
        return Path(os.path.relpath(path, os.path.realpath(self.root))).as_posix()


def matching(
    name: str, documents: Iterable[Document], place: Place, *, prefixes: bool = True
) -> list[Document]:
    """Return the documents that a name means: none, one, or several if it is ambiguous.

    Without `prefixes`, the start of an id or of a name does not count.
    """
    candidates = list(documents)
    for matches in _kinds_of_match(name, candidates, place, prefixes=prefixes):
        matched = [document for document in candidates if matches(document)]
        if matched:
            return [document for document in matched if not document.archived] or matched
    return []


def one(name: str, documents: Iterable[Document], place: Place, kind: str) -> Document:
    """Return the one document that a name means; `kind` is what messages call the documents.

    Raises UnknownName, which lists the candidates.
    """
    candidates = list(documents)
    matched = matching(name, candidates, place)
    if len(matched) == 1:
        return matched[0]
    if matched:
        raise UnknownName(
            [f"`{name}` names {len(matched)} {kind}s:", *_listed(matched)],
            "type more of the name, or name one of them by its path",
        )
    near = [document for document in candidates if name.lower() in document.path.lower()]
    raise UnknownName([f"there is no {kind} `{name}`", *_listed(near)], _DOCUMENT_HINT)


def one_plan(name: str, files: Sequence[PlanFile], place: Place) -> PlanFile:
    """Return the one plan that a name means. Raises UnknownName, which lists the candidates."""
    plans = plans_matching(name, files, place, prefixes=True)
    if len(plans) == 1:
        return plans[0]
    if plans:
        raise UnknownName(
            [f"`{name}` names {len(plans)} plans:", *_listed_plans(plans)],
            "name one of them by its path",
        )
    near = [file for file in files if name.lower() in file.path.lower()] or files
    listed = _listed_plans(near) or ["  (this repository has no plans)"]
    raise UnknownName([f"there is no plan `{name}`; there are:", *listed], _PLAN_HINT)


def plans_matching(
    name: str, files: Sequence[PlanFile], place: Place, *, prefixes: bool = False
) -> list[PlanFile]:
    """Return the plans that a name means; the start of an id counts only with `prefixes`."""
    by_path = {file.path: file for file in files}
    documents = [Document.of_plan(file) for file in files]
    matched = matching(name, documents, place, prefixes=prefixes)
    return [by_path[document.path] for document in matched]


def one_phase(name: str, phases: Sequence[Phase], place: Place) -> Phase | None:
    """Return the one phase that a name means, or None; archived and quick phases are named by
    their folder only.
    """
    paths = {*place.paths(name), place.real_path(name) or ""}
    at_path = [phase for phase in phases if phase.folder in paths]
    return at_path[0] if len(at_path) == 1 else phase_named(name, phases)


def _kinds_of_match(
    name: str, candidates: Sequence[Document], place: Place, *, prefixes: bool
) -> Iterator[Match]:
    """Yield the tests of a name, from the most exact kind of match to the least."""
    paths = place.paths(name)
    yield lambda document: document.path in paths or document.file in paths
    real = place.real_path(name)
    yield lambda document: real in (document.path, document.file)
    if not name:
        return
    yield lambda document: document.id == name
    yield _name_match(name)
    yield lambda document: document.kind == "item" and has_id(document.name, name)
    yield lambda document: document.kind == "phase" and has_number(name, document.path)
    yield _slug_match(name, candidates)
    yield _number_match(name)
    if prefixes:
        yield lambda document: document.id.startswith(name) or document.name.startswith(name)


def _name_match(name: str) -> Match:
    """Return the test for a file's or folder's own name."""
    stems = {name, name.removesuffix("-PLAN.md"), name.removesuffix("-PLAN")}

    def matches(document: Document) -> bool:
        if document.kind != "plan":
            return name == document.name
        file = PlanFile(document.path, document.id)
        return file.stem in stems or document.id.rpartition("/")[2] in stems

    return matches


def _slug_match(name: str, candidates: Sequence[Document]) -> Match:
    """Return the test for a slug; a phase's slug means its plan too if it has only one."""
    plans = [document for document in candidates if document.kind == "plan"]
    plans_in = Counter(posixpath.dirname(document.path) for document in plans)
    words = name.lower()

    def matches(document: Document) -> bool:
        if document.kind == "phase":
            return has_slug(name, document.path)
        if document.kind != "plan":
            return False
        folder = posixpath.dirname(document.path)
        return words in _plan_slugs(document, alone=plans_in[folder] == 1)

    return matches


def _plan_slugs(document: Document, *, alone: bool) -> set[str]:
    """Return the slugs of a plan: its own, and its folder's if the plan is alone there.

    The number of a plan without a slug is a phase's name, not a slug.
    """
    file = PlanFile(document.path, document.id)
    own = without_number(file.stem.lower())
    slugs = set() if is_phase(own) else {own}
    folder = posixpath.basename(file.folder).lower()
    return slugs | {folder, without_number(folder)} if alone else slugs


def _number_match(name: str) -> Match:
    """Return the test for a plan's id without its slug: `01-02` means `01-02-login`."""
    parts = plan_name(name)
    if parts is None or parts.slug:
        return lambda document: False
    return lambda document: (
        document.kind == "plan"
        and PlanFile(document.path, document.id).stem.startswith(f"{parts.id}-")
    )


def _listed(documents: Sequence[Document]) -> list[str]:
    return cut([f"{shown.kind:8} {shown.id:14} {shown.path}" for shown in documents], _MOST_LISTED)


def _listed_plans(files: Sequence[PlanFile]) -> list[str]:
    return cut([f"{file.id}  {file.path}" for file in files], _MOST_LISTED)
