from __future__ import annotations

import json
import shutil

import pytest

from forge.errors import StorageFailed
from forge.git import clone
from forge.git.clone import clone_id, known_clone_id, restore_clone_id
from forge.git.repository import Repository
from tests.conftest import Sandbox


def test_an_id_is_made_once(repository: Repository) -> None:
    assert known_clone_id(repository) is None
    identity = clone_id(repository)
    assert len(identity) == 16
    assert clone_id(repository) == known_clone_id(repository) == identity


def test_a_copy_of_the_folder_gets_another_id(sandbox: Sandbox, repository: Repository) -> None:
    identity = clone_id(repository)
    shutil.copytree(sandbox.root, sandbox.root.parent / "copy", symlinks=True)
    copy = Repository.discover(sandbox.root.parent / "copy")
    assert known_clone_id(copy) is None
    assert clone_id(copy) != identity
    assert clone_id(repository) == identity


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"id": "x"}', "null", "\0"])
def test_a_damaged_file_has_no_id(repository: Repository, text: str) -> None:
    clone_id(repository)
    (repository.forge_dir / "clone.json").write_text(text)
    assert known_clone_id(repository) is None
    assert clone_id(repository)


def test_a_removed_id_is_restored(repository: Repository) -> None:
    identity = clone_id(repository)
    (repository.forge_dir / "clone.json").unlink()
    restore_clone_id(repository, identity)
    assert known_clone_id(repository) == identity
    before = (repository.forge_dir / "clone.json").stat().st_mtime_ns
    restore_clone_id(repository, identity)
    assert (repository.forge_dir / "clone.json").stat().st_mtime_ns == before


def test_an_id_that_cannot_be_stored(repository: Repository) -> None:
    repository.forge_dir.write_text("a file in place of the folder")
    with pytest.raises(StorageFailed):
        clone_id(repository)


def test_the_id_is_bound_to_the_git_directory(repository: Repository) -> None:
    clone_id(repository)
    path = repository.forge_dir / "clone.json"
    data = json.loads(path.read_text())
    assert data["git_dir"]["inode"] == repository.git_dir.stat().st_ino
    data["git_dir"] = {**data["git_dir"], "born": "1.000000000"}
    path.write_text(json.dumps(data))
    assert known_clone_id(repository) is None, "an inode may be used again"


def test_a_renamed_folder_keeps_its_id(sandbox: Sandbox, repository: Repository) -> None:
    identity = clone_id(repository)
    renamed = sandbox.root.rename(sandbox.root.with_name("renamed"))
    assert known_clone_id(Repository.discover(renamed)) == identity


def test_the_device_counts_where_nothing_tells_when_an_inode_was_made(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clone, "birth_time", lambda path: None)
    clone_id(repository)
    place = json.loads((repository.forge_dir / "clone.json").read_text())["git_dir"]
    assert place == {
        "inode": repository.git_dir.stat().st_ino,
        "device": repository.git_dir.stat().st_dev,
    }
