"""List the runs, oldest first."""

from __future__ import annotations

from typing import Annotated, NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.arguments import AtLeast
from forge.front.operations.call import Call
from forge.records.lines import RunLine, run_lines
from forge.text.plural import amount
from forge.text.printable import Line

_SHOWN = 50


class Arguments(NamedTuple):
    """At most `max_count` runs, the newest; all of them with `every`."""

    max_count: Annotated[int, AtLeast(1)] | None = None
    every: bool = False


def perform(call: Call, arguments: Arguments) -> Reply:
    lines = run_lines(call.repository, everywhere=True)
    readable = [line for line in lines if not line.unreadable]
    unreadable = [line for line in lines if line.unreadable]
    data: dict[str, object] = {
        "runs": [line.as_data() for line in readable[-(arguments.max_count or len(readable)) :]],
        "total": len(readable),
        "unreadable": [{"run": line.run, "reason": line.unreadable} for line in unreadable],
    }
    most = len(readable) if arguments.every else arguments.max_count or _SHOWN
    return Reply(data, _text(readable, unreadable, most) or "there are no runs yet")


def _text(readable: list[RunLine], unreadable: list[RunLine], most: int) -> list[Line]:
    older = len(readable) - most
    lines: list[Line] = []
    if older > 0:
        lines.append(f"{amount(older, 'older run')} not shown: `forge runs --all`")
    lines += map(_line, readable[max(0, older) :])
    lines += [f"{line.run}  cannot be read: {line.unreadable}" for line in unreadable[-_SHOWN:]]
    if (more := len(unreadable) - _SHOWN) > 0:
        lines.append(f"and {more} more that cannot be read: `forge runs --json`")
    return lines


def _line(line: RunLine) -> str:
    commits = amount(len(line.commits), "commit")
    return f"{line.run}  {line.status:11}  {line.verdict or '-':9}  {commits}  {line.goal[:60]}"
