"""Approvals of plans: by which runner a plan is approved, and the findings that go with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from forge.errors import NotApproved
from forge.git.repository import Repository
from forge.lazy import at_first_use
from forge.planning.plan.plan import Plan
from forge.planning.settings import RunnerSettings, Settings
from forge.run.approvals import store
from forge.run.approvals.subject import Subject, resolve_runner, subject_of
from forge.text.command_line import forge_command
from forge.text.finding import Finding

if TYPE_CHECKING:
    from forge.views.validation import validate
else:  # schemas take long to load, and only approvals need them
    validate = at_first_use("forge.views.validation.validate")


def approve_command(settings: Settings, plan_path: str, runner: str) -> str:
    """Return the command line that approves a plan with a runner."""
    options = [] if runner == settings.runner else ["--runner", runner]
    return forge_command("approve", plan_path, options=options)


def approved_runner(
    repository: Repository, plan: Plan, settings: Settings
) -> RunnerSettings | None:
    """Return a runner with which exactly this plan is approved, the default one first; None if it
    is approved with none. Its commands run in the environment of that runner and no other.
    """
    for name in dict.fromkeys((settings.runner, "manual", *settings.runners)):
        if store.granted(repository, subject_of(repository, plan, settings, name)):
            return resolve_runner(settings, name)[1]
    return None


def not_approved(
    repository: Repository, subject: Subject, message: str, hint: str, commands: Sequence[str]
) -> NotApproved:
    """Return the refusal of a subject that is not approved, with why an approval that is there does
    not count.
    """
    void = store.why_void(repository, subject)
    if void is None:
        return NotApproved(message, hint, list(commands))
    return NotApproved([message, void.reason], void.hint, [*void.commands, *commands])


def findings_of(repository: Repository, plan: Plan, settings: Settings) -> list[Finding]:
    """Return the findings that are shown when a plan is approved, and recorded by its run."""
    return validate.findings_in_plan(repository.root, plan, settings.rules)


def as_recorded(findings: Iterable[Finding]) -> list[str]:
    """Return findings as records keep them, a line each."""
    return [
        f"{finding.line}:{finding.column}: {finding.severity} {finding.rule} {finding.message}"
        for finding in findings
    ]
