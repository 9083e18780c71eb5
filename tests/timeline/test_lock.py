"""The lock of a work tree: one holder, known by name, and free again however the holder ends."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from forge.errors import Held, StorageFailed
from forge.timeline.lock import WriterLock, holder_alive, peek, read_holder
from forge.timeline.process_id import ProcessId

HOLD = """
import sys
from pathlib import Path
from forge.errors import Held
from forge.timeline.lock import WriterLock
try:
    with WriterLock(Path(sys.argv[1]), "01JOTHER", "run-7"):
        print("held", flush=True)
        sys.stdin.readline()
except Held as error:
    print("refused:", error.message, flush=True)
"""


@contextmanager
def another(path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Let another process take the lock; yield it with what it says, and end it."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    try:
        yield child, child.stdout.readline().strip()
    finally:
        child.kill()
        child.communicate()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "locks/main.lock"


def test_a_refusal_names_the_holder(path: Path) -> None:
    with another(path) as (child, answer):
        assert answer == "held"
        with (
            pytest.raises(Held, match=f"process {child.pid} \\(run-7\\)") as caught,
            WriterLock(path, "01J", "x"),
        ):
            pass
        assert caught.value.exit_code == 5
        assert caught.value.hint


def test_another_process_is_refused_while_this_one_holds_it(path: Path) -> None:
    with WriterLock(path, "01J", "run-1"), another(path) as (_, answer):
        assert answer == f"refused: process {os.getpid()} (run-1) is at work here"
    with another(path) as (_, answer):
        assert answer == "held"


def test_even_the_same_process_cannot_take_it_twice(path: Path) -> None:
    with WriterLock(path, "01J", "run-1"):
        with pytest.raises(Held), WriterLock(path, "01J", "run-2"):
            pass
        holder = holder_alive(path)
        assert holder is not None
        assert holder.what == "run-1"


def test_a_killed_holder_releases_the_lock(path: Path) -> None:
    with another(path) as (child, answer):
        assert answer == "held"
        assert holder_alive(path) is not None
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert holder_alive(path) is None
        left = read_holder(path)
        assert left is not None
        assert left.process.pid == child.pid
        assert not left.process.alive()
        with WriterLock(path, "01J", "run-1") as lock:
            assert lock.path == path


def test_a_holder_that_ends_releases_the_lock(path: Path) -> None:
    with another(path) as (child, _):
        child.communicate("\n")
        assert holder_alive(path) is None


def test_the_lock_records_what_its_holder_does(path: Path) -> None:
    assert holder_alive(path) is None
    with WriterLock(path, "01J", "a much longer word than the next") as lock:
        lock.rename("run-2")
        holder = holder_alive(path)
        assert holder is not None
        assert (holder.execution, holder.what, holder.process) == (
            "01J",
            "run-2",
            ProcessId.of(os.getpid()),
        )
    assert holder_alive(path) is None


def test_a_reader_does_not_block_the_lock(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.parent.mkdir()
    with path.open("w") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        monkeypatch.setattr(time, "sleep", lambda seconds: fcntl.flock(looking, fcntl.LOCK_UN))
        with WriterLock(path, "01J", "run-1"):
            assert holder_alive(path) is not None


def test_a_leftover_file_locks_nothing(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("left behind")
    assert holder_alive(path) is None
    with WriterLock(path, "01J", "run-1"):
        assert holder_alive(path) is not None


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"process": 1}', '{"process": {}, "execution": "", "what": ""}', "\0"],
)
def test_an_empty_lock_file_can_be_held(path: Path, text: str) -> None:
    with WriterLock(path, "01J", "run-1"):
        path.write_text(text)
        assert read_holder(path) is None
        assert holder_alive(path) is not None
        with pytest.raises(Held, match="another process"), WriterLock(path, "01J", "x"):
            pass


def test_a_lock_that_cannot_be_created_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed), WriterLock(tmp_path / "file/main.lock", "01J", "x"):
        pass


def test_the_lock_can_be_taken_on_a_full_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*words: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "pwrite", fail)
    with WriterLock(path, "01J", "run-1"):
        assert holder_alive(path) is not None


def test_a_child_does_not_inherit_the_lock(path: Path) -> None:
    with WriterLock(path, "01J", "run-1"):
        wait = "import sys; print(flush=True); sys.stdin.read()"
        pipe = subprocess.PIPE
        child = subprocess.Popen(
            [sys.executable, "-c", wait], stdin=pipe, stdout=pipe, close_fds=False
        )
        assert child.stdout is not None
        child.stdout.readline()
    try:
        assert holder_alive(path) is None
    finally:
        child.kill()
        child.communicate()


def test_a_process_is_identified_by_more_than_its_number() -> None:
    mine = ProcessId.of(os.getpid())
    assert mine.alive()
    assert mine.start
    assert mine.boot
    assert not ProcessId(mine.pid, mine.start + "0", mine.boot).alive()
    assert not ProcessId(mine.pid, mine.start, "another boot").alive()
    assert not ProcessId(mine.pid, "", mine.boot).alive()
    assert not ProcessId.of(2**22 + 1).alive()


def test_a_zombie_process_is_not_alive() -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", "import sys; sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    identity = ProcessId.of(child.pid)
    assert identity.alive()
    child.stdin.close()
    child.stdout.read()  # ends when the child does
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not identity.alive()
    child.wait()
    child.stdout.close()
    assert not identity.alive()


def test_peeking_keeps_a_crashed_holder_on_record(path: Path) -> None:
    with WriterLock(path, "01J", "run-1"):
        pass
    with peek(path) as left_at:
        assert left_at is None, "the holder released it"
    process = {"pid": 1, "start": "1", "boot": "b"}
    crashed = json.dumps({"process": process, "execution": "x", "what": "run-1"}).encode()
    path.write_bytes(crashed)
    os.utime(path, (1000, 1000))
    with peek(path) as left_at:
        assert left_at == 1000
        with pytest.raises(Held), WriterLock(path, "01J", "run-2"):
            pass
    assert path.read_bytes() == crashed
    with WriterLock(path, "01J", "run-2") as lock:
        assert lock.left_at == 1000
        with pytest.raises(Held), peek(path):
            pass


def test_peeking_at_a_missing_lock_is_an_error_of_the_system(path: Path) -> None:
    with pytest.raises(FileNotFoundError), peek(path):
        pass


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "{}", '{"process": {}, "execution": "", "what": ""}', '{"process": 5}'],
)
def test_a_lock_file_that_names_no_holder(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    assert read_holder(path) is None
    assert holder_alive(path) is None
