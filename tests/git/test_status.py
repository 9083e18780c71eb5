from __future__ import annotations

import os

import pytest

from forge.git.repository import Repository
from forge.git.status import StatusEntry, parse_status
from tests.conftest import Sandbox


def test_output_of_git_is_split_into_letters_and_paths() -> None:
    output = b" M a b.txt\0?? new\nline\0A  added\0!! ignored/\0"
    assert parse_status(output) == [
        (" ", "M", "a b.txt"),
        ("?", "?", "new\nline"),
        ("A", " ", "added"),
        ("!", "!", "ignored/"),
    ]
    assert parse_status(b"") == []


@pytest.mark.parametrize(
    ("entry", "is_staged", "is_ignored"),
    [
        (StatusEntry("M", " ", "a"), True, False),
        (StatusEntry("M", "M", "a"), True, False),
        (StatusEntry("U", "U", "a"), True, False),
        (StatusEntry(" ", "D", "a"), False, False),
        (StatusEntry("?", "?", "a"), False, False),
        (StatusEntry("!", "!", "a"), False, True),
    ],
)
def test_staged_and_ignored(entry: StatusEntry, is_staged: bool, is_ignored: bool) -> None:
    assert (entry.is_staged, entry.is_ignored) == (is_staged, is_ignored)


def test_an_entry_is_shown_as_git_shows_it() -> None:
    assert f"{StatusEntry(' ', 'M', 'a b')}" == " M a b"
    assert str(StatusEntry("?", "?", "x/")) == "?? x/"


def test_uncommitted_paths_of_a_repository(sandbox: Sandbox, repository: Repository) -> None:
    assert repository.dirty() == []
    sandbox.write("README.md", "changed\n")
    sandbox.write("staged", "x\n")
    sandbox.git("add", "staged")
    sandbox.write("folder/new", "x\n")
    sandbox.write("__pycache__/ignored", "x\n")
    with open(os.fsencode(sandbox.root) + b"/\xff", "wb"):
        pass
    assert repository.dirty() == [
        (" ", "M", "README.md"),
        ("A", " ", "staged"),
        ("?", "?", "folder/new"),
        ("?", "?", os.fsdecode(b"\xff")),
    ]
