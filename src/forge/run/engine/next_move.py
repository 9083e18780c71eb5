"""What a run does next: one pure decision, made from the folded state alone.

Going on in the same process, resuming in another one and recovering behind a crash are the same
thing: the events say where the run stands, and `next_move` says what comes then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from forge.planning.plan.checks import Check
from forge.planning.plan.plan import Plan, Step
from forge.timeline.run.state import RunState, StepState, Work

Verb = Literal[
    "start",
    "restore",
    "retrieve",
    "ask_step",
    "checkpoint",
    "call_runner",
    "take_manual",
    "propose",
    "ask_diff",
    "apply",
    "ask_nothing",
    "ask_before",
    "check",
    "check_before",
    "ask_check",
    "ask_changed",
    "keep_changed",
    "discard_changed",
    "complete",
    "fail",
    "repair",
    "pause_failure",
    "truth",
    "judge",
    "finish",
    "announce",
    "take_back",
    "close",
]


@dataclass(frozen=True)
class Move:
    """One thing to do: `number` is the check or the truth that it concerns, `why` the failure that
    it reports.
    """

    verb: Verb
    number: int = 0
    why: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Rules:
    """What the run was started with, as far as it decides what comes next; `takes_back` is a
    rollback, or an undo of one.
    """

    repair_attempts: int = 0
    skip_checks: bool = False
    asks_about_diff: bool = False
    takes_back: bool = False


def next_move(state: RunState, plan: Plan, rules: Rules) -> Move:
    """Return what a running run does next."""
    if state.ended:
        return Move("close")
    if state.rollback is not None:
        return Move("take_back")
    if rules.takes_back:
        return Move("finish" if state.rollbacks else "announce")
    current = state.step
    if current is None:
        return _behind_the_last_step(state, plan, rules)
    if current.status == "pending":
        return Move("start")
    step, work = plan.steps[current.number - 1], current.work
    if work.restore_to is not None:
        return Move("restore")
    if work.failure is not None:
        return Move("repair" if _may_repair(current, step, rules) else "pause_failure")
    return (
        _first_tests(plan, step, work, rules)
        or _work(step, work, rules)
        or _checks(step.checks, work, rules)
        or _ending(current, step, rules)
    )


def _may_repair(current: StepState, step: Step, rules: Rules) -> bool:
    failure = current.work.failure
    repairable = failure is not None and failure.kind in ("check", "runner", "timeout", "idle")
    return (
        repairable
        and step.calls_runner
        and current.work.runner_name != "manual"
        and current.repairs < rules.repair_attempts
    )


def _first_tests(plan: Plan, step: Step, work: Work, rules: Rules) -> Move | None:
    """Return what a TDD step begins with: its tests, of which one at least has to fail before the
    work.
    """
    begun = work.checkpoint_id is not None or work.user_repaired
    commands = [
        number for number, check in enumerate(plan.first_tests(step), 1) if check.kind == "command"
    ]
    if begun or rules.skip_checks or not commands:
        return None
    for number in commands:
        if work.before.get(number, "started") == "started":
            return Move("check_before", number)
    if "failed" in work.before.values():
        return None
    return _asked(
        work,
        "before",
        "ask_before",
        "denied",
        "the tests pass before the work, and that was answered with no",
    )


def _work(step: Step, work: Work, rules: Rules) -> Move | None:
    """Return what comes before a step's checks."""
    if step.stage == "retrieve" and not work.retrieved:
        return Move("retrieve")
    if step.stage == "checkpoint":
        return _asked(work, "step", "ask_step", "denied", "the checkpoint was answered with no")
    if step.calls_runner or work.user_repaired:
        return _edit(step, work, rules)
    return None


def _edit(step: Step, work: Work, rules: Rules) -> Move | None:
    if step.calls_runner:
        if step.edits and work.checkpoint_id is None:
            return Move("checkpoint")
        if work.runner == "":
            return Move("call_runner")
        if work.runner == "started":
            return Move("take_manual" if work.runner_name == "manual" else "call_runner")
        if work.runner == "failed":
            return Move("fail", why=("runner", ""))
    if work.applied:
        return None
    if work.proposal is None:
        return Move("propose")
    about = f"diff:{work.proposal.id}"
    asked = (
        _asked(work, about, "ask_diff", "denied", "the diff was answered with no")
        if rules.asks_about_diff
        else None
    )
    return asked or Move("apply")


def _asked(work: Work, about: str, verb: Verb, kind: str, error: str) -> Move | None:
    """Return the move that asks, or that fails on a no; None where the answer was yes."""
    answer = work.answer(about)
    if answer == "approved":
        return None
    return Move("fail", why=(kind, error)) if answer == "denied" else Move(verb)


def _checks(checks: list[Check], work: Work, rules: Rules) -> Move | None:
    for number, check in enumerate(checks, 1):
        move = _check(number, check, work, rules)
        if move is not None:
            return move
    return None


def _check(number: int, check: Check, work: Work, rules: Rules) -> Move | None:
    outcome = work.checks.get(number)
    if number in work.changed:
        return _changed(number, work)
    if outcome in ("passed", "skipped", "approved"):
        return None
    if outcome in ("failed", "denied"):
        return Move("fail", number, ("check" if outcome == "failed" else "denied", ""))
    if outcome == "inconclusive" or (check.kind == "human" and not rules.skip_checks):
        return Move("ask_check", number)
    return Move("check", number)


def _changed(number: int, work: Work) -> Move:
    answer = work.answer(f"changed:{number}")
    if answer in (None, "open"):
        return Move("ask_changed", number)
    return Move("keep_changed" if answer == "approved" else "discard_changed", number)


def _ending(current: StepState, step: Step, rules: Rules) -> Move:
    kinds = set() if rules.skip_checks else {check.kind for check in step.checks}
    if step.edits and not current.commits and not kinds:
        asked = _asked(
            current.work,
            "nothing",
            "ask_nothing",
            "denied",
            "the step changed nothing and was answered with no",
        )
        if asked is not None:
            return asked
    return Move("complete")


def _behind_the_last_step(state: RunState, plan: Plan, rules: Rules) -> Move:
    work = state.closing
    if work.failure is not None:
        return Move("pause_failure")
    if work.user_repaired and not work.applied:
        return Move("propose" if work.proposal is None else "apply")
    move = _checks(plan.verification, work, rules)
    if move is not None:
        return move
    truths = [item for item in plan.must_haves if item.command]
    for item in truths:
        number = truth_check(plan, item.index)
        if number in work.changed:
            return _changed(number, work)
        if item.index not in state.truths and work.checks.get(number) != "skipped":
            return Move("truth", item.index)
    return Move("judge" if state.counts is None else "finish")


def truth_check(plan: Plan, index: int) -> int:
    """Return the number that a truth's command has among the checks behind the last step."""
    return len(plan.verification) + index
