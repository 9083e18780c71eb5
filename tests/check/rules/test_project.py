"""A project as rules between documents see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.check.rules.project import Project, exists_below
from tests.check.rules.projects import plan, project

A, B = "phases/01-start/01-01-PLAN.md", "phases/01-start/01-02-PLAN.md"
ARCHIVED = "milestones/v1-phases/03-old/03-01-PLAN.md"


def done(whole: Project) -> list[bool]:
    return [whole.done(file) for file in whole.files]


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        (None, [False, False]),
        ("phases/01-start/01-01-SUMMARY.md", [True, False]),
        ("phases/01-start/01-02-SUMMARY.md", [False, True]),
        ("phases/01-start/SUMMARY.md", [True, True]),
        ("phases/01-start/PHASE-SUMMARY.md", [True, True]),
        ("phases/01-start/01-SUMMARY.md", [True, True]),
        ("phases/01-start/1-SUMMARY.md", [True, True]),
        ("phases/01-start/notes-SUMMARY.md", [False, False]),
    ],
)
def test_summaries_are_evidence(summary: str | None, expected: list[bool]) -> None:
    documents = {A: plan(), B: plan(), **({summary: "x"} if summary else {})}
    assert done(project(documents)) == expected


def test_a_completed_run_is_evidence() -> None:
    whole = project({A: plan(), B: plan()}, completed=frozenset([f".planning/{B}"]))
    assert done(whole) == [False, True]


def test_archived_plans_are_settled_and_not_done() -> None:
    whole = project({ARCHIVED: plan()})
    (file,) = whole.files
    assert whole.settled(file) and not whole.done(file)


def test_a_ticked_phase_claims_its_plans() -> None:
    whole = project({A: plan(), "ROADMAP.md": "- [x] **Phase 1: A**\n"})
    assert whole.claimed(whole.files[0]) and not whole.done(whole.files[0])
    whole = project({A: plan(), "ROADMAP.md": "- [ ] **Phase 1: A**\n"})
    assert not whole.claimed(whole.files[0])


def test_unreadable_plans_are_left_out() -> None:
    whole = project({A: plan(), B: plan()})
    without = Project(whole.root, whole.files, lambda path: None, whole.exists)
    assert list(without.read()) == []
    assert [file.path for file, _ in whole.read()] == [f".planning/{A}", f".planning/{B}"]
    assert [file.path for file, _ in whole.read(whole.files[1:])] == [f".planning/{B}"]


def test_plans_by_folder_and_phases_by_number() -> None:
    whole = project({A: plan(), B: plan(), "phases/02.1-x/02.1-01-PLAN.md": plan()})
    assert {folder: len(files) for folder, files in whole.by_folder.items()} == {
        ".planning/phases/01-start": 2,
        ".planning/phases/02.1-x": 1,
    }
    assert list(whole.phases) == ["1", "2.1"]


def test_archived_phases() -> None:
    whole = project({A: plan()}, folders=(".planning/milestones/v1-phases/03-old",))
    assert whole.archived_phases == {"3"} and whole.phases == {}


def test_a_path_exists_on_the_disk_or_in_git(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/b").write_text("")
    (tmp_path / "link").symlink_to("nowhere")
    calls: list[int] = []

    def tracked() -> frozenset[str]:
        calls.append(1)
        return frozenset(["sparse", "sparse/file"])

    exists = exists_below(tmp_path, tracked)
    assert exists("a") and exists("a/b") and exists("link") and not calls
    assert exists("sparse/") and exists("sparse/file") and not exists("missing")
    assert exists("missing") is False and len(calls) == 3
