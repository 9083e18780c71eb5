"""The table of actions: what carries out each verb of `next_move`, and what it may do meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun

CarryOut = Callable[[OpenRun, Move], None]


@dataclass(frozen=True)
class Action:
    """One effect of a run, recorded as events, with what the executor must know about it.

    - `runs_code`: it runs code of the plan or of a runner, so it needs the git guard, and the live
      log is checked afterwards.
    - `runs_hooks`: it runs the user's git hooks, so the live log is checked afterwards.
    - `moves_head`: HEAD may move meanwhile. If not, a HEAD that moved was moved by someone else.
    - `at_edge`: a requested pause takes effect before it.
    - `closes`: it ends the run's record; nothing follows.
    """

    carry_out: CarryOut
    runs_code: bool = False
    runs_hooks: bool = False
    moves_head: bool = True
    at_edge: bool = False
    closes: bool = False


ACTIONS: dict[str, Action] = {}


def action(
    *,
    runs_code: bool = False,
    runs_hooks: bool = False,
    moves_head: bool = True,
    at_edge: bool = False,
    closes: bool = False,
) -> Callable[[CarryOut], CarryOut]:
    """Register a function as the action of the verb that it is named after."""

    def register(carry_out: CarryOut) -> CarryOut:
        verb = carry_out.__name__
        if verb in ACTIONS:
            raise ValueError(f"two actions are called `{verb}`")
        ACTIONS[verb] = Action(carry_out, runs_code, runs_hooks, moves_head, at_edge, closes)
        return carry_out

    return register
