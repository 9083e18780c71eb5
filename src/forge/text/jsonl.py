"""JSON lines: one value a line, UTF-8, LF. A last line without its LF is torn: somebody died
writing it.
"""

from __future__ import annotations

import json


def encode(value: object) -> bytes:
    """Return a value as one line with its LF; keys keep their order."""
    return (
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "backslashreplace"
        )
        + b"\n"
    )


def split(raw: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole lines without their LF, and the torn rest (empty where there is none).

    A tail of NUL bytes, as a file system leaves after a power loss, belongs to the rest.
    """
    *lines, rest = raw.split(b"\n")
    while lines and lines[-1].strip(b"\0") == b"" and b"\0" in lines[-1]:
        rest = lines.pop() + b"\n" + rest
    return lines, rest
