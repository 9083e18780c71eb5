"""An open run in the hands of its one writer: its log, its state, and the commits of its record."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from forge import atomic
from forge.check.secrets.scrub import scrubbed
from forge.errors import DamagedLog, StorageFailed, UsageError
from forge.git.clone import restore_clone_id
from forge.git.commits import record_commit
from forge.git.commits.record_commit import HeadMoved
from forge.git.commits.step_commit import Staging
from forge.git.index.clean_check import CleanCheck
from forge.git.objects.commit import file_at, first_parents, is_ancestor, names_in
from forge.git.repository import Head, Repository
from forge.planning.mission.scope_contract import Contract
from forge.planning.plan.plan import Plan
from forge.planning.settings import RunnerSettings, Settings
from forge.records.card import RUNS, RunCard
from forge.records.store import live_folder
from forge.run.approvals.prompter import Nobody, Person
from forge.run.engine.commit_message import message
from forge.run.processes.git_guard import GitGuard
from forge.run.processes.signals import Interrupts
from forge.run.processes.supervise import Output
from forge.timeline.event import Data, Event
from forge.timeline.ids import now
from forge.timeline.log import FROM_COPY, Log
from forge.timeline.run import events as ev
from forge.timeline.run import fold
from forge.timeline.run.state import RunState, StepState

ATTRIBUTES = f"{RUNS}/.gitattributes"
_AS_WRITTEN = b"""\
# Records are evidence: no filter, line ending or encoding may change them.
* -text -filter -ident !working-tree-encoding
"""

Notify = Callable[[Event, RunState], None]
Hear = Callable[[Output | None], None]
"""Is shown what a child prints, some times a second while it is at work; None when it has ended."""


@dataclass
class OpenRun:
    """Everything that a move of a run needs. One process at a time holds it, under the work tree's
    lock.
    """

    repository: Repository
    card: RunCard
    plan: Plan
    contract: Contract
    settings: Settings
    runner: RunnerSettings
    card_data: bytes
    log: Log
    state: RunState
    actor: str
    execution: str
    interrupts: Interrupts
    person: Person = field(default_factory=Nobody)
    notify: Notify = lambda event, state: None
    hear: Hear = lambda output: None
    first_events: list[Event] = field(default_factory=list)
    staging: tuple[str, contextlib.ExitStack, Staging] | None = None
    guard: GitGuard | None = None
    index_rebuilt: bool = False
    checkpoint_commit: str | None = None
    kept: str | None = None
    output_tail: str = ""
    known_tampering: int = 0
    cards_put_back: int = 0
    looking: CleanCheck = field(init=False)

    def __post_init__(self) -> None:
        """Begin to look at the work tree."""
        self.looking = CleanCheck(self.repository)

    @cached_property
    def folder(self) -> Path:
        """The live folder, in the common git directory."""
        return live_folder(self.repository, self.card.run)

    @property
    def branch(self) -> str:
        """The full ref that the run's commits go to: the run's branch, also under a new name."""
        return self._branch(self.repository.head())

    def _branch(self, head: Head) -> str:
        named = f"refs/heads/{self.card.branch}"
        if (
            head.branch in (named, None)
            or head.commit is None
            or self.repository.commit_of(named) is not None
        ):
            return named
        newest = self.state.commits[-1] if self.state.commits else self.card.base_commit
        return str(head.branch) if is_ancestor(self.repository, newest, head.commit) else named

    @property
    def current(self) -> StepState:
        """The step that the run stands at."""
        assert self.state.step is not None
        return self.state.step

    def own(self, path: str) -> bool:
        """Say whether a path is never part of a step's diff: the run's own record, and what was
        uncommitted when it began.
        """
        return path.startswith(self.card.folder + "/") or path in self.state.dirty

    def option(self, name: str) -> str:
        """Return an option that the run was started with, empty where it was not given."""
        return str(self.state.options.get(name) or "")

    def append(
        self,
        data: Data,
        *,
        step: StepState | None = None,
        evidence: Sequence[dict[str, object]] = (),
        with_next: bool = False,
    ) -> Event:
        """Write an event, scrubbed of secrets, to the live log, fold it, and tell whoever watches.
        Raises StorageFailed.

        One that is flushed to the disk `with_next` is followed by another one before anything is
        done.
        """
        where, attempt = (step.id, step.attempt or 1) if step else (None, None)
        event = Event(
            self.log.next_seq,
            now(),
            data.type,
            self.card.run,
            where,
            attempt,
            self.actor,
            self.execution,
            scrubbed(data.as_data()),
            list(evidence),
            self.log.previous,
        )
        if self.state.ended:
            raise UsageError(
                f"the run {self.card.run} has ended ({self.state.status}); only its closing record"
                " is not committed yet",
                "commit that record",
                [f"forge resume {self.card.run}"],
            )
        self.log.append(event, flush=not with_next)
        fold.advance(self.state, event)
        self.notify(event, self.state)
        return event

    def trusts_git(self) -> bool:
        """Say whether git may be asked behind code of somebody else: it heeds what that wrote
        beside the tree.
        """
        return self.guard is None or self.guard.unsafe() is None

    def was_tampered_with(self) -> bool:
        """Put the live record back as forge wrote it, and say whether somebody wrote to it since
        this was asked last.
        """
        self._put_back_live()
        before, self.known_tampering = self.known_tampering, self.log.tampered + self.cards_put_back
        return self.known_tampering > before

    def _put_back_live(self) -> None:
        self.log.restore()
        card, place = self.folder / "run.yaml", self.folder / "work-tree"
        if not card.exists() or card.read_bytes() != self.card_data:
            atomic.write(card, self.card_data)
            self.cards_put_back += 1
        if not place.exists():
            place.write_text(str(self.repository.git_dir), "utf-8", "surrogateescape")
        restore_clone_id(
            self.repository, self.state.adopted_by[-1] if self.state.adopted_by else self.card.clone
        )

    def head(self) -> str:
        """Return HEAD's commit. Raises HeadMoved where HEAD is not on the run's branch."""
        head = self.repository.head()
        if head.commit is not None and head.branch == self._branch(head):
            return head.commit
        branch = shlex.quote(self.card.branch)
        where = (
            f"HEAD is {f'on {head.short}' if head.branch else 'detached'}, the run is on"
            f" {self.card.branch}"
        )
        if self.repository.commit_of(self.branch) is not None:
            raise HeadMoved(where, f"`git switch {branch}`, then `forge resume`")
        hint = (
            f"`git branch {branch} {self.newest_commit}` brings it back; switch to it, then `forge"
            " resume`"
        )
        raise HeadMoved(
            f"the branch {self.card.branch} is gone" if head.branch == self.branch else where, hint
        )

    @property
    def newest_commit(self) -> str:
        """The newest commit that the run knows of: its own, else the one that it began on."""
        return self.state.newest_commit or self.card.base_commit

    def require_way(self) -> None:
        """Raises HeadMoved where a link lies in the way of the record: what lies behind it is not
        the repository's.
        """
        _clear_the_way(self.repository.root, self.repository.root / self.card.folder)

    def foreign_commits(self, since: str | None = None) -> list[str]:
        """Return the commits of others above the newest of this run (or above `since`), oldest
        first.

        Where `since` was merged in, first parents pass it by, and what lies below it ends them.
        """
        found = []
        for commit in first_parents(self.repository, self.head(), since or self.card.base_commit):
            mine = commit.trailers.get("Forge-Run") == self.card.run
            known = since and not mine and is_ancestor(self.repository, commit.id, since)
            if (mine and since is None) or known:
                break
            if not mine:
                found.append(commit.id)
        return found[::-1]

    def commit_with(self, **trailers: str) -> str | None:
        """Return the commit of this run with the given `Forge-…` trailers, looked for from HEAD to
        the base, or None.
        """
        wanted = {f"Forge-{name.replace('_', '-')}": value for name, value in trailers.items()}
        for commit in first_parents(self.repository, self.head(), self.card.base_commit):
            mine = commit.trailers.get("Forge-Run") == self.card.run
            if mine and all(commit.trailers.get(name) == value for name, value in wanted.items()):
                return commit.id
        return None

    def commit_record(
        self,
        subject: str,
        trailers: dict[str, str | int] | None = None,
        files: dict[str, bytes] | None = None,
    ) -> str:
        """Project the record into the work tree and commit it on top of HEAD; return the commit's
        id. Raises HeadMoved.
        """
        parent = self.head()
        self._put_back_live()
        written, staging = {**self._record(parent), **(files or {})}, self._staging()
        for path, data in written.items():
            place = self.repository.root / path
            _clear_the_way(self.repository.root, place)
            atomic.write(place, data, staging=staging, durable=False)
        text = message(self.card, subject, self.state.last_seq, trailers)
        return record_commit.commit_files(self.repository, written, text, parent, self.branch)

    def _record(self, parent: str) -> dict[str, bytes]:
        """Return the run's files as they have to be in the tree, less the evidence that is
        committed already.
        """
        names = ["timeline.jsonl"]
        names += [
            f"evidence/{path.name}" for path in sorted((self.folder / "evidence").glob("*.*"))
        ]
        committed = self._committed_evidence(parent)
        record = {
            f"{self.card.folder}/{name}": (self.folder / name).read_bytes()
            for name in names
            if f"{self.card.folder}/{name}" not in committed
        }
        card = f"{self.card.folder}/run.yaml"
        if (
            not self.card_data
            == file_at(self.repository, parent, card)
            == _lies_at(self.repository.root / card)
        ):
            record[card] = self.card_data
        if ATTRIBUTES not in {f"{RUNS}/{name}" for name in names_in(self.repository, parent, RUNS)}:
            record[ATTRIBUTES] = _AS_WRITTEN
        return record

    def _committed_evidence(self, parent: str) -> set[str]:
        folder = f"{self.card.folder}/evidence"
        names = {f"{folder}/{name}" for name in names_in(self.repository, parent, folder)}
        return {name for name in names if (self.repository.root / name).is_file()}

    def _staging(self) -> Path | None:
        """Half-written files stay in the git directory, where that is on the same file system."""
        scratch = self.repository.scratch
        return scratch if scratch.stat().st_dev == self.repository.root.stat().st_dev else None

    def release_staging(self) -> None:
        """Let go of the private index that a proposal was judged on."""
        if self.staging is not None:
            self.staging[1].close()
            self.staging = None

    def close(self) -> None:
        """Let go of log and index."""
        self.release_staging()
        self.log.close()

    def remove_live(self) -> None:
        """Remove the live log of a run whose closing record is committed: at once for whoever looks
        at it.
        """
        self.log.close()
        gone = self.repository.scratch / f"{self.card.run}-ended"
        self.folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)

    def request(self) -> str | None:
        """Return what another shell asks of the run: `pause` or `stop`; None where nothing is
        asked.
        """
        return next(
            (name for name in ("stop", "pause") if os.path.exists(f"{self.folder}/request-{name}")),
            None,
        )

    def clear_requests(self) -> None:
        """Forget what other shells asked."""
        for name in ("stop", "pause"):
            (self.folder / f"request-{name}").unlink(missing_ok=True)


def _lies_at(place: Path) -> bytes | None:
    """Return the bytes of a file that is no link; None where there is none."""
    with contextlib.suppress(OSError):
        return None if place.is_symlink() else place.read_bytes()
    return None


def _clear_the_way(root: Path, place: Path) -> None:
    """Refuse to write a record through a link that somebody put into its path."""
    for folder in (place, *place.parents):
        if folder == root:
            return
        if folder.is_symlink():
            link = folder.relative_to(root).as_posix()
            hint = (
                f"remove it, and bring back what was there (`git checkout -- {shlex.quote(link)}`)"
            )
            raise HeadMoved(f"{link} is a symbolic link, and forge writes its record there", hint)


First = Sequence[tuple[Data, str | None]]
"""The events that a run begins with, each with the id of its step, None outside a step."""


def create_live(
    repository: Repository,
    card: RunCard,
    first: First,
    actor: str,
    execution: str,
    record: Mapping[str, bytes] | None = None,
) -> None:
    """Make a run's live folder, with the events that it begins with, all at once. Raises
    StorageFailed.

    `record` holds the files of a run that is taken over, by their names; the events are appended to
    its timeline.
    """
    made = repository.scratch / card.run
    try:
        _fill_live(
            made,
            card,
            first,
            (actor, execution),
            record or {"run.yaml": card.encode(), "timeline.jsonl": b""},
        )
    except StorageFailed:
        shutil.rmtree(made, ignore_errors=True)
        raise
    live_folder(repository).mkdir(parents=True, exist_ok=True)
    (made / "work-tree").write_text(str(repository.git_dir), "utf-8", "surrogateescape")
    made.rename(live_folder(repository, card.run))
    atomic.sync_folder(live_folder(repository))


def _fill_live(
    made: Path, card: RunCard, first: First, who: tuple[str, str], record: Mapping[str, bytes]
) -> None:
    for name, content in record.items():
        atomic.write(made / name, content)
    log = Log(made / "timeline.jsonl")
    log.open()
    for data, step in first:
        place = (log.next_seq, now(), data.type, card.run, step, 1 if step else None, *who)
        log.append(Event(*place, data.as_data(), [], log.previous))
    log.close()


def load_log(repository: Repository, card: RunCard) -> tuple[Log, list[Event], RunState]:
    """Open a run's live log for appending, read and fold it. Raises DamagedLog, StorageFailed."""
    log = Log(live_folder(repository, card.run) / "timeline.jsonl")
    found = log.open(repository.forge_dir / "torn")
    if not found or found[0].type != ev.MissionStarted.type:
        log.close()
        raise DamagedLog(
            f"the live log of {card.run} does not begin with mission_started", FROM_COPY
        )
    return log, found, fold.fold(card.run, card.steps, found)
