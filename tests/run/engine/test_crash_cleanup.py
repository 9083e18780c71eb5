"""What is removed after a crash: locks of dead processes, and children that outlived forge."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from forge.errors import Held
from forge.git.clone import clone_id
from forge.git.repository import Repository
from forge.git.restore.checkout import clear_scratch
from forge.records.store import live_folder
from forge.run.engine.crash_cleanup import clean_up, end_children
from forge.run.engine.open_run import OpenRun
from forge.run.engine.session import writing
from forge.run.processes import pid_file
from forge.run.processes.mark import Mark
from forge.timeline.process_id import ProcessId
from tests.conftest import Sandbox
from tests.run.in_process import context_of, enter

SLEEPS = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]


@pytest.fixture
def child(run: OpenRun) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a group of its own, with the mark of the run."""
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # it is reaped as an orphan would be
    mark = Mark.new(run.repository, run.card.run, Path("/state"))
    marked = {"PATH": "/usr/bin:/bin", **mark.variables()}
    process = subprocess.Popen(SLEEPS, env=marked, start_new_session=True, stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()  # Linux shows the environment of a program only after it has started
    yield process
    process.stdout.close()
    process.kill()
    process.wait()
    signal.signal(signal.SIGCHLD, before)


def ended(process: subprocess.Popen[bytes]) -> bool:
    for _ in range(100):
        if process.poll() is not None:
            return True
        time.sleep(0.02)
    return False


def test_a_recorded_child_is_ended_and_forgotten(
    run: OpenRun, child: subprocess.Popen[bytes]
) -> None:
    pid_file.write(run.folder, ProcessId.of(child.pid))
    end_children(run.repository, run.folder, crashed=False)
    assert ended(child) and pid_file.read(run.folder) is None


def test_an_unrecorded_child_is_ended_after_a_crash_only(
    run: OpenRun, child: subprocess.Popen[bytes]
) -> None:
    end_children(run.repository, run.folder, crashed=False)
    assert child.poll() is None
    end_children(run.repository, run.folder, crashed=True)
    assert ended(child)


def test_a_process_of_the_same_run_in_a_copied_folder_is_left_alone(
    run: OpenRun, child: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run.repository.root, copy, symlinks=True)
    other = Repository.discover(copy)
    assert clone_id(other) != run.card.clone
    end_children(other, live_folder(other, run.card.run), crashed=True)
    assert child.poll() is None
    end_children(run.repository, run.folder, crashed=True)
    assert ended(child)


def test_another_process_with_the_recorded_pid_is_left_alone(
    run: OpenRun, child: subprocess.Popen[bytes]
) -> None:
    now = ProcessId.of(child.pid)
    pid_file.write(run.folder, now._replace(start="0"))
    end_children(run.repository, run.folder, crashed=False)
    time.sleep(0.05)
    assert child.poll() is None and pid_file.read(run.folder) is None


def test_without_a_child_nothing_happens(run: OpenRun) -> None:
    end_children(run.repository, run.folder, crashed=False)
    assert pid_file.read(run.folder) is None


def test_a_folder_of_a_run_that_was_half_made_is_removed(run: OpenRun) -> None:
    scratch = run.repository.scratch
    for name in ("run-4194304-20261120T025549Z-01-01-k3f9", f"run-{os.getpid()}-x-ended"):
        (scratch / name).mkdir()
    clear_scratch(run.repository, {os.getpid()})
    assert [path.name for path in scratch.glob("run-*")] == [f"run-{os.getpid()}-x-ended"]


def test_locks_of_a_living_git_stay(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = enter(sandbox, monkeypatch)
    lock = sandbox.write(".git/refs/heads/side.lock", "")
    clean_up(repository)
    assert lock.exists()


def test_tidying_up_never_fails(tmp_path: Path, sandbox: Sandbox) -> None:
    repository = Repository.discover(sandbox.root)
    (sandbox.root / ".git/forge").mkdir(exist_ok=True)
    (sandbox.root / ".git/forge/locks").write_text("not a folder")
    clean_up(repository)


def test_the_lock_is_held_while_something_is_written(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = context_of(enter(sandbox, monkeypatch))
    with (
        writing(context, "test"),
        pytest.raises(Held, match="at work here"),
        writing(context, "again"),
    ):
        pass
    with writing(context, "again"):
        pass
