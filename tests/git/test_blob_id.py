from __future__ import annotations

from pathlib import Path

import pytest

from forge.git.blob_id import EMPTY_TREE, blob_id, file_blob_id, object_id
from tests.conftest import Sandbox


@pytest.mark.parametrize("data", [b"", b"text\n", b"\0\xff" * 1000])
def test_a_blob_has_the_id_that_git_gives_it(sandbox: Sandbox, data: bytes) -> None:
    path = sandbox.write("file", data)
    expected = sandbox.git("hash-object", "--no-filters", "file").strip()
    assert blob_id(data) == expected
    assert file_blob_id(path) == expected


def test_a_file_that_cannot_be_read_has_no_id(tmp_path: Path) -> None:
    assert file_blob_id(tmp_path / "missing") == ""
    assert file_blob_id(tmp_path) == ""


def test_the_empty_tree() -> None:
    assert object_id("tree", b"") == EMPTY_TREE
