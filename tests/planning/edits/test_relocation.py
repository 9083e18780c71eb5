"""New places of documents as renames and edits, and references that keep their meaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from forge.errors import UnknownName, UsageError
from forge.planning.edits import references, relocation
from forge.planning.edits.relocation import Relocation
from forge.planning.names.document import Document
from forge.planning.names.documents import Documents

Make = Callable[..., Path]
P = ".planning/phases"


@pytest.fixture
def root(make_plans: Make) -> Path:
    root = make_plans("phases/01-a/01-01-PLAN.md", "phases/01-a/01-02-PLAN.md", front="plan: 01\n")
    make_plans("phases/02-b/02-01-PLAN.md", front="plan: 02-01\ndepends_on: [01-02, x]\n")
    (root / P / "01-a/01-02-SUMMARY.md").write_text("done")
    mission = root / ".planning/missions/win.yaml"
    mission.parent.mkdir()
    mission.write_text("id: win\nphases: [01-a, 02-b]  # two\n")
    return root


def document(root: Path, name: str) -> Document:
    return Documents(root).one(name)


def plan_to(root: Path, name: str, phase: str, number: str, *named: str) -> Relocation:
    moved = relocation.plan_to(root, document(root, name), document(root, phase), number, named)
    return references.keep(root, Documents(root).catalog.files, moved)


def test_a_plan_takes_its_companions_along(root: Path) -> None:
    moved = plan_to(root, "01-02", "02-b", "07")
    assert str(moved.document) == "plan 02-07"
    assert moved.renames == [
        (f"{P}/01-a/01-02-PLAN.md", f"{P}/02-b/02-07-PLAN.md"),
        (f"{P}/01-a/01-02-SUMMARY.md", f"{P}/02-b/02-07-SUMMARY.md"),
    ]
    before, after = moved.writes[f"{P}/02-b/02-07-PLAN.md"]
    assert b"phase: 1\nplan: 01\n" in before and b"phase: 02\nplan: 07\n" in after


def test_an_entry_that_would_mean_another_plan_is_rewritten(root: Path) -> None:
    moved = plan_to(root, "01-02", "02-b", "07")
    assert b"depends_on: [02-07, x]\n" in moved.writes[f"{P}/02-b/02-01-PLAN.md"][1]


def test_an_entry_that_means_the_same_plan_is_not_touched(root: Path) -> None:
    moved = plan_to(root, "01-01", "02-b", "07")
    assert set(moved.writes) == {f"{P}/02-b/02-07-PLAN.md"}


def test_a_plan_that_is_on_record_lists_its_earlier_path(root: Path) -> None:
    old = f"{P}/01-a/01-02-PLAN.md"
    (_, after), *_ = plan_to(root, "01-02", "02-b", "07", old).writes.values()
    assert f"formerly: [{old}]\n".encode() in after


@pytest.mark.parametrize(
    ("to", "name"),
    [("05", "05-a"), ("new name", "01-new-name"), ("05-New", "05-new"), ("3.1", "3.1-a")],
)
def test_a_phase_gets_another_number_or_slug(root: Path, to: str, name: str) -> None:
    documents = Documents(root)
    moved = relocation.phase_to(root, documents, document(root, "01-a"), to, ())
    assert moved.document == Document("phase", name, f"{P}/{name}")
    assert moved.renames[0] == (f"{P}/01-a", f"{P}/{name}")
    number = name.partition("-")[0]
    assert moved.new_path(f"{P}/01-a/01-01-PLAN.md") == f"{P}/{name}/{number}-01-PLAN.md"
    assert (
        f"phases: [{name}, 02-b]  # two".encode() in moved.writes[".planning/missions/win.yaml"][1]
    )


@pytest.mark.parametrize("to", ["", "-", "---"])
def test_what_is_not_a_name_for_a_phase_is_refused(root: Path, to: str) -> None:
    with pytest.raises(UsageError, match="not a number or a name"):
        relocation.phase_to(root, Documents(root), document(root, "01-a"), to, ())


def test_an_item_keeps_its_id() -> None:
    item = Document("item", "k3f", ".planning/backlog/k3f-old.md")
    moved = relocation.item_to(item, "A new title")
    assert moved.renames == [(item.path, ".planning/backlog/k3f-a-new-title.md")]
    assert moved.document.id == "k3f" and moved.writes == {}


def test_a_mission_gets_another_id(root: Path) -> None:
    moved = relocation.mission_to(root, document(root, "win"), "All in")
    assert moved.document == Document("mission", "all-in", ".planning/missions/all-in.yaml")
    (_, after) = moved.writes[".planning/missions/all-in.yaml"]
    assert after == b"id: all-in\nphases: [01-a, 02-b]  # two\n"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("01-a", ".planning/archive/phases/01-a"),
        ("win", ".planning/archive/missions/win.yaml"),
        ("01-02", ".planning/archive/phases/01-a/01-02-PLAN.md"),
    ],
)
def test_an_archived_document_keeps_its_name(root: Path, name: str, path: str) -> None:
    moved = relocation.archived(root, document(root, name))
    assert moved.document.path == path and moved.document.id == document(root, name).id


@pytest.mark.parametrize(
    ("name", "phase", "number"),
    [("2", "02-b", None), ("02-03", "02-b", "03"), ("2-3b", "02-b", "3b"), ("b", "02-b", None)],
)
def test_the_phase_and_number_that_a_plan_moves_to(
    root: Path, name: str, phase: str, number: str | None
) -> None:
    target = relocation.target_phase(Documents(root), name, root)
    assert (target[0].id, target[1]) == (phase, number)


def test_a_phase_that_does_not_exist_is_named(root: Path) -> None:
    with pytest.raises(UnknownName, match="there is no phase `07-01`"):
        relocation.target_phase(Documents(root), "07-01", root)
