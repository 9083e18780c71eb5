"""Confirm a truth by name, with evidence."""

from __future__ import annotations

from typing import NamedTuple

from forge.front.envelope import Reply
from forge.front.operations.call import Call
from forge.front.operations.shared.named import plan_named
from forge.front.operations.shared.run_context import run_context
from forge.run.proofs import attest


class Arguments(NamedTuple):
    """A plan, a truth of it as `truth:N`, and files of the repository that show it."""

    name: str
    must_have: str
    evidence: tuple[str, ...]
    note: str = ""


def perform(call: Call, arguments: Arguments) -> Reply:
    plan = plan_named(call, arguments.name)
    proof = attest.attest(
        run_context(call), plan, arguments.must_have, list(arguments.evidence), arguments.note
    )
    return Reply(proof.as_data(), proof.describe())
