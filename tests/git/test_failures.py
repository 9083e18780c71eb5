"""What failures of git are to the user: no room, or something missing or damaged; never a bug."""

from __future__ import annotations

import errno
import os

import pytest

from forge.errors import GitFailed, StorageFailed
from forge.front.envelope import as_forge_error
from forge.git import failures
from forge.git.fsync import sync_objects
from forge.git.lazy_pygit2 import pygit2
from forge.git.repository import Repository
from tests.conftest import Sandbox

ABSENT = "1" * 40


@pytest.fixture
def repository(sandbox: Sandbox) -> Repository:
    return Repository.discover(sandbox.root)


@pytest.mark.parametrize(
    "code", [errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.EACCES, errno.EROFS]
)
def test_what_could_not_be_read_or_written_is_storage(code: int) -> None:
    error = failures.failure(f"git add failed: fatal: x: {os.strerror(code)}", "a hint")
    assert isinstance(error, StorageFailed) and isinstance(error, GitFailed)
    assert (error.kind, error.exit_code) == ("storage", 1) and "forge resume" in error.hint
    as_library = as_forge_error(pygit2.GitError(f"could not open x: {os.strerror(code)}"))
    assert as_library is not None and as_library.kind == "storage"


def test_other_failures_are_those_of_git(repository: Repository) -> None:
    error = failures.failure("git add failed: a filter failed", "a hint", 128)
    assert (error.kind, error.hint, error.status) == ("git", "a hint", 128)
    damaged = as_forge_error(pygit2.GitError("object is corrupted"))
    assert damaged is not None and (damaged.kind, damaged.exit_code) == ("git", 1)


def test_a_missing_object_is_no_bug(repository: Repository) -> None:
    with pytest.raises(KeyError) as raised:
        repository.objects[ABSENT]
    error = as_forge_error(raised.value)
    assert error is not None and "is not in this repository" in error.message
    assert as_forge_error(KeyError("key")) is None, "that is one"


def test_an_object_that_was_not_stored_is_noticed_before_anything_refers_to_it(
    repository: Repository,
) -> None:
    with pytest.raises(StorageFailed, match="No space left"):
        sync_objects(repository, [ABSENT])
