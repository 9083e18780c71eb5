"""Processes that left their group, found by a mark or adopted as orphans."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from forge.run.processes.mark import Mark
from forge.run.processes.subreaper import adopt_orphans, process_groups_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def started(run: str, *, own_group: bool) -> subprocess.Popen[bytes]:
    """Return a process with the mark of a run, once it runs: Linux shows its environment then."""
    child = subprocess.Popen(
        ["cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **Mark(run, "clone", "state").variables()},
        start_new_session=own_group,
    )
    assert child.stdin and child.stdout
    child.stdin.write(b"ready\n")
    child.stdin.flush()
    child.stdout.readline()
    return child


def test_the_groups_of_a_run_are_found_by_its_mark() -> None:
    run = "20260102T030405Z-01-01-zzzz"
    child = started(run, own_group=True)
    try:
        assert process_groups_of(run, "clone") == {child.pid}
        assert process_groups_of("another-run", "clone") == set()
        assert process_groups_of(run, "clon") == process_groups_of(run, "copy") == set()
    finally:
        child.communicate()
    assert process_groups_of(run, "clone") == set()


def test_the_own_group_is_never_returned() -> None:
    run = "20260102T030405Z-01-01-yyyy"
    child = started(run, own_group=False)
    try:
        assert process_groups_of(run, "clone") == set()
    finally:
        child.communicate()


def test_an_orphan_is_killed_at_the_end() -> None:
    with adopt_orphans():
        script = "setsid sleep 1000 >/dev/null 2>&1 & echo $!"
        done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
        pid = int(done.stdout)
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_earlier_children_are_left_alone() -> None:
    child = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    with adopt_orphans():
        pass
    assert child.poll() is None
    child.communicate()
    assert child.returncode == 0
