from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge.git import modes
from forge.git.index import fast_index
from forge.git.index.user_index import (
    hidden_paths,
    index_damage,
    pin_index,
    put_entries,
    rebuild_index,
)
from forge.git.repository import Repository
from forge.git.tree_entries import Entry
from tests.conftest import Sandbox


@pytest.fixture
def index(repository: Repository) -> Path:
    return repository.git_dir / "index"


def test_a_sound_index(sandbox: Sandbox, repository: Repository, index: Path) -> None:
    assert index_damage(repository) is None
    for words in (("--index-version", "4"), ("--split-index",), ("--untracked-cache",)):
        sandbox.git("update-index", *words)
        assert index_damage(repository) is None


@pytest.mark.parametrize("damage", ["truncated", "changed", "empty", "no index", "gone"])
def test_damage(repository: Repository, index: Path, damage: str) -> None:
    data = index.read_bytes()
    if damage == "gone":
        index.unlink()
        assert index_damage(repository) == "is gone"
        return
    index.write_bytes(
        {
            "truncated": data[:-30],
            "changed": data[:40] + bytes([data[40] ^ 1]) + data[41:],
            "empty": b"",
            "no index": b"x" * 100,
        }[damage]
    )
    assert index_damage(repository) == "is damaged"


@pytest.mark.parametrize("setting", ["index.skipHash", "feature.manyFiles", None])
def test_an_index_without_a_checksum(
    sandbox: Sandbox, repository: Repository, index: Path, setting: str | None
) -> None:
    if setting is not None:
        sandbox.git("config", setting, "true")
    index.write_bytes(index.read_bytes()[:-20] + bytes(20))
    assert index_damage(repository) == (None if setting else "is damaged")


def test_hidden_paths(sandbox: Sandbox, repository: Repository, index: Path) -> None:
    for path in ("skipped ü", "assumed", "seen"):
        sandbox.write(path, "x\n")
    sandbox.commit()
    assert hidden_paths(repository, index) == set()
    sandbox.git("update-index", "--skip-worktree", "skipped ü")
    sandbox.git("update-index", "--assume-unchanged", "assumed")
    assert hidden_paths(repository, index) == {"skipped ü", "assumed"}


def test_a_pinned_index_survives_a_new_one(
    sandbox: Sandbox, repository: Repository, index: Path, tmp_path: Path
) -> None:
    before, path = index.read_bytes(), tmp_path / "pinned"
    pin_index(repository, path)
    sandbox.write("new", "x\n")
    sandbox.git("add", "new")
    assert index.read_bytes() != before
    assert path.read_bytes() == before


def test_a_missing_index_is_pinned_as_missing(
    repository: Repository, index: Path, tmp_path: Path
) -> None:
    path = tmp_path / "pinned"
    pin_index(repository, path)
    index.unlink()
    pin_index(repository, path)
    assert not path.exists()


def test_without_hard_links_the_index_is_copied(
    repository: Repository, index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "pinned"
    pin_index(repository, path)
    assert path.read_bytes() == index.read_bytes()
    assert not path.samefile(index)


def test_a_rebuilt_index_is_as_head(sandbox: Sandbox, repository: Repository, index: Path) -> None:
    index.write_bytes(b"torn")
    aside = sandbox.root.parent / "aside"
    rebuild_index(repository, aside)
    assert sandbox.status() == []
    (kept,) = aside.iterdir()
    assert kept.read_bytes() == b"torn"
    index.unlink()
    rebuild_index(repository, aside)
    assert sandbox.status() == []
    assert len(list(aside.iterdir())) == 1


@pytest.mark.parametrize("plain", [True, False], ids=["without git", "with git"])
def test_entries_are_set_and_others_stay(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    if not plain:
        monkeypatch.setattr(fast_index, "_LARGEST", 0)
    sandbox.write("folder/inside", "x\n")
    sandbox.write("staged", "x\n")
    sandbox.git("add", "-A")
    blob = sandbox.git("rev-parse", ":README.md").strip()
    entries: dict[str, Entry] = {
        "README.md": None,
        "missing": None,
        "folder": (modes.EXECUTABLE, blob),
        "a/new": (modes.FILE, blob),
    }
    put_entries(repository, entries)
    lines = sandbox.git("ls-files", "-s").splitlines()
    assert {line.partition("\t")[2]: line.split(" ")[0] for line in lines} == {
        ".gitignore": "100644",
        "a/new": "100644",
        "folder": "100755",
        "staged": "100644",
    }


def test_entries_are_set_in_the_latest_index(
    sandbox: Sandbox, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    blob = sandbox.git("rev-parse", ":README.md").strip()
    sandbox.write("theirs", "x\n")
    read = fast_index.read
    interruptions = [lambda: sandbox.git("add", "theirs")]

    def interrupted(path: Path, *, small: bool = True) -> fast_index.PlainIndex | None:
        if interruptions:
            interruptions.pop()()
        return read(path, small=small)

    monkeypatch.setattr(fast_index, "read", interrupted)
    put_entries(repository, {"new": (modes.FILE, blob)})
    assert {"new", "theirs"} <= set(sandbox.git("ls-files").split())
