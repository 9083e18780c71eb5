"""The runs of a repository.

An open run is read from its live log; a run that ended, or lives in another clone, from its tracked
copy. A live log that came along from another clone, in a copied or restored folder, counts like a
tracked copy: it belongs to that clone until this one adopts the run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from forge.git import worktrees
from forge.git.blob_id import file_blob_id
from forge.git.clone import known_clone_id
from forge.git.repository import Repository
from forge.planning import migrations
from forge.planning.migrations import NewerVersion
from forge.planning.names import moved_plans
from forge.records.card import RUNS, NewerCard, RunCard
from forge.records.files import RunFiles, read_folder
from forge.records.first_versions import NOT_COMMITTED, first_versions
from forge.records.status import status_of
from forge.records.store import LOG_FILE, belongs_here, git_dir_of, live_folder, live_folders_here
from forge.timeline.log import Reading
from forge.timeline.run import fold
from forge.timeline.run.state import RunState


class RunRecord(Struct, frozen=True):
    """A run: its card, its log, and the state after the log's events.

    `live`: it was read from the live log of this clone. `in_this_clone`: this clone started it, or
    adopted it last. `came_along`: it was read from a live log that is another clone's. `altered`:
    how its tracked record differs from what was first committed; it then proves nothing.
    """

    card: RunCard
    reading: Reading
    state: RunState
    folder: Path
    live: bool
    status: str
    in_this_clone: bool = False
    current_plan_path: str = ""
    came_along: bool = False
    altered: str = ""

    @property
    def plan_path(self) -> str:
        """The path of the run's plan: the current one if the plan was moved since."""
        return self.current_plan_path or self.card.plan_path

    @property
    def verdict(self) -> str | None:
        """The verdict that the run ended with; none if its record was altered."""
        return None if self.altered else self.state.verdict

    @property
    def open(self) -> bool:
        """Whether the run goes on, here or elsewhere.

        A run with a live log counts as open even if it has ended: its last record commit is still
        missing.
        """
        return self.live or not (self.state.ended or self.continues_on_another_branch)

    @property
    def continues_on_another_branch(self) -> bool:
        """Whether this branch has an outdated record of a run of this clone."""
        return self.in_this_clone and self.status == "elsewhere"

    @property
    def work_tree(self) -> Path | None:
        """The root of the work tree that the run lives in, or that its record was read from; None
        if it is gone.
        """
        if not (self.live or self.came_along):
            return self.folder.parents[2]
        git_dir = git_dir_of(self.folder)
        return worktrees.root_of(git_dir) if git_dir is not None else None

    @property
    def dedicated_work_tree(self) -> Path | None:
        """The work tree that was made for this run alone; None without one, or after its merge."""
        place = self.work_tree
        return place if place is not None and place.name == self.card.run else None

    @property
    def clone(self) -> str:
        """The clone that the run lives in: the last one that adopted it, else the first one."""
        return self.state.adopted_by[-1] if self.state.adopted_by else self.card.clone

    def shows_adoption_of(self, live: RunRecord) -> bool:
        """Return whether this tracked record shows that another clone adopted a run of which this
        clone still has a live log.
        """
        tracked, own = self.state.adopted_by, live.state.adopted_by
        return self.reading.valid and tracked != own[: len(tracked)]

    def as_data(self) -> dict[str, object]:
        return {
            "run": self.card.run,
            "kind": self.card.kind,
            "plan": self.card.plan,
            "status": self.status,
            "verdict": self.verdict,
            "started_at": self.state.started_at or self.card.started_at,
            "finished_at": self.state.finished_at,
            "commits": self.state.commits,
            "branch": self.card.branch,
            "altered": self.altered,
            "work_tree": str(self.dedicated_work_tree) if self.dedicated_work_tree else None,
        }


def run_ids(repository: Repository, *, everywhere: bool = False) -> list[str]:
    """Return the ids of all runs in order, readable or not, without reading one."""
    roots = [*(worktrees.other_roots(repository) if everywhere else []), repository.root]
    folders = [live_folder(repository), *(root / RUNS for root in roots)]
    names = {place.name for folder in folders if folder.is_dir() for place in folder.iterdir()}
    return sorted(name for name in names if not name.startswith("."))


def live_ids(repository: Repository) -> list[str]:
    """Return the ids of the runs with a live log in this clone, readable or not."""
    folder = live_folder(repository)
    return sorted(place.name for place in folder.iterdir()) if folder.is_dir() else []


def all_runs(
    repository: Repository,
    *,
    everywhere: bool = False,
    among: Collection[str] | None = None,
    with_events: bool = True,
) -> list[RunRecord]:
    """Return every readable run, sorted by id; only those `among` some ids if it is given.

    Without `with_events` their logs are folded and let go of, so that many runs take little memory.

    `everywhere` adds runs that ended in another work tree of the repository, whose work is not in
    this one. Of several copies of a record the longest one counts, and a live log of this clone
    before all of them.
    """
    roots = [*(worktrees.other_roots(repository) if everywhere else []), repository.root]
    form = _Form(among, with_events)
    tracked = [
        record for root in roots for record in read_all(repository, root / RUNS, form, live=False)
    ]
    records = {
        record.card.run: record
        for record in sorted(tracked, key=lambda record: record.state.last_seq)
    }
    for live in read_all(repository, live_folder(repository), form, live=True):
        copy = records.get(live.card.run)
        if copy is None or _counts_before(live, copy):
            records[live.card.run] = live
    return _with_current_plan_paths(repository.root, [records[run] for run in sorted(records)])


def _counts_before(live: RunRecord, copy: RunRecord) -> bool:
    """Return whether the record in a live folder counts, and not the tracked copy of the run."""
    if live.came_along:
        return live.state.last_seq >= copy.state.last_seq
    return not copy.shows_adoption_of(live)


def _with_current_plan_paths(root: Path, records: list[RunRecord]) -> list[RunRecord]:
    blobs = {record.card.plan_path: record.card.plan_blob for record in records}
    paths = current_plan_paths(root, blobs)
    return [
        replace(record, current_plan_path=paths[record.card.plan_path])
        if record.card.plan_path in paths
        else record
        for record in records
    ]


def current_plan_paths(root: Path, blobs: Mapping[str, str]) -> dict[str, str]:
    """Return the current paths of plans that are not where their runs' cards say; plans that were
    not found are left out. `blobs` has the blob of each plan by the path on the card.
    """
    missing = {path: blob for path, blob in blobs.items() if not (root / path).is_file()}
    if not missing:
        return {}
    return moved_plans.current_paths(
        missing, moved_plans.earlier_paths(root), lambda path: file_blob_id(root / path)
    )


def open_runs(repository: Repository) -> list[RunRecord]:
    """Return the runs that are open in this work tree, sorted by id.

    A run that another clone adopted is open there, even if this clone still has a live log of it.
    """
    records = [
        record
        for record in read_all(repository, live_folder(repository), live=True)
        if record.live and belongs_here(repository, record.folder)
    ]
    mine = [record for record in records if not is_adopted_elsewhere(repository, record)]
    return sorted(mine, key=lambda record: record.card.run)


def own_live_folders(repository: Repository) -> list[Path]:
    """Return the folders of this work tree's live runs that are this clone's, and readable."""
    records = (read_run(repository, folder, live=True) for folder in live_folders_here(repository))
    return [record.folder for record in records if record is not None and record.live]


def require_known_versions(repository: Repository) -> None:
    """Raises NewerVersion if a newer version of forge started a run that is open in this work
    tree.
    """
    for folder in live_folders_here(repository):
        require_known_version(folder)


def require_known_version(folder: Path) -> None:
    """Raises NewerVersion if a newer version of forge wrote the run of a folder."""
    try:
        read_folder(folder)
    except NewerCard as problem:
        message = str(problem).removesuffix(f": {migrations.UPDATE}")
        raise NewerVersion(f"{folder.parent}/{message}", migrations.UPDATE) from problem
    except (OSError, ValueError):
        return


def open_anywhere(repository: Repository, name: str | None = None) -> list[RunRecord]:
    """Return the open runs of this work tree; if `name` fits none of them, those of the other work
    trees as well.
    """
    here = open_runs(repository)
    if any(name is None or name in record.card.run or name == record.card.plan for record in here):
        return here
    others = [
        record
        for record in all_runs(repository)
        if record.live and not belongs_here(repository, record.folder)
    ]
    return here + others


def is_adopted_elsewhere(repository: Repository, live: RunRecord) -> bool:
    """Return whether the tracked copy of a live run shows that another clone adopted it."""
    tracked = read_run(repository, repository.root / live.card.folder, live=False)
    return tracked is not None and tracked.shows_adoption_of(live)


def repository_of(repository: Repository, record: RunRecord) -> Repository:
    """Return the repository, opened at the work tree that an open run lives in. Raises
    RepositoryError if that is gone.
    """
    git_dir = git_dir_of(record.folder) if record.live else None
    if git_dir is None or belongs_here(repository, record.folder):
        return repository
    return worktrees.open_at(repository, git_dir)


class _Form(NamedTuple):
    """Which runs are read (all if `among` is None), and whether their events are kept."""

    among: Collection[str] | None = None
    with_events: bool = True


_EVERY = _Form()


def read_all(
    repository: Repository, folder: Path, form: _Form = _EVERY, *, live: bool
) -> Iterator[RunRecord]:
    """Yield the readable runs of a folder of runs, in order of their ids."""
    if form.among is not None:
        places = [folder / name for name in sorted(form.among)]
    else:
        places = sorted(folder.iterdir()) if folder.is_dir() else []
    for place in places:
        record = read_run(repository, place, live=live)
        if record is not None:
            yield record if form.with_events else _without_events(record)


def _without_events(record: RunRecord) -> RunRecord:
    return replace(record, reading=replace(record.reading, events=[]))


def read_run(repository: Repository, folder: Path, *, live: bool) -> RunRecord | None:
    """Read one run's folder; None if it holds no readable run.

    A live folder of another clone gives a record that is not `live`.
    """
    try:
        files = read_folder(folder)
    except (OSError, ValueError):
        return None
    card, reading = files.card, files.reading
    state = fold.fold(card.run, card.steps, reading.events)
    clone = state.adopted_by[-1] if state.adopted_by else card.clone
    own = clone == known_clone_id(repository)
    status = status_of(repository, card.run, reading, state, live=live and own)
    came_along = live and not own
    altered = "" if live else _why_altered(repository, folder, files)
    if altered and status != "damaged" and (state.ended or altered != NOT_COMMITTED):
        status = "altered"
    return RunRecord(
        *(card, reading, state, folder, live and own, status, own),
        came_along=came_along,
        altered=altered,
    )


def _why_altered(repository: Repository, folder: Path, files: RunFiles) -> str:
    """Return how the tracked record of this work tree differs from what was first committed."""
    if folder.parent != repository.root / RUNS:
        return ""
    if any(event.run != folder.name for event in files.reading.events):
        return f"{LOG_FILE} is of another run"
    versions = first_versions(repository)
    return versions.why_run_altered(f"{RUNS}/{folder.name}", files.card_data, files.log_data)


def with_evidence_checked(repository: Repository, record: RunRecord) -> RunRecord:
    """Return a tracked run's record as altered if its committed evidence was."""
    if record.live or record.altered or record.folder.parent != repository.root / RUNS:
        return record
    altered = first_versions(repository).why_evidence_altered(record.folder.name)
    return replace(record, altered=altered, status="altered") if altered else record


def why_unreadable(folder: Path) -> str:
    """Return why a run's folder cannot be read; empty if it can."""
    try:
        read_folder(folder)
    except OSError as problem:
        return f"{folder.name}/{Path(problem.filename or '').name}: {problem.strerror}"
    except ValueError as problem:
        return str(problem)
    return ""
