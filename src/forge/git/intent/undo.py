"""Takes an intent back, however far it came; it may be taken back again."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from forge.errors import ForgeError
from forge.git import program
from forge.git.blob_id import blob_id
from forge.git.index.user_index import put_entries
from forge.git.intent.confined import At, located, read_at, remove_folder
from forge.git.intent.intent import Commit, Intent, Rename, Write
from forge.git.intent.numbers import release
from forge.git.intent.staging import Unfinished, discard, place
from forge.git.lazy_pygit2 import pygit2
from forge.git.objects.commit import file_at, first_parents
from forge.git.repository import Repository
from forge.git.tree_entries import Entry, entry_at


def take_back(repository: Repository, intent: Intent) -> list[str]:
    """Restore what was there before an intent, unless its commit was made.

    Return the paths that the user changed meanwhile, which are left alone. Raises OSError and
    ForgeError; it can be called again then.
    """
    if intent.commit is not None and is_committed(repository, intent, intent.commit):
        return []
    changed: list[str] = []
    for number, step in reversed(list(enumerate(intent.steps))):
        if isinstance(step, Rename):
            changed += _rename_back(repository, step)
        else:
            changed += _write_back(repository, step, intent.beside(number))
    if intent.commit is not None:
        _unstage(repository, intent, intent.commit)
    for folder in reversed(intent.folders):
        remove_folder(repository.root, folder)
    if intent.reservation:
        release(repository, intent.reservation, intent.id)
    return changed


def is_committed(repository: Repository, intent: Intent, commit: Commit) -> bool:
    """Return whether the commit of an intent was made, by its place and message or its content."""
    tip = repository.commit_of(commit.branch)
    if tip is None or tip == commit.parent:
        return False
    made = list(first_parents(repository, tip, commit.parent))
    if made and made[-1].parents[:1] == (commit.parent,):
        message = repository.objects[made[-1].id].peel(pygit2.Commit).message
        if message.strip() == commit.message.strip():
            return True
    writes = [step for step in intent.steps if isinstance(step, Write)]
    return all(file_at(repository, tip, step.path) == step.after for step in writes)


def _rename_back(repository: Repository, step: Rename) -> Iterator[str]:
    root = repository.root
    try:
        with located(root, step.old) as old, located(root, step.new) as new:
            if new.status() is None:
                return
            if old.status() is None:
                os.rename(new.name, old.name, src_dir_fd=new.folder, dst_dir_fd=old.folder)
                os.fsync(old.folder)
            elif _is_copy(old, new, step):
                os.unlink(new.name, dir_fd=new.folder)
            elif not _is_one(old, new):
                yield step.new
    except FileNotFoundError:
        return  # a folder of one of the names is gone, and with it what was renamed


def _is_copy(old: At, new: At, step: Rename) -> bool:
    """Return whether two different files have the same bytes: git restored the earlier one."""
    with contextlib.suppress(OSError, ForgeError):
        first, second = read_at(old, step.old), read_at(new, step.new)
        return first is not None and first == second and not _is_one(old, new)
    return False


def _is_one(old: At, new: At) -> bool:
    first, second = old.status(), new.status()
    return first is not None and second is not None and os.path.samestat(first, second)


def _write_back(repository: Repository, step: Write, beside: str) -> Iterator[str]:
    try:
        with located(repository.root, step.path) as at:
            discard(at.folder, beside)
            present = read_at(at, step.path)
            data = present.data if present else None
            if data == step.before:
                return
            if data != step.after:
                if present is not None:
                    yield step.path
                return
            if step.before is None:
                os.unlink(at.name, dir_fd=at.folder)
                os.fsync(at.folder)
            else:
                mode = present.mode if present else None
                how = Unfinished(beside)
                place(repository, at, step.before, mode, how, new=present is None)
    except FileNotFoundError:
        return
    except ForgeError:  # a link or a device has its place now
        yield step.path


def _unstage(repository: Repository, intent: Intent, commit: Commit) -> None:
    """Give the index the entries of the parent back, at the paths that the intent staged."""
    written = {step.path: step.after for step in intent.steps if isinstance(step, Write)}
    output = repository.git(
        "ls-files", "-s", "-z", "--", *written, env={"GIT_LITERAL_PATHSPECS": "1"}
    )
    tree = repository.objects[commit.parent].peel(pygit2.Tree)
    entries: dict[str, Entry] = {}
    for line in program.fields(output):
        facts, path = line.split("\t", 1)
        earlier = entry_at(repository.objects, tree, path)
        staged, data = facts.split(" ")[1], written.get(path)
        is_new = earlier is None or earlier[1] != staged
        if data is not None and is_new and _is_staged(repository, path, data, staged):
            entries[path] = earlier
    if entries:
        put_entries(repository, entries)


def _is_staged(repository: Repository, path: str, data: bytes, staged: str) -> bool:
    """Return whether a blob is what is staged for these bytes, as they are or by git's filters."""
    if staged == blob_id(data):
        return True
    filtered = repository.git("hash-object", "--stdin", f"--path={path}", stdin=data)
    return staged == filtered.decode("ascii").strip()
