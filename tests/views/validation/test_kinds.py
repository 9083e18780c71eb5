"""The kinds of documents by their path, and the documents below folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.errors import UsageError
from forge.views.validation.kinds import documents, folders_of_phases, kind_of


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".planning/phases/01-a/01-01-PLAN.md", "plan"),
        ("anywhere/PLAN.md", "plan"),
        (".planning/forge.yaml", "settings"),
        ("/root/.planning/ROADMAP.md", "roadmap"),
        (".planning/REQUIREMENTS.md", "requirements"),
        (".planning/milestones/v1-REQUIREMENTS.md", "requirements"),
        (".planning/STATE.md", "state"),
        (".planning/config.json", "config"),
        (".planning/PROJECT.md", "project"),
        (".planning/missions/win.yaml", "mission"),
        (".planning/missions/deeper/win.yaml", ""),
        (".planning/proofs/x.yaml", "proof"),
        (".planning/runs/r/run.yaml", "run"),
        (".planning/runs/r/timeline.jsonl", "timeline"),
        (".planning/runs/r/other.yaml", ""),
        (".planning/backlog/k3f-x.md", "item"),
        (".planning/backlog/README.md", ""),
        (".planning/backlog/.hidden.md", ""),
        (".planning/phases/01-a/README.md", "phase"),
        (".planning/phases/01-a/01-01-SUMMARY.md", "summary"),
        (".planning/phases/01-a/01-VERIFICATION.md", "verification"),
        (".planning/phases/01-a/notes.md", ""),
        ("ROADMAP.md", ""),
        ("x.planning/ROADMAP.md", ""),
    ],
)
def test_the_kind_of_a_path(path: str, kind: str) -> None:
    assert kind_of(path) == kind


def test_documents_of_files_and_folders(tmp_path: Path) -> None:
    for path in ("b/.planning/ROADMAP.md", "b/x/PLAN.md", "a/.git/x/PLAN.md", "a/other.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    (tmp_path / "link").symlink_to("b")
    (tmp_path / "a/link").symlink_to(tmp_path / "b")
    root = tmp_path.resolve()
    kinds = [
        (Path(document.place).relative_to(root).as_posix(), document.named)
        for document in documents([tmp_path / "b", tmp_path / "a", tmp_path / "a/other.md"])
    ]
    assert kinds == [
        ("b/.planning/ROADMAP.md", False),
        ("b/x/PLAN.md", False),
        ("a/other.md", True),
    ]


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        list(documents([tmp_path / "gone"]))
    (tmp_path / "dangling").symlink_to("gone")
    assert [document.named for document in documents([tmp_path / "dangling"])] == [True]


def test_folders_of_phases_include_archived_milestones(tmp_path: Path) -> None:
    for path in ("phases/02-b", "phases/01-a", "milestones/v1/phases/01-x", "milestones/v1/02-y"):
        (tmp_path / ".planning" / path).mkdir(parents=True)
    (tmp_path / ".planning/phases/file.md").write_text("")
    assert folders_of_phases(str(tmp_path)) == (
        ".planning/phases/01-a",
        ".planning/phases/02-b",
        ".planning/milestones/v1",
        ".planning/milestones/v1/02-y",
        ".planning/milestones/v1/phases",
        ".planning/milestones/v1/phases/01-x",
    )
    assert folders_of_phases(str(tmp_path / "gone")) == ()
