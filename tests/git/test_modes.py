from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge.git import modes
from forge.git.repository import Repository
from tests.conftest import Sandbox


@pytest.mark.parametrize(
    ("permissions", "mode"),
    [
        (0o644, modes.FILE),
        (0o600, modes.FILE),
        (0o755, modes.EXECUTABLE),
        (0o700, modes.EXECUTABLE),
        (0o655, modes.FILE),  # git asks only whether the owner may execute
    ],
)
def test_mode_of_a_regular_file(tmp_path: Path, permissions: int, mode: int) -> None:
    path = tmp_path / "file"
    path.touch()
    path.chmod(permissions)
    assert modes.of_file(path.lstat()) == mode


def test_mode_of_a_link_is_not_that_of_its_target(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("nowhere")
    assert modes.of_file((tmp_path / "link").lstat()) == modes.LINK


def test_folders_and_pipes_are_not_tracked(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert modes.of_file((tmp_path / "pipe").lstat()) == 0
    assert modes.of_file(tmp_path.lstat()) == 0


def test_modes_are_those_that_git_records(sandbox: Sandbox, repository: Repository) -> None:
    sandbox.write("file", "x").chmod(0o600)
    sandbox.write("script", "x").chmod(0o755)
    (sandbox.root / "link").symlink_to("file")
    sandbox.git("add", "-A")
    for line in sandbox.git("ls-files", "-s", "file", "script", "link").splitlines():
        mode, _, rest = line.split(" ", 2)
        path = rest.partition("\t")[2]
        assert modes.of_file((sandbox.root / path).lstat()) == int(mode, 8)
