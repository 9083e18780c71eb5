"""Exactly what is approved: a plan's text with everything that decides what its run may do."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from msgspec import Struct, field
from msgspec.structs import asdict

from forge.errors import SettingsError
from forge.git.repository import Repository
from forge.planning.mission.scope_contract import Contract, contract_for
from forge.planning.plan.plan import Plan
from forge.planning.settings import RunnerSettings, Settings
from forge.run.runners.base import plug_ins


class Subject(Struct, frozen=True, dict=True):
    """Exactly what is approved: a plan's text with everything that decides what its run may do."""

    plan_path: str
    plan_sha256: str
    commands: list[str]
    runner: dict[str, object]
    limits: dict[str, object]
    scope: dict[str, object]
    approvals: dict[str, object]
    contract: Contract = field(default_factory=Contract)

    @cached_property
    def sha256(self) -> str:
        """The SHA-256 of all fields except the path, and the contract, which is in the scope."""
        content = {
            key: value
            for key, value in asdict(self).items()
            if key not in ("plan_path", "contract")
        }
        return hashlib.sha256(
            json.dumps(content, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace")
        ).hexdigest()

    def as_data(self) -> dict[str, object]:
        """Return what `forge approve --print` shows."""
        return {
            "subject": self.sha256,
            "plan_path": self.plan_path,
            "plan_sha256": self.plan_sha256,
            "commands": self.commands,
            "runner": self.runner,
            "limits": self.limits,
            "scope": self.scope,
            "approvals": self.approvals,
        }


def resolve_runner(settings: Settings, name: str | None) -> tuple[str, RunnerSettings]:
    """Return a runner by name, or the default one. Raises SettingsError for an unknown runner."""
    wanted = settings.runner if name is None else name
    if wanted in settings.runners:
        return wanted, settings.runners[wanted]
    if wanted in plug_ins():
        return wanted, settings.without_command(wanted)
    names = ", ".join(sorted({*plug_ins(), *settings.runners}))
    raise SettingsError(
        f"there is no runner `{wanted}`; there are: {names}",
        "define it under `runners` in .planning/forge.yaml",
    )


def plan_commands(plan: Plan) -> list[str]:
    """Return every command of a plan that forge may run, decoded, in order of execution."""
    checks = [check for step in plan.steps for check in step.checks] + plan.verification
    truths = [item.command for item in plan.must_haves if item.command]
    return [check.text for check in checks if check.kind == "command"] + truths


def subject_of(
    repository: Repository,
    plan: Plan,
    settings: Settings,
    runner_name: str | None = None,
    contract: Contract | None = None,
) -> Subject:
    """Return what the user approves when they approve a plan with a runner.

    `contract` is that of the plan's missions, if it is read already. Raises SettingsError for an
    unknown runner or an unreadable mission.
    """
    name, runner = resolve_runner(settings, runner_name)
    contract = contract_for(repository.root, plan.path) if contract is None else contract
    scope = contract.narrowed(settings.scope)
    return Subject(
        plan.path,
        plan.sha256,
        plan_commands(plan),
        {
            "name": name,
            **{key: value for key, value in asdict(runner).items() if key != "timeout"},
            "env": sorted(runner.env),
            "commands": asdict(settings.commands),
        },
        {
            **asdict(settings.limits),
            "runner_timeout": runner.timeout,
            "repair_attempts": settings.repair_attempts,
        },
        {
            "write": list(plan.write_scope.paths),
            "max_files": scope.max_files,
            "max_lines": scope.max_lines,
            "protect": list(scope.protect),
            **contract.as_data(),
        },
        asdict(settings.approvals),
        contract,
    )
