"""Errors: each has its exit status, a kind of its own, and a next step."""

from __future__ import annotations

import errno

import pytest

from forge import errors
from forge.errors import ForgeError, GitFailed, StorageFailed


def kinds() -> list[type[ForgeError]]:
    classes, todo = [], [ForgeError]
    while todo:
        cls = todo.pop()
        classes.append(cls)
        todo += [sub for sub in cls.__subclasses__() if sub.__module__ == errors.__name__]
    return classes


def test_kinds_are_words_and_differ() -> None:
    names = [cls.kind for cls in kinds()]
    assert len(set(names)) == len(names)
    assert all(name.replace("_", "").isalpha() and name.islower() for name in names)


@pytest.mark.parametrize("cls", kinds(), ids=lambda cls: cls.__name__)
def test_an_error_keeps_message_hint_and_commands(cls: type[ForgeError]) -> None:
    error = (
        cls("it is wrong", "fix it") if cls is GitFailed else cls("it is wrong", "fix it", ["x"])
    )
    assert str(error) == error.message == "it is wrong"
    assert error.hint == "fix it"
    assert error.next_commands == ([] if cls is GitFailed else ["x"])
    assert error.exit_code in (1, 2, 4, 5, 130)


def test_commands_are_not_shared() -> None:
    commands = ["forge status"]
    error = ForgeError("a", "b", commands)
    error.next_commands.append("more")
    assert commands == ["forge status"]


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "free some disk space"),
        (errno.EDQUOT, "free some disk space"),
        (errno.EACCES, "check its permissions"),
        (errno.EPERM, "check its permissions"),
        (errno.ENOENT, "restore the missing file"),
        (errno.ENOTDIR, "restore the missing file"),
        (errno.EROFS, "mount it for writing"),
        (errno.EIO, "check the disk"),
        (errno.EMFILE, "check disk space and permissions"),
    ],
)
def test_a_system_error_has_a_next_step(number: int, hint: str) -> None:
    failure = StorageFailed.of(OSError(number, "No"), "/a/b")
    assert failure.message == "/a/b: No"
    assert failure.hint == f"{hint}, then `forge resume` an open run, or try again"
    assert (failure.kind, failure.exit_code) == ("storage", 1)


@pytest.mark.parametrize(
    ("error", "place", "message"),
    [
        (OSError(5, "No", "/from/error"), None, "/from/error: No"),
        (OSError(5, "No", "/from/error"), "/given", "/given: No"),
        (OSError(5, "No"), None, "a file of this repository could not be written: No"),
        (OSError("strange"), "/given", "/given: strange"),
    ],
)
def test_the_place_of_a_system_error(error: OSError, place: str | None, message: str) -> None:
    assert StorageFailed.of(error, place).message == message


def test_a_failure_of_git_keeps_its_status() -> None:
    assert GitFailed("fatal: x", status=128).status == 128
    assert GitFailed("fatal: x").status == 1
