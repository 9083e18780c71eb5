"""What has to hold before commands of plans run outside a run."""

from __future__ import annotations

from collections.abc import Sequence

from forge.errors import DirtyTree, RepositoryError, RunOpen
from forge.git.repository import Repository
from forge.planning.names.plan_files import FOLDER
from forge.planning.plan.plan import Plan
from forge.planning.settings import RunnerSettings
from forge.records.record import open_runs
from forge.run.approvals import plan_approval
from forge.run.approvals.subject import subject_of
from forge.run.engine.context import Context
from forge.run.processes import sandbox
from forge.text.command_line import forge_command
from forge.text.path_list import cut

_MOST_LISTED = 20


def require_approved(context: Context, plans: Sequence[Plan]) -> dict[str, RunnerSettings]:
    """Return a runner with which each plan is approved, by the plan's path: its commands get the
    environment of that runner. Raises NotApproved, and NoSandbox if the commands are to run in a
    sandbox that does not work here.
    """
    sandbox.require(context.settings.commands, context.repository.root, "the plan's commands")
    runners = {
        plan.path: plan_approval.approved_runner(context.repository, plan, context.settings)
        for plan in plans
    }
    missing = [plan for plan in plans if runners[plan.path] is None]
    if missing:
        names = ", ".join(plan.id for plan in missing[:_MOST_LISTED])
        raise plan_approval.not_approved(
            context.repository,
            subject_of(context.repository, missing[0], context.settings),
            f"the commands in the present text of {names} are not approved; nothing was run",
            "read them, approve them, then verify again",
            [
                *(forge_command("approve", plan.id) for plan in missing),
                *(forge_command("verify", plan.id, options=["--run"]) for plan in missing),
            ],
        )
    return {path: runner for path, runner in runners.items() if runner is not None}


def require_settled(repository: Repository) -> str:
    """Return HEAD's commit if the work tree equals it outside `.planning/` and no run is open.

    Raises RepositoryError, RunOpen or DirtyTree.
    """
    head = repository.head().commit
    if head is None:
        raise RepositoryError(
            "this repository has no commit yet", "commit the tree that the commands are to run on"
        )
    if operation := repository.in_progress():
        raise RepositoryError(
            f"{operation} is in progress here", "end it first: commands run on a commit's tree"
        )
    if records := open_runs(repository):
        run = records[0].card.run
        message = f"the run {run} is open here; it runs the plan's commands itself"
        raise RunOpen(message, "go on with it, or stop it", [forge_command("resume", run)])
    dirty = [entry for entry in repository.dirty() if entry.path.partition("/")[0] != FOLDER]
    if dirty:
        raise DirtyTree(
            [
                "commands run on a commit's tree, and these changes are not committed:",
                *cut([str(entry) for entry in dirty], _MOST_LISTED),
            ],
            "commit them, or `git stash -u` them, then try again",
        )
    return head
