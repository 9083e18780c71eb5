"""What changed in the work tree since HEAD, and the commit of exactly that, made as the user's own
commit would be.
"""

from __future__ import annotations

import hashlib
import os
import stat
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager

from msgspec import Struct, field

from forge.git import hooks, program
from forge.git.commits.record_commit import move_branch, written_commit
from forge.git.commits.stale_locks import remove_stale_ref_locks
from forge.git.fsync import sync_objects
from forge.git.index.clean_check import CleanCheck
from forge.git.index.conversion import conversion_settings, stores_unconverted
from forge.git.index.private_index import PrivateIndex, private_index
from forge.git.index.staging import changed_paths, stage_paths, stage_tree
from forge.git.index.user_index import put_entries
from forge.git.lazy_pygit2 import pygit2
from forge.git.objects.commit import read_commit, trailers_in
from forge.git.objects.store import ObjectStore
from forge.git.repository import Repository
from forge.git.tree_entries import Entry, is_utf8

_LARGEST_TEXT = 16 << 20  # bytes; beyond it git takes a file for binary and shows no lines

_MOST_SEEN = 500  # files of which the lines are compared without git
_LARGEST_SEEN = 1 << 20  # bytes of each

_COMMIT = ("commit", "-q", "--cleanup=verbatim", "-F", "-")

Exclude = Callable[[str], bool]


class Change(Struct, frozen=True):
    """One changed path: `status` is git's letter (A, M, D, T), `blob` its new object, `mode` its
    new mode.
    """

    path: str
    status: str
    mode: int
    blob: str
    added: int = 0
    removed: int = 0

    @property
    def entry(self) -> Entry:
        """Its tree entry after the change, None where it is deleted."""
        return None if self.status == "D" else (self.mode, self.blob)


class Changes(Struct, frozen=True):
    """Everything that changed, with the added lines of text for the secret scan."""

    entries: list[Change] = field(default_factory=list)
    patch: bytes = b""

    @property
    def paths(self) -> list[str]:
        """The changed paths, sorted."""
        return sorted(entry.path for entry in self.entries)

    @property
    def sha256(self) -> str:
        """What identifies these changes: the SHA-256 of status, mode, object id and path of
        each.
        """
        return _identity(
            (entry.status, entry.mode, entry.blob, entry.path) for entry in self.entries
        )

    @property
    def lines(self) -> int:
        """Lines added and removed together."""
        return sum(entry.added + entry.removed for entry in self.entries)

    @property
    def summary(self) -> str:
        """One line for people: `2 files, +10 -3`."""
        added, removed = (
            sum(getattr(entry, name) for entry in self.entries) for name in ("added", "removed")
        )
        count = len(self.entries)
        return (
            f"{count} {'file' if count == 1 else 'files'}, +{added} -{removed}"
            if count
            else "no changes"
        )


class Staging(Struct, frozen=True):
    """A private index at HEAD plus what changed in the work tree, and those changes against `base`.

    `whole` says that the copy holds all that the user's index holds, so that it may take its place;
    `nested` names folders that are repositories of their own, of which nothing can be committed
    here.
    """

    copy: PrivateIndex
    base: str
    exclude: Exclude
    whole: bool
    changes: Changes
    nested: tuple[str, ...] = ()

    def commit(
        self, message: str, attempt: program.Attempt = program.attempt
    ) -> tuple[str, list[str]]:
        """Commit exactly these changes with the user's hooks, signing and identity; return the id
        and what a hook changed.

        `attempt` runs git, since hooks may take their time. A hook that rewrites only these files
        and fails is tried once more. Where there are none, and nothing is signed, the same commit
        is made without git. Raises GitFailed with what git or the hook said.
        """
        repository, head = self.copy.repository, self.copy.repository.head()
        if (
            head.branch is not None
            and head.commit == self.base
            and not hooks.affect_commits(repository)
        ):
            return self._made(message, head.branch), []
        sync_objects(repository, {entry.blob for entry in self.changes.entries})
        done = self._tried(message, attempt)
        if done.returncode == 0:
            return self._committed()
        with stage(repository, self.base, self.exclude) as again:
            rewritten = again.changes.sha256 != self.changes.sha256 and set(
                again.changes.paths
            ) <= set(self.changes.paths)
            if rewritten and again._tried(message, attempt).returncode == 0:
                commit, _ = again._committed()
                return commit, self._hook_changed(commit)
        raise program.failed(_COMMIT, done)

    def _made(self, message: str, branch: str) -> str:
        """Make the commit that git would make of the copy: the trees differ from those of `base` in
        these changes alone.
        """
        repository = self.copy.repository
        entries = {entry.path: entry.entry for entry in self.changes.entries}
        with written_commit(
            repository, entries, message.encode("utf-8", "replace").decode(), self.base
        ) as made:
            move_branch(repository, branch, self.base, made, message.partition("\n")[0])
        if not self.whole or not self.copy.publish():
            put_entries(repository, entries)
        return made.commit

    def _tried(self, message: str, attempt: program.Attempt) -> subprocess.CompletedProcess[bytes]:
        """Run git, and take for done what a git that was killed had done; what it left of locks is
        removed.
        """
        repository = self.copy.repository
        before, since = repository.head().commit, time.time()
        done = attempt(
            repository.root, *_COMMIT, stdin=message.encode("utf-8", "replace"), env=self.copy.env
        )
        if done.returncode:
            killed = (
                done.returncode < 0 or done.returncode > 128
            )  # by a signal, as a shell in between tells it too
            remove_stale_ref_locks(
                repository, [trailers_in(message).get("Forge-Run", "")], since if killed else None
            )
            head = repository.head().commit
            if head != before and _is_made(repository, str(head), str(before), message):
                return subprocess.CompletedProcess(done.args, 0, done.stdout, done.stderr)
        return done

    def _committed(self) -> tuple[str, list[str]]:
        repository = self.copy.repository
        commit = repository.head().commit or ""
        rewritten = self._hook_changed(commit)
        if not self.whole or rewritten or not self.copy.publish():
            put_entries(repository, _between(repository, f"{commit}^", commit))
        return commit, rewritten

    def _hook_changed(self, commit: str) -> list[str]:
        """Return the paths in which a commit is not what was judged."""
        made = _between(self.copy.repository, self.base, commit)
        return _different(
            self.changes, {path: entry for path, entry in made.items() if not self.exclude(path)}
        )


def _is_made(repository: Repository, commit: str, parent: str, message: str) -> bool:
    """Say whether a commit is the one that was to be made: on its parent, with the trailers of its
    message.
    """
    found = read_commit(repository, commit)
    return found.parents == (parent,) and found.trailers.items() >= trailers_in(message).items()


def rewritten_paths(
    repository: Repository, base: str, commit: str, exclude: Exclude, sha256: str
) -> list[str]:
    """Return what a hook may have rewritten in a commit of which only `Changes.sha256` is known:
    none of its paths, or all.
    """
    store = ObjectStore(repository)
    before, after = (store.root(store.commit(revision)) for revision in (base, commit))
    made = [change for change in store.changes(before, after) if not exclude(change[0])]
    return [] if changes_sha256(made) == sha256 else sorted(path for path, _, _ in made)


def _identity(rows: Iterable[tuple[str, int, str, str]]) -> str:
    lines = sorted(f"{status} {mode:o} {blob} {path}\0" for status, mode, blob, path in rows)
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogateescape")).hexdigest()


def changes_sha256(changed: Iterable[tuple[str, Entry, Entry]]) -> str:
    """Return what `Changes.sha256` says of changes that a commit holds: path, entry before, entry
    after.
    """
    return _identity(
        (_letter(before, after), *(after or (0, "0" * 40)), path) for path, before, after in changed
    )


def _letter(before: Entry, after: Entry) -> str:
    if before is None or after is None:
        return "A" if before is None else "D"
    return "M" if stat.S_IFMT(before[0]) == stat.S_IFMT(after[0]) else "T"


def repair_index(repository: Repository, commit: str) -> None:
    """Bring the user's index up to a commit that was made just before a crash, where it still is as
    the parent has it.
    """
    made = _between(repository, f"{commit}^", commit)
    parent = _between(repository, commit, f"{commit}^")
    output = (
        repository.git("ls-files", "-s", "-z", "--", *made, env={"GIT_LITERAL_PATHSPECS": "1"})
        if made
        else b""
    )
    staged: dict[str, Entry] = {}
    for record in program.fields(output):
        facts, path = record.split("\t", 1)
        mode, blob, _ = facts.split(" ")
        staged[path] = (int(mode, 8), blob)
    behind = {
        path: entry for path, entry in made.items() if staged.get(path) == parent.get(path) != entry
    }
    if behind:
        put_entries(repository, behind)


def _different(judged: Changes, made: dict[str, Entry]) -> list[str]:
    before: dict[str, Entry] = {entry.path: entry.entry for entry in judged.entries}
    absent = object()
    return sorted(
        path
        for path in before.keys() | made.keys()
        if before.get(path, absent) != made.get(path, absent)
    )


def changed_in_tree(repository: Repository) -> list[str]:
    """Return the paths that do not lie in the work tree as HEAD has them, whatever is staged;
    ignored files are left out.
    """
    entries = repository.dirty()
    if not any(entry.is_staged for entry in entries):
        return [entry.path for entry in entries]
    with private_index(repository) as copy:
        copy.git("read-tree", "--reset", "HEAD")
        return [entry.path for entry in changed_paths(copy)]


@contextmanager
def stage(
    repository: Repository, base: str, exclude: Exclude, looking: CleanCheck | None = None
) -> Iterator[Staging]:
    """Give how the work tree differs from commit `base`, ignored files and excluded paths left out,
    ready to commit.

    `looking` knows of earlier looks what is ignored.
    """
    with private_index(repository) as copy:
        staged = (
            stage_tree(copy, exclude, looking or CleanCheck(repository))
            if base == repository.head().commit
            else None
        )
        if staged is not None:
            yield Staging(
                copy,
                base,
                exclude,
                whole=True,
                changes=_seen(repository, staged) or _staged(copy, base, exclude),
            )
            return
    with private_index(repository) as copy:
        changed = changed_paths(copy)
        whole = not any(entry.is_staged for entry in changed)
        if not whole:
            copy.git("read-tree", "--reset", "HEAD")
            changed = changed_paths(copy)
        wanted = [entry.path for entry in changed if not exclude(entry.path)]
        paths = [path for path in wanted if not path.endswith("/")]
        nested = tuple(path for path in wanted if path.endswith("/"))
        stage_paths(copy, paths, flush=False)
        changes = (
            _staged(copy, base, exclude) if paths or base != repository.head().commit else Changes()
        )
        yield Staging(copy, base, exclude, whole, changes, nested)


def _seen(repository: Repository, staged: Mapping[str, tuple[Entry, Entry]]) -> Changes | None:
    """Return the changes that these entries, before and after, come to; None where git might see
    their lines otherwise.
    """
    if len(staged) > _MOST_SEEN or not (
        conversion_settings(repository).default_diff
        and all(is_utf8(path) and stores_unconverted(repository, path) for path in staged)
    ):
        return None
    entries, patches = list[Change](), list[bytes]()
    for path, (before, after) in sorted(staged.items()):
        compared = _compared(repository, path, before, after, _LARGEST_SEEN)
        if compared is None:
            return None
        added, removed, patch = compared
        entries.append(
            Change(path, _letter(before, after), *(after or (0, "0" * 40)), added, removed)
        )
        patches.append(patch)
    return Changes(entries, b"".join(patches))


def _compared(
    repository: Repository, path: str, before: Entry, after: Entry, largest: int
) -> tuple[int, int, bytes] | None:
    """Return the lines added and removed, and the patch, of two blobs as they are, whatever
    attributes say.

    None where one is larger, in bytes, or missing here: git fetches what a partial clone has not.
    """
    try:
        blobs = [
            repository.objects[entry[1]].peel(pygit2.Blob) if entry else None
            for entry in (before, after)
        ]
    except KeyError:
        return None
    if max(blob.size for blob in blobs if blob) > largest:
        return None
    # of blobs libgit2 would ask attributes, and of the user's index, which has not these changes;
    # bytes it only borrows
    old, new = (blob.data if blob else None for blob in blobs)
    name = os.fsencode(path).decode("utf-8", "replace")
    patch = pygit2.Patch.create_from(old, new, old_as_path=name, new_as_path=name, context_lines=0)
    _, added, removed = patch.line_stats
    return added, removed, patch.data


def _staged(copy: PrivateIndex, base: str, exclude: Exclude) -> Changes:
    output = copy.git(
        "-c",
        f"core.bigFileThreshold={_LARGEST_TEXT >> 20}m",
        "diff",
        "--cached",
        "--raw",
        "--numstat",
        "-p",
        "-z",
        "-U0",
        "--no-renames",
        "--no-abbrev",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--ignore-submodules=none",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        base,
        "--",
    )
    changes, unshown = _parsed(output, exclude)
    # `-diff` in a .gitattributes, which may be as new as the file, must not hide lines from who
    # looks for secrets
    compared = (
        _compared(copy.repository, path, *entries, _LARGEST_TEXT)
        for path, entries in unshown.items()
    )
    return Changes(
        changes.entries, changes.patch + b"".join(patch for _, _, patch in filter(None, compared))
    )


def _parsed(output: bytes, exclude: Exclude) -> tuple[Changes, dict[str, tuple[Entry, Entry]]]:
    """Read `git diff --raw --numstat -p -z`: raw records, then numbers, then an empty field and the
    patch.

    Return it with the entries, before and after, of what git takes for binary.
    """
    raw: dict[str, tuple[str, int, str]] = {}
    pairs: dict[str, tuple[Entry, Entry]] = {}
    numbers: dict[str, tuple[int, int]] = {}
    unshown: dict[str, tuple[Entry, Entry]] = {}
    at = 0
    while at < len(output) and output[at : at + 1] != b"\0":
        end = output.index(b"\0", at)
        record = output[at:end]
        at = end + 1
        if record.startswith(b":"):
            old_mode, mode, old, blob, status = record[1:].decode().split(" ")
            end = output.index(b"\0", at)
            name = program.fields(output[at : end + 1])[0]
            raw[name] = (status[0], int(mode, 8), blob)
            before, after = (int(old_mode, 8), old), (int(mode, 8), blob)
            pairs[name] = (before if before[0] else None, after if after[0] else None)
            at = end + 1
        else:
            added, removed, path = record.split(b"\t", 2)
            name = program.fields(path + b"\0")[0]
            numbers[name] = (
                int(added) if added.isdigit() else 0,
                int(removed) if removed.isdigit() else 0,
            )
            if added == b"-" and not exclude(name):
                unshown[name] = pairs[name]
    entries = [
        Change(path, status, mode, blob, *numbers.get(path, (0, 0)))
        for path, (status, mode, blob) in raw.items()
        if not exclude(path)
    ]
    return Changes(entries, output[at:].lstrip(b"\0")), unshown


def _between(repository: Repository, old: str, new: str) -> dict[str, Entry]:
    """Return what a commit changed: path to (mode, object id), or None where the path is gone."""
    before, after = (
        repository.objects.revparse_single(revision).peel(pygit2.Tree) for revision in (old, new)
    )
    found: dict[str, Entry] = {}
    for delta in before.diff_to_tree(after).deltas:
        gone = delta.status == pygit2.enums.DeltaStatus.DELETED
        path = os.fsdecode((delta.old_file if gone else delta.new_file).raw_path)
        found[path] = None if gone else (int(delta.new_file.mode), str(delta.new_file.id))
    return found
