"""The plans in columns, from open to proven."""

from __future__ import annotations

from msgspec import Struct

from forge.views.status import PlanStanding, Standing

_COLUMNS = {
    "open": ("open",), "ready": ("ready",), "running": ("running",), "waiting": ("paused", "interrupted", "elsewhere"),
    "claimed": ("claimed",), "not proven": ("failed", "unproven", "stale"), "proven": ("proven",),
}  # fmt: skip


class Card(Struct, frozen=True):
    """One plan on the board; `note` says what it waits for, or what is odd about it."""

    id: str
    title: str
    note: str


class Column(Struct, frozen=True):
    """A column with its cards, in order."""

    name: str
    cards: list[Card]

    def as_data(self) -> dict[str, object]:
        """Return what JSON shows of it."""
        return {"name": self.name, "cards": [{"id": card.id, "title": card.title, "note": card.note} for card in self.cards]}


def board(standing: Standing) -> list[Column]:
    """Return every column, also the empty ones."""
    return [Column(name, [_card(plan) for plan in standing.plans if plan.word in words]) for name, words in _COLUMNS.items()]


def _card(plan: PlanStanding) -> Card:
    waits = f"waits: {plan.waiting_for['kind']}" if plan.waiting_for else plan.word if plan.word in ("failed", "stale") else ""
    return Card(plan.id, plan.title, waits or plan.contradiction)
