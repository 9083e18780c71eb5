"""The runner `manual`: the run pauses for the user, and `forge resume` takes the changes."""

from __future__ import annotations

from forge.planning.settings import RunnerSettings
from forge.run.processes.supervise import Outcome
from forge.run.runners.base import Job


class ManualRunner:
    """Shows the step and waits until the user has done it."""

    by_hand = True

    def argv(self, settings: RunnerSettings, job: Job) -> list[str]:
        return []

    def run(self, settings: RunnerSettings, job: Job) -> Outcome:
        """Return at once; the executor pauses instead of calling this."""
        return Outcome("exit", 0, 0, job.output)
