"""Reasons to refuse a run before anything is written: its plan, the repository, its dependencies,
other runs, and uncommitted changes.
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence

from forge.errors import (
    DirtyTree,
    ForgeError,
    RepositoryError,
    RunOpen,
    UnmetDependency,
    UsageError,
)
from forge.git.commits.identity import identity
from forge.git.index.user_index import index_damage
from forge.git.status import StatusEntry
from forge.planning.names.catalog import Catalog
from forge.planning.names.depends_on import PlanIndex
from forge.planning.names.plan_files import PlanFile
from forge.planning.names.waves import dependencies
from forge.planning.plan.plan import Plan
from forge.records.record import open_runs, require_known_versions
from forge.run.engine.context import Context
from forge.text.command_line import forge_command
from forge.text.finding import Finding
from forge.text.path_list import cut
from forge.views.tracker.status import load_tracker

_LISTED = 20


class BlockedPlan(ForgeError):
    """A plan has findings that block its execution."""

    kind = "blocked_plan"
    exit_code = 1

    def __init__(self, plan: Plan, findings: tuple[Finding, ...]) -> None:
        listed = [
            f"{item.path}:{item.line}:{item.column}: {item.rule} {item.message}"
            for item in findings
        ]
        super().__init__(
            [f"{plan.path} cannot be executed:", *cut(listed, _LISTED)],
            findings[0].hint,
            [forge_command("validate", plan.path)],
        )
        self.findings = list(findings)


def require_fit(context: Context) -> None:
    """Raises RepositoryError for a system, or a state of the repository, in which forge does not
    execute plans.
    """
    repository = context.repository
    if sys.platform == "win32":
        raise RepositoryError(
            "forge does not execute plans on Windows", "use WSL; reading and validating work here"
        )
    head = repository.head()
    _ = repository.objects
    if head.commit is None:
        raise RepositoryError("there is no commit yet", "make a first commit, then execute")
    if (operation := repository.in_progress()) is not None:
        raise RepositoryError(
            f"{operation} is in progress here", "finish or abort it, then execute"
        )
    if head.branch is None:
        raise RepositoryError(
            "HEAD is detached: the run's commits would belong to no branch",
            "`git switch -c NAME`, then execute",
        )
    if (why := index_damage(repository)) is not None:
        raise RepositoryError(
            f"the index ({repository.git_dir / 'index'}) {why}",
            "build it again from HEAD; what was staged is lost with it",
            [
                *(
                    [shlex.join(["rm", str(repository.git_dir / "index")])]
                    if why != "is gone"
                    else []
                ),
                "git reset -q",
            ],
        )
    identity(repository)


def require_dependencies(context: Context, catalog: Catalog, file: PlanFile, plan: Plan) -> None:
    """Raises UnmetDependency if a plan that this one depends on is missing or not completed."""
    needed = dependencies(PlanIndex(catalog.files), file, plan.texts("depends_on"))
    tracker = load_tracker(context.repository) if needed else None
    for dependency in needed:
        if dependency.file is None:
            raise UnmetDependency(
                f"{plan.path} depends on `{dependency.name}`, which does not exist",
                "fix depends_on, or use --ignore-deps REASON",
            )
        if tracker is not None and not tracker.done(dependency.file):
            raise UnmetDependency(
                f"{plan.path} depends on {dependency.file.id} ({dependency.file.path}), which is"
                " not completed",
                "execute that first, or use --ignore-deps REASON",
                [forge_command("execute", tracker.order.first_for(dependency.file).id)],
            )


def require_no_open_run(context: Context) -> None:
    """Raises RunOpen if a run of this work tree is not finished, NewerVersion if a newer version of
    forge started it.
    """
    require_known_versions(context.repository)
    branch = context.repository.head().short
    for record in open_runs(context.repository):
        run = record.card.run
        raise RunOpen(
            f"the run {run} of {record.card.plan} is not finished: {record.status} on"
            f" {record.card.branch}, HEAD is {branch}",
            "go on with it, or stop it",
            [forge_command("resume", run), forge_command("stop", run)],
        )


def require_as_committed(context: Context, *paths: str) -> None:
    """Raises UsageError if a file differs from HEAD: a run is bound to what is committed."""
    wanted = set(paths)
    changed = [entry.path for entry in context.repository.dirty() if entry.path in wanted]
    if changed:
        names, are = ", ".join(changed), "is" if len(changed) == 1 else "are"
        commands = [
            ["git", "add", "-f", *changed],
            ["git", "commit", "-m", "The plan", "--", *changed],
        ]
        raise UsageError(
            f"{names} {are} not as committed, and the run is bound to what is",
            "commit it first",
            [shlex.join(words) for words in commands],
        )


def _described(entry: StatusEntry) -> str:
    """Return an uncommitted path with its status; mark a repository inside this one, whose files
    git cannot commit.
    """
    nested = " (a git repository of its own: ignore it, move it, or add it as a submodule)"
    return f"{entry}{nested if entry.path.endswith('/') else ''}"


def require_clean(
    context: Context, ways_out: Sequence[str] = ("git add -A && git commit", "git stash -u")
) -> None:
    """Raises DirtyTree, which lists the files and the ways out, if anything is uncommitted."""
    dirty = context.repository.dirty()
    if dirty:
        listed = cut([_described(entry) for entry in dirty], _LISTED)
        raise DirtyTree(
            ["uncommitted changes are in the way of a run:", *listed],
            "do one of these; a run commits nothing but its own work",
            ways_out,
        )
