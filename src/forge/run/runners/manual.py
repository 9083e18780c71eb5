"""The runner that is a person: the run pauses, and `forge resume` takes what was changed."""

from __future__ import annotations

from forge.planning.settings import RunnerSettings
from forge.run.processes.supervise import Outcome
from forge.run.runners.base import Job


class ManualRunner:
    """Shows the step and waits for a person to do it."""

    by_hand = True

    def argv(self, settings: RunnerSettings, job: Job) -> list[str]:
        """Nothing is called."""
        return []

    def run(self, settings: RunnerSettings, job: Job) -> Outcome:
        """Return at once: the executor pauses before it would call this."""
        return Outcome("exit", 0, 0, job.output)
