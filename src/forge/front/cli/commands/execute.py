"""forge execute: run an approved plan, a phase, or whatever comes next."""

from __future__ import annotations

import os

import click

from forge.errors import NotApproved, UnknownName
from forge.front.cli.answer import App, Reply, verb
from forge.front.cli.commands.approve import show_subject
from forge.front.cli.context import about_run, run_context
from forge.git.commits import identity
from forge.planning.catalog import Catalog, Phase, PlanFile
from forge.planning.dependencies import next_wave, ready
from forge.run import approvals
from forge.run.controls import resume
from forge.run.holding import Context
from forge.run.start import Options, execute, record_is_ignored
from forge.views.completion import is_done
from forge.views.run_report import exit_code
from forge.views.runs import RunRecord, open_runs


@click.command("execute")
@click.argument("name", required=False)
@click.option("--runner", metavar="NAME", help="Use this runner of the settings.")
@click.option("--approve", "approve", is_flag=True, help="Accept the plan as it is, for a checkout you trust.")
@click.option("--approved", metavar="SUBJECT", help="Run exactly what this subject names, else refuse (for CI).")
@click.option("--no-checks", metavar="REASON", help="Run no verify command; nothing is proven by them.")
@click.option("--ignore-deps", metavar="REASON", help="Run although a plan that it depends on is not completed.")
@verb("execute")
def command(
    app: App,
    name: str | None,
    runner: str | None,
    approve: bool,
    approved: str | None,
    no_checks: str | None,
    ignore_deps: str | None,
) -> Reply:
    """Execute a plan: by its id, its path or its slug; a phase, plan after plan; without a name, whatever comes next.

    \b
    Example:
      forge execute 01-01
      forge execute 01-01 --runner agent
      forge execute 01-01 --no-checks "no toolchain here"
    """
    context = run_context(app)
    options = Options(runner, approve, approved, no_checks, ignore_deps)
    catalog = Catalog(app.repository.root)
    if name is None:
        return _whatever_comes_next(app, context, catalog, options)
    found = catalog.named(name, app.here)
    phase = None if found else catalog.phase(name, app.here)
    if phase is not None:
        return _phase(app, context, catalog, phase, options)
    return about_run(_run(app, context, catalog.one(name, app.here), options))


def _run(app: App, context: Context, file: PlanFile, options: Options) -> RunRecord:
    """Execute one plan; a person at the terminal who has not approved it is shown its text and asked."""
    if record_is_ignored(app.repository):
        app.say("note: an ignore rule covers .planning/runs/; the record of runs is committed all the same")
    try:
        return execute(context, file, options)
    except NotApproved:
        if not context.person.present or options.approved is not None:
            raise
        plan = Catalog(app.repository.root).load(file)
        subject = approvals.subject_of(plan, context.settings, options.runner)
        app.say(show_subject(plan, subject))
        if not click.confirm("approve exactly this, and execute it?", default=False, err=True):
            raise
        approvals.approve(app.repository, subject, identity(app.repository))
        return execute(context, file, options)


def _whatever_comes_next(app: App, context: Context, catalog: Catalog, options: Options) -> Reply:
    records = open_runs(app.repository)
    if len(records) == 1:
        return about_run(resume(context, records[0]))
    if records:
        listed = "\n".join(f"  forge resume {record.card.run}" for record in records)
        raise UnknownName(f"{len(records)} runs are open:\n{listed}", "resume one of them")
    files = ready(catalog, lambda file: is_done(app.repository, file))
    if not files:
        raise UnknownName("no plan is ready", "write one, or see `forge status` for what the others wait for")
    if len(files) > 1:
        listed = "\n".join(f"  {file.id}  {file.path}" for file in files)
        raise UnknownName(
            f"{len(files)} plans are ready:\n{listed}", "name one", [f"forge execute {file.id}" for file in files[:5]]
        )
    return about_run(_run(app, context, files[0], options))


def _phase(app: App, context: Context, catalog: Catalog, phase: Phase, options: Options) -> Reply:
    """Run the plans of a phase one after another; stop at the first that is not proven or needs a person."""
    last: RunRecord | None = None
    done: set[str] = set()
    while True:
        left = [file for file in phase.plans if file.path not in done and not is_done(app.repository, file)]
        wave = next_wave(catalog, left, lambda file: is_done(app.repository, file)) or left[:1]
        if not wave:
            break
        last = _run(app, context, wave[0], options)
        done.add(wave[0].path)
        if exit_code(last) != 0:
            app.execution.partial = len(done) > 1
            break
    if last is None:
        text = f"every plan of {os.path.basename(phase.folder)} is completed"
        data: dict[str, object] = {"run": None, "plan": None, "status": "completed", "verdict": None, "step": None,
                                   "waiting_for": None, "next": ["forge status"]}  # fmt: skip
        return Reply(data, text)
    return about_run(last)
