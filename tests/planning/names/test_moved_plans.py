"""The current path of a plan: by the earlier paths that it lists, by its text, by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.planning.names.moved_plans import current_paths, earlier_paths, formerly, tail

OLD = ".planning/phases/01-a/01-01-PLAN.md"
NEW = ".planning/phases/02-b/02-01-PLAN.md"
ARCHIVED = ".planning/archive/phases/01-a/01-01-PLAN.md"


@pytest.mark.parametrize(
    ("plans", "blobs", "path"),
    [
        ({NEW: [OLD]}, {}, NEW),
        ({NEW: [], ARCHIVED: []}, {}, ARCHIVED),
        ({NEW: []}, {NEW: "abc"}, NEW),
        ({NEW: [OLD], ARCHIVED: []}, {ARCHIVED: "abc"}, NEW),
        ({NEW: []}, {}, None),
        ({NEW: [OLD], ARCHIVED: [OLD]}, {}, None),
        ({}, {}, None),
    ],
)
def test_a_plan_that_was_moved_is_found(
    plans: dict[str, list[str]], blobs: dict[str, str], path: str | None
) -> None:
    paths = current_paths({OLD: "abc"}, plans, lambda plan: blobs.get(plan, "other"))
    assert paths == ({OLD: path} if path else {})


def test_a_plan_whose_old_blob_is_unknown_is_not_found_by_its_text() -> None:
    assert current_paths({OLD: ""}, {NEW: []}, lambda plan: "") == {}


def test_the_earlier_paths_that_a_plan_lists() -> None:
    data = f"---\nphase: 1\nformerly: [{OLD}, b]\n---\n".encode()
    assert list(formerly(NEW, data)) == [OLD, "b"]
    assert list(formerly(NEW, b"---\nphase: 1\n---\n")) == []


def test_the_plans_of_a_work_tree(tmp_path: Path) -> None:
    place = tmp_path / NEW
    place.parent.mkdir(parents=True)
    place.write_text(f"---\nformerly: {OLD}\n---\n")
    (place.parent / "02-02-PLAN.md").symlink_to("nowhere")
    assert earlier_paths(tmp_path) == {NEW: [OLD], f"{Path(NEW).parent}/02-02-PLAN.md": []}


def test_an_archive_keeps_the_name_of_the_folder_and_of_the_file() -> None:
    assert tail(OLD) == tail(ARCHIVED) == ("01-a", "01-01-PLAN.md") != tail(NEW)
