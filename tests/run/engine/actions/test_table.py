"""The table of actions, and what it says about them."""

from __future__ import annotations

import pytest

from forge.run.engine.actions.action import action
from forge.run.engine.actions.table import ACTIONS
from forge.run.engine.next_move import Move
from forge.run.engine.open_run import OpenRun


def named(trait: str) -> set[str]:
    return {verb for verb, entry in ACTIONS.items() if getattr(entry, trait)}


def test_an_action_is_registered_under_its_own_name() -> None:
    assert all(entry.carry_out.__name__ == verb for verb, entry in ACTIONS.items())


def test_a_second_action_of_a_name_is_refused() -> None:
    def checkpoint(run: OpenRun, move: Move) -> None: ...

    before = ACTIONS["checkpoint"]
    with pytest.raises(ValueError, match="two actions are called `checkpoint`"):
        action()(checkpoint)
    assert ACTIONS["checkpoint"] is before


def test_the_decorated_function_stays_as_it_is() -> None:
    def only_for_this_test(run: OpenRun, move: Move) -> None: ...

    try:
        assert action(runs_hooks=True)(only_for_this_test) is only_for_this_test
        assert ACTIONS["only_for_this_test"].runs_hooks
    finally:
        ACTIONS.pop("only_for_this_test", None)


def test_what_runs_code_is_guarded() -> None:
    """An action that starts a shell or a runner must be here, or the guard would not be on."""
    assert named("runs_code") == {"call_runner", "check", "check_before", "truth"}


def test_what_commits_with_the_users_hooks() -> None:
    assert named("runs_hooks") == {"apply", "apply_found", "keep_changed"}


def test_when_a_requested_pause_takes_effect() -> None:
    assert named("at_edge") == {"start", "judge"}


def test_only_one_action_closes_a_run() -> None:
    assert named("closes") == {"close"}


def test_actions_that_commit_are_expected_to_move_head() -> None:
    fixed = set(ACTIONS) - named("moves_head")
    assert fixed == {"start", "complete", "take_manual", "check", "check_before", "truth"}
