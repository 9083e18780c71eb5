"""Processes that left their group, found by a mark or adopted as orphans."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from forge.run.processes.subreaper import adopt_orphans, process_groups_of, run_marker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


def test_the_groups_of_a_run_are_found_by_its_mark() -> None:
    run = "20260102T030405Z-01-01-zzzz"
    child = subprocess.Popen(
        ["cat"],
        stdin=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], **run_marker(run)},
        start_new_session=True,
    )
    try:
        assert process_groups_of(run) == {child.pid}
        assert process_groups_of("another-run") == set()
    finally:
        child.communicate()
    assert process_groups_of(run) == set()


def test_the_own_group_is_never_returned() -> None:
    run = "20260102T030405Z-01-01-yyyy"
    child = subprocess.Popen(
        ["cat"], stdin=subprocess.PIPE, env={"PATH": os.environ["PATH"], **run_marker(run)}
    )
    try:
        assert process_groups_of(run) == set()
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
