"""Runs in any state, built by hand for `next_move`."""

from __future__ import annotations

from typing import Any

from forge.planning.plan.plan import Plan, load
from forge.run.engine.next_move import Rules
from forge.text.source import Source
from forge.timeline.run.state import (
    Failure,
    Proposal,
    Question,
    RollbackState,
    RunState,
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


def answered(about: str, decision: str | None, option: str = "") -> dict[str, Question]:
    question = Question("ap-1", "diff", about, "?", None, decision=decision, option=option or None)
    return {about: question}


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
