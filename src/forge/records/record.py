"""The runs of a repository: open ones from their live logs, ended ones and those of other clones
from the tracked copies.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from forge.git import worktrees
from forge.git.blob_id import file_blob_id
from forge.git.clone import known_clone_id
from forge.git.objects.commit import file_at
from forge.git.repository import Repository
from forge.planning.names import moved_plans
from forge.records.card import RUNS, RunCard
from forge.records.store import belongs_here, live_folder
from forge.timeline import log
from forge.timeline.lock import holder_alive
from forge.timeline.log import Reading
from forge.timeline.run import fold
from forge.timeline.run.state import RunState


class RunRecord(Struct, frozen=True):
    """A run as it was read: its card, its log, and the state that the log folds into."""

    card: RunCard
    reading: Reading
    state: RunState
    folder: Path
    live: bool
    status: str
    mine: bool = False
    moved_to: str = ""

    @property
    def plan_path(self) -> str:
        """Where the run's plan lies: where it began, unless it was moved since."""
        return self.moved_to or self.card.plan_path

    @property
    def open(self) -> bool:
        """Whether the run goes on, here or elsewhere; a live log means that its closing record is
        not yet committed.
        """
        return self.live or not (self.state.ended or self.left_behind)

    @property
    def left_behind(self) -> bool:
        """Whether this clone's own run went on on another branch: the record that this one has of
        it is older than the run.
        """
        return self.mine and self.status == "elsewhere"

    @property
    def work_tree(self) -> Path | None:
        """The root of the work tree that the run's record was read from, or lives in; None where
        that is gone.
        """
        if not self.live:
            return self.folder.parents[2]
        try:
            return worktrees.root_of(
                Path((self.folder / "work-tree").read_text("utf-8", "surrogateescape"))
            )
        except OSError:
            return None

    @property
    def own_tree(self) -> Path | None:
        """The work tree that was made for the run alone; None where there is none, or its work is
        merged.
        """
        place = self.work_tree
        return place if place is not None and place.name == self.card.run else None

    @property
    def clone(self) -> str:
        """The clone that the run lives in: the one that took it over last, else the one that it
        began in.
        """
        return self.state.adopted_by[-1] if self.state.adopted_by else self.card.clone

    def took_over(self, live: RunRecord) -> bool:
        """Say whether this tracked record tells that another clone took over what this clone still
        has a live log of.
        """
        told, known = self.state.adopted_by, live.state.adopted_by
        return self.reading.valid and told != known[: len(told)]

    def as_data(self) -> dict[str, object]:
        """Return what `forge runs` shows of it."""
        return {
            "run": self.card.run,
            "kind": self.card.kind,
            "plan": self.card.plan,
            "status": self.status,
            "verdict": self.state.verdict,
            "started_at": self.state.started_at or self.card.started_at,
            "finished_at": self.state.finished_at,
            "commits": self.state.commits,
            "branch": self.card.branch,
            "work_tree": str(self.own_tree) if self.own_tree else None,
        }


def all_runs(repository: Repository, *, everywhere: bool = False) -> list[RunRecord]:
    """Return every run that can be read, sorted by its id. A live log wins over its tracked copy.

    Runs that ended in another work tree of the repository are among them only `everywhere`: their
    work is not in this one. Of several copies the longest one counts.
    """
    roots = [*(worktrees.other_roots(repository) if everywhere else []), repository.root]
    tracked = [record for root in roots for record in read_all(repository, root / RUNS, live=False)]
    found = {
        record.card.run: record
        for record in sorted(tracked, key=lambda record: record.state.last_seq)
    }
    for live in read_all(repository, live_folder(repository), live=True):
        copy = found.get(live.card.run)
        if copy is None or not copy.took_over(live):
            found[live.card.run] = live
    return _at_home(repository.root, [found[run] for run in sorted(found)])


def _at_home(root: Path, records: list[RunRecord]) -> list[RunRecord]:
    """Return the runs with the places of those plans that were moved since."""
    lost = {
        record.card.plan_path: record.card.plan_blob
        for record in records
        if not (root / record.card.plan_path).is_file()
    }
    if not lost:
        return records
    now = moved_plans.homes(lost, moved_plans.said_by(root), lambda path: file_blob_id(root / path))
    return [replace(record, moved_to=now.get(record.card.plan_path, "")) for record in records]


def open_runs(repository: Repository) -> list[RunRecord]:
    """Return the runs that are open in this work tree, sorted by id; those of other work trees are
    their own business.

    A run that another clone took over is open there, whatever this clone's log says.
    """
    records = [
        record
        for record in read_all(repository, live_folder(repository), live=True)
        if belongs_here(repository, record.folder)
    ]
    mine = [record for record in records if not is_taken_over(repository, record)]
    return sorted(mine, key=lambda record: record.card.run)


def is_taken_over(repository: Repository, live: RunRecord) -> bool:
    """Say whether the tracked copy of a live run tells that another clone took it over."""
    tracked = read_run(repository, repository.root / live.card.folder, live=False)
    return tracked is not None and tracked.took_over(live)


def home_of(repository: Repository, record: RunRecord) -> Repository:
    """Return the repository as of the work tree that an open run lives in. Raises RepositoryError
    where that is gone.
    """
    if not record.live or belongs_here(repository, record.folder):
        return repository
    return worktrees.open_at(
        repository, Path((record.folder / "work-tree").read_text("utf-8", "surrogateescape"))
    )


def read_all(repository: Repository, folder: Path, *, live: bool) -> Iterator[RunRecord]:
    if folder.is_dir():
        for place in sorted(folder.iterdir()):
            record = read_run(repository, place, live=live)
            if record is not None:
                yield record


def read_run(repository: Repository, folder: Path, *, live: bool) -> RunRecord | None:
    """Read one run's folder; None where it holds no run."""
    try:
        card = RunCard.decode(f"{folder.name}/run.yaml", (folder / "run.yaml").read_bytes())
        raw = (folder / "timeline.jsonl").read_bytes()
    except (OSError, ValueError):
        return None
    reading = log.read(raw)
    state = fold.fold(card.run, card.steps, reading.events)
    status = _status(repository, card, reading, state, live=live)
    mine = live or (state.adopted_by or [card.clone])[-1] == known_clone_id(repository)
    return RunRecord(card, reading, state, folder, live, status, mine)


def unreadable_runs(repository: Repository) -> list[tuple[str, str]]:
    """Return the runs whose files are none that can be read, each with the reason: they are there
    all the same.
    """
    found: dict[str, str] = {}
    for folder in (live_folder(repository), repository.root / RUNS):
        for place in sorted(folder.iterdir()) if folder.is_dir() else ():
            if (
                place.is_dir()
                and not place.name.startswith(".")
                and (reason := why_unreadable(place))
            ):
                found[place.name] = reason
    return sorted(found.items())


def why_unreadable(folder: Path) -> str:
    try:
        RunCard.decode(f"{folder.name}/run.yaml", (folder / "run.yaml").read_bytes())
        (folder / "timeline.jsonl").read_bytes()
    except OSError as problem:
        return f"{folder.name}/{Path(problem.filename or '').name}: {problem.strerror}"
    except ValueError as problem:
        return str(problem)
    return ""


def _status(
    repository: Repository, card: RunCard, reading: Reading, state: RunState, *, live: bool
) -> str:
    if not live and not reading.valid:
        return "damaged"
    if state.ended:
        return state.status
    if not live:  # it is open in another clone, or went on on another branch of this one
        return "elsewhere"
    if state.status == "running" and not _held(repository, card.run):
        return "interrupted"
    return state.status


def _held(repository: Repository, run: str) -> bool:
    locks = repository.forge_dir / "locks"
    holders = [holder_alive(path) for path in locks.glob("*.lock")] if locks.is_dir() else []
    return any(holder is not None and holder.what == run for holder in holders)


def open_anywhere(repository: Repository, name: str | None = None) -> list[RunRecord]:
    """Return the open runs of this work tree; where none is meant, those of the others."""
    here = open_runs(repository)
    if any(name is None or name in record.card.run or name == record.card.plan for record in here):
        return here
    others = [
        record
        for record in all_runs(repository)
        if record.live and not belongs_here(repository, record.folder)
    ]
    return here + others


def tracked_copy(repository: Repository, record: RunRecord) -> str | None:
    """Say how the tracked copy of an open run differs from what it has to be; None where it does
    not, or a run has ended.

    It has to be a beginning of the live log, and no shorter than the committed one. The live log is
    what counts.
    """
    if not record.live:
        return None
    path = f"{record.card.folder}/timeline.jsonl"
    here = _bytes(repository.root / path)
    committed = file_at(repository, repository.head().commit, path)
    if here is None:
        what = "is missing" if committed is not None else ""
    elif not (_bytes(record.folder / "timeline.jsonl") or b"").startswith(here):
        what = "is not the live log's beginning"
    else:
        what = (
            "is older than the committed one"
            if committed is not None and not here.startswith(committed)
            else ""
        )
    if not what:
        return None
    return (
        f"the tracked copy {path} {what}; the live log is what counts, and forge writes the copy"
        " again when it next stops"
    )


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
