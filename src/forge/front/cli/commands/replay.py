"""forge replay: is a run's record what happened?"""

from __future__ import annotations

import click

from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb
from forge.front.cli.shell_completion import names
from forge.records.find import one_run
from forge.records.record import tracked_copy
from forge.text.plural import amount
from forge.views.runs.replay import replay


@click.command("replay", cls=Verb)
@click.argument("run", required=False, shell_complete=names("run"))
@verb("replay")
def command(app: App, run: str | None) -> Reply:
    """Fold a run's events again and hold them against git: the chain, the plan, each commit, the
    evidence, the counts.

    Without a name, of the open run or the last one. What was changed after the fact is named at its
    event, exit 1; what this clone cannot tell is named as not checked.

    \b
    Example:
      forge replay
      forge replay 20261120T025549Z-01-01-k3f9 --json
    """
    record = one_run(app.repository, run, among_open=False)
    found, note = replay(app.repository, record), tracked_copy(app.repository, record)
    lines = [
        f"run {record.card.run}: {record.status}, {amount(found.events, 'event')}",
        *([f"note: {note}"] if note else []),
    ]
    lines += [f"  not checked  event {remark.seq}: {remark.message}" for remark in found.unchecked]
    lines += [f"  WRONG        event {remark.seq}: {remark.message}" for remark in found.problems]
    lines.append(
        "NOT VALID"
        if found.problems
        else "what could be checked is sound"
        if found.unchecked
        else "sound"
    )
    return Reply({**found.as_data(), "note": note}, "\n".join(lines), 0 if found.valid else 1)
