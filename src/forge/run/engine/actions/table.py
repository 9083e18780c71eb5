"""The complete table of actions. Importing a module of actions registers what is in it."""

from __future__ import annotations

from forge.run.engine.actions import (  # noqa: F401
    checkpoint,
    checks,
    diff,
    file_questions,
    finish,
    put_back,
    questions,
    restore,
    retrieve,
    rollback,
    runner,
    steps,
)
from forge.run.engine.actions.action import ACTIONS

__all__ = ["ACTIONS"]
