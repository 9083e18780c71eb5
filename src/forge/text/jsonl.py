"""JSON lines: one value per line, UTF-8, LF. A last line without LF is torn: its writer died."""

from __future__ import annotations

import json


def escaped(text: str) -> str:
    """Return JSON with every character that does not print as an escape of JSON, also half a
    surrogate pair, which UTF-8 cannot encode. The line ends between its values stay.
    """
    if text.isascii() and "\x7f" not in text:
        return text  # json has escaped the control characters
    return "".join(
        char if char == "\n" or char.isprintable() else _escape(ord(char)) for char in text
    )


def _escape(code: int) -> str:
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


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
