"""`forge migrate`: rewrites documents of older versions in the current one, as one commit."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from forge.errors import DirtyTree, RepositoryError, RunOpen
from forge.git import program
from forge.git.commits.record_commit import commit_entries
from forge.git.commits.step_commit import stage
from forge.git.intent.intent import Commit, Intent, Step, Write
from forge.git.intent.perform import changing, performing
from forge.git.repository import Repository
from forge.planning import migrations, settings
from forge.planning.backlog import paths
from forge.planning.migrations import (
    FORMATS,
    DocumentKind,
    NewerVersion,
    UnclearVersion,
    WrongVersion,
    version_of,
)
from forge.planning.plan.front_matter import front_matter
from forge.records.record import open_runs, require_known_versions
from forge.run.documents.set_fields import NotWritable
from forge.run.engine.context import Context
from forge.run.engine.session import writing
from forge.text.edit import NotEditable
from forge.text.path_list import path_lines
from forge.text.source import Source, Span
from forge.text.yaml.edit import Block
from forge.text.yaml.parse import YamlProblem

_MOST_NAMED = 20


class Migration(Struct, frozen=True):
    """A document with a pending migration: its path, its versions, its bytes before and after."""

    path: str
    kind: DocumentKind
    old: int
    new: int
    before: bytes
    after: bytes

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {"path": self.path, "kind": self.kind, "from": self.old, "to": self.new}


class Migrated(Struct, frozen=True):
    """The documents that were migrated, and the commit; None if nothing was written."""

    documents: tuple[Migration, ...]
    commit: str | None

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "documents": [migration.as_data() for migration in self.documents],
            "commit": self.commit,
        }


def pending(repository: Repository) -> list[Migration]:
    """Return the documents of a work tree with pending migrations.

    Raises NewerVersion for a document of a newer version, and NotWritable for one that cannot be
    migrated. Documents that cannot be parsed are left to `forge validate`.
    """
    planned = []
    for kind, path in _documents(repository.root):
        with contextlib.suppress(OSError):
            source = Source.read(repository.root, path)
            migration = _migration(kind, source)
            planned += [migration] if migration is not None else []
    return planned


def migrate(context: Context, *, dry_run: bool) -> Migrated:
    """Apply all pending migrations as one commit, or only return them for a dry run.

    Raises RepositoryError, RunOpen, DirtyTree, NewerVersion, NotWritable, GitFailed, Held and
    StorageFailed; nothing is changed then.
    """
    repository = context.repository
    planned = pending(repository)
    if dry_run or not planned:
        return Migrated(tuple(planned), None)
    with writing(context, "migrate"), changing(repository):
        planned = pending(repository)
        _refuse_unready(repository, planned)
        return Migrated(tuple(planned), _commit(repository, planned))


def _documents(root: Path) -> Iterator[tuple[DocumentKind, str]]:
    """Yield the kind and the path of every document that forge may rewrite."""
    if (root / settings.PATH).exists():
        yield "settings", settings.PATH
    for folder in (paths.MISSIONS, paths.ARCHIVED_MISSIONS):
        for name in paths.names_in(root, folder):
            if name.endswith(".yaml"):
                yield "mission", f"{folder}/{name}"
    for path in paths.item_paths(root):
        yield "item", path


def _migration(kind: DocumentKind, source: Source) -> Migration | None:
    path = source.path
    try:
        block = _block(kind, source)
        if block is None:
            return None
        migrations.refuse_newer(kind, block.top)
        old, new = max(1, version_of(block.top)), FORMATS[kind].version
        if old == new:
            return None
        migrations.refuse_unclear(block.top)
        after = migrations.migrated(kind, block).bytes()
        return Migration(path, kind, old, new, source.data, after)
    except YamlProblem:
        return None
    except UnclearVersion as problem:
        raise NotWritable(
            f"{path} cannot be migrated: {problem.message}", problem.hint
        ) from problem
    except WrongVersion as problem:
        raise NewerVersion(f"{path}: {problem.message}", problem.hint) from problem
    except NotEditable as error:
        raise NotWritable(
            f"{path} cannot be migrated: {error}", "migrate it by hand; nothing was written"
        ) from error


def _block(kind: DocumentKind, source: Source) -> Block | None:
    """Return the mapping of a document's fields, or None if it has none."""
    place: Span | None = Span(0, len(source.text))
    if kind == "item":
        place, body_start = front_matter(source)
        if not body_start:
            return None
    try:
        return Block.of(source, place) if place is not None else None
    except NotEditable:
        return None


def _refuse_unready(repository: Repository, planned: Sequence[Migration]) -> None:
    """Raise if the documents cannot be committed by themselves."""
    head = repository.head()
    if (operation := repository.in_progress()) is not None:
        raise RepositoryError(f"{operation} is in progress here", "finish or abort it first")
    if head.commit is None or head.branch is None:
        raise RepositoryError(
            "there is no branch with a commit here", "`git switch` to a branch first"
        )
    require_known_versions(repository)
    if runs := open_runs(repository):
        raise RunOpen(
            f"the run {runs[0].card.run} is open", "end it first", ["forge resume", "forge stop"]
        )
    wanted = {migration.path for migration in planned}
    tracked = program.fields(repository.git("ls-files", "-z"))
    dirty = {entry.path for entry in repository.dirty()} | (wanted - {*tracked})
    links = {path for path in wanted if os.path.islink(repository.root / path)}
    if refused := sorted(wanted & (dirty | links)):
        listed = path_lines(refused, _MOST_NAMED)
        raise DirtyTree(
            ["these documents have uncommitted changes or are links:", *listed],
            "commit them, then `forge migrate`",
        )


def _commit(repository: Repository, planned: Sequence[Migration]) -> str:
    """Write the documents and commit exactly them: all of it, or nothing.

    No git process changes the index or the branch, since it could do so after forge was killed.
    """
    head, message = repository.head(), _message(planned)
    assert head.branch is not None and head.commit is not None
    steps: list[Step] = [Write(one.path, one.before, one.after) for one in planned]
    names = {one.path for one in planned}
    commit = Commit(head.branch, head.commit, message)
    with (
        performing(repository, Intent("migrate", steps, commit)),
        stage(repository, head.commit, lambda path: path not in names) as staging,
    ):
        entries = {change.path: change.entry for change in staging.changes.entries}
        return commit_entries(
            repository, entries, message, head.commit, head.branch, signed=_signs(repository)
        )


def _signs(repository: Repository) -> bool:
    """Return whether the user's commits are signed here."""
    done = program.settings(repository.root, "--type=bool", "commit.gpgSign")
    return done.stdout.strip() == b"true"


def _message(planned: Sequence[Migration]) -> str:
    lines = "\n".join(f"{done.path}: version {done.old} to {done.new}" for done in planned)
    count = f"{len(planned)} document{'' if len(planned) == 1 else 's'}"
    return f"forge: migrate {count} to the current format\n\n{lines}\n"
