"""Children of children that leave their process group: while forge adopts orphans they become its
own, and can be ended.

Linux only (`PR_SET_CHILD_SUBREAPER`, prctl(2)); elsewhere what has left its process group stays.
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

_SUBREAPER = 36
_PATIENCE = 1.0  # seconds for a killed process to be gone


@cache
def _prctl() -> ctypes._NamedFuncPointer | None:
    with contextlib.suppress(OSError, AttributeError):
        return ctypes.CDLL(None).prctl if sys.platform == "linux" else None
    return None


@contextmanager
def adopt_orphans() -> Iterator[None]:
    """Adopt what is orphaned meanwhile, and end it in the end."""
    prctl = _prctl()
    if prctl is None or prctl(_SUBREAPER, 1, 0, 0, 0) != 0:
        yield
        return
    before = _children()
    try:
        yield
    finally:
        _end(before)
        prctl(_SUBREAPER, 0, 0, 0, 0)


def run_marker(run: str) -> dict[str, str]:
    """Return what marks a child as one of a run: it has to be known also where forge dies before it
    has noted it down.
    """
    return {"FORGE_RUN_ID": run}


def process_groups_of(run: str) -> set[int]:
    """Return the process groups in which a process has the id of a run in its environment; this
    process's own is none of them.

    A forge that is killed between the start of a child and noting it down leaves one that no record
    names.
    """
    marks, found = (
        {f"{name}={value}".encode() for name, value in run_marker(run).items()},
        set[int](),
    )
    for place in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if marks <= set(place.read_bytes().split(b"\0")):
                found.add(os.getpgid(int(place.parent.name)))
    return found - {os.getpgrp()}


def _children() -> set[int]:
    """Return the pids of this process's children, those that have ended and were not waited for
    included.
    """
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for thread in os.listdir("/proc/self/task"):
            with open(f"/proc/self/task/{thread}/children", encoding="ascii") as file:
                found.update(map(int, file.read().split()))
    return found


def _end(before: set[int]) -> None:
    """Kill and reap the children that were not there before; what they leave behind becomes a child
    in its turn.
    """
    deadline = time.monotonic() + _PATIENCE
    while (strays := _children() - before) and time.monotonic() < deadline:
        for pid in strays:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.002)
