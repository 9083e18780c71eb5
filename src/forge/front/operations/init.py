"""Add what forge needs to a repository."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.run.setup.init import initialize


class Arguments(NamedTuple):
    """Init takes no arguments."""


def perform(call: Call, arguments: Arguments) -> Reply:
    result = initialize(call.repository)
    written = [f"wrote {path}" for path in result.created]
    lines = written or [".planning/forge.yaml exists already"]
    lines += ["next:", *(f"  {line}" for line in result.next)]
    return Reply({"created": result.created, "next": result.next}, [*lines])
