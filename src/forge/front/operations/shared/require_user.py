"""Refuses verbs that are for the user to programs of a run."""

from __future__ import annotations

from forge.front.operations.call import Call
from forge.run.approvals.store import state_folder
from forge.run.guard import user_only


def require_user(call: Call, verb: str) -> None:
    """Raise NotTheUser if this process descends from a program of a run."""
    user_only.require_user(call.enclosing, state_folder(), f"forge {verb}")
