"""The ids of runs, which sort in the order of their start."""

from __future__ import annotations

import re
import time
from collections.abc import Container
from datetime import UTC, datetime, timedelta

from forge.timeline.ids import short

_RUN = re.compile(r"[0-9]{8}T[0-9]{6}Z-[A-Za-z0-9._-]+-[a-z2-9]{4}")
_SECOND = "%Y%m%dT%H%M%SZ"
_PATIENCE = timedelta(seconds=2)
_LONGEST = 120  # characters of a plan's id; a file name may have 255 bytes


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
