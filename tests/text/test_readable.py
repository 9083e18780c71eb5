"""Which files are read as documents."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge import regular
from forge.text.readable import why_unreadable


def why(path: Path, root: Path) -> str | None:
    return why_unreadable(str(path), str(root), os.stat(path))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "a.md").write_text("text")
    (tmp_path / "outside.md").write_text("secret")
    return folder


def test_a_regular_file(root: Path) -> None:
    assert why(root / "a.md", root) is None
    assert regular.read_inside(root, "a.md") == b"text"


def test_a_link_inside_the_repository(root: Path) -> None:
    (root / "link.md").symlink_to("a.md")
    assert why(root / "link.md", root) is None and regular.read_inside(root, "link.md") == b"text"


def test_a_link_that_leads_out(root: Path) -> None:
    (root / "link.md").symlink_to("../outside.md")
    assert why(root / "link.md", root) == "it is a link that leads out of the repository"
    with pytest.raises(OSError, match="leads out of the repository"):
        regular.read_inside(root, "link.md")


def test_a_repository_reached_through_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert regular.read_inside(tmp_path / "alias", "a.md") == b"text"


@pytest.mark.parametrize("name", ["folder", "pipe"])
def test_other_kinds_of_files(root: Path, name: str) -> None:
    (root / "folder").mkdir()
    os.mkfifo(root / "pipe")
    assert why(root / name, root) == "it is not a regular file"
    with pytest.raises(OSError, match="not a regular file"):
        regular.read_inside(root, name)


def test_a_huge_file_is_not_read(root: Path) -> None:
    with (root / "a.md").open("wb") as file:
        file.truncate((64 << 20) + 1)
    assert why(root / "a.md", root) == "it has more than 64 MiB"


def test_a_file_of_the_largest_size(root: Path) -> None:
    with (root / "a.md").open("wb") as file:
        file.truncate(64 << 20)
    assert why(root / "a.md", root) is None


def test_a_missing_file(root: Path) -> None:
    with pytest.raises(FileNotFoundError):
        regular.read_inside(root, "missing.md")
