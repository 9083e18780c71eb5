from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from forge.errors import Held
from forge.git import lockfile
from forge.git.repository import Repository


def prepared(repository: Repository, prefix: str = "test-", data: bytes = b"content") -> Path:
    path = lockfile.prepared_path(repository, prefix)
    lockfile.write_prepared(path, data)
    return path


def test_a_prepared_file_names_its_process(repository: Repository) -> None:
    paths = {lockfile.prepared_path(repository, "test-") for _ in range(5)}
    assert len(paths) == 5
    assert all(path.name.startswith(f"test-{os.getpid()}-") for path in paths)
    assert not any(path.exists() for path in paths)


def test_a_prepared_file_is_not_overwritten(repository: Repository) -> None:
    path = prepared(repository)
    with pytest.raises(FileExistsError):
        lockfile.write_prepared(path, b"other")
    assert path.read_bytes() == b"content"


def test_a_lock_has_its_content_at_once(repository: Repository) -> None:
    path, lock = prepared(repository), repository.git_dir / "some.lock"
    lockfile.acquire(path, lock)
    assert lock.read_bytes() == b"content"
    assert lock.samefile(path)
    assert lockfile.release(path, lock)
    assert not lock.exists()
    assert path.exists()


def test_a_held_lock_is_reported_after_a_while(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockfile, "_PATIENCE", 0.05)
    lock = repository.git_dir / "some.lock"
    lock.touch()
    with pytest.raises(Held, match=r"some\.lock is held by another git process"):
        lockfile.acquire(prepared(repository), lock)
    assert lock.read_bytes() == b""


def test_a_lock_that_is_released_meanwhile_is_taken(repository: Repository) -> None:
    first, second = prepared(repository), prepared(repository)
    lock = repository.git_dir / "some.lock"
    lockfile.acquire(first, lock)
    timer = threading.Timer(0.05, lockfile.release, (first, lock))
    timer.start()
    began = time.monotonic()
    lockfile.acquire(second, lock)
    timer.join()
    assert lock.samefile(second)
    assert time.monotonic() - began < 4


def test_the_lock_of_another_is_not_released(repository: Repository) -> None:
    mine, lock = prepared(repository), repository.git_dir / "some.lock"
    assert not lockfile.release(mine, lock)
    lock.write_bytes(b"content")
    assert not lockfile.release(mine, lock)
    assert lock.exists()


def dead(path: Path, pid: str = "999999") -> Path:
    """Rename a prepared file as if a process with another id had made it."""
    prefix, _, rest = path.name.partition("-")
    return path.rename(path.with_name(f"{prefix}-{pid}-{rest.partition('-')[2]}"))


def test_files_of_dead_processes_are_removed_with_their_lock(repository: Repository) -> None:
    mine, other = prepared(repository), dead(prepared(repository))
    foreign = prepared(repository, "else-")
    lock = repository.git_dir / "some.lock"
    lockfile.acquire(other, lock)
    assert lockfile.remove_stale(repository, "test-", lock, {os.getpid()})
    assert not lock.exists()
    assert not other.exists()
    assert mine.exists()
    assert foreign.exists()


def test_a_lock_of_a_living_process_stays(repository: Repository) -> None:
    mine, lock = prepared(repository), repository.git_dir / "some.lock"
    lockfile.acquire(mine, lock)
    assert not lockfile.remove_stale(repository, "test-", lock, {os.getpid()})
    assert lock.samefile(mine)


def test_a_lock_that_nobody_prepared_stays(repository: Repository) -> None:
    dead(prepared(repository))
    lock = repository.git_dir / "some.lock"
    lock.touch()
    assert not lockfile.remove_stale(repository, "test-", lock, set())
    assert lock.exists()


def test_without_a_lock_only_files_are_removed(repository: Repository) -> None:
    other = dead(prepared(repository))
    unnamed = dead(prepared(repository), "nobody")
    assert not lockfile.remove_stale(repository, "test-", None, set())
    assert not other.exists()
    assert unnamed.exists()
