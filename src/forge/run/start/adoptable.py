"""What is here of a run of another clone, and whether it may be adopted: what that clone committed
when the run paused, or its live log, if that came along with a copied or restored folder.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from forge import regular
from forge.errors import DamagedLog, ForgeError, GitFailed
from forge.git import worktrees
from forge.git.objects.commit import blob_data, is_ancestor, names_in
from forge.git.objects.tree import RevisionTree, Unreadable
from forge.git.repository import Repository
from forge.planning.plan.plan import Plan
from forge.records.card import RunCard
from forge.records.files import RunFiles, read_folder, read_tree
from forge.records.first_versions import first_versions
from forge.records.record import RunRecord
from forge.records.store import CARD_FILE, LOG_FILE, belongs_here, git_dir_of
from forge.run.engine.plan_unchanged import has_approved_text, plan_of
from forge.run.processes.evidence import FOLDER
from forge.text.command_line import forge_command
from forge.timeline.run import events as ev
from forge.timeline.run import fold
from forge.timeline.run.state import RunState

_FROM_HISTORY = "nothing was changed; bring an undamaged version back from its history"
_LISTED_COMMITS = 5
_LARGEST = 16 << 20  # bytes of a file of evidence


class NotAdoptable(ForgeError):
    """The committed record of a run of another clone does not allow to go on with it here."""

    kind = "not_adoptable"


class AdoptableRun(Struct, frozen=True):
    """A run that may be adopted: its card, the text of its plan, and its files by name."""

    card: RunCard
    plan: Plan
    files: dict[str, bytes]


def comes_with_tree(repository: Repository, record: RunRecord) -> bool:
    """Return whether the live log of a run came along with this work tree, and so with the
    uncommitted changes of the run.
    """
    return record.came_along and belongs_here(repository, record.folder)


def adoptable_run(repository: Repository, record: RunRecord) -> AdoptableRun:
    """Return what may be adopted of a run of another clone: its live log if that came along with
    this work tree, else what was committed.

    Raises DamagedLog if it cannot be read, and NotAdoptable if HEAD or the plan does not fit it.
    """
    if not comes_with_tree(repository, record):
        if record.came_along:
            _require_not_in(repository, record)
            _require_branch(repository, record.card)
        return committed_run(repository, record.card.run)
    try:
        came_along = read_folder(record.folder)
    except (OSError, ValueError) as error:
        raise DamagedLog(
            f"the live log of {record.card.run} cannot be read: {error}", "nothing was changed"
        ) from error
    card = came_along.card
    _require_commits(repository, card, _sound_state(came_along, "live log"))
    files = {CARD_FILE: came_along.card_data, LOG_FILE: b"\n".join([*came_along.lines, b""])}
    files |= dict(_evidence_in(record.folder))
    return AdoptableRun(card, _unchanged_plan(repository, card), files)


def _require_not_in(repository: Repository, record: RunRecord) -> None:
    """Raises NotAdoptable if the run's own work tree is here: it goes on in that one."""
    git_dir = git_dir_of(record.folder)
    if git_dir is not None and (root := worktrees.root_of(git_dir)) is not None:
        raise NotAdoptable(
            f"the run {record.card.run} lives in the work tree {root}",
            "adopt it there",
            [f"cd {shlex.quote(str(root))} && forge resume --adopt {record.card.run}"],
        )


def _evidence_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the evidence in a live folder; only regular files count."""
    place = folder / FOLDER
    for name in sorted(os.listdir(place)) if place.is_dir() and not place.is_symlink() else ():
        status = os.lstat(place / name)
        if stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST:
            yield f"{FOLDER}/{name}", regular.read(place / name)


def committed_run(repository: Repository, run: str) -> AdoptableRun:
    """Return the committed record of a paused run, evidence included.

    Raises DamagedLog if it cannot be read, and NotAdoptable if HEAD or the plan does not fit it.
    """
    tree = RevisionTree(repository, "HEAD")
    try:
        record = read_tree(tree, run)
    except (Unreadable, ValueError) as error:
        raise DamagedLog(
            f"the committed record of {run} cannot be read: {error}", "nothing was changed"
        ) from error
    card = record.card
    _require_commits(repository, card, _paused_state(record))
    why = first_versions(repository).why_run_altered(card.folder, record.card_data, record.log_data)
    if why:
        raise NotAdoptable(
            f"the committed record of {run} proves nothing: {why}",
            f"`git log -- {card.folder}` shows what changed it; bring back what forge committed",
        )
    plan = _unchanged_plan(repository, card)
    files = {CARD_FILE: record.card_data, LOG_FILE: record.log_data}
    return AdoptableRun(card, plan, files | _evidence(repository, tree, card))


def _evidence(repository: Repository, tree: RevisionTree, card: RunCard) -> dict[str, bytes]:
    files = {}
    for name in names_in(repository, str(repository.head().commit), f"{card.folder}/{FOLDER}"):
        with contextlib.suppress(Unreadable):  # `forge replay` reports missing evidence
            files[f"{FOLDER}/{name}"] = tree.read(f"{card.folder}/{FOLDER}/{name}")
    return files


def _sound_state(record: RunFiles, name: str) -> RunState:
    """Return the state of a timeline. Raises DamagedLog; a last line that was cut is left out of a
    live log.
    """
    card, reading = record.card, record.reading
    first = reading.events[0] if reading.events else None
    torn = reading.torn and name != "live log"
    problem = reading.problem or ("its last line is torn" if torn else "")
    if first is None or first.type != ev.MissionStarted.type or first.run != card.run:
        problem = problem or "it does not begin with this run's mission_started"
    if problem:
        raise DamagedLog(f"the {name} of {card.run} is damaged: {problem}", _FROM_HISTORY)
    return fold.fold(card.run, card.steps, reading.events)


def _paused_state(record: RunFiles) -> RunState:
    """Return the state of a committed timeline. Raises DamagedLog, and NotAdoptable unless it ends
    paused.
    """
    card, state = record.card, _sound_state(record, "committed timeline")
    if state.status != "paused":
        raise NotAdoptable(
            f"the committed record of {card.run} does not end paused, but {state.status}:"
            " another forge process may be at work on it",
            "pause it in its own clone (`forge pause`), push, fetch, then adopt it",
            [forge_command("timeline", card.run)],
        )
    return state


def _require_commits(repository: Repository, card: RunCard, state: RunState) -> None:
    """Raises NotAdoptable if HEAD lacks commits of the run, or is on another branch."""
    head = repository.head()
    missing = [
        commit
        for commit in (card.base_commit, *state.commits)
        if not is_ancestor(repository, commit, str(head.commit))
    ]
    if missing:
        listed = ", ".join(commit[:12] for commit in missing[:_LISTED_COMMITS])
        raise NotAdoptable(
            f"{head.short} does not hold the commits of {card.run}: {listed}",
            f"fetch the branch {card.branch} and switch to it, then adopt the run",
        )
    _require_branch(repository, card)


def _require_branch(repository: Repository, card: RunCard) -> None:
    """Raises NotAdoptable if HEAD is on another branch than the run, which is here."""
    head = repository.head()
    if head.short != card.branch and repository.commit_of(f"refs/heads/{card.branch}") is not None:
        raise NotAdoptable(
            f"HEAD is on {head.short}, the run is on {card.branch}",
            "switch to that branch, then adopt the run",
            [shlex.join(_switch_to(repository, card.branch)), f"forge resume --adopt {card.run}"],
        )


def _switch_to(repository: Repository, branch: str) -> list[str]:
    """Return the command that switches to a branch. In a copied folder, git takes it for checked
    out in a work tree of the original.
    """
    git_dir = worktrees.git_dir_of_branch(repository, branch)
    others = git_dir is not None and worktrees.root_of(git_dir) is None
    return ["git", "switch", *(["--ignore-other-worktrees"] if others else []), branch]


def _unchanged_plan(repository: Repository, card: RunCard) -> Plan:
    """Return the plan that the run began with. Raises NotAdoptable if its file has changed."""
    try:
        blob = blob_data(repository, card.plan_blob)
        data = regular.read_inside(repository.root, card.plan_path)
    except (GitFailed, OSError) as error:
        raise NotAdoptable(
            f"{card.plan_path} cannot be read: {error}", "bring the plan of the run back"
        ) from error
    if not has_approved_text(blob, card) or not has_approved_text(data, card):
        raise NotAdoptable(
            f"{card.plan_path} is not the plan that {card.run} began with",
            "stop the run in its own clone, then execute the plan",
        )
    return plan_of(repository, card)
