"""forge runs: the runs of this repository."""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.records.record import all_runs, unreadable_runs
from forge.text.plural import amount


@click.command("runs", cls=Verb)
@verb("runs")
def command(app: App) -> Reply:
    """List the runs, oldest first, with what came of them.

    \b
    Example:
      forge runs
      forge runs --json
    """
    records = all_runs(app.repository, everywhere=True)
    lines = [
        f"{record.card.run}  {record.status:11}  {record.state.verdict or '-':9}  "
        f"{amount(len(record.state.commits), 'commit')}  {record.card.goal[:60]}"
        for record in records
    ]
    unreadable = unreadable_runs(app.repository)
    lines += [f"{run}  cannot be read: {reason}" for run, reason in unreadable]
    data = {
        "runs": [record.as_data() for record in records],
        "unreadable": [{"run": run, "reason": reason} for run, reason in unreadable],
    }
    return Reply(data, "\n".join(lines) or "there are no runs yet")
