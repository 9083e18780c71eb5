"""forge execute: execute an approved plan, a phase, or whatever comes next."""

from __future__ import annotations

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply


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
    "--approve",
    "approve",
    is_flag=True,
    help="Approve the plan as it is, for a checkout you trust.",
)
@option(
    "--approved",
    metavar="SUBJECT",
    help="Execute only if the plan is exactly this subject (for CI).",
)
@option("--no-checks", metavar="REASON", help="Run no verify command; they prove nothing then.")
@option(
    "--ignore-deps",
    metavar="REASON",
    help="Execute even if a plan that it depends on is not completed.",
)
@option("--from", "from_step", metavar="STEP", help="Start at this step, whatever was done before.")
@option(
    "--allow-dirty",
    is_flag=True,
    help="Keep uncommitted files in place: captured, never committed.",
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
def command(invocation: Invocation, /, **arguments: object) -> Reply:
    """Execute a plan, named by its id, its path or its slug; a phase or a mission, plan after plan;
    without a name, whatever comes next.

    \b
    Example:
      forge execute 01-01
      forge execute 01-01 --dry-run
      forge execute 01-01 --runner agent
      forge execute 01-01 --worktree
      forge execute 01-01 --no-checks "no toolchain here"
    """
    return invocation.perform(**arguments)
