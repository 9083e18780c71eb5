"""What another clone committed of a run when it paused, and whether it may be adopted here."""

from __future__ import annotations

import contextlib

from msgspec import Struct

from forge.errors import DamagedLog, ForgeError, GitFailed
from forge.git.objects.commit import blob_data, is_ancestor, names_in
from forge.git.objects.tree import RevisionTree, Unreadable
from forge.git.repository import Repository
from forge.planning.plan.plan import Plan
from forge.records.card import RunCard
from forge.records.files import RunFiles, read_tree
from forge.records.store import CARD_FILE, LOG_FILE
from forge.run.engine.plan_unchanged import has_approved_text, plan_of
from forge.run.processes.evidence import FOLDER
from forge.text.command_line import forge_command
from forge.timeline.run import events as ev
from forge.timeline.run import fold
from forge.timeline.run.state import RunState

_FROM_HISTORY = "nothing was changed; bring an undamaged version back from its history"
_LISTED_COMMITS = 5


class NotAdoptable(ForgeError):
    """The committed record of a run of another clone does not allow to go on with it here."""

    kind = "not_adoptable"


class AdoptableRun(Struct, frozen=True):
    """A run that may be adopted: its card, the text of its plan, and its files by name."""

    card: RunCard
    plan: Plan
    files: dict[str, bytes]


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
    plan = _unchanged_plan(repository, card)
    files = {CARD_FILE: record.card_data, LOG_FILE: record.log_data}
    return AdoptableRun(card, plan, files | _evidence(repository, tree, card))


def _evidence(repository: Repository, tree: RevisionTree, card: RunCard) -> dict[str, bytes]:
    files = {}
    for name in names_in(repository, str(repository.head().commit), f"{card.folder}/{FOLDER}"):
        with contextlib.suppress(Unreadable):  # `forge replay` reports missing evidence
            files[f"{FOLDER}/{name}"] = tree.read(f"{card.folder}/{FOLDER}/{name}")
    return files


def _paused_state(record: RunFiles) -> RunState:
    """Return the state of a committed timeline. Raises DamagedLog, and NotAdoptable unless it ends
    paused.
    """
    card, reading = record.card, record.reading
    first = reading.events[0] if reading.events else None
    problem = reading.problem or ("its last line is torn" if reading.torn else "")
    if first is None or first.type != ev.MissionStarted.type or first.run != card.run:
        problem = problem or "it does not begin with this run's mission_started"
    if problem:
        raise DamagedLog(
            f"the committed timeline of {card.run} is damaged: {problem}", _FROM_HISTORY
        )
    state = fold.fold(card.run, card.steps, reading.events)
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
    if head.short != card.branch and repository.commit_of(f"refs/heads/{card.branch}") is not None:
        raise NotAdoptable(
            f"HEAD is on {head.short}, the run is on {card.branch}",
            "switch to that branch, then adopt the run",
        )


def _unchanged_plan(repository: Repository, card: RunCard) -> Plan:
    """Return the plan that the run began with. Raises NotAdoptable if its file has changed."""
    try:
        blob = blob_data(repository, card.plan_blob)
        data = (repository.root / card.plan_path).read_bytes()
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
