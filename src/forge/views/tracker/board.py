"""The board: plans in columns from open to proven, and backlog items in columns of their own."""

from __future__ import annotations

from msgspec import Struct

from forge.views.tracker.backlog import ItemStatus
from forge.views.tracker.plan_status import PlanStatus
from forge.views.tracker.status import Tracker

_COLUMNS = {
    "open": ("open",),
    "ready": ("ready",),
    "running": ("running",),
    "waiting": ("paused", "interrupted", "elsewhere", "damaged", "altered"),
    "claimed": ("claimed",),
    "not proven": ("failed", "unproven", "stale"),
    "proven": ("proven",),
}


class Card(Struct, frozen=True):
    """A plan or an item on the board; `note` says what it waits for, or what is contradictory."""

    id: str
    title: str
    note: str

    def as_data(self) -> dict[str, object]:
        return {"id": self.id, "title": self.title, "note": self.note}


class Column(Struct, frozen=True):
    """A column with its cards, in order."""

    name: str
    cards: list[Card]

    def as_data(self) -> dict[str, object]:
        return {"name": self.name, "cards": [card.as_data() for card in self.cards]}


class Board(Struct, frozen=True):
    """The columns of the plans, which evidence fills, and those of the items, which users fill.

    Empty columns are included.
    """

    plans: list[Column]
    items: list[Column]

    def as_data(self) -> dict[str, object]:
        return {
            "columns": [column.as_data() for column in self.plans],
            "backlog": [column.as_data() for column in self.items],
        }


def board(tracker: Tracker) -> Board:
    """Return the board of a repository."""
    items = [
        Column(status.replace("_", " "), [_item_card(item) for item in items])
        for status, items in tracker.backlog.columns
    ]
    return Board(_plan_columns(tracker), items)


def _plan_columns(tracker: Tracker) -> list[Column]:
    current = [plan for plan in tracker.plans if not plan.archived]
    return [
        Column(name, [_plan_card(plan) for plan in current if plan.word in words])
        for name, words in _COLUMNS.items()
    ]


def _plan_card(plan: PlanStatus) -> Card:
    if plan.waiting_for:
        note = f"waits: {plan.waiting_for['kind']}"
    elif plan.word in ("failed", "stale"):
        note = plan.word
    else:
        note = plan.contradiction
    return Card(plan.id, plan.title, note)


def _item_card(item: ItemStatus) -> Card:
    progress = f"{item.priority} {item.met}/{item.criteria}" if item.criteria else item.priority
    notes = filter(None, (progress, *item.reasons, item.contradiction))
    return Card(item.id, item.title, "; ".join(notes))
