"""Approvals of plans: a file per approved subject, in the user's state folder, never in the
repository. An approval is valid for one user, on one machine, in one clone.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import asdict

from forge import atomic, regular
from forge.errors import SettingsError
from forge.git.clone import clone_id, known_clone_id
from forge.git.repository import Repository
from forge.lazy import at_first_use
from forge.planning.mission.scope_contract import Contract, contract_for
from forge.planning.plan.plan import Plan
from forge.planning.settings import RunnerSettings, Settings
from forge.run.guard.user_only import announce
from forge.run.runners.base import plug_ins
from forge.text.command_line import forge_command, shown_command
from forge.text.finding import Finding
from forge.text.printable import visible
from forge.timeline.ids import now

if TYPE_CHECKING:
    from forge.views.validation import validate
else:  # schemas take long to load, and only approvals need them
    validate = at_first_use("forge.views.validation.validate")


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
            "commands": self.commands,
            "runner": self.runner,
            "limits": self.limits,
            "scope": self.scope,
        }


def resolve_runner(settings: Settings, name: str | None) -> tuple[str, RunnerSettings]:
    """Return a runner by name, or the default one. Raises SettingsError for an unknown runner."""
    wanted = settings.runner if name is None else name
    if wanted in settings.runners:
        return wanted, settings.runners[wanted]
    if wanted in plug_ins():
        return wanted, RunnerSettings()
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


def approve_command(settings: Settings, plan_path: str, runner: str) -> str:
    """Return the command line that approves a plan with a runner."""
    return forge_command(
        "approve", plan_path, *([] if runner == settings.runner else ["--runner", runner])
    )


def state_folder() -> Path:
    """Return the folder of this user's approvals, in the XDG state folder."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.join(
        os.path.expanduser("~"), ".local", "state"
    )
    return Path(base) / "forge" / "approvals"


def _file(clone: str, subject: Subject) -> Path:
    path = hashlib.sha256(subject.plan_path.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    return state_folder() / clone / f"{path}-{subject.sha256}.json"


def is_approved(repository: Repository, subject: Subject) -> bool:
    """Return whether this user approved exactly this subject, in this clone, on this machine."""
    clone = known_clone_id(repository)
    return clone is not None and _file(clone, subject).is_file()


def is_text_approved(repository: Repository, plan: Plan, settings: Settings) -> bool:
    """Return whether exactly this plan is approved with any runner: its verify commands are the
    same for all of them.
    """
    names = dict.fromkeys((settings.runner, "manual", *settings.runners))
    return any(
        is_approved(repository, subject_of(repository, plan, settings, name)) for name in names
    )


def findings_of(repository: Repository, plan: Plan, settings: Settings) -> list[Finding]:
    """Return the findings that are shown when a plan is approved, and recorded by its run."""
    return validate.findings_in_plan(repository.root, plan, settings.rules)


def as_recorded(findings: Iterable[Finding]) -> list[str]:
    """Return findings as records keep them, a line each."""
    return [
        f"{finding.line}:{finding.column}: {finding.severity} {finding.rule} {finding.message}"
        for finding in findings
    ]


def findings_shown(repository: Repository, subject: Subject) -> list[str] | None:
    """Return the findings that were shown with an approval, or None if they are not on
    record.
    """
    clone = known_clone_id(repository)
    try:
        shown = json.loads(regular.read(_file(clone or "", subject))).get("findings")
    except (OSError, ValueError, AttributeError):
        return None
    return [str(line) for line in shown] if isinstance(shown, list) else None


def approve(
    repository: Repository, subject: Subject, actor: str, findings: Sequence[Finding]
) -> None:
    """Record an approval with the findings that were shown.

    Raises StorageFailed, SettingsError, and NotTheUser in a program of a run.
    """
    path = _file(clone_id(repository), subject)
    if Path(os.path.realpath(state_folder())).is_relative_to(os.path.realpath(repository.root)):
        raise SettingsError(
            f"the state folder {state_folder()} is inside the repository",
            "set XDG_STATE_HOME to a folder outside it",
        )
    record: dict[str, object] = {
        "plan": subject.plan_path,
        "subject": subject.sha256,
        "by": actor,
        "at": now(),
        "root": str(repository.root),
        "findings": as_recorded(findings),
    }
    data = json.dumps(record, indent=1).encode()
    announce(path, hashlib.sha256(data).hexdigest(), repository, state_folder(), "forge approve")
    atomic.write(path, data, mode=0o600)


def withdraw(repository: Repository, subject: Subject) -> bool:
    """Withdraw an approval; return whether there was one. Raises NotTheUser."""
    if not is_approved(repository, subject):
        return False
    path = _file(clone_id(repository), subject)
    announce(path, "", repository, state_folder(), "forge reject")
    path.unlink(missing_ok=True)
    return True


def describe(plan: Plan, subject: Subject, findings: Sequence[Finding] = ()) -> str:
    """Return a plan as the user approves it: steps, commands, runner, limits, write scope, and
    findings.
    """
    runner, scope = subject.runner, subject.scope
    limits = [f"{name} {value}" for name, value in subject.limits.items() if value is not None]
    lines = [
        f"{plan.id}: {plan.title}",
        f"  {plan.path}, SHA-256 {plan.sha256}",
        "steps:",
        *(f"  {step.number}. [{step.stage}] {step.name}" for step in plan.steps),
        "commands that will run here:",
        *(shown_command(text) for text in subject.commands or ["(none)"]),
        f"runner: {runner['name']} {_words(runner['command'])}".rstrip(),
    ]
    if again := _words(runner["resume_command"]):
        lines.append(f"  resumed by: {again}")
    lines += ["may write:", *_indented(plan.write_scope.paths or ["(nothing named)"])]
    lines += _section("within what its missions allow:", subject.contract.lines())
    lines.append(f"at most in a step: {scope['max_files']} files, {scope['max_lines']} lines")
    lines += _section("to set up by hand first:", plan.texts("user_setup"))
    lines.append(f"limits: {', '.join(limits)}")
    lines += _section("what the rules say of it:", as_recorded(findings))
    return visible("\n".join([*lines, f"subject: {subject.sha256}"]))


def _section(title: str, entries: Sequence[str]) -> list[str]:
    return [title, *_indented(entries)] if entries else []


def _indented(entries: Iterable[str]) -> list[str]:
    return [f"  {entry}" for entry in entries]


def _words(value: object) -> str:
    return " ".join(value) if isinstance(value, (list, tuple)) else ""
