"""The cache of readings: unchanged documents are not read again, and changes are never missed."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from forge.text.source import Source
from forge.views.validation import document_set
from forge.views.validation.reading import Reading
from forge.views.validation.validate import validate
from tests.check.rules.plan_texts import PATH, SOUND, changed


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    place = tmp_path / "work"
    (place / PATH).parent.mkdir(parents=True)
    subprocess.run(["git", "init", "-q", str(place)], check=True)
    settled(place / PATH, SOUND)
    settled(
        place / PATH.replace("01-01", "01-02"),
        SOUND.replace("plan: 01", "plan: 02\ndepends_on: [01-03]"),
    )
    return place


def settled(path: Path, text: str) -> None:
    """Write a file whose times say that it changed a while ago."""
    path.write_text(text)
    moment = time.time_ns() - 10_000_000_000
    os.utime(path, ns=(moment, moment))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The documents that were read anew, in order; changed files count as settled at once."""
    monkeypatch.setattr("forge.cache.stamps.settled", lambda status, now: True)
    return spied(monkeypatch)


def spied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    original = document_set.read

    def read(kind: str, root: Path, source: Source) -> Reading:
        asked.append(source.path)
        return original(kind, root, source)

    monkeypatch.setattr(document_set, "read", read)
    return asked


def cache_of(root: Path) -> Path:
    (cache,) = (root / ".git/forge/cache").glob("documents-*.cache")
    return cache


def test_unchanged_documents_are_not_read_again(root: Path, reads: list[str]) -> None:
    first = validate(root, [])
    assert len(reads) == 2 and first.findings
    again = validate(root, [])
    assert len(reads) == 2
    assert again == first, "findings, documents and lines are the same, cold and warm"
    settled(root / PATH, changed("wave: 1", "wave: x"))
    assert {finding.rule for finding in validate(root, []).findings} >= {"front-matter-schema"}
    assert reads[2:] == [PATH]


def test_rules_between_documents_see_changes(root: Path, reads: list[str]) -> None:
    assert any(finding.rule == "depends-unknown" for finding in validate(root, []).findings)
    settled(root / PATH.replace("01-01", "01-03"), SOUND.replace("plan: 01", "plan: 03"))
    assert not any(finding.rule == "depends-unknown" for finding in validate(root, []).findings)
    (root / PATH.replace("01-01", "01-03")).unlink()
    assert any(finding.rule == "depends-unknown" for finding in validate(root, []).findings)


@pytest.mark.parametrize("damage", [b"", b"no database", None], ids=["empty", "other", "torn"])
def test_a_damaged_cache_is_ignored_and_rebuilt(
    root: Path, reads: list[str], damage: bytes | None
) -> None:
    first, path = validate(root, []), cache_of(root)
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) // 2] + b"\xff" * (len(raw) // 2) if damage is None else damage)
    assert validate(root, []) == first
    assert validate(root, []) == first


def test_a_cache_that_cannot_be_written_changes_nothing(root: Path) -> None:
    folder = root / ".git/forge/cache"
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("a file instead of a folder")
    assert validate(root, []).files == 2


def test_a_file_that_changed_just_now_is_not_cached(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("forge.cache.stamps.settled", lambda status, now: False)
    validate(root, [])
    asked = spied(monkeypatch)
    validate(root, [])
    assert len(asked) == 2


def test_nothing_is_cached_outside_a_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    (tmp_path / PATH).parent.mkdir(parents=True)
    (tmp_path / PATH).write_text(SOUND)
    validate(tmp_path, [])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".planning"]


def test_links_that_lead_out_and_special_files_are_not_read(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret line")
    (root / ".planning/phases/01-start/01-08-PLAN.md").symlink_to(tmp_path / "secret")
    os.mkfifo(root / ".planning/phases/01-start/01-09-PLAN.md")
    report = validate(root, [])
    unreadable = [finding.path for finding in report.findings if finding.rule == "unreadable"]
    assert [path[-13:] for path in unreadable] == ["01-08-PLAN.md", "01-09-PLAN.md"]
    assert "secret" not in str(report)


def test_progress_is_reported(root: Path) -> None:
    calls: list[tuple[int, int]] = []
    validate(root, [], progress=lambda done, total: calls.append((done, total)))
    assert calls == [(1, 2), (2, 2)]


def test_documents_of_several_folders_are_checked_with_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    for name in ("one", "two"):
        (tmp_path / name / PATH).parent.mkdir(parents=True)
        (tmp_path / name / PATH).write_text(
            SOUND.replace("plan: 01", "plan: 01\ndepends_on: [01-01]")
        )
    report = validate(tmp_path, [tmp_path / "one", tmp_path / "two"])
    selves = [finding for finding in report.findings if finding.rule == "depends-self"]
    assert [finding.path for finding in selves] == [
        str(tmp_path / name / PATH) for name in ("one", "two")
    ]
    assert report.lines[selves[0].path, selves[0].line] == "depends_on: [01-01]"
