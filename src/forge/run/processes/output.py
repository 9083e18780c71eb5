"""The captured output of a child: its start and its end in memory, all of it in a file."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

_KEPT_WHOLE = 8 << 20  # bytes that the file takes
_NEAR = 4096  # bytes from a cut in which the end of a line is looked for
_LONGEST_MESSAGE = 4000


@dataclass
class Output:
    """What a child printed: at most `limit` bytes in memory, and up to 8 MiB in `file`.

    `on_stdout` is called with each chunk of standard output, without standard error.
    `latest_line`, if set, gives the line to show instead of the last one printed.
    """

    limit: int
    file: IO[bytes] | None = None
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    total: int = 0
    on_stdout: Callable[[bytes], None] | None = None
    latest_line: Callable[[], str] | None = None

    def add(self, data: bytes) -> None:
        if self.file is not None and self.total < _KEPT_WHOLE:
            # a full disk must not end the child's work; the record is synced elsewhere
            with contextlib.suppress(OSError):
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
        """Whether some of the output is neither in the head nor in the tail."""
        return (
            self.total > len(self.head) + len(self.tail)
            or len(self.tail) > self.limit // 2 + self.limit % 2
        )

    def text(self) -> str:
        """Return head and tail as text, with a line between them that gives the bytes left out.

        They are cut at the end of a line if one is near, since half a secret is not recognized.
        """
        head, tail = bytes(self.head), bytes(self.tail[-(self.limit - self.limit // 2) :])
        if self.total > len(head) + len(tail):
            head = head[: head.rfind(b"\n", -_NEAR) + 1] or head
            tail = tail[tail.find(b"\n", 0, _NEAR) + 1 :]
        gap = self.total - len(head) - len(tail)
        middle = f"\n[… {gap} bytes left out …]\n".encode() if gap > 0 else b""
        return (head + middle + tail).decode("utf-8", "replace")

    def latest_lines(self) -> str:
        """Return what was printed last, up to the last complete line, for a progress display."""
        if self.latest_line is not None:
            return self.latest_line()
        recent = bytes(self.tail[-_NEAR:] or self.head[-_NEAR:])
        text = recent.decode("utf-8", "replace").replace("\r", "\n")
        return text.rpartition("\n")[0].rstrip()

    def last_lines(self, count: int = 20) -> str:
        """Return the last lines, for a message."""
        return "\n".join(self.text().rstrip().splitlines()[-count:])[-_LONGEST_MESSAGE:]
