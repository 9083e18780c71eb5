"""The context of operations that work on runs."""

from __future__ import annotations

from forge.errors import SettingsError
from forge.front.operations.call import Call
from forge.planning.settings import Settings, load
from forge.run.engine.context import Context


def run_context(call: Call, *, lenient: bool = False) -> Context:
    """Return the context of a run, and show the warnings of the settings.

    A lenient one uses the defaults if the settings cannot be read. Raises SettingsError.
    """
    try:
        settings = load(call.repository.root)
    except SettingsError as error:
        if not lenient:
            raise
        call.note(f"warning: {error.message}")
        settings = Settings()
    for warning in settings.warnings:
        call.note(f"warning: {warning}")
    display = call.caller.run_display()
    return Context(
        call.repository,
        settings,
        call.execution.id,
        call.caller.prompter(),
        display.on_event,
        lenient,
        display.on_output,
    )
