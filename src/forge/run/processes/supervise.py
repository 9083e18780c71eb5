"""Runs a child in a process group of its own, with its output captured, its time limited, and
nothing left behind.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Literal

from forge.run.processes.subreaper import adopt_orphans
from forge.timeline.process_id import ProcessId

Ended = Literal[
    "exit", "timeout", "idle", "signal", "not_found", "interrupted", "stopped", "result"
]
GRACE = 5.0  # seconds between TERM and KILL
_TICK = 0.1
_DRAIN = 1.0  # seconds for what a dead child's group still has in the pipe
_CHUNK = 1 << 16
_KEPT_WHOLE = 8 << 20
_WATCHED = 4096  # bytes in which the end of a line is looked for
INHERITED = ("PATH", "HOME", "LANG", "TERM", "TMPDIR")


def environment(names: Sequence[str], extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment that code from a plan may see: a short list, LC_*, and what the
    settings name.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in INHERITED or name in names or name.startswith("LC_")
    }
    return {**kept, **(extra or {})}


@dataclass
class Output:
    """What a child printed: the first and the last of it in memory, all of it up to a limit in a
    local file.

    `listen` is told what comes on standard output alone, as it comes; `says` knows better than the
    bytes what is said.
    """

    limit: int
    file: IO[bytes] | None = None
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    total: int = 0
    listen: Callable[[bytes], None] | None = None
    says: Callable[[], str] | None = None

    def add(self, data: bytes) -> None:
        """Take more output."""
        if self.file is not None and self.total < _KEPT_WHOLE:
            with contextlib.suppress(
                OSError
            ):  # a full disk must not end the child's work; the record is synced elsewhere
                self.file.write(data[: _KEPT_WHOLE - self.total])
        self.total += len(data)
        room = self.limit // 2 - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        self.tail += data
        if len(self.tail) > self.limit:
            del self.tail[: len(self.tail) - self.limit // 2]

    @property
    def truncated(self) -> bool:
        """Whether some of it is neither in the head nor in the tail."""
        return (
            self.total > len(self.head) + len(self.tail)
            or len(self.tail) > self.limit // 2 + self.limit % 2
        )

    def text(self) -> str:
        """Return head and tail as text, with a line between them that says how much was left out.

        They are cut at the ends of lines, where one is near: half a secret would not be known as
        one.
        """
        head, tail = bytes(self.head), bytes(self.tail[-(self.limit - self.limit // 2) :])
        if self.total > len(head) + len(tail):
            head = head[: head.rfind(b"\n", -_WATCHED) + 1] or head
            tail = tail[tail.find(b"\n", 0, _WATCHED) + 1 :]
        gap = self.total - len(head) - len(tail)
        middle = f"\n[… {gap} bytes left out …]\n".encode() if gap > 0 else b""
        return (head + middle + tail).decode("utf-8", "replace")

    def latest_lines(self) -> str:
        """Return what was printed last, up to the last line that is complete, for whoever
        watches.
        """
        if self.says is not None:
            return self.says()
        text = (
            bytes(self.tail[-_WATCHED:] or self.head[-_WATCHED:])
            .decode("utf-8", "replace")
            .replace("\r", "\n")
        )
        return text.rpartition("\n")[0].rstrip()

    def last_lines(self, count: int = 20) -> str:
        """Return the last lines, for a message."""
        return "\n".join(self.text().rstrip().splitlines()[-count:])[-4000:]


@dataclass(frozen=True)
class Outcome:
    """How a child ended. `exit_code` is as a shell tells it (128 + signal); None where it never
    ran.

    `result` means that it said otherwise than its exit status, with the `reason`; `session` is what
    it can be resumed by.
    """

    ended: Ended
    exit_code: int | None
    duration_ms: int
    output: Output
    session: str | None = None
    reason: str = ""

    @property
    def success(self) -> bool:
        """Whether it ended by itself with status 0."""
        return self.ended == "exit" and self.exit_code == 0

    def summary(self) -> str:
        """Return the end of its output, and how it ended where that was not by itself, or where it
        printed nothing.
        """
        tail = self.output.last_lines()
        if self.ended in ("exit", "signal", "not_found") and tail:
            return tail
        return f"{self.describe()}\n{tail}".strip()

    def describe(self) -> str:
        """Say in a few words how it ended."""
        return {
            "timeout": "it ran into its time limit",
            "idle": "it printed nothing for too long",
            "not_found": self.output.text(),
            "interrupted": "it was interrupted",
            "stopped": "it was stopped",
            "result": self.reason,
        }.get(self.ended, f"exit status {self.exit_code}")


@dataclass(frozen=True)
class Limits:
    """Seconds that a child may take, and may be silent; None for no limit. What leaves its group
    may `linger` or not.
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
    """Run a child to its end and return how it ended; whatever is left of it is killed.

    `watch` is asked ten times a second and ends the child by returning a reason; `started` is told
    who the child is.
    """
    began = time.monotonic()
    try:
        child = subprocess.Popen(
            argv,
            cwd=cwd,
            env=dict(env),
            stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if output.listen else subprocess.STDOUT,
            start_new_session=True,
            bufsize=0,
        )
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        output.add(f"{argv[0]}: {reason}".encode())
        return Outcome("not_found", None, 0, output)
    with contextlib.nullcontext() if limits.linger else adopt_orphans():
        try:
            started(ProcessId.of(child.pid))
            reason = _Pump(child, output, stdin).run(limits, watch)
        finally:
            end_group(child.pid, 0 if child.poll() is not None else GRACE, child)
    duration = int((time.monotonic() - began) * 1000)
    status = child.returncode
    if reason is None:
        return Outcome(
            "signal" if status < 0 else "exit",
            128 - status if status < 0 else status,
            duration,
            output,
        )
    return Outcome(reason, 128 - status if status < 0 else status, duration, output)


class _Pump:
    """Moves bytes between forge and a child until the child ends or a limit is reached."""

    def __init__(self, child: subprocess.Popen[bytes], output: Output, stdin: bytes) -> None:
        self.child = child
        self.output = output
        self.stdin = memoryview(stdin)
        self.selector = selectors.DefaultSelector()
        for pipe in filter(None, (child.stdout, child.stderr)):
            os.set_blocking(pipe.fileno(), False)
            self.selector.register(pipe, selectors.EVENT_READ)
        if child.stdin is not None:
            os.set_blocking(child.stdin.fileno(), False)
            self.selector.register(child.stdin, selectors.EVENT_WRITE)

    def run(self, limits: Limits, watch: Callable[[], Ended | None]) -> Ended | None:
        began = heard = time.monotonic()
        ended_at: float | None = None
        try:
            while True:
                if self._move(_TICK if ended_at is None else 0.01):
                    heard = time.monotonic()
                now = time.monotonic()
                if self.child.poll() is not None:
                    ended_at = ended_at or now
                    if (
                        not self._open_for_reading()
                        or now - heard > 0.05
                        or now - ended_at > _DRAIN
                    ):
                        return None
                    continue
                if (reason := watch()) is not None:
                    return reason
                if limits.wall is not None and now - began > limits.wall:
                    return "timeout"
                if limits.idle is not None and now - heard > limits.idle:
                    return "idle"
                if not self._open_for_reading():
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self.child.wait(_TICK)
        finally:
            self.selector.close()
            for pipe in (self.child.stdin, self.child.stdout, self.child.stderr):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()

    def _open_for_reading(self) -> bool:
        return any(key.events == selectors.EVENT_READ for key in self.selector.get_map().values())

    def _move(self, timeout: float) -> bool:
        """Move what can be moved and say whether the child printed something."""
        heard = False
        for key, _ in self.selector.select(timeout) if self.selector.get_map() else ():
            if key.events == selectors.EVENT_WRITE:
                self._feed(key)
            else:
                heard = self._read(key) or heard
        return heard

    def _feed(self, key: selectors.SelectorKey) -> None:
        try:
            self.stdin = self.stdin[os.write(key.fd, self.stdin[:_CHUNK]) :]
        except BlockingIOError:
            return
        except OSError:  # the child does not want it
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
        if self.output.listen is not None and key.fileobj is self.child.stdout:
            self.output.listen(data)
        return True


def end_group(pid: int, grace: float, child: subprocess.Popen[bytes] | None = None) -> None:
    """End a process group: TERM, some seconds of grace, KILL. Nothing happens where it is gone
    already.
    """
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 1.0)):
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            break
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and _group_lives(pid, child):
            time.sleep(0.02)
    if child is not None:
        child.wait()


def _group_lives(pid: int, child: subprocess.Popen[bytes] | None) -> bool:
    if child is not None:
        child.poll()
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
