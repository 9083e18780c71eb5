"""forge next: the one thing to do next."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.text.printable import visible
from forge.views.tracker.status import Tracker, load_tracker


@click.command("next", cls=Verb)
@verb("next")
def command(app: App) -> Reply:
    """Say what to do next, and the command line to type.

    \b
    Example:
      forge next
    """
    found = load_tracker(app.repository)
    why = _why(found)
    return Reply(
        {"why": why, "next": found.next},
        visible("\n".join([why, *(f"  {line}" for line in found.next)])),
    )


def _why(found: Tracker) -> str:
    run = next(iter(found.open_runs), None)
    if run is not None:
        waits = f", it waits for a person ({run.waiting_for['kind']})" if run.waiting_for else ""
        return f"the run {run.run} of {run.plan} is {run.status}{waits}"
    if found.ready:
        more = f", and {len(found.ready) - 1} more" if len(found.ready) > 1 else ""
        return f"{found.ready[0].id} can start{more}"
    if items := found.backlog.of_status("in_progress"):
        return f"no plan can start; the item {items[0].id} is in progress: {items[0].title}"
    if items := found.backlog.ready:
        return (
            f"no plan can start; the item {items[0].id} ({items[0].priority}) can: {items[0].title}"
        )
    left = [plan for plan in found.plans if plan.word in ("open", "failed", "unproven", "stale")]
    if left:
        return (
            f"no plan can start; {len(left)} of {len(found.plans)} are not proven (`forge ready"
            " --explain`)"
        )
    done = "every plan is called complete" if found.plans else "there are no plans yet"
    listed = ", ".join(f"{line.number} {line.title}".strip() for line in found.unplanned[:3])
    count = len(found.unplanned)
    return (
        f"{done}; the roadmap lists {count} phase{'s' if count > 1 else ''} without plans: {listed}"
        if count
        else done
    )
