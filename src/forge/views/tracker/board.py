"""The plans in columns, from open to proven, and the items of the backlog in columns of their
own.
"""

from __future__ import annotations

from msgspec import Struct

from forge.views.tracker.backlog import ItemStatus
from forge.views.tracker.status import PlanStatus, Tracker

_COLUMNS = {
    "open": ("open",),
    "ready": ("ready",),
    "running": ("running",),
    "waiting": ("paused", "interrupted", "elsewhere", "damaged"),
    "claimed": ("claimed",),
    "not proven": ("failed", "unproven", "stale"),
    "proven": ("proven",),
}


class Card(Struct, frozen=True):
    """One plan or item on the board; `note` says what it waits for, or what is odd about it."""

    id: str
    title: str
    note: str


class Column(Struct, frozen=True):
    """A column with its cards, in order."""

    name: str
    cards: list[Card]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "name": self.name,
            "cards": [
                {"id": card.id, "title": card.title, "note": card.note} for card in self.cards
            ],
        }


class Board(Struct, frozen=True):
    """The columns of the plans, which evidence fills, and those of the items, which people fill;
    also the empty ones.
    """

    plans: list[Column]
    items: list[Column]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {
            "columns": [each.as_data() for each in self.plans],
            "backlog": [each.as_data() for each in self.items],
        }


def board(standing: Tracker) -> Board:
    """Return the board."""
    items = [
        Column(status.replace("_", " "), [_item(each) for each in found])
        for status, found in standing.backlog.columns
    ]
    return Board(_plans(standing), items)


def _plans(standing: Tracker) -> list[Column]:
    current = [plan for plan in standing.plans if not plan.archived]
    return [
        Column(name, [_card(plan) for plan in current if plan.word in words])
        for name, words in _COLUMNS.items()
    ]


def _card(plan: PlanStatus) -> Card:
    waits = (
        f"waits: {plan.waiting_for['kind']}"
        if plan.waiting_for
        else plan.word
        if plan.word in ("failed", "stale")
        else ""
    )
    return Card(plan.id, plan.title, waits or plan.contradiction)


def _item(item: ItemStatus) -> Card:
    told = f"{item.priority} {item.met}/{item.criteria}" if item.criteria else item.priority
    return Card(
        item.id, item.title, "; ".join(filter(None, (told, *item.reasons, item.contradiction)))
    )
