"""The command of a killed `verify --run` or `validate --probe` is found and ended."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forge.timeline.process_id import ProcessId
from tests.conftest import Sandbox
from tests.run.proofs import test_probe, test_run_truths


def wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def killed(sandbox: Sandbox, started: Path, *words: str) -> list[ProcessId]:
    """Kill forge while its command runs; return the processes that the command wrote down."""
    process = sandbox.start(*words)
    wait(lambda: started.exists() and len(started.read_text().split()) == 2)
    process.kill()
    process.communicate()
    orphans = [ProcessId.of(int(word)) for word in started.read_text().split()]
    assert all(orphan.alive() for orphan in orphans)
    return orphans


@pytest.mark.parametrize("words", [["status"], ["waive", "01-01", "truth:1", "--reason", "x"]])
def test_of_a_killed_verify(sandbox: Sandbox, tmp_path: Path, words: list[str]) -> None:
    started = tmp_path / "started"
    sleep = f"setsid sleep 300 & echo $! >> {started}; echo $$ >> {started}; wait; test -s src/a.py"
    test_run_truths.ready(sandbox, sleep)
    orphans = killed(sandbox, started, "verify", "01-01", "--run")
    assert sandbox.call(*words).code == 0
    wait(lambda: not any(orphan.alive() for orphan in orphans))


def test_of_a_killed_probe(sandbox: Sandbox, tmp_path: Path) -> None:
    started = tmp_path / "started"
    sleep = f"sleep 300 &amp; echo $! &gt;&gt; {started}; echo $$ &gt;&gt; {started}; wait"
    test_probe.ready(sandbox, sleep)
    orphans = killed(sandbox, started, "validate", "--probe")
    assert sandbox.call("runs").code == 0
    wait(lambda: not any(orphan.alive() for orphan in orphans))
    assert os.getpgrp() not in {orphan.pid for orphan in orphans}
