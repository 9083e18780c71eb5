"""An open run: everything that its actions need, composed of parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from forge.errors import SettingsError
from forge.git.repository import Repository
from forge.planning.mission.scope_contract import Contract
from forge.planning.plan.plan import Plan, Step
from forge.planning.settings import RunnerSettings, Settings
from forge.records.card import RunCard
from forge.run.approvals import store
from forge.run.approvals.prompter import Prompter
from forge.run.approvals.subject import Subject, subject_of
from forge.run.engine.parts.branch import RunBranch
from forge.run.engine.parts.live_log import LiveLog
from forge.run.engine.parts.record import Record
from forge.run.engine.parts.requests import Requests
from forge.run.engine.parts.work_tree import WorkTree
from forge.run.guard.denial import Denial
from forge.run.processes.git_guard import GitGuard
from forge.run.processes.output import Output
from forge.run.processes.signals import Interrupts
from forge.timeline.run.state import RunState, StepState

OnOutput = Callable[[Output | None], None]
"""Called some times a second with the output of a running child, and with None when it has
ended.
"""


@dataclass
class OpenRun:
    """A run that this process may change. One process at a time has it, under the work tree's lock.

    The fields from `guard` to `denials` are what this process remembers between actions; after a
    crash they are found again from git and the log, or their loss is harmless. `approved` is what
    this process approved or found approved, if it did.
    """

    repository: Repository
    card: RunCard
    plan: Plan
    contract: Contract
    settings: Settings
    runner: RunnerSettings
    log: LiveLog
    interrupts: Interrupts
    prompter: Prompter
    on_output: OnOutput = lambda output: None
    index_rebuilt: bool = False
    guard: GitGuard | None = None
    checkpoint_commit: str | None = None
    kept_snapshot: str | None = None
    output_tail: str = ""
    denials: list[Denial] = field(default_factory=list)
    approved: Subject | None = None

    @property
    def state(self) -> RunState:
        """The folded state, which grows with each appended event."""
        return self.log.state

    @property
    def folder(self) -> Path:
        """The live folder, in the common git directory."""
        return self.log.folder

    @cached_property
    def branch(self) -> RunBranch:
        """The branch that the run commits to."""
        return RunBranch(self.repository, self.card, self.state)

    @cached_property
    def record(self) -> Record:
        """The tracked record."""
        return Record(self.repository, self.card, self.log, self.branch)

    @cached_property
    def tree(self) -> WorkTree:
        """The work tree, and the diff that was judged."""
        return WorkTree(self.repository, self.card, self.state)

    @cached_property
    def requests(self) -> Requests:
        """What other shells ask of the run."""
        return Requests(self.folder)

    @cached_property
    def subject(self) -> Subject:
        """What has to be approved for the run to go on, as plan, settings and missions are now."""
        return self.approved or subject_of(
            self.repository, self.plan, self.settings, self.card.runner, self.contract
        )

    @cached_property
    def approved_at_start(self) -> str:
        """How this user approved the run at its start, and for it alone (`flag`, `subject`).

        Empty if it was not approved so, or if what was approved has changed since. The record of
        the run is not asked: it grants nothing.
        """
        try:
            return store.given_at_start(self.repository, self.card.run, self.subject)
        except SettingsError:  # of a run that is only ended
            return ""

    @property
    def current(self) -> StepState:
        """The state of the current step. There must be one."""
        assert self.state.step is not None
        return self.state.step

    @property
    def step(self) -> Step:
        """The current step as the plan has it. There must be one."""
        return self.plan.steps[self.current.number - 1]

    def option(self, name: str) -> str:
        """Return an option that the run was started with, or an empty text."""
        return str(self.state.options.get(name) or "")

    def trusts_git(self) -> bool:
        """Return whether git may be run: not after a step's code changed files that git obeys."""
        return self.guard is None or self.guard.unsafe() is None

    def close(self) -> None:
        """Release the log and the private index."""
        self.tree.release()
        self.log.close()
