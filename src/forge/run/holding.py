"""Taking an open run into the hands of this process, under the work tree's lock."""

from __future__ import annotations

import contextlib
import hashlib
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from forge.errors import ForgeError, NoOpenRun, NotApproved, SettingsError, StorageFailed, UsageError
from forge.git import index, refs, worktrees
from forge.git.commits import blob_data, file_at, identity
from forge.git.locks import remove_left_ref_locks
from forge.git.placing import clear_scratch
from forge.git.repository import Repository
from forge.git.snapshot import staged_entries
from forge.planning.contract import Contract, contract_for
from forge.planning.plan import Plan, load
from forge.planning.plan_files import find_plan_files
from forge.planning.run_card import RunCard
from forge.planning.settings import PATH as SETTINGS
from forge.planning.settings import RunnerSettings, Settings
from forge.planning.settings import load as load_settings
from forge.run import approvals
from forge.run.children import child, orphans
from forge.run.children.interrupts import Interrupts
from forge.run.children.process import GRACE, end_group
from forge.run.children.strays import groups_of
from forge.run.open_run import Hear, Notify, OpenRun, load_log
from forge.run.person import Person
from forge.text.command_line import forge_command
from forge.text.readable import read_document
from forge.text.source import Source
from forge.timeline.lock import ProcessId, WriterLock, for_a_moment, holder_alive
from forge.views.runs.records import RunRecord, home_of, live_folder, live_folders_here, lock_path


class Context(Struct, frozen=True):
    """What every command that changes something works with; a `lenient` one only records, and needs no usable settings."""

    repository: Repository
    settings: Settings
    execution: str
    person: Person
    notify: Notify
    lenient: bool = False
    hear: Hear = lambda output: None


@contextmanager
def writing(context: Context, what: str) -> Iterator[WriterLock]:
    """Hold the work tree's lock; what a dead forge left of git's locks is removed first. Raises Held."""
    with WriterLock(lock_path(context.repository), context.execution, what) as lock:
        folders = list(live_folders_here(context.repository))
        for folder in folders:
            end_leftovers(folder)
            for group in groups_of(folder.name) if lock.left_at is not None else ():
                end_group(group, GRACE)
        _remove_left_locks(context.repository, lock.left_at)
        orphans.clear(context.repository)
        yield lock


def tidy_up(repository: Repository) -> None:
    """Remove what a dead forge left of git's locks, for a command that changes nothing; not while another one is at work."""
    with contextlib.suppress(ForgeError, OSError), for_a_moment(lock_path(repository)) as left_at:
        _remove_left_locks(repository, left_at)


def _remove_left_locks(repository: Repository, left_at: float | None) -> None:
    locks = repository.forge_dir / "locks"
    others = [path for path in locks.glob("*.lock") if path != lock_path(repository)]
    alive = {holder.process.pid for holder in map(holder_alive, others) if holder}
    index.remove_left_lock(repository, alive)
    refs.remove_left_lock(repository, alive)
    clear_scratch(repository, alive)
    remove_left_ref_locks(repository, [folder.name for folder in live_folders_here(repository)], left_at)


def at_home(context: Context, record: RunRecord) -> Context:
    """Return the context of the work tree that an open run lives in. Raises RepositoryError, SettingsError.

    A tree that was made for the run alone, and was removed since, is made again from the run's branch.
    """
    if record.live and record.work_tree is None and record.card.branch == f"{orphans.PREFIX}{record.card.run}":
        home = _home_again(context, record)
    else:
        home = home_of(context.repository, record)
    if home is context.repository:
        return context
    try:
        settings = load_settings(home.root)
    except SettingsError:
        if not context.lenient:
            raise
        settings = context.settings
    return replace(context, repository=home, settings=settings)


def _home_again(context: Context, record: RunRecord) -> Repository:
    repository, run, noted = context.repository, record.card.run, record.folder / "work-tree"
    git_dir = Path(noted.read_text("utf-8", "surrogateescape"))
    main = worktrees.root_of(repository.common_dir) or repository.root
    lock = orphans.making_lock(repository, run)
    with WriterLock(lock, context.execution, run):
        place = main.with_name(f"{main.name}.forge") / run
        home = worktrees.add_again(repository, git_dir, place, record.card.branch)
        noted.write_text(str(home.git_dir), "utf-8", "surrogateescape")
        lock.unlink(missing_ok=True)
    return home


@contextmanager
def holding(context: Context, record: RunRecord) -> Iterator[OpenRun]:
    """Give an open run, in the work tree that it lives in, for as long as this process holds it.

    Raises NoOpenRun where it lives in another clone; Held, DamagedLog, UsageError, RepositoryError.
    """
    if not record.live:
        name = record.card.run
        hint = f"go on there; if that clone is gone, `forge resume --adopt {name}` takes it over"
        raise NoOpenRun(f"the run {name} is not open here, but in another clone", hint)
    context = at_home(context, record)
    with writing(context, record.card.run), Interrupts() as interrupts:
        run = open_run(context, record.card, interrupts)
        try:
            run.index_rebuilt = _rebuild_index(run)
            yield run
        finally:
            run.close()


def open_run(context: Context, card: RunCard, interrupts: Interrupts) -> OpenRun:
    """Return the open run of a card; the caller holds the lock."""
    repository = context.repository
    card_data = (live_folder(repository, card.run) / "run.yaml").read_bytes()
    contract = _contract(context, card)
    settings = replace(context.settings, scope=contract.narrowed(context.settings.scope))
    runner = _runner(context, card)
    log, found, state = load_log(repository, card)
    return OpenRun(
        repository, card, plan_of(repository, card), contract, settings, runner, card_data, log, state,
        identity(repository), context.execution, interrupts, context.person, context.notify, context.hear, found,
    )  # fmt: skip


def _rebuild_index(run: OpenRun) -> bool:
    """Build the index again from HEAD, and what was staged when the run began, where it is gone or damaged; say if it was."""
    if index.damage(run.repository) is None:
        return False
    index.rebuild(run.repository, run.repository.forge_dir / "torn")
    if run.state.dirty and (staged := staged_entries(run.repository, run.state.dirty_commit, run.state.dirty)):
        index.put_entries(run.repository, staged)
    return True


def _contract(context: Context, card: RunCard) -> Contract:
    """Return the contract of a run's plan. Raises SettingsError where a mission cannot be read and work may be done."""
    try:
        return contract_for(context.repository.root, card.plan_path)
    except SettingsError:
        if context.lenient or card.kind != "execute":
            return Contract()
        raise


def _runner(context: Context, card: RunCard) -> RunnerSettings:
    if card.kind != "execute":
        return RunnerSettings()
    try:
        return approvals.resolve_runner(context.settings, card.runner)[1]
    except SettingsError as error:
        if context.lenient:
            return RunnerSettings()
        log, _, state = load_log(context.repository, card)
        log.close()
        if state.pause == "head_moved":  # the settings are those of another place in history
            raise SettingsError(f"{error.message}, while {state.pause_text}", error.hint) from error
        raise SettingsError(error.message, f"{error.hint}{_or_as_committed(context.repository, SETTINGS)}") from error


def plan_of(repository: Repository, card: RunCard) -> Plan:
    """Return the plan as it was when the run began: the file where it is still the same, else its blob."""
    data = _read(repository, card.plan_path)
    if data is None or hashlib.sha256(data).hexdigest() != card.plan_sha256:
        data = blob_data(repository, card.plan_blob)
    return load(Source.of(card.plan_path, data), card.plan)


def _moved(repository: Repository, card: RunCard) -> bool:
    """Say whether the plan's exact text lies at another path now."""
    paths = find_plan_files(repository.root)
    return any(hashlib.sha256(_read(repository, path) or b"").hexdigest() == card.plan_sha256 for path in paths)


def _read(repository: Repository, path: str) -> bytes | None:
    try:
        return read_document(repository.root, path)
    except OSError:
        return None


def require_same_plan(run: OpenRun) -> None:
    """Raises UsageError where the plan's file is not what the run began with, NotApproved where its approval is void.

    A rollback runs nothing of a plan, so that neither matters to it.
    """
    if run.card.kind != "execute":
        return
    data = _read(run.repository, run.card.plan_path)
    moved = data is None and _moved(run.repository, run.card)
    if not moved and (data is None or hashlib.sha256(data).hexdigest() != run.card.plan_sha256):
        raise UsageError(
            f"{run.card.plan_path} {'changed' if data is not None else 'is gone'} since the run began",
            f"stop this run, then execute the plan as it is now{_or_as_committed(run.repository, run.card.plan_path)}",
            [f"forge stop {run.card.run}", *(forge_command(verb, run.card.plan) for verb in ("approve", "execute"))],
        )  # fmt: skip
    if run.option("approve"):
        return
    subject = approvals.subject_of(run.repository, run.plan, run.settings, run.card.runner)
    if run.option("approved") != subject.sha256 and not approvals.is_approved(run.repository, subject):
        raise NotApproved(
            "the plan's approval no longer holds: its runner, limits, scope or missions changed since",
            "approve it as it is now",
            [approvals.command(run.settings, run.card.plan_path, run.card.runner), f"forge resume {run.card.run}"],
        )  # fmt: skip


def _or_as_committed(repository: Repository, path: str) -> str:
    """Return how to bring back a file that is not as HEAD has it, as the end of a hint; empty for one that is."""
    committed = file_at(repository, repository.head().commit, path)
    if committed is None or committed == _read(repository, path):
        return ""
    return f"; or bring back what is committed (`git checkout HEAD -- {shlex.quote(path)}`), then `forge resume`"


def end_leftovers(folder: Path) -> bool:
    """End what is left of a dead executor's child, by the process group, pid and start time on record; say if there was any.

    `folder` is the run's live folder; the caller holds the lock, so that whoever noted the child is gone.
    """
    left = child.noted(folder)
    if left is None:
        return False
    now = ProcessId.of(left.pid)
    leader_gone = not now.start and now.boot == left.boot
    if left.alive() or leader_gone:
        end_group(left.pid, GRACE)
    with contextlib.suppress(StorageFailed):
        child.note(folder, None)
    return True
