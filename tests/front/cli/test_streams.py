"""Standard streams that are closed or full: a run is not disturbed, and a loss is reported."""

from __future__ import annotations

import os
import shlex
import subprocess

import pytest

from tests.conftest import FORGE, Sandbox
from tests.run.plans import Case, Task, auto, writes

MUST = "must_haves:\n  artifacts:\n    - path: a.txt\n"


def run(sandbox: Sandbox, words: str, redirected: str) -> tuple[int, str]:
    command = f"{shlex.join(FORGE)} {words} {redirected}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=sandbox.root,
        env=sandbox.environment(),
        capture_output=True,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&- 2>&-"])
def test_a_closed_stream_does_not_disturb_a_run(sandbox: Sandbox, closed: str) -> None:
    task = Task("Write", "a.txt", auto("test -s a.txt"))
    Case(sandbox, [task], {1: writes("a.txt", "a")}, files=("a.txt",), must_haves=MUST).set_up()
    code, text = run(sandbox, "execute 01-01 --approve", closed)
    assert code == 0 and "Traceback" not in text
    assert sandbox.call("replay").data["valid"] and sandbox.status() == []
    assert run(sandbox, "--version", closed)[0] == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is of Linux")
def test_a_failed_write_is_reported(sandbox: Sandbox) -> None:
    for words in ("status", "runs --json", "--version", "execute --help"):
        assert run(sandbox, words, ">/dev/full") == (
            1,
            "forge: what was printed could not be written: No space left on device\n",
        )
    assert run(sandbox, "runs --json", "2>/dev/full")[0] == 0
    assert run(sandbox, "runs --json", ">/dev/full 2>/dev/full")[0] == 1
