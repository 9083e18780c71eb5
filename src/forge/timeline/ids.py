"""Times and random ids: sortable, unique across branches, and readable in a diff."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SHORT = "abcdefghjkmnpqrstvwxyz23456789"
_EVEN = 256 - 256 % len(_SHORT)  # bytes below it give every character the same chance


def now() -> str:
    """Return the current time as UTC with microseconds, `2026-11-20T02:55:49.123456Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def ulid() -> str:
    """Return a new ULID (https://github.com/ulid/spec): 48 bits of milliseconds, 80 random bits,
    Crockford base 32.
    """
    number = int(time.time() * 1000) << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def short(length: int = 4) -> str:
    """Return random characters that are easy to read and to type."""
    text = ""
    while len(text) < length:
        text += "".join(_SHORT[byte % len(_SHORT)] for byte in os.urandom(length) if byte < _EVEN)
    return text[:length]
