"""Ids and times: sortable, unique across branches, and readable in a diff."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Container
from datetime import UTC, datetime, timedelta

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RUN = re.compile(r"[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9._-]+-[a-z2-9]{4}")
_SECOND = "%Y%m%dT%H%M%SZ"
_PATIENCE = timedelta(seconds=2)
_LONGEST = 120  # characters of a plan's id; a file name may have 255 bytes
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


def run_id(plan_id: str, taken: Container[str] = (), last: str = "") -> str:
    """Return a new run id, `YYYYMMDDTHHMMSSZ-<plan id>-<4 characters>`, that sorts after `last`.

    The order of two runs in the same second would be random, so the later one waits for the next
    second. If the clock was set back, it does not wait but takes the second after the last run's.
    """
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", plan_id)[:_LONGEST].strip("-.") or "plan"
    least = _following(last.partition("-")[0])
    while True:
        moment = datetime.now(UTC)
        stamp = (
            least if least > (moment + _PATIENCE).strftime(_SECOND) else moment.strftime(_SECOND)
        )
        run = f"{stamp}-{safe}-{short()}"
        if stamp >= least and run not in taken:
            return run
        time.sleep(0.05)


def is_run_id(name: str) -> bool:
    """Return whether a name has the form of a run id."""
    return _RUN.fullmatch(name) is not None


def _following(stamp: str) -> str:
    """Return the next second; empty if the text is not a second, or the last possible one."""
    try:
        return (datetime.strptime(stamp, _SECOND) + timedelta(seconds=1)).strftime(_SECOND)
    except (ValueError, OverflowError):
        return ""
