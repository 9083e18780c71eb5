"""A document as bytes, as text, and as lines and columns."""

from __future__ import annotations

import bisect
import codecs
from functools import cached_property
from pathlib import Path

from msgspec import Struct

from forge import regular
from forge.text.finding import Finding, Severity

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Span(Struct, frozen=True):
    """A range of a source's text: offsets in code points, the end exclusive."""

    start: int
    end: int


class Source(Struct, frozen=True, dict=True):
    """A document's bytes and text; `path` is relative to the repository's root, with `/`.

    `mark` is the byte-order mark. `problem` says why the bytes are not text, at `problem_offset`.
    """

    path: str
    data: bytes
    text: str
    mark: bytes
    encoding: str
    problem: str | None = None
    problem_offset: int = 0

    @classmethod
    def of(cls, path: str, data: bytes) -> Source:
        """Decode `data` by its byte-order mark, or as UTF-8. Bytes that do not decode are kept, and
        described in `problem`.
        """
        mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", "utf-8"))
        body = data[len(mark) :]
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError as error:
            text = body.decode(encoding, "replace" if encoding != "utf-8" else "surrogateescape")
            good = len(body[: error.start].decode(encoding, "replace"))
            return cls(
                path,
                data,
                text,
                mark,
                encoding,
                f"byte {error.start + len(mark)} is not {encoding.upper()}",
                good,
            )
        if "\0" in text:
            return cls(
                path,
                data,
                text,
                mark,
                encoding,
                "contains a NUL byte, so it is not text",
                text.index("\0"),
            )
        return cls(path, data, text, mark, encoding)

    @classmethod
    def read(cls, root: Path, path: str) -> Source:
        """Read a regular file below `root`. Raises OSError if it cannot be read."""
        return cls.of(path, regular.read_inside(root, path))

    @cached_property
    def _line_starts(self) -> list[int]:
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column, from 1, of an offset into `text`."""
        line = bisect.bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def line_text(self, line: int) -> str:
        """Return a line, from 1, without its line end."""
        start = self._line_starts[line - 1]
        end = self.text.find("\n", start)
        return self.text[start : end if end >= 0 else len(self.text)].rstrip("\r")

    def finding(
        self,
        rule: str,
        severity: Severity,
        span: Span,
        message: str,
        hint: str,
        *,
        blocks: bool = False,
    ) -> Finding:
        """Return a finding at a span of this source."""
        start, end = self.position(span.start), self.position(max(span.end, span.start))
        return Finding(rule, severity, self.path, *start, *end, message, hint, blocks)
