"""What commands share: settings, the run context, and answers about runs."""

from __future__ import annotations

from forge.front.cli.answer import App, Reply
from forge.front.cli.terminal import person, progress
from forge.planning.settings import load
from forge.run.holding import Context
from forge.views.run_report import control_data, describe, exit_code
from forge.views.runs import RunRecord


def run_context(app: App) -> Context:
    """Return what commands that change something work with. Raises SettingsError."""
    settings = load(app.repository.root)
    for warning in settings.warnings:
        app.say(f"warning: {warning}")
    return Context(app.repository, settings, app.execution.id, person(app.as_json), progress)


def about_run(record: RunRecord, *, recorded: bool = False) -> Reply:
    """Answer how a run stands; a command that only recorded something exits 0."""
    return Reply(control_data(record), describe(record), 0 if recorded else exit_code(record))
