"""The local log of forge commands: a start and a finish record for each, even if it is killed."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path

from forge import __version__, regular
from forge.check.secrets.scrub import scrub
from forge.git.repository import Repository
from forge.text import jsonl
from forge.timeline.ids import now, ulid
from forge.timeline.process_id import ProcessId

_OUTCOMES = {0: "success", 4: "success", 130: "interrupted"}
_COMMON = ("execution", "tool_version", "args", "root", "started_at")


class LoggedCommand:
    """A forge command that is running; `counters` may be added to until it finishes.

    `closed_dead_commands` is true if an earlier command died without finishing: it may have left
    locks.
    """

    def __init__(self, execution_id: str, args: list[str]) -> None:
        self.id = execution_id
        self.args = [scrub(argument)[0] for argument in args]
        self.root = ""
        self.folder: Path | None = None
        self.started_at = now()
        self.began = time.monotonic()
        self.counters: dict[str, int] = {}
        self.partial = False
        self.closed_dead_commands = False

    def finish(self, code: int, message: str = "") -> None:
        """Write the finish record; if the log cannot be written, nothing is raised."""
        outcome = "partial" if self.partial else _OUTCOMES.get(code, "error")
        duration = int((time.monotonic() - self.began) * 1000)
        if self.folder is not None:
            _finish(self.folder, self.common(), outcome, scrub(message)[0], duration, self.counters)

    def common(self) -> dict[str, object]:
        """Return the fields that the start and the finish record share."""
        values = (self.id, __version__, self.args, self.root, self.started_at)
        return dict(zip(_COMMON, values, strict=True))


def start(repository: Repository | None, args: list[str]) -> LoggedCommand:
    """Write the start record of this command, and the finish records of commands that died.

    Without a repository, nothing is written.
    """
    command = LoggedCommand(ulid(), args)
    if repository is None:
        return command
    command.root, command.folder = str(repository.root), repository.forge_dir
    record = {
        **command.common(),
        "finished_at": None,
        "duration_ms": None,
        "outcome": "running",
        "error_message": None,
        "counters": {},
        **ProcessId.of(os.getpid())._asdict(),
    }
    with contextlib.suppress(OSError):
        command.closed_dead_commands = _close_dead(repository.forge_dir)
        _append(repository.forge_dir, record)
        _marker(repository.forge_dir, command.id).write_text(json.dumps(record), "utf-8")
    return command


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
    """Write finish records with the outcome `interrupted` for commands that died.

    Return whether there were any.
    """
    markers = (folder / "executions").glob("*.json") if (folder / "executions").is_dir() else ()
    closed = False
    for marker in markers:
        try:
            record = json.loads(regular.read(marker))
            process = ProcessId(record["pid"], record["start"], record["boot"])
        except (OSError, ValueError, KeyError):
            continue
        if not process.alive():
            common = {key: record.get(key) for key in _COMMON}
            _finish(folder, common, "interrupted", "the process ended without finishing", None, {})
            closed = True
    return closed


def _append(folder: Path, record: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    descriptor = regular.open_regular(folder / "executions.jsonl", flags)
    try:
        os.write(descriptor, jsonl.encode(record))
    finally:
        os.close(descriptor)


def _marker(folder: Path, execution: str) -> Path:
    """Return the file that exists while a command runs."""
    markers = folder / "executions"
    markers.mkdir(parents=True, exist_ok=True)
    return markers / f"{execution}.json"


def bug_log(repository: Repository | None, execution: str, trace: str) -> Path | None:
    """Write a traceback for a bug report; return its path, or None if it cannot be written."""
    folder = repository.forge_dir / "bugs" if repository else Path(os.environ.get("TMPDIR", "/tmp"))
    path = folder / f"forge-{execution}.log"
    versions = f"forge {__version__}, Python {sys.version}, {sys.platform}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{versions}\n\n{scrub(trace)[0]}", "utf-8")
    except OSError:
        return None
    return path
