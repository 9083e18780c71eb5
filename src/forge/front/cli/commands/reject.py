"""forge reject: answer what a run waits for with no."""

from __future__ import annotations

import click

from forge.errors import NoOpenRun
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.click_types import Verb, option
from forge.front.cli.commands.approve import is_a_run
from forge.front.cli.context import about_run, run_context
from forge.front.cli.shell_completion import names
from forge.planning.names.catalog import Catalog
from forge.records.find import one_run
from forge.run.approvals import plan_approval
from forge.run.engine import controls


@click.command("reject", cls=Verb)
@click.argument("name", required=False, shell_complete=names("plan", "run", files=True))
@option(
    "--runner",
    metavar="NAME",
    help="Take the approval with this runner back.",
    shell_complete=names("runner"),
)
@option("--option", metavar="ID", help="Which way of a decision is refused.")
@option(
    "--note",
    default="",
    metavar="TEXT",
    help="Why not; kept in the record and shown behind the failure.",
)
@verb("reject")
def command(app: App, name: str | None, runner: str | None, option: str | None, note: str) -> Reply:
    """Answer what the open run waits for with no; with a plan, take its approval back.

    \b
    Example:
      forge reject --note "the migration must be reversible"
    """
    context = run_context(app, lenient=is_a_run(app, name))
    if is_a_run(app, name):
        record = one_run(app.repository, name, among_open=True)
        return about_run(
            controls.answer(context, record, approved=False, option=option, note=note),
            recorded=True,
        )
    if name is None:
        raise NoOpenRun("no run waits for an answer", "name the plan whose approval you take back")
    plan = Catalog(app.repository.root).load(Catalog(app.repository.root).one(name, app.here))
    subject = plan_approval.subject_of(app.repository, plan, context.settings, runner)
    had = plan_approval.withdraw(app.repository, subject)
    text = (
        f"the approval of {plan.id} is taken back"
        if had
        else f"{plan.id} was not approved as it is now"
    )
    return Reply({"plan": plan.id, "approved": False, **subject.as_data()}, text)
