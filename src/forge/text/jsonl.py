"""JSON lines: one value per line, UTF-8, LF. A last line without LF is torn: its writer died."""

from __future__ import annotations

import json


def encode(value: object) -> bytes:
    """Return a value as one line with its LF; keys keep their order."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def split(raw: bytes) -> tuple[list[bytes], bytes]:
    """Return the complete lines without their LF, and the torn rest (usually empty).

    NUL bytes at the end, as a file system leaves them after a power loss, belong to the rest.
    """
    *lines, rest = raw.split(b"\n")
    while lines and lines[-1].strip(b"\0") == b"" and b"\0" in lines[-1]:
        rest = lines.pop() + b"\n" + rest
    return lines, rest
