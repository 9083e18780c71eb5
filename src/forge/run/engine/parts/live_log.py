"""The live log of an open run: its only writer, and the check that nobody else wrote to it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from forge import atomic, regular
from forge.check.secrets.scrub import scrubbed
from forge.errors import DamagedLog, StorageFailed, UsageError
from forge.git.clone import restore_clone_id
from forge.git.repository import Repository
from forge.git.restore.checkout import RUN_PREFIX
from forge.records.card import RunCard
from forge.records.store import CARD_FILE, LOG_FILE, WORK_TREE, live_folder, work_tree_name
from forge.text.command_line import forge_command
from forge.timeline.event import Data, Event
from forge.timeline.ids import now
from forge.timeline.log import Log
from forge.timeline.run import events as ev
from forge.timeline.run import fold
from forge.timeline.run.state import RunState, StepState

Notify = Callable[[Event, RunState], None]
"""Called with each new event and the state after it."""

FirstEvents = Sequence[tuple[Data, str | None]]
"""The events that a run starts with, each with the id of its step, or None outside a step."""


_FROM_COPY = (
    "nothing was changed; `forge help runs` explains how to continue from the committed copy"
)


class LiveLog:
    """Appends a run's events and folds them into `state`. One process at a time has it open.

    `first_events` are the events that were in the log when it was opened.
    """

    def __init__(
        self,
        repository: Repository,
        card: RunCard,
        *,
        actor: str,
        execution: str,
        notify: Notify = lambda event, state: None,
    ) -> None:
        """Open and fold the log of a card. Raises DamagedLog, StorageFailed, OSError."""
        self.folder = live_folder(repository, card.run)
        self.card_data = regular.read(self.folder / CARD_FILE)
        self._log, self.first_events, self.state = read_live(repository, card)
        self._repository = repository
        self._card = card
        self._actor = actor
        self._execution = execution
        self._notify = notify
        self._restored_cards = 0
        self._known_tampering = 0

    def append(
        self,
        data: Data,
        *,
        step: StepState | None = None,
        evidence: Sequence[dict[str, object]] = (),
        with_next: bool = False,
    ) -> Event:
        """Write an event without its secrets, fold it, and notify the observer.

        `with_next` leaves the flush to disk to the next event, which must follow before any other
        effect. Raises StorageFailed, and UsageError for a run that has ended.
        """
        step_id, attempt = (step.id, step.attempt or 1) if step else (None, None)
        event = Event(
            self._log.next_seq,
            now(),
            data.type,
            self._card.run,
            step_id,
            attempt,
            self._actor,
            self._execution,
            scrubbed(data.as_data()),
            list(evidence),
            self._log.previous,
        )
        if self.state.ended:
            raise UsageError(
                f"the run {self._card.run} has ended ({self.state.status}); only its closing record"
                " is not committed yet",
                "commit that record",
                [forge_command("resume", self._card.run)],
            )
        self._log.append(event, flush=not with_next)
        fold.advance(self.state, event)
        self._notify(event, self.state)
        return event

    def was_tampered_with(self) -> bool:
        """Restore the live files, and return whether another program changed them since the last
        call.
        """
        self.restore()
        before = self._known_tampering
        self._known_tampering = self._log.tampered + self._restored_cards
        return self._known_tampering > before

    def restore(self) -> None:
        """Restore the live files as forge wrote them."""
        self._log.restore()
        card, home = self.folder / CARD_FILE, self.folder / WORK_TREE
        if not _holds(card, self.card_data):
            atomic.write(card, self.card_data)
            self._restored_cards += 1
        tree = work_tree_name(self._repository).encode()
        if not _holds(home, tree):
            atomic.write(home, tree)
        adopted_by = self.state.adopted_by
        restore_clone_id(self._repository, adopted_by[-1] if adopted_by else self._card.clone)

    def close(self) -> None:
        self._log.close()

    def remove(self) -> None:
        """Remove the live folder of a run whose closing record is committed.

        It is renamed first, so that other processes see all of it or nothing.
        """
        self._log.close()
        renamed = _unfinished(self._repository, self._card.run, "-ended")
        self.folder.rename(renamed)
        shutil.rmtree(renamed, ignore_errors=True)


def _holds(path: Path, data: bytes) -> bool:
    """Return whether a file is there and has these bytes."""
    try:
        return regular.read(path) == data
    except OSError:
        return False


def _unfinished(repository: Repository, run: str, state: str = "") -> Path:
    """Return where a live folder is while it is made or removed. The name has the id of this
    process, so that the next one removes what a killed one left.
    """
    return repository.scratch / f"{RUN_PREFIX}{os.getpid()}-{run}{state}"


def read_live(repository: Repository, card: RunCard) -> tuple[Log, list[Event], RunState]:
    """Open a run's live log for appending, read and fold it. Raises DamagedLog, StorageFailed."""
    log = Log(live_folder(repository, card.run) / LOG_FILE)
    events = log.open(repository.forge_dir / "torn", _FROM_COPY)
    if not events or events[0].type != ev.MissionStarted.type:
        log.close()
        raise DamagedLog(
            f"the live log of {card.run} does not begin with mission_started", _FROM_COPY
        )
    return log, events, fold.fold(card.run, card.steps, events)


def create_live(
    repository: Repository,
    card: RunCard,
    first: FirstEvents,
    actor: str,
    execution: str,
    record: Mapping[str, bytes] | None = None,
) -> None:
    """Create a run's live folder with its first events, all at once. Raises StorageFailed.

    `record` has the files of an adopted run by name; the events are appended to its timeline.
    """
    new = _unfinished(repository, card.run)
    files = record or {CARD_FILE: card.encode(), LOG_FILE: b""}
    try:
        for name, content in files.items():
            atomic.write(new / name, content)
        _append_first(new / LOG_FILE, card, first, (actor, execution))
    except StorageFailed:
        shutil.rmtree(new, ignore_errors=True)
        raise
    live_folder(repository).mkdir(parents=True, exist_ok=True)
    atomic.write(new / WORK_TREE, work_tree_name(repository).encode(), durable=False)
    new.rename(live_folder(repository, card.run))
    atomic.sync_folder(live_folder(repository))


def _append_first(path: Path, card: RunCard, first: FirstEvents, writer: tuple[str, str]) -> None:
    log = Log(path)
    log.open()
    for data, step in first:
        head = (log.next_seq, now(), data.type, card.run, step, 1 if step else None, *writer)
        log.append(Event(*head, scrubbed(data.as_data()), [], log.previous))
    log.close()
