"""What is seen of a run while it is at work: one line that changes at a terminal, plain lines
elsewhere.
"""

from __future__ import annotations

import re

from tests.conftest import Sandbox
from tests.run.engine.actions.test_questions import at_terminal
from tests.run.plans import Case, Task, auto, writes

TOKEN = "ghp_" + "a1B2c3D4e5F6" * 3
TALK = (
    f"print('reading \\x1b[31mred\\x1b[0m {TOKEN}', flush=True); import time; time.sleep(0.8); "
    "print('half', end='', flush=True); time.sleep(0.6)"
)


def talking(sandbox: Sandbox) -> Sandbox:
    check = auto("echo verifying by words; sleep 0.5; test -s a.txt")
    tasks = [Task("Task 1: Write it", "a.txt", check), Task("Task 2: Test it", "", auto("true"))]
    return Case(sandbox, tasks, {1: f"{writes('a.txt', 'x')}; {TALK}"}, files=("a.txt",)).set_up()


def test_at_a_terminal_one_line_tells_step_stage_time_and_what_is_said(sandbox: Sandbox) -> None:
    sandbox.env["TERM"] = "xterm"
    _, shown = at_terminal(talking(sandbox), ["execute", "01-01", "--approve"], b"")
    drawn = [part.split("\n")[0] for part in re.split(r"\r\x1b\[K", shown)[1:]]
    lines = [part for part in drawn if part.strip() and "0:0" in part]
    said = r" +\[1/2\] edit, worker 0:0\d  reading <U\+001B>\[31mred<U\+001B>\[0m \[secret remov.*"
    assert any(re.fullmatch(said, line) for line in lines), lines
    assert any(
        re.match(r" +\[1/2\] edit, verifying 0:0\d  verifying by words", line) for line in lines
    ), lines
    assert all(len(line) < 80 and "half" not in line for line in lines), (
        "it fits the terminal, and shows whole lines"
    )
    assert TOKEN not in shown and "\x1b[31mred" not in shown
    assert "\r\x1b[K      ok: echo verifying" in shown, (
        "the line is gone before the next one is printed"
    )


def test_elsewhere_there_are_plain_lines(sandbox: Sandbox) -> None:
    said = talking(sandbox).forge(
        "execute", "01-01", "--approve", env={"TERM": "xterm", "FORCE_COLOR": "1"}
    )
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", said.err + said.out)
    steps = [line for line in said.err.splitlines() if line.startswith("[")]
    assert steps == ["[1/2] Task 1: Write it (edit)", "[2/2] Task 2: Test it (test)"]
    assert "reading" not in said.err, "what a runner says is evidence"
