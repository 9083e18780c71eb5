"""The captured output of a child: its start and its end in memory, all of it in a file."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

from forge.check.secrets.scrub import scrub, scrub_part

_KEPT_WHOLE = 8 << 20  # bytes that the file takes
_NEAR = 4096  # bytes from a cut in which the end of a line is looked for
_MARGIN = 16 << 10  # bytes beyond a cut, to recognize a secret there: the longest one
_LONGEST_MESSAGE = 4000


@dataclass
class Output:
    """What a child printed: about `limit` bytes in memory, and up to 8 MiB in `file`.

    All texts that it returns are without secrets. `on_stdout` is called with each chunk of standard
    output, without standard error. `latest_line`, if set, gives the line to show instead of the
    last one printed.
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
        room = self.limit // 2 + _MARGIN - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        self.tail += data
        kept = self.limit - self.limit // 2 + _MARGIN
        if len(self.tail) > 2 * kept:
            del self.tail[: len(self.tail) - kept]

    @property
    def truncated(self) -> bool:
        """Whether `text` leaves some of the output out."""
        return self.total > self.limit

    def text(self) -> str:
        """Return head and tail as text, with a line between them that gives the bytes left out."""
        return self.clean()[0]

    def clean(self) -> tuple[str, int]:
        """Return the text, and how many secrets were removed from it.

        Head and tail are cut at the end of a line if one is near.
        """
        memory = bytes(self.head + self.tail)
        if not self.truncated:
            return scrub(memory.decode("utf-8", "replace"))
        whole = self.total == len(memory)
        head_size, tail_size = self.limit // 2, self.limit - self.limit // 2
        head = (memory if whole else bytes(self.head))[: head_size + _MARGIN]
        tail = (memory if whole else bytes(self.tail))[-(tail_size + _MARGIN) :]
        first = scrub_part(
            head, 0, head.rfind(b"\n", max(head_size - _NEAR, 0), head_size) + 1 or head_size
        )
        cut = len(tail) - tail_size
        last = scrub_part(tail, tail.find(b"\n", cut, cut + _NEAR) + 1 or cut, len(tail))
        gap = self.total - first.end - (last.end - last.start)
        return (
            f"{first.text}\n[… {gap} bytes left out …]\n{last.text}",
            first.secrets + last.secrets,
        )

    def whole(self) -> str:
        """Return what the file has, and close it. Raises OSError."""
        assert self.file is not None
        with self.file as file:
            file.seek(0)
            data = file.read()
        end = len(data) if self.total == len(data) else len(data) - _MARGIN
        return scrub_part(data, 0, max(end, 0)).text

    def latest_lines(self) -> str:
        """Return what was printed last, up to the last complete line, for a progress display."""
        if self.latest_line is not None:
            return scrub(self.latest_line())[0]
        recent = bytes(self.tail or self.head)[-_NEAR - _MARGIN :]
        text = scrub_part(recent, max(len(recent) - _NEAR, 0), len(recent)).text
        return text.replace("\r", "\n").rpartition("\n")[0].rstrip()

    def last_lines(self, count: int = 20) -> str:
        """Return the last lines, for a message."""
        return "\n".join(self.text().rstrip().splitlines()[-count:])[-_LONGEST_MESSAGE:]
