"""Decides what a run does next, from its folded state alone.

Going on in the same process, resuming in another shell and recovering after a crash are the same
thing: the events give the state of the run, and `next_move` returns what comes next. Verbs are the
keys of the table in `actions`.
"""

from __future__ import annotations

from dataclasses import dataclass

from forge.planning.plan.checks import Check
from forge.planning.plan.plan import Plan, Step
from forge.timeline.run.state import RunState, StepState, Work

_REPAIRABLE = ("check", "runner", "timeout", "idle")


@dataclass(frozen=True)
class Move:
    """One thing to do: `number` is the check or truth concerned, `why` the kind and text of a
    failure to record.
    """

    verb: str
    number: int = 0
    why: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Rules:
    """How the run was started, as far as it affects what comes next; `is_rollback` includes the
    undo of a rollback.
    """

    repair_attempts: int = 0
    skip_checks: bool = False
    asks_about_diff: bool = False
    asks_about_found: bool = False
    is_rollback: bool = False


def next_move(state: RunState, plan: Plan, rules: Rules) -> Move:
    """Return what a running run does next."""
    if state.ended:
        return Move("close")
    if state.rollback is not None:
        return Move("take_back")
    if rules.is_rollback:
        return Move("finish" if state.rollbacks else "announce")
    current = state.step
    if current is None:
        return _after_last_step(state, plan, rules)
    if current.status == "pending":
        return Move("start")
    step, work = plan.steps[current.number - 1], current.work
    if work.restore_to is not None:
        return Move("restore")
    if work.failure is not None:
        return Move("repair" if _may_repair(current, step, rules) else "pause_failure")
    return (
        _found(work, rules)
        or _first_tests(plan, step, work, rules)
        or _work(step, work, rules)
        or _checks(step.checks, work, rules)
        or _end_of_step(current, step, rules)
    )


def truth_check(plan: Plan, index: int) -> int:
    """Return the number of a truth's command among the checks after the last step."""
    return len(plan.verification) + index


def _may_repair(current: StepState, step: Step, rules: Rules) -> bool:
    failure = current.work.failure
    return (
        failure is not None
        and failure.kind in _REPAIRABLE
        and step.calls_runner
        and current.work.runner_name != "manual"
        and current.repairs < rules.repair_attempts
    )


def _first_tests(plan: Plan, step: Step, work: Work, rules: Rules) -> Move | None:
    """Return what a TDD step starts with: its tests, at least one of which must fail before the
    work.
    """
    started = work.checkpoint_id is not None or work.user_repaired
    commands = [
        number for number, check in enumerate(plan.first_tests(step), 1) if check.kind == "command"
    ]
    if started or rules.skip_checks or not commands:
        return None
    for number in commands:
        if work.before.get(number, "started") == "started":
            return Move("check_before", number)
    if "failed" in work.before.values():
        return None
    return _asked(work, "before", "ask_before", "the tests pass before the work, and you declined")


def _work(step: Step, work: Work, rules: Rules) -> Move | None:
    """Return what comes before a step's checks."""
    if step.stage == "retrieve" and not work.retrieved:
        return Move("retrieve")
    if step.stage == "checkpoint":
        return _asked(work, "step", "ask_step", "you declined the checkpoint")
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
    return _diff(work, rules)


def _diff(work: Work, rules: Rules) -> Move:
    """Return the move that judges, asks about or commits what changed."""
    if work.proposal is None:
        return Move("propose")
    about = f"diff:{work.proposal.id}"
    if work.is_to_be_put_back(about):
        return Move("put_back_diff")
    if rules.asks_about_diff:
        question = _asked(work, about, "ask_diff", "you declined the diff")
        if question is not None:
            return question
    return Move("apply")


def _found(work: Work, rules: Rules) -> Move | None:
    """Return what happens to changes that neither the runner nor a command made."""
    if work.found is None:
        return None
    about = f"found:{work.found.id}"
    if work.is_to_be_put_back(about):
        return Move("put_back_found")
    if rules.asks_about_found and work.answer(about) != "approved":
        return Move("ask_found")
    return Move("apply_found")


def _asked(work: Work, about: str, verb: str, declined: str) -> Move | None:
    """Return the move that asks, or that fails if the user declined; None if they approved."""
    answer = work.answer(about)
    if answer == "approved":
        return None
    return Move("fail", why=("denied", declined)) if answer == "denied" else Move(verb)


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
    """Return what happens to files that a check changed."""
    answer = work.answer(f"changed:{number}")
    if answer in (None, "open"):
        return Move("ask_changed", number)
    return Move("keep_changed" if answer == "approved" else "put_back_changed", number)


def _end_of_step(current: StepState, step: Step, rules: Rules) -> Move:
    has_checks = bool(step.checks) and not rules.skip_checks
    if step.edits and not current.commits and not has_checks:
        question = _asked(
            current.work, "nothing", "ask_nothing", "the step changed nothing, and you declined"
        )
        if question is not None:
            return question
    return Move("complete")


def _after_last_step(state: RunState, plan: Plan, rules: Rules) -> Move:
    work = state.closing
    if work.failure is not None:
        return Move("pause_failure")
    if work.user_repaired and not work.applied:
        return _diff(work, rules)
    move = _found(work, rules) or _checks(plan.verification, work, rules) or _truths(state, plan)
    return move or Move("judge" if state.counts is None else "finish")


def _truths(state: RunState, plan: Plan) -> Move | None:
    work = state.closing
    for item in plan.must_haves:
        if not item.command:
            continue
        number = truth_check(plan, item.index)
        if number in work.changed:
            return _changed(number, work)
        if item.index not in state.truths and work.checks.get(number) != "skipped":
            return Move("truth", item.index)
    return None
