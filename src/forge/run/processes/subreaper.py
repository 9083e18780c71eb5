"""Ends descendants that left their process group, by adopting orphans while a child runs.

Linux only (`PR_SET_CHILD_SUBREAPER`, prctl(2)); elsewhere such processes keep running.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from forge.run.processes.mark import PLACE, RUN

_SUBREAPER = 36
_PATIENCE = 1.0  # seconds for killed processes to be gone


@cache
def _prctl() -> ctypes._NamedFuncPointer | None:
    with contextlib.suppress(OSError, AttributeError):
        return ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    return None


@contextmanager
def adopt_orphans(*, linger: bool = False) -> Iterator[None]:
    """Adopt processes that become orphans inside the block, and kill them at its end.

    Those that may `linger` are adopted all the same, so that they stay known as descendants of
    this process while it lives.
    """
    prctl = _prctl()
    if prctl is None or prctl(_SUBREAPER, 1, 0, 0, 0) != 0:
        yield
        return
    before = _children()
    try:
        yield
    finally:
        if not linger:
            _end(before)
        prctl(_SUBREAPER, 0, 0, 0, 0)


def process_groups_of(run: str, clone: str) -> set[int]:
    """Return the process groups, other than this process's, that have a process with the mark of a
    run of this clone.

    A forge process that is killed between starting a child and recording it leaves such a process.
    """
    named, placed = f"{RUN}={run}".encode(), f"{PLACE}={clone}.".encode()
    groups: set[int] = set()
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            entries = environ.read_bytes().split(b"\0")
            if named in entries and any(entry.startswith(placed) for entry in entries):
                groups.add(os.getpgid(int(environ.parent.name)))
    return groups - {os.getpgrp()}


def _children() -> set[int]:
    """Return the pids of this process's children, including zombies."""
    pids: set[int] = set()
    with contextlib.suppress(OSError):
        for thread in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{thread}/children", encoding="ascii") as file:
                pids.update(map(int, file.read().split()))
    return pids


def _end(before: set[int]) -> None:
    """Kill and reap children that are not in `before`, until their orphans are gone as well."""
    deadline = time.monotonic() + _PATIENCE
    while (adopted := _children() - before) and time.monotonic() < deadline:
        for pid in adopted:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.002)
