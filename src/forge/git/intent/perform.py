"""Performs an intent: all of it, or nothing. The caller holds the document lock."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from forge.errors import ForgeError, StorageFailed, UsageError
from forge.git.intent import intent as intents
from forge.git.intent.confined import At, located, make_folder, read_at
from forge.git.intent.intent import Intent, Rename, Step, Write
from forge.git.intent.numbers import reserve
from forge.git.intent.place import document_lock, is_pending
from forge.git.intent.staging import Unfinished, place
from forge.git.repository import Repository
from forge.lazy import at_first_use

if TYPE_CHECKING:
    from forge.git.intent import recover, undo
else:  # after a crash or a failure only
    recover = at_first_use("forge.git.intent.recover")
    undo = at_first_use("forge.git.intent.undo")


class AlreadyThere(UsageError):
    """A new file's path is taken; nothing was written."""


@contextmanager
def changing(repository: Repository) -> Iterator[None]:
    """Hold the document lock, and first take back what a killed command left. Raises Held."""
    with document_lock(repository):
        if is_pending(repository):
            recover.recover_held(repository)
        yield


def perform(repository: Repository, intent: Intent) -> None:
    """Perform an intent. Raises what `performing` raises."""
    with performing(repository, intent):
        pass


@contextmanager
def performing(repository: Repository, intent: Intent) -> Iterator[None]:
    """Perform the steps of an intent, then the block, which makes its commit.

    If any of it fails, all is taken back, now or by the next command. Raises StorageFailed,
    AlreadyThere if a new path is taken, NumberTaken.
    """
    _refuse_existing(repository, intent)
    intent.folders = _missing_folders(repository, intent)
    record, number = _Record(repository, intent), 0
    try:
        if len(intent.steps) > 1 or intent.folders or intent.reservation or intent.commit:
            record.save()  # one rename alone is atomic
        if intent.reservation:
            reserve(repository, intent.reservation, intent.id)
        for number, step in enumerate(intent.steps):
            _make_folders(repository, intent, step)
            if isinstance(step, Rename):
                _rename(repository, step)
            else:
                _write(repository, step, intent.beside(number), record.save)
        yield
    except FileExistsError as error:
        record.take_back(number)  # the file of this step is not ours
        raise AlreadyThere(f"{error.filename} exists already", "choose another name") from error
    except OSError as error:
        record.take_back()
        raise StorageFailed.of(error) from error
    except BaseException:
        record.take_back()
        raise
    record.remove()


class _Record:
    """Whether an intent is on the disk."""

    def __init__(self, repository: Repository, intent: Intent) -> None:
        self._repository = repository
        self._intent = intent
        self._saved = False

    def save(self) -> None:
        if not self._saved:
            self._saved = True  # also if it fails: the file may be there
            intents.save(self._repository, self._intent)

    def remove(self) -> None:
        if self._saved:
            try:
                intents.remove(self._repository)
            except OSError as error:
                raise StorageFailed.of(error) from error

    def take_back(self, steps: int | None = None) -> None:
        """Take the first steps, or all, back as far as possible; the next command does the rest."""
        self._intent.steps = self._intent.steps[:steps]
        if self._saved and is_pending(self._repository):
            with contextlib.suppress(OSError, ForgeError):
                if not undo.take_back(self._repository, self._intent):
                    intents.remove(self._repository)


def _refuse_existing(repository: Repository, intent: Intent) -> None:
    """Refuse new paths that are taken before anything is written: what has them is not ours."""
    freed: set[str] = set()
    for step in intent.steps:
        path = _new_path(step)
        if path is None or path in freed or not os.path.lexists(repository.root / path):
            pass
        elif isinstance(step, Write) or not _has_both_names(repository, step):
            raise AlreadyThere(f"{path} exists already", "choose another name")
        if isinstance(step, Rename):
            freed.add(step.old)


def _new_path(step: Step) -> str | None:
    if isinstance(step, Rename):
        return step.new
    return step.path if step.before is None else None


def _has_both_names(repository: Repository, step: Rename) -> bool:
    try:
        with located(repository.root, step.old) as old, located(repository.root, step.new) as new:
            return _is_same_file(old, new)
    except FileNotFoundError:
        return False


def _missing_folders(repository: Repository, intent: Intent) -> list[str]:
    """Return the folders that have to be made, those above first."""
    missing: dict[str, None] = {}
    renamed: list[str] = []
    for step in intent.steps:
        path = step.new if isinstance(step, Rename) else step.path
        parts = path.split("/")
        for number in range(1, len(parts)):
            folder = "/".join(parts[:number])
            comes_along = any(folder == new or folder.startswith(f"{new}/") for new in renamed)
            if not comes_along and not os.path.lexists(repository.root / folder):
                missing[folder] = None
        if isinstance(step, Rename):
            renamed.append(step.new)
    return list(missing)


def _make_folders(repository: Repository, intent: Intent, step: Write | Rename) -> None:
    path = step.new if isinstance(step, Rename) else step.path
    for folder in intent.folders:
        if path.startswith(f"{folder}/"):
            make_folder(repository.root, folder)


def _rename(repository: Repository, step: Rename) -> None:
    root = repository.root
    with located(root, step.old) as old, located(root, step.new) as new:
        present = new.status()
        if present is not None and not _is_same_file(old, new):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), step.new)
        os.rename(old.name, new.name, src_dir_fd=old.folder, dst_dir_fd=new.folder)
        for folder in (old.folder, new.folder):
            os.fsync(folder)


def _is_same_file(old: At, new: At) -> bool:
    """Return whether two names are one file, on a file system that ignores case."""
    first, second = old.status(), new.status()
    return (
        first is not None
        and second is not None
        and os.path.samestat(first, second)
        and old.name.lower() == new.name.lower()
    )


def _write(
    repository: Repository, step: Write, beside: str, before_beside: Callable[[], None]
) -> None:
    with located(repository.root, step.path) as at:
        present = read_at(at, step.path)
        if step.before is None and present is not None:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), step.path)
        if (present.data if present else None) != step.before:
            raise StorageFailed(
                f"{step.path}: it changed while it was read", "check its content, then try again"
            )
        if present is not None and not os.access(at.name, os.W_OK, dir_fd=at.folder):
            raise StorageFailed(f"{step.path}: it is not writable", "make it writable")
        if step.after is None:
            os.unlink(at.name, dir_fd=at.folder)
        else:
            mode = present.mode if present else None
            how = Unfinished(beside, before_beside)
            place(repository, at, step.after, mode, how, new=present is None)
