"""The local execution log: one start and one finish record for every forge command in a repository,
also when it is killed.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path

from forge import __version__
from forge.git.repository import Repository
from forge.text import jsonl
from forge.timeline.ids import now, ulid
from forge.timeline.process_id import ProcessId

_OUTCOMES = {0: "success", 4: "success", 130: "interrupted"}


class LoggedCommand:
    """One forge command under way. `counters` may be added to until it finishes."""

    def __init__(self, execution_id: str, args: list[str]) -> None:
        self.id = execution_id
        self.args = args
        self.root = ""
        self.folder: Path | None = None
        self.started_at = now()
        self.began = time.monotonic()
        self.counters: dict[str, int] = {}
        self.partial = False
        self.closed_dead_commands = False
        """Whether a command before this one died without finishing: it may have left locks."""

    def finish(self, code: int, message: str = "") -> None:
        """Write the finish record. A log that cannot be written never changes what a command
        does.
        """
        outcome = "partial" if self.partial else _OUTCOMES.get(code, "error")
        duration = int((time.monotonic() - self.began) * 1000)
        if self.folder is not None:
            _finish(self.folder, self._common(), outcome, message, duration, self.counters)

    def _common(self) -> dict[str, object]:
        return {
            "execution": self.id,
            "tool_version": __version__,
            "args": self.args,
            "root": self.root,
            "started_at": self.started_at,
        }


def start(repository: Repository | None, args: list[str]) -> LoggedCommand:
    """Write the start record of this command, and the finish record of those that died; outside a
    repository, nothing.
    """
    execution = LoggedCommand(ulid(), args)
    if repository is None:
        return execution
    execution.root, execution.folder = str(repository.root), repository.forge_dir
    process = ProcessId.of(os.getpid())
    record = {
        **execution._common(),
        "finished_at": None,
        "duration_ms": None,
        "outcome": "running",
        "error_message": None,
        "counters": {},
        **process._asdict(),
    }
    with contextlib.suppress(OSError):
        execution.closed_dead_commands = _close_dead(repository.forge_dir)
        _append(repository.forge_dir, record)
        _marker(repository.forge_dir, execution.id).write_text(json.dumps(record), "utf-8")
    return execution


def _finish(
    folder: Path,
    common: dict[str, object],
    outcome: str,
    message: str,
    duration: int | None,
    counters: dict[str, int],
) -> None:
    record = {
        **common,
        "finished_at": now(),
        "duration_ms": duration,
        "outcome": outcome,
        "error_message": message or None,
        "counters": counters,
    }
    with contextlib.suppress(OSError):
        _append(folder, record)
        _marker(folder, str(common["execution"])).unlink(missing_ok=True)


def _close_dead(folder: Path) -> bool:
    """Give the commands that died without a finish record one that says `interrupted`; say whether
    there were any.
    """
    dead = False
    for marker in (
        (folder / "executions").glob("*.json") if (folder / "executions").is_dir() else ()
    ):
        try:
            found = json.loads(marker.read_text("utf-8"))
            process = ProcessId(found["pid"], found["start"], found["boot"])
        except (OSError, ValueError, KeyError):
            continue
        if not process.alive():
            common = {
                key: found.get(key)
                for key in ("execution", "tool_version", "args", "root", "started_at")
            }
            _finish(folder, common, "interrupted", "the process ended without finishing", None, {})
            dead = True
    return dead


def _append(folder: Path, record: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(
        folder / "executions.jsonl", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644
    )
    try:
        os.write(descriptor, jsonl.encode(record))
    finally:
        os.close(descriptor)


def _marker(folder: Path, execution: str) -> Path:
    place = folder / "executions"
    place.mkdir(parents=True, exist_ok=True)
    return place / f"{execution}.json"


def bug_log(repository: Repository | None, execution: str, trace: str) -> Path | None:
    """Keep a traceback for a report; return where, or None where nothing could be written."""
    folder = repository.forge_dir / "bugs" if repository else Path(os.environ.get("TMPDIR", "/tmp"))
    path = folder / f"forge-{execution}.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"forge {__version__}, Python {sys.version}, {sys.platform}\n\n{trace}", "utf-8"
        )
    except OSError:
        return None
    return path
