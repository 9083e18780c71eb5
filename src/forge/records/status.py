"""The status of a run as people see it: that of its state, or why the state does not say it."""

from __future__ import annotations

from forge.git.repository import Repository
from forge.timeline.lock import holder_alive
from forge.timeline.log import Reading
from forge.timeline.run.state import RunState


def status_of(
    repository: Repository, run: str, reading: Reading, state: RunState, *, live: bool
) -> str:
    """Return the status of a run that was read from its live log, or from a tracked copy.

    `elsewhere`: it is open in another clone, or continues on another branch of this one.
    `interrupted`: its process died. `damaged`: its tracked log is not a chain of events.
    """
    if not live and not reading.valid:
        return "damaged"
    if state.ended:
        return state.status
    if not live:
        return "elsewhere"
    if state.status == "running" and not _is_held(repository, run):
        return "interrupted"
    return state.status


def _is_held(repository: Repository, run: str) -> bool:
    """Return whether a living process holds a lock for the run."""
    locks = repository.forge_dir / "locks"
    holders = (holder_alive(path) for path in locks.glob("*.lock"))
    return any(holder is not None and holder.what == run for holder in holders)
