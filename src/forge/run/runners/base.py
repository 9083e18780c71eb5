"""What a runner is, and how one is found by the kind that the settings give it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from forge.errors import SettingsError
from forge.planning.settings import RunnerSettings
from forge.run.processes.supervise import Ended, Limits, Outcome, Output
from forge.timeline.process_id import ProcessId

GROUP = "forge.runners"
COMMAND = "command"  # the kind of every runner that is given a command line


@dataclass(frozen=True)
class Job:
    """One call of a runner: the prompt, the files and variables that describe the step, the limits,
    and who watches.

    `session` is that of the attempt before, where the runner told one; `allowed_tools` are those
    that the plan's missions allow, None where they name none.
    """

    root: Path
    prompt: str
    prompt_file: Path
    variables: dict[str, str]
    limits: Limits
    output: Output
    watch: Callable[[], Ended | None]
    started: Callable[[ProcessId], None]
    session: str | None = None
    allowed_tools: tuple[str, ...] | None = None


class Runner(Protocol):
    """Does a step's work in the work tree."""

    by_hand: bool

    def argv(self, settings: RunnerSettings, job: Job) -> list[str]:
        """Return the command line that is called, as the record shows it; empty where there is
        none.
        """

    def run(self, settings: RunnerSettings, job: Job) -> Outcome:
        """Do the work and say how it ended. Never called where `by_hand` is true."""


def plug_ins() -> list[str]:
    """Return the runners that work without a command line of their own: `manual`, and those that
    packages add.
    """
    return sorted({found.name for found in entry_points(group=GROUP)} - {COMMAND})


def find(name: str, settings: RunnerSettings) -> Runner:
    """Return the runner of a name: one with a command line is a `command`. Raises SettingsError for
    an unknown one.

    Packages add kinds of runners under the entry point group `forge.runners`.
    """
    kind = COMMAND if settings.command else name
    made = _kind(kind)
    if made is None:
        raise SettingsError(
            f"there is no kind of runner `{kind}`",
            f"give `{name}` a `command` in .planning/forge.yaml",
        )
    return made()


@cache
def _kind(name: str) -> Callable[[], Runner] | None:
    """Return what makes a runner of a kind; looked for once, since that reads the names of all
    installed packages.
    """
    return next((found.load() for found in entry_points(group=GROUP, name=name)), None)
