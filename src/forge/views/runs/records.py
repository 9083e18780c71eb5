"""The runs of a repository: open ones from their live logs, ended ones and those of other clones from the tracked copies."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from forge.errors import DamagedLog, NoOpenRun, UnknownName
from forge.git import commits, worktrees
from forge.git.clone import known_clone_id
from forge.git.repository import Repository
from forge.planning import homes
from forge.planning.catalog import Catalog
from forge.planning.run_card import RUNS, RunCard
from forge.timeline import fold, log
from forge.timeline.lock import holder_alive
from forge.timeline.log import Reading
from forge.timeline.state import RunState


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
        """Whether the run goes on, here or elsewhere; a live log means that its closing record is not yet committed."""
        return self.live or not (self.state.ended or self.left_behind)

    @property
    def left_behind(self) -> bool:
        """Whether this clone's own run went on on another branch: the record that this one has of it is older than the run."""
        return self.mine and self.status == "elsewhere"

    @property
    def work_tree(self) -> Path | None:
        """The root of the work tree that the run's record was read from, or lives in; None where that is gone."""
        if not self.live:
            return self.folder.parents[2]
        try:
            return worktrees.root_of(Path((self.folder / "work-tree").read_text("utf-8", "surrogateescape")))
        except OSError:
            return None

    @property
    def own_tree(self) -> Path | None:
        """The work tree that was made for the run alone; None where there is none, or its work is merged."""
        place = self.work_tree
        return place if place is not None and place.name == self.card.run else None

    @property
    def clone(self) -> str:
        """The clone that the run lives in: the one that took it over last, else the one that it began in."""
        return self.state.adopted_by[-1] if self.state.adopted_by else self.card.clone

    def took_over(self, live: RunRecord) -> bool:
        """Say whether this tracked record tells that another clone took over what this clone still has a live log of."""
        told, known = self.state.adopted_by, live.state.adopted_by
        return self.reading.valid and told != known[: len(told)]

    def as_data(self) -> dict[str, object]:
        """Return what `forge runs` shows of it."""
        return {
            "run": self.card.run, "kind": self.card.kind, "plan": self.card.plan, "status": self.status,
            "verdict": self.state.verdict,
            "started_at": self.state.started_at or self.card.started_at, "finished_at": self.state.finished_at,
            "commits": self.state.commits, "branch": self.card.branch,
            "work_tree": str(self.own_tree) if self.own_tree else None,
        }  # fmt: skip


def live_folder(repository: Repository, run: str = "") -> Path:
    """Return where live logs lie, or that of one run."""
    return repository.forge_dir / "runs" / run


def lock_path(repository: Repository) -> Path:
    """Return the lock of this work tree."""
    name = "main" if repository.git_dir == repository.common_dir else repository.git_dir.name
    return repository.forge_dir / "locks" / f"{name}.lock"


def all_runs(repository: Repository, *, everywhere: bool = False) -> list[RunRecord]:
    """Return every run that can be read, sorted by its id. A live log wins over its tracked copy.

    Runs that ended in another work tree of the repository are among them only `everywhere`: their work is not in this one.
    Of several copies the longest one counts.
    """
    roots = [*(worktrees.other_roots(repository) if everywhere else []), repository.root]
    tracked = [record for root in roots for record in _read_all(repository, root / RUNS, live=False)]
    found = {record.card.run: record for record in sorted(tracked, key=lambda record: record.state.last_seq)}
    for live in _read_all(repository, live_folder(repository), live=True):
        copy = found.get(live.card.run)
        if copy is None or not copy.took_over(live):
            found[live.card.run] = live
    return _at_home(repository.root, [found[run] for run in sorted(found)])


def _at_home(root: Path, records: list[RunRecord]) -> list[RunRecord]:
    """Return the runs with the places of those plans that were moved since."""
    lost = {record.card.plan_path: record.card.plan_blob for record in records if not (root / record.card.plan_path).is_file()}
    if not lost:
        return records
    now = homes.homes(lost, homes.said_by(root), lambda path: blob_id(root / path))
    return [replace(record, moved_to=now.get(record.card.plan_path, "")) for record in records]


def open_runs(repository: Repository) -> list[RunRecord]:
    """Return the runs that are open in this work tree, sorted by id; those of other work trees are their own business.

    A run that another clone took over is open there, whatever this clone's log says.
    """
    records = [
        record
        for record in _read_all(repository, live_folder(repository), live=True)
        if belongs_here(repository, record.folder)
    ]
    mine = [record for record in records if not is_taken_over(repository, record)]
    return sorted(mine, key=lambda record: record.card.run)


def is_taken_over(repository: Repository, live: RunRecord) -> bool:
    """Say whether the tracked copy of a live run tells that another clone took it over."""
    tracked = read_run(repository, repository.root / live.card.folder, live=False)
    return tracked is not None and tracked.took_over(live)


def home_of(repository: Repository, record: RunRecord) -> Repository:
    """Return the repository as of the work tree that an open run lives in. Raises RepositoryError where that is gone."""
    if not record.live or belongs_here(repository, record.folder):
        return repository
    return worktrees.at(repository, Path((record.folder / "work-tree").read_text("utf-8", "surrogateescape")))


def live_folders_here(repository: Repository) -> list[Path]:
    """Return the live folders of this work tree's runs, readable or not."""
    folder = live_folder(repository)
    return [place for place in sorted(folder.iterdir()) if belongs_here(repository, place)] if folder.is_dir() else []


def belongs_here(repository: Repository, folder: Path) -> bool:
    """Say whether a live folder is that of a run of this work tree."""
    try:
        return (folder / "work-tree").read_text("utf-8", "surrogateescape") == str(repository.git_dir)
    except OSError:
        return True


def _read_all(repository: Repository, folder: Path, *, live: bool) -> Iterator[RunRecord]:
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
    """Return the runs whose files are none that can be read, each with the reason: they are there all the same."""
    found: dict[str, str] = {}
    for folder in (live_folder(repository), repository.root / RUNS):
        for place in sorted(folder.iterdir()) if folder.is_dir() else ():
            if place.is_dir() and not place.name.startswith(".") and (reason := _why_unreadable(place)):
                found[place.name] = reason
    return sorted(found.items())


def _why_unreadable(folder: Path) -> str:
    try:
        RunCard.decode(f"{folder.name}/run.yaml", (folder / "run.yaml").read_bytes())
        (folder / "timeline.jsonl").read_bytes()
    except OSError as problem:
        return f"{folder.name}/{Path(problem.filename or '').name}: {problem.strerror}"
    except ValueError as problem:
        return str(problem)
    return ""


def _status(repository: Repository, card: RunCard, reading: Reading, state: RunState, *, live: bool) -> str:
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


def one_run(
    repository: Repository, name: str | None, *, among_open: bool, only: Callable[[RunRecord], bool] = lambda record: True
) -> RunRecord:
    """Return the run of an id or an unambiguous part of one, among those that `only` lets through; else the one that is open.

    Raises NoOpenRun or UnknownName, which lists the candidates; DamagedLog for a run whose files cannot be read.
    """
    found = open_anywhere(repository, name) if among_open else all_runs(repository, everywhere=True)
    records = list(filter(only, found))
    if name is None:
        candidates = records if among_open else _open_in_this_clone(records) or records[-1:]
        if not candidates:
            raise NoOpenRun(*_why_nothing(repository, among_open=among_open))
    else:
        exact = [record for record in records if record.card.run == name]
        candidates = exact or [record for record in records if name in record.card.run or name == record.card.plan]
        if not candidates:
            _name_unreadable(repository, name)
            raise NoOpenRun(_why_none(repository, name, among_open=among_open) + _listed(records), "see `forge runs`")
    if len(candidates) > 1:
        raise UnknownName(f"{len(candidates)} runs fit:{_listed(candidates)}", "name one of them")
    return candidates[0]


def _open_in_this_clone(records: list[RunRecord]) -> list[RunRecord]:
    return [record for record in records if record.open and record.status != "elsewhere"]


def runs_of(records: Sequence[RunRecord], catalog: Catalog, name: str) -> list[RunRecord]:
    """Return the runs of the plan that a name means, today or when they began."""
    paths = {name, *(file.path for file in catalog.named(name))}
    return [record for record in records if record.plan_path in paths or name in (record.card.plan, record.card.plan_path)]


def run_meant(repository: Repository, name: str) -> RunRecord | None:
    """Return the one run whose id, or a part of it, or whose folder a name is; None where it is no run's, or several runs'."""
    wanted = name.rstrip("/").rpartition("/")[2]
    found = [record for record in all_runs(repository, everywhere=True) if wanted and wanted in record.card.run]
    return found[0] if len(found) == 1 else None


def open_anywhere(repository: Repository, name: str | None = None) -> list[RunRecord]:
    """Return the open runs of this work tree; where none is meant, those of the others."""
    here = open_runs(repository)
    if any(name is None or name in record.card.run or name == record.card.plan for record in here):
        return here
    others = [record for record in all_runs(repository) if record.live and not belongs_here(repository, record.folder)]
    return here + others


def _name_unreadable(repository: Repository, name: str) -> None:
    """Raises DamagedLog where a run of this id is there and its files are none that can be read."""
    for folder in (live_folder(repository) / name, repository.root / RUNS / name):
        if "/" in name or not folder.is_dir():
            continue
        if reason := _why_unreadable(folder):
            raise DamagedLog(f"{folder.parent}/{reason}", "bring it back from the last commit that holds it")


def tracked_copy(repository: Repository, record: RunRecord) -> str | None:
    """Say how the tracked copy of an open run differs from what it has to be; None where it does not, or a run has ended.

    It has to be a beginning of the live log, and no shorter than the committed one. The live log is what counts.
    """
    if not record.live:
        return None
    path = f"{record.card.folder}/timeline.jsonl"
    here = _bytes(repository.root / path)
    committed = commits.file_at(repository, repository.head().commit, path)
    if here is None:
        what = "is missing" if committed is not None else ""
    elif not (_bytes(record.folder / "timeline.jsonl") or b"").startswith(here):
        what = "is not the live log's beginning"
    else:
        what = "is older than the committed one" if committed is not None and not here.startswith(committed) else ""
    if not what:
        return None
    return f"the tracked copy {path} {what}; the live log is what counts, and forge writes the copy again when it next stops"


def blob_id(path: Path) -> str:
    """Return the id that git gives to a file as it lies, empty for one that cannot be read."""
    data = _bytes(path)
    return "" if data is None else hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def one_elsewhere(repository: Repository, name: str | None) -> RunRecord:
    """Return the run of an id, or a part of one, that is open and not in this clone; without a name, the only one.

    Raises NoOpenRun or UnknownName, which lists the candidates.
    """
    records = [record for record in all_runs(repository) if not (record.live or record.state.ended)]
    found = [record for record in records if name is None or name in record.card.run]
    if len(found) > 1:
        raise UnknownName(f"{len(found)} runs fit:{_listed(found)}", "name one of them")
    if not found:
        here = name is not None and any(name in record.card.run for record in open_runs(repository))
        said = f"the run {name} is open in this clone" if here else "no such run is open in another clone"
        raise NoOpenRun(said + _listed(records), "go on with `forge resume`" if here else "see `forge runs`")
    return found[0]


def _why_nothing(repository: Repository, *, among_open: bool) -> tuple[str, str]:
    if not among_open:
        return "there are no runs yet", "start one with `forge execute`"
    lost = [
        record.card.run for record in _read_all(repository, live_folder(repository), live=True)
        if belongs_here(repository, record.folder) and is_taken_over(repository, record)
    ]  # fmt: skip
    if lost:
        return f"the run {lost[-1]} was taken over by another clone", "go on there; `forge runs` shows how it stands"
    away = [record.card.run for record in all_runs(repository) if record.status == "elsewhere" and record.open]
    if away:
        hint = f"go on there; if that clone is gone, `forge resume --adopt {away[-1]}` takes it over"
        return f"no run is open here; {away[-1]} is open in another clone", hint
    return "no run is open here", "start one with `forge execute`"


def _why_none(repository: Repository, name: str, *, among_open: bool) -> str:
    found = next((record for record in all_runs(repository) if name in record.card.run), None)
    if not among_open or found is None:
        return f"there is no {'open ' if among_open else ''}run `{name}`"
    if found.left_behind:
        return f"the run {name} went on on another branch (it began on {found.card.branch}); what this one has of it is older"
    if found.status == "elsewhere" and found.state.adopted_by:
        return f"the run {name} was taken over by another clone; what this clone's own log holds stays under .git/forge/runs/"
    return f"the run {name} {'lives in another clone' if found.status == 'elsewhere' else 'has ended'}"


def _listed(records: list[RunRecord]) -> str:
    return "".join(f"\n  {record.card.run}  {record.status}" for record in records[-20:])
