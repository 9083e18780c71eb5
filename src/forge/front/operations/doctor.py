"""Check whether everything that forge needs is there."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.run.setup.doctor.check import Check
from forge.run.setup.doctor.examine import examine
from forge.text.printable import Line


class Arguments(NamedTuple):
    """The doctor takes no arguments."""


def perform(call: Call, arguments: Arguments) -> Reply:
    checks = examine(call.folder, call.enclosing)
    stops = any(not check.ok and check.severity == "error" for check in checks)
    lines = [line for check in checks for line in _lines(check)]
    return Reply({"checks": [check.as_data() for check in checks]}, lines, 1 if stops else 0)


def _lines(check: Check) -> list[Line]:
    mark = "ok" if check.ok else check.severity
    hint = [f"{'':9}{check.hint}"] if check.hint else []
    return [f"{mark:8} {check.name}: {check.message}", *hint]
