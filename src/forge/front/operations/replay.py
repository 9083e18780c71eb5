"""Check a run's record against its own events and against git."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.records.find import one_run
from forge.records.tracked_copy import tracked_copy_warning
from forge.text.path_list import cut
from forge.text.plural import amount
from forge.text.printable import Line
from forge.views.runs.replay import replay

_MOST_REMARKS = 40  # of each kind; `--json` has all


class Arguments(NamedTuple):
    """A run; without a name the open one, else the last one."""

    run: str | None = None


def perform(call: Call, arguments: Arguments) -> Reply:
    record = one_run(call.repository, arguments.run, among_open=False)
    result, note = replay(call.repository, record), tracked_copy_warning(call.repository, record)
    lines: list[Line] = [
        f"run {record.card.run}: {record.status}, {amount(result.events, 'event')}"
    ]
    lines += [f"note: {note}"] if note else []
    for word, remarks in (("not checked", result.unchecked), ("WRONG", result.problems)):
        remarks_shown = [f"{word:11}  event {remark.seq}: {remark.message}" for remark in remarks]
        lines += cut(remarks_shown, _MOST_REMARKS)
    if result.problems:
        lines.append("NOT VALID")
    else:
        lines.append("what could be checked is sound" if result.unchecked else "sound")
    data = {**result.as_data(), "note": note}
    return Reply(data, lines, 0 if result.valid else 1)
