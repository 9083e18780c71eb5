"""What a run waits for, which commands come next, and the exit status that says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from forge.records.record import RunRecord
from forge.text.printable import plain_text
from forge.timeline import log
from forge.timeline.log import Reading
from forge.timeline.run.state import Failure, Question, RollbackState, RunState, StepState, Work
from forge.views.runs.next_commands import (
    carried_over_steps,
    control_data,
    describe,
    exit_code,
    failure,
    next_commands,
    waiting_for,
)
from tests.records.runs import card, run_id

RUN = run_id(1)
SOUND = log.read(b"")
DAMAGED = Reading([], b"", b"", "line 1 is not an event", 1)
ASKED = Question("ap-1", "diff", "diff", "Is it right?", "01-01/1")
CHOICE = replace(
    ASKED, kind="decision", options=[{"id": "left", "text": ""}, {"id": "right", "text": ""}]
)


def run(
    status: str = "paused",
    *,
    pause: str = "",
    question: Question | None = None,
    verdict: str | None = None,
    shown: str = "",
    live: bool = True,
    kind: str = "execute",
    reading: Reading = SOUND,
    tree: str = "/tmp/x/work",
    step: StepState | None = None,
) -> RunRecord:
    steps = [step or StepState("01-01/1", 1, "Write", "edit")]
    state = RunState(
        RUN,
        steps,
        status=status,  # type: ignore[arg-type]
        pause=pause,
        pause_text="Because." if pause else "",
        questions={"ap-1": question} if question else {},
        verdict=verdict,
    )
    folder = Path(tree, ".planning/runs", RUN)
    own = card(1, kind=kind, prior_run=None)
    return RunRecord(own, reading, state, folder, live, shown or status)


def ended(status: str = "completed", **how: object) -> RunRecord:
    return run(status, live=False, **how)  # type: ignore[arg-type]


def text_of(record: RunRecord) -> str:
    return plain_text(describe(record))


@pytest.mark.parametrize(
    ("record", "commands"),
    [
        (run(question=ASKED), ["approve", "reject", "stop"]),
        (run(question=CHOICE), ["approve", "approve", "reject", "stop"]),
        (run("running"), ["timeline", "pause", "stop"]),
        (run("running", shown="interrupted"), ["resume", "timeline", "stop"]),
        (run(pause="failure"), ["resume", "retry", "timeline", "stop"]),
        (run(pause="rolled_back"), ["resume", "undo", "timeline", "stop"]),
        (run(pause="manual"), ["resume", "timeline", "stop"]),
        (run(pause="manual", reading=DAMAGED), ["timeline", "log"]),
        (run(live=False, shown="damaged"), ["timeline", "log"]),
        (run(live=False, shown="elsewhere"), ["resume --adopt", "timeline", "runs"]),
        (run("running", live=False, shown="elsewhere"), ["timeline", "runs"]),
        (ended(verdict="proven"), ["log", "timeline"]),
        (ended(verdict="unproven"), ["verify", "timeline"]),
        (ended(kind="rollback"), ["undo", "status", "timeline"]),
        (ended(kind="undo"), ["status", "timeline"]),
        (ended(tree=f"/tmp/{RUN}"), ["diff", "merge", "worktree", "branch", "timeline"]),
    ],
)
def test_commands_that_come_next(record: RunRecord, commands: list[str]) -> None:
    lines = next_commands(record)
    assert len(lines) == len(commands), lines
    for line, command in zip(lines, commands, strict=True):
        assert line.removeprefix("forge ").removeprefix("git ").startswith(command), line


def test_each_option_has_its_own_command() -> None:
    assert next_commands(run(question=CHOICE))[:2] == [
        f"forge approve {RUN} --option left",
        f"forge approve {RUN} --option right",
    ]


@pytest.mark.parametrize(
    ("record", "waits"),
    [
        (run(question=ASKED), ("diff", "01-01/1", "Is it right?")),
        (run(pause="manual"), ("manual", "01-01/1", "Because.")),
        (run(pause="head_moved"), ("head_moved", "01-01/1", "Because.")),
        (run(pause="failure"), None),
        (run("running", question=ASKED), None),
        (ended("stopped", question=ASKED), None),
    ],
)
def test_what_a_run_waits_for(record: RunRecord, waits: tuple[str, str, str] | None) -> None:
    data = waiting_for(record)
    assert (data and (data["kind"], data["step"], data["text"])) == waits


def test_why_a_run_paused() -> None:
    failed = StepState("01-01/1", 1, "", "", work=Work(failure=Failure("test", "exit 1")))
    assert failure(run(pause="failure", step=failed)) == {"kind": "test", "error": "Because."}
    assert failure(run(pause="storage")) == {"kind": "storage", "error": "Because."}
    assert failure(run(pause="manual")) is None
    assert failure(ended("failed")) is None


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (ended(verdict="proven"), 0),
        (ended(verdict="unproven"), 1),
        (ended(kind="rollback"), 0),
        (ended("failed"), 1),
        (ended("stopped"), 1),
        (run(pause="failure"), 1),
        (run(pause="storage"), 1),
        (run(question=ASKED), 4),
        (run(pause="requested"), 4),
        (run(pause="interrupted"), 130),
        (run("running", shown="interrupted"), 130),
    ],
)
def test_the_exit_status(record: RunRecord, code: int) -> None:
    assert exit_code(record) == code


def test_a_waiting_run_is_described_with_its_question() -> None:
    text = text_of(run(question=ASKED))
    assert text.startswith(f"run {RUN} of 01-01: paused\nwaits for you (diff) at 01-01/1:\n")
    assert text.endswith(f"next:\n  forge approve {RUN}\n  forge reject {RUN}\n  forge stop {RUN}")


def test_a_paused_run_is_described_with_its_reason() -> None:
    assert "paused (failure) at 01-01/1:\n  Because." in text_of(run(pause="failure"))
    assert "answered; the command below continues the run" in text_of(run(pause="approval"))


def test_an_ended_run_is_described_with_open_must_haves() -> None:
    record = ended(verdict="failed")
    record.state.counts = {"declared": 2, "passed": 1, "failed": 1}
    record.state.verdicts = [
        {"verdict": word, "kind": "truth", "index": number, "target": "It", "reason": "why"}
        for number, word in enumerate(("pass", "fail"), 1)
    ]
    lines = text_of(record).splitlines()
    assert lines[0] == f"run {RUN} of 01-01: completed, failed"
    assert lines[1] == "must-haves: 2 declared, 1 passed, 1 failed"
    assert lines[2] == "  fail      truth:2 It: why"
    assert lines[3] == "next:"


def test_what_is_shown_cannot_move_the_cursor() -> None:
    hostile = replace(ASKED, text="\x1b[2Jgone")
    assert "\x1b" not in text_of(run(question=hostile))


def test_steps_of_other_runs_are_named_by_run() -> None:
    left = [{"run": "a", "step": "01-01/1"}, {"run": "a", "step": "01-01/2"}]
    rollback = RollbackState("rollback", RUN, None, 2, 0, "c", "s", left=left)
    record = ended(kind="rollback")
    record.state.rollbacks = [replace(rollback, left=[{"run": "old", "step": "x"}]), rollback]
    assert carried_over_steps(record) == {"a": ["01-01/1", "01-01/2"]}
    assert "forge rollback a" in next_commands(record)
    assert "01-01/1, 01-01/2: carried over from the run a, not rolled back" in text_of(record)
    record.state.rollback = replace(rollback, left=[])
    assert carried_over_steps(record) == {}, "a rollback under way counts before earlier ones"


def test_the_data_of_a_run_that_ended_names_no_step() -> None:
    assert control_data(run(question=ASKED))["step"] == "01-01/1"
    data = control_data(ended(verdict="proven"))
    assert (data["step"], data["verdict"], data["waiting_for"]) == (None, "proven", None)
    assert control_data(run(verdict="proven"))["verdict"] is None, "not before it has ended"
