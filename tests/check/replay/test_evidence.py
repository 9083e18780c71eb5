"""Evidence files against what events say about them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from forge.check.replay.evidence import check_evidence
from forge.check.replay.record import Report
from tests.check.replay.units import Log, messages

DATA = b"output\n"
DIGEST = hashlib.sha256(DATA).hexdigest()
PATH = f"evidence/{DIGEST[:16]}.txt"


def entry(**more: Any) -> dict[str, Any]:
    values = {"kind": "output", "path": PATH, "sha256": DIGEST, "bytes": len(DATA)}
    return {**values, "truncated": False, **more}


def problems(folder: Path, *entries: dict[str, Any]) -> list[str]:
    report = Report()
    check_evidence(Log().add("x", None, entries).record(folder), report)
    assert all(seq == 1 for seq, _ in messages(report))
    return [message for _, message in messages(report)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "evidence").mkdir()
    (tmp_path / PATH).write_bytes(DATA)
    return tmp_path


def test_a_file_as_it_was_recorded(folder: Path) -> None:
    assert problems(folder, entry()) == []


@pytest.mark.parametrize(
    "path",
    [
        "../run.yaml",
        "evidence/x.txt",
        f"evidence/{DIGEST[:16]}",
        f"evidence/{DIGEST}.txt",
        f"/evidence/{DIGEST[:16]}.txt",
        f"evidence/../{DIGEST[:16]}.txt",
        None,
        3,
    ],
)
def test_a_path_that_is_not_one_of_evidence(folder: Path, path: object) -> None:
    assert problems(folder, entry(path=path)) == [f"{str(path)!r} is not a path of evidence"]


def test_a_file_that_is_not_named_after_its_hash(folder: Path) -> None:
    other = "0" * 64
    assert problems(folder, entry(sha256=other)) == [
        f"{PATH} is not named after its hash, {'0' * 16}"
    ]


def test_a_missing_file(folder: Path) -> None:
    (folder / PATH).unlink()
    assert problems(folder, entry()) == [f"{PATH} cannot be read: No such file or directory"]


@pytest.mark.parametrize("data", [b"", b"other\n", DATA + b"x"])
def test_a_changed_file(folder: Path, data: bytes) -> None:
    (folder / PATH).write_bytes(data)
    assert problems(folder, entry()) == [f"{PATH} was changed: its content has another hash"]


def test_a_link_is_not_followed(folder: Path) -> None:
    (folder / PATH).rename(folder / "elsewhere")
    (folder / PATH).symlink_to(folder / "elsewhere")
    assert problems(folder, entry()) == [f"{PATH} cannot be read: it is a symbolic link"]


@pytest.mark.parametrize("size", [0, 6, None, "7"])
def test_a_wrong_size(folder: Path, size: object) -> None:
    assert problems(folder, entry(bytes=size)) == [f"{PATH} has 7 bytes, not {size}"]


def test_a_complete_file_that_is_called_truncated(folder: Path) -> None:
    assert problems(folder, entry(truncated=True)) == [f"{PATH} is complete, not truncated"]


def test_a_file_may_be_shorter_because_of_secrets(folder: Path) -> None:
    assert problems(folder, entry(truncated=True, secrets_removed=1)) == []


def test_a_truncated_file_has_a_mark(folder: Path) -> None:
    data = "start\n[… 12 bytes left out …]\nend\n".encode()
    digest = hashlib.sha256(data).hexdigest()
    path = f"evidence/{digest[:16]}.txt"
    (folder / path).write_bytes(data)
    named = entry(path=path, sha256=digest, bytes=len(data), truncated=True)
    assert problems(folder, named) == []


def test_several_problems_of_several_files(folder: Path) -> None:
    listed = problems(folder, entry(), entry(bytes=1, truncated=True), entry(path="x"))
    assert len(listed) == 3
