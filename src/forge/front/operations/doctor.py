"""Check whether everything that forge needs is there."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.run.setup.doctor.check import Check
from forge.run.setup.doctor.examine import examine
from forge.text.printable import visible


class Arguments(NamedTuple):
    """The doctor takes no arguments."""


def perform(call: Call, arguments: Arguments) -> Reply:
    checks = examine(call.folder, call.enclosing)
    stops = any(not check.ok and check.severity == "error" for check in checks)
    text = "\n".join(map(_line, checks))
    return Reply({"checks": [check.as_data() for check in checks]}, text, 1 if stops else 0)


def _line(check: Check) -> str:
    mark = "ok" if check.ok else check.severity
    hint = f"\n{'':9}{visible(check.hint)}" if check.hint else ""
    return f"{mark:8} {check.name}: {visible(check.message)}{hint}"
