"""Which open run a control means, and which kinds of runs it works on."""

from __future__ import annotations

from forge.errors import UsageError
from forge.front.operations.call import Call
from forge.records.find import one_run
from forge.records.record import RunRecord
from forge.records.tracked_copy import tracked_copy_warning
from forge.text.command_line import forge_command

_STEPS_ONLY = frozenset({"retry", "skip"})
"""Controls of a single step: a rollback has no steps of its own to do again or to leave out."""


def open_run(call: Call, name: str | None, control: str = "") -> RunRecord:
    """Return the open run that a name means, and note if its tracked copy differs from its log.

    Raises NoOpenRun, UnknownName, DamagedLog; UsageError if the control does not work on its kind.
    """
    record = one_run(call.repository, name, among_open=True)
    if note := tracked_copy_warning(call.repository, record):
        call.note(f"note: {note}")
    if control in _STEPS_ONLY and record.live and record.card.kind != "execute":
        raise UsageError(
            f"this run is a {record.card.kind}, which has no step to {control}",
            "finish it first",
            [forge_command("resume", record.card.run)],
        )
    return record
