"""Show what a run, or a step of it, changed."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.git.commits.patches import not_here, patch
from forge.git.repository import Repository
from forge.text.printable import Text, Verbatim, visible_line
from forge.views.runs.diffs import RunChanges, changes_of, run_and_step


class Arguments(NamedTuple):
    """A run, a plan, or a step as RUN/STEP or PLAN/STEP; `stat` for counts of lines only."""

    run: str | None = None
    stat: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    repository = call.repository
    changes = changes_of(repository, *run_and_step(repository, arguments.run))
    return Reply(
        lambda: changes.as_data(repository),
        lambda: _text(repository, changes, stat=arguments.stat),
        view=changes,
    )


def _text(repository: Repository, changes: RunChanges, *, stat: bool) -> Text:
    note = not_here(changes.missing)
    if not changes.ranges and not changes.uncommitted:
        return note or no_change(changes)
    if stat:
        files = changes.files(repository)
        listed = [f"{file.path}  +{file.added or 0} -{file.removed or 0}" for file in files]
        return [*([note] if note else []), *listed]
    patches = "".join(patch(repository, commits) for commits in changes.ranges).rstrip("\n")
    return Verbatim("\n".join(filter(None, (visible_line(note), patches))))


def no_change(changes: RunChanges) -> str:
    """Return the sentence for a run or a step that changed nothing."""
    subject = f"step {changes.step.id}" if changes.step else f"run {changes.record.card.run}"
    return f"the {subject} changed no file"
