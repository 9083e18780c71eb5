"""The verbs of `next_move` are those of the table of actions, and each state has one move."""

from __future__ import annotations

import ast
import inspect
from typing import get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from forge.planning.plan.plan import Plan
from forge.run.engine import next_move as module
from forge.run.engine.actions.table import ACTIONS
from forge.run.engine.next_move import Rules, next_move
from forge.timeline.run.state import Changed, CheckState, Failure, RunnerState, Work
from tests.run.engine.hand_built import CHECKPOINT, EDIT, HUMAN, PROPOSAL, RETRIEVE, TDD, in_step
from tests.run.engine.test_next_move import STEP_ROWS
from tests.run.engine.test_next_move_at_the_ends import CLOSING_ROWS, RUN_ROWS


def test_each_verb_is_reached_and_has_an_action() -> None:
    """The verbs that the rows above reach are those of the table of actions, neither more nor
    fewer.
    """
    reached = {row[-1].verb for row in (*STEP_ROWS.values(), *CLOSING_ROWS.values())}
    reached |= {row[-1].verb for row in RUN_ROWS.values()}
    assert reached == set(ACTIONS)


def test_no_verb_in_the_source_is_missing_from_the_table() -> None:
    """Each text given to `Move(…)` or as a verb to `_asked` names an action."""
    tree = ast.parse(inspect.getsource(module))
    verbs = set()
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            continue
        if call.func.id == "Move":
            verbs |= {
                node.value
                for node in ast.walk(call.args[0])
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            } - {"approved", "manual"}
        elif call.func.id == "_asked":
            verb = call.args[2]
            assert isinstance(verb, ast.Constant)
            verbs.add(verb.value)
    assert verbs == set(ACTIONS)


def test_next_move_knows_no_action() -> None:
    """It stays pure: it imports plans and states alone."""
    imported = [
        node.module or ""
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.ImportFrom)
    ]
    assert {name.rpartition(".")[0] for name in imported if name.startswith("forge")} == {
        "forge.planning.plan",
        "forge.timeline.run",
    }


works = st.builds(
    Work,
    retrieved=st.booleans(),
    checkpoint_id=st.sampled_from([None, "cp-1"]),
    runner=st.sampled_from(get_args(RunnerState)),
    runner_name=st.sampled_from(["", "worker", "manual"]),
    proposal=st.sampled_from([None, PROPOSAL]),
    applied=st.booleans(),
    user_repaired=st.booleans(),
    before=st.dictionaries(st.integers(1, 2), st.sampled_from(get_args(CheckState))),
    checks=st.dictionaries(st.integers(1, 2), st.sampled_from(get_args(CheckState))),
    changed=st.dictionaries(st.integers(1, 2), st.just(Changed(["b.txt"]))),
    failure=st.sampled_from([None, Failure("check", "no")]),
    restore_to=st.sampled_from([None, "c" * 40]),
)


rules = st.builds(
    Rules,
    repair_attempts=st.integers(0, 2),
    skip_checks=st.booleans(),
    asks_about_diff=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(work=works, rules=rules, plan=st.sampled_from([EDIT, TDD, RETRIEVE, CHECKPOINT, HUMAN]))
def test_each_state_has_one_move_that_exists_and_is_the_same_again(
    work: Work, rules: Rules, plan: Plan
) -> None:
    state = in_step(plan, work)
    move = next_move(state, plan, rules)
    assert move.verb in ACTIONS
    assert next_move(state, plan, rules) == move
    if work.failure is None and work.restore_to is None:
        assert move.verb not in ("restore", "repair", "pause_failure")
