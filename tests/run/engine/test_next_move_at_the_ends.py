"""What a run does next before its first step, after its last one, and in a rollback."""

from __future__ import annotations

from typing import Any

import pytest

from forge.planning.plan.plan import Plan
from forge.run.engine.next_move import Move, Rules, next_move, truth_check
from forge.timeline.run.state import FINAL, Changed, Failure, RunState, Status, StepState, Work
from tests.run.engine.hand_built import (
    ASKS,
    CLOSING,
    EDIT,
    IS_ROLLBACK,
    NOTHING_AFTER,
    PROPOSAL,
    REPAIRS,
    ROLLBACK,
    done,
    working,
)

CLOSING_ROWS: dict[str, tuple[Plan, RunState, Rules, Move]] = {
    "verification runs first": (CLOSING, done(CLOSING), Rules(), Move("check", 1)),
    "a failed one fails the run": (
        CLOSING,
        done(CLOSING, Work(checks={1: "failed"})),
        Rules(),
        Move("fail", 1, ("check", "")),
    ),
    "a failure there is never repaired by a runner": (
        CLOSING,
        done(CLOSING, Work(failure=Failure("check", "no"))),
        REPAIRS,
        Move("pause_failure"),
    ),
    "what the user repaired is proposed": (
        CLOSING,
        done(CLOSING, Work(user_repaired=True)),
        Rules(),
        Move("propose"),
    ),
    "and applied without a question": (
        CLOSING,
        done(CLOSING, Work(user_repaired=True, proposal=PROPOSAL)),
        Rules(),
        Move("apply"),
    ),
    "or asked about if it is risky": (
        CLOSING,
        done(CLOSING, Work(user_repaired=True, proposal=PROPOSAL)),
        ASKS,
        Move("ask_diff"),
    ),
    "what is found is committed if it is harmless": (
        CLOSING,
        done(CLOSING, Work(found=PROPOSAL)),
        Rules(),
        Move("apply_found"),
    ),
    "and asked about otherwise": (
        CLOSING,
        done(CLOSING, Work(found=PROPOSAL)),
        Rules(asks_about_found=True),
        Move("ask_found"),
    ),
    "then verified again": (
        CLOSING,
        done(CLOSING, Work(user_repaired=True, proposal=PROPOSAL, applied=True)),
        Rules(),
        Move("check", 1),
    ),
    "truths come after verification": (
        CLOSING,
        done(CLOSING, Work(checks={1: "passed"})),
        Rules(),
        Move("truth", 1),
    ),
    "those without a command are left out": (
        CLOSING,
        done(CLOSING, Work(checks={1: "passed"}), truths={1: "proven"}),
        Rules(),
        Move("truth", 3),
    ),
    "a failed truth does not stop the run": (
        CLOSING,
        done(CLOSING, Work(checks={1: "passed"}), truths={1: "failed"}),
        Rules(),
        Move("truth", 3),
    ),
    "a skipped truth is passed over": (
        CLOSING,
        done(CLOSING, Work(checks={1: "passed", 2: "skipped"})),
        Rules(),
        Move("truth", 3),
    ),
    "files that a truth changed are asked about": (
        CLOSING,
        done(
            CLOSING,
            Work(checks={1: "passed"}, changed={2: Changed(["b.txt"])}),
            truths={1: "proven"},
        ),
        Rules(),
        Move("ask_changed", 2),
    ),
    "after all truths the must-haves are judged": (
        CLOSING,
        done(CLOSING, Work(checks={1: "passed"}), truths={1: "proven", 3: "proven"}),
        Rules(),
        Move("judge"),
    ),
    "nothing to verify is judged at once": (
        NOTHING_AFTER,
        done(NOTHING_AFTER),
        Rules(),
        Move("judge"),
    ),
    "a judged run finishes": (
        NOTHING_AFTER,
        done(NOTHING_AFTER, counts={"pass": 0}),
        Rules(),
        Move("finish"),
    ),
}


@pytest.mark.parametrize("name", CLOSING_ROWS)
def test_after_the_last_step(name: str) -> None:
    plan, state, rules, expected = CLOSING_ROWS[name]
    assert next_move(state, plan, rules) == expected


def rolling_back(**state: Any) -> RunState:
    run = working(EDIT)
    for name, value in state.items():
        setattr(run, name, value)
    return run


RUN_ROWS: dict[str, tuple[RunState, Rules, Move]] = {
    "a pending step starts": (
        RunState("r", [StepState("1", 1, "", "edit")]),
        Rules(),
        Move("start"),
    ),
    "a run that ended is closed": (rolling_back(status="completed"), Rules(), Move("close")),
    "whatever else is open": (
        rolling_back(status="stopped", rollback=ROLLBACK),
        IS_ROLLBACK,
        Move("close"),
    ),
    "an announced rollback comes before the steps": (
        rolling_back(rollback=ROLLBACK),
        Rules(),
        Move("take_back"),
    ),
    "a run of a rollback announces it": (
        RunState("r", [], status="running"),
        IS_ROLLBACK,
        Move("announce"),
    ),
    "then carries it out": (
        RunState("r", [], status="running", rollback=ROLLBACK),
        IS_ROLLBACK,
        Move("take_back"),
    ),
    "then finishes": (
        RunState("r", [], status="running", rollbacks=[ROLLBACK]),
        IS_ROLLBACK,
        Move("finish"),
    ),
    "an open run goes on after a rollback": (
        rolling_back(rollbacks=[ROLLBACK]),
        Rules(),
        Move("checkpoint"),
    ),
}


@pytest.mark.parametrize("name", RUN_ROWS)
def test_before_any_step(name: str) -> None:
    state, rules, expected = RUN_ROWS[name]
    assert next_move(state, EDIT, rules) == expected


@pytest.mark.parametrize("status", sorted(FINAL))
def test_each_final_status_closes(status: Status) -> None:
    assert next_move(rolling_back(status=status), EDIT, Rules()) == Move("close")


def test_the_number_of_a_truth_follows_those_of_verification() -> None:
    assert truth_check(CLOSING, 3) == 4
    assert truth_check(NOTHING_AFTER, 1) == 1
