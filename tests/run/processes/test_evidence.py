"""Evidence files: named by their content, without secrets, cut to a limit."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from forge.errors import StorageFailed
from forge.git.repository import Repository
from forge.run.processes.evidence import capture, keep, keep_output
from tests.conftest import Sandbox

SECRET = "AKIA" + "IOSFODNN7EXAMPL" + "E"


def test_a_file_is_named_by_the_hash_of_its_content(tmp_path: Path) -> None:
    entry = keep(tmp_path, "log", "It passed.\n", "log", truncated=False)
    digest = hashlib.sha256(b"It passed.\n").hexdigest()
    assert entry == {
        "kind": "log",
        "path": f"evidence/{digest[:16]}.log",
        "sha256": digest,
        "bytes": 11,
        "truncated": False,
    }
    assert (tmp_path / str(entry["path"])).read_text() == "It passed.\n"


def test_the_same_content_is_one_file(tmp_path: Path) -> None:
    first = keep(tmp_path, "log", "same", "log", truncated=False)
    second = keep(tmp_path, "check", "same", "log", truncated=True)
    assert first["path"] == second["path"] and second["kind"] == "check"
    assert len(list((tmp_path / "evidence").iterdir())) == 1


def test_secrets_are_removed_and_counted(tmp_path: Path) -> None:
    entry = keep(tmp_path, "log", f"key: {SECRET}\n", "log", truncated=False)
    assert entry["secrets_removed"] == 1
    assert SECRET not in (tmp_path / str(entry["path"])).read_text()


def test_a_folder_that_cannot_be_written_to_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("a file, not a folder")
    with pytest.raises(StorageFailed):
        keep(tmp_path, "log", "text", "log", truncated=False)


def test_a_truncated_output_is_also_written_in_full(sandbox: Sandbox, tmp_path: Path) -> None:
    repository = Repository.discover(sandbox.root)
    output = capture(tmp_path, 40)
    lines = [f"line {number:02}\n" for number in range(20)]
    output.add("".join([*lines, SECRET]).encode())
    entry = keep_output(repository, "run-1", tmp_path, output)
    assert entry["truncated"] is True
    tracked = (tmp_path / str(entry["path"])).read_text()
    assert "bytes left out" in tracked
    local = repository.forge_dir / "evidence/run-1" / Path(str(entry["path"])).name
    assert local.read_text().startswith("".join(lines))
    assert SECRET not in local.read_text()


def test_an_output_that_fits_is_written_once(sandbox: Sandbox, tmp_path: Path) -> None:
    repository = Repository.discover(sandbox.root)
    output = capture(tmp_path, 1000)
    output.add(b"short\n")
    entry = keep_output(repository, "run-1", tmp_path, output)
    assert entry["truncated"] is False
    assert not (repository.forge_dir / "evidence").exists()


def test_unscrubbed_output_has_no_name_on_disk(tmp_path: Path) -> None:
    output = capture(tmp_path, 10)
    output.add(b"x" * 10_000)
    assert list(tmp_path.iterdir()) == []
