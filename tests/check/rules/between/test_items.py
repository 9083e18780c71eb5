"""Backlog items together."""

from __future__ import annotations

from forge.check.rules.between.items import check
from forge.planning.backlog.facts import ItemFacts
from forge.planning.backlog.item import load
from forge.text.source import Source
from tests.check.rules.projects import Row, project, rows


def facts(name: str, front: str, body: str = "") -> ItemFacts:
    text = f"---\n{front}---\n{body}"
    return ItemFacts.of(load(Source.of(f".planning/backlog/{name}.md", text.encode())))


def item(name: str, more: str = "", body: str = "") -> ItemFacts:
    return facts(name, f"id: {name[:3]}\ntitle: It\nstatus: todo\n{more}", body)


def rows_of(*items: ItemFacts, existing: tuple[str, ...] = ()) -> list[Row]:
    return rows(check, project({}, *existing, items=items))


def test_items_without_a_problem() -> None:
    assert rows_of(item("aa1-x"), item("aa2-y", "depends_on: [aa1]\n")) == []


def test_two_items_with_the_same_id() -> None:
    (row,) = rows_of(item("aa1-x"), item("aa1-y"))
    assert (row[0], row[1], row[4]) == ("duplicate-item", "backlog/aa1-y.md", "error")


def test_an_item_that_depends_on_itself() -> None:
    assert rows_of(item("aa1-x", "depends_on: [aa1]\n")) == [
        ("item-dependency", "backlog/aa1-x.md", 5, 14, "error")
    ]


def test_an_item_that_depends_on_a_missing_one() -> None:
    assert rows_of(item("aa1-x", "depends_on: [aa9, aa8]\n")) == [
        ("item-dependency", "backlog/aa1-x.md", 5, 14, "error"),
        ("item-dependency", "backlog/aa1-x.md", 5, 19, "error"),
    ]


def done(name: str, body: str) -> ItemFacts:
    return facts(name, f"id: {name[:3]}\ntitle: It\nstatus: done\nacceptance: [a]\n", body)


def test_a_done_item_with_open_criteria() -> None:
    result = rows_of(done("aa1-x", ""))
    assert [(row[0], row[4]) for row in result] == [("item-not-done", "error")]


def test_an_item_in_progress_may_have_open_criteria() -> None:
    assert rows_of(item("aa1-x", "acceptance: [a]\n")) == []


def test_archived_items_are_not_checked_by_themselves() -> None:
    archived = ItemFacts(".planning/archive/backlog/aa1-x.md", *done("aa1-x", "")[1:])
    assert rows_of(archived) == []
