"""Files of forge in the git directory have the modes that core.sharedRepository asks for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from forge.git.repository import Repository
from forge.git.sharing import share
from tests.conftest import Sandbox
from tests.run.plans import Case, Task, auto, writes


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    ("setting", "before", "file", "folder"),
    [
        ("group", 0o600, 0o660, 0o2770),
        ("group", 0o400, 0o440, 0o2770),
        ("all", 0o600, 0o664, 0o2775),
        ("0640", 0o666, 0o640, 0o2750),
        ("umask", 0o600, 0o600, 0o700),
        ("false", 0o600, 0o600, 0o700),
    ],
)
def test_each_value_of_the_setting(
    sandbox: Sandbox, repository: Repository, setting: str, before: int, file: int, folder: int
) -> None:
    sandbox.git("config", "core.sharedRepository", setting)
    made = sandbox.write(".git/forge/x/y", "x")
    made.chmod(before)
    made.parent.chmod(0o700)
    share(repository)
    assert (mode(made), mode(made.parent)) == (file, folder)


def test_a_run_in_a_shared_repository_leaves_nothing_closed(sandbox: Sandbox) -> None:
    task = Task("Task 1: Write it", "a.txt", auto("test -s a.txt"))
    Case(sandbox, [task], {1: writes("a.txt", "x")}, files=("a.txt",)).set_up()
    sandbox.git("config", "core.sharedRepository", "group")
    mask = os.umask(0o077)
    try:
        sandbox.start("execute", "01-01", "--approve").communicate()
    finally:
        os.umask(mask)
    git = sandbox.root / ".git"
    written = [path for part in ("forge", "objects", "refs") for path in (git / part).rglob("*")]
    closed = [path for path in written if not mode(path) & stat.S_IRGRP]
    assert closed == []


@pytest.mark.parametrize(
    "words", [("status",), ("new", "item", "A thought"), ("list",), ("no-such-verb",)]
)
def test_no_command_leaves_files_that_others_cannot_use(
    sandbox: Sandbox, words: tuple[str, ...]
) -> None:
    sandbox.git("config", "core.sharedRepository", "group")
    before = os.umask(0o077)
    try:
        sandbox.forge(*words)
    finally:
        os.umask(before)
    made = [path for path in (sandbox.root / ".git/forge").rglob("*") if not path.is_symlink()]
    assert made or words == ("no-such-verb",)
    assert [path for path in made if not mode(path) & stat.S_IWGRP] == []
