"""The scan of `.planning/`: which files the outline is made of."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.cache import stamps
from forge.views.outline.scan import files_below


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stamps, "settled", lambda status, now: True)
    return tmp_path


def put(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("x")


def test_without_a_planning_folder_there_is_nothing(root: Path) -> None:
    files = files_below(root)
    assert (files.plans, files.summaries, files.others, files.phases) == ({}, set(), {}, {})


def test_files_are_distinguished_by_name_and_folder(root: Path) -> None:
    put(
        root,
        ".planning/phases/01-a/01-01-PLAN.md",
        ".planning/phases/01-a/01-01-SUMMARY.md",
        ".planning/phases/01-a/README.md",
        ".planning/phases/01-a/notes/README.md",
        ".planning/phases/02-b/notes.txt",
        ".planning/quick/001/001-PLAN.md",
        ".planning/missions/win.yaml",
        ".planning/missions/notes.md",
        ".planning/archive/missions/old.yaml",
        ".planning/backlog/k3f-tea.md",
        ".planning/backlog/notes.yaml",
        ".planning/archive/backlog/k3a-old.md",
        ".planning/archive/phases/00-z/00-01-PLAN.md",
        ".planning/README.md",
        "01-09-PLAN.md",
    )
    files = files_below(root)
    assert sorted(files.plans) == [
        ".planning/archive/phases/00-z/00-01-PLAN.md",
        ".planning/phases/01-a/01-01-PLAN.md",
        ".planning/quick/001/001-PLAN.md",
    ]
    assert files.summaries == {".planning/phases/01-a/01-01-SUMMARY.md"}
    assert sorted(files.others) == [
        ".planning/archive/backlog/k3a-old.md",
        ".planning/archive/missions/old.yaml",
        ".planning/backlog/k3f-tea.md",
        ".planning/missions/win.yaml",
    ]
    assert [*files.phases] == [".planning/phases/01-a", ".planning/phases/02-b"]
    assert files.archived_phases == [".planning/archive/phases/00-z"]


def test_stamps_are_those_of_the_files(root: Path) -> None:
    put(root, ".planning/phases/01-a/01-01-PLAN.md", ".planning/phases/01-a/README.md")
    put(root, ".planning/phases/02-b/x.md")
    files = files_below(root)
    plan = ".planning/phases/01-a/01-01-PLAN.md"
    assert files.plans[plan] == stamps.stamp_of(root / plan) != ""
    assert files.phases[".planning/phases/01-a"] != ""
    assert files.phases[".planning/phases/02-b"] == "", "it has no page"


def test_runs_and_proofs_are_left_out(root: Path) -> None:
    put(root, ".planning/runs/r/x-PLAN.md", ".planning/proofs/x-PLAN.md")
    assert files_below(root).plans == {}


def test_links_to_folders_are_not_followed(root: Path) -> None:
    put(root, "elsewhere/01-01-PLAN.md", ".planning/phases/01-a/01-02-PLAN.md")
    (root / ".planning/phases/02-b").symlink_to(root / "elsewhere")
    assert [*files_below(root).plans] == [".planning/phases/01-a/01-02-PLAN.md"]


def test_a_link_to_nothing_is_a_document_without_a_stamp(root: Path) -> None:
    put(root, ".planning/phases/01-a/x.md")
    (root / ".planning/phases/01-a/01-01-PLAN.md").symlink_to("nowhere")
    assert files_below(root).plans == {".planning/phases/01-a/01-01-PLAN.md": ""}
