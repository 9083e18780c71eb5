"""What the questions of a run are about, and whether that has changed since they were asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct

from forge.git.commits.changes import Changes
from forge.git.commits.record_commit import tree_with
from forge.git.repository import Repository
from forge.git.restore.snapshot import Captured, capture, changed_entries, keep
from forge.git.restore.subject import differing, entries_sha256, keep_subject, subject_entries
from forge.git.tree_entries import Entry
from forge.timeline.run.state import Question

MOST_LISTED = 200  # paths in an event; a commit that is kept has all of them


class Subject(Struct, frozen=True):
    """The files of a question: the commit `kept` has them, its parent `base` is what they are
    compared with.
    """

    base: str
    kept: str
    entries: Mapping[str, Entry]

    @classmethod
    def keep(
        cls, repository: Repository, run: str, base: str, entries: Mapping[str, Entry], reason: str
    ) -> Subject:
        """Keep files under `refs/forge/safety/<run>/<n>`."""
        return cls(base, keep_subject(repository, run, base, entries, reason), entries)

    @classmethod
    def of_changes(
        cls, repository: Repository, run: str, base: str, changes: Changes, reason: str
    ) -> Subject:
        """Keep the files of a diff from `base`."""
        entries = {change.path: change.entry for change in changes.entries}
        return cls.keep(repository, run, base, entries, reason)

    @classmethod
    def of(cls, repository: Repository, base: str, kept: str) -> Subject:
        """Return the subject that a commit keeps."""
        return cls(base, kept, subject_entries(repository, kept))

    @property
    def paths(self) -> list[str]:
        """The paths, sorted."""
        return sorted(self.entries)

    @property
    def sha256(self) -> str:
        """What identifies the paths with their content."""
        return entries_sha256(self.entries.items())

    def as_recorded(self) -> dict[str, object]:
        """Return the fields of `approval_requested` about the files."""
        paths = self.paths
        return {
            "paths": paths[:MOST_LISTED],
            "count": len(paths),
            "base": self.base,
            "kept": self.kept,
        }


class Difference(Struct, frozen=True):
    """How the files of a question differ from what was asked: `changed` lists them, `gone` says
    that none of them is uncommitted any more.
    """

    changed: list[str]
    gone: bool


def difference(
    repository: Repository, question: Question, *, put_back: bool = False
) -> Difference | None:
    """Return how the files that a question lists have changed since it was asked; None if they are
    the same, or if it lists none.

    What was committed since has changed too: it is not the run's to commit or to put back. With
    `put_back` files that are already as they were before do not count: that is how a put-back that
    was interrupted leaves them.
    """
    if not question.kept:
        return None
    if question.kept not in repository.objects:  # asked in another clone
        return Difference(["what it lists is not in this clone"], True)
    subject = Subject.of(repository, question.base, question.kept)
    changed = differing(repository, question.kept, subject.entries)
    committed = committed_since(repository, question.head, subject.entries).keys()
    if not changed and not committed:
        return None
    open_paths = uncommitted(repository, subject.base, subject.entries)
    if put_back:
        changed &= open_paths
    changed |= committed
    return Difference(sorted(changed), not open_paths) if changed else None


def committed_since(repository: Repository, head: str, paths: Collection[str]) -> dict[str, Entry]:
    """Return the paths that commits since `head` changed, with their entries in HEAD; none if
    `head` is empty.
    """
    now = repository.head().commit
    if not head or now is None or now == head or head not in repository.objects:
        return {}
    return changed_entries(repository, head, now, lambda path: path not in paths)


def uncommitted(repository: Repository, base: str, entries: Mapping[str, Entry]) -> set[str]:
    """Return the paths that are neither as in `base` nor as in HEAD."""
    head = repository.head().commit
    paths = differing(repository, base, entries)
    return paths & differing(repository, head, entries) if head not in (None, base) else paths


def as_now(
    repository: Repository, subject: Subject, run: str, reason: str, head: str = ""
) -> Subject | None:
    """Return the files of a subject as they are now, kept anew if they differ; None if none of them
    is uncommitted any more.

    What was committed since `head` is what those files are compared with.
    """
    changed = differing(repository, subject.kept, subject.entries)
    committed = committed_since(repository, head, subject.entries)
    if not changed and not committed:
        return subject
    paths = uncommitted(repository, subject.base, subject.entries)
    if not paths:
        return None
    base = subject.base
    if not paths.isdisjoint(committed):
        tree = tree_with(repository, base, committed)
        base = keep(repository, Captured(tree, None), run, f"before {reason}")
    now = changed_entries(
        repository, base, capture(repository).tree, lambda path: path not in paths
    )
    return Subject.keep(repository, run, base, now, reason) if now else None
