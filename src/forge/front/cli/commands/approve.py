"""forge approve: a plan's exact text, or the answer that a run waits for."""

from __future__ import annotations

import click

from forge.errors import NoOpenRun
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.context import about_run, run_context
from forge.front.cli.shell_completion import names
from forge.git.commits.identity import identity
from forge.planning.names.catalog import Catalog
from forge.records.find import one_run
from forge.records.record import all_runs, open_anywhere
from forge.run.approvals import plan_approval
from forge.run.engine import controls


@click.command("approve", cls=Verb)
@click.argument("name", required=False, shell_complete=names("plan", "run", files=True))
@option(
    "--print", "only_print", is_flag=True, help="Show what would be approved, and record nothing."
)
@option(
    "--runner",
    metavar="NAME",
    help="Approve the plan with this runner.",
    shell_complete=names("runner"),
)
@option("--option", metavar="ID", help="Which way a decision goes.")
@option("--note", default="", metavar="TEXT", help="A word on the answer, kept in the record.")
@verb("approve")
def command(
    app: App, name: str | None, only_print: bool, runner: str | None, option: str | None, note: str
) -> Reply:
    """Approve a plan's exact text with its commands and runner; without a name, or with a run,
    answer what it waits for.

    \b
    Example:
      forge approve 01-01          show it, and record your yes
      forge approve 01-01 --print  only show it
      forge approve                answer what the open run waits for
    """
    context = run_context(app, lenient=is_a_run(app, name))
    if is_a_run(app, name) and not only_print and runner is None:
        record = one_run(app.repository, name, among_open=True)
        return about_run(
            controls.answer(context, record, approved=True, option=option, note=note), recorded=True
        )
    if name is None:
        raise NoOpenRun("no run waits for an answer", "name the plan that you want to approve")
    plan = Catalog(app.repository.root).load(Catalog(app.repository.root).one(name, app.here))
    subject = plan_approval.subject_of(app.repository, plan, context.settings, runner)
    findings = plan_approval.findings_of(app.repository, plan)
    text = plan_approval.describe(plan, subject, findings)
    if not only_print:
        plan_approval.approve(app.repository, subject, identity(app.repository), findings)
        text += f"\napproved; now: forge execute {plan.id}"
    return Reply(
        {"plan": plan.id, "approved": not only_print, **subject.as_data()}, text, 0, findings
    )


def is_a_run(app: App, name: str | None) -> bool:
    """Say whether an answer is meant for a run: no name, and one is open, or the name of one, open
    or ended.
    """
    if name is None:
        return bool(open_anywhere(app.repository))
    return any(name == record.card.run for record in all_runs(app.repository))
