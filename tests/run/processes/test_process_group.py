"""Ending a process group."""

from __future__ import annotations

import signal
import subprocess

from forge.run.processes.process_group import end_group


def group(script: str) -> subprocess.Popen[bytes]:
    """Start a shell in a group of its own, and wait until it has printed a line."""
    child = subprocess.Popen(
        ["sh", "-c", script], stdout=subprocess.PIPE, start_new_session=True, bufsize=0
    )
    assert child.stdout is not None and child.stdout.readline()
    return child


def test_a_group_gets_time_to_end_by_itself() -> None:
    child = group("trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done")
    end_group(child.pid, 10, child)
    assert child.returncode == 5


def test_a_group_that_ignores_term_is_killed() -> None:
    child = group("trap '' TERM; echo ready; exec sleep 1000")
    end_group(child.pid, 0.05, child)
    assert child.returncode == -signal.SIGKILL


def test_a_group_that_is_gone_is_not_an_error() -> None:
    child = group("echo ready")
    child.wait()
    end_group(child.pid, 10, child)
    assert child.returncode == 0
