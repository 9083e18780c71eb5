"""forge diff: what a run, or a step of it, changed."""

from __future__ import annotations

import sys

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.shell_completion import names
from forge.git.commits.patches import show
from forge.records.card import RUNS
from forge.text.printable import visible
from forge.views.runs.diffs import changes_of, run_and_step


@click.command("diff", cls=Verb)
@click.argument("run", required=False, shell_complete=names("plan", "run"))
@option("--stat", is_flag=True, help="Show the files and how many lines changed, not the lines.")
@verb("diff")
def command(app: App, run: str | None, stat: bool) -> Reply:
    """Show what a run changed, or a step of it (RUN/STEP, PLAN/STEP), with git's own pager and
    colours.

    Without a name it is the open run, else the last one.

    \b
    Example:
      forge diff
      forge diff 01-01/2
      forge diff 20261120T025549Z-01-01-k3f9/2 --stat
    """
    found = changes_of(app.repository, *run_and_step(app.repository, run))
    if app.as_json:
        return Reply(found.as_data(app.repository))
    sys.stdout.flush()
    plain = click.get_current_context().color is False  # git itself does not ask for NO_COLOR
    form = [*(["--stat"] if stat else []), *(["--no-color"] if plain else [])]
    for each in found.ranges:
        if len(found.ranges) > 1:
            app.say(
                f"commit {each.new[:12]} (others changed the same files in between, so each commit"
                " is shown by itself)"
            )
        show(app.repository, *form, *each.words)
    if found.uncommitted:
        app.say(
            "\n".join(
                ["not committed yet:", *(f"  {visible(entry)}" for entry in found.uncommitted)]
            )
        )
        show(app.repository, *form, "HEAD", "--", ":(top)", f":(top,exclude){RUNS}")
    if not found.ranges and not found.uncommitted:
        named = f"step {found.step.id}" if found.step else f"run {found.record.card.run}"
        app.say(f"the {named} changed no file")
    return Reply({})
