"""Runs a child in a process group of its own: captures its output, limits its time, kills the rest.

Nothing that the child started is left running, unless the limits let it linger.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from forge.run.processes.output import Output
from forge.run.processes.process_group import GRACE, end_group
from forge.run.processes.subreaper import adopt_orphans
from forge.timeline.process_id import ProcessId

Ended = Literal[
    "exit", "timeout", "idle", "signal", "not_found", "interrupted", "stopped", "result"
]
INHERITED = ("PATH", "HOME", "LANG", "TERM", "TMPDIR")
_TICK = 0.1  # seconds between two calls of `watch`
_DRAIN_TICK = 0.01
_DRAIN = 1.0  # seconds for what the group of a dead child still has in the pipe
_DRAIN_SILENCE = 0.05
_CHUNK = 1 << 16


def environment(names: Sequence[str], extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment that code from a plan gets.

    It has INHERITED, LC_*, the variables that the settings name, and `extra`.
    """
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in INHERITED or name in names or name.startswith("LC_")
    }
    return {**inherited, **(extra or {})}


@dataclass(frozen=True)
class Outcome:
    """How a child ended; `exit_code` is that of a shell (128 + signal), None if it never ran.

    `ended` is `result` if its output contradicts its exit status, for the `reason`. `session`
    names what a later call can resume. `said` is what the child said in words for people, if its
    output has a form in which these can be told from the rest.
    """

    ended: Ended
    exit_code: int | None
    duration_ms: int
    output: Output
    session: str | None = None
    reason: str = ""
    said: str = ""

    @property
    def success(self) -> bool:
        """Whether it ended by itself with status 0."""
        return self.ended == "exit" and self.exit_code == 0

    def summary(self) -> str:
        """Return its last lines, after how it ended unless it exited and printed something. If it
        said something for people, return that and how it ended.
        """
        if self.said:
            return f"{self.describe()}: {self.said}"
        tail = self.output.last_lines()
        if self.ended in ("exit", "signal", "not_found") and tail:
            return tail
        return f"{self.describe()}\n{tail}".strip()

    def describe(self) -> str:
        """Return in a few words how it ended."""
        if self.ended == "not_found":
            return self.output.text()
        return {
            "timeout": "it ran into its time limit",
            "idle": "it printed nothing for too long",
            "interrupted": "it was interrupted",
            "stopped": "it was stopped",
            "result": self.reason,
        }.get(self.ended, f"exit status {self.exit_code}")


@dataclass(frozen=True)
class Limits:
    """Seconds that a child may run (`wall`) and be silent (`idle`); None for no limit.

    With `linger`, processes that left its group are not ended.
    """

    wall: float | None = None
    idle: float | None = None
    linger: bool = False


def supervise(
    argv: Sequence[str],
    cwd: Path,
    env: Mapping[str, str],
    output: Output,
    limits: Limits,
    *,
    stdin: bytes = b"",
    watch: Callable[[], Ended | None] = lambda: None,
    started: Callable[[ProcessId], None] = lambda _: None,
) -> Outcome:
    """Run a child to its end and return how it ended; what is left of it is killed.

    `watch` is called ten times a second and ends the child by returning a reason. `started` is
    called with the child's id.
    """
    began = time.monotonic()
    # orphans are adopted before the start: a child may leave one at once
    with adopt_orphans(linger=limits.linger):
        try:
            child = _start(argv, cwd, env, output.on_stdout is not None, stdin)
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            output.add(f"{argv[0]}: {reason}".encode())
            return Outcome("not_found", None, 0, output)
        try:
            started(ProcessId.of(child.pid))
            ended = _Pump(child, output, stdin).run(limits, watch)
        finally:
            end_group(child.pid, 0 if child.poll() is not None else GRACE, child)
    duration = int((time.monotonic() - began) * 1000)
    killed = child.returncode < 0
    code = 128 - child.returncode if killed else child.returncode
    return Outcome(ended or ("signal" if killed else "exit"), code, duration, output)


def _start(
    argv: Sequence[str], cwd: Path, env: Mapping[str, str], separate_stderr: bool, stdin: bytes
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        argv,
        cwd=cwd,
        env=dict(env),
        stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE if separate_stderr else subprocess.STDOUT,
        start_new_session=True,
        bufsize=0,
    )


class _Pump:
    """Moves bytes between forge and a child until the child ends or a limit is reached."""

    def __init__(self, child: subprocess.Popen[bytes], output: Output, stdin: bytes) -> None:
        self.child = child
        self.output = output
        self.stdin = memoryview(stdin)
        self.began = self.last_output = time.monotonic()
        self.ended_at: float | None = None
        self.selector = selectors.DefaultSelector()
        for pipe in filter(None, (child.stdout, child.stderr)):
            os.set_blocking(pipe.fileno(), False)
            self.selector.register(pipe, selectors.EVENT_READ)
        if child.stdin is not None:
            os.set_blocking(child.stdin.fileno(), False)
            self.selector.register(child.stdin, selectors.EVENT_WRITE)

    def run(self, limits: Limits, watch: Callable[[], Ended | None]) -> Ended | None:
        """Return why the child has to be ended; None if it ended by itself."""
        try:
            while True:
                if self._transfer(_TICK if self.ended_at is None else _DRAIN_TICK):
                    self.last_output = time.monotonic()
                if self.child.poll() is not None:
                    if self._drained():
                        return None
                    continue
                if (reason := watch() or self._limit_reached(limits)) is not None:
                    return reason
                if not self._reading():
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self.child.wait(_TICK)
        finally:
            self._close()

    def _drained(self) -> bool:
        """Return whether nothing more is expected from the pipes of a child that has ended."""
        now = time.monotonic()
        self.ended_at = self.ended_at or now
        silent = now - self.last_output > _DRAIN_SILENCE
        return not self._reading() or silent or now - self.ended_at > _DRAIN

    def _limit_reached(self, limits: Limits) -> Ended | None:
        now = time.monotonic()
        if limits.wall is not None and now - self.began > limits.wall:
            return "timeout"
        if limits.idle is not None and now - self.last_output > limits.idle:
            return "idle"
        return None

    def _close(self) -> None:
        self.selector.close()
        for pipe in filter(None, (self.child.stdin, self.child.stdout, self.child.stderr)):
            with contextlib.suppress(OSError):
                pipe.close()

    def _reading(self) -> bool:
        return any(key.events == selectors.EVENT_READ for key in self.selector.get_map().values())

    def _transfer(self, timeout: float) -> bool:
        """Move what can be moved; return whether the child printed something."""
        printed = False
        for key, _ in self.selector.select(timeout) if self.selector.get_map() else ():
            if key.events == selectors.EVENT_WRITE:
                self._write(key)
            else:
                printed = self._read(key) or printed
        return printed

    def _write(self, key: selectors.SelectorKey) -> None:
        try:
            self.stdin = self.stdin[os.write(key.fd, self.stdin[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:  # the child has closed its standard input
            self.stdin = memoryview(b"")
        if not self.stdin:
            self.selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]

    def _read(self, key: selectors.SelectorKey) -> bool:
        try:
            data = os.read(key.fd, _CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self.selector.unregister(key.fileobj)
            return False
        self.output.add(data)
        if self.output.on_stdout is not None and key.fileobj is self.child.stdout:
            self.output.on_stdout(data)
        return True
