"""The status of backlog items."""

from __future__ import annotations

from pathlib import Path

import pytest

from forge.views.outline.entries import ItemEntry
from forge.views.tracker.backlog import Backlog
from tests.views.tracker.outlines import ROOT, item


def test_items_are_ordered_by_priority_then_id() -> None:
    lines = (
        item("b", priority="P3")
        | item("c", priority="P0")
        | item("a")
        | item("d", priority="urgent")
        | item("e", priority="P2")
    )
    assert [entry.id for entry in Backlog(ROOT, lines).items] == ["c", "a", "d", "e", "b"]


def test_an_item_waits_for_what_it_depends_on() -> None:
    lines = (
        item("a", depends_on=["b", "gone"])
        | item("b", "in_progress")
        | item("c", depends_on=["d"])
        | item("d", "done")
    )
    backlog = Backlog(ROOT, lines)
    by_id = {entry.id: entry for entry in backlog.items}
    assert by_id["a"].reasons == [
        "depends on b, which is in_progress",
        "depends on `gone`, which is not an item",
    ]
    assert [entry.id for entry in backlog.ready] == ["c"]
    assert by_id["b"].reasons == [], "only an item with the status `todo` needs reasons"


def test_archived_items_are_not_listed_but_count_as_dependencies() -> None:
    archive = ".planning/archive/backlog"
    lines = (
        item("a", depends_on=["b"])
        | item("b", "done", folder=archive)
        | item("c", depends_on=["d"])
        | item("d", "blocked", folder=archive)
    )
    backlog = Backlog(ROOT, lines)
    assert [entry.id for entry in backlog.items] == ["a", "c"]
    assert [entry.id for entry in backlog.ready] == ["a"]
    assert backlog.items[1].reasons == ["depends on d, which is blocked and archived"]


def test_evidence_that_exists_meets_a_criterion(tmp_path: Path) -> None:
    (tmp_path / "proof.txt").write_text("yes")
    lines = item("a", "done", criteria=3, unticked=["proof.txt", "gone.txt"])
    (entry,) = Backlog(tmp_path, lines).items
    assert (entry.met, entry.criteria) == (2, 3)
    assert entry.contradiction == "its status is `done`, and 1 of 3 criteria are not met"


@pytest.mark.parametrize(
    ("line", "contradiction"),
    [
        (ItemEntry("a", "A", "done", criteria=1), ""),
        (ItemEntry("a", "A", "done", criteria=1, unticked=[""], forced=True), ""),
        (ItemEntry("a", "A", "todo", criteria=1, unticked=[""]), ""),
        (ItemEntry("a", "A", "todo", problem="bad YAML"), "it cannot be read: bad YAML"),
    ],
)
def test_only_a_done_item_with_open_criteria_contradicts_itself(
    line: ItemEntry, contradiction: str
) -> None:
    (entry,) = Backlog(ROOT, {".planning/backlog/a.md": line}).items
    assert entry.contradiction == contradiction


def test_unknown_statuses_have_columns_of_their_own() -> None:
    backlog = Backlog(ROOT, item("a") | item("b", "waiting") | item("c", "asleep"))
    names = [name for name, _ in backlog.columns]
    assert names == ["todo", "in_progress", "blocked", "done", "asleep", "waiting"]
    assert backlog.as_data() == {
        "todo": 1,
        "in_progress": 0,
        "blocked": 0,
        "done": 0,
        "asleep": 1,
        "waiting": 1,
        "ready": 1,
    }


def test_an_item_that_cannot_be_read_cannot_start() -> None:
    backlog = Backlog(ROOT, item("a", problem="bad YAML"))
    assert backlog.ready == []
    assert backlog.items[0].reasons == ["cannot be read as an item: bad YAML"]
