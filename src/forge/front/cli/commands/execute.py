"""forge execute: run an approved plan, a phase, or whatever comes next."""

from __future__ import annotations

from typing import Any

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.context import about_run, run_context
from forge.front.cli.shell_completion import names
from forge.git.worktrees import ignored_paths
from forge.records.record import RunRecord
from forge.run.start.first_events import Options, record_is_ignored
from forge.run.waves.sequential import execute_named, rehearse_named
from forge.views.runs.next_commands import exit_code


@click.command("execute", cls=Verb)
@click.argument(
    "name", required=False, shell_complete=names("plan", "phase", "mission", files=True)
)
@option(
    "--runner",
    metavar="NAME",
    help="Use this runner of the settings.",
    shell_complete=names("runner"),
)
@option(
    "--approve", "approve", is_flag=True, help="Accept the plan as it is, for a checkout you trust."
)
@option(
    "--approved",
    metavar="SUBJECT",
    help="Run exactly what this subject names, else refuse (for CI).",
)
@option("--no-checks", metavar="REASON", help="Run no verify command; nothing is proven by them.")
@option(
    "--ignore-deps",
    metavar="REASON",
    help="Run although a plan that it depends on is not completed.",
)
@option("--from", "from_step", metavar="STEP", help="Begin at this step, whatever was done before.")
@option(
    "--allow-dirty",
    is_flag=True,
    help="Leave uncommitted files where they are: captured, never committed.",
)
@option(
    "--worktree",
    is_flag=True,
    help="Execute in a work tree of its own, on the branch forge/RUN, left for review.",
)
@option(
    "--dry-run",
    is_flag=True,
    help="Show what would happen, step by step; run nothing, write nothing.",
)
@verb("execute")
def command(app: App, /, name: str | None, dry_run: bool, **options: Any) -> Reply:
    """Execute a plan: by its id, its path or its slug; a phase or a mission, plan after plan;
    without a name, what comes next.

    \b
    Example:
      forge execute 01-01
      forge execute 01-01 --dry-run
      forge execute 01-01 --runner agent
      forge execute 01-01 --worktree
      forge execute 01-01 --no-checks "no toolchain here"
    """
    context = run_context(app)
    if record_is_ignored(app.repository):
        app.say(
            "note: an ignore rule covers .planning/runs/; the record of runs is committed all the"
            " same"
        )
    wanted = Options(**options)
    if dry_run:
        found = rehearse_named(context, name, app.here, wanted)
        return Reply(
            {"dry_run": [each.data for each in found]},
            "\n\n".join(each.text for each in found) or "nothing is left to do",
        )
    if wanted.worktree and (left := ignored_paths(app.repository)):
        app.say(
            "note: ignored files are not in the run's work tree:"
            f" {', '.join(left[:10])}{', …' * (len(left) > 10)}"
        )
    records = execute_named(context, name, app.here, wanted)
    app.execution.counters = {"runs": len(records)}
    return _about_all(app, records, name or "")


def _about_all(app: App, records: list[RunRecord], name: str) -> Reply:
    """Answer how the last run stands; the exit status is 0 only if every run proved its plan."""
    if not records:
        data: dict[str, object] = dict.fromkeys(
            ("run", "plan", "verdict", "step", "waiting_for", "failure")
        )
        return Reply(
            {**data, "status": "completed", "next": ["forge status"]},
            f"every plan of {name} is completed",
        )
    reply = about_run(records[-1])
    codes = [exit_code(record) for record in records]
    app.execution.partial = len(records) > 1 and codes[-1] != 0
    return reply._replace(code=codes[-1] or max(codes))
