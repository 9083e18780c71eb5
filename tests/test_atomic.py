"""Writes that are there whole or not at all, whatever the disk refuses."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from forge import atomic
from forge.errors import StorageFailed

NO_SPACE = OSError(28, "No space left on device")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_new_file_in_a_new_folder(tmp_path: Path) -> None:
    atomic.write(tmp_path / "a/b/file", b"content", mode=0o600)
    assert (tmp_path / "a/b/file").read_bytes() == b"content"
    assert (tmp_path / "a/b/file").stat().st_mode & 0o777 == 0o600
    assert files(tmp_path) == ["a/b/file"]


def test_an_empty_file(tmp_path: Path) -> None:
    atomic.write(tmp_path / "file", b"")
    assert (tmp_path / "file").read_bytes() == b""


def test_a_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    atomic.write(tmp_path / "file", b"new", durable=False)
    assert (tmp_path / "file").read_bytes() == b"new"
    assert files(tmp_path) == ["file"]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"target")
    (tmp_path / "file").symlink_to("target")
    atomic.write(tmp_path / "file", b"new")
    assert (tmp_path / "target").read_bytes() == b"target"
    assert not (tmp_path / "file").is_symlink()


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, bytes(data[:3])))
    atomic.write(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    calls: list[int] = []

    def fail(descriptor: int, data: memoryview) -> int:
        calls.append(1)
        if len(calls) > 1:
            raise NO_SPACE
        return write(descriptor, bytes(data[:2]))

    monkeypatch.setattr(os, "write", fail)


def refused(name: str) -> Callable[[Path, pytest.MonkeyPatch], None]:
    def inject(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*words: object, **named: object) -> None:
            raise NO_SPACE

        monkeypatch.setattr(os, name, fail)

    return inject


@pytest.mark.parametrize(
    "inject", [half_written, refused("fdatasync"), refused("open"), refused("replace")]
)
def test_a_failed_write_leaves_the_old_content_and_nothing_beside_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    inject: Callable[[Path, pytest.MonkeyPatch], None],
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with monkeypatch.context() as patched:
        inject(tmp_path, patched)
        with pytest.raises(StorageFailed, match="No space left on device") as caught:
            atomic.write(tmp_path / "file", b"new content")
    assert caught.value.hint
    assert (tmp_path / "file").read_bytes() == b"old"
    assert files(tmp_path) == ["file"]


def test_a_folder_that_cannot_be_flushed_is_an_error_and_the_file_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"old")
    refused("fsync")(tmp_path, monkeypatch)
    with pytest.raises(StorageFailed):
        atomic.write(tmp_path / "file", b"new content")
    assert (tmp_path / "file").read_bytes() == b"new content"
    assert files(tmp_path) == ["file"]


def test_the_temporary_file_is_in_the_staging_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    write = os.write

    def watch(descriptor: int, data: memoryview) -> int:
        seen.extend(files(tmp_path))
        return write(descriptor, data)

    monkeypatch.setattr(os, "write", watch)
    atomic.write(tmp_path / "place/file", b"x", staging=tmp_path / "staging")
    assert [name.startswith("staging/") for name in seen] == [True]
    assert files(tmp_path) == ["place/file"]


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    with subprocess.Popen(["true"]) as child:
        dead = child.pid
    left = tmp_path / f".forge-{dead}-0a1b2c3d.tmp"
    mine, users = atomic.beside(tmp_path), tmp_path / f".notes.{dead}-0a1b2c3d.tmp"
    for path in (left, mine, users):
        path.touch()
    (tmp_path / f".forge-{dead}-00000000.tmp").mkdir()
    atomic.remove_unfinished(tmp_path)
    assert files(tmp_path) == sorted([mine.name, users.name])
    atomic.remove_unfinished(tmp_path / "missing")


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    atomic.write(tmp_path / ("x" * 255), b"x")
    assert files(tmp_path) == ["x" * 255]


def test_a_folder_at_the_path_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file/inside").mkdir(parents=True)
    with pytest.raises(StorageFailed):
        atomic.write(tmp_path / "file", b"x")
    assert files(tmp_path) == []


def test_a_file_at_the_path_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(StorageFailed):
        atomic.write(tmp_path / "file/below", b"x")
    assert (tmp_path / "file").read_bytes() == b"old"


def test_a_durable_write_flushes_data_and_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []
    monkeypatch.setattr(atomic, "sync_data", lambda descriptor: flushed.append("data"))
    monkeypatch.setattr(
        atomic, "sync_folder", lambda folder: flushed.append(f"folder {folder.name}")
    )
    atomic.write(tmp_path / "a", b"x", durable=False)
    assert flushed == []
    atomic.write(tmp_path / "b", b"x")
    assert flushed == ["data", f"folder {tmp_path.name}"]


def test_fsync_replaces_a_missing_fdatasync(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    monkeypatch.delattr(os, "fdatasync", raising=False)
    monkeypatch.setattr(os, "fsync", flushed.append)
    atomic.sync_data(7)
    assert flushed == [7]
