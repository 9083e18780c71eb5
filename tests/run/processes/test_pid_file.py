"""The record of the running child."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from forge.errors import StorageFailed
from forge.run.processes import pid_file
from forge.timeline.process_id import ProcessId


def test_the_recorded_child_is_read_back(tmp_path: Path) -> None:
    child = ProcessId.of(os.getpid())
    pid_file.write(tmp_path, child)
    assert pid_file.read(tmp_path) == child


def test_none_takes_the_place_of_a_child(tmp_path: Path) -> None:
    pid_file.write(tmp_path, ProcessId.of(os.getpid()))
    pid_file.write(tmp_path, None)
    assert pid_file.read(tmp_path) is None


def test_every_record_has_the_same_size(tmp_path: Path) -> None:
    sizes = set()
    for child in (ProcessId(1, 2, "boot"), None, ProcessId(2**22, 2**60, "b" * 36)):
        pid_file.write(tmp_path, child)
        sizes.add((tmp_path / "child.json").stat().st_size)
    assert sizes == {512}


@pytest.mark.parametrize(
    "damage",
    [
        "",
        "null",
        "{",
        "[1]",
        '{"pid": 1}',
        '"x"',
        '{"pid": 0, "start": "", "boot": ""}',
        '{"pid": 1, "start": "", "boot": ""}',
        '{"pid": -5, "start": "", "boot": ""}',
        '{"pid": true, "start": "", "boot": ""}',
        '{"pid": "7", "start": "", "boot": ""}',
        '{"pid": 7, "start": [], "boot": ""}',
    ],
)
def test_a_damaged_file_names_no_child(damage: str, tmp_path: Path) -> None:
    (tmp_path / "child.json").write_text(damage)
    assert pid_file.read(tmp_path) is None


def test_a_folder_that_the_child_removed_matters_only_for_a_new_child(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    pid_file.write(gone, None)
    assert pid_file.read(gone) is None
    with pytest.raises(StorageFailed):
        pid_file.write(gone, ProcessId.of(os.getpid()))
