"""File stamps: the same stamp means the same content."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forge.cache import stamps

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND + 1


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file, in a process to which it looks old."""
    path = tmp_path / "a.txt"
    path.write_text("one")
    monkeypatch.setattr(stamps, "settled", lambda status, now: True)
    return path


def status(changed: int, stored: int) -> Any:
    return SimpleNamespace(st_mtime_ns=changed, st_ctime_ns=stored)


def test_an_unchanged_file_keeps_its_stamp(file: Path) -> None:
    assert stamps.stamp_of(file) == stamps.stamp_of(str(file)) != ""


def test_a_scan_gives_the_same_stamp(file: Path) -> None:
    with os.scandir(file.parent) as entries:
        assert [stamps.of_entry(entry) for entry in entries] == [stamps.stamp_of(file)]


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text("longer"),
        lambda path: path.write_text("two"),
        lambda path: os.utime(path, (1, 1)),
        lambda path: path.chmod(0o600),
        lambda path: (path.with_name("b").write_text("one"), path.with_name("b").replace(path)),
    ],
    ids=["size", "content", "time", "mode", "another file"],
)
def test_a_change_shows_in_the_stamp(file: Path, change: Any) -> None:
    before = stamps.stamp_of(file)
    time.sleep(0.02)
    change(file)
    assert stamps.stamp_of(file) not in ("", before)


def test_a_change_that_sets_the_time_back_shows_all_the_same(file: Path) -> None:
    before, times = stamps.stamp_of(file), file.stat()
    time.sleep(0.02)
    file.write_text("two")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert file.stat().st_mtime_ns == times.st_mtime_ns
    assert stamps.stamp_of(file) != before


def test_a_missing_file_has_no_stamp(tmp_path: Path) -> None:
    assert stamps.stamp_of(tmp_path / "none") == ""
    assert stamps.stamp_of("nul\0byte") == ""
    (tmp_path / "link").symlink_to("nowhere")
    with os.scandir(tmp_path) as entries:
        assert [stamps.of_entry(entry) for entry in entries] == [""]


def test_a_file_that_changed_a_moment_ago_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("x")
    now = time.time_ns()
    assert stamps.settled((tmp_path / "new").stat(), now + SECOND * 3)
    assert not stamps.settled((tmp_path / "new").stat(), now)


@pytest.mark.parametrize(
    ("changed", "stored", "answer"),
    [
        (NOW - SECOND, NOW - SECOND, True),
        (NOW - 1_000_000, NOW - SECOND, False),
        (NOW - SECOND, NOW - 1_000_000, False),
        (NOW + SECOND, NOW - SECOND, False),  # a time in the future says nothing
        (0, NOW - SECOND, True),
        (NOW - 1 - SECOND, NOW - 1 - SECOND, False),  # whole seconds: a coarse clock
        (NOW - 1 - 3 * SECOND, NOW - 1 - 3 * SECOND, True),
    ],
)
def test_a_file_is_settled_once_the_clock_has_moved_on(
    changed: int, stored: int, answer: bool
) -> None:
    assert stamps.settled(status(changed, stored), NOW) is answer


def test_a_file_that_was_read_before_needs_patience(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    changed = path.stat().st_ctime_ns
    monkeypatch.setattr(time, "time_ns", lambda: changed + 3 * SECOND)
    assert stamps.stamp_of(path) != ""
    assert stamps.stamp_of(path, patience=4 * SECOND) == ""
    assert stamps.stamp_of(path, patience=SECOND // 2) == stamps.stamp_of(path)
