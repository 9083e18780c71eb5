"""What commands share: settings, the run context, and answers about runs."""

from __future__ import annotations

from forge.errors import SettingsError
from forge.front.cli.answer import App, Reply
from forge.front.cli.status_line import Live
from forge.front.cli.terminal import person
from forge.planning.settings import Settings, load
from forge.records.find import one_run
from forge.records.record import RunRecord, tracked_copy
from forge.run.engine.context import Context
from forge.views.runs.next_commands import control_data, describe, exit_code


def run_context(app: App, *, lenient: bool = False) -> Context:
    """Return what commands that change something work with; a lenient one does without usable
    settings.

    Raises SettingsError.
    """
    try:
        settings = load(app.repository.root)
    except SettingsError as error:
        if not lenient:
            raise
        app.say(f"warning: {error.message}")
        settings = Settings()
    for warning in settings.warnings:
        app.say(f"warning: {warning}")
    live = Live()
    return Context(
        app.repository,
        settings,
        app.execution.id,
        person(app.as_json),
        live.notify,
        lenient,
        live.on_output,
    )


def open_run(app: App, name: str | None) -> RunRecord:
    """Return the open run that a name means, and say where its tracked copy is not what the live
    log says.

    Raises NoOpenRun, UnknownName, DamagedLog.
    """
    record = one_run(app.repository, name, among_open=True)
    if note := tracked_copy(app.repository, record):
        app.say(f"note: {note}")
    return record


def about_run(record: RunRecord, *, recorded: bool = False) -> Reply:
    """Answer how a run stands; a command that only recorded something exits 0."""
    return Reply(control_data(record), describe(record), 0 if recorded else exit_code(record))


def about_rollback(record: RunRecord) -> Reply:
    """Answer how a rollback, or its undo, ended: exit 0 where it was done, in a run of its own or
    within an open one.
    """
    within = record.card.kind == "execute" and record.state.rollback is None
    return about_run(record, recorded=within)
