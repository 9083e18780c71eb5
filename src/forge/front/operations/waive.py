"""Waive a must-have, with a reason."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.named import plan_named
from forge.front.operations.shared.run_context import run_context
from forge.run.proofs import attest


class Arguments(NamedTuple):
    """A plan, a must-have of it as `KIND:N`, and the reason."""

    name: str
    must_have: str
    reason: str


def perform(call: Call, arguments: Arguments) -> Reply:
    plan = plan_named(call, arguments.name)
    proof = attest.waive(run_context(call), plan, arguments.must_have, arguments.reason)
    return Reply(proof.as_data(), proof.describe())
