"""Taking an open run into the hands of this process, under the work tree's lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from forge.errors import NoOpenRun, SettingsError
from forge.git import worktrees
from forge.git.commits.identity import identity
from forge.git.index.user_index import index_damage, put_entries, rebuild_index
from forge.git.repository import Repository
from forge.git.restore.snapshot import staged_entries
from forge.planning.mission.scope_contract import Contract, contract_for
from forge.planning.settings import PATH as SETTINGS
from forge.planning.settings import RunnerSettings, Settings
from forge.planning.settings import load as load_settings
from forge.records.card import RunCard
from forge.records.record import RunRecord, home_of
from forge.records.store import live_folder, live_folders_here, lock_path
from forge.run.approvals import plan_approval
from forge.run.approvals.prompter import Person
from forge.run.engine.crash_cleanup import end_leftovers, remove_left_locks
from forge.run.engine.open_run import Hear, Notify, OpenRun, load_log
from forge.run.engine.plan_unchanged import or_as_committed, plan_of
from forge.run.processes import unstarted_worktrees
from forge.run.processes.signals import Interrupts
from forge.run.processes.subreaper import process_groups_of
from forge.run.processes.supervise import GRACE, end_group
from forge.timeline.lock import WriterLock


class Context(Struct, frozen=True):
    """What every command that changes something works with; a `lenient` one only records, and needs
    no usable settings.
    """

    repository: Repository
    settings: Settings
    execution: str
    person: Person
    notify: Notify
    lenient: bool = False
    hear: Hear = lambda output: None


@contextmanager
def writing(context: Context, what: str) -> Iterator[WriterLock]:
    """Hold the work tree's lock; what a dead forge left of git's locks is removed first. Raises
    Held.
    """
    with WriterLock(lock_path(context.repository), context.execution, what) as lock:
        folders = list(live_folders_here(context.repository))
        for folder in folders:
            end_leftovers(folder)
            for group in process_groups_of(folder.name) if lock.left_at is not None else ():
                end_group(group, GRACE)
        remove_left_locks(context.repository, lock.left_at)
        unstarted_worktrees.clear(context.repository)
        yield lock


def at_home(context: Context, record: RunRecord) -> Context:
    """Return the context of the work tree that an open run lives in. Raises RepositoryError,
    SettingsError.

    A tree that was made for the run alone, and was removed since, is made again from the run's
    branch.
    """
    if (
        record.live
        and record.work_tree is None
        and record.card.branch == f"{unstarted_worktrees.PREFIX}{record.card.run}"
    ):
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
    lock = unstarted_worktrees.creation_lock(repository, run)
    with WriterLock(lock, context.execution, run):
        place = main.with_name(f"{main.name}.forge") / run
        home = worktrees.recreate(repository, git_dir, place, record.card.branch)
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
        repository,
        card,
        plan_of(repository, card),
        contract,
        settings,
        runner,
        card_data,
        log,
        state,
        identity(repository),
        context.execution,
        interrupts,
        context.person,
        context.notify,
        context.hear,
        found,
    )


def _rebuild_index(run: OpenRun) -> bool:
    """Build the index again from HEAD, and what was staged when the run began, where it is gone or
    damaged; say if it was.
    """
    if index_damage(run.repository) is None:
        return False
    rebuild_index(run.repository, run.repository.forge_dir / "torn")
    if run.state.dirty and (
        staged := staged_entries(run.repository, run.state.dirty_commit, run.state.dirty)
    ):
        put_entries(run.repository, staged)
    return True


def _contract(context: Context, card: RunCard) -> Contract:
    """Return the contract of a run's plan. Raises SettingsError where a mission cannot be read and
    work may be done.
    """
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
        return plan_approval.resolve_runner(context.settings, card.runner)[1]
    except SettingsError as error:
        if context.lenient:
            return RunnerSettings()
        log, _, state = load_log(context.repository, card)
        log.close()
        if state.pause == "head_moved":  # the settings are those of another place in history
            raise SettingsError(f"{error.message}, while {state.pause_text}", error.hint) from error
        raise SettingsError(
            error.message, f"{error.hint}{or_as_committed(context.repository, SETTINGS)}"
        ) from error
