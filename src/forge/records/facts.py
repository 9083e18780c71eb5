"""Facts about the files of runs for cross-document rules: small enough to cache for every run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from forge.records.card import RunCard
from forge.timeline.log import Reading
from forge.timeline.run import events as ev
from forge.timeline.run.events import RUN_EVENTS


class CardFacts(NamedTuple):
    """Facts about a run card."""

    run: str
    plan_path: str
    kind: str
    prior_run: str | None

    @classmethod
    def of(cls, card: RunCard) -> CardFacts:
        return cls(card.run, card.plan_path, card.kind, card.prior_run)


class TimelineFacts(NamedTuple):
    """Facts about a timeline: its path, how the run ended (empty while it is open), and its commits
    with their lines.
    """

    path: str
    status: str
    commits: list[tuple[str, int]]

    @classmethod
    def of(cls, path: str, reading: Reading) -> TimelineFacts:
        status = ""
        commits: list[tuple[str, int]] = []
        for event in reading.events:
            match RUN_EVENTS.typed(event):
                case ev.Final(status=status):
                    pass
                case ev.DiffApplied(commit=str(commit)):
                    commits.append((commit, event.seq))
                case ev.RunnerStarted(checkpoint_commit=str(commit)):
                    commits.append((commit, event.seq))
        return cls(path, status, [entry for entry in commits if entry[0]])


def completed_plans(cards: Iterable[CardFacts]) -> set[str]:
    """Return the paths of the plans that were executed and not rolled back.

    `cards` are those of runs that completed.
    """
    completed = list(cards)
    undone = {card.prior_run for card in completed if card.kind == "undo"}
    rolled_back = {
        card.prior_run for card in completed if card.kind == "rollback" and card.run not in undone
    }
    return {
        card.plan_path
        for card in completed
        if card.kind == "execute" and card.run not in rolled_back
    }
