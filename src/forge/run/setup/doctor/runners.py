"""Checks of the settings and of each runner.

The program of a runner is searched for but never started: a file of the repository names it, and
the user has not approved that.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from forge.errors import ForgeError
from forge.git.repository import Repository
from forge.planning.settings import RunnerSettings, Settings, load
from forge.run.approvals.subject import resolve_runner
from forge.run.processes import sandbox
from forge.run.setup.doctor.check import Check, error, passed, warning


def check_settings(repository: Repository) -> Iterator[Check]:
    settings = load(repository.root)
    for line in settings.warnings:
        yield warning("settings", line, "fix this line; `forge help settings` has every key")
    if not settings.warnings:
        yield passed("settings", "they are valid")
    yield from _check_runners(repository, settings)


def check_sandbox(repository: Repository) -> Iterator[Check]:
    """Check whether a sandbox works here, by trying it."""
    settings = load(repository.root)
    asked = [
        f"the runner {name}"
        for name, runner in settings.runners.items()
        if runner.sandbox != "none"
    ]
    asked += ["the plan's commands"] if settings.commands.sandbox != "none" else []
    reason, users = sandbox.why_not(), ", ".join(asked)
    if not reason:
        yield passed("sandbox", f"bubblewrap works here; asked for by {users or 'nothing'}")
    elif asked:
        hint = "`apt install bubblewrap`, or remove the key: without it nothing of them runs"
        yield error("sandbox", f"{users} ask for bubblewrap: {reason}", hint)
    else:
        yield passed("sandbox", f"bubblewrap does not work here, and nothing asks for it: {reason}")


def _check_runners(repository: Repository, settings: Settings) -> Iterator[Check]:
    try:
        resolve_runner(settings, None)
    except ForgeError as failure:
        yield error(f"runner {settings.runner}", failure.message, failure.hint)
    for name, runner in {"manual": RunnerSettings(), **settings.runners}.items():
        if runner.command or name in ("manual", settings.runner):
            yield _check_runner(repository, name, runner, chosen=name == settings.runner)


def _check_runner(
    repository: Repository, name: str, runner: RunnerSettings, *, chosen: bool
) -> Check:
    label = f"runner {name}"
    if not runner.command:
        return passed(label, "you do the work" if name == "manual" else "a runner of a package")
    for word in dict.fromkeys((runner.command[0], *runner.resume_command[:1])):
        if _program(repository, word) is None:
            hint = "install it, or fix its `command` in .planning/forge.yaml"
            return (error if chosen else warning)(label, f"{word} is not found", hint)
    unset = [variable for variable in runner.env if variable not in os.environ]
    message = f"{shutil.which(runner.command[0]) or runner.command[0]}, not started"
    return passed(label, message + (f"; not set: {', '.join(unset)}" if unset else ""))


def _program(repository: Repository, word: str) -> str | None:
    return shutil.which(str(repository.root / word) if "/" in word else word)
