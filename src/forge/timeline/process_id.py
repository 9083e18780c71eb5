"""The identity of a process, which a reused process number does not share."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from forge.lazy import at_first_use

if TYPE_CHECKING:
    import subprocess
else:
    subprocess = at_first_use("subprocess")  # for systems without /proc


class ProcessId(NamedTuple):
    """A process by its number, its start time and the boot of the system."""

    pid: int
    start: str
    boot: str

    @classmethod
    def of(cls, pid: int) -> ProcessId:
        """Return the identity of a process; the start is empty if there is no such process."""
        return cls(pid, _start_time(pid), _boot())

    def alive(self) -> bool:
        """Return whether exactly this process still runs."""
        return bool(self.start) and self.boot == _boot() and _start_time(self.pid) == self.start


def _start_time(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            fields = file.read().rpartition(b")")[2].split()
        return "" if fields[0] in (b"Z", b"X") else fields[19].decode()
    except FileNotFoundError:
        if os.path.isdir("/proc/self"):
            return ""
    except (OSError, IndexError):
        return ""
    done = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("utf-8").strip()
    except OSError:
        done = subprocess.run(
            ["sysctl", "-n", "kern.boottime"], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()
