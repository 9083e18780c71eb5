"""The interface of runners, and how the settings select one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Protocol

from forge.errors import SettingsError
from forge.planning.settings import RunnerSettings
from forge.run.processes.output import Output
from forge.run.processes.supervise import Ended, Limits, Outcome
from forge.timeline.process_id import ProcessId

GROUP = "forge.runners"
COMMAND = "command"  # the kind of every runner with a command line


@dataclass(frozen=True)
class Job:
    """One call of a runner: the prompt, files and variables that describe the step, the limits and
    callbacks.

    `session` is that of the previous attempt, if the runner reported one. `allowed_tools` are the
    tools that the plan's missions allow, None if they name none. `confine` returns the command line
    that runs a program in the sandbox that the settings ask for.
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
    confine: Callable[[list[str]], list[str]] = list


class Runner(Protocol):
    """Does a step's work in the work tree."""

    by_hand: bool

    def argv(self, settings: RunnerSettings, job: Job) -> list[str]:
        """Return the command line as the record shows it; empty without one."""

    def run(self, settings: RunnerSettings, job: Job) -> Outcome:
        """Do the work and return how it ended; not called if `by_hand` is true."""


def plug_ins() -> list[str]:
    """Return the runners that need no command line: `manual`, and those that packages add."""
    return sorted({entry_point.name for entry_point in entry_points(group=GROUP)} - {COMMAND})


def find(name: str, settings: RunnerSettings) -> Runner:
    """Return the runner of a name; one with a command line is a `command`.

    Packages add runners under the entry point group `forge.runners`. Raises SettingsError for an
    unknown one.
    """
    kind = COMMAND if settings.command else name
    factory = _factory(kind)
    if factory is None:
        raise SettingsError(
            f"there is no kind of runner `{kind}`",
            f"give `{name}` a `command` in .planning/forge.yaml",
        )
    if kind != COMMAND and settings.sandbox != "none":
        raise SettingsError(
            f"the runner `{name}` has no command line, so it cannot run in a sandbox",
            "give it a `command`, or remove its `sandbox`",
        )
    return factory()


@cache
def _factory(kind: str) -> Callable[[], Runner] | None:
    """Return the class of a kind of runner.

    Cached because entry points are read from the metadata of all installed packages.
    """
    return next((point.load() for point in entry_points(group=GROUP, name=kind)), None)
