from __future__ import annotations

import json
import shutil

import pytest

from forge.errors import StorageFailed
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


def test_the_id_is_bound_to_its_file(repository: Repository) -> None:
    clone_id(repository)
    path = repository.forge_dir / "clone.json"
    assert json.loads(path.read_text())["inode"] == path.stat().st_ino
