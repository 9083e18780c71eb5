"""The columns of the board."""

from __future__ import annotations

from forge.views.outline.entries import PlanEntry
from forge.views.tracker.board import Card, board
from tests.views.tracker.outlines import item, path_of, run, tracker

PLAN = PlanEntry("Write it", 1.0)


def test_every_plan_is_in_the_column_of_its_word() -> None:
    plans = {f"01-0{number}": PLAN for number in range(1, 7)}
    plans["01-06"] = PlanEntry("Broken", 1.0, problem="no-steps")
    runs = [
        run("01-01", name="a"),
        run("01-02", verdict="failed", name="b"),
        run("01-03", "paused", None, name="c", open=True, waiting_for={"kind": "question"}),
    ]
    made = board(tracker(plans, runs=runs, summaries={path_of("01-04"): "done"}))
    columns = {column.name: [card.id for card in column.cards] for column in made.plans}
    assert columns == {
        "open": ["01-06"],
        "ready": ["01-05"],
        "running": [],
        "waiting": ["01-03"],
        "claimed": ["01-04"],
        "not proven": ["01-02"],
        "proven": ["01-01"],
    }
    notes = {card.id: card.note for column in made.plans for card in column.cards}
    assert notes["01-03"] == "waits: question"
    assert notes["01-02"] == "failed"
    assert notes["01-01"] == ""


def test_a_note_shows_a_contradiction() -> None:
    line = PlanEntry("Write it", 1.0, claimed_status="complete", claims_done=True)
    made = board(tracker({"01-01": line}))
    (card,) = [card for column in made.plans for card in column.cards]
    assert card.note == (
        "its front matter says `complete`, and there is neither a summary nor a run"
    )


def test_archived_plans_are_not_on_the_board() -> None:
    made = board(tracker({"01-01": PLAN}, folder=".planning/milestones/v1/01-phase"))
    assert [card for column in made.plans for card in column.cards] == []


def test_a_card_of_an_item_shows_progress_and_what_it_waits_for() -> None:
    items = item("a", priority="P0", criteria=2, unticked=[""], depends_on=["b"]) | item(
        "b", "in_progress"
    )
    columns = {column.name: column.cards for column in board(tracker(items=items)).items}
    assert columns["todo"] == [Card("a", "Item a", "P0 1/2; depends on b, which is in_progress")]
    assert columns["in progress"] == [Card("b", "Item b", "P2")]


def test_json_has_both_sets_of_columns() -> None:
    data = board(tracker({"01-01": PLAN}, items=item("a"))).as_data()
    assert data["columns"][1] == {
        "name": "ready",
        "cards": [{"id": "01-01", "title": "Write it", "note": ""}],
    }
    assert data["backlog"][0]["cards"] == [{"id": "a", "title": "Item a", "note": "P2"}]
