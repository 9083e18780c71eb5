"""forge diff: what a run, or a step of it, changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, cast

import click

from forge.front.cli.click_types import Verb, option
from forge.front.cli.run_verb import Invocation, verb
from forge.front.cli.shell_completion import names
from forge.front.envelope import Reply
from forge.lazy import at_first_use

if TYPE_CHECKING:
    from forge.git.commits import patches
    from forge.views.runs.diffs import RunChanges
else:
    patches = at_first_use("forge.git.commits.patches")

_NOT_THE_RECORD = (":(top)", ":(top,exclude).planning/runs")


@click.command("diff", cls=Verb)
@click.argument("run", required=False, shell_complete=names("plan", "run"))
@option("--stat", is_flag=True, help="Show the files with counts of changed lines, not the lines.")
@verb("diff")
def command(invocation: Invocation, /, stat: bool, **arguments: object) -> Reply:
    """Show what a run changed, or a step of it (RUN/STEP, PLAN/STEP), with git's own pager and
    colors.

    Without a name it is the open run, else the last one.

    \b
    Example:
      forge diff
      forge diff 01-01/2
      forge diff 20261120T025549Z-01-01-k3f9/2 --stat
    """
    reply = invocation.perform(stat=stat, **arguments)
    changes = cast("RunChanges", reply.view)
    if invocation.as_json:
        return reply
    if not changes.ranges and not changes.uncommitted:
        invocation.call.note(reply.shown())
    else:
        _show(invocation, changes, stat)
    return reply._replace(text="")


def _show(invocation: Invocation, changes: RunChanges, stat: bool) -> None:
    """Show the changes with git's own pager and colors."""
    sys.stdout.flush()
    repository = invocation.call.repository
    plain = click.get_current_context().color is False  # git itself ignores NO_COLOR
    form = [*(["--stat"] if stat else []), *(["--no-color"] if plain else [])]
    if changes.missing:
        invocation.call.note(patches.not_here(changes.missing))
    for commits in changes.ranges:
        if len(changes.ranges) > 1:
            invocation.call.note(
                f"commit {commits.new[:12]} (others changed the same files in between, so each"
                " commit is shown by itself)"
            )
        patches.show(repository, *form, *commits.words)
    if changes.uncommitted:
        invocation.call.note(
            ["not committed yet:", *(f"  {entry}" for entry in changes.uncommitted)]
        )
        patches.show(repository, *form, "HEAD", "--", *_NOT_THE_RECORD)
