"""The contents of a report."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from forge.views.reports import report
from forge.views.reports.report import Evidence


@pytest.fixture
def record(tmp_path: Path) -> Any:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence/abc.log").write_bytes(b"It passed \xff\n")
    (tmp_path / "outside.txt").write_text("secret")
    return SimpleNamespace(folder=tmp_path)


def evidence(record: Any, path: str, **more: object) -> Evidence:
    return report._evidence(record, {"path": path, "sha256": "ab" * 32, "kind": "log", **more})


def test_evidence_has_its_text(record: Any) -> None:
    made = evidence(record, "evidence/abc.log", truncated=True)
    assert (made.text, made.truncated) == ("It passed \ufffd\n", True)
    assert made.anchor == f"evidence-{'ab' * 8}"


@pytest.mark.parametrize(
    "path", ["evidence/gone.log", "../outside.txt", "/etc/passwd", "evidence/..", "", "None"]
)
def test_a_path_of_an_event_never_leads_out_of_the_run(record: Any, path: str) -> None:
    assert evidence(record, path).text is None


def test_a_link_is_not_followed(record: Any) -> None:
    (record.folder / "evidence/link.log").symlink_to(record.folder / "outside.txt")
    assert evidence(record, "evidence/link.log").text is None


def test_a_long_diff_is_cut(record: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "_MOST_LINES", 3)
    ranges = SimpleNamespace(ranges=["a", "b"], missing=[])
    monkeypatch.setattr(report, "changes_of", lambda repository, record, step: ranges)
    monkeypatch.setattr(report, "patch", lambda repository, one: f"{one}1\n{one}2\n")
    monkeypatch.setattr(report, "stats", lambda repository, one: [one])
    chapter: Any = SimpleNamespace(step=SimpleNamespace(commits=["c"]))
    diff = report._diff(SimpleNamespace(), record, chapter)  # type: ignore[arg-type]
    assert diff is not None
    assert (diff.text, diff.left_out, diff.files) == ("a1\na2\nb1", 1, ["a", "b"])


def test_a_step_without_commits_has_no_diff(record: Any) -> None:
    for step in (None, SimpleNamespace(commits=[])):
        chapter: Any = SimpleNamespace(step=step)
        assert report._diff(SimpleNamespace(), record, chapter) is None  # type: ignore[arg-type]
