"""Which processes a process descends from. Linux only: elsewhere ancestry cannot be told."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from forge.timeline.process_id import ProcessId


def can_be_told() -> bool:
    """Return whether this system shows the parents of a process and their open files."""
    return sys.platform == "linux" and os.path.isdir("/proc/self/fd")


def ancestors(pid: int) -> Iterator[int]:
    """Yield a process's parent, that one's parent, and so on.

    A parent that began after its child is not its parent: the number was used again.
    """
    facts = _facts(pid)
    while facts is not None and facts[0] > 0:
        parent, began = facts
        facts = _facts(parent)
        if facts is None or facts[1] > began:
            return
        yield parent


def descends_from(pid: int, ancestor: int) -> bool:
    """Return whether a process is a descendant of another one."""
    return pid != ancestor and ancestor in ancestors(pid)


def variable_of(pid: int, name: str) -> str | None:
    """Return a variable that a process was started with; None if it cannot be read."""
    prefix = os.fsencode(f"{name}=")
    try:
        entries = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return None
    return next((os.fsdecode(e[len(prefix) :]) for e in entries if e.startswith(prefix)), None)


def groups_and_sessions(pid: int) -> set[int]:
    """Return the numbers of a process's group and session; empty if it is gone."""
    try:
        return {os.getpgid(pid), os.getsid(pid)}
    except OSError:
        return set()


def is_leader(number: int, process: ProcessId) -> bool:
    """Return whether a group or session is the one that a process leads, or led until it ended."""
    now = ProcessId.of(process.pid)
    return number == process.pid and now.boot == process.boot and now.start in ("", process.start)


def _facts(pid: int) -> tuple[int, int] | None:
    """Return the number of a process's parent, and when the process began; None if it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return int(fields[1]), int(fields[19])
    except (OSError, IndexError, ValueError):
        return None
