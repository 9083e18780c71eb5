"""What a run does next, for each state that it can be in: one row, one state, one move."""

from __future__ import annotations

import ast
import inspect
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forge.planning.plan.plan import Plan, load
from forge.run.engine import next_move as module
from forge.run.engine.actions.table import ACTIONS
from forge.run.engine.next_move import Move, Rules, next_move, truth_check
from forge.text.source import Source
from forge.timeline.run.state import (
    FINAL,
    CheckState,
    Failure,
    Proposal,
    Question,
    RollbackState,
    RunnerState,
    RunState,
    Status,
    StepState,
    Work,
)

MUST_HAVES = """\
must_haves:
  truths:
    - statement: "It says a"
      verify: "grep -q a a.txt"
    - "Somebody likes it"
    - statement: "It says b"
      verify: "grep -q b a.txt"
"""


def plan_of(*tasks: str, verification: str = "", must_haves: str = "") -> Plan:
    """Return a plan with these steps."""
    text = (
        "---\nphase: 01-first\nplan: 01\nwave: 1\nfiles_modified:\n  - a.txt\n"
        f"{must_haves}---\n<tasks>\n" + "\n".join(tasks) + "\n</tasks>\n"
    )
    if verification:
        text += f"<verification>\n{verification}\n</verification>\n"
    plan = load(Source.of(".planning/phases/01-first/01-01-PLAN.md", text.encode()), "01-01")
    assert not plan.blocking
    return plan


def task(kind: str = "auto", *, verify: str = "", extra: str = "", attributes: str = "") -> str:
    """Return an edit step, or another kind of step."""
    files = "<files>a.txt</files>\n<action>Do it.</action>\n" if kind == "auto" else ""
    checks = f"<verify>{verify}</verify>\n" if verify else ""
    return f'<task type="{kind}" {attributes}>\n<name>Write</name>\n{files}{extra}{checks}</task>'


def command(text: str = "grep -q a a.txt") -> str:
    return f"<automated>{text}</automated>"


EDIT = plan_of(task(verify=command()))
TWO_CHECKS = plan_of(task(verify=command() + "\n" + command("grep -q b a.txt")))
UNCHECKED = plan_of(task())
HUMAN = plan_of(task(verify="<human>Does it look right?</human>"))
TDD = plan_of(task(verify=command(), attributes='tdd="true"'))
TDD_TWO = plan_of(
    task(verify=command() + "\n" + command("grep -q b a.txt"), attributes='tdd="true"')
)
RETRIEVE = plan_of(task("auto", attributes='stage="retrieve"', verify=command()))
CHECKPOINT = plan_of(task("checkpoint:human-verify"))
TEST = plan_of(task("other", attributes='stage="test"', verify=command()))
CLOSING = plan_of(task(), verification="```\ngrep -q a a.txt\n```", must_haves=MUST_HAVES)
NOTHING_AFTER = plan_of(task())

PROPOSAL = Proposal(
    id="d-1",
    sha256="0" * 64,
    seq=9,
    files=["a.txt"],
    risk="low",
    reasons=[],
    kinds=[],
    out_of_scope=[],
    by_runner=True,
)
ROLLBACK = RollbackState("rollback", "run-1", None, 5, 0, "c" * 40, "d" * 40)


def answered(about: str, decision: str | None) -> dict[str, Question]:
    return {about: Question("ap-1", "diff", about, "?", None, decision=decision)}


def working(plan: Plan, **work: Any) -> RunState:
    """Return a run in the middle of the plan's first step."""
    return in_step(plan, Work(**work))


def in_step(plan: Plan, work: Work, **state: Any) -> RunState:
    steps = [StepState(step.id, step.number, step.name, step.stage) for step in plan.steps]
    first = steps[0]
    first.status, first.attempt, first.work = "running", 1, work
    for name, value in state.items():
        setattr(first, name, value)
    return RunState("run-1", steps, status="running")


def done(plan: Plan, closing: Work | None = None, **state: Any) -> RunState:
    """Return a run after its last step."""
    run = in_step(plan, Work())
    for step in run.steps:
        step.status = "completed"
    run.closing = closing or Work()
    for name, value in state.items():
        setattr(run, name, value)
    return run


def edited(**work: Any) -> dict[str, Any]:
    """Return the work of an edit step whose diff is committed."""
    return {
        "checkpoint_id": "cp-1",
        "runner": "finished",
        "runner_name": "worker",
        "proposal": PROPOSAL,
        "applied": True,
        **work,
    }


def proposed(**work: Any) -> dict[str, Any]:
    return {**edited(), "applied": False, **work}


def failed(kind: str) -> dict[str, Any]:
    return edited(runner_name="worker", failure=Failure(kind, "it failed"))


ASKS = Rules(asks_about_diff=True)
SKIPS = Rules(skip_checks=True)
REPAIRS = Rules(repair_attempts=2)
IS_ROLLBACK = Rules(is_rollback=True)

STEP_ROWS: dict[str, tuple[Plan, dict[str, Any], Rules, Move]] = {
    "an edit step first gets a checkpoint": (EDIT, {}, Rules(), Move("checkpoint")),
    "then its runner is called": (EDIT, {"checkpoint_id": "cp-1"}, Rules(), Move("call_runner")),
    "a runner whose end is not on record is called again": (
        EDIT,
        {"checkpoint_id": "cp-1", "runner": "started", "runner_name": "worker"},
        Rules(),
        Move("call_runner"),
    ),
    "what a user did by hand is taken over": (
        EDIT,
        {"checkpoint_id": "cp-1", "runner": "started", "runner_name": "manual"},
        Rules(),
        Move("take_manual"),
    ),
    "a runner that failed fails the step": (
        EDIT,
        {"checkpoint_id": "cp-1", "runner": "failed", "runner_name": "worker"},
        Rules(),
        Move("fail", 0, ("runner", "")),
    ),
    "what the runner did is proposed": (EDIT, proposed(proposal=None), Rules(), Move("propose")),
    "a proposal is applied": (EDIT, proposed(), Rules(), Move("apply")),
    "a proposal that needs approval is asked about": (EDIT, proposed(), ASKS, Move("ask_diff")),
    "an open question about it is asked again": (
        EDIT,
        proposed(answers=answered("diff:d-1", None)),
        ASKS,
        Move("ask_diff"),
    ),
    "an approved diff is applied": (
        EDIT,
        proposed(answers=answered("diff:d-1", "approved")),
        ASKS,
        Move("apply"),
    ),
    "an answer about an earlier diff does not count": (
        EDIT,
        proposed(answers=answered("diff:d-0", "approved")),
        ASKS,
        Move("ask_diff"),
    ),
    "a declined diff fails the step": (
        EDIT,
        proposed(answers=answered("diff:d-1", "denied")),
        ASKS,
        Move("fail", 0, ("denied", "you declined the diff")),
    ),
    "after the commit the checks run": (EDIT, edited(), Rules(), Move("check", 1)),
    "a check whose end is not on record runs again": (
        EDIT,
        edited(checks={1: "started"}),
        Rules(),
        Move("check", 1),
    ),
    "the second check runs after the first": (
        TWO_CHECKS,
        edited(checks={1: "passed"}),
        Rules(),
        Move("check", 2),
    ),
    "a failed check fails the step": (
        EDIT,
        edited(checks={1: "failed"}),
        Rules(),
        Move("fail", 1, ("check", "")),
    ),
    "a declined check fails the step": (
        EDIT,
        edited(checks={1: "denied"}),
        Rules(),
        Move("fail", 1, ("denied", "")),
    ),
    "an inconclusive check is asked about": (
        EDIT,
        edited(checks={1: "inconclusive"}),
        Rules(),
        Move("ask_check", 1),
    ),
    "a check for the user is asked about": (HUMAN, edited(), Rules(), Move("ask_check", 1)),
    "it is recorded as skipped, if checks are skipped": (HUMAN, edited(), SKIPS, Move("check", 1)),
    "files that a check changed are asked about": (
        EDIT,
        edited(checks={1: "passed"}, changed={1: ["b.txt"]}),
        Rules(),
        Move("ask_changed", 1),
    ),
    "even if the check failed": (
        EDIT,
        edited(checks={1: "failed"}, changed={1: ["b.txt"]}),
        Rules(),
        Move("ask_changed", 1),
    ),
    "an open question about them is asked again": (
        EDIT,
        edited(changed={1: ["b.txt"]}, answers=answered("changed:1", None)),
        Rules(),
        Move("ask_changed", 1),
    ),
    "approved ones are kept": (
        EDIT,
        edited(changed={1: ["b.txt"]}, answers=answered("changed:1", "approved")),
        Rules(),
        Move("keep_changed", 1),
    ),
    "declined ones are discarded": (
        EDIT,
        edited(changed={1: ["b.txt"]}, answers=answered("changed:1", "denied")),
        Rules(),
        Move("discard_changed", 1),
    ),
    "a step whose checks passed is completed": (
        EDIT,
        edited(checks={1: "passed"}),
        Rules(),
        Move("complete"),
    ),
    "a skipped check counts as done": (
        EDIT,
        edited(checks={1: "skipped"}),
        Rules(),
        Move("complete"),
    ),
    "an approved check counts as done": (
        EDIT,
        edited(checks={1: "approved"}),
        Rules(),
        Move("complete"),
    ),
    "an edit step without changes and checks is asked about": (
        UNCHECKED,
        edited(),
        Rules(),
        Move("ask_nothing"),
    ),
    "it is completed after a yes": (
        UNCHECKED,
        edited(answers=answered("nothing", "approved")),
        Rules(),
        Move("complete"),
    ),
    "it fails after a no": (
        UNCHECKED,
        edited(answers=answered("nothing", "denied")),
        Rules(),
        Move("fail", 0, ("denied", "the step changed nothing, and you declined")),
    ),
    "skipped checks do not answer for it": (
        EDIT,
        edited(checks={1: "skipped"}),
        SKIPS,
        Move("ask_nothing"),
    ),
    "what the user repaired is proposed": (
        EDIT,
        {"checkpoint_id": "cp-1", "runner": "finished", "user_repaired": True},
        Rules(),
        Move("propose"),
    ),
    "a step that calls no runner is repaired by the user all the same": (
        TEST,
        {"user_repaired": True},
        Rules(),
        Move("propose"),
    ),
    "a test step only runs its checks": (TEST, {}, Rules(), Move("check", 1)),
    "a retrieve step gathers context first": (RETRIEVE, {}, Rules(), Move("retrieve")),
    "once, then its checks run": (RETRIEVE, {"retrieved": True}, Rules(), Move("check", 1)),
    "a checkpoint step asks": (CHECKPOINT, {}, Rules(), Move("ask_step")),
    "a checkpoint step is completed by a yes": (
        CHECKPOINT,
        {"answers": answered("step", "approved")},
        Rules(),
        Move("complete"),
    ),
    "a checkpoint step fails by a no": (
        CHECKPOINT,
        {"answers": answered("step", "denied")},
        Rules(),
        Move("fail", 0, ("denied", "you declined the checkpoint")),
    ),
    "a TDD step first runs its tests": (TDD, {}, Rules(), Move("check_before", 1)),
    "a test that was interrupted runs again": (
        TDD,
        {"before": {1: "started"}},
        Rules(),
        Move("check_before", 1),
    ),
    "all its tests run": (TDD_TWO, {"before": {1: "failed"}}, Rules(), Move("check_before", 2)),
    "one that fails is enough": (
        TDD_TWO,
        {"before": {1: "passed", 2: "failed"}},
        Rules(),
        Move("checkpoint"),
    ),
    "tests that pass before the work are asked about": (
        TDD,
        {"before": {1: "passed"}},
        Rules(),
        Move("ask_before"),
    ),
    "a yes does the step anyway": (
        TDD,
        {"before": {1: "passed"}, "answers": answered("before", "approved")},
        Rules(),
        Move("checkpoint"),
    ),
    "a no fails it": (
        TDD,
        {"before": {1: "passed"}, "answers": answered("before", "denied")},
        Rules(),
        Move("fail", 0, ("denied", "the tests pass before the work, and you declined")),
    ),
    "tests before the work are skipped with the checks": (TDD, {}, SKIPS, Move("checkpoint")),
    "they do not run once the work has begun": (
        TDD,
        {"checkpoint_id": "cp-1"},
        Rules(),
        Move("call_runner"),
    ),
    "a failure pauses the run": (EDIT, failed("check"), Rules(), Move("pause_failure")),
    "a failure is repaired while there are attempts": (
        EDIT,
        failed("check"),
        REPAIRS,
        Move("repair"),
    ),
    "a step to put back comes before its failure": (
        EDIT,
        {**failed("check"), "restore_to": "c" * 40},
        REPAIRS,
        Move("restore"),
    ),
}


@pytest.mark.parametrize("name", STEP_ROWS)
def test_in_a_step(name: str) -> None:
    plan, work, rules, expected = STEP_ROWS[name]
    assert next_move(working(plan, **work), plan, rules) == expected


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
        ASKS,
        Move("apply"),
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
        done(CLOSING, Work(checks={1: "passed"}, changed={2: ["b.txt"]}), truths={1: "proven"}),
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


@pytest.mark.parametrize(
    ("kind", "repaired"),
    [
        ("check", True),
        ("runner", True),
        ("timeout", True),
        ("idle", True),
        ("denied", False),
        ("commit", False),
        ("tampered", False),
        ("hooks", False),
        ("in_progress", False),
        ("nested_repository", False),
    ],
)
def test_which_failures_a_runner_may_repair(kind: str, repaired: bool) -> None:
    move = next_move(working(EDIT, **failed(kind)), EDIT, REPAIRS)
    assert move == Move("repair" if repaired else "pause_failure")


@pytest.mark.parametrize(("repairs", "verb"), [(0, "repair"), (1, "repair"), (2, "pause_failure")])
def test_repairs_are_limited(repairs: int, verb: str) -> None:
    state = in_step(EDIT, Work(**failed("check")), repairs=repairs)
    assert next_move(state, EDIT, REPAIRS).verb == verb


def test_what_the_user_did_by_hand_is_not_repaired_by_a_runner() -> None:
    work = {**failed("check"), "runner_name": "manual"}
    assert next_move(working(EDIT, **work), EDIT, REPAIRS).verb == "pause_failure"


def test_a_step_without_a_runner_is_not_repaired() -> None:
    state = working(TEST, failure=Failure("check", "no"))
    assert next_move(state, TEST, REPAIRS).verb == "pause_failure"


def test_a_step_with_commits_is_completed_without_a_check() -> None:
    state = in_step(UNCHECKED, Work(**edited()), commits=["c" * 40])
    assert next_move(state, UNCHECKED, Rules()) == Move("complete")


def test_only_the_first_step_that_is_not_done_counts() -> None:
    plan = plan_of(task(), task(verify=command()))
    state = in_step(plan, Work())
    state.steps[0].status = "skipped"
    assert next_move(state, plan, Rules()) == Move("start")
    state.steps[1].status, state.steps[1].attempt = "running", 1
    assert next_move(state, plan, Rules()) == Move("checkpoint")


def test_the_number_of_a_truth_follows_those_of_verification() -> None:
    assert truth_check(CLOSING, 3) == 4
    assert truth_check(NOTHING_AFTER, 1) == 1


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
    changed=st.dictionaries(st.integers(1, 2), st.just(["b.txt"])),
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
