"""Ends the process group of a child."""

from __future__ import annotations

import os
import signal
import subprocess
import time

GRACE = 5.0  # seconds between TERM and KILL
_KILL_PATIENCE = 1.0  # seconds for a killed group to be gone
_POLL = 0.02


def end_group(pid: int, grace: float, child: subprocess.Popen[bytes] | None = None) -> None:
    """End a process group: TERM, `grace` seconds, KILL; nothing if it is already gone.

    `child` is the leader of the group if it is a child of this process; it is reaped then.
    """
    for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, _KILL_PATIENCE)):
        try:
            os.killpg(pid, number)
        except (ProcessLookupError, PermissionError):
            break
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and _group_lives(pid, child):
            time.sleep(_POLL)
    if child is not None:
        child.wait()


def _group_lives(pid: int, child: subprocess.Popen[bytes] | None) -> bool:
    if child is not None:
        child.poll()
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True
